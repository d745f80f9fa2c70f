/**
 * Everyday posts for benchmarks, and what they measure with.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TESTS_POSTS_H
#define NABIZ_TESTS_POSTS_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/slice.h>

/**
 * Texts of posts/unlabelled.tsv; where the real material is missing, a few of our own in turn.
 * @param posts  [out] at most max_n, borrowed from the arena.
 * @return how many there are.
 */
size_t nbt_posts(struct nb_arena *arena, struct nb_slice *posts, size_t max_n);

/** CPU time of this process in microseconds: the machine may have other things to do. */
int64_t nbt_cpu_us(void);

#endif
