/**
 * Texts that nobody wrote: words drawn evenly from our lexicons, as a dictionary lists them, around
 * a slogan. The same state draws the same.
 *
 * Threads: each shuffler is the caller's own.
 */
#ifndef NABIZ_TESTS_SHUFFLE_H
#define NABIZ_TESTS_SHUFFLE_H

#include <nabiz/buf.h>

#include "analyzer/turkish/morph.h"

struct nbt_shuffler {
    const struct tr_core *core;
    uint64_t state;
};

/** A number below n, n > 0. */
size_t nbt_below(uint64_t *state, size_t n);

/** @param slogan  stands somewhere among the words; NULL: none. @param out  is added to. */
void nbt_shuffle(struct nbt_shuffler *shuffler, size_t words_n, const char *slogan,
                 struct nb_buf *out);

#endif
