#include "tests/lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/counters.h>
#include <nabiz/crawl.h>
#include <nabiz/diag.h>
#include <nabiz/feed.h>
#include <nabiz/log.h>
#include <nabiz/sources.h>
#include <nabiz/store.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "tests/unit/crawl_server.h"

#define T0 1767225600000LL
#define HOUR NB_HOUR_MS

/* ---- a crawl ---- */

static struct nb_error error;

struct world {
    char *dir;
    struct nb_config *config;
    struct nb_clock *clock;
    struct nb_arena *arena;
};

static void set_sources(const struct world *world, const char *text)
{
    char *path = nbt_path(world->dir, "sources.list");
    nbt_write_file(path, nb_slice_str(text));
    free(path);
}

static struct world make_world(const char *sources, const char *more)
{
    struct world world = {.dir = nbt_tmpdir(), .arena = nb_arena_new((size_t)64 << 20)};
    char sets[12][512];
    const char *list[13];
    const char *paths[] = {"data.dir", "data.sources", "clock.file"};
    const char *names[] = {"data", "sources.list", "clock"};
    size_t n = 0;
    for (; n < 3; n++) {
        char *path = nbt_path(world.dir, names[n]);
        (void)snprintf(sets[n], sizeof(sets[n]), "%s=%s", paths[n], path);
        free(path);
    }
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.connect_to=127.0.0.1:%d", server.port);
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.allow_private=on");
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.host_gap=0ms");
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.robots=off"); /* see test_politeness.c */
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.adaptive=off");
    (void)snprintf(sets[n++], sizeof(sets[0]), "data.lexicons=lexicons");
    (void)snprintf(sets[n++], sizeof(sets[0]), "store.map=1m");
    for (size_t i = 0; i < n; i++) {
        list[i] = sets[i];
    }
    if (more) {
        list[n++] = more;
    }
    set_sources(&world, sources);
    if (nb_config_load(NULL, list, n, &world.config, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    assert_int_equal(
        nb_clock_open(nb_config_str(world.config, NB_CFG_CLOCK_FILE), &world.clock, &error), NB_OK);
    nb_clock_set(world.clock, T0);
    return world;
}

static void end_world(struct world *world)
{
    nb_clock_close(world->clock);
    nb_config_free(world->config);
    nb_arena_free(world->arena);
    nbt_rmdir(world->dir);
}

static struct nb_crawl *start(const struct world *world, bool once)
{
    struct nb_crawl *crawl = NULL;
    struct nb_crawl_options options = {.once = once};
    if (nb_crawl_start(world->config, world->clock, &options, &crawl, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return crawl;
}

static void stop(struct nb_crawl *crawl)
{
    if (nb_crawl_stop(crawl, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
}

/* Poll everything that is due at a time, in a process of its own as it were. */
static void crawl_at(const struct world *world, int64_t now_ms)
{
    nb_clock_set(world->clock, now_ms);
    struct nb_crawl *crawl = start(world, true);
    struct pollfd done = {nb_crawl_done_fd(crawl), POLLIN, 0};
    assert_int_equal(poll(&done, 1, 60000), 1);
    stop(crawl);
}

static struct nb_store *open_store(const struct world *world)
{
    struct nb_store_options options = {
        .read_only = true, .map_bytes = 1 << 20, .max_bytes = 1 << 30};
    struct nb_store *store = NULL;
    assert_int_equal(nb_store_open(nb_config_str(world->config, NB_CFG_DATA_DIR), NB_STORE_CRAWL,
                                   &options, &store, &error),
                     NB_OK);
    return store;
}

static const struct nb_source *state_of(const struct world *world, const char *url)
{
    struct nb_store *store = open_store(world);
    struct nb_txn *txn;
    struct nb_slice value;
    struct nb_id id;
    struct nb_source *state = NULL;
    assert_int_equal(nb_source_id(nb_slice_str(url), &id, &error), NB_OK);
    assert_int_equal(nb_read_begin(store, &txn, &error), NB_OK);
    assert_int_equal(nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(id.b, NB_ID_BYTES), &value), NB_OK);
    assert_int_equal(nb_source_decode(nb_arena_copy(world->arena, value), world->arena, &state),
                     NB_OK);
    nb_read_end(txn);
    nb_store_close(store);
    return state;
}

static size_t read_log(const struct world *world, struct nb_document **out, size_t max_n)
{
    struct nb_store *store = open_store(world);
    struct nb_log *log;
    size_t n = 0;
    assert_int_equal(nb_log_open_local(store, &log, &error), NB_OK);
    assert_int_equal(nb_log_next(log, 0, max_n, world->arena, out, &n, &error), NB_OK);
    nb_log_close(log);
    nb_store_close(store);
    return n;
}

/* ---- tests ---- */

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

static void wait_for_counter(enum nb_counter counter, int64_t at_least)
{
    int64_t limit_ms = nb_mono_ms() + 60000;
    while (nb_counter_get(counter) < at_least) {
        assert_true(nb_mono_ms() < limit_ms);
        (void)usleep(1000);
    }
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

/* All of the log's records as bytes. */
static struct nb_slice dump(const struct world *world)
{
    static const enum nb_table_id tables[] = {NB_TBL_LOG, NB_TBL_IDENTITY, NB_TBL_SOURCE_STATE,
                                              NB_TBL_DUE};
    struct nb_store *store = open_store(world);
    struct nb_txn *txn;
    struct nb_buf out;
    nb_buf_init(&out, (size_t)16 << 20);
    assert_int_equal(nb_read_begin(store, &txn, &error), NB_OK);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        struct nb_cursor *cursor;
        struct nb_slice key;
        struct nb_slice value;
        assert_int_equal(nb_cursor_open(txn, tables[i], &cursor), NB_OK);
        enum nb_err err = nb_cursor_seek(cursor, NB_LIT(""), &key, &value);
        while (err == NB_OK) {
            nb_buf_add(&out, key);
            nb_buf_add(&out, value);
            err = nb_cursor_next(cursor, &key, &value);
        }
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    nb_store_close(store);
    struct nb_slice copy = nb_arena_copy(world->arena, nb_buf_slice(&out));
    nb_buf_fini(&out);
    return copy;
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

static int set_up(void **state)
{
    (void)state;
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    assert_int_equal(nb_text_init(&error), NB_OK);
    assert_int_equal(nb_url_init(&error), NB_OK);
    nb_feed_init();
    start_server();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_server();
    nb_feed_fini();
    nb_url_fini();
    return 0;
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
        cmocka_unit_test(an_ordered_crawl_stores_the_same_bytes_however_it_is_interrupted),
        cmocka_unit_test(what_was_asked_and_not_stored_is_not_asked_again_before_its_pause_is_over),
        cmocka_unit_test(the_pause_begins_with_the_answer),
        cmocka_unit_test(a_clock_set_back_does_not_silence_a_source),
        cmocka_unit_test(a_feed_that_takes_all_memory_of_a_poll_ends_only_that_poll),
        cmocka_unit_test(the_pause_of_a_host_holds_across_a_restart),
        cmocka_unit_test(many_loops_and_parsers_store_each_document_once),
        cmocka_unit_test(a_full_store_waits_for_space_and_loses_nothing),
        cmocka_unit_test(a_private_address_is_refused_unless_allowed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
