/* What robots.txt allows: rules, groups and patterns. */
#include "tests/lib/test.h"

#include <nabiz/robots.h>

static struct nb_robots *parse(struct nb_slice text, const char *agent)
{
    struct nb_robots *robots = NULL;
    assert_int_equal(nb_robots_parse(text, nb_slice_str(agent), &robots), NB_OK);
    return robots;
}

/* Without an agent the one of the row before, without a text that one too. */
struct row {
    const char *text;
    const char *agent;
    const char *path;
    bool allowed;
};

static void check_rows(const struct row *rows, size_t n)
{
    const char *text = NULL;
    const char *agent = NULL;
    for (size_t i = 0; i < n; i++) {
        text = rows[i].text ? rows[i].text : text;
        agent = rows[i].agent ? rows[i].agent : agent;
        struct nb_robots *robots = parse(nb_slice_str(text), agent);
        bool allowed = nb_robots_allowed(robots, nb_slice_str(rows[i].path));
        if (allowed != rows[i].allowed) {
            fail_msg("row %zu: %s may%s fetch %s by\n%s", i, agent, allowed ? "" : " not",
                     rows[i].path, text);
        }
        nb_robots_free(robots);
    }
}

#define CHECK(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

/* A single rule for everyone. */
struct pattern {
    const char *pattern;
    const char *path;
    bool matches;
};

static void check_patterns(const struct pattern *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[512];
        (void)snprintf(text, sizeof(text), "user-agent: *\ndisallow: %s\n", rows[i].pattern);
        struct nb_robots *robots = parse(nb_slice_str(text), "testbot");
        if (nb_robots_allowed(robots, nb_slice_str(rows[i].path)) == rows[i].matches) {
            fail_msg("%s must%s match %s", rows[i].pattern, rows[i].matches ? "" : " not",
                     rows[i].path);
        }
        nb_robots_free(robots);
    }
}

#define CHECK_PATTERNS(rows) check_patterns((rows), sizeof(rows) / sizeof((rows)[0]))

static void the_simple_example_of_the_rfc_reads_as_it_says(void **state)
{
    (void)state;
    static const char text[] = "User-Agent: *\n"
                               "Disallow: *.gif$\n"
                               "Disallow: /example/\n"
                               "Allow: /publications/\n"
                               "\n"
                               "User-Agent: foobot\n"
                               "Disallow:/\n"
                               "Allow:/example/page.html\n"
                               "Allow:/example/allowed.gif\n"
                               "\n"
                               "User-Agent: barbot\n"
                               "User-Agent: bazbot\n"
                               "Disallow: /example/page.html\n"
                               "\n"
                               "User-Agent: quxbot\n";
    static const struct row rows[] = {
        {text, "otherbot", "/publications/a", true},
        {NULL, NULL, "/publications/a.gif", true}, /* the longer rule */
        {NULL, NULL, "/example/", false},
        {NULL, NULL, "/example/page.html", false},
        {NULL, NULL, "/a/b.gif", false},
        {NULL, NULL, "/a/b.gif?", true},
        {NULL, NULL, "/a/b.gifs", true},
        {NULL, NULL, "/", true},
        {NULL, "foobot", "/", false},
        {NULL, NULL, "/publications/", false},
        {NULL, NULL, "/example/page.html", true},
        {NULL, NULL, "/example/page.html?a", true},
        {NULL, NULL, "/example/allowed.gif", true},
        {NULL, NULL, "/example/", false},
        {NULL, "barbot", "/example/page.html", false},
        {NULL, NULL, "/example/page.htm", true},
        {NULL, NULL, "/a.gif", true},
        {NULL, "bazbot", "/example/page.html", false},
        {NULL, NULL, "/example/", true},
        {NULL, "quxbot", "/example/page.html", true},
        {NULL, NULL, "/a.gif", true},
    };
    CHECK(rows);
}

static void the_longest_match_decides_and_allow_wins_a_tie(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
         "foobot", "/example/page/disallowed.gif", false},
        {NULL, NULL, "/example/page/disallow.gif", true},
        {"user-agent: a\ndisallow: /x/page.html\nallow: /x/\n", "a", "/x/page.html", false},
        {NULL, NULL, "/x/page", true},
        {"user-agent: a\nallow: /x/page.html\ndisallow: /x/\n", NULL, "/x/page.html", true},
        {"user-agent: a\ndisallow: /x\nallow: /x\n", NULL, "/x", true},
        {"user-agent: a\nallow: /x\ndisallow: /x\n", NULL, "/x", true},
        {"user-agent: a\nallow: /$\ndisallow: /\n", NULL, "/", true},
        {NULL, NULL, "/page", false},
        {"user-agent: a\ndisallow: /$\nallow: /\n", NULL, "/", false},
        {NULL, NULL, "/page", true},
        {"user-agent: a\nallow: /page\ndisallow: /*.htm\n", NULL, "/page.htm", false},
        {"user-agent: a\nallow: /page\ndisallow: /*.ph\n", NULL, "/page.php", true},
        {"user-agent: a\nallow: /sayfa\ndisallow: /%73ayfa\n", NULL, "/sayfa", true},
    };
    CHECK(rows);
}

static void groups_are_found_by_product_token_and_joined(void **state)
{
    (void)state;
    static const char merged[] = "user-agent: ExampleBot\ndisallow: /foo\ndisallow: /bar\n\n"
                                 "user-agent: ExampleBot\ndisallow: /baz\n";
    static const char fallback[] = "user-agent: *\ndisallow: /foo\ndisallow: /bar\n\n"
                                   "user-agent: BazBot\ndisallow: /baz\n";
    static const char family[] = "user-agent: acme-news\ndisallow: /a\n"
                                 "user-agent: *\ndisallow: /b\n"
                                 "user-agent: acme\ndisallow: /c\n";
    static const struct row rows[] = {
        {merged, "ExampleBot", "/foo", false},
        {NULL, NULL, "/bar", false},
        {NULL, NULL, "/baz", false},
        {NULL, NULL, "/qux", true},
        {NULL, "eXAMPLEbOT", "/baz", false},
        {NULL, "ExampleBot/0.1 (+https://example.com/bot)", "/baz", false},
        {NULL, "Mozilla/5.0 (compatible; ExampleBot/0.1; https://www.example.com/bot.html)", "/baz",
         false},
        {NULL, "Example", "/baz", true}, /* not a prefix, */
        {NULL, "ExampleBots", "/baz", true},
        {NULL, "MyExampleBot", "/baz", true},
        {NULL, "other", "/foo", true}, /* no group at all */
        {fallback, "ExampleBot", "/foo", false},
        {NULL, NULL, "/bar", false},
        {NULL, NULL, "/baz", true},
        {NULL, "bazbot", "/foo", true},
        {NULL, NULL, "/baz", false},
        {family, "acme-news", "/a", false}, /* the longest name only */
        {NULL, NULL, "/c", true},
        {NULL, "acme-images", "/c", false},
        {NULL, NULL, "/b", true},
        {NULL, "acmeimages", "/b", false},
        {NULL, "acme", "/a", true},
        {"user-agent: *\ndisallow: /a\nuser-agent: *\ndisallow: /b\n", "x", "/a", false},
        {NULL, NULL, "/b", false},
        {"user-agent: foo\nuser-agent: *\ndisallow: /a\n", "foo", "/a", false},
        {NULL, "bar", "/a", false},
        {"user-agent: FooBot/2.1\ndisallow: /a\n", "foobot", "/a", false}, /* as practised */
        {"user-agent: Foo Bar\ndisallow: /a\n", "foo", "/a", false},
        {NULL, "Foo Bar", "/a", true}, /* no token: nobody's name */
        {"user-agent: bot1\ndisallow: /a\nuser-agent: bot2\ndisallow: /b\n", "bot1", "/a", false},
        {NULL, NULL, "/b", true},
        {"user-agent: * and more\ndisallow: /a\n", "x", "/a", false},
        {"user-agent: *x\ndisallow: /a\n", "x", "/a", true},
        {"user-agent:\ndisallow: /a\n", "x", "/a", true},
        {NULL, "", "/a", true},
    };
    CHECK(rows);
}

static void a_group_begins_with_its_agents_and_ends_at_the_next(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"disallow: /a\nuser-agent: x\ndisallow: /b\n", "x", "/a", true}, /* in no group */
        {NULL, NULL, "/b", false},
        {"user-agent: x\n\n\nuser-agent: y\n\ndisallow: /a\n\ndisallow: /b\n", "x", "/a", false},
        {NULL, NULL, "/b", false},
        {NULL, "y", "/b", false},
        {"user-agent: x\nsitemap: /s.xml\nuser-agent: y\nhost: h\ndisallow: /a\nfoo: bar\n"
         "crawl-delay: 1\ndisallow: /b\n",
         "x", "/a", false}, /* other records end nothing */
        {NULL, NULL, "/b", false},
        {NULL, "y", "/b", false},
        {"user-agent: x\ndisallow:\nuser-agent: y\ndisallow: /a\n", "x", "/a", true},
        {"user-agent: *\ndisallow: /\nuser-agent: x\ndisallow:\n", "x", "/a", true},
        {"user-agent: *\ndisallow: /\nuser-agent: x\n", "x", "/a", true},
        {"user-agent: *\ndisallow: /\nuser-agent: x\nallow:\n", "x", "/a", true},
        {"", "x", "/a", true},
        {"<html><body>disallow everything: /</body></html>", "x", "/a", true},
    };
    CHECK(rows);
}

static void lines_are_read_however_they_end_and_are_spaced(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"user-agent: x\rdisallow: /a\r", "x", "/a", false},
        {"user-agent: x\r\ndisallow: /a\r\n", "x", "/a", false},
        {"user-agent: x\r\n\r\ndisallow: /a", "x", "/a", false},
        {"\t USER-AGENT\t : \t x \t\n  DisAllow :/a  \n", "x", "/a", false},
        {"user-agent: x # a name\ndisallow: /a#b\n#disallow: /c\n", "x", "/a", false},
        {NULL, NULL, "/c", true},
        {"user-agent: x#y\ndisallow: /a\n", "x", "/a", false},
        {"\xEF\xBB\xBFuser-agent: x\ndisallow: /a\n", "x", "/a", false},
        {"\xEF\xBB"
         "user-agent: x\ndisallow: /a\n",
         "x", "/a", false},
        {"\xEF\x11\xBFuser-agent: x\ndisallow: /a\n", "x", "/a", true},
        {"user-agent x\ndisallow /a\n", "x", "/a", false}, /* as practised */
        {"user-agent: x\ndisallow /a is for people\n", "x", "/a", true},
        {"user-agent: x\ndissalow: /a\ndisalow: /b\ndiasllow: /c\n", "x", "/a", false},
        {NULL, NULL, "/b", false},
        {NULL, NULL, "/c", false},
        {"useragent: x\ndisallow: /a\n", "x", "/a", false},
        {"user agent: x\ndisallow: /a\n", "x", "/a", false},
        {"user-agent: x\ndisallow: /\nalow: /a\nallows: /a\n", "x", "/a", false}, /* never Allow */
        {"user-agent: x\nnoindex: /a\nunallow: /a\n", "x", "/a", true},
    };
    CHECK(rows);
}

static void special_characters_of_patterns_are_understood(void **state)
{
    (void)state;
    static const struct pattern rows[] = {
        {"/", "/anything", true},
        {"/", "", true},
        {"/fish", "/fish", true},
        {"/fish", "/fish.html", true},
        {"/fish", "/fishheads/yummy.html", true},
        {"/fish", "/fish?id=anything", true},
        {"/fish", "/Fish.asp", false},
        {"/fish", "/catfish", false},
        {"/fish*", "/fishheads", true},
        {"/fish/", "/fish", false},
        {"/fish/", "/fish/salmon.htm", true},
        {"/*.php", "/folder/filename.php?parameters", true},
        {"/*.php", "/windows.PHP", false},
        {"/*.php$", "/filename.php", true},
        {"/*.php$", "/filename.php?parameters", false},
        {"/*.php$", "/a.php/b.php", true},
        {"/fish*.php", "/fishheads/catfish.php?parameters", true},
        {"/fish*.php", "/Fish.PHP", false},
        {"/this/path/exactly$", "/this/path/exactly", true},
        {"/this/path/exactly$", "/this/path/exactly/", false},
        {"/this/*/exactly", "/this/a/b/exactly", true},
        {"/this/*/exactly", "/this//exactly", true},
        {"/this/*/exactly", "/this/exactly", false},
        {"*", "/", true},
        {"*$", "/a", true},
        {"**a**b**", "/xaxbx", true},
        {"**a**b**", "/xbxax", false},
        {"/a*b*a$", "/aba", true},
        {"/a*b*a$", "/ab", false},
        {"/a*a$", "/a", false}, /* an octet is not matched twice */
        {"/a$b", "/a$b", true}, /* "$" is special only at the end */
        {"/a$b", "/a", false},
        {"/a$$", "/a$", true},
        {"$", "/", false},
        {"fish", "/fish", false},
        {"http://host.example/fish", "/fish", false},
        {"/path/file-with-a-%2A.html", "/path/file-with-a-*.html", true},
        {"/path/file-with-a-%2A.html", "/path/file-with-a-b.html", false},
        {"/path/file-with-a-%2a.html", "/path/file-with-a-%2A.html", true},
        {"/path/foo-%24", "/path/foo-$", true},
        {"/path/foo-%24", "/path/foo-", false},
        {"/path/foo-%24$", "/path/foo-$bar", false},
    };
    CHECK_PATTERNS(rows);
}

static void escapes_and_what_they_stand_for_are_one(void **state)
{
    (void)state;
    static const struct pattern rows[] = {
        /* the table of RFC 9309, 2.2.2, rule and URI written either way */
        {"/foo/bar?baz=quz", "/foo/bar?baz=quz", true},
        {"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", true},
        {"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", true},
        {"/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", true},
        {"/foo/bar?baz=https%3a%2f%2ffoo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", true},
        {"/foo/bar/ツ", "/foo/bar/%E3%83%84", true},
        {"/foo/bar/ツ", "/foo/bar/ツ", true},
        {"/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84", true},
        {"/foo/bar/%E3%83%84", "/foo/bar/ツ", true},
        {"/foo/bar/%62%61%7A", "/foo/bar/baz", true},
        {"/foo/bar/baz", "/foo/bar/%62%61%7a", true},
        {"/foo/bar/ツ", "/foo/bar/%62%61%7A", false},
        /* Turkish paths as people write them */
        {"/üyelik/", "/%C3%BCyelik/giris", true},
        {"/%c3%bcyelik/", "/üyelik/giris", true},
        /* what separates is not what is escaped */
        {"/a%2Fb", "/a/b", false},
        {"/a/b", "/a%2fb", false},
        {"/a%2fb", "/a%2Fb", true},
        {"/a%3Fb", "/a?b", false},
        {"/a?b=c%26d", "/a?b=c&d", false},
        {"/*/print", "/a?from=/b/print", true},
        {"/*%2Fprint", "/a%2Fprint", true},
        {"/*%2Fprint", "/a?from=%2Fprint", true},
        {"/*?*%2Fprint", "/a?from=/print", true},
        /* what cannot stand raw */
        {"/a b", "/a%20b", true},
        {"/a[1]", "/a%5B1%5d", true},
        {"/100%", "/100%", true},
        {"/a%3Mb", "/a%3Mb", true},
        {"/*%", "/a%20b", true},
        {"/a%25", "/a%", false},
        {"/a%00", "/a%00", true},
        {"/a", "/b#/a", false}, /* never sent */
    };
    CHECK_PATTERNS(rows);
}

static void the_file_itself_may_always_be_fetched(void **state)
{
    (void)state;
    struct nb_robots *robots = parse(NB_LIT("user-agent: *\ndisallow: /\n"), "x");
    assert_true(nb_robots_allowed(robots, NB_LIT("/robots.txt")));
    assert_false(nb_robots_allowed(robots, NB_LIT("/robots.txt.gz")));
    assert_false(nb_robots_allowed(robots, NB_LIT("/a/robots.txt")));
    assert_true(nb_robots_allowed(nb_robots_all(false), NB_LIT("/robots.txt")));
    assert_false(nb_robots_allowed(nb_robots_all(false), NB_LIT("/")));
    assert_true(nb_robots_allowed(nb_robots_all(true), NB_LIT("/a")));
    nb_robots_free(robots);
}

static void the_line_that_decides_is_named(void **state)
{
    (void)state;
    struct nb_robots *robots = parse(NB_LIT("# one\r\nuser-agent: *\r\ndisallow: /a\r\rallow: /ab\n"
                                            "disallow: /a\n"),
                                     "x");
    assert_int_equal(nb_robots_line(robots, NB_LIT("/a")), 3); /* the first of two */
    assert_int_equal(nb_robots_line(robots, NB_LIT("/abc")), 5);
    assert_int_equal(nb_robots_line(robots, NB_LIT("/c")), 0);
    assert_int_equal(nb_robots_rules_n(robots), 2);
    nb_robots_free(robots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_simple_example_of_the_rfc_reads_as_it_says),
        cmocka_unit_test(the_longest_match_decides_and_allow_wins_a_tie),
        cmocka_unit_test(groups_are_found_by_product_token_and_joined),
        cmocka_unit_test(a_group_begins_with_its_agents_and_ends_at_the_next),
        cmocka_unit_test(lines_are_read_however_they_end_and_are_spaced),
        cmocka_unit_test(special_characters_of_patterns_are_understood),
        cmocka_unit_test(escapes_and_what_they_stand_for_are_one),
        cmocka_unit_test(the_file_itself_may_always_be_fetched),
        cmocka_unit_test(the_line_that_decides_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
