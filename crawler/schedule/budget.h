/**
 * The price of a request, in seconds that an item waits: what makes all sources together keep to a
 * number of requests a day.
 *
 * Each request raises the price a little and each moment lowers it, so that it stands still when
 * requests come as fast as the budget allows. It follows ever more slowly, over months in the end,
 * for a budget does most when it is spent where there is news; but within a day when the last week
 * was far off. Where it begins is known from the sources: their first readings say how often each
 * publishes.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_BUDGET_H
#define NABIZ_CRAWLER_SCHEDULE_BUDGET_H

#include <stdint.h>

/** Starts as {0}; whole numbers, so that it goes on after a restart as if there had been none. */
struct nb_budget {
    int64_t price;    /* in 2^-32 s; 0: not yet known */
    int64_t at_ms;    /* the last request */
    int64_t since_ms; /* the first one */
    int64_t recent;   /* requests of the last week or so, in 2^-20 */
    int64_t met_n;    /* sources that were read for the first time */
    int64_t met_sum;  /* of the square roots of their items a day, in 2^-10 */
};

/** What is to be kept to. */
struct nb_allowance {
    double per_ms;    /* requests, of all sources that share in it */
    double average_s; /* pause of a source at that rate, if all were alike */
};

/**
 * A source was read for the first time, and publishes so much. Without news of the requests that
 * it will take the price moves to where all sources that were met would keep to the budget: each is
 * asked every sqrt(2 p / r) seconds (pause.h), so p grows with the square of the mean of sqrt(r).
 */
void nb_budget_meet(struct nb_budget *budget, const struct nb_allowance *allowance,
                    double items_per_s);

/** A request was made. Time that goes back or leaps (by over an hour) counts as none, or an hour.
 */
void nb_budget_spend(struct nb_budget *budget, const struct nb_allowance *allowance,
                     int64_t now_ms);

/** The price, in seconds. */
double nb_budget_price_s(const struct nb_budget *budget, const struct nb_allowance *allowance);

#endif
