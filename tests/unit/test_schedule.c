#include "tests/lib/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "crawler/schedule/budget.h"
#include "crawler/schedule/fade.h"
#include "crawler/schedule/lease.h"
#include "crawler/schedule/next.h"
#include "crawler/schedule/pause.h"
#include "crawler/schedule/rhythm.h"

#define T0 INT64_C(1767571200000) /* Monday 2026-01-05 00:00 UTC */
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static struct nb_error error;

/* ---- fade, rate, profile, rhythm ---- */

static void fading_is_e_to_the_minus_x(void **state)
{
    (void)state;
    static const struct {
        double x, want;
    } rows[] = {{0, 1},
                {-1, 1},
                {1e-6, 0.9999990000005},
                {0.5, 0.6065306597126},
                {1, 0.3678794411714},
                {2.3456, 0.09578971105827},
                {10, 4.539992976248e-05},
                {39.9, 4.695157572631e-18},
                {40, 0},
                {1e300, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(nb_fade(rows[i].x) <= rows[i].want * (1 + 1e-9));
        assert_true(nb_fade(rows[i].x) >= rows[i].want * (1 - 1e-9));
    }
}

static void a_rate_is_the_same_in_whatever_order_items_are_counted(void **state)
{
    (void)state;
    struct nb_rate forth = {.since_ms = T0};
    struct nb_rate back = {.since_ms = T0};
    for (int i = 0; i < 10; i++) {
        nb_rate_add(&forth, T0 + i * HOUR);
        nb_rate_add(&back, T0 + (9 - i) * HOUR);
    }
    assert_int_equal(forth.at_ms, back.at_ms);
    for (int i = 0; i < NB_RATE_N; i++) {
        assert_in_range(forth.counts[i] + 16, back.counts[i], back.counts[i] + 32);
    }
}

static void the_long_run_of_a_steady_source_is_its_rate(void **state)
{
    (void)state;
    static const int per_day[] = {1, 8, 100};
    for (size_t i = 0; i < sizeof(per_day) / sizeof(per_day[0]); i++) {
        struct nb_rate rate = {.since_ms = T0};
        double counts[NB_RATE_N];
        int64_t now_ms = T0;
        for (int n = 0; n < per_day[i] * 100; n++) {
            now_ms += DAY / per_day[i];
            nb_rate_add(&rate, now_ms);
        }
        nb_rate_counts(&rate, now_ms, counts);
        double daily = nb_rate_long_run(&rate, counts, now_ms) * 86400;
        assert_true(daily > 0.9 * per_day[i] && daily < 1.1 * per_day[i]);
        nb_rate_counts(&rate, now_ms + 700 * DAY, counts);
        daily = nb_rate_long_run(&rate, counts, now_ms + 700 * DAY) * 86400;
        assert_true(daily < 0.1 * per_day[i]);
    }
}

static void hours_of_the_week_begin_on_monday(void **state)
{
    (void)state;
    assert_int_equal(nb_profile_hour(T0), 0);
    assert_int_equal(nb_profile_hour(T0 + HOUR - 1), 0);
    assert_int_equal(nb_profile_hour(T0 + 6 * DAY + 23 * HOUR), 167);
    assert_int_equal(nb_profile_hour(T0 + 7 * DAY), 0);
}

static void a_profile_is_drawn_towards_that_of_all(void **state)
{
    (void)state;
    static struct nb_profile none;
    struct nb_profile own = {0};
    struct nb_profile shared = {0};
    assert_true(nb_profile_factor(&none, &none, 5) > 0.999);
    assert_true(nb_profile_factor(&none, &none, 5) < 1.001);
    for (int week = 0; week < 20; week++) {
        for (int i = 0; i < 10; i++) {
            nb_profile_add(&shared, T0 + week * 7 * DAY + 10 * HOUR, 1, NB_PROFILE_SHARED_MAX);
        }
    }
    double little = nb_profile_factor(&own, &shared, 10);
    assert_true(little > 10);
    for (int i = 0; i < 500; i++) {
        nb_profile_add(&own, T0 + 50 * HOUR, 1, NB_PROFILE_OWN_MAX);
    }
    assert_true(nb_profile_factor(&own, &shared, 10) < little / 5);
    assert_true(nb_profile_factor(&own, &shared, 50) > 40);
    assert_true(nb_profile_factor(&own, &shared, 51) > 15); /* neighbours */
    double sum = 0;
    for (int hour = 0; hour < NB_PROFILE_HOURS; hour++) {
        sum += nb_profile_factor(&own, &shared, hour);
    }
    assert_true(sum > 167.9 && sum < 168.1);
}

static void what_thousands_publish_in_an_hour_does_not_drown_other_hours(void **state)
{
    (void)state;
    static struct nb_profile none;
    struct nb_profile shared = {0};
    struct nb_profile got;
    uint8_t bytes[NB_PROFILE_BYTES];
    for (int n = 0; n < 300000; n++) {
        nb_profile_add(&shared, T0 + (n < 200000 ? 10 : 50) * HOUR, 1, NB_PROFILE_SHARED_MAX);
    }
    double early = nb_profile_factor(&none, &shared, 10);
    double late = nb_profile_factor(&none, &shared, 50);
    assert_true(early > late * 1.8 && early < late * 2.2);
    size_t len = nb_profile_encode(&shared, bytes);
    assert_int_equal(nb_profile_decode(nb_slice(bytes, len), &got), NB_OK);
    assert_memory_equal(got.hours, shared.hours, sizeof(got.hours));
    int64_t since_ms = 0;
    nb_profile_fade(&shared, &since_ms, T0);
    assert_int_equal(shared.sum, got.sum);
    nb_profile_fade(&shared, &since_ms, T0 + 200 * DAY);
    assert_int_equal(shared.sum, got.sum / 2);
}

static void a_profile_comes_back_as_it_was_stored(void **state)
{
    (void)state;
    static const int adds[] = {0, 1, 5, 100, 3000, 500000};
    for (size_t i = 0; i < sizeof(adds) / sizeof(adds[0]); i++) {
        struct nb_profile profile = {0};
        struct nb_profile got;
        uint8_t bytes[NB_PROFILE_BYTES];
        for (int n = 0; n < adds[i]; n++) {
            nb_profile_add(&profile, T0 + n * HOUR * 7, n % 3 ? 0.3 : 1, NB_PROFILE_OWN_MAX);
        }
        size_t len = nb_profile_encode(&profile, bytes);
        assert_int_equal(nb_profile_decode(nb_slice(bytes, len), &got), NB_OK);
        assert_memory_equal(&got, &profile, sizeof(got));
    }
}

static void bytes_that_are_no_profile_are_refused(void **state)
{
    (void)state;
    static const uint8_t late_hour[] = {168, 0, 1};
    static const uint8_t zeros[NB_PROFILE_BYTES + 3];
    struct nb_profile got;
    assert_int_equal(nb_profile_decode(nb_slice(late_hour, 3), &got), NB_ECORRUPT);
    assert_int_equal(nb_profile_decode(nb_slice(late_hour, 2), &got), NB_ECORRUPT);
    assert_int_equal(nb_profile_decode(nb_slice(zeros, sizeof(zeros)), &got), NB_ECORRUPT);
}

static void the_times_of_items_are_believed_where_they_can_be_true(void **state)
{
    (void)state;
    static const struct {
        int64_t item_ms;
        int64_t newest_ms; /* as it is counted */
    } rows[] = {
        {T0 + 10 * MINUTE, T0 + 10 * MINUTE},
        {T0 + HOUR, T0 + HOUR},
        {-1, T0 + 30 * MINUTE},
        {T0 - DAY, T0 + 30 * MINUTE},
        {T0 + 365 * DAY, T0 + 30 * MINUTE},
        {INT64_MAX, T0 + 30 * MINUTE},
        {INT64_MIN, T0 + 30 * MINUTE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_rhythm rhythm = {0};
        struct nb_profile shared = {0};
        nb_rhythm_read(&rhythm, NULL, 0, T0, &shared);
        nb_rhythm_read(&rhythm, &rows[i].item_ms, 1, T0 + HOUR, &shared);
        assert_int_equal(rhythm.rate.at_ms, rows[i].newest_ms);
        assert_int_equal(rhythm.read_ms, T0 + HOUR);
        assert_int_equal(shared.sum, NB_PROFILE_ONE);
    }
}

static void the_first_reading_tells_of_the_time_before_unless_its_dates_are_made_up(void **state)
{
    (void)state;
    int64_t honest[20];
    int64_t made_up[20];
    for (int i = 0; i < 20; i++) {
        honest[i] = T0 - (i + 1) * 6 * HOUR;
        made_up[i] = T0 - i;
    }
    struct nb_rhythm rhythm = {0};
    struct nb_profile shared = {0};
    nb_rhythm_read(&rhythm, honest, 20, T0, &shared);
    assert_int_equal(rhythm.rate.since_ms, T0 - 120 * HOUR);
    assert_int_equal(rhythm.rate.at_ms, T0 - 6 * HOUR);
    assert_int_equal(shared.sum > 15 * NB_PROFILE_ONE, 1);
    rhythm = (struct nb_rhythm){0};
    nb_rhythm_read(&rhythm, made_up, 20, T0, &shared);
    assert_int_equal(rhythm.rate.since_ms, T0);
    assert_int_equal(rhythm.rate.at_ms, 0);
}

/* ---- pause, budget ---- */

static struct nb_profile flat;

static int64_t pause_of(const struct nb_pause_table *table, const struct nb_rhythm *rhythm,
                        int64_t now_ms, double price_s)
{
    const struct nb_pause_input input = {&rhythm->rate, &rhythm->profile, &flat, now_ms, price_s};
    return nb_pause_ms(table, &input);
}

/* Watched for 100 days, an item every so often, the last one long enough ago to be no burst. */
static struct nb_rhythm steady(int per_day, int64_t now_ms)
{
    struct nb_rhythm rhythm = {.read_ms = now_ms};
    rhythm.rate.since_ms = now_ms - 100 * DAY;
    for (int64_t at_ms = rhythm.rate.since_ms; at_ms <= now_ms; at_ms += DAY / per_day) {
        nb_rate_add(&rhythm.rate, at_ms);
    }
    return rhythm;
}

static void a_source_is_asked_as_often_as_the_root_of_its_rate(void **state)
{
    (void)state;
    struct nb_pause_table table;
    nb_pause_table_init(&table, 1, 3600, 86400);
    struct nb_rhythm rare = steady(1, T0);
    struct nb_rhythm often = steady(64, T0);
    double rare_ms = (double)pause_of(&table, &rare, T0 + 12 * HOUR, 5);
    double often_ms = (double)pause_of(&table, &often, T0 + 11 * MINUTE, 5);
    assert_true(rare_ms / often_ms > 6 && rare_ms / often_ms < 10);
    double ratio = (double)pause_of(&table, &often, T0 + 11 * MINUTE, 20) / often_ms;
    assert_true(ratio > 1.7 && ratio < 2.3);
}

static void a_burst_is_followed_closely_and_then_let_go(void **state)
{
    (void)state;
    struct nb_pause_table table;
    nb_pause_table_init(&table, 60, 1800, 21600);
    struct nb_rhythm rhythm = steady(1, T0);
    int64_t quiet_ms = pause_of(&table, &rhythm, T0 + 2 * HOUR, 10);
    for (int i = 0; i < 5; i++) {
        nb_rate_add(&rhythm.rate, T0 + 2 * HOUR + i * MINUTE);
    }
    int64_t burst_ms = pause_of(&table, &rhythm, T0 + 2 * HOUR + 5 * MINUTE, 10);
    int64_t later_ms = pause_of(&table, &rhythm, T0 + 2 * HOUR + 60 * MINUTE, 10);
    assert_true(burst_ms * 4 < quiet_ms);
    assert_true(burst_ms * 2 < later_ms);
    assert_true(later_ms < quiet_ms);
}

static void polls_gather_where_the_hours_are_busy(void **state)
{
    (void)state;
    struct nb_pause_table table;
    nb_pause_table_init(&table, 60, 1800, 86400);
    struct nb_rhythm rhythm = steady(4, T0);
    for (int day = 0; day < 100; day++) {
        nb_profile_add(&rhythm.profile, T0 + day * DAY + 9 * HOUR, 1, NB_PROFILE_OWN_MAX);
    }
    int64_t night_ms = pause_of(&table, &rhythm, T0 + DAY + 14 * HOUR, 50);
    int64_t nine_ms = pause_of(&table, &rhythm, T0 + DAY + 9 * HOUR, 50);
    int64_t before_ms = pause_of(&table, &rhythm, T0 + DAY + 7 * HOUR + 30 * MINUTE, 50);
    assert_true(nine_ms * 2 < night_ms);
    assert_true(before_ms < night_ms);
}

static void every_pause_is_within_its_bounds(void **state)
{
    (void)state;
    static const int64_t bounds[][3] = {
        {1, 1, 1}, {60, 1800, 21600}, {20, 60, 2592000}, {600, 600, 600}, {5, 2592000, 2592000}};
    static const double prices[] = {0, 1e-9, 1, 1e3, 1e12};
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        struct nb_pause_table table;
        nb_pause_table_init(&table, bounds[i][0], bounds[i][1], bounds[i][2]);
        for (size_t k = 0; k < sizeof(prices) / sizeof(prices[0]); k++) {
            struct nb_rhythm busy = steady(500, T0);
            struct nb_rhythm none = {0};
            int64_t most_ms = bounds[i][2] * 1000;
            assert_in_range(pause_of(&table, &busy, T0, prices[k]), bounds[i][0] * 1000, most_ms);
            assert_in_range(pause_of(&table, &none, T0, prices[k]), bounds[i][0] * 1000, most_ms);
        }
    }
}

static void the_price_makes_sources_keep_to_the_budget(void **state)
{
    (void)state;
    enum { N = 50 };
    struct nb_allowance allowance = {.per_ms = N * 48.0 / (double)DAY, .average_s = 1800};
    struct nb_budget budget = {0};
    struct nb_pause_table table;
    static struct nb_rhythm rhythms[N];
    static int64_t due_ms[N];
    nb_pause_table_init(&table, 90, 1800, 21600);
    for (int i = 0; i < N; i++) {
        rhythms[i] = steady(1 + i % 7 * 5, T0);
        due_ms[i] = T0;
    }
    int requests = 0;
    for (int64_t now_ms = T0; now_ms < T0 + 60 * DAY; now_ms += MINUTE) {
        for (int i = 0; i < N; i++) {
            if (due_ms[i] <= now_ms) {
                requests += now_ms >= T0 + 30 * DAY;
                nb_budget_spend(&budget, &allowance, now_ms);
                double price_s = nb_budget_price_s(&budget, &allowance);
                due_ms[i] = now_ms + pause_of(&table, &rhythms[i], T0, price_s);
            }
        }
    }
    assert_in_range(requests, N * 48 * 30 * 0.9, N * 48 * 30 * 1.1);
}

static void new_sources_keep_to_the_budget_from_the_first_hour(void **state)
{
    (void)state;
    enum { N = 200 };
    static const int per_day[] = {1, 8, 60}; /* how much sources publish, on the whole */
    struct nb_pause_table table;
    nb_pause_table_init(&table, 90, 1800, 21600);
    for (size_t k = 0; k < sizeof(per_day) / sizeof(per_day[0]); k++) {
        struct nb_allowance allowance = {.per_ms = N * 48.0 / (double)DAY, .average_s = 1800};
        struct nb_budget budget = {0};
        static struct nb_rhythm rhythms[N];
        static int64_t read_ms[N]; /* the newest item is of some time before */
        int requests = 0;
        for (int i = 0; i < N; i++) {
            int often = per_day[k] * (1 + i % 3);
            double counts[NB_RATE_N];
            rhythms[i] = steady(often, T0);
            read_ms[i] = T0 + DAY / often * i / N;
            nb_rate_counts(&rhythms[i].rate, read_ms[i], counts);
            nb_budget_meet(&budget, &allowance,
                           nb_rate_long_run(&rhythms[i].rate, counts, read_ms[i]));
        }
        for (int i = 0; i < N; i++) {
            double price_s = nb_budget_price_s(&budget, &allowance);
            requests += (int)(2 * HOUR / pause_of(&table, &rhythms[i], read_ms[i], price_s));
        }
        assert_in_range(requests, N * 4 * 0.5, N * 4 * 1.5);
    }
}

static void a_clock_that_leaps_does_not_upset_the_price(void **state)
{
    (void)state;
    struct nb_allowance allowance = {.per_ms = 48.0 / (double)DAY, .average_s = 1800};
    static const int64_t leaps[] = {-365 * DAY, 3650 * DAY, -T0};
    for (size_t i = 0; i < sizeof(leaps) / sizeof(leaps[0]); i++) {
        struct nb_budget budget = {0};
        nb_budget_spend(&budget, &allowance, T0);
        double before_s = nb_budget_price_s(&budget, &allowance);
        nb_budget_spend(&budget, &allowance, T0 + leaps[i]);
        double after_s = nb_budget_price_s(&budget, &allowance);
        assert_true(after_s > before_s / 1.2 && after_s < before_s * 1.2);
    }
}

/* ---- next ---- */

static void what_a_publisher_asks_for_bounds_the_pause(void **state)
{
    (void)state;
    static const struct {
        struct nb_next_input input;
        int64_t pause_s;
        Nb__Source__Why why;
    } rows[] = {
        {{.rhythm_ms = 600000}, 600, NB__SOURCE__WHY__RHYTHM},
        {{.rhythm_ms = 600000, .every_s = 60}, 60, NB__SOURCE__WHY__EVERY},
        {{.rhythm_ms = 600000, .ttl_s = 3600}, 3600, NB__SOURCE__WHY__TTL},
        {{.rhythm_ms = 600000, .ttl_s = 300}, 600, NB__SOURCE__WHY__RHYTHM},
        {{.rhythm_ms = 600000, .ttl_s = 604800}, 86400, NB__SOURCE__WHY__TTL},
        {{.rhythm_ms = 600000, .max_age_s = 7200, .ttl_s = 3600}, 7200, NB__SOURCE__WHY__MAX_AGE},
        {{.every_s = 60, .max_age_s = 7200}, 7200, NB__SOURCE__WHY__MAX_AGE},
        {{.rhythm_ms = 600000, .is_pushed = true, .safety_s = 21600},
         21600,
         NB__SOURCE__WHY__PUSHED},
        {{.rhythm_ms = 600000, .skip_hours = 0x3}, 7200, NB__SOURCE__WHY__SKIPPED},
        {{.rhythm_ms = 600000, .skip_hours = 0x2}, 600, NB__SOURCE__WHY__RHYTHM},
        {{.rhythm_ms = 600000, .skip_days = 0x1}, 86400, NB__SOURCE__WHY__SKIPPED},
        {{.rhythm_ms = 600000, .skip_hours = 0xffffff}, 600, NB__SOURCE__WHY__RHYTHM},
        {{.usual_s = 1800, .failures_n = 1, .ttl_s = 7200}, 1800, NB__SOURCE__WHY__FAILED},
        {{.usual_s = 1800, .failures_n = 1, .retry_after_s = 7200},
         7200,
         NB__SOURCE__WHY__RETRY_AFTER},
        {{.usual_s = 1800, .every_s = 172800, .failures_n = 9}, 172800, NB__SOURCE__WHY__FAILED},
        {{.usual_s = 1800, .failures_n = 1, .not_before_ms = T0 + 7200000},
         7200,
         NB__SOURCE__WHY__ROBOTS},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_next_input input = rows[i].input;
        input.answered_ms = T0;
        struct nb_next next = nb_next(&input);
        assert_int_equal((next.due_ms - T0) / 1000, rows[i].pause_s);
        assert_int_equal(next.why, rows[i].why);
    }
}

static void backing_off_doubles_spreads_and_ends_at_a_day(void **state)
{
    (void)state;
    int64_t first_ms = 0;
    bool differs = false;
    for (int source = 0; source < 20; source++) {
        int64_t wait_s = 1800;
        for (uint32_t failures_n = 1; failures_n < 40; failures_n++) {
            struct nb_next_input input = {
                .answered_ms = T0, .usual_s = 1800, .failures_n = failures_n};
            input.id.b[0] = (uint8_t)source;
            int64_t pause_ms = nb_next(&input).due_ms - T0;
            assert_in_range(pause_ms, wait_s * 875, wait_s * 1000);
            assert_int_equal(pause_ms, nb_next(&input).due_ms - T0);
            if (failures_n == 4) {
                first_ms = first_ms ? first_ms : pause_ms;
                differs = differs || pause_ms != first_ms;
            }
            wait_s = failures_n == 1 ? 3600 : wait_s * 2 < 86400 ? wait_s * 2 : 86400;
        }
    }
    assert_true(differs);
}

/* ---- leases ---- */

static void leases_that_were_not_given_back_are_found_again(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    char *path = nbt_path(dir, "leases");
    struct nb_leases *leases;
    struct nb_lease *held[3];
    size_t n;
    assert_int_equal(nb_leases_open(path, 3, &leases, &error), NB_OK);
    assert_null(nb_lease_find(leases, &(struct nb_id){{1}}));
    for (uint8_t i = 0; i < 3; i++) {
        held[i] = nb_lease_take(leases, &(struct nb_id){{i}}, T0 + i);
        assert_non_null(held[i]);
    }
    nb_lease_mark(held[0], T0 + 10);
    nb_lease_mark(held[1], T0 + 11); /* the third is not sent */
    nb_lease_drop(leases, held[0]);
    nb_leases_close(leases);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(nb_leases_open(path, 3, &leases, &error), NB_OK);
        struct nb_lease_found *found = nb_leases_found(leases, &n);
        assert_int_equal(n, 1);
        assert_int_equal(found->source.b[0], 1);
        assert_int_equal(found->polled_ms, T0 + 1);
        assert_int_equal(found->asked_ms, T0 + 11);
        assert_ptr_equal(nb_lease_find(leases, &(struct nb_id){{1}}), found);
        assert_null(nb_lease_find(leases, &(struct nb_id){{2}}));
        if (again) {
            nb_lease_settle(leases, found);
            assert_null(nb_lease_find(leases, &(struct nb_id){{1}}));
        }
        nb_leases_close(leases);
    }
    assert_int_equal(nb_leases_open(path, 1, &leases, &error), NB_OK);
    (void)nb_leases_found(leases, &n);
    assert_int_equal(n, 0);
    for (int i = 0; i < 6; i++) { /* the file keeps its room */
        assert_non_null(nb_lease_take(leases, &(struct nb_id){{9}}, T0));
    }
    assert_null(nb_lease_take(leases, &(struct nb_id){{9}}, T0));
    nb_leases_close(leases);
    free(path);
    nbt_rmdir(dir);
}

static void a_file_that_holds_no_leases_is_begun_anew(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    char *path = nbt_path(dir, "leases");
    struct nb_leases *leases;
    char rubbish[1000];
    size_t n;
    memset(rubbish, 'x', sizeof(rubbish));
    nbt_write_file(path, nb_slice(rubbish, sizeof(rubbish)));
    assert_int_equal(nb_leases_open(path, 4, &leases, &error), NB_OK);
    (void)nb_leases_found(leases, &n);
    assert_int_equal(n, 0);
    nb_leases_close(leases);
    free(path);
    path = nbt_path(dir, "missing/leases");
    assert_int_equal(nb_leases_open(path, 4, &leases, &error), NB_EIO);
    assert_null(leases);
    free(path);
    nbt_rmdir(dir);
    assert_null(nb_lease_take(NULL, &(struct nb_id){{1}}, T0));
    assert_null(nb_lease_find(NULL, &(struct nb_id){{1}}));
    nb_lease_mark(NULL, T0);
    nb_lease_drop(NULL, NULL);
    nb_leases_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fading_is_e_to_the_minus_x),
        cmocka_unit_test(a_rate_is_the_same_in_whatever_order_items_are_counted),
        cmocka_unit_test(the_long_run_of_a_steady_source_is_its_rate),
        cmocka_unit_test(hours_of_the_week_begin_on_monday),
        cmocka_unit_test(a_profile_is_drawn_towards_that_of_all),
        cmocka_unit_test(what_thousands_publish_in_an_hour_does_not_drown_other_hours),
        cmocka_unit_test(a_profile_comes_back_as_it_was_stored),
        cmocka_unit_test(bytes_that_are_no_profile_are_refused),
        cmocka_unit_test(the_times_of_items_are_believed_where_they_can_be_true),
        cmocka_unit_test(the_first_reading_tells_of_the_time_before_unless_its_dates_are_made_up),
        cmocka_unit_test(a_source_is_asked_as_often_as_the_root_of_its_rate),
        cmocka_unit_test(a_burst_is_followed_closely_and_then_let_go),
        cmocka_unit_test(polls_gather_where_the_hours_are_busy),
        cmocka_unit_test(every_pause_is_within_its_bounds),
        cmocka_unit_test(the_price_makes_sources_keep_to_the_budget),
        cmocka_unit_test(new_sources_keep_to_the_budget_from_the_first_hour),
        cmocka_unit_test(a_clock_that_leaps_does_not_upset_the_price),
        cmocka_unit_test(what_a_publisher_asks_for_bounds_the_pause),
        cmocka_unit_test(backing_off_doubles_spreads_and_ends_at_a_day),
        cmocka_unit_test(leases_that_were_not_given_back_are_found_again),
        cmocka_unit_test(a_file_that_holds_no_leases_is_begun_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
