#include "service/http/pages.h"

#include <stdio.h>

#include <nabiz/analysis.h>
#include <nabiz/counters.h>
#include <nabiz/date.h>
#include <nabiz/diag.h>
#include <nabiz/incident.h>
#include <nabiz/json.h>
#include <nabiz/websub.h>

#include "service/deliver/atom.h"
#include "service/deliver/jsonfeed.h"
#include "service/digest/make.h"
#include "service/digest/collect.h"
#include "service/http/push.h"
#include "service/status.h"

#define ALERTS_MAX_BYTES (64u << 20)
#define TOPICS_MAX_BYTES (16u << 20)

enum { OK = 200, BAD_REQUEST = 400, NOT_FOUND = 404, FAILED = 500, UNAVAILABLE = 503 };

static void say(struct nb_http_answer *answer, unsigned status, const char *text)
{
    answer->status = status;
    answer->content_type = "text/plain; charset=utf-8";
    nb_buf_reset(&answer->body);
    nb_buf_add_str(&answer->body, text);
    nb_buf_add_byte(&answer->body, '\n');
}

/* Details may name paths of this machine: they go to the log, not to the network. */
static void fail(struct nb_http_answer *answer, const struct nb_http_request *request,
                 enum nb_err err, const struct nb_error *error)
{
    if (err == NB_ENOTFOUND) {
        say(answer, NOT_FOUND, "not found");
        return;
    }
    nb_diag(NB_ERROR, "http", "request failed", nb_kv_str("path", request->path), nb_kv_err(error));
    say(answer, FAILED, "this could not be answered; the log says why");
}

static struct nb_log *log_if_any(struct nb_reading *reading)
{
    struct nb_log *log = NULL;
    return nb_reading_log(reading, &log, NULL) == NB_OK ? log : NULL;
}

/* @return the time of the oldest alert that the feed carries, 0 when there are few. */
static enum nb_err oldest_shown(struct nb_txn *txn, int64_t *out_ms)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_INCIDENT, &cursor);
    if (err != NB_OK) {
        return err;
    }
    *out_ms = 0;
    err = nb_cursor_last(cursor, &key, &value);
    for (size_t n = 1; err == NB_OK && n < NB_ATOM_ALERTS_MAX; n++) {
        err = nb_cursor_prev(cursor, &key, &value);
    }
    if (err == NB_OK && key.len == 8) {
        *out_ms = nb_incident_id_ms(nb_key_to_u64((const uint8_t *)key.p));
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_pages_alerts(struct nb_reading *reading, enum nb_pages_feed format,
                            struct nb_buf *out, struct nb_error *error)
{
    struct nb_store *analysis = NULL;
    struct nb_txn *txn = NULL;
    struct nb_atom_options options = {.self_url = NULL};
    enum nb_err err = nb_reading_analysis(reading, &analysis, error);
    if (err != NB_OK) {
        return err;
    }
    options.log = log_if_any(reading); /* without it the feed has no links */
    struct nb_arena *arena = nb_arena_new(ALERTS_MAX_BYTES);
    err = arena ? nb_read_begin(analysis, &txn, error) : NB_ENOMEM;
    if (err == NB_OK) {
        const struct nb_incident *const *alerts = NULL;
        size_t alerts_n = 0;
        int64_t from_ms = 0;
        err = oldest_shown(txn, &from_ms);
        if (err == NB_OK) {
            err = nb_incident_list(txn, nb_slice(NULL, 0), from_ms, INT64_MAX, arena, &alerts,
                                   &alerts_n);
        }
        nb_read_end(txn);
        if (err == NB_OK) {
            err = format == NB_PAGES_ATOM ? nb_atom_alerts(out, alerts, alerts_n, &options)
                                          : nb_jsonfeed_alerts(out, alerts, alerts_n, &options);
        }
    }
    nb_arena_free(arena);
    return err;
}

static void answer_alerts(const struct nb_pages *pages, const struct nb_http_request *request,
                          enum nb_pages_feed format, struct nb_http_answer *answer)
{
    struct nb_error error = {0};
    answer->content_type = format == NB_PAGES_ATOM ? "application/atom+xml; charset=utf-8"
                                                   : "application/feed+json; charset=utf-8";
    enum nb_err err = nb_pages_alerts(pages->reading, format, &answer->body, &error);
    if (err != NB_OK) {
        fail(answer, request, err, &error);
    }
}

/* Prometheus' text format 0.0.4: nabiz_polls_total{process="crawl"} 12 */
static void metric(const struct nb_process_status *processes, enum nb_counter id,
                   struct nb_buf *out)
{
    const struct nb_counter_row *row = nb_counter_row(id);
    struct nb_slice name = nb_slice_str(row->name);
    bool gauge = nb_slice_ends(name, NB_LIT("_gauge"));
    if (gauge) {
        name.len -= strlen("_gauge");
    }
    bool ms = gauge && strcmp(row->unit, "ms") == 0;
    const char *suffix = gauge ? (ms ? "_ms" : "") : "_total";
    nb_buf_addf(out, "# HELP nabiz_%.*s%s %s\n# TYPE nabiz_%.*s%s %s\n", NB_ARG(name), suffix,
                row->line, NB_ARG(name), suffix, gauge ? "gauge" : "counter");
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        if (processes[i].known) {
            nb_buf_addf(out, "nabiz_%.*s%s{process=\"%s\"} %lld\n", NB_ARG(name), suffix,
                        processes[i].name, (long long)processes[i].counters[id]);
        }
    }
}

static void answer_metrics(const struct nb_pages *pages, struct nb_http_answer *answer)
{
    struct nb_process_status processes[NB_PROCESSES_N];
    nb_status_read(pages->config, processes);
    answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
    nb_buf_add_str(&answer->body, "# HELP nabiz_up whether the process runs\n"
                                  "# TYPE nabiz_up gauge\n");
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        nb_buf_addf(&answer->body, "nabiz_up{process=\"%s\"} %d\n", processes[i].name,
                    processes[i].alive);
    }
    for (size_t i = 0; i < NB_CTR_COUNT; i++) {
        metric(processes, (enum nb_counter)i, &answer->body);
    }
}

/* A moment and how long ago it was; a process that never set it has none. */
static void health_gauge(struct nb_json *j, const char *key, const char *age_key, int64_t at_ms,
                         int64_t now_ms)
{
    if (at_ms > 0) {
        nb_json_ktime(j, key, at_ms);
        nb_json_kint(j, age_key, now_ms - at_ms);
    }
}

static void health_processes(const struct nb_pages *pages, int64_t now_ms, struct nb_json *j)
{
    struct nb_process_status processes[NB_PROCESSES_N];
    nb_status_read(pages->config, processes);
    nb_json_key(j, "processes");
    nb_json_object(j);
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        if (!processes[i].known) {
            continue;
        }
        nb_json_key(j, processes[i].name);
        nb_json_object(j);
        nb_json_kbool(j, "alive", processes[i].alive);
        health_gauge(j, "started", "started_age_ms", processes[i].counters[NB_CTR_STARTED_MS],
                     now_ms);
        health_gauge(j, "settled", "settled_age_ms", processes[i].counters[NB_CTR_SETTLED_MS],
                     now_ms);
        nb_json_end(j);
    }
    nb_json_end(j);
}

struct standing {
    bool log, analysis; /* known */
    uint64_t last, cursor;
    int64_t watermark_ms;
};

/* @return false when a store is there and cannot be read. */
static bool read_standing(const struct nb_pages *pages, struct standing *out,
                          struct nb_error *error)
{
    struct nb_log *log = NULL;
    struct nb_store *analysis = NULL;
    struct nb_txn *txn = NULL;
    enum nb_err err = nb_reading_log(pages->reading, &log, error);
    if (err == NB_OK) {
        err = nb_log_last(log, &out->last, error);
        out->log = err == NB_OK;
    }
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return false;
    }
    err = nb_reading_analysis(pages->reading, &analysis, error);
    if (err == NB_OK) {
        err = nb_read_begin(analysis, &txn, error);
    }
    if (err == NB_OK) {
        err = nb_analysis_cursor(txn, &out->cursor);
        if (err == NB_OK) {
            err = nb_analysis_watermark(txn, &out->watermark_ms);
        }
        nb_read_end(txn);
        out->analysis = err == NB_OK;
    }
    return err == NB_OK || err == NB_ENOTFOUND;
}

static void json_known(struct nb_json *j, const char *key, bool known, uint64_t value)
{
    nb_json_key(j, key);
    if (known) {
        nb_json_int(j, (int64_t)value);
    } else {
        nb_json_null(j);
    }
}

static void answer_health(const struct nb_pages *pages, struct nb_http_answer *answer)
{
    struct nb_error error = {0};
    struct standing at = {.watermark_ms = -1};
    struct nb_json j;
    int64_t now_ms = nb_clock_now_ms(pages->clock);
    bool ok = read_standing(pages, &at, &error);
    if (!ok) {
        nb_diag(NB_ERROR, "http", "a store cannot be read", nb_kv_err(&error));
    }
    answer->status = ok ? OK : UNAVAILABLE;
    answer->content_type = "application/json";
    nb_json_init(&j, &answer->body, true);
    nb_json_object(&j);
    nb_json_kbool(&j, "ok", ok);
    nb_json_ktime(&j, "now", now_ms);
    json_known(&j, "log_last", at.log, at.last);
    json_known(&j, "analysis_cursor", at.analysis, at.cursor);
    json_known(&j, "lag", at.log && at.analysis, at.last > at.cursor ? at.last - at.cursor : 0);
    nb_json_ktime(&j, "newest_document", at.watermark_ms);
    health_processes(pages, now_ms, &j);
    nb_json_end(&j);
    nb_buf_add_byte(&answer->body, '\n');
}

static enum nb_err find_topic(struct nb_store *analysis, struct nb_slice topic,
                              struct nb_error *error)
{
    const struct nb_report_topic *topics = NULL;
    size_t n = 0;
    struct nb_txn *txn = NULL;
    struct nb_arena *arena = nb_arena_new(TOPICS_MAX_BYTES);
    enum nb_err err = arena ? nb_read_begin(analysis, &txn, error) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_report_topics(txn, arena, &topics, &n);
        nb_read_end(txn);
    }
    bool found = false;
    for (size_t i = 0; err == NB_OK && i < n && !found; i++) {
        found = nb_slice_eq(topics[i].name, topic);
    }
    nb_arena_free(arena);
    return err == NB_OK && !found ? NB_ENOTFOUND : err;
}

/* rest: TOPIC/DAY */
static void answer_digest(const struct nb_pages *pages, const struct nb_http_request *request,
                          struct nb_slice rest, struct nb_http_answer *answer)
{
    struct nb_error error = {0};
    struct nb_digest_request digest = {.config = pages->config,
                                       .format = NB_DIGEST_HTML,
                                       .lang = request->lang ? request->lang : "tr"};
    size_t slash = nb_slice_find_byte(rest, '/', 0);
    struct nb_slice day =
        slash == NB_NPOS ? nb_slice(NULL, 0) : nb_slice_sub(rest, slash + 1, rest.len);
    int32_t offset_min = (int32_t)nb_config_int(pages->config, NB_CFG_UTC_OFFSET);
    digest.topic = nb_slice_sub(rest, 0, slash == NB_NPOS ? 0 : slash);
    if (nb_date_day(day, offset_min, &digest.day_ms) != NB_OK) {
        say(answer, NOT_FOUND, "a digest is at /digest/TOPIC/2026-11-21");
        return;
    }
    enum nb_err err = nb_reading_analysis(pages->reading, &digest.analysis, &error);
    if (err == NB_OK) {
        err = find_topic(digest.analysis, digest.topic, &error);
    }
    if (err != NB_OK) {
        fail(answer, request, err, &error);
        return;
    }
    digest.log = log_if_any(pages->reading); /* without it: figures, no titles */
    answer->content_type = "text/html; charset=utf-8";
    err = nb_digest_make(&digest, &answer->body, NULL, &error);
    if (request->lang && (err == NB_EINVAL || err == NB_ENOTFOUND)) {
        say(answer, BAD_REQUEST, "there are no labels in this language; try lang=tr or lang=en");
    } else if (err != NB_OK) {
        fail(answer, request, err == NB_ENOTFOUND ? NB_EIO : err, &error);
    }
}

void nb_pages_answer(void *arg, const struct nb_http_request *request,
                     struct nb_http_answer *answer)
{
    const struct nb_pages *pages = arg;
    struct nb_slice path = nb_slice_str(request->path);
    struct nb_slice digest = NB_LIT("/digest/");
    if (nb_slice_eq(path, NB_LIT("/"))) {
        say(answer, OK,
            "nabiz\n\n"
            "/digest/TOPIC/2026-11-21   what was said about a topic on one day; ?lang=en\n"
            "/alerts.atom               the newest alerts, for a feed reader\n"
            "/alerts.json               the same as a JSON Feed\n"
            "/health                    how far the processes are, as JSON\n"
            "/metrics                   counters, for Prometheus");
    } else if (nb_slice_eq(path, NB_LIT("/health"))) {
        answer_health(pages, answer);
    } else if (nb_slice_eq(path, NB_LIT("/metrics"))) {
        answer_metrics(pages, answer);
    } else if (nb_slice_eq(path, NB_LIT("/alerts.atom"))) {
        answer_alerts(pages, request, NB_PAGES_ATOM, answer);
    } else if (nb_slice_eq(path, NB_LIT("/alerts.json"))) {
        answer_alerts(pages, request, NB_PAGES_JSON, answer);
    } else if (pages->door && nb_slice_starts(path, NB_LIT(NB_WEBSUB_PATH))) {
        nb_push_ask(pages->door, request, answer);
    } else if (nb_slice_starts(path, digest)) {
        answer_digest(pages, request, nb_slice_sub(path, digest.len, path.len), answer);
    } else {
        say(answer, NOT_FOUND, "not found");
    }
}
