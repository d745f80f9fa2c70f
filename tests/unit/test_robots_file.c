/* robots.txt as a file: what else it says, its bounds, and what answers mean. */
#include "tests/lib/test.h"

#include <nabiz/mem.h>
#include <nabiz/robots.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define HOUR_MS ((int64_t)60 * 60 * 1000)
#define MINUTE_MS ((int64_t)60 * 1000)

static struct nb_robots *parse(struct nb_slice text, const char *agent)
{
    struct nb_robots *robots = NULL;
    assert_int_equal(nb_robots_parse(text, nb_slice_str(agent), &robots), NB_OK);
    return robots;
}

static void crawl_delays_are_read_and_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"user-agent: x\ncrawl-delay: 5\n", 5000},
        {"user-agent: x\nCrawl-Delay:0.5\n", 500},
        {"user-agent: x\ncrawl-delay: .25 # quick\n", 250},
        {"user-agent: x\ncrawl-delay: 1,5\n", 1500},
        {"user-agent: x\ncrawl-delay: 10 seconds\n", 10000},
        {"user-agent: x\ncrawl-delay: 1.23456789\n", 1234},
        {"user-agent: x\ncrawl-delay: 86401\n", DAY_MS},
        {"user-agent: x\ncrawl-delay: 99999999999999999999999\n", DAY_MS},
        {"user-agent: x\ncrawl-delay: 86400.9\n", DAY_MS},
        {"user-agent: x\ncrawl-delay: -5\n", 0},
        {"user-agent: x\ncrawl-delay: soon\n", 0},
        {"user-agent: x\ncrawl-delay: .\n", 0},
        {"user-agent: x\ncrawl-delay:\n", 0},
        {"crawl-delay: 5\nuser-agent: x\ndisallow:\n", 0},
        {"user-agent: *\ncrawl-delay: 5\n", 5000},
        {"user-agent: *\ncrawl-delay: 5\ndisallow:\nuser-agent: x\ndisallow:\n", 0},
        {"user-agent: x\ncrawl-delay: 9\ndisallow:\nuser-agent: x\ncrawl-delay: 2\n", 9000},
        {"user-agent: y\ncrawl-delay: 9\nuser-agent: x\ndisallow: /\n", 0},
        {"user-agent: y\nuser-agent: x\ndisallow: /\ncrawl-delay: 9\n", 9000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_robots *robots = parse(nb_slice_str(rows[i].text), "x");
        if (nb_robots_delay_ms(robots) != rows[i].ms) {
            fail_msg("%s: %lld ms", rows[i].text, (long long)nb_robots_delay_ms(robots));
        }
        nb_robots_free(robots);
    }
}

static void sitemaps_are_kept_once_and_bounded(void **state)
{
    (void)state;
    struct nb_robots *robots =
        parse(NB_LIT("Sitemap: https://gazete.example/Harita.xml\nuser-agent: y\ndisallow: /\n"
                     "sitemap: /harita.xml\nsitemap: https://gazete.example/Harita.xml\nsitemap:\n"
                     "https://gazete.example/sitemap-2.xml\nhttps://gazete.example/other\n"),
              "x");
    assert_int_equal(nb_robots_sitemaps_n(robots), 3);
    assert_slice_equal(nb_robots_sitemap(robots, 0), "https://gazete.example/Harita.xml");
    assert_slice_equal(nb_robots_sitemap(robots, 1), "/harita.xml");
    assert_slice_equal(nb_robots_sitemap(robots, 2), "https://gazete.example/sitemap-2.xml");
    nb_robots_free(robots);

    enum { TEXT = 16 * 1000 };
    char *text = malloc(TEXT);
    size_t n = 0;
    for (int i = 0; i < 1000; i++) {
        n += (size_t)snprintf(text + n, TEXT - n, "sitemap: /%d\n", i);
    }
    robots = parse(nb_slice(text, n), "x");
    assert_int_equal(nb_robots_sitemaps_n(robots), NB_ROBOTS_MAX_SITEMAPS);
    nb_robots_free(robots);
    free(text);
}

static void utf_16_with_a_mark_is_read(void **state)
{
    (void)state;
    static const char ascii[] = "User-agent: *\r\nDisallow: /x\r\n";
    for (int big = 0; big <= 1; big++) {
        char wide[2 * sizeof(ascii)] = {(char)(big ? 0xFE : 0xFF), (char)(big ? 0xFF : 0xFE)};
        for (size_t i = 0; ascii[i]; i++) {
            wide[2 + 2 * i + (size_t)big] = ascii[i];
        }
        struct nb_robots *robots = parse(nb_slice(wide, 2 * sizeof(ascii)), "x");
        assert_false(nb_robots_allowed(robots, NB_LIT("/x/y")));
        assert_true(nb_robots_allowed(robots, NB_LIT("/y")));
        nb_robots_free(robots);
    }
}

/* A file of `fill` bytes of comment around a head and a tail. */
static struct nb_robots *parse_long(const char *head, size_t at, const char *tail)
{
    size_t head_len = strlen(head);
    size_t len = at + strlen(tail);
    char *text = malloc(len + 1);
    memset(text, '#', len);
    memcpy(text, head, head_len);
    text[at - 1] = '\n';
    memcpy(text + at, tail, strlen(tail));
    struct nb_robots *robots = parse(nb_slice(text, len), "x");
    free(text);
    return robots;
}

static void what_lies_beyond_the_limit_is_not_read(void **state)
{
    (void)state;
    static const char head[] = "user-agent: *\ndisallow: /head\n";
    static const char tail[] = "disallow: /tail\n";
    const size_t tail_len = sizeof(tail) - 1;
    struct nb_robots *robots = parse_long(head, NB_ROBOTS_MAX_BYTES - tail_len, tail);
    assert_false(nb_robots_allowed(robots, NB_LIT("/tail"))); /* ends at the limit */
    nb_robots_free(robots);

    robots = parse_long(head, NB_ROBOTS_MAX_BYTES, tail);
    assert_false(nb_robots_allowed(robots, NB_LIT("/head")));
    assert_true(nb_robots_allowed(robots, NB_LIT("/tail")));
    nb_robots_free(robots);

    /* cut behind "disallow: /", which would close the whole site */
    robots = parse_long(head, NB_ROBOTS_MAX_BYTES - 11, tail);
    assert_true(nb_robots_allowed(robots, NB_LIT("/other")));
    nb_robots_free(robots);
}

static void hostile_wildcards_cost_no_more_than_their_length(void **state)
{
    (void)state;
    enum { STARS = 4000, PATH = 8000, TEXT = 2 * STARS + 64 };
    char *text = malloc(TEXT);
    char *path = malloc(PATH);
    size_t n = (size_t)snprintf(text, TEXT, "user-agent: *\ndisallow: /");
    for (int i = 0; i < STARS; i++) {
        text[n++] = '*';
        text[n++] = 'a';
    }
    text[n++] = '$';
    memset(path, 'a', PATH);
    path[0] = '/';
    struct nb_robots *robots = parse(nb_slice(text, n), "x");
    assert_false(nb_robots_allowed(robots, nb_slice(path, PATH)));
    path[PATH - 1] = 'b'; /* backtracking would try every way to share out the rest */
    assert_true(nb_robots_allowed(robots, nb_slice(path, PATH)));
    nb_robots_free(robots);
    free(path);
    free(text);
}

static void a_path_that_no_url_can_have_is_refused(void **state)
{
    (void)state;
    char *path = malloc(NB_URL_MAX_BYTES + 1);
    memset(path, '/', NB_URL_MAX_BYTES + 1);
    struct nb_robots *robots = parse(NB_LIT(""), "x");
    assert_true(nb_robots_allowed(robots, nb_slice(path, NB_URL_MAX_BYTES)));
    assert_false(nb_robots_allowed(robots, nb_slice(path, NB_URL_MAX_BYTES + 1)));
    nb_robots_free(robots);
    free(path);
}

static void a_url_is_asked_about_by_path_and_query(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"https://kutu.example", "/"},
        {"https://kutu.example?a=b", "/?a=b"},
        {"https://kutu.example/a/../b;c?d?e#f", "/b;c?d?e"},
        {"https://kutu.example/a?", "/a?"},
    };
    struct nb_arena *arena = nb_arena_new(1 << 16);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_url url;
        assert_int_equal(nb_url_parse(nb_slice_str(rows[i][0]), NULL, arena, &url), NB_OK);
        assert_slice_equal(nb_robots_path(&url), rows[i][1]);
    }
    nb_arena_free(arena);
}

static void answers_mean_what_the_rfc_says(void **state)
{
    (void)state;
    static const int64_t now = 100 * DAY_MS;
    static const int64_t none = -1;
    static const struct {
        struct nb_robots_answer answer;
        struct nb_robots_verdict want;
    } rows[] = {
        /* status, redirects, now, max-age, retry-after, unreachable since, copy expires */
        {{200, 0, now, none, none, none, none}, {NB_ROBOTS_PARSE, now + DAY_MS, none}},
        {{204, 0, now, none, none, none, none}, {NB_ROBOTS_PARSE, now + DAY_MS, none}},
        {{200, 5, now, 7200, none, now - 1, 5}, {NB_ROBOTS_PARSE, now + 2 * HOUR_MS, none}},
        {{200, 0, now, 0, none, none, none}, {NB_ROBOTS_PARSE, now + HOUR_MS, none}},
        {{200, 0, now, 1000000, none, none, none}, {NB_ROBOTS_PARSE, now + DAY_MS, none}},
        {{200, 0, now, INT64_MAX, none, none, none}, {NB_ROBOTS_PARSE, now + DAY_MS, none}},
        {{304, 0, now, none, none, none, 5}, {NB_ROBOTS_KEEP, now + DAY_MS, none}},
        {{304, 0, now, none, none, none, none}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        /* redirects: five are followed */
        {{301, 0, now, none, none, none, none}, {NB_ROBOTS_FOLLOW, now, none}},
        {{308, 4, now, none, none, 7, none}, {NB_ROBOTS_FOLLOW, now, 7}},
        {{302, 5, now, none, none, none, none}, {NB_ROBOTS_ALLOW, now + DAY_MS, none}},
        /* unavailable */
        {{404, 0, now, none, none, none, none}, {NB_ROBOTS_ALLOW, now + DAY_MS, none}},
        {{400, 0, now, 3600, none, now - 5, 7}, {NB_ROBOTS_ALLOW, now + HOUR_MS, none}},
        {{401, 0, now, none, none, none, none}, {NB_ROBOTS_ALLOW, now + DAY_MS, none}},
        {{403, 0, now, none, none, none, none}, {NB_ROBOTS_ALLOW, now + DAY_MS, none}},
        {{499, 0, now, none, none, none, none}, {NB_ROBOTS_ALLOW, now + DAY_MS, none}},
        /* unreachable */
        {{429, 0, now, none, none, none, none}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{500, 0, now, none, none, none, none}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{503, 0, now, none, 1800, none, none}, {NB_ROBOTS_DENY, now + 30 * MINUTE_MS, now}},
        {{503, 0, now, none, 10, none, none}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{503, 0, now, none, INT64_MAX, none, none}, {NB_ROBOTS_DENY, now + DAY_MS, now}},
        {{0, 0, now, none, none, none, none}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{999, 0, now, none, none, none, none}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{100, 0, now, none, none, none, none}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{0, 0, now, none, none, now - 40 * MINUTE_MS, none},
         {NB_ROBOTS_DENY, now + 40 * MINUTE_MS, now - 40 * MINUTE_MS}},
        {{0, 0, now, none, none, now - 5 * DAY_MS, none},
         {NB_ROBOTS_DENY, now + 6 * HOUR_MS, now - 5 * DAY_MS}},
        {{0, 0, now, none, none, now + DAY_MS, none}, /* the clock was set back */
         {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{0, 0, now, none, none, now - 30 * DAY_MS + 1, none},
         {NB_ROBOTS_DENY, now + 6 * HOUR_MS, now - 30 * DAY_MS + 1}},
        {{0, 0, now, none, none, now - 30 * DAY_MS, none},
         {NB_ROBOTS_ALLOW, now + 6 * HOUR_MS, now - 30 * DAY_MS}},
        {{503, 0, now, none, none, now - 30 * DAY_MS, now - 31 * DAY_MS}, /* the last known */
         {NB_ROBOTS_KEEP, now + 6 * HOUR_MS, now - 30 * DAY_MS}},
        {{503, 0, now, none, none, none, now - 1}, {NB_ROBOTS_DENY, now + 5 * MINUTE_MS, now}},
        {{503, 0, now, none, none, none, now + HOUR_MS}, /* the copy still holds */
         {NB_ROBOTS_KEEP, now + 5 * MINUTE_MS, now}},
        {{503, 0, now, none, none, none, now + MINUTE_MS}, {NB_ROBOTS_KEEP, now + MINUTE_MS, now}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_robots_verdict got = nb_robots_judge(&rows[i].answer);
        const struct nb_robots_verdict *want = &rows[i].want;
        if (got.action != want->action || got.expires_ms != want->expires_ms ||
            got.unreachable_since_ms != want->unreachable_since_ms) {
            fail_msg("row %zu, status %d: action %d, in %lld ms, since %lld", i,
                     rows[i].answer.status, (int)got.action, (long long)(got.expires_ms - now),
                     (long long)got.unreachable_since_ms);
        }
    }
}

static void running_out_of_memory_is_reported(void **state)
{
    (void)state;
    static const struct nb_slice texts[] = {{"user-agent: x\ndisallow: /\n", 26},
                                            {"\xFF\xFEu\0", 4}};
    for (size_t i = 0; i < 2; i++) {
        struct nb_robots *before = parse(texts[i], "x");
        struct nb_robots *robots = before;
        nb_mem_fail_from(1);
        enum nb_err err = nb_robots_parse(texts[i], NB_LIT("x"), &robots);
        nb_mem_fail_from(0);
        assert_int_equal(err, NB_ENOMEM);
        assert_null(robots);
        nb_robots_free(before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crawl_delays_are_read_and_bounded),
        cmocka_unit_test(sitemaps_are_kept_once_and_bounded),
        cmocka_unit_test(utf_16_with_a_mark_is_read),
        cmocka_unit_test(what_lies_beyond_the_limit_is_not_read),
        cmocka_unit_test(hostile_wildcards_cost_no_more_than_their_length),
        cmocka_unit_test(a_path_that_no_url_can_have_is_refused),
        cmocka_unit_test(a_url_is_asked_about_by_path_and_query),
        cmocka_unit_test(answers_mean_what_the_rfc_says),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
