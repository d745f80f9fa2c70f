/**
 * Denial: whether an act denies or corrects what an author published, by the words it is done with
 * (lexicons/signs.txt). An answer to a text that itself denies or corrects agrees with it.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_DENIAL_H
#define NABIZ_ANALYZER_INFLUENCE_DENIAL_H

#include <stdbool.h>

#include <nabiz/analysis.h>

/* Documents of an author that can be denied: those that do not deny. */
struct nb_deniable {
    uint64_t *numbers; /* ascending */
    size_t n;
};

enum nb_err nb_deniable_of(const struct nb_author_doc_row *docs, size_t n, struct nb_arena *arena,
                           struct nb_deniable *out) NB_MUSTUSE;

/**
 * The document acted upon as it is now: a revision since has another number than the edge says.
 * @param out  [out] 0 when it is not known.
 * @return NB_OK, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_edge_target(struct nb_txn *txn, const struct nb_edge *edge,
                           uint64_t *out) NB_MUSTUSE;

/**
 * @param target  [out] the document that is denied; 0: none.
 * @return as nb_edge_target().
 */
enum nb_err nb_edge_denies(struct nb_txn *txn, const struct nb_edge *edge,
                           const struct nb_deniable *deniable, uint64_t *target) NB_MUSTUSE;

#endif
