/**
 * Incidents, the writing side: alarms of a topic with one cause are one incident that opens,
 * escalates, calms and closes, and every change is told once, with a number.
 *
 * Time is the clock of the log, the latest moment a document so far was fetched, so that a rebuilt
 * analysis has the same incidents and the same changes. An incident stays open while alarms come,
 * is calm when none came for NB_INCIDENT_CALM_MS, and closed NB_INCIDENT_CLOSE_MS after the last
 * one; the next alarm then opens another.
 *
 * Threads: as the transaction, the committer's.
 */
#ifndef NABIZ_ANALYZER_INCIDENT_H
#define NABIZ_ANALYZER_INCIDENT_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/incident.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#define NB_INCIDENT_CALM_MS (2 * NB_HOUR_MS)
#define NB_INCIDENT_CLOSE_MS (6 * NB_HOUR_MS)

/* It is told at once that an incident is so much more severe; of less, after this time. */
enum { NB_INCIDENT_STEP = 2 };
#define NB_INCIDENT_TELL_MS (NB_HOUR_MS / 2)

/* Bins of alarms are not longer. */
#define NB_INCIDENT_BIN_MAX_MS NB_HOUR_MS

/** Lowest id of incidents whose bin begins at from_ms or later; times are kept to the minute. */
uint64_t nb_incident_id_from(int64_t from_ms);

uint64_t nb_incident_id(struct nb_slice topic, Nb__Incident__Form form, int64_t bin_ms);

/**
 * What an alarm makes of an incident: changes state, severity, times. Pure.
 * @param incident  a new one has no state.
 * @param what      [out] what is to be told.
 * @return false when nothing is to be told.
 */
bool nb_incident_alarm(struct nb_incident *incident, uint32_t severity, int64_t clock_ms,
                       Nb__IncidentChange__What *what);

/** What time makes of it, when due_ms is reached. Pure. @return as nb_incident_alarm(). */
bool nb_incident_pass(struct nb_incident *incident, int64_t clock_ms,
                      Nb__IncidentChange__What *what);

/** Set the id; the next one when another topic's incident has it already. */
enum nb_err nb_incident_choose_id(struct nb_txn *txn, struct nb_incident *incident,
                                  int64_t bin_ms) NB_MUSTUSE;

/**
 * The topic's incident with this cause that is not closed.
 * @param cause  cluster of a claim, or 0.
 * @param out    [out] NULL when there is none.
 */
enum nb_err nb_incident_find_open(struct nb_txn *txn, struct nb_slice topic, uint64_t cause,
                                  struct nb_arena *arena, struct nb_incident **out) NB_MUSTUSE;

/**
 * Write an incident with its rows in INCIDENT_OPEN and INCIDENT_DUE.
 * @param due_before_ms  of the record that it replaces; 0 for a new one.
 */
enum nb_err nb_incident_put(struct nb_txn *txn, const struct nb_incident *incident,
                            int64_t due_before_ms, struct nb_arena *arena) NB_MUSTUSE;

/** Append a change of an incident and count it there; write the incident afterwards. */
enum nb_err nb_incident_tell(struct nb_txn *txn, struct nb_incident *incident,
                             Nb__IncidentChange__What what, int32_t rarity_milli, int64_t clock_ms,
                             struct nb_arena *arena) NB_MUSTUSE;

/** Calm and close what is due. @param arena  scratch. */
enum nb_err nb_incident_tick(struct nb_txn *txn, int64_t clock_ms,
                             struct nb_arena *arena) NB_MUSTUSE;

#endif
