/* nabiz alerts: what a crisis desk should look at; follows what becomes of it without polling. */
#include <inttypes.h>
#include <stdio.h>

#include <nabiz/analysis.h>
#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/log.h>
#include <nabiz/wake.h>

#include "service/alerts_backtest.h"
#include "service/alerts_print.h"
#include "service/alerts_silence.h"
#include "service/answer.h"
#include "service/commands.h"
#include "service/deliver/atom.h"
#include "service/deliver/jsonfeed.h"

enum { DOCUMENTS_SHOWN = 50, CHANGES_READ = 200 };

enum format { TABLE, JSON, ATOM, JSONFEED };

struct query {
    struct nb_slice topic;
    int64_t window_ms;
    int64_t min_severity;
    enum format format;
    int32_t offset_min;
};

/* The start of a window that ends with the newest document. */
static enum nb_err window_start(struct nb_txn *txn, int64_t window_ms, int64_t *out)
{
    int64_t newest_ms;
    enum nb_err err = nb_analysis_watermark(txn, &newest_ms);
    *out = newest_ms > window_ms ? newest_ms - window_ms : 0;
    return err;
}

/* Reads the incidents of the window, oldest first. */
static enum nb_err read_incidents(struct nb_answer *answer, const struct query *query,
                                  const struct nb_incident *const **out, size_t *out_n)
{
    struct nb_txn *txn;
    int64_t from_ms;
    const struct nb_incident *const *all = NULL;
    size_t all_n = 0;
    enum nb_err err = nb_read_begin(answer->store, &txn, &answer->error);
    if (err) {
        return err;
    }
    err = window_start(txn, query->window_ms, &from_ms);
    if (err == NB_OK) {
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

static enum nb_err write_all(const struct nb_incident *const *incidents, size_t n,
                             const struct query *query, struct nb_answer *answer)
{
    switch (query->format) {
    case TABLE:
        return n ? nb_alerts_table(incidents, n, query->offset_min, answer->arena, &answer->out)
                 : NB_OK;
    case ATOM:
        return nb_atom_alerts(&answer->out, incidents, n, NULL);
    case JSONFEED:
        return nb_jsonfeed_alerts(&answer->out, incidents, n, NULL);
    case JSON:
    default:
        for (size_t i = 0; i < n; i++) {
            nb_alerts_json_line(incidents[i], &answer->out);
        }
        return NB_OK;
    }
}

/* Changes after the cursor, which moves on; those before from_ms are passed over. */
static enum nb_err follow_once(struct nb_answer *answer, const struct query *query, int64_t from_ms,
                               uint64_t *cursor, size_t *read_n)
{
    struct nb_txn *txn;
    const struct nb_change_row *rows;
    nb_arena_reset(answer->arena);
    enum nb_err err = nb_read_begin(answer->store, &txn, &answer->error);
    if (err) {
        return err;
    }
    err = nb_incident_changes(txn, *cursor, CHANGES_READ, answer->arena, &rows, read_n);
    for (size_t i = 0; err == NB_OK && i < *read_n; i++) {
        const struct nb_incident_change *c = rows[i].change;
        struct nb_incident *incident = NULL;
        *cursor = rows[i].number;
        if (c->at_ms < from_ms || c->severity < query->min_severity ||
            (query->topic.len && !nb_slice_eq(query->topic, nb_field(c->topic)))) {
            continue;
        }
        err = nb_incident_get(txn, c->incident, answer->arena, &incident);
        err = err == NB_ENOTFOUND ? NB_OK : err;
        if (query->format == JSON) {
            nb_alerts_change_json(&rows[i], incident, &answer->out);
        } else {
            nb_alerts_change(&rows[i], incident, query->offset_min, &answer->out);
        }
    }
    nb_read_end(txn);
    return err ? err : nb_answer_flush(answer);
}

/* Prints the changes of the window, then each as it comes; ends only with the process. */
static enum nb_err follow(struct nb_answer *answer, const struct query *query)
{
    struct nb_wake *wake = nb_store_wake(answer->store);
    struct nb_txn *txn;
    uint64_t cursor = 0;
    int64_t from_ms = 0;
    enum nb_err err = nb_read_begin(answer->store, &txn, &answer->error);
    if (err == NB_OK) {
        err = window_start(txn, query->window_ms, &from_ms);
        nb_read_end(txn);
    }
    while (err == NB_OK) {
        size_t read_n = 0;
        uint32_t seen = nb_wake_seen(wake);
        err = follow_once(answer, query, from_ms, &cursor, &read_n);
        if (err == NB_OK && read_n < CHANGES_READ) {
            nb_wake_wait(wake, seen, -1);
        }
    }
    return err;
}

/* Titles and addresses come from the log; without it there are none. */
static struct nb_log *open_log(struct nb_answer *answer, struct nb_store **crawl)
{
    const struct nb_store_options options = {.read_only = true};
    struct nb_log *log = NULL;
    const char *dir = nb_config_str(answer->config, NB_CFG_DATA_DIR);
    if (nb_store_open(dir, NB_STORE_CRAWL, &options, crawl, NULL) != NB_OK ||
        nb_log_open_local(*crawl, &log, NULL) != NB_OK) {
        return NULL;
    }
    return log;
}

static enum nb_err explain(struct nb_answer *answer, const struct query *query, const char *text)
{
    uint64_t id;
    struct nb_txn *txn;
    struct nb_incident *incident = NULL;
    struct nb_store *crawl = NULL;
    if (!nb_incident_id_parse(nb_slice_str(text), &id)) {
        return nb_error_set(&answer->error, NB_EINVAL,
                            "\"%s\" is no incident: an id has 16 digits, see `nabiz alerts`", text);
    }
    enum nb_err err = nb_read_begin(answer->store, &txn, &answer->error);
    if (err) {
        return err;
    }
    err = nb_incident_get(txn, id, answer->arena, &incident);
    if (err == NB_ENOTFOUND) {
        err = nb_error_set(&answer->error, err,
                           "there is no incident %s; `nabiz alerts --window "
                           "all` lists them",
                           text);
    }
    err = err == NB_OK ? nb_alerts_add_terms(txn, answer->arena, incident) : err;
    if (err == NB_OK) {
        const struct nb_alert_explain x = {.incident = incident,
                                           .txn = txn,
                                           .log = open_log(answer, &crawl),
                                           .documents_max = DOCUMENTS_SHOWN,
                                           .utc_offset_min = query->offset_min,
                                           .arena = answer->arena};
        err = query->format == JSON ? nb_alerts_explain_json(&x, &answer->out)
                                    : nb_alerts_explain(&x, &answer->out);
        nb_log_close(x.log);
        nb_store_close(crawl);
    }
    nb_read_end(txn);
    return err;
}

static enum format format_of(const char *name)
{
    static const char *const names[] = {"table", "json", "atom", "jsonfeed"};
    for (int i = 0; name && i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (enum format)i;
        }
    }
    return TABLE;
}

static int run_alerts(struct nb_args *args)
{
    const char *id = nb_args_get(args, "explain");
    bool is_following = nb_args_has(args, "follow");
    struct query query = {.topic = nb_slice_str(nb_args_get(args, "topic")),
                          .format = format_of(nb_args_get(args, "format"))};
    bool is_feed = query.format == ATOM || query.format == JSONFEED;
    if (nb_args_words_n(args) > 0) {
        return strcmp(nb_args_word(args, 0), "silence") == 0
                   ? nb_alerts_silence(args, query.format == JSON)
                   : nb_alerts_backtest(args, query.format == JSON);
    }
    if (!nb_args_int(args, "min-severity", 1, 10, 1, &query.min_severity) ||
        !nb_answer_window(args, "window", 30 * NB_DAY_MS, &query.window_ms)) {
        return NB_EXIT_USAGE;
    }
    if (is_feed && (is_following || id)) {
        return nb_usage(args, "a feed is asked for again, and whole: without --follow and "
                              "--explain");
    }
    struct nb_answer answer;
    const struct nb_incident *const *incidents;
    size_t n = 0;
    enum nb_err err = nb_answer_open(&answer, args);
    if (err == NB_OK) {
        query.offset_min = (int32_t)nb_config_int(answer.config, NB_CFG_UTC_OFFSET);
        if (is_following || id) {
            err = id ? explain(&answer, &query, id) : follow(&answer, &query);
            int failed = nb_answer_close(&answer, err);
            return err == NB_ENOTFOUND ? NB_EXIT_NOTHING : failed;
        }
        err = read_incidents(&answer, &query, &incidents, &n);
    }
    if (err == NB_OK) {
        err = write_all(incidents, n, &query, &answer);
    }
    int code = nb_answer_close(&answer, err);
    if (code == NB_EXIT_OK && n == 0 && !is_feed) { /* an empty feed is a feed */
        fprintf(stderr, "nabiz alerts: no alert in this window\n");
        code = NB_EXIT_NOTHING;
    }
    return code;
}

const struct nb_command nb_cmd_alerts = {
    .name = "alerts",
    .line = "incidents: when a topic was far louder, angrier or more copied than usual",
    .usage = "[backtest | silence]",
    .about =
        "Prints the incidents of a window that ends with the newest document analysed, oldest "
        "first. With --follow it prints what became of them, then each change as it comes. "
        "--explain opens one of them down to its documents. `nabiz alerts backtest` replays what "
        "is stored, or a CSV of counts, and shows what would have been told under a budget of "
        "false alarms; `nabiz alerts silence` who was not heard for longer than usual: the "
        "crawler, a kind or group of sources, a source. docs/alerts.md says when an incident opens "
        "and what severity means. Times "
        "in tables are in the zone of clock.utc_offset, elsewhere UTC.",
    .options =
        (const struct nb_option[]){
            {"topic", "NAME", NULL, "only this topic"},
            {"window", "SPAN", NULL, "how far back to look: 30d (default), 12h, all"},
            {"min-severity", "N", NULL, "only incidents at least this severe, 1 to 10"},
            {"explain", "ID", NULL, "everything that is known of one incident"},
            {"follow", NULL, NULL, "go on with changes as they come, one a line"},
            {"from", "DAY", NULL, "backtest: from this day on, 2026-03-01"},
            {"to", "DAY", NULL, "backtest: up to the end of this day"},
            {"budget", "K", NULL, "backtest: at most so many false alarms a week, 0.5"},
            {"csv", "FILE", NULL, "backtest: counts to replay, timestamp,value; - is stdin"},
            {"format", "FORMAT", "table|json|atom|jsonfeed",
             "table for people, one JSON object a line, or a feed"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz alerts --topic acme", "incidents of the last 30 days"},
            {"nabiz alerts --follow --format json", "feed a script as it happens"},
            {"nabiz alerts --format jsonfeed > alerts.json", "for a feed reader"},
            {"nabiz alerts backtest --topic acme --budget 0.5",
             "what one false alarm in two weeks would have let through"},
            {"nabiz alerts silence", "is it calm, or is something broken"},
            {NULL, NULL}},
    .min_words = 0,
    .max_words = 1,
    .run = run_alerts,
};
