/**
 * What the files of search share.
 *
 * Threads: as search.h says.
 */
#ifndef NABIZ_SEARCH_PRIVATE_H
#define NABIZ_SEARCH_PRIVATE_H

#include <nabiz/search.h>

#include "analyzer/index/plan.h"

struct nb_search {
    struct nb_txn *txn;
    struct nb_knowledge *knowledge;
    struct nb_arena *arena;   /* index and plan */
    struct nb_arena *scratch; /* reset by every answer */
    struct nb_index index;
    struct nb_plan *plan;
    struct nb_bits **found; /* by segment; NULL until they are wanted */
    uint64_t found_n;
};

/** Find everything, once. @return as nb_search_count(). */
enum nb_err nb_search_find(struct nb_search *search) NB_MUSTUSE;

#endif
