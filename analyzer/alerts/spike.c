#include "analyzer/alerts/spike.h"

#include <assert.h>

static const uint64_t COUNT_MAX = 1000000;

static uint64_t capped(uint64_t count)
{
    return count < COUNT_MAX ? count : COUNT_MAX;
}

void nb_spike_add(struct nb_spike_history *history, uint64_t count)
{
    uint64_t n = capped(count);
    history->sum += n;
    history->squares += n * n;
}

/* Largest r with r * r <= n; bit by bit. */
static uint64_t isqrt(uint64_t n)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
        if (n >= root + bit) {
            n -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}

/*
 * sqrt(variance + mean + 1) in thousandths. n * squares - sum^2 is at most
 * (168 * 10^6)^2 < 2^55; the division is split so that the scaling by 10^6 stays below 2^60.
 */
static uint64_t sigma_milli(const struct nb_spike_history *history)
{
    uint64_t n = history->hours_n;
    uint64_t scaled = n * history->squares - history->sum * history->sum;
    uint64_t variance_micro = scaled / (n * n) * 1000000 + scaled % (n * n) * 1000000 / (n * n);
    uint64_t mean_micro = history->sum * 1000000 / n;
    return isqrt(variance_micro + mean_micro + 1000000);
}

/* 1 at the limit, one more for every 2 sigmas above it, up to 7; and up to 3 for bad news. */
static uint32_t severity_of(int64_t deviation_milli, uint64_t count, uint64_t negative_n)
{
    int64_t above = (deviation_milli - NB_SPIKE_SIGMAS * 1000) / 2000;
    uint32_t severity = 1 + (uint32_t)(above < 0 ? 0 : above > 6 ? 6 : above);
    uint64_t share = negative_n * 1000 / count;
    return severity + (share >= 300) + (share >= 500) + (share >= 700);
}

void nb_spike_judge(const struct nb_spike_history *history, uint64_t count, uint64_t negative_n,
                    struct nb_spike *out)
{
    *out = (struct nb_spike){0};
    if (history->hours_n < NB_SPIKE_HISTORY_MIN_H) {
        return;
    }
    assert(history->hours_n <= NB_SPIKE_HISTORY_H);
    int64_t n = (int64_t)capped(count);
    int64_t sigma = (int64_t)sigma_milli(history);
    out->expected_milli = (int64_t)(history->sum * 1000 / history->hours_n);
    out->limit_milli = out->expected_milli + NB_SPIKE_SIGMAS * sigma;
    out->deviation_milli = (n * 1000 - out->expected_milli) * 1000 / sigma;
    out->is_spike = n >= NB_SPIKE_COUNT_MIN && n * 1000 > out->limit_milli;
    if (out->is_spike) {
        out->severity = severity_of(out->deviation_milli, (uint64_t)n, capped(negative_n));
    }
}
