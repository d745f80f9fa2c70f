#include "tests/lib/test.h"

#include "analyzer/influence/expect.h"

enum { DAY_S = 86400, SHRINKAGE_MILLI = NB_EXPECT_SHRINKAGE_MILLI };

static void a_habit_is_expected_to_bring_more_than_one_lucky_act(void **state)
{
    (void)state;
    const int64_t now_s = 100 * DAY_S;
    const struct nb_expect_act lucky[] = {{now_s, 300}};
    const struct nb_expect_act steady[] = {{now_s, 100}, {now_s, 100}, {now_s, 100}};
    const struct nb_expect_act mixed[] = {{now_s, 300}, {now_s, 0}, {now_s, 0}};
    const struct nb_expect_act old[] = {{now_s - 2 * NB_EXPECT_HALF_LIFE_S, 100},
                                        {now_s - 2 * NB_EXPECT_HALF_LIFE_S, 100},
                                        {now_s - 2 * NB_EXPECT_HALF_LIFE_S, 100}};
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

static void extremes_do_not_overflow(void **state)
{
    (void)state;
    static const struct nb_expect_act acts[] = {
        {0, UINT32_MAX}, {INT64_MAX, UINT32_MAX}, {INT64_MIN, UINT32_MAX}};
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
        cmocka_unit_test(extremes_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
