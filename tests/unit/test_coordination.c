#include "tests/lib/test.h"

#include <math.h>

#include "analyzer/influence/chance.h"
#include "analyzer/influence/coordination.h"

enum { ROWS_MAX = 4000, SECOND = 1000, HOUR = 3600 * SECOND, WORDS = 8 };

static const int64_t day_ms = (int64_t)24 * HOUR, start_ms = 1700000000000;

/* A set of documents, filled by the functions below. */
struct set {
    struct nb_coordination_act acts[ROWS_MAX];
    uint32_t shingles[ROWS_MAX][WORDS];
    size_t n;
    uint32_t authors_n;
    uint64_t state;
    struct nb_arena *arena;
};

static struct set *set_new(void)
{
    struct set *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    s->arena = nb_arena_new((size_t)64 << 20);
    s->state = 88172645463325252u;
    return s;
}

static void set_free(struct set *s)
{
    nb_arena_free(s->arena);
    free(s);
}

static uint64_t below(struct set *s, uint64_t n)
{
    s->state ^= s->state << 13;
    s->state ^= s->state >> 7;
    s->state ^= s->state << 17;
    return s->state % n;
}

/* A new author's document; its text is its own. */
static struct nb_coordination_act *add(struct set *s, int64_t at_ms, int64_t age_ms)
{
    assert_true(s->n < ROWS_MAX);
    struct nb_coordination_act *act = &s->acts[s->n];
    for (uint32_t i = 0; i < WORDS; i++) {
        s->shingles[s->n][i] = (uint32_t)(s->n * WORDS + i + 1000);
    }
    *act = (struct nb_coordination_act){.number = s->n + 1,
                                        .at_ms = at_ms,
                                        .first_seen_ms = at_ms - age_ms,
                                        .cluster = s->n + 1,
                                        .shingles = s->shingles[s->n],
                                        .shingles_n = WORDS,
                                        .author = s->authors_n++};
    s->n++;
    return act;
}

/* People who speak of the topic all day: one in ten is new. */
static void add_everyday(struct set *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add(s, start_ms + (int64_t)below(s, (uint64_t)day_ms), below(s, 10) ? 100 * day_ms : HOUR);
    }
}

/* Everybody at once about the same thing, in words of their own. */
static void add_burst(struct set *s, size_t n, int64_t within_ms)
{
    for (size_t i = 0; i < n; i++) {
        add(s, start_ms + day_ms / 2 + (int64_t)below(s, (uint64_t)within_ms),
            below(s, 10) ? 100 * day_ms : HOUR);
    }
}

/* The same text, with `own` shingles of WORDS that are not shared. */
static void add_copies(struct set *s, size_t n, int64_t within_ms, int64_t age_ms, uint32_t own)
{
    for (size_t i = 0; i < n; i++) {
        struct nb_coordination_act *act =
            add(s, start_ms + day_ms / 2 + (int64_t)below(s, (uint64_t)within_ms), age_ms);
        for (uint32_t k = own; k < WORDS; k++) {
            s->shingles[s->n - 1][k] = k + 1;
        }
        act->cluster = own ? act->cluster : 999999;
    }
}

static struct nb_coordination judge(struct set *s)
{
    struct nb_coordination out;
    assert_int_equal(nb_coordination_judge(s->acts, s->n, s->authors_n, NULL, s->arena, &out),
                     NB_OK);
    return out;
}

static void nothing_is_known_of_a_few(void **state)
{
    (void)state;
    struct set *s = set_new();
    assert_int_equal(judge(s).verdict, NB_COORDINATION_UNKNOWN);
    add_copies(s, 4, SECOND, 0, 0);
    assert_int_equal(judge(s).verdict, NB_COORDINATION_UNKNOWN);
    set_free(s);
}

static void people_are_organic(void **state)
{
    (void)state;
    struct set *s = set_new();
    add_everyday(s, 300);
    assert_int_equal(judge(s).verdict, NB_COORDINATION_ORGANIC);
    add_burst(s, 500, 90 * SECOND);
    assert_int_equal(judge(s).verdict, NB_COORDINATION_ORGANIC);
    /* They also shout the same words, at the time when all others shout. */
    add_copies(s, 40, 90 * SECOND, 100 * day_ms, 0);
    assert_int_equal(judge(s).verdict, NB_COORDINATION_ORGANIC);
    set_free(s);
}

static void a_joke_that_is_copied_for_hours_is_organic(void **state)
{
    (void)state;
    struct set *s = set_new();
    add_everyday(s, 100);
    add_copies(s, 80, 6 * HOUR, 100 * day_ms, 0);
    assert_int_equal(judge(s).verdict, NB_COORDINATION_ORGANIC);
    set_free(s);
}

static void newspapers_that_print_an_agencys_text_are_organic(void **state)
{
    (void)state;
    struct set *s = set_new();
    add_everyday(s, 100);
    size_t before = s->n;
    add_copies(s, 50, 120 * SECOND, 100 * day_ms, 0);
    for (size_t i = before; i < s->n; i++) {
        s->acts[i].publisher = true;
    }
    assert_int_equal(judge(s).verdict, NB_COORDINATION_ORGANIC);
    /* Sites that nobody knew before are not newspapers. */
    for (size_t i = before; i < s->n; i++) {
        s->acts[i].first_seen_ms = s->acts[i].at_ms - HOUR;
    }
    assert_int_equal(judge(s).verdict, NB_COORDINATION_COORDINATED);
    set_free(s);
}

static void new_accounts_with_one_text_are_coordinated(void **state)
{
    (void)state;
    static const uint32_t own[] = {0, 3, 5};
    for (size_t i = 0; i < 3; i++) {
        struct set *s = set_new();
        add_everyday(s, 300);
        add_copies(s, 20, 300 * SECOND, HOUR, own[i]);
        struct nb_coordination out = judge(s);
        assert_int_equal(out.verdict, NB_COORDINATION_COORDINATED);
        assert_int_equal(out.coordinated_n, 20);
        assert_int_equal(out.groups_n, 1);
        assert_int_equal(out.groups[0].authors_n, 20);
        assert_int_equal(out.groups[0].new_n, 20);
        const char *line = nb_coordination_line(&out.groups[0], s->arena);
        assert_non_null(strstr(line, "coordinated: 20 accounts shared a text, 16 of them within"));
        set_free(s);
    }
}

static void accounts_that_are_gone_afterwards_count_as_new_ones(void **state)
{
    (void)state;
    struct set *s = set_new();
    add_everyday(s, 300);
    size_t before = s->n;
    add_copies(s, 8, 1800 * SECOND, 100 * day_ms, 0);
    enum nb_coordination_verdict kept = judge(s).verdict;
    for (size_t i = before; i < s->n; i++) {
        s->acts[i].deleted = true;
        s->acts[i].at_ms = start_ms + day_ms / 2 + (int64_t)(i - before) * 20 * SECOND;
    }
    assert_int_not_equal(kept, NB_COORDINATION_COORDINATED);
    assert_int_equal(judge(s).verdict, NB_COORDINATION_COORDINATED);
    set_free(s);
}

static void nonsense_needs_neither_copies_nor_new_accounts(void **state)
{
    (void)state;
    struct set *s = set_new();
    add_everyday(s, 300);
    size_t before = s->n;
    add_burst(s, 20, 4 * HOUR);
    for (size_t i = before; i < s->n; i++) {
        s->acts[i].synthetic_milli = 800;
        s->acts[i].first_seen_ms = s->acts[i].at_ms - 500 * day_ms;
    }
    struct nb_coordination out = judge(s);
    assert_int_equal(out.verdict, NB_COORDINATION_COORDINATED);
    assert_int_equal(out.groups[0].kind, NB_COORDINATION_NONSENSE);
    /* Three in three hundred are what mistakes make. */
    for (size_t i = before + 3; i < s->n; i++) {
        s->acts[i].synthetic_milli = 100;
    }
    assert_int_equal(judge(s).verdict, NB_COORDINATION_ORGANIC);
    set_free(s);
}

static void the_order_of_the_rows_does_not_matter(void **state)
{
    (void)state;
    struct set *s = set_new();
    add_everyday(s, 200);
    add_copies(s, 30, 200 * SECOND, HOUR, 3);
    struct nb_coordination one = judge(s);
    for (size_t i = s->n - 1; i > 0; i--) {
        size_t k = below(s, i + 1);
        struct nb_coordination_act swap = s->acts[i];
        s->acts[i] = s->acts[k];
        s->acts[k] = swap;
    }
    struct nb_coordination two = judge(s);
    assert_int_equal(one.groups_n, two.groups_n);
    assert_string_equal(nb_coordination_line(&one.groups[0], s->arena),
                        nb_coordination_line(&two.groups[0], s->arena));
    set_free(s);
}

/* The bound against the sum it bounds. */
static void chance_never_says_more_than_is_there(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 60; n += 7) {
        for (uint64_t k = 0; k <= n; k++) {
            for (uint64_t a = 1; a < 20; a += 3) {
                double p = (double)a / 20, tail = 0;
                for (uint64_t i = k; i <= n; i++) {
                    tail += exp(lgamma((double)n + 1) - lgamma((double)i + 1) -
                                lgamma((double)(n - i) + 1) + (double)i * log(p) +
                                (double)(n - i) * log(1 - p));
                }
                double mbits = nb_chance_mbits(k, n, a, 20);
                assert_true(mbits <= -1000 * log2(tail) + 1e-6);
                assert_true(k == 0 || (double)k / (double)n <= p || k < n ||
                            fabs(mbits + 1000 * (double)n * log2(p)) < 2);
            }
        }
    }
    assert_int_equal(nb_log2_q30(1), 0);
    assert_int_equal(nb_log2_q30(1024), (int64_t)10 << 30);
    assert_int_equal(nb_chance_mbits(5, 10, 10, 10), 0);
    assert_true(nb_chance_mbits(NB_CHANCE_TRIALS_MAX, NB_CHANCE_TRIALS_MAX, 1, UINT64_MAX) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_of_a_few),
        cmocka_unit_test(people_are_organic),
        cmocka_unit_test(a_joke_that_is_copied_for_hours_is_organic),
        cmocka_unit_test(newspapers_that_print_an_agencys_text_are_organic),
        cmocka_unit_test(new_accounts_with_one_text_are_coordinated),
        cmocka_unit_test(accounts_that_are_gone_afterwards_count_as_new_ones),
        cmocka_unit_test(nonsense_needs_neither_copies_nor_new_accounts),
        cmocka_unit_test(the_order_of_the_rows_does_not_matter),
        cmocka_unit_test(chance_never_says_more_than_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
