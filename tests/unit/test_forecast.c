#include "tests/lib/test.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/alerts/forecast.h"

/*
 * A Hawkes process: posts that draw posts. Each draws a Poisson number of others (mean n) after
 * delays with density b exp(-b t); the roots come in a burst and at a usual rate.
 */
enum { POSTS_MAX = 20000 };

struct crisis {
    double at_h[POSTS_MAX];
    size_t n;
};

static uint64_t seed;

static double chance(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static unsigned poisson(double mean)
{
    double p = exp(-mean), product = chance();
    unsigned n = 0;
    while (product > p) {
        product *= chance();
        n++;
    }
    return n;
}

static void breed(struct crisis *c, size_t i, double branching, double decay)
{
    for (unsigned k = poisson(branching); k > 0 && c->n < POSTS_MAX; k--) {
        c->at_h[c->n++] = c->at_h[i] - log(chance()) / decay;
    }
}

static void live(struct crisis *c, double roots, double branching, double decay)
{
    c->n = 0;
    for (unsigned k = poisson(roots); k > 0; k--) {
        c->at_h[c->n++] = chance() * 2;
    }
    for (size_t i = 0; i < c->n; i++) {
        breed(c, i, branching, decay);
    }
}

static size_t between(const struct crisis *c, double from_h, double to_h)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        n += c->at_h[i] >= from_h && c->at_h[i] < to_h;
    }
    return n;
}

static void four_of_five_crises_end_within_the_band(void **state)
{
    (void)state;
    static struct crisis c;
    static const double branchings[] = {0.3, 0.5, 0.7, 0.85, 0.95};
    static const double decays[] = {0.2, 0.5, 1};
    unsigned asked = 0, inside = 0;
    seed = 20261122;
    for (unsigned run = 0; run < 600; run++) {
        double branching = branchings[run % 5], decay = decays[run / 5 % 3];
        live(&c, 10 + 60 * chance(), branching, decay);
        double now_h = 2 + 8 * chance();
        size_t recent = between(&c, now_h - 3, now_h);
        if (recent < 5) {
            continue; /* over: there is no incident to forecast */
        }
        struct nb_forecast f = nb_forecast(recent, 0, (int64_t)(now_h * (double)NB_HOUR_MS));
        size_t more = between(&c, now_h, 1e9);
        assert_true(f.low <= f.middle && f.middle <= f.high);
        asked++;
        inside += more >= f.low && more <= f.high;
    }
    print_message("%u of %u within the band\n", inside, asked);
    assert_true(asked > 300);
    assert_true(inside * 100 >= asked * 80);
    assert_true(inside * 100 <= asked * 97); /* a band that holds everything says nothing */
}

static void without_an_excess_nothing_is_to_be_expected(void **state)
{
    (void)state;
    struct nb_forecast f = nb_forecast(9, 12000, NB_HOUR_MS);
    assert_int_equal(f.low, 0);
    assert_int_equal(f.middle, 0);
    assert_true(f.high <= 2);
    f = nb_forecast(UINT64_MAX, 0, INT64_MAX);
    assert_true(f.low < f.middle && f.middle < f.high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_of_five_crises_end_within_the_band),
        cmocka_unit_test(without_an_excess_nothing_is_to_be_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
