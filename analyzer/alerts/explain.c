#include "analyzer/alerts/explain.h"

#include <inttypes.h>
#include <stdlib.h>

#include <nabiz/date.h>

#include "analyzer/keys.h"

enum { SAMPLES_MAX = 10, TOP_MAX = 3, HOUR_READ_MAX = 2000 };

/* A name and how many documents of the hour came from it. */
struct name_count {
    struct nb_slice name;
    uint64_t n;
};

/* Documents of the hour, as far as they are read. */
struct hour_docs {
    uint64_t numbers[HOUR_READ_MAX];
    struct name_count authors[HOUR_READ_MAX];
    struct name_count sites[HOUR_READ_MAX];
    size_t n;
    uint64_t first_number;
    uint64_t first_at_ms;
    struct nb_slice first_author;
};

static enum nb_err read_docs(struct nb_txn *txn, const struct nb_hour *h, struct nb_arena *arena,
                             struct hour_docs *docs)
{
    struct nb_key prefix;
    nb_key_text(&prefix, h->topic);
    struct nb_key from = prefix;
    nb_key_add_u64(&from, h->hour * NB_HOUR_MS);
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_TOPIC_DOC, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    while (err == NB_OK && docs->n < HOUR_READ_MAX && nb_slice_starts(key, nb_key_slice(&prefix)) &&
           key.len == prefix.len + 16) {
        uint64_t at_ms = nb_key_to_u64((const uint8_t *)key.p + prefix.len);
        uint64_t number = nb_key_to_u64((const uint8_t *)key.p + prefix.len + 8);
        struct nb_mention *mention;
        if (at_ms / NB_HOUR_MS != h->hour) {
            break;
        }
        err = nb_mention_decode(value, arena, &mention);
        if (err) {
            break;
        }
        struct nb_slice author = nb_field(mention->author);
        if (docs->n == 0) {
            docs->first_number = number;
            docs->first_at_ms = at_ms;
            docs->first_author = author;
        }
        docs->numbers[docs->n] = number;
        docs->authors[docs->n] = (struct name_count){author, 1};
        docs->sites[docs->n] = (struct name_count){nb_author_site(author), 1};
        docs->n++;
        err = nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(((const struct name_count *)a)->name, ((const struct name_count *)b)->name);
}

static int by_count(const void *a, const void *b)
{
    const struct name_count *x = a;
    const struct name_count *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : nb_slice_cmp(x->name, y->name);
}

static int by_newest(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

/* The names with most documents, most first; reorders counts. */
struct top {
    Nb__NameCount *rows[TOP_MAX];
    size_t n;
    size_t names_n; /* of all */
};

static enum nb_err find_top(struct name_count *counts, size_t n, struct nb_arena *arena,
                            struct top *out)
{
    *out = (struct top){.n = 0};
    qsort(counts, n, sizeof(counts[0]), by_name);
    for (size_t i = 0; i < n; i++) {
        if (out->names_n && nb_slice_eq(counts[out->names_n - 1].name, counts[i].name)) {
            counts[out->names_n - 1].n++;
        } else {
            counts[out->names_n++] = counts[i];
        }
    }
    qsort(counts, out->names_n, sizeof(counts[0]), by_count);
    for (; out->n < out->names_n && out->n < TOP_MAX; out->n++) {
        const struct name_count *from = &counts[out->n];
        Nb__NameCount *row = nb_arena_alloc(arena, sizeof(*row));
        if (!row) {
            return NB_ENOMEM;
        }
        nb__name_count__init(row);
        row->name = from->name.len ? nb_arena_strdup(arena, from->name) : NULL;
        row->has_count = 1;
        row->count = from->n;
        if (from->name.len && !row->name) {
            return NB_ENOMEM;
        }
        out->rows[out->n] = row;
    }
    return NB_OK;
}

/* Copy of the rows as protobuf has them. @return NULL when out of memory. */
static Nb__NameCount **top_rows(const struct top *top, struct nb_arena *arena)
{
    Nb__NameCount **rows = nb_arena_calloc(arena, top->n, sizeof(Nb__NameCount *));
    for (size_t i = 0; rows && i < top->n; i++) {
        rows[i] = top->rows[i];
    }
    return rows;
}

/* "what: a (4), b (3), c (1) and 2 more" */
static char *top_line(const char *what, const struct top *top, struct nb_arena *arena)
{
    char *line = nb_arena_printf(arena, "%s:", what);
    for (size_t i = 0; line && i < top->n; i++) {
        const char *name = top->rows[i]->name ? top->rows[i]->name : "unknown";
        line = nb_arena_printf(arena, "%s%s %s (%" PRIu64 ")", line, i ? "," : "", name,
                               top->rows[i]->count);
    }
    if (line && top->names_n > top->n) {
        line = nb_arena_printf(arena, "%s and %zu more", line, top->names_n - top->n);
    }
    return line;
}

/* What was counted, and what it was measured by. */
static void fill_figures(const struct nb_hour *h, const struct hour_docs *docs,
                         struct nb_incident *alert)
{
    alert->has_severity = 1;
    alert->severity = h->spike.severity;
    alert->has_value = 1;
    alert->value = h->documents_n;
    alert->has_negative_n = 1;
    alert->negative_n = h->negative_n;
    alert->has_expected_milli = 1;
    alert->expected_milli = h->spike.expected_milli;
    alert->has_limit_milli = 1;
    alert->limit_milli = h->spike.limit_milli;
    alert->has_hour_ms = 1;
    alert->hour_ms = (int64_t)h->hour * NB_HOUR_MS;
    alert->has_hours_n = 1;
    alert->hours_n = h->before.hours_n;
    alert->has_first = 1;
    alert->first = docs->first_number;
    alert->has_first_ms = 1;
    alert->first_ms = (int64_t)docs->first_at_ms;
}

static enum nb_err fill_names(struct hour_docs *docs, struct nb_arena *arena,
                              struct nb_incident *alert, struct top *sites, struct top *authors)
{
    enum nb_err err = find_top(docs->sites, docs->n, arena, sites);
    if (err == NB_OK) {
        err = find_top(docs->authors, docs->n, arena, authors);
    }
    if (err) {
        return err;
    }
    alert->sites = top_rows(sites, arena);
    alert->n_sites = sites->n;
    alert->has_sites_n = 1;
    alert->sites_n = sites->names_n;
    alert->authors = top_rows(authors, arena);
    alert->n_authors = authors->n;
    alert->has_authors_n = 1;
    alert->authors_n = authors->names_n;
    alert->first_author = nb_arena_strdup(arena, docs->first_author);
    return alert->sites && alert->authors && alert->first_author ? NB_OK : NB_ENOMEM;
}

static enum nb_err fill_why(const struct top *sites, const struct top *authors,
                            struct nb_arena *arena, struct nb_incident *alert)
{
    enum { LINES = 5 };
    char hour[NB_RFC3339_BYTES];
    char first[NB_RFC3339_BYTES];
    nb_date_rfc3339(alert->hour_ms, hour);
    nb_date_rfc3339(alert->first_ms, first);
    char **why = nb_arena_calloc(arena, LINES, sizeof(why[0]));
    if (!why) {
        return NB_ENOMEM;
    }
    why[0] = nb_arena_printf(arena,
                             "%" PRIu64 " documents in the hour from %s; usual is %" PRId64
                             ".%03" PRId64 ", up to %" PRId64 ".%03" PRId64
                             " is ordinary (mean and spread of the %" PRIu32 " hours before)",
                             alert->value, hour, alert->expected_milli / 1000,
                             alert->expected_milli % 1000, alert->limit_milli / 1000,
                             alert->limit_milli % 1000, alert->hours_n);
    why[1] = nb_arena_printf(arena, "negative: %" PRIu64 " of %" PRIu64, alert->negative_n,
                             alert->value);
    why[2] = top_line("sites", sites, arena);
    why[3] = top_line("authors", authors, arena);
    why[4] =
        nb_arena_printf(arena, "first of the hour: document %" PRIu64 " at %s by %s", alert->first,
                        first, alert->first_author[0] ? alert->first_author : "unknown");
    for (size_t i = 0; i < LINES; i++) {
        if (!why[i]) {
            return NB_ENOMEM;
        }
    }
    alert->why = why;
    alert->n_why = LINES;
    return NB_OK;
}

enum nb_err nb_explain(struct nb_txn *txn, const struct nb_hour *h, struct nb_arena *arena,
                       struct nb_incident *alert)
{
    struct hour_docs *docs = nb_arena_calloc(arena, 1, sizeof(*docs));
    if (!docs) {
        return NB_ENOMEM;
    }
    enum nb_err err = read_docs(txn, h, arena, docs);
    if (err) {
        return err;
    }
    struct top sites;
    struct top authors;
    fill_figures(h, docs, alert);
    err = fill_names(docs, arena, alert, &sites, &authors);
    if (err == NB_OK) {
        err = fill_why(&sites, &authors, arena, alert);
    }
    qsort(docs->numbers, docs->n, sizeof(docs->numbers[0]), by_newest);
    alert->samples = docs->numbers;
    alert->n_samples = docs->n < SAMPLES_MAX ? docs->n : SAMPLES_MAX;
    return err;
}
