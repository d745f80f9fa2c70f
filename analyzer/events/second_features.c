/*
 * What the second opinion looks at: features are names (of the family, a slash, what is there), so
 * that the weights can be read; they are compared by hash.
 */
#include "analyzer/events/second.h"

#include <string.h>

#include <nabiz/hash.h>

#include "analyzer/events/rules.h"
#include "analyzer/turkish/text.h"

enum {
    WORDS_MAX = 256,
    AROUND_WORDS = 3,
    GRAM_BYTES = 5,
    LETTERS_MAX = 96,
    SHORT_WORDS = 6,
    LONG_WORDS = 18,
    SHORT_SENTENCE = 4,
    LONG_SENTENCE = 10,
    MANY = 3,
    SEEN = 2 * NB_SECOND_FEATURES_MAX
};

struct naming {
    const struct nb_second_case *what;
    const struct nb_event_words *words;
    const struct nb_event_features *is;
    struct nb_arena *arena;
    struct nb_second_features *out;
    uint64_t *seen; /* keys that are put already */
    bool out_of_memory;
};

/* A set of keys, open to the next free place; a key of 0 is never new, and as rare as any other. */
static bool is_new(struct naming *n, uint64_t key)
{
    size_t at = key % SEEN;
    while (n->seen[at] && n->seen[at] != key) {
        at = (at + 1) % SEEN;
    }
    bool found = n->seen[at] == key;
    n->seen[at] = key;
    return !found;
}

static void put_name(struct naming *n, struct nb_slice of, const char *kind, struct nb_slice a,
                     struct nb_slice b)
{
    struct nb_second_features *out = n->out;
    const struct nb_slice parts[] = {of, NB_LIT("/"), nb_slice_str(kind), a, NB_LIT("_"), b};
    char name[NB_SECOND_NAME_BYTES_MAX];
    size_t len = 0;
    for (size_t i = 0; i < (b.len ? 6 : 4); i++) {
        if (parts[i].len >= sizeof(name) - len) {
            return;
        }
        memcpy(name + len, parts[i].len ? parts[i].p : "", parts[i].len);
        len += parts[i].len;
    }
    uint64_t key = nb_hash64(nb_slice(name, len));
    if (out->n == NB_SECOND_FEATURES_MAX || !is_new(n, key)) {
        return;
    }
    if (out->names) {
        out->names[out->n] = nb_arena_copy(n->arena, nb_slice(name, len));
        n->out_of_memory |= !out->names[out->n].p;
    }
    out->keys[out->n] = key;
    out->n++;
}

static void put_first_model(struct naming *n)
{
    static const char kind[] = "/post";
    struct nb_slice of[NB_SECOND_POST_KEYS] = {NB_LIT("all"), n->what->family};
    char name[NB_SECOND_NAME_BYTES_MAX];
    for (size_t i = 0; i < NB_SECOND_POST_KEYS; i++) {
        size_t len = of[i].len < sizeof(name) - sizeof(kind) ? of[i].len : 0;
        memcpy(name, of[i].p, len);
        memcpy(name + len, kind, sizeof(kind) - 1);
        n->out->post_keys[i] = nb_hash64(nb_slice(name, len + sizeof(kind) - 1));
    }
}

/* Of a hit, for all families and for its own; or of the post. */
static void put(struct naming *n, const char *kind, struct nb_slice a, struct nb_slice b)
{
    if (!n->what) {
        put_name(n, NB_LIT("post"), kind, a, b);
        return;
    }
    put_name(n, NB_LIT("all"), kind, a, b);
    put_name(n, n->what->family, kind, a, b);
}

static void put_mark(struct naming *n, const char *mark)
{
    put(n, mark, nb_slice(NULL, 0), nb_slice(NULL, 0));
}

static void put_number(struct naming *n, const char *kind, size_t number)
{
    _Static_assert(MANY < 10, "a number has one digit");
    char digit = (char)('0' + (number < MANY ? number : (size_t)MANY));
    put(n, kind, nb_slice(&digit, 1), nb_slice(NULL, 0));
}

/* Of what is no word of the language, what it says; without marks on its letters. */
static struct nb_slice lemma_of(const struct naming *n, uint32_t word, char *buf)
{
    const struct nb_reading_text *text = n->words->text;
    uint32_t at = n->words->token[word];
    const struct tr_reading *r = &text->readings[at];
    struct nb_slice lemma = r->lemma.len ? r->lemma : text->tokens[at].folded;
    lemma = nb_slice_sub(lemma, 0, lemma.len < LETTERS_MAX ? lemma.len : LETTERS_MAX);
    if (text->tokens[at].kind != TR_WORD || !lemma.len) {
        return nb_slice(NULL, 0);
    }
    memcpy(buf, lemma.p, lemma.len);
    for (size_t i = 0; i < lemma.len; i++) {
        buf[i] = buf[i] == ' ' ? '_' : buf[i];
    }
    return nb_slice(buf, tr_plain(buf, lemma.len));
}

static void put_letters(struct naming *n, struct nb_slice word)
{
    char buf[LETTERS_MAX];
    word = nb_slice_sub(word, 0, word.len < LETTERS_MAX ? word.len : LETTERS_MAX);
    memcpy(buf, word.p, word.len);
    struct nb_slice plain = nb_slice(buf, tr_plain(buf, word.len));
    for (size_t i = 0; i + GRAM_BYTES <= plain.len; i++) {
        put(n, "t:", nb_slice_sub(plain, i, i + GRAM_BYTES), nb_slice(NULL, 0));
    }
}

/* What the author does, is or has. */
static void put_first(struct naming *n, const struct tr_reading *r, struct nb_slice lemma)
{
    const struct nb_event_features *is = n->is;
    uint64_t f = r->analyses_n ? r->analyses[0].features : 0;
    if (f & is->person[0]) {
        put(n, f & is->singular ? "i:" : "we:", lemma, nb_slice(NULL, 0));
    }
    if (f & is->owner[0]) {
        put(n, "my:", lemma, nb_slice(NULL, 0));
    }
}

static void put_lemmas(struct naming *n)
{
    const struct nb_event_words *words = n->words;
    char now[LETTERS_MAX], last[LETTERS_MAX];
    struct nb_slice before = {NULL, 0};
    for (uint32_t i = 0; i < words->n && i < WORDS_MAX; i++) {
        uint32_t at = words->token[i];
        const struct tr_token *token = &words->text->tokens[at];
        const struct tr_reading *r = &words->text->readings[at];
        struct nb_slice lemma = lemma_of(n, i, now);
        if (token->kind == TR_HASHTAG || (token->kind == TR_WORD && !r->known)) {
            put_letters(n, token->folded);
        }
        if (lemma.len) {
            bool negative = r->features & n->is->negative;
            put(n, negative ? "no:" : "w:", lemma, nb_slice(NULL, 0));
            if (n->what) {
                put_first(n, r, lemma);
            }
            if (before.len) {
                put(n, "p:", before, lemma);
            }
            memcpy(last, now, lemma.len);
        }
        before = nb_slice(last, lemma.len);
    }
}

/* Verbs and predicates of each person, possessions of each, in a sentence or in all. */
static void put_persons(struct naming *n, bool here)
{
    static const char *const verbs[] = {"v1", "v2", "v3"}, *const owners[] = {"o1", "o2", "o3"};
    const struct nb_event_words *words = n->words;
    const struct nb_event_features *is = n->is;
    size_t verb[3][2] = {{0}}, owner[3][2] = {{0}};
    for (uint32_t i = 0; i < words->n && i < WORDS_MAX; i++) {
        const struct tr_reading *r = &words->text->readings[words->token[i]];
        if (!r->analyses_n || (here && words->sentence[i] != words->sentence[n->what->hit->head])) {
            continue;
        }
        uint64_t f = r->analyses[0].features;
        bool verbal = r->analyses[0].upos == TR_UPOS_VERB || r->analyses[0].upos == TR_UPOS_AUX;
        for (size_t p = 0; p < 3; p++) {
            bool one = f & is->singular;
            verb[p][one] += (f & is->person[p]) && (verbal || p < 2);
            owner[p][one] += (f & is->owner[p]) != 0;
        }
    }
    for (size_t p = 0; p < 3; p++) {
        for (size_t one = 0; one < 2; one++) {
            const char *scope = one ? (here ? "here1:" : "post1:") : here ? "here:" : "post:";
            struct nb_slice number = one ? NB_LIT("sg") : NB_LIT("pl");
            if (verb[p][one]) {
                put(n, scope, nb_slice_str(verbs[p]), number);
            }
            if (owner[p][one]) {
                put(n, scope, nb_slice_str(owners[p]), number);
            }
            if (!here && verb[p][one] > 1) {
                put(n, "more:", nb_slice_str(verbs[p]), number);
            }
        }
    }
}

/* Somebody speaks for a group, for themself, or of others. */
static struct nb_slice speaker_of(const struct naming *n)
{
    const struct nb_event_words *words = n->words;
    const struct nb_event_features *is = n->is;
    struct nb_slice speaker = NB_LIT("nobody");
    for (uint32_t i = 0; i < words->n && i < WORDS_MAX; i++) {
        const struct tr_reading *r = &words->text->readings[words->token[i]];
        uint64_t f = r->analyses_n ? r->analyses[0].features : 0;
        if (f & is->person[0] && !(f & is->singular)) {
            return NB_LIT("we");
        }
        speaker = f & is->person[0] ? NB_LIT("i") : speaker;
    }
    return speaker;
}

static void put_post(struct naming *n)
{
    const struct nb_reading_text *text = n->words->text;
    size_t words = 0, mentions = 0, hashtags = 0, urls = 0, asks = 0, quotes = 0, pictures = 0;
    for (size_t i = 0; i < text->tokens_n; i++) {
        const struct tr_token *t = &text->tokens[i];
        words += t->kind == TR_WORD;
        mentions += t->kind == TR_MENTION;
        hashtags += t->kind == TR_HASHTAG;
        urls += t->kind == TR_URL;
        pictures += t->kind == TR_EMOJI || t->kind == TR_EMOTICON;
        asks += nb_slice_starts(t->folded, NB_LIT("?"));
        quotes += nb_slice_eq(t->folded, NB_LIT("\""));
    }
    struct nb_slice none = {NULL, 0};
    put_number(n, "mentions", mentions);
    put_number(n, "hashtags", hashtags);
    put_number(n, "asks", asks);
    put(n, hashtags ? "tagged:" : "untagged:", speaker_of(n), none);
    put(n, mentions ? "spoken:" : "unspoken:", speaker_of(n), none);
    if (urls) {
        put_mark(n, "url");
    }
    if (quotes) {
        put_mark(n, "quote");
    }
    if (pictures) {
        put_mark(n, "picture");
    }
    put(n, words < SHORT_WORDS ? "short" : words < LONG_WORDS ? "middling" : "long", none, none);
}

/* How sure whoever wrote the rule is of it. */
static struct nb_slice weight_of(int32_t milli)
{
    return milli >= 1000  ? NB_LIT("full")
           : milli >= 900 ? NB_LIT("high")
           : milli >= 800 ? NB_LIT("good")
           : milli >= 700 ? NB_LIT("fair")
                          : NB_LIT("weak");
}

static void put_hit(struct naming *n)
{
    const struct nb_second_case *what = n->what;
    const struct nb_event_words *words = what->words;
    char buf[LETTERS_MAX];
    struct nb_slice none = {NULL, 0};
    put_mark(n, "bias");
    put(n, "type:", nb_slice_str(nb_event_type_name((enum nb_event_type)what->type)), none);
    put_number(n, "hits", what->hits_n);
    if (what->proposed) {
        put_mark(n, "proposed");
    }
    if (what->head->share_milli < 1000) {
        put_mark(n, "aside");
    }
    put(n, "weight:", weight_of(what->weight_milli), none);
    put(n, "stage:", nb_slice_str(nb_event_stage_name((enum nb_event_stage)what->head->stage)),
        nb_slice_str(nb_event_subject_name((enum nb_event_subject)what->head->subject)));
    if (what->head->author) {
        put_mark(n, "author");
    }
    if (what->head->reported) {
        put_mark(n, "reported");
    }
    put(n, "head:", lemma_of(n, what->hit->head, buf), none);
    for (uint32_t i = 1; i <= AROUND_WORDS; i++) {
        if (what->hit->begin >= i) {
            put(n, "before:", lemma_of(n, what->hit->begin - i, buf), none);
        }
        if (what->hit->end + i - 1 < words->n) {
            put(n, "after:", lemma_of(n, what->hit->end + i - 1, buf), none);
        }
    }
}

/* What the rule was met by: its words one by one, and two by two. */
static void put_met(struct naming *n)
{
    const struct nb_hit *hit = n->what->hit;
    char now[LETTERS_MAX], last[LETTERS_MAX];
    struct nb_slice before = {NULL, 0};
    for (size_t i = 0; i < hit->pattern->elements_n; i++) {
        if (hit->words[i] == UINT32_MAX) {
            continue;
        }
        struct nb_slice lemma = lemma_of(n, hit->words[i], now);
        if (!lemma.len) {
            continue;
        }
        put(n, "met:", lemma, nb_slice(NULL, 0));
        if (before.len) {
            put(n, "met2:", before, lemma);
        }
        memcpy(last, now, lemma.len);
        before = nb_slice(last, lemma.len);
    }
    if (hit->unsure) {
        put_mark(n, "unsure");
    }
}

/* How the head stands: person, tense, mood; one by one, and all of them with its lemma. */
static void put_form(struct naming *n)
{
    const struct nb_event_features *is = n->is;
    const struct nb_hit *hit = n->what->hit;
    const struct tr_reading *r = &n->words->text->readings[n->words->token[hit->head]];
    const struct tr_analysis *a = hit->analysis   ? hit->analysis
                                  : r->analyses_n ? r->analyses
                                                  : NULL;
    const struct {
        const char *name;
        uint64_t bits;
    } marks[] = {{"neg", is->negative},      {"past", is->past},        {"pres", is->present},
                 {"fut", is->future},        {"prog", is->progressive}, {"hab", is->habitual},
                 {"nfh", is->hearsay},       {"fh", is->witnessed},     {"imp", is->imperative},
                 {"opt", is->optative},      {"cnd", is->conditional},  {"nec", is->necessity},
                 {"pot", is->ability},       {"part", is->participle},  {"conv", is->converb},
                 {"vnoun", is->verbal_noun}, {"p1", is->person[0]},     {"p2", is->person[1]},
                 {"p3", is->person[2]},      {"o1", is->owner[0]},      {"o2", is->owner[1]},
                 {"o3", is->owner[2]},       {"oblique", is->oblique}};
    char all[LETTERS_MAX], buf[LETTERS_MAX];
    size_t len = 0;
    for (size_t i = 0; a && i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t mark = strlen(marks[i].name);
        if ((a->features & marks[i].bits) && len + mark + 1 < sizeof(all)) {
            put(n, "form:", nb_slice_str(marks[i].name), nb_slice(NULL, 0));
            memcpy(all + len, marks[i].name, mark);
            all[len + mark] = '+';
            len += mark + 1;
        }
    }
    put(n, "forms:", nb_slice(all, len), nb_slice(NULL, 0));
    put(n, "formed:", lemma_of(n, hit->head, buf), nb_slice(all, len));
}

/* Its sentence: how long it is, whether it asks, where the hit stands in it. */
static void put_sentence(struct naming *n)
{
    const struct nb_event_words *words = n->words;
    const struct nb_reading_text *text = words->text;
    const struct nb_hit *hit = n->what->hit;
    uint32_t sentence = words->sentence[hit->head];
    size_t length = 0;
    for (uint32_t i = 0; i < words->n; i++) {
        length += words->sentence[i] == sentence;
    }
    for (uint32_t i = words->token[hit->head]; i < text->tokens_n; i++) {
        if (nb_slice_starts(text->tokens[i].folded, NB_LIT("?"))) {
            put_mark(n, "asked");
        }
        if (nb_slice_starts(text->tokens[i].folded, NB_LIT("?")) ||
            nb_slice_starts(text->tokens[i].folded, NB_LIT("."))) {
            break;
        }
    }
    put_mark(n, length <= SHORT_SENTENCE ? "brief" : length <= LONG_SENTENCE ? "mean" : "wide");
    put_mark(n, sentence == 0 ? "first" : "later");
    put_mark(n, hit->end == words->n ? "ends" : "goes");
}

static enum nb_err begin(struct naming *n, bool named)
{
    struct nb_second_features *out = n->out;
    *out = (struct nb_second_features){.n = 0};
    out->names =
        named ? nb_arena_alloc(n->arena, NB_SECOND_FEATURES_MAX * sizeof(*out->names)) : NULL;
    out->keys = nb_arena_alloc(n->arena, NB_SECOND_FEATURES_MAX * sizeof(*out->keys));
    n->seen = nb_arena_calloc(n->arena, SEEN, sizeof(*n->seen));
    return (named && !out->names) || !out->keys || !n->seen ? NB_ENOMEM : NB_OK;
}

enum nb_err nb_second_post(const struct nb_event_words *words, const struct nb_event_features *is,
                           bool named, struct nb_arena *arena, struct nb_second_features *out)
{
    struct naming n = {.words = words, .is = is, .arena = arena, .out = out};
    if (begin(&n, named) != NB_OK) {
        return NB_ENOMEM;
    }
    put_lemmas(&n);
    return n.out_of_memory ? NB_ENOMEM : NB_OK;
}

enum nb_err nb_second_hit(const struct nb_second_case *what, bool named, struct nb_arena *arena,
                          struct nb_second_features *out)
{
    struct naming n = {
        .what = what, .words = what->words, .is = what->is, .arena = arena, .out = out};
    if (begin(&n, named) != NB_OK) {
        return NB_ENOMEM;
    }
    put_first_model(&n);
    put_hit(&n);
    put_met(&n);
    put_form(&n);
    put_sentence(&n);
    put_post(&n);
    put_persons(&n, true);
    put_persons(&n, false);
    put_lemmas(&n);
    return n.out_of_memory ? NB_ENOMEM : NB_OK;
}
