/*
 * What finds independence groups, kind of evidence by kind. Internal to the groups files.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_GROUPS_PRIVATE_H
#define NABIZ_ANALYZER_INFLUENCE_GROUPS_PRIVATE_H

#include "analyzer/influence/groups.h"

/* Sets of authors that grow together: each points to another of its set, the least to itself. */
void nb_groups_join(uint32_t *group, uint32_t a, uint32_t b);

/* An author who shows a mark: those with the same mark may belong together. */
struct nb_groups_mark {
    uint64_t mark;
    uint32_t author;
    uint32_t rest; /* the finder's own */
};

/* Sort by mark; those of one mark stay in their order. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_groups_sort(struct nb_groups_mark *marks, size_t n) NB_MUSTUSE;

/* Acts within seconds of one another, twice. */
enum nb_err nb_groups_by_times(const struct nb_graph *graph, uint32_t *group) NB_MUSTUSE;

/* Nearly the same authors supported. */
enum nb_err nb_groups_by_lists(const struct nb_graph *graph, uint32_t *group) NB_MUSTUSE;

#endif
