/*
 * What holds across restarts, kills, clocks that are set and stores that are full.
 */
#include "tests/unit/rude_world.h"

static void what_was_asked_and_not_stored_is_not_asked_again_before_its_pause_is_over(void **state)
{
    (void)state;
    struct world world =
        make_world("http://a.example/hang every=1h\nhttp://b.example/hang\n", NULL);
    int hits = atomic_load(&server.hits);
    nb_clock_set(world.clock, T0);
    struct nb_crawl *crawl = start(&world, false);
    int64_t limit_ms = nb_mono_ms() + 60000;
    while (atomic_load(&server.hits) < hits + 2) {
        assert_true(nb_mono_ms() < limit_ms);
        (void)usleep(1000);
    }
    stop(crawl); /* to the store it is as if the process had been killed */
    crawl_at(&world, T0 + HOUR / 2 - 1);
    crawl_at(&world, T0 + HOUR / 2 - 1);
    assert_int_equal(atomic_load(&server.hits), hits + 2);
    static const struct {
        int64_t at_ms;
        int asked_n;
    } steps[] = {{T0 + HOUR / 2, 3}, {T0 + HOUR - 1, 3}, {T0 + HOUR, 5}};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        nb_clock_set(world.clock, steps[i].at_ms);
        nb_counter_set(NB_CTR_SETTLED_MS, 0);
        crawl = start(&world, false);
        limit_ms = nb_mono_ms() + 60000;
        while (atomic_load(&server.hits) < hits + steps[i].asked_n &&
               nb_counter_get(NB_CTR_SETTLED_MS) < steps[i].at_ms) {
            assert_true(nb_mono_ms() < limit_ms);
            (void)usleep(1000);
        }
        stop(crawl);
        assert_int_equal(atomic_load(&server.hits), hits + steps[i].asked_n);
    }
    end_world(&world);
}

static void the_pause_begins_with_the_answer(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/wait\n", NULL);
    int hits = atomic_load(&server.hits);
    struct nb_crawl *crawl = start(&world, false);
    int64_t limit_ms = nb_mono_ms() + 60000;
    while (atomic_load(&server.hits) == hits) {
        assert_true(nb_mono_ms() < limit_ms);
        (void)usleep(1000);
    }
    int64_t polls = nb_counter_get(NB_CTR_POLLS);
    nb_clock_set(world.clock, T0 + HOUR);
    atomic_store(&server.go, true);
    wait_for_counter(NB_CTR_POLLS, polls + 1);
    stop(crawl);
    const struct nb_source *got = state_of(&world, "http://a.example/wait");
    assert_int_equal(got->polled_ms, T0);
    assert_int_equal(got->due_ms, T0 + HOUR + HOUR / 2);
    end_world(&world);
}

static void a_clock_set_back_does_not_silence_a_source(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/a\n", NULL);
    const char *url = "http://a.example/a";
    crawl_at(&world, T0 + 365 * 24 * HOUR); /* a wrong clock */
    int64_t polls = nb_counter_get(NB_CTR_POLLS);
    nb_clock_set(world.clock, T0);
    nb_counter_set(NB_CTR_SETTLED_MS, 0);
    struct nb_crawl *crawl = start(&world, false);
    wait_for_counter(NB_CTR_SETTLED_MS, T0);
    assert_int_equal(nb_counter_get(NB_CTR_POLLS), polls); /* but no sooner than its pause */
    nb_clock_set(world.clock, T0 + HOUR);
    wait_for_counter(NB_CTR_POLLS, polls + 1);
    wait_for_counter(NB_CTR_SETTLED_MS, T0 + HOUR);
    nb_clock_set(world.clock, T0 - 24 * HOUR); /* also while it runs */
    nb_counter_set(NB_CTR_SETTLED_MS, 0);
    nb_clock_wake(world.clock);
    wait_for_counter(NB_CTR_SETTLED_MS, T0 - 24 * HOUR);
    nb_clock_set(world.clock, T0 - 23 * HOUR);
    wait_for_counter(NB_CTR_POLLS, polls + 2);
    stop(crawl);
    assert_int_equal(state_of(&world, url)->due_ms, T0 - 23 * HOUR + HOUR / 2);
    end_world(&world);
}

static void an_ordered_crawl_stores_the_same_bytes_however_it_is_interrupted(void **state)
{
    (void)state;
    enum { SOURCES_N = 120 };
    char sources[SOURCES_N * 40] = "";
    for (int i = 0; i < SOURCES_N; i++) {
        (void)snprintf(sources + strlen(sources), sizeof(sources) - strlen(sources),
                       "http://s%d.example/n/%d\n", i % 17, i);
    }
    struct world calm = make_world(sources, "crawl.ordered=on");
    struct world rough = make_world(sources, "crawl.ordered=on");
    for (int step = 0; step < 3; step++) {
        int64_t now_ms = T0 + step * HOUR;
        crawl_at(&calm, now_ms);
        nb_clock_set(rough.clock, now_ms);
        for (int i = 0; i < 6; i++) { /* stopped wherever it happens to be */
            struct nb_crawl *crawl = start(&rough, false);
            (void)usleep((useconds_t)(1000 + i * 3000));
            stop(crawl);
        }
        crawl_at(&rough, now_ms);
    }
    struct nb_slice a = dump(&calm);
    struct nb_slice b = dump(&rough);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.p, b.p, a.len);
    end_world(&calm);
    end_world(&rough);
}

static void the_pause_of_a_host_holds_across_a_restart(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/a\n", "crawl.host_gap=400ms");
    crawl_at(&world, T0);
    int64_t before_ms = atomic_load(&server.last_mono_ms);
    crawl_at(&world, T0 + HOUR);
    assert_true(atomic_load(&server.last_mono_ms) - before_ms >= 400);
    end_world(&world);
}

static void many_loops_and_parsers_store_each_document_once(void **state)
{
    (void)state;
    enum { SOURCES_N = 300 };
    char *sources = calloc(SOURCES_N, 40);
    struct nb_document *documents[SOURCES_N + 1];
    for (int i = 0; i < SOURCES_N; i++) {
        (void)snprintf(sources + strlen(sources), 40, "http://s%d.example/n/%d\n", i % 40, i);
    }
    struct world world = make_world(sources, "crawl.loops=3");
    free(sources);
    crawl_at(&world, T0);
    assert_int_equal(read_log(&world, documents, SOURCES_N + 1), SOURCES_N);
    end_world(&world);
}

static void a_full_store_waits_for_space_and_loses_nothing(void **state)
{
    (void)state;
    enum { SOURCES_N = 60 };
    char sources[SOURCES_N * 40] = "";
    struct nb_document *documents[SOURCES_N + 1];
    for (int i = 0; i < SOURCES_N; i++) {
        (void)snprintf(sources + strlen(sources), sizeof(sources) - strlen(sources),
                       "http://s%d.example/long/%d\n", i, i);
    }
    struct world world = make_world(sources, "store.max=1m");
    struct nb_config *larger = NULL;
    char *path = nbt_path(world.dir, "sources.list");
    char set[512];
    (void)snprintf(set, sizeof(set), "data.sources=%s", path);
    const char *sets[] = {set, "store.max=64m"};
    free(path);
    assert_int_equal(nb_config_load(NULL, sets, 2, &larger, &error), NB_OK);
    int64_t retries = nb_counter_get(NB_CTR_COMMIT_RETRIES);
    nb_counter_set(NB_CTR_SETTLED_MS, 0);
    struct nb_crawl *crawl = start(&world, false);
    wait_for_counter(NB_CTR_COMMIT_RETRIES, retries + 2);
    stop(crawl);                          /* also while it waits */
    nb_clock_set(world.clock, T0 + HOUR); /* they were asked: not again at once */
    crawl = start(&world, false);
    wait_for_counter(NB_CTR_COMMIT_RETRIES, retries + 4);
    assert_int_equal(nb_counter_get(NB_CTR_SETTLED_MS), 0);
    assert_int_equal(nb_crawl_reload(crawl, larger, &error), NB_OK);
    wait_for_counter(NB_CTR_SETTLED_MS, T0 + HOUR);
    stop(crawl);
    assert_int_equal(read_log(&world, documents, SOURCES_N + 1), SOURCES_N);
    nb_config_free(larger);
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordered_crawl_stores_the_same_bytes_however_it_is_interrupted),
        cmocka_unit_test(what_was_asked_and_not_stored_is_not_asked_again_before_its_pause_is_over),
        cmocka_unit_test(the_pause_begins_with_the_answer),
        cmocka_unit_test(a_clock_set_back_does_not_silence_a_source),
        cmocka_unit_test(the_pause_of_a_host_holds_across_a_restart),
        cmocka_unit_test(many_loops_and_parsers_store_each_document_once),
        cmocka_unit_test(a_full_store_waits_for_space_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, set_up_server, tear_down_server);
}
