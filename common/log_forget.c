/*
 * Two passes over the log: the first learns the identities of the author's documents, the second
 * writes those frames anew that have one of them or quote the author. A frame keeps its key and its
 * number of documents.
 */
#include <nabiz/forget.h>

#include <stdlib.h>
#include <string.h>

#include <nabiz/log.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>

#include "common/log_frame.h"

enum { ARENA_BYTES = 256 << 20, FRAMES_PER_COMMIT = 64 };

struct forget {
    struct nb_store *store;
    struct nb_slice author; /* site/handle */
    struct nb_arena *arena; /* of one frame */
    struct nb_frame_builder *builder;
    struct nb_id *ids; /* of the author's documents, ascending after the first pass */
    size_t ids_n, ids_cap;
    uint64_t last; /* number that is done up to */
    bool ended;
    struct nb_forgot forgot, done; /* of all commits, of the one under way */
    uint64_t next;
    struct nb_error *error;
};

struct nb_id nb_forget_id(struct nb_slice author)
{
    const struct nb_slice parts[] = {NB_LIT("forgotten author"), author};
    return nb_id_of(parts, 2);
}

struct nb_id nb_forget_any_case_id(struct nb_slice author)
{
    char lower[NB_AUTHOR_BYTES];
    size_t n = author.len < sizeof(lower) ? author.len : sizeof(lower);
    for (size_t i = 0; i < n; i++) {
        lower[i] = nb_ascii_lower(author.p[i]);
    }
    const struct nb_slice parts[] = {NB_LIT("forgotten in any case"), nb_slice(lower, n),
                                     nb_slice_sub(author, n, author.len)};
    return nb_id_of(parts, 3);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, NB_ID_BYTES);
}

static enum nb_err add_id(struct forget *f, const struct nb_id *id)
{
    if (f->ids_n == f->ids_cap) {
        size_t cap = f->ids_cap ? f->ids_cap * 2 : 256;
        struct nb_id *grown = nb_realloc(f->ids, cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        f->ids = grown;
        f->ids_cap = cap;
    }
    f->ids[f->ids_n++] = *id;
    return NB_OK;
}

static bool has_id(const struct forget *f, const struct nb_id *id)
{
    return f->ids_n && bsearch(id, f->ids, f->ids_n, sizeof(*id), by_bytes);
}

/* First pass */

static enum nb_err learn_frame(struct forget *f, struct nb_slice key, struct nb_slice value)
{
    struct nb_frame frame;
    struct nb_frame_item item;
    nb_arena_reset(f->arena);
    enum nb_err err = nb_frame_open(key, value, f->arena, &frame);
    while (err == NB_OK && (err = nb_frame_next(&frame, &item)) == NB_OK) {
        struct nb_document *document;
        err = nb_document_decode(item.document, f->arena, &document);
        if (err == NB_OK && nb_slice_eq(nb_field(document->author), f->author)) {
            err = add_id(f, &item.identity);
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err learn(struct forget *f)
{
    struct nb_txn *txn;
    struct nb_cursor *cursor = NULL;
    struct nb_slice key, value;
    enum nb_err err = nb_read_begin(f->store, &txn, f->error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_open(txn, NB_TBL_LOG, &cursor);
    if (err == NB_OK) {
        err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    }
    while (err == NB_OK) {
        err = learn_frame(f, key, value);
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    nb_read_end(txn);
    if (f->ids_n) {
        qsort(f->ids, f->ids_n, sizeof(*f->ids), by_bytes);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* Second pass */

/* The handle alone is enough within the author's own site. */
static bool is_quoted(const struct forget *f, const struct nb_document *document,
                      const char *author)
{
    size_t slash = nb_slice_find_byte(f->author, '/', 0);
    struct nb_slice name = nb_field(author), site = nb_slice_sub(f->author, 0, slash);
    struct nb_slice handle =
        nb_slice_sub(f->author, slash == NB_NPOS ? 0 : slash + 1, f->author.len);
    return nb_slice_eq(name, f->author) ||
           (nb_slice_eq(name, handle) && nb_slice_eq(nb_field(document->site), site));
}

static size_t drop_quotes(const struct forget *f, struct nb_document *document)
{
    size_t kept_n = 0, n = document->n_quotes;
    for (size_t i = 0; i < n; i++) {
        if (!is_quoted(f, document, document->quotes[i]->author)) {
            document->quotes[kept_n++] = document->quotes[i];
        }
    }
    document->n_quotes = kept_n;
    return n - kept_n;
}

/* What is left of a document. */
static enum nb_err erase(const struct nb_document *document, struct nb_arena *arena,
                         struct nb_document **out)
{
    struct nb_document *left = nb_document_new(arena);
    if (!left) {
        return NB_ENOMEM;
    }
    left->has_deleted = 1;
    left->deleted = 1;
    left->has_fetched_ms = document->has_fetched_ms;
    left->fetched_ms = document->fetched_ms;
    left->has_source = document->has_source;
    left->source = document->source;
    *out = left;
    return NB_OK;
}

/* @param changed [out] the document is another one now. */
static enum nb_err forget_item(struct forget *f, struct nb_frame_item *item, bool *changed)
{
    struct nb_document *document;
    enum nb_err err = nb_document_decode(item->document, f->arena, &document);
    if (err != NB_OK) {
        return err;
    }
    size_t quotes_n = 0;
    bool theirs = has_id(f, &item->identity) && !document->deleted;
    if (theirs) {
        err = erase(document, f->arena, &document);
    } else {
        quotes_n = drop_quotes(f, document);
    }
    *changed = theirs || quotes_n;
    f->done.documents_n += theirs;
    f->done.quotes_n += quotes_n;
    return err || !*changed ? err : nb_document_encode(document, f->arena, &item->document);
}

/* @param out [out] the frame's new value, p == NULL when it stays. */
static enum nb_err forget_frame(struct forget *f, struct nb_slice key, struct nb_slice value,
                                struct nb_slice *out)
{
    struct nb_frame frame;
    struct nb_frame_item item;
    bool any = false;
    nb_arena_reset(f->arena);
    nb_frame_reset(f->builder);
    enum nb_err err = nb_frame_open(key, value, f->arena, &frame);
    while (err == NB_OK && (err = nb_frame_next(&frame, &item)) == NB_OK) {
        bool changed = false;
        err = forget_item(f, &item, &changed);
        any = any || changed;
        if (err == NB_OK) {
            err = nb_frame_add(f->builder, &item);
        }
    }
    *out = nb_slice(NULL, 0);
    if (err != NB_ENOTFOUND) {
        return err;
    }
    return any ? nb_frame_pack(f->builder, out) : NB_OK;
}

/* Some frames in one transaction; may be run again when the map had to grow. */
static enum nb_err forget_some(struct nb_txn *txn, void *arg)
{
    struct forget *f = arg;
    uint8_t at[8];
    struct nb_slice key, value, changed;
    f->done = (struct nb_forgot){0};
    f->next = f->last;
    f->ended = false;
    for (size_t i = 0; i < FRAMES_PER_COMMIT; i++) {
        struct nb_cursor *cursor;
        nb_key_u64(f->next + 1, at);
        enum nb_err err = nb_cursor_open(txn, NB_TBL_LOG, &cursor);
        if (err != NB_OK) {
            return err;
        }
        err = nb_cursor_seek(cursor, nb_slice(at, sizeof(at)), &key, &value);
        uint64_t number = err == NB_OK ? nb_key_to_u64((const uint8_t *)key.p) : 0;
        if (err == NB_OK) {
            err = forget_frame(f, key, value, &changed);
        }
        nb_cursor_close(cursor);
        if (err == NB_ENOTFOUND) {
            f->ended = true;
            return NB_OK;
        }
        if (err == NB_OK && changed.p) {
            nb_key_u64(number, at);
            nb_put(txn, NB_TBL_LOG, nb_slice(at, sizeof(at)), changed);
            err = nb_txn_err(txn);
        }
        if (err != NB_OK) {
            return err;
        }
        f->next = number;
    }
    return NB_OK;
}

/* Pages of sites that are followed may hold what a listing said of a document. */
static enum nb_err forget_pages(struct nb_txn *txn, void *arg)
{
    struct forget *f = arg;
    struct nb_cursor *cursor;
    struct nb_slice key, value, bytes;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_PAGE, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        struct nb_page_record *page;
        nb_arena_reset(f->arena);
        key = nb_arena_copy(f->arena, key);
        err = key.p ? nb_page_record_decode(value, f->arena, &page) : NB_ENOMEM;
        bool theirs =
            err == NB_OK && page->entry && nb_slice_eq(nb_field(page->entry->author), f->author);
        if (theirs) {
            page->entry = NULL;
            err = nb_page_record_encode(page, f->arena, &bytes);
            if (err == NB_OK) {
                nb_cursor_put(cursor, key, bytes);
                err = nb_txn_err(txn);
            }
        }
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err note_name(struct nb_txn *txn, void *arg)
{
    const struct forget *f = arg;
    struct nb_id id = nb_forget_id(f->author);
    struct nb_id any_case = nb_forget_any_case_id(f->author);
    nb_put(txn, NB_TBL_FORGOTTEN, nb_slice(id.b, sizeof(id.b)),
           nb_slice(any_case.b, sizeof(any_case.b)));
    return nb_txn_err(txn);
}

enum nb_err nb_log_forget(struct nb_store *crawl, struct nb_slice author, struct nb_forgot *out,
                          struct nb_error *error)
{
    struct forget f = {.store = crawl, .author = author, .error = error};
    f.arena = nb_arena_new(ARENA_BYTES);
    f.builder = nb_frame_builder_new();
    enum nb_err err =
        f.arena && f.builder ? nb_store_write(crawl, note_name, &f, error) : NB_ENOMEM;
    if (err == NB_OK) {
        err = learn(&f);
    }
    while (err == NB_OK && !f.ended) {
        err = nb_store_write(crawl, forget_some, &f, error);
        f.last = f.next;
        f.forgot.documents_n += f.done.documents_n;
        f.forgot.quotes_n += f.done.quotes_n;
    }
    if (err == NB_OK) {
        err = nb_store_write(crawl, forget_pages, &f, error);
    }
    if (err == NB_OK) {
        *out = f.forgot;
    }
    nb_free(f.ids);
    nb_frame_builder_free(f.builder);
    nb_arena_free(f.arena);
    return err;
}
