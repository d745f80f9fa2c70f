/**
 * The k-core: how deep in the graph an author sits. The k-core is what is left when authors with
 * fewer than k neighbours are taken out until there are none; an author's core number is the
 * largest k whose core it is in.
 *
 * Kitsak et al. (2010) and Pei et al. (2014) found it to tell spreaders better than degree or
 * PageRank. It is coarse, and cheap to fake from within: a clique of k + 1 accounts is a k-core. So
 * it says how deep somebody sits among those who are trusted, not whom to trust.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_CORE_H
#define NABIZ_ANALYZER_INFLUENCE_CORE_H

#include "analyzer/influence/graph.h"

/**
 * Core numbers by Batagelj and Zaversnik (2003), linear in authors and acts. Two authors are
 * neighbours when either acted towards the other, however often.
 * @param member  authors_n of them: whether the author is there at all; NULL: all are.
 * @param core    [out] authors_n of them; 0 for who is not there.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_core_numbers(const struct nb_graph *graph, const bool *member,
                            uint32_t *core) NB_MUSTUSE;

#endif
