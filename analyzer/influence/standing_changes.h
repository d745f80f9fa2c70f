/**
 * What of EDGE came and went since a standing was brought up to date last.
 *
 * Threads: the committer's.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_STANDING_CHANGES_H
#define NABIZ_ANALYZER_INFLUENCE_STANDING_CHANGES_H

#include <nabiz/record.h>

#include "analyzer/influence/support.h"

/** Acts that grow in number. Zeroed at first; acts->p goes with nb_free(). */
struct nb_standing_acts {
    struct nb_support_act *p;
    size_t n, cap;
};

enum nb_err nb_standing_acts_add(struct nb_standing_acts *acts,
                                 const struct nb_support_act *act) NB_MUSTUSE;

/** An act as support knows it, but for its authors. */
struct nb_support_act nb_standing_act(const struct nb_edge *edge);

struct nb_standing_change {
    struct nb_support_act act;
    int sign;
};

/** Zeroed at first; changes->p goes with nb_free(). */
struct nb_standing_changes {
    struct nb_standing_change *p;
    size_t n, cap;
};

/** @param sign  1: it came; -1: it went. @param names  get the authors' names. */
enum nb_err nb_standing_changes_add(struct nb_standing_changes *changes, struct nb_names *names,
                                    const struct nb_edge *edge, int sign) NB_MUSTUSE;

/**
 * What is left of all changes, which are spent: a revision takes back most of what it puts in its
 * place.
 * @param came  [in, out] gets acts that are there now and were not.
 * @param gone  [in, out] gets one act of each pair that lost any, by to, then from.
 */
enum nb_err nb_standing_changes_sum(struct nb_standing_changes *changes,
                                    struct nb_standing_acts *came,
                                    struct nb_standing_acts *gone) NB_MUSTUSE;

#endif
