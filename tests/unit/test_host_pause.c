/*
 * What a host says to one request holds for all its sources: 429 and 503, across restarts; and what
 * is remembered of hosts, and for how long.
 */
#include "tests/unit/polite_world.h"

#define OK_HEAD "200 OK\r\n"
#define LATER "429 Too Many\r\nRetry-After: 7200\r\n"

static size_t host_rows(const struct world *world)
{
    struct nb_store *store = open_store(world);
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    size_t n = 0;
    assert_int_equal(nb_read_begin(store, &txn, &error), NB_OK);
    assert_int_equal(nb_cursor_open(txn, NB_TBL_HOST, &cursor), NB_OK);
    enum nb_err err = nb_cursor_seek(cursor, NB_LIT(""), &key, &value);
    for (; err == NB_OK; n++) {
        err = nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    nb_read_end(txn);
    nb_store_close(store);
    return n;
}

/* Requests for feeds of a host, robots.txt left out. */
static int feeds_asked(const char *host)
{
    return asked(host, NULL) - asked(host, "/robots.txt");
}

static void a_429_holds_for_every_source_of_its_host_and_survives_a_restart(void **state)
{
    (void)state;
    static const struct page pages[] = {{"a.example", "/1", LATER, ""},
                                        {"a.example", "/2", LATER, ""},
                                        {"a.example", "/3", LATER, ""}};
    SET_PAGES(pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\nhttp://a.example/3\n"
                                    "http://b.example/1\n",
                                    NULL);
    crawl_at(&world, T0);
    assert_int_equal(feeds_asked("a.example"), 1);
    assert_int_equal(feeds_asked("b.example"), 1);
    forget();
    crawl_at(&world, T0 + HOUR); /* a new process */
    assert_int_equal(feeds_asked("a.example"), 0);
    assert_int_equal(feeds_asked("b.example"), 1);
    crawl_at(&world, T0 + 2 * HOUR - SECOND);
    assert_int_equal(feeds_asked("a.example"), 0);
    crawl_at(&world, T0 + 2 * HOUR);
    assert_int_equal(feeds_asked("a.example"), 1); /* and is told to wait again */
    SET_PAGES(((const struct page[]){{"b.example", "/2", OK_HEAD, NULL}}));
    crawl_at(&world, T0 + 4 * HOUR);
    assert_int_equal(asked("a.example", "/1"), 1);
    assert_int_equal(asked("a.example", "/2"), 1);
    assert_int_equal(asked("a.example", "/3"), 1);
    end_world(&world);
}

static void a_running_crawl_waits_as_well(void **state)
{
    (void)state;
    static const struct page pages[] = {{"a.example", "/1", LATER, ""},
                                        {"a.example", "/2", LATER, ""},
                                        {"a.example", "/3", LATER, ""}};
    SET_PAGES(pages);
    int64_t polls = nb_counter_get(NB_CTR_POLLS);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\nhttp://a.example/3\n"
                                    "http://b.example/1 every=1min\n",
                                    NULL);
    struct nb_crawl *crawl = start(&world, false);
    wait_for_counter(NB_CTR_POLLS, polls + 2);
    for (int i = 1; i <= 110; i++) {
        nb_clock_set(world.clock, T0 + i * 60 * SECOND);
        wait_for_counter(NB_CTR_POLLS, polls + 2 + i);
    }
    assert_int_equal(feeds_asked("a.example"), 1);
    stop(crawl);
    end_world(&world);
}

static void a_pause_without_a_time_is_a_few_minutes(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int64_t pause_s;
    } rows[] = {
        {"429 Too Many\r\n", 300},
        {"503 Busy\r\n", 60},
        {"503 Busy\r\nRetry-After: 600\r\n", 600},
        {"429 Too Many\r\nRetry-After: Thu, 01 Jan 2026 00:10:00 GMT\r\n", 600},
        {"429 Too Many\r\nRetry-After: 999999999\r\n", 86400},
        {"503 Busy\r\nRetry-After: 0\r\n", 0},
        {"500 Broken\r\n", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct page pages[] = {{"a.example", "/1", rows[i].head, ""},
                                     {"a.example", "/2", rows[i].head, ""}};
        SET_PAGES(pages);
        struct world world = make_world("http://a.example/1\nhttp://a.example/2\n", NULL);
        crawl_at(&world, T0);
        assert_int_equal(feeds_asked("a.example"), rows[i].pause_s > 0 ? 1 : 2);
        if (rows[i].pause_s > 0) {
            crawl_at(&world, T0 + rows[i].pause_s * SECOND - 1);
            assert_int_equal(feeds_asked("a.example"), 1);
            crawl_at(&world, T0 + rows[i].pause_s * SECOND);
            assert_int_equal(feeds_asked("a.example"), 2);
        }
        end_world(&world);
    }
}

static void a_pause_that_is_long_over_is_not_remembered(void **state)
{
    (void)state;
    static const struct page pages[] = {
        {"a.example", "/1", LATER, ""},
        {"c.example", "/robots.txt", OK_HEAD, "User-agent: *\nCrawl-delay: 5\n"}};
    SET_PAGES(pages);
    struct world world =
        make_world("http://a.example/1\nhttp://b.example/1\nhttp://c.example/1\n", NULL);
    crawl_at(&world, T0);
    assert_int_equal(host_rows(&world), 2);
    char *path = nbt_path(world.dir, "sources.list");
    nbt_write_file(path, NB_LIT("http://b.example/1\n"));
    free(path);
    crawl_at(&world, T0 + 29 * DAY);
    assert_int_equal(host_rows(&world), 2);
    crawl_at(&world, T0 + 31 * DAY);
    assert_int_equal(host_rows(&world), 0);
    end_world(&world);
}

static void wait_until_settled(int64_t now_ms)
{
    int64_t limit_ms = nb_mono_ms() + 60000;
    while (nb_counter_get(NB_CTR_SETTLED_MS) != now_ms) {
        assert_true(nb_mono_ms() < limit_ms);
        (void)usleep(1000);
    }
}

static void a_clock_that_is_set_back_makes_no_pause_longer_than_a_day(void **state)
{
    (void)state;
    static const struct page pages[] = {{"a.example", "/1", LATER, ""},
                                        {"a.example", "/2", LATER, ""}};
    SET_PAGES(pages);
    struct world world = make_world("http://a.example/1\nhttp://a.example/2\n", NULL);
    crawl_at(&world, T0 + 400 * DAY);
    assert_int_equal(feeds_asked("a.example"), 1);
    SET_PAGES(((const struct page[]){{"b.example", "/2", OK_HEAD, NULL}}));
    int64_t polls = nb_counter_get(NB_CTR_POLLS);
    nb_clock_set(world.clock, T0);
    struct nb_crawl *crawl = start(&world, false);
    wait_until_settled(T0);
    nb_clock_set(world.clock, T0 + DAY);
    wait_for_counter(NB_CTR_POLLS, polls + 1);
    stop(crawl);
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_429_holds_for_every_source_of_its_host_and_survives_a_restart),
        cmocka_unit_test(a_running_crawl_waits_as_well),
        cmocka_unit_test(a_pause_without_a_time_is_a_few_minutes),
        cmocka_unit_test(a_pause_that_is_long_over_is_not_remembered),
        cmocka_unit_test(a_clock_that_is_set_back_makes_no_pause_longer_than_a_day),
    };
    return cmocka_run_group_tests(tests, set_up_server, tear_down_server);
}
