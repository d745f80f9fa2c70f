#include "tests/lib/test.h"

#include <nabiz/series.h>

#include "analyzer/influence/portfolio.h"

enum { NODES = 7, TRIALS = 12, ACTS_EACH = 3 };

static struct nb_graph_builder *builder_of(uint32_t n)
{
    struct nb_graph_builder *builder;
    assert_int_equal(nb_graph_builder_new(&builder), NB_OK);
    for (uint32_t v = 0; v < n; v++) {
        char name[32];
        uint32_t number;
        (void)snprintf(name, sizeof(name), "s.example/u%u", v);
        assert_int_equal(nb_names_add(nb_graph_builder_names(builder), nb_slice_str(name), &number),
                         NB_OK);
    }
    return builder;
}

static struct nb_graph *built(struct nb_graph_builder *builder)
{
    struct nb_graph *graph;
    assert_int_equal(nb_graph_build(builder, &graph), NB_OK);
    nb_graph_builder_free(builder);
    return graph;
}

static void act(struct nb_graph_builder *builder, uint32_t from, uint32_t to, enum nb_act_kind kind,
                int64_t at_s)
{
    assert_int_equal(nb_graph_builder_add(builder, from, to, kind, at_s), NB_OK);
}

static uint32_t acts_n(const struct nb_graph *graph, uint32_t v)
{
    return graph->out.begin[v + 1] - graph->out.begin[v];
}

/* Whether somebody picked lies behind v, when everybody took from whom choice says. */
static bool reached(const struct nb_graph *graph, const uint32_t *choice, uint32_t v,
                    uint32_t picked)
{
    uint32_t at = v;
    for (uint32_t steps = 0; steps <= graph->authors_n; steps++) {
        if (choice[at] == acts_n(graph, at)) {
            return false;
        }
        at = graph->out.other[graph->out.begin[at] + choice[at]];
        if (at == v) {
            return false;
        }
        if (picked >> at & 1) {
            return true;
        }
    }
    return false;
}

/* Groups of one that picked authors reach, over all ways that everybody may choose. */
static double exact(const struct nb_graph *graph, uint32_t picked)
{
    uint32_t choice[NODES] = {0};
    double ways = 0, sum = 0;
    for (bool more = true; more;) {
        ways++;
        for (uint32_t v = 0; v < graph->authors_n; v++) {
            sum += reached(graph, choice, v, picked);
        }
        more = false;
        for (uint32_t v = 0; v < graph->authors_n && !more; v++) {
            more = ++choice[v] <= acts_n(graph, v);
            choice[v] = more ? choice[v] : 0;
        }
    }
    return sum / ways;
}

static void picks_are_near_the_best_of_all_sets(void **state)
{
    (void)state;
    uint64_t series = 5;
    struct nb_arena *arena = nb_arena_new(256 << 20);
    for (int trial = 0; trial < TRIALS; trial++) {
        struct nb_graph_builder *builder = builder_of(NODES);
        struct nb_portfolio got;
        double best = 0;
        for (uint32_t v = 0; v < NODES; v++) {
            for (uint32_t k = nb_series_next(&series) % (ACTS_EACH + 1); k > 0; k--) {
                act(builder, v, (uint32_t)(nb_series_next(&series) % NODES), NB_ACT_LINK, k);
            }
        }
        struct nb_graph *graph = built(builder);
        const struct nb_portfolio_options options = {.picks_n = 2, .seed = (uint64_t)trial};
        assert_int_equal(nb_portfolio_pick(graph, &options, arena, &got), NB_OK);
        uint32_t picked = 0;
        for (size_t i = 0; i < got.n; i++) {
            picked |= 1u << got.picks[i].author;
            assert_true(got.picks[i].gain_milli <= got.picks[i].alone_milli);
        }
        for (uint32_t set = 0; set < 1u << NODES; set++) {
            if (__builtin_popcount(set) == 2) {
                double value = exact(graph, set);
                best = value > best ? value : best;
            }
        }
        double mine = exact(graph, picked);
        if (mine < (0.632 - 0.1) * best || mine > best + 1e-9) {
            fail_msg("trial %d: %.3f of %.3f", trial, mine, best);
        }
        double estimated = (double)got.checked_milli / 1000;
        if (got.sure && (estimated < mine * 0.85 - 0.05 || estimated > mine * 1.15 + 0.05)) {
            fail_msg("trial %d: %.3f is estimated at %.3f", trial, mine, estimated);
        }
        nb_graph_free(graph);
        nb_arena_reset(arena);
    }
    nb_arena_free(arena);
}

/* 0 is linked by 10..29; 1 by 10..27 as well; 2 by 30..39; 3 only talked to. */
static struct nb_graph *crowds(void)
{
    struct nb_graph_builder *builder = builder_of(60);
    for (uint32_t v = 10; v < 30; v++) {
        act(builder, v, 0, NB_ACT_BOOST, 1);
        if (v < 28) {
            act(builder, v, 1, NB_ACT_COPY, 2);
        }
    }
    for (uint32_t v = 30; v < 40; v++) {
        act(builder, v, 2, NB_ACT_QUOTE, 3);
    }
    for (uint32_t v = 40; v < 60; v++) {
        act(builder, v, 3, NB_ACT_REPLY, 4);
    }
    return built(builder);
}

static void the_second_pick_reaches_others_than_the_first(void **state)
{
    (void)state;
    struct nb_graph *graph = crowds();
    struct nb_arena *arena = nb_arena_new(256 << 20);
    struct nb_portfolio got, again;
    const struct nb_portfolio_options options = {.picks_n = 5, .seed = 1};
    assert_int_equal(nb_portfolio_pick(graph, &options, arena, &got), NB_OK);
    assert_int_equal(nb_portfolio_pick(graph, &options, arena, &again), NB_OK);
    assert_int_equal(got.n, 3); /* nobody takes anything from the one they talk to */
    assert_int_equal(got.picks[0].author, 0);
    assert_int_equal(got.groups_n, 30);
    assert_true(got.sure);
    for (size_t i = 0; i < got.n; i++) {
        const struct nb_portfolio_pick *pick = &got.picks[i];
        assert_memory_equal(pick, &again.picks[i], sizeof(*pick));
        if (pick->author == 2) {
            assert_int_equal(pick->gain_milli, pick->alone_milli);
            assert_in_range(pick->alone_milli, 4000, 6000); /* 10, each with a chance of 1/2 */
        }
    }
    nb_graph_free(graph);
    nb_arena_free(arena);
}

static void a_group_counts_once_however_many_accounts_it_has(void **state)
{
    (void)state;
    struct nb_graph *graph = crowds();
    struct nb_arena *arena = nb_arena_new(256 << 20);
    struct nb_portfolio got;
    uint32_t group[60];
    for (uint32_t v = 0; v < 60; v++) {
        group[v] = v >= 10 && v < 30 ? 10 : v;
    }
    const struct nb_portfolio_options options = {.picks_n = 1, .group = group};
    assert_int_equal(nb_portfolio_pick(graph, &options, arena, &got), NB_OK);
    assert_int_equal(got.groups_n, 11);
    assert_int_equal(got.picks[0].author, 2);
    nb_graph_free(graph);
    nb_arena_free(arena);
}

static void a_star_is_set_against_many_for_the_same_money(void **state)
{
    (void)state;
    struct nb_graph *graph = crowds();
    struct nb_arena *arena = nb_arena_new(256 << 20);
    struct nb_portfolio star, many;
    int64_t cost_milli[60];
    for (uint32_t v = 0; v < 60; v++) {
        cost_milli[v] = nb_portfolio_cost(100, 10, v == 0 ? 1000 : 100);
    }
    const struct nb_portfolio_options options = {.picks_n = 20, .cost_milli = cost_milli};
    assert_int_equal(nb_portfolio_star(graph, &options, arena, &star, &many), NB_OK);
    assert_int_equal(star.n, 1);
    assert_int_equal(star.picks[0].author, 0);
    assert_int_equal(star.cost_milli, 10100);
    assert_int_equal(many.n, 2);
    assert_int_equal(many.cost_milli, 2 * 1100);
    assert_true(many.reached_milli > star.reached_milli);
    nb_graph_free(graph);
    nb_arena_free(arena);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct nb_graph *graph = crowds();
    struct nb_arena *arena = nb_arena_new(256 << 20);
    struct nb_portfolio got;
    const int64_t free_of_cost[60] = {0};
    const uint32_t nowhere[60] = {60};
    const struct nb_portfolio_options none = {.picks_n = 0},
                                      costless = {.picks_n = 1, .cost_milli = free_of_cost},
                                      lost = {.picks_n = 1, .group = nowhere};
    assert_int_equal(nb_portfolio_pick(graph, &none, arena, &got), NB_EINVAL);
    assert_int_equal(nb_portfolio_pick(graph, &costless, arena, &got), NB_EINVAL);
    assert_int_equal(nb_portfolio_pick(graph, &lost, arena, &got), NB_EINVAL);
    assert_int_equal(nb_portfolio_cost(INT64_MAX, INT64_MAX, UINT64_MAX), INT64_C(1) << 50);
    nb_graph_free(graph);
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_are_near_the_best_of_all_sets),
        cmocka_unit_test(the_second_pick_reaches_others_than_the_first),
        cmocka_unit_test(a_group_counts_once_however_many_accounts_it_has),
        cmocka_unit_test(a_star_is_set_against_many_for_the_same_money),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
