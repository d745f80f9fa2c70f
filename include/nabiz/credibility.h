/**
 * Credibility of an author over time: what became of what they published, each count with documents
 * that show it. docs/influence.md has the formula, lexicons/weights.txt the numbers.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_CREDIBILITY_H
#define NABIZ_CREDIBILITY_H

#include <nabiz/analysis.h>
#include <nabiz/weights.h>

/* X(id, name as in JSON, what it is in English) */
#define NB_CREDITS(X)                                                                              \
    X(CITED, "cited", "say where they have it from")                                               \
    X(FIRST, "first", "were first with what others published after them")                          \
    X(CORRECTED, "corrected", "put right what they had published themselves")                      \
    X(PAID, "paid", "say that somebody paid for them")                                             \
    X(COPIED, "copied", "repeat what somebody else had published")                                 \
    X(HEARSAY, "hearsay", "tell on what they do not vouch for")                                    \
    X(SENSATION, "sensation", "shout rather than tell")                                            \
    X(DELETED, "deleted", "were deleted")                                                          \
    X(REFUTED, "refuted", "say what another publisher of the same text took back")                 \
    X(DENIED, "denied", "were denied or corrected by others")

enum nb_credit {
#define X(id, name, what) NB_CREDIT_##id,
    NB_CREDITS(X)
#undef X
        NB_CREDITS_N
};

enum { NB_CREDIT_SAMPLES = 3 };

struct nb_credit_count {
    uint64_t n;                          /* documents */
    uint64_t samples[NB_CREDIT_SAMPLES]; /* the newest; of DENIED, the documents that deny */
    size_t samples_n;
};

struct nb_credibility {
    uint64_t documents_n; /* that are still there */
    int64_t first_ms, last_ms;
    uint64_t weeks_n;        /* from the first document to the last */
    uint64_t active_weeks_n; /* with a document */
    struct nb_credit_count credits[NB_CREDITS_N];
    int32_t credibility_milli; /* NB_UNKNOWN_MILLI when there are too few documents */
};

/** "cited" */
const char *nb_credit_name(enum nb_credit credit);
const char *nb_credit_text(enum nb_credit credit);

/**
 * Of everything up to to_ms, on whatever topic. Reads the author's documents, their clusters and
 * all acts towards the author.
 * @param weights  NULL: those in force.
 * @return NB_OK (maybe no documents), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_credibility(struct nb_txn *txn, struct nb_slice author, int64_t to_ms,
                           const struct nb_weights *weights, struct nb_arena *arena,
                           struct nb_credibility *out) NB_MUSTUSE;

#endif
