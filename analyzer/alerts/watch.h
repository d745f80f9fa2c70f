/**
 * Watch: looks at a topic's hour after a document was counted, and opens or raises an alert.
 *
 * Threads: as the transaction, the committer's.
 */
#ifndef NABIZ_ANALYZER_WATCH_H
#define NABIZ_ANALYZER_WATCH_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/* An alert stays open this long; until then further spikes of its topic raise it. */
#define NB_ALERT_OPEN_MS (6 * NB_HOUR_MS)

/* A document fetched later than this after it was published is history and alarms nobody. */
#define NB_ALERT_FRESH_MS (24 * NB_HOUR_MS)

/**
 * @param kept    the annotation, already counted.
 * @param old     the annotation of the revision it replaced, or NULL.
 * @param opened  [out] true when a new alert was written.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_watch(struct nb_txn *txn, struct nb_slice topic, const struct nb_document *document,
                     const struct nb_annotation *kept, const struct nb_annotation *old,
                     struct nb_arena *arena, bool *opened) NB_MUSTUSE;

#endif
