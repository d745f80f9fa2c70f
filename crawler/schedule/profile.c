#include "crawler/schedule/profile.h"

#include <stdbool.h>

/* Of an hour as any other, mixed in: no hour is quite dead. */
#define FLAT 0.2
#define SHARED_ITEMS 20.0
#define HALF_LIFE_MS (26 * 7 * INT64_C(86400000))

enum { NARROW_BYTES = NB_PROFILE_HOURS * 2 };

int nb_profile_hour(int64_t at_ms)
{
    int64_t hours = at_ms / 3600000 + 3 * 24; /* 1970 began on a Thursday */
    return (int)(hours % NB_PROFILE_HOURS);
}

static void halve(struct nb_profile *profile)
{
    profile->sum = 0;
    for (int i = 0; i < NB_PROFILE_HOURS; i++) {
        profile->hours[i] /= 2;
        profile->sum += profile->hours[i];
    }
}

void nb_profile_fade(struct nb_profile *profile, int64_t *since_ms, int64_t now_ms)
{
    if (*since_ms == 0 || now_ms < *since_ms) {
        *since_ms = now_ms;
    } else if (now_ms - *since_ms >= HALF_LIFE_MS) {
        halve(profile);
        *since_ms = now_ms;
    }
}

void nb_profile_add(struct nb_profile *profile, int64_t at_ms, double weight, uint32_t most)
{
    int hour = nb_profile_hour(at_ms > 0 ? at_ms : 0);
    unsigned units = (unsigned)(weight * NB_PROFILE_ONE + 0.5);
    units = units < NB_PROFILE_ONE ? units : NB_PROFILE_ONE;
    if (profile->hours[hour] + units > most) {
        halve(profile);
    }
    profile->hours[hour] += units;
    profile->sum += units;
}

/* Items in the hour and, half as much each, in those beside it; as if all hours were like that. */
static double smoothed(const struct nb_profile *profile, int hour)
{
    uint32_t before = profile->hours[(hour + NB_PROFILE_HOURS - 1) % NB_PROFILE_HOURS];
    uint32_t after = profile->hours[(hour + 1) % NB_PROFILE_HOURS];
    uint32_t units = before + 2U * profile->hours[hour] + after;
    return (double)units * NB_PROFILE_HOURS / (4.0 * NB_PROFILE_ONE);
}

double nb_profile_factor(const struct nb_profile *own, const struct nb_profile *shared, int hour)
{
    double half = NB_PROFILE_HOURS / 2.0; /* items that are assumed to be spread evenly */
    double all = (smoothed(shared, hour) + half) / ((double)shared->sum / NB_PROFILE_ONE + half);
    double items = (double)own->sum / NB_PROFILE_ONE;
    double mine = (smoothed(own, hour) + SHARED_ITEMS * all) / (items + SHARED_ITEMS);
    return (1 - FLAT) * mine + FLAT;
}

size_t nb_profile_encode(const struct nb_profile *profile, uint8_t out[NB_PROFILE_BYTES])
{
    size_t used = 0;
    bool wide = false;
    for (int i = 0; i < NB_PROFILE_HOURS; i++) {
        used += profile->hours[i] > 0;
        wide = wide || profile->hours[i] > UINT16_MAX;
    }
    uint8_t *at = out;
    bool all = wide || used * 3 >= NARROW_BYTES;
    for (int i = 0; i < NB_PROFILE_HOURS; i++) {
        uint32_t units = profile->hours[i];
        if (!all && units > 0) {
            *at++ = (uint8_t)i;
        }
        for (int shift = wide ? 24 : 8; (all || units > 0) && shift >= 0; shift -= 8) {
            *at++ = (uint8_t)(units >> shift & 0xff);
        }
    }
    return (size_t)(at - out);
}

enum nb_err nb_profile_decode(struct nb_slice bytes, struct nb_profile *out)
{
    bool wide = bytes.len == NB_PROFILE_BYTES;
    bool all = wide || bytes.len == NARROW_BYTES;
    size_t step = wide ? 4 : all ? 2 : 3;
    struct nb_profile profile = {0};
    if ((!all && bytes.len > NARROW_BYTES) || bytes.len % step != 0) {
        return NB_ECORRUPT;
    }
    for (size_t i = 0; i * step < bytes.len; i++) {
        const uint8_t *at = (const uint8_t *)bytes.p + i * step;
        size_t hour = all ? i : at[0];
        if (hour >= NB_PROFILE_HOURS) {
            return NB_ECORRUPT;
        }
        uint32_t units = 0;
        for (size_t k = all ? 0 : 1; k < step; k++) {
            units = units << 8 | at[k];
        }
        if (units > NB_PROFILE_SHARED_MAX) {
            return NB_ECORRUPT;
        }
        profile.hours[hour] = units;
    }
    for (int i = 0; i < NB_PROFILE_HOURS; i++) {
        profile.sum += profile.hours[i];
    }
    *out = profile;
    return NB_OK;
}
