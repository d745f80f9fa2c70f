#include "tests/lib/test.h"

#include <stdlib.h>

#include <nabiz/date.h>
#include <nabiz/fixed.h>

#include "analyzer/alerts/baseline.h"
#include "analyzer/alerts/detector.h"

enum { FIVE_MINUTES_MS = 300000 };

/* 2026-03-02, a Monday. */
#define FIRST_MS INT64_C(1772409600000)

static struct nb_detector *new_detector(int64_t interval_ms)
{
    struct nb_detector *d;
    assert_int_equal(nb_detector_new(interval_ms, 180, &d), NB_OK);
    return d;
}

static void logarithms_are_the_same_everywhere(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        int32_t log_milli;
    } rows[] = {{0, 0},
                {1, 0},
                {2, 1000},
                {3, 1584},
                {1000, 9965},
                {1024, 10000},
                {1500, 10550},
                {UINT64_C(1) << 50, 50000},
                {999999999, 29897},
                {UINT64_MAX, 63999}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int32_t got = nb_log2_milli(rows[i].n);
        assert_in_range(got, rows[i].log_milli - (rows[i].log_milli > 0), rows[i].log_milli + 1);
    }
    for (int32_t e = 10000; e < 50000; e += 77) {
        assert_in_range(nb_log2_milli(nb_exp2_milli(e)), e - 3, e + 3);
    }
    assert_int_equal(nb_isqrt(UINT64_MAX), UINT32_MAX);
}

static void a_budget_is_a_rarity(void **state)
{
    (void)state;
    static const struct {
        int64_t a_week_milli;
        int32_t rarity_milli;
    } rows[] = {{1000, 0}, {200, 699}, {100, 1000}, {10000, -1000}, {1, 3000}, {0, 3000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int32_t got = nb_detection_rarity(rows[i].a_week_milli);
        assert_true(abs(got - rows[i].rarity_milli) <= 2);
    }
}

static void a_burst_alarms_while_its_bin_is_open(void **state)
{
    (void)state;
    struct nb_detector *d = new_detector(FIVE_MINUTES_MS);
    struct nb_detection v;
    int64_t at_ms = FIRST_MS;
    for (int i = 0; i < 10 * 288; i++, at_ms += FIVE_MINUTES_MS) {
        nb_detector_step(d, NULL, at_ms, 1000 * (3 + i * 7 % 5), NB_DETECTOR_RARITY_MILLI, &v);
        assert_int_equal(v.kind, NB_DETECTOR_NONE);
    }
    nb_detector_peek(d, NULL, at_ms, 6000, NB_DETECTOR_RARITY_MILLI, &v);
    assert_int_equal(v.kind, NB_DETECTOR_NONE);
    int32_t before = INT32_MIN;
    for (int64_t n = 10; n <= 400; n += 30) {
        nb_detector_peek(d, NULL, at_ms, n * 1000, NB_DETECTOR_RARITY_MILLI, &v);
        assert_true(v.rarity_milli >= before);
        before = v.rarity_milli;
    }
    assert_int_equal(v.kind, NB_DETECTOR_SPIKE);
    assert_true(v.value_milli >= v.limit_milli && v.limit_milli > v.expected_milli);
    assert_in_range(nb_detection_severity(&v), 1, 7);
    nb_detector_free(d);
}

static void a_state_survives_the_disk_and_damage_is_refused(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_detector *d = new_detector(FIVE_MINUTES_MS);
    struct nb_detector *read;
    struct nb_detection v;
    struct nb_slice bytes;
    struct nb_slice again;
    for (int i = 0; i < 1000; i++) {
        nb_detector_step(d, NULL, FIRST_MS + i * FIVE_MINUTES_MS, i * i % 977 * 100,
                         NB_DETECTOR_RARITY_MILLI, &v);
    }
    assert_int_equal(nb_detector_encode(d, arena, &bytes), NB_OK);
    assert_int_equal(nb_detector_decode(bytes, &read), NB_OK);
    assert_int_equal(nb_detector_encode(read, arena, &again), NB_OK);
    assert_true(nb_slice_eq(bytes, again));
    nb_detector_free(read);
    assert_int_equal(nb_detector_decode(nb_slice_sub(bytes, 0, bytes.len - 1), &read), NB_ECORRUPT);
    assert_int_equal(nb_detector_decode(nb_slice_sub(bytes, 1, bytes.len), &read), NB_ECORRUPT);
    assert_int_equal(nb_detector_decode(NB_LIT(""), &read), NB_ECORRUPT);
    nb_detector_free(d);
    nb_arena_free(arena);
}

/* Two feasts: 300 a day as always, 900 on a feast day, 200 on Sundays. */
static int64_t of_day(const struct nb_calendar *calendar, int64_t day)
{
    if (calendar && nb_calendar_kind(calendar, day) > 0) {
        return 900;
    }
    return (day + 3) % 7 == 6 ? 200 : 300;
}

static void a_feast_is_expected_once_it_was_seen(void **state)
{
    (void)state;
    enum { HOURS = 24 };
    struct nb_calendar *calendar;
    struct nb_error error = {0};
    assert_int_equal(nb_calendar_parse(NB_LIT("kind feast rest\n2026-03-20..2026-03-22 feast\n"
                                              "2026-05-27..2026-05-30 feast\n"),
                                       "test", &calendar, &error),
                     NB_OK);
    struct baseline with = {.offset_min = 180};
    struct baseline without = {.offset_min = 180};
    int64_t feast = 20600; /* 2026-05-27, counted from 1970 */
    assert_int_equal(nb_calendar_kind(calendar, feast), 1);
    for (int64_t hour = (feast - 80) * HOURS; hour < feast * HOURS; hour++) {
        int64_t at_ms = (hour - 3) * NB_HOUR_MS;
        int64_t value = of_day(calendar, hour / HOURS) * 1000 * BASELINE_FINE / HOURS;
        nb_baseline_learn(&with, calendar, NB_HOUR_MS, at_ms, value);
        nb_baseline_learn(&without, NULL, NB_HOUR_MS, at_ms, value);
    }
    int64_t noon_ms = (feast * HOURS + 9) * NB_HOUR_MS;
    int64_t usual = nb_baseline_expected(&without, NULL, noon_ms) / (1000 * BASELINE_FINE);
    int64_t known = nb_baseline_expected(&with, calendar, noon_ms) / (1000 * BASELINE_FINE);
    int64_t after =
        nb_baseline_expected(&with, calendar, noon_ms + 7 * NB_DAY_MS) / (1000 * BASELINE_FINE);
    assert_in_range(usual, 10, 15);
    assert_in_range(known, 16, 40);
    assert_in_range(after, 10, 15);
    nb_calendar_free(calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms_are_the_same_everywhere),
        cmocka_unit_test(a_budget_is_a_rarity),
        cmocka_unit_test(a_burst_alarms_while_its_bin_is_open),
        cmocka_unit_test(a_feast_is_expected_once_it_was_seen),
        cmocka_unit_test(a_state_survives_the_disk_and_damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
