/**
 * Time zones by their IANA names, with the changes between summer and winter: ICU has the rules.
 *
 * Threads: a zone belongs to one thread at a time.
 */
#ifndef NABIZ_ZONE_H
#define NABIZ_ZONE_H

#include <stdint.h>

#include <nabiz/err.h>

struct nb_zone;

/**
 * @param name  "Europe/Istanbul", "UTC", ...
 * @return NB_OK, NB_EINVAL (no zone of that name), NB_ENOMEM, NB_ESYS. Free with nb_zone_close().
 */
enum nb_err nb_zone_open(const char *name, struct nb_zone **out, struct nb_error *error) NB_MUSTUSE;

/** The zone that is always so many minutes east of UTC. @return as above. */
enum nb_err nb_zone_fixed(int32_t offset_min, struct nb_zone **out) NB_MUSTUSE;
void nb_zone_close(struct nb_zone *zone);

/** Minutes east of UTC at a moment, cut to whole ones. */
int32_t nb_zone_offset_min(const struct nb_zone *zone, int64_t at_ms);

/** First moment of the day that at_ms is in, `days` days later: a day has 23 to 25 hours. */
int64_t nb_zone_day(const struct nb_zone *zone, int64_t at_ms, int32_t days);

/** The moment on the day of at_ms when the clock shows that time; of two the first. */
int64_t nb_zone_time(const struct nb_zone *zone, int64_t at_ms, int32_t minute_of_day);

#endif
