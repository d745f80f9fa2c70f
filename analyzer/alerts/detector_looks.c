#include "analyzer/alerts/detector.h"

#include <nabiz/date.h>
#include <nabiz/fixed.h>

#include "analyzer/alerts/detector_state.h"

#define MINUTES(n) ((n)*NB_MINUTE_MS)
#define QUIET_MS (3 * NB_HOUR_MS) /* a shorter silence is a hole in what is collected */

enum {
    COUNTS_SUM = 2,   /* added to both sides of a ratio of sums */
    COUNTS_BIN = 1,   /* of bins */
    GAUGE_SHARE = 16, /* for a gauge: its level by this */
    FEW_PER_DAY = 12, /* a topic of few has no more */
    FALL_COUNTS = 50, /* with fewer expected, falling is no news */
    LOG2_E_MILLI = 1443,
    SEEN_MAX_MILLI = 1000000
};

uint32_t nb_detector_span(int64_t interval_ms, int64_t span_ms, uint32_t least)
{
    uint32_t bins = (uint32_t)(span_ms / interval_ms);
    return bins < least ? least : bins;
}

uint32_t nb_detector_events(int64_t value, uint32_t most)
{
    int64_t n = (value + 500 * BASELINE_FINE) / (1000 * BASELINE_FINE);
    return n < 1 ? 1 : n > most ? most : (uint32_t)n;
}

/* Fine value of n documents; of a gauge, a share of its level. */
static int64_t counts(const struct nb_detector *d, int64_t n)
{
    return d->gauge ? d->baseline.level / GAUGE_SHARE + 1 : n * 1000 * BASELINE_FINE;
}

struct bin nb_detector_make(const struct nb_detector *d, const struct nb_calendar *calendar,
                            int64_t bin_ms, int64_t value)
{
    struct bin bin = {.value = value,
                      .expected = nb_baseline_expected(&d->baseline, calendar, bin_ms)};
    int64_t more = counts(d, COUNTS_BIN);
    if (d->seen_n == 0) {
        bin.expected = value;
    }
    bin.log_milli = nb_fine_log(bin.value, more) - nb_fine_log(bin.expected, more);
    return bin;
}

static size_t ring_index(const struct nb_detector *d, uint32_t back)
{
    return d->ring_at >= back ? d->ring_at - back : d->ring_at + DETECTOR_RING - back;
}

static void look_sum(const struct nb_detector *d, const struct bin *bin, int64_t span_ms,
                     struct sight *out)
{
    out->bins = nb_detector_span(d->interval_ms, span_ms, 1);
    out->value = bin->value;
    out->expected = bin->expected;
    for (uint32_t i = 0; i + 1 < out->bins; i++) {
        out->value += d->ring[ring_index(d, i)].value;
        out->expected += d->ring[ring_index(d, i)].expected;
    }
    int64_t more = counts(d, COUNTS_SUM);
    out->seen_milli = nb_fine_log(out->value, more) - nb_fine_log(out->expected, more);
    out->is_seen = true;
}

/* Logarithm of an hour's sum against what was expected; `back` is the newest bin of the hour. */
static int32_t hour_log(const struct nb_detector *d, const struct bin *bin, uint32_t back,
                        uint32_t bins)
{
    int64_t value = 0;
    int64_t expected = 0;
    for (uint32_t i = back; i < back + bins; i++) {
        const struct bin *one = i == 0 ? bin : &d->ring[ring_index(d, i - 1)];
        value += one->value;
        expected += one->expected;
    }
    int64_t more = counts(d, COUNTS_BIN);
    return nb_fine_log(value, more) - nb_fine_log(expected, more);
}

/*
 * Mean of the logarithms. Of a bin with less than one expected the logarithm says little, and their
 * mean less than that of hours.
 */
static void look_mean(const struct nb_detector *d, const struct bin *bin, struct sight *out)
{
    uint32_t an_hour = nb_detector_span(d->interval_ms, MINUTES(60), 1);
    int64_t sum = bin->log_milli;
    uint32_t n = nb_detector_span(d->interval_ms, LOOK_BACK_MS, LOOK_BACK_BINS);
    out->bins = n;
    out->value = bin->value;
    out->expected = bin->expected;
    for (uint32_t i = 0; i + 1 < out->bins; i++) {
        const struct bin *old = &d->ring[ring_index(d, i)];
        out->value += old->value;
        out->expected += old->expected;
        sum += old->log_milli;
    }
    if (!d->gauge && an_hour > 1 && d->baseline.level < counts(d, COUNTS_BIN)) {
        sum = 0;
        for (n = 0; n < out->bins / an_hour; n++) {
            sum += hour_log(d, bin, n * an_hour, an_hour);
        }
    }
    out->seen_milli = (int32_t)(sum / n);
    out->is_seen = true;
}

/*
 * Bits against n or more in the time that n took, when so many were expected: Chernoff's bound of a
 * Poisson count, n log2(n / e) - (n - e) log2(exp 1).
 */
static void look_few(const struct nb_detector *d, const struct bin *bin, uint32_t n,
                     struct sight *out)
{
    int64_t few = counts(d, FEW_PER_DAY) / (NB_DAY_MS / MINUTES(1)) * (d->interval_ms / MINUTES(1));
    if (d->gauge || bin->value == 0 || bin->expected > few) {
        return;
    }
    uint32_t fresh = nb_detector_events(bin->value, n);
    int64_t all = bin->value > counts(d, n) ? bin->value : counts(d, n);
    int64_t expected = bin->expected;
    if (fresh < n) {
        int64_t since = d->since[n - fresh - 1];
        if (since == NEVER) {
            return;
        }
        expected += since;
    }
    if (expected >= all) {
        return;
    }
    int64_t one = counts(d, 1);
    int64_t ratio = nb_fine_log(all, 0) - nb_fine_log(expected, 1);
    int64_t bits =
        all / one * (ratio - LOG2_E_MILLI) + expected / 1000 * LOG2_E_MILLI / (one / 1000);
    out->value = all;
    out->expected = expected;
    out->seen_milli = (int32_t)(bits < SEEN_MAX_MILLI ? bits : SEEN_MAX_MILLI);
    out->is_seen = true;
}

void nb_detector_look(const struct nb_detector *d, const struct bin *bin, enum looked_at what,
                      struct sight *out)
{
    *out = (struct sight){.is_seen = false};
    switch (what) {
    case LOOK_JUMP:
        look_sum(d, bin, MINUTES(5), out);
        break;
    case LOOK_HOUR:
        look_sum(d, bin, MINUTES(60), out);
        break;
    case LOOK_RISE:
    case LOOK_FALL:
        look_mean(d, bin, out);
        out->seen_milli = what == LOOK_FALL ? -out->seen_milli : out->seen_milli;
        out->is_seen = what == LOOK_RISE || (!bin->open && out->expected >= counts(d, FALL_COUNTS));
        break;
    case LOOK_CLIMB:
        look_sum(d, bin, LOOK_BACK_MS, out);
        out->seen_milli = (int32_t)d->climb;
        out->is_seen = d->hour_bins == 0;
        break;
    case LOOK_FEW:
        look_few(d, bin, DETECTOR_EVENTS / 2, out);
        break;
    case LOOK_MORE:
        look_few(d, bin, DETECTOR_EVENTS, out);
        break;
    case LOOK_QUIET:
        out->seen_milli = nb_fine_log(d->quiet, counts(d, 1)) - nb_fine_log(0, counts(d, 1));
        out->expected = d->quiet;
        out->bins = (uint32_t)(d->quiet_ms / d->interval_ms);
        out->is_seen = !bin->open && !d->gauge && bin->value == 0 && d->quiet_ms >= QUIET_MS;
        break;
    case DETECTOR_WATCHES:
        break;
    }
}
