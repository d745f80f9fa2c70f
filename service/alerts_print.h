/**
 * How `nabiz alerts` shows incidents: a table, a line or a JSON object each, and one opened down to
 * its documents.
 *
 * Threads: pure functions of what they are given; the log and the transaction are the caller's.
 */
#ifndef NABIZ_SERVICE_ALERTS_PRINT_H
#define NABIZ_SERVICE_ALERTS_PRINT_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/incident.h>
#include <nabiz/json.h>
#include <nabiz/log.h>
#include <nabiz/record.h>

/** When, topic, what became of it, kind, severity, figures and the first reason. */
enum nb_err nb_alerts_table(const struct nb_incident *const *incidents, size_t n,
                            int32_t utc_offset_min, struct nb_arena *arena,
                            struct nb_buf *out) NB_MUSTUSE;

/** The fields of an incident, inside an object that is open. */
void nb_alerts_json(struct nb_json *json, const struct nb_incident *incident);

/** One incident as a line of JSON. */
void nb_alerts_json_line(const struct nb_incident *incident, struct nb_buf *out);

/**
 * A change in a line, for people or as JSON.
 * @param incident  that it is about, as it is now; NULL: gone.
 */
void nb_alerts_change(const struct nb_change_row *row, const struct nb_incident *incident,
                      int32_t utc_offset_min, struct nb_buf *out);
void nb_alerts_change_json(const struct nb_change_row *row, const struct nb_incident *incident,
                           struct nb_buf *out);

/** Everything that is known of one incident: reasons, alarms, points, the claim's way, documents.
 */
struct nb_alert_explain {
    const struct nb_incident *incident;
    struct nb_txn *txn; /* of the analysis store */
    struct nb_log *log; /* for titles and addresses; NULL: without */
    size_t documents_max;
    int32_t utc_offset_min;
    struct nb_arena *arena;
};

enum nb_err nb_alerts_explain(const struct nb_alert_explain *explain,
                              struct nb_buf *out) NB_MUSTUSE;
enum nb_err nb_alerts_explain_json(const struct nb_alert_explain *explain,
                                   struct nb_buf *out) NB_MUSTUSE;

/**
 * Terms that rose in its documents against the topic's four weeks before, found in the index; its
 * reasons are said anew with them.
 */
enum nb_err nb_alerts_add_terms(struct nb_txn *txn, struct nb_arena *arena,
                                struct nb_incident *incident) NB_MUSTUSE;

/** "2026-03-18 09:33" in a zone. */
#define NB_ALERTS_TIME_BYTES 32
void nb_alerts_time(int64_t at_ms, int32_t utc_offset_min, char out[NB_ALERTS_TIME_BYTES]);

#endif
