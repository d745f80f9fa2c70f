/**
 * Whom to trust first when nobody says: the authors most of the others lead to.
 *
 * Short walks (four steps, 0.85) go out from many authors who act, one each. An author's standing
 * is the sum of the lower half of what the walks bring it: to stand high, more than half of all
 * starts have to lead there. So accounts that are less than half of all those who act cannot make a
 * seed, however many links they give it and however they are woven; a count of links, PageRank and
 * k-core are all raised by them at will. It is the breakdown point of a median (Huber 1964).
 *
 * Where times are known and span a month, only the half that was there first may start a walk:
 * accounts made for a purpose are new.
 *
 * Where nobody stands so high, because the graph falls apart into many circles, the upper parts are
 * taken in one after the other: three quarters, seven eighths ... of the starts may fail to lead
 * there. What could be had is said: the smaller the share, the fewer false accounts it takes.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_SEEDS_H
#define NABIZ_ANALYZER_INFLUENCE_SEEDS_H

#include "analyzer/influence/graph.h"

/* Fifty who act themselves, for trust ends at those who do not, and what others of all stand as
 * high as the last of them; in a small graph one for twenty authors, and three at least if there
 * are. */
enum { NB_SEEDS_MAX = 2000 };

/**
 * @param seeds        [out] room for NB_SEEDS_MAX; who stands higher above the first that is none
 *                     is named more often, for as often it counts. So little is changed by who is
 *                     the last seed.
 * @param seeds_n      [out] 0 when nobody acts towards anybody.
 * @param share_milli  [out] of all starts, how many may be false before they can make a seed: 500
 *                     at best, 0 when it was the mean that was taken.
 * @return NB_OK, NB_ENOMEM. Some ten million steps at most, whatever the graph.
 */
enum nb_err nb_seeds_find(const struct nb_graph *graph, uint32_t seeds[NB_SEEDS_MAX],
                          size_t *seeds_n, int32_t *share_milli) NB_MUSTUSE;

#endif
