/**
 * A standing as it is made: trust over acts of the analysis store, before it is asked for or
 * stored. Internal to standing.c and standing_keep.c.
 *
 * Threads: reading is as the transaction; what was made does not change by itself.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_STANDING_MADE_H
#define NABIZ_ANALYZER_INFLUENCE_STANDING_MADE_H

#include "analyzer/influence/graph.h"
#include "analyzer/influence/seeds.h"
#include "analyzer/influence/standing.h"
#include "analyzer/influence/trust.h"

struct nb_standing_made {
    struct nb_names *names; /* of the authors */
    struct nb_trust *trust;
    uint32_t
        *group; /* of each author that was there when groups were found: see nb_groups_find() */
    uint32_t *voice; /* of each author, to begin again with; NULL: see nb_trust_voices() */
    struct nb_support_age age;
    uint32_t seeds[NB_SEEDS_MAX];
    size_t seeds_n;
};

/** Whether an act stands by the one it is towards. */
bool nb_standing_supports(const struct nb_edge *edge);

/**
 * Find groups and seeds among acts, and make trust.
 * @param topic  of seeds; empty: those without one.
 * @param acts   freed, also after an error; the names go to *out.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT. Free with nb_standing_made_fini(), also after an error.
 */
enum nb_err nb_standing_make(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_graph_builder *acts,
                             struct nb_standing_made *out) NB_MUSTUSE;

/** The same with groups, voices, age and seeds that *out has already: groups and voices of as many
 * authors as acts names. */
enum nb_err nb_standing_make_again(struct nb_graph_builder *acts,
                                   struct nb_standing_made *out) NB_MUSTUSE;

/**
 * The record of an author, without trust_milli: what it says does not depend on the author's
 * number. Of more groups than are kept, those that give most.
 */
enum nb_err nb_standing_row(const struct nb_standing_made *made, uint32_t author,
                            struct nb_arena *arena, struct nb_standing **out) NB_MUSTUSE;

void nb_standing_made_fini(struct nb_standing_made *made);

/** The seeds that a team names, as they were last in force; empty when it names none. */
enum nb_err nb_standing_named(struct nb_txn *txn, struct nb_slice *out) NB_MUSTUSE;

/** Whether seeds are named for just this topic. */
bool nb_standing_has_own(struct nb_slice named, struct nb_slice topic);

#endif
