/**
 * Influence, first form: who is worth listening to on a topic, by counts that anyone can recount.
 * The formula is at the head of influence.c and in docs/influence.md.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_INFLUENCE_H
#define NABIZ_INFLUENCE_H

#include <nabiz/analysis.h>

/* A score that is not known is NB_UNKNOWN_MILLI and printed as "-" or null. */
#define NB_UNKNOWN_MILLI INT32_MIN

struct nb_influencer {
    struct nb_slice author; /* site/handle */
    struct nb_slice site;
    struct nb_slice name;
    uint64_t posts_n;     /* on the topic */
    int64_t points_milli; /* before scaling */
    int32_t score_milli;  /* what the list is sorted by: 0..1000 */
    int32_t reach_milli;
    int32_t expertise_milli;
    int32_t trust_milli;
    int32_t spread_milli;
    int32_t reception_milli; /* -1000..1000 */
    int32_t coordination_milli;
    int32_t low_milli,
        high_milli;          /* interval of the score; NB_UNKNOWN_MILLI when not enough data */
    int32_t sentiment_milli; /* mean towards the topic, -1000..1000 */
    uint64_t sites_n;        /* other sites that link, quote or copy */
    uint64_t answering_n;    /* other authors who reply or mention */
    const char *evidence;    /* these and posts_n in one line of English */
};

/**
 * Authors on a topic in [from_ms, to_ms), best first, ties by name.
 * @param topic  empty: over everything.
 * @param site   empty: any.
 */
enum nb_err nb_influence_list(struct nb_txn *txn, struct nb_slice topic, struct nb_slice site,
                              int64_t from_ms, int64_t to_ms, struct nb_arena *arena,
                              const struct nb_influencer **out, size_t *out_n) NB_MUSTUSE;

/** A dated act that a score counts. */
struct nb_ledger_row {
    int64_t at_ms;
    const char *act; /* "link", "reply", "post", ... */
    struct nb_slice who;
    struct nb_slice url;  /* what was linked, quoted or answered; empty for posts and mentions */
    uint64_t number;      /* the document it was done in */
    int32_t points_milli; /* the rows add up to nb_influencer.points_milli */
};

/**
 * Everything counted for one author, oldest first; acts that count nothing any more (a second link
 * from a site) are listed with 0 points.
 * @return NB_OK, NB_ENOTFOUND (nothing is known of the author), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_influence_ledger(struct nb_txn *txn, struct nb_slice author, struct nb_slice topic,
                                int64_t from_ms, int64_t to_ms, struct nb_arena *arena,
                                struct nb_influencer *out, const struct nb_ledger_row **out_rows,
                                size_t *out_rows_n) NB_MUSTUSE;

#endif
