/*
 * Nodes are placed first fit, in the order of the keys. Where the search for a free base begins
 * moves on when the cells from there are nearly full, which keeps building linear in practice.
 */
#include "analyzer/turkish/trie.h"

#include <string.h>

#include "analyzer/turkish/image.h"

enum { CELLS_MAX = 1 << 24, LABELS_MAX = TR_CODES_MAX + 1 };

struct trie {
    const struct nb_slice *keys;
    const uint32_t *values;
    struct nb_arena *arena;
    uint32_t *cells;
    uint8_t *based; /* by cell: some node has it as its base */
    size_t cap, used, from;
};

static bool widen(struct trie *t, size_t need)
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
    uint8_t *based = nb_arena_grow(t->arena, t->based, t->cap, cap);
    if (!cells || !based) {
        return false;
    }
    for (size_t i = t->cap; i < cap; i++) {
        cells[i] = TR_TRIE_FREE;
        based[i] = 0;
    }
    t->cells = cells;
    t->based = based;
    t->cap = cap;
    return true;
}

static bool fits(const struct trie *t, size_t base, const uint8_t *labels, size_t n)
{
    if (t->based[base]) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (t->cells[base + labels[i]] != TR_TRIE_FREE) {
            return false;
        }
    }
    return true;
}

/* @return the base, or 0 when there is no room. */
static size_t place(struct trie *t, const uint8_t *labels, size_t n)
{
    size_t tried = 0;
    for (size_t base = t->from;; base++, tried++) {
        if (base >= CELLS_MAX - LABELS_MAX || !widen(t, base + 2 * LABELS_MAX)) {
            return 0;
        }
        if (!fits(t, base, labels, n)) {
            continue;
        }
        if (tried > 2000) {
            t->from = base - 1000;
        }
        t->based[base] = 1;
        size_t end = base + LABELS_MAX;
        t->used = end > t->used ? end : t->used;
        return base;
    }
}

/* The children of a cell whose keys are [begin, end), all equal up to depth. */
static enum nb_err add(struct trie *t, size_t cell, size_t begin, size_t end, size_t depth)
{
    uint8_t labels[LABELS_MAX];
    size_t first[LABELS_MAX + 1], n = 0;
    for (size_t i = begin; i < end; i++) {
        uint8_t label = depth < t->keys[i].len ? (uint8_t)t->keys[i].p[depth] : 0;
        if (!n || labels[n - 1] != label) {
            first[n] = i;
            labels[n++] = label;
        }
    }
    first[n] = end;
    size_t base = place(t, labels, n);
    if (!base) {
        return nb_arena_failed(t->arena) ? NB_ENOMEM : NB_ETOOBIG;
    }
    uint32_t ends = labels[0] ? 0 : TR_TRIE_ENDS;
    t->cells[cell] = (t->cells[cell] & TR_TRIE_CODES) | ends | (uint32_t)base;
    for (size_t i = 0; i < n; i++) {
        t->cells[base + labels[i]] = labels[i] ? (uint32_t)labels[i] << 24 : t->values[first[i]];
    }
    for (size_t i = 0; i < n; i++) {
        enum nb_err err =
            labels[i] ? add(t, base + labels[i], first[i], first[i + 1], depth + 1) : NB_OK;
        if (err != NB_OK) {
            return err;
        }
    }
    return NB_OK;
}

enum nb_err tr_trie_build(const struct nb_slice *keys, const uint32_t *values, size_t n,
                          struct nb_arena *arena, uint32_t **cells, size_t *cells_n)
{
    struct trie t = {.keys = keys, .values = values, .arena = arena, .from = 1};
    if (!widen(&t, LABELS_MAX)) {
        return NB_ENOMEM;
    }
    t.cells[0] = 1; /* the root; an empty trie has no children there */
    t.used = 1 + LABELS_MAX;
    enum nb_err err = n ? add(&t, 0, 0, n, 0) : NB_OK;
    *cells = t.cells;
    *cells_n = t.used;
    return err;
}
