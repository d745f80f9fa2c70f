/**
 * How right judgements are on labelled rows, shipped and local beside each other.
 *
 * Threads: pure but for what is printed.
 */
#ifndef NABIZ_TRAIN_SCORE_H
#define NABIZ_TRAIN_SCORE_H

#include <nabiz/err.h>

#include "analyzer/sentiment/local.h"

/* By row. */
struct nb_train_judged {
    const struct nb_local_want *wants;
    const struct nb_opinion_result *shipped, *local;
    size_t n;
};

/**
 * Print macro-F1 of sentiment with 95 % intervals (1,000 resamples of the rows), and F1 of each
 * emotion and intent that rows have.
 * @param better  [out] by how many thousandths of macro-F1 the local one is better at least, by the
 *                interval of the difference; may be negative.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_train_score_print(const struct nb_train_judged *judged, int *better) NB_MUSTUSE;

#endif
