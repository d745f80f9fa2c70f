/*
 * How nb_date_parse() is divided. Internal to the date files.
 */
#ifndef COMMON_DATE_PARSE_H
#define COMMON_DATE_PARSE_H

#include <nabiz/date.h>

/*
 * The moment of some fields, if they are a real day and time: 24:00 is the start of the next day, a
 * leap second is the second before it, years are 1970 to 2100.
 */
bool nb_date_resolve(struct nb_civil civil, int32_t offset_min, int64_t *out_ms);

/* Two digits of a year as RFC 2822 has it, moved to our range: 70..99 are of the last century. */
int32_t nb_date_full_year(int32_t two_digits);

/* ISO 8601 as feeds use it, the whole text. @return false when it is anything else. */
bool nb_date_parse_iso(struct nb_slice text, int32_t offset_min, int64_t *out_ms);

/* Everything that is put together from words and numbers. */
bool nb_date_parse_free(struct nb_slice text, const struct nb_date_context *context,
                        int64_t *out_ms);

#endif
