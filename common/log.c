/*
 * The local log: two tables of the crawl store.
 *
 *   log        number   -> frame: documents up to this number, see log_frame.h
 *   identity   identity -> entry: number of the newest revision (u64), its revision (u32),
 *                          content id (16 bytes), source (u64), length of the text (u32)
 *              alias    -> the identity it stands for (16 bytes)
 *
 * All numbers are big-endian. Document numbers start at 1 and have no gaps. The identity is beside
 * the Document and not in it because only the log knows it: a producer's guid may turn out to be
 * another name of a document that is there.
 *
 * Identities begin with a hash of their site, so that those of a feed lie on one page or two: with
 * keys all over the table a commit would write as many pages as it has documents.
 */
#include <nabiz/log.h>

#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/forget.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/wake.h>

#include "common/log_frame.h"
#include "common/log_impl.h"

enum {
    SITE_BYTES = 4, /* of an identity */
    ENTRY_BYTES = 8 + 4 + NB_ID_BYTES + 8 + 4,
    QUOTING_BYTES = 256 << 20,
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
    nb_log_stored_fn *on_stored;
    void *on_stored_arg;
    struct nb_frame_builder *frame; /* the one being filled; kept for the next */
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

/* The host of an absolute URL, with its port. */
static struct nb_slice host_of(struct nb_slice url)
{
    size_t from = nb_slice_find(url, NB_LIT("://"), 0);
    from = from == NB_NPOS ? 0 : from + 3;
    return nb_slice_sub(url, from, nb_slice_find_byte(url, '/', from));
}

struct nb_id nb_document_identity(struct nb_slice scope, struct nb_slice guid, struct nb_slice url)
{
    struct nb_id id;
    struct nb_id site;
    if (guid.len > 0) {
        id = nb_id_of((const struct nb_slice[]){NB_LIT("guid"), scope, guid}, 3);
        site = nb_id_of(&scope, 1);
    } else {
        struct nb_slice host = host_of(url);
        id = nb_id_of((const struct nb_slice[]){NB_LIT("url"), url}, 2);
        site = nb_id_of(&host, 1);
    }
    memmove(id.b + SITE_BYTES, id.b, NB_ID_BYTES - SITE_BYTES);
    memcpy(id.b, site.b, SITE_BYTES);
    return id;
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
        nb_frame_builder_free(batch->frame);
        nb_free(batch);
    }
}

void nb_log_batch_reset(struct nb_log_batch *batch)
{
    if (batch->items_cap > KEEP_BATCH_N || batch->notes_cap > KEEP_BATCH_N) {
        nb_free(batch->items);
        nb_free(batch->notes);
        *batch = (struct nb_log_batch){.frame = batch->frame};
    }
    batch->items_n = 0;
    batch->notes_n = 0;
    batch->on_stored = NULL;
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

void nb_log_batch_on_stored(struct nb_log_batch *batch, nb_log_stored_fn *fn, void *arg)
{
    batch->on_stored = fn;
    batch->on_stored_arg = arg;
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
    if (!document->has_identity || document->identity.len != NB_ID_BYTES) {
        return NB_EINVAL;
    }
    struct nb_document stored = *document;
    stored.has_number = 0;
    stored.has_revision = 0;
    stored.has_supersedes = 0;
    stored.has_identity = 0;
    struct nb_log_record record = {.text_bytes = (uint32_t)nb_field(document->text).len,
                                   .quotes = document->n_quotes > 0};
    memcpy(record.identity.b, document->identity.data, NB_ID_BYTES);
    if (document->has_source && document->source.len >= 8) {
        record.source = nb_key_to_u64(document->source.data);
    }
    if (nb_field(document->author).len) {
        record.author = nb_forget_id(nb_field(document->author));
    }
    const struct nb_slice parts[] = {nb_field(document->title), nb_field(document->text),
                                     nb_field(document->author), nb_field(document->reply_to),
                                     NB_LIT("deleted")};
    record.content = nb_id_of(parts, document->deleted ? 5 : 4); /* what never had a text, too */
    enum nb_err err = nb_document_encode(&stored, arena, &record.bytes);
    if (err == NB_OK && record.bytes.len > NB_FRAME_DOC_MAX) {
        err = NB_ETOOBIG;
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

/* One append: the transaction and how far it is. */
struct appending {
    struct nb_txn *txn;
    struct nb_cursor *identities;
    struct nb_frame_builder *frame;
    bool forgets;           /* there are forgotten authors */
    struct nb_arena *arena; /* of one document that quotes, when there are */
    size_t kept_n;          /* documents of the frame that were there before */
    uint64_t last;          /* number */
};

static void entry_put(struct appending *at, const struct nb_id *id, const struct entry *entry)
{
    uint8_t bytes[ENTRY_BYTES];
    nb_key_u64(entry->number, bytes);
    put_u32(entry->revision, bytes + 8);
    memcpy(bytes + 12, entry->content.b, NB_ID_BYTES);
    nb_key_u64(entry->source, bytes + 28);
    put_u32(entry->text_bytes, bytes + 36);
    nb_cursor_put(at->identities, nb_slice(id->b, NB_ID_BYTES), nb_slice(bytes, ENTRY_BYTES));
}

/*
 * Look an identity up, through an alias if it is one.
 * @param id  [in, out] becomes the identity the entry is kept under.
 */
static enum nb_err entry_get(struct appending *at, struct nb_id *id, struct entry *entry)
{
    struct nb_slice value;
    enum nb_err err = nb_cursor_find(at->identities, nb_slice(id->b, NB_ID_BYTES), &value);
    if (err == NB_OK && value.len == NB_ID_BYTES) {
        memcpy(id->b, value.p, NB_ID_BYTES);
        err = nb_cursor_find(at->identities, nb_slice(id->b, NB_ID_BYTES), &value);
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
static void alias_put(struct appending *at, const struct nb_id *alias, const struct nb_id *id)
{
    struct nb_slice key = nb_slice(alias->b, NB_ID_BYTES);
    struct nb_slice value;
    if (memcmp(alias->b, id->b, NB_ID_BYTES) != 0 &&
        nb_cursor_find(at->identities, key, &value) == NB_ENOTFOUND) {
        nb_cursor_put(at->identities, key, nb_slice(id->b, NB_ID_BYTES));
    }
}

/* The identity a record belongs to, and what is known of it. */
static enum nb_err find_known(struct appending *at, const struct nb_log_record *record,
                              struct nb_id *id, struct entry *entry)
{
    *id = record->identity;
    enum nb_err err = entry_get(at, id, entry);
    if (err == NB_ENOTFOUND && record->has_alias) {
        *id = record->alias;
        err = entry_get(at, id, entry);
    }
    if (err == NB_ENOTFOUND) {
        *id = record->identity;
        *entry = (struct entry){0};
        err = NB_OK;
    }
    return err;
}

/* Go on with the last frame of the log. */
static enum nb_err take_last_frame(struct appending *at)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_open(at->txn, NB_TBL_LOG, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_last(cursor, &key, &value);
    if (err == NB_OK) {
        err = nb_frame_load(at->frame, key, value);
    }
    if (err == NB_OK) {
        at->last = nb_key_to_u64((const uint8_t *)key.p);
        at->kept_n = at->frame->n;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err put_frame(struct appending *at)
{
    struct nb_slice value;
    uint8_t number[8];
    enum nb_err err = NB_OK;
    if (at->frame->n > at->kept_n) {
        err = nb_frame_pack(at->frame, &value);
    }
    if (err == NB_OK && at->frame->n > at->kept_n) {
        if (at->kept_n > 0) {
            nb_key_u64(at->last - (at->frame->n - at->kept_n), number);
            nb_del(at->txn, NB_TBL_LOG, nb_slice(number, sizeof(number)));
        }
        nb_key_u64(at->last, number);
        nb_put_last(at->txn, NB_TBL_LOG, nb_slice(number, sizeof(number)), value);
        err = nb_txn_err(at->txn);
    }
    nb_frame_reset(at->frame);
    at->kept_n = 0;
    return err;
}

static enum nb_err put_document(struct appending *at, const struct nb_frame_item *item)
{
    enum nb_err err = nb_frame_is_full(at->frame, item->document.len) ? put_frame(at) : NB_OK;
    if (err == NB_OK) {
        err = nb_frame_add(at->frame, item);
    }
    at->last += err == NB_OK;
    return err;
}

/* @return NB_OK when the author is forgotten, else NB_ENOTFOUND, or a failure. */
static enum nb_err find_forgotten(const struct appending *at, const struct nb_log_record *record)
{
    struct nb_slice value;
    return at->forgets
               ? nb_get(at->txn, NB_TBL_FORGOTTEN, nb_slice(record->author.b, NB_ID_BYTES), &value)
               : NB_ENOTFOUND;
}

/* @param out [out] what is to be stored of the record, until the next call. */
static enum nb_err without_forgotten(struct appending *at, const struct nb_log_record *record,
                                     struct nb_slice *out)
{
    *out = record->bytes;
    if (!at->forgets || !record->quotes) {
        return NB_OK;
    }
    if (!at->arena && !(at->arena = nb_arena_new(QUOTING_BYTES))) {
        return NB_ENOMEM;
    }
    nb_arena_reset(at->arena);
    return nb_log_drop_forgotten(at->txn, record->bytes, at->arena, out);
}

static enum nb_err append_item(struct appending *at, struct item *item)
{
    const struct nb_log_record *record = &item->record;
    struct nb_id id;
    struct entry known;
    enum nb_err err = find_forgotten(at, record);
    if (err != NB_ENOTFOUND) {
        item->outcome = NB_LOG_KNOWN;
        return err;
    }
    err = find_known(at, record, &id, &known);
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
        .number = at->last + 1,
        .revision = known.number ? known.revision + 1 : 0,
        .content = record->content,
        .source = record->source,
        .text_bytes = record->text_bytes,
    };
    struct nb_frame_item stored = {.number = entry.number,
                                   .identity = id,
                                   .revision = entry.revision,
                                   .supersedes = known.number};
    err = without_forgotten(at, record, &stored.document);
    if (err == NB_OK) {
        err = put_document(at, &stored);
    }
    if (err != NB_OK) {
        return err;
    }
    entry_put(at, &id, &entry);
    alias_put(at, &record->identity, &id);
    if (record->has_alias) {
        alias_put(at, &record->alias, &id);
    }
    return nb_txn_err(at->txn);
}

static enum nb_err append_items(struct nb_txn *txn, struct nb_log_batch *batch)
{
    struct appending at = {
        .txn = txn, .frame = batch->frame, .forgets = nb_table_count(txn, NB_TBL_FORGOTTEN) > 0};
    nb_frame_reset(at.frame);
    enum nb_err err = take_last_frame(&at);
    if (err == NB_OK) {
        err = nb_cursor_open(txn, NB_TBL_IDENTITY, &at.identities);
    }
    for (size_t i = 0; err == NB_OK && i < batch->items_n; i++) {
        err = append_item(&at, &batch->items[i]);
    }
    if (err == NB_OK) {
        err = put_frame(&at);
    }
    nb_cursor_close(at.identities);
    nb_arena_free(at.arena);
    return err;
}

static enum nb_err put_notes(struct nb_txn *txn, const struct nb_log_batch *batch)
{
    for (size_t i = 0; i < batch->notes_n && nb_txn_err(txn) == NB_OK; i++) {
        const struct note *note = &batch->notes[i];
        if (note->value.p) {
            nb_put(txn, note->table, note->key, note->value);
        } else {
            nb_del(txn, note->table, note->key);
        }
    }
    return nb_txn_err(txn);
}

/* May run again when the map had to grow: notes that on_stored adds are its own, each time. */
static enum nb_err append_batch(struct nb_txn *txn, void *arg)
{
    struct nb_log_batch *batch = arg;
    size_t notes_n = batch->notes_n;
    enum nb_err err = batch->items_n > 0 ? append_items(txn, batch) : NB_OK;
    if (err == NB_OK && batch->on_stored) {
        err = batch->on_stored(batch, batch->on_stored_arg);
    }
    if (err == NB_OK) {
        err = put_notes(txn, batch);
    }
    batch->notes_n = notes_n;
    return err;
}

enum nb_err nb_log_append(struct nb_log *log, struct nb_log_batch *batch, struct nb_error *error)
{
    if (!batch->frame && !(batch->frame = nb_frame_builder_new())) {
        return NB_ENOMEM;
    }
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
