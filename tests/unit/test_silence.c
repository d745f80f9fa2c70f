#include "tests/lib/test.h"

#include "service/silence.h"

static void a_source_is_silent_after_eight_of_its_usual_gaps(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t per_day_milli;
        int64_t quiet_h;
        bool is_silent;
    } rows[] = {
        {"a news feed, over night", 100000, 9, false},
        {"a news feed, half a day", 100000, 12, true},
        {"a document a day, a week", 1000, 7 * 24, false},
        {"a document a day, eight days", 1000, 8 * 24, true},
        {"a document a month, a year", 33, 365 * 24, false},
        {"nothing is known", 0, 1000, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (nb_silence_is(rows[i].per_day_milli, rows[i].quiet_h * NB_HOUR_MS,
                          NB_SILENCE_SOURCE_MS) != rows[i].is_silent) {
            fail_msg("%s", rows[i].what);
        }
    }
    assert_int_equal(nb_silence_gap_ms(24000), NB_HOUR_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_silent_after_eight_of_its_usual_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
