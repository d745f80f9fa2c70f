/**
 * Rows of what is watched: a topic's open bins, its detectors, and who was heard in its bins.
 *
 * Threads: as the transaction, the committer's.
 */
#ifndef NABIZ_ANALYZER_WATCH_ROWS_H
#define NABIZ_ANALYZER_WATCH_ROWS_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#include "analyzer/alerts/streams.h"

/** The topic's row; an empty one when there is none. */
enum nb_err nb_watch_row_get(struct nb_txn *txn, struct nb_slice topic, struct nb_arena *arena,
                             struct nb_topic_watch **out) NB_MUSTUSE;

enum nb_err nb_watch_row_put(struct nb_txn *txn, struct nb_slice topic,
                             const struct nb_topic_watch *row, struct nb_arena *arena) NB_MUSTUSE;

/** A stream's detector, to be freed. @return NB_OK, NB_ENOTFOUND, NB_ENOMEM, NB_ECORRUPT. */
enum nb_err nb_watch_detector_get(struct nb_txn *txn, struct nb_slice topic, size_t stream,
                                  struct nb_detector **out) NB_MUSTUSE;

/**
 * Close the bins before until: detectors are read, learn, and are written back, and voices of
 * closed bins are forgotten. Nothing is read when nothing is to be closed.
 */
enum nb_err nb_watch_rows_close(struct nb_txn *txn, struct nb_slice topic, uint64_t until_bin,
                                struct nb_streams *streams, struct nb_arena *arena) NB_MUSTUSE;

/** Was this author heard in this bin before? Now it was. An unknown author is nobody's voice. */
enum nb_err nb_watch_voice(struct nb_txn *txn, struct nb_slice topic, uint64_t bin,
                           struct nb_slice author, bool *is_new) NB_MUSTUSE;

#endif
