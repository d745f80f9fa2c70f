/*
 * The local log: three tables of the crawl store.
 *
 *   log        number -> revision (u32), supersedes (u64), packed Document
 *   identity   id     -> number of the newest revision (u64), its revision (u32), content id
 *
 * All numbers are big-endian. Numbers start at 1 and have no gaps. Producers encode with an empty
 * header in front, so that a first revision is stored as it came, without a copy.
 */
#include <nabiz/log.h>

#include <stdatomic.h>
#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/wake.h>

enum {
    HEAD_BYTES = 12,
    IDENTITY_BYTES = 8 + 4 + NB_ID_BYTES,
    KEEP_BATCH_N = 4096, /* a batch that grew past this gives its memory back on reset */
};

struct item {
    struct nb_log_record record;
    enum nb_log_outcome outcome;
};

struct note {
    enum nb_table_id table;
    struct nb_slice key;
    struct nb_slice value; /* p == NULL: delete */
};

struct nb_log_batch {
    struct item *items;
    size_t items_n, items_cap;
    struct note *notes;
    size_t notes_n, notes_cap;
};

struct nb_log {
    struct nb_store *store; /* the caller's */
    atomic_bool closed;
};

enum nb_err nb_log_open_local(struct nb_store *crawl, struct nb_log **out, struct nb_error *error)
{
    (void)error;
    *out = nb_calloc(1, sizeof(**out));
    if (!*out) {
        return NB_ENOMEM;
    }
    (*out)->store = crawl;
    return NB_OK;
}

void nb_log_close(struct nb_log *log)
{
    nb_free(log);
}

static bool is_web_url(struct nb_slice s)
{
    return nb_slice_eq_ascii_case(nb_slice_sub(s, 0, 7), NB_LIT("http://")) ||
           nb_slice_eq_ascii_case(nb_slice_sub(s, 0, 8), NB_LIT("https://"));
}

struct nb_id nb_document_identity(struct nb_slice scope, struct nb_slice guid, struct nb_slice url)
{
    if (guid.len > 0 && (url.len == 0 || !is_web_url(guid))) {
        return nb_id_of((const struct nb_slice[]){NB_LIT("guid"), scope, guid}, 3);
    }
    return nb_id_of((const struct nb_slice[]){NB_LIT("url"), url}, 2);
}

/* Batches */

struct nb_log_batch *nb_log_batch_new(void)
{
    return nb_calloc(1, sizeof(struct nb_log_batch));
}

void nb_log_batch_free(struct nb_log_batch *batch)
{
    if (batch) {
        nb_free(batch->items);
        nb_free(batch->notes);
        nb_free(batch);
    }
}

void nb_log_batch_reset(struct nb_log_batch *batch)
{
    if (batch->items_cap > KEEP_BATCH_N || batch->notes_cap > KEEP_BATCH_N) {
        nb_free(batch->items);
        nb_free(batch->notes);
        *batch = (struct nb_log_batch){0};
    }
    batch->items_n = 0;
    batch->notes_n = 0;
}

/* Room for one more element. @return false when out of memory. */
static bool make_room(void **array, size_t n, size_t *cap, size_t element_bytes)
{
    if (n < *cap) {
        return true;
    }
    size_t more = *cap ? *cap * 2 : 64;
    void *grown = nb_realloc(*array, more * element_bytes);
    if (grown) {
        *array = grown;
        *cap = more;
    }
    return grown != NULL;
}

enum nb_err nb_log_batch_add(struct nb_log_batch *batch, const struct nb_log_record *record)
{
    void *items = batch->items;
    if (!make_room(&items, batch->items_n, &batch->items_cap, sizeof(*batch->items))) {
        return NB_ENOMEM;
    }
    batch->items = items;
    batch->items[batch->items_n++] = (struct item){.record = *record};
    return NB_OK;
}

enum nb_err nb_log_batch_note(struct nb_log_batch *batch, enum nb_table_id table,
                              struct nb_slice key, struct nb_slice value)
{
    void *notes = batch->notes;
    if (!make_room(&notes, batch->notes_n, &batch->notes_cap, sizeof(*batch->notes))) {
        return NB_ENOMEM;
    }
    batch->notes = notes;
    batch->notes[batch->notes_n++] = (struct note){table, key, value};
    return NB_OK;
}

size_t nb_log_batch_len(const struct nb_log_batch *batch)
{
    return batch->items_n;
}

enum nb_log_outcome nb_log_batch_outcome(const struct nb_log_batch *batch, size_t i)
{
    return batch->items[i].outcome;
}

/* Writing */

enum nb_err nb_log_encode(const struct nb_document *document, struct nb_arena *arena,
                          struct nb_log_record *out)
{
    static const char empty_head[HEAD_BYTES];
    if (!document->has_identity || document->identity.len != NB_ID_BYTES) {
        return NB_EINVAL;
    }
    struct nb_document stored = *document;
    stored.has_number = 0;
    stored.has_revision = 0;
    stored.has_supersedes = 0;
    struct nb_log_record record;
    struct nb_slice body;
    memcpy(record.identity.b, document->identity.data, NB_ID_BYTES);
    record.content = nb_id_of(
        (const struct nb_slice[]){nb_field(document->title), nb_field(document->text),
                                  nb_field(document->author), nb_field(document->reply_to)},
        4);
    enum nb_err err = nb_document_encode(&stored, arena, &body);
    if (err == NB_OK) {
        err = nb_pack(nb_slice(empty_head, HEAD_BYTES), body, arena, &record.bytes);
    }
    if (err == NB_OK) {
        *out = record;
    }
    return err;
}

static void put_u32(uint32_t value, uint8_t out[4])
{
    for (size_t i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

static uint32_t to_u32(const uint8_t in[4])
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static enum nb_err last_number(struct nb_txn *txn, uint64_t *out)
{
    struct nb_cursor *cursor;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_LOG, &cursor);
    if (err != NB_OK) {
        return err;
    }
    struct nb_slice key;
    struct nb_slice value;
    err = nb_cursor_last(cursor, &key, &value);
    if (err == NB_OK) {
        *out = nb_key_to_u64((const uint8_t *)key.p);
    } else if (err == NB_ENOTFOUND) {
        *out = 0;
        err = NB_OK;
    }
    nb_cursor_close(cursor);
    return err;
}

/* Put a document with its header filled in; only revisions need a copy to do so. */
static enum nb_err put_revised(struct nb_txn *txn, const uint8_t number[8],
                               const struct nb_log_record *record, uint32_t revision,
                               uint64_t supersedes)
{
    char *copy = nb_malloc(record->bytes.len);
    if (!copy) {
        return NB_ENOMEM;
    }
    memcpy(copy, record->bytes.p, record->bytes.len);
    put_u32(revision, (uint8_t *)copy);
    nb_key_u64(supersedes, (uint8_t *)copy + 4);
    nb_put_last(txn, NB_TBL_LOG, nb_slice(number, 8), nb_slice(copy, record->bytes.len));
    nb_free(copy);
    return nb_txn_err(txn);
}

static enum nb_err append_item(struct nb_txn *txn, struct item *item, uint64_t *last)
{
    const struct nb_log_record *record = &item->record;
    struct nb_slice id = nb_slice(record->identity.b, NB_ID_BYTES);
    struct nb_slice known;
    uint8_t entry[IDENTITY_BYTES];
    uint8_t number[8];
    uint32_t revision = 0;
    enum nb_err err = nb_get(txn, NB_TBL_IDENTITY, id, &known);
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return err;
    }
    nb_key_u64(*last + 1, number);
    if (err == NB_ENOTFOUND) {
        item->outcome = NB_LOG_NEW;
        nb_put_last(txn, NB_TBL_LOG, nb_slice(number, 8), record->bytes);
    } else {
        if (known.len != IDENTITY_BYTES) {
            return NB_ECORRUPT;
        }
        memcpy(entry, known.p, IDENTITY_BYTES);
        if (memcmp(entry + 12, record->content.b, NB_ID_BYTES) == 0) {
            item->outcome = NB_LOG_KNOWN;
            return NB_OK;
        }
        item->outcome = NB_LOG_REVISED;
        revision = to_u32(entry + 8) + 1;
        err = put_revised(txn, number, record, revision, nb_key_to_u64(entry));
        if (err != NB_OK) {
            return err;
        }
    }
    memcpy(entry, number, 8);
    put_u32(revision, entry + 8);
    memcpy(entry + 12, record->content.b, NB_ID_BYTES);
    nb_put(txn, NB_TBL_IDENTITY, id, nb_slice(entry, IDENTITY_BYTES));
    *last += 1;
    return nb_txn_err(txn);
}

static enum nb_err append_batch(struct nb_txn *txn, void *arg)
{
    struct nb_log_batch *batch = arg;
    uint64_t last = 0;
    enum nb_err err = last_number(txn, &last);
    for (size_t i = 0; err == NB_OK && i < batch->items_n; i++) {
        err = append_item(txn, &batch->items[i], &last);
    }
    for (size_t i = 0; err == NB_OK && i < batch->notes_n; i++) {
        const struct note *note = &batch->notes[i];
        if (note->value.p) {
            nb_put(txn, note->table, note->key, note->value);
        } else {
            nb_del(txn, note->table, note->key);
        }
        err = nb_txn_err(txn);
    }
    return err;
}

enum nb_err nb_log_append(struct nb_log *log, struct nb_log_batch *batch, struct nb_error *error)
{
    return nb_store_write(log->store, append_batch, batch, error);
}

/* Reading */

enum nb_err nb_log_last(struct nb_log *log, uint64_t *out, struct nb_error *error)
{
    struct nb_txn *txn;
    enum nb_err err = nb_read_begin(log->store, &txn, error);
    if (err == NB_OK) {
        err = last_number(txn, out);
        nb_read_end(txn);
    }
    return err;
}

static enum nb_err decode_document(uint64_t number, struct nb_slice value, struct nb_arena *arena,
                                   struct nb_document **out, struct nb_error *error)
{
    struct nb_slice body;
    struct nb_document *document = NULL;
    enum nb_err err = value.len > HEAD_BYTES ? NB_OK : NB_ECORRUPT;
    if (err == NB_OK) {
        err = nb_unpack(nb_slice_sub(value, HEAD_BYTES, value.len), arena, &body);
    }
    if (err == NB_OK) {
        err = nb_document_decode(body, arena, &document);
    }
    if (err != NB_OK) {
        return nb_error_set(error, err, "document %llu: %s", (unsigned long long)number,
                            nb_strerror(err));
    }
    document->has_number = 1;
    document->number = number;
    document->has_revision = 1;
    document->revision = to_u32((const uint8_t *)value.p);
    document->supersedes = nb_key_to_u64((const uint8_t *)value.p + 4);
    document->has_supersedes = document->supersedes != 0;
    *out = document;
    return NB_OK;
}

static enum nb_err read_from(struct nb_cursor *cursor, uint64_t after, size_t max_n,
                             struct nb_arena *arena, struct nb_document **out, size_t *out_n,
                             struct nb_error *error)
{
    uint8_t from[8];
    nb_key_u64(after + 1, from);
    struct nb_slice key;
    struct nb_slice value;
    size_t n = 0;
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(from, 8), &key, &value);
    while (err == NB_OK && n < max_n) {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        err = decode_document(nb_key_to_u64((const uint8_t *)key.p), value, arena, &out[n], error);
        if (err == NB_ENOMEM && n > 0) {
            nb_arena_rewind(arena, mark);
            err = NB_OK;
            break;
        }
        if (err == NB_OK && ++n < max_n) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    *out_n = n;
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_log_next(struct nb_log *log, uint64_t after, size_t max_n, struct nb_arena *arena,
                        struct nb_document **out, size_t *out_n, struct nb_error *error)
{
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    *out_n = 0;
    enum nb_err err = nb_read_begin(log->store, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_open(txn, NB_TBL_LOG, &cursor);
    if (err == NB_OK) {
        err = read_from(cursor, after, max_n, arena, out, out_n, error);
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    return err;
}

enum nb_err nb_log_get(struct nb_log *log, uint64_t number, struct nb_arena *arena,
                       struct nb_document **out, struct nb_error *error)
{
    struct nb_txn *txn;
    *out = NULL;
    enum nb_err err = nb_read_begin(log->store, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    uint8_t key[8];
    struct nb_slice value;
    nb_key_u64(number, key);
    err = nb_get(txn, NB_TBL_LOG, nb_slice(key, 8), &value);
    if (err == NB_OK) {
        err = decode_document(number, value, arena, out, error);
    }
    nb_read_end(txn);
    return err;
}

enum nb_err nb_log_wait(struct nb_log *log, uint64_t after, int64_t wait_ms)
{
    struct nb_wake *wake = nb_store_wake(log->store);
    int64_t until = nb_mono_ms() + wait_ms;
    for (;;) {
        uint32_t seen = nb_wake_seen(wake);
        uint64_t last = 0;
        if (atomic_load(&log->closed)) {
            return NB_ECLOSED;
        }
        enum nb_err err = nb_log_last(log, &last, NULL);
        if (err != NB_OK || last > after) {
            return err;
        }
        int64_t left_ms = wait_ms < 0 ? -1 : until - nb_mono_ms();
        if (wait_ms >= 0 && left_ms <= 0) {
            return NB_ETIMEOUT;
        }
        nb_wake_wait(wake, seen, left_ms);
    }
}

void nb_log_wake(struct nb_log *log)
{
    atomic_store(&log->closed, true);
    nb_wake_all(nb_store_wake(log->store));
}
