/**
 * Who stands behind whom: every act of one author towards another, however many, as one pair, with
 * how much it weighs. Pairs lie in rows by the one supported, members of one independence group
 * (groups.h) side by side, and in rows by supporter. Pairs can be added.
 *
 * A pair takes 18 bytes, an author 20. Internal to trust.
 *
 * Threads: adding is the owner's; a support that does not change may be read by all.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_SUPPORT_H
#define NABIZ_ANALYZER_INFLUENCE_SUPPORT_H

#include "analyzer/influence/graph.h"

/* Bits of nb_support.weight. */
enum {
    NB_SUPPORT_SAME = 0x80, /* of the same group as the pair before it in the row */
    NB_SUPPORT_WEIGHT = 0x7f,
    NB_SUPPORT_WHOLE = 64 /* the weight of a pair that counts whole */
};

struct nb_support_row {
    uint32_t begin, n;
};

/**
 * How acts grow old: what a pair weighs halves with every half-life that lies between its newest
 * act and now, by steps of an eighth; what has no time does not grow old. Now is a time of the
 * acts' own clock, and stays: so acts can be added, and the result follows from the acts alone.
 */
struct nb_support_age {
    uint32_t now_s;     /* an act after it is as old as one then */
    uint32_t half_days; /* 0: nothing grows old */
};

struct nb_support {
    struct nb_support_age age;
    uint32_t authors_n, authors_cap;
    uint32_t *group; /* of each author: the least author of it */

    struct nb_support_row *in; /* of each author, in the arrays below */
    uint32_t *from;
    uint8_t *weight;
    uint8_t *kind; /* the weightiest act between the two; NB_ACT_LATE if any of them was late */
    uint32_t *first_s, *last_s;
    size_t in_n, in_cap;

    struct nb_support_row *out;
    uint32_t *to;
    size_t out_n, out_cap;
    size_t pairs_n; /* in rows; the arrays may hold rows that were replaced, too */
};

/** An act to be added. */
struct nb_support_act {
    uint32_t from, to;
    uint8_t kind;  /* enum nb_act_kind, and NB_ACT_LATE */
    uint32_t at_s; /* 0: not known */
};

/**
 * Pairs of a graph.
 * @param group  of each author, the least author of the group; NULL: each is its own. Copied.
 * @param age    NULL: nothing grows old.
 * @return NB_OK, NB_ENOMEM. Free with nb_support_fini(), also after an error.
 */
enum nb_err nb_support_init(struct nb_support *support, const struct nb_graph *graph,
                            const uint32_t *group, const struct nb_support_age *age) NB_MUSTUSE;
void nb_support_fini(struct nb_support *support);

/** More authors, each its own group. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_support_grow(struct nb_support *support, uint32_t authors_n) NB_MUSTUSE;

/**
 * Add acts between known authors; what one does towards oneself is passed over. Sorts the acts.
 * @return NB_OK; NB_ENOMEM, NB_ETOOBIG (2^32 - 2 pairs): only part was added, the support is to be
 *         thrown away.
 */
enum nb_err nb_support_add(struct nb_support *support, struct nb_support_act *acts,
                           size_t acts_n) NB_MUSTUSE;

/** Take pairs out, whatever acts they are made of; those that there are not are passed over. Sorts
 * the acts, of which only the two authors count. @return NB_OK, NB_ENOMEM (nothing was taken out).
 */
enum nb_err nb_support_drop(struct nb_support *support, struct nb_support_act *acts,
                            size_t acts_n) NB_MUSTUSE;

/** Memory that it takes. */
size_t nb_support_bytes(const struct nb_support *support);

#endif
