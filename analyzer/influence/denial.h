/**
 * What an act says of the document it answers: whether it denies it, by the words it is done with
 * (lexicons/signs.txt), and else whether it agrees, by the sentiment of both.
 *
 * An answer to a text that itself denies or corrects agrees with it. An answer as negative as what
 * it answers agrees too: under a complaint, people complain along (sentiment congruence; Hassan,
 * Qazvinian and Radev 2010).
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_DENIAL_H
#define NABIZ_ANALYZER_INFLUENCE_DENIAL_H

#include <stdbool.h>

#include <nabiz/analysis.h>

/* A document of the author, as something that can be answered. */
struct nb_answered {
    uint64_t number;
    int32_t score_milli; /* 0 when it is not known */
    bool denies;         /* it denies or corrects itself */
};

struct nb_answerable {
    struct nb_answered *all; /* by number */
    size_t n;
};

/** Those that are still there. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_answerable_of(const struct nb_author_doc_row *docs, size_t n, struct nb_arena *arena,
                             struct nb_answerable *out) NB_MUSTUSE;

/**
 * Which of them an act is towards: as it is now, since a revision has another number than the edge
 * says.
 * @param out  [out] NULL when none.
 * @return NB_OK, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_edge_target(struct nb_txn *txn, const struct nb_edge *edge,
                           const struct nb_answerable *targets,
                           const struct nb_answered **out) NB_MUSTUSE;

/** Whether a text of these signs shouts, or tells on what it does not vouch for. */
bool nb_shouts(uint32_t signs);

/** @param target  may be NULL: nothing is denied that is not known. */
bool nb_edge_denies(const struct nb_edge *edge, const struct nb_answered *target);

/** Agreement, -1000..1000: full strength where the document has an opinion, half where it has none.
 * The edge has a score. */
int32_t nb_edge_agrees(const struct nb_edge *edge, const struct nb_answered *target);

#endif
