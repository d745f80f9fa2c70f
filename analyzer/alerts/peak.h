/**
 * Peak: how high a number goes by itself: its greatest value, which sinks as weeks pass, and the
 * greatest of each day, whose spread is that of extremes (Gumbel 1958).
 *
 * Threads: the caller's own.
 */
#ifndef NABIZ_ANALYZER_PEAK_H
#define NABIZ_ANALYZER_PEAK_H

#include <stdint.h>

struct peak {
    int64_t top_nano;     /* a millionth of a thousandth: a bin's leak is that small */
    int32_t day_milli;    /* greatest since the day began */
    int32_t mean_milli;   /* of the days' greatest */
    int32_t spread_milli; /* mean distance of a day's greatest from that */
    uint32_t days_n;      /* that count in both */
};

void nb_peak_init(struct peak *peak);

/** A number was seen. */
void nb_peak_learn(struct peak *peak, int32_t seen_milli);

/** A bin has passed that is worth this much. */
void nb_peak_sink(struct peak *peak, int64_t leak_nano);

/** A day has ended. */
void nb_peak_end_day(struct peak *peak);

/** What it must surpass to be odd: the peak by a margin, and what days reach by so many spreads. */
int64_t nb_peak_limit(const struct peak *peak, int64_t margin_milli);

#endif
