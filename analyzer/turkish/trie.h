/**
 * Building the trie of stems: strings of codes to 24-bit numbers, as image.h lays it out.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TURKISH_TRIE_H
#define NABIZ_TURKISH_TRIE_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/**
 * @param keys    strings of codes 1 to 127, sorted by bytes, no two equal.
 * @param values  one for each, below 2^24.
 * @param cells   [out] in arena.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (more than 2^24 cells).
 */
enum nb_err tr_trie_build(const struct nb_slice *keys, const uint32_t *values, size_t n,
                          struct nb_arena *arena, uint32_t **cells, size_t *cells_n) NB_MUSTUSE;

#endif
