#include "tests/lib/test.h"

#include <nabiz/date.h>

#include "service/detect_rows.h"

/* 2026-03-02T00:00:00Z, a Monday. */
#define FIRST_MS INT64_C(1772409600000)

static void a_row_is_a_time_and_a_number(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum nb_err err;
        int64_t at_ms;
        int64_t value_milli;
    } rows[] = {
        {"2026-03-02 00:00:00,57", NB_OK, FIRST_MS, 57000},
        {"2026-03-02T03:00:01+03:00\t0.25", NB_OK, FIRST_MS + 1000, 250},
        {"\"2026-03-02 00:00:00\" ; \" 1.5e2 \"", NB_OK, FIRST_MS, 150000},
        {"2026-03-02T00:00:00Z,2.5e-2,more,columns", NB_OK, FIRST_MS, 25},
        {"2026-03-02T00:00:00Z,0.0004", NB_OK, FIRST_MS, 0},
        {"2026-03-02T00:00:00Z,12.3456789012345678901234", NB_OK, FIRST_MS, 12345},
        {"2026-03-02T00:00:00Z,-0.0", NB_OK, FIRST_MS, 0},
        {"2026-03-02T00:00:00Z,-3", NB_EINVAL, 0, 0},
        {"2026-03-02T00:00:00Z,-0.0004", NB_EINVAL, 0, 0},
        {"2026-03-02T00:00:00Z,-1e99", NB_EINVAL, 0, 0},
        {"2026-03-02T00:00:00Z,1099511627776", NB_OK, FIRST_MS, INT64_C(1099511627776000)},
        {"2026-03-02T00:00:00Z,0e999999", NB_OK, FIRST_MS, 0},
        {"2026-03-02T00:00:00Z,1e30", NB_ETOOBIG, 0, 0},
        {"2026-03-02T00:00:00Z,99999999999999999999999", NB_ETOOBIG, 0, 0},
        {"2026-03-02T00:00:00Z,", NB_ESYNTAX, 0, 0},
        {"2026-03-02T00:00:00Z,1.", NB_ESYNTAX, 0, 0},
        {"2026-03-02T00:00:00Z,1e", NB_ESYNTAX, 0, 0},
        {"2026-03-02T00:00:00Z,0x10", NB_ESYNTAX, 0, 0},
        {"2026-03-02T00:00:00Z,nan", NB_ESYNTAX, 0, 0},
        {"2026-03-02T00:00:00Z", NB_ESYNTAX, 0, 0},
        {"2026-02-30 00:00:00,5", NB_ESYNTAX, 0, 0},
        {"timestamp,value", NB_ESYNTAX, 0, 0},
        {"", NB_ESYNTAX, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_row row = {0};
        struct nb_error error = {0};
        enum nb_err err = nb_row_parse(nb_slice_str(rows[i].line), &row, &error);
        if (err != rows[i].err || row.at_ms != rows[i].at_ms ||
            row.value_milli != rows[i].value_milli) {
            fail_msg("%s: %d, %lld, %lld", rows[i].line, (int)err, (long long)row.at_ms,
                     (long long)row.value_milli);
        }
        assert_true((err == NB_OK) == (error.text[0] == '\0'));
    }
}

/* Rows of a value at even distances; the alarms there were. */
static size_t feed(struct nb_rows *rows, int64_t *at_ms, size_t n, int64_t every_ms, int64_t value,
                   struct nb_alarm *last)
{
    size_t alarms_n = 0;
    for (size_t i = 0; i < n; i++, *at_ms += every_ms) {
        struct nb_alarm alarms[2];
        size_t k;
        struct nb_row row = {*at_ms, (value + (int64_t)(i * 7 % 3)) * 1000};
        assert_int_equal(nb_rows_take(rows, &row, alarms, &k), NB_OK);
        if (k > 0) {
            *last = alarms[k - 1];
        }
        alarms_n += k;
    }
    return alarms_n;
}

static void an_alarm_is_told_with_the_row_that_caused_it_and_not_over_and_over(void **state)
{
    (void)state;
    struct nb_rows rows;
    struct nb_alarm alarm = {0};
    int64_t at_ms = FIRST_MS;
    assert_int_equal(nb_rows_init(&rows, 5 * NB_MINUTE_MS, 180), NB_OK);
    assert_int_equal(feed(&rows, &at_ms, (size_t)7 * 1440, NB_MINUTE_MS, 2, &alarm), 0);
    int64_t burst_ms = at_ms;
    assert_in_range(feed(&rows, &at_ms, 5, NB_MINUTE_MS, 60, &alarm), 1, 2);
    assert_int_equal(alarm.detection.kind, NB_DETECTOR_SPIKE);
    assert_true(alarm.at_ms >= burst_ms && alarm.at_ms <= burst_ms + 5 * NB_MINUTE_MS);
    assert_int_equal(feed(&rows, &at_ms, 90, NB_MINUTE_MS, 60, &alarm), 0);
    assert_int_equal(feed(&rows, &at_ms, 1440, NB_MINUTE_MS, 2, &alarm), 0);
    nb_rows_fini(&rows);
}

static void a_crawler_that_was_down_is_no_drop_and_its_return_no_spike(void **state)
{
    (void)state;
    struct nb_rows rows;
    struct nb_alarm alarm = {0};
    int64_t at_ms = FIRST_MS;
    assert_int_equal(nb_rows_init(&rows, 5 * NB_MINUTE_MS, 180), NB_OK);
    assert_int_equal(feed(&rows, &at_ms, (size_t)10 * 288, 5 * NB_MINUTE_MS, 40, &alarm), 0);
    at_ms += 9 * NB_HOUR_MS;
    assert_int_equal(feed(&rows, &at_ms, (size_t)3 * 288, 5 * NB_MINUTE_MS, 40, &alarm), 0);
    nb_rows_fini(&rows);
}

static void silence_that_was_seen_is_a_drop(void **state)
{
    (void)state;
    struct nb_rows rows;
    struct nb_alarm alarm = {0};
    int64_t at_ms = FIRST_MS;
    assert_int_equal(nb_rows_init(&rows, 5 * NB_MINUTE_MS, 180), NB_OK);
    assert_int_equal(feed(&rows, &at_ms, (size_t)10 * 288, 5 * NB_MINUTE_MS, 40, &alarm), 0);
    int64_t silent_ms = at_ms;
    for (int i = 0; i < 200; i++, at_ms += 5 * NB_MINUTE_MS) {
        struct nb_alarm alarms[2];
        size_t n;
        assert_int_equal(nb_rows_take(&rows, &(struct nb_row){at_ms, 0}, alarms, &n), NB_OK);
        if (n > 0) {
            alarm = alarms[0];
            break;
        }
    }
    assert_int_equal(alarm.detection.kind, NB_DETECTOR_DROP);
    assert_in_range(alarm.at_ms, silent_ms + NB_HOUR_MS, silent_ms + 5 * NB_HOUR_MS);
    nb_rows_fini(&rows);
}

static void events_at_odd_times_are_counted_and_nothing_between_is_zero(void **state)
{
    (void)state;
    struct nb_rows rows;
    int64_t at_ms = FIRST_MS;
    size_t alarms_n = 0;
    assert_int_equal(nb_rows_init(&rows, NB_HOUR_MS, 180), NB_OK);
    for (int64_t i = 0; i < 300; i++) {
        struct nb_alarm alarms[2];
        size_t n;
        at_ms += i < 290 ? (5 + i * 13 % 11) * NB_HOUR_MS / 2 : NB_MINUTE_MS + i;
        assert_int_equal(nb_rows_take(&rows, &(struct nb_row){at_ms, 1000}, alarms, &n), NB_OK);
        alarms_n += n;
        assert_true(i >= 290 || n == 0);
    }
    assert_true(alarms_n > 0);
    nb_rows_fini(&rows);
}

static void the_interval_is_that_of_rows_which_come_further_apart(void **state)
{
    (void)state;
    static const struct {
        int64_t every_ms;
        int64_t odd_ms; /* the third row comes so much later */
        int64_t interval_ms;
    } cases[] = {
        {NB_MINUTE_MS, 0, 5 * NB_MINUTE_MS},      {5 * NB_MINUTE_MS, 0, 5 * NB_MINUTE_MS},
        {7 * NB_MINUTE_MS, 0, 10 * NB_MINUTE_MS}, {30 * NB_MINUTE_MS, 0, 30 * NB_MINUTE_MS},
        {3 * NB_HOUR_MS, 0, 3 * NB_HOUR_MS},      {40 * NB_HOUR_MS, 0, NB_DAY_MS},
        {NB_HOUR_MS, 1000, 5 * NB_MINUTE_MS},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct nb_rows rows;
        struct nb_alarm alarms[2];
        size_t n;
        assert_int_equal(nb_rows_init(&rows, 0, 0), NB_OK);
        for (int64_t k = 0; k < 5; k++) {
            int64_t at_ms = FIRST_MS + k * cases[i].every_ms + (k >= 2) * cases[i].odd_ms;
            struct nb_row row = {at_ms, 1000};
            assert_int_equal(nb_rows_take(&rows, &row, alarms, &n), NB_OK);
        }
        assert_int_equal(rows.interval_ms, cases[i].interval_ms);
        nb_rows_fini(&rows);
    }
}

static void rows_that_go_back_are_refused_and_change_nothing(void **state)
{
    (void)state;
    struct nb_rows rows;
    struct nb_alarm alarms[2];
    size_t n;
    assert_int_equal(nb_rows_init(&rows, NB_MINUTE_MS, 0), NB_OK);
    assert_int_equal(nb_rows_take(&rows, &(struct nb_row){FIRST_MS, 1000}, alarms, &n), NB_OK);
    assert_int_equal(nb_rows_take(&rows, &(struct nb_row){FIRST_MS, 1000}, alarms, &n), NB_EEXIST);
    assert_int_equal(nb_rows_take(&rows, &(struct nb_row){0, 1000}, alarms, &n), NB_EINVAL);
    assert_int_equal(rows.value_milli, 1000);
    assert_int_equal(nb_rows_take(&rows, &(struct nb_row){FIRST_MS + 1, 1000}, alarms, &n), NB_OK);
    assert_int_equal(rows.value_milli, 2000);
    nb_rows_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_a_time_and_a_number),
        cmocka_unit_test(an_alarm_is_told_with_the_row_that_caused_it_and_not_over_and_over),
        cmocka_unit_test(a_crawler_that_was_down_is_no_drop_and_its_return_no_spike),
        cmocka_unit_test(silence_that_was_seen_is_a_drop),
        cmocka_unit_test(events_at_odd_times_are_counted_and_nothing_between_is_zero),
        cmocka_unit_test(the_interval_is_that_of_rows_which_come_further_apart),
        cmocka_unit_test(rows_that_go_back_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
