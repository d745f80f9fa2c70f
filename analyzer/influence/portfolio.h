/**
 * Portfolio: authors who together reach the most independent groups, and whether one star is worth
 * what many ordinary authors cost.
 *
 * Model (linear threshold: Kempe, Kleinberg, Tardos 2003): whoever takes something up takes it from
 * one of those acted towards before, each past act as likely, or, as likely as one more act, from
 * nobody known. Replies and mentions take a share and spread nothing. Following that backwards from
 * a member of a group gives the authors who would have reached it (a reverse-reachable set: Borgs
 * et al. 2014); the authors that lie in most of such sets are picked greedily. Two independent
 * collections of sets are doubled until the picks found on one and validated on the other are
 * within 1 - 1/e - 1/10 of the best possible with 999 chances in 1,000 (OPIM-C: Tang et al. 2018),
 * or there are as many as are allowed.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_PORTFOLIO_H
#define NABIZ_ANALYZER_INFLUENCE_PORTFOLIO_H

#include <nabiz/arena.h>

#include "analyzer/influence/graph.h"

enum { NB_PORTFOLIO_SAMPLES_MAX = 1 << 19, NB_PORTFOLIO_MAX = 1000 };

struct nb_portfolio_options {
    const uint32_t *group;     /* of each author: the least author of it, see groups.h; NULL: own */
    const bool *eligible;      /* who may be picked; NULL: everybody */
    const int64_t *cost_milli; /* of each author, above 0; NULL: 1000 each */
    int64_t budget_milli;      /* what all may cost; 0: no limit */
    size_t picks_n;            /* at most so many, up to NB_PORTFOLIO_MAX */
    uint32_t samples_max;      /* 0: NB_PORTFOLIO_SAMPLES_MAX; fewer are quicker and less sure */
    uint64_t seed;
};

struct nb_portfolio_pick {
    uint32_t author;
    int64_t cost_milli;
    int64_t alone_milli; /* groups the author would reach alone, in thousandths */
    int64_t gain_milli;  /* groups that those before do not reach; alone - gain is the overlap */
};

struct nb_portfolio {
    const struct nb_portfolio_pick
        *picks; /* in the order picked: most gain, or gain by cost, first */
    size_t n;
    uint32_t groups_n;     /* that ever took something up: those there are to reach */
    int64_t reached_milli; /* sum of gains */
    int64_t
        checked_milli; /* the same as the second collection has it: without the picking's luck */
    int64_t cost_milli;
    uint32_t samples_n; /* of each collection */
    bool sure;          /* the guarantee holds; false: cut at samples_max */
};

/**
 * Pick. The same input and seed give the same picks on every machine.
 * @param arena  owns the picks; scratch is handed back.
 * @return NB_OK (maybe no picks), NB_EINVAL (picks_n of 0 or too many, a cost of 0 or less, a group
 *         that is no author), NB_ENOMEM. Samples take a step for each author walked over, picking
 *         authors_n for each pick.
 */
enum nb_err nb_portfolio_pick(const struct nb_graph *graph,
                              const struct nb_portfolio_options *options, struct nb_arena *arena,
                              struct nb_portfolio *out) NB_MUSTUSE;

/**
 * One star against many: the author who reaches most alone, and what others reach together for the
 * same money (Bakshy et al. 2011, Everyone's an influencer: cost of an author = fixed cost + price
 * of an audience).
 * @param options  picks_n limits the many; budget_milli is not used.
 * @param star     [out] one pick; none when nobody reaches anybody.
 * @param many     [out] without the star, at no higher cost.
 * @return as nb_portfolio_pick().
 */
enum nb_err nb_portfolio_star(const struct nb_graph *graph,
                              const struct nb_portfolio_options *options, struct nb_arena *arena,
                              struct nb_portfolio *star, struct nb_portfolio *many) NB_MUSTUSE;

/** fixed + audience * price; saturates. */
int64_t nb_portfolio_cost(int64_t fixed_milli, int64_t price_milli, uint64_t audience_n);

#endif
