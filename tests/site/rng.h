/**
 * The story's dice: splitmix64 (Steele, Lea, Flood 2014), integers only, so that every machine
 * throws the same.
 *
 * Threads: a die belongs to one thread.
 */
#ifndef SITE_RNG_H
#define SITE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/** Uniform in [0, n); n > 0. The bias of the plain scaling is below 2^-32 * n: no matter here. */
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
    return (uint32_t)(((rng_next(rng) >> 32) * n) >> 32);
}

/** True in `milli` of 1000 throws. */
static inline bool rng_chance(struct rng *rng, uint32_t milli)
{
    return rng_below(rng, 1000) < milli;
}

/** A die of its own for the n-th thing of a kind, whatever was thrown before. */
static inline struct rng rng_for(uint64_t seed, uint64_t n)
{
    struct rng rng = {seed ^ (n * 0xD1B54A32D192ED03u)};
    (void)rng_next(&rng);
    return rng;
}

#endif
