/**
 * How often a source publishes, from when its items appeared: counts of items that fade, each with
 * a time constant of its own, from ten minutes to eight months. Together they say how often it
 * publishes in the long run and whether something is going on right now. The counts are kept as of
 * the newest item; a quiet poll changes nothing.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_RATE_H
#define NABIZ_CRAWLER_SCHEDULE_RATE_H

#include <stdint.h>

/* Counts that see a burst, and counts that see the long run. */
enum { NB_RATE_FAST_N = 5, NB_RATE_SLOW_N = 3, NB_RATE_N = NB_RATE_FAST_N + NB_RATE_SLOW_N };

/* What a count of 1 is stored as. */
enum { NB_RATE_ONE = 4096 };

/** Seconds in which each count fades to e^-1, shortest first. */
extern const double nb_rate_fade_s[NB_RATE_N];

/** Starts as {0}. */
struct nb_rate {
    int64_t since_ms;           /* it was watched from then on; 0: not yet */
    int64_t at_ms;              /* the newest item; 0 when there was none */
    uint32_t counts[NB_RATE_N]; /* in 1/NB_RATE_ONE items, as of at_ms */
};

/** Count an item. Order does not matter. O(1). */
void nb_rate_add(struct nb_rate *rate, int64_t item_ms);

/** The counts as of now_ms, in items. */
void nb_rate_counts(const struct nb_rate *rate, int64_t now_ms, double out[NB_RATE_N]);

/**
 * Items a second in the long run: the slow counts, each over the time it has seen, with a little of
 * a rate that is assumed before anything is known (one a day).
 * @param counts  as of now_ms.
 */
double nb_rate_long_run(const struct nb_rate *rate, const double counts[NB_RATE_N], int64_t now_ms);

#endif
