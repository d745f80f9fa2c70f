#include "analyzer/turkish/cache.h"

#include <string.h>

#include <nabiz/mem.h>

enum { WORDS_MAX = 1 << 22, ANSWER_BYTES_MAX = 4096, LINE = 64 };

/* The key in front of an answer. */
struct key {
    uint8_t len, kind;
    char word[TR_CACHED_BYTES_MAX];
};

struct tr_cache {
    char *places;
    size_t place_bytes;
    uint32_t *tags; /* by place: some of the hash of its word; 0 when it is empty */
    uint8_t *later; /* by pair: which was used later */
    size_t pairs_n;
    void *memory;
};

static size_t lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

/* One block: the cache, its places (one more for what is not kept), tags, and which was later. */
struct tr_cache *tr_cache_new(size_t words, size_t answer_bytes)
{
    size_t pairs_n = 1;
    while (2 * pairs_n < words && pairs_n < WORDS_MAX) {
        pairs_n *= 2;
    }
    if (answer_bytes > ANSWER_BYTES_MAX) {
        return NULL;
    }
    size_t place_bytes = lines(sizeof(struct key) + answer_bytes);
    size_t places = (2 * pairs_n + 1) * place_bytes, head = lines(sizeof(struct tr_cache));
    char *memory = nb_calloc(1, LINE + head + places + 2 * pairs_n * sizeof(uint32_t) + pairs_n);
    if (!memory) {
        return NULL;
    }
    char *at = memory + (LINE - (size_t)((uintptr_t)memory % LINE));
    struct tr_cache *cache = (void *)at;
    *cache = (struct tr_cache){.places = at + head,
                               .place_bytes = place_bytes,
                               .tags = (void *)(at + head + places),
                               .pairs_n = pairs_n,
                               .memory = memory};
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
static uint64_t hash_of(struct nb_slice word, unsigned kind)
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
    } else {
        part = (uint64_t)(unsigned char)word.p[0] << 16 |
               (uint64_t)(unsigned char)word.p[word.len / 2] << 8 |
               (unsigned char)word.p[word.len - 1];
    }
    hash = (hash ^ part) * prime;
    return hash ^ hash >> 29;
}

void tr_cache_clear(struct tr_cache *cache)
{
    memset(cache->tags, 0, 2 * cache->pairs_n * sizeof(*cache->tags));
}

static struct key *key_at(const struct tr_cache *cache, size_t place)
{
    return (void *)(cache->places + place * cache->place_bytes);
}

static bool holds(const struct tr_cache *cache, size_t place, uint32_t tag, struct nb_slice word,
                  uint8_t kind)
{
    if (cache->tags[place] != tag) {
        return false;
    }
    const struct key *key = key_at(cache, place);
    return key->len == word.len && key->kind == kind && memcmp(key->word, word.p, word.len) == 0;
}

void *tr_cache_place(struct tr_cache *cache, struct nb_slice word, uint8_t kind, bool *held)
{
    *held = false;
    if (word.len > TR_CACHED_BYTES_MAX || word.len == 0) {
        return key_at(cache, 2 * cache->pairs_n) + 1;
    }
    uint64_t hash = hash_of(word, kind);
    uint32_t tag = (uint32_t)(hash >> 32) | 1;
    size_t pair = (size_t)hash & (cache->pairs_n - 1), place = 2 * pair;
    *held = holds(cache, place, tag, word, kind) || holds(cache, ++place, tag, word, kind);
    if (!*held) {
        place = 2 * pair + !cache->later[pair];
        struct key *key = key_at(cache, place);
        cache->tags[place] = tag;
        key->len = (uint8_t)word.len;
        key->kind = kind;
        memcpy(key->word, word.p, word.len);
    }
    cache->later[pair] = (uint8_t)(place & 1);
    return key_at(cache, place) + 1;
}

const struct tr_ranked *tr_analyse_cached(struct tr_cache *cache, const struct tr_core *core,
                                          const struct tr_ranker *ranker, struct nb_slice folded,
                                          enum tr_shape shape)
{
    bool held;
    struct tr_ranked *ranked = tr_cache_place(cache, folded, (uint8_t)shape, &held);
    if (held) {
        return ranked;
    }
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n = tr_analyse(core, folded, all, TR_ANALYSE_MAX);
    if (ranker && n > 1) {
        struct tr_seen seen = {.folded = folded, .shape = shape};
        tr_rank(ranker, &seen, all, n, NULL);
    }
    ranked->n = n < TR_RANKED_MAX ? n : TR_RANKED_MAX;
    memcpy(ranked->analyses, all, ranked->n * sizeof(all[0]));
    return ranked;
}
