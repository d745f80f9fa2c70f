/* Independence groups: which accounts count as one voice. */
#include "tests/lib/test.h"

#include <nabiz/mem.h>
#include <nabiz/series.h>

#include "analyzer/influence/groups.h"

enum { CROWD = 400, FAKES = 30, ALL = CROWD + FAKES + 2, NOW_S = 1700000003 };

struct world {
    struct nb_graph_builder *builder;
    uint32_t group[ALL];
};

static struct world new_world(void)
{
    struct world w;
    char name[48];
    assert_int_equal(nb_graph_builder_new(&w.builder), NB_OK);
    for (uint32_t i = 0; i < ALL; i++) {
        uint32_t number;
        int len = snprintf(name, sizeof(name), "forum.example/member%u", i);
        assert_int_equal(
            nb_names_add(nb_graph_builder_names(w.builder), nb_slice(name, (size_t)len), &number),
            NB_OK);
    }
    return w;
}

static void act(struct world *w, uint32_t from, uint32_t to, int64_t at_s)
{
    assert_int_equal(nb_graph_builder_add(w->builder, from, to, NB_ACT_LINK, at_s), NB_OK);
}

static uint32_t groups_n(const struct world *w)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < ALL; i++) {
        assert_true(w->group[i] <= i && w->group[w->group[i]] == w->group[i]);
        n += w->group[i] == i;
    }
    return n;
}

static void find(struct world *w, const struct nb_groups_pair *pairs, size_t pairs_n)
{
    struct nb_graph *graph;
    assert_int_equal(nb_graph_build(w->builder, &graph), NB_OK);
    assert_int_equal(
        nb_groups_find(graph, nb_graph_builder_names(w->builder), pairs, pairs_n, w->group), NB_OK);
    nb_graph_free(graph);
    nb_graph_builder_free(w->builder);
}

/* Everybody acts at times of its own. */
static void add_crowd(struct world *w)
{
    uint64_t series = 5;
    for (uint32_t i = 0; i < CROWD; i++) {
        for (int k = 0; k < 6; k++) {
            uint64_t pick = nb_series_next(&series);
            act(w, i, (uint32_t)(pick % CROWD), NOW_S + (int64_t)((pick >> 32) % 8000000));
        }
    }
}

static void a_crowd_speaks_for_itself(void **state)
{
    (void)state;
    struct world w = new_world();
    add_crowd(&w);
    find(&w, NULL, 0);
    assert_int_equal(groups_n(&w), ALL);
}

/* False accounts act towards the last two in the seconds given. */
static uint32_t groups_of_burst(uint32_t within_s, int64_t second_after_s, uint32_t size)
{
    uint64_t series = 9;
    struct world w = new_world();
    add_crowd(&w);
    for (uint32_t i = CROWD; i < CROWD + size; i++) {
        act(&w, i, ALL - 1, NOW_S + 1000 + (int64_t)(nb_series_next(&series) % (within_s + 1)));
        if (second_after_s) {
            act(&w, i, ALL - 1,
                NOW_S + second_after_s + (int64_t)(nb_series_next(&series) % (within_s + 1)));
        }
    }
    find(&w, NULL, 0);
    return groups_n(&w);
}

static void acting_within_seconds_twice_makes_a_group(void **state)
{
    (void)state;
    assert_int_equal(groups_of_burst(9, 90000, FAKES), ALL - FAKES + 1);
    assert_int_equal(groups_of_burst(9, 90000, 2), ALL - 1);
    assert_int_equal(groups_of_burst(9, 0, FAKES), ALL);
    assert_int_equal(groups_of_burst(7000000, 90000, FAKES), ALL);
}

static void two_goals_make_no_group_of_the_fans(void **state)
{
    (void)state;
    struct world w = new_world();
    for (uint32_t i = 0; i < CROWD; i++) {
        if (i % 4 > 0) {
            act(&w, i, ALL - 1, NOW_S + 100 + i % 10);
        }
        if (i % 4 == 0 || i % 20 == 7) {
            act(&w, i, ALL - 1, NOW_S + 3000 + i % 10);
        }
    }
    find(&w, NULL, 0);
    assert_int_equal(groups_n(&w), ALL);
}

static void times_that_do_not_tell_seconds_are_no_evidence(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        uint64_t series = 4;
        struct world w = new_world();
        for (uint32_t i = 0; i < CROWD; i++) {
            for (int k = 0; k < 2; k++) {
                uint32_t day = (uint32_t)(nb_series_next(&series) % 3);
                act(&w, i, k ? 3 : 5, kind == 0 ? 0 : kind == 1 ? NOW_S : 86400 * (19000 + day));
            }
        }
        find(&w, NULL, 0);
        assert_int_equal(groups_n(&w), ALL);
    }
}

/* Accounts that support the same nine and one of three more; others support most of the nine. */
static uint32_t groups_of_lists(uint32_t others)
{
    struct world w = new_world();
    add_crowd(&w);
    for (uint32_t i = CROWD; i < CROWD + FAKES; i++) {
        for (uint32_t k = 0; k < 9; k++) {
            act(&w, i, 20 + k, 0);
        }
        act(&w, i, 30 + i % 3, 0);
    }
    for (uint32_t i = 0; i < others; i++) {
        for (uint32_t k = 0; k < 9; k++) {
            if ((i + k) % 4) {
                act(&w, i, 20 + k, 0);
            }
        }
    }
    find(&w, NULL, 0);
    return groups_n(&w);
}

static void lists_that_are_alike_make_a_group_unless_everybody_has_them(void **state)
{
    (void)state;
    assert_in_range(groups_of_lists(0), ALL - FAKES + 1, ALL - FAKES + 3);
    assert_int_equal(groups_of_lists(CROWD), ALL);
}

static void whole_sites_of_one_domain_have_one_owner(void **state)
{
    (void)state;
    static const char *const names[] = {"haber.example.com.tr/",
                                        "example.com.tr",
                                        "spor.example.com.tr/ali",
                                        "example.com.tr/veli",
                                        "a.blogspot.com",
                                        "b.blogspot.com",
                                        "/",
                                        "/x"};
    enum { N = sizeof(names) / sizeof(names[0]) };
    struct nb_graph_builder *builder;
    struct nb_graph *graph;
    uint32_t group[N], number;
    assert_int_equal(nb_graph_builder_new(&builder), NB_OK);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(
            nb_names_add(nb_graph_builder_names(builder), nb_slice_str(names[i]), &number), NB_OK);
    }
    assert_int_equal(nb_graph_build(builder, &graph), NB_OK);
    assert_int_equal(nb_groups_find(graph, nb_graph_builder_names(builder), NULL, 0, group), NB_OK);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(group[i], i == 1 ? 0 : i);
    }
    nb_graph_free(graph);
    nb_graph_builder_free(builder);
}

static void who_belongs_together_can_be_told_and_is_transitive(void **state)
{
    (void)state;
    static const struct nb_groups_pair pairs[] = {{7, 9}, {30, 9}, {4, 4}};
    struct world w = new_world();
    find(&w, pairs, 3);
    assert_int_equal(w.group[9], 7);
    assert_int_equal(w.group[30], 7);
    assert_int_equal(groups_n(&w), ALL - 2);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    for (long fail = 1; fail < 100; fail++) {
        struct world w = new_world();
        struct nb_graph *graph;
        for (uint32_t i = 0; i < FAKES; i++) {
            act(&w, i, ALL - 1, NOW_S + 1);
            act(&w, i, ALL - 1, NOW_S + 101);
            act(&w, i, ALL - 2, NOW_S + 901);
        }
        assert_int_equal(nb_graph_build(w.builder, &graph), NB_OK);
        nb_mem_fail_from(fail);
        enum nb_err err =
            nb_groups_find(graph, nb_graph_builder_names(w.builder), NULL, 0, w.group);
        nb_mem_fail_from(0);
        nb_graph_free(graph);
        nb_graph_builder_free(w.builder);
        assert_true(err == NB_OK || err == NB_ENOMEM);
        if (err == NB_OK) {
            assert_true(fail > 5);
            return;
        }
    }
    fail_msg("it never had enough");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_speaks_for_itself),
        cmocka_unit_test(acting_within_seconds_twice_makes_a_group),
        cmocka_unit_test(two_goals_make_no_group_of_the_fans),
        cmocka_unit_test(times_that_do_not_tell_seconds_are_no_evidence),
        cmocka_unit_test(lists_that_are_alike_make_a_group_unless_everybody_has_them),
        cmocka_unit_test(whole_sites_of_one_domain_have_one_owner),
        cmocka_unit_test(who_belongs_together_can_be_told_and_is_transitive),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
