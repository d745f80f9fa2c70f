/**
 * Writing the model of opinions.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_OPINION_WRITE_H
#define NABIZ_TOOLS_OPINION_WRITE_H

#include "tools/opinion_corpus.h"

/**
 * Round the weights to bytes, leave out the features that matter least until the file is small
 * enough, and write it. Ends the program when it cannot.
 * @param header  calibrated; the rest of it is filled in.
 */
void model_write(const struct corpus *corpus, const struct fit_weights *weights,
                 struct nb_model_header *header, const char *path);

#endif
