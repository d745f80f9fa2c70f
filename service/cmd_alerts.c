/* nabiz alerts: what a crisis desk should look at; follows new ones without polling. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/json.h>
#include <nabiz/table.h>
#include <nabiz/version.h>
#include <nabiz/wake.h>

#include "service/answer.h"
#include "service/commands.h"
#include "service/deliver/atom.h"

/* While following, an alert may still be raised this long before the newest document. */
#define FOLLOW_BACK_MS (3 * NB_DAY_MS)

enum format { TABLE, JSON, ATOM };

struct query {
    struct nb_slice topic;
    int64_t window_ms;
    int64_t min_severity;
    enum format format;
    int32_t offset_min;
};

static const char *first_reason(const struct nb_incident *alert)
{
    return alert->n_why ? alert->why[0] : "";
}

/* Reads the alerts of a window that ends with the newest document, oldest first. */
static enum nb_err read_alerts(struct nb_answer *answer, const struct query *query,
                               int64_t window_ms, const struct nb_incident *const **out,
                               size_t *out_n)
{
    struct nb_txn *txn;
    int64_t newest_ms;
    const struct nb_incident *const *all = NULL;
    size_t all_n = 0;
    enum nb_err err = nb_read_begin(answer->store, &txn, &answer->error);
    if (err) {
        return err;
    }
    err = nb_analysis_watermark(txn, &newest_ms);
    if (err == NB_OK) {
        int64_t from_ms = newest_ms > window_ms ? newest_ms - window_ms : 0;
        err = nb_incident_list(txn, query->topic, from_ms, INT64_MAX, answer->arena, &all, &all_n);
    }
    nb_read_end(txn);
    const struct nb_incident **kept = nb_arena_calloc(answer->arena, all_n, sizeof(*kept));
    if (err || !kept) {
        return err ? err : NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < all_n; i++) {
        if (all[i]->severity >= query->min_severity) {
            kept[n++] = all[i];
        }
    }
    *out = kept;
    *out_n = n;
    return NB_OK;
}

static void local_time(int64_t at_ms, int32_t offset_min, char out[32])
{
    struct nb_civil t = nb_civil_of(at_ms, offset_min);
    (void)snprintf(out, 32, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
}

static enum nb_paint severity_paint(uint32_t severity)
{
    return severity >= 7 ? NB_RED : severity >= 4 ? NB_YELLOW : NB_PLAIN;
}

static enum nb_err write_table(const struct nb_incident *const *alerts, size_t n,
                               const struct query *query, struct nb_answer *answer)
{
    static const struct nb_column columns[] = {
        {"when", NB_LEFT, false},      {"topic", NB_LEFT, true},       {"kind", NB_LEFT, false},
        {"severity", NB_RIGHT, false}, {"documents", NB_RIGHT, false}, {"usual", NB_RIGHT, false},
        {"negative", NB_RIGHT, false}, {"why", NB_LEFT, true},
    };
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_incident *a = alerts[i];
        char when[32];
        local_time(a->at_ms, query->offset_min, when);
        nb_table_cell(table, NB_PLAIN, nb_slice_str(when));
        nb_table_cell(table, NB_BOLD, nb_field(a->topic));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(nb_form_name(a->form)));
        nb_table_cellf(table, severity_paint(a->severity), "%" PRIu32, a->severity);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu64, a->value);
        nb_table_cellf(table, NB_PLAIN, "%" PRId64 ".%03" PRId64, a->expected_milli / 1000,
                       a->expected_milli % 1000);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu64, a->negative_n);
        nb_table_cell(table, NB_PLAIN, nb_slice_str(first_reason(a)));
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), &answer->out);
}

/* One alert a line. */
static void write_json(const struct nb_incident *a, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_ktime(&json, "at", a->at_ms);
    nb_json_kcstr(&json, "topic", a->topic);
    nb_json_kint(&json, "severity", a->severity);
    nb_json_kcstr(&json, "kind", nb_form_name(a->form));
    nb_json_kint(&json, "value", (int64_t)a->value);
    nb_json_kint(&json, "expected_milli", a->expected_milli);
    nb_json_kint(&json, "negative", (int64_t)a->negative_n);
    nb_json_key(&json, "samples");
    nb_json_array(&json);
    for (size_t i = 0; i < a->n_samples; i++) {
        nb_json_int(&json, (int64_t)a->samples[i]);
    }
    nb_json_end(&json);
    nb_json_key(&json, "why");
    nb_json_array(&json);
    for (size_t i = 0; i < a->n_why; i++) {
        nb_json_cstr(&json, a->why[i]);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

/* One alert a line, for people who watch. */
static void write_line(const struct nb_incident *a, const struct query *query, struct nb_buf *out)
{
    char when[32];
    local_time(a->at_ms, query->offset_min, when);
    nb_buf_addf(out, "%s  %s  %s  severity %" PRIu32 ": %s\n", when, a->topic ? a->topic : "",
                nb_form_name(a->form), a->severity, first_reason(a));
}

static enum nb_err write_all(const struct nb_incident *const *alerts, size_t n,
                             const struct query *query, struct nb_answer *answer)
{
    if (query->format == TABLE) {
        return n ? write_table(alerts, n, query, answer) : NB_OK;
    }
    if (query->format == ATOM) {
        return nb_atom_alerts(&answer->out, alerts, n, NULL);
    }
    for (size_t i = 0; i < n; i++) {
        write_json(alerts[i], &answer->out);
    }
    return NB_OK;
}

/* An alert that was printed, and how severe it was then. */
struct printed {
    int64_t at_ms;
    char topic[72];
    uint32_t severity;
};

struct printed_list {
    struct printed *p;
    size_t n;
};

static bool is_printed(const struct printed_list *list, const struct nb_incident *a)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->p[i].at_ms == a->at_ms &&
            nb_slice_eq(nb_slice_str(list->p[i].topic), nb_field(a->topic))) {
            return list->p[i].severity >= a->severity;
        }
    }
    return false;
}

/* What is in the window now has been printed; what fell out of it is forgotten. */
static enum nb_err remember(struct printed_list *list, const struct nb_incident *const *alerts,
                            size_t n, struct nb_arena *arena)
{
    list->p = nb_arena_calloc(arena, n, sizeof(list->p[0]));
    list->n = list->p ? n : 0;
    for (size_t i = 0; i < list->n; i++) {
        list->p[i].at_ms = alerts[i]->at_ms;
        list->p[i].severity = alerts[i]->severity;
        (void)snprintf(list->p[i].topic, sizeof(list->p[i].topic), "%s",
                       alerts[i]->topic ? alerts[i]->topic : "");
    }
    return list->p ? NB_OK : NB_ENOMEM;
}

static enum nb_err follow_once(struct nb_answer *answer, const struct query *query,
                               int64_t window_ms, struct printed_list *list, struct nb_arena *keep)
{
    const struct nb_incident *const *alerts;
    size_t n;
    nb_arena_reset(answer->arena);
    enum nb_err err = read_alerts(answer, query, window_ms, &alerts, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (is_printed(list, alerts[i])) {
            continue;
        }
        if (query->format == JSON) {
            write_json(alerts[i], &answer->out);
        } else {
            write_line(alerts[i], query, &answer->out);
        }
    }
    if (err == NB_OK) {
        err = nb_answer_flush(answer);
    }
    if (err == NB_OK) {
        nb_arena_reset(keep);
        err = remember(list, alerts, n, keep);
    }
    return err;
}

/* Prints what is there, then what opens or becomes more severe; ends only with the process. */
static enum nb_err follow(struct nb_answer *answer, const struct query *query)
{
    struct nb_wake *wake = nb_store_wake(answer->store);
    struct printed_list list = {0};
    struct nb_arena *keep = nb_arena_new(64u << 20);
    if (!keep) {
        return NB_ENOMEM;
    }
    enum nb_err err;
    int64_t window_ms = query->window_ms;
    for (;;) {
        uint32_t seen = nb_wake_seen(wake);
        err = follow_once(answer, query, window_ms, &list, keep);
        if (err) {
            break;
        }
        window_ms = window_ms < FOLLOW_BACK_MS ? window_ms : FOLLOW_BACK_MS;
        nb_wake_wait(wake, seen, -1);
    }
    nb_arena_free(keep);
    return err;
}

static int run_alerts(struct nb_args *args)
{
    const char *format = nb_args_get(args, "format");
    bool is_following = nb_args_has(args, "follow");
    struct query query = {.topic = nb_slice_str(nb_args_get(args, "topic"))};
    query.format = format && strcmp(format, "json") == 0   ? JSON
                   : format && strcmp(format, "atom") == 0 ? ATOM
                                                           : TABLE;
    if (!nb_args_int(args, "min-severity", 1, 10, 1, &query.min_severity) ||
        !nb_answer_window(args, "window", 30 * NB_DAY_MS, &query.window_ms)) {
        return NB_EXIT_USAGE;
    }
    if (is_following && query.format == ATOM) {
        return nb_usage(args, "--follow prints a line per alert; a feed is asked for again");
    }
    struct nb_answer answer;
    const struct nb_incident *const *alerts;
    size_t n = 0;
    enum nb_err err = nb_answer_open(&answer, args);
    if (err == NB_OK) {
        query.offset_min = (int32_t)nb_config_int(answer.config, NB_CFG_UTC_OFFSET);
        if (is_following) {
            return nb_answer_close(&answer, follow(&answer, &query));
        }
        err = read_alerts(&answer, &query, query.window_ms, &alerts, &n);
    }
    if (err == NB_OK) {
        err = write_all(alerts, n, &query, &answer);
    }
    int code = nb_answer_close(&answer, err);
    if (code == NB_EXIT_OK && n == 0 && query.format != ATOM) { /* an empty feed is a feed */
        fprintf(stderr, "nabiz alerts: no alert in this window\n");
        code = NB_EXIT_NOTHING;
    }
    return code;
}

const struct nb_command nb_cmd_alerts = {
    .name = "alerts",
    .line = "hours in which a topic was far louder than usual",
    .usage = "",
    .about =
        "Prints the alerts of a window that ends with the newest document analysed, oldest first. "
        "With --follow it goes on with each alert as it opens or becomes more severe. "
        "docs/alerts.md says when an alert opens and what severity means. Times in the table are "
        "in the zone of clock.utc_offset, elsewhere UTC.",
    .options =
        (const struct nb_option[]){
            {"topic", "NAME", NULL, "only this topic"},
            {"window", "SPAN", NULL, "how far back to look: 30d (default), 12h, all"},
            {"min-severity", "N", NULL, "only alerts at least this severe, 1 to 10"},
            {"follow", NULL, NULL, "go on with new alerts as they come, one a line"},
            {"format", "FORMAT", "table|json|atom",
             "table for people, one JSON object a line, or an Atom feed"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz alerts --topic acme", "alerts of the last 30 days"},
            {"nabiz alerts --follow --format json", "feed a script as it happens"},
            {"nabiz alerts --format atom > alerts.xml", "for a feed reader"},
            {NULL, NULL}},
    .run = run_alerts,
};
