/**
 * What the parts of a query stand for, alike for standing queries and for search: lemmas of words,
 * conditions on their forms, sources.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_QUERY_MEANING_H
#define NABIZ_QUERY_MEANING_H

#include <nabiz/arena.h>
#include <nabiz/hash.h>
#include <nabiz/query.h>

#include "analyzer/turkish/lexicon.h"

/**
 * The lemma that a word of a query stands for: the word itself where it is one, the lemma of its
 * best reading where it is inflected, else the word, unknown as it is.
 * @param unknown  [out] TR_UPOS_N when a root has this lemma; else what the word would be as a
 *                 root: no root has it, though suffixes may make it of another (at, atla).
 * @return in scratch, or borrowed from the lexicon or from word.
 */
struct nb_slice nb_query_lemma(const struct tr_lexicon *lexicon, struct nb_slice word,
                               struct nb_arena *scratch, enum tr_upos *unknown);

/**
 * True when a reading of a token counts for the lemma of a query: the one that was chosen, and
 * those of the same lemma, unless a suffix makes another word of it (who sells books is no book).
 */
bool nb_query_reads(const struct tr_reading *reading, size_t analysis);

/** What a condition asks of a reading: all features of one of the sets. */
struct nb_query_form {
    uint64_t sets[NB_QUERY_FEATURE_SETS_MAX];
    size_t n;
};

/** Sets that have a feature no word can have are left out. */
void nb_query_form_read(const struct tr_core *core, const struct nb_query_condition *condition,
                        struct nb_query_form *out);

bool nb_query_form_met(const struct nb_query_form *form, uint64_t features);

/**
 * The id of the source that a query names by its address: the hash of its canonical form, as the
 * crawler has it (sources.h); what is no address names a source that is not there.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_query_source(struct nb_slice address, struct nb_arena *scratch,
                            struct nb_id *out) NB_MUSTUSE;

#endif
