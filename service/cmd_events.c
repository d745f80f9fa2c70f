/* nabiz events: what happens in people's lives, counted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/table.h>

#include "analyzer/events/summary.h"
#include "service/answer.h"
#include "service/commands.h"

enum { WINDOW_WEEKS = 4, DAYS_IN_WEEK = 7 };

static const char *const by_names[] = {"type", "subject", "stage", "city", "week"};

struct query {
    struct nb_event_filter filter;
    int64_t window_ms;
    const char *format;
};

struct rows {
    struct nb_event_row *all;
    size_t n;
};

static void day_text(int32_t day, char out[16])
{
    int32_t year, month, date;
    nb_day_civil(day, &year, &month, &date);
    (void)snprintf(out, 16, "%04d-%02d-%02d", year, month, date);
}

static struct nb_slice group_text(const struct query *q, const struct nb_event_row *row)
{
    return q->filter.by == NB_EVENT_BY_TYPE ? NB_LIT("")
           : row->group.len                 ? row->group
                                            : NB_LIT("unknown");
}

/* "23"; of a sensitive type "20+", rounded down, or "few". */
static void count_text(const struct nb_event_row *row, uint64_t n, char out[32])
{
    if (!row->sensitive) {
        (void)snprintf(out, 32, "%" PRIu64, n);
    } else if (row->hidden || !n) {
        (void)snprintf(out, 32, "few");
    } else {
        (void)snprintf(out, 32, "%" PRIu64 "+", n);
    }
}

static enum nb_err write_table(const struct query *q, const struct rows *rows,
                               struct nb_answer *answer)
{
    const struct nb_column columns[] = {
        {"type", NB_LEFT, true},    {"people", NB_RIGHT, false},
        {"posts", NB_RIGHT, false}, {"before", NB_RIGHT, false},
        {"class", NB_LEFT, false},  {by_names[q->filter.by], NB_LEFT, true},
    };
    bool grouped = q->filter.by != NB_EVENT_BY_TYPE;
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]) - !grouped);
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct nb_event_row *row = &rows->all[i];
        char people[32], before[32];
        count_text(row, row->people, people);
        count_text(row, row->before, before);
        nb_table_cell(table, NB_BOLD, nb_slice_str(nb_event_type_name(row->type)));
        nb_table_cell(table, row->hidden ? NB_DIM : NB_PLAIN, nb_slice_str(people));
        if (row->sensitive) {
            nb_table_cell(table, NB_DIM, NB_LIT("-"));
        } else {
            nb_table_cellf(table, NB_PLAIN, "%" PRIu64, row->documents_n);
        }
        nb_table_cell(table, NB_DIM, nb_slice_str(before));
        nb_table_cell(table, NB_DIM, row->sensitive ? NB_LIT("sensitive") : NB_LIT("ordinary"));
        if (grouped) {
            nb_table_cell(table, NB_PLAIN, group_text(q, row));
        }
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), &answer->out);
}

static void csv_count(struct nb_csv *csv, const struct nb_event_row *row, uint64_t n)
{
    if (row->sensitive && (row->hidden || !n)) {
        nb_csv_str(csv, NB_LIT(""));
    } else {
        nb_csv_int(csv, (int64_t)n);
    }
}

static void write_csv(const struct query *q, const struct rows *rows, struct nb_buf *out)
{
    struct nb_csv csv;
    const char *const titles[] = {"type", by_names[q->filter.by], "people", "posts", "before",
                                  "class"};
    nb_csv_init(&csv, out);
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        bool group = i == 1 && q->filter.by == NB_EVENT_BY_TYPE;
        nb_csv_str(&csv, group ? NB_LIT("group") : nb_slice_str(titles[i]));
    }
    nb_csv_end_row(&csv);
    for (size_t i = 0; i < rows->n; i++) {
        const struct nb_event_row *row = &rows->all[i];
        nb_csv_str(&csv, nb_slice_str(nb_event_type_name(row->type)));
        nb_csv_str(&csv, group_text(q, row));
        csv_count(&csv, row, row->people);
        csv_count(&csv, row, row->documents_n);
        csv_count(&csv, row, row->before);
        nb_csv_str(&csv, row->sensitive ? NB_LIT("sensitive") : NB_LIT("ordinary"));
        nb_csv_end_row(&csv);
    }
}

static void json_count(struct nb_json *json, const char *key, const struct nb_event_row *row,
                       uint64_t n)
{
    nb_json_key(json, key);
    if (row->sensitive && (row->hidden || !n)) {
        nb_json_null(json);
    } else {
        nb_json_int(json, (int64_t)n);
    }
}

static void write_json(const struct query *q, const struct rows *rows, struct nb_buf *out)
{
    struct nb_json json;
    char day[16];
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    day_text(q->filter.from, day);
    nb_json_kcstr(&json, "from", day);
    day_text(q->filter.to, day);
    nb_json_kcstr(&json, "to", day);
    nb_json_kint(&json, "people_min", NB_EVENT_PEOPLE_MIN);
    nb_json_key(&json, "events");
    nb_json_array(&json);
    for (size_t i = 0; i < rows->n; i++) {
        const struct nb_event_row *row = &rows->all[i];
        nb_json_object(&json);
        nb_json_kcstr(&json, "type", nb_event_type_name(row->type));
        if (q->filter.by != NB_EVENT_BY_TYPE) {
            nb_json_kstr(&json, by_names[q->filter.by], group_text(q, row));
        }
        json_count(&json, "people", row, row->people);
        json_count(&json, "posts", row, row->documents_n);
        json_count(&json, "before", row, row->before);
        nb_json_kcstr(&json, "class", row->sensitive ? "sensitive" : "ordinary");
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

/* Whole weeks up to the one of the newest document. */
static void set_weeks(struct query *q, int64_t newest_ms)
{
    int32_t last = nb_week_of(nb_day_of(newest_ms > 0 ? newest_ms : 0));
    int64_t weeks =
        q->window_ms / (DAYS_IN_WEEK * NB_DAY_MS) + (q->window_ms % (DAYS_IN_WEEK * NB_DAY_MS) > 0);
    q->filter.from = weeks > last ? 0 : nb_week_day(last - (int32_t)weeks + 1);
    q->filter.to = nb_week_day(last + 1) - 1;
}

static enum nb_err print_events(struct nb_txn *txn, const struct query *q, struct nb_answer *answer,
                                size_t *shown_n)
{
    struct nb_event_classes classes;
    struct rows rows;
    enum nb_err err = nb_event_classes_load(nb_config_str(answer->config, NB_CFG_LEXICONS),
                                            &classes, &answer->error);
    if (err == NB_OK) {
        err = nb_event_summary(txn, &q->filter, &classes, answer->arena, &rows.all, &rows.n);
    }
    if (err != NB_OK) {
        return err;
    }
    *shown_n = rows.n;
    if (strcmp(q->format, "json") == 0) {
        write_json(q, &rows, &answer->out);
    } else if (strcmp(q->format, "csv") == 0) {
        write_csv(q, &rows, &answer->out);
    } else if (rows.n) {
        return write_table(q, &rows, answer);
    }
    return NB_OK;
}

static bool read_query(struct nb_args *args, struct query *q)
{
    enum nb_event_type type;
    const char *by = nb_args_get(args, "by"), *format = nb_args_get(args, "format");
    *q = (struct query){.filter = {.type = nb_slice_str(nb_args_get(args, "type")),
                                   .subject = nb_slice_str(nb_args_get(args, "subject")),
                                   .stage = nb_slice_str(nb_args_get(args, "stage")),
                                   .city = nb_slice_str(nb_args_get(args, "city"))},
                        .format = format ? format : "table"};
    for (size_t i = 0; by && i < sizeof(by_names) / sizeof(by_names[0]); i++) {
        q->filter.by = strcmp(by, by_names[i]) == 0 ? (enum nb_event_by)i : q->filter.by;
    }
    if (q->filter.type.len && !nb_event_type_parse(q->filter.type, &type)) {
        fprintf(stderr, "nabiz events: there is no type %.*s; there are", NB_ARG(q->filter.type));
        for (int i = 0; i < NB_EVENT_TYPES_N; i++) {
            fprintf(stderr, "%s %s", i ? "," : "", nb_event_type_name((enum nb_event_type)i));
        }
        fprintf(stderr, "\n");
        return false;
    }
    return nb_answer_window(args, "window", WINDOW_WEEKS * DAYS_IN_WEEK * NB_DAY_MS, &q->window_ms);
}

static int run_events(struct nb_args *args)
{
    struct query q;
    struct nb_answer answer;
    struct nb_txn *txn = NULL;
    int64_t newest_ms = -1;
    size_t shown_n = 0;
    if (!read_query(args, &q)) {
        return NB_EXIT_USAGE;
    }
    enum nb_err err = nb_answer_open(&answer, args);
    if (err == NB_OK) {
        err = nb_read_begin(answer.store, &txn, &answer.error);
    }
    if (err == NB_OK) {
        err = nb_analysis_watermark(txn, &newest_ms);
    }
    if (err == NB_OK) {
        set_weeks(&q, newest_ms);
        err = print_events(txn, &q, &answer, &shown_n);
    }
    nb_read_end(txn);
    int code = nb_answer_close(&answer, err);
    if (code == NB_EXIT_OK && !shown_n) {
        fprintf(stderr, "nabiz events: nobody told of such an event in these weeks\n");
        return NB_EXIT_NOTHING;
    }
    return code;
}

const struct nb_command nb_cmd_events = {
    .name = "events",
    .line = "what happens in people's lives, counted",
    .usage = "",
    .about =
        "Counts the people who told of a life event of their own or of somebody they know, within "
        "whole weeks up to the newest document analysed, and in as many weeks before. Of sensitive "
        "types (health, grief, religion, children, hardship; lexicons/events/classes.txt) only "
        "numbers of at least 10 people are printed, rounded down to tens; anything smaller, and "
        "what would give it away, is printed as few (null in JSON, empty in CSV).",
    .options =
        (const struct nb_option[]){
            {"type", "TYPE", NULL, "only this type, such as marriage or moving"},
            {"subject", "WHO", "self|other", "only of the author, or of somebody they know"},
            {"stage", "STAGE", "wished|planned|ongoing|happened|negated", "only so far"},
            {"city", "NAME", NULL, "only where this province is named"},
            {"by", "COLUMN", "type|subject|stage|city|week", "a row for each (type)"},
            {"window", "SPAN", NULL, "how far back to look: 28d (default), 90d, all"},
            {"format", "FORMAT", "table|json|csv", "how to print"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz events", "all types in the last four weeks"},
            {"nabiz events --type moving --by city", "where people move"},
            {"nabiz events --type marriage --stage planned --by week --window 180d",
             "weddings to come, week by week"},
            {NULL, NULL}},
    .run = run_events,
};
