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

static void followers_count_as_three_documents_and_alone_where_there_are_none(void **state)
{
    (void)state;
    struct nb_reach_doc docs[60];
    const struct nb_reach_count followers = {true, 80000};
    struct nb_reach got = estimated(NULL, 0, NULL, followers);
    assert_int_equal(got.people_n, 8000);
    assert_int_equal(got.low_n, 1600);
    assert_int_equal(got.high_n, 40000);
    assert_int_equal(got.basis, NB_REACH_FOLLOWERS);
    for (size_t i = 0; i < 60; i++) {
        docs[i] = (struct nb_reach_doc){.acts = {true, 5}}; /* 500 by themselves */
    }
    /* 500 = 8000 / 2^4: as many documents as followers count for meet in the middle */
    assert_in_range(estimated(docs, 3, NULL, followers).people_n, 1990, 2010);
    assert_int_equal(estimated(docs, 1, NULL, followers).basis, NB_REACH_FOLLOWERS);
    got = estimated(docs, 60, NULL, followers);
    assert_in_range(got.people_n, 500, 580);
    assert_int_equal(got.basis, NB_REACH_REACTIONS);
    docs[0].views = (struct nb_reach_count){true, 12};
    assert_int_equal(estimated(docs, 1, NULL, followers).people_n, 12); /* it was measured */
}

static void a_usual_document_of_the_site_stands_in_where_little_is_known(void **state)
{
    (void)state;
    static const struct nb_reach_doc own[] = {{.acts = {true, 40}}}, silent[3] = {{.seen_n = 0}};
    struct nb_reach_doc others[11];
    struct nb_reach_site site = {.docs_n = 0};
    struct nb_arena *arena = nb_arena_new(1 << 20);
    for (size_t i = 0; i < 11; i++) {
        others[i] = (struct nb_reach_doc){.views = {true, 100 * (i + 5)}};
    }
    assert_int_equal(nb_reach_usual(others, 4, arena, &site), NB_OK);
    assert_int_equal(site.usual_docs_n, 0); /* too few to say what is usual */
    assert_false(estimated(silent, 3, &site, unknown).known);
    assert_int_equal(nb_reach_usual(others, 11, arena, &site), NB_OK);
    assert_int_equal(site.usual.n, 1000);
    assert_int_equal(site.usual.low_n, 600);
    assert_int_equal(site.usual.high_n, 1400);
    struct nb_reach got = estimated(silent, 3, &site, unknown);
    assert_int_equal(got.people_n, 1000);
    assert_int_equal(got.basis, NB_REACH_SITE);
    assert_false(got.measured);
    got = estimated(own, 1, &site, unknown); /* 4000 by itself, and 1000 as usual */
    assert_in_range(got.people_n, 1990, 2010);
    assert_int_equal(got.basis, NB_REACH_REACTIONS);
    const struct nb_reach_count followers = {true, 300};
    assert_int_equal(estimated(silent, 3, &site, followers).people_n, 30); /* that are known */
    nb_arena_free(arena);
}

static void no_more_see_a_post_than_its_thread(void **state)
{
    (void)state;
    static const struct nb_reach_doc docs[] = {{.thread_views = {true, 800}},
                                               {.thread_views = {true, 800}}},
                                     liked[] = {{.acts = {true, 20}, .thread_views = {true, 800}}},
                                     odd[] = {{.acts = {true, 20}, .thread_views = {true, 3}}};
    struct nb_reach got = estimated(docs, 2, NULL, unknown);
    assert_int_equal(got.people_n, 400);
    assert_int_equal(got.low_n, 80);
    assert_int_equal(got.high_n, 800);
    assert_int_equal(got.basis, NB_REACH_THREADS);
    assert_false(got.measured);
    got = estimated(liked, 1, NULL, unknown);
    assert_int_equal(got.people_n, 800); /* not 2000 */
    assert_int_equal(got.high_n, 800);
    assert_int_equal(estimated(odd, 1, NULL, unknown).people_n, 20); /* those who acted saw it */
}

static void huge_counts_do_not_overflow(void **state)
{
    (void)state;
    static const struct nb_reach_doc docs[] = {{.acts = {true, UINT64_MAX}, .seen_n = UINT64_MAX}};
    static const struct nb_reach_doc views[] = {{.views = {true, UINT64_MAX}}};
    static const struct nb_reach_site site = {.views_n = UINT64_MAX,
                                              .acts_n = UINT64_MAX,
                                              .docs_n = UINT32_MAX,
                                              .usual_docs_n = UINT32_MAX,
                                              .usual = {UINT64_MAX, 0, UINT64_MAX}};
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
        cmocka_unit_test(followers_count_as_three_documents_and_alone_where_there_are_none),
        cmocka_unit_test(a_usual_document_of_the_site_stands_in_where_little_is_known),
        cmocka_unit_test(no_more_see_a_post_than_its_thread),
        cmocka_unit_test(huge_counts_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
