/**
 * Segments: the part of the index that a range of documents makes, as one immutable run of bytes
 * that is read where it lies.
 *
 *   header      see segment.c
 *   times       per document of the range: seconds since the earliest, in as many bytes as it takes
 *   reaches     per document: how many people answered
 *   dictionary  terms in byte order, in blocks of 32 that share beginnings
 *   blocks      where each block, and the postings and positions of its first term, begin
 *   postings    per term: places of documents, see bits.h
 *   positions   per term that has them: per document, positions of the term in it
 *
 * A term is a kind (one byte) and text. Kinds that are capitals have positions, see positions.h.
 *
 * Threads: pure functions on immutable bytes; a cursor belongs to one thread.
 */
#ifndef NABIZ_INDEX_SEGMENT_H
#define NABIZ_INDEX_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/index/bits.h"

enum {
    NB_TERM_BYTES_MAX = 255,           /* kind included; longer ones are cut */
    NB_SEGMENT_BYTES_MAX = 64 << 20,   /* what merging aims at */
    NB_SEGMENT_BYTES_LIMIT = 256 << 20 /* what no segment reaches */
};

struct nb_segment {
    struct nb_slice bytes;
    uint64_t first; /* number of the document at place 0 */
    uint32_t places_n;
    uint32_t terms_n, blocks_n;
    uint32_t level;
    uint64_t earliest_s, latest_s;
    uint8_t time_bytes, reach_bytes;
    struct nb_slice times, reaches, dictionary, blocks, postings, positions;
};

/** A term of a segment; slices point into the segment. */
struct nb_term {
    uint32_t n;     /* documents */
    uint32_t place; /* when n is 1, and kept is empty then */
    struct nb_slice kept;
    struct nb_slice positions;
};

static inline bool nb_term_has_positions(char kind)
{
    return kind >= 'A' && kind <= 'Z';
}

/**
 * @param first  number of its first document.
 * @return NB_OK, NB_ECORRUPT. What can be checked at once is; the rest as it is read.
 */
enum nb_err nb_segment_open(struct nb_slice bytes, uint64_t first,
                            struct nb_segment *out) NB_MUSTUSE;

/** Time, in seconds, and reach of the document at a place below places_n. */
uint64_t nb_segment_time_s(const struct nb_segment *segment, uint32_t place);
uint32_t nb_segment_reach(const struct nb_segment *segment, uint32_t place);

/** @return NB_OK, NB_ENOTFOUND, NB_ECORRUPT. Cost: a binary search and one block. */
enum nb_err nb_segment_find(const struct nb_segment *segment, struct nb_slice text,
                            struct nb_term *out) NB_MUSTUSE;

/** Reads terms in order. */
struct nb_term_cursor {
    const struct nb_segment *segment;
    uint32_t next; /* ordinal of the term that is read next */
    size_t dictionary_at, postings_at, positions_at;
    struct nb_term term;
    size_t text_len;
    char text[NB_TERM_BYTES_MAX];
};

/** To the first term at or behind text. @return NB_OK, NB_ENOTFOUND (none), NB_ECORRUPT. */
enum nb_err nb_term_seek(struct nb_term_cursor *cursor, const struct nb_segment *segment,
                         struct nb_slice text) NB_MUSTUSE;

/** @return NB_OK, NB_ENOTFOUND (past the last), NB_ECORRUPT. */
enum nb_err nb_term_next(struct nb_term_cursor *cursor) NB_MUSTUSE;

static inline struct nb_slice nb_term_text(const struct nb_term_cursor *cursor)
{
    return nb_slice(cursor->text, cursor->text_len);
}

/** Documents of a term. @return NB_OK, NB_ECORRUPT, NB_ENOMEM. */
enum nb_err nb_term_bits(const struct nb_segment *segment, const struct nb_term *term,
                         struct nb_bits **out) NB_MUSTUSE;

/** The same as a list with room for term->n. */
enum nb_err nb_term_list(const struct nb_segment *segment, const struct nb_term *term,
                         uint32_t *out) NB_MUSTUSE;

/** Writes a segment. */
struct nb_segment_writer;

/** @return NULL when out of memory. Free with nb_segment_writer_free(). */
struct nb_segment_writer *nb_segment_writer_new(void);
void nb_segment_writer_free(struct nb_segment_writer *writer);

/** The next term. Terms ascend, and so do places; n is at least 1. Errors show at the end. */
void nb_segment_writer_add(struct nb_segment_writer *writer, struct nb_slice text,
                           const uint32_t *places, size_t n, struct nb_slice positions);

/**
 * Finish; the writer is empty again.
 * @param times_s, reaches  by place; a time of 0 is unknown and of no document.
 * @param out  [out] borrowed until the writer is used again.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG.
 */
enum nb_err nb_segment_writer_finish(struct nb_segment_writer *writer, uint32_t level,
                                     const uint64_t *times_s, const uint32_t *reaches,
                                     uint32_t places_n, struct nb_slice *out) NB_MUSTUSE;

/**
 * One segment of several that follow each other, as if its documents had been indexed together.
 * @param out  [out] as above.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT.
 */
enum nb_err nb_segment_merge(const struct nb_segment *segments, size_t n, uint32_t level,
                             struct nb_segment_writer *writer, struct nb_slice *out) NB_MUSTUSE;

#endif
