/**
 * The terms of all segments of an index as one ascending list.
 *
 * Threads: a vocabulary belongs to one thread.
 */
#ifndef NABIZ_INDEX_VOCABULARY_H
#define NABIZ_INDEX_VOCABULARY_H

#include "analyzer/index/index.h"

/** A term in one of the segments that have it. */
struct nb_term_at {
    size_t segment;
    struct nb_term term;
};

struct nb_vocabulary {
    const struct nb_index *index;
    struct nb_slice prefix;
    struct nb_term_cursor *cursors; /* by segment */
    size_t *heap;                   /* segments that have more, the smallest term on top */
    size_t heap_n;
    struct nb_term_at *at; /* of the term that was read last */
    size_t at_n;
    struct nb_slice text;
    char bytes[NB_TERM_BYTES_MAX];
};

/**
 * Stand in front of the first term that begins with prefix (kind included), which is borrowed.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_vocabulary_open(const struct nb_index *index, struct nb_slice prefix,
                               struct nb_arena *arena, struct nb_vocabulary *out) NB_MUSTUSE;

/** The next term: text, and at[at_n] in order of the segments. @return as above, NB_ENOTFOUND. */
enum nb_err nb_vocabulary_next(struct nb_vocabulary *vocabulary) NB_MUSTUSE;

#endif
