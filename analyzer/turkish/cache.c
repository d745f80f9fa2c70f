#include "analyzer/turkish/cache.h"

#include <string.h>

#include <nabiz/mem.h>

enum { WORDS_MAX = 1 << 22 };

struct tr_cache {
    const struct tr_core *core;
    const struct tr_ranker *ranker;
    struct tr_cached *places; /* pairs */
    uint32_t *tags;           /* by place: some of the hash of its word; 0 when it is empty */
    uint8_t *later;           /* by pair: which was used later */
    size_t pairs_n;
    void *memory;
    struct tr_cached long_word;
};

struct tr_cache *tr_cache_new(const struct tr_core *core, const struct tr_ranker *ranker,
                              size_t words)
{
    size_t pairs_n = 1;
    while (2 * pairs_n < words && pairs_n < WORDS_MAX) {
        pairs_n *= 2;
    }
    struct tr_cache *cache;
    size_t places = 2 * pairs_n * sizeof(struct tr_cached);
    size_t bytes = sizeof(*cache) + places + 2 * pairs_n * sizeof(uint32_t) + pairs_n;
    char *memory = nb_calloc(1, bytes + alignof(struct tr_cached));
    if (!memory) {
        return NULL;
    }
    size_t skip = (size_t)((uintptr_t)memory % alignof(struct tr_cached));
    char *at = memory + (alignof(struct tr_cached) - skip);
    cache = (void *)at;
    *cache = (struct tr_cache){.core = core, .ranker = ranker, .pairs_n = pairs_n};
    cache->memory = memory;
    cache->places = (void *)(at + sizeof(*cache));
    cache->tags = (void *)(at + sizeof(*cache) + places);
    cache->later = (uint8_t *)(cache->tags + 2 * pairs_n);
    return cache;
}

void tr_cache_free(struct tr_cache *cache)
{
    if (cache) {
        nb_free(cache->memory);
    }
}

/* Eight bytes at a time, the last ones read from the end: what is read twice does no harm. */
static uint64_t hash_of(struct nb_slice word, unsigned shape)
{
    static const uint64_t prime = 0x9e3779b97f4a7c15u;
    uint64_t hash = (word.len + 1) * prime ^ shape, part = 0;
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
    } else {
        part = (uint64_t)(unsigned char)word.p[0] << 16 |
               (uint64_t)(unsigned char)word.p[word.len / 2] << 8 |
               (unsigned char)word.p[word.len - 1];
    }
    hash = (hash ^ part) * prime;
    return hash ^ hash >> 29;
}

static void answer(const struct tr_cache *cache, struct nb_slice folded, enum tr_shape shape,
                   struct tr_cached *out)
{
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n = tr_analyse(cache->core, folded, all, TR_ANALYSE_MAX);
    if (cache->ranker && n > 1) {
        struct tr_seen seen = {.folded = folded, .shape = shape};
        tr_rank(cache->ranker, &seen, all, n, NULL);
    }
    out->n = (uint8_t)(n < TR_CACHED_MAX ? n : TR_CACHED_MAX);
    memcpy(out->analyses, all, out->n * sizeof(all[0]));
}

static bool holds(const struct tr_cache *cache, size_t place, uint32_t tag, struct nb_slice folded,
                  enum tr_shape shape)
{
    const struct tr_cached *cached = &cache->places[place];
    return cache->tags[place] == tag && cached->len == folded.len &&
           cached->shape == (uint8_t)shape && memcmp(cached->word, folded.p, folded.len) == 0;
}

const struct tr_cached *tr_cache_read(struct tr_cache *cache, struct nb_slice folded,
                                      enum tr_shape shape)
{
    if (folded.len > TR_CACHED_BYTES_MAX || folded.len == 0) {
        answer(cache, folded, shape, &cache->long_word);
        return &cache->long_word;
    }
    uint64_t hash = hash_of(folded, (unsigned)shape);
    uint32_t tag = (uint32_t)(hash >> 32) | 1;
    size_t pair = (size_t)hash & (cache->pairs_n - 1), place = 2 * pair;
    if (!holds(cache, place, tag, folded, shape)) {
        place++;
        if (!holds(cache, place, tag, folded, shape)) {
            place = 2 * pair + !cache->later[pair];
            struct tr_cached *out = &cache->places[place];
            answer(cache, folded, shape, out);
            cache->tags[place] = tag;
            out->len = (uint8_t)folded.len;
            out->shape = (uint8_t)shape;
            memcpy(out->word, folded.p, folded.len);
        }
    }
    cache->later[pair] = (uint8_t)(place & 1);
    return &cache->places[place];
}
