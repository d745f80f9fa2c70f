/**
 * How a core comes to be.
 *
 * Threads: as in morph.h.
 */
#ifndef NABIZ_TURKISH_MORPH_PRIVATE_H
#define NABIZ_TURKISH_MORPH_PRIVATE_H

#include "analyzer/turkish/morph.h"

struct tr_lexicon;

/** A core that owns a sealed lexicon. @return NULL when out of memory. */
struct tr_core *tr_core_of(struct tr_lexicon *lexicon);

#endif
