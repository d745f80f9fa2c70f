#include "service/alerts_backtest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/json.h>
#include <nabiz/log.h>
#include <nabiz/mem.h>
#include <nabiz/table.h>

#include "analyzer/alerts/calendar.h"
#include "analyzer/alerts/gate.h"
#include "analyzer/commit.h"
#include "analyzer/mentions.h"
#include "service/alerts_counts.h"
#include "service/alerts_print.h"
#include "service/answer.h"
#include "service/lang.h"

enum {
    PATH_BYTES = 4096,
    BATCH_N = 64,
    BATCH_BYTES = 256 << 20,
    SCRATCH_BYTES = 64 << 20,
    DIR_BYTES = 4096,
    CHANGES_MAX = 100000
};

#define MAP_BYTES (UINT64_C(16) << 20)
#define STORE_MAX_BYTES (UINT64_C(16) << 30)

struct backtest {
    struct nb_answer answer;
    struct nb_calendar *calendar; /* NULL: the lexicons have none */
    struct nb_txn *txn;           /* of the analysis store that is there */
    struct nb_store *crawl;
    struct nb_log *log;
    char dir[DIR_BYTES]; /* of the one that is thrown away */
    struct nb_store *store;
    struct nb_arena *batch, *scratch;
    struct nb_slice topic;
    int64_t from_ms, to_ms;
    struct nb_gate_rule rule;
    bool as_json;
    int32_t offset_min;
    uint64_t incidents_n, told_n; /* of all topics */
    int64_t first_ms, last_ms;    /* of what was replayed and is shown */
};

/* Numbers of the topic's documents, which order as the log does. */
struct numbers {
    uint64_t *p;
    size_t n, cap;
    struct nb_arena *arena;
};

static enum nb_err take_number(void *arg, const struct nb_mention_brief *row)
{
    struct numbers *list = arg;
    if (list->n == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 1024;
        uint64_t *p = nb_arena_grow(list->arena, list->p, list->n * sizeof(*p), cap * sizeof(*p));
        if (!p) {
            return NB_ENOMEM;
        }
        list->p = p;
        list->cap = cap;
    }
    list->p[list->n++] = row->number;
    return NB_OK;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The annotation as it was made, with the one topic alone. */
static void keep_topic(struct nb_annotation *annotation, struct nb_slice topic)
{
    size_t n = 0;
    for (size_t i = 0; i < annotation->n_topics && n == 0; i++) {
        if (nb_slice_eq(nb_field(annotation->topics[i]->topic), topic)) {
            annotation->topics[n++] = annotation->topics[i];
        }
    }
    annotation->n_topics = n;
    annotation->n_life_events = 0;
}

static enum nb_err commit_batch(struct backtest *b, const struct nb_commit_item *items, size_t n)
{
    if (n == 0) {
        return NB_OK;
    }
    struct nb_commit commit = {.items = items,
                               .items_n = n,
                               .cursor = items[n - 1].document->number,
                               .from = items[0].document->number,
                               .calendar = b->calendar,
                               .arena = b->scratch};
    return nb_store_write(b->store, nb_commit_run, &commit, &b->answer.error);
}

static enum nb_err replay(struct backtest *b, const struct numbers *list)
{
    struct nb_commit_item items[BATCH_N];
    size_t n = 0;
    enum nb_err err = NB_OK;
    nb_arena_reset(b->batch);
    for (size_t i = 0; err == NB_OK && i < list->n; i++) {
        struct nb_document *document;
        struct nb_annotation *annotation;
        err = nb_analysis_annotation(b->txn, list->p[i], b->batch, &annotation);
        if (err == NB_OK) {
            err = nb_log_get(b->log, list->p[i], b->batch, &document, NULL);
        }
        if (err == NB_ENOTFOUND) { /* gone from the log */
            err = NB_OK;
            continue;
        }
        if (err == NB_OK) {
            keep_topic(annotation, b->topic);
            items[n++] = (struct nb_commit_item){.document = document, .annotation = annotation};
        }
        if (err == NB_OK && n == BATCH_N) {
            err = commit_batch(b, items, n);
            n = 0;
            nb_arena_reset(b->batch);
        }
    }
    return err == NB_OK ? commit_batch(b, items, n) : err;
}

/* One change as it would have been told, or not. */
static void json_change(const struct backtest *b, const struct nb_incident_change *c,
                        const struct nb_gate_answer *a, struct nb_buf *out)
{
    static const char *const names[] = {"send", "hold", "drop"};
    struct nb_json json;
    char id[NB_INCIDENT_ID_BYTES];
    nb_incident_id_text(c->incident, id);
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_ktime(&json, "at", c->at_ms);
    nb_json_kstr(&json, "topic", b->topic);
    nb_json_kcstr(&json, "id", id);
    nb_json_kcstr(&json, "change", nb_change_name(c->what));
    nb_json_kcstr(&json, "kind", nb_form_name(c->form));
    nb_json_kint(&json, "severity", c->severity);
    nb_json_kint(&json, "rarity_milli", c->rarity_milli);
    nb_json_kcstr(&json, "verdict", names[a->verdict]);
    if (a->why) {
        nb_json_kcstr(&json, "why_not", a->why);
    }
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void table_change(const struct backtest *b, const struct nb_incident_change *c,
                         const struct nb_gate_answer *a, struct nb_table *table)
{
    char when[NB_ALERTS_TIME_BYTES];
    nb_alerts_time(c->at_ms, b->offset_min, when);
    nb_table_cell(table, NB_PLAIN, nb_slice_str(when));
    nb_table_cell(table, NB_BOLD, b->topic);
    nb_table_cell(table, NB_PLAIN, nb_slice_str(nb_change_name(c->what)));
    nb_table_cell(table, NB_PLAIN, nb_slice_str(nb_form_name(c->form)));
    nb_table_cellf(table, NB_PLAIN, "%" PRIu32, c->severity);
    nb_table_cellf(table, NB_PLAIN, "%.1f", (double)c->rarity_milli / 1000);
    nb_table_cell(table, a->verdict == NB_GATE_DROP ? NB_DIM : NB_GREEN,
                  nb_slice_str(a->verdict == NB_GATE_DROP ? "no" : "yes"));
    nb_table_cell(table, NB_DIM, nb_slice_str(a->why ? a->why : ""));
}

/* Shows the changes that fall into the days asked for. */
static enum nb_err show_topic(struct backtest *b, struct nb_txn *replayed, struct nb_table *table)
{
    size_t n;
    const struct nb_change_row *rows;
    struct nb_answer *answer = &b->answer;
    enum nb_err err = nb_incident_changes(replayed, 0, CHANGES_MAX, answer->arena, &rows, &n);
    const struct nb_incident_change **changes =
        err == NB_OK ? nb_arena_calloc(answer->arena, n, sizeof(*changes)) : NULL;
    if (!changes) {
        return err ? err : NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        changes[i] = rows[i].change;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_incident_change *c = changes[i];
        if (c->at_ms < b->from_ms || c->at_ms >= b->to_ms) {
            continue;
        }
        struct nb_gate_answer gate = nb_gate_judge(&b->rule, changes, n, i);
        bool first_word =
            gate.verdict != NB_GATE_DROP && gate.what == NB__INCIDENT_CHANGE__WHAT__OPENED;
        b->incidents_n += c->what == NB__INCIDENT_CHANGE__WHAT__OPENED;
        b->told_n += first_word;
        if (table) {
            table_change(b, c, &gate, table);
        } else {
            json_change(b, c, &gate, &answer->out);
        }
    }
    return NB_OK;
}

/* "DIR/analysis" and what is in it. */
static void remove_store(struct backtest *b)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "writer", "wake", ""};
    char path[DIR_BYTES + 32];
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/analysis/%s", b->dir, files[i]);
        (void)(files[i][0] ? unlink(path) : rmdir(path));
    }
    (void)rmdir(b->dir);
}

static enum nb_err open_store(struct backtest *b)
{
    const char *tmp = getenv("TMPDIR");
    const struct nb_store_options options = {.map_bytes = MAP_BYTES, .max_bytes = STORE_MAX_BYTES};
    (void)snprintf(b->dir, sizeof(b->dir), "%s/nabiz-backtest-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(b->dir)) {
        b->dir[0] = '\0';
        return nb_error_set(&b->answer.error, NB_EIO,
                            "no directory can be made under %s; set TMPDIR to one with room",
                            tmp && *tmp ? tmp : "/tmp");
    }
    return nb_store_open(b->dir, NB_STORE_ANALYSIS, &options, &b->store, &b->answer.error);
}

static enum nb_err test_topic(struct backtest *b, struct nb_table *table)
{
    struct numbers list = {.arena = b->answer.arena};
    struct nb_txn *replayed;
    enum nb_err err = open_store(b);
    if (err == NB_OK) {
        err = nb_mentions_each(b->txn, b->topic, 0, b->to_ms, take_number, &list);
    }
    if (err == NB_OK) {
        qsort(list.p, list.n, sizeof(list.p[0]), by_number);
        err = replay(b, &list);
    }
    if (err == NB_OK && (err = nb_read_begin(b->store, &replayed, &b->answer.error)) == NB_OK) {
        err = show_topic(b, replayed, table);
        nb_read_end(replayed);
    }
    nb_store_close(b->store);
    b->store = NULL;
    if (b->dir[0]) {
        remove_store(b);
    }
    return err;
}

/* The one topic, or all that are watched. */
static enum nb_err test_topics(struct backtest *b, struct nb_slice only, struct nb_table *table)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    if (only.len) {
        b->topic = only;
        return test_topic(b, table);
    }
    enum nb_err err = nb_cursor_open(b->txn, NB_TBL_WATCH, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        b->topic = key;
        err = test_topic(b, table);
        err = err == NB_OK ? nb_cursor_next(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err run_stored(struct backtest *b, struct nb_slice topic)
{
    static const struct nb_column columns[] = {
        {"when", NB_LEFT, false}, {"topic", NB_LEFT, true},   {"change", NB_LEFT, false},
        {"kind", NB_LEFT, false}, {"sev", NB_RIGHT, false},   {"rarity", NB_RIGHT, false},
        {"told", NB_LEFT, false}, {"why not", NB_LEFT, true},
    };
    struct nb_answer *answer = &b->answer;
    const struct nb_store_options options = {.read_only = true};
    const char *dir = nb_config_str(answer->config, NB_CFG_DATA_DIR);
    struct nb_table *table =
        b->as_json ? NULL
                   : nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    b->batch = nb_arena_new(BATCH_BYTES);
    b->scratch = nb_arena_new(SCRATCH_BYTES);
    if (!b->batch || !b->scratch || (!table && !b->as_json)) {
        return NB_ENOMEM;
    }
    enum nb_err err = nb_store_open(dir, NB_STORE_CRAWL, &options, &b->crawl, &answer->error);
    err = err == NB_OK ? nb_log_open_local(b->crawl, &b->log, &answer->error) : err;
    err = err == NB_OK ? nb_read_begin(answer->store, &b->txn, &answer->error) : err;
    if (err) {
        return err;
    }
    err = test_topics(b, topic, table);
    nb_read_end(b->txn);
    if (err == NB_OK && table && b->incidents_n) {
        err = nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                             nb_terminal_colour(STDOUT_FILENO), &answer->out);
    }
    if (err == NB_OK && table) {
        nb_buf_addf(&answer->out, "%s%" PRIu64 " incidents, %" PRIu64 " of them would be told of\n",
                    b->incidents_n ? "\n" : "", b->incidents_n, b->told_n);
    }
    return err;
}

static bool read_day(struct nb_args *args, const char *option, int32_t offset_min, int64_t add_ms,
                     int64_t *out)
{
    const char *text = nb_args_get(args, option);
    int64_t day_ms;
    if (!text) {
        return true;
    }
    if (nb_date_day(nb_slice_str(text), offset_min, &day_ms) != NB_OK) {
        (void)nb_usage(args, "--%s \"%s\" is no day; write it as 2026-11-21", option, text);
        return false;
    }
    *out = day_ms + add_ms;
    return true;
}

/* As the analyzer does: one that cannot be read, of which it warned, is none. */
static void load_calendar(struct backtest *b, struct nb_args *args)
{
    char dir[PATH_BYTES], path[PATH_BYTES + 32];
    struct nb_error error = {0};
    if (nb_lang_lexicons(args, dir, sizeof(dir), &error) == NB_OK) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, NB_CALENDAR_FILE);
        (void)!nb_calendar_load(path, &b->calendar, &error);
    }
}

int nb_alerts_backtest(struct nb_args *args, bool as_json)
{
    struct backtest b = {.as_json = as_json, .from_ms = INT64_MIN, .to_ms = INT64_MAX};
    b.rule = (struct nb_gate_rule){.min_severity = 1,
                                   .budget_milli = -1,
                                   .quiet_from_min = -1,
                                   .quiet_to_min = -1,
                                   .topics_n = 1};
    int64_t severity;
    if (strcmp(nb_args_word(args, 0), "backtest") != 0) {
        return nb_usage(args, "the words here are backtest and silence, not \"%s\"",
                        nb_args_word(args, 0));
    }
    if (!nb_args_int(args, "min-severity", 1, 10, 1, &severity) ||
        !nb_answer_budget(args, &b.rule.budget_milli)) {
        return NB_EXIT_USAGE;
    }
    b.rule.min_severity = (uint32_t)severity;
    if (nb_args_has(args, "csv")) {
        return nb_alerts_counts(args, b.rule.budget_milli, as_json);
    }
    enum nb_err err = nb_answer_open(&b.answer, args);
    if (err == NB_OK) {
        b.offset_min = (int32_t)nb_config_int(b.answer.config, NB_CFG_UTC_OFFSET);
        b.rule.utc_offset_min = b.offset_min;
        if (!read_day(args, "from", b.offset_min, 0, &b.from_ms) ||
            !read_day(args, "to", b.offset_min, NB_DAY_MS, &b.to_ms)) {
            (void)nb_answer_close(&b.answer, NB_OK);
            return NB_EXIT_USAGE;
        }
        load_calendar(&b, args);
        err = run_stored(&b, nb_slice_str(nb_args_get(args, "topic")));
    }
    nb_log_close(b.log);
    nb_store_close(b.crawl);
    nb_calendar_free(b.calendar);
    nb_arena_free(b.batch);
    nb_arena_free(b.scratch);
    int code = nb_answer_close(&b.answer, err);
    return code == NB_EXIT_OK && b.incidents_n == 0 ? NB_EXIT_NOTHING : code;
}
