/* Support, the walk of trust and where it begins. */
#include "tests/lib/test.h"

#include <nabiz/mem.h>
#include <nabiz/series.h>

#include "analyzer/influence/seeds.h"
#include "analyzer/influence/trust.h"

enum { AUTHORS = 120, ACTS = 1500, WEEK_S = 7 * 86400, NOW_S = 1700000000 };

struct world {
    struct nb_graph_builder *builder;
    uint32_t authors_n;
};

static struct world new_world(uint32_t authors_n)
{
    struct world w = {.authors_n = authors_n};
    char name[32];
    assert_int_equal(nb_graph_builder_new(&w.builder), NB_OK);
    for (uint32_t i = 0; i < authors_n; i++) {
        uint32_t number;
        int len = snprintf(name, sizeof(name), "site%u.example/", i);
        assert_int_equal(
            nb_names_add(nb_graph_builder_names(w.builder), nb_slice(name, (size_t)len), &number),
            NB_OK);
    }
    return w;
}

static void act(struct world *w, uint32_t from, uint32_t to, uint8_t kind, uint32_t at_s)
{
    assert_int_equal(nb_graph_builder_add(w->builder, from, to, kind, at_s), NB_OK);
}

static struct nb_graph *end_world(struct world *w)
{
    struct nb_graph *graph;
    assert_int_equal(nb_graph_build(w->builder, &graph), NB_OK);
    nb_graph_builder_free(w->builder);
    return graph;
}

/* Some of what is added below is older than this, and some newer. */
static const struct nb_support_age ages = {NOW_S + 12 * 86400, 3};

static struct nb_trust *trust_of(const struct nb_graph *graph, const uint32_t *group,
                                 const uint32_t *seeds, size_t seeds_n)
{
    struct nb_trust *trust;
    const struct nb_trust_input input = {
        .group = group, .seeds = seeds, .seeds_n = seeds_n, .age = ages};
    assert_int_equal(nb_trust_new(graph, &input, &trust), NB_OK);
    return trust;
}

/* The same with the voices of another, who had perhaps fewer authors. */
static struct nb_trust *trust_like(const struct nb_trust *other, const struct nb_graph *graph,
                                   const uint32_t *group, const uint32_t *seeds, size_t seeds_n)
{
    struct nb_trust *trust;
    uint32_t voice[AUTHORS] = {0};
    memcpy(voice, nb_trust_voices(other), nb_trust_authors_n(other) * sizeof(voice[0]));
    const struct nb_trust_input input = {
        .group = group, .seeds = seeds, .seeds_n = seeds_n, .age = ages, .voice = voice};
    assert_int_equal(nb_trust_new(graph, &input, &trust), NB_OK);
    return trust;
}

/* The acts of a made-up world: some authors are acted towards far more often. */
static void draw_acts(uint64_t seed, struct nb_support_act *acts, size_t n, uint32_t authors_n)
{
    uint64_t series = seed;
    for (size_t i = 0; i < n; i++) {
        uint64_t a = nb_series_next(&series), b = nb_series_next(&series);
        uint64_t u = b % authors_n, v = (b >> 32) % authors_n;
        acts[i] = (struct nb_support_act){
            .from = (uint32_t)(a % authors_n),
            .to = (uint32_t)(u * v / authors_n),
            .kind = (uint8_t)((a >> 32) % NB_ACTS_N | ((a >> 60) % 4 ? 0 : NB_ACT_LATE)),
            .at_s = (a >> 40) % 5 ? NOW_S + (uint32_t)((a >> 45) % 20) * 86400 : 0,
        };
    }
}

static void adding_in_pieces_gives_what_all_at_once_gives(void **state)
{
    (void)state;
    static struct nb_support_act acts[ACTS];
    for (uint64_t seed = 1; seed <= 6; seed++) {
        draw_acts(seed, acts, ACTS, AUTHORS);
        uint32_t group[AUTHORS], seeds[] = {0, 1, 2, 2};
        for (uint32_t i = 0; i < AUTHORS; i++) {
            group[i] = seed % 2 && i >= 10 && i < 30 ? 10 : i;
        }
        struct world all = new_world(AUTHORS), some = new_world(AUTHORS / 2);
        size_t first_n = 0;
        for (size_t i = 0; i < ACTS; i++) {
            act(&all, acts[i].from, acts[i].to, acts[i].kind, acts[i].at_s);
            if (i < 400 && acts[i].from < AUTHORS / 2 && acts[i].to < AUTHORS / 2) {
                struct nb_support_act swap = acts[i];
                acts[i] = acts[first_n];
                acts[first_n++] = swap;
                act(&some, swap.from, swap.to, swap.kind, swap.at_s);
            }
        }
        struct nb_graph *all_graph = end_world(&all), *some_graph = end_world(&some);
        struct nb_trust *got = trust_of(some_graph, group, seeds, 4);
        struct nb_trust *want = trust_like(got, all_graph, group, seeds, 4);
        uint64_t series = seed;
        for (size_t at = first_n; at < ACTS;) {
            size_t n = 1 + nb_series_next(&series) % 200;
            n = n < ACTS - at ? n : ACTS - at;
            assert_int_equal(nb_trust_change(got, NULL, 0, acts + at, n, AUTHORS), NB_OK);
            at += n;
        }
        assert_int_equal(nb_trust_authors_n(got), AUTHORS);
        assert_memory_equal(nb_trust_scores(got), nb_trust_scores(want),
                            AUTHORS * sizeof(uint64_t));
        assert_true(nb_trust_scores(want)[3] > 0);
        nb_trust_free(want);
        nb_trust_free(got);
        nb_graph_free(all_graph);
        nb_graph_free(some_graph);
    }
}

/* Of all acts, but those between two who are in gone. */
static struct nb_trust *trust_without(const struct nb_trust *like,
                                      const struct nb_support_act *acts, size_t n,
                                      const struct nb_support_act *gone, size_t gone_n,
                                      const uint32_t *seeds, size_t seeds_n)
{
    struct world w = new_world(AUTHORS);
    for (size_t i = 0; i < n; i++) {
        bool is_gone = false;
        for (size_t k = 0; k < gone_n; k++) {
            is_gone |= gone[k].from == acts[i].from && gone[k].to == acts[i].to;
        }
        if (!is_gone) {
            act(&w, acts[i].from, acts[i].to, acts[i].kind, acts[i].at_s);
        }
    }
    struct nb_graph *graph = end_world(&w);
    struct nb_trust *trust = like ? trust_like(like, graph, NULL, seeds, seeds_n)
                                  : trust_of(graph, NULL, seeds, seeds_n);
    nb_graph_free(graph);
    return trust;
}

static void what_is_taken_out_leaves_nothing_behind(void **state)
{
    (void)state;
    static struct nb_support_act acts[ACTS], gone[ACTS / 5];
    const uint32_t seeds[] = {0, 1, 2};
    for (uint64_t seed = 11; seed <= 14; seed++) {
        draw_acts(seed, acts, ACTS, AUTHORS);
        struct nb_trust *all = trust_without(NULL, acts, ACTS, NULL, 0, seeds, 3);
        struct nb_trust *got = trust_without(NULL, acts, ACTS, NULL, 0, seeds, 3);
        memcpy(gone, acts + ACTS / 2, sizeof(gone));
        struct nb_trust *want = trust_without(all, acts, ACTS, gone, ACTS / 5, seeds, 3);
        assert_int_equal(nb_trust_change(got, gone, ACTS / 5, NULL, 0, 0), NB_OK);
        assert_memory_equal(nb_trust_scores(got), nb_trust_scores(want),
                            AUTHORS * sizeof(uint64_t));
        uint32_t changed_n;
        (void)nb_trust_changed(got, &changed_n);
        assert_true(changed_n > 0 && changed_n <= AUTHORS);
        /* and back again, one by one */
        for (size_t i = 0; i < ACTS; i++) {
            bool was_gone = false;
            for (size_t k = 0; k < ACTS / 5; k++) {
                was_gone |= gone[k].from == acts[i].from && gone[k].to == acts[i].to;
            }
            if (was_gone) {
                struct nb_support_act one = acts[i];
                assert_int_equal(nb_trust_change(got, NULL, 0, &one, 1, 0), NB_OK);
            }
        }
        assert_memory_equal(nb_trust_scores(got), nb_trust_scores(all), AUTHORS * sizeof(uint64_t));
        nb_trust_free(all);
        nb_trust_free(got);
        nb_trust_free(want);
    }
}

enum { SEED_A, SEED_B, SEED_C, TWIN_1, TWIN_2, THIRD, FOURTH, TARGET, TWINS_N };

/* What twins, who are one group and give as much, bring together with two others. */
static uint64_t by_twins(uint32_t voice_1, uint32_t voice_2)
{
    struct world w = new_world(TWINS_N);
    uint32_t group[TWINS_N], voice[TWINS_N] = {0}, seeds[] = {SEED_A, SEED_B, SEED_C};
    for (uint32_t i = 0; i < TWINS_N; i++) {
        group[i] = i == TWIN_2 ? TWIN_1 : i;
        for (uint32_t seed = SEED_A; i >= TWIN_1 && i <= FOURTH && seed <= SEED_C; seed++) {
            act(&w, seed, i, NB_ACT_LINK, 0);
        }
    }
    for (uint32_t i = TWIN_1; i <= FOURTH; i++) {
        act(&w, i, TARGET, NB_ACT_LINK, 0);
    }
    voice[TWIN_1] = voice_1;
    voice[TWIN_2] = voice_2;
    voice[THIRD] = voice[FOURTH] = 2;
    struct nb_graph *graph = end_world(&w);
    struct nb_trust *trust;
    const struct nb_trust_input input = {
        .group = group, .seeds = seeds, .seeds_n = 3, .voice = voice};
    assert_int_equal(nb_trust_new(graph, &input, &trust), NB_OK);
    uint64_t score = nb_trust_scores(trust)[TARGET];
    nb_trust_free(trust);
    nb_graph_free(graph);
    return score;
}

static void of_a_group_whose_members_give_as_much_order_says_nothing(void **state)
{
    (void)state;
    assert_true(by_twins(1, 1) != by_twins(2, 2)); /* the voice matters */
    assert_int_equal(by_twins(1, 2), by_twins(2, 1));
}

static void shares_add_up_to_the_score(void **state)
{
    (void)state;
    static struct nb_support_act acts[ACTS];
    struct world w = new_world(AUTHORS);
    uint32_t group[AUTHORS], seeds[] = {0, 5, 9};
    draw_acts(77, acts, ACTS, AUTHORS);
    for (uint32_t i = 0; i < AUTHORS; i++) {
        group[i] = i % 3 == 1 ? 1 : i;
    }
    for (size_t i = 0; i < ACTS; i++) {
        act(&w, acts[i].from, acts[i].to, acts[i].kind, acts[i].at_s);
    }
    struct nb_graph *graph = end_world(&w);
    struct nb_trust *trust = trust_of(graph, group, seeds, 3);
    uint32_t with_some = 0;
    for (uint32_t i = 0; i < AUTHORS; i++) {
        struct nb_trust_share shares[AUTHORS];
        uint32_t n = nb_trust_shares(trust, NULL, i, shares), supporters = 0;
        uint64_t sum = 0, low, high;
        for (uint32_t k = 0; k < n; k++) {
            assert_true(shares[k].points <= shares[k].given);
            sum += shares[k].points;
            supporters += shares[k].group_n;
        }
        assert_int_equal(sum, nb_trust_scores(trust)[i]);
        assert_int_equal(supporters, nb_trust_supporters_n(trust, i));
        if (n > 0) {
            nb_trust_interval(shares, n, i, &low, &high);
            assert_true(low <= high && high <= n * (sum + 1));
            with_some += low < sum && sum < high;
        }
    }
    assert_true(with_some > AUTHORS / 2);
    nb_trust_free(trust);
    nb_graph_free(graph);
}

/* Seeds 0..9 support 20..25 as told; the score of one. */
static uint64_t score_with(const uint32_t (*pairs)[2], size_t n, const uint32_t *group,
                           uint32_t author)
{
    static const uint32_t seeds[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct world w = new_world(40);
    for (size_t i = 0; i < n; i++) {
        act(&w, pairs[i][0], pairs[i][1], NB_ACT_LINK, NOW_S);
    }
    struct nb_graph *graph = end_world(&w);
    struct nb_trust *trust = trust_of(graph, group, seeds, 10);
    uint64_t score = nb_trust_scores(trust)[author];
    nb_trust_free(trust);
    nb_graph_free(graph);
    return score;
}

static void passing_on_takes_two_that_do_not_depend_on_one_another(void **state)
{
    (void)state;
    static const uint32_t one[][2] = {{0, 20}, {20, 30}};
    static const uint32_t two[][2] = {{0, 20}, {1, 20}, {20, 30}};
    uint32_t group[40];
    for (uint32_t i = 0; i < 40; i++) {
        group[i] = i;
    }
    assert_true(score_with(one, 2, NULL, 20) > 0);
    uint64_t alone = score_with(one, 2, NULL, 30);
    assert_true(score_with(two, 3, group, 30) > 256 * alone);
    group[1] = 0;
    assert_int_equal(score_with(two, 3, group, 30), alone);
    assert_int_equal(score_with(two, 3, group, 20), score_with(one, 2, NULL, 20));
}

/* Three seeds act towards 20, three others a while before towards 21. */
static void scores_after(uint32_t days, uint32_t half_days, uint64_t *now, uint64_t *before)
{
    const uint32_t seeds[] = {0, 1, 2, 3, 4, 5};
    struct world w = new_world(30);
    for (uint32_t i = 0; i < 3; i++) {
        act(&w, i, 20, NB_ACT_LINK, NOW_S);
        act(&w, 3 + i, 21, NB_ACT_LINK, days < UINT32_MAX ? NOW_S - days * 86400 : 0);
    }
    struct nb_graph *graph = end_world(&w);
    const struct nb_trust_input input = {
        .seeds = seeds, .seeds_n = 6, .age = {nb_graph_last_s(graph), half_days}};
    struct nb_trust *trust;
    assert_int_equal(nb_trust_new(graph, &input, &trust), NB_OK);
    *now = nb_trust_scores(trust)[20];
    *before = nb_trust_scores(trust)[21];
    nb_trust_free(trust);
    nb_graph_free(graph);
}

static void acts_grow_old(void **state)
{
    (void)state;
    static const struct {
        uint32_t days, half_days, sixty_fourths; /* of what is new: 48 */
    } rows[] = {
        {0, 730, 48},    {90, 730, 48},       {92, 730, 44},      {730, 730, 24},
        {1460, 730, 12}, {730 * 9, 730, 1},   {730 * 20, 730, 1}, {730, 365, 12},
        {730, 0, 48},    {UINT32_MAX, 1, 48}, {730, 100000, 48},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t now, before;
        scores_after(rows[i].days, rows[i].half_days, &now, &before);
        assert_true(now > 0);
        assert_in_range(before * 48, now * rows[i].sixty_fourths - now,
                        now * rows[i].sixty_fourths + now);
    }
}

static void standing_takes_three(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = {{0, 20}, {1, 20}, {2, 20}, {0, 21}, {1, 21}};
    uint64_t three = score_with(pairs, 5, NULL, 20);
    uint64_t two = score_with(pairs, 5, NULL, 21);
    assert_true(two > 0);
    assert_true(three > 20 * two);
}

static void a_seed_that_nobody_supports_stands_by_itself(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = {{0, 20}};
    assert_int_equal(score_with(pairs, 1, NULL, 9), NB_TRUST_MASS / 10 * 38 / 256 / 4);
    assert_int_equal(score_with(pairs, 1, NULL, 19), 0);
}

static void acts_of_one_week_and_answers_weigh_less(void **state)
{
    (void)state;
    static const uint32_t seeds[] = {0, 1, 2};
    struct world w = new_world(10);
    for (uint32_t i = 0; i < 3; i++) {
        act(&w, i, 3, NB_ACT_LINK, NOW_S);
        act(&w, i, 3, NB_ACT_LINK, NOW_S + WEEK_S);
        act(&w, i, 4, NB_ACT_LINK, NOW_S);
        act(&w, i, 4, NB_ACT_LINK, NOW_S + WEEK_S - 1);
        act(&w, i, 5, NB_ACT_REPLY, NOW_S);
        act(&w, i, 6, NB_ACT_REPLY, NOW_S);
        act(&w, i, 6, NB_ACT_QUOTE, 0);
        /* to what had been there for long */
        act(&w, i, 7, NB_ACT_LINK | NB_ACT_LATE, NOW_S + WEEK_S);
        act(&w, i, 8, NB_ACT_REPLY | NB_ACT_LATE, NOW_S + WEEK_S);
        act(&w, i, 8, NB_ACT_LINK, NOW_S + WEEK_S); /* the weightiest, which is not late */
    }
    struct nb_graph *graph = end_world(&w);
    struct nb_trust *trust = trust_of(graph, NULL, seeds, 3);
    const uint64_t *scores = nb_trust_scores(trust);
    assert_true(scores[3] > scores[4]);
    assert_true(scores[7] == scores[3]);
    assert_true(scores[8] == scores[3]);
    assert_true(scores[4] > scores[6]);
    assert_true(scores[6] > scores[5]);
    assert_true(scores[5] > 0);
    nb_trust_free(trust);
    nb_graph_free(graph);
}

static void thousandths_grow_with_the_score(void **state)
{
    (void)state;
    const uint64_t mean = UINT64_C(1) << 35;
    int32_t last = 0;
    assert_int_equal(nb_trust_milli(0, mean), 0);
    assert_int_equal(nb_trust_milli(mean, mean), 499); /* rounded down */
    assert_int_equal(nb_trust_milli(3 * mean, mean), 749);
    for (uint64_t score = 1; score < NB_TRUST_MASS; score += 1 + score / 7) {
        int32_t milli = nb_trust_milli(score, mean);
        assert_true(milli >= last && milli <= 999);
        last = milli;
    }
    assert_int_equal(last, 999);
}

/* Ten whom three seeds stand by, and many who get a little of what those pass on. */
static void accounts_with_next_to_nothing_do_not_lower_the_mean(void **state)
{
    (void)state;
    const uint32_t seeds[] = {0, 1, 2};
    uint64_t means[2];
    for (uint32_t many = 0; many < 2; many++) {
        struct world w = new_world(13 + 2000);
        for (uint32_t i = 3; i < 13; i++) {
            for (uint32_t k = 0; k < 3; k++) {
                act(&w, k, i, NB_ACT_LINK, 0);
            }
        }
        for (uint32_t i = 13; i < 13 + 2000 * many; i++) {
            act(&w, 3 + i % 10, i, NB_ACT_LINK, 0);
        }
        struct nb_graph *graph = end_world(&w);
        struct nb_trust *trust = trust_of(graph, NULL, seeds, 3);
        assert_true(nb_trust_scores(trust)[12] > 0);
        assert_int_equal(nb_trust_scores(trust)[13] > 0, many);
        means[many] = nb_trust_mean(trust);
        nb_trust_free(trust);
        nb_graph_free(graph);
    }
    assert_int_equal(means[1], means[0]);
}

/* A few that everybody leads to, a crowd that leads to them, and a clique of false accounts. */
static struct nb_graph *crowd_and_clique(uint32_t crowd, uint32_t clique, uint32_t fakes_at_s)
{
    uint64_t series = 3;
    struct world w = new_world(10 + crowd + clique);
    for (uint32_t i = 0; i < 10; i += 2) {
        act(&w, i, (i + 3) % 10, NB_ACT_LINK, NOW_S);
    }
    for (uint32_t i = 10; i < 10 + crowd; i++) {
        for (int k = 0; k < 4; k++) {
            uint64_t pick = nb_series_next(&series);
            act(&w, i, pick % 3 ? (uint32_t)(pick >> 8) % 10 : 10 + (uint32_t)(pick >> 8) % crowd,
                NB_ACT_LINK, NOW_S + (uint32_t)(pick >> 40) % 1000);
        }
    }
    for (uint32_t i = 10 + crowd; i < w.authors_n; i++) {
        act(&w, i, 12, NB_ACT_LINK, NOW_S + fakes_at_s);
        for (uint32_t k = 10 + crowd; k < w.authors_n; k++) {
            act(&w, i, k, NB_ACT_LINK, NOW_S + fakes_at_s);
        }
    }
    return end_world(&w);
}

/* Seeds that are false accounts; the few that everybody leads to are to be among the others. */
static size_t false_seeds(uint32_t crowd, uint32_t clique, uint32_t fakes_at_s)
{
    struct nb_graph *graph = crowd_and_clique(crowd, clique, fakes_at_s);
    uint32_t seeds[NB_SEEDS_MAX];
    size_t n, wrong = 0, stars = 0;
    int32_t share_milli;
    assert_int_equal(nb_seeds_find(graph, seeds, &n, &share_milli), NB_OK);
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && seeds[i] == seeds[i - 1];
        wrong += seeds[i] >= 10 + crowd;
        stars += seeds[i] < 10 && !again;
    }
    assert_in_range(share_milli, 490, 500);
    assert_true(wrong > 0 || stars >= 6);
    nb_graph_free(graph);
    return wrong;
}

static void fewer_than_half_of_all_make_no_seed(void **state)
{
    (void)state;
    assert_int_equal(false_seeds(150, 0, 0), 0);
    assert_int_equal(false_seeds(150, 110, 0), 0);
    assert_true(false_seeds(150, 400, 0) > 0);
    /* newcomers do not even count */
    assert_int_equal(false_seeds(300, 290, 60 * 86400), 0);
}

static void nobody_acts_and_nobody_is_a_seed(void **state)
{
    (void)state;
    uint32_t seeds[NB_SEEDS_MAX];
    size_t n;
    int32_t share_milli;
    struct world w = new_world(5);
    struct nb_graph *graph = end_world(&w);
    assert_int_equal(nb_seeds_find(graph, seeds, &n, &share_milli), NB_OK);
    assert_int_equal(n, 0);
    struct nb_trust *trust = trust_of(graph, NULL, seeds, n);
    assert_int_equal(nb_trust_scores(trust)[4], 0);
    nb_trust_free(trust);
    uint32_t nobody = 5;
    const struct nb_trust_input input = {.seeds = &nobody, .seeds_n = 1};
    assert_int_equal(nb_trust_new(graph, &input, &trust), NB_EINVAL);
    assert_null(trust);
    nb_graph_free(graph);
}

/* Two who act towards many, and towards as many more at once. */
static void a_row_moves_once_whatever_is_added(void **state)
{
    (void)state;
    enum { KNOWN = 2000, NEW = 2000 };
    static struct nb_support_act acts[2 * NEW];
    struct nb_support support = {.authors_n = 0};
    assert_int_equal(nb_support_grow(&support, 2 + KNOWN + NEW), NB_OK);
    for (uint32_t half = 0; half < 2; half++) {
        for (uint32_t i = 0; i < 2 * NEW; i++) {
            acts[i] = (struct nb_support_act){i % 2, 2 + half * KNOWN + i / 2, NB_ACT_LINK, 1000};
        }
        assert_int_equal(nb_support_add(&support, acts, 2 * NEW), NB_OK);
    }
    assert_int_equal(support.pairs_n, 2 * (KNOWN + NEW));
    assert_int_equal(support.out[1].n, KNOWN + NEW);
    assert_int_equal(support.out_n, support.pairs_n + 2 * KNOWN); /* each row was moved once */
    nb_support_fini(&support);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    struct nb_graph *graph = crowd_and_clique(60, 10, 0);
    for (long fail = 1; fail < 200; fail++) {
        struct nb_trust *trust = NULL;
        uint32_t seeds[NB_SEEDS_MAX];
        size_t n;
        int32_t share_milli;
        struct nb_support_act acts[] = {{3, 70, NB_ACT_LINK, 0}, {90, 2, NB_ACT_COPY, 5}};
        nb_mem_fail_from(fail);
        enum nb_err err = nb_seeds_find(graph, seeds, &n, &share_milli);
        if (err == NB_OK) {
            const struct nb_trust_input input = {.seeds = seeds, .seeds_n = n};
            err = nb_trust_new(graph, &input, &trust);
        }
        if (err == NB_OK) {
            err = nb_trust_change(trust, NULL, 0, acts, 2, 200000);
        }
        nb_mem_fail_from(0);
        nb_trust_free(trust);
        assert_true(err == NB_OK || err == NB_ENOMEM);
        if (err == NB_OK) {
            assert_true(fail > 20);
            nb_graph_free(graph);
            return;
        }
    }
    fail_msg("it never had enough");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_in_pieces_gives_what_all_at_once_gives),
        cmocka_unit_test(what_is_taken_out_leaves_nothing_behind),
        cmocka_unit_test(of_a_group_whose_members_give_as_much_order_says_nothing),
        cmocka_unit_test(shares_add_up_to_the_score),
        cmocka_unit_test(passing_on_takes_two_that_do_not_depend_on_one_another),
        cmocka_unit_test(acts_grow_old),
        cmocka_unit_test(standing_takes_three),
        cmocka_unit_test(a_seed_that_nobody_supports_stands_by_itself),
        cmocka_unit_test(acts_of_one_week_and_answers_weigh_less),
        cmocka_unit_test(thousandths_grow_with_the_score),
        cmocka_unit_test(accounts_with_next_to_nothing_do_not_lower_the_mean),
        cmocka_unit_test(fewer_than_half_of_all_make_no_seed),
        cmocka_unit_test(nobody_acts_and_nobody_is_a_seed),
        cmocka_unit_test(a_row_moves_once_whatever_is_added),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
