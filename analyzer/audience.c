#include "analyzer/audience.h"

#include <nabiz/text.h>

enum { SOURCE_BYTES = 64 };

/* When it was read; not after the document that it came with. @return false: nobody knows. */
static bool read_at(const struct nb_document *document, int64_t *out)
{
    const Nb__Audience *audience = document->audience;
    int64_t fetched_ms = document->has_fetched_ms ? document->fetched_ms : 0;
    int64_t read_ms = audience->has_read_ms ? audience->read_ms : fetched_ms;
    *out = read_ms > fetched_ms && fetched_ms > 0 ? fetched_ms : read_ms;
    return *out > 0;
}

/* What was read last so far; the same time counts as earlier. @return NB_ENOTFOUND: put the row. */
static enum nb_err find_later(struct nb_txn *txn, struct nb_slice author, int64_t read_ms,
                              struct nb_arena *arena)
{
    struct nb_audience *known;
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_AUDIENCE, author, &value);
    if (err == NB_OK) {
        err = nb_audience_decode(value, arena, &known);
    }
    return err == NB_OK && known->read_ms <= read_ms ? NB_ENOTFOUND : err;
}

static enum nb_err put(struct nb_txn *txn, const struct nb_document *document,
                       struct nb_slice author, int64_t read_ms, struct nb_arena *arena)
{
    struct nb_slice value, source = nb_field(document->audience->source);
    struct nb_audience row;
    nb__audience__init(&row);
    row.has_followers_n = row.has_read_ms = 1;
    row.followers_n = document->audience->followers_n;
    row.read_ms = read_ms;
    row.has_number = document->has_number;
    row.number = document->number;
    if (source.len && !(row.source = nb_arena_strdup(arena, nb_utf8_cut(source, SOURCE_BYTES)))) {
        return NB_ENOMEM;
    }
    enum nb_err err = nb_audience_encode(&row, arena, &value);
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_AUDIENCE, author, value);
        err = nb_txn_err(txn);
    }
    return err;
}

enum nb_err nb_audience_note(struct nb_txn *txn, const struct nb_document *document,
                             struct nb_slice author, struct nb_arena *arena)
{
    const Nb__Audience *audience = document->audience;
    int64_t read_ms;
    if (!author.len || !audience || !audience->has_followers_n ||
        audience->followers_n > NB_AUDIENCE_MAX || !read_at(document, &read_ms)) {
        return NB_OK;
    }
    enum nb_err err = find_later(txn, author, read_ms, arena);
    return err == NB_ENOTFOUND ? put(txn, document, author, read_ms, arena) : err;
}
