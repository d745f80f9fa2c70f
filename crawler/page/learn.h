/**
 * What the files share that learn the fields of records: groups of nodes of one kind.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_LEARN_H
#define NABIZ_PAGE_LEARN_H

#include "crawler/page/fields.h"

/* Nodes of one kind that lie in records. */
struct nb_group {
    const struct nb_page_member *first;
    size_t n;
};

struct nb_learning {
    struct nb_page_evidence *e;
    const struct nb_page_records *records;
    struct nb_page_fields *fields;
    uint32_t *record_of;            /* by node: 1 for the first record; 0 for none */
    struct nb_page_member *members; /* those of the evidence that lie in records */
    size_t members_n;
    struct nb_page_member *texts; /* scratch for as many */
    uint64_t *scratch;            /* twice as many as there are records */
};

/** The groups one after the other. @param at  [in, out] 0 at first. @return false at the end. */
bool nb_learn_group(const struct nb_learning *l, size_t *at, struct nb_group *out);

/** The record that a member lies in. */
const struct nb_page_record *nb_learn_record(const struct nb_learning *l, uint32_t node);

/** In how many records there is one of the group. */
size_t nb_learn_coverage(const struct nb_learning *l, const struct nb_group *group);

/** Is the date of its record in a member? */
bool nb_learn_holds_anchor(const struct nb_learning *l, uint32_t node);

/** A text, or the only one below an element; empty when there are several or none. */
struct nb_slice nb_learn_only_text(const struct nb_learning *l, uint32_t node);

uint64_t nb_learn_hash(struct nb_slice text);

/** How many different values there are; sorts them. */
size_t nb_learn_distinct(uint64_t *values, size_t n);

/** Find who wrote each record, once the texts are known. @return false: most have no name. */
bool nb_learn_authors(struct nb_learning *l);

#endif
