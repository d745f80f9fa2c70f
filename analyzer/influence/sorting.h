/**
 * Sorting whole numbers, of which there are mostly few.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_SORTING_H
#define NABIZ_ANALYZER_INFLUENCE_SORTING_H

#include <stddef.h>
#include <stdint.h>

/** Ascending. */
void nb_sort_numbers(uint64_t *numbers, size_t n);

#endif
