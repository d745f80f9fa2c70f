#include "analyzer/influence/expect.h"

#include <stdbool.h>

#include <nabiz/fixed.h>

enum { WEIGHT_BITS = 20, HALVINGS_MAX = 40, DAY_S = 86400 };

/* What begins an act: a front of so many tenths of the liveliest. */
enum { FRONT_S = DAY_S / 4, SILENT_TENTHS = 1, BUSY_TENTHS = 3 };

/* 2^20 for an act of now. */
static uint64_t weight_of(int64_t at_s, int64_t now_s)
{
    const int64_t oldest_s = (int64_t)HALVINGS_MAX * NB_EXPECT_HALF_LIFE_S;
    if (at_s >= now_s) {
        return UINT64_C(1) << WEIGHT_BITS;
    }
    uint64_t age_s = (uint64_t)now_s - (uint64_t)at_s;
    return age_s < (uint64_t)oldest_s
               ? nb_exp2_milli(WEIGHT_BITS * 1000 - (int32_t)(age_s * 1000 / NB_EXPECT_HALF_LIFE_S))
               : 0;
}

uint32_t nb_expect_prompt_milli(int64_t delay_s)
{
    const uint64_t half = UINT64_C(1000) * NB_EXPECT_PROMPT_S;
    return (uint32_t)(delay_s > 0 ? half / (NB_EXPECT_PROMPT_S + (uint64_t)delay_s) : 1000);
}

/* In 2^-8. */
static uint32_t root_of(uint32_t taken_milli)
{
    return nb_isqrt(((uint64_t)taken_milli << 16) / 1000);
}

/* @return how many acts from the first on are of one occasion. */
static size_t occasion(const struct nb_expect_act *acts, size_t n)
{
    size_t k = 1;
    while (k < n && (uint64_t)acts[k].at_s - (uint64_t)acts[k - 1].at_s <= NB_EXPECT_OCCASION_S) {
        k++;
    }
    return k;
}

int64_t nb_expect_spread(const struct nb_expect_act *acts, size_t n, uint32_t shrinkage_milli,
                         int64_t now_s)
{
    const uint64_t one = UINT64_C(1) << WEIGHT_BITS;
    uint64_t weight = 0, roots = 0;
    for (size_t i = 0, end; i < n; i = end) {
        end = i + occasion(acts + i, n - i);
        /* in 2^-8; mostly there is one */
        uint64_t together = end == i + 1 ? 256 : nb_isqrt((uint64_t)(end - i) << 16);
        for (size_t k = i; k < end; k++) {
            uint64_t w = (weight_of(acts[k].at_s, now_s) << 8) / together;
            weight += w;
            roots += w * root_of(acts[k].taken_milli);
        }
    }
    uint64_t usual =
        roots / (weight + shrinkage_milli * one / 1000 + 1); /* root of what an act brings */
    uint64_t acts_milli = (weight >> 10) * 1000 >> 10;
    uint64_t limit = (UINT64_C(1) << 62) / (usual * usual + 1);
    return (int64_t)((acts_milli < limit ? acts_milli : limit) * (usual * usual) >> 16);
}

static uint32_t time_of(uint64_t adoption)
{
    return (uint32_t)(adoption >> 32);
}

/* @return groups in the first hours from the first adoption on. */
static uint32_t front(const uint64_t *adoptions, size_t n, struct nb_expect_met *met,
                      uint32_t stamp)
{
    uint32_t groups_n = 0;
    for (size_t i = 0; i < n && time_of(adoptions[i]) - time_of(adoptions[0]) < FRONT_S; i++) {
        struct nb_expect_met *group = &met[(uint32_t)adoptions[i]];
        groups_n += group->burst != stamp;
        group->burst = stamp;
    }
    return groups_n;
}

/* A group adds to an act the first time it adopts. */
static void add_adoption(uint64_t adoption, struct nb_expect_met *met, uint32_t stamp,
                         struct nb_expect_act *act)
{
    struct nb_expect_met *group = &met[(uint32_t)adoption];
    uint32_t worth =
        group->act == stamp ? 0 : nb_expect_prompt_milli(time_of(adoption) - act->at_s);
    act->taken_milli += worth < UINT32_MAX - act->taken_milli ? worth : 0;
    group->act = stamp;
}

/* Fronts that are counted do not overlap. */
size_t nb_expect_acts(const uint64_t *adoptions, size_t n, struct nb_expect_met *met,
                      uint32_t *stamp, struct nb_expect_act *acts)
{
    size_t acts_n = 0;
    uint32_t liveliest = 0, act = 0, looked_s = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t at_s = time_of(adoptions[i]);
        bool is_silent = i == 0 || at_s - time_of(adoptions[i - 1]) > DAY_S;
        if (is_silent || at_s - looked_s >= FRONT_S) {
            uint64_t lively = front(adoptions + i, n - i, met, ++*stamp);
            uint64_t asked = (uint64_t)liveliest * (is_silent ? SILENT_TENTHS : BUSY_TENTHS);
            looked_s = at_s;
            liveliest = lively > liveliest ? (uint32_t)lively : liveliest;
            if (lively * 10 >= asked) {
                acts[acts_n++] = (struct nb_expect_act){at_s, 0};
                act = ++*stamp;
            }
        }
        add_adoption(adoptions[i], met, act, &acts[acts_n - 1]);
    }
    return acts_n;
}

int32_t nb_expect_score(int64_t expected_milli)
{
    uint64_t expected = expected_milli > 0 ? (uint64_t)expected_milli : 0;
    const uint64_t max = UINT64_C(1000000000); /* a million */
    expected = (expected < max ? expected : max) + 1000;
    return 1000 * (nb_log2_milli(expected) - nb_log2_milli(1000)) /
           (nb_log2_milli(max + 1000) - nb_log2_milli(1000));
}
