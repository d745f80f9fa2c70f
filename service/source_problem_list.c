/* One source at a time is read and judged; only those with a problem are kept. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/store.h>
#include <nabiz/table.h>

#include "service/source_list.h"
#include "service/source_problem.h"

enum { SCRATCH_BYTES = 4 << 20 };

struct item {
    const struct nb_source_row *row;
    struct nb_problem problem;
    uint32_t failures_n;
    int64_t due_ms; /* -1: never */
};

struct list {
    struct nb_arena *arena;
    struct nb_arena *scratch;
    struct item *items;
    size_t n, cap;
};

static enum nb_err keep(struct list *list, const struct item *item)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 64;
        struct item *grown =
            nb_arena_grow(list->arena, list->items, list->n * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        list->items = grown;
        list->cap = cap;
    }
    list->items[list->n] = *item;
    const char *what = nb_arena_strdup(list->arena, nb_slice_str(item->problem.what));
    list->items[list->n++].problem.what = what;
    return what ? NB_OK : NB_ENOMEM;
}

static enum nb_err judge(struct list *list, struct nb_txn *txn, const struct nb_source_row *row,
                         int64_t now_ms)
{
    struct nb_slice key = nb_slice(row->id.b, NB_ID_BYTES);
    struct nb_slice value;
    struct nb_source *state = NULL;
    struct nb_subscription *subscription = NULL;
    struct item item = {.row = row, .due_ms = -1};
    nb_arena_reset(list->scratch);
    enum nb_err err = nb_get(txn, NB_TBL_SOURCE_STATE, key, &value);
    err = err == NB_OK ? nb_source_decode(value, list->scratch, &state) : err;
    if (err == NB_OK && state->hub) {
        err = nb_get(txn, NB_TBL_SUBSCRIPTION, key, &value);
        err = err == NB_OK ? nb_subscription_decode(value, list->scratch, &subscription) : err;
    }
    err = err == NB_ENOTFOUND ? NB_OK : err;
    if (err == NB_OK) {
        err = nb_source_problem(row, state, subscription, now_ms, list->scratch, &item.problem);
    }
    if (err == NB_OK && item.problem.kind) {
        item.failures_n = state->failures_n;
        item.due_ms = state->has_due_ms ? state->due_ms : -1;
        err = keep(list, &item);
    }
    return err;
}

static enum nb_err read_problems(const struct nb_config *config, const struct nb_sources *sources,
                                 const char *group, int64_t now_ms, struct list *list,
                                 struct nb_error *error)
{
    struct nb_store *store = NULL;
    struct nb_txn *txn;
    struct nb_store_options options = {.read_only = true};
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_CRAWL,
                                    &options, &store, error);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err; /* nothing was ever polled */
    }
    err = nb_read_begin(store, &txn, error);
    if (err == NB_OK) {
        for (size_t i = 0; err == NB_OK && i < nb_sources_n(sources); i++) {
            const struct nb_source_row *row = nb_sources_at(sources, i);
            if (!group || strcmp(row->group, group) == 0) {
                err = judge(list, txn, row, now_ms);
            }
        }
        nb_read_end(txn);
    }
    nb_store_close(store);
    return err;
}

static int by_severity(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    if (x->problem.severity != y->problem.severity) {
        return y->problem.severity - x->problem.severity;
    }
    int order = strcmp(x->problem.kind, y->problem.kind);
    order = order ? order : strcmp(x->row->group, y->row->group);
    return order ? order : (x->row->line > y->row->line) - (x->row->line < y->row->line);
}

static enum nb_err write_table(const struct list *list, struct nb_buf *out)
{
    static const struct nb_column columns[] = {{"problem", NB_LEFT, false},
                                               {"source", NB_LEFT, true},
                                               {"what", NB_LEFT, true},
                                               {"to do", NB_LEFT, true}};
    struct nb_table *table =
        nb_table_new(list->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct item *item = &list->items[i];
        enum nb_paint paint = item->problem.severity >= 7   ? NB_RED
                              : item->problem.severity >= 3 ? NB_YELLOW
                                                            : NB_DIM;
        nb_table_cell(table, paint, nb_slice_str(item->problem.kind));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(item->row->url));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(item->problem.what));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(item->problem.to_do));
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), out);
}

static void write_json(const struct list *list, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_array(&json);
    for (size_t i = 0; i < list->n; i++) {
        const struct item *item = &list->items[i];
        nb_json_object(&json);
        nb_json_kcstr(&json, "url", item->row->url);
        nb_json_kcstr(&json, "group", item->row->group);
        nb_json_kint(&json, "line", item->row->line);
        nb_json_kcstr(&json, "problem", item->problem.kind);
        nb_json_kint(&json, "severity", item->problem.severity);
        nb_json_kcstr(&json, "what", item->problem.what);
        nb_json_kcstr(&json, "to_do", item->problem.to_do);
        nb_json_kint(&json, "failures", item->failures_n);
        nb_json_ktime(&json, "next_poll", item->due_ms);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void write_csv(const struct list *list, int32_t offset_min, struct nb_buf *out)
{
    static const char *const heads[] = {"problem", "severity", "url",      "group",    "line",
                                        "what",    "to_do",    "failures", "next_poll"};
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    nb_csv_titles(&csv, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < list->n; i++) {
        const struct item *item = &list->items[i];
        nb_csv_str(&csv, nb_slice_str(item->problem.kind));
        nb_csv_int(&csv, item->problem.severity);
        nb_csv_str(&csv, nb_slice_str(item->row->url));
        nb_csv_str(&csv, nb_slice_str(item->row->group));
        nb_csv_int(&csv, item->row->line);
        nb_csv_str(&csv, nb_slice_str(item->problem.what));
        nb_csv_str(&csv, nb_slice_str(item->problem.to_do));
        nb_csv_int(&csv, item->failures_n);
        nb_csv_time(&csv, item->due_ms, offset_min);
        nb_csv_end_row(&csv);
    }
}

enum nb_err nb_source_problems(const struct nb_config *config, const struct nb_sources *sources,
                               const struct nb_source_filter *filter, int64_t now_ms,
                               struct nb_arena *arena, struct nb_buf *out, struct nb_error *error)
{
    struct list list = {.arena = arena, .scratch = nb_arena_new(SCRATCH_BYTES)};
    enum nb_err err = list.scratch
                          ? read_problems(config, sources, filter->group, now_ms, &list, error)
                          : NB_ENOMEM;
    if (err == NB_OK && list.n > 0) {
        qsort(list.items, list.n, sizeof(list.items[0]), by_severity);
    }
    if (err == NB_OK && strcmp(filter->format, "json") == 0) {
        write_json(&list, out);
    } else if (err == NB_OK && strcmp(filter->format, "csv") == 0) {
        write_csv(&list, (int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET), out);
    } else if (err == NB_OK && list.n == 0) {
        nb_buf_add_str(out, "no source has a problem\n");
    } else if (err == NB_OK) {
        err = write_table(&list, out);
    }
    nb_arena_free(list.scratch);
    return err == NB_OK ? nb_buf_finish(out, NULL) : err;
}
