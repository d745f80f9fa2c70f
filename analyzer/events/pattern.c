/*
 * Patterns as they are put together: which element of each is its anchor, and the index from keys
 * to the patterns that wait for them.
 */
#include "analyzer/events/pattern.h"

#include <string.h>

#include <nabiz/hash.h>
#include <nabiz/mem.h>

enum { ASKED_MAX = 32, ALIKE_SLOTS = 1 << 14 };

void nb_patterns_init(struct nb_patterns *patterns, struct nb_arena *building)
{
    *patterns = (struct nb_patterns){.arena = building};
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

bool nb_events_settle(struct nb_arena *arena, void **all, size_t n, size_t size)
{
    void *moved = n ? nb_arena_alloc(arena, n * size) : NULL;
    if (moved) {
        memcpy(moved, *all, n * size);
    }
    *all = moved;
    return moved || !n;
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

static uint64_t hash_of(const struct nb_word *words, size_t n)
{
    uint64_t hash = n;
    for (size_t i = 0; i < n; i++) {
        const struct nb_word *w = &words[i];
        uint64_t parts[] = {hash,   w->with, w->without, nb_hash64(w->letters),
                            w->key, w->kind, w->pos};
        hash = nb_hash64(nb_slice(parts, sizeof(parts)));
    }
    return hash;
}

static bool are_alike(const struct nb_word *a, const struct nb_word *b, size_t n)
{
    size_t i = 0;
    while (i < n && a[i].with == b[i].with && a[i].without == b[i].without &&
           nb_slice_eq(a[i].letters, b[i].letters) && a[i].key == b[i].key &&
           a[i].kind == b[i].kind && a[i].pos == b[i].pos) {
        i++;
    }
    return i == n;
}

/*
 * Lists stand in many patterns, and their words once in memory. What an element that was taken back
 * left in the table does no harm: alternatives are compared as they are now.
 */
static uint32_t share_words(struct nb_patterns *p, const struct nb_element *e)
{
    const struct nb_word *words = &p->words.all[e->words];
    size_t at = (size_t)hash_of(words, e->words_n) % ALIKE_SLOTS;
    p->alike = p->alike ? p->alike : nb_arena_calloc(p->arena, ALIKE_SLOTS, sizeof(*p->alike));
    while (p->alike && p->alike[at]) {
        uint32_t other = p->alike[at] - 1;
        const struct nb_element *had = &p->elements[other];
        if (other < p->elements_n && had->words_n == e->words_n &&
            had->words + had->words_n <= e->words &&
            are_alike(&p->words.all[had->words], words, e->words_n)) {
            p->words.n = e->words;
            return had->words;
        }
        at = (at + 1) % ALIKE_SLOTS;
    }
    if (p->alike && p->alike_n < ALIKE_SLOTS / 2) {
        p->alike[at] = (uint32_t)p->elements_n + 1;
        p->alike_n++;
    }
    return e->words;
}

static uint64_t keys_of(const struct nb_word *words, size_t n)
{
    uint64_t keys = 0;
    for (size_t i = 0; i < n; i++) {
        keys |= nb_word_has_key(&words[i]) ? nb_key_bit(words[i].key) : UINT64_MAX;
    }
    return keys;
}

enum nb_err nb_patterns_add_element(struct nb_patterns *p, const struct nb_element *element)
{
    struct nb_element *all =
        nb_events_room(p->arena, p->elements, p->elements_n, &p->elements_cap, sizeof(*all));
    if (!all) {
        return NB_ENOMEM;
    }
    p->elements = all;
    p->elements[p->elements_n] = *element;
    p->elements[p->elements_n].keys = 0;
    if (element->words_n) { /* else nothing meets it, and there may be no words at all yet */
        p->elements[p->elements_n].words = share_words(p, element);
        p->elements[p->elements_n].keys = keys_of(&p->words.all[element->words], element->words_n);
    }
    p->elements_n++;
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
        cost += nb_word_has_key(word) ? uses[word->key] : 1;
    }
    return cost;
}

/* True when each alternative has a key, and they are few enough to ask for one by one. */
static bool is_askable(const struct nb_patterns *p, const struct nb_element *e)
{
    for (size_t i = 0; i < e->words_n; i++) {
        if (!nb_word_has_key(&p->words.all[e->words + i])) {
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

static struct nb_posting posting_of(const struct nb_patterns *p, uint32_t pattern)
{
    const struct nb_pattern *all = &p->all[pattern];
    struct nb_posting posting = {pattern, all->groups, {NB_NEED_ASK, NB_NEED_ASK}};
    if (all->second < all->elements_n) {
        const struct nb_element *e = &p->elements[all->elements + all->second];
        for (size_t i = 0; e->words_n && e->words_n <= 2 && i < 2; i++) {
            const struct nb_word *word = &p->words.all[e->words + i % e->words_n];
            posting.need[i] = (uint16_t)(word->key % NB_PRESENT_BITS);
        }
    }
    return posting;
}

/* Counting sort of the patterns by the keys of their anchors. @param next  room for all keys. */
static enum nb_err build_index(struct nb_patterns *p, uint32_t *next)
{
    size_t total = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct nb_element *e = anchor_of(p, i);
        if (p->all[i].follows) {
            continue;
        }
        if (is_loose(p, e)) {
            total++;
            continue;
        }
        for (size_t k = 0; k < e->words_n; k++) {
            const struct nb_word *word = &p->words.all[e->words + k];
            if (nb_word_has_key(word)) {
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
    if (!p->postings || !p->hashtags || !p->loose) {
        return NB_ENOMEM;
    }
    memcpy(next, p->start, p->keys_n * sizeof(*next));
    for (size_t i = 0; i < p->n; i++) {
        const struct nb_element *e = anchor_of(p, i);
        bool tagged = false;
        if (p->all[i].follows) {
            continue;
        }
        if (is_loose(p, e)) {
            p->loose[p->loose_n++] = (uint32_t)i;
            continue;
        }
        for (size_t k = 0; k < e->words_n; k++) {
            const struct nb_word *word = &p->words.all[e->words + k];
            if (nb_word_has_key(word)) {
                p->postings[next[word->key]++] = posting_of(p, (uint32_t)i);
            }
            tagged |= word->kind == NB_WORD_HASHTAG;
        }
        if (tagged) {
            p->hashtags[p->hashtags_n++] = (uint32_t)i;
        }
    }
    return NB_OK;
}

static bool are_same(const struct nb_patterns *p, const struct nb_pattern *a,
                     const struct nb_pattern *b)
{
    bool same = a->elements_n == b->elements_n && a->head == b->head;
    for (size_t i = 0; same && i < a->elements_n; i++) {
        const struct nb_element *x = &p->elements[a->elements + i];
        const struct nb_element *y = &p->elements[b->elements + i];
        same = x->words == y->words && x->words_n == y->words_n && x->gap == y->gap &&
               x->optional == y->optional;
    }
    return same;
}

/* Files ask for the same things around ("somebody says I"), which is looked for once. */
static bool join_same(struct nb_patterns *p)
{
    size_t slots = 2 * p->n + 1;
    uint32_t *first = nb_calloc(slots, sizeof(*first)); /* plus one; 0: none */
    for (size_t i = p->n; first && i > 0; i--) {
        struct nb_pattern *pattern = &p->all[i - 1];
        const struct nb_element *e = &p->elements[pattern->elements];
        size_t at = (e->words * (size_t)31 + pattern->elements_n) % slots;
        while (first[at] && !are_same(p, pattern, &p->all[first[at] - 1])) {
            at = (at + 1) % slots;
        }
        pattern->follows = false;
        pattern->next = NB_NO_PATTERN;
        if (first[at]) {
            pattern->next = first[at] - 1;
            p->all[pattern->next].follows = true;
            pattern->groups |= p->all[pattern->next].groups;
        }
        first[at] = (uint32_t)i;
    }
    bool good = first != NULL;
    nb_free(first);
    return good;
}

static bool settle(struct nb_patterns *p, struct nb_arena *arena)
{
    p->arena = arena;
    p->alike = NULL;
    p->words.cap = p->elements_cap = p->cap = 0;
    return nb_events_settle(arena, (void **)&p->words.all, p->words.n, sizeof(*p->words.all)) &&
           nb_events_settle(arena, (void **)&p->elements, p->elements_n, sizeof(*p->elements)) &&
           nb_events_settle(arena, (void **)&p->all, p->n, sizeof(*p->all));
}

enum nb_err nb_patterns_seal(struct nb_patterns *p, const struct tr_lexicon *lexicon,
                             struct nb_arena *arena)
{
    p->keys_n = tr_lexicon_keys_n(lexicon);
    p->absence = tr_core_feature(tr_lexicon_core(lexicon), "Case=Abe");
    p->waited = nb_arena_calloc(arena, p->keys_n / 64 + 1, sizeof(*p->waited));
    p->start = nb_arena_calloc(arena, p->keys_n + 1, sizeof(*p->start));
    uint32_t *uses = nb_calloc(p->keys_n + 1, sizeof(*uses));
    if (!p->waited || !p->start || !uses || !settle(p, arena) || !join_same(p)) {
        nb_free(uses);
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < p->elements_n; i++) {
        for (size_t k = 0; k < p->elements[i].words_n; k++) {
            const struct nb_word *word = &p->words.all[p->elements[i].words + k];
            if (nb_word_has_key(word)) {
                uses[word->key]++;
            }
        }
    }
    choose_anchors(p, uses);
    enum nb_err err = build_index(p, uses);
    nb_free(uses);
    return err;
}
