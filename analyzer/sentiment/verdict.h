/**
 * The verdict on a document: what the model of opinions and the lexicons say, joined, as labels
 * with probabilities. See model.h for the inputs' weights.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_OPINION_VERDICT_H
#define NABIZ_OPINION_VERDICT_H

#include "analyzer/sentiment/model.h"

/**
 * The inputs of the verdict on sentiment.
 * @param kind    what the text is judged as.
 * @param inputs  [out] NB_VERDICT_INPUTS.
 * @return the length of the text, below NB_VERDICT_LENGTHS.
 */
unsigned nb_verdict_inputs(unsigned kind, const float *scores, const struct nb_opinion_sum *found,
                           const struct nb_feature_marks *marks, float *inputs);

/**
 * Say what the scores mean.
 * @param scores  of nb_model_score().
 * @param out     [in,out] the lexicons' own result; out->has_irony is set.
 */
void nb_verdict(const struct nb_model *model, const float *scores,
                const struct nb_opinion_sum *found, const struct nb_feature_marks *marks,
                struct nb_opinion_result *out);

#endif
