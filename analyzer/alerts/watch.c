/*
 * Runs inside the committer's transaction, in log order. Incidents are never taken back: one says
 * what was to be seen. A spike of a topic that has an open incident raises that one.
 *
 * An open incident is rewritten when it becomes more severe or its hour grew by a quarter, so that
 * an hour of n documents is read O(log n) times and not n times.
 */
#include "analyzer/alerts/watch.h"

#include <nabiz/date.h>

#include "analyzer/alerts/explain.h"
#include "analyzer/alerts/incident.h"
#include "analyzer/keys.h"

static bool had_topic_in_hour(const struct nb_annotation *old, struct nb_slice topic, uint64_t hour)
{
    if (!old || nb_key_time(old->at_ms) / NB_HOUR_MS != hour) {
        return false;
    }
    for (size_t i = 0; i < old->n_topics; i++) {
        if (nb_slice_eq(nb_field(old->topics[i]->topic), topic)) {
            return true;
        }
    }
    return false;
}

/* Undated documents are counted where they were fetched, which says nothing about when. */
static bool is_fresh(const struct nb_document *document, const struct nb_annotation *kept)
{
    return document->has_published_ms && document->has_fetched_ms &&
           document->fetched_ms - kept->at_ms <= NB_ALERT_FRESH_MS;
}

/* The next row of a topic. @return NB_ENOTFOUND past its last hour. */
static enum nb_err hour_of(enum nb_err err, struct nb_slice prefix, struct nb_slice key,
                           uint64_t *hour)
{
    if (err) {
        return err;
    }
    if (!nb_slice_starts(key, prefix)) {
        return NB_ENOTFOUND;
    }
    if (key.len != prefix.len + 8) {
        return NB_ECORRUPT;
    }
    *hour = nb_key_to_u64((const uint8_t *)key.p + prefix.len);
    return NB_OK;
}

static enum nb_err read_history(struct nb_cursor *cursor, struct nb_hour *h, struct nb_arena *arena)
{
    struct nb_key prefix;
    struct nb_slice key = {0};
    struct nb_slice value = {0};
    uint64_t first = 0;
    nb_key_text(&prefix, h->topic);
    enum nb_err err = nb_cursor_seek(cursor, nb_key_slice(&prefix), &key, &value);
    err = hour_of(err, nb_key_slice(&prefix), key, &first);
    if (err) {
        return err;
    }
    uint64_t from = h->hour > NB_SPIKE_HISTORY_H ? h->hour - NB_SPIKE_HISTORY_H : 0;
    from = first > from ? first : from;
    h->before.hours_n = from < h->hour ? (uint32_t)(h->hour - from) : 0;
    if (h->before.hours_n < NB_SPIKE_HISTORY_MIN_H) {
        return NB_OK;
    }
    struct nb_key start = prefix;
    nb_key_add_u64(&start, from);
    uint64_t hour = 0;
    err = nb_cursor_seek(cursor, nb_key_slice(&start), &key, &value);
    while ((err = hour_of(err, nb_key_slice(&prefix), key, &hour)) == NB_OK && hour < h->hour) {
        struct nb_topic_hour *row;
        struct nb_arena_mark mark = nb_arena_mark(arena);
        err = nb_topic_hour_decode(value, arena, &row);
        if (err) {
            return err;
        }
        nb_spike_add(&h->before, row->documents_n);
        nb_arena_rewind(arena, mark);
        err = nb_cursor_next(cursor, &key, &value);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err read_hour(struct nb_txn *txn, struct nb_hour *h, struct nb_arena *arena)
{
    struct nb_key key;
    struct nb_slice value;
    struct nb_topic_hour *row;
    nb_key_text(&key, h->topic);
    nb_key_add_u64(&key, h->hour);
    enum nb_err err = nb_get(txn, NB_TBL_TOPIC_HOUR, nb_key_slice(&key), &value);
    if (err == NB_OK) {
        err = nb_topic_hour_decode(value, arena, &row);
    }
    if (err) {
        return err == NB_ENOTFOUND ? NB_ECORRUPT : err; /* it was counted a moment ago */
    }
    h->documents_n = row->documents_n;
    h->negative_n = row->negative_n;
    if (h->documents_n < NB_SPIKE_COUNT_MIN) {
        return NB_OK;
    }
    struct nb_cursor *cursor;
    err = nb_cursor_open(txn, NB_TBL_TOPIC_HOUR, &cursor);
    if (err == NB_OK) {
        err = read_history(cursor, h, arena);
        nb_cursor_close(cursor);
    }
    if (err == NB_OK) {
        nb_spike_judge(&h->before, h->documents_n, h->negative_n, &h->spike);
    }
    return err;
}

/* What an alarm does to its incident; explained anew. */
static enum nb_err raise(struct nb_txn *txn, const struct nb_hour *h, int64_t clock_ms,
                         struct nb_incident *incident, struct nb_arena *arena)
{
    Nb__IncidentChange__What what;
    int64_t due_before_ms = incident->due_ms;
    bool told = nb_incident_alarm(incident, h->spike.severity, clock_ms, &what);
    enum nb_err err = nb_explain(txn, h, arena, incident);
    if (err == NB_OK && told) {
        err = nb_incident_tell(txn, incident, what, 0, clock_ms, arena);
    }
    return err ? err : nb_incident_put(txn, incident, due_before_ms, arena);
}

static enum nb_err open_incident(struct nb_txn *txn, const struct nb_hour *h, int64_t at_ms,
                                 int64_t clock_ms, struct nb_arena *arena)
{
    struct nb_incident *incident = nb_incident_new(arena);
    char *topic = nb_arena_strdup(arena, h->topic);
    if (!incident || !topic) {
        return NB_ENOMEM;
    }
    incident->topic = topic;
    incident->has_form = 1;
    incident->form = NB__INCIDENT__FORM__SPIKE;
    incident->has_at_ms = 1;
    incident->at_ms = at_ms;
    incident->has_id = 1;
    incident->id = nb_incident_id(h->topic, incident->form, (int64_t)h->hour * NB_HOUR_MS);
    return raise(txn, h, clock_ms, incident, arena);
}

int64_t nb_watch_clock(int64_t clock_ms, const struct nb_document *document)
{
    if (!document->has_fetched_ms) {
        return clock_ms;
    }
    int64_t now_ms = document->fetched_ms;
    return now_ms > clock_ms || now_ms < clock_ms - NB_DAY_MS ? now_ms : clock_ms;
}

enum nb_err nb_watch(struct nb_txn *txn, struct nb_slice topic, const struct nb_document *document,
                     const struct nb_annotation *kept, const struct nb_annotation *old,
                     int64_t clock_ms, struct nb_arena *arena, bool *opened)
{
    *opened = false;
    struct nb_hour h = {.topic = topic, .hour = nb_key_time(kept->at_ms) / NB_HOUR_MS};
    if (!is_fresh(document, kept) || had_topic_in_hour(old, topic, h.hour)) {
        return NB_OK;
    }
    enum nb_err err = read_hour(txn, &h, arena);
    if (err || !h.spike.is_spike) {
        return err;
    }
    struct nb_incident *open;
    err = nb_incident_find_open(txn, topic, arena, &open);
    if (err) {
        return err;
    }
    if (!open) {
        *opened = true;
        return open_incident(txn, &h, kept->at_ms, clock_ms, arena);
    }
    bool worse = h.spike.severity > open->severity;
    bool grown =
        h.spike.severity == open->severity && h.documents_n > open->value + open->value / 4;
    bool back = open->state == NB__INCIDENT__STATE__CALM;
    if (!worse && !grown && !back && clock_ms < open->alarm_ms + NB_ALARM_NOTE_MS) {
        return NB_OK;
    }
    int64_t last_ms = open->has_raised_ms ? open->raised_ms : open->at_ms;
    open->has_raised_ms = 1;
    open->raised_ms = kept->at_ms > last_ms ? kept->at_ms : last_ms;
    return raise(txn, &h, clock_ms, open, arena);
}
