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

#endif
