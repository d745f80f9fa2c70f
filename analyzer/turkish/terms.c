#include "analyzer/turkish/terms.h"

#include <stdlib.h>

bool tr_upos_alike(unsigned a, unsigned b)
{
    static const uint32_t nominal = 1u << TR_UPOS_NOUN | 1u << TR_UPOS_ADJ | 1u << TR_UPOS_ADV |
                                    1u << TR_UPOS_PROPN | 1u << TR_UPOS_NUM;
    return a == b || (nominal >> a & nominal >> b & 1);
}

void tr_terms_init(struct tr_terms *terms, struct nb_arena *arena)
{
    *terms = (struct tr_terms){.arena = arena};
}

enum nb_err tr_terms_add(struct tr_terms *terms, const struct tr_term *term)
{
    if (terms->n == terms->cap) {
        size_t cap = terms->cap ? terms->cap * 2 : 256;
        struct tr_term *grown = nb_arena_grow(terms->arena, terms->all, terms->cap * sizeof(*grown),
                                              cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        terms->all = grown;
        terms->cap = cap;
    }
    terms->all[terms->n++] = *term;
    return NB_OK;
}

/* Short ones first: those of a word are put in from their end on. */
static int by_words(const void *a, const void *b)
{
    const struct tr_term *x = a, *y = b;
    if (x->words_n != y->words_n) {
        return x->words_n < y->words_n ? -1 : 1;
    }
    if (x->file != y->file) {
        return x->file > y->file ? -1 : 1;
    }
    if (x->line != y->line) {
        return x->line > y->line ? -1 : 1;
    }
    return (x->payload < y->payload) - (x->payload > y->payload);
}

static uint64_t bit_of(tr_key key)
{
    return (uint64_t)1 << (key % 64);
}

enum nb_err tr_terms_seal(struct tr_terms *terms, size_t keys_n)
{
    struct tr_term *ordered = nb_arena_alloc(terms->arena, terms->n * sizeof(*ordered));
    terms->seconds = nb_arena_alloc(terms->arena, terms->n * sizeof(*terms->seconds));
    terms->first = nb_arena_calloc(terms->arena, keys_n + 1, sizeof(*terms->first));
    terms->begins = nb_arena_calloc(terms->arena, keys_n / 64 + 1, sizeof(*terms->begins));
    if (!ordered || !terms->seconds || !terms->first || !terms->begins) {
        return NB_ENOMEM;
    }
    if (terms->n) {
        qsort(terms->all, terms->n, sizeof(*terms->all), by_words);
    }
    terms->keys_n = keys_n;
    for (size_t i = 0; i < terms->n; i++) {
        terms->first[terms->all[i].keys[0]]++;
        terms->begins[terms->all[i].keys[0] / 64] |= bit_of(terms->all[i].keys[0]);
    }
    uint32_t end = 0;
    for (size_t key = 0; key <= keys_n; key++) { /* where each ends; filled from there down */
        end += terms->first[key];
        terms->first[key] = end;
    }
    for (size_t i = 0; i < terms->n; i++) {
        const struct tr_term *term = &terms->all[i];
        uint32_t at = --terms->first[term->keys[0]];
        ordered[at] = *term;
        terms->seconds[at] = term->words_n > 1 ? term->keys[1] : 0;
    }
    terms->all = ordered;
    terms->cap = terms->n;
    return NB_OK;
}

enum nb_err tr_terms_mark(struct tr_terms *terms, struct tr_lexicon *lexicon, uint8_t mark)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < terms->n; i++) {
        err = tr_lexicon_mark(lexicon, terms->all[i].keys[0], mark);
    }
    terms->mark = err == NB_OK ? mark : 0;
    return err;
}

/* Most words begin no term, and the bits that say so are few enough to be at hand. What a query
 * added after sealing begins none either. */
static bool begins(const struct tr_terms *terms, tr_key key)
{
    return key < terms->keys_n && (terms->begins[key / 64] & bit_of(key));
}

static void add_key(struct tr_cursor *cursor, tr_key key)
{
    for (size_t i = 0; i < cursor->keys_n; i++) {
        if (cursor->keys[i] == key) {
            return;
        }
    }
    cursor->keys[cursor->keys_n++] = key;
}

static bool in_scope(const struct tr_reading *reading, const struct tr_analysis *a,
                     enum tr_scope scope)
{
    if (scope == TR_ANY_READING) {
        return !(a->flags & (TR_DERIVED | TR_LEMMA_DERIVED));
    }
    const struct tr_analysis *best = &reading->analyses[0];
    if (best->flags & TR_PLAIN) { /* too much is guessed already */
        return reading->keys[a - reading->analyses] == reading->keys[0];
    }
    /* A dictionary may know the word itself (borclu), and still it is made of another (borc). */
    return a->stem_bytes == best->stem_bytes ||
           (a->stem_bytes < best->stem_bytes && (a->flags & (TR_DERIVED | TR_PRIVATIVE)));
}

static void take_key(const struct tr_terms *terms, struct tr_cursor *cursor)
{
    if (cursor->key < cursor->keys_n) {
        tr_key key = cursor->keys[cursor->key++];
        cursor->term = terms->first[key];
        cursor->end = terms->first[key + 1];
    }
}

static uint64_t keys_of(const struct tr_reading *reading)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < reading->surfaces_n; i++) {
        bits |= bit_of(reading->surfaces[i]);
    }
    for (size_t i = 0; i < reading->analyses_n; i++) {
        bits |= bit_of(reading->keys[i]);
    }
    return bits;
}

static void start(const struct tr_terms *terms, const struct tr_reading *reading,
                  enum tr_scope scope, struct tr_cursor *cursor)
{
    for (size_t i = 0; i < reading->surfaces_n; i++) {
        if (begins(terms, reading->surfaces[i])) {
            add_key(cursor, reading->surfaces[i]);
        }
    }
    for (size_t i = 0; i < reading->analyses_n; i++) {
        if (begins(terms, reading->keys[i]) && in_scope(reading, &reading->analyses[i], scope)) {
            add_key(cursor, reading->keys[i]);
        }
    }
    cursor->started = true;
    take_key(terms, cursor);
}

static bool word_fits(const struct tr_term *term, size_t word, const struct tr_reading *reading,
                      enum tr_scope scope, const struct tr_analysis **analysis)
{
    tr_key key = term->keys[word];
    bool last = word + 1u == term->words_n;
    bool lemma = !(term->as_written >> word & 1);
    *analysis = NULL;
    for (size_t i = 0; lemma && i < reading->analyses_n; i++) {
        const struct tr_analysis *a = &reading->analyses[i];
        bool pos = !last || term->pos == TR_TERM_ANY_POS || tr_upos_alike(a->root_upos, term->pos);
        if (reading->keys[i] == key && pos && in_scope(reading, a, scope)) {
            *analysis = a;
            return true;
        }
    }
    bool other = last && term->pos != TR_TERM_ANY_POS && reading->analyses_n &&
                 !tr_upos_alike(reading->analyses[0].root_upos, term->pos);
    if (other) { /* the word is there, but as another part of speech */
        return false;
    }
    for (size_t i = 0; i < reading->surfaces_n; i++) {
        if (reading->surfaces[i] == key) {
            return true;
        }
    }
    return false;
}

/* The keys of some words that may begin a term. */
enum { TERMS_AHEAD = 4, AHEAD_KEYS = 128, KEYS_OF_ONE = TR_SURFACES_MAX + TR_ANALYSES_MAX };

static size_t list_beginning(const struct tr_terms *terms, const struct tr_reading *reading,
                             tr_key *out)
{
    size_t n = 0;
    for (size_t i = 0; i < reading->surfaces_n; i++) {
        out[n] = reading->surfaces[i];
        n += begins(terms, out[n]);
    }
    for (size_t i = 0; i < reading->analyses_n; i++) {
        out[n] = reading->keys[i];
        n += begins(terms, out[n]) && (i == 0 || reading->keys[i] != reading->keys[i - 1]);
    }
    return n;
}

static void prefetch_terms(const struct tr_terms *terms, tr_key key)
{
    uint32_t end = terms->first[key + 1], from = terms->first[key];
    end = end - from < TERMS_AHEAD ? end : from + TERMS_AHEAD;
    for (uint32_t i = from; i < end; i++) {
        __builtin_prefetch(&terms->all[i]);
    }
}

void tr_terms_ahead(const struct tr_terms *terms, const struct tr_reading *readings, size_t n)
{
    tr_key keys[AHEAD_KEYS];
    for (size_t i = 0; i < n;) {
        size_t keys_n = 0;
        for (; i < n && keys_n + KEYS_OF_ONE <= AHEAD_KEYS; i++) {
            keys_n += tr_terms_may_begin(terms, &readings[i])
                          ? list_beginning(terms, &readings[i], keys + keys_n)
                          : 0;
        }
        for (size_t k = 0; k < keys_n; k++) {
            __builtin_prefetch(&terms->first[keys[k]]);
        }
        for (size_t k = 0; k < keys_n; k++) {
            __builtin_prefetch(&terms->seconds[terms->first[keys[k]]]);
        }
        for (size_t k = 0; k < keys_n; k++) {
            prefetch_terms(terms, keys[k]);
        }
    }
}

bool tr_terms_next(const struct tr_terms *terms, const struct tr_reading *readings, size_t n,
                   size_t at, enum tr_scope scope, struct tr_cursor *cursor, struct tr_match *out)
{
    if (!cursor->started) {
        start(terms, &readings[at], scope, cursor);
        cursor->next_keys = cursor->keys_n && at + 1 < n ? keys_of(&readings[at + 1]) : 0;
    }
    for (;;) {
        if (cursor->term == cursor->end) {
            if (cursor->key == cursor->keys_n) {
                return false;
            }
            take_key(terms, cursor);
            continue;
        }
        uint32_t candidate = cursor->term++;
        tr_key second = terms->seconds[candidate];
        if (second && !(cursor->next_keys & bit_of(second))) {
            continue;
        }
        const struct tr_term *term = &terms->all[candidate];
        bool fits = term->words_n <= n - at;
        const struct tr_analysis *analysis = NULL;
        for (size_t word = 0; fits && word < term->words_n; word++) {
            fits = word_fits(term, word, &readings[at + word], scope, &analysis);
        }
        if (fits) {
            *out = (struct tr_match){term, analysis};
            return true;
        }
    }
}
