#include "analyzer/influence/expect.h"

#include <nabiz/fixed.h>

enum { WEIGHT_BITS = 20, HALVINGS_MAX = 40 };

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

int64_t nb_expect_spread(const struct nb_expect_act *acts, size_t n, uint32_t shrinkage_milli,
                         int64_t now_s)
{
    const uint64_t one = UINT64_C(1) << WEIGHT_BITS;
    uint64_t weight = 0, roots = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t w = weight_of(acts[i].at_s, now_s);
        weight += w;
        roots += w * nb_isqrt((uint64_t)acts[i].taken_n << 16); /* in 2^-8 */
    }
    uint64_t usual =
        roots / (weight + shrinkage_milli * one / 1000 + 1); /* root of what an act brings */
    uint64_t acts_milli = (weight >> 10) * 1000 >> 10;
    uint64_t limit = (UINT64_C(1) << 62) / (usual * usual + 1);
    return (int64_t)((acts_milli < limit ? acts_milli : limit) * (usual * usual) >> 16);
}

int32_t nb_expect_score(int64_t expected_milli)
{
    uint64_t expected = expected_milli > 0 ? (uint64_t)expected_milli : 0;
    const uint64_t max = UINT64_C(1000000000); /* a million */
    expected = (expected < max ? expected : max) + 1000;
    return 1000 * (nb_log2_milli(expected) - nb_log2_milli(1000)) /
           (nb_log2_milli(max + 1000) - nb_log2_milli(1000));
}
