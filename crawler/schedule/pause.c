#include "crawler/schedule/pause.h"

#include <stdbool.h>

#include "crawler/schedule/fade.h"

/*
 * The constants of the process, fitted on half of the publishers of the traces that
 * tests/bench/bench_schedule.c replays.
 */
#define STEP 1.18
#define LATE_COUNTS 0.1 /* of half an average pause, for an item that waits longer than that */
#define LATE_PART 0.5
#define LEAST_PART 0.02 /* of the long run's rate: what is always expected */

/* How much of a fast count's excess carries on, and how much slower than the count it fades. */
static const double excess[NB_RATE_FAST_N] = {0.20, 0.10, 0.05, 0.04, 0.05};
static const double slower[NB_RATE_FAST_N] = {0.6, 0.6, 0.7, 0.8, 0.8};

static void set_step(struct nb_pause_step *step, double from_s)
{
    step->steady_items = step->at_s - from_s;
    step->steady_rate = 1;
    for (int i = 0; i < NB_RATE_FAST_N; i++) {
        double fade_s = nb_rate_fade_s[i] / slower[i];
        double then = nb_fade(step->at_s / fade_s);
        double before = nb_fade(from_s / fade_s);
        double items = excess[i] * fade_s * (before - then);
        step->steady_items -= items;
        step->steady_rate -= excess[i] * then;
        step->fast_items[i] = items / nb_rate_fade_s[i];
        step->fast_rate[i] = excess[i] * then / nb_rate_fade_s[i];
    }
}

static int late_step(const struct nb_pause_table *table, size_t at)
{
    double before_s = table->steps[at].at_s - table->average_s * LATE_PART;
    if (before_s <= 0) {
        return -1;
    }
    size_t late = 0;
    while (late + 1 < at && table->steps[late + 1].at_s < before_s) {
        late++;
    }
    return (int)late;
}

void nb_pause_table_init(struct nb_pause_table *table, int64_t shortest_s, int64_t average_s,
                         int64_t longest_s)
{
    double at_s = (double)shortest_s;
    double from_s = 0;
    *table = (struct nb_pause_table){.shortest_s = (double)shortest_s,
                                     .average_s = (double)average_s,
                                     .longest_s = (double)longest_s};
    do {
        struct nb_pause_step *step = &table->steps[table->n];
        bool last = at_s >= table->longest_s || table->n + 1 == NB_PAUSE_STEPS;
        step->at_s = last ? table->longest_s : at_s;
        set_step(step, from_s);
        step->late = late_step(table, table->n);
        from_s = step->at_s;
        at_s = at_s * STEP > at_s + 1 ? at_s * STEP : at_s + 1;
        table->n++;
    } while (from_s < table->longest_s);
}

static int64_t to_ms(double seconds)
{
    return (int64_t)(seconds * 1000 + 0.5);
}

int64_t nb_pause_ms(const struct nb_pause_table *table, const struct nb_pause_input *input)
{
    double counts[NB_RATE_N];
    double rates[NB_PAUSE_STEPS];
    nb_rate_counts(input->rate, input->now_ms, counts);
    double steady = nb_rate_long_run(input->rate, counts, input->now_ms);
    double items = 0;  /* expected to wait at this step */
    double waited = 0; /* and how long all of them have, together */
    double worth_before = 0;
    double before_s = 0;
    for (size_t i = 0; i < table->n; i++) {
        const struct nb_pause_step *step = &table->steps[i];
        double length_s = step->at_s - before_s;
        int64_t middle_ms = input->now_ms + to_ms((before_s + step->at_s) / 2);
        double rate =
            steady * nb_profile_factor(input->own, input->shared, nb_profile_hour(middle_ms));
        double items_before = items;
        double least = steady * LEAST_PART;
        items += rate * step->steady_items;
        rates[i] = rate * step->steady_rate;
        for (int k = 0; k < NB_RATE_FAST_N; k++) {
            items += counts[k] * step->fast_items[k];
            rates[i] += counts[k] * step->fast_rate[k];
        }
        rates[i] = rates[i] > least ? rates[i] : least;
        waited += (items_before + items) / 2 * length_s;
        double worth = waited;
        if (step->late >= 0) {
            worth += LATE_COUNTS * LATE_PART * table->average_s * rates[step->late] * step->at_s;
        }
        if (worth >= input->price_s) {
            double part = worth > worth_before && input->price_s > worth_before
                              ? (input->price_s - worth_before) / (worth - worth_before)
                              : 0;
            double at_s = i == 0 ? step->at_s : before_s + part * length_s;
            return to_ms(at_s);
        }
        worth_before = worth;
        before_s = step->at_s;
    }
    return to_ms(table->longest_s);
}
