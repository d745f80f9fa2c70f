/*
 * Authors before and after nb_log_forget(): whether there is one of a name, which changes nothing,
 * and whether a quote that comes in later is of one that was forgotten.
 */
#include <nabiz/forget.h>

#include <stdio.h>
#include <string.h>

#include <nabiz/log.h>

#include "common/log_frame.h"
#include "common/log_impl.h"

enum { ARENA_BYTES = 256 << 20 };

struct search {
    struct nb_slice author;
    nb_author_distance_fn *distance;
    unsigned nearest_distance; /* 0: none yet */
    char *nearest;
    bool found;
    struct nb_arena *arena; /* of one frame */
};

static void meet(struct search *s, struct nb_slice name)
{
    if (nb_slice_eq(name, s->author)) {
        s->found = true;
        return;
    }
    unsigned d = name.len && name.len < NB_AUTHOR_BYTES ? s->distance(s->author, name) : 0;
    if (d && (!s->nearest_distance || d < s->nearest_distance)) {
        s->nearest_distance = d;
        (void)snprintf(s->nearest, NB_AUTHOR_BYTES, "%.*s", NB_ARG(name));
    }
}

static enum nb_err meet_document(struct search *s, const struct nb_document *document)
{
    struct nb_slice site = nb_field(document->site);
    meet(s, nb_field(document->author));
    for (size_t i = 0; i < document->n_quotes; i++) {
        struct nb_slice name = nb_field(document->quotes[i]->author);
        meet(s, name);
        if (site.len && name.len) { /* a handle of the same site */
            const char *whole = nb_arena_printf(s->arena, "%.*s/%.*s", NB_ARG(site), NB_ARG(name));
            if (!whole) {
                return NB_ENOMEM;
            }
            meet(s, nb_slice_str(whole));
        }
    }
    return NB_OK;
}

static enum nb_err look_at_frame(struct search *s, struct nb_slice key, struct nb_slice value)
{
    struct nb_frame frame;
    struct nb_frame_item item;
    nb_arena_reset(s->arena);
    enum nb_err err = nb_frame_open(key, value, s->arena, &frame);
    while (err == NB_OK && (err = nb_frame_next(&frame, &item)) == NB_OK) {
        struct nb_document *document;
        err = nb_document_decode(item.document, s->arena, &document);
        err = err ? err : meet_document(s, document);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err look_at_page(struct search *s, struct nb_slice key, struct nb_slice value)
{
    struct nb_page_record *page;
    (void)key;
    nb_arena_reset(s->arena);
    enum nb_err err = nb_page_record_decode(value, s->arena, &page);
    if (err == NB_OK && page->entry) {
        meet(s, nb_field(page->entry->author));
    }
    return err;
}

static enum nb_err look(struct search *s, struct nb_txn *txn, enum nb_table_id table,
                        enum nb_err (*fn)(struct search *, struct nb_slice, struct nb_slice))
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(txn, table, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK && !s->found) {
        err = fn(s, key, value);
        err = err ? err : nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_log_find_author(struct nb_store *crawl, struct nb_slice author,
                               nb_author_distance_fn *distance, char nearest[NB_AUTHOR_BYTES],
                               struct nb_error *error)
{
    struct search s = {.author = author, .distance = distance, .nearest = nearest};
    struct nb_id id = nb_forget_id(author);
    struct nb_txn *txn;
    struct nb_slice value;
    nearest[0] = '\0';
    enum nb_err err = nb_read_begin(crawl, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    s.arena = nb_arena_new(ARENA_BYTES);
    err = s.arena ? nb_get(txn, NB_TBL_FORGOTTEN, nb_slice(id.b, sizeof(id.b)), &value) : NB_ENOMEM;
    if (err == NB_ENOTFOUND) { /* not begun yet */
        err = look(&s, txn, NB_TBL_LOG, look_at_frame);
        if (err == NB_OK && !s.found) {
            err = look(&s, txn, NB_TBL_PAGE, look_at_page);
        }
        err = err == NB_OK && !s.found ? NB_ENOTFOUND : err;
    }
    nb_read_end(txn);
    nb_arena_free(s.arena);
    return err;
}

/* @return NB_OK when the name is forgotten, else NB_ENOTFOUND, or a failure. */
static enum nb_err find_name(struct nb_txn *txn, struct nb_slice name)
{
    struct nb_slice value;
    struct nb_id id = nb_forget_id(name);
    return nb_get(txn, NB_TBL_FORGOTTEN, nb_slice(id.b, sizeof(id.b)), &value);
}

/* The name may be whole, or a handle of the document's own site. */
static enum nb_err find_quoted(struct nb_txn *txn, struct nb_slice site, struct nb_slice name,
                               struct nb_arena *arena)
{
    enum nb_err err = find_name(txn, name);
    if (err != NB_ENOTFOUND || !site.len) {
        return err;
    }
    const char *whole = nb_arena_printf(arena, "%.*s/%.*s", NB_ARG(site), NB_ARG(name));
    return whole ? find_name(txn, nb_slice_str(whole)) : NB_ENOMEM;
}

enum nb_err nb_log_drop_forgotten(struct nb_txn *txn, struct nb_slice bytes, struct nb_arena *arena,
                                  struct nb_slice *out)
{
    struct nb_document *document;
    size_t kept_n = 0;
    *out = bytes;
    enum nb_err err = nb_document_decode(bytes, arena, &document);
    if (err != NB_OK) {
        return err;
    }
    for (size_t i = 0; i < document->n_quotes; i++) {
        err = find_quoted(txn, nb_field(document->site), nb_field(document->quotes[i]->author),
                          arena);
        if (err == NB_ENOTFOUND) {
            document->quotes[kept_n++] = document->quotes[i];
        } else if (err != NB_OK) {
            return err;
        }
    }
    if (kept_n == document->n_quotes) {
        return NB_OK;
    }
    document->n_quotes = kept_n;
    return nb_document_encode(document, arena, out);
}
