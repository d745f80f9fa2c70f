/*
 * Reading is the same everywhere: seek to the first key of a range, take rows while the key is
 * inside it, decode into the arena. struct range holds that loop; each reader adds its row.
 */
#include <nabiz/analysis.h>

#include <assert.h>

#include <nabiz/date.h>
#include <nabiz/pack.h>

#include "analyzer/commit.h"
#include "analyzer/keys.h"

static enum nb_err meta_int(struct nb_txn *txn, struct nb_slice key, int64_t missing, int64_t *out)
{
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, key, &value);
    if (err == NB_ENOTFOUND) {
        *out = missing;
        return NB_OK;
    }
    if (err) {
        return err;
    }
    return nb_slice_to_i64(value, out) ? NB_OK : NB_ECORRUPT;
}

enum nb_err nb_analysis_cursor(struct nb_txn *txn, uint64_t *out)
{
    int64_t value;
    enum nb_err err = meta_int(txn, NB_LIT(NB_META_CURSOR), 0, &value);
    if (err == NB_OK && value < 0) {
        err = NB_ECORRUPT;
    }
    if (err == NB_OK) {
        *out = (uint64_t)value;
    }
    return err;
}

enum nb_err nb_analysis_watermark(struct nb_txn *txn, int64_t *out_ms)
{
    return meta_int(txn, NB_LIT(NB_META_WATERMARK), -1, out_ms);
}

/* An array that grows in an arena. */
struct rows {
    char *p;
    size_t n;
    size_t cap;
    size_t row_bytes;
    struct nb_arena *arena;
};

static void *rows_add(struct rows *rows)
{
    if (rows->n == rows->cap) {
        size_t cap = rows->cap ? rows->cap * 2 : 16;
        void *p =
            nb_arena_grow(rows->arena, rows->p, rows->n * rows->row_bytes, cap * rows->row_bytes);
        if (!p) {
            return NULL;
        }
        rows->p = p;
        rows->cap = cap;
    }
    return rows->p + rows->n++ * rows->row_bytes;
}

struct range {
    enum nb_table_id table;
    struct nb_key prefix; /* every key of the range begins with it */
    struct nb_key from;   /* first key wanted */
    uint64_t until;       /* the number behind the prefix is below this */
};

/* @param rest  key behind the prefix; at least 8 bytes. */
typedef enum nb_err row_fn(struct nb_slice rest, struct nb_slice value, struct rows *rows);

static enum nb_err read_range(struct nb_txn *txn, const struct range *range, row_fn *fn,
                              struct rows *rows)
{
    struct nb_cursor *cursor;
    enum nb_err err = nb_cursor_open(txn, range->table, &cursor);
    if (err) {
        return err;
    }
    struct nb_slice key;
    struct nb_slice value;
    err = nb_cursor_seek(cursor, nb_key_slice(&range->from), &key, &value);
    while (err == NB_OK && nb_slice_starts(key, nb_key_slice(&range->prefix))) {
        struct nb_slice rest = nb_slice_sub(key, range->prefix.len, key.len);
        if (rest.len < 8) {
            err = NB_ECORRUPT;
            break;
        }
        if (nb_key_to_u64((const uint8_t *)rest.p) >= range->until) {
            break;
        }
        err = fn(rest, value, rows);
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static struct range range_of(enum nb_table_id table, struct nb_slice text, uint64_t from,
                             uint64_t until)
{
    struct range range = {.table = table, .until = until};
    nb_key_text(&range.prefix, text);
    range.from = range.prefix;
    nb_key_add_u64(&range.from, from);
    return range;
}

/* A name that cannot be a topic has no rows; it may come from a command line. */
static bool is_topic(struct nb_slice topic)
{
    return topic.len > 0 && topic.len <= NB_TOPIC_BYTES;
}

static enum nb_err mention_row(struct nb_slice rest, struct nb_slice value, struct rows *rows)
{
    if (rest.len != 16) {
        return NB_ECORRUPT;
    }
    struct nb_mention *mention;
    enum nb_err err = nb_mention_decode(value, rows->arena, &mention);
    if (err) {
        return err;
    }
    struct nb_mention_row *row = rows_add(rows);
    if (!row) {
        return NB_ENOMEM;
    }
    row->at_ms = (int64_t)nb_key_to_u64((const uint8_t *)rest.p);
    row->number = nb_key_to_u64((const uint8_t *)rest.p + 8);
    row->mention = mention;
    return NB_OK;
}

enum nb_err nb_analysis_mentions(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                                 int64_t to_ms, struct nb_arena *arena,
                                 const struct nb_mention_row **out, size_t *out_n)
{
    struct rows rows = {.row_bytes = sizeof(struct nb_mention_row), .arena = arena};
    enum nb_err err = NB_OK;
    if (is_topic(topic)) {
        struct range range =
            range_of(NB_TBL_TOPIC_DOC, topic, nb_key_time(from_ms), nb_key_time(to_ms));
        err = read_range(txn, &range, mention_row, &rows);
    }
    if (err == NB_OK) {
        *out = (const struct nb_mention_row *)(const void *)rows.p;
        *out_n = rows.n;
    }
    return err;
}

static enum nb_err hour_row(struct nb_slice rest, struct nb_slice value, struct rows *rows)
{
    struct nb_topic_hour *hour;
    enum nb_err err = nb_topic_hour_decode(value, rows->arena, &hour);
    if (err) {
        return err;
    }
    struct nb_hour_row *row = rows_add(rows);
    if (!row) {
        return NB_ENOMEM;
    }
    row->hour_ms = (int64_t)nb_key_to_u64((const uint8_t *)rest.p) * NB_HOUR_MS;
    row->hour = hour;
    return NB_OK;
}

enum nb_err nb_analysis_hours(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                              int64_t to_ms, struct nb_arena *arena, const struct nb_hour_row **out,
                              size_t *out_n)
{
    struct rows rows = {.row_bytes = sizeof(struct nb_hour_row), .arena = arena};
    enum nb_err err = NB_OK;
    if (is_topic(topic)) {
        /* Hours that start in [from, to): both ends are rounded up. */
        uint64_t from = nb_key_time(from_ms) / NB_HOUR_MS + (nb_key_time(from_ms) % NB_HOUR_MS > 0);
        uint64_t to = nb_key_time(to_ms) / NB_HOUR_MS + (nb_key_time(to_ms) % NB_HOUR_MS > 0);
        struct range range = range_of(NB_TBL_TOPIC_HOUR, topic, from, to);
        err = read_range(txn, &range, hour_row, &rows);
    }
    if (err == NB_OK) {
        *out = (const struct nb_hour_row *)(const void *)rows.p;
        *out_n = rows.n;
    }
    return err;
}

enum nb_err nb_analysis_annotation(struct nb_txn *txn, uint64_t number, struct nb_arena *arena,
                                   struct nb_annotation **out)
{
    uint8_t key[8];
    struct nb_slice value;
    struct nb_slice bytes;
    nb_key_u64(number, key);
    enum nb_err err = nb_get(txn, NB_TBL_ANNOTATION, nb_slice(key, sizeof(key)), &value);
    if (err == NB_OK) {
        err = nb_unpack(value, arena, &bytes);
    }
    return err ? err : nb_annotation_decode(bytes, arena, out);
}

/* A row of a table whose keys are the ids of authors. */
static enum nb_err row_of_author(struct nb_txn *txn, enum nb_table_id table, struct nb_slice id,
                                 struct nb_arena *arena, struct nb_slice *value)
{
    struct nb_slice key;
    enum nb_err err = nb_author_id(id, nb_slice(NULL, 0), arena, &key);
    if (err == NB_OK && !key.len) {
        err = NB_ENOTFOUND;
    }
    return err ? err : nb_get(txn, table, key, value);
}

enum nb_err nb_analysis_author(struct nb_txn *txn, struct nb_slice id, struct nb_arena *arena,
                               struct nb_author **out)
{
    struct nb_slice value;
    enum nb_err err = row_of_author(txn, NB_TBL_AUTHOR, id, arena, &value);
    return err ? err : nb_author_decode(value, arena, out);
}

enum nb_err nb_analysis_audience(struct nb_txn *txn, struct nb_slice id, struct nb_arena *arena,
                                 struct nb_audience **out)
{
    struct nb_slice value;
    enum nb_err err = row_of_author(txn, NB_TBL_AUDIENCE, id, arena, &value);
    return err ? err : nb_audience_decode(value, arena, out);
}

static enum nb_err author_doc_row(struct nb_slice rest, struct nb_slice value, struct rows *rows)
{
    if (rest.len != 16) {
        return NB_ECORRUPT;
    }
    struct nb_author_doc *doc;
    enum nb_err err = nb_author_doc_decode(value, rows->arena, &doc);
    if (err) {
        return err;
    }
    struct nb_author_doc_row *row = rows_add(rows);
    if (!row) {
        return NB_ENOMEM;
    }
    row->at_ms = (int64_t)nb_key_to_u64((const uint8_t *)rest.p);
    row->number = nb_key_to_u64((const uint8_t *)rest.p + 8);
    row->doc = doc;
    return NB_OK;
}

enum nb_err nb_analysis_author_docs(struct nb_txn *txn, struct nb_slice author, int64_t from_ms,
                                    int64_t to_ms, struct nb_arena *arena,
                                    const struct nb_author_doc_row **out, size_t *out_n)
{
    struct rows rows = {.row_bytes = sizeof(struct nb_author_doc_row), .arena = arena};
    struct nb_slice id;
    enum nb_err err = nb_author_id(author, nb_slice(NULL, 0), arena, &id);
    if (err == NB_OK && id.len) {
        struct range range =
            range_of(NB_TBL_AUTHOR_DOC, id, nb_key_time(from_ms), nb_key_time(to_ms));
        err = read_range(txn, &range, author_doc_row, &rows);
    }
    if (err == NB_OK) {
        *out = (const struct nb_author_doc_row *)(const void *)rows.p;
        *out_n = rows.n;
    }
    return err;
}

static enum nb_err edge_row(struct nb_slice rest, struct nb_slice value, struct rows *rows)
{
    (void)rest;
    struct nb_edge *edge;
    enum nb_err err = nb_edge_decode(value, rows->arena, &edge);
    if (err) {
        return err;
    }
    struct nb_edge **row = rows_add(rows);
    if (!row) {
        return NB_ENOMEM;
    }
    *row = edge;
    return NB_OK;
}

enum nb_err nb_analysis_edges_to(struct nb_txn *txn, struct nb_slice to, struct nb_arena *arena,
                                 const struct nb_edge *const **out, size_t *out_n)
{
    struct rows rows = {.row_bytes = sizeof(struct nb_edge *), .arena = arena};
    struct nb_slice id;
    enum nb_err err = nb_author_id(to, nb_slice(NULL, 0), arena, &id);
    if (err == NB_OK && id.len) {
        struct range range = range_of(NB_TBL_EDGE, id, 0, UINT64_MAX);
        err = read_range(txn, &range, edge_row, &rows);
    }
    if (err == NB_OK) {
        *out = (const struct nb_edge *const *)(const void *)rows.p;
        *out_n = rows.n;
    }
    return err;
}
