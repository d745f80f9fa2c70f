#include "service/influencers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <nabiz/csv.h>
#include <nabiz/table.h>
#include <nabiz/verdict.h>

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

_Static_assert(sizeof(scores) / sizeof(scores[0]) == NB_SCORES_N, "as the header says");

const char *nb_score_name(size_t i)
{
    return scores[i].name;
}

int32_t nb_score_at(const struct nb_influencer *row, size_t i)
{
    return *(const int32_t *)(const void *)((const char *)row + scores[i].offset);
}

/* Sorting: qsort has no argument, so the column stands beside the row. */
struct sortable {
    const struct nb_influencer *row;
    int64_t by; /* INT64_MIN when unknown: last */
    size_t place;
    struct nb_mark mark; /* of those that are shown */
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
    for (size_t i = 0; i < NB_SCORES_N; i++) {
        if (strcmp(sort, scores[i].name) == 0) {
            int32_t value = nb_score_at(row, i);
            return value == NB_UNKNOWN_MILLI ? INT64_MIN : value;
        }
    }
    return row->score_milli;
}

/* What is left after the filters, in the order asked for, at most query->limit. */
static struct sortable *choose(const struct nb_influencer *list, size_t n,
                               const struct nb_influencers_query *query, struct nb_arena *arena,
                               size_t *out_n)
{
    struct sortable *chosen = nb_arena_calloc(arena, n, sizeof(*chosen));
    *out_n = 0;
    for (size_t i = 0; chosen && i < n; i++) {
        if (query->has_min_trust &&
            (list[i].trust_milli == NB_UNKNOWN_MILLI || list[i].trust_milli < query->min_trust)) {
            continue;
        }
        chosen[*out_n] = (struct sortable){
            .row = &list[i], .by = sort_value(&list[i], query->sort), .place = *out_n};
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

/* "loud: 9 of 11 shout | linking sites: 5": what stands out comes before the numbers. */
static struct nb_slice evidence_of(const struct sortable *row, struct nb_arena *arena)
{
    const char *mark = row->mark.mark;
    return nb_slice_str(mark && mark[0]
                            ? nb_arena_printf(arena, "%s | %s", mark, row->row->evidence)
                            : row->row->evidence);
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
        for (size_t k = 0; k < NB_SCORES_N; k++) {
            if (k == NB_SCORES_BEFORE_INTERVAL) {
                const char *interval = interval_of(row, answer->arena);
                nb_table_cell(table, NB_DIM, nb_slice_str(interval ? interval : "-"));
            }
            if (k == NB_SCORES_BEFORE_EVIDENCE) {
                nb_table_cell(table, NB_PLAIN, evidence_of(&rows[i], answer->arena));
            }
            table_score(table, nb_score_at(row, k));
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
    nb_csv_titles(&csv, titles, sizeof(titles) / sizeof(titles[0]));
    for (size_t i = 0; i < n; i++) {
        const struct nb_influencer *row = rows[i].row;
        nb_csv_int(&csv, (int64_t)i + 1);
        nb_csv_str(&csv, row->author);
        nb_csv_str(&csv, row->site);
        nb_csv_int(&csv, (int64_t)row->posts_n);
        for (size_t k = 0; k < NB_SCORES_N; k++) {
            if (k == NB_SCORES_BEFORE_INTERVAL) {
                nb_csv_str(&csv, nb_slice_str(interval_of(row, arena)));
            }
            if (k == NB_SCORES_BEFORE_EVIDENCE) {
                nb_csv_str(&csv, evidence_of(&rows[i], arena));
            }
            csv_score(&csv, nb_score_at(row, k));
        }
        nb_csv_end_row(&csv);
    }
}

void nb_json_known(struct nb_json *json, const char *key, int32_t value)
{
    nb_json_key(json, key);
    if (value == NB_UNKNOWN_MILLI) {
        nb_json_null(json);
    } else {
        nb_json_int(json, value);
    }
}

void nb_json_influencer(struct nb_json *json, const struct nb_influencer *row)
{
    nb_json_kstr(json, "author", row->author);
    nb_json_kstr(json, "site", row->site);
    nb_json_kstr(json, "name", row->name);
    nb_json_kint(json, "posts", (int64_t)row->posts_n);
    for (size_t k = 0; k < NB_SCORES_N; k++) {
        nb_json_known(json, scores[k].key, nb_score_at(row, k));
    }
    nb_json_known(json, "low_milli", row->low_milli);
    nb_json_known(json, "high_milli", row->high_milli);
    nb_json_key(json, "people");
    if (row->people.known) {
        nb_json_object(json);
        nb_json_kint(json, "count", (int64_t)row->people.n);
        nb_json_kint(json, "low", (int64_t)row->people.low_n);
        nb_json_kint(json, "high", (int64_t)row->people.high_n);
        nb_json_kbool(json, "measured", row->people.measured);
        nb_json_kcstr(json, "basis", row->people.basis);
        nb_json_end(json);
    } else {
        nb_json_null(json);
    }
    nb_json_key(json, "followers");
    if (row->people.followers_known) {
        nb_json_object(json);
        nb_json_kint(json, "count", (int64_t)row->people.followers_n);
        nb_json_ktime(json, "read", row->people.followers_read_ms);
        nb_json_end(json);
    } else {
        nb_json_null(json);
    }
    nb_json_kint(json, "points_milli", row->points_milli);
    nb_json_kcstr(json, "coordination",
                  row->coordination && row->coordination[0] ? row->coordination : NULL);
    nb_json_kcstr(json, "trust_of", nb_trust_basis_name(row->trust_of));
    nb_json_kcstr(json, "evidence", row->evidence);
}

void nb_json_influencers_query(struct nb_json *json, const struct nb_influencers_query *query)
{
    nb_json_key(json, "topic");
    if (query->asked.topic.len) {
        nb_json_str(json, query->asked.topic);
    } else {
        nb_json_null(json);
    }
    nb_json_ktime(json, "from", query->asked.from_ms);
    nb_json_ktime(json, "to", query->asked.to_ms);
}

static void list_json(const struct sortable *rows, size_t n,
                      const struct nb_influencers_query *query, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, true);
    nb_json_object(&json);
    nb_json_influencers_query(&json, query);
    nb_json_key(&json, "influencers");
    nb_json_array(&json);
    for (size_t i = 0; i < n; i++) {
        nb_json_object(&json);
        nb_json_kint(&json, "rank", (int64_t)i + 1);
        nb_json_influencer(&json, rows[i].row);
        nb_json_kcstr(&json, "mark", rows[i].mark.mark);
        nb_json_kcstr(&json, "advice", rows[i].mark.advice);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

/* The verdict on each row that is shown; tells the user of those it was too much for. */
static enum nb_err mark_rows(struct nb_txn *txn, const struct nb_influencers_query *query,
                             struct nb_arena *arena, struct sortable *rows, size_t n)
{
    const struct nb_influencer **shown = nb_arena_calloc(arena, n, sizeof(*shown));
    const struct nb_mark *marks = NULL;
    size_t unread_n = 0;
    if (!shown) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        shown[i] = rows[i].row;
    }
    enum nb_err err = nb_verdict_marks(txn, shown, n, &query->asked, arena, &marks, &unread_n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        rows[i].mark = marks[i];
    }
    if (err == NB_OK && unread_n) {
        fprintf(stderr,
                "nabiz influencers: no verdict on %zu of %zu rows, for it would be too much to "
                "read; --explain AUTHOR has it\n",
                unread_n, n);
    }
    return err;
}

enum nb_err nb_influencers_list(struct nb_txn *txn, const struct nb_influencers_query *query,
                                struct nb_answer *answer, size_t *shown_n)
{
    const struct nb_influencer *list;
    size_t n;
    enum nb_err err = nb_influence_list(txn, &query->asked, answer->arena, &list, &n);
    if (err) {
        return err;
    }
    struct sortable *rows = choose(list, n, query, answer->arena, shown_n);
    err = rows ? mark_rows(txn, query, answer->arena, rows, *shown_n) : NB_ENOMEM;
    if (err) {
        return err;
    }
    if (query->format == NB_AS_JSON) {
        list_json(rows, *shown_n, query, &answer->out);
    } else if (query->format == NB_AS_CSV) {
        list_csv(rows, *shown_n, answer->arena, &answer->out);
    } else if (*shown_n) {
        enum nb_trust_basis basis = rows[0].row->trust_of;
        if (basis == NB_TRUST_OF_TOPIC || basis == NB_TRUST_OF_GENERAL) {
            fprintf(stderr, "nabiz influencers: trust is made of %s\n", nb_trust_basis_text(basis));
        }
        return list_table(rows, *shown_n, answer);
    }
    return NB_OK;
}
