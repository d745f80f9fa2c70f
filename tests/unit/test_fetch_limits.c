/*
 * Servers that lie, drip and never end, each of which costs one transfer and no more; and what is
 * sent to whom. The server counts the bytes it got rid of.
 */
#include "tests/unit/fetch_world.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <zstd.h>

#include <curl/curl.h>

#include "tests/lib/web.h"

enum { BODY_MAX = 1 << 20 };

static struct nbt_web *web;
static struct fetch_world world;
static char base[64]; /* "http://a.example" is sent to the server as well */
static atomic_int requests;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static char last[8192]; /* guarded by mu: the last request */

/* ---- answers ---- */

#define OK "HTTP/1.1 200 OK\r\n"

static void repeat(int fd, const char *head, const char *text, size_t most)
{
    bool going = nbt_web_send_text(fd, head);
    for (size_t i = 0; going && i < most && !nbt_web_is_stopping(web); i++) {
        going = nbt_web_send_text(fd, text);
    }
}

/* 64 MiB of zeros, packed once or several times over */
static void bomb(int fd, int layers)
{
    size_t len = (size_t)64 << 20;
    char head[256];
    char *bytes = calloc(1, len);
    for (int i = 0; bytes && i < layers; i++) {
        size_t most = ZSTD_compressBound(len);
        char *packed = malloc(most);
        size_t n = packed ? ZSTD_compress(packed, most, bytes, len, 1) : 0;
        free(bytes);
        bytes = packed;
        len = ZSTD_isError(n) ? 0 : n;
    }
    (void)snprintf(head, sizeof(head), OK "Content-Length: %zu\r\nContent-Encoding: zstd%s\r\n\r\n",
                   len, layers > 1 ? ", zstd" : "");
    (void)nbt_web_send_text(fd, head);
    (void)nbt_web_send(fd, bytes, len);
    free(bytes);
}

/* gzip that goes on and on and decodes to nothing: empty stored blocks */
static void nothing(int fd)
{
    static const char head[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    static char blocks[5 * 4096];
    for (size_t i = 0; i < sizeof(blocks); i += 5) {
        memcpy(blocks + i, "\x00\x00\x00\xff\xff", 5);
    }
    bool going = nbt_web_send_text(fd, OK "Content-Encoding: gzip\r\n\r\n") &&
                 nbt_web_send(fd, head, sizeof(head) - 1);
    for (int i = 0; going && i < 1 << 20 && !nbt_web_is_stopping(web); i++) {
        going = nbt_web_send(fd, blocks, sizeof(blocks));
    }
}

static void drip(int fd, const char *head, const char *each)
{
    bool going = nbt_web_send_text(fd, head);
    struct pollfd gone = {fd, POLLIN, 0};
    while (going && !nbt_web_is_stopping(web) && poll(&gone, 1, 100) == 0) {
        going = nbt_web_send_text(fd, each);
    }
}

static bool answer(void *arg, int fd, const struct nbt_request *request)
{
    const char *path = request->path;
    (void)arg;
    atomic_fetch_add(&requests, 1);
    pthread_mutex_lock(&mu);
    (void)snprintf(last, sizeof(last), "%s", request->text);
    pthread_mutex_unlock(&mu);
    if (strcmp(path, "/ok") == 0) {
        nbt_web_send_page(fd, "200 OK\r\n", "fine");
    } else if (strcmp(path, "/bomb") == 0) {
        bomb(fd, 1);
    } else if (strcmp(path, "/bomb-2") == 0) {
        bomb(fd, 2);
    } else if (strcmp(path, "/nothing") == 0) {
        nothing(fd);
    } else if (strcmp(path, "/endless-body") == 0) {
        repeat(fd, OK "\r\n", "0123456789abcdef0123456789abcdef", 1 << 28);
    } else if (strcmp(path, "/endless-headers") == 0) {
        repeat(fd, OK, "X-More: 0123456789abcdef0123456789abcdef0123456789abcdef\r\n", 1 << 28);
    } else if (strcmp(path, "/long-header") == 0) {
        repeat(fd, OK "X-More: ", "0123456789abcdef0123456789abcdef", 1 << 28);
    } else if (strcmp(path, "/few-long-headers") == 0) {
        repeat(fd, OK,
               "ETag: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
               "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
               "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n",
               1 << 28);
    } else if (strcmp(path, "/100s") == 0) {
        repeat(fd, "", "HTTP/1.1 100 Continue\r\n\r\n", 1 << 28);
    } else if (strcmp(path, "/103") == 0) {
        (void)nbt_web_send_text(fd, "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n");
        nbt_web_send_page(fd, "200 OK\r\nContent-Type: text/xml\r\n", "fine");
    } else if (strcmp(path, "/long-length") == 0) {
        (void)nbt_web_send_text(fd, OK "Content-Length: 1000\r\n\r\ncut");
    } else if (strcmp(path, "/short-length") == 0) {
        (void)nbt_web_send_text(fd, OK "Content-Length: 4\r\n\r\nfine, and then some");
    } else if (strcmp(path, "/two-lengths") == 0) {
        (void)nbt_web_send_text(fd, OK "Content-Length: 4\r\nContent-Length: 10\r\n\r\nfine");
    } else if (strcmp(path, "/negative-length") == 0) {
        (void)nbt_web_send_text(fd, OK "Content-Length: -4\r\n\r\nfine");
    } else if (strcmp(path, "/huge-length") == 0) {
        (void)nbt_web_send_text(fd, OK "Content-Length: 9223372036854775807\r\n\r\nfine");
    } else if (strcmp(path, "/cut-chunk") == 0) {
        (void)nbt_web_send_text(fd, OK "Transfer-Encoding: chunked\r\n\r\n10\r\nfine");
    } else if (strcmp(path, "/no-last-chunk") == 0) {
        (void)nbt_web_send_text(fd, OK "Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n");
    } else if (strcmp(path, "/bad-chunk") == 0) {
        (void)nbt_web_send_text(fd, OK "Transfer-Encoding: chunked\r\n\r\nzz\r\nfine\r\n0\r\n\r\n");
    } else if (strcmp(path, "/drip") == 0) {
        drip(fd, OK "\r\n", "x");
    } else if (strcmp(path, "/drip-headers") == 0) {
        drip(fd, OK, "X: y\r\n");
    } else if (strcmp(path, "/silent") == 0) {
        drip(fd, "", "");
    } else if (strcmp(path, "/no-http") == 0) {
        (void)nbt_web_send_text(fd, "220 mail.example ESMTP\r\n");
    } else if (strcmp(path, "/to-file") == 0) {
        nbt_web_send_page(fd, "302 F\r\nLocation: file:///etc/hostname\r\n", "");
    } else if (strcmp(path, "/to-other") == 0) {
        nbt_web_send_page(fd, "302 F\r\nLocation: http://other.example/ok\r\n", "");
    } else if (strcmp(path, "/to-same") == 0) {
        nbt_web_send_page(fd, "302 F\r\nLocation: /ok\r\n", "");
    } else if (strcmp(path, "/to-port") == 0) {
        nbt_web_send_page(fd, "302 F\r\nLocation: http://a.example:81/ok\r\n", "");
    } else if (strcmp(path, "/404-bomb") == 0) {
        repeat(fd, "HTTP/1.1 404 No\r\n\r\n", "0123456789abcdef0123456789abcdef", 1 << 28);
    } else {
        nbt_web_send_page(fd, "404 Not Found\r\n", "no");
    }
    return false;
}

/* ---- limits ---- */

static void what_never_ends_costs_one_transfer(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *failure; /* a part of it; NULL: none */
    } rows[] = {
        {"/ok", NULL},
        {"/bomb", "crawl.body_max"},
        {"/bomb-2", "crawl.body_max"},
        {"/nothing", "crawl.body_max"},
        {"/endless-body", "crawl.body_max"},
        {"/endless-headers", "500 headers"},
        {"/few-long-headers", "64 KiB"},
        {"/long-header", "64 KiB"},
        {"/100s", "interim"},
        {"/103", NULL},
        {"/404-bomb", NULL},
        {"/drip", "Timeout"},
        {"/drip-headers", "Timeout"},
        {"/silent", "Timeout"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char url[128];
        int before = atomic_load(&requests);
        (void)snprintf(url, sizeof(url), "%s%s", base, rows[i].path);
        struct nb_poll *poll = fetch_ask(&world, url, NULL);
        if (!rows[i].failure) {
            assert_null(poll->failure);
        } else if (!poll->failure || !strstr(poll->failure, rows[i].failure)) {
            fail_msg("%s: %s", rows[i].path, poll->failure ? poll->failure : "no failure");
        }
        assert_true(poll->body.len <= BODY_MAX);
        assert_true(poll->header_bytes <= 2 * 65536 + 102400);
        assert_int_equal(atomic_load(&requests), before + 1);
        nb_poll_free(poll);
    }
}

static void half_an_answer_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool is_bad;
    } rows[] = {
        {"/long-length", true},     {"/short-length", false}, {"/two-lengths", true},
        {"/negative-length", true}, {"/huge-length", true},   {"/cut-chunk", true},
        {"/no-last-chunk", true},   {"/bad-chunk", true},     {"/no-http", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char url[128];
        (void)snprintf(url, sizeof(url), "%s%s", base, rows[i].path);
        struct nb_poll *poll = fetch_ask(&world, url, NULL);
        if ((poll->failure != NULL) != rows[i].is_bad) {
            fail_msg("%s: %s", rows[i].path, poll->failure ? poll->failure : "no failure");
        }
        nb_poll_free(poll);
    }
}

static void headers_of_an_interim_answer_are_not_those_of_the_answer(void **state)
{
    (void)state;
    char url[128];
    (void)snprintf(url, sizeof(url), "%s/103", base);
    struct nb_poll *poll = fetch_ask(&world, url, NULL);
    assert_int_equal(poll->status, 200);
    assert_int_equal(poll->etag.len, 0);
    assert_slice_equal(poll->content_type, "text/xml");
    nb_poll_free(poll);
}

/* ---- what is sent to whom ---- */

/* Ask, and see whether the last request had a text in it. */
static void ask_and_look(const char *path, const struct nb_source_request *request,
                         const char *text, bool is_there)
{
    char url[128];
    (void)snprintf(url, sizeof(url), "%s%s", base, path);
    struct nb_poll *poll = fetch_ask(&world, url, request);
    assert_null(poll->failure);
    assert_int_equal(poll->status, 200);
    nb_poll_free(poll);
    pthread_mutex_lock(&mu);
    assert_non_null(strstr(last, "GET /ok HTTP/1.1\r\n"));
    assert_int_equal(strstr(last, text) != NULL, is_there);
    pthread_mutex_unlock(&mu);
}

static void secrets_of_a_source_stay_with_its_origin(void **state)
{
    (void)state;
    static const char *const headers[] = {"X-Api-Key: s3cret", "X-Other: 1"};
    const struct nb_source_request request = {.headers = headers,
                                              .headers_n = 2,
                                              .cookie = "sid=c00kie",
                                              .origin = NB_LIT("http://a.example")};
    ask_and_look("/ok", &request, "X-Api-Key: s3cret\r\n", true);
    ask_and_look("/ok", &request, "X-Other: 1\r\n", true);
    ask_and_look("/ok", &request, "Cookie: sid=c00kie\r\n", true);
    ask_and_look("/to-same", &request, "X-Api-Key: s3cret\r\n", true);
    ask_and_look("/to-other", &request, "s3cret", false);
    ask_and_look("/to-other", &request, "c00kie", false);
    ask_and_look("/to-port", &request, "s3cret", false);
    ask_and_look("/ok", NULL, "s3cret", false); /* nor with a handle that was used for it */
    ask_and_look("/ok", NULL, "Cookie", false);
}

static void a_redirect_to_another_scheme_is_not_followed(void **state)
{
    (void)state;
    char url[128];
    (void)snprintf(url, sizeof(url), "%s/to-file", base);
    struct nb_poll *poll = fetch_ask(&world, url, NULL);
    assert_non_null(strstr(poll->failure, "not http or https"));
    nb_poll_free(poll);
}

static int set_up(void **state)
{
    (void)state;
    static char connect[64];
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return -1;
    }
    web = nbt_web_start(4, answer, NULL);
    (void)snprintf(base, sizeof(base), "http://a.example");
    (void)snprintf(connect, sizeof(connect), "crawl.connect_to=127.0.0.1:%d", nbt_web_port(web));
    const char *const sets[] = {connect,          "crawl.allow_private=on",
                                "crawl.stall=1s", "crawl.body_max=1m",
                                "crawl.loops=2",  NULL};
    world = fetch_world_make(sets);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fetch_world_end(&world);
    nbt_web_stop(web);
    curl_global_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_never_ends_costs_one_transfer),
        cmocka_unit_test(half_an_answer_is_none),
        cmocka_unit_test(headers_of_an_interim_answer_are_not_those_of_the_answer),
        cmocka_unit_test(secrets_of_a_source_stay_with_its_origin),
        cmocka_unit_test(a_redirect_to_another_scheme_is_not_followed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
