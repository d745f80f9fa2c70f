#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nabiz/charset.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "tests/site/gzip.h"
#include "tests/site/markup.h"
#include "tests/site/page.h"
#include "tests/site/render.h"
#include "tests/site/route.h"

#define STORY_DIR "tests/demo/story"

static struct nb_arena *arena;
static struct route route;
#define STORY (&route.story)

static int build(void **state)
{
    (void)state;
    struct nb_error error = {0};
    arena = nb_arena_new(64u << 20);
    if (!arena || story_build(STORY_DIR, arena, STORY, &error)) {
        fail_msg("%s", nb_error_text(&error));
    }
    return 0;
}

static int drop(void **state)
{
    (void)state;
    nb_arena_free(arena);
    return 0;
}

/* What a GET gives, head and body; in `out`. */
static int get(const char *host, const char *path, const char *etag, int64_t now_ms,
               struct nb_buf *out)
{
    struct http_request request = {.method = NB_LIT("GET"),
                                   .host = nb_slice_str(host),
                                   .path = nb_slice_str(path),
                                   .if_none_match = nb_slice_str(etag),
                                   .now_ms = now_ms};
    struct http_reply reply = {0};
    nb_buf_fini(out);
    nb_buf_init(&reply.out, 64u << 20);
    route_answer(&route, &request, &reply);
    assert_int_equal(reply.out.err, NB_OK);
    *out = reply.out;
    return reply.status;
}

static void sites_move_vanish_and_come_back_on_time(void **state)
{
    (void)state;
    static const struct {
        const char *host, *path;
        int64_t now_ms;
        int status;
    } rows[] = {
        {"turnakargo.example", "/blog/atom.xml", STORY_START_MS, 200},
        {"TurnaKargo.example", "/blog/atom.xml", STORY_START_MS, 200},
        {"turnakargo.example", "/robots.txt", STORY_START_MS, 200},
        {"turnakargo.example", "/sitemap.xml", STORY_END_MS, 200},
        {"turnakargo.example", "/", STORY_END_MS, 200},
        {"turnakargo.example", "/nothing", STORY_END_MS, 404},
        {"nobody.example", "/", STORY_END_MS, 421},
        {"mutfaktanesintiler.example", "/akis", STORY_MOVED_MS - 1, 200},
        {"mutfaktanesintiler.example", "/akis/atom", STORY_MOVED_MS - 1, 404},
        {"mutfaktanesintiler.example", "/akis", STORY_MOVED_MS, 301},
        {"mutfaktanesintiler.example", "/akis/atom", STORY_MOVED_MS, 200},
        {"bedavadunya.example", "/feed/", STORY_GONE_MS - 1, 200},
        {"bedavadunya.example", "/feed/", STORY_GONE_MS, 410},
        {"sepetgunlugu.example", "/feed.atom", STORY_DOWN_FROM_MS, 503},
        {"sepetgunlugu.example", "/robots.txt", STORY_DOWN_TO_MS - 1, 503},
        {"sepetgunlugu.example", "/feed.atom", STORY_DOWN_TO_MS, 200},
        {"hostile.example", "/410", STORY_START_MS, 410},
        {"hostile.example", "/nothing", STORY_START_MS, 404},
    };
    struct nb_buf out = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(get(rows[i].host, rows[i].path, NULL, rows[i].now_ms, &out),
                         rows[i].status);
    }
    nb_buf_fini(&out);
}

static void a_feed_answers_304_until_it_has_something_new(void **state)
{
    (void)state;
    struct nb_buf out = {0};
    int64_t before = STORY_LAUNCH_MS - 1;
    assert_int_equal(get("turnakargo.example", "/blog/atom.xml", NULL, before, &out), 200);
    struct nb_slice head = nb_buf_slice(&out);
    size_t from = nb_slice_find(head, NB_LIT("ETag: "), 0) + strlen("ETag: ");
    char etag[19] = "";
    memcpy(etag, head.p + from, 18);
    assert_int_equal(get("turnakargo.example", "/blog/atom.xml", etag, before, &out), 304);
    assert_true(nb_slice_ends(nb_buf_slice(&out), NB_LIT("\r\n\r\n")));
    assert_int_equal(get("turnakargo.example", "/blog/atom.xml", etag, STORY_LAUNCH_MS, &out), 200);
    assert_true(nb_slice_find(nb_buf_slice(&out), NB_LIT("Turna Gece"), 0) != NB_NPOS);
    nb_buf_fini(&out);
}

static void every_feed_reads_as_what_it_shows(void **state)
{
    (void)state;
    static const int64_t moments[] = {STORY_AT(1, 12, 0), STORY_AT(16, 20, 0), STORY_AT(27, 23, 0)};
    struct nb_arena *scratch = nb_arena_new(64u << 20);
    struct nb_date_context dates = {.now_ms = STORY_END_MS, .offset_min = STORY_OFFSET_MIN};
    for (size_t f = 0; f < FEEDS_N; f++) {
        for (size_t m = 0; m < sizeof(moments) / sizeof(moments[0]); m++) {
            const struct item *window[FEED_WINDOW_MAX];
            size_t n = render_window(STORY, f, moments[m], window);
            struct nb_feed feed;
            struct nb_buf out;
            int64_t touched_ms;
            nb_buf_init(&out, 8u << 20);
            nb_arena_reset(scratch);
            render_feed(STORY, f, moments[m], &out, &touched_ms);
            assert_true(touched_ms <= moments[m]);
            assert_int_equal(nb_feed_parse(nb_buf_slice(&out), NB_LIT("http://x.example/"),
                                           nb_slice("", 0), &dates, scratch, &feed, NULL),
                             NB_OK);
            assert_null(feed.bozo);
            assert_int_equal(feed.entries_n, n);
            for (size_t i = 0; i < n; i++) {
                const struct nb_feed_entry *entry = &feed.entries[i];
                assert_true(nb_slice_eq(entry->id, window[i]->guid));
                assert_true(nb_slice_eq(entry->url, window[i]->url));
                assert_int_equal(entry->published_ms, window[i]->at_ms);
                assert_true(entry->author.len > 0);
                assert_true(!window[i]->parent || window[i]->site == SITE_CIP ||
                            nb_slice_eq(entry->reply_to, window[i]->parent->url));
            }
            nb_buf_fini(&out);
        }
    }
    nb_arena_free(scratch);
}

static void every_address_of_the_story_has_a_page_while_it_is_there(void **state)
{
    (void)state;
    struct nb_buf out = {0};
    for (size_t i = 0; i < STORY->items_n; i += 7) {
        const struct item *item = &STORY->items[i];
        if (item->kind == ITEM_COMMENT || item->site == DOWN_SITE) {
            continue;
        }
        const char *host = STORY->cast.sites[item->site].host;
        char *path = nb_arena_strdup(
            arena, nb_slice_sub(item->url, strlen("http://") + strlen(host), item->url.len));
        assert_int_equal(get(host, path, NULL, item->at_ms - 1, &out), 404);
        assert_int_equal(get(host, path, NULL, item->at_ms, &out), 200);
        if (item->delete_ms != STORY_NEVER_MS) {
            assert_int_equal(get(host, path, NULL, item->delete_ms, &out), 404);
        }
    }
    nb_buf_fini(&out);
}

static void a_heading_has_pages_until_its_entries_end(void **state)
{
    (void)state;
    const struct item *first = NULL;
    size_t most = 0;
    for (size_t i = 0; i < STORY->items_n; i++) {
        const struct item *item = &STORY->items[i];
        size_t n = item->thread == item && item->kind == ITEM_ENTRY
                       ? story_answers_n(item, STORY_END_MS)
                       : 0;
        if (n > most) {
            most = n;
            first = item;
        }
    }
    assert_true(most > 20);
    struct nb_buf address, out = {0};
    nb_buf_init(&address, 1000);
    page_thread_address(STORY, first, &address);
    nb_buf_add_str(&address, "?p=2");
    nb_buf_add_byte(&address, '\0');
    assert_int_equal(nb_buf_finish(&address, NULL), NB_OK);
    char *path = address.p + strlen("http://laflamasozluk.example");
    assert_int_equal(get("laflamasozluk.example", path, NULL, STORY_END_MS, &out), 200);
    path[strlen(path) - 1] = '9';
    assert_int_equal(get("laflamasozluk.example", path, NULL, STORY_END_MS, &out), 404);
    path[strlen(path) - strlen("?p=9")] = '\0';
    assert_int_equal(get("laflamasozluk.example", path, NULL, STORY_END_MS, &out), 200);
    path[1] = '-';
    assert_int_equal(get("laflamasozluk.example", path, NULL, STORY_END_MS, &out), 404);
    nb_buf_fini(&address);
    nb_buf_fini(&out);
}

static void windows_1254_comes_back_as_it_went(void **state)
{
    (void)state;
    static const char text[] = "IĞDIR'da şiir, İğne ipliği: çöğüş — “tırnak” …";
    struct nb_arena *scratch = nb_arena_new(1 << 20);
    struct nb_buf out;
    struct nb_slice back;
    struct nb_charset charset = {.name = "windows-1254"};
    nb_buf_init(&out, 1000);
    markup_latin5(nb_slice_str(text), &out);
    assert_int_equal(nb_charset_decode(charset, nb_buf_slice(&out), scratch, &back), NB_OK);
    assert_slice_equal(back, text);
    nb_buf_reset(&out);
    markup_latin5(NB_LIT("☃"), &out);
    assert_slice_equal(nb_buf_slice(&out), "&#9731;");
    nb_buf_fini(&out);
    nb_arena_free(scratch);
}

static void a_request_head_is_read_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        long want; /* 0: not complete; -1: refused; else its length */
        const char *host, *path;
    } rows[] = {
        {"GET /a?b HTTP/1.1\r\nHOST: x.example:81\r\nUser-Agent: u\r\n\r\nGET", 56, "x.example",
         "/a?b"},
        {"GET / HTTP/1.0\r\n\r\n", 18, "", "/"},
        {"GET / HTTP/1.1\r\nHost: x", 0, NULL, NULL},
        {"GET http://x/ HTTP/1.1\r\n\r\n", -1, NULL, NULL},
        {"GET /\r\n\r\n", -1, NULL, NULL},
        {" / HTTP/1.1\r\n\r\n", -1, NULL, NULL},
        {"GET / SMTP\r\n\r\n", -1, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_request request;
        assert_int_equal(http_parse(nb_slice_str(rows[i].in), &request), rows[i].want);
        if (rows[i].want > 0) {
            assert_slice_equal(request.host, rows[i].host);
            assert_slice_equal(request.path, rows[i].path);
        }
    }
}

static void *serve(void *server)
{
    return http_serve(server, NULL) ? server : NULL;
}

/* All that comes until the other side closes. */
static void read_all(int fd, struct nb_buf *out)
{
    char *p;
    ssize_t n = 1;
    while (n > 0 && (p = nb_buf_reserve(out, 4096))) {
        n = recv(fd, p, 4096, 0);
        out->len += n > 0 ? (size_t)n : 0;
    }
}

static int connect_to(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static size_t count(struct nb_slice in, struct nb_slice what)
{
    size_t n = 0;
    for (size_t at = 0; (at = nb_slice_find(in, what, at)) != NB_NPOS; at++) {
        n++;
    }
    return n;
}

static void one_connection_serves_requests_in_turn_and_each_is_logged(void **state)
{
    (void)state;
    static const char requests[] = "GET /ok.xml HTTP/1.1\r\nHost: hostile.example\r\n\r\n"
                                   "HEAD /404 HTTP/1.1\r\nHost: hostile.example\r\n\r\n"
                                   "GET /length-short HTTP/1.1\r\nHost: hostile.example\r\n"
                                   "If-None-Match: \"x\"\r\nUser-Agent: tester\r\n\r\n";
    int port = 0, stop[2];
    pthread_t thread;
    struct nb_clock *clock;
    char *dir = nbt_tmpdir();
    char *log = nbt_path(dir, "log");
    struct http_server server = {.handler = route_answer, .context = &route};
    assert_int_equal(pipe(stop), 0);
    assert_int_equal(nb_clock_open(NULL, &clock, NULL), NB_OK);
    assert_int_equal(http_listen("10.0.0.1:0", &server.listen_fd, &port, NULL), NB_EINVAL);
    assert_int_equal(http_listen("127.0.0.1:0", &server.listen_fd, &port, NULL), NB_OK);
    server.stop_fd = stop[0];
    server.clock = clock;
    server.log = fopen(log, "w");
    assert_non_null(server.log);
    assert_int_equal(pthread_create(&thread, NULL, serve, &server), 0);

    struct nb_buf out;
    nb_buf_init(&out, 1 << 20);
    int fd = connect_to(port);
    assert_int_equal(send(fd, requests, sizeof(requests) - 1, 0), sizeof(requests) - 1);
    read_all(fd, &out); /* the last answer closes */
    close(fd);
    assert_int_equal(write(stop[1], "", 1), 1);
    void *failed;
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);

    assert_int_equal(count(nb_buf_slice(&out), NB_LIT("HTTP/1.1 ")), 3);
    fclose(server.log);
    struct nb_slice lines = nbt_read_file(log, arena);
    assert_true(nb_slice_find(lines, NB_LIT("\thostile.example\t/ok.xml\t200\t-\t\t1\n"), 0) !=
                NB_NPOS);
    assert_true(nb_slice_ends(
        lines, NB_LIT("\thostile.example\t/length-short\t200\tconditional\ttester\t1\n")));
    nb_buf_fini(&out);
    close(server.listen_fd);
    close(stop[0]);
    close(stop[1]);
    nb_clock_close(clock);
    free(log);
    nbt_rmdir(dir);
}

static void stored_gzip_has_the_sums_of_its_content(void **state)
{
    (void)state;
    /* the check value of CRC-32 is that of "123456789": cbf43926 */
    static const unsigned char want[] = {
        0x1F, 0x8B, 8,   0,   0,   0,   0,   0,   0,    3,    1,    9,    0, 0xF6, 0xFF, '1',
        '2',  '3',  '4', '5', '6', '7', '8', '9', 0x26, 0x39, 0xF4, 0xCB, 9, 0,    0,    0};
    struct nb_buf out;
    nb_buf_init(&out, 1000);
    gzip_stored(NB_LIT("123456789"), &out);
    assert_int_equal(out.len, sizeof(want));
    assert_memory_equal(out.p, want, sizeof(want));
    nb_buf_fini(&out);
}

int main(void)
{
    if (nb_text_init(NULL) || nb_url_init(NULL)) {
        return 1;
    }
    nb_feed_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sites_move_vanish_and_come_back_on_time),
        cmocka_unit_test(a_feed_answers_304_until_it_has_something_new),
        cmocka_unit_test(every_feed_reads_as_what_it_shows),
        cmocka_unit_test(every_address_of_the_story_has_a_page_while_it_is_there),
        cmocka_unit_test(a_heading_has_pages_until_its_entries_end),
        cmocka_unit_test(windows_1254_comes_back_as_it_went),
        cmocka_unit_test(a_request_head_is_read_or_refused),
        cmocka_unit_test(one_connection_serves_requests_in_turn_and_each_is_logged),
        cmocka_unit_test(stored_gzip_has_the_sums_of_its_content),
    };
    return cmocka_run_group_tests(tests, build, drop);
}
