/**
 * Fixed-point arithmetic for what must be the same bits on every machine.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_FIXED_H
#define NABIZ_FIXED_H

#include <stdint.h>

/** 1000 * log2(n), rounded down; n of 0 counts as 1. Error below 1.1 thousandths. */
int32_t nb_log2_milli(uint64_t n);

/** 2^(exponent_milli / 1000), rounded; 0 below -1000, at most 2^62. Relative error below 0.1 %. */
uint64_t nb_exp2_milli(int32_t exponent_milli);

/** Largest r with r * r <= n. */
uint32_t nb_isqrt(uint64_t n);

#endif
