/*
 * A set of children is placed, first fit, when all that is behind them has been; one that holds the
 * same as another before it takes that one's place. Where the search for a free base begins moves
 * on when the cells from there are nearly full, which keeps building linear in practice.
 */
#include "analyzer/turkish/trie.h"

#include <string.h>

#include "analyzer/turkish/image.h"

enum { CELLS_MAX = 1 << 23, LABELS_MAX = TR_CODES_MAX + 1 };
enum { BASE = 1, USED = 2 };

/* Children of one cell, what each cell is to hold. The child by code 0 is the value. */
struct block {
    uint32_t cells[LABELS_MAX];
    size_t n;
};

struct tree {
    struct tr_trie *trie;
    const struct nb_slice *keys;
    const uint32_t *values;
};

static bool widen(struct tr_trie *t, size_t need)
{
    size_t cap = t->cap ? t->cap : 65536;
    while (cap < need) {
        cap *= 2;
    }
    if (cap == t->cap) {
        return true;
    }
    uint32_t *cells =
        nb_arena_grow(t->arena, t->cells, t->cap * sizeof(*cells), cap * sizeof(*cells));
    uint8_t *taken = nb_arena_grow(t->arena, t->taken, t->cap, cap);
    if (!cells || !taken) {
        return false;
    }
    for (size_t i = t->cap; i < cap; i++) {
        cells[i] = TR_TRIE_FREE;
        taken[i] = 0;
    }
    t->cells = cells;
    t->taken = taken;
    t->cap = cap;
    return true;
}

static bool fits(const struct tr_trie *t, size_t base, const struct block *block)
{
    if (t->taken[base] & BASE) {
        return false;
    }
    for (size_t i = 0; i < block->n; i++) {
        if (t->taken[base + TR_TRIE_CODE(block->cells[i])] & USED) {
            return false;
        }
    }
    return true;
}

/* @return the base, or 0 when there is no room. */
static size_t place(struct tr_trie *t, const struct block *block)
{
    size_t tried = 0;
    for (size_t base = t->from;; base++, tried++) {
        if (base >= CELLS_MAX - LABELS_MAX || !widen(t, base + 2 * LABELS_MAX)) {
            return 0;
        }
        if (!fits(t, base, block)) {
            continue;
        }
        if (tried > 2000) {
            t->from = base - 1000;
        }
        t->taken[base] |= BASE;
        for (size_t i = 0; i < block->n; i++) {
            size_t cell = base + TR_TRIE_CODE(block->cells[i]);
            t->taken[cell] |= USED;
            t->cells[cell] = block->cells[i];
        }
        size_t end = base + LABELS_MAX;
        t->cells_n = end > t->cells_n ? end : t->cells_n;
        return base;
    }
}

/* The base of a block, placed when it is the first of its kind. */
static enum nb_err base_of(struct tr_trie *t, const struct block *block, uint32_t *base)
{
    size_t before = t->blocks.n;
    uint32_t id = tr_table_add(
        &t->blocks, nb_slice((const char *)block->cells, block->n * sizeof(block->cells[0])));
    if (id == TR_NONE) {
        return NB_ENOMEM;
    }
    if (id < before) {
        *base = t->bases[id];
        return NB_OK;
    }
    if (id >= t->bases_cap) {
        size_t cap = t->bases_cap ? 2 * t->bases_cap : 4096;
        uint32_t *grown =
            nb_arena_grow(t->arena, t->bases, t->bases_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        t->bases = grown;
        t->bases_cap = cap;
    }
    size_t at = place(t, block);
    if (!at) {
        return nb_arena_failed(t->arena) ? NB_ENOMEM : NB_ETOOBIG;
    }
    t->bases[id] = *base = (uint32_t)at;
    return NB_OK;
}

/* The base of the children of a cell whose keys are [begin, end), all equal up to depth. */
static enum nb_err add(const struct tree *tree, size_t begin, size_t end, size_t depth,
                       uint32_t *base)
{
    const struct nb_slice *keys = tree->keys;
    struct block block = {.n = 0};
    for (size_t i = begin; i < end;) {
        if (depth == keys[i].len) {
            block.cells[block.n++] = tree->values[i++];
            continue;
        }
        uint8_t code = (uint8_t)keys[i].p[depth];
        size_t first = i;
        uint32_t below = 0;
        while (i < end && (uint8_t)keys[i].p[depth] == code) {
            i++;
        }
        uint32_t ends = keys[first].len == depth + 1 ? TR_TRIE_ENDS : 0;
        bool alone = ends && i == first + 1;
        enum nb_err err = alone ? NB_OK : add(tree, first, i, depth + 1, &below);
        if (err != NB_OK) {
            return err;
        }
        block.cells[block.n++] =
            (uint32_t)code << 24 | ends | (alone ? TR_TRIE_ALONE | tree->values[first] : below);
    }
    return base_of(tree->trie, &block, base);
}

enum nb_err tr_trie_init(struct tr_trie *trie, struct nb_arena *arena)
{
    *trie = (struct tr_trie){.arena = arena, .from = 1, .cells_n = 1 + LABELS_MAX};
    tr_table_init(&trie->blocks, arena);
    if (!widen(trie, LABELS_MAX)) {
        return NB_ENOMEM;
    }
    trie->cells[0] = 1;
    return NB_OK;
}

enum nb_err tr_trie_add(struct tr_trie *trie, const struct nb_slice *keys, const uint32_t *values,
                        size_t n, uint32_t *base)
{
    const struct tree tree = {trie, keys, values};
    return add(&tree, 0, n, 0, base);
}
