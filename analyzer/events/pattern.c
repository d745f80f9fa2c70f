/*
 * Patterns as they are put together: which element of each is its anchor, and the index from keys
 * to the patterns that wait for them.
 */
#include "analyzer/events/pattern.h"

#include <string.h>

enum { ASKED_MAX = 8 };

void nb_patterns_init(struct nb_patterns *patterns, struct nb_arena *arena)
{
    *patterns = (struct nb_patterns){.arena = arena};
}

void *nb_events_room(struct nb_arena *arena, void *all, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return all;
    }
    size_t wider = *cap ? *cap * 2 : 16;
    void *moved = nb_arena_grow(arena, all, *cap * size, wider * size);
    *cap = moved ? wider : *cap;
    return moved;
}

enum nb_err nb_words_add(struct nb_words_of *words, struct nb_arena *arena,
                         const struct nb_word *word)
{
    struct nb_word *all = nb_events_room(arena, words->all, words->n, &words->cap, sizeof(*all));
    if (!all) {
        return NB_ENOMEM;
    }
    words->all = all;
    words->all[words->n++] = *word;
    return NB_OK;
}

enum nb_err nb_patterns_add_element(struct nb_patterns *p, const struct nb_element *element)
{
    struct nb_element *all =
        nb_events_room(p->arena, p->elements, p->elements_n, &p->elements_cap, sizeof(*all));
    if (!all) {
        return NB_ENOMEM;
    }
    p->elements = all;
    p->elements[p->elements_n++] = *element;
    return NB_OK;
}

enum nb_err nb_patterns_add(struct nb_patterns *p, const struct nb_pattern *pattern)
{
    struct nb_pattern *all = nb_events_room(p->arena, p->all, p->n, &p->cap, sizeof(*all));
    if (!all) {
        return NB_ENOMEM;
    }
    p->all = all;
    p->all[p->n++] = *pattern;
    return NB_OK;
}

static bool has_key(const struct nb_word *word)
{
    return word->kind == NB_WORD_LEMMA || word->kind == NB_WORD_FORM;
}

/* How many elements wait for the keys of this one; UINT64_MAX: it cannot be waited for. */
static uint64_t element_cost(const struct nb_patterns *p, const struct nb_element *e,
                             const uint32_t *uses)
{
    uint64_t cost = 0;
    for (size_t i = 0; i < e->words_n; i++) {
        const struct nb_word *word = &p->words.all[e->words + i];
        if (e->optional || word->kind >= NB_WORD_NUMBER) {
            return UINT64_MAX;
        }
        cost += has_key(word) ? uses[word->key] : 1;
    }
    return cost;
}

/* True when each alternative has a key, and they are few enough to ask for one by one. */
static bool is_askable(const struct nb_patterns *p, const struct nb_element *e)
{
    for (size_t i = 0; i < e->words_n; i++) {
        if (!has_key(&p->words.all[e->words + i])) {
            return false;
        }
    }
    return !e->optional && e->words_n <= ASKED_MAX;
}

/* The rarer a word is in the patterns, the rarer it is in texts: auxiliaries are everywhere. */
static void choose_anchors(struct nb_patterns *p, const uint32_t *uses)
{
    for (size_t i = 0; i < p->n; i++) {
        struct nb_pattern *pattern = &p->all[i];
        uint64_t least = UINT64_MAX, next = UINT64_MAX;
        pattern->anchor = pattern->head; /* of one that waits for no word */
        for (uint8_t k = 0; k < pattern->elements_n; k++) {
            uint64_t cost = element_cost(p, &p->elements[pattern->elements + k], uses);
            if (cost < least) {
                least = cost;
                pattern->anchor = k;
            }
        }
        pattern->second = pattern->elements_n;
        for (uint8_t k = 0; k < pattern->elements_n; k++) {
            const struct nb_element *e = &p->elements[pattern->elements + k];
            uint64_t cost = element_cost(p, e, uses);
            if (k != pattern->anchor && cost < next && is_askable(p, e)) {
                next = cost;
                pattern->second = k;
            }
        }
    }
}

static const struct nb_element *anchor_of(const struct nb_patterns *p, size_t pattern)
{
    return &p->elements[p->all[pattern].elements + p->all[pattern].anchor];
}

/* Waits for no word. */
static bool is_loose(const struct nb_patterns *p, const struct nb_element *e)
{
    for (size_t i = 0; i < e->words_n; i++) {
        if (p->words.all[e->words + i].kind >= NB_WORD_NUMBER) {
            return true;
        }
    }
    return e->optional;
}

/* Counting sort of the patterns by the keys of their anchors. */
static enum nb_err build_index(struct nb_patterns *p)
{
    size_t total = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct nb_element *e = anchor_of(p, i);
        if (is_loose(p, e)) {
            total++;
            continue;
        }
        for (size_t k = 0; k < e->words_n; k++) {
            const struct nb_word *word = &p->words.all[e->words + k];
            if (has_key(word)) {
                p->start[word->key + 1]++;
                p->waited[word->key / 64] |= UINT64_C(1) << word->key % 64;
            }
            total++;
        }
    }
    for (size_t key = 0; key < p->keys_n; key++) {
        p->start[key + 1] += p->start[key];
    }
    p->postings = nb_arena_alloc(p->arena, total * sizeof(*p->postings));
    p->hashtags = nb_arena_alloc(p->arena, total * sizeof(*p->hashtags));
    p->loose = nb_arena_alloc(p->arena, total * sizeof(*p->loose));
    uint32_t *next = nb_arena_alloc(p->arena, p->keys_n * sizeof(*next));
    if (!p->postings || !p->hashtags || !p->loose || !next) {
        return NB_ENOMEM;
    }
    memcpy(next, p->start, p->keys_n * sizeof(*next));
    for (size_t i = 0; i < p->n; i++) {
        const struct nb_element *e = anchor_of(p, i);
        bool tagged = false;
        if (is_loose(p, e)) {
            p->loose[p->loose_n++] = (uint32_t)i;
            continue;
        }
        for (size_t k = 0; k < e->words_n; k++) {
            const struct nb_word *word = &p->words.all[e->words + k];
            if (has_key(word)) {
                p->postings[next[word->key]++] = (uint32_t)i;
            }
            tagged |= word->kind == NB_WORD_HASHTAG;
        }
        if (tagged) {
            p->hashtags[p->hashtags_n++] = (uint32_t)i;
        }
    }
    return NB_OK;
}

enum nb_err nb_patterns_seal(struct nb_patterns *p, const struct tr_lexicon *lexicon)
{
    p->keys_n = tr_lexicon_keys_n(lexicon);
    p->absence = tr_core_feature(tr_lexicon_core(lexicon), "Case=Abe");
    p->waited = nb_arena_calloc(p->arena, p->keys_n / 64 + 1, sizeof(*p->waited));
    p->start = nb_arena_calloc(p->arena, p->keys_n + 1, sizeof(*p->start));
    uint32_t *uses = nb_arena_calloc(p->arena, p->keys_n, sizeof(*uses));
    if (!p->waited || !p->start || !uses) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < p->words.n; i++) {
        if (has_key(&p->words.all[i])) {
            uses[p->words.all[i].key]++;
        }
    }
    choose_anchors(p, uses);
    return build_index(p);
}
