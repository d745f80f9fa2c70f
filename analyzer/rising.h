/**
 * What rose: roots of words that documents of a topic have in one time far more often than in the
 * time before, and sites that said nothing against their usual. Answered from the index alone.
 *
 * A root is weighed by the log-odds ratio with an informative Dirichlet prior, over its deviation
 * (B. Monroe, M. Colaresi, K. Quinn, "Fightin' Words", Political Analysis 16(4), 2008): counts are
 * of documents, the prior has 100 of them with the rate of both times together. So few documents
 * never weigh much. What over half of the documents before say, the topic's name above all, is left
 * out.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_RISING_H
#define NABIZ_RISING_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>
#include <nabiz/store.h>

enum {
    NB_RISING_MIN_N = 3,     /* fewer documents may be chance, whatever the ratio says */
    NB_RISING_MIN_Z = 2300,  /* deviations that count, in thousandths */
    NB_RISING_TERMS_MAX = 40 /* of an answer */
};

struct nb_rising_query {
    struct nb_slice topic;
    int64_t before_ms, from_ms, to_ms; /* the time before is [before_ms, from_ms) */
    const uint64_t *without;           /* documents of the time that repeat others; ascending */
    size_t without_n;
};

struct nb_rising_term {
    struct nb_slice text; /* as it is written most often in the time, folded */
    struct nb_slice root;
    struct nb_slice with; /* another word that stands in nearly the same documents; or empty */
    uint64_t n, before_n; /* documents in the time, without repeating ones, and before */
    int32_t deviation_milli;
};

/* A site that should have spoken: by its usual rate three documents at least were to be expected.
 */
struct nb_silent_site {
    struct nb_slice site;
    uint64_t before_n;
};

struct nb_rising {
    uint64_t documents_n, before_n;     /* that were compared */
    const struct nb_rising_term *terms; /* by deviation, ties by text */
    size_t terms_n;
    const struct nb_silent_site *silent; /* by what was said before, ties by name */
    size_t silent_n;
};

/**
 * @param out  in the arena.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT.
 */
enum nb_err nb_rising_find(struct nb_txn *txn, const struct nb_rising_query *query,
                           struct nb_arena *arena, struct nb_rising *out) NB_MUSTUSE;

#endif
