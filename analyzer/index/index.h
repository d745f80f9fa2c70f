/**
 * The index in the analysis store: documents in, segments out.
 *
 *   index_entry    number -> entry of a document that is in no segment yet
 *   index          number of its first document -> segment
 *   index_dead     number / 65536 -> documents that are not in force any more
 *
 * Entries become a segment of level 0 when they span 1,024 numbers or are many bytes, and the last
 * eight segments of a level become one of the next, unless that would be too large. So what is
 * stored depends on the documents alone, not on how they came in batches, every document is written
 * a few times at most, and a question meets few segments.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_INDEX_INDEX_H
#define NABIZ_INDEX_INDEX_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/store.h>

#include "analyzer/index/segment.h"

enum {
    NB_INDEX_SPAN = 1024,          /* numbers, of a segment of level 0 */
    NB_INDEX_TAIL_BYTES = 8 << 20, /* entries, of a segment of level 0 */
    NB_INDEX_FANOUT = 8,           /* segments that become one */
    NB_INDEX_PLACES_MAX = 1 << 22, /* numbers, of any segment */
    NB_INDEX_DEAD_CHUNK = 1 << 16
};

/** What adding keeps in mind within a transaction. */
struct nb_index_tail {
    bool known;
    uint64_t first; /* number of the first entry; 0 when there is none */
    uint64_t bytes; /* of all entries */
};

/**
 * Add a document that comes behind all others.
 * @param tail   empty at the begin of the transaction.
 * @param entry  see entry.h.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_index_add(struct nb_txn *txn, struct nb_index_tail *tail, uint64_t number,
                         struct nb_slice entry) NB_MUSTUSE;

/** A document is not in force any more. @return as above. */
enum nb_err nb_index_retract(struct nb_txn *txn, uint64_t number) NB_MUSTUSE;

/** The index as of a transaction. */
struct nb_index {
    struct nb_segment *segments; /* in ascending order, the last one of the entries */
    struct nb_bits **dead;       /* by segment; NULL: none */
    size_t segments_n;
    struct nb_segment_writer *tail; /* holds the segment of the entries; may be NULL */
};

/**
 * Cost: reading all entries, at most 1,023 documents.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_index_open(struct nb_txn *txn, struct nb_arena *arena,
                          struct nb_index *out) NB_MUSTUSE;

/** Before the transaction ends. What was never opened may be closed. */
void nb_index_close(struct nb_index *index);

#endif
