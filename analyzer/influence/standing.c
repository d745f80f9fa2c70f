#include "analyzer/influence/standing.h"

#include <stdlib.h>

#include <nabiz/mem.h>
#include <nabiz/seeds.h>

#include "analyzer/influence/groups.h"
#include "analyzer/influence/seeds.h"
#include "analyzer/influence/store_graph.h"
#include "analyzer/influence/trust.h"
#include "analyzer/keys.h"
#include "analyzer/sentiment/opinion.h"

enum { SCRATCH_BYTES = 64 << 20, STEP_LEAST_BITS = 12, STEP_BITS = 5 };

struct nb_standing_view {
    struct nb_txn *txn;
    struct nb_graph_builder *builder; /* NULL: as stored */
    struct nb_trust *trust;
    uint64_t mean; /* nb_trust_mean() */
};

/*
 * Whether an act stands by the one it is towards. Who copies takes the words and names nobody: that
 * is spread, and chance where texts are short. Who denies does the opposite.
 */
static bool supports(const struct nb_edge *edge)
{
    const uint32_t denying = UINT32_C(1) << NB_SIGN_DENIAL | UINT32_C(1) << NB_SIGN_CORRECTION;
    return edge->act != NB__EDGE__ACT__COPY && !(edge->signs & denying);
}

/* The seeds a team names for a topic, as far as they are in the graph; without any, those that
 * stand out. */
static enum nb_err find_seeds(const struct nb_standing_view *view, struct nb_slice topic,
                              const struct nb_graph *graph, uint32_t seeds[NB_SEEDS_MAX], size_t *n)
{
    struct nb_slice text, name;
    int32_t share_milli;
    *n = 0;
    enum nb_err err = nb_get(view->txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_SEEDS), &text);
    if (err == NB_OK) {
        for (struct nb_slice rest = text;
             *n < NB_SEEDS_MAX && nb_seeds_next(&rest, topic, &name);) {
            uint32_t number = nb_names_find(nb_graph_builder_names(view->builder), name);
            if (number != NB_NO_NODE) {
                seeds[(*n)++] = number;
            }
        }
    }
    if (err && err != NB_ENOTFOUND) {
        return err;
    }
    return *n ? NB_OK : nb_seeds_find(graph, seeds, n, &share_milli);
}

static enum nb_err make_trust(struct nb_standing_view *view, struct nb_slice topic)
{
    struct nb_graph *graph;
    uint32_t seeds[NB_SEEDS_MAX];
    size_t seeds_n = 0;
    enum nb_err err = nb_graph_build(view->builder, &graph);
    if (err) {
        return err;
    }
    uint32_t *group = nb_calloc((size_t)graph->authors_n + 1, sizeof(*group));
    err = group ? nb_groups_find(graph, nb_graph_builder_names(view->builder), NULL, 0, group)
                : NB_ENOMEM;
    if (err == NB_OK) {
        err = find_seeds(view, topic, graph, seeds, &seeds_n);
    }
    if (err == NB_OK) {
        const struct nb_trust_input input = {.group = group, .seeds = seeds, .seeds_n = seeds_n};
        err = nb_trust_new(graph, &input, &view->trust);
    }
    if (err == NB_OK) {
        view->mean = nb_trust_mean(view->trust);
    }
    nb_free(group);
    nb_graph_free(graph);
    return err;
}

static enum nb_err make(struct nb_txn *txn, struct nb_slice topic, struct nb_standing_view **out)
{
    struct nb_standing_view *view = nb_calloc(1, sizeof(*view));
    *out = NULL;
    if (!view) {
        return NB_ENOMEM;
    }
    view->txn = txn;
    enum nb_err err = nb_graph_builder_new(&view->builder);
    if (err == NB_OK) {
        err = nb_store_graph(txn, supports, view->builder);
    }
    if (err == NB_OK) {
        err = make_trust(view, topic);
    }
    if (err) {
        nb_standing_close(view);
        return err;
    }
    *out = view;
    return NB_OK;
}

enum nb_err nb_standing_open(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_standing_view **out)
{
    if (nb_table_count(txn, NB_TBL_EDGE) <= NB_STANDING_DIRECT_N) {
        return make(txn, topic, out);
    }
    *out = nb_calloc(1, sizeof(**out));
    if (!*out) {
        return NB_ENOMEM;
    }
    (*out)->txn = txn;
    return NB_OK;
}

void nb_standing_close(struct nb_standing_view *view)
{
    if (view) {
        nb_trust_free(view->trust);
        nb_graph_builder_free(view->builder);
        nb_free(view);
    }
}

static int by_points(const void *a, const void *b)
{
    const struct nb_trust_share *x = a;
    const struct nb_trust_share *y = b;
    if (x->points != y->points) {
        return x->points > y->points ? -1 : 1;
    }
    return (x->from > y->from) - (x->from < y->from);
}

/* The record of an author of the graph. Of more groups than are kept, those that give most. */
static enum nb_err take(const struct nb_standing_view *view, uint32_t author,
                        struct nb_arena *arena, struct nb_standing **out)
{
    const struct nb_names *names = nb_graph_builder_names(view->builder);
    uint32_t n = nb_trust_supporters_n(view->trust, author);
    struct nb_trust_share *shares = nb_arena_calloc(arena, n, sizeof(*shares));
    struct nb_standing *row = nb_standing_new(arena);
    if (!shares || !row) {
        return NB_ENOMEM;
    }
    n = nb_trust_shares(view->trust, names, author, shares);
    row->has_trust_milli = row->has_groups_n = 1;
    row->trust_milli = nb_trust_milli(nb_trust_scores(view->trust)[author], view->mean);
    row->groups_n = n;
    if (n > NB_STANDING_SHARES_MAX) {
        qsort(shares, n, sizeof(*shares), by_points);
        n = NB_STANDING_SHARES_MAX;
    }
    row->shares = nb_arena_calloc(arena, n, sizeof(row->shares[0]));
    Nb__TrustShare *all = nb_arena_calloc(arena, n, sizeof(*all));
    if (!row->shares || !all) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < n; i++) {
        Nb__TrustShare *share = &all[i];
        if (!shares[i].points) {
            continue;
        }
        nb__trust_share__init(share);
        share->from = nb_arena_strdup(arena, nb_names_at(names, shares[i].from));
        share->has_points = share->has_accounts_n = 1;
        share->points = shares[i].points;
        share->accounts_n = shares[i].group_n;
        if (!share->from) {
            return NB_ENOMEM;
        }
        row->shares[row->n_shares++] = share;
    }
    *out = row;
    return NB_OK;
}

enum nb_err nb_standing_get(const struct nb_standing_view *view, struct nb_slice author,
                            struct nb_arena *arena, struct nb_standing **out)
{
    *out = NULL;
    if (view->builder) {
        uint32_t number = nb_names_find(nb_graph_builder_names(view->builder), author);
        return number == NB_NO_NODE ? NB_OK : take(view, number, arena, out);
    }
    struct nb_slice value;
    enum nb_err err = nb_get(view->txn, NB_TBL_STANDING, author, &value);
    if (err == NB_OK) {
        err = nb_standing_decode(value, arena, out);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

bool nb_standing_is_due(uint64_t number)
{
    unsigned bits = 0;
    for (uint64_t n = number; n > 1; n >>= 1) {
        bits++;
    }
    unsigned step = bits > STEP_LEAST_BITS + STEP_BITS ? bits - STEP_BITS : STEP_LEAST_BITS;
    return number && (number & ((UINT64_C(1) << step) - 1)) == 0;
}

/* Rows of authors that have none any more: their acts went with a revision. */
static enum nb_err drop_gone(struct nb_txn *txn, const struct nb_standing_view *view)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key at = {0};
    enum nb_err err = NB_OK;
    while (err == NB_OK) {
        err = nb_cursor_open(txn, NB_TBL_STANDING, &cursor);
        if (err) {
            return err;
        }
        err = nb_cursor_seek(cursor, nb_key_slice(&at), &key, &value);
        while (err == NB_OK &&
               nb_names_find(nb_graph_builder_names(view->builder), key) != NB_NO_NODE) {
            err = nb_cursor_next(cursor, &key, &value);
        }
        at.len = 0;
        if (err == NB_OK) {
            nb_key_add(&at, key);
        }
        nb_cursor_close(cursor);
        if (err == NB_OK) {
            nb_del(txn, NB_TBL_STANDING, nb_key_slice(&at));
            err = nb_txn_err(txn);
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err write_row(struct nb_txn *txn, struct nb_slice author,
                             const struct nb_standing *row, struct nb_arena *arena)
{
    struct nb_slice value, before;
    enum nb_err err = nb_standing_encode(row, arena, &value);
    if (err == NB_OK) {
        err = nb_get(txn, NB_TBL_STANDING, author, &before);
    }
    if (err == NB_OK && nb_slice_eq(before, value)) {
        return NB_OK;
    }
    if (err == NB_OK || err == NB_ENOTFOUND) {
        nb_put(txn, NB_TBL_STANDING, author, value);
        err = nb_txn_err(txn);
    }
    return err;
}

enum nb_err nb_standing_write(struct nb_txn *txn)
{
    struct nb_standing_view *view;
    struct nb_arena *arena = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = arena ? make(txn, NB_LIT(""), &view) : NB_ENOMEM;
    if (err) {
        nb_arena_free(arena);
        return err;
    }
    const struct nb_names *names = nb_graph_builder_names(view->builder);
    for (uint32_t i = 0; err == NB_OK && i < nb_trust_authors_n(view->trust); i++) {
        struct nb_standing *row;
        nb_arena_reset(arena);
        err = take(view, i, arena, &row);
        if (err == NB_OK) {
            err = write_row(txn, nb_names_at(names, i), row, arena);
        }
    }
    if (err == NB_OK) {
        err = drop_gone(txn, view);
    }
    nb_standing_close(view);
    nb_arena_free(arena);
    return err;
}
