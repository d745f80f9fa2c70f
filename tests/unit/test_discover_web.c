#include "tests/lib/test.h"

#include <fcntl.h>

#include <curl/curl.h>

#include <nabiz/config.h>
#include <nabiz/diag.h>
#include <nabiz/discover.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "service/source_add.h"
#include "tests/unit/crawl_server.h"

static char *dir;
static struct nb_arena *arena;
static struct nb_error error;
static struct nb_discovery found;
static char asked[4096]; /* addresses, each with a space behind */

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(curl_global_init(CURL_GLOBAL_DEFAULT), 0);
    assert_int_equal(nb_url_init(&error), NB_OK);
    assert_int_equal(nb_text_init(&error), NB_OK);
    nb_feed_init();
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    dir = nbt_tmpdir();
    arena = nb_arena_new((size_t)64 << 20);
    start_server();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_server();
    nb_arena_free(arena);
    nbt_rmdir(dir);
    nb_feed_fini();
    nb_url_fini();
    curl_global_cleanup();
    return 0;
}

static void note_asked(void *arg, const char *url)
{
    (void)arg;
    size_t len = strlen(asked);
    (void)snprintf(asked + len, sizeof(asked) - len, "%s ", url);
}

static enum nb_err discover(const char *url, const char *more)
{
    char sets[3][512];
    const char *list[] = {sets[0],
                          sets[1],
                          sets[2],
                          "crawl.host_gap=0ms",
                          "data.lexicons=lexicons",
                          "crawl.allow_private=on",
                          more};
    struct nb_config *config = NULL;
    struct nb_clock *clock = NULL;
    const struct nb_discover_options options = {.progress = note_asked};
    (void)snprintf(sets[0], sizeof(sets[0]), "data.dir=%s/data", dir);
    (void)snprintf(sets[1], sizeof(sets[1]), "crawl.connect_to=127.0.0.1:%d", server.port);
    (void)snprintf(sets[2], sizeof(sets[2]), "crawl.body_max=1m");
    error = (struct nb_error){0};
    asked[0] = '\0';
    nb_arena_reset(arena);
    assert_int_equal(nb_config_load(NULL, list, more ? 7 : 6, &config, &error), NB_OK);
    assert_int_equal(nb_clock_open(NULL, &clock, &error), NB_OK);
    enum nb_err err = nb_discover(config, clock, url, &options, arena, &found, &error);
    nb_clock_close(clock);
    nb_config_free(config);
    return err;
}

static void the_address_of_a_feed_is_one_request(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/a", NULL), NB_OK);
    assert_null(found.page_title);
    assert_int_equal(found.n, 1);
    assert_string_equal(found.feeds[0].url, "http://a.example/a");
    assert_string_equal(found.feeds[0].title, "K");
    assert_string_equal(found.feeds[0].format, "rss");
    assert_int_equal(found.feeds[0].entries_n, 2);
    assert_true(found.feeds[0].is_given);
    assert_int_equal(found.requests_n, 1);
}

static void a_feed_that_moved_for_good_is_known_by_its_new_address(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/moved", NULL), NB_OK);
    assert_string_equal(found.feeds[0].url, "http://a.example/new");
    assert_int_equal(discover("http://a.example/temp", NULL), NB_OK);
    assert_string_equal(found.feeds[0].url, "http://a.example/temp");
}

static void what_a_page_declares_is_asked_and_told_apart(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/page", NULL), NB_OK);
    assert_string_equal(found.page_title, "Sayfa");
    assert_int_equal(found.n, 3);
    assert_string_equal(found.feeds[0].url, "http://a.example/same");
    assert_int_equal(found.feeds[0].how, NB_CANDIDATE_HEADER);
    /* /moved and /new lead to one */
    assert_string_equal(found.feeds[1].url, "http://a.example/new");
    assert_string_equal(found.feeds[1].title, "K");
    assert_string_equal(found.feeds[2].url, "http://a.example/talk");
    assert_true(found.feeds[2].comments);
    assert_int_equal(found.failed_n, 2);
    assert_string_equal(found.failed[0].failure, "HTTP status 500");
    /* it has feeds, so neither anchors nor known paths are tried */
    assert_null(strstr(asked, "/b.rss"));
    assert_null(strstr(asked, "/feed/"));
}

static void an_api_is_found_where_it_is_open(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/press", NULL), NB_OK);
    assert_string_equal(found.api, "http://a.example/wp-json/");
    assert_int_equal(found.api_kind, NB__KIND__ARTICLE);
    assert_int_equal(found.n, 1); /* beside the feed */
    assert_int_equal(discover("http://a.example/closed", NULL), NB_OK);
    assert_null(found.api);
    assert_int_equal(found.n, 1);
}

static void a_list_of_feeds_is_looked_into(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/list", NULL), NB_OK);
    assert_int_equal(found.n, 2);
    assert_string_equal(found.feeds[0].url, "http://a.example/n/1.rss");
    assert_string_equal(found.feeds[1].url, "http://a.example/n/2.rss");
}

static void a_page_that_only_leads_on_is_followed(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/jump", NULL), NB_OK);
    assert_int_equal(found.n, 1);
    assert_string_equal(found.feeds[0].url, "http://a.example/ttl");
}

static void a_page_without_feeds_costs_few_requests(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/empty", NULL), NB_OK);
    assert_int_equal(found.n, 0);
    assert_true(found.requests_n <= 24);
    assert_true(found.failed_n > 5);
    assert_non_null(strstr(asked, "http://a.example/feed/ "));
}

static void an_address_that_cannot_be_had_is_said_with_the_reason(void **state)
{
    (void)state;
    assert_int_equal(discover("http://a.example/500", NULL), NB_EREFUSED);
    assert_string_equal(error.text, "http://a.example/500: HTTP status 500");
    assert_int_equal(discover("http://a.example/file", NULL), NB_EREFUSED);
    assert_int_equal(discover("http://a.example/a", "crawl.allow_private=off"), NB_ENET);
    assert_non_null(strstr(error.text, "private"));
    assert_int_equal(discover("http://a.example/big", "crawl.body_max=64k"), NB_EREFUSED);
}

static struct nb_discovery three(bool first_same, bool second_comments)
{
    static struct nb_found_feed feeds[3];
    for (size_t i = 0; i < 3; i++) {
        feeds[i] = (struct nb_found_feed){.url = "https://a.example/", .same_as = -1};
    }
    feeds[1].same_as = first_same ? 0 : -1;
    feeds[2].comments = second_comments;
    return (struct nb_discovery){.feeds = feeds, .n = 3};
}

static void of_several_feeds_none_is_added_until_told_which(void **state)
{
    (void)state;
    static const struct {
        bool same, comments, all;
        int64_t pick;
        bool want[3];
    } cases[] = {
        {false, false, false, 0, {false, false, false}},
        {false, false, true, 0, {true, true, true}},
        {true, true, false, 0, {true, false, false}},
        {true, true, true, 0, {true, false, false}},
        {false, true, false, 0, {false, false, false}},
        {false, true, true, 0, {true, true, false}},
        {false, false, false, 2, {false, true, false}},
        {true, true, true, 3, {false, false, true}},
        {false, false, true, 4, {false, false, false}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool chosen[3];
        struct nb_discovery list = three(cases[i].same, cases[i].comments);
        struct nb_add_choice choice = {.all = cases[i].all, .pick = cases[i].pick};
        size_t n = nb_add_choose(&list, &choice, chosen);
        assert_memory_equal(chosen, cases[i].want, sizeof(chosen));
        assert_int_equal(n, (size_t)chosen[0] + chosen[1] + chosen[2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_of_a_feed_is_one_request),
        cmocka_unit_test(a_feed_that_moved_for_good_is_known_by_its_new_address),
        cmocka_unit_test(what_a_page_declares_is_asked_and_told_apart),
        cmocka_unit_test(an_api_is_found_where_it_is_open),
        cmocka_unit_test(a_list_of_feeds_is_looked_into),
        cmocka_unit_test(a_page_that_only_leads_on_is_followed),
        cmocka_unit_test(a_page_without_feeds_costs_few_requests),
        cmocka_unit_test(an_address_that_cannot_be_had_is_said_with_the_reason),
        cmocka_unit_test(of_several_feeds_none_is_added_until_told_which),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
