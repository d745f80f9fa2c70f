/**
 * The graph of suffixes, written out from the rules for every context they can stand in: what
 * phonology forbids has no edge and costs nothing when words are read.
 *
 * Threads: one thread builds; immutable afterwards.
 */
#ifndef NABIZ_TURKISH_GRAPH_H
#define NABIZ_TURKISH_GRAPH_H

#include "analyzer/turkish/image.h"
#include "analyzer/turkish/rules.h"
#include "analyzer/turkish/trie.h"

struct tr_graph {
    struct nb_arena *arena;
    struct tr_node *nodes;
    size_t nodes_n;
    struct tr_trie ways;
    struct tr_edge *edges;
    size_t edges_n;
    uint16_t *ends;
    size_t ends_n;
    struct tr_step *steps;
    size_t steps_n;
    uint8_t bit_of[TR_FEATURES_MAX];        /* by id of the rules' features */
    struct nb_slice names[TR_FEATURES_MAX]; /* by bit, in the order of Universal Dependencies */
    size_t features_n;
};

/** Order of features: by name without regard to case, then by value. */
int tr_feature_cmp(struct nb_slice a, struct nb_slice b);

/** Set of feature bits, from ids of the rules' table. */
uint64_t tr_graph_features(const struct tr_graph *graph, const uint8_t *ids, size_t n);

/**
 * @param codes  code of each code point below TR_LETTERS_N; TR_CODE_OTHER: none.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (more edges than fit).
 */
enum nb_err tr_graph_build(const struct tr_rules *rules, const uint8_t *codes,
                           struct nb_arena *arena, struct tr_graph *out) NB_MUSTUSE;

#endif
