/**
 * How long to leave a source alone: until the waiting of its new items is worth a request.
 *
 * A request has a price, in seconds that an item waits (budget.h). While a source is not asked, the
 * items it is expected to have published wait, and that adds up; when it has added up to the price,
 * the source is asked. For a steady rate r and price p that is every sqrt(2 p / r), which is how
 * Cho and Garcia-Molina (ACM TODS 28(4), 2003) share out requests when freshness counts by item
 * rather than by page; with a rate that has hours, it puts the polls where Sia, Cho and Cho (IEEE
 * TKDE 19(7), 2007) find the best moments of a period, and as every source is weighed by one price
 * at any moment it is the greedy rule of Azar et al. (PNAS 115(32), 2018).
 *
 * The expected rate is that of a self-exciting process: the long run times the hour's factor, and
 * on top what the fast counts of rate.h have in excess of it, fading.
 *
 * An item that waits for longer than half the average pause counts more than that, so that the
 * slowest twentieth does not pay for the mean.
 *
 * Threads: a table is read-only once made; pure functions.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_PAUSE_H
#define NABIZ_CRAWLER_SCHEDULE_PAUSE_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/schedule/profile.h"
#include "crawler/schedule/rate.h"

enum { NB_PAUSE_STEPS = 96 };

/** Pauses that are tried, each about a sixth longer than the one before, and what follows. */
struct nb_pause_table {
    size_t n;
    double shortest_s, average_s, longest_s;
    struct nb_pause_step {
        double at_s;
        double steady_items; /* that a rate of 1 brings between the step before and this one... */
        double steady_rate;  /* ... and at this one, when nothing is going on */
        double fast_items[NB_RATE_FAST_N]; /* the same for a fast count of 1 */
        double fast_rate[NB_RATE_FAST_N];
        int late; /* step that lies half an average pause before; -1: none */
    } steps[NB_PAUSE_STEPS];
};

/** @param shortest_s, longest_s  bounds of every pause; at least 1, longest not below shortest. */
void nb_pause_table_init(struct nb_pause_table *table, int64_t shortest_s, int64_t average_s,
                         int64_t longest_s);

/** What is known of one source. */
struct nb_pause_input {
    const struct nb_rate *rate;
    const struct nb_profile *own;
    const struct nb_profile *shared;
    int64_t now_ms; /* of a poll that saw everything up to now */
    double price_s;
};

/** @return ms until the next poll, within the bounds of the table. Costs about a microsecond. */
int64_t nb_pause_ms(const struct nb_pause_table *table, const struct nb_pause_input *input);

#endif
