/* Authors as numbers, acts in rows, and core numbers. */
#include "tests/lib/test.h"

#include <nabiz/mem.h>
#include <nabiz/series.h>

#include "analyzer/influence/core.h"
#include "analyzer/influence/graph.h"

enum { MANY = 5000, SMALL = 40 };

static struct nb_graph_builder *new_builder(void)
{
    struct nb_graph_builder *builder;
    assert_int_equal(nb_graph_builder_new(&builder), NB_OK);
    return builder;
}

static void add(struct nb_graph_builder *builder, const char *from, const char *to,
                enum nb_act_kind kind, int64_t at_s)
{
    assert_int_equal(
        nb_graph_builder_add_named(builder, nb_slice_str(from), nb_slice_str(to), kind, at_s),
        NB_OK);
}

static struct nb_graph *built(const struct nb_graph_builder *builder)
{
    struct nb_graph *graph;
    assert_int_equal(nb_graph_build(builder, &graph), NB_OK);
    return graph;
}

static void add_numbered(struct nb_graph_builder *builder, uint32_t n)
{
    char name[32];
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number;
        int len = snprintf(name, sizeof(name), "site%u.example/", i);
        struct nb_names *names = nb_graph_builder_names(builder);
        assert_int_equal(nb_names_add(names, nb_slice(name, (size_t)len), &number), NB_OK);
        assert_int_equal(number, i);
    }
}

static void names_get_numbers_in_order_of_appearance(void **state)
{
    (void)state;
    struct nb_graph_builder *builder = new_builder();
    struct nb_names *names = nb_graph_builder_names(builder);
    char name[32];
    uint32_t number;
    add_numbered(builder, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        int len = snprintf(name, sizeof(name), "site%u.example/", i);
        assert_int_equal(nb_names_find(names, nb_slice(name, (size_t)len)), i);
        assert_slice_equal(nb_names_at(names, i), name);
    }
    assert_int_equal(nb_names_n(names), MANY);
    assert_int_equal(nb_names_find(names, NB_LIT("nobody.example/")), NB_NO_NODE);
    assert_int_equal(nb_names_add(names, NB_LIT(""), &number), NB_EINVAL);
    static const char long_name[NB_NAME_BYTES_MAX + 1] = "x";
    assert_int_equal(nb_names_add(names, nb_slice(long_name, sizeof(long_name)), &number),
                     NB_EINVAL);
    assert_int_equal(nb_names_add(names, nb_slice(long_name, NB_NAME_BYTES_MAX), &number), NB_OK);
    nb_graph_builder_free(builder);
}

static void acts_lie_in_rows_from_both_sides(void **state)
{
    (void)state;
    struct nb_graph_builder *builder = new_builder();
    add(builder, "a.example/", "b.example/", NB_ACT_LINK, 300);
    add(builder, "c.example/", "b.example/", NB_ACT_COPY, 100);
    add(builder, "a.example/", "b.example/", NB_ACT_QUOTE, 200);
    add(builder, "a.example/", "b.example/", NB_ACT_LINK, 300);
    add(builder, "b.example/", "a.example/", NB_ACT_REPLY, -5);
    add(builder, "a.example/", "a.example/", NB_ACT_LINK, 7);
    struct nb_graph *graph = built(builder);
    assert_int_equal(graph->authors_n, 3);
    assert_int_equal(graph->acts_n, 4);
    assert_int_equal(nb_graph_builder_selves_n(builder), 1);
    const uint32_t in_begin[] = {0, 1, 4, 4};
    const uint32_t in_other[] = {1, 0, 0, 2};
    const uint32_t in_at[] = {0, 200, 300, 100};
    const uint8_t in_kind[] = {NB_ACT_REPLY, NB_ACT_QUOTE, NB_ACT_LINK, NB_ACT_COPY};
    const uint32_t out_begin[] = {0, 2, 3, 4};
    const uint32_t out_other[] = {1, 1, 0, 1};
    const uint32_t out_at[] = {200, 300, 0, 100};
    assert_memory_equal(graph->in.begin, in_begin, sizeof(in_begin));
    assert_memory_equal(graph->in.other, in_other, sizeof(in_other));
    assert_memory_equal(graph->in.at_s, in_at, sizeof(in_at));
    assert_memory_equal(graph->in.kind, in_kind, sizeof(in_kind));
    assert_memory_equal(graph->out.begin, out_begin, sizeof(out_begin));
    assert_memory_equal(graph->out.other, out_other, sizeof(out_other));
    assert_memory_equal(graph->out.at_s, out_at, sizeof(out_at));
    nb_graph_free(graph);
    nb_graph_builder_free(builder);
}

static void the_order_of_acts_makes_no_difference(void **state)
{
    (void)state;
    enum { ACTS = 3000 };
    uint64_t series = 11;
    uint32_t order[ACTS], from[ACTS], to[ACTS], at[ACTS];
    struct nb_graph *graphs[2];
    for (uint32_t i = 0; i < ACTS; i++) {
        from[i] = (uint32_t)(nb_series_next(&series) % SMALL);
        to[i] = (uint32_t)(nb_series_next(&series) % SMALL);
        at[i] = (uint32_t)(nb_series_next(&series) % 50);
        order[i] = i;
    }
    for (int turn = 0; turn < 2; turn++) {
        struct nb_graph_builder *builder = new_builder();
        add_numbered(builder, SMALL);
        for (uint32_t k = 0; k < ACTS; k++) {
            uint32_t i = order[k];
            assert_int_equal(nb_graph_builder_add(builder, from[i], to[i],
                                                  (enum nb_act_kind)(at[i] % NB_ACTS_N), at[i]),
                             NB_OK);
        }
        graphs[turn] = built(builder);
        nb_graph_builder_free(builder);
        nb_series_shuffle(order, ACTS, &series);
    }
    uint32_t n = graphs[0]->acts_n;
    assert_int_equal(n, graphs[1]->acts_n);
    assert_true(n < ACTS && n > ACTS / 2);
    const struct nb_acts_by *a[] = {&graphs[0]->in, &graphs[0]->out};
    const struct nb_acts_by *b[] = {&graphs[1]->in, &graphs[1]->out};
    for (int side = 0; side < 2; side++) {
        assert_memory_equal(a[side]->begin, b[side]->begin, (SMALL + 1) * sizeof(uint32_t));
        assert_memory_equal(a[side]->other, b[side]->other, n * sizeof(uint32_t));
        assert_memory_equal(a[side]->at_s, b[side]->at_s, n * sizeof(uint32_t));
        assert_memory_equal(a[side]->kind, b[side]->kind, n);
    }
    nb_graph_free(graphs[0]);
    nb_graph_free(graphs[1]);
}

static void nothing_makes_an_empty_graph(void **state)
{
    (void)state;
    struct nb_graph_builder *builder = new_builder();
    struct nb_graph *graph = built(builder);
    assert_int_equal(graph->authors_n, 0);
    assert_int_equal(graph->acts_n, 0);
    uint32_t core;
    assert_int_equal(nb_core_numbers(graph, NULL, &core), NB_OK);
    assert_int_equal(nb_graph_builder_add(builder, 0, 0, NB_ACT_LINK, 1), NB_EINVAL);
    nb_graph_free(graph);
    nb_graph_builder_free(builder);
}

static void kinds_of_acts_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"link", "reply", "mention", "quote", "copy", "boost"};
    enum nb_act_kind kind;
    for (size_t i = 0; i < NB_ACTS_N; i++) {
        assert_true(nb_act_kind_read(nb_slice_str(names[i]), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(nb_act_kind_read(NB_LIT("links"), &kind));
}

/* Take out who has fewer than k neighbours until nobody has. */
static void peel_slowly(const struct nb_graph *graph, const bool *member, uint32_t *core)
{
    uint32_t n = graph->authors_n;
    memset(core, 0, n * sizeof(core[0]));
    bool in[SMALL];
    for (uint32_t i = 0; i < n; i++) {
        in[i] = !member || member[i];
    }
    for (uint32_t k = 1; k < n; k++) {
        for (bool changed = true; changed;) {
            changed = false;
            for (uint32_t v = 0; v < n; v++) {
                bool near[SMALL] = {false};
                uint32_t degree = 0;
                for (uint32_t i = graph->in.begin[v]; i < graph->in.begin[v + 1]; i++) {
                    near[graph->in.other[i]] = true;
                }
                for (uint32_t i = graph->out.begin[v]; i < graph->out.begin[v + 1]; i++) {
                    near[graph->out.other[i]] = true;
                }
                for (uint32_t u = 0; u < n; u++) {
                    degree += near[u] && in[u];
                }
                if (in[v] && degree < k) {
                    in[v] = false;
                    changed = true;
                }
            }
        }
        for (uint32_t v = 0; v < n; v++) {
            core[v] = in[v] ? k : core[v];
        }
    }
}

static void core_numbers_are_those_of_peeling(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t series = seed;
        struct nb_graph_builder *builder = new_builder();
        add_numbered(builder, SMALL);
        for (uint64_t i = 0; i < 15 * seed; i++) {
            uint64_t pick = nb_series_next(&series);
            uint32_t a = (uint32_t)(pick % SMALL * (pick >> 20 & 1));
            assert_int_equal(
                nb_graph_builder_add(builder, a, (uint32_t)((pick >> 32) % SMALL), NB_ACT_LINK, 0),
                NB_OK);
        }
        struct nb_graph *graph = built(builder);
        bool member[SMALL];
        for (int i = 0; i < SMALL; i++) {
            member[i] = nb_series_next(&series) % 4 > 0;
        }
        uint32_t core[SMALL], want[SMALL];
        peel_slowly(graph, NULL, want);
        assert_int_equal(nb_core_numbers(graph, NULL, core), NB_OK);
        assert_memory_equal(core, want, sizeof(core));
        peel_slowly(graph, member, want);
        assert_int_equal(nb_core_numbers(graph, member, core), NB_OK);
        assert_memory_equal(core, want, sizeof(core));
        nb_graph_free(graph);
        nb_graph_builder_free(builder);
    }
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    for (long fail = 1; fail < 40; fail++) {
        struct nb_graph_builder *builder = NULL;
        struct nb_graph *graph = NULL;
        uint32_t core[2];
        nb_mem_fail_from(fail);
        enum nb_err err = nb_graph_builder_new(&builder);
        if (err == NB_OK) {
            err = nb_graph_builder_add_named(builder, NB_LIT("a.example/"), NB_LIT("b.example/"),
                                             NB_ACT_LINK, 1);
        }
        if (err == NB_OK) {
            err = nb_graph_build(builder, &graph);
        }
        if (err == NB_OK) {
            err = nb_core_numbers(graph, NULL, core);
        }
        nb_mem_fail_from(0);
        assert_true(err == NB_OK || err == NB_ENOMEM);
        nb_graph_free(graph);
        nb_graph_builder_free(builder);
        if (err == NB_OK) {
            assert_true(fail > 10);
            return;
        }
    }
    fail_msg("it never had enough");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_get_numbers_in_order_of_appearance),
        cmocka_unit_test(acts_lie_in_rows_from_both_sides),
        cmocka_unit_test(the_order_of_acts_makes_no_difference),
        cmocka_unit_test(nothing_makes_an_empty_graph),
        cmocka_unit_test(kinds_of_acts_have_names),
        cmocka_unit_test(core_numbers_are_those_of_peeling),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
