#include "tests/lib/test.h"

#include <nabiz/date.h>
#include <nabiz/zone.h>

static int64_t at(const char *text)
{
    const struct nb_date_context context = {.words = NULL};
    int64_t ms = 0;
    assert_int_equal(nb_date_parse(nb_slice_str(text), &context, &ms), NB_OK);
    return ms;
}

static struct nb_zone *zone(const char *name)
{
    struct nb_zone *out = NULL;
    struct nb_error error = {0};
    if (nb_zone_open(name, &out, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return out;
}

static void days_begin_and_end_when_clocks_say(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *at, *begin;
        int hours;
    } rows[] = {
        {"Europe/Istanbul", "2026-11-21T12:00:00Z", "2026-11-20T21:00:00Z", 24},
        {"Europe/Istanbul", "2015-06-01T12:00:00Z", "2015-05-31T21:00:00Z", 24},
        {"Europe/Istanbul", "2015-12-01T12:00:00Z", "2015-11-30T22:00:00Z", 24},
        {"Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", 23}, /* summer begins */
        {"Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-24T22:00:00Z", 25}, /* and ends */
        {"Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-24T22:00:00Z", 25},
        {"America/New_York", "2026-11-01T23:00:00Z", "2026-11-01T04:00:00Z", 25},
        {"Asia/Kathmandu", "2026-11-21T12:00:00Z", "2026-11-20T18:15:00Z", 24},
        {"America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", 23}, /* no midnight */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_zone *z = zone(rows[i].zone);
        int64_t begin = nb_zone_day(z, at(rows[i].at), 0);
        if (begin != at(rows[i].begin)) {
            fail_msg("row %zu begins %lld min off", i,
                     (long long)((begin - at(rows[i].begin)) / NB_MINUTE_MS));
        }
        assert_int_equal((nb_zone_day(z, at(rows[i].at), 1) - begin) / NB_HOUR_MS, rows[i].hours);
        assert_int_equal(nb_zone_day(z, begin, 0), begin);
        assert_int_equal(nb_zone_day(z, nb_zone_day(z, begin, 7), -7), begin);
        nb_zone_close(z);
    }
    struct nb_zone *utc = zone("UTC");
    assert_int_equal(nb_zone_day(utc, -1, 0), -NB_DAY_MS);
    nb_zone_close(utc);
}

static void an_hour_of_the_day_is_found_on_both_sides_of_a_change(void **state)
{
    (void)state;
    struct nb_zone *z = zone("Europe/Berlin");
    assert_int_equal(nb_zone_time(z, at("2026-03-28T12:00:00Z"), 8 * 60),
                     at("2026-03-28T07:00:00Z"));
    assert_int_equal(nb_zone_time(z, at("2026-03-29T12:00:00Z"), 8 * 60),
                     at("2026-03-29T06:00:00Z"));
    assert_int_equal(nb_zone_time(z, at("2026-10-25T12:00:00Z"), 8 * 60 + 30),
                     at("2026-10-25T07:30:00Z"));
    assert_int_equal(nb_zone_offset_min(z, at("2026-07-01T00:00:00Z")), 120);
    assert_int_equal(nb_zone_offset_min(z, at("2026-12-01T00:00:00Z")), 60);
    nb_zone_close(z);
}

static void what_is_no_zone_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "Mars/Olympus",
        "Europe/",
        "istanbul",
        "Europe/Istanbul/Europe/Istanbul/Europe/Istanbul/Europe/Istanbul/Europe/Istanbul",
        "\xff"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct nb_zone *z;
        struct nb_error error = {0};
        if (nb_zone_open(names[i], &z, &error) != NB_EINVAL) {
            fail_msg("%s was taken", names[i]);
        }
        assert_null(z);
    }
    struct nb_zone *fixed;
    assert_int_equal(nb_zone_fixed(345, &fixed), NB_OK);
    assert_int_equal(nb_zone_offset_min(fixed, 0), 345);
    assert_int_equal(nb_zone_day(fixed, 0, 0), -345 * NB_MINUTE_MS);
    nb_zone_close(fixed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_begin_and_end_when_clocks_say),
        cmocka_unit_test(an_hour_of_the_day_is_found_on_both_sides_of_a_change),
        cmocka_unit_test(what_is_no_zone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
