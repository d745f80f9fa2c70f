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

#include <string.h>

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

/* A word that a cache is asked for, hashed once for all steps of looking it up. */
struct tr_asked {
    struct nb_slice word;
    uint64_t hash;
    uint8_t kind; /* part of the key: what else the answer depends on */
};

/** Eight bytes at a time, the last ones read from the end: what is read twice does no harm. */
static inline uint64_t tr_quick_hash(struct nb_slice word, uint64_t kind)
{
    static const uint64_t prime = 0x9e3779b97f4a7c15u;
    uint64_t hash = (word.len + 1) * prime ^ kind, part = 0;
    for (size_t at = 0; at + 8 < word.len; at += 8) {
        memcpy(&part, word.p + at, 8);
        hash = (hash ^ part) * prime;
        hash ^= hash >> 32;
    }
    if (word.len >= 8) {
        memcpy(&part, word.p + word.len - 8, 8);
    } else if (word.len >= 4) {
        uint32_t first, last;
        memcpy(&first, word.p, 4);
        memcpy(&last, word.p + word.len - 4, 4);
        part = (uint64_t)first << 32 | last;
    } else if (word.len) {
        part = (uint64_t)(unsigned char)word.p[0] << 16 |
               (uint64_t)(unsigned char)word.p[word.len / 2] << 8 |
               (unsigned char)word.p[word.len - 1];
    }
    hash = (hash ^ part) * prime;
    hash = (hash ^ hash >> 32) * prime; /* the last letters matter to all bits */
    return hash ^ hash >> 29;
}

static inline struct tr_asked tr_ask(struct nb_slice word, uint8_t kind)
{
    return (struct tr_asked){word, tr_quick_hash(word, kind), kind};
}

/**
 * The answer to a word.
 * @return the answer as it was kept, aligned to 8, valid until the next tr_cache_keep(); NULL for
 *         none.
 */
const void *tr_cache_find_asked(const struct tr_cache *cache, const struct tr_asked *asked);
const void *tr_cache_find(const struct tr_cache *cache, struct nb_slice word, uint8_t kind);

/**
 * Say that some dozen words will be asked for, so that nobody waits for memory then.
 * @param bytes  that their answers are about long.
 */
void tr_cache_prefetch(const struct tr_cache *cache, const struct tr_asked *asked, size_t n,
                       size_t bytes);

/** Keep a copy of the answer to a word, instead of one it has. What is too long is not kept. */
void tr_cache_keep_asked(struct tr_cache *cache, const struct tr_asked *asked, const void *answer,
                         size_t bytes);
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
