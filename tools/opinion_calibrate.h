/**
 * What scores mean: probabilities, where to cut, and the verdict. All of it is fitted on scores
 * that the rows had no part in.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_OPINION_CALIBRATE_H
#define NABIZ_TOOLS_OPINION_CALIBRATE_H

#include "tools/opinion_corpus.h"

/**
 * Fill mix, offset, advantage and verdict of the header, and say how good they are.
 * @param scores  of each row.
 * @param posts   rows that posts are judged by.
 * @param reviews rows that reviews are judged by.
 */
void calibrate(const struct corpus *corpus, float (*scores)[FIT_WIDTH], const bool *posts,
               const bool *reviews, struct nb_model_header *out);

#endif
