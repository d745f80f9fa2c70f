/**
 * Which written forms of the index a word of a query stands for, read one by one.
 *
 * Threads: pure functions, but for roots that are added to the lexicon.
 */
#ifndef NABIZ_INDEX_EXPAND_H
#define NABIZ_INDEX_EXPAND_H

#include "analyzer/index/plan.h"

struct nb_expansion {
    const struct nb_query *query; /* its conditions */
    struct nb_slice word;         /* folded; empty: any word */
    tr_key key;                   /* of its root; 0: none, only the word as written */
    struct nb_slice root;         /* folded */
};

/**
 * Find the root that a word stands for: the word itself when it is a dictionary form, the root of
 * its best reading when it is inflected, else a new root.
 * @param known  [out] false for a new root: no document of the index was read with it.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_expand_root(struct tr_lexicon *lexicon, struct nb_expansion *wanted,
                           struct nb_arena *arena, bool *known) NB_MUSTUSE;

/**
 * Forms with a reading of this root that meets all conditions.
 * @param kind  beginning of the terms that are forms.
 * @param out   [out] terms, kind included, in arena.
 * @return NB_OK, NB_ETOOBIG (over the limits in plan.h), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_expand(const struct nb_index *index, const struct tr_lexicon *lexicon,
                      const char *kind, const struct nb_expansion *wanted, struct nb_arena *arena,
                      const struct nb_slice **out, size_t *out_n) NB_MUSTUSE;

#endif
