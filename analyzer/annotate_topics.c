/*
 * Topics may match in the title and in the text; only what comes from the text has spans.
 */
#include "analyzer/annotate_private.h"

#include <nabiz/text.h>

enum { TERM_BYTES_MAX = 400, FEATURES_BYTES_MAX = 512 };

/* "fatura NOUN Case=Acc". NULL: out of memory. */
static char *reading_text(const struct annotate *a, const struct nb_topic_find *find,
                          const struct nb_reading_text *text)
{
    const struct tr_reading *reading = &text->readings[find->end - 1];
    char features[FEATURES_BYTES_MAX];
    if (find->analysis < 0) {
        return nb_arena_strdup(a->arena, NB_LIT("as written"));
    }
    const struct tr_analysis *analysis = &reading->analyses[find->analysis];
    struct nb_slice lemma =
        tr_lexicon_key_text(a->knowledge->lexicon, reading->keys[find->analysis]);
    size_t n = tr_core_features_text(tr_lexicon_core(a->knowledge->lexicon), analysis->features,
                                     features, sizeof(features));
    return nb_arena_printf(a->arena, "%.*s %s%s%.*s", NB_ARG(lemma),
                           tr_upos_name((enum tr_upos)analysis->upos), n ? " " : "", (int)n,
                           features);
}

/* "fatura (acme.topic:3)" NULL: out of memory. */
static char *term_text(const struct annotate *a, const struct nb_topic_find *find)
{
    struct nb_buf buf;
    nb_buf_init(&buf, NB_QUERY_BYTES_MAX);
    uint32_t line = nb_topics_print_term(a->knowledge->topics, find, &buf);
    struct nb_slice term = nb_utf8_cut(nb_buf_slice(&buf), TERM_BYTES_MAX);
    char *text =
        buf.err == NB_OK
            ? nb_arena_printf(a->arena, "%.*s (%s.topic:%u)", NB_ARG(term),
                              nb_topics_name(a->knowledge->topics, find->topic), (unsigned)line)
            : NULL;
    nb_buf_fini(&buf);
    return text;
}

static bool explain(struct annotate *a, const struct nb_topic_find *find, char **term,
                    char **reading)
{
    const struct nb_reading_text *text = find->in_title ? &a->title : &a->text;
    struct nb_slice words =
        nb_slice_sub(text->text, text->tokens[find->begin].begin, text->tokens[find->end - 1].end);
    *term = term_text(a, find);
    *reading = reading_text(a, find, text);
    return *term && *reading &&
           nb_annotate_why(
               a, nb_arena_printf(a->arena, "\"%.*s\" %s topic %s: %s", NB_ARG(words), *reading,
                                  nb_topics_name(a->knowledge->topics, find->topic), *term));
}

static bool same_place(const struct nb_topic_find *a, const struct nb_topic_find *b)
{
    return a->begin == b->begin && a->end == b->end && a->in_title == b->in_title;
}

/* Spans of the places in the text, each once, and why; brief: without. */
static enum nb_err put_spans(struct annotate *a, const struct nb_topic_match *match,
                             Nb__TopicHit *hit)
{
    size_t n = match->finds_n;
    Nb__Span *spans = nb_arena_alloc(a->arena, n * sizeof(*spans));
    Nb__Span **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    char **terms = nb_arena_alloc(a->arena, 2 * n * sizeof(*terms));
    if (!spans || !list || !terms) {
        return NB_ENOMEM;
    }
    hit->spans = list;
    hit->terms = terms;
    hit->readings = terms + n;
    for (size_t i = 0; i < n; i++) {
        const struct nb_topic_find *find = &match->finds[i];
        char *term = NULL, *reading = NULL;
        if (i > 0 && same_place(find, find - 1)) {
            continue;
        }
        if (!a->sum.brief && !explain(a, find, &term, &reading)) {
            return NB_ENOMEM;
        }
        if (find->in_title) {
            continue;
        }
        if (!a->sum.brief) {
            hit->terms[hit->n_terms++] = term;
            hit->readings[hit->n_readings++] = reading;
        }
        nb_annotate_span(&spans[hit->n_spans], a->text.tokens[find->begin].begin,
                         a->text.tokens[find->end - 1].end);
        list[hit->n_spans] = &spans[hit->n_spans];
        hit->n_spans++;
    }
    return NB_OK;
}

static enum nb_err put_match(struct annotate *a, const struct nb_topic_match *match)
{
    Nb__TopicHit *hit = nb_arena_alloc(a->arena, sizeof(*hit));
    if (!hit) {
        return NB_ENOMEM;
    }
    nb__topic_hit__init(hit);
    hit->topic =
        nb_arena_strdup(a->arena, nb_slice_str(nb_topics_name(a->knowledge->topics, match->topic)));
    enum nb_err err = hit->topic ? put_spans(a, match, hit) : NB_ENOMEM;
    a->out->topics[a->out->n_topics++] = hit;
    return err;
}

enum nb_err nb_annotate_topics(struct annotate *a)
{
    const struct nb_document *d = a->document;
    const struct nb_topic_document document = {
        .title = {a->title.tokens, a->title.readings, a->title.tokens_n},
        .text = {a->text.tokens, a->text.readings, a->text.tokens_n},
        .facts = a->out,
        .source = d->has_source ? nb_slice(d->source.data, d->source.len) : nb_slice(NULL, 0),
    };
    const struct nb_topic_match *matches;
    size_t n;
    enum nb_err err = nb_topics_match(a->knowledge->topics, &document, a->arena, &matches, &n);
    if (err == NB_OK && n) {
        a->out->topics = nb_arena_alloc(a->arena, n * sizeof(*a->out->topics));
        err = a->out->topics ? NB_OK : NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = put_match(a, &matches[i]);
    }
    return err;
}
