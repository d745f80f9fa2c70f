#include "crawler/schedule/rate.h"

#include "crawler/schedule/fade.h"

#define DAY_S 86400.0

const double nb_rate_fade_s[NB_RATE_N] = {600,       3600,       6 * 3600,   36 * 3600,
                                          7 * DAY_S, 14 * DAY_S, 60 * DAY_S, 240 * DAY_S};

/* How much each of the slow counts has to say. */
static const double slow_weights[NB_RATE_SLOW_N] = {0.36, 0.40, 0.30};

/* The rate that is assumed at first, and for how long that counts as having been seen. */
#define ASSUMED_PER_S (1 / DAY_S)
#define ASSUMED_FOR_S (0.3 * DAY_S)
#define LEAST_PER_S (0.003 / DAY_S)

static double seconds(int64_t from_ms, int64_t to_ms)
{
    return to_ms > from_ms ? (double)(to_ms - from_ms) / 1000 : 0;
}

static uint32_t stored(double items)
{
    double units = items * NB_RATE_ONE + 0.5;
    return units < (double)UINT32_MAX ? (uint32_t)units : UINT32_MAX;
}

void nb_rate_add(struct nb_rate *rate, int64_t item_ms)
{
    double late_s = seconds(item_ms, rate->at_ms);
    double since_s = seconds(rate->at_ms, item_ms);
    for (int i = 0; i < NB_RATE_N; i++) {
        double count = (double)rate->counts[i] / NB_RATE_ONE;
        count = count * nb_fade(since_s / nb_rate_fade_s[i]) + nb_fade(late_s / nb_rate_fade_s[i]);
        rate->counts[i] = stored(count);
    }
    rate->at_ms = item_ms > rate->at_ms ? item_ms : rate->at_ms;
}

void nb_rate_counts(const struct nb_rate *rate, int64_t now_ms, double out[NB_RATE_N])
{
    double since_s = seconds(rate->at_ms, now_ms);
    for (int i = 0; i < NB_RATE_N; i++) {
        double count = (double)rate->counts[i] / NB_RATE_ONE;
        out[i] = rate->counts[i] ? count * nb_fade(since_s / nb_rate_fade_s[i]) : 0;
    }
}

double nb_rate_long_run(const struct nb_rate *rate, const double counts[NB_RATE_N], int64_t now_ms)
{
    double watched_s = rate->since_ms ? seconds(rate->since_ms, now_ms) : 0;
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < NB_RATE_SLOW_N; i++) {
        double fade_s = nb_rate_fade_s[NB_RATE_FAST_N + i];
        double seen_s = fade_s * (1 - nb_fade(watched_s / fade_s));
        double items = counts[NB_RATE_FAST_N + i] + ASSUMED_PER_S * ASSUMED_FOR_S;
        sum += slow_weights[i] * items / (seen_s + ASSUMED_FOR_S);
        weights += slow_weights[i];
    }
    sum /= weights;
    return sum > LEAST_PER_S ? sum : LEAST_PER_S;
}
