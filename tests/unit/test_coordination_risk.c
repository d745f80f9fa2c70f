#include "tests/lib/test.h"

#include <nabiz/series.h>

#include "analyzer/influence/coordination_risk.h"

enum { ROWS_MAX = 20000, AUTHORS_MAX = 2000, SECOND = 1000, HOUR = 3600 * SECOND };

static const int64_t start_ms = 1700000000000, day_ms = (int64_t)24 * HOUR;

struct set {
    struct nb_coordination_act acts[ROWS_MAX];
    struct nb_coordination_risk risks[AUTHORS_MAX];
    size_t n;
    uint64_t state;
};

static struct nb_coordination_act *add(struct set *s, uint32_t author, int64_t at_ms,
                                       uint64_t cluster)
{
    assert_true(s->n < ROWS_MAX && author < AUTHORS_MAX);
    s->acts[s->n] = (struct nb_coordination_act){.number = s->n + 1,
                                                 .at_ms = at_ms,
                                                 .first_seen_ms = start_ms - 200 * day_ms,
                                                 .author = author,
                                                 .cluster = cluster};
    return &s->acts[s->n++];
}

/* A month of a thousand people; some of what they write is copied, some is taken for nonsense. */
static struct set *everyday(void)
{
    struct set *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    for (size_t i = 0; i < 10000; i++) {
        uint64_t cluster =
            nb_series_next(&s->state) % 10 ? i + 1 : 1 + nb_series_next(&s->state) % 900;
        struct nb_coordination_act *act =
            add(s, (uint32_t)(nb_series_next(&s->state) % 1000),
                start_ms + (int64_t)(nb_series_next(&s->state) % (uint64_t)(30 * day_ms)), cluster);
        act->synthetic_milli = nb_series_next(&s->state) % 250 ? 100 : 700;
    }
    return s;
}

static void judge(struct set *s)
{
    assert_int_equal(nb_coordination_risks(s->acts, s->n, AUTHORS_MAX, s->risks), NB_OK);
}

static size_t risky(const struct set *s, uint32_t from, uint32_t to)
{
    size_t n = 0;
    for (uint32_t i = from; i < to; i++) {
        n += s->risks[i].risk_milli >= 500;
    }
    return n;
}

static void hardly_anybody_of_a_thousand_people_is_a_risk(void **state)
{
    (void)state;
    struct set *s = everyday();
    judge(s);
    assert_true(risky(s, 0, 1000) <= 2);
    assert_int_equal(s->risks[1500].risk_milli, 0);
    assert_string_equal(nb_coordination_sign_name(s->risks[1500].sign), "");
    free(s);
}

static void a_crowd_that_posts_nonsense_is(void **state)
{
    (void)state;
    struct set *s = everyday();
    uint64_t first = s->n + 1;
    for (uint32_t i = 0; i < 50; i++) {
        add(s, 1000 + i, start_ms + 9 * day_ms + (int64_t)i * 4 * SECOND, s->n + 1)
            ->synthetic_milli = 800;
    }
    judge(s);
    assert_int_equal(risky(s, 1000, 1050), 50);
    assert_true(risky(s, 0, 1000) <= 2);
    assert_int_equal(s->risks[1000].sign, NB_SIGN_CROWD);
    assert_int_equal(s->risks[1000].number, first);
    free(s);
}

static void two_who_always_copy_together_are(void **state)
{
    (void)state;
    struct set *s = everyday();
    for (uint32_t i = 0; i < 4; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            add(s, 1000 + k, start_ms + i * day_ms + k * 3 * SECOND, 900000 + i);
        }
    }
    /* Once is nothing, and newspapers may. */
    for (uint32_t i = 0; i < 4; i++) {
        add(s, 1010 + i % 2, start_ms + 5 * day_ms + i / 2 * day_ms, 800000 + i / 2)->publisher =
            true;
        add(s, 1020 + i, start_ms + 5 * day_ms, 810000);
    }
    judge(s);
    assert_int_equal(risky(s, 1000, 1002), 2);
    assert_int_equal(s->risks[1001].sign, NB_SIGN_TOGETHER);
    assert_int_equal(risky(s, 1010, 1024), 0);
    free(s);
}

static void accounts_made_for_one_text_are(void **state)
{
    (void)state;
    struct set *s = everyday();
    for (uint32_t i = 0; i < 30; i++) {
        int64_t at_ms = start_ms + 3 * day_ms + (int64_t)i * 5 * SECOND;
        add(s, 1000 + i, at_ms, 900000)->first_seen_ms = at_ms - HOUR;
    }
    judge(s);
    assert_int_equal(risky(s, 1000, 1030), 30);
    assert_int_equal(s->risks[1010].sign, NB_SIGN_TEXT);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hardly_anybody_of_a_thousand_people_is_a_risk),
        cmocka_unit_test(a_crowd_that_posts_nonsense_is),
        cmocka_unit_test(two_who_always_copy_together_are),
        cmocka_unit_test(accounts_made_for_one_text_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
