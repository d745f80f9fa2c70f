/**
 * Backfill: the mentions of a topic over documents that were analysed before the topic was there.
 *
 * What is asked for lies as a file in DATA/run/backfill until the process that writes the analysis
 * store takes it over; from then on its state is a row of that store, changed in the transactions
 * that change the mentions. So it goes on where it was after a kill at any moment, nothing is
 * counted twice, and who only reads sees how far it is.
 *
 * Only mentions and their counts change; alerts are about what happens now and are not opened for
 * the past.
 *
 * Threads: one nb_backfill belongs to one thread.
 */
#ifndef NABIZ_BACKFILL_H
#define NABIZ_BACKFILL_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/knowledge.h>
#include <nabiz/log.h>
#include <nabiz/store.h>

struct nb_backfill;

/** How far one is: documents up to `done` of `until` were looked at. */
struct nb_backfill_progress {
    char topic[72];
    uint64_t done, until;
    uint64_t mentions_n; /* documents that are a mention and were not before */
    uint64_t removed_n;  /* that were one and are not: the query has changed */
};

/** Ask for a topic's backfill. @return NB_OK, NB_EINVAL (no name of a topic), NB_EIO, NB_ETOOBIG.
 */
enum nb_err nb_backfill_ask(const char *data_dir, const char *topic,
                            struct nb_error *error) NB_MUSTUSE;

/** Was it asked for, and not taken over yet? */
bool nb_backfill_is_asked(const char *data_dir, const char *topic);

/** @return NULL when out of memory; takes little until there is something to do. */
struct nb_backfill *nb_backfill_new(size_t document_bytes);
void nb_backfill_free(struct nb_backfill *backfill);

/**
 * Take over what was asked for: all documents that are in the log by now.
 * @param alone  no documents are being analysed: those that were are all.
 * @return NB_OK (also when nothing was), or what the stores say.
 */
enum nb_err nb_backfill_take(const char *data_dir, struct nb_store *analysis, struct nb_log *log,
                             bool alone, struct nb_error *error) NB_MUSTUSE;

/**
 * Look at some more documents, one transaction. A topic that the knowledge does not have matches
 * nothing: its mentions go.
 * @param now  [out] may be NULL; the one that was gone on with.
 * @return NB_OK, NB_ENOTFOUND (nothing to do, or not before the analysis has covered more), or what
 *         the stores say.
 */
enum nb_err nb_backfill_step(struct nb_backfill *backfill, struct nb_store *analysis,
                             struct nb_log *log, const struct nb_knowledge *knowledge,
                             struct nb_backfill_progress *now, struct nb_error *error) NB_MUSTUSE;

/** @return NB_OK, NB_ENOTFOUND (none of that topic is under way), NB_ECORRUPT. */
enum nb_err nb_backfill_read(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_backfill_progress *out) NB_MUSTUSE;

/** The last one that came to its end. @return NB_OK, NB_ENOTFOUND, NB_ECORRUPT. */
enum nb_err nb_backfill_last(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_backfill_progress *out) NB_MUSTUSE;

#endif
