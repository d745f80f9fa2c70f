#include "service/source_list.h"

#include <string.h>
#include <unistd.h>

#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/record.h>
#include <nabiz/store.h>
#include <nabiz/table.h>

#include "service/source_schedule.h"

/* A source and how polling it goes; state is NULL when it was never polled. */
struct item {
    const struct nb_source_row *row;
    const struct nb_source *state;
};

static enum nb_err read_state(struct nb_txn *txn, const struct nb_source_row *row,
                              struct nb_arena *arena, const struct nb_source **out)
{
    struct nb_slice value;
    struct nb_source *state = NULL;
    enum nb_err err = nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(row->id.b, NB_ID_BYTES), &value);
    if (err == NB_OK) {
        err = nb_source_decode(value, arena, &state);
    }
    *out = state;
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* Fill in the states; without a store there is none, which is no failure. */
static enum nb_err read_states(const struct nb_config *config, struct item *items, size_t n,
                               struct nb_arena *arena, struct nb_error *error)
{
    struct nb_store *store = NULL;
    struct nb_txn *txn;
    struct nb_store_options options = {.read_only = true};
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_CRAWL,
                                    &options, &store, error);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    err = nb_read_begin(store, &txn, error);
    if (err == NB_OK) {
        for (size_t i = 0; err == NB_OK && i < n; i++) {
            err = read_state(txn, items[i].row, arena, &items[i].state);
        }
        nb_read_end(txn);
    }
    nb_store_close(store);
    return err;
}

static const char *word_of(const struct item *item)
{
    if (item->row->paused) {
        return "paused";
    }
    if (!item->state) {
        return "new";
    }
    if (item->state->retired) {
        return "retired";
    }
    if (item->state->denied) {
        return "denied";
    }
    return item->state->failures_n > 0 ? "failing" : "ok";
}

static enum nb_paint paint_of(const char *word)
{
    static const struct {
        const char *word;
        enum nb_paint paint;
    } paints[] = {{"ok", NB_GREEN}, {"denied", NB_YELLOW}, {"failing", NB_RED}};
    for (size_t i = 0; i < sizeof(paints) / sizeof(paints[0]); i++) {
        if (strcmp(word, paints[i].word) == 0) {
            return paints[i].paint;
        }
    }
    return NB_DIM;
}

static struct nb_slice title_of(const struct item *item)
{
    if (item->row->title[0]) {
        return nb_slice_str(item->row->title);
    }
    return nb_field(item->state ? item->state->title : NULL);
}

static int64_t polled_ms(const struct item *item)
{
    return item->state && item->state->has_polled_ms ? item->state->polled_ms : -1;
}

static int64_t due_ms(const struct item *item)
{
    bool polled = !item->row->paused && item->state && item->state->has_due_ms;
    return polled ? item->state->due_ms : -1;
}

static void add_minute(struct nb_table *table, int64_t at_ms, int32_t offset_min)
{
    if (at_ms < 0) {
        nb_table_cell(table, NB_DIM, NB_LIT("-"));
        return;
    }
    struct nb_civil t = nb_civil_of(at_ms, offset_min);
    nb_table_cellf(table, NB_PLAIN, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour,
                   t.minute);
}

static enum nb_err write_table(const struct item *items, size_t n, int32_t offset_min,
                               struct nb_arena *arena, struct nb_buf *out)
{
    static const struct nb_column columns[] = {
        {"state", NB_LEFT, false},      {"url", NB_LEFT, true},
        {"title", NB_LEFT, true},       {"group", NB_LEFT, true},
        {"kind", NB_LEFT, false},       {"last poll", NB_LEFT, false},
        {"status", NB_RIGHT, false},    {"failures", NB_RIGHT, false},
        {"documents", NB_RIGHT, false}, {"next poll", NB_LEFT, false},
    };
    struct nb_table *table = nb_table_new(arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_source *state = items[i].state;
        const char *word = word_of(&items[i]);
        nb_table_cell(table, paint_of(word), nb_slice_str(word));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(items[i].row->url));
        nb_table_cell(table, NB_PLAIN, title_of(&items[i]));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(items[i].row->group));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(nb_kind_name(items[i].row->kind)));
        add_minute(table, polled_ms(&items[i]), offset_min);
        nb_table_cellf(table, NB_PLAIN, "%u", state ? state->status : 0);
        nb_table_cellf(table, NB_PLAIN, "%u", state ? state->failures_n : 0);
        nb_table_cellf(table, NB_PLAIN, "%llu",
                       (unsigned long long)(state ? state->documents_n : 0));
        add_minute(table, due_ms(&items[i]), offset_min);
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), out);
}

/* Members of an object that is open. */
static void json_item(struct nb_json *json, const struct item *item)
{
    const struct nb_source *state = item->state;
    nb_json_kcstr(json, "url", item->row->url);
    nb_json_kcstr(json, "state", word_of(item));
    nb_json_kstr(json, "title", title_of(item));
    nb_json_kcstr(json, "group", item->row->group);
    nb_json_kcstr(json, "kind", nb_kind_name(item->row->kind));
    nb_json_ktime(json, "last_poll", polled_ms(item));
    nb_json_kint(json, "status", state ? state->status : 0);
    nb_json_kint(json, "failures", state ? state->failures_n : 0);
    nb_json_kcstr(json, "failure", state ? state->failure : NULL);
    nb_json_kcstr(json, "moved_to", state ? state->moved_to : NULL);
    nb_json_kint(json, "polls", state ? (int64_t)state->polls_n : 0);
    nb_json_kint(json, "documents", state ? (int64_t)state->documents_n : 0);
    nb_json_ktime(json, "next_poll", due_ms(item));
    if (item->row->walk != NB_WALK_NONE) {
        nb_json_kcstr(json, "walk", nb_walk_name(item->row->walk));
        nb_json_kint(json, "pages", state ? (int64_t)state->pages_n : 0);
    }
}

static void write_json(const struct item *items, size_t n, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_array(&json);
    for (size_t i = 0; i < n; i++) {
        nb_json_object(&json);
        json_item(&json, &items[i]);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

static void write_csv(const struct item *items, size_t n, int32_t offset_min, struct nb_buf *out)
{
    static const char *const heads[] = {"state",     "url",       "title",  "group",
                                        "kind",      "last_poll", "status", "failures",
                                        "documents", "next_poll"};
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    nb_csv_titles(&csv, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < n; i++) {
        const struct nb_source *state = items[i].state;
        nb_csv_str(&csv, nb_slice_str(word_of(&items[i])));
        nb_csv_str(&csv, nb_slice_str(items[i].row->url));
        nb_csv_str(&csv, title_of(&items[i]));
        nb_csv_str(&csv, nb_slice_str(items[i].row->group));
        nb_csv_str(&csv, nb_slice_str(nb_kind_name(items[i].row->kind)));
        nb_csv_time(&csv, polled_ms(&items[i]), offset_min);
        nb_csv_int(&csv, state ? state->status : 0);
        nb_csv_int(&csv, state ? state->failures_n : 0);
        nb_csv_int(&csv, state ? (int64_t)state->documents_n : 0);
        nb_csv_time(&csv, due_ms(&items[i]), offset_min);
        nb_csv_end_row(&csv);
    }
}

/* Leave out what is not asked for. @return how many are left */
static size_t filter_items(struct item *items, size_t n, const char *state)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!state || strcmp(word_of(&items[i]), state) == 0) {
            items[kept++] = items[i];
        }
    }
    return kept;
}

enum nb_err nb_source_list(const struct nb_config *config, const struct nb_sources *sources,
                           const struct nb_source_filter *filter, struct nb_arena *arena,
                           struct nb_buf *out, struct nb_error *error)
{
    size_t n = 0;
    int32_t offset_min = (int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET);
    struct item *items = nb_arena_calloc(arena, nb_sources_n(sources), sizeof(*items));
    if (!items) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < nb_sources_n(sources); i++) {
        const struct nb_source_row *row = nb_sources_at(sources, i);
        if (!filter->group || strcmp(row->group, filter->group) == 0) {
            items[n++].row = row;
        }
    }
    enum nb_err err = read_states(config, items, n, arena, error);
    if (err != NB_OK) {
        return err;
    }
    n = filter_items(items, n, filter->state);
    if (strcmp(filter->format, "json") == 0) {
        write_json(items, n, out);
    } else if (strcmp(filter->format, "csv") == 0) {
        write_csv(items, n, offset_min, out);
    } else {
        err = write_table(items, n, offset_min, arena, out);
    }
    return err == NB_OK ? nb_buf_finish(out, NULL) : err;
}

static void say_time(struct nb_buf *out, const char *what, int64_t at_ms)
{
    char text[NB_RFC3339_BYTES];
    if (at_ms >= 0) {
        nb_date_rfc3339(at_ms, text);
        nb_buf_addf(out, "%s %s\n", what, text);
    }
}

static void say_pages(struct nb_buf *out, const struct nb_source *state)
{
    if (state->pages_n > 0) {
        nb_buf_addf(out, "%llu of its pages are known.\n", (unsigned long long)state->pages_n);
    }
    if (state->visit_n > 0) {
        nb_buf_addf(out, "It is being visited: %u %s so far.\n", state->visit_n,
                    state->visit_n == 1 ? "page" : "pages");
    }
}

static void say_state(struct nb_buf *out, const struct item *item)
{
    const struct nb_source *state = item->state;
    if (!state) {
        nb_buf_add_str(out, item->row->paused ? "" : "It was never polled and is due at once.\n");
        return;
    }
    say_time(out, "Last polled", polled_ms(item));
    nb_buf_addf(out, "%llu %s brought %llu %s.\n", (unsigned long long)state->polls_n,
                state->polls_n == 1 ? "poll" : "polls", (unsigned long long)state->documents_n,
                state->documents_n == 1 ? "document" : "documents");
    say_pages(out, state);
    say_time(out, "Last changed", state->has_changed_ms ? state->changed_ms : -1);
    if (state->status > 0) {
        nb_buf_addf(out, "The last answer had status %u.\n", state->status);
    }
    if (state->denied) {
        nb_buf_addf(out, "It was not asked: %s\n", state->failure ? state->failure : "");
    } else if (state->failure && state->failures_n == 1) {
        nb_buf_addf(out, "It failed the last time: %s\n", state->failure);
    } else if (state->failure && state->failures_n > 1) {
        nb_buf_addf(out, "It failed %u times in a row: %s\n", state->failures_n, state->failure);
    }
    if (state->moved_to) {
        nb_buf_addf(out, "It moved for good and is polled at %s\n", state->moved_to);
    }
    if (state->retired) {
        nb_buf_add_str(out, "It said it is gone (410) and is not polled any more.\n");
    }
    if (state->found_url) {
        nb_buf_addf(out, "It may be at %s now, which is tried next.\n", state->found_url);
    } else if (state->search_url) {
        nb_buf_addf(out, "It is looked for at %s next.\n", state->search_url);
    }
    say_time(out, "Next poll", due_ms(item));
}

static void say_source(const struct item *item, struct nb_buf *out)
{
    const struct nb_source_row *row = item->row;
    struct nb_slice title = title_of(item);
    nb_buf_addf(out, "%s\n", row->url);
    if (title.len) {
        nb_buf_addf(out, "\"%.*s\"\n", NB_ARG(title));
    }
    nb_buf_addf(out, "Line %u of the sources file, kind %s", row->line, nb_kind_name(row->kind));
    if (row->group[0]) {
        nb_buf_addf(out, ", group \"%s\"", row->group);
    }
    if (row->every_s > 0) {
        nb_buf_addf(out, ", every %lld s", (long long)row->every_s);
    }
    if (row->walk != NB_WALK_NONE) {
        nb_buf_addf(out, ", followed page by page as a %s", nb_walk_name(row->walk));
    }
    if (row->is_full) {
        nb_buf_add_str(out, ", its summaries completed from their pages");
    }
    nb_buf_add_str(out, row->paused ? ". It is paused.\n" : ".\n");
    say_state(out, item);
}

enum nb_err nb_source_show(const struct nb_config *config, const struct nb_sources *sources,
                           const struct nb_source_row *row, bool json, struct nb_arena *arena,
                           struct nb_buf *out, struct nb_error *error)
{
    struct item item = {.row = row};
    struct nb_schedule_view view;
    struct nb_json writer;
    enum nb_err err = read_states(config, &item, 1, arena, error);
    err = err == NB_OK ? nb_schedule_explain(config, sources, row, item.state, &view, error) : err;
    if (err != NB_OK) {
        return err;
    }
    if (json) {
        nb_json_init(&writer, out, true);
        nb_json_object(&writer);
        json_item(&writer, &item);
        nb_source_schedule_json(item.state, &view, &writer);
        nb_json_end(&writer);
        nb_buf_add_byte(out, '\n');
    } else {
        say_source(&item, out);
        nb_source_schedule_say(row, item.state, &view,
                               (int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET), out);
    }
    return nb_buf_finish(out, NULL);
}
