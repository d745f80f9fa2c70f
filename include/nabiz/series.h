/**
 * Series of numbers that look drawn by chance and follow from their first state alone (splitmix64:
 * Steele, Lea, Flood 2014): the same seed draws the same everywhere. Nothing secret may rest on
 * them; nb_random() is for that.
 *
 * Threads: each series is the caller's own.
 */
#ifndef NABIZ_SERIES_H
#define NABIZ_SERIES_H

#include <stddef.h>
#include <stdint.h>

/** The next number; state begins as the seed. */
uint64_t nb_series_next(uint64_t *state);

/** Put into another order, each as likely (Fisher and Yates). */
void nb_series_shuffle(uint32_t *order, size_t n, uint64_t *state);

#endif
