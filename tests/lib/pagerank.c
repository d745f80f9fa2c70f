#include "tests/lib/pagerank.h"

#include <stdlib.h>

#define DAMPING 0.85

/* One step: from what each passes on to each it links to, what each has. @return what is left over
 * at authors without links, in the result. */
static double pull(const struct nb_graph *graph, const double *passed, const double *base,
                   double spare, double *rank)
{
    const uint32_t *begin = graph->in.begin;
    const uint32_t *from = graph->in.other;
    double dangling = 0;
    for (uint32_t v = 0; v < graph->authors_n; v++) {
        double sum = 0;
        for (uint32_t i = begin[v]; i < begin[v + 1]; i++) {
            sum += passed[from[i]];
        }
        rank[v] = DAMPING * sum + (1 - DAMPING + DAMPING * spare) * base[v];
        dangling += graph->out.begin[v] == graph->out.begin[v + 1] ? rank[v] : 0;
    }
    return dangling;
}

void nbt_pagerank(const struct nb_graph *graph, const uint32_t *seeds, size_t seeds_n,
                  int iterations, double *rank)
{
    uint32_t n = graph->authors_n;
    double *base = calloc(n + 1u, sizeof(*base));
    double *passed = calloc(n + 1u, sizeof(*passed));
    if (!base || !passed) {
        abort();
    }
    for (uint32_t i = 0; i < n && seeds_n == 0; i++) {
        base[i] = 1.0 / n;
    }
    for (size_t i = 0; i < seeds_n; i++) {
        base[seeds[i]] += 1.0 / (double)seeds_n;
    }
    double spare = 0;
    for (uint32_t i = 0; i < n; i++) {
        rank[i] = base[i];
        spare += graph->out.begin[i] == graph->out.begin[i + 1] ? rank[i] : 0;
    }
    for (int round = 0; round < iterations; round++) {
        for (uint32_t i = 0; i < n; i++) {
            uint32_t links = graph->out.begin[i + 1] - graph->out.begin[i];
            passed[i] = links ? rank[i] / links : 0;
        }
        spare = pull(graph, passed, base, spare, rank);
    }
    free(base);
    free(passed);
}
