/**
 * How frequent lemmas are, estimated from texts nobody has annotated: the count of a word is
 * shared among the lemmas it can have in proportion to how frequent they are, a few times over
 * (expectation maximisation).
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_LEMMA_COUNTS_H
#define NABIZ_TOOLS_LEMMA_COUNTS_H

#include "analyzer/turkish/morph.h"

/**
 * Fill a table as rank.h describes it.
 * @param entries   [out] entries_n entries of two bytes, cleared; entries_n is a power of two.
 * @return a hash of the texts.
 */
uint64_t lemma_counts(const struct tr_core *core, const char *data, uint8_t *entries,
                      uint32_t entries_n);

#endif
