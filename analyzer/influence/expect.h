/**
 * Spread to be expected of an author, from what earlier acts brought.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_EXPECT_H
#define NABIZ_ANALYZER_INFLUENCE_EXPECT_H

#include <stddef.h>
#include <stdint.h>

enum {
    NB_EXPECT_HALF_LIFE_S = 730 * 86400, /* of an act's weight */
    NB_EXPECT_SHRINKAGE_MILLI = 8000     /* where acts that brought nothing are known as well */
};

/* What one act brought: so many took it up straight from it. */
struct nb_expect_act {
    int64_t at_s;
    uint32_t taken_n;
};

/**
 * Adoptions to be expected of an author, in thousandths and up to a factor that is the same for
 * all: how often the author acts, times what an act usually brings,
 *     W * (sum of w * sqrt(taken) / (W + s))^2,   W: sum of w,
 * w halves every NB_EXPECT_HALF_LIFE_S before now. The power mean of order 1/2 lies between the
 * geometric and the arithmetic one: a lucky act counts, but not as a habit. The
 * shrinkage s is as many more acts that brought nothing: it draws down those seen once or twice, of
 * whom most never come back. tests/eval/eval_cascades.c measures how well it predicts. n below
 * 2^18.
 */
int64_t nb_expect_spread(const struct nb_expect_act *acts, size_t n, uint32_t shrinkage_milli,
                         int64_t now_s);

/** 0..1000, by its logarithm, so that large ones stay apart: 1000 for a million. */
int32_t nb_expect_score(int64_t expected_milli);

#endif
