/**
 * Building tries of strings of codes to 23-bit numbers, as image.h lays them out: any number of
 * trees in one array of cells. What two trees, or two places of one, have in common is there once.
 *
 * Threads: a builder belongs to one thread.
 */
#ifndef NABIZ_TURKISH_TRIE_H
#define NABIZ_TURKISH_TRIE_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/table.h"

struct tr_trie {
    struct nb_arena *arena;
    uint32_t *cells;
    size_t cells_n; /* that are used */
    /* for building */
    uint8_t *taken;         /* by cell: it is in use, some set of children has it as its base */
    size_t cap, from;       /* cells; where the search for a free base begins */
    struct tr_table blocks; /* sets of children by what they hold */
    uint32_t *bases;        /* by id of block */
    size_t bases_cap;
};

/** An array with cell 0, which has no children yet. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_trie_init(struct tr_trie *trie, struct nb_arena *arena) NB_MUSTUSE;

/**
 * Add a tree.
 * @param keys    strings of codes 1 to 127, none empty, sorted by bytes, no two equal.
 * @param values  one for each, below 2^23.
 * @param base    [out] of the first letters.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (more than 2^23 cells).
 */
enum nb_err tr_trie_add(struct tr_trie *trie, const struct nb_slice *keys, const uint32_t *values,
                        size_t n, uint32_t *base) NB_MUSTUSE;

#endif
