#include <nabiz/influence.h>

#include "analyzer/influence/messages.h"
#include "analyzer/keys.h"

/* Acts towards everybody of a site lie side by side: their keys begin with it. */
static enum nb_err count_site(struct nb_txn *txn, struct nb_slice author, struct nb_slice site,
                              const struct nb_influence_query *query, struct nb_arena *arena,
                              uint64_t *n)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key from = {0};
    if (site.len > NB_AUTHOR_ID_BYTES) {
        return NB_OK;
    }
    if (nb_slice_find_byte(site, '/', 0) != NB_NPOS) {
        nb_key_text(&from, site); /* one account */
    } else {
        nb_key_add(&from, site);
        nb_key_add(&from, NB_LIT("/"));
    }
    enum nb_err err = nb_cursor_open(txn, NB_TBL_EDGE, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    while (err == NB_OK && nb_slice_starts(key, nb_key_slice(&from))) {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct nb_edge *edge;
        err = nb_edge_decode(value, arena, &edge);
        if (err == NB_OK) {
            *n += edge->at_ms >= query->from_ms && edge->at_ms < query->to_ms &&
                  nb_slice_eq(nb_field(edge->from), author);
            nb_arena_rewind(arena, mark);
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_influence_own(struct nb_txn *txn, struct nb_slice author, struct nb_slice sites,
                             const struct nb_influence_query *query, struct nb_arena *arena,
                             uint64_t *out_n)
{
    struct nb_own own;
    enum nb_err err = nb_own_read(sites, &own);
    *out_n = 0;
    for (size_t i = 0; err == NB_OK && i < own.n; i++) {
        err = count_site(txn, author, own.names[i], query, arena, out_n);
    }
    return err;
}
