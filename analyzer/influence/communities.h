/**
 * Communities: circles of authors who act towards one another more than chance would have it, and
 * who speaks for one. Who is known in one circle only, or to accounts that speak for none, is not
 * known by many. Internal to trust.
 *
 * Circles are found by moving author after author to where it has most ties for the size of the
 * circle: w - 3 k K / m, w: ties to the circle, k and K: ties of the author and of the circle, m:
 * all. That is local moving on modularity (Blondel et al. 2008) at a resolution of 3 (Reichardt and
 * Bornholdt 2006), at which a political camp falls into a dozen circles.
 *
 * Whoever makes accounts can make circles of them, and can tie them to others; he cannot make
 * trust. So circles are found among those only who together have all but a 1024th of the trust
 * there is, and only they speak for one: accounts into which some honest links lead are not among
 * them, and do not even change the size of the others' circles.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_COMMUNITIES_H
#define NABIZ_ANALYZER_INFLUENCE_COMMUNITIES_H

#include "analyzer/influence/trust.h"

/**
 * Find circles in three rounds over all pairs.
 * @param holds   of each author, whether it may be in a circle with others.
 * @param circle  [out] of each author, an author's number; of who holds nothing, its own.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_communities_find(const struct nb_support *support, const uint8_t *holds,
                                uint32_t *circle) NB_MUSTUSE;

/**
 * Who speaks for which circle.
 * @param trust  of each author, what it has to give.
 * @param voice  [out] above 0 for those who speak, the same for those of a circle.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_communities_voices(const struct nb_support *support, const uint64_t *trust,
                                  uint32_t *voice) NB_MUSTUSE;

/**
 * Hold back what comes from one circle: of a circle's points those count that are not more than
 * four times what all other circles give, and of the rest a quarter. What comes from those who
 * speak for none counts, all together, up to four times what circles give. Where nobody speaks, a
 * 2^24th of the strongest group counts: enough for an order among authors whom few trust.
 * Whoever has voices from some seven hundred circles is held back in nothing.
 * @param names   of two that are strongest, the first by name counts; NULL: the first by number.
 * @param shares  n of them, by circle in .voice; .points are changed.
 */
void nb_communities_hold_back(const struct nb_names *names, struct nb_trust_share *shares,
                              uint32_t n);

#endif
