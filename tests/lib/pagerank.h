/**
 * PageRank as a plain pull loop over rows of who links to each author (CSR): the limit that walks
 * are measured against, and a peer in evaluations.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_TESTS_PAGERANK_H
#define NABIZ_TESTS_PAGERANK_H

#include <stdint.h>

#include "analyzer/influence/graph.h"

/**
 * Damping 0.85; what authors without links have goes to all, or to the seeds.
 * @param seeds  seeds_n authors where walks begin; with 0 everywhere.
 * @param rank   [out] authors_n of them; their sum is 1.
 */
void nbt_pagerank(const struct nb_graph *graph, const uint32_t *seeds, size_t seeds_n,
                  int iterations, double *rank);

#endif
