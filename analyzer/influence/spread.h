/**
 * Spread caused by an author: what others took up after the author's acts, beyond what they would
 * have taken up anyway.
 *
 * Adoptions of an author come at a rate of
 *     b / T  +  sum over earlier acts and over parts i of a_i * k_i(time since)
 * (Hawkes 1971): b is what comes by chance in the window T, k_i falls off by half in an hour, a day
 * or a week, and the sum of a_i is how many an act brings on average (the branching ratio). Sums of
 * exponentials stand for the power law of real delays. All are fitted by expectation and
 * maximisation (Veen, Schoenberg 2008), b drawn half-way to what a usual author of the topic gets,
 * and each adoption is then caused with its share of the rate (stochastic declustering: Zhuang,
 * Ogata, Vere-Jones 2002).
 *
 * A group of authors that are not independent of each other adopts once. All arithmetic is in
 * integers: the same on every machine.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_SPREAD_H
#define NABIZ_ANALYZER_INFLUENCE_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>

enum { NB_SPREAD_LEAST = 3 }; /* groups, below which there is not enough data */

struct nb_adoption {
    int64_t at_s;
    uint32_t group;        /* of who adopts; any numbers */
    uint32_t weight_milli; /* 1000; less for a paid one; 0 for the author's own accounts */
};

struct nb_spread_input {
    const int64_t *acts_s;               /* times of the author's acts, oldest first */
    size_t acts_n;                       /* 0: it is not known when the author acts */
    const struct nb_adoption *adoptions; /* in any order; of equal times the first counts */
    size_t adoptions_n;
    int64_t from_s, to_s; /* the window; what is outside does not count */
    uint64_t usual_micro; /* groups that take up a usual author in the window, in millionths */
};

struct nb_spread {
    bool known;           /* false: too few groups, and nothing else is worked out */
    uint32_t groups_n;    /* that adopted */
    int64_t caused_milli; /* groups that the acts moved: the sum of what each adoption is worth */
    int64_t chance_milli; /* groups that would have come anyway */
};

/**
 * Estimate.
 * @param worth_milli  [out] of each adoption what it adds to caused_milli, or NULL; 0 for a
 *                     group's later ones.
 * @param arena        scratch, handed back.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (2^30 acts or adoptions). Linear in acts; each adoption
 *         looks for the act before it.
 */
enum nb_err nb_spread_estimate(const struct nb_spread_input *in, struct nb_arena *arena,
                               int32_t *worth_milli, struct nb_spread *out) NB_MUSTUSE;

#endif
