#include "tests/unit/reading_world.h"

#include <nabiz/buf.h>
#include <nabiz/discover.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

static struct nb_page_feeds read_page(const char *url, const char *links, const char *html)
{
    struct nb_page_feeds feeds;
    nb_arena_reset(arena);
    assert_int_equal(nb_discover_page(nb_slice_str(html), NB_LIT("text/html; charset=utf-8"),
                                      nb_slice_str(links), nb_slice_str(url), arena, &feeds),
                     NB_OK);
    return feeds;
}

/* The candidates that the page itself names, as "how url" lines; known places are left out. */
static const char *named(const struct nb_page_feeds *feeds)
{
    static const char letters[] = "HEASG";
    char *all = nb_arena_strdup(arena, NB_LIT(""));
    for (size_t i = 0; i < feeds->n; i++) {
        const struct nb_candidate *c = &feeds->candidates[i];
        if (c->how <= NB_CANDIDATE_ANCHOR) {
            all = nb_arena_printf(arena, "%s%c%s %.*s\n", all, letters[c->how],
                                  c->comments ? "c" : "", NB_ARG(c->url));
        }
    }
    return all;
}

static const struct nb_candidate *first_of(const struct nb_page_feeds *feeds,
                                           enum nb_candidate_how how)
{
    for (size_t i = 0; i < feeds->n; i++) {
        if (feeds->candidates[i].how == how) {
            return &feeds->candidates[i];
        }
    }
    return NULL;
}

static void a_page_names_its_feeds_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *links, *html, *want;
    } cases[] = {
        {"", "<link rel=alternate type=application/rss+xml href=/rss>",
         "E https://a.example/rss\n"},
        {"", "<LINK REL='Alternate' TYPE='Application/ATOM+xml; charset=utf-8' HREF='atom'>",
         "E https://a.example/b/atom\n"},
        {"", "<link href=\"/f.json\" type=\"application/feed+json\" rel=\"alternate home\"/>",
         "E https://a.example/f.json\n"},
        {"", "<link rel=feed href=/akis>", "E https://a.example/akis\n"},
        {"", "<link rel='alternate' type='application/json' href='/feed.json'>",
         "E https://a.example/feed.json\n"},
        /* an API, a translation, a style and an embedding are no feeds */
        {"", "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/pages/2'>", ""},
        {"", "<link rel='alternate' hreflang='en' href='/en/'>", ""},
        {"", "<link rel='alternate stylesheet' type='text/xml' href='/x.xsl'>", ""},
        {"", "<link rel='alternate' type='text/xml+oembed' href='/o?format=xml'>", ""},
        {"", "<link rel='nofollow' type='application/rss+xml' href='/rss'>", ""},
        /* addresses */
        {"", "<base href='/x/'><link rel=alternate type=application/rss+xml href=rss>",
         "E https://a.example/x/rss\n"},
        {"", "<base href='javascript:1'><link rel=feed href=rss>", "E https://a.example/b/rss\n"},
        {"", "<link rel=feed href='/rss?a=1&amp;b=2#x'>", "E https://a.example/rss?a=1&b=2\n"},
        {"", "<link rel=feed href='feed://c.example/rss'><link rel=feed href='feed:https:/rss'>",
         "E http://c.example/rss\nE https://a.example/rss\n"},
        {"", "<link rel=feed href='javascript:alert(1)'><link rel=feed href='ftp://a.example/'>",
         ""},
        {"", "<link rel=feed href='https://u:p@a.example/rss'><link rel=feed href=''>", ""},
        {"", "<link rel=feed href='  /rss\n'>", "E https://a.example/rss\n"},
        {"", "<link rel=feed href=/rss><link rel=feed href=/rss><a href=/rss>RSS</a>",
         "E https://a.example/rss\n"},
        /* headers */
        {"</rss>; rel=alternate; type=\"application/rss+xml\"", "", "H https://a.example/rss\n"},
        {"<x>; rel=\"prev\", </rss>; type=application/rss+xml; title=\"a, b; \\\"c\\\"\"; "
         "rel=alternate",
         "<link rel=feed href=/two>", "H https://a.example/rss\nE https://a.example/two\n"},
        {"</rss>; rel=alternate; type=application/rss+xml; anchor=\"#x\", <, >; rel=,;;=", "", ""},
        /* anchors, those that stay on the site first */
        {"",
         "<a href='https://c.example/feed/'>x</a><a href='/haber.rss'>RSS</a><a href='/y'>y</a>",
         "A https://a.example/haber.rss\nA https://c.example/feed/\n"},
        {"", "<a href='https://feedly.com/i/subscription/feed/https://a.example/rss'>+</a>", ""},
        {"", "<a href='/rss/spor.xml'>Spor</a>", "A https://a.example/rss/spor.xml\n"},
        {"", "<a href='/forum?type=rss;action=.xml'>x</a>",
         "A https://a.example/forum?type=rss;action=.xml\n"},
        /* feeds of comments come last */
        {"", "<link rel=feed href=/comments/feed/><link rel=feed href=/feed/>",
         "E https://a.example/feed/\nEc https://a.example/comments/feed/\n"},
        {"", "<meta name=generator content='WordPress 6.4'><link rel=feed href='/b/c/feed/'>",
         "Ec https://a.example/b/c/feed/\n"},
        /* what stands in comments and scripts is not there */
        {"",
         "<!-- <link rel=feed href=/a> --><script>'<link rel=feed href=/b>'</script>"
         "<style><link rel=feed href=/c></style><textarea><link rel=feed href=/d></textarea>"
         "<title><link rel=feed href=/e></title><noscript><link rel=feed href=/f></noscript>",
         "E https://a.example/f\n"},
        /* broken markup; of what an open comment or quote swallows browsers show nothing either */
        {"", "<!-- open <link rel=feed href=/a><p", ""},
        {"", "<title>open <link rel=feed href=/a>", "E https://a.example/a\n"},
        {"", "<p title='open><link rel=feed href=/a>", ""},
        {"", "< link rel=feed href=/a><link\nrel\n=\n'feed'href=\"/b\"", "E https://a.example/b\n"},
        {"", "<script>open <link rel=feed href=/a>", ""},
        {"", "<iframe>open <link rel=feed href=/a>", "E https://a.example/a\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool is_article = strstr(cases[i].want, "/b/c/feed") != NULL;
        struct nb_page_feeds feeds =
            read_page(is_article ? "https://a.example/b/c/" : "https://a.example/b/c",
                      cases[i].links, cases[i].html);
        print_message("%s\n", cases[i].html);
        assert_string_equal(named(&feeds), cases[i].want);
    }
}

static void a_page_says_what_it_is(void **state)
{
    (void)state;
    struct nb_page_feeds feeds =
        read_page("https://a.example/", "",
                  "<html><head><title>\n Mahalle  G\xc3\xbcndemi &amp; Spor </title>"
                  "<title>no</title><meta name=Generator content='WordPress 6.4.2'>"
                  "<meta http-equiv=refresh content=\"0; URL='/tr/'\">"
                  "<link rel=feed href=/feed title='Ana ak\xc4\xb1\xc5\x9f'>");
    assert_slice_equal(feeds.title, "Mahalle G\xc3\xbcndemi & Spor");
    assert_slice_equal(feeds.refresh, "https://a.example/tr/");
    assert_string_equal(feeds.software, "WordPress");
    assert_slice_equal(feeds.candidates[0].title, "Ana ak\xc4\xb1\xc5\x9f");
}

static void an_old_page_is_read_in_its_own_encoding(void **state)
{
    (void)state;
    static const char html[] = "<meta charset=windows-1254><title>Kad\xfdk\xf6y</title>"
                               "<a href='/haber.rss'>D\xfcnya \xde\xfd\xf0</a>";
    struct nb_page_feeds feeds;
    nb_arena_reset(arena);
    assert_int_equal(nb_discover_page(nb_slice_str(html), NB_LIT("text/html"), NB_LIT(""),
                                      NB_LIT("http://a.example/"), arena, &feeds),
                     NB_OK);
    assert_slice_equal(feeds.title, "Kad\xc4\xb1k\xc3\xb6y");
    assert_slice_equal(feeds.candidates[0].title, "D\xc3\xbcnya \xc5\x9e\xc4\xb1\xc4\x9f");
}

static void software_has_its_feeds_at_usual_places(void **state)
{
    (void)state;
    static const struct {
        const char *url, *html, *software, *feed;
    } cases[] = {
        {"https://www.youtube.com/channel/UC123", "", "YouTube",
         "https://www.youtube.com/feeds/videos.xml?channel_id=UC123"},
        {"https://www.youtube.com/playlist?si=1&list=PL7", "", "YouTube",
         "https://www.youtube.com/feeds/videos.xml?playlist_id=PL7"},
        {"https://medium.com/@ayse", "", "Medium", "https://medium.com/feed/@ayse"},
        {"https://medium.com/yayin/yazi", "", "Medium", "https://medium.com/feed/yayin"},
        {"https://kedi.blogspot.com.tr/2020/", "", "Blogger",
         "https://kedi.blogspot.com.tr/feeds/posts/default"},
        {"https://a.example/", "<meta name=generator content=Blogger>", "Blogger",
         "https://a.example/feeds/posts/default"},
        {"https://a.example/blog/", "<img src=/blog/wp-content/x.png>", "WordPress",
         "https://a.example/blog/feed/"},
        {"https://a.example/", "<meta name=generator content='Ghost 5.1'>", "Ghost",
         "https://a.example/rss/"},
        {"https://sosyal.example/@ali", "<div id='mastodon'></div>", "Mastodon",
         "https://sosyal.example/@ali.rss"},
        {"https://www.reddit.com/r/Turkey/", "", "Reddit", "https://www.reddit.com/r/Turkey/.rss"},
        {"https://bsky.app/profile/ali.example", "", "Bluesky",
         "https://bsky.app/profile/ali.example/rss"},
        {"https://forum.example/", "<meta name=generator content='Discourse 3.1'>", "Discourse",
         "https://forum.example/latest.rss"},
        {"https://a.example/x/y", "", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct nb_page_feeds feeds = read_page(cases[i].url, "", cases[i].html);
        const struct nb_candidate *first = first_of(&feeds, NB_CANDIDATE_SOFTWARE);
        print_message("%s\n", cases[i].url);
        if (!cases[i].software) {
            assert_null(feeds.software);
            assert_null(first);
            continue;
        }
        assert_string_equal(feeds.software, cases[i].software);
        assert_non_null(first);
        assert_slice_equal(first->url, cases[i].feed);
    }
}

static void known_places_come_after_what_the_page_names(void **state)
{
    (void)state;
    struct nb_page_feeds feeds = read_page("https://a.example/x", "", "<a href=/b.rss>x</a>");
    assert_true(feeds.n > 5);
    assert_int_equal(feeds.candidates[0].how, NB_CANDIDATE_ANCHOR);
    for (size_t i = 1; i < feeds.n; i++) {
        assert_int_equal(feeds.candidates[i].how, NB_CANDIDATE_GUESS);
    }
}

static void a_page_without_end_names_so_many_feeds_at_most(void **state)
{
    (void)state;
    struct nb_buf html;
    struct nb_page_feeds feeds;
    nb_buf_init(&html, (size_t)8 << 20);
    for (int i = 0; i < 20000; i++) {
        nb_buf_addf(&html, "<link rel=feed href='/%d'><a href='/%d.rss'>x", i, i);
    }
    nb_arena_reset(arena);
    assert_int_equal(nb_discover_page(nb_buf_slice(&html), NB_LIT(""), NB_LIT(""),
                                      NB_LIT("https://a.example/"), arena, &feeds),
                     NB_OK);
    assert_int_equal(feeds.n, 200);
    nb_buf_fini(&html);
}

static void memory_that_runs_out_is_said(void **state)
{
    (void)state;
    static const char html[] = "<title>a</title><link rel=feed href=/a><a href=/rss>b</a>";
    bool done = false;
    for (size_t limit = 1024; !done; limit += 1024) {
        struct nb_page_feeds feeds;
        struct nb_arena *small = nb_arena_new(limit);
        assert_non_null(small);
        enum nb_err err =
            nb_discover_page(nb_slice_str(html), NB_LIT(""), NB_LIT("</h>; rel=alternate"),
                             NB_LIT("https://a.example/"), small, &feeds);
        done = err == NB_OK;
        assert_true(done || err == NB_ENOMEM);
        nb_arena_free(small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_names_its_feeds_in_many_ways),
        cmocka_unit_test(a_page_says_what_it_is),
        cmocka_unit_test(an_old_page_is_read_in_its_own_encoding),
        cmocka_unit_test(software_has_its_feeds_at_usual_places),
        cmocka_unit_test(known_places_come_after_what_the_page_names),
        cmocka_unit_test(a_page_without_end_names_so_many_feeds_at_most),
        cmocka_unit_test(memory_that_runs_out_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
