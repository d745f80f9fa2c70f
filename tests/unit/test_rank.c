/* Lines of acts and seeds, and the list made of them. */
#include "tests/lib/test.h"

#include <nabiz/mem.h>

#include "analyzer/influence/rank.h"
#include "analyzer/influence/rank_read.h"

enum { NOW_S = 1700000000, DAY_S = 86400, LATEST_S = NOW_S + DAY_S };

static void lines_that_are_no_acts_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *line, *why; /* why: part of the reason; NULL: it is an act or nothing */
    } rows[] = {
        {"a\tb\tlink\t1700000000", NULL},
        {"a\tb\tboost\t0", NULL},
        {"a\tb\tlink\t1700086400", NULL},
        {"a\tb\tlink\t1700086401", "1700086401 lies in the future"},
        {"", NULL},
        {"from\tto\tkind\tunix_s", NULL},
        {"a\tb\tlink", "3 fields"},
        {"a\tb\tlink\t1\t2", "5 fields"},
        {"\tb\tlink\t1", "from is empty"},
        {"a\t\tlink\t1", "to is empty"},
        {"a\tb\tLink\t1", "no kind"},
        {"a\tb\tli\x1b[2Jnk\t1", "\"?\" is no kind"},
        {"a\tb\tlink\t-1", "no time"},
        {"a\tb\tlink\t1700000000000", "no time"},
        {"a\tb\tlink\t99999999999999999999999", "no time"},
        {"a\tb\tlink\t1.5", "no time"},
        {"a\xff\tb\tlink\t1", "not UTF-8"},
        {"a\tb\x7f\tlink\t1", "control character"},
    };
    struct nb_graph_builder *builder;
    assert_int_equal(nb_graph_builder_new(&builder), NB_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_error error = {0};
        enum nb_err err = nb_rank_read_act(builder, nb_slice_str(rows[i].line), LATEST_S, &error);
        assert_int_equal(err, rows[i].why ? NB_ESYNTAX : NB_OK);
        assert_true(!rows[i].why || strstr(error.text, rows[i].why));
    }
    assert_int_equal(nb_names_n(nb_graph_builder_names(builder)), 2);
    nb_graph_builder_free(builder);
}

static void seeds_may_be_of_a_topic(void **state)
{
    (void)state;
    static const struct {
        const char *line, *topic, *author;
    } rows[] = {
        {"a.example/", "", "a.example/"},           {" a.example/ ", "food", "a.example/"},
        {"a.example/\tfood", "food", "a.example/"}, {"a.example/\tfood", "", "a.example/"},
        {"a.example/\tcars", "food", ""},           {"# a.example/", "", ""},
        {"a.example/#1", "", "a.example/#1"},       {"", "food", ""},
    };
    struct nb_slice author;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(nb_rank_read_seed(nb_slice_str(rows[i].line), nb_slice_str(rows[i].topic),
                                           &author, NULL),
                         NB_OK);
        assert_slice_equal(author, rows[i].author);
    }
    assert_int_equal(nb_rank_read_seed(NB_LIT("a\tfood\tcars"), NB_LIT(""), &author, NULL),
                     NB_ESYNTAX);
    assert_int_equal(author.len, 0);
}

static void add(struct nb_graph_builder *builder, const char *from, const char *to,
                enum nb_act_kind kind, int64_t at_s)
{
    assert_int_equal(
        nb_graph_builder_add_named(builder, nb_slice_str(from), nb_slice_str(to), kind, at_s),
        NB_OK);
}

static void what_acts_cannot_tell_is_unknown(void **state)
{
    (void)state;
    struct nb_graph_builder *builder;
    struct nb_graph *graph;
    struct nb_rank_row *rows;
    char name[32];
    assert_int_equal(nb_graph_builder_new(&builder), NB_OK);
    add(builder, "known.example/", "b.example/", NB_ACT_LINK, NOW_S);
    add(builder, "known.example/", "a.example/", NB_ACT_LINK, NOW_S);
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof(name), "forum.example/m%d", i);
        add(builder, "known.example/", name, NB_ACT_LINK, NOW_S);
        add(builder, "b.example/", i < 4 ? name : "a.example/", NB_ACT_LINK, NOW_S + 8 * DAY_S);
        add(builder, name, "a.example/", i < 5 ? NB_ACT_REPLY : NB_ACT_COPY, NOW_S + i * DAY_S);
        add(builder, name, "c.example/", NB_ACT_COPY, NOW_S + 100 * DAY_S + i % 2);
        add(builder, name, "d.example/", NB_ACT_COPY, NOW_S + 300 * DAY_S + i % 2);
    }
    assert_int_equal(nb_graph_build(builder, &graph), NB_OK);
    const struct nb_names *names = nb_graph_builder_names(builder);
    uint32_t seed = nb_names_find(names, NB_LIT("known.example/"));
    assert_int_equal(nb_rank(graph, names, &seed, 1, &rows), NB_OK);
    assert_int_equal(rows[0].author, seed);
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        struct nb_slice who = nb_names_at(names, rows[i].author);
        if (nb_slice_eq(who, NB_LIT("b.example/"))) {
            assert_int_equal(rows[i].low_milli, NB_UNKNOWN_MILLI);
            assert_int_equal(rows[i].spread_milli, NB_UNKNOWN_MILLI);
            assert_int_equal(rows[i].coordination_milli, 0);
            assert_int_equal(rows[i].acts_n, 1);
        } else if (nb_slice_eq(who, NB_LIT("a.example/"))) {
            assert_true(rows[i].low_milli <= rows[i].score_milli);
            assert_true(rows[i].spread_milli > 0);
            assert_int_equal(rows[i].coordination_milli, NB_UNKNOWN_MILLI);
            assert_int_equal(rows[i].acts_n, 10);
        } else if (nb_slice_starts(who, NB_LIT("forum.example/"))) {
            assert_int_equal(rows[i].coordination_milli, 1000 * 7 / 9);
        } else if (nb_slice_eq(who, NB_LIT("c.example/"))) {
            assert_int_equal(rows[i].low_milli, NB_UNKNOWN_MILLI);
            assert_int_equal(rows[i].spread_milli, NB_UNKNOWN_MILLI);
        }
    }
    nb_free(rows);
    nb_graph_free(graph);
    nb_graph_builder_free(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_are_no_acts_are_refused_with_a_reason),
        cmocka_unit_test(seeds_may_be_of_a_topic),
        cmocka_unit_test(what_acts_cannot_tell_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
