/**
 * Vectors of lemmas, learnt from what stands beside them: skip-grams with negative samples
 * (Mikolov et al. 2013) over posts, reviews and headlines, so that a word that was never labelled
 * leans the way of words that are used alike.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_OPINION_VECTORS_H
#define NABIZ_TOOLS_OPINION_VECTORS_H

#include "analyzer/knowledge_private.h"

struct vectors;

/** Read all texts of $data (corpora.h) and learn. Ends the program when memory is short. */
struct vectors *vectors_learn(const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                              const char *data);

/** FIT_DENSE numbers. @param hash  of the lemma's feature. @return NULL: none. */
const float *vectors_find(const struct vectors *vectors, uint64_t hash);

/** How many there are, and the hash of the i-th one's feature. */
size_t vectors_n(const struct vectors *vectors);
uint64_t vectors_hash(const struct vectors *vectors, size_t i);

#endif
