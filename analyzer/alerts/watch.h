/**
 * Watch: after a document was counted, looks at the streams of its topics, and opens or raises an
 * incident when one of them rings.
 *
 * Threads: as the transaction, the committer's.
 */
#ifndef NABIZ_ANALYZER_WATCH_H
#define NABIZ_ANALYZER_WATCH_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/* An alarm that lasts is noted in its incident so often. */
#define NB_ALARM_NOTE_MS (10 * NB_MINUTE_MS)

/*
 * Rarity from which an incident is opened, that of an alarm that a stream raises by itself once in
 * five weeks, and from which one that is open goes on. See detector.h.
 */
enum { NB_ALARM_OPEN_MILLI = 700, NB_ALARM_STAY_MILLI = 0 };

/* Fewer documents, or independent voices, in three hours are never an alarm. */
enum { NB_ALARM_COUNT_MIN = 5 };

struct nb_calendar;

struct nb_watched {
    const struct nb_document *document;
    const struct nb_annotation *kept;   /* counted, and among the copies */
    const struct nb_annotation *old;    /* of the revision it replaced, or NULL */
    struct nb_slice author;             /* as nb_author_id() */
    const struct nb_calendar *calendar; /* may be NULL */
    int64_t clock_ms;                   /* of the log, this document included */
};

/**
 * The clock of the log: the latest moment a document was fetched. One that is a day behind shows
 * that the clock was wrong before.
 * @param clock_ms  -1 before the first document.
 */
int64_t nb_watch_clock(int64_t clock_ms, const struct nb_document *document);

/**
 * @param hit     which of kept->topics is looked at.
 * @param opened  [out] true when an incident was opened.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_watch(struct nb_txn *txn, const struct nb_watched *watched, size_t hit,
                     struct nb_arena *arena, bool *opened) NB_MUSTUSE;

/** A document was deleted or replaced: says so in what is open about its topics. */
enum nb_err nb_watch_retract(struct nb_txn *txn, const struct nb_annotation *old,
                             struct nb_arena *arena) NB_MUSTUSE;

#endif
