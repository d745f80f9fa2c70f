#include "tests/unit/digest_world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/feed.h>
#include <nabiz/wake.h>

#include "service/serve.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define DEADLINE_MS 20000
#define ANSWER_BYTES ((size_t)256 << 10)

struct served {
    char *dir;
    struct nb_config *config;
    struct nb_clock *clock;
    struct nb_serve *serve;
    struct nb_arena *arena;
};

static const struct entry said[] = {
    {0, 9, 0, "acme", NB__KIND__POST, "forum.example/su", "Su", "https://forum.example/1", NULL,
     "Kargom gelmedi", -800, 3, NULL, 0, NULL},
};

/* A quiet week and a loud hour: enough for the analyzer to open an alert. */
static void fill(char *dir)
{
    enum { QUIET = 16, LOUD = 60 };
    static char urls[QUIET + LOUD][64];
    struct entry all[QUIET + LOUD];
    struct digest_world w;
    for (int i = 0; i < QUIET + LOUD; i++) {
        all[i] = said[0];
        (void)snprintf(urls[i], sizeof(urls[i]), "https://forum.example/%d", i);
        all[i].url = urls[i];
        all[i].day = i < QUIET ? i / 2 - 8 : 0;
        all[i].hour = i < QUIET ? 8 + i % 2 : 20;
        all[i].minute = i < QUIET ? 0 : i - QUIET;
    }
    digest_world_open_at(&w, dir);
    digest_world_add(&w, all, ROWS(all), true);
    digest_world_leave(&w);
}

static void open_served(struct served *s)
{
    struct nb_error error = {0};
    char data[4200];
    *s = (struct served){.dir = nbt_tmpdir(), .arena = nb_arena_new(64u << 20)};
    (void)snprintf(data, sizeof(data), "data.dir=%s", s->dir);
    const char *sets[] = {data, "data.templates=config/templates", "serve.listen=127.0.0.1:0"};
    must(nb_config_load(NULL, sets, ROWS(sets), &s->config, &error), &error);
    must(nb_clock_open(NULL, &s->clock, &error), &error);
}

static void start(struct served *s)
{
    struct nb_error error = {0};
    must(nb_serve_start(s->config, s->clock, &s->serve, &error), &error);
}

static void close_served(struct served *s)
{
    nb_clock_close(s->clock);
    nb_config_free(s->config);
    nb_arena_free(s->arena);
    nbt_rmdir(s->dir);
}

static struct nb_slice talk(struct served *s, const char *request)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(nb_serve_port(s->serve))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    char *all = nb_arena_alloc(s->arena, ANSWER_BYTES);
    assert_non_null(all);
    size_t n = 0;
    for (ssize_t got; n < ANSWER_BYTES && (got = recv(fd, all + n, ANSWER_BYTES - n, 0)) > 0;) {
        n += (size_t)got;
    }
    close(fd);
    return nb_slice(all, n);
}

static struct nb_slice get(struct served *s, const char *method, const char *path, const char *host)
{
    char *request =
        nb_arena_printf(s->arena, "%s %s HTTP/1.1\r\n%s%s%sConnection: close\r\n\r\n", method, path,
                        host ? "Host: " : "", host ? host : "", host ? "\r\n" : "");
    return talk(s, request);
}

static bool has(struct nb_slice text, const char *part)
{
    return nb_slice_find(text, nb_slice_str(part), 0) != NB_NPOS;
}

static void pages_are_answered_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *host, *status, *says;
    } rows[] = {
        {"GET", "/health", "127.0.0.1:8420", "200", "\"analysis_cursor\": 76"},
        {"GET", "/health", "localhost", "200", "\"ok\": true"},
        {"GET", "/health", "[::1]:1", "200", "\"lag\": 0"},
        {"GET", "/metrics", "localhost", "200", "# TYPE nabiz_requests_total counter"},
        {"GET", "/alerts.atom", "localhost", "200", "tag:nabiz,2026:incident/"},
        {"GET", "/alerts.json", "localhost", "200", "https://jsonfeed.org/version/1.1"},
        {"GET", "/digest/acme/2026-11-21", "localhost", "200", "<html lang=\"tr\">"},
        {"GET", "/digest/acme/2026-11-21?lang=en", "localhost", "200", "<html lang=\"en\">"},
        {"GET", "/digest/acme/2026-11-21?lang=../x", "localhost", "400", "lang=tr"},
        {"GET", "/digest/acme/2030-01-01", "localhost", "200", "hiç belge yok"},
        {"GET", "/digest/other/2026-11-21", "localhost", "404", ""},
        {"GET", "/digest/acme/2026-13-21", "localhost", "404", ""},
        {"GET", "/digest/acme", "localhost", "404", ""},
        {"GET", "/digest/../health", "localhost", "404", ""},
        {"GET", "/digest/%00/2026-11-21", "localhost", "404", ""},
        {"GET", "/", "localhost", "200", "/digest/TOPIC/"},
        {"GET", "//", "localhost", "404", ""},
        {"GET", "/healthy", "localhost", "404", ""},
        {"POST", "/health", "localhost", "405", "Allow: GET, HEAD"},
        {"DELETE", "/digest/acme/2026-11-21", "localhost", "405", ""},
        {"GET", "/health", "evil.example", "421", ""},
        {"GET", "/health", "localhost.evil.example:8420", "421", ""},
        {"GET", "/health", "127.0.0.1.evil.example", "421", ""},
    };
    struct served s;
    open_served(&s);
    fill(s.dir);
    start(&s);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_slice answer = get(&s, rows[i].method, rows[i].path, rows[i].host);
        char *status = nb_arena_printf(s.arena, "HTTP/1.1 %s ", rows[i].status);
        if (!nb_slice_starts(answer, nb_slice_str(status)) || !has(answer, rows[i].says)) {
            fail_msg("%s %s at %s: %.*s", rows[i].method, rows[i].path, rows[i].host,
                     NB_ARG(nb_slice_sub(answer, 0, 2000)));
        }
        assert_true(has(answer, "Content-Security-Policy: default-src 'none'"));
        assert_true(has(answer, "X-Content-Type-Options: nosniff"));
        assert_false(has(answer, s.dir)); /* paths of this machine stay on it */
    }
    struct nb_slice head = get(&s, "HEAD", "/health", "localhost");
    assert_true(nb_slice_starts(head, NB_LIT("HTTP/1.1 200 ")));
    assert_false(has(head, "\"ok\""));
    must(nb_serve_stop(s.serve, NULL), NULL);
    close_served(&s);
}

static void a_digest_gives_its_reasons_in_its_own_language(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *says[6];
        const char * not [3];
    } rows[] = {
        {"/digest/acme/2026-11-21?lang=tr",
         {"belge olağan sayılırdı", "belgenin", "En çok yazanlar: forum.example/su (",
          "Bu saatin ilk belgesi 20:00, yazan: forum.example/su", "yanıt veren yazar: 0", NULL},
         {"documents", "usual", "sites"}},
        {"/digest/acme/2026-11-21?lang=en",
         {"up to", "are negative", "Sites with most of it: forum.example (",
          "First document of the hour: 20:00, by forum.example/su", "authors who answer: 0", NULL},
         {"belge", "yazar", "saat"}},
    };
    struct served s;
    open_served(&s);
    fill(s.dir);
    start(&s);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_slice page = get(&s, "GET", rows[i].path, "localhost");
        for (size_t k = 0; rows[i].says[k]; k++) {
            if (!has(page, rows[i].says[k])) {
                fail_msg("%s is not in %.*s", rows[i].says[k], NB_ARG(page));
            }
        }
        for (size_t k = 0; k < ROWS(rows[i].not ); k++) {
            assert_false(has(page, rows[i].not [k]));
        }
    }
    must(nb_serve_stop(s.serve, NULL), NULL);
    close_served(&s);
}

static void broken_requests_do_not_reach_a_page(void **state)
{
    (void)state;
    struct served s;
    open_served(&s);
    start(&s);
    size_t n = 100000;
    char *long_head = nb_arena_alloc(s.arena, n + 1);
    memset(long_head, 'a', n);
    memcpy(long_head, "GET /", 5);
    long_head[n] = '\0';
    const char *const requests[] = {
        "GET /health HTTP/1.1\r\n\r\n", /* no Host */
        "nonsense\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nHost : x\r\nContent-Length: -1\r\n\r\n",
        long_head,
    };
    for (size_t i = 0; i < ROWS(requests); i++) {
        assert_false(nb_slice_starts(talk(&s, requests[i]), NB_LIT("HTTP/1.1 200")));
    }
    assert_true(has(get(&s, "GET", "/health", "localhost"), "\"ok\": true"));
    must(nb_serve_stop(s.serve, NULL), NULL);
    close_served(&s);
}

static void before_there_is_anything_health_answers_and_the_rest_is_not_found(void **state)
{
    (void)state;
    struct served s;
    open_served(&s);
    start(&s);
    assert_true(has(get(&s, "GET", "/health", "localhost"), "\"log_last\": null"));
    assert_true(
        nb_slice_starts(get(&s, "GET", "/alerts.atom", "localhost"), NB_LIT("HTTP/1.1 404")));
    assert_true(nb_slice_starts(get(&s, "GET", "/digest/acme/2026-11-21", "localhost"),
                                NB_LIT("HTTP/1.1 404")));
    char *desk = nbt_path(s.dir, "desk/data.mdb");
    assert_int_equal(access(desk, R_OK), 0);
    free(desk);
    must(nb_serve_stop(s.serve, NULL), NULL);
    close_served(&s);
}

/* Another process, as in life: a store is opened once in each. It begins when told to. */
static pid_t fill_in_another_process(char *dir, int *go)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        close(fds[1]);
        if (read(fds[0], &byte, 1) == 1) {
            fill(dir);
        }
        _exit(0);
    }
    close(fds[0]);
    *go = fds[1];
    return pid;
}

static void the_feed_on_disk_follows_the_analysis(void **state)
{
    (void)state;
    struct served s;
    open_served(&s);
    int go;
    pid_t pid = fill_in_another_process(s.dir, &go);
    start(&s);
    assert_int_equal(write(go, "x", 1), 1);
    char *path = nbt_path(s.dir, "out/alerts.atom");
    struct nb_slice feed = NB_LIT("");
    int64_t until = nb_mono_ms() + DEADLINE_MS;
    while (!has(feed, "<entry>") && nb_mono_ms() < until) {
        (void)poll(NULL, 0, 10); /* until the condition holds or the deadline is over */
        nb_arena_reset(s.arena);
        feed = nbt_read_file(path, s.arena);
    }
    assert_true(has(feed, "tag:nabiz,2026:incident/"));
    assert_true(has(feed, "</feed>"));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(go);
    must(nb_serve_stop(s.serve, NULL), NULL);
    free(path);
    close_served(&s);
}

static void a_stop_takes_well_under_a_second(void **state)
{
    (void)state;
    for (int filled = 0; filled < 2; filled++) {
        struct served s;
        open_served(&s);
        if (filled) {
            fill(s.dir);
        }
        start(&s);
        (void)get(&s, "GET", "/health", "localhost");
        int64_t before = nb_mono_ms();
        must(nb_serve_stop(s.serve, NULL), NULL);
        assert_true(nb_mono_ms() - before < 800);
        close_served(&s);
    }
}

static void an_analysis_that_was_replaced_ends_serving(void **state)
{
    (void)state;
    struct served s;
    open_served(&s);
    fill(s.dir);
    start(&s);
    assert_true(has(get(&s, "GET", "/health", "localhost"), "\"analysis_cursor\": 76"));
    char *from = nbt_path(s.dir, "analysis");
    char *to = nbt_path(s.dir, "old");
    struct nb_wake *wake;
    must(nb_wake_open(nb_arena_printf(s.arena, "%s/wake", from), &wake, NULL), NULL);
    assert_int_equal(rename(from, to), 0);
    nb_wake_all(wake);
    struct pollfd done = {.fd = nb_serve_done_fd(s.serve), .events = POLLIN};
    assert_int_equal(poll(&done, 1, DEADLINE_MS), 1);
    struct nb_error error = {0};
    assert_int_equal(nb_serve_stop(s.serve, &error), NB_ECLOSED);
    assert_non_null(strstr(error.text, "replaced"));
    nb_wake_close(wake);
    free(from);
    free(to);
    close_served(&s);
}

static void an_address_that_cannot_be_had_is_told(void **state)
{
    (void)state;
    struct served s;
    open_served(&s);
    start(&s);
    char taken[64];
    (void)snprintf(taken, sizeof(taken), "serve.listen=127.0.0.1:%u", nb_serve_port(s.serve));
    const struct {
        const char *set;
        enum nb_err err;
    } rows[] = {
        {taken, NB_EBUSY},
        {"serve.listen=somewhere", NB_EINVAL},
        {"serve.listen=example.com:80", NB_EINVAL},
        {"serve.listen=127.0.0.1:99999", NB_EINVAL},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_error error = {0};
        struct nb_config *config;
        struct nb_serve *serve;
        char *dir = nbt_tmpdir();
        const char *sets[] = {nb_arena_printf(s.arena, "data.dir=%s", dir), rows[i].set};
        must(nb_config_load(NULL, sets, ROWS(sets), &config, &error), &error);
        assert_int_equal(nb_serve_start(config, s.clock, &serve, &error), rows[i].err);
        assert_null(serve);
        assert_non_null(strstr(error.text, "serve.listen"));
        nb_config_free(config);
        nbt_rmdir(dir);
    }
    must(nb_serve_stop(s.serve, NULL), NULL);
    close_served(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_feed_on_disk_follows_the_analysis),
        cmocka_unit_test(pages_are_answered_and_nothing_else),
        cmocka_unit_test(a_digest_gives_its_reasons_in_its_own_language),
        cmocka_unit_test(broken_requests_do_not_reach_a_page),
        cmocka_unit_test(before_there_is_anything_health_answers_and_the_rest_is_not_found),
        cmocka_unit_test(a_stop_takes_well_under_a_second),
        cmocka_unit_test(an_analysis_that_was_replaced_ends_serving),
        cmocka_unit_test(an_address_that_cannot_be_had_is_told),
    };
    nb_feed_init();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nb_feed_fini();
    return failed;
}
