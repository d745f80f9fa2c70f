/**
 * Fitting the scores of all classes at once, by stochastic gradients.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_OPINION_FIT_H
#define NABIZ_TOOLS_OPINION_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/opinion_rows.h"

enum { FIT_WIDTH = 28, FIT_DENSE = 64 }; /* classes, rounded up for the processor */

_Static_assert((int)NB_MODEL_CLASSES <= (int)FIT_WIDTH, "room for all classes");

/* Sparse rows; the entries of row i are begins[i] up to begins[i + 1], by column. */
struct fit_rows {
    size_t n, columns_n;
    size_t *begins;
    uint32_t *columns;
    float *values;
    float (*dense)[FIT_DENSE]; /* of each row; NULL: none */
    uint8_t *source;           /* enum opinion_source */
    bool (*known)[NB_MODEL_CLASSES];
    bool (*is)[NB_MODEL_CLASSES];
};

struct fit_weights {
    float bias[FIT_WIDTH];
    float dense[FIT_DENSE][FIT_WIDTH];
    float (*columns)[FIT_WIDTH];
};

struct fit_how {
    int epochs;
    float rate, review_rate;         /* of steps; those of what concerns reviews */
    float own;                       /* what posts of the source that is reported on have apart */
    float weight[OPINION_SOURCES_N]; /* of a row */
};

/** @param use  rows to learn from. @param out  [out] zeroed, columns_n columns. */
void fit_scores(const struct fit_rows *rows, const bool *use, const struct fit_how *how,
                struct fit_weights *out);

/** @param scores  [out] FIT_WIDTH. */
void fit_score(const struct fit_rows *rows, size_t row, const struct fit_weights *weights,
               float *scores);

#endif
