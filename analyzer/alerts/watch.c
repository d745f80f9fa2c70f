/*
 * Runs inside the committer's transaction, in log order. Alerts are never taken back: an alert says
 * what was to be seen when it was opened. A spike near an alert of its topic raises that one.
 *
 * An open alert is rewritten when it becomes more severe or its hour grew by a quarter, so that an
 * hour of n documents is read O(log n) times and not n times.
 */
#include "analyzer/alerts/watch.h"

#include <inttypes.h>
#include <stdlib.h>

#include <nabiz/date.h>

#include "analyzer/alerts/spike.h"
#include "analyzer/keys.h"

enum { SAMPLES_MAX = 10, TOP_MAX = 3, HOUR_READ_MAX = 2000 };

/* The hour under suspicion. */
struct hour {
    struct nb_slice topic;
    uint64_t hour; /* hours since 1970 */
    uint64_t documents_n;
    uint64_t negative_n;
    struct nb_spike_history before;
    struct nb_spike spike;
};

static bool had_topic_in_hour(const struct nb_annotation *old, struct nb_slice topic, uint64_t hour)
{
    if (!old || nb_key_time(old->at_ms) / NB_HOUR_MS != hour) {
        return false;
    }
    for (size_t i = 0; i < old->n_topics; i++) {
        if (nb_slice_eq(nb_field(old->topics[i]->topic), topic)) {
            return true;
        }
    }
    return false;
}

/* Undated documents are counted where they were fetched, which says nothing about when. */
static bool is_fresh(const struct nb_document *document, const struct nb_annotation *kept)
{
    return document->has_published_ms && document->has_fetched_ms &&
           document->fetched_ms - kept->at_ms <= NB_ALERT_FRESH_MS;
}

/* The next row of a topic. @return NB_ENOTFOUND past its last hour. */
static enum nb_err hour_of(enum nb_err err, struct nb_slice prefix, struct nb_slice key,
                           uint64_t *hour)
{
    if (err) {
        return err;
    }
    if (!nb_slice_starts(key, prefix)) {
        return NB_ENOTFOUND;
    }
    if (key.len != prefix.len + 8) {
        return NB_ECORRUPT;
    }
    *hour = nb_key_to_u64((const uint8_t *)key.p + prefix.len);
    return NB_OK;
}

static enum nb_err read_history(struct nb_cursor *cursor, struct hour *h, struct nb_arena *arena)
{
    struct nb_key prefix;
    struct nb_slice key = {0};
    struct nb_slice value = {0};
    uint64_t first = 0;
    nb_key_text(&prefix, h->topic);
    enum nb_err err = nb_cursor_seek(cursor, nb_key_slice(&prefix), &key, &value);
    err = hour_of(err, nb_key_slice(&prefix), key, &first);
    if (err) {
        return err;
    }
    uint64_t from = h->hour > NB_SPIKE_HISTORY_H ? h->hour - NB_SPIKE_HISTORY_H : 0;
    from = first > from ? first : from;
    h->before.hours_n = from < h->hour ? (uint32_t)(h->hour - from) : 0;
    if (h->before.hours_n < NB_SPIKE_HISTORY_MIN_H) {
        return NB_OK;
    }
    struct nb_key start = prefix;
    nb_key_add_u64(&start, from);
    uint64_t hour = 0;
    err = nb_cursor_seek(cursor, nb_key_slice(&start), &key, &value);
    while ((err = hour_of(err, nb_key_slice(&prefix), key, &hour)) == NB_OK && hour < h->hour) {
        struct nb_topic_hour *row;
        struct nb_arena_mark mark = nb_arena_mark(arena);
        err = nb_topic_hour_decode(value, arena, &row);
        if (err) {
            return err;
        }
        nb_spike_add(&h->before, row->documents_n);
        nb_arena_rewind(arena, mark);
        err = nb_cursor_next(cursor, &key, &value);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err read_hour(struct nb_txn *txn, struct hour *h, struct nb_arena *arena)
{
    struct nb_key key;
    struct nb_slice value;
    struct nb_topic_hour *row;
    nb_key_text(&key, h->topic);
    nb_key_add_u64(&key, h->hour);
    enum nb_err err = nb_get(txn, NB_TBL_TOPIC_HOUR, nb_key_slice(&key), &value);
    if (err == NB_OK) {
        err = nb_topic_hour_decode(value, arena, &row);
    }
    if (err) {
        return err == NB_ENOTFOUND ? NB_ECORRUPT : err; /* it was counted a moment ago */
    }
    h->documents_n = row->documents_n;
    h->negative_n = row->negative_n;
    if (h->documents_n < NB_SPIKE_COUNT_MIN) {
        return NB_OK;
    }
    struct nb_cursor *cursor;
    err = nb_cursor_open(txn, NB_TBL_TOPIC_HOUR, &cursor);
    if (err == NB_OK) {
        err = read_history(cursor, h, arena);
        nb_cursor_close(cursor);
    }
    if (err == NB_OK) {
        nb_spike_judge(&h->before, h->documents_n, h->negative_n, &h->spike);
    }
    return err;
}

/* The alert of this topic that is open at at_ms. @param out [out] NULL when there is none. */
static enum nb_err find_open(struct nb_txn *txn, struct nb_slice topic, int64_t at_ms,
                             struct nb_arena *arena, struct nb_alert **out)
{
    *out = NULL;
    struct nb_cursor *cursor;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_ALERT, &cursor);
    if (err) {
        return err;
    }
    struct nb_key from;
    struct nb_slice key;
    struct nb_slice value;
    nb_key_alert(&from, at_ms - NB_ALERT_OPEN_MS + 1, nb_slice(NULL, 0));
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    while (err == NB_OK) {
        if (key.len < 8) {
            err = NB_ECORRUPT;
            break;
        }
        if (nb_key_to_u64((const uint8_t *)key.p) >= nb_key_time(at_ms + NB_ALERT_OPEN_MS)) {
            break;
        }
        if (nb_slice_eq(nb_slice_sub(key, 8, key.len), topic)) {
            err = nb_alert_decode(value, arena, out);
            break;
        }
        err = nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

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

static enum nb_err read_docs(struct nb_txn *txn, const struct hour *h, struct nb_arena *arena,
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

/* "what: a (4), b (3), c (1) and 2 more"; reorders counts. */
static char *top_line(const char *what, struct name_count *counts, size_t n, struct nb_arena *arena)
{
    size_t kinds_n = 0;
    qsort(counts, n, sizeof(counts[0]), by_name);
    for (size_t i = 0; i < n; i++) {
        if (kinds_n && nb_slice_eq(counts[kinds_n - 1].name, counts[i].name)) {
            counts[kinds_n - 1].n++;
        } else {
            counts[kinds_n++] = counts[i];
        }
    }
    qsort(counts, kinds_n, sizeof(counts[0]), by_count);
    char *line = nb_arena_printf(arena, "%s:", what);
    for (size_t i = 0; line && i < kinds_n && i < TOP_MAX; i++) {
        struct nb_slice name = counts[i].name.len ? counts[i].name : NB_LIT("unknown");
        line = nb_arena_printf(arena, "%s%s %.*s (%" PRIu64 ")", line, i ? "," : "", NB_ARG(name),
                               counts[i].n);
    }
    if (line && kinds_n > TOP_MAX) {
        line = nb_arena_printf(arena, "%s and %zu more", line, kinds_n - TOP_MAX);
    }
    return line;
}

static enum nb_err explain(const struct hour *h, struct hour_docs *docs, struct nb_arena *arena,
                           struct nb_alert *alert)
{
    char hour[NB_RFC3339_BYTES];
    char first[NB_RFC3339_BYTES];
    nb_date_rfc3339((int64_t)h->hour * NB_HOUR_MS, hour);
    nb_date_rfc3339((int64_t)docs->first_at_ms, first);
    enum { LINES = 5 };
    char **why = nb_arena_calloc(arena, LINES, sizeof(why[0]));
    if (!why) {
        return NB_ENOMEM;
    }
    const struct nb_spike *s = &h->spike;
    why[0] =
        nb_arena_printf(arena,
                        "%" PRIu64 " documents in the hour from %s; usual is %" PRId64 ".%03" PRId64
                        ", up to %" PRId64 ".%03" PRId64
                        " is ordinary (mean and spread of the %" PRIu32 " hours before)",
                        h->documents_n, hour, s->expected_milli / 1000, s->expected_milli % 1000,
                        s->limit_milli / 1000, s->limit_milli % 1000, h->before.hours_n);
    why[1] =
        nb_arena_printf(arena, "negative: %" PRIu64 " of %" PRIu64, h->negative_n, h->documents_n);
    why[2] = top_line("sites", docs->sites, docs->n, arena);
    why[3] = top_line("authors", docs->authors, docs->n, arena);
    why[4] = nb_arena_printf(
        arena, "first of the hour: document %" PRIu64 " at %s by %.*s", docs->first_number, first,
        NB_ARG(docs->first_author.len ? docs->first_author : NB_LIT("unknown")));
    for (size_t i = 0; i < LINES; i++) {
        if (!why[i]) {
            return NB_ENOMEM;
        }
    }
    alert->why = why;
    alert->n_why = LINES;
    qsort(docs->numbers, docs->n, sizeof(docs->numbers[0]), by_newest);
    alert->samples = docs->numbers;
    alert->n_samples = docs->n < SAMPLES_MAX ? docs->n : SAMPLES_MAX;
    return NB_OK;
}

static enum nb_err write_alert(struct nb_txn *txn, const struct hour *h, struct nb_alert *alert,
                               struct nb_arena *arena)
{
    struct hour_docs *docs = nb_arena_calloc(arena, 1, sizeof(*docs));
    if (!docs) {
        return NB_ENOMEM;
    }
    enum nb_err err = read_docs(txn, h, arena, docs);
    if (err == NB_OK) {
        err = explain(h, docs, arena, alert);
    }
    if (err) {
        return err;
    }
    alert->severity = h->spike.severity;
    alert->has_severity = 1;
    alert->value = h->documents_n;
    alert->has_value = 1;
    alert->negative_n = h->negative_n;
    alert->has_negative_n = 1;
    alert->expected_milli = h->spike.expected_milli;
    alert->has_expected_milli = 1;
    struct nb_key key;
    struct nb_slice value;
    nb_key_alert(&key, alert->at_ms, h->topic);
    err = nb_alert_encode(alert, arena, &value);
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_ALERT, nb_key_slice(&key), value);
        err = nb_txn_err(txn);
    }
    return err;
}

static enum nb_err open_alert(struct nb_txn *txn, const struct hour *h, int64_t at_ms,
                              struct nb_arena *arena)
{
    struct nb_alert *alert = nb_alert_new(arena);
    char *topic = nb_arena_strdup(arena, h->topic);
    if (!alert || !topic) {
        return NB_ENOMEM;
    }
    alert->topic = topic;
    alert->has_form = 1;
    alert->form = NB__ALERT__FORM__SPIKE;
    alert->has_at_ms = 1;
    alert->at_ms = at_ms;
    return write_alert(txn, h, alert, arena);
}

enum nb_err nb_watch(struct nb_txn *txn, struct nb_slice topic, const struct nb_document *document,
                     const struct nb_annotation *kept, const struct nb_annotation *old,
                     struct nb_arena *arena, bool *opened)
{
    *opened = false;
    struct hour h = {.topic = topic, .hour = nb_key_time(kept->at_ms) / NB_HOUR_MS};
    if (!is_fresh(document, kept) || had_topic_in_hour(old, topic, h.hour)) {
        return NB_OK;
    }
    enum nb_err err = read_hour(txn, &h, arena);
    if (err || !h.spike.is_spike) {
        return err;
    }
    struct nb_alert *open;
    err = find_open(txn, topic, kept->at_ms, arena, &open);
    if (err) {
        return err;
    }
    if (!open) {
        *opened = true;
        return open_alert(txn, &h, kept->at_ms, arena);
    }
    bool worse = h.spike.severity > open->severity;
    bool grown =
        h.spike.severity == open->severity && h.documents_n > open->value + open->value / 4;
    return worse || grown ? write_alert(txn, &h, open, arena) : NB_OK;
}
