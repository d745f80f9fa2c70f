/*
 * Collecting a report: counts come from the hourly counters, lists from the mentions. The two are
 * written in one transaction by the analyzer, so they agree; `--rows mentions` recounts one by the
 * other.
 */
#include "service/digest/report_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include <nabiz/date.h>
#include <nabiz/incident.h>

/* Start of the hour in a key of TOPIC_HOUR: hours since 1970, behind the topic and its NUL. */
static int64_t hour_of(struct nb_slice key, size_t topic_len)
{
    return (int64_t)nb_key_to_u64((const uint8_t *)key.p + topic_len + 1) * NB_HOUR_MS;
}

/* One row per topic: its name, and its newest hour by stepping back from the name after it. */
static enum nb_err add_topic(struct nb_cursor *cursor, struct nb_slice name, struct nb_arena *arena,
                             struct nb_report_topic *out)
{
    struct nb_slice key;
    struct nb_slice value;
    char *after = nb_arena_alloc(arena, name.len + 1);
    if (!after) {
        return NB_ENOMEM;
    }
    memcpy(after, name.p, name.len);
    after[name.len] = '\1'; /* keys go on with NUL: this is past the topic's last */
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(after, name.len + 1), &key, &value);
    if (err == NB_ENOTFOUND) {
        err = nb_cursor_last(cursor, &key, &value);
    } else if (err == NB_OK) {
        err = nb_cursor_prev(cursor, &key, &value);
    }
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_ECORRUPT : err;
    }
    if (key.len != name.len + 9 || !nb_slice_starts(key, name)) {
        return NB_ECORRUPT;
    }
    out->name = nb_slice(after, name.len);
    out->last_hour_ms = hour_of(key, name.len);
    return NB_OK;
}

static enum nb_err walk_topics(struct nb_cursor *cursor, struct nb_arena *arena,
                               struct nb_report_topic **rows, size_t *rows_n)
{
    struct nb_slice from = NB_LIT("");
    size_t cap = 0;
    for (;;) {
        struct nb_slice key;
        struct nb_slice value;
        enum nb_err err = nb_cursor_seek(cursor, from, &key, &value);
        if (err == NB_ENOTFOUND) {
            return NB_OK;
        }
        size_t end = err == NB_OK ? nb_slice_find_byte(key, '\0', 0) : 0;
        if (err != NB_OK || end == NB_NPOS) {
            return err != NB_OK ? err : NB_ECORRUPT;
        }
        if (*rows_n == cap) {
            size_t bigger = cap == 0 ? 16 : 2 * cap;
            struct nb_report_topic *grown =
                nb_arena_grow(arena, *rows, cap * sizeof(**rows), bigger * sizeof(**rows));
            if (!grown) {
                return NB_ENOMEM;
            }
            *rows = grown;
            cap = bigger;
        }
        struct nb_report_topic *row = &(*rows)[*rows_n];
        err = add_topic(cursor, nb_slice_sub(key, 0, end), arena, row);
        if (err != NB_OK) {
            return err;
        }
        (*rows_n)++;
        from = nb_slice(row->name.p, row->name.len + 1); /* with the \1 behind it */
    }
}

enum nb_err nb_report_topics(struct nb_txn *analysis, struct nb_arena *arena,
                             const struct nb_report_topic **out, size_t *out_n)
{
    struct nb_cursor *cursor;
    struct nb_report_topic *rows = NULL;
    size_t rows_n = 0;
    enum nb_err err = nb_cursor_open(analysis, NB_TBL_TOPIC_HOUR, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = walk_topics(cursor, arena, &rows, &rows_n);
    nb_cursor_close(cursor);
    if (err == NB_OK) {
        *out = rows;
        *out_n = rows_n;
    }
    return err;
}

int64_t nb_report_newest_day(int64_t watermark_ms, int64_t now_ms, const struct nb_zone *zone)
{
    int64_t now = now_ms > watermark_ms ? now_ms : watermark_ms;
    int64_t yesterday = nb_zone_day(zone, now, -1);
    int64_t covered = nb_zone_day(zone, watermark_ms, 0);
    return watermark_ms >= 0 && covered < yesterday ? covered : yesterday;
}

static int by_documents(const void *a, const void *b)
{
    const struct nb_report_share *x = a;
    const struct nb_report_share *y = b;
    if (x->documents_n != y->documents_n) {
        return x->documents_n > y->documents_n ? -1 : 1;
    }
    return nb_slice_cmp(x->topic, y->topic);
}

static enum nb_err collect_share(struct nb_txn *analysis, struct nb_arena *arena,
                                 struct nb_report *out)
{
    const struct nb_report_topic *topics = NULL;
    size_t topics_n = 0;
    enum nb_err err = nb_report_topics(analysis, arena, &topics, &topics_n);
    struct nb_report_share *share =
        err == NB_OK ? nb_arena_calloc(arena, topics_n, sizeof(*share)) : NULL;
    if (!share) {
        return err != NB_OK ? err : NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < topics_n; i++) {
        const struct nb_hour_row *rows = NULL;
        size_t rows_n = 0;
        err = nb_analysis_hours(analysis, topics[i].name, out->day_ms, out->end_ms, arena, &rows,
                                &rows_n);
        if (err != NB_OK) {
            return err;
        }
        uint64_t documents_n = 0;
        for (size_t j = 0; j < rows_n; j++) {
            documents_n += rows[j].hour->documents_n;
        }
        if (documents_n > 0) {
            share[n++] = (struct nb_report_share){topics[i].name, documents_n, 0};
            out->share_sum_n += documents_n;
        }
    }
    for (size_t i = 0; i < n; i++) {
        share[i].share_milli = (int32_t)(share[i].documents_n * 1000 / out->share_sum_n);
    }
    qsort(share, n, sizeof(*share), by_documents);
    out->share = share;
    out->share_n = n;
    return NB_OK;
}

static int by_people(const void *a, const void *b)
{
    const struct nb_event_row *x = a, *y = b;
    if (x->people != y->people) {
        return x->people > y->people ? -1 : 1;
    }
    return (x->type > y->type) - (x->type < y->type);
}

static enum nb_err collect_events(struct nb_txn *analysis, const struct nb_event_classes *classes,
                                  struct nb_arena *arena, struct nb_report *out)
{
    static const struct nb_event_classes none;
    int32_t last = nb_day_of(out->end_ms - 1);
    const struct nb_event_filter filter = {.from = last - NB_REPORT_EVENT_DAYS + 1, .to = last};
    struct nb_event_row *rows = NULL;
    size_t n = 0, shown = 0;
    enum nb_err err =
        nb_event_summary(analysis, &filter, classes ? classes : &none, arena, &rows, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (!rows[i].hidden) {
            rows[shown++] = rows[i];
        }
    }
    if (shown) {
        qsort(rows, shown, sizeof(*rows), by_people);
    }
    out->events = rows;
    out->events_n = shown;
    return err;
}

static enum nb_err collect_commands(const char *zone_name, struct nb_arena *arena,
                                    struct nb_report *out)
{
    struct nb_civil day = nb_civil_of(out->day_ms, nb_zone_offset_min(out->zone, out->day_ms));
    char from[NB_RFC3339_BYTES];
    (void)snprintf(from, sizeof(from), "%04d-%02d-%02d", day.year, day.month, day.day);
    const struct {
        const char **to;
        const char *rows;
    } own[] = {
        {&out->commands.counts, "mentions"},
        {&out->commands.history, "days"},
        {&out->commands.hours, "hours"},
        {&out->commands.stories, "stories"},
        {&out->commands.waiting, "waiting"},
        {&out->commands.questions, "questions"},
        {&out->commands.praise, "praise"},
        {&out->commands.loudest, "authors"},
        {&out->commands.share, "share"},
        {&out->commands.alerts, "alerts"},
        {&out->commands.influencers, "influencers"},
        {&out->commands.events, "events"},
        {&out->commands.terms, "terms"},
        {&out->commands.silence, "silence"},
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        *own[i].to = nb_arena_printf(arena, "nabiz digest --topic %.*s --day %s %s%s%s%s--rows %s",
                                     NB_ARG(out->topic), from, out->days_n == 7 ? "--week " : "",
                                     zone_name ? "--zone " : "", zone_name ? zone_name : "",
                                     zone_name ? " " : "", own[i].rows);
        if (!*own[i].to) {
            return NB_ENOMEM;
        }
    }
    return NB_OK;
}

static enum nb_err collect_behind(struct nb_txn *analysis, struct nb_log *log,
                                  struct nb_report *out, struct nb_error *error)
{
    uint64_t cursor = 0;
    uint64_t last = 0;
    enum nb_err err = nb_analysis_cursor(analysis, &cursor);
    if (err == NB_OK && log) {
        err = nb_log_last(log, &last, error);
    }
    out->behind_n = last > cursor ? last - cursor : 0;
    return err;
}

static enum nb_err collect_lists(struct nb_arena *arena, struct nb_report *out,
                                 struct nb_error *error)
{
    struct nb_scan *scan = nb_arena_calloc(arena, 1, sizeof(*scan));
    enum nb_err err = scan ? nb_scan_read(out->analysis, out->topic, out->day_ms, out->end_ms,
                                          out->day.documents_n, arena, scan)
                           : NB_ENOMEM;
    out->scan = scan;
    return err == NB_OK ? nb_report_lists(scan, arena, out, error) : err;
}

enum nb_err nb_report_collect(struct nb_txn *analysis, struct nb_log *log,
                              const struct nb_report_options *options, struct nb_arena *arena,
                              struct nb_report *out, struct nb_error *error)
{
    struct nb_report report = {.analysis = analysis,
                               .log = log,
                               .list_n = options->list_n ? options->list_n : NB_REPORT_LIST_MAX,
                               .sections = options->sections ? options->sections : NB_SECTIONS_ALL,
                               .topic = options->topic,
                               .days_n = options->days_n == 7 ? 7 : 1,
                               .day_ms = nb_zone_day(options->zone, options->day_ms, 0),
                               .zone = options->zone};
    report.end_ms = nb_zone_day(report.zone, report.day_ms, (int32_t)report.days_n);
    enum nb_err err = collect_behind(analysis, log, &report, error);
    if (err == NB_OK) {
        err = nb_report_usual(arena, &report);
    }
    if (err == NB_OK) {
        err = collect_lists(arena, &report, error);
    }
    if (err == NB_OK) {
        err = nb_report_rising(arena, &report);
    }
    if (err == NB_OK) {
        err = nb_report_influencers(options->all_people ? SIZE_MAX : report.list_n, arena, &report);
    }
    if (err == NB_OK) {
        err = nb_incident_list(analysis, report.topic, report.day_ms, report.end_ms, arena,
                               &report.alerts, &report.alerts_n);
    }
    if (err == NB_OK) {
        err = collect_share(analysis, arena, &report);
    }
    if (err == NB_OK) {
        err = collect_events(analysis, options->classes, arena, &report);
    }
    if (err == NB_OK) {
        err = collect_commands(options->zone_name, arena, &report);
    }
    if (err != NB_OK) {
        /* a detail that a step left stays; the others get one that names the report */
        return error && error->code == err ? err
                                           : nb_error_set(error, err, "the report on %.*s: %s",
                                                          NB_ARG(options->topic), nb_strerror(err));
    }
    *out = report;
    return NB_OK;
}
