/*
 * Title and text are read into one sum of opinion.
 */
#include "analyzer/annotate_private.h"

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

enum nb_err nb_annotate_opinion(struct annotate *a)
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
    err = nb_annotate_local(a, &result);
    if (err == NB_OK) {
        err = put_sentiment(a, &result);
    }
    if (err == NB_OK) {
        err = put_emotions(a, &result);
    }
    return err == NB_OK ? put_intents(a, &result) : err;
}
