/*
 * What tests of politeness share: a small server that answers for many hosts and remembers who
 * asked for what, and a crawl that asks it.
 */
#ifndef NABIZ_TEST_POLITE_WORLD_H
#define NABIZ_TEST_POLITE_WORLD_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/lib/web.h"
#include "tests/unit/crawl_world.h"

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

/* Keep a request. Locks the server, for the caller to unlock when it has answered. */
static inline struct hit meet(const struct nbt_request *request)
{
    struct hit hit = {.mono_ms = request->mono_ms};
    (void)snprintf(hit.host, sizeof(hit.host), "%.63s", request->host);
    (void)snprintf(hit.path, sizeof(hit.path), "%.63s", request->path);
    pthread_mutex_lock(&server.mu);
    if (server.hits_n < HITS_MAX) {
        server.hits[server.hits_n++] = hit;
    }
    return hit;
}

static inline bool serve(void *arg, int fd, const struct nbt_request *request)
{
    (void)arg;
    struct hit hit = meet(request);
    bool held = server.hold && server.held_n < HELD_MAX && strcmp(hit.host, "slow.example") == 0 &&
                strcmp(hit.path, "/robots.txt") == 0;
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

/* See make_world_at(). */
static inline struct world make_world(const char *sources, const char *const more[2])
{
    return make_world_at(server.port, sources, more);
}

static inline int set_up_server(void **state)
{
    (void)state;
    begin_tests();
    start_server();
    return 0;
}

static inline int tear_down_server(void **state)
{
    (void)state;
    nbt_web_stop(server.web);
    end_tests();
    return 0;
}

#endif
