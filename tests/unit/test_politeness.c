#include "tests/unit/polite_world.h"

#include <nabiz/robots.h>

/* ---- rules ---- */

#define OK "200 OK\r\n"

/* A robots.txt of one rule behind `comment_bytes` of comments. */
static char *long_robots(size_t comment_bytes)
{
    static const char tail[] = "\nDisallow: /\n";
    char *text = malloc(comment_bytes + sizeof(tail) + 64);
    assert_non_null(text);
    size_t n = (size_t)snprintf(text, 64, "User-agent: *\n#");
    memset(text + n, 'x', comment_bytes);
    memcpy(text + n + comment_bytes, tail, sizeof(tail));
    return text;
}

/* What a robots.txt answers, and what becomes of a source of its host. */
static const struct answer {
    const char *head;
    const char *robots;
    const char *path; /* of the source */
    int robots_n;     /* requests for robots.txt, and where it led */
    bool is_asked;
    bool is_denied;
    const char *failure; /* a part of it */
    int64_t wait_s;
} answers[] = {
    {OK, "User-agent: *\nDisallow: /x\n", "/a", 1, true, false, NULL, 1800},
    {OK, "User-agent: *\nDisallow: /x\n", "/x/y", 1, false, true, "denies it, line 2", 86400},
    {OK, "User-agent: *\nDisallow: /*q=\n", "/f?q=1", 1, false, true, "line 2", 86400},
    {OK, "User-agent: nabiz\nDisallow: /\nUser-agent: *\nAllow: /\n", "/a", 1, false, true,
     "line 2", 86400},
    {OK, "User-agent: other\nDisallow: /\n", "/a", 1, true, false, NULL, 1800},
    {OK "Cache-Control: public, max-age=7200\r\n", "User-agent: *\nDisallow: /\n", "/a", 1, false,
     true, "line 2", 7200},
    {OK "Content-Type: text/html\r\n", "<html>Disallow: /</html>", "/a", 1, true, false, NULL,
     1800},
    {OK, "", "/a", 1, true, false, NULL, 1800},
    {"404 No\r\n", "User-agent: *\nDisallow: /\n", "/a", 1, true, false, NULL, 1800},
    {"403 No\r\n", "", "/a", 1, true, false, NULL, 1800},
    {"429 Slow\r\nRetry-After: 7200\r\n", "", "/a", 1, false, false,
     "cannot be had: HTTP status 429", 7200},
    {"503 Down\r\n", "", "/a", 1, false, false, "cannot be had: HTTP status 503", 1800},
    {"503 Down\r\nRetry-After: Thu, 01 Jan 2026 05:00:00 GMT\r\n", "", "/a", 1, false, false, "503",
     18000},
    {"304 Same\r\n", "", "/a", 1, false, false, "304", 1800},
    {"300 Choose\r\n", "", "/a", 1, false, false, "300", 1800},
    {"301 Moved\r\nLocation: /r\r\n", "", "/a", 2, false, true, "line 2", 86400},
    {"302 Found\r\nLocation: http://elsewhere.example/r\r\n", "", "/a", 2, false, true, "line 2",
     86400},
    {"302 Found\r\nLocation: /robots.txt\r\n", "", "/a", 6, true, false, NULL, 1800},
    {"302 Found\r\nLocation: file:///etc/passwd\r\n", "", "/a", 1, false, false, "http", 1800},
    {"302 Found\r\n", "", "/a", 1, false, false, "nowhere", 1800},
    {OK "Content-Encoding: gzip\r\n", "this is no gzip", "/a", 1, false, false, "cannot be had",
     1800},
};

enum { ANSWERS_N = sizeof(answers) / sizeof(answers[0]) };

static void check_answer(const struct world *world, const char *host, const struct answer *want)
{
    char url[1024];
    (void)snprintf(url, sizeof(url), "http://%s%s", host, want->path);
    const struct nb_source *got = state_of(world, url);
    bool elsewhere = strstr(want->head, "elsewhere") != NULL;
    assert_int_equal(asked(host, want->path), want->is_asked);
    assert_int_equal(asked(host, "/robots.txt") + asked(host, "/r") + elsewhere, want->robots_n);
    assert_int_equal(got->denied, want->is_denied);
    assert_int_equal(got->failures_n, !want->is_asked && !want->is_denied);
    assert_int_equal((got->due_ms - T0) / 1000, want->wait_s);
    if (want->failure) {
        assert_non_null(strstr(got->failure, host));
        assert_non_null(strstr(got->failure, want->failure));
    } else {
        assert_null(got->failure);
    }
}

static void the_robots_txt_of_a_host_decides_whether_it_is_asked(void **state)
{
    (void)state;
    struct page pages[2 * ANSWERS_N + 1] = {
        {"elsewhere.example", "/r", OK, "User-agent: *\nDisallow: /\n"}};
    char hosts[ANSWERS_N][32];
    char sources[4096] = "";
    int64_t denied = nb_counter_get(NB_CTR_ROBOTS_DENIED);
    for (size_t i = 0; i < ANSWERS_N; i++) {
        (void)snprintf(hosts[i], sizeof(hosts[i]), "s%zu.example", i);
        pages[2 * i + 1] =
            (struct page){hosts[i], "/robots.txt", answers[i].head, answers[i].robots};
        pages[2 * i + 2] = (struct page){hosts[i], "/r", OK, "User-agent: *\nDisallow: /\n"};
        (void)snprintf(sources + strlen(sources), sizeof(sources) - strlen(sources),
                       "http://%s%s\n", hosts[i], answers[i].path);
        denied += !answers[i].is_asked;
    }
    SET_PAGES(pages);
    struct world world = make_world(sources, (const char *const[2]){"crawl.loops=3", NULL});
    crawl_at(&world, T0);
    for (size_t i = 0; i < ANSWERS_N; i++) {
        check_answer(&world, hosts[i], &answers[i]);
    }
    assert_int_equal(asked("elsewhere.example", NULL), 1); /* no robots.txt for a robots.txt */
    assert_int_equal(nb_counter_get(NB_CTR_ROBOTS_DENIED), denied);
    end_world(&world);
}

static void the_first_500_kib_of_a_robots_txt_are_read(void **state)
{
    (void)state;
    char *too_late = long_robots(NB_ROBOTS_MAX_BYTES);
    char *in_time = long_robots(NB_ROBOTS_MAX_BYTES - 100);
    const struct page pages[] = {{"late.example", "/robots.txt", OK, too_late},
                                 {"time.example", "/robots.txt", OK, in_time}};
    SET_PAGES(pages);
    struct world world = make_world("http://late.example/1\nhttp://time.example/1\n", NULL);
    crawl_at(&world, T0);
    assert_int_equal(asked("late.example", "/1"), 1);
    assert_int_equal(asked("time.example", "/1"), 0);
    forget();
    crawl_at(&world, T0 + HOUR); /* and what was stored means the same */
    assert_int_equal(asked(NULL, NULL), 1);
    end_world(&world);
    free(too_late);
    free(in_time);
}

static void an_origin_is_asked_for_its_rules_once_and_every_origin_by_itself(void **state)
{
    (void)state;
    static const struct page pages[] = {
        {"a.example:8080", "/robots.txt", OK, "User-agent: *\nDisallow: /\n"}};
    SET_PAGES(pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\nhttp://a.example/3\n"
                                    "http://a.example:8080/1\nhttp://a.example:80/4\n",
                                    NULL);
    crawl_at(&world, T0);
    assert_int_equal(asked("a.example", "/robots.txt"), 1);
    assert_int_equal(asked("a.example:8080", "/robots.txt"), 1);
    assert_int_equal(asked("a.example", NULL), 5);
    assert_int_equal(asked("a.example:8080", NULL), 1);
    end_world(&world);
}

static void a_redirect_is_not_followed_where_it_is_denied(void **state)
{
    (void)state;
    static const struct page pages[] = {
        {"a.example", "/go", "302 Found\r\nLocation: http://b.example/x\r\n", ""},
        {"c.example", "/go", "301 Found\r\nLocation: http://b.example/y\r\n", ""},
        {"b.example", "/robots.txt", OK, "User-agent: *\nDisallow: /x\n"},
    };
    SET_PAGES(pages);
    struct world world = make_world("http://a.example/go\nhttp://c.example/go\n", NULL);
    crawl_at(&world, T0);
    const struct nb_source *a = state_of(&world, "http://a.example/go");
    const struct nb_source *c = state_of(&world, "http://c.example/go");
    assert_int_equal(asked("b.example", "/x"), 0);
    assert_int_equal(asked("b.example", "/y"), 1);
    assert_int_equal(asked("b.example", "/robots.txt"), 1);
    assert_true(a->denied);
    assert_string_equal(a->failure, "robots.txt of b.example denies it, line 2");
    assert_int_equal(a->polls_n, 1);
    assert_int_equal(a->status, 302);
    assert_string_equal(c->moved_to, "http://b.example/y");
    end_world(&world);
}

static void rules_hold_over_restarts_until_they_expire(void **state)
{
    (void)state;
    static const struct page pages[] = {
        {"a.example", "/robots.txt", OK "ETag: \"r\"\r\n", "User-agent: *\nDisallow: /x\n"},
        {"b.example", "/robots.txt", OK "Cache-Control: max-age=7200\r\n", "User-agent: *\n"},
        {"d.example", "/robots.txt", "503 Down\r\n", ""},
    };
    static const struct {
        int64_t at_ms;
        int a, b, c, d; /* requests for robots.txt */
    } steps[] = {
        {T0, 1, 1, 1, 1},
        {T0 + 4 * 60 * SECOND, 0, 0, 0, 0},
        {T0 + HOUR, 0, 0, 0, 1},
        {T0 + 2 * HOUR, 0, 1, 0, 1},
        {T0 + DAY - HOUR, 0, 1, 0, 1},
        {T0 + DAY, 1, 0, 1, 0},
        {T0 + DAY + HOUR, 0, 1, 0, 0},
    };
    SET_PAGES(pages);
    struct world world = make_world("http://a.example/1 every=1min\nhttp://a.example/x\n"
                                    "http://b.example/1 every=1min\nhttp://c.example/1 every=1min\n"
                                    "http://d.example/1\n",
                                    NULL);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        forget();
        crawl_at(&world, steps[i].at_ms);
        assert_int_equal(asked("a.example", "/robots.txt"), steps[i].a);
        assert_int_equal(asked("b.example", "/robots.txt"), steps[i].b);
        assert_int_equal(asked("c.example", "/robots.txt"), steps[i].c);
        assert_int_equal(asked("d.example", "/robots.txt"), steps[i].d);
        assert_int_equal(asked("a.example", "/1"), 1);
        assert_int_equal(asked("a.example", "/x"), 0); /* also after the 304 of a day later */
        assert_int_equal(asked("d.example", "/1"), 0);
    }
    end_world(&world);
}

static void a_denied_source_is_polled_when_new_rules_allow_it(void **state)
{
    (void)state;
    static const struct page closed[] = {
        {"a.example", "/robots.txt", OK, "User-agent: *\nDisallow: /\n"}};
    static const struct page opened[] = {{"a.example", "/robots.txt", OK, "User-agent: *\n"}};
    SET_PAGES(closed);
    struct world world = make_world("http://a.example/1\n", NULL);
    crawl_at(&world, T0);
    SET_PAGES(opened);
    crawl_at(&world, T0 + DAY - 1);
    assert_int_equal(asked(NULL, NULL), 0);
    const struct nb_source *got = state_of(&world, "http://a.example/1");
    assert_true(got->denied);
    assert_int_equal(got->polls_n, 0);
    crawl_at(&world, T0 + DAY);
    assert_int_equal(asked("a.example", "/1"), 1);
    got = state_of(&world, "http://a.example/1");
    assert_false(got->denied);
    assert_null(got->failure);
    assert_int_equal(got->documents_n, 1);
    end_world(&world);
}

static void known_rules_are_kept_aside_while_a_host_is_down(void **state)
{
    (void)state;
    static const struct page up[] = {
        {"a.example", "/robots.txt", OK, "User-agent: *\nDisallow: /x\n"}};
    static const struct page down[] = {{"a.example", "/robots.txt", "500 Down\r\n", ""}};
    SET_PAGES(up);
    struct world world = make_world("http://a.example/1 every=1d\nhttp://a.example/x\n", NULL);
    crawl_at(&world, T0);
    SET_PAGES(down);
    for (int day = 1; day <= 30; day++) {
        crawl_at(&world, T0 + day * DAY);
        assert_int_equal(asked("a.example", "/1"), 0);
    }
    crawl_at(&world, T0 + 31 * DAY); /* 30 days after it was first found down (RFC 9309, 2.3.1.4) */
    assert_int_equal(asked("a.example", "/1"), 1);
    assert_int_equal(asked("a.example", "/x"), 0);
    end_world(&world);
}

static void with_robots_off_nobody_is_asked_for_rules(void **state)
{
    (void)state;
    static const struct page pages[] = {
        {"a.example", "/robots.txt", OK, "User-agent: *\nDisallow: /\nCrawl-delay: 10\n"}};
    SET_PAGES(pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\n",
                                    (const char *const[2]){"crawl.robots=off", NULL});
    crawl_at(&world, T0);
    assert_int_equal(asked("a.example", NULL), 2);
    assert_int_equal(asked("a.example", "/robots.txt"), 0);
    end_world(&world);
}

static void a_slow_robots_txt_holds_up_its_own_host_only(void **state)
{
    (void)state;
    set_pages(NULL, 0);
    pthread_mutex_lock(&server.mu);
    server.hold = true;
    pthread_mutex_unlock(&server.mu);
    struct world world = make_world("http://slow.example/1\nhttp://slow.example/x\n"
                                    "http://a.example/1\nhttp://b.example/1\n",
                                    NULL);
    int64_t polls = nb_counter_get(NB_CTR_POLLS);
    struct nb_crawl *crawl = start(&world, false);
    wait_for_counter(NB_CTR_POLLS, polls + 2);
    assert_int_equal(asked("a.example", "/1"), 1);
    assert_int_equal(asked("b.example", "/1"), 1);
    assert_int_equal(asked("slow.example", "/1"), 0);
    let_go();
    wait_for_counter(NB_CTR_POLLS, polls + 4);
    assert_int_equal(asked("slow.example", "/1"), 1);
    assert_int_equal(asked("slow.example", "/x"), 0);
    assert_int_equal(asked("slow.example", "/robots.txt"), 1);
    stop(crawl);
    end_world(&world);
}

static void rules_that_were_asked_for_and_not_stored_are_not_asked_for_again_at_once(void **state)
{
    (void)state;
    int64_t limit_ms = nb_mono_ms() + 60000;
    set_pages(NULL, 0);
    pthread_mutex_lock(&server.mu);
    server.hold = true;
    pthread_mutex_unlock(&server.mu);
    struct world world = make_world("http://slow.example/1\nhttp://slow.example/2\n",
                                    (const char *const[2]){"crawl.interval=1h", NULL});
    struct nb_crawl *crawl = start(&world, false);
    while (asked("slow.example", "/robots.txt") == 0) {
        assert_true(nb_mono_ms() < limit_ms);
        (void)usleep(1000);
    }
    stop(crawl); /* nothing came of it, as if it had been killed */
    let_go();
    forget();
    crawl_at(&world, T0 + HOUR - SECOND);
    assert_int_equal(asked("slow.example", NULL), 0);
    crawl_at(&world, T0 + HOUR);
    assert_int_equal(asked("slow.example", "/robots.txt"), 1);
    assert_int_equal(asked("slow.example", "/1"), 1);
    assert_int_equal(asked("slow.example", "/2"), 1);
    end_world(&world);
}

/* ---- Crawl-delay ---- */

#define DELAY_10 "User-agent: *\nCrawl-delay: 10\n"

static const struct page delay_pages[] = {
    {"a.example", "/robots.txt", OK, DELAY_10},
    {"r.example", "/robots.txt", OK, DELAY_10},
    {"r.example", "/old", "302 Found\r\nLocation: /new\r\n", ""},
    {"r.example", "/gone", "301 Moved\r\nLocation: http://a.example/moved\r\n", ""},
};

/* Requests to a host with a Crawl-delay of 10 s and three sources, at seconds since the start. */
static const struct {
    int64_t at_s;
    int asked_n;
} delay_steps[] = {{0, 1},  {1, 0},  {9, 0},  {10, 1},   {19, 0},   {20, 1},  {29, 0},
                   {31, 1}, {40, 0}, {41, 0}, {1810, 1}, {1819, 0}, {1821, 1}};

static void check_delay_step(size_t i)
{
    assert_int_equal(asked("a.example", NULL), delay_steps[i].asked_n);
    assert_int_equal(asked("b.example", "/1"), i == 0 || delay_steps[i].at_s == 1810);
    forget();
}

static void sources_of_a_host_share_its_crawl_delay_also_across_restarts(void **state)
{
    (void)state;
    SET_PAGES(delay_pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\nhttp://a.example/3\n"
                                    "http://b.example/1\n",
                                    NULL);
    for (size_t i = 0; i < sizeof(delay_steps) / sizeof(delay_steps[0]); i++) {
        crawl_at(&world, T0 + delay_steps[i].at_s * SECOND);
        check_delay_step(i);
    }
    static const char *const urls[] = {"http://a.example/1", "http://a.example/2",
                                       "http://a.example/3"};
    uint64_t polls_n = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct nb_source *got = state_of(&world, urls[i]);
        assert_int_equal(got->documents_n, 1); /* everybody had a turn */
        polls_n += got->polls_n;
    }
    assert_int_equal(polls_n, 5);
    end_world(&world);
}

static void sources_of_a_host_share_its_crawl_delay_in_one_process(void **state)
{
    (void)state;
    SET_PAGES(delay_pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\nhttp://a.example/3\n"
                                    "http://b.example/1\n",
                                    (const char *const[2]){"crawl.in_flight=1", NULL});
    nb_counter_set(NB_CTR_SETTLED_MS, 0);
    struct nb_crawl *crawl = start(&world, false);
    for (size_t i = 0; i < sizeof(delay_steps) / sizeof(delay_steps[0]); i++) {
        int64_t now_ms = T0 + delay_steps[i].at_s * SECOND;
        nb_clock_set(world.clock, now_ms);
        wait_for_counter(NB_CTR_SETTLED_MS, now_ms);
        check_delay_step(i);
    }
    stop(crawl);
    end_world(&world);
}

static void a_crawl_delay_is_cut_to_the_longest_that_is_kept_to(void **state)
{
    (void)state;
    SET_PAGES(delay_pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\n",
                                    (const char *const[2]){"crawl.delay_max=2s", NULL});
    crawl_at(&world, T0);
    assert_int_equal(asked("a.example", NULL), 1);
    crawl_at(&world, T0 + 2 * SECOND);
    assert_int_equal(asked("a.example", NULL), 2);
    crawl_at(&world, T0 + 4 * SECOND);
    assert_int_equal(asked("a.example", NULL), 3);
    end_world(&world);
}

static void a_redirect_waits_for_the_turn_of_its_host_and_goes_on_from_there(void **state)
{
    (void)state;
    static const struct {
        int64_t at_s;
        const char *r; /* what r.example, a.example are asked for; "": nothing */
        const char *a;
    } steps[] = {
        {0, "/robots.txt", ""}, {5, "", ""}, {10, "/old", ""}, {20, "/new", ""}, {30, "", ""},
    };
    SET_PAGES(delay_pages);
    struct world world = make_world("http://r.example/old\n", NULL);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        forget();
        crawl_at(&world, T0 + steps[i].at_s * SECOND);
        assert_int_equal(asked(NULL, NULL), steps[i].r[0] != '\0');
        assert_int_equal(asked("r.example", steps[i].r), steps[i].r[0] != '\0');
    }
    const struct nb_source *got = state_of(&world, "http://r.example/old");
    assert_int_equal(got->polls_n, 1);
    assert_int_equal(got->documents_n, 1);
    assert_null(got->resume_url);
    assert_null(got->moved_to);
    assert_int_equal(got->due_ms, T0 + 20 * SECOND + 1800 * SECOND);
    end_world(&world);
}

static void a_permanent_redirect_to_a_host_with_a_crawl_delay_is_remembered(void **state)
{
    (void)state;
    SET_PAGES(delay_pages);
    struct world world = make_world("http://r.example/gone\n", NULL);
    static const int64_t at_s[] = {0, 10, 20};
    for (size_t i = 0; i < sizeof(at_s) / sizeof(at_s[0]); i++) {
        crawl_at(&world, T0 + at_s[i] * SECOND);
    }
    /* r: robots.txt at 0, /gone at 10; a: robots.txt at 10, /moved at 20 */
    assert_int_equal(asked("r.example", NULL), 2);
    assert_int_equal(asked("a.example", NULL), 2);
    assert_string_equal(state_of(&world, "http://r.example/gone")->moved_to,
                        "http://a.example/moved");
    end_world(&world);
}

static void a_crawl_delay_is_kept_to_by_the_systems_clock(void **state)
{
    (void)state;
    static const struct page pages[] = {
        {"a.example", "/robots.txt", OK, "User-agent: *\nCrawl-delay: 1\n"}};
    SET_PAGES(pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\n",
                                    (const char *const[2]){"clock.file=", NULL});
    crawl_once(&world); /* waits for turns that come soon */
    assert_int_equal(asked(NULL, NULL), 3);
    for (size_t i = 1; i < 3; i++) {
        /* from an answer to the next request; wall time is cut to milliseconds at both ends */
        assert_true(server.hits[i].mono_ms - server.hits[i - 1].mono_ms >= 1000 - 1);
    }
    end_world(&world);
}

/* ---- all of it ---- */

static const struct page mixed_pages[] = {
    {"m0.example", "/robots.txt", OK, "User-agent: *\nDisallow: /1\n"},
    {"m1.example", "/robots.txt", OK, "User-agent: *\nCrawl-delay: 1800\n"},
    {"m2.example", "/robots.txt", "503 Down\r\n", ""},
    {"m3.example", "/robots.txt", "301 Moved\r\nLocation: http://m0.example/robots.txt\r\n", ""},
    {"m4.example", "/robots.txt", OK, "User-agent: *\nCrawl-delay: 1800\nDisallow: /3\n"},
    {"m5.example", "/7", "302 Found\r\nLocation: http://m0.example/7\r\n", ""},
    {"m5.example", "/9", "302 Found\r\nLocation: http://m0.example/1\r\n", ""},
    {"m1.example", "/9", "301 Found\r\nLocation: /8\r\n", ""},
};

static void an_ordered_crawl_stores_the_same_rules_however_it_is_interrupted(void **state)
{
    (void)state;
    enum { SOURCES_N = 140 };
    char sources[SOURCES_N * 40] = "";
    static const char *const more[2] = {"crawl.ordered=on", "crawl.loops=2"};
    for (int i = 0; i < SOURCES_N; i++) {
        (void)snprintf(sources + strlen(sources), sizeof(sources) - strlen(sources),
                       "http://m%d.example/%d every=1h\n", i % 7, i / 7);
    }
    SET_PAGES(mixed_pages);
    struct world calm = make_world(sources, more);
    struct world rough = make_world(sources, more);
    for (int step = 0; step < 30; step++) {
        int64_t now_ms = T0 + step * HOUR;
        crawl_at(&calm, now_ms);
        nb_clock_set(rough.clock, now_ms);
        for (int i = 0; i < 3; i++) { /* stopped wherever it happens to be */
            struct nb_crawl *crawl = start(&rough, false);
            (void)usleep((useconds_t)(500 + (i * 3 + step) % 7 * 1500));
            stop(crawl);
        }
        crawl_at(&rough, now_ms);
        struct nb_slice a = dump(&calm);
        struct nb_slice b = dump(&rough);
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.p, b.p, a.len);
        nb_arena_reset(calm.arena);
        nb_arena_reset(rough.arena);
    }
    end_world(&calm);
    end_world(&rough);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_robots_txt_of_a_host_decides_whether_it_is_asked),
        cmocka_unit_test(the_first_500_kib_of_a_robots_txt_are_read),
        cmocka_unit_test(an_origin_is_asked_for_its_rules_once_and_every_origin_by_itself),
        cmocka_unit_test(a_redirect_is_not_followed_where_it_is_denied),
        cmocka_unit_test(rules_hold_over_restarts_until_they_expire),
        cmocka_unit_test(a_denied_source_is_polled_when_new_rules_allow_it),
        cmocka_unit_test(known_rules_are_kept_aside_while_a_host_is_down),
        cmocka_unit_test(with_robots_off_nobody_is_asked_for_rules),
        cmocka_unit_test(a_slow_robots_txt_holds_up_its_own_host_only),
        cmocka_unit_test(rules_that_were_asked_for_and_not_stored_are_not_asked_for_again_at_once),
        cmocka_unit_test(sources_of_a_host_share_its_crawl_delay_also_across_restarts),
        cmocka_unit_test(sources_of_a_host_share_its_crawl_delay_in_one_process),
        cmocka_unit_test(a_crawl_delay_is_cut_to_the_longest_that_is_kept_to),
        cmocka_unit_test(a_redirect_waits_for_the_turn_of_its_host_and_goes_on_from_there),
        cmocka_unit_test(a_permanent_redirect_to_a_host_with_a_crawl_delay_is_remembered),
        cmocka_unit_test(a_crawl_delay_is_kept_to_by_the_systems_clock),
        cmocka_unit_test(an_ordered_crawl_stores_the_same_rules_however_it_is_interrupted),
    };
    return cmocka_run_group_tests(tests, set_up_server, tear_down_server);
}
