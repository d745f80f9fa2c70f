/**
 * What others did towards one author, and the points each act counts.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_ACTS_H
#define NABIZ_ANALYZER_INFLUENCE_ACTS_H

#include <nabiz/analysis.h>

/* Points, in thousandths. docs/influence.md says why these. */
enum {
    NB_POINTS_SITE = 1000,  /* each other site that links, quotes or copies */
    NB_POINTS_AUTHOR = 500, /* each other author who replies or mentions */
    NB_POINTS_POST = 50,    /* each document */
    NB_POSTS_MAX = 20,      /* documents that count points */
    NB_POINTS_HALF = 5000   /* points that make a score of 500 */
};

struct nb_act {
    const struct nb_edge *edge;
    int32_t points_milli; /* of the first act of its site or author; 0 for the others */
};

struct nb_acts {
    struct nb_act *acts; /* oldest first */
    size_t n;
    uint64_t sites_n;     /* other sites that link, quote or copy */
    uint64_t authors_n;   /* other authors who reply or mention */
    uint64_t spreaders_n; /* other authors who link, quote or copy, at or after since_ms */
    int64_t points_milli; /* of all acts */
};

/**
 * Acts towards an author in [from_ms, to_ms).
 * @param since_ms  start of what may have spread: the author's first post.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_acts_towards(struct nb_txn *txn, struct nb_slice author, int64_t from_ms,
                            int64_t to_ms, int64_t since_ms, struct nb_arena *arena,
                            struct nb_acts *out) NB_MUSTUSE;

#endif
