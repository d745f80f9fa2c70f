/**
 * Answers kept by word: running text repeats its words, so most of them are read once.
 *
 * A cache has a fixed size from its creation on and allocates nothing afterwards. Answers lie one
 * behind another, each as long as it is; a new one takes the place of the oldest.
 *
 * Threads: a cache belongs to one thread at a time.
 */
#ifndef NABIZ_TURKISH_CACHE_H
#define NABIZ_TURKISH_CACHE_H

#include "analyzer/turkish/rank.h"

#define TR_CACHED_BYTES_MAX 96   /* longer words are not kept */
#define TR_ANSWER_BYTES_MAX 1024 /* nor are longer answers */

struct tr_cache;

/**
 * @param bytes  for words and answers, rounded up to a power of two; what is used of it is touched.
 * @return NULL when out of memory.
 */
struct tr_cache *tr_cache_new(size_t bytes);
void tr_cache_free(struct tr_cache *cache);

/** Forget everything. */
void tr_cache_clear(struct tr_cache *cache);

/**
 * The answer to a word.
 * @param kind  part of the key: what else the answer depends on.
 * @return the answer as it was kept, aligned to 8, valid until the next tr_cache_keep(); NULL for
 *         none.
 */
const void *tr_cache_find(const struct tr_cache *cache, struct nb_slice word, uint8_t kind);

/** Say some words ahead that a word will be asked for, so that nobody waits for memory then. */
void tr_cache_prefetch(const struct tr_cache *cache, struct nb_slice word, uint8_t kind);

/** The same of the answer, some words after its word was said: it is of about so many bytes. */
void tr_cache_prefetch_answer(const struct tr_cache *cache, struct nb_slice word, uint8_t kind,
                              size_t bytes);

/** Keep a copy of the answer to a word, instead of one it has. What is too long is not kept. */
void tr_cache_keep(struct tr_cache *cache, struct nb_slice word, uint8_t kind, const void *answer,
                   size_t bytes);

/* Exact analyses of a word, ranked by the word alone, best first. */
#define TR_RANKED_MAX 4

struct tr_ranked {
    size_t n; /* 0: not known */
    struct tr_analysis analyses[TR_RANKED_MAX];
};

/**
 * Analyses through a cache that is used for nothing else.
 * @param ranker  NULL: in the order of tr_analyse(). The same at every call with one cache.
 * @param room    used when the answer is not held.
 * @return borrowed from the cache until the next call, or room; no more than n analyses are there.
 */
const struct tr_ranked *tr_analyse_cached(struct tr_cache *cache, const struct tr_core *core,
                                          const struct tr_ranker *ranker, struct nb_slice folded,
                                          enum tr_shape shape, struct tr_ranked *room);

#endif
