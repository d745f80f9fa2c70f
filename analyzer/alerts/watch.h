/**
 * Watch: looks at a topic's hour after a document was counted, and opens or raises an incident.
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

/* A document fetched later than this after it was published is history and alarms nobody. */
#define NB_ALERT_FRESH_MS (24 * NB_HOUR_MS)

/* An alarm that lasts is noted in its incident so often. */
#define NB_ALARM_NOTE_MS (10 * NB_MINUTE_MS)

/**
 * The clock of the log: the latest moment a document was fetched. One that is a day behind shows
 * that the clock was wrong before.
 * @param clock_ms  -1 before the first document.
 */
int64_t nb_watch_clock(int64_t clock_ms, const struct nb_document *document);

/**
 * @param clock_ms  the document counted.
 * @param kept      the annotation, already counted.
 * @param old       the annotation of the revision it replaced, or NULL.
 * @param opened    [out] true when an incident was opened.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_watch(struct nb_txn *txn, struct nb_slice topic, const struct nb_document *document,
                     const struct nb_annotation *kept, const struct nb_annotation *old,
                     int64_t clock_ms, struct nb_arena *arena, bool *opened) NB_MUSTUSE;

#endif
