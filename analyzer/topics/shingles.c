#include "analyzer/topics/shingles.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/store.h>

enum {
    KEY_WORDS = 3,
    OPENING_KEYS = 2,
    WORD_BYTES = 64, /* of a longer word the beginning counts */
    WORDS_MAX = 1 << 16,
    SHINGLE_BYTES = 4,
    KEY_BYTES = 8
};

/* What a copy is; set on posts of the tuning part, see eval_copies. */
enum {
    CONTAINED_MILLI = 700, /* of the shorter text, where that is long enough to say something */
    CONTAINED_LEAST = 7,
    ALIKE_MILLI = 600, /* of both texts together */
    SHARED_LEAST = 4
};

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t word_hash(const struct tr_token *token)
{
    char plain[WORD_BYTES];
    size_t len = token->folded.len < WORD_BYTES ? token->folded.len : WORD_BYTES;
    memcpy(plain, token->folded.p, len);
    len = tr_plain(plain, len);
    uint64_t hash = 0xcbf29ce484222325u;
    char last = 0;
    for (size_t i = 0; i < len; i++) {
        if (plain[i] == last || plain[i] == '\'') {
            continue; /* stretched words, and apostrophes typed or not */
        }
        last = plain[i];
        hash = (hash ^ (unsigned char)last) * 0x100000001b3u;
    }
    return mix(hash);
}

static bool counts(const struct tr_token *token)
{
    return token->folded.len &&
           (token->kind == TR_WORD || token->kind == TR_NUMBER || token->kind == TR_HASHTAG);
}

static size_t add_words(const struct tr_token *tokens, size_t n, uint64_t *words, size_t words_n)
{
    for (size_t i = 0; i < n && words_n < WORDS_MAX; i++) {
        if (counts(&tokens[i])) {
            words[words_n++] = word_hash(&tokens[i]);
        }
    }
    return words_n;
}

static int by_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int by_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t of_two(uint64_t a, uint64_t b)
{
    return mix(a * 3 + b);
}

static uint64_t of_three(const uint64_t *words)
{
    return mix(of_two(words[0], words[1]) * 5 + words[2]);
}

static size_t different(uint64_t *sorted, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!kept || sorted[i] != sorted[kept - 1]) {
            sorted[kept++] = sorted[i];
        }
    }
    return kept;
}

static void keep_lowest(const uint64_t *words, size_t n, uint32_t *room, struct nb_shingles *out)
{
    size_t kept = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        room[i] = (uint32_t)(of_two(words[i], words[i + 1]) >> 32);
    }
    qsort(room, n - 1, sizeof(*room), by_u32);
    for (size_t i = 0; i < n - 1; i++) {
        if (kept && room[i] == out->all[kept - 1]) {
            continue;
        }
        if (kept == NB_SHINGLES_MAX) {
            out->cut = true;
            break;
        }
        out->all[kept++] = room[i];
    }
    out->n = kept;
}

static void add_key(struct nb_shingles *out, uint64_t key)
{
    for (size_t i = 0; i < out->keys_n; i++) {
        if (out->keys[i] == key) {
            return;
        }
    }
    if (out->keys_n < NB_SHINGLE_KEYS_MAX) {
        out->keys[out->keys_n++] = key;
    }
}

/* @param opening  the word the text begins with. */
static void choose_keys(const uint64_t *words, size_t n, size_t opening, uint64_t *room,
                        struct nb_shingles *out)
{
    for (size_t i = 0; i < OPENING_KEYS && opening + i + KEY_WORDS <= n; i++) {
        add_key(out, of_three(words + opening + i));
    }
    for (size_t i = 0; i + KEY_WORDS <= n; i++) {
        room[i] = of_three(words + i);
    }
    qsort(room, n - KEY_WORDS + 1, sizeof(*room), by_u64);
    for (size_t i = 0; i + KEY_WORDS <= n && out->keys_n < NB_SHINGLE_KEYS_MAX; i++) {
        add_key(out, room[i]);
    }
}

enum nb_err nb_shingles_of(const struct tr_token *title, size_t title_n,
                           const struct tr_token *text, size_t text_n, struct nb_arena *arena,
                           struct nb_shingles *out)
{
    size_t room = title_n + text_n < WORDS_MAX ? title_n + text_n : WORDS_MAX;
    uint64_t *words = nb_arena_alloc(arena, room * sizeof(*words));
    uint64_t *sorted = nb_arena_alloc(arena, room * sizeof(*sorted));
    *out = (struct nb_shingles){0};
    if (!words || !sorted) {
        return NB_ENOMEM;
    }
    size_t opening = add_words(title, title_n, words, 0);
    size_t n = add_words(text, text_n, words, opening);
    if (n < NB_SHINGLE_WORDS_LEAST) {
        return NB_OK;
    }
    memcpy(sorted, words, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_u64);
    if (different(sorted, n) < NB_SHINGLE_WORDS_LEAST) {
        return NB_OK;
    }
    keep_lowest(words, n, (uint32_t *)sorted, out);
    choose_keys(words, n, opening, sorted, out);
    return NB_OK;
}

enum nb_err nb_shingles_note(const struct nb_shingles *shingles, struct nb_arena *arena,
                             struct nb_annotation *out)
{
    uint8_t *all = nb_arena_alloc(arena, shingles->n * SHINGLE_BYTES);
    uint8_t *keys = nb_arena_alloc(arena, shingles->keys_n * KEY_BYTES);
    if (!all || !keys) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < shingles->n * SHINGLE_BYTES; i++) {
        all[i] = (uint8_t)(shingles->all[i / SHINGLE_BYTES] >> (24 - 8 * (i % SHINGLE_BYTES)));
    }
    for (size_t i = 0; i < shingles->keys_n; i++) {
        nb_key_u64(shingles->keys[i], keys + i * KEY_BYTES);
    }
    out->has_shingles = out->has_shingle_keys = shingles->n > 0;
    out->shingles = (ProtobufCBinaryData){shingles->n * SHINGLE_BYTES, all};
    out->shingle_keys = (ProtobufCBinaryData){shingles->keys_n * KEY_BYTES, keys};
    out->has_shingles_cut = out->shingles_cut = shingles->cut;
    return NB_OK;
}

enum nb_err nb_shingles_noted(const struct nb_annotation *annotation, struct nb_shingles *out)
{
    *out = (struct nb_shingles){.n = annotation->shingles.len / SHINGLE_BYTES,
                                .cut = annotation->shingles_cut,
                                .keys_n = annotation->shingle_keys.len / KEY_BYTES};
    if (out->n > NB_SHINGLES_MAX || out->keys_n > NB_SHINGLE_KEYS_MAX) {
        return NB_ECORRUPT;
    }
    for (size_t i = 0; i < out->n * SHINGLE_BYTES; i++) {
        uint32_t *hash = &out->all[i / SHINGLE_BYTES];
        *hash = *hash << 8 | annotation->shingles.data[i];
    }
    for (size_t i = 0; i < out->keys_n; i++) {
        out->keys[i] = nb_key_to_u64(annotation->shingle_keys.data + i * KEY_BYTES);
    }
    return NB_OK;
}

struct nb_likeness nb_shingles_compare(const struct nb_shingles *a, const struct nb_shingles *b)
{
    uint32_t up_to = UINT32_MAX;
    struct nb_likeness out = {0};
    size_t i = 0, k = 0, a_n = 0, b_n = 0;
    if (!a->n || !b->n) {
        return out;
    }
    if (a->cut) {
        up_to = a->all[a->n - 1];
    }
    if (b->cut && b->all[b->n - 1] < up_to) {
        up_to = b->all[b->n - 1];
    }
    while (a_n < a->n && a->all[a_n] <= up_to) {
        a_n++;
    }
    while (b_n < b->n && b->all[b_n] <= up_to) {
        b_n++;
    }
    while (i < a_n && k < b_n) {
        out.shared_n += a->all[i] == b->all[k];
        bool first = a->all[i] <= b->all[k], second = b->all[k] <= a->all[i];
        i += first;
        k += second;
    }
    size_t shorter = a_n < b_n ? a_n : b_n;
    size_t both = a_n + b_n - out.shared_n;
    out.shorter_n = (uint32_t)shorter;
    out.containment_milli = shorter ? (uint32_t)(out.shared_n * (uint64_t)1000 / shorter) : 0;
    out.resemblance_milli = both ? (uint32_t)(out.shared_n * (uint64_t)1000 / both) : 0;
    return out;
}

bool nb_shingles_copied(const struct nb_likeness *likeness)
{
    if (likeness->shared_n < SHARED_LEAST) {
        return false;
    }
    return likeness->resemblance_milli >= ALIKE_MILLI ||
           (likeness->shorter_n >= CONTAINED_LEAST &&
            likeness->containment_milli >= CONTAINED_MILLI);
}
