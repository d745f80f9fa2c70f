/*
 * Topics may match in the title and in the text; only what comes from the text has spans.
 */
#include "analyzer/annotate_private.h"

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
    return nb_annotate_why(a, nb_arena_printf(a->arena, "\"%.*s\" %.*s topic %s (%s.topic:%u)",
                                              NB_ARG(words), NB_ARG(key), name, name,
                                              (unsigned)find->term->line))
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
        nb_annotate_span(&spans[kept], a->text.tokens[finds[i].begin].begin,
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

enum nb_err nb_annotate_topics(struct annotate *a)
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
