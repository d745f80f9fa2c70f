#include "tests/lib/test.h"

#include <nabiz/series.h>

#include "analyzer/influence/cascade.h"

#define R NB_CASCADE_ROOT

enum { RANDOM_TREES = 200, NODES_MAX = 120, MANY = 300000 };

static struct nb_cascade measured(const uint32_t *parent, uint32_t n, uint32_t *below)
{
    struct nb_arena *arena = nb_arena_new(64 << 20);
    struct nb_cascade out;
    assert_int_equal(nb_cascade_measure(parent, n, below, arena, &out), NB_OK);
    assert_int_equal(nb_arena_used(arena), 0);
    nb_arena_free(arena);
    return out;
}

static void known_shapes_have_known_figures(void **state)
{
    (void)state;
    static const struct {
        const char *shape;
        uint32_t n, parent[6];
        uint32_t depth, breadth;
        uint64_t distances;
        int32_t virality_milli;
    } rows[] = {
        {"one", 1, {R}, 0, 1, 0, 0},
        {"two", 2, {R, 0}, 1, 1, 1, 1000},
        {"star", 5, {R, 0, 0, 0, 0}, 1, 4, 16, 1600}, /* 4 * 1 + 6 * 2 over 10 */
        {"chain", 4, {R, 0, 1, 2}, 3, 1, 10, 1667},   /* 3 * 1 + 2 * 2 + 1 * 3 over 6 */
        {"root last", 4, {1, 2, 3, R}, 3, 1, 10, 1667},
        {"fork", 6, {R, 0, 0, 1, 1, 2}, 2, 3, 32, 2133},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_cascade got = measured(rows[i].parent, rows[i].n, NULL);
        if (got.nodes_n != rows[i].n || got.depth != rows[i].depth ||
            got.breadth != rows[i].breadth || got.distances != rows[i].distances ||
            got.virality_milli != rows[i].virality_milli) {
            fail_msg("%s: depth %u breadth %u distances %llu virality %d", rows[i].shape, got.depth,
                     got.breadth, (unsigned long long)got.distances, got.virality_milli);
        }
    }
}

static uint32_t depth_of(const uint32_t *parent, uint32_t node)
{
    uint32_t depth = 0;
    for (; parent[node] != R; node = parent[node]) {
        depth++;
    }
    return depth;
}

/* Distance by walking up from the deeper of the two until they meet. */
static uint32_t distance(const uint32_t *parent, uint32_t a, uint32_t b)
{
    uint32_t steps = 0;
    while (a != b) {
        bool lower = depth_of(parent, a) >= depth_of(parent, b);
        a = lower ? parent[a] : a;
        b = lower ? b : parent[b];
        steps++;
    }
    return steps;
}

static void the_sum_of_distances_is_that_of_walking_between_all_pairs(void **state)
{
    (void)state;
    uint64_t series = 7;
    for (int tree = 0; tree < RANDOM_TREES; tree++) {
        uint32_t n = 1 + (uint32_t)(nb_series_next(&series) % NODES_MAX), name[NODES_MAX];
        uint32_t parent[NODES_MAX], below[NODES_MAX], want_below[NODES_MAX] = {0};
        uint64_t want = 0;
        for (uint32_t i = 0; i < n; i++) {
            name[i] = i;
        }
        nb_series_shuffle(name, n, &series); /* the root may be anywhere */
        for (uint32_t i = 0; i < n; i++) {
            parent[name[i]] = i ? name[nb_series_next(&series) % i] : R;
        }
        for (uint32_t a = 0; a < n; a++) {
            for (uint32_t b = 0; b < a; b++) {
                want += distance(parent, a, b);
            }
            for (uint32_t up = parent[a]; up != R; up = parent[up]) {
                want_below[up]++;
            }
        }
        struct nb_cascade got = measured(parent, n, below);
        assert_int_equal(got.distances, want);
        assert_memory_equal(below, want_below, n * sizeof(below[0]));
    }
}

static void a_long_chain_is_measured_without_a_stack(void **state)
{
    (void)state;
    uint32_t *parent = calloc(MANY, sizeof(*parent));
    for (uint32_t i = 0; i < MANY; i++) {
        parent[i] = i ? i - 1 : R;
    }
    struct nb_cascade got = measured(parent, MANY, NULL);
    assert_int_equal(got.depth, MANY - 1);
    assert_int_equal(got.distances, (uint64_t)(MANY - 1) * MANY / 2 * (MANY + 1) / 3);
    free(parent);
}

static void what_is_no_tree_is_refused(void **state)
{
    (void)state;
    static const uint32_t none[] = {1, 0}, two[] = {R, R}, circle[] = {R, 2, 1}, far[] = {R, 9};
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_cascade out;
    assert_int_equal(nb_cascade_measure(none, 2, NULL, arena, &out), NB_EINVAL);
    assert_int_equal(nb_cascade_measure(two, 2, NULL, arena, &out), NB_EINVAL);
    assert_int_equal(nb_cascade_measure(circle, 3, NULL, arena, &out), NB_EINVAL);
    assert_int_equal(nb_cascade_measure(far, 2, NULL, arena, &out), NB_EINVAL);
    assert_int_equal(nb_cascade_measure(NULL, 0, NULL, arena, &out), NB_EINVAL);
    nb_arena_free(arena);
}

static void rows_as_collected_become_one_tree(void **state)
{
    (void)state;
    static const struct nb_cascade_row rows[] = {
        {0, 1, 0, 10},  {0, 1, 0, 10},                  /* again */
        {1, 2, 10, 20}, {0, 2, 0, 20},                  /* two parents: the later exposure counts */
        {3, 3, 5, 5},                                   /* oneself */
        {2, 0, 20, 0},                                  /* the root from somebody */
        {5, 4, 40, 30},                                 /* later than its child: kept */
        {0, 5, 0, 40},  {7, 6, 61, 60}, {6, 7, 60, 61}, /* a circle */
    };
    static const uint32_t want[] = {R, 0, 1, 0, 5, 0, 0, 6};
    uint32_t parent[8];
    struct nb_cascade_repairs repairs;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    assert_int_equal(
        nb_cascade_grow(rows, sizeof(rows) / sizeof(rows[0]), 8, 0, arena, parent, &repairs),
        NB_OK);
    assert_memory_equal(parent, want, sizeof(want));
    assert_int_equal(repairs.repeats_n, 1);
    assert_int_equal(repairs.rivals_n, 1);
    assert_int_equal(repairs.selves_n, 1);
    assert_int_equal(repairs.roots_n, 1);
    assert_int_equal(repairs.reversed_n, 2);
    assert_int_equal(repairs.circles_n, 1);
    assert_int_equal(repairs.orphans_n, 1);
    assert_int_equal(nb_cascade_grow(rows, 1, 1, 0, arena, parent, &repairs), NB_EINVAL);
    assert_int_equal(nb_cascade_grow(rows, 1, 2, 2, arena, parent, &repairs), NB_EINVAL);
    nb_arena_free(arena);
}

static void any_rows_become_a_tree(void **state)
{
    (void)state;
    uint64_t series = 11;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    for (int tree = 0; tree < RANDOM_TREES; tree++) {
        struct nb_cascade_row rows[NODES_MAX];
        uint32_t n = 1 + (uint32_t)(nb_series_next(&series) % 40), parent[40];
        struct nb_cascade_repairs repairs;
        struct nb_cascade figures;
        for (size_t i = 0; i < NODES_MAX; i++) {
            uint64_t drawn = nb_series_next(&series);
            rows[i] = (struct nb_cascade_row){(uint32_t)(drawn % n), (uint32_t)(drawn / 64 % n),
                                              (int64_t)(drawn >> 32) % 9 - 4,
                                              (int64_t)(drawn >> 48) % 9 - 4};
        }
        assert_int_equal(nb_cascade_grow(rows, NODES_MAX, n, n - 1, arena, parent, &repairs),
                         NB_OK);
        assert_int_equal(nb_cascade_measure(parent, n, NULL, arena, &figures), NB_OK);
    }
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_shapes_have_known_figures),
        cmocka_unit_test(the_sum_of_distances_is_that_of_walking_between_all_pairs),
        cmocka_unit_test(a_long_chain_is_measured_without_a_stack),
        cmocka_unit_test(what_is_no_tree_is_refused),
        cmocka_unit_test(rows_as_collected_become_one_tree),
        cmocka_unit_test(any_rows_become_a_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
