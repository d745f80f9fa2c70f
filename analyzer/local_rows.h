/**
 * Documents as a local model of opinions sees them, for who trains one.
 *
 * Threads: as nb_annotate().
 */
#ifndef NABIZ_LOCAL_ROWS_H
#define NABIZ_LOCAL_ROWS_H

#include <nabiz/knowledge.h>

#include "analyzer/sentiment/local.h"

/**
 * The row of a document, and how it is judged without a local model.
 * @param arena  owns both.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_annotate_row(const struct nb_document *document,
                            const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                            struct nb_arena *arena, struct nb_local_row *row,
                            struct nb_opinion_result *shipped) NB_MUSTUSE;

#endif
