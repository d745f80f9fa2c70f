/*
 * What a text says about a moment, before it is known which. Internal to the date files.
 */
#ifndef COMMON_DATE_NOTES_H
#define COMMON_DATE_NOTES_H

#include <nabiz/date.h>

#include "common/date_words.h"

struct date_notes {
    struct nb_civil civil; /* as far as has_day, has_year and has_time say */
    bool has_day, has_year, has_time;
    bool has_zone, has_weekday, has_day_offset, has_now;
    bool has_amount, has_ago;
    bool stands_alone; /* there are no other words in the text */
    int32_t zone_min, weekday, day_offset;
    int64_t halves[UNIT_N]; /* the amounts, twice their value */
};

/*
 * An absolute date counts before a relative one, that before a day by name. @return false when the
 * notes are no date.
 */
bool nb_date_notes_resolve(const struct date_notes *said, const struct nb_date_context *context,
                           int64_t *out_ms);

#endif
