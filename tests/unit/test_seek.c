#include "tests/lib/test.h"

#include <fcntl.h>
#include <unistd.h>

#include <nabiz/config.h>
#include <nabiz/diag.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/crawl_impl.h"
#include "crawler/seek.h"

#define T0 1767225600000LL
#define DAY 86400000LL
#define FEED "<rss><channel><title>K</title><item><guid>1</guid></item></channel></rss>"
#define LINK(href, title)                                                                          \
    "<link rel=alternate type=application/rss+xml href='" href "' title='" title "'>"

static struct nb_crawl crawl;
static struct nb_arena *scratch;
static struct nb_arena *kept; /* the state between two polls */
static struct nb_slice stored;
static int64_t now_ms;
static struct nb_source *state;
static char asked[300];

static int set_up(void **unused)
{
    (void)unused;
    struct nb_config *config = NULL;
    assert_int_equal(nb_url_init(NULL), NB_OK);
    assert_int_equal(nb_text_init(NULL), NB_OK);
    nb_feed_init();
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    assert_int_equal(nb_config_load(NULL, NULL, 0, &config, NULL), NB_OK);
    assert_int_equal(nb_clock_open(NULL, &crawl.clock, NULL), NB_OK);
    crawl.config = config;
    crawl.poll_bytes = (size_t)8 << 20;
    scratch = nb_arena_new((size_t)64 << 20);
    kept = nb_arena_new((size_t)8 << 20);
    return 0;
}

static int tear_down(void **unused)
{
    union {
        const struct nb_config *in;
        struct nb_config *out;
    } config = {crawl.config};
    (void)unused;
    nb_arena_free(kept);
    nb_arena_free(scratch);
    nb_clock_close(crawl.clock);
    nb_config_free(config.out);
    nb_feed_fini();
    nb_url_fini();
    return 0;
}

static int begin(void **unused)
{
    (void)unused;
    nb_arena_reset(kept);
    stored = (struct nb_slice){NULL, 0};
    now_ms = T0;
    return 0;
}

/* One poll of https://a.example/rss a day later, as the scheduler and the writer would have it. */
static void poll_once(long status, const char *body, enum nb_poll_outcome outcome)
{
    struct nb_slice bytes;
    struct nb_poll *poll = nb_poll_new((size_t)8 << 20, 1 << 20);
    poll->now_ms = now_ms += DAY;
    poll->kind = NB__KIND__ARTICLE;
    poll->source_url = "https://a.example/rss";
    poll->state = nb_source_new(poll->arena);
    if (stored.p) {
        assert_int_equal(nb_source_decode(stored, poll->arena, &poll->state), NB_OK);
    }
    const char *moved_to = poll->state->moved_to ? poll->state->moved_to : poll->source_url;
    const char *sought = nb_seek_url(poll->state);
    poll->url = sought ? sought : moved_to;
    (void)snprintf(asked, sizeof(asked), "%s", poll->url);
    nb_fetch_prepare(poll);
    poll->outcome = outcome;
    poll->failure = outcome == NB_POLL_ASKED ? NULL : "robots.txt";
    poll->status = status;
    poll->requests_n = 1;
    nb_buf_add_str(&poll->body, body);
    nb_crawl_understand(&crawl, poll, scratch);
    assert_int_equal(nb_source_encode(poll->state, poll->arena, &bytes), NB_OK);
    stored = nb_arena_copy(kept, bytes);
    assert_int_equal(nb_source_decode(stored, kept, &state), NB_OK);
    nb_poll_free(poll);
}

static void answer(long status, const char *body)
{
    poll_once(status, body, NB_POLL_ASKED);
}

static void a_feed_that_is_missing_is_found_at_its_site(void **unused)
{
    (void)unused;
    answer(200, FEED);
    for (int i = 0; i < 3; i++) {
        answer(404, "");
        assert_string_equal(asked, "https://a.example/rss");
    }
    answer(200, "<title>A</title>" LINK("/comments/feed/", "") LINK("/new.xml", "A"));
    assert_string_equal(asked, "https://a.example/");
    assert_int_equal(state->failures_n, 4);
    answer(200, FEED);
    assert_string_equal(asked, "https://a.example/new.xml");
    assert_string_equal(state->moved_to, "https://a.example/new.xml");
    assert_int_equal(state->failures_n, 0);
    assert_null(state->failure);
    answer(200, FEED);
    assert_string_equal(asked, "https://a.example/new.xml");
}

#define MOVED(to)                                                                                  \
    "<rss xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel>"                     \
    "<itunes:new-feed-url> " to " </itunes:new-feed-url><title>K</title>"                          \
    "<item><guid>1</guid></item></channel></rss>"

static void a_feed_that_says_it_moved_is_tried_there(void **unused)
{
    (void)unused;
    answer(200, MOVED("https://b.example/pod"));
    assert_null(state->moved_to);
    assert_null(state->etag);
    answer(200, MOVED("https://b.example/pod"));
    assert_string_equal(asked, "https://b.example/pod");
    assert_string_equal(state->moved_to, "https://b.example/pod");
    answer(200, MOVED("https://b.example/pod"));
    assert_string_equal(asked, "https://b.example/pod");
    assert_null(state->found_url);
}

static void what_a_feed_says_of_its_move_is_checked_once_a_month(void **unused)
{
    (void)unused;
    answer(200, MOVED("https://b.example/pod"));
    answer(404, "");
    assert_string_equal(asked, "https://b.example/pod");
    assert_null(state->moved_to);
    for (int i = 0; i < 29; i++) {
        answer(200, i % 2 ? MOVED("https://b.example/pod") : MOVED(" https://b.example/pod"));
        assert_string_equal(asked, "https://a.example/rss");
    }
    answer(200, FEED);
    assert_string_equal(asked, "https://b.example/pod");
    begin(NULL);
    answer(200, MOVED("ftp://b.example/pod"));
    answer(200, MOVED("https://a.example/rss"));
    answer(200, FEED);
    assert_string_equal(asked, "https://a.example/rss");
}

static void a_feed_that_became_a_page_is_looked_for_there(void **unused)
{
    (void)unused;
    static const char page[] = "<html><title>A</title>" LINK("/rss", "") LINK("/yeni", "");
    for (int i = 0; i < 3; i++) {
        answer(200, page);
        assert_string_equal(asked, "https://a.example/rss");
    }
    answer(200, FEED);
    assert_string_equal(asked, "https://a.example/yeni");
    assert_string_equal(state->moved_to, "https://a.example/yeni");
}

static void of_several_only_the_one_with_its_title_is_meant(void **unused)
{
    (void)unused;
    answer(200, FEED);
    for (int i = 0; i < 3; i++) {
        answer(404, "");
    }
    answer(200, LINK("/a.xml", "A") LINK("/k.xml", "K"));
    answer(200, FEED);
    assert_string_equal(asked, "https://a.example/k.xml");
    begin(NULL);
    for (int i = 0; i < 3; i++) {
        answer(404, "");
    }
    answer(200, LINK("/a.xml", "A") LINK("/k.xml", "K"));
    answer(404, "");
    assert_string_equal(asked, "https://a.example/rss");
}

static void another_site_is_not_the_source(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        answer(404, "");
    }
    answer(200, LINK("https://b.example/rss", "") "<a href='/feed.rss'>RSS</a>");
    answer(404, "");
    assert_string_equal(asked, "https://a.example/rss");
    assert_string_equal(state->failure, "HTTP status 404");
}

static void it_is_looked_for_once_a_month(void **unused)
{
    (void)unused;
    int searches_n = 0;
    for (int day = 0; day < 70; day++) {
        answer(404, "");
        searches_n += strcmp(asked, "https://a.example/") == 0;
    }
    assert_int_equal(searches_n, 3);
    assert_int_equal(state->failures_n, 70);
}

static void a_trial_that_is_no_feed_changes_nothing(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        answer(404, "");
    }
    answer(200, LINK("/new.xml", ""));
    answer(500, "");
    assert_string_equal(asked, "https://a.example/new.xml");
    assert_null(state->moved_to);
    answer(200, FEED);
    assert_string_equal(asked, "https://a.example/rss");
    assert_int_equal(state->failures_n, 0);
}

static void what_is_gone_is_retired_and_looked_for_once(void **unused)
{
    (void)unused;
    answer(410, "");
    assert_true(state->retired);
    answer(404, "");
    assert_string_equal(asked, "https://a.example/"); /* its own address is not asked again */
    assert_true(state->retired);
    assert_null(nb_seek_url(state));
    begin(NULL);
    answer(410, "");
    answer(200, LINK("/new.xml", ""));
    assert_true(state->retired);
    answer(200, FEED);
    assert_string_equal(asked, "https://a.example/new.xml");
    assert_string_equal(state->moved_to, "https://a.example/new.xml");
    assert_false(state->retired);
    begin(NULL);
    answer(410, "");
    answer(200, LINK("/new.xml", ""));
    answer(404, "");
    assert_true(state->retired);
    assert_null(nb_seek_url(state));
}

static void a_site_that_may_not_be_asked_is_left_alone(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        answer(404, "");
    }
    poll_once(0, "", NB_POLL_DENIED);
    assert_string_equal(asked, "https://a.example/");
    answer(404, "");
    assert_string_equal(asked, "https://a.example/rss");
}

static void what_fails_otherwise_is_not_looked_for(void **unused)
{
    (void)unused;
    for (int i = 0; i < 10; i++) {
        answer(i % 2 ? 500 : 403, "");
        assert_string_equal(asked, "https://a.example/rss");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_feed_that_is_missing_is_found_at_its_site, begin),
        cmocka_unit_test_setup(a_feed_that_says_it_moved_is_tried_there, begin),
        cmocka_unit_test_setup(what_a_feed_says_of_its_move_is_checked_once_a_month, begin),
        cmocka_unit_test_setup(a_feed_that_became_a_page_is_looked_for_there, begin),
        cmocka_unit_test_setup(of_several_only_the_one_with_its_title_is_meant, begin),
        cmocka_unit_test_setup(another_site_is_not_the_source, begin),
        cmocka_unit_test_setup(it_is_looked_for_once_a_month, begin),
        cmocka_unit_test_setup(a_trial_that_is_no_feed_changes_nothing, begin),
        cmocka_unit_test_setup(what_is_gone_is_retired_and_looked_for_once, begin),
        cmocka_unit_test_setup(a_site_that_may_not_be_asked_is_left_alone, begin),
        cmocka_unit_test_setup(what_fails_otherwise_is_not_looked_for, begin),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
