/**
 * Rows of a model: finding those of features, and adding them up.
 *
 * Finding a row waits for memory three times, for where its bucket begins, for the checks there
 * and for its weights. So many features are looked up side by side.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_MODEL_ROWS_H
#define NABIZ_MODEL_ROWS_H

#include "analyzer/sentiment/model.h"

struct nb_model_row {
    const int8_t *weights; /* NULL: the model does not know the feature */
    float value;
    uint32_t group;
};

/** @param rows  [out] n, in the order of the features. */
void nb_model_find(const struct nb_model *model, const struct nb_feature *features, size_t n,
                   struct nb_model_row *rows);

/**
 * Add value x scale x weight of each row in turn to NB_MODEL_CLASSES sums: in the same order, and
 * rounded in the same places, on every machine.
 */
void nb_model_add_rows(const struct nb_model *model, const struct nb_model_row *rows, size_t n,
                       float *sums);

/** Add NB_MODEL_CLASSES sums to others. */
void nb_model_add_sums(const float *more, float *sums);

#endif
