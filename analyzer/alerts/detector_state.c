#include "analyzer/alerts/detector_state.h"

#include <assert.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

/*
 * A version, then every field, little end first; of the ring only the bins that a look reaches back
 * to. Fields are written one by one: padding and byte order of a machine are not for the disk.
 */
enum {
    VERSION = 2,
    RING_BYTES = 8 + 8 + 4,
    SLOTS_N = BASELINE_HOURS + BASELINE_WEEK + (NB_CALENDAR_KINDS_MAX + 1) * BASELINE_QUARTERS,
    BASELINE_BYTES = 4 + 4 + 8 + 8 + 4 * SLOTS_N + 8 + 8 + 8 + 4,
    FIXED_BYTES = 1 + 8 + 8 + 4 + 4 + BASELINE_BYTES + 8 * DETECTOR_EVENTS + 8 * 5 + 4 +
                  (8 + 4 * 4) * DETECTOR_WATCHES + (8 + 4) * DETECTOR_SIDES,
    REST_MAX = 20000,
    SEEN_MAX = 10000000,
    DAYS_MAX = 1000
};
#define TIME_MAX (INT64_C(1) << 53)

/* One walk over the fields serves both ways. */
struct walk {
    uint8_t *write; /* NULL when reading */
    const uint8_t *read;
};

static void walk_bytes(struct walk *w, uint64_t *value, size_t n)
{
    uint64_t got = 0;
    for (size_t i = 0; i < n; i++) {
        if (w->write) {
            *w->write++ = (uint8_t)(*value >> 8 * i);
        } else {
            got |= (uint64_t)*w->read++ << 8 * i;
        }
    }
    if (!w->write) {
        *value = got;
    }
}

static void walk_i64(struct walk *w, int64_t *value)
{
    uint64_t raw = (uint64_t)*value;
    walk_bytes(w, &raw, 8);
    *value = (int64_t)raw;
}

static void walk_u32(struct walk *w, uint32_t *value)
{
    uint64_t raw = *value;
    walk_bytes(w, &raw, 4);
    *value = (uint32_t)raw;
}

static void walk_i32(struct walk *w, int32_t *value)
{
    uint32_t raw = (uint32_t)*value;
    walk_u32(w, &raw);
    *value = (int32_t)raw;
}

static void walk_slots(struct walk *w, struct hour_slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t log = (uint16_t)slots[i].log_milli;
        uint64_t seen = slots[i].seen_n;
        walk_bytes(w, &log, 2);
        walk_bytes(w, &seen, 2);
        slots[i] = (struct hour_slot){(int16_t)log, (uint32_t)seen};
    }
}

static void walk_baseline(struct walk *w, struct baseline *b)
{
    walk_i32(w, &b->offset_min);
    walk_u32(w, &b->seen_n);
    walk_i64(w, &b->level);
    walk_i64(w, &b->level_rest);
    walk_slots(w, b->day, BASELINE_HOURS);
    walk_slots(w, b->week, BASELINE_WEEK);
    for (size_t i = 0; i <= NB_CALENDAR_KINDS_MAX; i++) {
        walk_slots(w, b->kinds[i], BASELINE_QUARTERS);
    }
    walk_i64(w, &b->hour);
    walk_i64(w, &b->hour_sum);
    walk_i64(w, &b->hour_level);
    walk_u32(w, &b->hour_bins);
}

/* Written from the oldest bin on, so that where the ring stands is not part of the state. */
static void walk_ring(struct walk *w, struct nb_detector *d)
{
    uint32_t bins = nb_detector_span(d->interval_ms, LOOK_BACK_MS, LOOK_BACK_BINS);
    if (!w->write) {
        d->ring_at = bins - 1;
    }
    for (uint32_t i = 0; i < bins; i++) {
        struct bin *bin = &d->ring[(d->ring_at + DETECTOR_RING - (bins - 1 - i)) % DETECTOR_RING];
        walk_i64(w, &bin->value);
        walk_i64(w, &bin->expected);
        walk_i32(w, &bin->log_milli);
    }
}

static void walk_all(struct walk *w, struct nb_detector *d)
{
    walk_i64(w, &d->next_ms);
    walk_u32(w, &d->seen_n);
    walk_u32(w, &d->gauge);
    walk_baseline(w, &d->baseline);
    walk_ring(w, d);
    for (size_t i = 0; i < DETECTOR_EVENTS; i++) {
        walk_i64(w, &d->since[i]);
    }
    walk_i64(w, &d->quiet);
    walk_i64(w, &d->quiet_ms);
    walk_i64(w, &d->climb);
    walk_i64(w, &d->hour_value);
    walk_i64(w, &d->hour_expected);
    walk_u32(w, &d->hour_bins);
    for (size_t i = 0; i < DETECTOR_WATCHES; i++) {
        walk_i64(w, &d->peaks[i].top_nano);
        walk_i32(w, &d->peaks[i].day_milli);
        walk_i32(w, &d->peaks[i].mean_milli);
        walk_i32(w, &d->peaks[i].spread_milli);
        walk_u32(w, &d->peaks[i].days_n);
    }
    for (size_t i = 0; i < DETECTOR_SIDES; i++) {
        walk_i64(w, &d->episodes[i].at_ms);
        walk_i32(w, &d->episodes[i].rarity_milli);
    }
}

enum nb_err nb_detector_encode(const struct nb_detector *detector, struct nb_arena *arena,
                               struct nb_slice *out)
{
    uint32_t bins = nb_detector_span(detector->interval_ms, LOOK_BACK_MS, LOOK_BACK_BINS);
    size_t len = FIXED_BYTES + bins * (size_t)RING_BYTES;
    uint8_t *bytes = nb_arena_alloc(arena, len);
    struct nb_detector *copy = nb_arena_alloc(arena, sizeof(*copy));
    if (!bytes || !copy) {
        return NB_ENOMEM;
    }
    *copy = *detector;
    struct walk w = {.write = bytes};
    *w.write++ = VERSION;
    walk_i64(&w, &copy->interval_ms);
    walk_all(&w, copy);
    assert((size_t)(w.write - bytes) == len);
    *out = nb_slice((const char *)bytes, len);
    return NB_OK;
}

static bool within(int64_t value, int64_t low, int64_t high)
{
    return value >= low && value <= high;
}

static bool is_sane_baseline(const struct baseline *b)
{
    return within(b->offset_min, -1440, 1440) && within(b->level, 0, BASELINE_MAX) &&
           within(b->level_rest, -REST_MAX, REST_MAX) && within(b->hour, -TIME_MAX, TIME_MAX) &&
           within(b->hour_sum, 0, BASELINE_MAX * 64) && within(b->hour_level, 0, BASELINE_MAX) &&
           b->hour_bins <= 60;
}

/* Whatever the bytes say, arithmetic on them must be defined. */
static bool is_sane(const struct nb_detector *d)
{
    bool sane = within(d->next_ms, -TIME_MAX, TIME_MAX) && d->gauge <= 1 &&
                is_sane_baseline(&d->baseline) && within(d->quiet, 0, BASELINE_MAX) &&
                within(d->quiet_ms, 0, TIME_MAX) && within(d->climb, 0, 1000000) &&
                within(d->hour_value, 0, BASELINE_MAX * 64) &&
                within(d->hour_expected, 0, BASELINE_MAX * 64) && d->hour_bins <= 60;
    for (size_t i = 0; i < DETECTOR_RING; i++) {
        const struct bin *bin = &d->ring[i];
        sane = sane && within(bin->value, 0, BASELINE_MAX) &&
               within(bin->expected, 0, BASELINE_MAX) &&
               within(bin->log_milli, -SEEN_MAX, SEEN_MAX);
    }
    for (size_t i = 0; i < DETECTOR_EVENTS; i++) {
        sane = sane && within(d->since[i], NEVER, BASELINE_MAX);
    }
    for (size_t i = 0; i < DETECTOR_WATCHES; i++) {
        const struct peak *p = &d->peaks[i];
        sane = sane && within(p->top_nano, -TIME_MAX, TIME_MAX) &&
               within(p->day_milli, -SEEN_MAX, SEEN_MAX) &&
               within(p->mean_milli, -SEEN_MAX, SEEN_MAX) && within(p->spread_milli, 0, SEEN_MAX) &&
               p->days_n <= DAYS_MAX;
    }
    for (size_t i = 0; i < DETECTOR_SIDES; i++) {
        sane = sane && within(d->episodes[i].at_ms, -TIME_MAX, TIME_MAX);
    }
    return sane;
}

/* The shortest there is, and the field that says how long it really is, come first. */
enum nb_err nb_detector_decode(struct nb_slice bytes, struct nb_detector **out)
{
    *out = NULL;
    if (bytes.len < 9 || bytes.p[0] != VERSION) {
        return NB_ECORRUPT;
    }
    struct walk w = {.read = (const uint8_t *)bytes.p + 1};
    int64_t interval_ms = 0;
    walk_i64(&w, &interval_ms);
    enum nb_err err = nb_detector_new(interval_ms, 0, out);
    if (err) {
        return err == NB_EINVAL ? NB_ECORRUPT : err;
    }
    uint32_t bins = nb_detector_span(interval_ms, LOOK_BACK_MS, LOOK_BACK_BINS);
    if (bytes.len == FIXED_BYTES + bins * RING_BYTES) {
        walk_all(&w, *out);
        if (is_sane(*out)) {
            return NB_OK;
        }
    }
    nb_detector_free(*out);
    *out = NULL;
    return NB_ECORRUPT;
}
