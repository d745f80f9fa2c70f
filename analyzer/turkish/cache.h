/**
 * Answers kept by word: running text repeats its words, so most of them are read once.
 *
 * A cache has a fixed size from its creation on and allocates nothing afterwards. Of two places for
 * a word, the one used less lately makes room.
 *
 * Threads: a cache belongs to one thread at a time.
 */
#ifndef NABIZ_TURKISH_CACHE_H
#define NABIZ_TURKISH_CACHE_H

#include "analyzer/turkish/rank.h"

#define TR_CACHED_BYTES_MAX 38 /* longer words are not kept */

struct tr_cache;

/**
 * @param words         places, rounded up to a power of two.
 * @param answer_bytes  size of an answer, at most 4096; answers are aligned to 8.
 * @return NULL when out of memory.
 */
struct tr_cache *tr_cache_new(size_t words, size_t answer_bytes);
void tr_cache_free(struct tr_cache *cache);

/** Forget everything. */
void tr_cache_clear(struct tr_cache *cache);

/**
 * The answer to a word.
 * @param kind  part of the key: what else the answer depends on.
 * @param held  [out] true: the answer is as it was left; false: the place is new, fill it now.
 * @return the place, valid until the next call; for a long word a place that is not kept.
 */
void *tr_cache_place(struct tr_cache *cache, struct nb_slice word, uint8_t kind, bool *held);

/* Exact analyses of a word, ranked by the word alone, best first. */
#define TR_RANKED_MAX 4

struct tr_ranked {
    struct tr_analysis analyses[TR_RANKED_MAX];
    size_t n; /* 0: not known */
};

/**
 * Analyses through a cache made for struct tr_ranked.
 * @param ranker  NULL: in the order of tr_analyse(). The same at every call with one cache.
 * @return borrowed until the next call.
 */
const struct tr_ranked *tr_analyse_cached(struct tr_cache *cache, const struct tr_core *core,
                                          const struct tr_ranker *ranker, struct nb_slice folded,
                                          enum tr_shape shape);

#endif
