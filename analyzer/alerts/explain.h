/**
 * Explain: what is behind an incident: who began, who wrote most, who is heard most, what is
 * copied, what it is about, how severe it is and how much more is to be expected.
 *
 * Threads: as the transaction, the committer's.
 */
#ifndef NABIZ_ANALYZER_EXPLAIN_H
#define NABIZ_ANALYZER_EXPLAIN_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

enum {
    NB_EXPLAIN_DOCUMENTS_MAX = 2000, /* that are read of an incident */
    NB_EXPLAIN_CHAIN_MAX = 20        /* copies that are named */
};

/**
 * Fill an incident from its documents: those of its topic published since start_ms, of a claim
 * only those that carry it. id, topic, form, start_ms, cause and alarms are set.
 * @param row       of the topic.
 * @param clock_ms  of the log.
 * @param arena     owns what the incident points to.
 * @param severity  [out] 1..10, of now; incident->severity is not touched.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_explain(struct nb_txn *txn, const struct nb_topic_watch *row, int64_t clock_ms,
                       struct nb_arena *arena, struct nb_incident *incident,
                       uint32_t *severity) NB_MUSTUSE;

/** The alarm that is the rarest; NULL when there is none. */
const Nb__Alarm *nb_explain_strongest(const struct nb_incident *incident);

#endif
