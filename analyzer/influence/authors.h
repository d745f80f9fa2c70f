/**
 * Authors within a scope: everybody who published there, by name.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_AUTHORS_H
#define NABIZ_ANALYZER_INFLUENCE_AUTHORS_H

#include "analyzer/influence/evidence.h"

/**
 * With a topic it takes the documents of the scope, without one a look at each author that is
 * stored.
 * @param out   [out] in the arena, ascending.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_scope_authors(const struct nb_scope *scope, struct nb_arena *arena,
                             const struct nb_slice **out, size_t *out_n) NB_MUSTUSE;

/**
 * Leave the most_n authors for whom there is most evidence by the counters of AUTHOR, when there
 * are more: weighing everybody of a large store would take minutes.
 * @param authors  [in, out] ascending.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_authors_foremost(struct nb_txn *txn, size_t most_n, struct nb_arena *arena,
                                const struct nb_slice **authors, size_t *n) NB_MUSTUSE;

#endif
