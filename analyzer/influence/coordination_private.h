/**
 * What coordination.c and its neighbours share: signs of one row, and who shares texts.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_COORDINATION_PRIVATE_H
#define NABIZ_ANALYZER_INFLUENCE_COORDINATION_PRIVATE_H

#include "analyzer/influence/coordination.h"

enum { NB_NONSENSE_MILLI = 500 }; /* from here on a text is taken for one that nobody wrote */

/** True where nobody wrote the text of this row. */
static inline bool nb_coordination_is_nonsense(const struct nb_coordination_act *act)
{
    return act->synthetic_milli >= NB_NONSENSE_MILLI;
}

/** First seen within the week before. */
static inline bool nb_coordination_is_new(const struct nb_coordination_act *act)
{
    return act->at_ms - act->first_seen_ms < (int64_t)7 * 24 * 3600 * 1000;
}

/** A site that was there before prints what it likes: its articles are nobody's campaign. */
static inline bool nb_coordination_is_established(const struct nb_coordination_act *act)
{
    return act->publisher && !nb_coordination_is_new(act);
}

/**
 * Put documents that share their text, or a good part of it, into groups. Nonsense is left out:
 * it shares its slogan only.
 * @param order   n indexes of the rows, oldest first: who comes first leads a group.
 * @param groups  [out] by row: below *groups_n.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_coordination_share(const struct nb_coordination_act *acts, const uint32_t *order,
                                  size_t n, struct nb_arena *arena, uint32_t *groups,
                                  uint32_t *groups_n) NB_MUSTUSE;

#endif
