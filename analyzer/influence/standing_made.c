#include "analyzer/influence/standing_made.h"

#include <stdlib.h>

#include <nabiz/mem.h>
#include <nabiz/seeds.h>

#include "analyzer/influence/groups.h"
#include "analyzer/sentiment/opinion.h"

/* Who copies takes the words and names nobody: that is spread, and chance where texts are short.
 * Who denies does the opposite. */
bool nb_standing_supports(const struct nb_edge *edge)
{
    const uint32_t denying = UINT32_C(1) << NB_SIGN_DENIAL | UINT32_C(1) << NB_SIGN_CORRECTION;
    return edge->act >= NB__EDGE__ACT__LINK && edge->act <= NB__EDGE__ACT__BOOST &&
           edge->act != NB__EDGE__ACT__COPY && !(edge->signs & denying);
}

enum nb_err nb_standing_named(struct nb_txn *txn, struct nb_slice *out)
{
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_SEEDS), out);
    if (err == NB_ENOTFOUND) {
        *out = nb_slice("", 0);
        return NB_OK;
    }
    return err;
}

bool nb_standing_has_own(struct nb_slice named, struct nb_slice topic)
{
    struct nb_slice name;
    size_t without_n = 0, with_n = 0;
    for (struct nb_slice rest = named; nb_seeds_next(&rest, nb_slice("", 0), &name);) {
        without_n++;
    }
    for (struct nb_slice rest = named; nb_seeds_next(&rest, topic, &name);) {
        with_n++;
    }
    return with_n > without_n;
}

/* The seeds a team names for a topic, as far as they are in the graph; without any, those that
 * stand out. */
static enum nb_err find_seeds(struct nb_txn *txn, struct nb_slice topic,
                              const struct nb_graph *graph, struct nb_standing_made *out)
{
    struct nb_slice text, name;
    int32_t share_milli;
    enum nb_err err = nb_standing_named(txn, &text);
    if (err != NB_OK) {
        return err;
    }
    for (struct nb_slice rest = text;
         out->seeds_n < NB_SEEDS_MAX && nb_seeds_next(&rest, topic, &name);) {
        uint32_t number = nb_names_find(out->names, name);
        if (number != NB_NO_NODE) {
            out->seeds[out->seeds_n++] = number;
        }
    }
    return out->seeds_n ? NB_OK : nb_seeds_find(graph, out->seeds, &out->seeds_n, &share_milli);
}

/* Of the acts' own clock: none of them is later than what the log had when it came. */
static enum nb_err find_age(struct nb_txn *txn, const struct nb_graph *graph,
                            struct nb_standing_made *out)
{
    struct nb_weights weights;
    enum nb_err err = nb_weights_in_force(txn, &weights);
    out->age = (struct nb_support_age){nb_graph_last_s(graph), (uint32_t)weights.trust_half_days};
    return err;
}

/* The acts become a graph, and the names *out's. */
static enum nb_err take_graph(struct nb_graph_builder *acts, struct nb_standing_made *out,
                              struct nb_graph **graph)
{
    enum nb_err err = nb_graph_build(acts, graph);
    out->names = nb_graph_builder_take_names(acts);
    nb_graph_builder_free(acts);
    return err;
}

static enum nb_err walk(const struct nb_graph *graph, struct nb_standing_made *out)
{
    const struct nb_trust_input input = {.group = out->group,
                                         .seeds = out->seeds,
                                         .seeds_n = out->seeds_n,
                                         .age = out->age,
                                         .voice = out->voice};
    return nb_trust_new(graph, &input, &out->trust);
}

enum nb_err nb_standing_make(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_graph_builder *acts, struct nb_standing_made *out)
{
    struct nb_graph *graph;
    *out = (struct nb_standing_made){.seeds_n = 0};
    enum nb_err err = take_graph(acts, out, &graph);
    if (err != NB_OK) {
        return err;
    }
    out->group = nb_calloc((size_t)graph->authors_n + 1, sizeof(out->group[0]));
    err = out->group ? nb_groups_find(graph, out->names, NULL, 0, out->group) : NB_ENOMEM;
    if (err == NB_OK) {
        err = find_seeds(txn, topic, graph, out);
    }
    if (err == NB_OK) {
        err = find_age(txn, graph, out);
    }
    if (err == NB_OK) {
        err = walk(graph, out);
    }
    nb_graph_free(graph);
    return err;
}

enum nb_err nb_standing_make_again(struct nb_graph_builder *acts, struct nb_standing_made *out)
{
    struct nb_graph *graph;
    enum nb_err err = take_graph(acts, out, &graph);
    if (err == NB_OK) {
        err = walk(graph, out);
        nb_graph_free(graph);
    }
    return err;
}

void nb_standing_made_fini(struct nb_standing_made *made)
{
    nb_names_free(made->names);
    nb_trust_free(made->trust);
    nb_free(made->group);
    nb_free(made->voice);
    *made = (struct nb_standing_made){.seeds_n = 0};
}

/* A share as it is sorted: qsort has no argument. */
struct named_share {
    struct nb_trust_share share;
    struct nb_slice name;
};

static int by_points(const void *a, const void *b)
{
    const struct named_share *x = a;
    const struct named_share *y = b;
    if (x->share.points != y->share.points) {
        return x->share.points > y->share.points ? -1 : 1;
    }
    return nb_slice_cmp(x->name, y->name);
}

static enum nb_err add_shares(const struct nb_standing_made *made, uint32_t author,
                              struct nb_arena *arena, struct nb_standing *row)
{
    uint32_t n = nb_trust_supporters_n(made->trust, author), kept_n = 0;
    struct nb_trust_share *shares = nb_arena_calloc(arena, n, sizeof(*shares));
    struct named_share *named = nb_arena_calloc(arena, n, sizeof(*named));
    if (!shares || !named) {
        return NB_ENOMEM;
    }
    n = nb_trust_shares(made->trust, made->names, author, shares);
    row->groups_n = n;
    for (uint32_t i = 0; i < n; i++) {
        if (shares[i].points) {
            named[kept_n++] =
                (struct named_share){shares[i], nb_names_at(made->names, shares[i].from)};
        }
    }
    if (kept_n) {
        qsort(named, kept_n, sizeof(*named), by_points);
    }
    kept_n = kept_n < NB_STANDING_SHARES_MAX ? kept_n : NB_STANDING_SHARES_MAX;
    row->shares = nb_arena_calloc(arena, kept_n, sizeof(row->shares[0]));
    Nb__TrustShare *all = nb_arena_calloc(arena, kept_n, sizeof(*all));
    if (!row->shares || !all) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < kept_n; i++) {
        Nb__TrustShare *share = &all[i];
        nb__trust_share__init(share);
        share->from = nb_arena_strdup(arena, named[i].name);
        share->has_points = share->has_accounts_n = 1;
        share->points = named[i].share.points;
        share->accounts_n = named[i].share.group_n;
        if (!share->from) {
            return NB_ENOMEM;
        }
        row->shares[row->n_shares++] = share;
    }
    return NB_OK;
}

enum nb_err nb_standing_row(const struct nb_standing_made *made, uint32_t author,
                            struct nb_arena *arena, struct nb_standing **out)
{
    struct nb_standing *row = nb_standing_new(arena);
    if (!row) {
        return NB_ENOMEM;
    }
    row->has_score = row->has_groups_n = 1;
    row->score = nb_trust_scores(made->trust)[author];
    row->voice = nb_trust_voices(made->trust)[author];
    row->has_voice = row->voice > 0;
    enum nb_err err = add_shares(made, author, arena, row);
    if (err == NB_OK) {
        *out = row;
    }
    return err;
}
