/**
 * Answers kept by word: running text repeats its words, so most of them are read once.
 *
 * A cache has a fixed size from its creation on, and a word always gets the answer it would get
 * without it. What is least lately used among two places makes room.
 *
 * Threads: a cache belongs to one thread at a time; the core and the ranker it asks are shared.
 */
#ifndef NABIZ_TURKISH_CACHE_H
#define NABIZ_TURKISH_CACHE_H

#include <stdalign.h>

#include "analyzer/turkish/rank.h"

#define TR_CACHED_MAX 4        /* analyses kept of a word, the best ones */
#define TR_CACHED_BYTES_MAX 37 /* longer words are read every time */

/* What a word can be, best first. The word and the best analysis share a line of the processor. */
struct tr_cached {
    alignas(64) uint8_t len;
    uint8_t n, shape;
    char word[TR_CACHED_BYTES_MAX];
    struct tr_analysis analyses[TR_CACHED_MAX];
};

struct tr_cache;

/**
 * @param ranker  NULL: analyses stay in the order of tr_analyse().
 * @param words   places, rounded up to a power of two; each takes sizeof(struct tr_cached).
 * @return NULL when out of memory.
 */
struct tr_cache *tr_cache_new(const struct tr_core *core, const struct tr_ranker *ranker,
                              size_t words);
void tr_cache_free(struct tr_cache *cache);

/**
 * Exact analyses of a word, ranked by the word alone.
 * @return borrowed until the next call; n is 0 for a word that is not known.
 */
const struct tr_cached *tr_cache_read(struct tr_cache *cache, struct nb_slice folded,
                                      enum tr_shape shape);

#endif
