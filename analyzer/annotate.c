/*
 * A document is read twice, title and text, into one sum of opinion and one list of topics; only
 * what comes from the text has spans. All output is in the caller's arena.
 */
#include <nabiz/knowledge.h>

#include <string.h>

#include <nabiz/mem.h>

#include "analyzer/knowledge_private.h"
#include "analyzer/turkish/hashtag.h"

enum { FEATURES_BYTES_MAX = 512, ENOUGH_WORDS = 5, WORDS_AHEAD = 4 };

struct annotate {
    const struct nb_document *document;
    const struct nb_knowledge *knowledge;
    struct tr_cache *readings, *languages, *restored; /* may be NULL */
    struct nb_arena *arena;
    struct nb_annotation *out;
    struct nb_reading_text title, text;
    struct tr_language_sum language;
    struct nb_opinion_sum sum;
};

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
    enum nb_err err = tr_tokenise(text, a->arena, &tokens, &out->tokens_n);
    if (err != NB_OK) {
        return NB_ENOMEM;
    }
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
    for (size_t i = 0; i < out->tokens_n; i++) {
        if (i + WORDS_AHEAD < out->tokens_n) {
            tr_read_ahead(a->readings, &tokens[i + WORDS_AHEAD]);
        }
        tr_read_cached(a->knowledge->lexicon, a->readings, &tokens[i], a->arena, &readings[i]);
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

static void set_span(Nb__Span *span, uint32_t begin, uint32_t end)
{
    nb__span__init(span);
    span->has_begin = span->has_end = true;
    span->begin = begin;
    span->end = end;
}

static enum nb_err put_sentences(struct annotate *a)
{
    size_t n = a->text.sentences_n;
    Nb__Span *spans = nb_arena_alloc(a->arena, n * sizeof(*spans));
    Nb__Span **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!spans || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct tr_sentence *s = &a->text.sentences[i];
        set_span(&spans[i], a->text.tokens[s->begin].begin, a->text.tokens[s->end - 1].end);
        list[i] = &spans[i];
    }
    a->out->sentences = list;
    a->out->n_sentences = n;
    return NB_OK;
}

/* How a word was found that is not in the lexicon as typed. */
static enum nb_err put_stage(const struct annotate *a, const struct tr_reading *reading,
                             Nb__Token *out)
{
    const char *name = tr_stage_name((enum tr_stage)reading->stage);
    if (reading->stage == TR_STAGE_EXACT) {
        return NB_OK;
    }
    out->stage = nb_arena_strdup(a->arena, nb_slice_str(name));
    if (reading->normal.len) {
        out->normal = nb_arena_strdup(a->arena, reading->normal);
    }
    return out->stage && (out->normal || !reading->normal.len) ? NB_OK : NB_ENOMEM;
}

static enum nb_err put_upos(const struct annotate *a, const struct tr_reading *reading,
                            Nb__Token *out)
{
    if (!reading->analyses_n) {
        return NB_OK;
    }
    const char *name = tr_upos_name((enum tr_upos)reading->analyses[0].upos);
    out->upos = nb_arena_strdup(a->arena, nb_slice_str(name));
    return out->upos ? NB_OK : NB_ENOMEM;
}

static enum nb_err put_tokens(struct annotate *a)
{
    size_t n = a->text.tokens_n;
    struct token {
        Nb__Token token;
        Nb__Span span;
    } *all = nb_arena_alloc(a->arena, n * sizeof(*all));
    Nb__Token **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!all || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct tr_reading *reading = &a->text.readings[i];
        nb__token__init(&all[i].token);
        set_span(&all[i].span, a->text.tokens[i].begin, a->text.tokens[i].end);
        all[i].token.span = &all[i].span;
        all[i].token.lemma = nb_arena_strdup(a->arena, reading->lemma);
        if (!all[i].token.lemma) {
            return NB_ENOMEM;
        }
        if (put_stage(a, reading, &all[i].token) != NB_OK ||
            put_upos(a, reading, &all[i].token) != NB_OK) {
            return NB_ENOMEM;
        }
        if (reading->features) {
            char text[FEATURES_BYTES_MAX];
            size_t len = tr_core_features_text(tr_lexicon_core(a->knowledge->lexicon),
                                               reading->features, text, sizeof(text));
            all[i].token.features = nb_arena_strdup(a->arena, nb_slice(text, len));
            if (!all[i].token.features) {
                return NB_ENOMEM;
            }
        }
        list[i] = &all[i].token;
    }
    a->out->tokens = list;
    a->out->n_tokens = n;
    return NB_OK;
}

static enum nb_err put_emotions(struct annotate *a, const struct nb_opinion_result *result)
{
    Nb__Emotion *all = nb_arena_alloc(a->arena, NB_EMOTION_N * sizeof(*all));
    Nb__Emotion **list = nb_arena_alloc(a->arena, NB_EMOTION_N * sizeof(*list));
    if (!all || !list) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    for (int i = 0; i < NB_EMOTION_N; i++) {
        if (!result->emotions_milli[i]) {
            continue;
        }
        nb__emotion__init(&all[n]);
        all[n].type = nb_arena_strdup(a->arena, nb_slice_str(nb_emotion_name((enum nb_emotion)i)));
        all[n].has_score_milli = true;
        all[n].score_milli = result->emotions_milli[i];
        if (!all[n].type) {
            return NB_ENOMEM;
        }
        list[n] = &all[n];
        n++;
    }
    for (size_t i = 1; i < n; i++) { /* strongest first, ties in the order of the classes */
        for (size_t j = i; j > 0 && list[j]->score_milli > list[j - 1]->score_milli; j--) {
            Nb__Emotion *swap = list[j];
            list[j] = list[j - 1];
            list[j - 1] = swap;
        }
    }
    a->out->emotions = list;
    a->out->n_emotions = n;
    return NB_OK;
}

static enum nb_err put_intents(struct annotate *a, const struct nb_opinion_result *result)
{
    char **list = nb_arena_alloc(a->arena, NB_INTENT_N * sizeof(*list));
    size_t n = 0;
    for (int i = 0; list && i < NB_INTENT_N; i++) {
        if (result->intents[i]) {
            list[n] = nb_arena_strdup(a->arena, nb_slice_str(nb_intent_name((enum nb_intent)i)));
            if (!list[n++]) {
                return NB_ENOMEM;
            }
        }
    }
    a->out->intents = list;
    a->out->n_intents = n;
    return list ? NB_OK : NB_ENOMEM;
}

static enum nb_err put_sentiment(struct annotate *a, const struct nb_opinion_result *result)
{
    static const Nb__Label labels[] = {[NB_OPINION_NEGATIVE] = NB__LABEL__NEGATIVE,
                                       [NB_OPINION_NEUTRAL] = NB__LABEL__NEUTRAL,
                                       [NB_OPINION_POSITIVE] = NB__LABEL__POSITIVE};
    Nb__Sentiment *s = nb_arena_alloc(a->arena, sizeof(*s));
    if (!s) {
        return NB_ENOMEM;
    }
    nb__sentiment__init(s);
    s->has_label = s->has_score_milli = s->has_confidence_milli = true;
    s->label = labels[result->label];
    s->score_milli = result->score_milli;
    s->confidence_milli = result->confidence_milli;
    a->out->sentiment = s;
    return NB_OK;
}

static enum nb_err judge(struct annotate *a)
{
    const struct nb_opinion *opinion = &a->knowledge->opinion;
    struct nb_opinion_result result;
    enum nb_err err = nb_opinion_read(opinion, &a->title, a->arena, &a->sum);
    if (err == NB_OK) {
        err = nb_opinion_read(opinion, &a->text, a->arena, &a->sum);
    }
    if (err != NB_OK) {
        return err;
    }
    nb_opinion_judge(&a->sum, &result);
    err = put_sentiment(a, &result);
    if (err == NB_OK) {
        err = put_emotions(a, &result);
    }
    return err == NB_OK ? put_intents(a, &result) : err;
}

static bool add_why(struct annotate *a, const char *line)
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

static enum nb_err explain_topic(struct annotate *a, const struct nb_topic_find *find,
                                 const struct nb_reading_text *text)
{
    if (a->sum.brief) {
        return NB_OK;
    }
    struct nb_slice words =
        nb_slice_sub(text->text, text->tokens[find->begin].begin, text->tokens[find->end - 1].end);
    const char *name = a->knowledge->topics.names[find->topic];
    struct nb_slice key =
        tr_lexicon_key_text(a->knowledge->lexicon, find->term->keys[find->term->words_n - 1]);
    return add_why(a,
                   nb_arena_printf(a->arena, "\"%.*s\" %.*s topic %s (%s.topic:%u)", NB_ARG(words),
                                   NB_ARG(key), name, name, (unsigned)find->term->line))
               ? NB_OK
               : NB_ENOMEM;
}

/*
 * One hit of n finds in the text, which are all of one topic; places that repeat count once.
 * Without any the topic is in the title alone.
 */
static enum nb_err put_hit(struct annotate *a, const struct nb_topic_find *finds, size_t n,
                           uint32_t topic)
{
    size_t kept = 0;
    Nb__TopicHit *hit = nb_arena_alloc(a->arena, sizeof(*hit));
    Nb__Span *spans = nb_arena_alloc(a->arena, n * sizeof(*spans));
    Nb__Span **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!hit || !spans || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && finds[i].begin == finds[i - 1].begin && finds[i].end == finds[i - 1].end) {
            continue;
        }
        set_span(&spans[kept], a->text.tokens[finds[i].begin].begin,
                 a->text.tokens[finds[i].end - 1].end);
        list[kept] = &spans[kept];
        kept++;
    }
    nb__topic_hit__init(hit);
    hit->topic = nb_arena_strdup(a->arena, nb_slice_str(a->knowledge->topics.names[topic]));
    hit->spans = list;
    hit->n_spans = kept;
    if (!hit->topic) {
        return NB_ENOMEM;
    }
    a->out->topics[a->out->n_topics++] = hit;
    return NB_OK;
}

static enum nb_err put_topics(struct annotate *a)
{
    const struct nb_topics *topics = &a->knowledge->topics;
    struct nb_topic_find *in_title, *in_text;
    size_t title_n, text_n;
    enum nb_err err =
        nb_topics_find(topics, a->title.readings, a->title.tokens_n, a->arena, &in_title, &title_n);
    if (err == NB_OK) {
        err =
            nb_topics_find(topics, a->text.readings, a->text.tokens_n, a->arena, &in_text, &text_n);
    }
    for (size_t i = 0; err == NB_OK && i < title_n; i++) {
        err = explain_topic(a, &in_title[i], &a->title);
    }
    for (size_t i = 0; err == NB_OK && i < text_n; i++) {
        err = explain_topic(a, &in_text[i], &a->text);
    }
    if (err != NB_OK || !(title_n + text_n)) {
        return err;
    }
    a->out->topics = nb_arena_alloc(a->arena, (title_n + text_n) * sizeof(*a->out->topics));
    if (!a->out->topics) {
        return NB_ENOMEM;
    }
    for (size_t t = 0, x = 0; err == NB_OK && (t < title_n || x < text_n);) {
        uint32_t topic = x == text_n || (t < title_n && in_title[t].topic < in_text[x].topic)
                             ? in_title[t].topic
                             : in_text[x].topic;
        size_t from = x;
        while (t < title_n && in_title[t].topic == topic) {
            t++;
        }
        while (x < text_n && in_text[x].topic == topic) {
            x++;
        }
        err = put_hit(a, x > from ? &in_text[from] : NULL, x - from, topic);
    }
    return err;
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
    out->kind = d->kind;
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
    struct tr_cache *readings, *languages, *restored;
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
    if (!words->readings || !words->languages || !words->restored) {
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
        nb_free(words);
    }
}

/* What was read with other knowledge is forgotten. */
static void use_caches(struct annotate *a, struct nb_word_cache *words)
{
    if (!words) {
        return;
    }
    if (memcmp(&words->knowledge, &a->knowledge->id, sizeof(words->knowledge)) != 0) {
        tr_cache_clear(words->readings);
        tr_cache_clear(words->languages);
        tr_cache_clear(words->restored);
        words->knowledge = a->knowledge->id;
    }
    a->readings = words->readings;
    a->languages = words->languages;
    a->restored = words->restored;
}

static enum nb_err annotate(struct annotate *a, struct nb_word_cache *words,
                            struct nb_annotation **out)
{
    typedef enum nb_err step_fn(struct annotate * a);
    static step_fn *const all[] = {find_language, put_sentences, put_tokens,
                                   judge,         put_topics,    put_why};
    static step_fn *const brief[] = {find_language, judge, put_topics};
    step_fn *const *steps = a->sum.brief ? brief : all;
    size_t steps_n = a->sum.brief ? sizeof(brief) / sizeof(brief[0]) : sizeof(all) / sizeof(all[0]);
    use_caches(a, words);
    a->out = nb_annotation_new(a->arena);
    if (!a->out) {
        return NB_ENOMEM;
    }
    put_identity(a);
    enum nb_err err = read_text(a, nb_field(a->document->title), &a->title);
    if (err == NB_OK) {
        err = read_text(a, nb_field(a->document->text), &a->text);
    }
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

enum nb_err nb_annotate_briefly(const struct nb_document *document,
                                const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                                struct nb_arena *arena, struct nb_annotation **out)
{
    struct annotate a = {
        .document = document, .knowledge = knowledge, .arena = arena, .sum.brief = true};
    return annotate(&a, words, out);
}
