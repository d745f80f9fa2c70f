/**
 * The parts of influence that one author's own evidence tells: each is a number and what every row
 * of evidence adds to it, in units of the part's own, which points are shared out by. Formulas are
 * in docs/influence.md, the numbers in lexicons/weights.txt.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_PARTS_H
#define NABIZ_ANALYZER_INFLUENCE_PARTS_H

#include "analyzer/influence/evidence.h"

/**
 * @param adds  [out] evidence->n of them, all 0 before; what each row adds.
 * @return the part in thousandths, or NB_UNKNOWN_MILLI.
 */
typedef int32_t nb_part_fn(struct nb_evidence *evidence, int64_t *adds);

nb_part_fn nb_part_reach;
nb_part_fn nb_part_expertise;
nb_part_fn nb_part_trust;
nb_part_fn nb_part_spread;
nb_part_fn nb_part_reception;

/**
 * Share points out in proportion to what each row adds, exactly: the parts that do not come out
 * even go to the largest remainders (Hamilton's method), the first of equal ones.
 * @param points_milli  0 when what all rows add comes to 0.
 * @param out  [out] n of them; they add up to points_milli.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_share_out(int64_t points_milli, const int64_t *adds, size_t n,
                         struct nb_arena *arena, int32_t *out) NB_MUSTUSE;

/**
 * Interval of a score by bootstrap over independent groups (Efron 1979), each drawn as often as a
 * Poisson number of mean 1 says (Oza and Russell 2001), so that how many there are varies too; of
 * the scores that come out, 95 in 100 lie between low and high. The draws follow from the seed.
 * @param points_milli  of each group; [0] is the author's own and always counts.
 * @return false when there are too few groups.
 */
bool nb_interval(const int64_t *points_milli, size_t groups_n, const struct nb_weights *weights,
                 uint64_t seed, struct nb_arena *arena, int32_t *low, int32_t *high);

#endif
