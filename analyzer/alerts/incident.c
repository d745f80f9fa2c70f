#include "analyzer/alerts/incident.h"

#include <nabiz/hash.h>

#include "analyzer/keys.h"

uint64_t nb_incident_id_from(int64_t from_ms)
{
    uint64_t minute = nb_key_time(from_ms) / NB_MINUTE_MS;
    return (minute < UINT32_MAX ? minute : UINT32_MAX) << 32;
}

uint64_t nb_incident_id(struct nb_slice topic, Nb__Incident__Form form, int64_t bin_ms)
{
    const struct nb_slice parts[] = {NB_LIT("incident"), topic, nb_slice_str(nb_form_name(form))};
    struct nb_id hash = nb_id_of(parts, sizeof(parts) / sizeof(parts[0]));
    return nb_incident_id_from(bin_ms) | (nb_key_to_u64(hash.b) >> 32);
}

static void set_due(struct nb_incident *incident, int64_t due_ms)
{
    incident->has_due_ms = 1;
    incident->due_ms = due_ms;
}

static void set_state(struct nb_incident *incident, Nb__Incident__State state)
{
    incident->has_state = 1;
    incident->state = state;
}

/* Much worse is told at once, a little worse not too often, and trouble that is back always. */
static bool is_escalation(const struct nb_incident *incident, uint32_t severity, int64_t clock_ms)
{
    return incident->state == NB__INCIDENT__STATE__CALM ||
           severity >= incident->told_severity + NB_INCIDENT_STEP ||
           (severity > incident->told_severity &&
            clock_ms >= incident->told_ms + NB_INCIDENT_TELL_MS);
}

bool nb_incident_alarm(struct nb_incident *incident, uint32_t severity, int64_t clock_ms,
                       Nb__IncidentChange__What *what)
{
    bool is_new = !incident->has_state;
    bool told = is_new || is_escalation(incident, severity, clock_ms);
    if (is_new) {
        incident->has_opened_ms = 1;
        incident->opened_ms = clock_ms;
    }
    *what = is_new ? NB__INCIDENT_CHANGE__WHAT__OPENED : NB__INCIDENT_CHANGE__WHAT__ESCALATED;
    set_state(incident, NB__INCIDENT__STATE__OPEN);
    if (severity > incident->severity) {
        incident->has_severity = 1;
        incident->severity = severity;
    }
    incident->has_alarm_ms = 1;
    incident->alarm_ms = clock_ms;
    set_due(incident, clock_ms + NB_INCIDENT_CALM_MS);
    return told;
}

bool nb_incident_pass(struct nb_incident *incident, int64_t clock_ms,
                      Nb__IncidentChange__What *what)
{
    if (incident->state == NB__INCIDENT__STATE__CLOSED || clock_ms < incident->due_ms) {
        return false;
    }
    int64_t close_ms = incident->alarm_ms + NB_INCIDENT_CLOSE_MS;
    if (incident->state == NB__INCIDENT__STATE__OPEN) {
        *what = NB__INCIDENT_CHANGE__WHAT__CALMED;
        set_state(incident, NB__INCIDENT__STATE__CALM);
        set_due(incident, close_ms);
    } else {
        *what = NB__INCIDENT_CHANGE__WHAT__CLOSED;
        set_state(incident, NB__INCIDENT__STATE__CLOSED);
        set_due(incident, 0);
    }
    return true;
}

static struct nb_key due_key(int64_t due_ms, uint64_t id)
{
    struct nb_key key = {0};
    nb_key_add_u64(&key, nb_key_time(due_ms));
    nb_key_add_u64(&key, id);
    return key;
}

static struct nb_key open_key(struct nb_slice topic, uint64_t cause)
{
    struct nb_key key;
    nb_key_text(&key, topic);
    nb_key_add_u64(&key, cause);
    return key;
}

enum nb_err nb_incident_choose_id(struct nb_txn *txn, struct nb_incident *incident, int64_t bin_ms)
{
    uint8_t key[8];
    struct nb_slice value;
    enum nb_err err;
    incident->id = nb_incident_id(nb_field(incident->topic), incident->form, bin_ms);
    for (;;) {
        nb_key_u64(incident->id, key);
        err = nb_get(txn, NB_TBL_INCIDENT, nb_slice(key, sizeof(key)), &value);
        if (err != NB_OK) {
            return err == NB_ENOTFOUND ? NB_OK : err;
        }
        incident->id++;
    }
}

enum nb_err nb_incident_find_open(struct nb_txn *txn, struct nb_slice topic, uint64_t cause,
                                  struct nb_arena *arena, struct nb_incident **out)
{
    struct nb_slice value;
    struct nb_key key = open_key(topic, cause);
    *out = NULL;
    enum nb_err err = nb_get(txn, NB_TBL_INCIDENT_OPEN, nb_key_slice(&key), &value);
    if (err) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    if (value.len != 8) {
        return NB_ECORRUPT;
    }
    err = nb_incident_get(txn, nb_key_to_u64((const uint8_t *)value.p), arena, out);
    return err == NB_ENOTFOUND ? NB_ECORRUPT : err;
}

enum nb_err nb_incident_put(struct nb_txn *txn, const struct nb_incident *incident,
                            int64_t due_before_ms, struct nb_arena *arena)
{
    struct nb_slice value;
    struct nb_key open = open_key(nb_field(incident->topic), incident->cause);
    uint8_t id[8];
    nb_key_u64(incident->id, id);
    enum nb_err err = nb_incident_encode(incident, arena, &value);
    if (err) {
        return err;
    }
    nb_put(txn, NB_TBL_INCIDENT, nb_slice(id, sizeof(id)), value);
    if (incident->due_ms != due_before_ms) {
        if (due_before_ms) {
            struct nb_key before = due_key(due_before_ms, incident->id);
            nb_del(txn, NB_TBL_INCIDENT_DUE, nb_key_slice(&before));
        }
        if (incident->due_ms) {
            struct nb_key due = due_key(incident->due_ms, incident->id);
            nb_put(txn, NB_TBL_INCIDENT_DUE, nb_key_slice(&due), nb_slice(NULL, 0));
        }
    }
    if (incident->state == NB__INCIDENT__STATE__CLOSED) {
        nb_del(txn, NB_TBL_INCIDENT_OPEN, nb_key_slice(&open));
    } else {
        nb_put(txn, NB_TBL_INCIDENT_OPEN, nb_key_slice(&open), nb_slice(id, sizeof(id)));
    }
    return nb_txn_err(txn);
}

/* What a change says of its incident. */
static enum nb_err fill_change(struct nb_incident_change *change,
                               const struct nb_incident *incident, struct nb_arena *arena)
{
    change->has_incident = 1;
    change->incident = incident->id;
    change->has_ordinal = 1;
    change->ordinal = incident->changes_n;
    change->has_severity = 1;
    change->severity = incident->severity;
    change->has_form = 1;
    change->form = incident->form;
    change->topic = nb_arena_strdup(arena, nb_field(incident->topic));
    return change->topic ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_incident_tell(struct nb_txn *txn, struct nb_incident *incident,
                             Nb__IncidentChange__What what, int32_t rarity_milli, int64_t clock_ms,
                             struct nb_arena *arena)
{
    uint64_t last;
    struct nb_incident_change *change = nb_incident_change_new(arena);
    if (!change) {
        return NB_ENOMEM;
    }
    change->has_what = 1;
    change->what = what;
    change->has_at_ms = 1;
    change->at_ms = clock_ms;
    change->has_severity_before = 1;
    change->severity_before = incident->told_severity;
    change->has_rarity_milli = 1;
    change->rarity_milli = rarity_milli;
    incident->has_changes_n = 1;
    incident->changes_n++;
    incident->has_told_severity = 1;
    incident->told_severity = incident->severity;
    incident->has_told_ms = 1;
    incident->told_ms = clock_ms;
    enum nb_err err = fill_change(change, incident, arena);
    if (err == NB_OK) {
        err = nb_incident_last_change(txn, &last);
    }
    struct nb_slice value;
    if (err == NB_OK) {
        err = nb_incident_change_encode(change, arena, &value);
    }
    if (err == NB_OK) {
        uint8_t key[8];
        nb_key_u64(last + 1, key);
        nb_put_last(txn, NB_TBL_INCIDENT_CHANGE, nb_slice(key, sizeof(key)), value);
        err = nb_txn_err(txn);
    }
    return err;
}

/* The first incident that is due. @return NB_ENOTFOUND when none is. */
static enum nb_err next_due(struct nb_txn *txn, int64_t clock_ms, uint64_t *id)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_INCIDENT_DUE, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    if (err == NB_OK && key.len != 16) {
        err = NB_ECORRUPT;
    }
    if (err == NB_OK && nb_key_to_u64((const uint8_t *)key.p) > nb_key_time(clock_ms)) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        *id = nb_key_to_u64((const uint8_t *)key.p + 8);
    }
    nb_cursor_close(cursor);
    return err;
}

enum nb_err nb_incident_tick(struct nb_txn *txn, int64_t clock_ms, struct nb_arena *arena)
{
    uint64_t id;
    enum nb_err err;
    struct nb_arena_mark mark = nb_arena_mark(arena);
    while ((err = next_due(txn, clock_ms, &id)) == NB_OK) {
        struct nb_incident *incident;
        Nb__IncidentChange__What what;
        nb_arena_rewind(arena, mark);
        err = nb_incident_get(txn, id, arena, &incident);
        if (err) {
            return err == NB_ENOTFOUND ? NB_ECORRUPT : err;
        }
        int64_t due_ms = incident->due_ms;
        if (!nb_incident_pass(incident, clock_ms, &what)) {
            return NB_ECORRUPT; /* its row said that it is due */
        }
        err = nb_incident_tell(txn, incident, what, 0, due_ms, arena);
        if (err == NB_OK) {
            err = nb_incident_put(txn, incident, due_ms, arena);
        }
        if (err) {
            return err;
        }
    }
    nb_arena_rewind(arena, mark);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
