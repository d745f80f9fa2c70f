/*
 * A document is read twice, title and text, into one sum of opinion and one list of topics; only
 * what comes from the text has spans. All output is in the caller's arena.
 */
#include <nabiz/knowledge.h>

#include <string.h>

#include <nabiz/mem.h>

#include "analyzer/annotate_private.h"
#include "analyzer/local_rows.h"
#include "analyzer/index/entry.h"
#include "analyzer/topics/shingles.h"
#include "analyzer/turkish/hashtag.h"

enum { ENOUGH_WORDS = 5 };

/* A hashtag is read as it is; its words are what it is shown as. */
static void read_hashtag(const struct annotate *a, struct nb_slice text,
                         const struct tr_token *token, struct tr_reading *out)
{
    struct tr_hashtag tag;
    tr_hashtag_split(&a->knowledge->words.normaliser.turkish, text, token, &tag);
    if (tag.n > 1) {
        out->normal = nb_arena_copy(a->arena, nb_slice(tag.folded, tag.len));
        out->stage = TR_STAGE_HASHTAG;
    }
}

static enum nb_err read_text(struct annotate *a, struct nb_slice text, struct nb_reading_text *out)
{
    struct tr_token *tokens;
    struct tr_sentence *sentences;
    *out = (struct nb_reading_text){.text = text};
    if (!text.len) {
        return NB_OK;
    }
    enum nb_err err = tr_tokenise(text, a->arena, &tokens, &out->tokens_n);
    if (err != NB_OK) {
        return NB_ENOMEM;
    }
    tr_read_ahead(a->readings, tokens, out->tokens_n);
    tr_language_add_cached(&a->knowledge->words.normaliser.languages, a->languages, tokens,
                           out->tokens_n, &a->language);
    if (tr_language_may_be_turkish(&a->language)) {
        (void)tr_restore_text_cached(&a->knowledge->words.normaliser.turkish, a->restored, tokens,
                                     out->tokens_n, a->arena);
    }
    err = tr_sentences(text, tokens, out->tokens_n, a->knowledge->words.normaliser.turkish.informal,
                       a->arena, &sentences, &out->sentences_n);
    struct tr_reading *readings = nb_arena_alloc(a->arena, out->tokens_n * sizeof(*readings));
    if (err != NB_OK || !readings) {
        return NB_ENOMEM;
    }
    tr_read_cached(a->knowledge->lexicon, a->readings, tokens, out->tokens_n, a->arena, readings);
    for (size_t i = 0; i < out->tokens_n; i++) {
        if (tokens[i].kind == TR_HASHTAG && !a->sum.brief) {
            read_hashtag(a, text, &tokens[i], &readings[i]);
        }
        if (readings[i].stage == TR_STAGE_EXACT || readings[i].stage == TR_STAGE_UNKNOWN) {
            tr_language_add_word(&tokens[i], readings[i].known, &a->language);
        }
    }
    for (size_t i = 0; i < out->sentences_n; i++) {
        size_t begin = sentences[i].begin;
        tr_readings_choose(a->knowledge->lexicon, &a->knowledge->words.tagger.choices,
                           tokens + begin, readings + begin, sentences[i].end - begin, a->arena);
    }
    out->tokens = tokens;
    out->sentences = sentences;
    out->readings = readings;
    return NB_OK;
}

/* What the program finds counts where there is enough of it: feeds often declare their software's.
 */
static enum nb_err find_language(struct annotate *a)
{
    struct nb_slice declared = nb_slice_trim(nb_field(a->document->language));
    enum tr_language found = tr_language_judge(&a->language);
    size_t end = 0;
    while (end < declared.len && nb_ascii_is_alpha(declared.p[end])) {
        end++;
    }
    bool enough = a->language.words_n >= ENOUGH_WORDS && found != TR_LANGUAGE_UNKNOWN;
    if (enough || end < 2 || end > 3) {
        a->out->language = nb_arena_strdup(a->arena, nb_slice_str(tr_language_code(found)));
        return a->out->language ? NB_OK : NB_ENOMEM;
    }
    char *code = nb_arena_strdup(a->arena, nb_slice_sub(declared, 0, end));
    for (size_t i = 0; code && i < end; i++) {
        code[i] = nb_ascii_lower(code[i]);
    }
    a->out->language = code;
    return code ? NB_OK : NB_ENOMEM;
}

void nb_annotate_span(Nb__Span *span, uint32_t begin, uint32_t end)
{
    nb__span__init(span);
    span->has_begin = span->has_end = true;
    span->begin = begin;
    span->end = end;
}

bool nb_annotate_why(struct annotate *a, const char *line)
{
    struct nb_opinion_sum *sum = &a->sum;
    if (line && sum->why_n == sum->why_cap) {
        size_t cap = sum->why_cap ? sum->why_cap * 2 : 16;
        const char **grown =
            nb_arena_grow(a->arena, sum->why, sum->why_cap * sizeof(*grown), cap * sizeof(*grown));
        line = grown ? line : NULL;
        sum->why = grown ? grown : sum->why;
        sum->why_cap = grown ? cap : sum->why_cap;
    }
    if (line) {
        sum->why[sum->why_n++] = line;
    }
    return line != NULL;
}

/* Before boosts had a kind they were toots without a word that quote. */
static Nb__Kind kind_of(const struct nb_document *d)
{
    bool is_empty = !nb_field(d->title).len && !nb_field(d->text).len;
    bool passes_on = d->has_kind && d->kind == NB__KIND__TOOT && is_empty && d->n_quotes == 1;
    return passes_on ? NB__KIND__BOOST : d->kind;
}

static void put_identity(struct annotate *a)
{
    const struct nb_document *d = a->document;
    struct nb_annotation *out = a->out;
    out->has_number = d->has_number;
    out->number = d->number;
    out->has_identity = d->has_identity;
    out->identity = d->identity;
    out->author = d->author;
    out->site = d->site;
    out->has_kind = d->has_kind;
    out->kind = kind_of(d);
    bool published =
        d->has_published_ms && (!d->has_fetched_ms || d->published_ms <= d->fetched_ms);
    out->has_at_ms = published || d->has_fetched_ms;
    out->at_ms = published ? d->published_ms : d->fetched_ms;
    for (size_t i = 0; i < d->n_engagement; i++) {
        const Nb__Engagement *e = d->engagement[i];
        if (e->kind && strcmp(e->kind, "comments") == 0 && e->has_count) {
            out->has_comments_n = true;
            out->comments_n = e->count;
        }
    }
}

/* By which its copies will be known; whether it is one itself only the committer can say. */
static enum nb_err put_shingles(struct annotate *a)
{
    struct nb_shingles found;
    enum nb_err err = nb_shingles_of(a->title.tokens, a->title.tokens_n, a->text.tokens,
                                     a->text.tokens_n, a->arena, &found);
    return err == NB_OK ? nb_shingles_note(&found, a->arena, a->out) : err;
}

static enum nb_err put_why(struct annotate *a)
{
    size_t n = a->sum.why_n;
    char **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!list) {
        return NB_ENOMEM;
    }
    if (n) {
        memcpy(list, a->sum.why, n * sizeof(*list));
    }
    a->out->why = list;
    a->out->n_why = n;
    return NB_OK;
}

struct nb_word_cache {
    struct tr_cache *readings, *languages, *restored, *weights;
    struct nb_id knowledge; /* that they were read with */
};

struct nb_word_cache *nb_word_cache_new(void)
{
    struct nb_word_cache *words = nb_calloc(1, sizeof(*words));
    if (!words) {
        return NULL;
    }
    words->readings = tr_reading_cache_new();
    words->languages = tr_language_cache_new();
    words->restored = tr_restore_cache_new();
    words->weights = nb_model_cache_new();
    if (!words->readings || !words->languages || !words->restored || !words->weights) {
        nb_word_cache_free(words);
        return NULL;
    }
    return words;
}

void nb_word_cache_free(struct nb_word_cache *words)
{
    if (words) {
        tr_cache_free(words->readings);
        tr_cache_free(words->languages);
        tr_cache_free(words->restored);
        tr_cache_free(words->weights);
        nb_free(words);
    }
}

void nb_word_cache_rest(struct nb_word_cache *words)
{
    tr_cache_clear(words->readings);
    tr_cache_clear(words->languages);
    tr_cache_clear(words->restored);
    tr_cache_clear(words->weights);
}

/* What was read with other knowledge is forgotten. */
static void use_caches(struct annotate *a, struct nb_word_cache *words)
{
    if (!words) {
        return;
    }
    if (memcmp(&words->knowledge, &a->knowledge->id, sizeof(words->knowledge)) != 0) {
        nb_word_cache_rest(words);
        words->knowledge = a->knowledge->id;
    }
    a->readings = words->readings;
    a->languages = words->languages;
    a->restored = words->restored;
    a->weights = words->weights;
}

static enum nb_err read_texts(struct annotate *a, struct nb_word_cache *words)
{
    use_caches(a, words);
    enum nb_err err = read_text(a, nb_field(a->document->title), &a->title);
    return err == NB_OK ? read_text(a, nb_field(a->document->text), &a->text) : err;
}

static enum nb_err annotate(struct annotate *a, struct nb_word_cache *words,
                            struct nb_annotation **out)
{
    typedef enum nb_err step_fn(struct annotate * a);
    static step_fn *const all[] = {find_language,       nb_annotate_tokens,
                                   nb_annotate_opinion, nb_annotate_synthetic,
                                   nb_annotate_events,  nb_annotate_topics,
                                   nb_annotate_targets, nb_annotate_reasons,
                                   put_shingles,        put_why};
    static step_fn *const brief[] = {find_language,      nb_annotate_opinion, nb_annotate_synthetic,
                                     nb_annotate_events, nb_annotate_topics,  nb_annotate_targets};
    step_fn *const *steps = a->sum.brief ? brief : all;
    size_t steps_n = a->sum.brief ? sizeof(brief) / sizeof(brief[0]) : sizeof(all) / sizeof(all[0]);
    a->out = nb_annotation_new(a->arena);
    if (!a->out) {
        return NB_ENOMEM;
    }
    put_identity(a);
    if (nb_is_boost(a->out)) {
        steps_n = 0; /* the words are another's, and are read where they stand */
    }
    enum nb_err err = steps_n ? read_texts(a, words) : NB_OK;
    for (size_t i = 0; err == NB_OK && i < steps_n; i++) {
        err = steps[i](a);
    }
    if (err == NB_OK) {
        err = nb_annotate_edges(a->document, a->text.tokens, a->text.tokens_n, a->arena, a->out);
    }
    if (err == NB_OK) {
        *out = a->out;
    }
    return err;
}

enum nb_err nb_annotate(const struct nb_document *document, const struct nb_knowledge *knowledge,
                        struct nb_arena *arena, struct nb_annotation **out)
{
    return nb_annotate_with(document, knowledge, NULL, arena, out);
}

enum nb_err nb_annotate_with(const struct nb_document *document,
                             const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                             struct nb_arena *arena, struct nb_annotation **out)
{
    struct annotate a = {.document = document, .knowledge = knowledge, .arena = arena};
    return annotate(&a, words, out);
}

static struct nb_entry_text entry_text(const struct nb_reading_text *text)
{
    return (struct nb_entry_text){text->tokens, text->readings, text->tokens_n};
}

static enum nb_err put_words(const struct annotate *a, struct nb_slice *index)
{
    struct nb_entry_text title = entry_text(&a->title), text = entry_text(&a->text);
    return nb_entry_words(a->knowledge->lexicon, &a->knowledge->words.normaliser.turkish.speller,
                          &title, &text, a->arena, index);
}

enum nb_err nb_annotate_for_index(const struct nb_document *document,
                                  const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                                  struct nb_arena *arena, struct nb_annotation **out,
                                  struct nb_slice *index)
{
    struct annotate a = {.document = document, .knowledge = knowledge, .arena = arena};
    enum nb_err err = annotate(&a, words, out);
    return err ? err : put_words(&a, index);
}

enum nb_err nb_annotate_words(const struct nb_document *document,
                              const struct nb_knowledge *knowledge, struct nb_arena *arena,
                              struct nb_slice *index)
{
    struct annotate a = {
        .document = document, .knowledge = knowledge, .arena = arena, .sum.brief = true};
    enum nb_err err = read_text(&a, nb_field(document->title), &a.title);
    if (err == NB_OK) {
        err = read_text(&a, nb_field(document->text), &a.text);
    }
    return err ? err : put_words(&a, index);
}

enum nb_err nb_annotate_briefly(const struct nb_document *document,
                                const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                                struct nb_arena *arena, struct nb_annotation **out)
{
    struct annotate a = {
        .document = document, .knowledge = knowledge, .arena = arena, .sum.brief = true};
    return annotate(&a, words, out);
}

enum nb_err nb_annotate_row(const struct nb_document *document,
                            const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                            struct nb_arena *arena, struct nb_local_row *row,
                            struct nb_opinion_result *shipped)
{
    struct nb_annotation *out;
    struct annotate a = {.document = document,
                         .knowledge = knowledge,
                         .arena = arena,
                         .row = row,
                         .shipped = shipped,
                         .sum.brief = true};
    return annotate(&a, words, &out);
}

enum nb_err nb_annotate_by_lexicons(const struct nb_document *document,
                                    const struct nb_knowledge *knowledge, struct nb_arena *arena,
                                    struct nb_annotation **out)
{
    struct annotate a = {
        .document = document, .knowledge = knowledge, .arena = arena, .by_lexicons = true};
    return annotate(&a, NULL, out);
}

enum nb_err nb_annotate_reading(const struct nb_document *document,
                                const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                                struct nb_arena *arena, struct nb_opinion_reading *out)
{
    struct annotate a = {
        .document = document, .knowledge = knowledge, .arena = arena, .sum.brief = true};
    enum nb_err err = read_texts(&a, words);
    err = err == NB_OK ? nb_opinion_read(&knowledge->opinion, &a.title, arena, &a.sum) : err;
    err = err == NB_OK ? nb_opinion_read(&knowledge->opinion, &a.text, arena, &a.sum) : err;
    if (err == NB_OK) {
        *out = (struct nb_opinion_reading){a.title, a.text, a.sum};
    }
    return err;
}
