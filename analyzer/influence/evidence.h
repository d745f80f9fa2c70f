/**
 * Evidence: everything that is known for and against one author within a topic and a window, as
 * rows in the order of time, before anything is weighed.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_EVIDENCE_H
#define NABIZ_ANALYZER_INFLUENCE_EVIDENCE_H

#include <stdbool.h>

#include <nabiz/influence.h>

#include "analyzer/influence/reach.h"
#include "analyzer/influence/standing.h"

/* A document that the topic matched, of the window. */
struct nb_topic_post {
    uint64_t number;
    struct nb_slice author; /* id as counted, see nb_author_id() */
    int32_t score_milli;    /* toward the topic; NB_UNKNOWN_MILLI when there is none */
};

struct nb_crowd;
struct nb_voices;
struct nb_surroundings;

/* What a query is about. */
struct nb_scope {
    struct nb_txn *txn;
    struct nb_slice topic;
    int64_t from_ms, to_ms;
    const struct nb_weights *weights;
    struct nb_standing_view *standing; /* NULL: trust is not asked for */
    const struct nb_crowd *crowd;      /* NULL: nobody is known to act in coordination */
    const struct nb_voices *voices;    /* NULL: nobody is known to speak for another */
    struct nb_surroundings *around;    /* NULL: reach is not asked for */
    uint64_t usual_micro;              /* groups that take up a usual author, in millionths */
    const struct nb_topic_post *posts; /* by number; of a topic only */
    size_t posts_n;
};

/* SUPPORT: an act before the window or on something else, which trust alone looks at. */
enum nb_row_kind { NB_ROW_POST, NB_ROW_ACT, NB_ROW_DELETED, NB_ROW_SUPPORT };

struct nb_row {
    int64_t at_ms;
    uint64_t number;
    enum nb_row_kind kind;
    const struct nb_author_doc *doc; /* of POST and DELETED */
    const struct nb_edge *edge;      /* of ACT and SUPPORT */
    struct nb_slice who;
    uint64_t target;     /* of an act: the author's document that it is towards; 0: not known */
    int32_t score_milli; /* of a post toward the topic; of an act, whether it agrees, see denial.h;
                            may be unknown */
    bool faked;          /* who acts does so in coordination with others */
    bool denies;         /* an act that denies or corrects: see denial.h */
    uint32_t group;      /* who acts as one: 1 .. groups_n; 0: the author */
};

struct nb_actor {
    struct nb_slice name;
    size_t row;
};

struct nb_evidence {
    const struct nb_scope *scope;
    struct nb_arena *arena; /* for whoever needs more */
    struct nb_slice author;
    struct nb_row *rows; /* oldest first */
    size_t n;
    size_t posts_n;
    size_t all_posts_n;                 /* those on other topics as well */
    const struct nb_reach_site *site;   /* what its documents show; NULL: not known */
    struct nb_reach_count followers;    /* of the author */
    const uint64_t *thread_views;       /* of each row's thread, UINT64_MAX: not known; or NULL */
    struct nb_reach reach;              /* how many see a document: set by nb_part_reach() */
    const struct nb_standing *standing; /* NULL: nobody is known to act towards the author */
    const struct nb_actor *actors;      /* of acts, by name, then row */
    size_t actors_n;
    uint32_t groups_n;
    uint32_t *per_group;  /* groups_n + 1, for whoever counts by group */
    uint64_t sites_n;     /* other sites that link, quote or copy */
    uint64_t answering_n; /* other authors who reply or mention */
    uint64_t boosting_n;  /* other authors who boost */
};

/** Whether an act carries the author's words or address to other readers. */
bool nb_act_spreads(const struct nb_edge *edge);

/**
 * The documents of a topic in the window. The rest of scope is set.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_scope_posts(struct nb_scope *scope, struct nb_arena *arena) NB_MUSTUSE;

/**
 * Read one author's. With a topic, acts count that are done in a document on it or towards one of
 * the author's in the window.
 * @param author  as nb_author_id(); outlives out.
 * @return NB_OK (maybe no rows), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_evidence_read(const struct nb_scope *scope, struct nb_slice author,
                             struct nb_arena *arena, struct nb_evidence *out) NB_MUSTUSE;

#endif
