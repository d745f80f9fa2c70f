/* nabiz influencers: who carries weight on a topic, and the ledger behind it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/influence.h>
#include <nabiz/json.h>
#include <nabiz/log.h>
#include <nabiz/table.h>

#include "service/answer.h"
#include "service/commands.h"

enum { WINDOW_DAYS = 30 };

enum format { TABLE, JSON, CSV };

struct query {
    struct nb_slice topic;
    struct nb_slice site;
    int64_t from_ms;
    int64_t to_ms;
    int64_t limit;
    int64_t min_trust;
    bool has_min_trust;
    const char *sort;
    enum format format;
    int32_t offset_min;
};

/* A column of scores: where it is, and what it is called. */
struct score_column {
    const char *name; /* as in --sort and in tables; JSON adds _milli */
    const char *key;
    size_t offset;
};

#define SCORE(name)                                                                                \
    {                                                                                              \
#name, #name "_milli", offsetof(struct nb_influencer, name##_milli)                        \
    }

/* In the order they are printed: those before the interval, and those behind. */
static const struct score_column scores[] = {
    SCORE(reach),     SCORE(expertise),    SCORE(trust),     SCORE(spread),
    SCORE(reception), SCORE(coordination), SCORE(sentiment), SCORE(score),
};

enum { SCORES_N = sizeof(scores) / sizeof(scores[0]), BEFORE_INTERVAL = 6, BEFORE_EVIDENCE = 7 };

static int32_t score_at(const struct nb_influencer *row, size_t i)
{
    return *(const int32_t *)(const void *)((const char *)row + scores[i].offset);
}

/* Sorting: qsort has no argument, so the column stands beside the row. */
struct sortable {
    const struct nb_influencer *row;
    int64_t by; /* INT64_MIN when unknown: last */
    size_t place;
};

static int by_value(const void *a, const void *b)
{
    const struct sortable *x = a;
    const struct sortable *y = b;
    if (x->by != y->by) {
        return x->by < y->by ? 1 : -1;
    }
    return (x->place > y->place) - (x->place < y->place);
}

static int64_t sort_value(const struct nb_influencer *row, const char *sort)
{
    if (strcmp(sort, "posts") == 0) {
        return (int64_t)row->posts_n;
    }
    for (size_t i = 0; i < SCORES_N; i++) {
        if (strcmp(sort, scores[i].name) == 0) {
            int32_t value = score_at(row, i);
            return value == NB_UNKNOWN_MILLI ? INT64_MIN : value;
        }
    }
    return row->score_milli;
}

/* What is left after the filters, in the order asked for, at most query->limit. */
static struct sortable *choose(const struct nb_influencer *list, size_t n,
                               const struct query *query, struct nb_arena *arena, size_t *out_n)
{
    struct sortable *chosen = nb_arena_calloc(arena, n, sizeof(*chosen));
    *out_n = 0;
    for (size_t i = 0; chosen && i < n; i++) {
        if (query->has_min_trust &&
            (list[i].trust_milli == NB_UNKNOWN_MILLI || list[i].trust_milli < query->min_trust)) {
            continue;
        }
        chosen[*out_n] = (struct sortable){&list[i], sort_value(&list[i], query->sort), *out_n};
        (*out_n)++;
    }
    if (*out_n) {
        qsort(chosen, *out_n, sizeof(*chosen), by_value);
    }
    if (*out_n > (size_t)query->limit) {
        *out_n = (size_t)query->limit;
    }
    return chosen;
}

static void table_score(struct nb_table *table, int32_t value)
{
    if (value == NB_UNKNOWN_MILLI) {
        nb_table_cell(table, NB_DIM, NB_LIT("-"));
    } else {
        nb_table_cellf(table, value < 0 ? NB_RED : NB_PLAIN, "%" PRId32, value);
    }
}

/* "low..high", or NULL when it is not known. */
static const char *interval_of(const struct nb_influencer *row, struct nb_arena *arena)
{
    if (row->low_milli == NB_UNKNOWN_MILLI || row->high_milli == NB_UNKNOWN_MILLI) {
        return NULL;
    }
    return nb_arena_printf(arena, "%" PRId32 "..%" PRId32, row->low_milli, row->high_milli);
}

static enum nb_err list_table(const struct sortable *rows, size_t n, struct nb_answer *answer)
{
    static const struct nb_column columns[] = {
        {"rank", NB_RIGHT, false},      {"author", NB_LEFT, true},
        {"site", NB_LEFT, true},        {"posts", NB_RIGHT, false},
        {"reach", NB_RIGHT, false},     {"expertise", NB_RIGHT, false},
        {"trust", NB_RIGHT, false},     {"spread", NB_RIGHT, false},
        {"reception", NB_RIGHT, false}, {"coordination", NB_RIGHT, false},
        {"interval", NB_RIGHT, false},  {"sentiment", NB_RIGHT, false},
        {"evidence", NB_LEFT, true},    {"score", NB_RIGHT, false},
    };
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_influencer *row = rows[i].row;
        nb_table_cellf(table, NB_DIM, "%zu", i + 1);
        nb_table_cell(table, NB_BOLD, row->author);
        nb_table_cell(table, NB_PLAIN, row->site);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu64, row->posts_n);
        for (size_t k = 0; k < SCORES_N; k++) {
            if (k == BEFORE_INTERVAL) {
                const char *interval = interval_of(row, answer->arena);
                nb_table_cell(table, NB_DIM, nb_slice_str(interval ? interval : "-"));
            }
            if (k == BEFORE_EVIDENCE) {
                nb_table_cell(table, NB_PLAIN, nb_slice_str(row->evidence));
            }
            table_score(table, score_at(row, k));
        }
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), &answer->out);
}

static void csv_score(struct nb_csv *csv, int32_t value)
{
    if (value == NB_UNKNOWN_MILLI) {
        nb_csv_str(csv, NB_LIT(""));
    } else {
        nb_csv_milli(csv, value);
    }
}

static void list_csv(const struct sortable *rows, size_t n, struct nb_arena *arena,
                     struct nb_buf *out)
{
    static const char *const titles[] = {
        "rank",   "author",    "site",         "posts",    "reach",     "expertise", "trust",
        "spread", "reception", "coordination", "interval", "sentiment", "evidence",  "score",
    };
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        nb_csv_str(&csv, nb_slice_str(titles[i]));
    }
    nb_csv_end_row(&csv);
    for (size_t i = 0; i < n; i++) {
        const struct nb_influencer *row = rows[i].row;
        nb_csv_int(&csv, (int64_t)i + 1);
        nb_csv_str(&csv, row->author);
        nb_csv_str(&csv, row->site);
        nb_csv_int(&csv, (int64_t)row->posts_n);
        for (size_t k = 0; k < SCORES_N; k++) {
            if (k == BEFORE_INTERVAL) {
                nb_csv_str(&csv, nb_slice_str(interval_of(row, arena)));
            }
            if (k == BEFORE_EVIDENCE) {
                nb_csv_str(&csv, nb_slice_str(row->evidence));
            }
            csv_score(&csv, score_at(row, k));
        }
        nb_csv_end_row(&csv);
    }
}

static void json_score(struct nb_json *json, const char *key, int32_t value)
{
    nb_json_key(json, key);
    if (value == NB_UNKNOWN_MILLI) {
        nb_json_null(json);
    } else {
        nb_json_int(json, value);
    }
}

static void json_influencer(struct nb_json *json, const struct nb_influencer *row)
{
    nb_json_kstr(json, "author", row->author);
    nb_json_kstr(json, "site", row->site);
    nb_json_kstr(json, "name", row->name);
    nb_json_kint(json, "posts", (int64_t)row->posts_n);
    for (size_t k = 0; k < SCORES_N; k++) {
        json_score(json, scores[k].key, score_at(row, k));
    }
    json_score(json, "low_milli", row->low_milli);
    json_score(json, "high_milli", row->high_milli);
    nb_json_kint(json, "points_milli", row->points_milli);
    nb_json_kcstr(json, "evidence", row->evidence);
}

static void json_query(struct nb_json *json, const struct query *query)
{
    nb_json_key(json, "topic");
    if (query->topic.len) {
        nb_json_str(json, query->topic);
    } else {
        nb_json_null(json);
    }
    nb_json_ktime(json, "from", query->from_ms);
    nb_json_ktime(json, "to", query->to_ms);
}

static void list_json(const struct sortable *rows, size_t n, const struct query *query,
                      struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    json_query(&json, query);
    nb_json_key(&json, "influencers");
    nb_json_array(&json);
    for (size_t i = 0; i < n; i++) {
        nb_json_object(&json);
        nb_json_kint(&json, "rank", (int64_t)i + 1);
        json_influencer(&json, rows[i].row);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

/* @param shown_n  [out] rows printed. */
static enum nb_err print_list(struct nb_txn *txn, const struct query *query,
                              struct nb_answer *answer, size_t *shown_n)
{
    const struct nb_influencer *list;
    size_t n;
    const struct nb_influence_query asked = {query->topic, query->site, query->from_ms,
                                             query->to_ms, NULL};
    enum nb_err err = nb_influence_list(txn, &asked, answer->arena, &list, &n);
    if (err) {
        return err;
    }
    struct sortable *rows = choose(list, n, query, answer->arena, shown_n);
    if (!rows) {
        return NB_ENOMEM;
    }
    if (query->format == JSON) {
        list_json(rows, *shown_n, query, &answer->out);
    } else if (query->format == CSV) {
        list_csv(rows, *shown_n, answer->arena, &answer->out);
    } else if (*shown_n) {
        return list_table(rows, *shown_n, answer);
    }
    return NB_OK;
}

/* A ledger row and the address of the document in which the act was done. */
struct opened {
    const struct nb_ledger_row *row;
    struct nb_slice link;
};

/* Addresses come from the crawl store; without it rows have none, which is no failure. */
static struct opened *open_rows(const struct nb_ledger_row *rows, size_t n,
                                struct nb_answer *answer)
{
    struct nb_store *crawl = NULL;
    struct nb_log *log = NULL;
    const struct nb_store_options options = {.read_only = true};
    struct opened *opened = nb_arena_calloc(answer->arena, n, sizeof(*opened));
    if (nb_store_open(nb_config_str(answer->config, NB_CFG_DATA_DIR), NB_STORE_CRAWL, &options,
                      &crawl, NULL) == NB_OK &&
        nb_log_open_local(crawl, &log, NULL) != NB_OK) {
        log = NULL;
    }
    for (size_t i = 0; opened && i < n; i++) {
        struct nb_document *document;
        opened[i].row = &rows[i];
        if (log && nb_log_get(log, rows[i].number, answer->arena, &document, NULL) == NB_OK) {
            opened[i].link = nb_field(document->url);
        }
    }
    nb_log_close(log);
    nb_store_close(crawl);
    return opened;
}

static enum nb_err ledger_table(const struct nb_influencer *who, const struct opened *rows,
                                size_t n, int32_t offset_min, struct nb_answer *answer)
{
    static const struct nb_column columns[] = {
        {"when", NB_LEFT, false},    {"act", NB_LEFT, false}, {"who", NB_LEFT, true},
        {"points", NB_RIGHT, false}, {"link", NB_LEFT, true},
    };
    nb_buf_addf(&answer->out, "%.*s: score %" PRId32 " from %" PRId64 ".%03" PRId64 " points: %s\n",
                NB_ARG(who->author), who->score_milli, who->points_milli / 1000,
                who->points_milli % 1000, who->evidence);
    struct nb_table *table =
        nb_table_new(answer->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_ledger_row *row = rows[i].row;
        struct nb_civil t = nb_civil_of(row->at_ms, offset_min);
        nb_table_cellf(table, NB_PLAIN, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour,
                       t.minute);
        nb_table_cell(table, NB_PLAIN, nb_slice_str(row->act));
        nb_table_cell(table, NB_BOLD, row->who);
        nb_table_cellf(table, row->points_milli ? NB_PLAIN : NB_DIM, "%d.%03d",
                       row->points_milli / 1000, row->points_milli % 1000);
        nb_table_cell(table, NB_PLAIN, rows[i].link.len ? rows[i].link : row->url);
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), &answer->out);
}

static void ledger_json(const struct nb_influencer *who, const struct opened *rows, size_t n,
                        const struct query *query, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    json_query(&json, query);
    json_influencer(&json, who);
    nb_json_key(&json, "ledger");
    nb_json_array(&json);
    for (size_t i = 0; i < n; i++) {
        const struct nb_ledger_row *row = rows[i].row;
        nb_json_object(&json);
        nb_json_ktime(&json, "at", row->at_ms);
        nb_json_kcstr(&json, "act", row->act);
        nb_json_kstr(&json, "who", row->who);
        nb_json_kint(&json, "points_milli", row->points_milli);
        nb_json_kint(&json, "document", (int64_t)row->number);
        nb_json_kcstr(&json, "link", rows[i].link.p);
        nb_json_kcstr(&json, "towards", row->url.p);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void ledger_csv(const struct opened *rows, size_t n, int32_t offset_min, struct nb_buf *out)
{
    static const char *const titles[] = {"when", "act", "who", "points", "link", "towards"};
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        nb_csv_str(&csv, nb_slice_str(titles[i]));
    }
    nb_csv_end_row(&csv);
    for (size_t i = 0; i < n; i++) {
        nb_csv_time(&csv, rows[i].row->at_ms, offset_min);
        nb_csv_str(&csv, nb_slice_str(rows[i].row->act));
        nb_csv_str(&csv, rows[i].row->who);
        nb_csv_milli(&csv, rows[i].row->points_milli);
        nb_csv_str(&csv, rows[i].link);
        nb_csv_str(&csv, rows[i].row->url);
        nb_csv_end_row(&csv);
    }
}

static enum nb_err print_ledger(struct nb_txn *txn, struct nb_slice author,
                                const struct query *query, struct nb_answer *answer)
{
    struct nb_influencer who;
    const struct nb_ledger_row *rows;
    size_t n;
    const struct nb_influence_query asked = {query->topic, query->site, query->from_ms,
                                             query->to_ms, NULL};
    enum nb_err err = nb_influence_ledger(txn, author, &asked, answer->arena, &who, &rows, &n);
    if (err) {
        return err;
    }
    struct opened *opened = open_rows(rows, n, answer);
    if (!opened) {
        return NB_ENOMEM;
    }
    if (query->format == JSON) {
        ledger_json(&who, opened, n, query, &answer->out);
    } else if (query->format == CSV) {
        ledger_csv(opened, n, query->offset_min, &answer->out);
    } else {
        return ledger_table(&who, opened, n, query->offset_min, answer);
    }
    return NB_OK;
}

static enum format format_of(const struct nb_args *args)
{
    const char *format = nb_args_get(args, "format");
    return !format                       ? TABLE
           : strcmp(format, "json") == 0 ? JSON
           : strcmp(format, "csv") == 0  ? CSV
                                         : TABLE;
}

/* @return NB_EXIT_OK, or NB_EXIT_NOTHING after saying what was looked for. */
static int say_nothing(const struct query *query, const char *author)
{
    char from[NB_RFC3339_BYTES];
    char to[NB_RFC3339_BYTES];
    nb_date_rfc3339(query->from_ms > 0 ? query->from_ms : 0, from);
    nb_date_rfc3339(query->to_ms, to);
    if (author) {
        fprintf(stderr, "nabiz influencers: nothing is known of %s; ids are site/handle\n", author);
    } else if (query->has_min_trust) {
        fprintf(stderr, "nabiz influencers: nobody is left: trust is not measured yet, so "
                        "--min-trust leaves everybody out\n");
    } else {
        fprintf(stderr, "nabiz influencers: nobody wrote%s%.*s from %s to %s\n",
                query->topic.len ? " on " : "", NB_ARG(query->topic), from, to);
    }
    return NB_EXIT_NOTHING;
}

static int run_influencers(struct nb_args *args)
{
    const char *author = nb_args_get(args, "explain");
    const char *sort = nb_args_get(args, "sort");
    struct query query = {.topic = nb_slice_str(nb_args_get(args, "topic")),
                          .site = nb_slice_str(nb_args_get(args, "site")),
                          .has_min_trust = nb_args_has(args, "min-trust"),
                          .sort = sort ? sort : "score",
                          .format = format_of(args)};
    int64_t window_ms;
    if (!nb_answer_window(args, "window", WINDOW_DAYS * NB_DAY_MS, &window_ms) ||
        !nb_args_int(args, "limit", 1, 1000000, 50, &query.limit) ||
        !nb_args_int(args, "min-trust", 0, 1000, 0, &query.min_trust)) {
        return NB_EXIT_USAGE;
    }
    struct nb_answer answer;
    struct nb_txn *txn = NULL;
    int64_t watermark_ms = -1;
    size_t shown_n = 0;
    enum nb_err err = nb_answer_open(&answer, args);
    if (err == NB_OK) {
        query.offset_min = (int32_t)nb_config_int(answer.config, NB_CFG_UTC_OFFSET);
        err = nb_read_begin(answer.store, &txn, &answer.error);
    }
    if (err == NB_OK) {
        err = nb_analysis_watermark(txn, &watermark_ms);
    }
    if (err == NB_OK) {
        query.to_ms = watermark_ms + 1; /* up to and with the newest document */
        query.from_ms = query.to_ms > window_ms ? query.to_ms - window_ms : 0;
        err = author ? print_ledger(txn, nb_slice_str(author), &query, &answer)
                     : print_list(txn, &query, &answer, &shown_n);
    }
    nb_read_end(txn);
    bool is_nothing = author ? err == NB_ENOTFOUND : err == NB_OK && shown_n == 0;
    if (is_nothing && answer.store) {
        int code = nb_answer_close(&answer, NB_OK);
        return code ? code : say_nothing(&query, author);
    }
    return nb_answer_close(&answer, err);
}

const struct nb_command nb_cmd_influencers = {
    .name = "influencers",
    .line = "who carries weight on a topic, and why",
    .usage = "",
    .about =
        "Lists the authors who wrote on a topic within the window, the weightiest first. Scores "
        "are thousandths; what is not known is printed as - (null in JSON). The window counts back "
        "from the newest document analysed. docs/influence.md has the formula; --explain shows "
        "every act that was counted, with its points, which add up.",
    .options =
        (const struct nb_option[]){
            {"topic", "NAME", NULL, "only documents on this topic"},
            {"site", "SITE", NULL, "only authors of this site"},
            {"window", "SPAN", NULL, "how far back to look: 30d (default), 12h, all"},
            {"min-trust", "N", NULL, "only authors with at least this trust, 0 to 1000"},
            {"sort", "COLUMN",
             "score|posts|reach|expertise|trust|spread|reception|coordination|sentiment",
             "highest first; unknown comes last"},
            {"limit", "N", NULL, "print at most this many (50)"},
            {"explain", "AUTHOR", NULL, "the ledger of one author, site/handle"},
            {"format", "FORMAT", "table|json|csv", "how to print"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz influencers --topic acme", "the weightiest authors of the last 30 days"},
            {"nabiz influencers --topic acme --format csv > list.csv", "for a spreadsheet"},
            {"nabiz influencers --topic acme --explain forum.example/ayla", "what was counted"},
            {NULL, NULL}},
    .run = run_influencers,
};
