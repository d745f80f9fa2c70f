/**
 * Tallies: what one annotation adds to the counters of the analysis store, and takes away again
 * when a revision replaces it.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_TALLY_H
#define NABIZ_ANALYZER_TALLY_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/**
 * Add (sign +1) or remove (sign -1) an annotation's rows and counts in AUTHOR, TOPIC_HOUR,
 * TOPIC_DOC, TOPIC_AUTHOR, EDGE and LIFE_EVENT. Removing what was added leaves the tables as they
 * were, but for first_ms, last_ms and name, which say what was ever seen. A counter never goes
 * below 0 (assert).
 * @param kept   as stored in ANNOTATION: edges are resolved.
 * @param arena  scratch.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_tally_apply(struct nb_txn *txn, const struct nb_annotation *kept, int sign,
                           struct nb_arena *arena) NB_MUSTUSE;

/** The part of it that is about the topic of one hit: TOPIC_HOUR, TOPIC_DOC, TOPIC_AUTHOR. */
enum nb_err nb_tally_topic(struct nb_txn *txn, const struct nb_annotation *kept, size_t hit,
                           int sign, struct nb_arena *arena) NB_MUSTUSE;

/** Remember the name an author shows; empty changes nothing. The row must exist. */
enum nb_err nb_tally_name(struct nb_txn *txn, struct nb_slice author, struct nb_slice name,
                          struct nb_arena *arena) NB_MUSTUSE;

#endif
