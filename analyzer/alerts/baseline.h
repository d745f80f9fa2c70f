/**
 * Baseline: what a bin of a series usually has: a level over a week, hours of the day and of the
 * week as shares of it, and days of the calendar. Learned bin by bin.
 *
 * Values are "fine": eighths of a thousandth, so that a level of two posts a day is no 0 in
 * minutes.
 *
 * Threads: the caller's own.
 */
#ifndef NABIZ_ANALYZER_BASELINE_H
#define NABIZ_ANALYZER_BASELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/alerts/calendar.h"

#define BASELINE_FINE 8 /* per thousandth */
#define BASELINE_MAX (INT64_C(1) << 54)

enum { BASELINE_HOURS = 24, BASELINE_WEEK = 24 * 7, BASELINE_QUARTERS = 4 };

/* log2 of an hour against the level, in thousandths, and how often it was seen. */
struct hour_slot {
    int32_t log_milli;
    uint32_t seen_n;
};

struct baseline {
    int32_t offset_min; /* of the clock people live by */
    uint32_t seen_n;    /* bins learned */
    int64_t level;      /* fine */
    int64_t level_rest; /* what division left over */
    struct hour_slot day[BASELINE_HOURS];
    struct hour_slot week[BASELINE_WEEK];
    struct hour_slot kinds[NB_CALENDAR_KINDS_MAX + 1][BASELINE_QUARTERS];
    int64_t hour;       /* the hour that is being added up, since 1970 there */
    int64_t hour_sum;   /* fine */
    int64_t hour_level; /* fine, when it began */
    uint32_t hour_bins;
};

/** Fine value usual for the bin that begins then. @param calendar  may be NULL. */
int64_t nb_baseline_expected(const struct baseline *b, const struct nb_calendar *calendar,
                             int64_t bin_ms);

/** @param value  fine, 0..BASELINE_MAX. */
void nb_baseline_learn(struct baseline *b, const struct nb_calendar *calendar, int64_t interval_ms,
                       int64_t bin_ms, int64_t value);

/* log2 of a fine value with `more` added, in thousandths. */
int32_t nb_fine_log(int64_t fine, int64_t more);

#endif
