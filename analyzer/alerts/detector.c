/*
 * Several things are looked at, each a number that grows with how odd it is (most are log2 of a sum
 * against what is usual). None of them is judged against a fixed threshold or a fitted
 * distribution: bursts of brands have heavier tails than any. Each has a leaking maximum, its peak:
 * the greatest value seen, which sinks slowly. An alarm is what surpasses the peak by a margin, so
 * that a series with a spam burst every other day soon keeps quiet about bursts of that size, and a
 * calm one speaks about small ones. What was an alarm raises the peak itself.
 */
#include "analyzer/alerts/detector.h"

#include <nabiz/date.h>
#include <nabiz/fixed.h>
#include <nabiz/mem.h>

#include "analyzer/alerts/detector_state.h"

static const struct look {
    enum nb_detector_kind kind;
    int32_t margin_milli; /* over the peak */
    int32_t floor_milli;  /* and at least this, whatever the peak is */
    int32_t leak_milli;   /* what a peak loses a week */
    int32_t octave_milli; /* so much of it is like an octave of a sum */
} LOOKS[DETECTOR_WATCHES] = {
    [LOOK_JUMP] = {NB_DETECTOR_SPIKE, 200, 1500, 200, 1000},
    [LOOK_HOUR] = {NB_DETECTOR_SPIKE, 100, 1000, 200, 1000},
    [LOOK_RISE] = {NB_DETECTOR_RISE, 0, 600, 200, 500},
    [LOOK_CLIMB] = {NB_DETECTOR_RISE, 500, 8000, 5000, 5000},
    [LOOK_FEW] = {NB_DETECTOR_SPIKE, 1500, 10000, 2000, 5000},
    [LOOK_MORE] = {NB_DETECTOR_RISE, 1500, 10000, 2000, 5000},
    [LOOK_FALL] = {NB_DETECTOR_DROP, 100, 2000, 200, 1000},
    [LOOK_QUIET] = {NB_DETECTOR_DROP, 500, 4000, 200, 1000},
};

enum {
    RARITY_AT_LIMIT = 750,    /* of what just reaches its limit */
    RARITY_PER_OCTAVE = 1100, /* tenfold rarer for so many octaves more, see docs/alerts.md */
    COLD_MILLI = 100,         /* over the margin, per octave of COLD_MS that was not seen yet */
    LEARNING_MILLI = 3000,    /* before LEARN_MS only eight times as much is an alarm */
    CLIMB_SLACK_MILLI = 600,  /* an hour half as loud again is no climb */
    CLIMB_STEP_MILLI = 2000,
    CLIMB_MAX_MILLI = 24000,
    HELD_COUNTS = 20, /* silence where so many are expected is not learned ... */
    SEVERITY_STEP_MILLI = 600,
    RARITY_MAX_MILLI = 99000,
    LOG10_OF_2_MILLI = 301
};
static const int64_t LEARN_MS = 48 * NB_HOUR_MS;
static const int64_t DARK_MS = 12 * NB_HOUR_MS; /* nothing is said before */
static const int64_t HELD_MS = 72 * NB_HOUR_MS; /* ... unless it lasts so long */
static const int64_t EPISODE_MS = 6 * NB_HOUR_MS;
static const int64_t COLD_MS = 28 * NB_DAY_MS;

const char *nb_detector_kind_name(enum nb_detector_kind kind)
{
    static const char *const NAMES[] = {"none", "spike", "rise", "drop"};
    return NAMES[kind];
}

enum nb_err nb_detector_new(int64_t interval_ms, int32_t offset_min, struct nb_detector **out)
{
    *out = NULL;
    bool fits = interval_ms > 0 && (NB_HOUR_MS % interval_ms == 0 || interval_ms % NB_HOUR_MS == 0);
    if (!fits || interval_ms < NB_DETECTOR_INTERVAL_MIN_MS ||
        interval_ms > NB_DETECTOR_INTERVAL_MAX_MS) {
        return NB_EINVAL;
    }
    struct nb_detector *d = nb_calloc(1, sizeof(*d));
    if (!d) {
        return NB_ENOMEM;
    }
    d->interval_ms = interval_ms;
    d->baseline.offset_min = offset_min;
    for (size_t i = 0; i < DETECTOR_WATCHES; i++) {
        nb_peak_init(&d->peaks[i]);
    }
    for (size_t i = 0; i < DETECTOR_EVENTS; i++) {
        d->since[i] = NEVER;
    }
    *out = d;
    return NB_OK;
}

void nb_detector_free(struct nb_detector *detector)
{
    nb_free(detector);
}

int64_t nb_detector_bin(const struct nb_detector *d, int64_t at_ms)
{
    int64_t into = at_ms % d->interval_ms;
    return at_ms - (into < 0 ? into + d->interval_ms : into);
}

int64_t nb_detector_next(const struct nb_detector *d)
{
    return d->next_ms;
}

static int32_t clamp(int64_t value, int32_t low, int32_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

static int64_t bounded(int64_t value_milli)
{
    int64_t value = value_milli < 0                             ? 0
                    : value_milli > NB_DETECTOR_VALUE_MAX_MILLI ? NB_DETECTOR_VALUE_MAX_MILLI
                                                                : value_milli;
    return value * BASELINE_FINE;
}

static int64_t observed_ms(const struct nb_detector *d)
{
    return d->seen_n * d->interval_ms;
}

/* What a look reaches at RARITY_AT_LIMIT. */
static int64_t limit_of(const struct nb_detector *d, enum looked_at what)
{
    const struct look *look = &LOOKS[what];
    int64_t seen_ms = observed_ms(d);
    int64_t margin = look->margin_milli;
    if (seen_ms < COLD_MS) {
        int32_t octaves = nb_log2_milli((uint64_t)(COLD_MS / (seen_ms / 1000 + 1)));
        margin += (int64_t)(octaves - nb_log2_milli(1000)) * COLD_MILLI / 1000 *
                  look->octave_milli / 1000;
    }
    if (seen_ms < LEARN_MS) {
        margin += LEARNING_MILLI;
    }
    int64_t limit = nb_peak_limit(&d->peaks[what], margin);
    return limit > look->floor_milli ? limit : look->floor_milli;
}

/* A fine value times 2^(log_milli / 1000). */
static int64_t times(int64_t fine, int64_t more, int32_t log_milli)
{
    uint64_t value = nb_exp2_milli(nb_fine_log(fine, more) + log_milli);
    int64_t most =
        (int64_t)(value < (uint64_t)BASELINE_MAX * 64 ? value : (uint64_t)BASELINE_MAX * 64);
    return most > more ? most - more : 0;
}

static void fill(enum looked_at what, const struct sight *sight, int32_t excess_milli,
                 struct nb_detection *out)
{
    const struct look *look = &LOOKS[what];
    int64_t one = BASELINE_FINE * 1000;
    int32_t log = nb_fine_log(sight->value, one) - nb_fine_log(sight->expected, one);
    int32_t missing = (int32_t)((int64_t)excess_milli * 1000 / look->octave_milli);
    bool down = look->kind == NB_DETECTOR_DROP;
    out->seen = look->kind;
    out->span_bins = sight->bins;
    out->value_milli = sight->value / BASELINE_FINE;
    out->expected_milli = sight->expected / BASELINE_FINE;
    out->limit_milli = times(sight->value, one, down ? missing : -missing) / BASELINE_FINE;
    out->deviation_milli = log;
}

static void judge(const struct nb_detector *d, const struct bin *bin, int64_t bin_ms,
                  int32_t rarity_milli, struct nb_detection *out)
{
    int64_t seen_ms = observed_ms(d);
    *out = (struct nb_detection){.rarity_milli = -RARITY_MAX_MILLI};
    for (enum looked_at i = 0; i < DETECTOR_WATCHES && seen_ms >= DARK_MS; i++) {
        struct sight sight;
        nb_detector_look(d, bin, i, &sight);
        if (!sight.is_seen) {
            continue;
        }
        int64_t excess = sight.seen_milli - limit_of(d, i);
        int64_t octaves = excess * 1000 / LOOKS[i].octave_milli;
        int32_t rarity = clamp(RARITY_AT_LIMIT + octaves * RARITY_PER_OCTAVE / 1000,
                               -RARITY_MAX_MILLI, RARITY_MAX_MILLI);
        if (rarity > out->rarity_milli) {
            int32_t asked = (int32_t)((int64_t)(rarity - rarity_milli) * 1000 / RARITY_PER_OCTAVE);
            out->rarity_milli = rarity;
            fill(i, &sight, (int32_t)((int64_t)asked * LOOKS[i].octave_milli / 1000), out);
        }
    }
    if (out->rarity_milli >= rarity_milli) {
        const struct episode *last = &d->episodes[out->seen == NB_DETECTOR_DROP];
        out->kind = out->seen;
        out->again = last->at_ms > 0 && bin_ms - last->at_ms <= EPISODE_MS;
    }
}

static void learn_peaks(struct nb_detector *d, const struct bin *bin, int64_t bin_ms)
{
    int64_t end_ms = bin_ms + d->interval_ms;
    bool ends_day = end_ms / NB_DAY_MS != bin_ms / NB_DAY_MS;
    for (enum looked_at i = 0; i < DETECTOR_WATCHES; i++) {
        struct sight sight;
        int64_t leak = LOOKS[i].leak_milli * INT64_C(1000000) / (7 * NB_DAY_MS / d->interval_ms);
        nb_detector_look(d, bin, i, &sight);
        nb_peak_sink(&d->peaks[i], leak);
        if (sight.is_seen) {
            nb_peak_learn(&d->peaks[i], sight.seen_milli);
        }
        if (ends_day) {
            nb_peak_end_day(&d->peaks[i]);
        }
    }
}

static void learn_events(struct nb_detector *d, const struct bin *bin)
{
    for (size_t i = 0; i < DETECTOR_EVENTS; i++) {
        if (d->since[i] != NEVER) {
            d->since[i] += bin->expected;
            d->since[i] = d->since[i] < BASELINE_MAX ? d->since[i] : BASELINE_MAX;
        }
    }
    if (bin->value == 0) {
        return;
    }
    uint32_t fresh = nb_detector_events(bin->value, DETECTOR_EVENTS);
    for (size_t i = DETECTOR_EVENTS; i-- > 0;) {
        d->since[i] = i < fresh ? 0 : d->since[i - fresh];
    }
}

/* Before a bin is judged: how long it has been quiet, and how the hours climb. */
static void count_in(struct nb_detector *d, const struct bin *bin, int64_t bin_ms)
{
    d->quiet = bin->value > 0 ? 0 : d->quiet + bin->expected;
    d->quiet = d->quiet < BASELINE_MAX ? d->quiet : BASELINE_MAX;
    d->quiet_ms = bin->value > 0 ? 0 : d->quiet_ms + d->interval_ms;
    d->hour_value += bin->value;
    d->hour_expected += bin->expected;
    d->hour_bins++;
    if ((bin_ms + d->interval_ms) % NB_HOUR_MS == 0) {
        int64_t half = d->hour_bins * INT64_C(500) * BASELINE_FINE;
        int32_t step = nb_fine_log(d->hour_value, half) - nb_fine_log(d->hour_expected, half);
        d->climb += clamp(step, -CLIMB_STEP_MILLI, CLIMB_STEP_MILLI) - CLIMB_SLACK_MILLI;
        d->climb = clamp(d->climb, 0, CLIMB_MAX_MILLI);
        d->hour_value = 0;
        d->hour_expected = 0;
        d->hour_bins = 0;
    }
}

static void push(struct nb_detector *d, const struct bin *bin)
{
    d->ring_at = (d->ring_at + 1) % DETECTOR_RING;
    d->ring[d->ring_at] = *bin;
}

static void learn(struct nb_detector *d, const struct nb_calendar *calendar, const struct bin *bin,
                  int64_t bin_ms)
{
    bool held = d->quiet >= INT64_C(1000) * HELD_COUNTS * BASELINE_FINE && d->quiet_ms < HELD_MS;
    learn_peaks(d, bin, bin_ms);
    learn_events(d, bin);
    if (!held) {
        nb_baseline_learn(&d->baseline, calendar, d->interval_ms, bin_ms, bin->value);
    }
    push(d, bin);
}

static void note_alarm(struct nb_detector *d, int64_t bin_ms, const struct nb_detection *detection)
{
    struct episode *last = &d->episodes[detection->kind == NB_DETECTOR_DROP];
    bool louder = !detection->again || detection->rarity_milli > last->rarity_milli;
    last->at_ms = bin_ms;
    last->rarity_milli = louder ? detection->rarity_milli : last->rarity_milli;
}

void nb_detector_step(struct nb_detector *d, const struct nb_calendar *calendar, int64_t bin_ms,
                      int64_t value_milli, int32_t rarity_milli, struct nb_detection *out)
{
    *out = (struct nb_detection){0};
    bin_ms = nb_detector_bin(d, bin_ms);
    if (d->seen_n > 0 && bin_ms < d->next_ms) {
        return;
    }
    nb_detector_gap(d, calendar, bin_ms);
    d->gauge |= value_milli % 1000 != 0;
    struct bin bin = nb_detector_make(d, calendar, bin_ms, bounded(value_milli));
    count_in(d, &bin, bin_ms);
    judge(d, &bin, bin_ms, rarity_milli, out);
    if (out->kind) {
        note_alarm(d, bin_ms, out);
    }
    learn(d, calendar, &bin, bin_ms);
    d->seen_n += d->seen_n < UINT32_MAX;
    d->next_ms = bin_ms + d->interval_ms;
}

void nb_detector_gap(struct nb_detector *d, const struct nb_calendar *calendar, int64_t to_ms)
{
    to_ms = nb_detector_bin(d, to_ms);
    for (uint32_t i = 0; d->seen_n > 0 && d->next_ms < to_ms; i++) {
        if (i == DETECTOR_RING) {
            d->next_ms = to_ms;
            break;
        }
        int64_t expected = nb_baseline_expected(&d->baseline, calendar, d->next_ms);
        push(d, &(struct bin){.value = expected, .expected = expected});
        d->next_ms += d->interval_ms;
    }
}

void nb_detector_peek(const struct nb_detector *d, const struct nb_calendar *calendar,
                      int64_t bin_ms, int64_t value_milli, int32_t rarity_milli,
                      struct nb_detection *out)
{
    *out = (struct nb_detection){0};
    bin_ms = nb_detector_bin(d, bin_ms);
    if (d->seen_n > 0 && bin_ms >= d->next_ms) {
        struct bin bin = nb_detector_make(d, calendar, bin_ms, bounded(value_milli));
        bin.open = true;
        judge(d, &bin, bin_ms, rarity_milli, out);
    }
}

int32_t nb_detection_rarity(int64_t a_week_milli)
{
    int32_t log =
        nb_log2_milli(1000) - nb_log2_milli(a_week_milli > 1 ? (uint64_t)a_week_milli : 1);
    return log * LOG10_OF_2_MILLI / 1000;
}

uint32_t nb_detection_severity(const struct nb_detection *detection)
{
    if (detection->kind == NB_DETECTOR_NONE) {
        return 0;
    }
    int32_t above = detection->rarity_milli - NB_DETECTOR_RARITY_MILLI;
    return 1 + (uint32_t)clamp(above / SEVERITY_STEP_MILLI, 0, 6);
}
