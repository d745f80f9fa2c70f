/**
 * A list of authors from acts alone: what can be known of them, best first.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_RANK_H
#define NABIZ_ANALYZER_INFLUENCE_RANK_H

#include <nabiz/influence.h>

#include "analyzer/influence/seeds.h"
#include "analyzer/influence/trust.h"

/* NB_UNKNOWN_MILLI is what cannot be known from acts, or not from so few. */
struct nb_rank_row {
    uint32_t author;
    uint32_t acts_n; /* of others towards the author */
    uint64_t trust;  /* what the list is sorted by: see trust.h; ties by name */
    int32_t score_milli;
    int32_t trust_milli;
    int32_t spread_milli;       /* adoptions to be expected: see nb_expect_spread() */
    int32_t coordination_milli; /* 1000 n / (n + 2), n: others of the author's group */
    int32_t low_milli,
        high_milli; /* of score_milli, from three groups of supporters on, if any is trusted */
};

/**
 * Rank all authors of a graph.
 * @param names  of the authors; whole sites of one domain count as one voice.
 * @param seeds  seeds_n of them; without any nobody is trusted.
 * @param out    [out] graph->authors_n rows; nb_free() it.
 * @return NB_OK, NB_EINVAL (a seed that is not in the graph), NB_ENOMEM.
 */
enum nb_err nb_rank(const struct nb_graph *graph, const struct nb_names *names,
                    const uint32_t *seeds, size_t seeds_n, struct nb_rank_row **out) NB_MUSTUSE;

#endif
