#include "tests/lib/test.h"

#include <math.h>

#include <nabiz/series.h>

#include "analyzer/influence/spread.h"

enum { DAY_S = 86400, HOUR_S = 3600, ACTS_MAX = 400, ADOPTIONS_MAX = 4000 };

/* An author's acts and what came after, drawn by chance. */
struct drawn {
    int64_t acts_s[ACTS_MAX];
    struct nb_adoption adoptions[ADOPTIONS_MAX];
    size_t acts_n, adoptions_n;
};

static int by_time(const void *a, const void *b)
{
    const struct nb_adoption *x = a, *y = b;
    return (x->at_s > y->at_s) - (x->at_s < y->at_s);
}

static uint64_t below(uint64_t *series, uint64_t n)
{
    return nb_series_next(series) % n;
}

/* An act every two days; each brings one adoption with a chance of percent / 100, an hour or so
 * later, and others come anyway. Every adopter is another. */
static void draw(struct drawn *d, uint64_t seed, size_t acts_n, uint32_t percent, size_t anyway_n)
{
    uint64_t series = seed;
    *d = (struct drawn){.acts_n = acts_n};
    for (size_t i = 0; i < acts_n; i++) {
        d->acts_s[i] = (int64_t)i * 2 * DAY_S + (int64_t)below(&series, DAY_S);
        if (below(&series, 100) < percent) {
            int64_t delay_s = 60 + (int64_t)below(&series, 3 * HOUR_S);
            d->adoptions[d->adoptions_n++].at_s = d->acts_s[i] + delay_s;
        }
    }
    for (size_t i = 0; i < anyway_n; i++) {
        d->adoptions[d->adoptions_n++].at_s = (int64_t)below(&series, acts_n * 2 * DAY_S);
    }
    for (size_t i = 0; i < d->adoptions_n; i++) {
        d->adoptions[i].group = (uint32_t)i;
        d->adoptions[i].weight_milli = 1000;
    }
    qsort(d->adoptions, d->adoptions_n, sizeof(d->adoptions[0]), by_time);
}

static struct nb_spread estimated(const struct drawn *d, uint64_t usual_micro, int32_t *worth_milli)
{
    const struct nb_spread_input in = {.acts_s = d->acts_s,
                                       .acts_n = d->acts_n,
                                       .adoptions = d->adoptions,
                                       .adoptions_n = d->adoptions_n,
                                       .to_s = ACTS_MAX * 2 * DAY_S,
                                       .usual_micro = usual_micro};
    struct nb_arena *arena = nb_arena_new(8 << 20);
    struct nb_spread out;
    assert_int_equal(nb_spread_estimate(&in, arena, worth_milli, &out), NB_OK);
    assert_int_equal(nb_arena_used(arena), 0);
    nb_arena_free(arena);
    return out;
}

static void what_acts_brought_is_told_from_what_came_anyway(void **state)
{
    (void)state;
    static const struct {
        uint32_t percent;
        size_t anyway_n;
        int64_t low, high; /* that the estimate lies between, averaged over seeds */
    } rows[] = {{80, 0, 280, 321}, {80, 100, 270, 355}, {40, 100, 130, 205}, {0, 100, 0, 25}};
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        int64_t sum = 0;
        for (uint64_t seed = 1; seed <= 5; seed++) {
            struct drawn d;
            draw(&d, seed, ACTS_MAX, rows[row].percent, rows[row].anyway_n);
            struct nb_spread got = estimated(&d, 100 * 1000000, NULL);
            assert_int_equal(got.groups_n, d.adoptions_n);
            assert_true(got.known);
            sum += got.caused_milli;
        }
        if (sum / 5000 < rows[row].low || sum / 5000 > rows[row].high) {
            fail_msg("row %zu: %lld caused", row, (long long)(sum / 5000));
        }
    }
}

static void what_each_adoption_is_worth_adds_up(void **state)
{
    (void)state;
    struct drawn d;
    int32_t worth_milli[ADOPTIONS_MAX];
    int64_t sum = 0;
    draw(&d, 9, ACTS_MAX, 60, 200);
    struct nb_spread got = estimated(&d, 0, worth_milli), again = estimated(&d, 0, NULL);
    for (size_t i = 0; i < d.adoptions_n; i++) {
        assert_true(worth_milli[i] >= 0 && worth_milli[i] <= 1000);
        sum += worth_milli[i];
    }
    assert_int_equal(sum, got.caused_milli);
    assert_int_equal(got.caused_milli + got.chance_milli, (int64_t)got.groups_n * 1000);
    assert_memory_equal(&got, &again, sizeof(got));
}

static void a_group_adopts_once_and_own_accounts_never(void **state)
{
    (void)state;
    struct drawn d;
    draw(&d, 3, 50, 100, 0);
    struct nb_spread all = estimated(&d, 0, NULL);
    for (size_t i = 0; i < d.adoptions_n; i++) {
        d.adoptions[i].group = (uint32_t)(i % 2);
    }
    struct nb_spread two = estimated(&d, 0, NULL);
    assert_int_equal(two.groups_n, 2);
    assert_false(two.known);
    assert_true(two.caused_milli <= 2000 && all.caused_milli > 40000);
    for (size_t i = 0; i < d.adoptions_n; i++) {
        d.adoptions[i].group = (uint32_t)i;
        d.adoptions[i].weight_milli = 500; /* paid */
    }
    struct nb_spread paid = estimated(&d, 0, NULL);
    assert_in_range(paid.caused_milli, all.caused_milli * 45 / 100, all.caused_milli * 55 / 100);
    for (size_t i = 0; i < d.adoptions_n; i++) {
        d.adoptions[i].weight_milli = 0;
    }
    struct nb_spread own = estimated(&d, 0, NULL);
    assert_int_equal(own.groups_n, 0);
    assert_int_equal(own.caused_milli, 0);
    assert_false(own.known);
}

static void without_acts_only_what_is_above_the_usual_counts(void **state)
{
    (void)state;
    struct drawn d;
    draw(&d, 4, 100, 100, 0);
    d.acts_n = 0;
    assert_in_range(estimated(&d, 40 * 1000000, NULL).caused_milli, 58000, 60000);
    assert_int_equal(estimated(&d, 200 * 1000000, NULL).caused_milli, 0);
}

static void what_lies_outside_the_window_does_not_count(void **state)
{
    (void)state;
    struct drawn d;
    draw(&d, 5, 100, 100, 0);
    d.adoptions[0].at_s = -5;
    d.adoptions[d.adoptions_n - 1].at_s = ACTS_MAX * 2 * DAY_S;
    assert_int_equal(estimated(&d, 0, NULL).groups_n, d.adoptions_n - 2);
}

static void extremes_do_not_overflow(void **state)
{
    (void)state;
    static const int64_t acts_s[] = {INT32_MIN, 0, 0, INT32_MAX};
    static const struct nb_adoption adoptions[] = {
        {INT32_MIN, 1, 1000}, {0, 2, 1000}, {0, 3, 1000}, {INT32_MAX, 4, 1000}};
    const struct nb_spread_input in = {.acts_s = acts_s,
                                       .acts_n = 4,
                                       .adoptions = adoptions,
                                       .adoptions_n = 4,
                                       .from_s = INT32_MIN,
                                       .to_s = INT64_C(1) << 40,
                                       .usual_micro = UINT64_C(1) << 40};
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_spread out;
    assert_int_equal(nb_spread_estimate(&in, arena, NULL, &out), NB_OK);
    assert_in_range(out.caused_milli, 0, 4000);
    nb_arena_free(arena);
}

/* The same by the formulas of spread.h as they stand, in floating point. @return thousandths. */
static double plainly_caused(const struct drawn *d, double usual)
{
    static const double half_s[] = {HOUR_S, DAY_S, 7 * DAY_S};
    static double factor[ADOPTIONS_MAX][3];
    double window_s = ACTS_MAX * 2 * DAY_S, chance = usual, caused = 0;
    double ratio[3] = {(double)d->adoptions_n / (double)(d->acts_n + 1) / 3, 0, 0};
    ratio[1] = ratio[2] = ratio[0];
    for (size_t i = 0; i < d->adoptions_n; i++) {
        for (size_t k = 0; k < 3; k++) {
            factor[i][k] = 0;
            for (size_t a = 0; a < d->acts_n && d->acts_s[a] <= d->adoptions[i].at_s; a++) {
                double passed_s = (double)(d->adoptions[i].at_s - d->acts_s[a]);
                factor[i][k] += window_s * log(2) / half_s[k] * exp2(-passed_s / half_s[k]);
            }
        }
    }
    for (int round = 0; round < 8; round++) {
        double of[3] = {0};
        for (size_t i = 0; i < d->adoptions_n; i++) {
            double all = chance;
            for (size_t k = 0; k < 3; k++) {
                all += ratio[k] * factor[i][k];
            }
            for (size_t k = 0; k < 3; k++) {
                of[k] += ratio[k] * factor[i][k] / all;
            }
        }
        for (size_t k = 0; k < 3; k++) {
            ratio[k] = of[k] / (double)(d->acts_n + 1);
        }
        caused = of[0] + of[1] + of[2];
        chance = ((double)d->adoptions_n + usual - caused) / 2;
    }
    return 1000 * caused;
}

static void it_is_what_the_formulas_say(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct drawn d;
        draw(&d, seed, 20 + 15 * seed, (uint32_t)seed * 5, 8 * seed);
        double want = plainly_caused(&d, 30);
        double got = (double)estimated(&d, 30 * 1000000, NULL).caused_milli;
        if (fabs(got - want) > 0.01 * want + 500) {
            fail_msg("seed %d: %.0f, not %.0f", (int)seed, got, want);
        }
    }
}

static void the_order_of_adoptions_does_not_matter(void **state)
{
    (void)state;
    struct drawn d;
    uint64_t series = 5;
    draw(&d, 6, ACTS_MAX, 60, 200);
    for (size_t i = 0; i < d.adoptions_n; i++) {
        d.adoptions[i].group = (uint32_t)below(&series, 300);
    }
    struct nb_spread sorted = estimated(&d, 1000000, NULL);
    for (size_t i = d.adoptions_n - 1; i > 0; i--) {
        size_t k = below(&series, i + 1);
        struct nb_adoption swap = d.adoptions[i];
        d.adoptions[i] = d.adoptions[k];
        d.adoptions[k] = swap;
    }
    struct nb_spread shuffled = estimated(&d, 1000000, NULL);
    assert_memory_equal(&sorted, &shuffled, sizeof(sorted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_acts_brought_is_told_from_what_came_anyway),
        cmocka_unit_test(what_each_adoption_is_worth_adds_up),
        cmocka_unit_test(a_group_adopts_once_and_own_accounts_never),
        cmocka_unit_test(without_acts_only_what_is_above_the_usual_counts),
        cmocka_unit_test(what_lies_outside_the_window_does_not_count),
        cmocka_unit_test(it_is_what_the_formulas_say),
        cmocka_unit_test(the_order_of_adoptions_does_not_matter),
        cmocka_unit_test(extremes_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
