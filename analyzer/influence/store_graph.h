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

/**
 * Add every act of EDGE that is wanted.
 * @param wanted  NULL: all.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_store_graph(struct nb_txn *txn, nb_edge_wanted_fn *wanted,
                           struct nb_graph_builder *builder) NB_MUSTUSE;

#endif
