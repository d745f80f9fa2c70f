/*
 * A ring of records, and a table that says where they are. Where a record begins is counted from
 * the beginning of time in units of 8 bytes, so that the table needs not be told when one is
 * written over: it is too old. A bucket of the table is one half cache line.
 */
#include "analyzer/turkish/cache.h"

#include <stddef.h>
#include <string.h>

#include <nabiz/mem.h>

enum { BYTES_MIN = 1 << 16, BYTES_MAX = 1 << 30, UNIT = 8, WAYS = 4, BYTES_PER_SLOT = 32 };
enum { LINE_BYTES = 64 };
enum { UNITS_MAX = (TR_CACHED_BYTES_MAX + TR_ANSWER_BYTES_MAX) / UNIT + 2 };

/* What stands before an answer; the word fills it up to a whole unit. */
struct record {
    uint8_t len, kind;
    char word[];
};

struct slot {
    uint32_t tag; /* some of the hash of the word */
    uint32_t at;  /* 0: empty */
};

struct tr_cache {
    char *ring;
    struct slot *slots;
    size_t units_n, buckets_n; /* powers of two */
    uint32_t next;             /* where the next record begins, never 0 */
};

struct tr_cache *tr_cache_new(size_t bytes)
{
    size_t size = BYTES_MIN;
    while (size < bytes && size < BYTES_MAX) {
        size *= 2;
    }
    size_t slots_n = size / BYTES_PER_SLOT;
    struct tr_cache *cache = nb_calloc(1, sizeof(*cache));
    if (!cache) {
        return NULL;
    }
    *cache = (struct tr_cache){.units_n = size / UNIT, .buckets_n = slots_n / WAYS, .next = 1};
    cache->ring = nb_malloc(size + (size_t)UNITS_MAX * UNIT);
    cache->slots = nb_calloc(slots_n, sizeof(*cache->slots));
    if (!cache->ring || !cache->slots) {
        tr_cache_free(cache);
        return NULL;
    }
    nb_mem_large_pages(cache->ring, size);
    nb_mem_large_pages(cache->slots, slots_n * sizeof(*cache->slots));
    return cache;
}

void tr_cache_free(struct tr_cache *cache)
{
    if (cache) {
        nb_free(cache->ring);
        nb_free(cache->slots);
        nb_free(cache);
    }
}

void tr_cache_clear(struct tr_cache *cache)
{
    if (cache->next == 1) {
        return; /* nothing is kept, and the memory not even touched */
    }
    nb_mem_zero(cache->slots, cache->buckets_n * WAYS * sizeof(*cache->slots));
    nb_mem_zero(cache->ring, cache->units_n * UNIT);
    cache->next = 1;
}

static bool fits(const struct tr_asked *asked)
{
    return asked->word.len > 0 && asked->word.len <= TR_CACHED_BYTES_MAX;
}

static struct slot *bucket_of(const struct tr_cache *cache, uint64_t hash)
{
    return &cache->slots[(hash & (cache->buckets_n - 1)) * WAYS];
}

static struct record *record_at(const struct tr_cache *cache, uint32_t at)
{
    return (void *)(cache->ring + (at & (cache->units_n - 1)) * UNIT);
}

static size_t head_bytes(size_t word_len)
{
    return (offsetof(struct record, word) + word_len + UNIT - 1) / UNIT * UNIT;
}

/* Not written over yet; the last record may go on behind the end of the ring. */
static bool is_there(const struct tr_cache *cache, uint32_t at)
{
    return at && cache->next - at <= cache->units_n - UNITS_MAX;
}

/* Of at least one byte. Words are short: to call memcmp() takes longer than to compare them. */
static bool same(const char *a, const char *b, size_t n)
{
    uint64_t x, y, differ = 0;
    if (n < sizeof(x)) {
        for (size_t i = 0; i < n; i++) {
            differ |= (uint64_t)(unsigned char)(a[i] ^ b[i]);
        }
        return !differ;
    }
    for (size_t at = 0; at + sizeof(x) < n; at += sizeof(x)) {
        memcpy(&x, a + at, sizeof(x));
        memcpy(&y, b + at, sizeof(y));
        differ |= x ^ y;
    }
    memcpy(&x, a + n - sizeof(x), sizeof(x));
    memcpy(&y, b + n - sizeof(y), sizeof(y));
    return !(differ | (x ^ y));
}

const void *tr_cache_find_asked(const struct tr_cache *cache, const struct tr_asked *asked)
{
    if (!fits(asked)) {
        return NULL;
    }
    struct nb_slice word = asked->word;
    const struct slot *bucket = bucket_of(cache, asked->hash);
    for (size_t i = 0; i < WAYS; i++) {
        if (bucket[i].tag != (uint32_t)(asked->hash >> 32) || !is_there(cache, bucket[i].at)) {
            continue;
        }
        const struct record *record = record_at(cache, bucket[i].at);
        if (record->len == word.len && record->kind == asked->kind &&
            same(record->word, word.p, word.len)) {
            return (const char *)record + head_bytes(word.len);
        }
    }
    return NULL;
}

const void *tr_cache_find(const struct tr_cache *cache, struct nb_slice word, uint8_t kind)
{
    struct tr_asked asked = tr_ask(word, kind);
    return tr_cache_find_asked(cache, &asked);
}

static void prefetch_answer(const struct tr_cache *cache, const struct tr_asked *asked,
                            size_t bytes)
{
    const struct slot *bucket = bucket_of(cache, asked->hash);
    for (size_t i = 0; i < WAYS; i++) {
        if (bucket[i].tag == (uint32_t)(asked->hash >> 32)) {
            const char *record = (const char *)record_at(cache, bucket[i].at);
            for (size_t at = 0; at < head_bytes(asked->word.len) + bytes + LINE_BYTES - 1;
                 at += LINE_BYTES) {
                __builtin_prefetch(record + at);
            }
            return;
        }
    }
}

void tr_cache_prefetch(const struct tr_cache *cache, const struct tr_asked *asked, size_t n,
                       size_t bytes)
{
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(bucket_of(cache, asked[i].hash));
    }
    for (size_t i = 0; i < n; i++) {
        prefetch_answer(cache, &asked[i], bytes);
    }
}

void tr_cache_keep(struct tr_cache *cache, struct nb_slice word, uint8_t kind, const void *answer,
                   size_t bytes)
{
    struct tr_asked asked = tr_ask(word, kind);
    tr_cache_keep_asked(cache, &asked, answer, bytes);
}

void tr_cache_keep_asked(struct tr_cache *cache, const struct tr_asked *asked, const void *answer,
                         size_t bytes)
{
    if (!fits(asked) || bytes > TR_ANSWER_BYTES_MAX) {
        return;
    }
    struct nb_slice word = asked->word;
    size_t head = head_bytes(word.len);
    uint32_t units = (uint32_t)((head + bytes + UNIT - 1) / UNIT);
    if (cache->next > UINT32_MAX - units) {
        tr_cache_clear(cache);
    }
    uint32_t tag = (uint32_t)(asked->hash >> 32);
    struct slot *bucket = bucket_of(cache, asked->hash), *place = bucket;
    for (size_t i = 0; i < WAYS && place->tag != tag; i++) {
        place = bucket[i].tag == tag || bucket[i].at < place->at ? &bucket[i] : place;
    }
    *place = (struct slot){.tag = tag, .at = cache->next};
    struct record *record = record_at(cache, cache->next);
    record->len = (uint8_t)word.len;
    record->kind = asked->kind;
    memcpy(record->word, word.p, word.len);
    memcpy((char *)record + head, answer, bytes);
    cache->next += units;
}

const struct tr_ranked *tr_analyse_cached(struct tr_cache *cache, const struct tr_core *core,
                                          const struct tr_ranker *ranker, struct nb_slice folded,
                                          enum tr_shape shape, struct tr_ranked *room)
{
    const struct tr_ranked *held = tr_cache_find(cache, folded, (uint8_t)shape);
    if (held) {
        return held;
    }
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n = tr_analyse(core, folded, all, TR_ANALYSE_MAX);
    if (ranker && n > 1) {
        struct tr_seen seen = {.folded = folded, .shape = shape};
        tr_rank(ranker, &seen, all, n, NULL);
    }
    room->n = n < TR_RANKED_MAX ? n : TR_RANKED_MAX;
    memcpy(room->analyses, all, room->n * sizeof(all[0]));
    tr_cache_keep(cache, folded, (uint8_t)shape, room,
                  offsetof(struct tr_ranked, analyses) + room->n * sizeof(all[0]));
    return room;
}
