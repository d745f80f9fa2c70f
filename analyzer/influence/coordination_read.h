/**
 * Coordination of documents in the analysis store: the rows that coordination.h judges.
 *
 * Everything is read as it was when the last document of the set was published or before, but for
 * deletions: the same log gives the same rows.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_COORDINATION_READ_H
#define NABIZ_ANALYZER_INFLUENCE_COORDINATION_READ_H

#include <nabiz/analysis.h>

#include "analyzer/influence/coordination.h"

/* Of a larger set the newest are judged: a burst is not longer, and the cost has an end. */
enum { NB_COORDINATION_ROWS_MAX = 5000 };

struct nb_coordination_set {
    const struct nb_coordination_act *acts; /* in the order of the numbers */
    size_t acts_n;
    const struct nb_slice *authors; /* ids, by number */
    uint32_t authors_n;
    struct nb_coordination_usual usual;
    struct nb_coordination judged;
};

/**
 * Judge some documents of a topic, as an incident has them. Numbers that are not in the store (any
 * more) and documents of nobody are left out.
 * @param topic    what was usual is looked up among its mentions of the week before; empty: not.
 * @param numbers  of documents, the oldest first.
 * @param arena    owns the answer.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT. Cost: an annotation and an author read for each.
 */
enum nb_err nb_coordination_of_documents(struct nb_txn *txn, struct nb_slice topic,
                                         const uint64_t *numbers, size_t n, struct nb_arena *arena,
                                         struct nb_coordination_set *out) NB_MUSTUSE;

#endif
