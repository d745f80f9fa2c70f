/**
 * The web that test_crawl.c polls: mostly bad manners.
 */
#ifndef NABIZ_TEST_CRAWL_SERVER_H
#define NABIZ_TEST_CRAWL_SERVER_H

#include "tests/lib/test.h"

#include <stdatomic.h>
#include <unistd.h>

#include <nabiz/clock.h>

#include "tests/lib/web.h"

#define FEED(items) "<rss version='2.0'><channel><title>K</title>" items "</channel></rss>"
#define ITEM(n)                                                                                    \
    "<item><title>ba\xc5\x9fl\xc4\xb1k " n "</title><guid isPermaLink='false'>g" n "</guid>"       \
    "<link>/y/" n "</link><author>Ay\xc5\x9f"                                                      \
    "e</author><description>metin " n "</description>"                                             \
    "</item>"

struct page {
    const char *path;
    const char *head; /* status and headers, each line ended */
    const char *body;
    const char *etag; /* answered with 304 when it is sent back */
};

static const struct page pages[] = {
    {"/a", "200 OK\r\nETag: \"a1\"\r\n", FEED(ITEM("2") ITEM("1")), "\"a1\""},
    {"/same", "200 OK\r\n", FEED(ITEM("3")), NULL},
    {"/moved", "301 Moved\r\nLocation: /new\r\n", "", NULL},
    {"/new", "200 OK\r\n", FEED(ITEM("4")), NULL},
    {"/temp", "302 Found\r\nLocation: /a\r\n", "", NULL},
    {"/b", "200 OK\r\nETag: \"a1\"\r\n", FEED(ITEM("6")), "\"a1\""},
    {"/loop", "302 Found\r\nLocation: /loop\r\n", "", NULL},
    {"/file", "302 Found\r\nLocation: file:///etc/passwd\r\n", "", NULL},
    {"/gone", "410 Gone\r\n", "", NULL},
    {"/late", "429 Slow\r\nRetry-After: 7200\r\n", "", NULL},
    {"/date", "503 Busy\r\nRetry-After: Thu, 01 Jan 2026 05:00:00 GMT\r\n", "", NULL},
    {"/500", "500 Broken\r\n", "", NULL},
    {"/html", "200 OK\r\nContent-Type: text/html\r\n", "<html><title>x</title>", NULL},
    {"/page",
     "200 OK\r\nContent-Type: text/html\r\nLink: </same>; rel=alternate; "
     "type=\"application/rss+xml\"\r\n",
     "<title>Sayfa</title><link rel=alternate type=application/rss+xml href=/moved title=T>"
     "<link rel=alternate type=application/rss+xml href=/new><link rel=feed href=/500>"
     "<link rel=feed href=/denied><link rel=feed href=/talk><a href=/b.rss>x</a>",
     NULL},
    {"/talk", "200 OK\r\n", FEED("<item><link>/y/1#comment-1</link></item>"), NULL},
    {"/list", "200 OK\r\n", "<title>L</title><a href=/rss>RSS</a>", NULL},
    {"/rss", "200 OK\r\n", "<title>R</title><a href='/n/1.rss'>1</a><a href='/n/2.rss'>2</a>",
     NULL},
    {"/press", "200 OK\r\nLink: </wp-json/>; rel=\"https://api.w.org/\"\r\n",
     "<title>P</title><link rel=feed href=/new>", NULL},
    {"/wp-json/", "200 OK\r\n", "{\"namespaces\":[\"wp/v2\"]}", NULL},
    {"/closed", "200 OK\r\n",
     "<title>P</title><link rel='https://api.w.org/' href=/500><link rel=feed href=/new>", NULL},
    {"/jump", "200 OK\r\n", "<meta http-equiv=refresh content='0;url=/ttl'>", NULL},
    {"/empty", "200 OK\r\n", "<title>bo\xc5\x9f</title>", NULL},
    {"/ttl", "200 OK\r\n", FEED("<ttl>300</ttl>" ITEM("5")), NULL},
};

static struct {
    struct nbt_web *web;
    int port;
    atomic_bool stop; /* beside the server's own, for answers that wait */
    atomic_bool go;   /* answer /wait */
    atomic_int hits;
    atomic_llong last_mono_ms; /* of the latest hit */
    int held[16];              /* connections that never get an answer */
    size_t held_n;
} server;

/* ---- answers that are not in the table; the path is "/name" or "/name/argument" ---- */

static void send_feed(int fd, const char *body)
{
    char head[128];
    (void)snprintf(head, sizeof(head),
                   "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                   strlen(body));
    nbt_web_send(fd, head, strlen(head));
    nbt_web_send(fd, body, strlen(body));
}

/* Any number of feeds of one item. */
static void answer_n(int fd, const char *path)
{
    char body[512];
    (void)snprintf(body, sizeof(body), FEED("<item><title>%s</title><link>%s</link></item>"), path,
                   path);
    send_feed(fd, body);
}

/* A text of 32 KB that does not compress well. */
static void answer_long(int fd, const char *path)
{
    static char body[40000];
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint32_t seed = (uint32_t)atoi(path + 6) + 1;
    int n = snprintf(body, sizeof(body), "<rss><channel><item><link>%s</link><description>", path);
    for (int i = 0; i < 32000; i++) {
        seed = seed * 1664525u + 1013904223u;
        body[n++] = letters[(seed >> 16) % 62];
    }
    (void)snprintf(body + n, sizeof(body) - (size_t)n, "</description></item></channel></rss>");
    send_feed(fd, body);
}

/* Many items that say nothing; each document gets the language. */
static void answer_items(int fd, const char *path)
{
    char start[300];
    int n = snprintf(start, sizeof(start),
                     "HTTP/1.1 200 OK\r\n\r\n<rss><channel><language>%0200d</language>", 0);
    nbt_web_send(fd, start, (size_t)n);
    for (int i = atoi(path + 7); i > 0; i--) {
        nbt_web_send(fd, "<item/>", 7);
    }
    nbt_web_send(fd, "</channel></rss>", 16);
}

static void answer_missing(int fd, const char *path)
{
    (void)path;
    nbt_web_send(fd, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 39);
}

static void answer_wait(int fd, const char *path)
{
    while (!atomic_load(&server.go) && !atomic_load(&server.stop)) {
        (void)usleep(1000);
    }
    answer_missing(fd, path);
}

/* Leads to /a, and once the server may go on, to /b. */
static void answer_turn(int fd, const char *path)
{
    char head[128];
    (void)path;
    (void)snprintf(head, sizeof(head),
                   "HTTP/1.1 302 Found\r\nLocation: /%c\r\nContent-Length: 0\r\n\r\n",
                   atomic_load(&server.go) ? 'b' : 'a');
    nbt_web_send(fd, head, strlen(head));
}

static void answer_endless(int fd, const char *path)
{
    static const char zeros[65536];
    (void)path;
    nbt_web_send(fd, "HTTP/1.1 404 No\r\n\r\n", 19);
    while (nbt_web_send(fd, zeros, sizeof(zeros)) && !atomic_load(&server.stop)) {
    }
}

static void answer_headers(int fd, const char *path)
{
    (void)path;
    nbt_web_send(fd, "HTTP/1.1 200 OK\r\n", 17);
    for (int i = 0; i < 100000 && nbt_web_send(fd, "ETag: \"x\"\r\n", 11); i++) {
    }
}

static void answer_big(int fd, const char *path)
{
    static const char zeros[4096];
    (void)path;
    nbt_web_send(fd, "HTTP/1.1 200 OK\r\n\r\n", 19);
    for (int i = 0; i < 100; i++) {
        nbt_web_send(fd, zeros, sizeof(zeros));
    }
}

static const struct {
    const char *start; /* of the path */
    void (*answer)(int fd, const char *path);
} others[] = {
    {"/n/", answer_n},
    {"/long/", answer_long},
    {"/items/", answer_items},
    {"/turn", answer_turn},
    {"/wait", answer_wait},
    {"/endless", answer_endless},
    {"/headers", answer_headers},
    {"/big", answer_big},
    {"", answer_missing},
};

static void answer_page(int fd, const char *request, const struct page *page)
{
    char head[256];
    bool known = page->etag && strstr(request, page->etag);
    const char *body = known ? "" : page->body;
    (void)snprintf(head, sizeof(head),
                   "HTTP/1.1 %sContent-Length: %zu\r\nConnection: close\r\n\r\n",
                   known ? "304 Not Modified\r\n" : page->head, strlen(body));
    nbt_web_send(fd, head, strlen(head));
    nbt_web_send(fd, body, strlen(body));
}

static void answer(int fd, const char *request)
{
    char path[64] = "";
    size_t i = 0;
    (void)sscanf(request, "GET %63s", path);
    for (size_t k = 0; k < sizeof(pages) / sizeof(pages[0]); k++) {
        if (strcmp(pages[k].path, path) == 0) {
            answer_page(fd, request, &pages[k]);
            return;
        }
    }
    while (strncmp(path, others[i].start, strlen(others[i].start)) != 0) {
        i++;
    }
    others[i].answer(fd, path);
}

static bool serve(void *arg, int fd, const struct nbt_request *request)
{
    (void)arg;
    atomic_store(&server.last_mono_ms, request->mono_ms);
    atomic_fetch_add(&server.hits, 1);
    if (strncmp(request->path, "/hang", 5) == 0 && server.held_n < 16) {
        server.held[server.held_n++] = fd;
        return true;
    }
    answer(fd, request->text);
    return false;
}

static void start_server(void)
{
    server.web = nbt_web_start(1, serve, NULL);
    server.port = nbt_web_port(server.web);
}

static void stop_server(void)
{
    atomic_store(&server.stop, true);
    nbt_web_stop(server.web);
    for (size_t i = 0; i < server.held_n; i++) {
        (void)close(server.held[i]);
    }
}

#endif
