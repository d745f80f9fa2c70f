#include "analyzer/alerts/detector.h"

#include <inttypes.h>
#include <string.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

#include "analyzer/alerts/detector_state.h"
#include "analyzer/alerts/fixed.h"

enum {
    SMALL_MILLI = 1000,  /* added to both sides of a ratio, so that one of nothing is no alarm */
    LEARN_BINS_MIN = 48, /* judged only after these many bins ... */
    LEVEL_S = 7 * 86400, /* time constant of the level */
    SPREAD_BINS = 2000,  /* and of the spreads */
    SLOT_SHARE = 6,      /* a slot moves by a sixth per visit, spread over its bins */
    CAP_MILLI = 2000,    /* learning takes no residual for more than this: two octaves */
    SPREAD_MIN_MILLI = 100,
    EPISODE_H = 6
};
static const int64_t LEARN_MS = 48 * NB_HOUR_MS;
static const uint32_t SPANS[DETECTOR_SPANS] = {1, 3, 12};

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
    d->offset_min = offset_min;
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

static uint32_t slot_of(const struct nb_detector *d, int64_t bin_ms)
{
    int64_t hour = (bin_ms + d->offset_min * NB_MINUTE_MS) / NB_HOUR_MS % DETECTOR_SLOTS;
    return (uint32_t)(hour < 0 ? hour + DETECTOR_SLOTS : hour);
}

/* log2 of value, with the small amount added, in thousandths. */
static int32_t log_of(int64_t value_milli)
{
    return nb_log2_milli((uint64_t)(value_milli > 0 ? value_milli : 0) + SMALL_MILLI);
}

static int64_t unlog(int32_t log_milli)
{
    int64_t value = (int64_t)nb_exp2_milli(log_milli) - SMALL_MILLI;
    return value > 0 ? value : 0;
}

static int32_t clamp(int64_t value, int32_t low, int32_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

/* Mean of the newest span bins with value as the newest of all. */
static int64_t mean_of(const struct nb_detector *d, uint32_t span, int64_t value_milli)
{
    int64_t sum = value_milli;
    for (uint32_t i = 0; i + 1 < span; i++) {
        sum += d->ring[(d->ring_at + DETECTOR_RING - i) % DETECTOR_RING];
    }
    return sum / span;
}

static int32_t expected_log(const struct nb_detector *d, int64_t bin_ms)
{
    return log_of(d->level_milli) + d->slot_milli[slot_of(d, bin_ms)];
}

/* A normal tail has -log10 p of about 0.217 z^2 + 0.4; spreads are mean absolute ones. */
static int32_t rarity_of(int32_t z_milli)
{
    int64_t z = z_milli < 0 ? -(int64_t)z_milli : z_milli;
    return clamp(z * z / 4600 / 3, 0, 1000000);
}

static void judge(const struct nb_detector *d, int64_t bin_ms, int64_t value_milli,
                  int32_t rarity_milli, bool open, struct nb_verdict *out)
{
    *out = (struct nb_verdict){.learning = d->seen_n < LEARN_BINS_MIN ||
                                           d->seen_n * d->interval_ms < LEARN_MS};
    if (out->learning) {
        return;
    }
    int32_t expected = expected_log(d, bin_ms);
    for (size_t i = 0; i < DETECTOR_SPANS; i++) {
        int64_t mean = mean_of(d, SPANS[i], value_milli);
        const struct spread *spread = &d->spreads[i];
        int32_t unit = spread->deviation_milli + SPREAD_MIN_MILLI;
        int32_t z = clamp(((int64_t)log_of(mean) - expected - spread->mean_milli) * 1000 / unit,
                          -1000000, 1000000);
        int32_t rarity = rarity_of(z);
        if (rarity < out->rarity_milli || (out->seen && rarity == out->rarity_milli) ||
            (open && z < 0)) {
            continue;
        }
        int32_t far = (int32_t)nb_isqrt((uint64_t)rarity_milli * 4600 * 3);
        int32_t limit = expected + spread->mean_milli + (z < 0 ? -far : far) * unit / 1000;
        out->seen = z < 0 ? NB_DETECTOR_DROP : SPANS[i] > 3 ? NB_DETECTOR_RISE : NB_DETECTOR_SPIKE;
        out->span_bins = SPANS[i];
        out->value_milli = mean * SPANS[i];
        out->expected_milli = unlog(expected) * SPANS[i];
        out->limit_milli = unlog(limit) * SPANS[i];
        out->deviation_milli = z;
        out->rarity_milli = rarity;
    }
    if (out->rarity_milli >= rarity_milli && out->seen) {
        int64_t last_ms = d->alarm_ms[out->seen];
        out->kind = out->seen;
        out->again = last_ms > 0 && bin_ms - last_ms <= EPISODE_H * NB_HOUR_MS;
    }
}

/* The first bins weigh as much as they are many, later ones by the time constant. */
static int64_t share_of(const struct nb_detector *d, int64_t constant_bins)
{
    int64_t n = d->seen_n + 1;
    return n < constant_bins ? n : constant_bins;
}

static void learn(struct nb_detector *d, int64_t bin_ms, int64_t value_milli)
{
    if (d->seen_n == 0) {
        d->level_milli = value_milli;
    }
    int32_t expected = expected_log(d, bin_ms);
    int32_t residual = clamp((int64_t)log_of(value_milli) - expected, -CAP_MILLI, CAP_MILLI);
    int32_t *slot = &d->slot_milli[slot_of(d, bin_ms)];
    int64_t bins = NB_HOUR_MS / d->interval_ms;
    for (size_t i = 0; i < DETECTOR_SPANS; i++) {
        struct spread *spread = &d->spreads[i];
        int32_t r = clamp((int64_t)log_of(mean_of(d, SPANS[i], value_milli)) - expected, -CAP_MILLI,
                          CAP_MILLI);
        int32_t away = r > spread->mean_milli ? r - spread->mean_milli : spread->mean_milli - r;
        int64_t share = share_of(d, SPREAD_BINS);
        spread->mean_milli += (int32_t)((r - spread->mean_milli) / share);
        spread->deviation_milli += (int32_t)((away - spread->deviation_milli) / share);
    }
    int64_t capped = unlog(log_of(d->level_milli) + CAP_MILLI);
    int64_t level = value_milli < capped ? value_milli : capped;
    d->level_milli += (level - d->level_milli) / share_of(d, LEVEL_S * 1000LL / d->interval_ms);
    if (d->seen_n * d->interval_ms >= LEARN_MS) {
        *slot += (int32_t)(residual / (SLOT_SHARE * (bins > 0 ? bins : 1)));
    }
}

static void push(struct nb_detector *d, int64_t value_milli)
{
    d->ring_at = (d->ring_at + 1) % DETECTOR_RING;
    d->ring[d->ring_at] = value_milli;
}

static int64_t bounded(int64_t value_milli)
{
    return value_milli < 0                             ? 0
           : value_milli > NB_DETECTOR_VALUE_MAX_MILLI ? NB_DETECTOR_VALUE_MAX_MILLI
                                                       : value_milli;
}

void nb_detector_step(struct nb_detector *d, const struct nb_calendar *calendar, int64_t bin_ms,
                      int64_t value_milli, int32_t rarity_milli, struct nb_verdict *out)
{
    (void)calendar;
    int64_t value = bounded(value_milli);
    *out = (struct nb_verdict){.learning = true};
    bin_ms = nb_detector_bin(d, bin_ms);
    if (d->seen_n > 0 && bin_ms < d->next_ms) {
        return;
    }
    nb_detector_gap(d, bin_ms);
    judge(d, bin_ms, value, rarity_milli, false, out);
    if (out->kind) {
        d->alarm_ms[out->kind] = bin_ms;
    }
    learn(d, bin_ms, value);
    push(d, value);
    d->seen_n += d->seen_n < UINT32_MAX;
    d->next_ms = bin_ms + d->interval_ms;
}

void nb_detector_gap(struct nb_detector *d, int64_t to_ms)
{
    to_ms = nb_detector_bin(d, to_ms);
    for (uint32_t i = 0; d->seen_n > 0 && d->next_ms < to_ms; i++) {
        if (i == DETECTOR_RING) {
            d->next_ms = to_ms;
            break;
        }
        push(d, unlog(expected_log(d, d->next_ms)));
        d->next_ms += d->interval_ms;
    }
}

void nb_detector_peek(const struct nb_detector *d, const struct nb_calendar *calendar,
                      int64_t bin_ms, int64_t value_milli, int32_t rarity_milli,
                      struct nb_verdict *out)
{
    (void)calendar;
    *out = (struct nb_verdict){.learning = true};
    bin_ms = nb_detector_bin(d, bin_ms);
    if (d->seen_n > 0 && bin_ms >= d->next_ms) {
        judge(d, bin_ms, bounded(value_milli), rarity_milli, true, out);
    }
}

uint32_t nb_verdict_severity(const struct nb_verdict *verdict)
{
    if (verdict->kind == NB_DETECTOR_NONE) {
        return 0;
    }
    int32_t above = verdict->rarity_milli - NB_DETECTOR_RARITY_MILLI;
    return 1 + (uint32_t)clamp(above / 2000, 0, 6);
}
