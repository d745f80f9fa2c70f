#include "tests/lib/test.h"

#include "analyzer/influence/expect.h"

enum { DAY_S = 86400, SHRINKAGE_MILLI = NB_EXPECT_SHRINKAGE_MILLI };

static void a_habit_is_expected_to_bring_more_than_one_lucky_act(void **state)
{
    (void)state;
    const int64_t now_s = 100 * DAY_S;
    const struct nb_expect_act lucky[] = {{now_s, 300000}};
    const struct nb_expect_act steady[] = {{now_s, 100000}, {now_s, 100000}, {now_s, 100000}};
    const struct nb_expect_act mixed[] = {{now_s, 300000}, {now_s, 0}, {now_s, 0}};
    const struct nb_expect_act old[] = {{now_s - 2 * NB_EXPECT_HALF_LIFE_S, 100000},
                                        {now_s - 2 * NB_EXPECT_HALF_LIFE_S, 100000},
                                        {now_s - 2 * NB_EXPECT_HALF_LIFE_S, 100000}};
    const struct nb_expect_act none[] = {{now_s, 0}};
    assert_true(nb_expect_spread(steady, 3, SHRINKAGE_MILLI, now_s) >
                nb_expect_spread(lucky, 1, SHRINKAGE_MILLI, now_s));
    assert_true(nb_expect_spread(steady, 3, SHRINKAGE_MILLI, now_s) >
                nb_expect_spread(mixed, 3, SHRINKAGE_MILLI, now_s));
    assert_true(nb_expect_spread(steady, 3, SHRINKAGE_MILLI, now_s) >
                nb_expect_spread(old, 3, SHRINKAGE_MILLI, now_s));
    assert_true(nb_expect_spread(old, 3, SHRINKAGE_MILLI, now_s) > 0);
    assert_int_equal(nb_expect_spread(none, 1, SHRINKAGE_MILLI, now_s), 0);
    /* 1 * (sqrt(300) / 9)^2 = 3.704 */
    assert_in_range(nb_expect_spread(lucky, 1, SHRINKAGE_MILLI, now_s), 3650, 3750);
}

static void acts_of_one_occasion_say_less_than_as_many_occasions(void **state)
{
    (void)state;
    const int64_t now_s = 100 * DAY_S;
    struct nb_expect_act once[5], often[5], alone[] = {{now_s, 100000}};
    for (int i = 0; i < 5; i++) {
        once[i] = (struct nb_expect_act){i * NB_EXPECT_OCCASION_S, 100000};
        often[i] = (struct nb_expect_act){i * (NB_EXPECT_OCCASION_S + 1), 100000};
    }
    int64_t on_one = nb_expect_spread(once, 5, SHRINKAGE_MILLI, now_s);
    assert_true(on_one < nb_expect_spread(often, 5, SHRINKAGE_MILLI, now_s));
    assert_true(on_one > nb_expect_spread(alone, 1, SHRINKAGE_MILLI, now_s));
    /* without shrinkage: sqrt(5) * 100, a little less for age */
    assert_in_range(nb_expect_spread(once, 5, 0, 12 * DAY_S), 218000, 223700);
}

static void what_is_taken_up_late_counts_less(void **state)
{
    (void)state;
    assert_int_equal(nb_expect_prompt_milli(0), 1000);
    assert_int_equal(nb_expect_prompt_milli(-5), 1000);
    assert_int_equal(nb_expect_prompt_milli(NB_EXPECT_PROMPT_S), 500);
    assert_int_equal(nb_expect_prompt_milli(DAY_S), 40);
    assert_int_equal(nb_expect_prompt_milli(INT64_MAX), 0);
}

enum { GROUPS = 1000, ADOPTIONS_MAX = 2000 };

struct stream {
    uint64_t adoptions[ADOPTIONS_MAX];
    size_t n;
    struct nb_expect_met met[GROUPS];
    struct nb_expect_act acts[ADOPTIONS_MAX];
    uint32_t stamp;
};

/* n adoptions by the groups from first_group on, step_s apart. */
static void adopt(struct stream *s, uint64_t from_s, uint32_t step_s, uint32_t n,
                  uint32_t first_group)
{
    for (uint32_t i = 0; i < n; i++) {
        s->adoptions[s->n++] = (from_s + (uint64_t)i * step_s) << 32 | (first_group + i);
    }
}

static size_t guess(struct stream *s)
{
    return nb_expect_acts(s->adoptions, s->n, s->met, &s->stamp, s->acts);
}

static void what_trickles_on_for_months_is_one_act(void **state)
{
    (void)state;
    static struct stream s;
    adopt(&s, 0, 60, 100, 0);                  /* lively */
    adopt(&s, 10 * DAY_S, 2 * DAY_S, 50, 100); /* one every two days */
    assert_int_equal(guess(&s), 1);
    assert_int_equal(s.acts[0].at_s, 0);
    assert_in_range(s.acts[0].taken_milli, 58500,
                    59500);               /* 3600 / 60 * ln(9540 / 3600) = 58.5, late ones */
    adopt(&s, 200 * DAY_S, 60, 40, 500);  /* lively again */
    adopt(&s, 300 * DAY_S, 3600, 9, 600); /* not a tenth as lively as the first */
    assert_int_equal(guess(&s), 2);
    assert_int_equal(s.acts[1].at_s, 200 * DAY_S);
    assert_in_range(s.acts[1].taken_milli, 30000, 40000);
}

static void who_is_never_silent_acts_again_and_again(void **state)
{
    (void)state;
    static struct stream s, once;
    uint64_t at_s = 0;
    for (uint32_t i = 0; i < 100; i++) { /* 12 within six minutes, then one an hour for 7 hours */
        adopt(&s, at_s, 30, 12, i * 7);
        adopt(&s, at_s + 3600, 3600, 7, 800 + i);
        at_s += 8 * 3600;
    }
    size_t acts_n = guess(&s);
    assert_in_range(acts_n, 50, 150);
    adopt(&once, at_s, 30, 200, 0);
    assert_int_equal(guess(&once), 1);
    assert_true(nb_expect_spread(s.acts, acts_n, NB_EXPECT_BURST_SHRINKAGE_MILLI, (int64_t)at_s) >
                nb_expect_spread(once.acts, 1, NB_EXPECT_BURST_SHRINKAGE_MILLI, (int64_t)at_s));
}

static void where_all_is_slow_each_burst_is_an_act(void **state)
{
    (void)state;
    static struct stream s;
    adopt(&s, 0, 2 * DAY_S, 20, 0);
    assert_int_equal(guess(&s), 20);
    assert_int_equal(s.acts[19].taken_milli, 1000);
    s.n = 0;
    assert_int_equal(guess(&s), 0);
}

static void a_group_counts_once_in_an_act_and_makes_no_front(void **state)
{
    (void)state;
    static struct stream s;
    for (uint32_t i = 0; i < 100; i++) {
        adopt(&s, i, 1, 1, 7); /* one that repeats itself is not lively */
    }
    adopt(&s, 5 * DAY_S, 60, 3, 6);
    assert_int_equal(guess(&s), 2);
    assert_int_equal(s.acts[0].taken_milli, 1000);
    assert_in_range(s.acts[1].taken_milli, 2900, 3000);
    assert_int_equal(guess(&s), 2); /* the scratch needs no cleaning */
    assert_int_equal(s.acts[0].taken_milli, 1000);
    assert_true(s.stamp <= 4 * s.n);
}

static void extremes_do_not_overflow(void **state)
{
    (void)state;
    static const struct nb_expect_act acts[] = {
        {INT64_MIN, UINT32_MAX}, {0, UINT32_MAX}, {INT64_MAX, UINT32_MAX}};
    assert_true(nb_expect_spread(acts, 3, SHRINKAGE_MILLI, INT64_MAX) >= 0);
    assert_int_equal(nb_expect_spread(NULL, 0, SHRINKAGE_MILLI, 0), 0);
    assert_int_equal(nb_expect_score(0), 0);
    assert_int_equal(nb_expect_score(INT64_MAX), 1000);
    assert_true(nb_expect_score(1030000) > nb_expect_score(1000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_habit_is_expected_to_bring_more_than_one_lucky_act),
        cmocka_unit_test(acts_of_one_occasion_say_less_than_as_many_occasions),
        cmocka_unit_test(what_is_taken_up_late_counts_less),
        cmocka_unit_test(what_trickles_on_for_months_is_one_act),
        cmocka_unit_test(who_is_never_silent_acts_again_and_again),
        cmocka_unit_test(where_all_is_slow_each_burst_is_an_act),
        cmocka_unit_test(a_group_counts_once_in_an_act_and_makes_no_front),
        cmocka_unit_test(extremes_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
