#include "analyzer/influence/store_graph.h"

#include <nabiz/arena.h>

#include "analyzer/keys.h"

/* The time in a key of EDGE lies before a number and an ordinal. */
enum { SCRATCH_BYTES = 64 << 20, TIME_FROM_END = 20 };

static const struct nb_store_graph_query everything = {.to_ms = INT64_MAX};

uint8_t nb_edge_kind(const struct nb_edge *edge)
{
    return (uint8_t)((edge->act - NB__EDGE__ACT__LINK) | (edge->late ? NB_ACT_LATE : 0));
}

static bool is_between(const struct nb_store_graph_query *query, uint64_t at)
{
    return at >= nb_key_time(query->from_ms) && at < nb_key_time(query->to_ms);
}

enum nb_err nb_store_graph_add(const struct nb_store_graph_query *query, const struct nb_edge *edge,
                               struct nb_graph_builder *builder)
{
    bool is_known = edge->act >= NB__EDGE__ACT__LINK && edge->act <= NB__EDGE__ACT__BOOST;
    if (!is_known || (query->wanted && !query->wanted(edge)) ||
        !is_between(query, nb_key_time(edge->at_ms))) {
        return NB_OK;
    }
    return nb_graph_builder_add_named(builder, nb_field(edge->from), nb_field(edge->to),
                                      nb_edge_kind(edge), edge->at_ms / 1000);
}

static bool is_inside(const struct nb_store_graph_query *query, struct nb_slice key)
{
    return key.len >= TIME_FROM_END &&
           is_between(query, nb_key_to_u64((const uint8_t *)key.p + key.len - TIME_FROM_END));
}

enum nb_err nb_store_graph(struct nb_txn *txn, const struct nb_store_graph_query *query,
                           struct nb_graph_builder *builder)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    size_t n = 0;
    struct nb_arena *arena = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = arena ? nb_cursor_open(txn, NB_TBL_EDGE, &cursor) : NB_ENOMEM;
    if (err) {
        nb_arena_free(arena);
        return err;
    }
    query = query ? query : &everything;
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        struct nb_edge *edge;
        if (is_inside(query, key)) {
            nb_arena_reset(arena);
            err = query->most_n && ++n > query->most_n ? NB_ETOOBIG
                                                       : nb_edge_decode(value, arena, &edge);
            if (err == NB_OK) {
                err = nb_store_graph_add(query, edge, builder);
            }
        }
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    nb_arena_free(arena);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
