/*
 * One walk over the tokens. A noun begins a phrase; it takes in the next word while that makes a
 * compound of it: a bare noun and one with the possessive of the third person ("pil omru"), names
 * in a row, a name and a bare noun ("Turna kargo"), a name and its number.
 */
#include "analyzer/sentiment/phrases.h"

#include <string.h>

enum { OWNER_DISTANCE = 3, UNKNOWN_BYTES_MIN = 3 };

struct walk {
    const struct nb_target_words *words;
    const struct nb_reading_text *text;
    const bool *taken;
    struct nb_phrases *out;
};

/* What a token can be in a phrase. */
struct noun {
    bool is, named, bare, copula;
    uint64_t cases, features;
};

static bool is_comma(const struct walk *w, size_t at)
{
    return nb_slice_eq(w->text->tokens[at].folded, NB_LIT(","));
}

static bool is_name(const struct walk *w, size_t at, const struct tr_reading *reading)
{
    const struct tr_token *token = &w->text->tokens[at];
    bool first = at == 0 || token->after_break ||
                 (w->text->tokens[at - 1].kind == TR_PUNCT && !is_comma(w, at - 1));
    unsigned upos = reading->analyses_n ? reading->analyses[0].upos : TR_UPOS_X;
    if (upos == TR_UPOS_PROPN || token->stem_len < token->folded.len) {
        return true;
    }
    return token->capital && (upos == TR_UPOS_X || (!first && !token->capitals));
}

/*
 * A verbal noun is a thing when it has endings or words before it: "bu guncelleme"; else it is an
 * infinitive, which ends in k, or as likely a command not to.
 */
static bool is_thing(const struct walk *w, size_t at, const struct tr_analysis *best)
{
    const struct nb_target_features *f = &w->words->features;
    const struct nb_slice folded = w->text->tokens[at].folded;
    if (best->upos != TR_UPOS_VERB || !(best->features & f->verbal_noun)) {
        return best->upos == TR_UPOS_NOUN || best->upos == TR_UPOS_PROPN;
    }
    if (!(best->features & f->nom) || (best->features & (f->owned | f->plural))) {
        return true;
    }
    if (at == 0 || w->taken[at - 1] || folded.p[folded.len - 1] == 'k') {
        return false;
    }
    const struct tr_reading *before = &w->text->readings[at - 1];
    return before->analyses_n &&
           (before->analyses[0].upos == TR_UPOS_ADJ || before->analyses[0].upos == TR_UPOS_DET);
}

static struct noun read_noun(const struct walk *w, size_t at)
{
    const struct nb_target_features *f = &w->words->features;
    const struct tr_token *token = &w->text->tokens[at];
    const struct tr_reading *reading = &w->text->readings[at];
    struct noun noun = {.is = false};
    if (token->kind != TR_WORD || w->taken[at]) {
        return noun;
    }
    noun.named = is_name(w, at, reading);
    if (!reading->analyses_n || reading->analyses[0].upos == TR_UPOS_X) {
        noun.is = noun.named || token->folded.len >= UNKNOWN_BYTES_MIN;
        noun.cases = f->nom;
        noun.bare = true;
        return noun;
    }
    const struct tr_analysis *best = &reading->analyses[0];
    if (best->upos == TR_UPOS_ADJ && (best->features & f->gen) &&
        token->stem_len < token->folded.len) { /* "Poyraz'inki": what is Poyraz's */
        noun.is = true;
        noun.cases = f->nom;
        return noun;
    }
    if (!is_thing(w, at, best) || (best->features & (f->first | f->second)) ||
        ((best->features & f->verb_form) && !(best->features & f->verbal_noun))) {
        return noun;
    }
    noun.copula = (best->features & f->tense) != 0;
    uint64_t all = f->nom | f->acc | f->dat | f->abl | f->loc | f->gen | f->ins;
    for (size_t i = 0; i < reading->analyses_n; i++) {
        if (reading->keys[i] == reading->keys[0] && reading->analyses[i].upos == best->upos) {
            noun.cases |= reading->analyses[i].features & all;
        }
    }
    noun.is = true;
    noun.features = best->features;
    noun.cases = noun.copula ? f->nom : noun.cases;
    noun.bare = !noun.copula && (best->features & f->nom) &&
                !(best->features & (f->owned | f->plural)) && token->stem_len >= token->folded.len;
    return noun;
}

static bool is_kind(const struct walk *w, size_t at, enum nb_target_word kind)
{
    return nb_target_word_is(w->words, &w->text->readings[at], kind);
}

/* Whether the word at `at` goes on with the phrase whose head is before it. */
static bool joins(const struct walk *w, const struct noun *head, size_t at, const struct noun *next,
                  bool head_compound)
{
    const struct nb_target_features *f = &w->words->features;
    bool open = head->bare || (head_compound && (head->features & f->nom));
    bool compared =
        (next->cases & f->abl) && at + 1 < w->text->tokens_n && is_kind(w, at + 1, NB_TARGET_MORE);
    if (w->text->tokens[at].after_break || !open || (compared && next->named)) {
        return false;
    }
    if (next->is && (next->features & f->owned_third)) {
        return true;
    }
    bool both_bare = next->named || next->bare;
    bool capital = w->text->tokens[at - 1].capital && both_bare;
    return (head->named || capital) && head->bare && next->is &&
           (next->named || !(next->features & f->owned));
}

/* The genitive phrase that stands directly before a possessive one, or some words before it. */
static uint32_t owner_of(const struct walk *w, size_t begin, const struct nb_phrase *phrase)
{
    const struct nb_target_features *f = &w->words->features;
    if (!(phrase->features & f->owned_third) || !w->out->n) {
        return NB_NO_PHRASE;
    }
    const struct nb_phrase *last = &w->out->all[w->out->n - 1];
    if (last->begin < begin || last->end + OWNER_DISTANCE < phrase->begin ||
        !(last->cases & f->gen)) {
        return NB_NO_PHRASE;
    }
    for (size_t at = last->end; at < phrase->begin; at++) {
        if (w->text->tokens[at].kind == TR_PUNCT) {
            return NB_NO_PHRASE;
        }
    }
    return (uint32_t)w->out->n - 1;
}

static bool says_nothing(const struct walk *w, const struct nb_phrase *phrase)
{
    for (size_t at = phrase->begin; at < phrase->end; at++) {
        if (!is_kind(w, at, NB_TARGET_NEVER)) {
            return false;
        }
    }
    return phrase->end - phrase->begin == 1 || !phrase->named;
}

static void put(struct walk *w, size_t sentence_begin, struct nb_phrase *phrase)
{
    size_t head = phrase->end - 1;
    phrase->owner = owner_of(w, sentence_begin, phrase);
    if (says_nothing(w, phrase)) {
        return;
    }
    if (!phrase->tag && is_kind(w, head, NB_TARGET_EMPTY)) {
        if (phrase->end - phrase->begin == 1 && phrase->owner == NB_NO_PHRASE) {
            return;
        }
        if (phrase->end - phrase->begin == 1) { /* the owner takes its place in the clause */
            w->out->all[phrase->owner].cases = phrase->cases;
            return;
        }
        phrase->end--;
    }
    for (size_t at = phrase->begin; at < phrase->end; at++) {
        w->out->at[at] = (uint32_t)w->out->n;
    }
    w->out->all[w->out->n++] = *phrase;
}

static size_t read_phrase(struct walk *w, const struct tr_sentence *sentence, size_t at)
{
    const struct tr_token *tokens = w->text->tokens;
    struct noun head = read_noun(w, at);
    bool tag = tokens[at].kind == TR_HASHTAG || tokens[at].kind == TR_MENTION;
    if (!head.is && !(tag && !w->taken[at])) {
        return at + 1;
    }
    struct nb_phrase phrase = {.begin = (uint32_t)at,
                               .named = head.named || tag,
                               .tag = tag,
                               .cases = tag ? w->words->features.nom : head.cases,
                               .copula = head.copula,
                               .features = head.features};
    bool compound = false;
    for (at++; !tag && at < sentence->end; at++) {
        if (phrase.named && head.bare && tokens[at].kind == TR_NUMBER && !w->taken[at]) {
            continue;
        }
        struct noun next = read_noun(w, at);
        if (!joins(w, &head, at, &next, compound)) {
            break;
        }
        compound = (next.features & w->words->features.owned_third) != 0;
        phrase.named |= next.named;
        phrase.cases = next.cases;
        phrase.features = next.features;
        phrase.copula = next.copula;
        head = next;
    }
    phrase.end = (uint32_t)at;
    const struct tr_reading *behind = at < sentence->end ? &w->text->readings[at] : NULL;
    phrase.postposed =
        behind && behind->analyses_n && behind->analyses[0].upos == TR_UPOS_ADP && !w->taken[at];
    put(w, sentence->begin, &phrase);
    return at;
}

enum nb_err nb_phrases_find(const struct nb_target_words *words, const struct nb_reading_text *text,
                            const bool *taken, struct nb_arena *arena, struct nb_phrases *out)
{
    struct walk w = {words, text, taken, out};
    *out = (struct nb_phrases){.all = nb_arena_alloc(arena, text->tokens_n * sizeof(*out->all)),
                               .at = nb_arena_alloc(arena, text->tokens_n * sizeof(*out->at))};
    if (!out->all || !out->at) {
        return NB_ENOMEM;
    }
    memset(out->at, 0xff, text->tokens_n * sizeof(*out->at));
    for (size_t i = 0; i < text->sentences_n; i++) {
        for (size_t at = text->sentences[i].begin; at < text->sentences[i].end;) {
            at = read_phrase(&w, &text->sentences[i], at);
        }
    }
    return NB_OK;
}
