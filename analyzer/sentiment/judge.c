/*
 * The constants were set on posts labelled for training; `make eval` tells what they are worth on
 * others.
 */
#include "analyzer/sentiment/opinion.h"

#include <stdlib.h>

enum {
    SATURATION_MILLI = 700, /* the sum at which the score is half of the most */
    NEGATIVE_FROM = -100,
    POSITIVE_FROM = 325,
    SHORT_POSITIVE_FROM = 190, /* in a short text a weak opinion is what it is about */
    SHORT_WORDS = 6,
    CLASS_FROM = 450, /* what an intent or emotion needs */
    SERVICE_FROM = 400
};

static int32_t saturate(int64_t sum, int64_t half)
{
    return (int32_t)(1000 * sum / (llabs(sum) + half));
}

/* From 500 at a border between labels up, by the distance to it. */
static int32_t confidence(int32_t score, int32_t positive_from, enum nb_opinion_label label)
{
    int32_t to_negative = score - NEGATIVE_FROM, to_positive = positive_from - score;
    int32_t distance = to_negative < to_positive ? to_negative : to_positive;
    if (label == NB_OPINION_NEGATIVE) {
        distance = -to_negative;
    } else if (label == NB_OPINION_POSITIVE) {
        distance = -to_positive;
    }
    int32_t milli = 500 + distance * 2 / 3;
    return milli > 990 ? 990 : milli;
}

static void judge_intents(const struct nb_opinion_sum *sum, struct nb_opinion_result *out)
{
    bool *intents = out->intents;
    for (size_t i = 0; i < NB_INTENT_N; i++) {
        intents[i] = sum->intents[i] >= CLASS_FROM;
    }
    bool negative = out->label == NB_OPINION_NEGATIVE, positive = out->label == NB_OPINION_POSITIVE;
    bool service = sum->intents[NB_INTENT_SERVICE] >= SERVICE_FROM;
    intents[NB_INTENT_COMPLAINT] =
        !positive && (intents[NB_INTENT_COMPLAINT] || (negative && service));
    intents[NB_INTENT_PRAISE] = !negative && (intents[NB_INTENT_PRAISE] || (positive && service));
    intents[NB_INTENT_SERVICE] = false;
    bool any = false;
    for (size_t i = 0; i < NB_INTENT_OPINION; i++) {
        any |= intents[i];
    }
    if (!any) {
        intents[sum->mention_first && out->label == NB_OPINION_NEUTRAL ? NB_INTENT_CHAT
                                                                       : NB_INTENT_OPINION] = true;
    }
}

void nb_opinion_judge(const struct nb_opinion_sum *sum, struct nb_opinion_result *out)
{
    int32_t positive_from = sum->text_words_n <= SHORT_WORDS ? SHORT_POSITIVE_FROM : POSITIVE_FROM;
    *out = (struct nb_opinion_result){.score_milli = saturate(sum->sum_milli, SATURATION_MILLI)};
    out->label = out->score_milli <= NEGATIVE_FROM   ? NB_OPINION_NEGATIVE
                 : out->score_milli >= positive_from ? NB_OPINION_POSITIVE
                                                     : NB_OPINION_NEUTRAL;
    out->confidence_milli = confidence(out->score_milli, positive_from, out->label);
    for (size_t i = 0; i < NB_EMOTION_N; i++) {
        if (sum->emotions[i] >= CLASS_FROM) {
            out->emotions_milli[i] = saturate(sum->emotions[i], CLASS_FROM);
        }
    }
    for (size_t i = 0; i < NB_SIGN_N; i++) {
        out->signs[i] = sum->signs[i] >= CLASS_FROM;
    }
    judge_intents(sum, out);
}
