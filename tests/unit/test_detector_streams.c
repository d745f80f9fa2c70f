/*
 * The detector on streams that are drawn from a fixed seed: small and large topics, by chance alone
 * (Poisson) and with a rate that wanders (so that counts vary by far more than their mean).
 */
#include "tests/lib/test.h"

#include <math.h>

#include <nabiz/date.h>
#include <nabiz/series.h>

#include "analyzer/alerts/detector.h"

enum { BIN_MS = 300000, BINS_HOUR = 12, BINS_DAY = 288, BINS_WEEK = 7 * 288, BINS_NOON = 10 * 12 };

/* 2026-03-02, a Monday. */
#define FIRST_MS INT64_C(1772409600000)

struct stream {
    uint64_t seed;
    double per_day;
    double wander; /* standard deviation of the logarithm of the rate; 0: Poisson */
    double log_rate;
    struct nb_detector *detector;
    int64_t at_ms;
    int64_t alarm_ms; /* of the last episode */
    int64_t said_ms;  /* last alarm at all */
    enum nb_detector_kind kind;
    size_t episodes_n;
    int32_t rarity_milli;
};

static double uniform(uint64_t *seed)
{
    return ((double)(nb_series_next(seed) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
    double u = uniform(seed);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * uniform(seed));
}

/* Knuth's for small means; a large one is the sum of small ones. */
static int64_t poisson(double mean, uint64_t *seed)
{
    int64_t n = 0;
    for (; mean > 30; mean -= 30) {
        n += poisson(30, seed);
    }
    for (double p = uniform(seed), limit = exp(-mean); p > limit; p *= uniform(seed)) {
        n++;
    }
    return n;
}

static void stream_init(struct stream *s, uint64_t seed, double per_day, double wander)
{
    *s = (struct stream){.seed = seed,
                         .per_day = per_day,
                         .wander = wander,
                         .at_ms = FIRST_MS,
                         .rarity_milli = NB_DETECTOR_RARITY_MILLI};
    assert_int_equal(nb_detector_new(BIN_MS, 180, &s->detector), NB_OK);
}

/* Days are loud in the afternoon, and less so at weekends. */
static double rate_at(struct stream *s)
{
    double hour = (double)((s->at_ms / NB_HOUR_MS + 3) % 24);
    double day = 1 + 0.8 * sin((hour - 9) / 24 * 6.283185307179586);
    bool weekend = (s->at_ms / NB_DAY_MS + 3) % 7 >= 5;
    if (s->wander > 0) {
        double keep = exp(-1.0 / 24); /* it forgets in two hours */
        s->log_rate = keep * s->log_rate + s->wander * sqrt(1 - keep * keep) * normal(&s->seed);
    }
    return s->per_day / BINS_DAY * day * (weekend ? 0.7 : 1) * exp(s->log_rate);
}

/* So many bins with times as much as usual. @return alarms' episodes among them. */
static size_t run(struct stream *s, size_t bins, double times)
{
    size_t before = s->episodes_n;
    for (size_t i = 0; i < bins; i++, s->at_ms += BIN_MS) {
        struct nb_detection one;
        int64_t n = poisson(rate_at(s) * times, &s->seed);
        nb_detector_step(s->detector, NULL, s->at_ms, n * 1000, s->rarity_milli, &one);
        if (one.kind == NB_DETECTOR_NONE) {
            continue;
        }
        if (s->said_ms == 0 || s->at_ms - s->said_ms > 6 * NB_HOUR_MS) {
            s->episodes_n++;
            s->alarm_ms = s->at_ms;
            s->kind = one.kind;
        }
        s->said_ms = s->at_ms;
    }
    return s->episodes_n - before;
}

static void stream_fini(struct stream *s)
{
    nb_detector_free(s->detector);
}

static const struct {
    double per_day;
    double wander;
} STREAMS[] = {
    {2, 0}, {24, 0}, {240, 0}, {1440, 0}, {144000, 0}, {24, 0.3}, {240, 0.3}, {1440, 0.3},
};
enum { STREAMS_N = sizeof(STREAMS) / sizeof(STREAMS[0]) };

/* Episodes a week, in thousandths, over all streams. */
static size_t rate_of_false_alarms(int32_t rarity_milli)
{
    size_t episodes = 0;
    size_t weeks = 0;
    for (size_t i = 0; i < STREAMS_N; i++) {
        struct stream s;
        stream_init(&s, 100 + i, STREAMS[i].per_day, STREAMS[i].wander);
        s.rarity_milli = rarity_milli;
        (void)run(&s, BINS_WEEK, 1);
        episodes += run(&s, (size_t)9 * BINS_WEEK, 1);
        weeks += 9;
        stream_fini(&s);
    }
    return episodes * 1000 / weeks;
}

static void false_alarms_stay_near_the_budget(void **state)
{
    (void)state;
    size_t asked = rate_of_false_alarms(NB_DETECTOR_RARITY_MILLI); /* one in five weeks */
    size_t rare = rate_of_false_alarms(1000);                      /* one in ten weeks */
    assert_in_range(asked, 1, 400);
    assert_in_range(rare, 0, 150);
    assert_true(rare < asked);
}

static void a_burst_is_told_within_minutes(void **state)
{
    (void)state;
    static const struct {
        double per_day, times;
        size_t lasts, within; /* bins */
    } rows[] = {
        {24, 14, BINS_HOUR, BINS_HOUR},
        {240, 8, BINS_HOUR, BINS_HOUR},
        {1440, 5, 6, 3},
        {144000, 3.5, 3, 1},
        {2, 150, BINS_HOUR, BINS_HOUR},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stream s;
        stream_init(&s, 7 + i, rows[i].per_day, 0);
        (void)run(&s, (size_t)5 * BINS_WEEK + BINS_NOON, 1);
        int64_t from_ms = s.at_ms;
        if (run(&s, rows[i].lasts, rows[i].times) != 1 ||
            s.alarm_ms >= from_ms + (int64_t)rows[i].within * BIN_MS ||
            s.kind == NB_DETECTOR_DROP) {
            fail_msg("%.0f a day, %.1f times as much", rows[i].per_day, rows[i].times);
        }
        stream_fini(&s);
    }
}

static void a_slow_rise_is_told_within_a_day(void **state)
{
    (void)state;
    static const double PER_DAY[] = {240, 1440, 14400};
    for (size_t i = 0; i < sizeof(PER_DAY) / sizeof(PER_DAY[0]); i++) {
        struct stream s;
        stream_init(&s, 21 + i, PER_DAY[i], 0);
        (void)run(&s, (size_t)5 * BINS_WEEK, 1);
        int64_t from_ms = s.at_ms;
        size_t told = 0;
        for (int hour = 1; hour <= 24 && told == 0; hour++) {
            told = run(&s, BINS_HOUR, 1 + 1.5 * hour / 24);
        }
        assert_true(told == 1 && s.alarm_ms < from_ms + NB_DAY_MS);
        assert_int_not_equal(s.kind, NB_DETECTOR_DROP);
        stream_fini(&s);
    }
}

static void silence_is_a_drop_where_there_should_be_something(void **state)
{
    (void)state;
    static const struct {
        double per_day;
        size_t hours;
        size_t told;
    } rows[] = {{2, 24, 0}, {240, 24, 1}, {1440, 12, 1}, {144000, 12, 1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stream s;
        stream_init(&s, 40 + i, rows[i].per_day, 0);
        (void)run(&s, (size_t)5 * BINS_WEEK, 1);
        assert_int_equal(run(&s, rows[i].hours * BINS_HOUR, 0), rows[i].told);
        assert_true(rows[i].told == 0 || s.kind == NB_DETECTOR_DROP);
        /* and when it is back, that is no spike */
        s.said_ms = 0;
        assert_int_equal(run(&s, BINS_DAY, 1), 0);
        stream_fini(&s);
    }
}

static void days_that_nobody_listened_change_nothing(void **state)
{
    (void)state;
    struct stream s;
    stream_init(&s, 5, 1440, 0);
    (void)run(&s, (size_t)3 * BINS_WEEK, 1);
    s.at_ms += 3 * NB_DAY_MS;
    assert_int_equal(run(&s, BINS_DAY, 1), 0);
    assert_int_equal(run(&s, BINS_NOON, 1), 0);
    assert_int_equal(run(&s, 6, 6), 1);
    assert_int_equal(s.kind, NB_DETECTOR_SPIKE);
    stream_fini(&s);
}

static void little_is_said_before_there_is_something_to_compare(void **state)
{
    (void)state;
    struct stream s;
    stream_init(&s, 11, 1440, 0.3);
    assert_int_equal(run(&s, (size_t)11 * BINS_HOUR, 1), 0);
    assert_int_equal(run(&s, 6, 40), 0);
    stream_fini(&s);
    stream_init(&s, 12, 1440, 0.3);
    assert_int_equal(run(&s, BINS_DAY, 1), 0);
    assert_int_equal(run(&s, 6, 3), 0);
    assert_int_equal(run(&s, BINS_DAY, 1), 0);
    stream_fini(&s);
    stream_init(&s, 13, 1440, 0);
    assert_int_equal(run(&s, BINS_DAY + BINS_NOON, 1), 0);
    assert_int_equal(run(&s, 6, 40), 1);
    stream_fini(&s);
}

static void a_burst_of_a_habit_is_soon_no_news(void **state)
{
    (void)state;
    struct stream s;
    size_t first;
    size_t later = 0;
    stream_init(&s, 17, 1440, 0);
    (void)run(&s, BINS_WEEK + BINS_NOON, 1);
    first = run(&s, 6, 10);
    for (int day = 0; day < 21; day++) {
        (void)run(&s, BINS_DAY - 6, 1);
        later += run(&s, 6, 10);
    }
    assert_int_equal(first, 1);
    assert_in_range(later, 0, 3);
    /* but a larger one is */
    (void)run(&s, BINS_DAY - 6, 1);
    assert_int_equal(run(&s, 6, 30), 1);
    stream_fini(&s);
}

static void a_smaller_crisis_after_a_larger_one_is_told_when_it_lasts(void **state)
{
    (void)state;
    for (uint64_t seed = 60; seed < 64; seed++) {
        struct stream s;
        stream_init(&s, seed, 1440, 0);
        (void)run(&s, (size_t)3 * BINS_WEEK + BINS_NOON, 1);
        assert_int_equal(run(&s, BINS_HOUR, 50), 1);
        (void)run(&s, (size_t)3 * BINS_WEEK, 1);
        assert_int_equal(run(&s, (size_t)8 * BINS_HOUR, 10), 1);
        stream_fini(&s);
    }
}

static void counters_may_be_huge(void **state)
{
    (void)state;
    struct nb_detector *d;
    struct nb_detection one;
    int64_t at_ms = FIRST_MS;
    assert_int_equal(nb_detector_new(60000, 0, &d), NB_OK);
    for (int i = 0; i < 6000; i++, at_ms += 60000) {
        int64_t value = i % 7 == 0 ? NB_DETECTOR_VALUE_MAX_MILLI : i % 5 ? INT64_MAX : INT64_MIN;
        nb_detector_step(d, NULL, at_ms, value, 700, &one);
        nb_detector_peek(d, NULL, at_ms + 60000, INT64_MAX, 700, &one);
        assert_true(one.value_milli >= 0 && one.expected_milli >= 0 && one.limit_milli >= 0);
    }
    nb_detector_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(false_alarms_stay_near_the_budget),
        cmocka_unit_test(a_burst_is_told_within_minutes),
        cmocka_unit_test(a_slow_rise_is_told_within_a_day),
        cmocka_unit_test(silence_is_a_drop_where_there_should_be_something),
        cmocka_unit_test(days_that_nobody_listened_change_nothing),
        cmocka_unit_test(little_is_said_before_there_is_something_to_compare),
        cmocka_unit_test(a_burst_of_a_habit_is_soon_no_news),
        cmocka_unit_test(a_smaller_crisis_after_a_larger_one_is_told_when_it_lasts),
        cmocka_unit_test(counters_may_be_huge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
