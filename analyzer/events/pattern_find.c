/*
 * Before a pattern is verified around its anchor, the rarest other element is asked for in a set of
 * the text's keys: nearly all near hits end there. Verifying goes outwards from the anchor, nearest
 * words first, and tries another place when what follows does not fit. How many places are tried is
 * bounded, so that no text makes a pattern of many gaps expensive.
 */
#include "analyzer/events/pattern.h"

#include <string.h>

#include "analyzer/turkish/terms.h"

enum { TRIES_MAX = 512, LETTERS_MAX = 128 };

#define LEFT_OUT UINT32_MAX

static bool waits(const struct nb_patterns *p, tr_key key)
{
    return key < p->keys_n && (p->waited[key / 64] >> key % 64 & 1);
}

bool nb_patterns_await(const struct nb_patterns *p, const struct nb_reading_text *text)
{
    for (size_t i = 0; i < text->tokens_n; i++) {
        const struct tr_reading *r = &text->readings[i];
        for (size_t k = 0; k < r->analyses_n; k++) {
            if (waits(p, r->keys[k])) {
                return true;
            }
        }
        for (size_t k = 0; k < r->surfaces_n; k++) {
            if (waits(p, r->surfaces[k])) {
                return true;
            }
        }
        if (text->tokens[i].kind == TR_HASHTAG && p->hashtags_n) {
            return true;
        }
    }
    return false;
}

static bool is_seen(const struct tr_token *token)
{
    return token->kind == TR_WORD || token->kind == TR_NUMBER || token->kind == TR_HASHTAG ||
           token->kind == TR_MENTION;
}

static void add_present(struct nb_event_words *words, tr_key key)
{
    words->present[key % NB_PRESENT_BITS / 64] |= UINT64_C(1) << key % 64;
}

static bool is_present(const struct nb_event_words *words, tr_key key)
{
    return words->present[key % NB_PRESENT_BITS / 64] >> key % 64 & 1;
}

static bool may_have(const struct nb_event_words *words, const struct nb_posting *posting)
{
    return posting->need[0] == NB_NEED_ASK || is_present(words, posting->need[0]) ||
           is_present(words, posting->need[1]);
}

static bool add_letters(struct nb_event_words *words, const struct tr_token *tag,
                        struct nb_arena *arena)
{
    size_t len = tag->folded.len < LETTERS_MAX ? tag->folded.len : LETTERS_MAX;
    char *plain = nb_arena_alloc(arena, len + 1);
    if (!plain) {
        return false;
    }
    memcpy(plain, tag->folded.p, len);
    words->letters[words->n] = nb_slice(plain, tr_plain(plain, len));
    return true;
}

static bool add_word(struct nb_event_words *words, uint32_t token, uint32_t sentence,
                     struct nb_arena *arena)
{
    const struct tr_reading *r = &words->text->readings[token];
    uint64_t keys = 0;
    for (size_t i = 0; i < r->analyses_n; i++) {
        add_present(words, r->keys[i]);
        keys |= nb_key_bit(r->keys[i]);
    }
    for (size_t i = 0; i < r->surfaces_n; i++) {
        add_present(words, r->surfaces[i]);
        keys |= nb_key_bit(r->surfaces[i]);
    }
    const struct tr_token *t = &words->text->tokens[token];
    if (t->kind == TR_HASHTAG && !add_letters(words, t, arena)) {
        return false;
    }
    words->keys[words->n] = keys;
    words->token[words->n] = token;
    words->sentence[words->n++] = sentence;
    return true;
}

enum nb_err nb_event_words_of(const struct nb_reading_text *text, struct nb_arena *arena,
                              struct nb_event_words *out)
{
    *out = (struct nb_event_words){.text = text};
    out->token = nb_arena_alloc(arena, text->tokens_n * sizeof(*out->token));
    out->sentence = nb_arena_alloc(arena, text->tokens_n * sizeof(*out->sentence));
    out->keys = nb_arena_alloc(arena, text->tokens_n * sizeof(*out->keys));
    out->letters = nb_arena_alloc(arena, text->tokens_n * sizeof(*out->letters));
    if (!out->token || !out->sentence || !out->keys || !out->letters) {
        return NB_ENOMEM;
    }
    for (size_t s = 0; s < text->sentences_n; s++) {
        for (uint32_t i = text->sentences[s].begin; i < text->sentences[s].end; i++) {
            if (is_seen(&text->tokens[i]) && !add_word(out, i, (uint32_t)s, arena)) {
                return NB_ENOMEM;
            }
        }
    }
    return NB_OK;
}

/* The likeliest reading that has what is asked for; it must not have what is ruled out. */
static const struct tr_analysis *lemma_fits(const struct nb_patterns *p, const struct nb_word *word,
                                            const struct tr_reading *r, bool *unsure)
{
    for (size_t i = 0; i < r->analyses_n; i++) {
        const struct tr_analysis *a = &r->analyses[i];
        bool other = a->flags & (TR_DERIVED | TR_LEMMA_DERIVED) ||
                     (a->flags & TR_PRIVATIVE && !(word->with & p->absence));
        if (r->keys[i] == word->key && !other && (a->features & word->with) == word->with &&
            (word->pos == TR_UPOS_N || tr_upos_alike(a->root_upos, word->pos))) {
            *unsure |= r->keys[i] != r->keys[0] && a->stem_bytes != r->analyses[0].stem_bytes;
            return a->features & word->without ? NULL : a;
        }
    }
    return NULL;
}

static bool form_fits(const struct tr_reading *r, tr_key key)
{
    for (size_t i = 0; i < r->surfaces_n; i++) {
        if (r->surfaces[i] == key) {
            return true;
        }
    }
    return false;
}

static bool any_fits(const struct nb_word *word, const struct tr_analysis *a)
{
    if (!word->with && !word->without && word->pos == TR_UPOS_N) {
        return true;
    }
    return a && (a->features & word->with) == word->with && !(a->features & word->without) &&
           (word->pos == TR_UPOS_N || tr_upos_alike(a->upos, word->pos));
}

static bool fits(const struct nb_patterns *p, const struct nb_word *these, size_t n,
                 const struct nb_event_words *words, uint32_t at,
                 const struct tr_analysis **analysis, bool *unsure)
{
    const struct tr_token *token = &words->text->tokens[words->token[at]];
    const struct tr_reading *r = &words->text->readings[words->token[at]];
    *analysis = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct nb_word *word = &these[i];
        bool fit = false;
        if (nb_word_has_key(word) && !(words->keys[at] & nb_key_bit(word->key))) {
            continue;
        }
        switch ((enum nb_word_kind)word->kind) {
        case NB_WORD_LEMMA:
            *analysis = token->kind == TR_WORD ? lemma_fits(p, word, r, unsure) : NULL;
            fit = *analysis != NULL;
            break;
        case NB_WORD_FORM:
            fit = token->kind == TR_WORD && form_fits(r, word->key);
            break;
        case NB_WORD_HASHTAG:
            fit = token->kind == TR_HASHTAG &&
                  nb_slice_find(words->letters[at], word->letters, 0) != NB_NPOS;
            break;
        case NB_WORD_NUMBER:
            fit = token->kind == TR_NUMBER;
            break;
        case NB_WORD_MENTION:
            fit = token->kind == TR_MENTION;
            break;
        case NB_WORD_NAME:
            fit = token->kind == TR_WORD && token->capital;
            break;
        case NB_WORD_ANY:
            *analysis = r->analyses_n ? &r->analyses[0] : NULL;
            fit = any_fits(word, *analysis);
            break;
        }
        if (fit) {
            return true;
        }
    }
    return false;
}

bool nb_word_is(const struct nb_patterns *patterns, const struct nb_words_of *these,
                const struct nb_event_words *words, uint32_t word,
                const struct tr_analysis **analysis)
{
    const struct tr_analysis *a;
    bool unsure = false, is = fits(patterns, these->all, these->n, words, word, &a, &unsure);
    if (analysis) {
        *analysis = a;
    }
    return is;
}

struct search {
    const struct nb_patterns *p;
    const struct nb_event_words *words;
    const struct nb_pattern *pattern;
    struct nb_hit hit;
    int tries;
};

static bool element_fits(struct search *s, uint8_t element, uint32_t at)
{
    const struct nb_element *e = &s->p->elements[s->pattern->elements + element];
    const struct tr_analysis *analysis;
    bool unsure = s->hit.unsure;
    s->tries++;
    if (!(e->keys & s->words->keys[at]) && e->keys != UINT64_MAX) {
        return false;
    }
    if (!fits(s->p, &s->p->words.all[e->words], e->words_n, s->words, at, &analysis, &unsure)) {
        return false;
    }
    s->hit.unsure = unsure;
    s->hit.words[element] = at;
    if (element == s->pattern->head) {
        s->hit.head = at;
        s->hit.analysis = analysis;
    }
    return true;
}

/* The elements from this one on, behind the word at `from`, or before it when `step` is -1. */
static bool rest_fits(struct search *s, int element, uint32_t from, int step, uint8_t gap)
{
    if (element < 0 || element == s->pattern->elements_n) {
        return true;
    }
    const struct nb_element *e = &s->p->elements[s->pattern->elements + (uint32_t)element];
    /* A gap is kept by the element behind it: going back, by the one that was left. */
    uint8_t wide = step > 0 && e->gap > gap ? e->gap : gap;
    uint32_t at = from;
    for (int skipped = 0; skipped <= wide && s->tries < TRIES_MAX; skipped++) {
        if (step > 0 ? at + 1 >= s->words->n : at == 0) {
            break;
        }
        at = step > 0 ? at + 1 : at - 1;
        if (s->words->sentence[at] != s->words->sentence[from]) {
            break;
        }
        bool unsure = s->hit.unsure;
        if (element_fits(s, (uint8_t)element, at) &&
            rest_fits(s, element + step, at, step, step > 0 ? 0 : e->gap)) {
            return true;
        }
        s->hit.unsure = unsure;
        s->hit.words[element] = LEFT_OUT;
    }
    return e->optional &&
           rest_fits(s, element + step, from, step, step < 0 && e->gap > wide ? e->gap : wide);
}

static bool may_be_there(const struct nb_patterns *p, const struct nb_event_words *words,
                         const struct nb_pattern *pattern)
{
    if (pattern->second == pattern->elements_n) {
        return true;
    }
    const struct nb_element *e = &p->elements[pattern->elements + pattern->second];
    for (size_t i = 0; i < e->words_n; i++) {
        if (is_present(words, p->words.all[e->words + i].key)) {
            return true;
        }
    }
    return false;
}

static bool verify(const struct nb_patterns *p, const struct nb_event_words *words,
                   uint32_t pattern, uint32_t at, struct nb_hit *hit)
{
    if (!may_be_there(p, words, &p->all[pattern])) {
        return false;
    }
    struct search s = {.p = p, .words = words, .pattern = &p->all[pattern]};
    uint8_t anchor = s.pattern->anchor;
    s.hit.pattern = s.pattern;
    for (size_t i = 0; i < NB_PATTERN_ELEMENTS_MAX; i++) {
        s.hit.words[i] = LEFT_OUT;
    }
    if (!element_fits(&s, anchor, at) || !rest_fits(&s, anchor + 1, at, 1, 0) ||
        !rest_fits(&s, anchor - 1, at, -1, p->elements[s.pattern->elements + anchor].gap)) {
        return false;
    }
    s.hit.begin = UINT32_MAX;
    for (size_t i = 0; i < s.pattern->elements_n; i++) {
        uint32_t word = s.hit.words[i];
        if (word != LEFT_OUT) {
            s.hit.begin = word < s.hit.begin ? word : s.hit.begin;
            s.hit.end = word + 1 > s.hit.end ? word + 1 : s.hit.end;
        }
    }
    *hit = s.hit;
    return true;
}

struct finder {
    const struct nb_patterns *p;
    const struct nb_event_words *words;
    uint32_t groups;
    nb_hit_fn *found;
    void *context;
};

/* Look for a pattern, and tell of it and of all that are the same. @return false to stop. */
static bool look_for(const struct finder *f, uint32_t pattern, uint32_t at)
{
    struct nb_hit hit;
    if (!(f->p->all[pattern].groups & f->groups) || !verify(f->p, f->words, pattern, at, &hit)) {
        return true;
    }
    for (; pattern != NB_NO_PATTERN; pattern = f->p->all[pattern].next) {
        hit.pattern = &f->p->all[pattern];
        if (!f->found(f->context, &hit)) {
            return false;
        }
    }
    return true;
}

/* Every pattern that waits for this key. @return false to stop. */
static bool find_key(const struct finder *f, tr_key key, uint32_t at)
{
    bool go_on = true;
    if (!waits(f->p, key)) {
        return true;
    }
    for (uint32_t i = f->p->start[key]; go_on && i < f->p->start[key + 1]; i++) {
        const struct nb_posting *posting = &f->p->postings[i];
        if ((posting->groups & f->groups) && may_have(f->words, posting)) {
            go_on = look_for(f, posting->pattern, at);
        }
    }
    return go_on;
}

static bool find_at(const struct finder *f, uint32_t at)
{
    const struct nb_reading_text *text = f->words->text;
    const struct tr_reading *r = &text->readings[f->words->token[at]];
    bool go_on = true;
    for (size_t i = 0; go_on && i < r->analyses_n; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++) {
            again |= r->keys[k] == r->keys[i];
        }
        go_on = again || find_key(f, r->keys[i], at);
    }
    for (size_t i = 0; go_on && i < r->surfaces_n; i++) {
        go_on = find_key(f, r->surfaces[i], at);
    }
    for (size_t i = 0; go_on && i < f->p->loose_n; i++) {
        go_on = look_for(f, f->p->loose[i], at);
    }
    bool tag = text->tokens[f->words->token[at]].kind == TR_HASHTAG;
    for (size_t i = 0; go_on && tag && i < f->p->hashtags_n; i++) {
        go_on = look_for(f, f->p->hashtags[i], at);
    }
    return go_on;
}

void nb_patterns_find(const struct nb_patterns *p, const struct nb_event_words *words,
                      uint32_t groups, nb_hit_fn *found, void *context)
{
    const struct finder f = {p, words, groups, found, context};
    for (uint32_t at = 0; at < words->n && find_at(&f, at); at++) {
    }
}
