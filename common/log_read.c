/* Reading the local log: frames to documents. */
#include <nabiz/log.h>

#include <string.h>

#include "common/log_frame.h"
#include "common/log_impl.h"

enum { SCRATCH_BYTES = NB_PACK_MAX_BYTES + 4096 };

static enum nb_err decode_document(const struct nb_frame_item *item, struct nb_arena *arena,
                                   struct nb_document **out)
{
    struct nb_document *document = NULL;
    enum nb_err err = nb_document_decode(item->document, arena, &document);
    if (err != NB_OK) {
        return err;
    }
    document->has_identity = 1;
    document->identity.len = NB_ID_BYTES;
    document->identity.data = nb_arena_alloc(arena, NB_ID_BYTES);
    if (!document->identity.data) {
        return NB_ENOMEM;
    }
    memcpy(document->identity.data, item->identity.b, NB_ID_BYTES);
    document->has_number = 1;
    document->number = item->number;
    document->has_revision = 1;
    document->revision = item->revision;
    document->supersedes = item->supersedes;
    document->has_supersedes = document->supersedes != 0;
    *out = document;
    return NB_OK;
}

/* Where reading is and what it takes. */
struct getting {
    uint64_t after;
    size_t max_n;
    struct nb_arena *arena;
    struct nb_document **out;
    size_t n;
    bool is_full; /* the arena: the next call starts with this document */
};

static enum nb_err get_item(struct getting *to, const struct nb_frame_item *item,
                            struct nb_error *error)
{
    struct nb_arena_mark mark = nb_arena_mark(to->arena);
    enum nb_err err = decode_document(item, to->arena, &to->out[to->n]);
    if (err == NB_ENOMEM && to->n > 0) {
        nb_arena_rewind(to->arena, mark);
        to->is_full = true;
        return NB_OK;
    }
    if (err != NB_OK) {
        return nb_error_set(error, err, "document %llu: %s", (unsigned long long)item->number,
                            nb_strerror(err));
    }
    to->n++;
    return NB_OK;
}

static enum nb_err get_frame(struct getting *to, struct nb_slice key, struct nb_slice value,
                             struct nb_arena *scratch, struct nb_error *error)
{
    struct nb_frame frame;
    struct nb_frame_item item;
    nb_arena_reset(scratch);
    enum nb_err err = nb_frame_open(key, value, scratch, &frame);
    while (err == NB_OK && to->n < to->max_n && !to->is_full) {
        err = nb_frame_next(&frame, &item);
        if (err == NB_OK && item.number > to->after) {
            err = get_item(to, &item, error);
            if (err != NB_OK) {
                return err;
            }
        }
    }
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return nb_error_set(error, err, "document %llu: %s",
                            (unsigned long long)(to->after + to->n + 1), nb_strerror(err));
    }
    return NB_OK;
}

static enum nb_err get_frames(struct getting *to, struct nb_cursor *cursor,
                              struct nb_arena *scratch, struct nb_error *error)
{
    uint8_t from[8];
    nb_key_u64(to->after + 1, from);
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(from, 8), &key, &value);
    while (err == NB_OK) {
        err = get_frame(to, key, value, scratch, error);
        if (err != NB_OK || to->n == to->max_n || to->is_full) {
            return err;
        }
        err = nb_cursor_next(cursor, &key, &value);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_log_next(struct nb_log *log, uint64_t after, size_t max_n, struct nb_arena *arena,
                        struct nb_document **out, size_t *out_n, struct nb_error *error)
{
    struct getting to = {.after = after, .max_n = max_n, .arena = arena, .out = out};
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    *out_n = 0;
    struct nb_arena *scratch = nb_arena_new(SCRATCH_BYTES); /* the caller's is for documents */
    enum nb_err err = scratch ? nb_read_begin(log->store, &txn, error) : NB_ENOMEM;
    if (err != NB_OK) {
        nb_arena_free(scratch);
        return err;
    }
    err = nb_cursor_open(txn, NB_TBL_LOG, &cursor);
    if (err == NB_OK) {
        err = get_frames(&to, cursor, scratch, error);
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    nb_arena_free(scratch);
    *out_n = to.n;
    return err;
}

enum nb_err nb_log_get(struct nb_log *log, uint64_t number, struct nb_arena *arena,
                       struct nb_document **out, struct nb_error *error)
{
    struct nb_document *document = NULL;
    size_t n = 0;
    *out = NULL;
    if (number == 0) {
        return NB_ENOTFOUND;
    }
    enum nb_err err = nb_log_next(log, number - 1, 1, arena, &document, &n, error);
    if (err == NB_OK) {
        *out = n == 1 ? document : NULL;
        err = n == 1 ? NB_OK : NB_ENOTFOUND;
    }
    return err;
}

/* An entry begins with a number; an alias is an identity. See log.c. */
static enum nb_err find_number(struct nb_txn *txn, const struct nb_id *identity, uint64_t *out)
{
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_IDENTITY, nb_slice(identity->b, NB_ID_BYTES), &value);
    if (err == NB_OK && value.len == NB_ID_BYTES) {
        err = nb_get(txn, NB_TBL_IDENTITY, value, &value);
    }
    if (err == NB_OK && value.len <= NB_ID_BYTES) {
        err = NB_ECORRUPT;
    }
    if (err == NB_OK) {
        *out = nb_key_to_u64((const uint8_t *)value.p);
    }
    return err;
}

enum nb_err nb_log_find(struct nb_log *log, const struct nb_id *identity, struct nb_arena *arena,
                        struct nb_document **out, struct nb_error *error)
{
    struct nb_txn *txn;
    uint64_t number = 0;
    *out = NULL;
    enum nb_err err = nb_read_begin(log->store, &txn, error);
    if (err == NB_OK) {
        err = find_number(txn, identity, &number);
        nb_read_end(txn);
    }
    return err == NB_OK ? nb_log_get(log, number, arena, out, error) : err;
}

enum nb_err nb_log_unpack(struct nb_slice key, struct nb_slice value, struct nb_arena *arena,
                          struct nb_document ***out, size_t *out_n)
{
    struct nb_frame frame;
    struct nb_frame_item item;
    enum nb_err err = nb_frame_open(key, value, arena, &frame);
    struct nb_document **documents =
        err == NB_OK ? nb_arena_calloc(arena, frame.n, sizeof(struct nb_document *)) : NULL;
    if (!documents) {
        return err == NB_OK ? NB_ENOMEM : err;
    }
    for (size_t i = 0; err == NB_OK && i < frame.n; i++) {
        err = nb_frame_next(&frame, &item);
        err = err == NB_OK ? decode_document(&item, arena, &documents[i]) : err;
    }
    if (err == NB_OK) {
        *out = documents;
        *out_n = frame.n;
    }
    return err == NB_ENOTFOUND ? NB_ECORRUPT : err;
}
