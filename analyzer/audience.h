/**
 * Audiences: AUDIENCE, how many follow each author, as it was read last.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_AUDIENCE_H
#define NABIZ_ANALYZER_AUDIENCE_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/**
 * Keep what a document says of its author's audience, if it was read at the time of what is kept or
 * later. A figure that cannot be, of more than there are people or of no known time, is not kept.
 * It stays when the document is revised or deleted: it was read all the same.
 * @param author  as nb_author_id(); empty: nothing is kept.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_audience_note(struct nb_txn *txn, const struct nb_document *document,
                             struct nb_slice author, struct nb_arena *arena) NB_MUSTUSE;

#endif
