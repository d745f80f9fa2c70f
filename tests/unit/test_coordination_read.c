#include "tests/unit/world.h"

#include "analyzer/influence/coordination_read.h"

enum { MAP_BYTES = 16 << 20, PEOPLE = 40, FAKES = 12, MINUTE_MS = 60000 };

/* Forty people who have written for a month, then twelve accounts within a minute. */
static void commit_story(struct world *w, bool attack)
{
    struct post posts[PEOPLE * 2 + FAKES];
    size_t n = 0;
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < PEOPLE; i++) {
            posts[n] = (struct post){.at_ms = WORLD_DAY_MS + (int64_t)round * 30 * 24 * NB_HOUR_MS +
                                              (int64_t)i * 17 * MINUTE_MS,
                                     .author = nb_arena_printf(w->arena, "a.example/kisi%zu", i),
                                     .url = nb_arena_printf(w->arena, "https://a.example/%zu", n),
                                     .topic = "acme",
                                     .comments_n = -1};
            n++;
        }
    }
    for (size_t i = 0; attack && i < FAKES; i++) {
        posts[n] = (struct post){.at_ms = WORLD_DAY_MS + 30 * 24 * NB_HOUR_MS + 2 * NB_HOUR_MS +
                                          (int64_t)i * 3000,
                                 .author = nb_arena_printf(w->arena, "a.example/yeni%zu", i),
                                 .url = nb_arena_printf(w->arena, "https://a.example/y%zu", i),
                                 .topic = "acme",
                                 .synthetic_milli = 900,
                                 .comments_n = -1};
        n++;
    }
    world_commit(w, posts, n, 7);
}

/* Of the second round, as an incident of that day would have it. */
static struct nb_coordination_set read_day(struct world *w, struct nb_txn *txn)
{
    struct nb_coordination_set set;
    uint64_t numbers[PEOPLE + FAKES];
    size_t n = 0;
    for (uint64_t number = PEOPLE + 1; number <= w->last; number++) {
        numbers[n++] = number;
    }
    assert_int_equal(nb_coordination_of_documents(txn, NB_LIT("acme"), numbers, n, w->arena, &set),
                     NB_OK);
    return set;
}

static void people_of_a_topic_are_organic(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w, false);
    struct nb_txn *txn = world_read(&w);
    struct nb_coordination_set set = read_day(&w, txn);
    assert_int_equal(set.judged.verdict, NB_COORDINATION_ORGANIC);
    assert_int_equal(set.acts_n, PEOPLE);
    assert_int_equal(set.authors_n, PEOPLE);
    assert_int_equal(set.acts[0].first_seen_ms, WORLD_DAY_MS);
    nb_read_end(txn);
    world_close(&w);
}

static void a_crowd_that_was_never_there_is_named(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w, true);
    struct nb_txn *txn = world_read(&w);
    struct nb_coordination_set set = read_day(&w, txn);
    assert_int_equal(set.judged.verdict, NB_COORDINATION_COORDINATED);
    assert_int_equal(set.judged.coordinated_n, FAKES);
    const struct nb_coordination_group *g = &set.judged.groups[0];
    assert_int_equal(g->kind, NB_COORDINATION_NONSENSE);
    assert_int_equal(g->new_n, FAKES);
    assert_true(g->accounts_known);
    for (size_t i = 0; i < g->acts_n; i++) {
        struct nb_slice who = set.authors[set.acts[g->acts[i]].author];
        assert_true(nb_slice_starts(who, NB_LIT("a.example/yeni")));
    }
    nb_read_end(txn);
    world_close(&w);
}

static void what_is_not_there_is_left_out(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 2, 7777};
    struct world w;
    struct nb_coordination_set set;
    world_open(&w, MAP_BYTES);
    commit_story(&w, false);
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(
        nb_coordination_of_documents(txn, nb_slice(NULL, 0), numbers, 3, w.arena, &set), NB_OK);
    assert_int_equal(set.acts_n, 2);
    assert_int_equal(set.judged.verdict, NB_COORDINATION_UNKNOWN);
    assert_int_equal(
        nb_coordination_of_documents(txn, nb_slice(NULL, 0), numbers, 0, w.arena, &set), NB_OK);
    assert_int_equal(set.acts_n, 0);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_of_a_topic_are_organic),
        cmocka_unit_test(a_crowd_that_was_never_there_is_named),
        cmocka_unit_test(what_is_not_there_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
