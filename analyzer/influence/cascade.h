/**
 * Cascades: who took something up from whom, as a tree, and the figures that describe its shape.
 *
 * A node is one author's taking part; its parent is the one it was taken from. What is collected
 * from the web is no tree yet: nb_cascade_grow() says which of the contradicting rows count.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_CASCADE_H
#define NABIZ_ANALYZER_INFLUENCE_CASCADE_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>

enum { NB_CASCADE_MAX = 4000000 }; /* nodes: a sum of distances stays below 2^64 */

#define NB_CASCADE_ROOT UINT32_MAX /* parent of the root */

/* Figures of a tree. */
struct nb_cascade {
    uint32_t nodes_n;       /* the root included */
    uint32_t depth;         /* acts between the root and the furthest node */
    uint32_t breadth;       /* most nodes at one depth */
    uint64_t distances;     /* sum over unordered pairs of nodes of the acts between them */
    int32_t virality_milli; /* structural virality: mean distance of pairs; 0 for a single node */
};

/**
 * Measure a tree. Structural virality after Goel, Anderson, Hofman, Watts 2016 (The structural
 * virality of online diffusion, eq. 1); an act that parts s nodes from the other n - s lies
 * between s * (n - s) pairs, so that one pass over the sizes of subtrees sums all distances.
 * @param parent  n indices, in any order; exactly one is NB_CASCADE_ROOT.
 * @param below   [out] n numbers of nodes below each node, or NULL.
 * @param arena   scratch, handed back.
 * @return NB_OK, NB_EINVAL (no root, two roots, a circle, an index out of range), NB_ETOOBIG,
 *         NB_ENOMEM. Linear in n.
 */
enum nb_err nb_cascade_measure(const uint32_t *parent, uint32_t n, uint32_t *below,
                               struct nb_arena *arena, struct nb_cascade *out) NB_MUSTUSE;

/* "child took it from parent", as collected. Times on one clock, of any unit; they may be wrong. */
struct nb_cascade_row {
    uint32_t parent, child;
    int64_t parent_at, child_at;
};

/* What of the rows was not used as it stands. */
struct nb_cascade_repairs {
    uint32_t selves_n;   /* taken from oneself: left out */
    uint32_t roots_n;    /* the root taken from somebody: left out */
    uint32_t repeats_n;  /* the same child and parent again: left out */
    uint32_t rivals_n;   /* another parent of a child, that was not chosen */
    uint32_t circles_n;  /* a circle, cut where it is earliest: that node hangs from the root */
    uint32_t orphans_n;  /* no row of its own that counts: hangs from the root */
    uint32_t reversed_n; /* the chosen parent is later than the child: kept, the row names whom */
};

/**
 * Make a tree of rows. Of several parents of a child the latest that is not later than the child
 * counts (the exposure just before the act, as in Goel et al.), the earliest of all if each is
 * later; equals are decided by the order of rows.
 * @param nodes_n  nodes; every index in rows is below it.
 * @param root     the node that began.
 * @param parent   [out] nodes_n parents; NB_CASCADE_ROOT for the root alone.
 * @return NB_OK, NB_EINVAL (an index out of range), NB_ETOOBIG, NB_ENOMEM. Linear in nodes and
 *         rows.
 */
enum nb_err nb_cascade_grow(const struct nb_cascade_row *rows, size_t rows_n, uint32_t nodes_n,
                            uint32_t root, struct nb_arena *arena, uint32_t *parent,
                            struct nb_cascade_repairs *out) NB_MUSTUSE;

#endif
