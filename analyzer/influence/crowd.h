/**
 * Crowd: what has to be known of everybody in a scope before one author can be weighed: who acts in
 * coordination (coordination.h), and how much a usual author is taken up.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_CROWD_H
#define NABIZ_ANALYZER_INFLUENCE_CROWD_H

#include "analyzer/influence/coordination_risk.h"
#include "analyzer/influence/evidence.h"

struct nb_crowd {
    const struct nb_slice *names; /* ascending */
    const struct nb_coordination_risk *risks;
    uint32_t n;
};

/**
 * Judge the documents of the scope; without a topic, the newest of the store.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT. Cost: see coordination_read.h, which takes no
 *         more than the newest 5000 documents; authors of earlier ones are not known.
 */
enum nb_err nb_crowd_read(const struct nb_scope *scope, struct nb_arena *arena,
                          struct nb_crowd *out) NB_MUSTUSE;

/** NULL when the author is not among those judged. */
const struct nb_coordination_risk *nb_crowd_risk(const struct nb_crowd *crowd,
                                                 struct nb_slice author);

/**
 * Groups that take up a usual author of the scope, in millionths: the mean over some, evenly
 * chosen.
 * @param authors  ascending.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_crowd_usual(const struct nb_scope *scope, const struct nb_slice *authors, size_t n,
                           uint64_t *out_micro) NB_MUSTUSE;

#endif
