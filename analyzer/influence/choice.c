#include <nabiz/choice.h>

#include "analyzer/influence/groups.h"
#include "analyzer/influence/portfolio.h"
#include "analyzer/influence/store_graph.h"

_Static_assert((int)NB_CHOICE_MAX == (int)NB_PORTFOLIO_MAX, "as many as can be picked");

/* The draws are always the same ones: asking again answers the same. */
static const uint64_t seed = 1;

/* A row of the list for each author of the graph, or NULL. */
struct choosing {
    const struct nb_names *names;
    const struct nb_influencer **row_of;
    struct nb_portfolio_options options;
    struct nb_arena *arena;
};

static struct nb_chosen chosen_of(const struct choosing *c, const struct nb_portfolio_pick *pick)
{
    const struct nb_influencer *row = c->row_of[pick->author];
    return (struct nb_chosen){row->author, row->score_milli, pick->cost_milli, pick->alone_milli,
                              pick->gain_milli};
}

/* Who may be chosen, and what each costs. */
static enum nb_err take_rows(struct choosing *c, const struct nb_graph *graph,
                             const struct nb_influencer *rows, size_t n,
                             const struct nb_weights *weights)
{
    size_t authors_n = graph->authors_n;
    bool *eligible = nb_arena_calloc(c->arena, authors_n, sizeof(*eligible));
    int64_t *cost = nb_arena_calloc(c->arena, authors_n, sizeof(*cost));
    c->row_of = nb_arena_calloc(c->arena, authors_n, sizeof(struct nb_influencer *));
    if (!eligible || !cost || !c->row_of) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < authors_n; i++) {
        cost[i] = weights->portfolio_fixed;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t author = nb_names_find(c->names, rows[i].author);
        if (author == NB_NO_NODE) {
            continue; /* nobody acts towards them: they reach no group */
        }
        bool faked = rows[i].coordination_milli != NB_UNKNOWN_MILLI &&
                     rows[i].coordination_milli >= weights->coordination_from;
        c->row_of[author] = &rows[i];
        eligible[author] = !faked;
        cost[author] = nb_portfolio_cost(weights->portfolio_fixed, weights->portfolio_price,
                                         rows[i].people.known ? rows[i].people.n : 0);
    }
    c->options.eligible = eligible;
    c->options.cost_milli = cost;
    return NB_OK;
}

static enum nb_err take_picks(const struct choosing *c, const struct nb_portfolio *picked,
                              struct nb_choice *out)
{
    struct nb_chosen *chosen = nb_arena_calloc(c->arena, picked->n, sizeof(*chosen));
    if (!chosen) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < picked->n; i++) {
        chosen[i] = chosen_of(c, &picked->picks[i]);
    }
    *out = (struct nb_choice){.chosen = chosen,
                              .n = picked->n,
                              .groups_n = picked->groups_n,
                              .reached_milli = picked->reached_milli,
                              .cost_milli = picked->cost_milli,
                              .sure = picked->sure};
    return NB_OK;
}

static enum nb_err choose(struct choosing *c, const struct nb_graph *graph, struct nb_choice *out)
{
    struct nb_portfolio picked, star, many;
    enum nb_err err = nb_portfolio_pick(graph, &c->options, c->arena, &picked);
    if (err == NB_OK) {
        err = take_picks(c, &picked, out);
    }
    if (err == NB_OK) {
        err = nb_portfolio_star(graph, &c->options, c->arena, &star, &many);
    }
    if (err == NB_OK && star.n) {
        out->has_star = true;
        out->star = chosen_of(c, &star.picks[0]);
        out->many_n = many.n;
        out->many_reached_milli = many.reached_milli;
        out->many_cost_milli = many.cost_milli;
    }
    return err;
}

static enum nb_err choose_in(struct choosing *c, struct nb_graph_builder *builder,
                             const struct nb_influencer *rows, size_t n,
                             const struct nb_weights *weights, struct nb_choice *out)
{
    struct nb_graph *graph;
    c->names = nb_graph_builder_names(builder);
    enum nb_err err = nb_graph_build(builder, &graph);
    if (err) {
        return err;
    }
    uint32_t *group = nb_arena_calloc(c->arena, graph->authors_n, sizeof(*group));
    err = group ? nb_groups_find(graph, c->names, NULL, 0, group) : NB_ENOMEM;
    c->options.group = group;
    if (err == NB_OK) {
        err = take_rows(c, graph, rows, n, weights);
    }
    if (err == NB_OK) {
        err = choose(c, graph, out);
    }
    nb_graph_free(graph);
    return err;
}

enum nb_err nb_influence_choose(struct nb_txn *txn, const struct nb_influence_query *query,
                                size_t picks_n, int64_t budget_milli, struct nb_arena *arena,
                                struct nb_choice *out)
{
    const struct nb_influencer *rows;
    size_t n;
    struct nb_weights in_force;
    struct nb_graph_builder *builder = NULL;
    struct choosing c = {
        .options = {.picks_n = picks_n, .budget_milli = budget_milli, .seed = seed},
        .arena = arena};
    enum nb_err err = query->weights ? NB_OK : nb_weights_in_force(txn, &in_force);
    if (err == NB_OK) {
        err = nb_influence_list(txn, query, arena, &rows, &n);
    }
    if (err == NB_OK) {
        err = nb_graph_builder_new(&builder);
    }
    if (err == NB_OK) {
        err = nb_store_graph(txn, NULL, builder);
    }
    if (err == NB_OK) {
        err = choose_in(&c, builder, rows, n, query->weights ? query->weights : &in_force, out);
    }
    nb_graph_builder_free(builder);
    return err;
}
