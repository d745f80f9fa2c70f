#include "analyzer/alerts/share.h"

#include <nabiz/fixed.h>

/* Counts over this are as good as this; keeps products far from overflow. */
static const uint64_t COUNT_MAX = 1000000;
enum { SPREAD_FACTOR = 2, RARE_Z_MILLI = 3255 /* 0.217 z^2 - 1.6 = 0.7 */, NOT_RARE_MILLI = -2000 };

void nb_share_learn(struct nb_topic_watch *row, uint64_t n, uint64_t k)
{
    n = n < COUNT_MAX ? n : COUNT_MAX;
    k = k < n ? k : n;
    uint64_t kept = n < NB_SHARE_MEMORY ? NB_SHARE_MEMORY - n : 0;
    row->has_share_n_milli = row->has_share_k_milli = 1;
    row->share_n_milli = row->share_n_milli * kept / NB_SHARE_MEMORY + n * 1000;
    row->share_k_milli = row->share_k_milli * kept / NB_SHARE_MEMORY + k * 1000;
}

struct nb_share nb_share_judge(const struct nb_topic_watch *row, uint64_t n, uint64_t k)
{
    struct nb_share out = {.usual_milli = -1, .rarity_milli = NOT_RARE_MILLI};
    n = n < COUNT_MAX ? n : COUNT_MAX;
    k = k < n ? k : n;
    out.share_milli = n ? (int32_t)(k * 1000 / n) : 0;
    if (row->share_n_milli < NB_SHARE_LEARNT_MIN * 1000) {
        return out;
    }
    /* One document of each sort is added, so that what never was is not impossible. */
    uint64_t p_milli = (row->share_k_milli + 1000) * 1000 / (row->share_n_milli + 2000);
    p_milli = p_milli < 999 ? p_milli : 999;
    out.usual_milli = (int32_t)p_milli;
    if (n < NB_SHARE_COUNT_MIN) {
        return out;
    }
    uint64_t variance_micro = n * p_milli * (1000 - p_milli) * SPREAD_FACTOR;
    int64_t sigma_milli = (int64_t)nb_isqrt(variance_micro);
    sigma_milli = sigma_milli > 0 ? sigma_milli : 1;
    int64_t above_milli = (int64_t)(k * 1000) - (int64_t)(n * p_milli);
    int64_t z_milli = above_milli * 1000 / sigma_milli;
    out.limit_milli = (int64_t)(n * p_milli) + sigma_milli * RARE_Z_MILLI / 1000;
    out.deviation_milli = (int32_t)(z_milli < 1000000 ? z_milli : 1000000);
    if (z_milli > 0) {
        int64_t z = out.deviation_milli;
        int64_t rarity = z * z * 217 / 1000000 - 1600;
        out.rarity_milli = (int32_t)(rarity < 1000000 ? rarity : 1000000);
    }
    return out;
}
