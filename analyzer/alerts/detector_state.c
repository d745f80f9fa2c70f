#include "analyzer/alerts/detector_state.h"

#include <string.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

/*
 * A version, then every field in the order of the structure, little end first. Fields are written
 * one by one: padding and byte order of a machine are not for the disk.
 */
enum {
    VERSION = 1,
    BYTES = 1 + 8 + 4 + 4 + 8 + 8 + 4 * DETECTOR_SLOTS + 8 * DETECTOR_RING + 4 +
            8 * DETECTOR_SPANS + 8 * 4
};

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

static void walk_all(struct walk *w, struct nb_detector *d)
{
    walk_i64(w, &d->interval_ms);
    walk_i32(w, &d->offset_min);
    walk_u32(w, &d->seen_n);
    walk_i64(w, &d->next_ms);
    walk_i64(w, &d->level_milli);
    for (size_t i = 0; i < DETECTOR_SLOTS; i++) {
        walk_i32(w, &d->slot_milli[i]);
    }
    for (size_t i = 0; i < DETECTOR_RING; i++) {
        walk_i64(w, &d->ring[i]);
    }
    walk_u32(w, &d->ring_at);
    for (size_t i = 0; i < DETECTOR_SPANS; i++) {
        walk_i32(w, &d->spreads[i].mean_milli);
        walk_i32(w, &d->spreads[i].deviation_milli);
    }
    for (size_t i = 0; i < 4; i++) {
        walk_i64(w, &d->alarm_ms[i]);
    }
}

enum nb_err nb_detector_encode(const struct nb_detector *detector, struct nb_arena *arena,
                               struct nb_slice *out)
{
    uint8_t *bytes = nb_arena_alloc(arena, BYTES);
    if (!bytes) {
        return NB_ENOMEM;
    }
    struct nb_detector copy = *detector;
    struct walk w = {.write = bytes + 1};
    bytes[0] = VERSION;
    walk_all(&w, &copy);
    *out = nb_slice((const char *)bytes, BYTES);
    return NB_OK;
}

/* Whatever the bytes say, arithmetic on them must be defined. */
static bool is_sane(const struct nb_detector *d)
{
    bool sane = d->ring_at < DETECTOR_RING && d->level_milli >= 0 &&
                d->level_milli <= NB_DETECTOR_VALUE_MAX_MILLI && d->offset_min >= -1440 &&
                d->offset_min <= 1440 && d->next_ms > -(INT64_C(1) << 53) &&
                d->next_ms < INT64_C(1) << 53;
    for (size_t i = 0; i < DETECTOR_SLOTS; i++) {
        sane = sane && d->slot_milli[i] > -100000 && d->slot_milli[i] < 100000;
    }
    for (size_t i = 0; i < DETECTOR_RING; i++) {
        sane = sane && d->ring[i] >= 0 && d->ring[i] <= NB_DETECTOR_VALUE_MAX_MILLI;
    }
    for (size_t i = 0; i < DETECTOR_SPANS; i++) {
        const struct spread *s = &d->spreads[i];
        sane = sane && s->mean_milli > -100000 && s->mean_milli < 100000 &&
               s->deviation_milli >= 0 && s->deviation_milli < 100000;
    }
    return sane;
}

enum nb_err nb_detector_decode(struct nb_slice bytes, struct nb_detector **out)
{
    *out = NULL;
    if (bytes.len != BYTES || bytes.p[0] != VERSION) {
        return NB_ECORRUPT;
    }
    struct nb_detector read = {0};
    struct walk w = {.read = (const uint8_t *)bytes.p + 1};
    walk_all(&w, &read);
    if (!is_sane(&read)) {
        return NB_ECORRUPT;
    }
    enum nb_err err = nb_detector_new(read.interval_ms, read.offset_min, out);
    if (err) {
        return err == NB_EINVAL ? NB_ECORRUPT : err;
    }
    **out = read;
    return NB_OK;
}
