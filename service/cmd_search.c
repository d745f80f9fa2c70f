/*
 * Rows come from the index; what they say from the log and the annotations.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/log.h>
#include <nabiz/table.h>

#include "service/answer.h"
#include "service/commands.h"
#include "service/lang.h"
#include "service/search_print.h"

enum { LIMIT = 20, TERMINAL_COLUMNS = 80, BAR_COLUMNS = 40, ROW_BYTES = 64 << 20 };

static const char *const sorts[] = {"time", "reach", "influence"};
static const char *const facets[] = {"site",   "author",  "kind",  "lang",  "sentiment",
                                     "intent", "emotion", "event", "topic", "hashtag"};

struct asking {
    struct nb_answer answer;
    struct nb_knowledge *knowledge;
    struct nb_txn *txn;
    struct nb_search *search;
    struct nb_store *crawl;
    struct nb_log *log;
    enum nb_search_format format;
    enum nb_search_sort sort;
    int64_t limit;
    struct nb_search_hit after;
    bool has_after;
    size_t rows_n; /* that were found */
};

static size_t index_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    return n;
}

/* "time:1763769840:12": order, key, number of the last document. */
static bool read_cursor(struct asking *a, struct nb_slice text)
{
    struct nb_slice sort, key, number;
    int64_t value;
    bool right = nb_slice_split(&text, ':', &sort) && nb_slice_split(&text, ':', &key) &&
                 nb_slice_split(&text, ':', &number) && !text.p &&
                 nb_slice_eq(sort, nb_slice_str(sorts[a->sort])) &&
                 nb_slice_to_i64(key, &a->after.key) && nb_slice_to_i64(number, &value) &&
                 value > 0;
    a->after.number = right ? (uint64_t)value : 0;
    a->has_after = right;
    return right;
}

static void write_cursor(const struct asking *a, const struct nb_search_hit *hit, char out[64])
{
    (void)snprintf(out, 64, "%s:%" PRId64 ":%" PRIu64, sorts[a->sort], hit->key, hit->number);
}

static bool read_options(struct asking *a, struct nb_args *args)
{
    const char *format = nb_args_get(args, "format"), *sort = nb_args_get(args, "sort");
    const char *cursor = nb_args_get(args, "cursor");
    a->format = format && strcmp(format, "json") == 0  ? NB_FOUND_JSON
                : format && strcmp(format, "csv") == 0 ? NB_FOUND_CSV
                                                       : NB_FOUND_TABLE;
    a->sort = sort ? (enum nb_search_sort)index_of(sort, sorts, 3) : NB_SEARCH_TIME;
    if (!nb_args_int(args, "limit", 1, NB_SEARCH_LIMIT_MAX, LIMIT, &a->limit)) {
        return false;
    }
    if (cursor && !read_cursor(a, nb_slice_str(cursor))) {
        (void)nb_usage(args, "--cursor takes what an earlier search with --sort %s printed",
                       sorts[a->sort]);
        return false;
    }
    return true;
}

static enum nb_err read_query(struct asking *a, struct nb_args *args, const struct nb_query **out)
{
    struct nb_buf text;
    struct nb_slice copy;
    nb_buf_init(&text, NB_QUERY_BYTES_MAX + 1);
    for (size_t i = 0; i < nb_args_words_n(args); i++) {
        nb_buf_add_str(&text, i ? " " : "");
        nb_buf_add_str(&text, nb_args_word(args, i));
    }
    copy = nb_arena_copy(a->answer.arena, nb_buf_slice(&text));
    enum nb_err err = text.err ? text.err : copy.p ? NB_OK : NB_ENOMEM;
    nb_buf_fini(&text);
    if (err != NB_OK) {
        return nb_error_set(&a->answer.error, err, "the query: %s", nb_strerror(err));
    }
    return nb_query_parse(nb_knowledge_query_language(a->knowledge), NULL, copy, false,
                          a->answer.arena, out, &a->answer.error);
}

/* Say so when the index was made with other lexicons: some words are not found then. */
static enum nb_err check_index(struct asking *a)
{
    uint64_t from;
    enum nb_err err = nb_search_check(a->txn, a->knowledge, &from);
    if (err == NB_OK && from != 1) {
        const char *dir = nb_config_str(a->answer.config, NB_CFG_DATA_DIR);
        char part[64] = "The documents";
        if (from) {
            (void)snprintf(part, sizeof(part), "Documents before number %" PRIu64, from);
        }
        fprintf(stderr,
                "nabiz search: %s were read with other lexicons: not every form of a word is "
                "found there.\nStop nabiz and delete %s/analysis: it is built anew at the next "
                "start.\n",
                part, dir);
    }
    return err;
}

static enum nb_err open_asking(struct asking *a, struct nb_args *args)
{
    const struct nb_query *query = NULL;
    char lexicons[4096];
    enum nb_err err = nb_answer_open(&a->answer, args);
    if (err == NB_OK) {
        err = nb_lang_lexicons(args, lexicons, sizeof(lexicons), &a->answer.error);
    }
    if (err == NB_OK) {
        err = nb_knowledge_load(lexicons, NULL, &a->knowledge, NULL, &a->answer.error);
    }
    if (err == NB_OK) {
        err = read_query(a, args, &query);
    }
    if (err == NB_OK) {
        err = nb_read_begin(a->answer.store, &a->txn, &a->answer.error);
    }
    if (err == NB_OK) {
        err = check_index(a);
    }
    if (err == NB_OK) {
        err = nb_search_open(a->txn, a->knowledge, query, &a->search, &a->answer.error);
    }
    return err;
}

static int close_asking(struct asking *a, enum nb_err err)
{
    nb_search_close(a->search);
    if (a->txn) {
        nb_read_end(a->txn);
    }
    nb_log_close(a->log);
    nb_store_close(a->crawl);
    nb_knowledge_free(a->knowledge);
    int code = nb_answer_close(&a->answer, err);
    if (code == NB_EXIT_OK && a->rows_n == 0) {
        fprintf(stderr, "nabiz search: nothing found\n");
        code = NB_EXIT_NOTHING;
    }
    return code;
}

static enum nb_err open_log(struct asking *a)
{
    const struct nb_store_options options = {.read_only = true};
    const char *dir = nb_config_str(a->answer.config, NB_CFG_DATA_DIR);
    enum nb_err err = nb_store_open(dir, NB_STORE_CRAWL, &options, &a->crawl, &a->answer.error);
    return err ? err : nb_log_open_local(a->crawl, &a->log, &a->answer.error);
}

static enum nb_err write_row(struct asking *a, const struct nb_search_hit *hit,
                             const struct nb_search_look *look, struct nb_arena *arena)
{
    struct nb_search_row row = {.influence_milli = a->sort == NB_SEARCH_INFLUENCE ? hit->key : -1};
    struct nb_document *document;
    struct nb_annotation *annotation;
    char cursor[64];
    write_cursor(a, hit, cursor);
    row.cursor = cursor;
    enum nb_err err = nb_log_get(a->log, hit->number, arena, &document, &a->answer.error);
    if (err == NB_OK) {
        err = nb_analysis_annotation(a->txn, hit->number, arena, &annotation);
    }
    if (err == NB_OK) {
        row.document = document;
        row.annotation = annotation;
        err = nb_search_marks(a->search, document, arena, &row.title_marks, &row.title_n,
                              &row.text_marks, &row.text_n);
    }
    if (err == NB_OK && a->format == NB_FOUND_JSON) {
        nb_search_json(&row, &a->answer.out);
    } else if (err == NB_OK && a->format == NB_FOUND_CSV) {
        nb_search_csv(&row, look->offset_min, &a->answer.out);
    } else if (err == NB_OK) {
        nb_search_print(&row, look, &a->answer.out);
    }
    return err;
}

static enum nb_err write_documents(struct asking *a)
{
    const struct nb_search_hit *hits, *later;
    size_t n = 0, more_n = 0;
    uint64_t all_n = 0;
    size_t width = nb_terminal_width(STDOUT_FILENO);
    const struct nb_search_look look = {
        .offset_min = (int32_t)nb_config_int(a->answer.config, NB_CFG_UTC_OFFSET),
        .width = width >= 20 ? width : TERMINAL_COLUMNS,
        .colour = nb_terminal_colour(STDOUT_FILENO)};
    struct nb_arena *arena = nb_arena_new(ROW_BYTES);
    enum nb_err err = arena ? open_log(a) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_search_hits(a->search, a->sort, a->has_after ? &a->after : NULL, (size_t)a->limit,
                             a->answer.arena, &hits, &n);
    }
    if (err == NB_OK && n == (size_t)a->limit) {
        err = nb_search_hits(a->search, a->sort, &hits[n - 1], 1, a->answer.arena, &later, &more_n);
    }
    if (err == NB_OK) {
        err = nb_search_count(a->search, &all_n);
    }
    if (err == NB_OK && a->format == NB_FOUND_CSV) {
        nb_search_csv_head(&a->answer.out);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        nb_arena_reset(arena);
        err = write_row(a, &hits[i], &look, arena);
    }
    if (err == NB_OK && a->format == NB_FOUND_TABLE && n) {
        char cursor[64];
        write_cursor(a, &hits[n - 1], cursor);
        nb_buf_addf(&a->answer.out, "%zu of %" PRIu64 " documents", n, all_n);
        nb_buf_addf(&a->answer.out, more_n ? "; go on with --cursor %s\n" : "\n", cursor);
    }
    a->rows_n = n;
    nb_arena_free(arena);
    return err;
}

static enum nb_err write_count(struct asking *a)
{
    uint64_t n;
    enum nb_err err = nb_search_count(a->search, &n);
    if (err == NB_OK) {
        nb_buf_addf(&a->answer.out,
                    a->format == NB_FOUND_JSON ? "{\"count\":%" PRIu64 "}\n" : "%" PRIu64 "\n", n);
        a->rows_n = n > 0;
    }
    return err;
}

static void bar(uint64_t n, uint64_t most, char out[BAR_COLUMNS + 1])
{
    size_t columns = most ? (size_t)((n * BAR_COLUMNS + most - 1) / most) : 0;
    memset(out, '#', columns);
    out[columns] = '\0';
}

static enum nb_err write_span(struct asking *a, const struct nb_search_span *span, bool day,
                              uint64_t most)
{
    int32_t offset_min = (int32_t)nb_config_int(a->answer.config, NB_CFG_UTC_OFFSET);
    struct nb_buf *out = &a->answer.out;
    if (a->format == NB_FOUND_JSON) {
        struct nb_json json;
        nb_json_init(&json, out, false);
        nb_json_object(&json);
        nb_json_ktime(&json, "from", span->from_ms);
        nb_json_kint(&json, "count", (int64_t)span->n);
        nb_json_end(&json);
        nb_buf_add_byte(out, '\n');
    } else if (a->format == NB_FOUND_CSV) {
        struct nb_csv csv = {.buf = out};
        nb_csv_time(&csv, span->from_ms, offset_min);
        nb_csv_int(&csv, (int64_t)span->n);
        nb_csv_end_row(&csv);
    } else {
        struct nb_civil t = nb_civil_of(span->from_ms, offset_min);
        char time[16] = "", columns[BAR_COLUMNS + 1];
        if (!day) {
            (void)snprintf(time, sizeof(time), " %02u:00", (unsigned)t.hour % 24);
        }
        bar(span->n, most, columns);
        nb_buf_addf(out, "%04d-%02d-%02d%s %9" PRIu64 "  %s\n", t.year, t.month, t.day, time,
                    span->n, columns);
    }
    return out->err;
}

static enum nb_err write_spans(struct asking *a, bool day)
{
    const struct nb_search_span *spans;
    size_t n;
    uint64_t most = 0;
    int64_t offset_ms = nb_config_int(a->answer.config, NB_CFG_UTC_OFFSET) * NB_MINUTE_MS;
    enum nb_err err = nb_search_spans(a->search, day ? NB_DAY_MS : NB_HOUR_MS, offset_ms,
                                      a->answer.arena, &spans, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        most = spans[i].n > most ? spans[i].n : most;
    }
    if (err == NB_OK && a->format == NB_FOUND_CSV) {
        struct nb_csv csv;
        nb_csv_init(&csv, &a->answer.out);
        nb_csv_str(&csv, NB_LIT("from"));
        nb_csv_str(&csv, NB_LIT("count"));
        nb_csv_end_row(&csv);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = write_span(a, &spans[i], day, most);
    }
    a->rows_n = err == NB_OK ? n : 0;
    return err;
}

static void json_value(const struct nb_search_value *value, int64_t share_milli, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_kstr(&json, "value", value->text);
    nb_json_kint(&json, "count", (int64_t)value->n);
    nb_json_kint(&json, "of", (int64_t)value->all_n);
    nb_json_kint(&json, "share_milli", share_milli);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

/* How often each value or word is there, of how many altogether, and its share of what was found.
 */
static enum nb_err write_values(struct asking *a, const struct nb_search_value *values, size_t n,
                                const char *title)
{
    const struct nb_column columns[] = {{title, NB_LEFT, true},
                                        {"count", NB_RIGHT, false},
                                        {"of", NB_RIGHT, false},
                                        {"share %", NB_RIGHT, false}};
    uint64_t all_n = 0;
    struct nb_csv csv = {.buf = &a->answer.out};
    struct nb_table *table = nb_table_new(a->answer.arena, columns, 4);
    enum nb_err err = table ? nb_search_count(a->search, &all_n) : NB_ENOMEM;
    if (a->format == NB_FOUND_CSV) {
        nb_csv_init(&csv, &a->answer.out);
        for (size_t i = 0; i < 4; i++) {
            nb_csv_str(&csv, nb_slice_str(columns[i].title));
        }
        nb_csv_end_row(&csv);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        int64_t share_milli = (int64_t)(values[i].n * 1000 / (all_n ? all_n : 1));
        if (a->format == NB_FOUND_JSON) {
            json_value(&values[i], share_milli, &a->answer.out);
        } else if (a->format == NB_FOUND_CSV) {
            nb_csv_str(&csv, values[i].text);
            nb_csv_int(&csv, (int64_t)values[i].n);
            nb_csv_int(&csv, (int64_t)values[i].all_n);
            nb_csv_milli(&csv, share_milli * 100);
            nb_csv_end_row(&csv);
        } else {
            nb_table_cell(table, NB_BOLD, values[i].text);
            nb_table_cellf(table, NB_PLAIN, "%" PRIu64, values[i].n);
            nb_table_cellf(table, NB_PLAIN, "%" PRIu64, values[i].all_n);
            nb_table_cellf(table, NB_PLAIN, "%" PRId64 ".%" PRId64, share_milli / 10,
                           share_milli % 10);
        }
    }
    if (err == NB_OK && a->format == NB_FOUND_TABLE && n) {
        err = nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                             nb_terminal_colour(STDOUT_FILENO), &a->answer.out);
    }
    a->rows_n = n;
    return err;
}

static enum nb_err answer_with(struct asking *a, struct nb_args *args)
{
    const char *histogram = nb_args_get(args, "histogram"), *facet = nb_args_get(args, "facet");
    const struct nb_search_value *values;
    size_t n;
    enum nb_err err;
    if (nb_args_has(args, "count")) {
        return write_count(a);
    }
    if (histogram) {
        return write_spans(a, strcmp(histogram, "day") == 0);
    }
    if (facet) {
        size_t which = index_of(facet, facets, sizeof(facets) / sizeof(facets[0]));
        err = nb_search_values(a->search, (enum nb_search_facet)which, (size_t)a->limit,
                               a->answer.arena, &values, &n);
        return err ? err : write_values(a, values, n, facet);
    }
    if (nb_args_has(args, "with-terms")) {
        err = nb_search_words(a->search, (size_t)a->limit, a->answer.arena, &values, &n);
        return err ? err : write_values(a, values, n, "word");
    }
    return write_documents(a);
}

static int run_search(struct nb_args *args)
{
    struct asking a = {.rows_n = 0};
    int modes = nb_args_has(args, "count") + (nb_args_get(args, "histogram") != NULL) +
                (nb_args_get(args, "facet") != NULL) + nb_args_has(args, "with-terms");
    if (modes > 1) {
        return nb_usage(args, "--count, --histogram, --facet and --with-terms exclude each other");
    }
    if (!read_options(&a, args)) {
        return NB_EXIT_USAGE;
    }
    enum nb_err err = open_asking(&a, args);
    if (err == NB_OK) {
        err = answer_with(&a, args);
    }
    return close_asking(&a, err);
}

const struct nb_command nb_cmd_search = {
    .name = "search",
    .line = "documents that a query finds, and counts of them",
    .usage = "QUERY",
    .about = "Finds documents by words in all their forms, phrases, words near each other, and "
             "fields: docs/queries.md has the language. An answer ends with a cursor, from which "
             "another search goes on, also when there are new documents. Counts are answered from "
             "the index alone. Times in the table are in the zone of clock.utc_offset, elsewhere "
             "UTC.",
    .options =
        (const struct nb_option[]){
            {"sort", "ORDER", "time|reach|influence",
             "newest first (default), most answers first, or most influential author first"},
            {"limit", "N", NULL, "how many rows at most: 20 (default) to 10000"},
            {"cursor", "CURSOR", NULL, "go on behind the last row of an earlier answer"},
            {"count", NULL, NULL, "only how many there are"},
            {"histogram", "SPAN", "hour|day", "how many there are by hour or day"},
            {"facet", "FIELD", "site|author|kind|lang|sentiment|intent|emotion|event|topic|hashtag",
             "the most frequent values of a field, and their share: of topics, share of voice"},
            {"with-terms", NULL, NULL, "words that stand there far more often than elsewhere"},
            {"format", "FORMAT", "table|json|csv",
             "table for people, one JSON object a line, or CSV for a spreadsheet"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz search fatura sentiment:negative", "the newest complaints about bills"},
            {"nabiz search '\"kargo gelmedi\" since:2026-11-01' --histogram day",
             "when a phrase was written"},
            {"nabiz search zirvetel --facet site", "where a brand is talked about"},
            {NULL, NULL}},
    .min_words = 1,
    .max_words = -1,
    .run = run_search,
};
