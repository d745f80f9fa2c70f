/**
 * Plans: what a query asks of the index, in terms that are there.
 *
 * A word becomes the roots it may stand for. What no index of roots can answer, a word that no
 * lexicon has or a condition on the form of a word, becomes the list of all written forms that are
 * in the index and read so.
 *
 * Threads: a plan belongs to one thread.
 */
#ifndef NABIZ_INDEX_PLAN_H
#define NABIZ_INDEX_PLAN_H

#include <nabiz/query.h>

#include "analyzer/index/index.h"
#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/spell.h"

enum {
    NB_PLAN_FORMS_MAX = 500000, /* written forms that are looked at for one word */
    NB_PLAN_TERMS_MAX = 50000   /* that a prefix or a word may stand for */
};

/* In the order in which the parts of a conjunction are best looked at. */
enum nb_plan_kind {
    NB_PLAN_TERMS, /* any of terms */
    NB_PLAN_AND,
    NB_PLAN_OR,
    NB_PLAN_PREFIX, /* any term that begins with terms[0] */
    NB_PLAN_RUN,    /* children in a row, each TERMS */
    NB_PLAN_NEAR,   /* two children with positions */
    NB_PLAN_NOT,    /* one child */
    NB_PLAN_REACH,  /* more than number */
    NB_PLAN_SINCE,  /* at or after number, seconds */
    NB_PLAN_UNTIL   /* before number, seconds */
};

struct nb_plan {
    enum nb_plan_kind kind;
    const struct nb_slice *terms; /* kind and text */
    size_t terms_n;
    struct nb_plan **children;
    size_t children_n;
    uint32_t between;
    bool ordered;
    uint64_t number;
};

/**
 * @param lexicon  as the index was made with; roots are added to it for words it does not know.
 * @param speller  what all of the index was made with; NULL when it is not known to be.
 * @param out      [out] in arena; borrows from the query.
 * @return NB_OK, NB_ETOOBIG (the detail says of which word and what to do), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_plan_make(const struct nb_index *index, struct tr_lexicon *lexicon,
                         const struct tr_speller *speller, const struct nb_query *query,
                         struct nb_arena *arena, struct nb_plan **out,
                         struct nb_error *error) NB_MUSTUSE;

/**
 * Documents of a segment that a plan finds, those in force only. Free with nb_bits_free().
 * @param arena  scratch; reset.
 * @return NB_OK, NB_ETOOBIG (a prefix stands for too many terms), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_plan_find(const struct nb_plan *plan, const struct nb_index *index, size_t segment,
                         struct nb_arena *arena, struct nb_bits **out) NB_MUSTUSE;

/** How many there are; quicker than counting them when the plan is a single term. */
enum nb_err nb_plan_count(const struct nb_plan *plan, const struct nb_index *index, size_t segment,
                          struct nb_arena *arena, uint64_t *out) NB_MUSTUSE;

/* Positions, for find.c: see places.c. */

struct nb_places;

/** Read positions of a plan that has them in one segment. The arena is for documents, too.
 * @return as nb_plan_find(). */
enum nb_err nb_places_open(const struct nb_plan *plan, const struct nb_segment *segment,
                           struct nb_arena *arena, struct nb_places **out) NB_MUSTUSE;

/**
 * True when the plan holds somewhere in a document; documents are asked for in ascending order.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_places_hold(struct nb_places *places, uint32_t place, bool *out) NB_MUSTUSE;

#endif
