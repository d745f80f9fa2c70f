/*
 * Sources that people want polled now: at once, but by robots.txt and with the pauses of hosts.
 */
#include "tests/unit/polite_world.h"

#include <nabiz/schedule.h>

static const struct page pages[] = {
    {"deny.example", "/robots.txt", "200 OK\r\n", "User-agent: *\nDisallow: /\n"},
    {"delay.example", "/robots.txt", "200 OK\r\n", "User-agent: *\nCrawl-delay: 600\n"},
    {"later.example", "/1", "500 Broken\r\nRetry-After: 7200\r\n", "no"},
    {"ttl.example", "/1", "200 OK\r\nCache-Control: max-age=7200\r\n",
     "<rss version='2.0'><channel><ttl>100</ttl><item><guid>1</guid></item></channel></rss>"},
    {"gone.example", "/1", "410 Gone\r\n", "no"},
};

static const char *const urls[] = {
    "http://open.example/1",  "http://deny.example/1", "http://delay.example/1",
    "http://later.example/1", "http://ttl.example/1",  "http://gone.example/1",
};
enum { URLS_N = sizeof(urls) / sizeof(urls[0]) };

static void wish(const struct world *world, const char *url)
{
    struct nb_id id;
    assert_int_equal(nb_source_id(nb_slice_str(url), &id, &error), NB_OK);
    assert_int_equal(nb_schedule_wish(nb_config_str(world->config, NB_CFG_DATA_DIR), &id, &error),
                     NB_OK);
}

static void wish_all(const struct world *world)
{
    for (size_t i = 0; i < URLS_N; i++) {
        wish(world, urls[i]);
    }
}

static struct world make(void)
{
    char text[1024] = "";
    size_t n = 0;
    for (size_t i = 0; i < URLS_N; i++) {
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s every=1d\n", urls[i]);
    }
    return make_world(text, NULL);
}

static void check_asked(int open, int delay, int later, int ttl, int gone)
{
    assert_int_equal(asked("open.example", "/1"), open);
    assert_int_equal(asked("deny.example", "/1"), 0);
    assert_int_equal(asked("delay.example", "/1"), delay);
    assert_int_equal(asked("later.example", "/1"), later);
    assert_int_equal(asked("ttl.example", "/1"), ttl);
    if (gone >= 0) {
        assert_int_equal(asked("gone.example", "/1"), gone);
    }
}

static void a_wish_puts_the_own_pace_aside_and_nothing_else(void **state)
{
    (void)state;
    SET_PAGES(pages);
    struct world world = make();
    crawl_at(&world, T0);
    check_asked(1, 0, 1, 1, 1); /* delay.example was asked for robots.txt */
    forget();
    wish_all(&world);
    crawl_at(&world, T0 + 60 * SECOND);
    check_asked(1, 0, 0, 1, -1); /* what is gone is looked for at its site */
    forget();
    wish_all(&world);
    crawl_at(&world, T0 + 700 * SECOND);
    check_asked(1, 1, 0, 1, -1);
    forget();
    crawl_at(&world, T0 + 800 * SECOND);
    assert_int_equal(asked(NULL, NULL), 0); /* wishes are over when they are granted */
    end_world(&world);
}

static void nothing_is_polled_twice_at_once_however_often_it_is_wished(void **state)
{
    (void)state;
    SET_PAGES(pages);
    struct world world = make();
    crawl_at(&world, T0);
    for (int i = 1; i < 20; i++) {
        wish_all(&world);
        forget();
        crawl_at(&world, T0 + i * SECOND);
        assert_int_equal(asked(NULL, NULL), 0);
    }
    end_world(&world);
}

static void a_crawler_that_runs_grants_it_when_it_is_told(void **state)
{
    (void)state;
    SET_PAGES(pages);
    struct world world = make();
    nb_counter_set(NB_CTR_SETTLED_MS, 0);
    struct nb_crawl *crawl = start(&world, false);
    wait_for_counter(NB_CTR_SETTLED_MS, T0);
    forget();
    nb_clock_set(world.clock, T0 + HOUR);
    wait_for_counter(NB_CTR_SETTLED_MS, T0 + HOUR);
    assert_int_equal(asked("open.example", "/1"), 0);
    wish(&world, urls[0]);
    wish(&world, "http://nobody.example/1");
    int64_t before = nb_counter_get(NB_CTR_POLLS);
    assert_int_equal(nb_crawl_reload(crawl, world.config, &error), NB_OK);
    wait_for_counter(NB_CTR_POLLS, before + 1);
    assert_int_equal(asked("open.example", "/1"), 1);
    assert_int_equal(asked("nobody.example", NULL), 0);
    stop(crawl);
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_puts_the_own_pace_aside_and_nothing_else),
        cmocka_unit_test(nothing_is_polled_twice_at_once_however_often_it_is_wished),
        cmocka_unit_test(a_crawler_that_runs_grants_it_when_it_is_told),
    };
    return cmocka_run_group_tests(tests, set_up_server, tear_down_server);
}
