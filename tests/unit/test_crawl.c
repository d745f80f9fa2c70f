/*
 * What a crawl makes of answers: documents, states, and when to ask again.
 */
#include "tests/unit/rude_world.h"

static void entries_become_documents_oldest_first(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/a kind=post\n", NULL);
    struct nb_document *documents[10];
    crawl_at(&world, T0);
    assert_int_equal(read_log(&world, documents, 10), 2);
    const struct nb_document *document = documents[0];
    assert_string_equal(document->title, "ba\xc5\x9fl\xc4\xb1k 1");
    assert_string_equal(document->url, "http://a.example/y/1");
    assert_string_equal(document->guid, "g1");
    assert_string_equal(document->site, "a.example");
    assert_string_equal(document->author, "a.example/Ay\xc5\x9f"
                                          "e");
    assert_string_equal(document->text, "metin 1");
    assert_int_equal(document->kind, NB__KIND__POST);
    assert_int_equal(document->fetched_ms, T0);
    assert_false(document->has_published_ms);
    assert_string_equal(documents[1]->title, "ba\xc5\x9fl\xc4\xb1k 2");
    end_world(&world);
}

static void an_unchanged_source_stores_nothing_again(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/a\nhttp://b.example/same\n", NULL);
    struct nb_document *documents[10];
    crawl_at(&world, T0);
    int hits = atomic_load(&server.hits);
    crawl_at(&world, T0 + 1000);
    assert_int_equal(atomic_load(&server.hits), hits); /* nothing was due */
    int64_t unchanged = nb_counter_get(NB_CTR_POLLS_UNCHANGED);
    crawl_at(&world, T0 + HOUR);
    assert_int_equal(atomic_load(&server.hits), hits + 2);
    assert_int_equal(nb_counter_get(NB_CTR_POLLS_UNCHANGED), unchanged + 2);
    assert_int_equal(read_log(&world, documents, 10), 3);
    const struct nb_source *a = state_of(&world, "http://a.example/a");
    assert_int_equal(a->status, 304);
    assert_string_equal(a->etag, "\"a1\"");
    assert_int_equal(a->polls_n, 2);
    assert_int_equal(a->documents_n, 2);
    assert_int_equal(a->changed_ms, T0);
    assert_int_equal(a->due_ms, T0 + HOUR + 1800000);
    end_world(&world);
}

static void validators_go_back_only_to_the_address_they_came_from(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/turn\n", NULL);
    struct nb_document *documents[10];
    atomic_store(&server.go, false);
    int64_t unchanged = nb_counter_get(NB_CTR_POLLS_UNCHANGED);
    crawl_at(&world, T0);
    crawl_at(&world, T0 + HOUR); /* to /a again: 304 */
    assert_int_equal(nb_counter_get(NB_CTR_POLLS_UNCHANGED), unchanged + 1);
    assert_int_equal(read_log(&world, documents, 10), 2);
    atomic_store(&server.go, true);
    crawl_at(&world, T0 + 2 * HOUR); /* to /b, which happens to use the same tag */
    assert_int_equal(nb_counter_get(NB_CTR_POLLS_UNCHANGED), unchanged + 1);
    assert_int_equal(read_log(&world, documents, 10), 3);
    atomic_store(&server.go, false);
    end_world(&world);
}

static void answers_decide_when_a_source_is_asked_again(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *options;
        uint32_t status;
        uint32_t failures_n;
        int64_t wait_s; /* -1: never */
        const char *moved_to;
        const char *failure; /* a part of it */
    } rows[] = {
        {"/a", "", 200, 0, 1800, NULL, NULL},
        {"/same", "every=2h", 200, 0, 7200, NULL, NULL},
        {"/ttl", "", 200, 0, 18000, NULL, NULL},
        {"/moved", "", 200, 0, 1800, "http://s3.example/new", NULL},
        {"/temp", "", 200, 0, 1800, NULL, NULL},
        {"/loop", "", 302, 1, 1800, NULL, "redirects"},
        {"/file", "", 302, 1, 1800, NULL, "http"},
        {"/gone", "", 410, 0, 1800, NULL, "410"}, /* its site is asked once */
        {"/late", "every=1min", 429, 1, 7200, NULL, "429"},
        {"/date", "", 503, 1, 18000, NULL, "503"},
        {"/500", "", 500, 1, 1800, NULL, "500"},
        {"/500", "every=12h", 500, 1, 43200, NULL, "500"},
        {"/html", "", 200, 1, 1800, NULL, "web page"},
        {"/missing", "", 404, 1, 1800, NULL, "404"},
        {"/big", "", 200, 1, 1800, NULL, "crawl.body_max"},
        {"/endless", "", 404, 1, 1800, NULL, "404"},
        {"/headers", "", 200, 1, 1800, NULL, "500 headers"},
    };
    char sources[4096] = "";
    char url[64];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)snprintf(sources + strlen(sources), sizeof(sources) - strlen(sources),
                       "http://s%zu.example%s %s\n", i, rows[i].path, rows[i].options);
    }
    struct world world = make_world(sources, "crawl.body_max=64k");
    crawl_at(&world, T0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)snprintf(url, sizeof(url), "http://s%zu.example%s", i, rows[i].path);
        const struct nb_source *got = state_of(&world, url);
        assert_int_equal(got->status, rows[i].status);
        assert_int_equal(got->failures_n, rows[i].failures_n);
        assert_int_equal(got->has_due_ms ? (got->due_ms - T0) / 1000 : -1, rows[i].wait_s);
        assert_int_equal(got->retired, rows[i].status == 410);
        if (rows[i].moved_to) {
            assert_string_equal(got->moved_to, rows[i].moved_to);
        } else {
            assert_null(got->moved_to);
        }
        if (rows[i].failure) {
            assert_non_null(strstr(got->failure, rows[i].failure));
        } else {
            assert_null(got->failure);
        }
    }
    end_world(&world);
}

static void failures_wait_longer_each_time_but_at_most_a_day(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/500\n", NULL);
    int64_t now_ms = T0;
    int64_t wait_s = 1800;
    for (uint32_t i = 1; i < 9; i++) {
        crawl_at(&world, now_ms);
        const struct nb_source *got = state_of(&world, "http://a.example/500");
        assert_int_equal(got->failures_n, i);
        int64_t jitter_ms = i > 1 ? wait_s * 1000 / 8 : 0;
        assert_in_range(got->due_ms - now_ms, wait_s * 1000 - jitter_ms, wait_s * 1000);
        now_ms = got->due_ms;
        wait_s = wait_s * 2 < 86400 ? wait_s * 2 : 86400;
    }
    end_world(&world);
}

static void paused_retired_and_removed_sources_are_left_alone(void **state)
{
    (void)state;
    struct world world = make_world(
        "http://a.example/a paused\nhttp://b.example/gone\nhttp://c.example/same\n", NULL);
    int hits = atomic_load(&server.hits);
    crawl_at(&world, T0);
    assert_int_equal(atomic_load(&server.hits), hits + 2);
    set_sources(&world, "http://a.example/a paused\nhttp://b.example/gone\n");
    crawl_at(&world, T0 + 48 * HOUR);
    assert_int_equal(atomic_load(&server.hits), hits + 3); /* where else it might be */
    crawl_at(&world, T0 + 96 * HOUR);
    assert_int_equal(atomic_load(&server.hits), hits + 3);
    set_sources(&world, "http://a.example/a\nhttp://c.example/same\n");
    crawl_at(&world, T0 + 96 * HOUR);
    assert_int_equal(atomic_load(&server.hits), hits + 5);
    end_world(&world);
}

static void a_reload_takes_new_sources_while_running(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/a\n", NULL);
    struct nb_document *documents[10];
    nb_counter_set(NB_CTR_SETTLED_MS, 0);
    struct nb_crawl *crawl = start(&world, false);
    wait_for_counter(NB_CTR_SETTLED_MS, T0);
    set_sources(&world, "http://b.example/same\n");
    assert_int_equal(nb_crawl_reload(crawl, world.config, &error), NB_OK);
    wait_for_counter(NB_CTR_LOG_LAST, 3); /* a new source is due at once */
    nb_clock_set(world.clock, T0 + HOUR);
    wait_for_counter(NB_CTR_SETTLED_MS, T0 + HOUR);
    stop(crawl);
    assert_int_equal(read_log(&world, documents, 10), 3);
    assert_int_equal(documents[2]->fetched_ms, T0);
    assert_int_equal(state_of(&world, "http://a.example/a")->polls_n, 1);
    assert_int_equal(state_of(&world, "http://b.example/same")->polls_n, 2);
    end_world(&world);
}

static void a_server_that_never_answers_does_not_hold_up_a_stop(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/hang\nhttp://b.example/hang\n"
                                    "http://c.example/a\n",
                                    NULL);
    struct nb_document *documents[10];
    int hits = atomic_load(&server.hits);
    struct nb_crawl *crawl = start(&world, false);
    int64_t limit_ms = nb_mono_ms() + 60000;
    while (atomic_load(&server.hits) < hits + 3) {
        assert_true(nb_mono_ms() < limit_ms);
        (void)usleep(1000);
    }
    wait_for_counter(NB_CTR_LOG_LAST, 2);
    int64_t began_ms = nb_mono_ms();
    stop(crawl);
    assert_true(nb_mono_ms() - began_ms < 2000);
    assert_int_equal(read_log(&world, documents, 10), 2);
    end_world(&world);
}

static void a_feed_that_takes_all_memory_of_a_poll_ends_only_that_poll(void **state)
{
    (void)state;
    static const int items_n[] = {1000, 4000, 4400, 4800, 5200, 5600, 6000, 9000};
    char sources[1024] = "";
    char url[64];
    uint32_t failures_n = 0;
    for (size_t i = 0; i < sizeof(items_n) / sizeof(items_n[0]); i++) {
        (void)snprintf(sources + strlen(sources), sizeof(sources) - strlen(sources),
                       "http://s%zu.example/items/%d\n", i, items_n[i]);
    }
    struct world world = make_world(sources, "crawl.body_max=64k");
    crawl_at(&world, T0);
    for (size_t i = 0; i < sizeof(items_n) / sizeof(items_n[0]); i++) {
        (void)snprintf(url, sizeof(url), "http://s%zu.example/items/%d", i, items_n[i]);
        const struct nb_source *got = state_of(&world, url);
        failures_n += got->failures_n;
        assert_string_equal(got->url, url);
        assert_int_equal(got->failures_n, got->failure != NULL);
    }
    assert_in_range(failures_n, 1, 7);
    end_world(&world);
}

static void a_private_address_is_refused_unless_allowed(void **state)
{
    (void)state;
    struct world world = make_world("http://a.example/a\n", "crawl.allow_private=off");
    int hits = atomic_load(&server.hits);
    crawl_at(&world, T0);
    assert_int_equal(atomic_load(&server.hits), hits);
    assert_non_null(strstr(state_of(&world, "http://a.example/a")->failure, "private"));
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_become_documents_oldest_first),
        cmocka_unit_test(an_unchanged_source_stores_nothing_again),
        cmocka_unit_test(validators_go_back_only_to_the_address_they_came_from),
        cmocka_unit_test(answers_decide_when_a_source_is_asked_again),
        cmocka_unit_test(failures_wait_longer_each_time_but_at_most_a_day),
        cmocka_unit_test(paused_retired_and_removed_sources_are_left_alone),
        cmocka_unit_test(a_reload_takes_new_sources_while_running),
        cmocka_unit_test(a_server_that_never_answers_does_not_hold_up_a_stop),
        cmocka_unit_test(a_feed_that_takes_all_memory_of_a_poll_ends_only_that_poll),
        cmocka_unit_test(a_private_address_is_refused_unless_allowed),
    };
    return cmocka_run_group_tests(tests, set_up_server, tear_down_server);
}
