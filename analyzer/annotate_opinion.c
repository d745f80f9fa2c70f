/*
 * Title and text are read into one sum of opinion, by the lexicons and by the model.
 */
#include "analyzer/annotate_private.h"

#include <math.h>

#include "analyzer/sentiment/verdict.h"

enum { EXPLAINED_WORDS = 5, TERMS_AHEAD = 64 };

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

static void put_signs(struct annotate *a, const struct nb_opinion_result *result)
{
    for (int i = 0; i < NB_SIGN_N; i++) {
        a->out->signs |= result->signs[i] ? UINT32_C(1) << i : 0;
    }
    a->out->has_signs = a->out->signs != 0;
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

static enum nb_err put_weight(struct annotate *a, const struct tr_token *token, float worth)
{
    Nb__Annotation *out = a->out;
    struct {
        Nb__Weight weight;
        Nb__Span span;
    } *one = nb_arena_alloc(a->arena, sizeof(*one));
    if (!one) {
        return NB_ENOMEM;
    }
    nb__weight__init(&one->weight);
    nb_annotate_span(&one->span, token->begin, token->end);
    one->weight.span = &one->span;
    one->weight.has_milli = true;
    one->weight.milli = (int32_t)lroundf(worth * 1000);
    out->weights[out->n_weights++] = &one->weight;
    return NB_OK;
}

/* What the words add to the label that was given, the weightiest first. */
static enum nb_err explain_model(struct annotate *a, const struct nb_opinion_result *result,
                                 size_t tokens_n)
{
    size_t n = a->text.tokens_n;
    float *worth = nb_arena_alloc(a->arena, n * sizeof(*worth));
    a->out->weights = nb_arena_alloc(a->arena, EXPLAINED_WORDS * sizeof(*a->out->weights));
    if (!worth || !a->out->weights) {
        return NB_ENOMEM;
    }
    nb_model_explain(&a->knowledge->model, &a->knowledge->features, &a->text, tokens_n,
                     NB_MODEL_SENTIMENT + result->label, worth);
    enum nb_err err = NB_OK;
    for (size_t shown = 0; err == NB_OK && shown < EXPLAINED_WORDS && shown < n; shown++) {
        size_t most = 0;
        for (size_t i = 1; i < n; i++) {
            most = fabsf(worth[i]) > fabsf(worth[most]) ? i : most;
        }
        err = put_weight(a, &a->text.tokens[most], worth[most]);
        worth[most] = 0;
    }
    return err;
}

static enum nb_err judge_by_model(struct annotate *a, struct nb_opinion_result *result)
{
    const struct nb_knowledge *k = a->knowledge;
    struct nb_model_sum sum = {.marks = {0}};
    float scores[NB_MODEL_CLASSES];
    nb_model_add_text(&k->model, &k->features, &k->affect, &a->title, a->weights, &sum);
    nb_model_add_text(&k->model, &k->features, &k->affect, &a->text, a->weights, &sum);
    if (!sum.marks.words_n) {
        return NB_OK; /* nothing was said */
    }
    nb_model_score(&k->model, &k->features, &sum, &a->sum, scores);
    nb_verdict(&k->model, scores, &a->sum, &sum.marks, result);
    a->out->has_irony_milli = result->has_irony;
    a->out->irony_milli = result->irony_milli;
    bool neutral = result->label == NB_OPINION_NEUTRAL;
    bool by_lexicons = !result->has_irony && (neutral || a->sum.opinions_n); /* few words */
    return a->sum.brief || by_lexicons ? NB_OK : explain_model(a, result, sum.marks.tokens_n);
}

enum nb_err nb_annotate_opinion(struct annotate *a)
{
    const struct nb_opinion *opinion = &a->knowledge->opinion;
    struct nb_opinion_result result;
    size_t near_n = a->text.tokens_n < TERMS_AHEAD ? a->text.tokens_n : TERMS_AHEAD;
    tr_terms_ahead(&opinion->terms, a->text.readings, near_n);
    tr_terms_ahead(&a->knowledge->affect.terms, a->text.readings, near_n);
    enum nb_err err = nb_opinion_read(opinion, &a->title, a->arena, &a->sum);
    err = err == NB_OK ? nb_opinion_read(opinion, &a->text, a->arena, &a->sum) : err;
    if (err != NB_OK) {
        return err;
    }
    nb_opinion_judge(&a->sum, &result);
    if (a->knowledge->model.header && !a->by_lexicons) {
        err = judge_by_model(a, &result);
    }
    if (err == NB_OK && !a->by_lexicons) {
        err = nb_annotate_local(a, &result);
    }
    put_signs(a, &result);
    err = err == NB_OK ? put_sentiment(a, &result) : err;
    err = err == NB_OK ? put_emotions(a, &result) : err;
    return err == NB_OK ? put_intents(a, &result) : err;
}
