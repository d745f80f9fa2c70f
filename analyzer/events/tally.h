/**
 * Counts of life events in the analysis store: by day, type, subject, stage, city and person.
 *
 * A person is kept as a hash of the author's id: enough to count ten people as ten, and no list of
 * them. What has no author counts as one and the same person.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_EVENTS_TALLY_H
#define NABIZ_EVENTS_TALLY_H

#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#include "analyzer/events/days.h"

/** The number of the week of a day: weeks begin on Monday, week 0 is the one of 1970-01-01. */
int32_t nb_week_of(int32_t day);
int32_t nb_week_day(int32_t week);

/**
 * Add (sign +1) or remove (sign -1) the life events of an annotation. Removing what was added
 * leaves the table as it was.
 * @param author  id it is counted under, may be empty.
 * @return NB_OK, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_event_tally(struct nb_txn *txn, const struct nb_annotation *kept,
                           struct nb_slice author, int sign) NB_MUSTUSE;

struct nb_event_cell {
    int32_t day;                                /* the post's */
    struct nb_slice type, subject, stage, city; /* borrowed until the next cell */
    uint64_t person;
    uint64_t documents_n;
};

typedef enum nb_err nb_event_cell_fn(void *context, const struct nb_event_cell *cell);

/**
 * Every cell of the days from..to, both included, in the order of the table.
 * @return NB_OK, NB_ECORRUPT, or the first failure of the callback, which ends it.
 */
enum nb_err nb_event_cells(struct nb_txn *txn, int32_t from, int32_t to, nb_event_cell_fn *each,
                           void *context) NB_MUSTUSE;

#endif
