/* Circles, who speaks for them, and what comes from one of them only. */
#include "tests/lib/puppets.h"
#include "tests/lib/test.h"

#include "analyzer/influence/communities.h"

enum { CIRCLES = 12, SIZE = 20, HONEST = CIRCLES * SIZE, PUPPETS = 40 };

/* Within a circle everybody acts towards the next six, and every fifth towards another circle. */
static struct nbt_acts honest_acts(void)
{
    struct nbt_acts acts = {.authors_n = HONEST + 1};
    for (uint32_t i = 0; i < HONEST; i++) {
        uint32_t circle = i / SIZE, at = i % SIZE;
        for (uint32_t k = 1; k <= 6; k++) {
            nbt_acts_add(&acts, i, circle * SIZE + (at + k) % SIZE, 0);
        }
        if (at % 5 == 0) {
            nbt_acts_add(&acts, i, (circle + 1 + at / 5) % CIRCLES * SIZE + at, 0);
        }
    }
    return acts;
}

static struct nb_graph *graph_of(const struct nbt_acts *acts)
{
    struct nb_graph *graph;
    struct nb_graph_builder *builder = nbt_acts_builder(acts);
    assert_int_equal(nb_graph_build(builder, &graph), NB_OK);
    nb_graph_builder_free(builder);
    return graph;
}

/* From three seeds in each of six circles. */
static struct nb_trust *trust_of(const struct nbt_acts *acts)
{
    uint32_t seeds[18];
    for (uint32_t i = 0; i < 18; i++) {
        seeds[i] = i / 3 * SIZE + i % 3;
    }
    const struct nb_trust_input input = {.seeds = seeds, .seeds_n = 18};
    struct nb_graph *graph = graph_of(acts);
    struct nb_trust *trust;
    assert_int_equal(nb_trust_new(graph, &input, &trust), NB_OK);
    nb_graph_free(graph);
    return trust;
}

static void who_acts_towards_one_another_is_a_circle(void **state)
{
    (void)state;
    struct nbt_acts acts = honest_acts();
    struct nb_graph *graph = graph_of(&acts);
    struct nb_support support;
    uint32_t circle[HONEST + 1];
    uint8_t holds[HONEST + 1] = {0};
    memset(holds, 1, HONEST);
    assert_int_equal(nb_support_init(&support, graph, NULL, NULL), NB_OK);
    assert_int_equal(nb_communities_find(&support, holds, circle), NB_OK);
    for (uint32_t i = 0; i < HONEST; i++) {
        assert_int_equal(circle[i], circle[i / SIZE * SIZE]);
        assert_true(i < SIZE || circle[i] != circle[i - SIZE]);
    }
    assert_int_equal(circle[HONEST], HONEST); /* who holds nothing is in none */
    nb_support_fini(&support);
    nb_graph_free(graph);
    free(acts.acts);
}

/* The score of an author towards whom the given act; by author number. */
static uint64_t score_with(const uint32_t *supporters, uint32_t n)
{
    struct nbt_acts acts = honest_acts();
    for (uint32_t i = 0; i < n; i++) {
        nbt_acts_add(&acts, supporters[i], HONEST, 0);
    }
    struct nb_trust *trust = trust_of(&acts);
    uint64_t score = nb_trust_scores(trust)[HONEST];
    nb_trust_free(trust);
    free(acts.acts);
    return score;
}

static void support_from_two_circles_counts_for_more(void **state)
{
    (void)state;
    static const uint32_t one[] = {3, 4, 5, 6, 7, 8}, two[] = {3, 4, 5, 23, 24, 25};
    uint64_t by_one = score_with(one, 6), by_two = score_with(two, 6);
    assert_true(by_one > 0);
    assert_true(by_two > 2 * by_one);
}

/* Two rings of accounts, or one, into which honest authors act by mistake; all act towards the same
 * author, towards whom nobody else does. */
static uint64_t attacked(uint32_t rings, uint32_t links)
{
    struct nbt_acts acts = honest_acts();
    uint32_t first = acts.authors_n, size = PUPPETS / rings;
    acts.authors_n += PUPPETS;
    for (uint32_t i = 0; i < PUPPETS; i++) {
        uint32_t ring = i / size * size;
        for (uint32_t k = 1; k < 4; k++) {
            nbt_acts_add(&acts, first + i, first + ring + (i + k) % size, 0);
        }
        nbt_acts_add(&acts, first + i, HONEST, 0);
    }
    for (uint32_t i = 0; i < links; i++) {
        nbt_acts_add(&acts, i * 7 % 120, first + i * 11 % PUPPETS, 0);
    }
    struct nb_trust *trust = trust_of(&acts);
    uint64_t score = nb_trust_scores(trust)[HONEST];
    for (uint32_t i = 0; i < PUPPETS; i++) {
        assert_int_equal(nb_trust_voices(trust)[first + i], 0);
    }
    nb_trust_free(trust);
    free(acts.acts);
    return score;
}

static void a_ring_that_splits_gains_nothing(void **state)
{
    (void)state;
    static const uint32_t friend[] = {3};
    uint64_t honest = score_with(friend, 1);
    assert_true(honest > 0);
    for (uint32_t links = 0; links <= 8; links += 4) {
        for (uint32_t rings = 1; rings <= 4; rings++) {
            assert_true(rings == 3 || attacked(rings, links) <= honest / 1024);
        }
    }
}

static void what_is_held_back_follows_from_the_sums(void **state)
{
    (void)state;
    struct nb_trust_share both[] = {{.points = 1600, .voice = 1},
                                    {.points = 1600, .voice = 1},
                                    {.points = 400, .voice = 2},
                                    {.points = 8000, .voice = 0}};
    nb_communities_hold_back(NULL, both, 4);
    /* 1600 + 1600 / 4 of the first circle, 400 of the second, four times as much of the others */
    assert_int_equal(both[0].points, 1000);
    assert_int_equal(both[1].points, 1000);
    assert_int_equal(both[2].points, 400);
    assert_int_equal(both[3].points, 8000);
    both[3].points = 80000;
    nb_communities_hold_back(NULL, both, 4);
    assert_in_range(both[3].points, 8300, 8400);
    struct nb_trust_share none[] = {{.points = 5 << 24}, {.points = 7 << 24}, {.points = 7 << 24}};
    nb_communities_hold_back(NULL, none, 3);
    assert_int_equal(none[0].points, 0);
    assert_int_equal(none[1].points, 7);
    assert_int_equal(none[2].points, 0);
    /* more circles than are told apart: that is not known by one only */
    enum { MANY = 3000 };
    static struct nb_trust_share many[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        many[i] = (struct nb_trust_share){.points = 1000, .voice = i + 1};
    }
    nb_communities_hold_back(NULL, many, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(many[i].points, 1000);
    }
    nb_communities_hold_back(NULL, many, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_acts_towards_one_another_is_a_circle),
        cmocka_unit_test(support_from_two_circles_counts_for_more),
        cmocka_unit_test(a_ring_that_splits_gains_nothing),
        cmocka_unit_test(what_is_held_back_follows_from_the_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
