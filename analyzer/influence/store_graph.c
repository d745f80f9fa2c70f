#include "analyzer/influence/store_graph.h"

#include <nabiz/arena.h>

enum { SCRATCH_BYTES = 64 << 20 };

enum nb_err nb_store_graph(struct nb_txn *txn, nb_edge_wanted_fn *wanted,
                           struct nb_graph_builder *builder)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_arena *arena = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = arena ? nb_cursor_open(txn, NB_TBL_EDGE, &cursor) : NB_ENOMEM;
    if (err) {
        nb_arena_free(arena);
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        struct nb_edge *edge;
        nb_arena_reset(arena);
        err = nb_edge_decode(value, arena, &edge);
        bool known =
            err == NB_OK && edge->act >= NB__EDGE__ACT__LINK && edge->act <= NB__EDGE__ACT__BOOST;
        if (known && (!wanted || wanted(edge))) {
            err = nb_graph_builder_add_named(builder, nb_field(edge->from), nb_field(edge->to),
                                             (enum nb_act_kind)(edge->act - NB__EDGE__ACT__LINK),
                                             edge->at_ms / 1000);
        }
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    nb_arena_free(arena);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
