/**
 * Incidents as the analysis store has them: what is open, what was, and every change in order. Read
 * side only; analyzer/alerts decides what becomes of them.
 *
 * An id is made of the start of the bin that the first alarm was about and a hash of the topic and
 * the form of that alarm. So it is the same whenever the log is analysed again, ids order by time,
 * and whoever is told of an incident twice can tell that it is one.
 *
 * All functions work inside a read transaction of the analysis store; records live in the arena.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_INCIDENT_H
#define NABIZ_INCIDENT_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/** For people and machines: 16 hexadecimal digits. */
#define NB_INCIDENT_ID_BYTES 17
void nb_incident_id_text(uint64_t id, char out[NB_INCIDENT_ID_BYTES]);

/** Back again. @return false when it is no id. */
bool nb_incident_id_parse(struct nb_slice text, uint64_t *out);

/** Start of the bin in an id, to the minute: at_ms of the incident is not earlier. */
int64_t nb_incident_id_ms(uint64_t id);

/** One incident. @return NB_OK, NB_ENOTFOUND, NB_ENOMEM, NB_ECORRUPT. */
enum nb_err nb_incident_get(struct nb_txn *txn, uint64_t id, struct nb_arena *arena,
                            struct nb_incident **out) NB_MUSTUSE;

/**
 * Incidents whose at_ms is in [from_ms, to_ms), in the order of their ids: oldest first.
 * @param topic  empty: of all topics.
 * @param out    [out] array in the arena.
 * @return NB_OK (maybe none), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_incident_list(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                             int64_t to_ms, struct nb_arena *arena,
                             const struct nb_incident *const **out, size_t *out_n) NB_MUSTUSE;

struct nb_change_row {
    uint64_t number;
    const struct nb_incident_change *change;
};

/**
 * Changes with a number above `after`, in order, at most max_n of them. A reader keeps the number
 * of the last one as its cursor. Numbers are given anew, the same ones, when the log is analysed
 * again; a cursor above nb_incident_last_change() belongs to an analysis that is gone.
 */
enum nb_err nb_incident_changes(struct nb_txn *txn, uint64_t after, size_t max_n,
                                struct nb_arena *arena, const struct nb_change_row **out,
                                size_t *out_n) NB_MUSTUSE;

/** Number of the newest change, 0 when there is none. */
enum nb_err nb_incident_last_change(struct nb_txn *txn, uint64_t *out) NB_MUSTUSE;

#endif
