#include "tests/lib/test.h"

#include "analyzer/influence/reach.h"

static struct nb_reach estimated(const struct nb_reach_doc *docs, size_t n,
                                 const struct nb_reach_site *site, struct nb_reach_count followers)
{
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_reach out;
    assert_int_equal(nb_reach_estimate(docs, n, site, followers, arena, &out), NB_OK);
    assert_int_equal(nb_arena_used(arena), 0);
    nb_arena_free(arena);
    assert_true(out.low_n <= out.people_n && out.people_n <= out.high_n);
    return out;
}

static const struct nb_reach_count unknown = {0};

static void nothing_known_is_unknown_and_not_nobody(void **state)
{
    (void)state;
    static const struct nb_reach_doc silent[2] = {{.seen_n = 0}}, ignored[] = {{.acts = {true, 0}}};
    assert_false(estimated(NULL, 0, NULL, unknown).known);
    assert_false(estimated(silent, 2, NULL, unknown).known);
    assert_true(estimated(ignored, 1, NULL, unknown).known);
    assert_int_equal(estimated(ignored, 1, NULL, unknown).people_n, 50);
    assert_true(estimated(ignored, 1, NULL, unknown).high_n > 0);
}

static void views_are_taken_as_they_were_read(void **state)
{
    (void)state;
    static const struct nb_reach_doc docs[] = {{.views = {true, 900}, .acts = {true, 400}},
                                               {.views = {true, 100}},
                                               {.views = {true, 500}}};
    struct nb_reach got = estimated(docs, 3, NULL, unknown);
    assert_true(got.measured);
    assert_int_equal(got.people_n, 500);
    assert_int_equal(got.low_n, 500);
    assert_int_equal(got.high_n, 500);
}

static void one_in_a_hundred_acts_where_nothing_else_is_known(void **state)
{
    (void)state;
    static const struct nb_reach_doc docs[] = {{.acts = {true, 20}, .seen_n = 3}},
                                     seen[] = {{.seen_n = 20}};
    struct nb_reach got = estimated(docs, 1, NULL, unknown);
    assert_false(got.measured);
    assert_int_equal(got.people_n, 2000);
    /* 20 - 1.645 * sqrt(21) = 12.46 and 27.54; by 3 either way */
    assert_in_range(got.low_n, 410, 420);
    assert_in_range(got.high_n, 8000, 8300);
    assert_int_equal(estimated(seen, 1, NULL, unknown).people_n, 2000);
}

static void what_the_site_shows_takes_the_place_of_the_rule(void **state)
{
    (void)state;
    static const struct nb_reach_doc docs[] = {{.acts = {true, 20}}};
    static const struct nb_reach_site few = {.views_n = 1000, .acts_n = 50, .docs_n = 1},
                                      many = {.views_n = 900000, .acts_n = 45000, .docs_n = 99},
                                      odd = {.views_n = 0, .acts_n = 50, .docs_n = 1};
    struct nb_reach none = estimated(docs, 1, NULL, unknown);
    struct nb_reach some = estimated(docs, 1, &few, unknown);
    struct nb_reach all = estimated(docs, 1, &many, unknown);
    assert_in_range(some.people_n, 401, 1999);
    assert_in_range(all.people_n, 400, 402); /* 20 of 50 in 1,000 */
    assert_true(all.high_n - all.low_n < some.high_n - some.low_n);
    assert_true(some.high_n - some.low_n < none.high_n - none.low_n);
    assert_int_equal(estimated(docs, 1, &odd, unknown).people_n, 2000);
}

static void followers_count_where_documents_say_nothing(void **state)
{
    (void)state;
    static const struct nb_reach_doc docs[] = {{.acts = {true, 5}}};
    const struct nb_reach_count followers = {true, 5000};
    struct nb_reach got = estimated(NULL, 0, NULL, followers);
    assert_int_equal(got.people_n, 500);
    assert_int_equal(got.low_n, 100);
    assert_int_equal(got.high_n, 2500);
    assert_int_equal(estimated(docs, 1, NULL, followers).people_n, 500); /* by the acts */
}

static void huge_counts_do_not_overflow(void **state)
{
    (void)state;
    static const struct nb_reach_doc docs[] = {{.acts = {true, UINT64_MAX}, .seen_n = UINT64_MAX}};
    static const struct nb_reach_doc views[] = {{.views = {true, UINT64_MAX}}};
    static const struct nb_reach_site site = {UINT64_MAX, UINT64_MAX, UINT32_MAX};
    assert_true(estimated(docs, 1, NULL, unknown).people_n >= UINT64_C(100000000000));
    assert_true(estimated(docs, 1, &site, unknown).people_n >= 1000000000);
    assert_true(estimated(views, 1, &site, unknown).people_n > 0);
    assert_true(estimated(NULL, 0, NULL, (struct nb_reach_count){true, UINT64_MAX}).high_n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known_is_unknown_and_not_nobody),
        cmocka_unit_test(views_are_taken_as_they_were_read),
        cmocka_unit_test(one_in_a_hundred_acts_where_nothing_else_is_known),
        cmocka_unit_test(what_the_site_shows_takes_the_place_of_the_rule),
        cmocka_unit_test(followers_count_where_documents_say_nothing),
        cmocka_unit_test(huge_counts_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
