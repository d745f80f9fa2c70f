/**
 * Claim chains: who published a text first, who probably took it from whom, on what way it came
 * round, and when an old claim came back. Read from the near-duplicate clusters of COPY.
 *
 * "First" is first as far as the log goes. "Taken from" is an inference and carries its reason: a
 * document that names an earlier one of the cluster took it from there; else it is taken from the
 * earliest one with the text that is most alike.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_CLAIMS_H
#define NABIZ_ANALYZER_INFLUENCE_CLAIMS_H

#include <stdbool.h>

#include <nabiz/analysis.h>

#include "analyzer/influence/cascade.h"

#define NB_CLAIM_NONE UINT32_MAX

/* X(id, "why a step follows from another, in English") */
#define NB_CLAIM_WHYS(X)                                                                           \
    X(FIRST, "first published")                                                                    \
    X(LINK, "links it")                                                                            \
    X(NAMED, "names its author")                                                                   \
    X(SAME, "the same words")                                                                      \
    X(ALIKE, "the most similar words")                                                             \
    X(AGAIN, "the same author again")

enum nb_claim_why {
#define X(id, text) NB_CLAIM_##id,
    NB_CLAIM_WHYS(X)
#undef X
        NB_CLAIM_WHYS_N
};

/** One document of the cluster. */
struct nb_claim_step {
    int64_t at_ms;
    uint64_t number;
    struct nb_slice author; /* site/handle, or site/ without a byline; may be empty */
    struct nb_slice url;
    uint32_t from; /* the step it was probably taken from, always an earlier one; NB_CLAIM_NONE */
    enum nb_claim_why why;
    int64_t silent_ms; /* since the step before, whoever's */
    bool returns;      /* silent for at least NB_CLAIM_SILENCE_MS: an old claim that came back */
};

struct nb_claim_chain {
    const struct nb_claim_step *steps; /* in the order of publication */
    size_t n;
    struct nb_cascade shape; /* of the steps as a tree */
};

/**
 * The chain of a cluster, from its first document on.
 * @param max_n  steps at most; 0: NB_CLAIM_STEPS.
 * @param out  [out] in the arena, as what it points to.
 * @return NB_OK, NB_ENOTFOUND (no such cluster), NB_ENOMEM, NB_ECORRUPT. Each step is compared with
 *         at most NB_CLAIM_VARIANTS different texts.
 */
enum nb_err nb_claim_chain(struct nb_txn *txn, uint64_t cluster, size_t max_n,
                           struct nb_arena *arena, struct nb_claim_chain *out) NB_MUSTUSE;

enum { NB_CLAIM_STEPS = 1000, NB_CLAIM_VARIANTS = 64 };

#define NB_CLAIM_SILENCE_MS INT64_C(604800000) /* 7 days */

/** Why a step follows from another, in words: "back after 37 days: the same words". @return in the
 * arena; NULL: it is full. */
char *nb_claim_why_text(const struct nb_claim_step *step, struct nb_arena *arena);

#endif
