/**
 * One's own texts: what a brand sent out and may never have published on a site of its own, as it
 * is looked for among all that was published.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_OWN_TEXTS_H
#define NABIZ_ANALYZER_INFLUENCE_OWN_TEXTS_H

#include "analyzer/topics/shingles.h"

enum { NB_OWN_TEXTS_MAX = 64, NB_OWN_TEXTS_BYTES = 1 << 20 };

struct nb_own_texts {
    struct nb_shingles *all; /* what the copies of each are known by */
    size_t n;
};

/**
 * Read a file of texts: lines of nothing but three dashes stand between them, and what is empty is
 * passed over. It may be in any encoding that a page may be in.
 * @param arena  owns the answer.
 * @param error  [out] what is wrong, for people.
 * @return NB_OK, NB_ESYNTAX (it is no text, there is none in it, or one has too few words to be
 * told by), NB_ETOOBIG (over NB_OWN_TEXTS_BYTES or NB_OWN_TEXTS_MAX), NB_ENOMEM.
 */
enum nb_err nb_own_texts_read(struct nb_slice file, struct nb_arena *arena,
                              struct nb_own_texts *out, struct nb_error *error) NB_MUSTUSE;

#endif
