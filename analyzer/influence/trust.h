/**
 * Trust: how far the acts of authors who are known to be worth something lead to an author, over
 * supporters who do not depend on one another.
 *
 * Seeds are given some mass each, which walks along support (support.h), NB_TRUST_LEVELS steps; at
 * each step an author passes on 218/256 of what it has to those it supports, in equal parts of at
 * most a sixteenth each, by the weight of the pair. Walks from seeds, cut short, are those of
 * TrustRank (Gyongyi et al. 2004) and SybilRank (Cao et al. 2012): false accounts are many, but
 * honest authors who support them are few, so little comes in. What comes in is held back by this:
 *
 *   - accounts of one independence group (groups.h) count as one, the strongest of them;
 *   - passing on takes two: the strongest group counts as much as the second strongest, and of what
 *     it gives beyond that a 256th, or in a large sparse graph trust would end at once;
 *   - standing takes three: of what the two strongest give beyond the third, a sixteenth counts;
 *   - and it takes two communities (communities.h), of whom none can be made without trust;
 *   - a seed's own score is a quarter of what it is given, and what others give it.
 *
 * Numbers are fixed point, and what is passed on is rounded down to six bits: the result is exact,
 * the same on every machine, and small changes end after a few steps. So adding acts touches only
 * what changes, and gives the same as beginning anew with all of them.
 *
 * Threads: adding is the owner's; what does not add may run in several.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_TRUST_H
#define NABIZ_ANALYZER_INFLUENCE_TRUST_H

#include "analyzer/influence/support.h"

/* Steps of the walk, and what all seeds are given together. */
enum { NB_TRUST_LEVELS = 8 };
#define NB_TRUST_MASS (UINT64_C(1) << 50)

struct nb_trust;

/* What trust is made of beside the graph. All of it is copied. */
struct nb_trust_input {
    const uint32_t
        *group; /* of each author, the least of it (nb_groups_find()); NULL: each its own */
    const uint32_t *seeds; /* one that is named twice counts twice; none: everybody scores 0 */
    size_t seeds_n;
    struct nb_support_age age; /* zeroed: nothing grows old */
    const uint32_t
        *voice; /* of each author, as nb_trust_voices() had it; NULL: found in the graph */
};

/** @return NB_OK, NB_EINVAL (a seed that is not in the graph), NB_ENOMEM. */
enum nb_err nb_trust_new(const struct nb_graph *graph, const struct nb_trust_input *input,
                         struct nb_trust **out) NB_MUSTUSE;
void nb_trust_free(struct nb_trust *trust);

/**
 * Take pairs of authors out, whatever acts they are made of, then add acts, and authors up to
 * authors_n, each of which is its own group and speaks for no community; of a pair that lost only
 * some of its acts the others are among those added. Seeds, groups and voices stay. Scores are then
 * what nb_trust_new() gives with all acts and these voices, in whatever pieces they came.
 * @param gone  from and to of the pairs; put into another order. May be NULL when there are none.
 * @param acts  put into another order.
 * @return NB_OK, NB_EINVAL (an author from authors_n on), NB_ENOMEM, NB_ETOOBIG; after the last two
 *         the object is to be freed.
 */
enum nb_err nb_trust_change(struct nb_trust *trust, struct nb_support_act *gone, size_t gone_n,
                            struct nb_support_act *acts, size_t acts_n,
                            uint32_t authors_n) NB_MUSTUSE;

/** Whose score or shares may be others since acts were added last; borrowed until the next time. */
const uint32_t *nb_trust_changed(const struct nb_trust *trust, uint32_t *n);

/** Of each author the community it speaks for, 0: none; borrowed until acts are added. */
const uint32_t *nb_trust_voices(const struct nb_trust *trust);

/** Scores of all authors, borrowed until acts are added; in parts of NB_TRUST_MASS. */
const uint64_t *nb_trust_scores(const struct nb_trust *trust);
uint32_t nb_trust_authors_n(const struct nb_trust *trust);

/**
 * What authors stand in who are trusted at all, as a mean of their scores; at least 1. Only those
 * count who, from the highest power of two down, hold fifteen sixteenths of all trust: accounts
 * that have next to none, however many, do not make everybody else stand high.
 */
uint64_t nb_trust_mean(const struct nb_trust *trust);

/**
 * Thousandths for people, wherever trust is shown: t / (t + mean), 0 for nothing, 500 for the mean.
 * Monotone. On a scale of powers, the alternative, next to nothing would be hundreds of points, and
 * that much made-up accounts can bring.
 */
int32_t nb_trust_milli(uint64_t score, uint64_t mean);

/** What one group adds to an author's score; the points of all add up to it. A seed supports
 * itself: its last share is from itself. */
struct nb_trust_share {
    uint32_t from;    /* the strongest of the group */
    uint32_t group_n; /* accounts of it that support the author */
    uint32_t voice;   /* community it speaks for, by nb_trust_voices() */
    uint64_t given;   /* what it gives */
    uint64_t points;  /* what of it counts */
};

/** Supporters of an author, itself if it is a seed: it has at most as many shares. */
uint32_t nb_trust_supporters_n(const struct nb_trust *trust, uint32_t author);

/**
 * @param names  of the authors: of those in a group who give as much, the first by name stands for
 *               it; NULL: the first by number.
 * @param out    room for nb_trust_supporters_n().
 * @return how many groups there are, by number.
 */
uint32_t nb_trust_shares(const struct nb_trust *trust, const struct nb_names *names,
                         uint32_t author, struct nb_trust_share *out);

/**
 * Where the score would lie with another draw of supporters: the 5th and the 95th of 100 parts of
 * bootstrap scores, groups drawn with replacement, seeded by the author's number.
 * @param shares  of nb_trust_shares(); n of them.
 */
void nb_trust_interval(const struct nb_trust_share *shares, uint32_t n, uint32_t author,
                       uint64_t *low, uint64_t *high);

/** Memory that it takes. */
size_t nb_trust_bytes(const struct nb_trust *trust);

#endif
