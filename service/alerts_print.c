#include "service/alerts_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <nabiz/date.h>
#include <nabiz/table.h>

#include "analyzer/influence/coordination.h"

enum { WIDE = 110 };

void nb_alerts_time(int64_t at_ms, int32_t utc_offset_min, char out[NB_ALERTS_TIME_BYTES])
{
    struct nb_civil t = nb_civil_of(at_ms, utc_offset_min);
    (void)snprintf(out, NB_ALERTS_TIME_BYTES, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day,
                   t.hour, t.minute);
}

static const char *first_reason(const struct nb_incident *incident)
{
    return incident && incident->n_why ? incident->why[0] : "";
}

/* Before what raised it: that it is no crowd, when it is none. */
static const char *told_accounts(const struct nb_incident *incident)
{
    const char *coordinated = nb_coordination_name(NB_COORDINATION_COORDINATED);
    bool is_told = incident->coordination && strcmp(incident->coordination, coordinated) == 0;
    return is_told ? "coordinated accounts: " : "";
}

static enum nb_paint severity_paint(uint32_t severity)
{
    return severity >= 7 ? NB_RED : severity >= 4 ? NB_YELLOW : NB_PLAIN;
}

enum nb_err nb_alerts_table(const struct nb_incident *const *incidents, size_t n,
                            int32_t utc_offset_min, struct nb_arena *arena, struct nb_buf *out)
{
    static const struct nb_column columns[] = {
        {"when", NB_LEFT, false}, {"topic", NB_LEFT, true}, {"state", NB_LEFT, false},
        {"kind", NB_LEFT, false}, {"sev", NB_RIGHT, false}, {"docs", NB_RIGHT, false},
        {"neg", NB_RIGHT, false}, {"id", NB_LEFT, false},   {"why", NB_LEFT, true},
    };
    size_t width = nb_terminal_width(STDOUT_FILENO);
    bool has_why = width == 0 || width >= WIDE; /* else there is no room for it */
    size_t columns_n = sizeof(columns) / sizeof(columns[0]);
    struct nb_table *table = nb_table_new(arena, columns, has_why ? columns_n : columns_n - 1);
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_incident *a = incidents[i];
        char when[NB_ALERTS_TIME_BYTES];
        char id[NB_INCIDENT_ID_BYTES];
        nb_alerts_time(a->at_ms, utc_offset_min, when);
        nb_incident_id_text(a->id, id);
        nb_table_cell(table, NB_PLAIN, nb_slice_str(when));
        nb_table_cell(table, NB_BOLD, nb_field(a->topic));
        nb_table_cell(table, a->state == NB__INCIDENT__STATE__OPEN ? NB_BOLD : NB_DIM,
                      nb_slice_str(nb_state_name(a->state)));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(nb_form_name(a->form)));
        nb_table_cellf(table, severity_paint(a->severity), "%" PRIu32, a->severity);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu64, a->documents_n);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu64, a->negative_n);
        nb_table_cell(table, NB_DIM, nb_slice_str(id));
        if (has_why) {
            nb_table_cellf(table, NB_PLAIN, "%s%s", told_accounts(a), first_reason(a));
        }
    }
    return nb_table_write(table, width, nb_terminal_colour(STDOUT_FILENO), out);
}

static void json_names(struct nb_json *json, const char *key, Nb__NameCount *const *names, size_t n)
{
    nb_json_key(json, key);
    nb_json_array(json);
    for (size_t i = 0; i < n; i++) {
        nb_json_object(json);
        nb_json_kcstr(json, "name", names[i]->name ? names[i]->name : "");
        nb_json_kint(json, "count", (int64_t)names[i]->count);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void json_alarms(struct nb_json *json, const struct nb_incident *a)
{
    nb_json_key(json, "alarms");
    nb_json_array(json);
    for (size_t i = 0; i < a->n_alarms; i++) {
        const Nb__Alarm *alarm = a->alarms[i];
        nb_json_object(json);
        nb_json_kcstr(json, "stream", nb_stream_name(alarm->stream));
        nb_json_ktime(json, "from", alarm->at_ms);
        nb_json_kint(json, "span_s", (int64_t)alarm->span_ms / 1000);
        nb_json_kint(json, "value_milli", alarm->value_milli);
        nb_json_kint(json, "expected_milli", alarm->expected_milli);
        nb_json_kint(json, "limit_milli", alarm->limit_milli);
        nb_json_kint(json, "rarity_milli", alarm->rarity_milli);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void json_chain(struct nb_json *json, const struct nb_incident *a)
{
    nb_json_key(json, "chain");
    nb_json_array(json);
    for (size_t i = 0; i < a->n_chain; i++) {
        const Nb__ClaimStep *step = a->chain[i];
        nb_json_object(json);
        nb_json_kint(json, "step", (int64_t)i + 1);
        nb_json_kint(json, "from", step->from);
        nb_json_kcstr(json, "why", step->why ? step->why : "");
        nb_json_ktime(json, "at", step->at_ms);
        nb_json_kcstr(json, "author", step->author ? step->author : "");
        nb_json_kcstr(json, "url", step->url ? step->url : "");
        nb_json_kint(json, "document", (int64_t)step->number);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void json_shape(struct nb_json *json, const struct nb_incident *a)
{
    nb_json_key(json, "chain_shape");
    if (!a->chain_shape) {
        nb_json_null(json);
        return;
    }
    nb_json_object(json);
    nb_json_kint(json, "documents", (int64_t)a->chain_n);
    nb_json_kint(json, "depth", a->chain_shape->depth);
    nb_json_kint(json, "breadth", a->chain_shape->breadth);
    nb_json_kint(json, "virality_milli", a->chain_shape->virality_milli);
    nb_json_end(json);
}

static void json_about(struct nb_json *json, const struct nb_incident *a)
{
    nb_json_kint(json, "documents", (int64_t)a->documents_n);
    nb_json_kint(json, "read", (int64_t)a->read_n);
    nb_json_kint(json, "negative", (int64_t)a->negative_n);
    nb_json_kint(json, "negative_usual_milli", a->negative_usual_milli);
    nb_json_kint(json, "copies", (int64_t)a->copies_n);
    nb_json_kint(json, "retracted", (int64_t)a->retracted_n);
    json_names(json, "sites", a->sites, a->n_sites);
    json_names(json, "authors", a->authors, a->n_authors);
    json_names(json, "terms", a->terms, a->n_terms);
    json_names(json, "matters", a->matters, a->n_matters);
    json_names(json, "points", a->points, a->n_points);
    nb_json_kcstr(json, "coordination", a->coordination ? a->coordination : "unknown");
    nb_json_key(json, "more");
    nb_json_object(json);
    nb_json_kint(json, "low", (int64_t)a->more_low);
    nb_json_kint(json, "expected", (int64_t)a->more);
    nb_json_kint(json, "high", (int64_t)a->more_high);
    nb_json_end(json);
    json_chain(json, a);
    json_shape(json, a);
}

void nb_alerts_json(struct nb_json *json, const struct nb_incident *a)
{
    char id[NB_INCIDENT_ID_BYTES];
    nb_incident_id_text(a->id, id);
    nb_json_kcstr(json, "id", id);
    nb_json_ktime(json, "at", a->at_ms);
    nb_json_ktime(json, "opened", a->opened_ms);
    nb_json_ktime(json, "start", a->start_ms);
    nb_json_kcstr(json, "topic", a->topic);
    nb_json_kcstr(json, "state", nb_state_name(a->state));
    nb_json_kint(json, "severity", a->severity);
    nb_json_kcstr(json, "kind", nb_form_name(a->form));
    nb_json_kint(json, "value", (int64_t)a->value);
    nb_json_kint(json, "expected_milli", a->expected_milli);
    nb_json_kint(json, "limit_milli", a->limit_milli);
    json_alarms(json, a);
    json_about(json, a);
    nb_json_key(json, "samples");
    nb_json_array(json);
    for (size_t i = 0; i < a->n_samples; i++) {
        nb_json_int(json, (int64_t)a->samples[i]);
    }
    nb_json_end(json);
    nb_json_key(json, "why");
    nb_json_array(json);
    for (size_t i = 0; i < a->n_why; i++) {
        nb_json_cstr(json, a->why[i]);
    }
    nb_json_end(json);
}

void nb_alerts_json_line(const struct nb_incident *incident, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_alerts_json(&json, incident);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

void nb_alerts_change(const struct nb_change_row *row, const struct nb_incident *incident,
                      int32_t utc_offset_min, struct nb_buf *out)
{
    const struct nb_incident_change *c = row->change;
    char when[NB_ALERTS_TIME_BYTES];
    char id[NB_INCIDENT_ID_BYTES];
    nb_alerts_time(c->at_ms, utc_offset_min, when);
    nb_incident_id_text(c->incident, id);
    nb_buf_addf(out, "%s  %s  %s  %s  severity %" PRIu32 "  %s", when, c->topic ? c->topic : "",
                nb_change_name(c->what), nb_form_name(c->form), c->severity, id);
    bool is_alarm = c->what <= NB__INCIDENT_CHANGE__WHAT__ESCALATED;
    nb_buf_addf(out, "%s%s\n", is_alarm && incident ? ": " : "",
                is_alarm ? first_reason(incident) : "");
}

void nb_alerts_change_json(const struct nb_change_row *row, const struct nb_incident *incident,
                           struct nb_buf *out)
{
    const struct nb_incident_change *c = row->change;
    struct nb_json json;
    char id[NB_INCIDENT_ID_BYTES];
    nb_incident_id_text(c->incident, id);
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_kint(&json, "number", (int64_t)row->number);
    nb_json_kcstr(&json, "change", nb_change_name(c->what));
    nb_json_ktime(&json, "at", c->at_ms);
    nb_json_kcstr(&json, "topic", c->topic);
    nb_json_kint(&json, "severity", c->severity);
    nb_json_kint(&json, "severity_before", c->severity_before);
    nb_json_kint(&json, "rarity_milli", c->rarity_milli);
    nb_json_kcstr(&json, "id", id);
    if (incident) {
        nb_json_key(&json, "incident");
        nb_json_object(&json);
        nb_alerts_json(&json, incident);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}
