/**
 * The unlabelled texts that models may learn from: posts, reviews and headlines, without what is
 * held out.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_CORPORA_H
#define NABIZ_TOOLS_CORPORA_H

#include <stdint.h>

#include <nabiz/slice.h>

typedef void corpora_fn(void *context, struct nb_slice text);

/**
 * Give every text of $data, in a fixed order. Files that are not there are left out with a message.
 * @return a hash of all that was given.
 */
uint64_t corpora_read(const char *data, corpora_fn *fn, void *context);

#endif
