/*
 * Units: a half-life's part of the kernel is kept as a density per second in 2^-40, decayed from
 * act to act. At an adoption it is decayed from the act before and multiplied by the length of the
 * window, which makes it a pure number in 2^-16: what is compared is a * that against b.
 */
#include "analyzer/influence/spread.h"

#include <string.h>

enum { HOUR, DAY, WEEK, PARTS };

enum {
    ROUNDS = 8,          /* of fitting */
    RATIO_MAX = 1 << 22, /* a, in thousandths */
    HALVINGS_MAX = 40,   /* after which nothing is left */
    HALF_BITS = 5,       /* of a halving's 1024ths, for each of the tables below */
    TABLE_BITS = 30,
    LEFT_BITS = 20, /* of what is left of a density */
    WINDOW_MAX_S = 1 << 30
};

#define FACTOR_MAX (UINT64_C(1) << 38) /* of a at an adoption */
#define DENSITY_MAX (UINT64_C(1) << 41)
#define COUNT_MAX (UINT32_C(1) << 30)
#define NONE UINT32_MAX

struct part {
    uint64_t pace;  /* halvings in a second, in 2^-42 */
    uint64_t begin; /* density of a fresh act: ln 2 / half-life, in 2^-40 */
};

/* 2^42 = 4398046511104, 0.693147 * 2^40 = 762123384786 */
static const struct part parts[PARTS] = {
    {UINT64_C(4398046511104) / 3600 + 1, UINT64_C(762123384786) / 3600},
    {UINT64_C(4398046511104) / 86400 + 1, UINT64_C(762123384786) / 86400},
    {UINT64_C(4398046511104) / 604800 + 1, UINT64_C(762123384786) / 604800}};

/* 2^(-i / 32) and 2^(-i / 1024), in 2^-30 */
static const uint32_t coarse_left[1 << HALF_BITS] = {
    1073741824, 1050733751, 1028218693, 1006186087, 984625594, 963527098, 942880699, 922676710,
    902905651,  883558244,  864625413,  846098274,  827968132, 810226483, 792865000, 775875538,
    759250125,  742980960,  727060411,  711481005,  696235434, 681316545, 666717336, 652430958,
    638450708,  624770026,  611382493,  598281827,  585461881, 572916640, 560640218, 548626854,
};
static const uint32_t fine_left[1 << HALF_BITS] = {
    1073741824, 1073015252, 1072289173, 1071563584, 1070838486, 1070113879, 1069389763, 1068666136,
    1067942999, 1067220351, 1066498193, 1065776523, 1065055341, 1064334647, 1063614442, 1062894723,
    1062175491, 1061456746, 1060738488, 1060020715, 1059303428, 1058586627, 1057870310, 1057154479,
    1056439131, 1055724268, 1055009888, 1054295992, 1053582579, 1052869649, 1052157201, 1051445235,
};

struct density {
    uint64_t of[PARTS]; /* right after an act */
};

struct kept { /* the first adoption of a group */
    int64_t at_s;
    uint32_t weight_milli, index, group;
    uint32_t share;         /* caused: 0..2^16 */
    uint64_t factor[PARTS]; /* 2^-16 */
};

/* ---- the adoptions that count ---- */

static bool counts(const struct nb_spread_input *in, const struct nb_adoption *adoption)
{
    return adoption->weight_milli && adoption->at_s >= in->from_s && adoption->at_s < in->to_s;
}

/* Bits of a table that groups are found by: it is at most half full. */
static unsigned table_bits(size_t n)
{
    unsigned bits = 3;
    while ((size_t)1 << bits < 2 * n) {
        bits++;
    }
    return bits;
}

/* Where a group is in the table, or would be. */
static uint32_t *place_of(uint32_t *table, unsigned bits, const struct kept *kept, uint32_t group)
{
    size_t mask = ((size_t)1 << bits) - 1;
    size_t i = group * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits);
    while (table[i] != NONE && kept[table[i]].group != group) {
        i = (i + 1) & mask;
    }
    return &table[i];
}

/* @return how many are kept. table: of 1 << bits; kept: room for all adoptions. */
static size_t keep_first_of_group(const struct nb_spread_input *in, uint32_t *table, unsigned bits,
                                  struct kept *kept)
{
    size_t n = 0;
    memset(table, 0xff, sizeof(table[0]) << bits);
    for (size_t i = 0; i < in->adoptions_n; i++) {
        const struct nb_adoption *adoption = &in->adoptions[i];
        if (!counts(in, adoption)) {
            continue;
        }
        uint32_t *place = place_of(table, bits, kept, adoption->group);
        bool is_new = *place == NONE;
        if (is_new) {
            *place = (uint32_t)n++;
        }
        struct kept *of = &kept[*place];
        if (is_new || adoption->at_s < of->at_s) {
            of->at_s = adoption->at_s;
            of->weight_milli = adoption->weight_milli;
            of->index = (uint32_t)i;
            of->group = adoption->group;
        }
    }
    return n;
}

/* ---- the rate ---- */

static int64_t window_of(const struct nb_spread_input *in)
{
    int64_t window_s = in->to_s - in->from_s;
    return window_s < 1 ? 1 : window_s < WINDOW_MAX_S ? window_s : WINDOW_MAX_S;
}

static uint64_t decayed(uint64_t density, int64_t passed_s, uint64_t pace)
{
    uint64_t passed = passed_s < WINDOW_MAX_S ? (uint64_t)passed_s : WINDOW_MAX_S;
    uint64_t halvings = passed * pace >> 32; /* in 1024ths */
    unsigned fine = halvings & 31, coarse = halvings >> HALF_BITS & 31;
    uint64_t left = (uint64_t)coarse_left[coarse] * fine_left[fine] >> (2 * TABLE_BITS - LEFT_BITS);
    halvings >>= 2 * HALF_BITS;
    return halvings > HALVINGS_MAX ? 0 : (density * left >> LEFT_BITS) >> halvings;
}

/* The density after each act, from the one before. An act counts from its own second on. */
static void add_up_acts(const int64_t *acts_s, size_t n, struct density *density)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < PARTS; k++) {
            uint64_t before = i ? density[i - 1].of[k] : 0;
            before = before ? decayed(before, acts_s[i] - acts_s[i - 1], parts[k].pace) : 0;
            density[i].of[k] = before < DENSITY_MAX ? before + parts[k].begin : DENSITY_MAX;
        }
    }
}

/* How many of the times are at_s or before. Where it goes is no branch, for nobody could foresee
 * it. */
static size_t count_until(const int64_t *times_s, size_t n, int64_t at_s)
{
    size_t begin = 0;
    while (n > 0) {
        size_t half = (n + 1) / 2;
        begin += half & (size_t) - (ptrdiff_t)(times_s[begin + half - 1] <= at_s);
        n -= half;
    }
    return begin;
}

/* What a is multiplied by at each adoption. Those where that is 0 are moved behind the others, with
 * a share of 0. @return how many others there are. */
static size_t measure_factors(const struct nb_spread_input *in, const int64_t *acts_s,
                              size_t acts_n, const struct density *density, struct kept *kept,
                              size_t n)
{
    uint64_t window_s = (uint64_t)window_of(in);
    size_t near_n = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t any = 0;
        size_t before_n = count_until(acts_s, acts_n, kept[i].at_s);
        for (size_t k = 0; k < PARTS; k++) {
            uint64_t left = before_n ? density[before_n - 1].of[k] : 0;
            left = left ? decayed(left, kept[i].at_s - acts_s[before_n - 1], parts[k].pace) : 0;
            uint64_t factor = left / 256 * window_s >> 16;
            kept[i].factor[k] = factor < FACTOR_MAX ? factor : FACTOR_MAX;
            any |= factor;
        }
        kept[i].share = 0;
        if (any) {
            struct kept swap = kept[near_n];
            kept[near_n++] = kept[i];
            kept[i] = swap;
        }
    }
    return near_n;
}

/* How the rate is made up: parts of the kernel in thousandths of groups, and chance. */
struct rate {
    uint64_t ratio[PARTS], chance;
};

/* What of an adoption each part of the kernel caused, in 2^-16. Written out part by part, which
 * takes half the time of a loop: this is what estimating costs most. */
static inline void divide(const struct rate *rate, const uint64_t factor[PARTS],
                          uint64_t shares[PARTS])
{
    uint64_t hour = rate->ratio[HOUR] * factor[HOUR];
    uint64_t day = rate->ratio[DAY] * factor[DAY];
    uint64_t week = rate->ratio[WEEK] * factor[WEEK];
    uint64_t all = ((rate->chance << 16) + hour + day + week) | 1;
    int up = __builtin_clzll(all); /* the first 32 bits of all are enough */
    uint64_t inverse = (UINT64_C(1) << 63) / (all << up >> 32);
    shares[HOUR] = (hour << up >> 32) * inverse >> 47;
    shares[DAY] = (day << up >> 32) * inverse >> 47;
    shares[WEEK] = (week << up >> 32) * inverse >> 47;
}

/* Expectation: thousandths of groups that each part caused, in 2^-16. */
static void expect(const struct rate *rate, struct kept *kept, size_t n, uint64_t caused[PARTS])
{
    uint64_t hour = 0, day = 0, week = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t shares[PARTS];
        divide(rate, kept[i].factor, shares);
        hour += shares[HOUR] * kept[i].weight_milli;
        day += shares[DAY] * kept[i].weight_milli;
        week += shares[WEEK] * kept[i].weight_milli;
        kept[i].share = (uint32_t)(shares[HOUR] + shares[DAY] + shares[WEEK]);
    }
    caused[HOUR] = hour;
    caused[DAY] = day;
    caused[WEEK] = week;
}

static bool same(const struct rate *a, const struct rate *b)
{
    return a->ratio[HOUR] == b->ratio[HOUR] && a->ratio[DAY] == b->ratio[DAY] &&
           a->ratio[WEEK] == b->ratio[WEEK] && a->chance == b->chance;
}

/* @param near_n  how many come near enough after an act to be caused by one: the first ones. */
static void fit(const struct nb_spread_input *in, struct kept *kept, size_t n, size_t near_n,
                size_t acts_n)
{
    uint64_t usual_milli = in->usual_micro / 1000 + 1, all_milli = 0;
    struct rate rate = {.chance = usual_milli}, before = {.chance = 0};
    for (size_t i = 0; i < n; i++) {
        all_milli += kept[i].weight_milli;
    }
    for (size_t k = 0; k < PARTS; k++) {
        uint64_t even = all_milli / (acts_n + 1) / PARTS + 1;
        rate.ratio[k] = even < RATIO_MAX ? even : RATIO_MAX;
    }
    for (int round = 0; near_n > 0 && round < ROUNDS && !same(&rate, &before); round++) {
        uint64_t caused[PARTS], left = all_milli + usual_milli;
        before = rate;
        expect(&rate, kept, near_n, caused);
        for (size_t k = 0; k < PARTS; k++) {
            uint64_t fitted = (caused[k] >> 16) / (acts_n + 1);
            left -= caused[k] >> 16;
            rate.ratio[k] = fitted < RATIO_MAX ? fitted : RATIO_MAX;
        }
        rate.chance = left / 2;
    }
}

static enum nb_err fit_acts(const struct nb_spread_input *in, struct nb_arena *arena,
                            struct kept *kept, size_t n)
{
    size_t first = count_until(in->acts_s, in->acts_n, in->from_s - 1);
    const int64_t *acts_s = in->acts_s + first;
    size_t acts_n = count_until(acts_s, in->acts_n - first, in->to_s - 1);
    struct density *density = nb_arena_alloc(arena, (acts_n + 1) * sizeof(*density));
    if (!density) {
        return NB_ENOMEM;
    }
    add_up_acts(acts_s, acts_n, density);
    size_t near_n = measure_factors(in, acts_s, acts_n, density, kept, n);
    fit(in, kept, n, near_n, acts_n);
    return NB_OK;
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

/* What the acts moved, and what each adoption adds to it. */
static void add_up(const struct kept *kept, size_t n, int32_t *worth_milli, struct nb_spread *out)
{
    for (size_t i = 0; i < n; i++) {
        out->caused_milli += worth(&kept[i]);
        out->chance_milli += kept[i].weight_milli - worth(&kept[i]);
        if (worth_milli) {
            worth_milli[kept[i].index] = (int32_t)worth(&kept[i]);
        }
    }
}

enum nb_err nb_spread_estimate(const struct nb_spread_input *in, struct nb_arena *arena,
                               int32_t *worth_milli, struct nb_spread *out)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct nb_spread spread = {0};
    if (in->acts_n >= COUNT_MAX || in->adoptions_n >= COUNT_MAX) {
        return NB_ETOOBIG;
    }
    unsigned bits = table_bits(in->adoptions_n);
    uint32_t *table = nb_arena_alloc(arena, sizeof(*table) << bits);
    struct kept *kept = nb_arena_alloc(arena, (in->adoptions_n + 1) * sizeof(*kept));
    if (!table || !kept) {
        return NB_ENOMEM;
    }
    if (worth_milli) {
        memset(worth_milli, 0, in->adoptions_n * sizeof(*worth_milli));
    }
    size_t n = keep_first_of_group(in, table, bits, kept);
    enum nb_err err = NB_OK;
    spread.groups_n = (uint32_t)n;
    spread.known = n >= NB_SPREAD_LEAST;
    if (spread.known && in->acts_n) {
        err = fit_acts(in, arena, kept, n);
    } else if (spread.known) {
        take_surplus(in, kept, n);
    }
    if (err == NB_OK && spread.known) {
        add_up(kept, n, worth_milli, &spread);
    }
    nb_arena_rewind(arena, mark);
    if (err == NB_OK) {
        *out = spread;
    }
    return err;
}
