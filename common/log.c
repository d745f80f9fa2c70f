/*
 * The local log: two tables of the crawl store.
 *
 *   log        number   -> head: revision (u32), supersedes (u64), identity (16 bytes);
 *                          then the packed Document
 *   identity   identity -> entry: number of the newest revision (u64), its revision (u32),
 *                          content id (16 bytes), source (u64), length of the text (u32)
 *              alias    -> the identity it stands for (16 bytes)
 *
 * All numbers are big-endian. Numbers start at 1 and have no gaps. The identity is in the head and
 * not in the Document because only the log knows it: a producer's guid may turn out to be another
 * name of a document that is there. Producers leave room for the head, so that a first revision is
 * stored without a copy of the rest.
 */
#include <nabiz/log.h>

#include <stdatomic.h>
#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/wake.h>

enum {
    HEAD_BYTES = NB_LOG_HEAD_BYTES,
    ENTRY_BYTES = 8 + 4 + NB_ID_BYTES + 8 + 4,
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

struct nb_id nb_document_identity(struct nb_slice scope, struct nb_slice guid, struct nb_slice url)
{
    if (guid.len > 0) {
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
    char head[HEAD_BYTES] = {0};
    if (!document->has_identity || document->identity.len != NB_ID_BYTES) {
        return NB_EINVAL;
    }
    struct nb_document stored = *document;
    stored.has_number = 0;
    stored.has_revision = 0;
    stored.has_supersedes = 0;
    stored.has_identity = 0;
    struct nb_log_record record = {.text_bytes = (uint32_t)nb_field(document->text).len};
    struct nb_slice body;
    memcpy(record.identity.b, document->identity.data, NB_ID_BYTES);
    memcpy(head + HEAD_BYTES - NB_ID_BYTES, record.identity.b, NB_ID_BYTES);
    if (document->has_source && document->source.len >= 8) {
        record.source = nb_key_to_u64(document->source.data);
    }
    record.content = nb_id_of(
        (const struct nb_slice[]){nb_field(document->title), nb_field(document->text),
                                  nb_field(document->author), nb_field(document->reply_to)},
        4);
    enum nb_err err = nb_document_encode(&stored, arena, &body);
    if (err == NB_OK) {
        err = nb_pack(nb_slice(head, HEAD_BYTES), body, arena, &record.bytes);
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

/* What the identity table says of a document; all zero for one that is new. */
struct entry {
    uint64_t number;
    uint32_t revision;
    struct nb_id content;
    uint64_t source;
    uint32_t text_bytes;
};

static void entry_put(struct nb_txn *txn, const struct nb_id *id, const struct entry *entry)
{
    uint8_t bytes[ENTRY_BYTES];
    nb_key_u64(entry->number, bytes);
    put_u32(entry->revision, bytes + 8);
    memcpy(bytes + 12, entry->content.b, NB_ID_BYTES);
    nb_key_u64(entry->source, bytes + 28);
    put_u32(entry->text_bytes, bytes + 36);
    nb_put(txn, NB_TBL_IDENTITY, nb_slice(id->b, NB_ID_BYTES), nb_slice(bytes, ENTRY_BYTES));
}

/*
 * Look an identity up, through an alias if it is one.
 * @param id  [in, out] becomes the identity the entry is kept under.
 */
static enum nb_err entry_get(struct nb_txn *txn, struct nb_id *id, struct entry *entry)
{
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_IDENTITY, nb_slice(id->b, NB_ID_BYTES), &value);
    if (err == NB_OK && value.len == NB_ID_BYTES) {
        memcpy(id->b, value.p, NB_ID_BYTES);
        err = nb_get(txn, NB_TBL_IDENTITY, nb_slice(id->b, NB_ID_BYTES), &value);
        if (err == NB_ENOTFOUND) {
            return NB_ECORRUPT;
        }
    }
    if (err != NB_OK) {
        return err;
    }
    if (value.len != ENTRY_BYTES) {
        return NB_ECORRUPT;
    }
    const uint8_t *p = (const uint8_t *)value.p;
    entry->number = nb_key_to_u64(p);
    entry->revision = to_u32(p + 8);
    memcpy(entry->content.b, p + 12, NB_ID_BYTES);
    entry->source = nb_key_to_u64(p + 28);
    entry->text_bytes = to_u32(p + 36);
    return NB_OK;
}

/* Let another name lead to a document, unless it already leads somewhere. */
static void alias_put(struct nb_txn *txn, const struct nb_id *alias, const struct nb_id *id)
{
    struct nb_slice key = nb_slice(alias->b, NB_ID_BYTES);
    struct nb_slice value;
    if (memcmp(alias->b, id->b, NB_ID_BYTES) != 0 &&
        nb_get(txn, NB_TBL_IDENTITY, key, &value) == NB_ENOTFOUND) {
        nb_put(txn, NB_TBL_IDENTITY, key, nb_slice(id->b, NB_ID_BYTES));
    }
}

/* The identity a record belongs to, and what is known of it. */
static enum nb_err find_known(struct nb_txn *txn, const struct nb_log_record *record,
                              struct nb_id *id, struct entry *entry)
{
    *id = record->identity;
    enum nb_err err = entry_get(txn, id, entry);
    if (err == NB_ENOTFOUND && record->has_alias) {
        *id = record->alias;
        err = entry_get(txn, id, entry);
    }
    if (err == NB_ENOTFOUND) {
        *id = record->identity;
        *entry = (struct entry){0};
        err = NB_OK;
    }
    return err;
}

/* Put a document; its head is right as it came for a first revision under its own identity. */
static enum nb_err put_document(struct nb_txn *txn, const struct nb_log_record *record,
                                const struct nb_id *id, const struct entry *entry,
                                uint64_t supersedes)
{
    uint8_t number[8];
    nb_key_u64(entry->number, number);
    struct nb_slice key = nb_slice(number, sizeof(number));
    if (supersedes == 0) {
        nb_put_last(txn, NB_TBL_LOG, key, record->bytes);
        return nb_txn_err(txn);
    }
    char *copy = nb_malloc(record->bytes.len);
    if (!copy) {
        return NB_ENOMEM;
    }
    memcpy(copy, record->bytes.p, record->bytes.len);
    put_u32(entry->revision, (uint8_t *)copy);
    nb_key_u64(supersedes, (uint8_t *)copy + 4);
    memcpy(copy + 12, id->b, NB_ID_BYTES);
    nb_put_last(txn, NB_TBL_LOG, key, nb_slice(copy, record->bytes.len));
    nb_free(copy);
    return nb_txn_err(txn);
}

static enum nb_err append_item(struct nb_txn *txn, struct item *item, uint64_t *last)
{
    const struct nb_log_record *record = &item->record;
    struct nb_id id;
    struct entry known;
    enum nb_err err = find_known(txn, record, &id, &known);
    if (err != NB_OK) {
        return err;
    }
    bool may_revise = record->source == known.source || record->text_bytes > known.text_bytes;
    if (known.number != 0 &&
        (memcmp(&known.content, &record->content, sizeof(known.content)) == 0 || !may_revise)) {
        item->outcome = NB_LOG_KNOWN;
        return NB_OK;
    }
    item->outcome = known.number ? NB_LOG_REVISED : NB_LOG_NEW;
    struct entry entry = {
        .number = *last + 1,
        .revision = known.number ? known.revision + 1 : 0,
        .content = record->content,
        .source = record->source,
        .text_bytes = record->text_bytes,
    };
    err = put_document(txn, record, &id, &entry, known.number);
    if (err != NB_OK) {
        return err;
    }
    entry_put(txn, &id, &entry);
    alias_put(txn, &record->identity, &id);
    if (record->has_alias) {
        alias_put(txn, &record->alias, &id);
    }
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
    const uint8_t *head = (const uint8_t *)value.p;
    document->has_identity = 1;
    document->identity.len = NB_ID_BYTES;
    document->identity.data = nb_arena_alloc(arena, NB_ID_BYTES);
    if (!document->identity.data) {
        return nb_error_set(error, NB_ENOMEM, "document %llu: %s", (unsigned long long)number,
                            nb_strerror(NB_ENOMEM));
    }
    memcpy(document->identity.data, head + 12, NB_ID_BYTES);
    document->has_number = 1;
    document->number = number;
    document->has_revision = 1;
    document->revision = to_u32(head);
    document->supersedes = nb_key_to_u64(head + 4);
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
            if (error) {
                *error = (struct nb_error){0}; /* the next call starts with this document */
            }
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
