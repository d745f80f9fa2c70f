/**
 * Independence groups: accounts that probably speak for one another. Whoever counts voices counts a
 * group once.
 *
 * Put together are accounts that
 *   - are whole sites (a name without a handle) of one registrable domain: one owner;
 *   - acted within 10 s of each other towards the same author, at two moments or more;
 *   - support nearly the same authors, three of them or more: copies of a list;
 *   - the caller says belong together: the same template, texts that overlap by 0.8 or more, an
 *     owner that is known.
 * What is usual among all says nothing: a second in which a tenth of all acts lie is a default and
 * no time, and when most times are whole minutes, none of them tell seconds.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_GROUPS_H
#define NABIZ_ANALYZER_INFLUENCE_GROUPS_H

#include "analyzer/influence/graph.h"

/** Two accounts that belong together by something the graph does not know. */
struct nb_groups_pair {
    uint32_t a, b;
};

/**
 * @param names    of the authors, for their sites; NULL: no site is known.
 * @param pairs    pairs_n of them; may be NULL with 0.
 * @param group    [out] authors_n of them: the least author of the group. Groups are transitive.
 * @return NB_OK, NB_EINVAL (a pair that is not in the graph), NB_ENOMEM. Linear in acts, but for
 *         sorting.
 */
enum nb_err nb_groups_find(const struct nb_graph *graph, const struct nb_names *names,
                           const struct nb_groups_pair *pairs, size_t pairs_n,
                           uint32_t *group) NB_MUSTUSE;

/**
 * Put whole sites of one registrable domain together, in groups that nb_groups_find() found without
 * names: who only wants to know who acts together leaves owners out.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_groups_join_sites(const struct nb_names *names, uint32_t authors_n,
                                 uint32_t *group) NB_MUSTUSE;

#endif
