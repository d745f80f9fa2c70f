/*
 * What tests of a whole crawl share: a data directory, settings, a clock, and what the crawl
 * stored.
 */
#ifndef NABIZ_TEST_CRAWL_WORLD_H
#define NABIZ_TEST_CRAWL_WORLD_H

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
#include <nabiz/record.h>
#include <nabiz/sources.h>
#include <nabiz/store.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#define T0 1767225600000LL
#define SECOND 1000LL
#define HOUR NB_HOUR_MS
#define DAY NB_DAY_MS

static struct nb_error error;

struct world {
    char *dir;
    struct nb_config *config;
    struct nb_clock *clock;
    struct nb_arena *arena;
};

static inline void set_sources(const struct world *world, const char *text)
{
    char *path = nbt_path(world->dir, "sources.list");
    nbt_write_file(path, nb_slice_str(text));
    free(path);
}

/* @param port  of the server that stands for all hosts.
 * @param more  up to two settings; NULL ends. "clock.file=" gives the system's clock. */
static inline struct world make_world_at(int port, const char *sources, const char *const more[2])
{
    struct world world = {.dir = nbt_tmpdir(), .arena = nb_arena_new((size_t)64 << 20)};
    char sets[9][512];
    const char *list[11];
    static const char *const names[3][2] = {
        {"data.dir", "data"}, {"data.sources", "sources.list"}, {"clock.file", "clock"}};
    size_t n = 0;
    for (; n < 3; n++) {
        char *path = nbt_path(world.dir, names[n][1]);
        (void)snprintf(sets[n], sizeof(sets[n]), "%s=%s", names[n][0], path);
        free(path);
    }
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.adaptive=off");
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.connect_to=127.0.0.1:%d", port);
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.allow_private=on");
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.host_gap=0ms");
    (void)snprintf(sets[n++], sizeof(sets[0]), "data.lexicons=lexicons");
    (void)snprintf(sets[n++], sizeof(sets[0]), "store.map=1m");
    for (size_t i = 0; i < n; i++) {
        list[i] = sets[i];
    }
    for (size_t i = 0; more && i < 2 && more[i]; i++) {
        list[n++] = more[i];
    }
    set_sources(&world, sources);
    if (nb_config_load(NULL, list, n, &world.config, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    const char *clock = nb_config_str(world.config, NB_CFG_CLOCK_FILE);
    assert_int_equal(nb_clock_open(clock[0] ? clock : NULL, &world.clock, &error), NB_OK);
    if (clock[0]) {
        nb_clock_set(world.clock, T0);
    }
    return world;
}

static inline void end_world(struct world *world)
{
    nb_clock_close(world->clock);
    nb_config_free(world->config);
    nb_arena_free(world->arena);
    nbt_rmdir(world->dir);
}

static inline struct nb_crawl *start(const struct world *world, bool once)
{
    struct nb_crawl *crawl = NULL;
    struct nb_crawl_options options = {.once = once};
    if (nb_crawl_start(world->config, world->clock, &options, &crawl, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return crawl;
}

static inline void stop(struct nb_crawl *crawl)
{
    if (nb_crawl_stop(crawl, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
}

static inline void crawl_once(const struct world *world)
{
    struct nb_crawl *crawl = start(world, true);
    struct pollfd done = {nb_crawl_done_fd(crawl), POLLIN, 0};
    assert_int_equal(poll(&done, 1, 60000), 1);
    stop(crawl);
}

/* Poll everything that is due at a time, in a process of its own as it were. */
static inline void crawl_at(const struct world *world, int64_t now_ms)
{
    nb_clock_set(world->clock, now_ms);
    crawl_once(world);
}

static inline void wait_for_counter(enum nb_counter counter, int64_t at_least)
{
    int64_t limit_ms = nb_mono_ms() + 60000;
    while (nb_counter_get(counter) < at_least) {
        assert_true(nb_mono_ms() < limit_ms);
        (void)usleep(1000);
    }
}

static inline struct nb_store *open_store(const struct world *world)
{
    struct nb_store_options options = {
        .read_only = true, .map_bytes = 1 << 20, .max_bytes = 1 << 30};
    struct nb_store *store = NULL;
    assert_int_equal(nb_store_open(nb_config_str(world->config, NB_CFG_DATA_DIR), NB_STORE_CRAWL,
                                   &options, &store, &error),
                     NB_OK);
    return store;
}

/* NULL when it was never polled */
static inline const struct nb_source *state_of(const struct world *world, const char *url)
{
    struct nb_store *store = open_store(world);
    struct nb_txn *txn;
    struct nb_slice value;
    struct nb_id id;
    struct nb_source *state = NULL;
    assert_int_equal(nb_source_id(nb_slice_str(url), &id, &error), NB_OK);
    assert_int_equal(nb_read_begin(store, &txn, &error), NB_OK);
    enum nb_err err = nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(id.b, NB_ID_BYTES), &value);
    if (err == NB_OK) {
        value = nb_arena_copy(world->arena, value);
        assert_int_equal(nb_source_decode(value, world->arena, &state), NB_OK);
    }
    nb_read_end(txn);
    nb_store_close(store);
    return state;
}

/* What the log has, in the world's arena. */
static inline size_t read_log(const struct world *world, struct nb_document **out, size_t max_n)
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

/* All of the crawl store as bytes. */
static inline struct nb_slice dump(const struct world *world)
{
    struct nb_store *store = open_store(world);
    struct nb_txn *txn;
    struct nb_buf out;
    nb_buf_init(&out, (size_t)16 << 20);
    assert_int_equal(nb_read_begin(store, &txn, &error), NB_OK);
    for (int t = 0; t < NB_TBL_COUNT; t++) {
        struct nb_cursor *cursor;
        struct nb_slice key;
        struct nb_slice value;
        if (nb_table_row((enum nb_table_id)t)->store != NB_STORE_CRAWL) {
            continue;
        }
        assert_int_equal(nb_cursor_open(txn, (enum nb_table_id)t, &cursor), NB_OK);
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

static inline void begin_tests(void)
{
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    assert_int_equal(nb_text_init(&error), NB_OK);
    assert_int_equal(nb_url_init(&error), NB_OK);
    nb_feed_init();
}

static inline void end_tests(void)
{
    nb_feed_fini();
    nb_url_fini();
}

#endif
