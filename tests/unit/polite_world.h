/*
 * What tests of politeness share: a small server that answers for many hosts and remembers who
 * asked for what, and a crawl that asks it.
 */
#ifndef NABIZ_TEST_POLITE_WORLD_H
#define NABIZ_TEST_POLITE_WORLD_H

#include "tests/lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/counters.h>
#include <nabiz/crawl.h>
#include <nabiz/diag.h>
#include <nabiz/feed.h>
#include <nabiz/record.h>
#include <nabiz/sources.h>
#include <nabiz/store.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "tests/lib/web.h"

#define T0 1767225600000LL
#define SECOND 1000LL
#define HOUR NB_HOUR_MS
#define DAY NB_DAY_MS

/* ---- a server for many hosts, with a list of who asked for what ---- */

struct page {
    const char *host;
    const char *path;
    const char *head; /* status and headers, each line ended */
    const char *body; /* NULL: a feed of one item */
};

enum { HITS_MAX = 4096, HELD_MAX = 8 };

struct hit {
    char host[64];
    char path[64];
    int64_t mono_ms;
};

static struct {
    struct nbt_web *web;
    int port;
    pthread_mutex_t mu;
    const struct page *pages; /* guarded by mu, like all that follows */
    size_t pages_n;
    struct hit hits[HITS_MAX];
    size_t hits_n;
    int held[HELD_MAX]; /* asked for /robots.txt of slow.example, and still waiting */
    size_t held_n;
    bool hold;
} server = {.mu = PTHREAD_MUTEX_INITIALIZER};

static inline void send_feed(int fd, const struct hit *hit)
{
    char body[512];
    (void)snprintf(body, sizeof(body),
                   "<rss version='2.0'><channel><item><title>%s</title><link>http://%s%s#1</link>"
                   "<guid isPermaLink='false'>%s%s</guid></item></channel></rss>",
                   hit->path, hit->host, hit->path, hit->host, hit->path);
    nbt_web_send_page(fd, "200 OK\r\n", body);
}

static inline void answer(int fd, const struct hit *hit, const char *request)
{
    for (size_t i = 0; i < server.pages_n; i++) {
        const struct page *page = &server.pages[i];
        if (strcmp(page->host, hit->host) == 0 && strcmp(page->path, hit->path) == 0 &&
            page->body) {
            bool known =
                strstr(page->head, "ETag: \"r\"") && strstr(request, "If-None-Match: \"r\"");
            nbt_web_send_page(fd, known ? "304 Not Modified\r\n" : page->head,
                              known ? "" : page->body);
            return;
        }
    }
    if (strcmp(hit->path, "/robots.txt") == 0) {
        nbt_web_send_page(fd, "404 Not Found\r\n", "no");
        return;
    }
    send_feed(fd, hit);
}

static inline bool serve(void *arg, int fd, const struct nbt_request *request)
{
    struct hit hit = {.mono_ms = request->mono_ms};
    (void)arg;
    (void)snprintf(hit.host, sizeof(hit.host), "%.63s", request->host);
    (void)snprintf(hit.path, sizeof(hit.path), "%.63s", request->path);
    pthread_mutex_lock(&server.mu);
    bool held = server.hold && server.held_n < HELD_MAX && strcmp(hit.host, "slow.example") == 0 &&
                strcmp(hit.path, "/robots.txt") == 0;
    if (server.hits_n < HITS_MAX) {
        server.hits[server.hits_n++] = hit;
    }
    if (held) {
        server.held[server.held_n++] = fd;
    } else {
        answer(fd, &hit, request->text);
    }
    pthread_mutex_unlock(&server.mu);
    return held;
}

static inline void set_pages(const struct page *pages, size_t n)
{
    pthread_mutex_lock(&server.mu);
    server.pages = pages;
    server.pages_n = n;
    server.hits_n = 0;
    pthread_mutex_unlock(&server.mu);
}

#define SET_PAGES(pages) set_pages((pages), sizeof(pages) / sizeof((pages)[0]))

/* Answer those who were held. */
static inline void let_go(void)
{
    pthread_mutex_lock(&server.mu);
    server.hold = false;
    for (size_t i = 0; i < server.held_n; i++) {
        nbt_web_send_page(server.held[i], "200 OK\r\n", "User-agent: *\nDisallow: /x\n");
        nbt_web_close(server.held[i]);
    }
    server.held_n = 0;
    pthread_mutex_unlock(&server.mu);
}

/* Requests for a path of a host since the last call of forget(); NULL: for any. */
static inline int asked(const char *host, const char *path)
{
    int n = 0;
    pthread_mutex_lock(&server.mu);
    for (size_t i = 0; i < server.hits_n; i++) {
        n += (!host || strcmp(server.hits[i].host, host) == 0) &&
             (!path || strcmp(server.hits[i].path, path) == 0);
    }
    pthread_mutex_unlock(&server.mu);
    return n;
}

static inline void forget(void)
{
    pthread_mutex_lock(&server.mu);
    server.hits_n = 0;
    pthread_mutex_unlock(&server.mu);
}

static inline void start_server(void)
{
    server.web = nbt_web_start(1, serve, NULL);
    server.port = nbt_web_port(server.web);
}

/* ---- a crawl ---- */

static struct nb_error error;

struct world {
    char *dir;
    struct nb_config *config;
    struct nb_clock *clock;
    struct nb_arena *arena;
};

/* @param more  up to two settings; NULL ends. "clock.file=" gives the system's clock. */
static inline struct world make_world(const char *sources, const char *const more[2])
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
    (void)snprintf(sets[n++], sizeof(sets[0]), "crawl.connect_to=127.0.0.1:%d", server.port);
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
    char *path = nbt_path(world.dir, "sources.list");
    nbt_write_file(path, nb_slice_str(sources));
    free(path);
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

static inline int set_up(void **state)
{
    (void)state;
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    assert_int_equal(nb_text_init(&error), NB_OK);
    assert_int_equal(nb_url_init(&error), NB_OK);
    nb_feed_init();
    start_server();
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    nbt_web_stop(server.web);
    nb_feed_fini();
    nb_url_fini();
    return 0;
}

#endif
