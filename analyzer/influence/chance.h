/**
 * How improbable a count is, in integers, so that every machine says the same.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_CHANCE_H
#define NABIZ_ANALYZER_INFLUENCE_CHANCE_H

#include <stdint.h>

/* Larger counts are refused: sums stay in 64 bits. */
#define NB_CHANCE_TRIALS_MAX ((uint64_t)1 << 26)

/** Logarithm to base 2 of x > 0, times 2^30, rounded down. */
int64_t nb_log2_q30(uint64_t x);

/**
 * Evidence of k or more successes among n independent trials that succeed with chance a / b each:
 * minus the logarithm to base 2 of Chernoff's bound on that probability,
 *
 *     n * D(k/n || a/b),  D(x || p) = x log(x/p) + (1-x) log((1-x)/(1-p))
 *
 * (Chernoff 1952; Hoeffding 1963, theorem 1). The true probability is smaller, so that this never
 * says more than is there.
 * @param k  at most n, n at most NB_CHANCE_TRIALS_MAX. @param b  positive.
 * @return thousandths of bits, 0 where k is no more than expected; at most a million bits.
 */
int32_t nb_chance_mbits(uint64_t k, uint64_t n, uint64_t a, uint64_t b);

#endif
