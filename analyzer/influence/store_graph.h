/**
 * The acts of the analysis store as edges of a graph.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_STORE_GRAPH_H
#define NABIZ_ANALYZER_INFLUENCE_STORE_GRAPH_H

#include <nabiz/record.h>
#include <nabiz/store.h>

#include "analyzer/influence/graph.h"

typedef bool nb_edge_wanted_fn(const struct nb_edge *edge);

struct nb_store_graph_query {
    nb_edge_wanted_fn *wanted; /* NULL: all */
    int64_t from_ms, to_ms;    /* when it was done: [from, to) */
    size_t most_n;             /* acts at most; 0: any number */
};

/**
 * Add acts of EDGE.
 * @param query  NULL: everything.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (also: more than most_n), NB_ECORRUPT, or the transaction's
 *         first error. What lies outside of the window costs its key alone.
 */
enum nb_err nb_store_graph(struct nb_txn *txn, const struct nb_store_graph_query *query,
                           struct nb_graph_builder *builder) NB_MUSTUSE;

/** What kind of act an edge is: enum nb_act_kind, and NB_ACT_LATE; edge->act is one of them. */
uint8_t nb_edge_kind(const struct nb_edge *edge);

/** Add one act, if it is wanted and of the window. @return as nb_graph_builder_add_named(). */
enum nb_err nb_store_graph_add(const struct nb_store_graph_query *query, const struct nb_edge *edge,
                               struct nb_graph_builder *builder) NB_MUSTUSE;

#endif
