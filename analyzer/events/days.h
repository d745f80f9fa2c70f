/**
 * Spans of days, as the calendar cuts them. A day is a day in Istanbul (UTC+3), numbered from
 * 1970-01-01; weeks begin on Monday.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_EVENTS_DAYS_H
#define NABIZ_EVENTS_DAYS_H

#include <stdbool.h>
#include <stdint.h>

/** First and last day, both included. */
struct nb_days {
    int32_t from, to;
};

enum nb_unit { NB_UNIT_DAY, NB_UNIT_WEEK, NB_UNIT_MONTH, NB_UNIT_YEAR };

/* What a text may mean: other years are mistakes or history. */
#define NB_YEAR_FIRST 1900
#define NB_YEAR_LAST 2100

/** The day of a moment, and the moment a day begins. */
int32_t nb_day_of(int64_t at_ms);
int64_t nb_day_ms(int32_t day);

void nb_day_civil(int32_t day, int32_t *year, int32_t *month, int32_t *date);

/** @return false for a day that no calendar has, or a year out of range. */
bool nb_day_make(int32_t year, int32_t month, int32_t date, int32_t *out);

/** 0 is Monday. */
int32_t nb_day_weekday(int32_t day);

/** The month with this number counted from January of year, which may be below 1 or over 12. */
bool nb_days_month(int32_t year, int32_t month, struct nb_days *out);

/** The whole day, week, month or year that lies n units behind the one of this day. */
bool nb_days_shift(int32_t day, enum nb_unit unit, int32_t n, struct nb_days *out);

/** The day n half units later: the calendar's months and years, 15 days for half a month. */
bool nb_day_add(int32_t day, enum nb_unit unit, int32_t halves, int32_t *out);

#endif
