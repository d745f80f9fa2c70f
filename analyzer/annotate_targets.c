/*
 * Only the text has targets, since only it has spans; so has what is said of a topic. A topic that
 * is named in the title alone, or beside which the text judges nothing else, keeps the sentiment
 * of the whole.
 */
#include "analyzer/annotate_private.h"

#include "analyzer/sentiment/targets.h"

enum { SATURATION_MILLI = 700, CONFIDENCE_MILLI = 500, CONFIDENCE_MAX_MILLI = 950 };

static const Nb__Label labels[] = {[NB_OPINION_NEGATIVE] = NB__LABEL__NEGATIVE,
                                   [NB_OPINION_NEUTRAL] = NB__LABEL__NEUTRAL,
                                   [NB_OPINION_POSITIVE] = NB__LABEL__POSITIVE};

static void set_sentiment(Nb__Sentiment *s, enum nb_opinion_label label, int32_t score_milli)
{
    nb__sentiment__init(s);
    s->has_label = s->has_score_milli = true;
    s->label = labels[label];
    s->score_milli = score_milli;
}

/* The bytes of a target: a name without the suffixes behind its apostrophe. */
static void target_span(const struct annotate *a, const struct nb_target *target, Nb__Span *span)
{
    const struct tr_token *last = &a->text.tokens[target->end - 1];
    struct nb_slice word = nb_slice_sub(a->text.text, last->begin, last->end);
    uint32_t end = last->end;
    size_t cut = last->stem_len < last->folded.len ? nb_slice_find_byte(word, '\'', 0) : NB_NPOS;
    if (last->stem_len < last->folded.len && cut == NB_NPOS) {
        cut = nb_slice_find(word, NB_LIT("\xe2\x80\x99"), 0);
    }
    if (cut != NB_NPOS && cut > 0) {
        end = last->begin + (uint32_t)cut;
    }
    nb_annotate_span(span, a->text.tokens[target->begin].begin, end);
}

static enum nb_err put_targets(struct annotate *a, const struct nb_links *links)
{
    struct nb_target *targets;
    size_t n;
    enum nb_err err = nb_targets_of(&a->text, links, a->arena, &targets, &n);
    if (err != NB_OK || !n) {
        return err;
    }
    struct item {
        Nb__Target target;
        Nb__Span span;
        Nb__Sentiment sentiment;
    } *all = nb_arena_alloc(a->arena, n * sizeof(*all));
    Nb__Target **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!all || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        nb__target__init(&all[i].target);
        target_span(a, &targets[i], &all[i].span);
        set_sentiment(&all[i].sentiment, targets[i].label, targets[i].milli);
        all[i].target.span = &all[i].span;
        all[i].target.sentiment = &all[i].sentiment;
        list[i] = &all[i].target;
    }
    a->out->targets = list;
    a->out->n_targets = n;
    return NB_OK;
}

/* The token that begins at this byte or is the last to begin before it. */
static uint32_t token_at(const struct nb_reading_text *text, uint32_t byte)
{
    size_t low = 0, high = text->tokens_n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (text->tokens[middle].begin <= byte) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

static size_t places_n(const struct nb_annotation *out)
{
    size_t n = 0;
    for (size_t i = 0; i < out->n_topics; i++) {
        n += out->topics[i]->n_spans;
    }
    return n;
}

static enum nb_err put_toward(struct annotate *a, Nb__TopicHit *hit, const struct nb_toward *toward)
{
    if (!hit->n_spans || !toward->others_n) {
        return NB_OK;
    }
    hit->sentiment = nb_arena_alloc(a->arena, sizeof(*hit->sentiment));
    if (!hit->sentiment) {
        return NB_ENOMEM;
    }
    int64_t size = toward->milli < 0 ? -toward->milli : toward->milli;
    int32_t score = (int32_t)(1000 * toward->milli / (size + SATURATION_MILLI));
    int32_t sure = CONFIDENCE_MILLI + (score < 0 ? -score : score);
    set_sentiment(hit->sentiment, nb_target_label(toward->milli), score);
    hit->sentiment->has_confidence_milli = true;
    hit->sentiment->confidence_milli = sure < CONFIDENCE_MAX_MILLI ? sure : CONFIDENCE_MAX_MILLI;
    return NB_OK;
}

static enum nb_err put_topics(struct annotate *a, const struct nb_links *links)
{
    size_t topics_n = a->out->n_topics, n = places_n(a->out), at = 0;
    if (!n || topics_n > NB_TOWARD_MAX) {
        return NB_OK;
    }
    struct nb_place *places = nb_arena_alloc(a->arena, n * sizeof(*places));
    struct nb_toward *toward = nb_arena_calloc(a->arena, topics_n, sizeof(*toward));
    if (!places || !toward) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < topics_n; i++) {
        for (size_t k = 0; k < a->out->topics[i]->n_spans; k++) {
            const Nb__Span *span = a->out->topics[i]->spans[k];
            places[at++] = (struct nb_place){.begin = token_at(&a->text, span->begin),
                                             .end = token_at(&a->text, span->end - 1) + 1,
                                             .subject = (uint32_t)i};
        }
    }
    enum nb_err err = nb_targets_toward(&a->text, links, places, n, a->arena, toward, topics_n);
    for (size_t i = 0; err == NB_OK && i < topics_n; i++) {
        err = put_toward(a, a->out->topics[i], &toward[i]);
    }
    return err;
}

enum nb_err nb_annotate_targets(struct annotate *a)
{
    struct nb_links links;
    size_t from = 0;
    while (from < a->sum.finds_n && a->sum.finds[from].text == 0) {
        from++; /* of the title */
    }
    if (from == a->sum.finds_n) {
        return NB_OK;
    }
    enum nb_err err = nb_links_find(&a->knowledge->targets, &a->text, a->sum.finds + from,
                                    a->sum.finds_n - from, a->arena, &links);
    if (err == NB_OK) {
        err = put_targets(a, &links);
    }
    return err == NB_OK ? put_topics(a, &links) : err;
}
