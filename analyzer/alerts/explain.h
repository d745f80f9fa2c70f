/**
 * Explain: what an alert says of its hour: the figures, who wrote most, the first and the newest
 * documents, and the same in words.
 *
 * Threads: as the transaction, the committer's.
 */
#ifndef NABIZ_ANALYZER_EXPLAIN_H
#define NABIZ_ANALYZER_EXPLAIN_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#include "analyzer/alerts/spike.h"

/** The hour under suspicion. */
struct nb_hour {
    struct nb_slice topic;
    uint64_t hour; /* hours since 1970 */
    uint64_t documents_n;
    uint64_t negative_n;
    struct nb_spike_history before;
    struct nb_spike spike;
};

/**
 * Fill everything of an alert but topic, form and time. Names and samples are taken from the first
 * 2,000 documents of the hour.
 * @param arena  owns what the alert points to.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_explain(struct nb_txn *txn, const struct nb_hour *hour, struct nb_arena *arena,
                       struct nb_incident *alert) NB_MUSTUSE;

#endif
