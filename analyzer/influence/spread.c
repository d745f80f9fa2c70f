/*
 * Units: a half-life's part of the kernel is kept as a density per second in 2^-40, decayed from
 * event to event. At an adoption it is multiplied by the length of the window, which makes it a
 * pure number in 2^-16: what is compared is a * that against b.
 */
#include "analyzer/influence/spread.h"

#include <string.h>

#include <nabiz/fixed.h>

#include "analyzer/influence/sorting.h"

enum {
    PARTS = 3,
    ROUNDS = 8,          /* of fitting */
    RATIO_MAX = 1 << 22, /* a, in thousandths */
    WEIGHT_BITS = 20,    /* of what is left of an act */
    WINDOW_MAX_S = 1 << 30
};

#define FACTOR_MAX (UINT64_C(1) << 38) /* of a at an adoption */
#define DENSITY_MAX (UINT64_C(1) << 41)

struct part {
    int64_t half_s;
    uint64_t begin; /* density of a fresh act: ln 2 / half-life, in 2^-40 */
};

/* 0.693147 * 2^40 = 762123384786 */
static const struct part parts[PARTS] = {{3600, UINT64_C(762123384786) / 3600},
                                         {86400, UINT64_C(762123384786) / 86400},
                                         {604800, UINT64_C(762123384786) / 604800}};

struct kept { /* the first adoption of a group */
    int64_t at_s;
    uint32_t weight_milli, index;
    uint64_t factor[PARTS]; /* 2^-16 */
    uint32_t share;         /* caused: 0..2^16 */
};

static uint64_t decayed(uint64_t density, int64_t passed_s, int64_t half_s)
{
    if (!density) {
        return 0;
    }
    int64_t halvings = passed_s / half_s;
    int32_t rest_milli = (int32_t)(passed_s % half_s * 1000 / half_s);
    return halvings > 40
               ? 0
               : (density * nb_exp2_milli(WEIGHT_BITS * 1000 - rest_milli) >> WEIGHT_BITS) >>
                     halvings;
}

/* ---- the adoptions that count ---- */

static bool counts(const struct nb_spread_input *in, const struct nb_adoption *adoption)
{
    return adoption->weight_milli && adoption->at_s >= in->from_s && adoption->at_s < in->to_s;
}

/* @return how many are kept, in the order of time. numbers, is_first: room for all adoptions. */
static size_t keep_first_of_group(const struct nb_spread_input *in, uint64_t *numbers,
                                  bool *is_first, struct kept *kept)
{
    size_t n = 0, left = 0;
    for (size_t i = 0; i < in->adoptions_n; i++) {
        if (counts(in, &in->adoptions[i])) {
            numbers[n++] = (uint64_t)in->adoptions[i].group << 32 | i;
        }
    }
    nb_sort_numbers(numbers, n);
    for (size_t i = 0; i < n; i++) {
        is_first[(uint32_t)numbers[i]] = i == 0 || numbers[i] >> 32 != numbers[i - 1] >> 32;
    }
    for (size_t i = 0; i < in->adoptions_n; i++) {
        const struct nb_adoption *adoption = &in->adoptions[i];
        if (is_first[i]) {
            kept[left++] = (struct kept){.at_s = adoption->at_s,
                                         .weight_milli = adoption->weight_milli,
                                         .index = (uint32_t)i};
        }
    }
    return left;
}

/* ---- the rate ---- */

static int64_t window_of(const struct nb_spread_input *in)
{
    int64_t window_s = in->to_s - in->from_s;
    return window_s < 1 ? 1 : window_s < WINDOW_MAX_S ? window_s : WINDOW_MAX_S;
}

static void let_pass(uint64_t density[PARTS], int64_t *now_s, int64_t at_s)
{
    for (size_t k = 0; k < PARTS && at_s > *now_s; k++) {
        density[k] = decayed(density[k], at_s - *now_s, parts[k].half_s);
    }
    *now_s = at_s > *now_s ? at_s : *now_s;
}

/* What a is multiplied by at each adoption. An act counts from its own second on.
 * @return acts in the window. */
static size_t measure_factors(const struct nb_spread_input *in, struct kept *kept, size_t n)
{
    uint64_t density[PARTS] = {0};
    uint64_t window_s = (uint64_t)window_of(in);
    int64_t now_s = in->from_s;
    size_t act = 0, acts_n = 0;
    for (size_t i = 0; i < in->acts_n; i++) {
        acts_n += in->acts_s[i] >= in->from_s && in->acts_s[i] < in->to_s;
    }
    for (size_t i = 0; i < n; i++) {
        for (; act < in->acts_n && in->acts_s[act] <= kept[i].at_s; act++) {
            if (in->acts_s[act] < in->from_s) {
                continue;
            }
            let_pass(density, &now_s, in->acts_s[act]);
            for (size_t k = 0; k < PARTS; k++) {
                density[k] += density[k] < DENSITY_MAX ? parts[k].begin : 0;
            }
        }
        let_pass(density, &now_s, kept[i].at_s);
        for (size_t k = 0; k < PARTS; k++) {
            uint64_t fresh = density[k] < DENSITY_MAX ? density[k] : DENSITY_MAX;
            uint64_t factor = fresh / 256 * window_s >> 16;
            kept[i].factor[k] = factor < FACTOR_MAX ? factor : FACTOR_MAX;
        }
    }
    return acts_n;
}

/* How an adoption's rate is made up: what of it each part of the kernel caused, in 2^-16. */
static void divide(struct kept *kept, const uint64_t ratio[PARTS], uint64_t chance_milli,
                   uint64_t shares[PARTS])
{
    uint64_t all = chance_milli << 16;
    int down = 0;
    for (size_t k = 0; k < PARTS; k++) {
        shares[k] = ratio[k] * kept->factor[k];
        all += shares[k];
    }
    while (all >> 47) {
        all >>= 1;
        down++;
    }
    kept->share = 0;
    for (size_t k = 0; k < PARTS; k++) {
        shares[k] = all ? (shares[k] >> down << 16) / all : 0;
        kept->share += (uint32_t)shares[k];
    }
}

static void fit(const struct nb_spread_input *in, struct kept *kept, size_t n, size_t acts_n)
{
    uint64_t usual_milli = in->usual_micro / 1000 + 1, chance = usual_milli, all_milli = 0;
    uint64_t ratio[PARTS], shares[PARTS];
    for (size_t i = 0; i < n; i++) {
        all_milli += kept[i].weight_milli;
    }
    for (size_t k = 0; k < PARTS; k++) {
        ratio[k] = all_milli / (acts_n + 1) / PARTS + 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t caused[PARTS] = {0}; /* thousandths, in 2^-16 */
        uint64_t left = all_milli + usual_milli;
        for (size_t i = 0; i < n; i++) {
            divide(&kept[i], ratio, chance, shares);
            for (size_t k = 0; k < PARTS; k++) {
                caused[k] += shares[k] * kept[i].weight_milli;
            }
        }
        for (size_t k = 0; k < PARTS; k++) {
            uint64_t fitted = (caused[k] >> 16) / (acts_n + 1);
            left -= caused[k] >> 16;
            ratio[k] = fitted < RATIO_MAX ? fitted : RATIO_MAX;
        }
        chance = left / 2;
    }
}

/* When acts are not known: whatever is above what a usual author gets, the same of each. */
static void take_surplus(const struct nb_spread_input *in, struct kept *kept, size_t n)
{
    uint64_t got = n ? (uint64_t)n * 1000000 : 1;
    uint64_t surplus = got > in->usual_micro ? got - in->usual_micro : 0;
    for (size_t i = 0; i < n; i++) {
        kept[i].share = (uint32_t)(surplus / 1000 * 65536 / (got / 1000 + 1));
    }
}

static int64_t worth(const struct kept *kept)
{
    return (int64_t)((uint64_t)kept->share * kept->weight_milli >> 16);
}

enum nb_err nb_spread_estimate(const struct nb_spread_input *in, struct nb_arena *arena,
                               int32_t *worth_milli, struct nb_spread *out)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct nb_spread spread = {0};
    if (in->acts_n >= UINT32_MAX || in->adoptions_n >= UINT32_MAX) {
        return NB_ETOOBIG;
    }
    struct kept *kept = nb_arena_calloc(arena, in->adoptions_n, sizeof(*kept));
    uint64_t *numbers = nb_arena_alloc(arena, in->adoptions_n * sizeof(*numbers));
    bool *is_first = nb_arena_calloc(arena, in->adoptions_n, sizeof(*is_first));
    if (!kept || !numbers || !is_first) {
        return NB_ENOMEM;
    }
    size_t n = keep_first_of_group(in, numbers, is_first, kept);
    if (in->acts_n) {
        size_t acts_n = measure_factors(in, kept, n);
        fit(in, kept, n, acts_n);
    } else {
        take_surplus(in, kept, n);
    }
    if (worth_milli) {
        memset(worth_milli, 0, in->adoptions_n * sizeof(*worth_milli));
    }
    for (size_t i = 0; i < n; i++) {
        spread.caused_milli += worth(&kept[i]);
        spread.chance_milli += kept[i].weight_milli - worth(&kept[i]);
        if (worth_milli) {
            worth_milli[kept[i].index] = (int32_t)worth(&kept[i]);
        }
    }
    spread.groups_n = (uint32_t)n;
    spread.known = n >= NB_SPREAD_LEAST;
    nb_arena_rewind(arena, mark);
    *out = spread;
    return NB_OK;
}
