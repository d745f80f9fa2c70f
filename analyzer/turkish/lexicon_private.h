/**
 * What filling (lexicon.c) and reading (reading.c) share.
 *
 * Threads: immutable once filled.
 */
#ifndef NABIZ_TURKISH_LEXICON_PRIVATE_H
#define NABIZ_TURKISH_LEXICON_PRIVATE_H

#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/morph_private.h"
#include "analyzer/turkish/normalise.h"
#include "analyzer/turkish/table.h"

struct tr_lexicon {
    struct nb_arena *arena;
    struct tr_core *core;
    const struct tr_ranker *ranker;         /* may be NULL */
    const struct tr_normaliser *normaliser; /* may be NULL */
    struct tr_extra extra;
    struct tr_table words; /* beside the core's */
    struct tr_table plain_words;
    tr_key *plain_keys; /* by id of plain_words */
    uint8_t *marks;     /* by key, of those below marks_n */
    size_t marks_n;
};

/** Key of a folded string, 0 when the vocabulary does not have it. */
tr_key tr_lexicon_find_key(const struct tr_lexicon *lexicon, struct nb_slice folded);

/** Key of the word that is written so without its diacritics. */
tr_key tr_lexicon_find_plain(const struct tr_lexicon *lexicon, struct nb_slice plain);

#endif
