#include "analyzer/sentiment/verdict.h"

#include <math.h>
#include <string.h>

#include "analyzer/sentiment/chances.h"

enum { CONFIDENCE_MAX = 990, SCORE_RANGE = 2001 };

/*
 * Hardly a post that the scores were learnt from is so short. What the lexicons find in few words
 * stands, and where they find nothing, the scores count for less.
 */
static const float FEW_WORDS_TRUST = 0.3F;

/* ---- sentiment ---- */

static unsigned length_of(size_t words_n)
{
    static const size_t most[NB_VERDICT_LENGTHS - 1] = {2, 4, 8, 16};
    unsigned i = 0;
    while (i < NB_VERDICT_LENGTHS - 1 && words_n > most[i]) {
        i++;
    }
    return i;
}

/* milli: the lexicons' score. */
static unsigned put_inputs(unsigned kind, const float *scores, const struct nb_opinion_sum *found,
                           int32_t milli, const struct nb_feature_marks *marks, float *inputs)
{
    float sign = (float)((milli > 0) - (milli < 0));
    int32_t place = found->opinions_n ? (milli + 1000) * (NB_VERDICT_FOUND_N - 1) / SCORE_RANGE
                                      : NB_VERDICT_FOUND_N - 1;
    float words = (float)(marks->words_n ? marks->words_n : 1);
    float covered = (float)found->words_n / words;
    memset(inputs, 0, NB_VERDICT_INPUTS * sizeof(*inputs));
    unsigned length = length_of(marks->words_n);
    float trust = length >= NB_VERDICT_POSTS_FROM ? 1 : FEW_WORDS_TRUST;
    for (int i = 0; i < 3 && kind == NB_VERDICT_POST; i++) {
        inputs[NB_VERDICT_SCORES + i] = trust * scores[NB_MODEL_SENTIMENT + i];
    }
    for (int c = NB_MODEL_EMOTION; c < NB_MODEL_CLASSES && kind == NB_VERDICT_POST; c++) {
        inputs[NB_VERDICT_OTHERS + c - NB_MODEL_EMOTION] = trust * scores[c];
    }
    if (kind == NB_VERDICT_REVIEW) {
        inputs[NB_VERDICT_SCORES] = trust * scores[NB_MODEL_REVIEW];
    }
    inputs[NB_VERDICT_BIAS] = 1;
    inputs[NB_VERDICT_FOUND + place] = 1;
    inputs[NB_VERDICT_COVERED] = sign * (covered < 1 ? covered : 1);
    inputs[NB_VERDICT_TURNED] = found->turned_n ? sign : 0;
    inputs[NB_VERDICT_SIGNED] = (float)milli / 1000;
    return length;
}

unsigned nb_verdict_inputs(unsigned kind, const float *scores, const struct nb_opinion_sum *found,
                           const struct nb_feature_marks *marks, float *inputs)
{
    struct nb_opinion_result by_words;
    nb_opinion_judge(found, &by_words);
    return put_inputs(kind, scores, found, by_words.score_milli, marks, inputs);
}

/* How much of a text's verdict is that on a review; the rest is that on a post. */
static float review_share(const struct nb_model *model, const float *odds, unsigned length)
{
    return length < NB_VERDICT_POSTS_FROM
               ? 0
               : nb_logistic(odds[NB_MODEL_IS_REVIEW] -
                             model->header->advantage[NB_MODEL_IS_REVIEW]);
}

/* Chances of the labels, judged as one kind of text. @return its length. */
static unsigned chances_as(unsigned kind, const struct nb_model *model, const float *scores,
                           const struct nb_opinion_sum *found, int32_t milli,
                           const struct nb_feature_marks *marks, float *p)
{
    float inputs[NB_VERDICT_INPUTS];
    unsigned length = put_inputs(kind, scores, found, milli, marks, inputs);
    float first = 0, second = 0, third = 0;
    for (unsigned i = 0; i < NB_VERDICT_INPUTS; i++) {
        const float *weights = model->header->verdict[kind][length][i];
        if (inputs[i] != 0) {
            first += inputs[i] * weights[0];
            second += inputs[i] * weights[1];
            third += inputs[i] * weights[2];
        }
    }
    p[0] = first;
    p[1] = second;
    p[2] = third;
    nb_softmax(p, 3);
    return length;
}

static void judge_sentiment(const struct nb_model *model, const float *scores, const float *odds,
                            const struct nb_opinion_sum *found,
                            const struct nb_feature_marks *marks, struct nb_opinion_result *out)
{
    float p[3], as_review[3];
    unsigned best = 0,
             length = chances_as(NB_VERDICT_POST, model, scores, found, out->score_milli, marks, p);
    float share = review_share(model, odds, length);
    (void)chances_as(NB_VERDICT_REVIEW, model, scores, found, out->score_milli, marks, as_review);
    for (unsigned c = 0; c < 3; c++) {
        p[c] = (1 - share) * p[c] + share * as_review[c];
    }
    const float *more = model->header->advantage + NB_MODEL_SENTIMENT;
    float trust = length >= NB_VERDICT_POSTS_FROM ? 1 - share : 0;
    for (unsigned c = 1; c < 3; c++) {
        float ahead = logf(p[c] / p[best]) + trust * (more[c] - more[best]);
        best = ahead > 0 ? c : best;
    }
    out->label = (enum nb_opinion_label)best;
    out->score_milli = nb_milli_of(p[NB_OPINION_POSITIVE] - p[NB_OPINION_NEGATIVE]);
    out->confidence_milli = nb_milli_of(p[best]);
    out->confidence_milli =
        out->confidence_milli < CONFIDENCE_MAX ? out->confidence_milli : CONFIDENCE_MAX;
}

/* ---- emotions and intents ---- */

/* The likeliest, unless that is none; beside it those that are half as likely. */
static void judge_emotions(const struct nb_model *model, const float *odds,
                           struct nb_opinion_result *out)
{
    float p[NB_EMOTION_N + 1];
    for (unsigned i = 0; i <= NB_EMOTION_N; i++) {
        p[i] = odds[NB_MODEL_EMOTION + i] + model->header->advantage[NB_MODEL_EMOTION + i];
    }
    nb_softmax(p, NB_EMOTION_N + 1);
    float least = p[NB_EMOTION_N];
    for (unsigned i = 0; i < NB_EMOTION_N; i++) {
        least = p[i] / 2 > least ? p[i] / 2 : least;
    }
    for (unsigned i = 0; i < NB_EMOTION_N; i++) {
        out->emotions_milli[i] = p[i] > least ? nb_milli_of(p[i]) : 0;
    }
}

static void judge_intents(const struct nb_model *model, const float *odds,
                          struct nb_opinion_result *out)
{
    bool any = false;
    odds += NB_MODEL_INTENT;
    for (unsigned i = 0; i < NB_MODEL_INTENT_N; i++) {
        out->intents[i] = odds[i] >= model->header->advantage[NB_MODEL_INTENT + i];
        any |= out->intents[i];
    }
    bool chats = odds[NB_INTENT_CHAT] > odds[NB_INTENT_OPINION];
    out->intents[chats ? NB_INTENT_CHAT : NB_INTENT_OPINION] |= !any;
}

void nb_verdict(const struct nb_model *model, const float *scores,
                const struct nb_opinion_sum *found, const struct nb_feature_marks *marks,
                struct nb_opinion_result *out)
{
    bool few = length_of(marks->words_n) < NB_VERDICT_POSTS_FROM;
    float odds[NB_MODEL_CLASSES] = {0}; /* few words are not asked for theirs */
    if (!few) {
        nb_model_all_odds(model, scores, odds);
    }
    if (!few || !found->opinions_n) {
        judge_sentiment(model, scores, odds, found, marks, out);
    }
    if (!few) {
        judge_emotions(model, odds, out);
        judge_intents(model, odds, out);
    }
    out->has_irony = !few;
    out->irony_milli = few ? 0 : nb_milli_of(nb_logistic(odds[NB_MODEL_IRONY]));
}
