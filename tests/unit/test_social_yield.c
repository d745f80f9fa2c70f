/*
 * Pages of open APIs as a source that is followed sees them: documents, and where to go on.
 */
#include "tests/unit/api_world.h"

static enum nb_err read_page(const char *address, const char *links, const char *json)
{
    return read_answer(address, links, json, NB__KIND__ARTICLE);
}

#define WP "https://blog.example/wp-json/"

static void the_root_of_wordpress_leads_to_posts_and_comments(void **state)
{
    (void)state;
    static const struct {
        const char *url, *comments;
    } rows[] = {
        {WP, WP "wp/v2/comments?per_page=100"},
        {"https://blog.example/wp-json", WP "wp/v2/comments?per_page=100"},
        {"https://blog.example/a/?rest_route=/",
         "https://blog.example/a/?rest_route=/wp/v2/comments&per_page=100"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(read_page(rows[i].url, "", "{\"namespaces\":[\"oembed/1.0\",\"wp/v2\"]}"),
                         NB_OK);
        assert_int_equal(out.links_n, 2);
        assert_int_equal(out.kind, NB__PAGE__KIND__WORDPRESS);
        assert_int_equal(out.links[1].rank, NB_RANK_LISTING);
        assert_slice_equal(out.links[1].url, rows[i].comments);
    }
}

#define POST(n)                                                                                    \
    "{\"date\":\"2026-11-2" n "T10:00:00\",\"date_gmt\":\"2026-11-2" n                             \
    "T07:00:00\",\"link\":\"https://blog.example/" n "/\",\"content\":{\"rendered\":\"m" n "\"}}"

static void a_list_of_posts_goes_on_with_older_ones(void **state)
{
    (void)state;
    assert_int_equal(read_page(WP "wp/v2/posts?per_page=2",
                               "<" WP "wp/v2/posts?per_page=2&page=2>; rel=\"next\"",
                               "[" POST("2") "," POST("1") "]"),
                     NB_OK);
    assert_int_equal(out.documents_n, 2);
    assert_string_equal(out.documents[0]->url, "https://blog.example/1/");
    assert_int_equal(out.documents[0]->kind, NB__KIND__ARTICLE);
    assert_true(out.documents[0]->has_identity);
    assert_slice_equal(out.next, WP "wp/v2/posts?per_page=2&page=2");
    assert_int_equal(out.again.len, 0);
    assert_true(out.is_whole);
    assert_int_equal(read_page(WP "wp/v2/posts", "", "[]"), NB_OK);
    assert_int_equal(out.documents_n + out.next.len, 0);
}

/* A timeline of n statuses, newest first, with the numbers from 100 + n downwards. */
static void read_timeline(const char *url, const char *links, int n)
{
    static char json[65536];
    size_t len = (size_t)snprintf(json, sizeof(json), "[");
    for (int i = n; i > 0; i--) {
        len += (size_t)snprintf(
            json + len, sizeof(json) - len,
            "%s{\"id\":\"%d\",\"uri\":\"https://toplu.example/s/%d\",\"visibility\":\"public\","
            "\"created_at\":\"2026-11-20T07:00:00Z\",\"content\":\"x\",\"account\":{\"acct\":"
            "\"ada\",\"indexable\":true}}",
            i == n ? "" : ",", 100 + i, 100 + i);
    }
    (void)snprintf(json + len, sizeof(json) - len, "]");
    assert_int_equal(read_page(url, links, json), NB_OK);
    assert_int_equal(out.documents_n, n);
}

static void a_timeline_is_asked_again_from_a_little_before_its_newest(void **state)
{
    (void)state;
    const char *url = "https://toplu.example/api/v1/timelines/public?limit=40&local=true";
    read_timeline(url, "<https://toplu.example/api/v1/timelines/public?max_id=101>; rel=\"next\"",
                  40);
    assert_slice_equal(out.next, "https://toplu.example/api/v1/timelines/public?max_id=101");
    assert_slice_equal(
        out.again,
        "https://toplu.example/api/v1/timelines/public?limit=40&local=true&since_id=120");
    read_timeline("https://toplu.example/api/v1/timelines/tag/kahve?since_id=90", "", 30);
    assert_slice_equal(out.again, "https://toplu.example/api/v1/timelines/tag/kahve?since_id=110");
    read_timeline(url, "", 3); /* too few to leave any out */
    assert_int_equal(out.again.len, 0);
    read_timeline("https://toplu.example/api/v1/timelines/public?max_id=400", "", 40);
    assert_int_equal(out.again.len, 0); /* an older page */
}

static void discourse_leads_to_its_topics(void **state)
{
    (void)state;
    assert_int_equal(
        read_page("https://forum.example/latest.json?page=1", "",
                  "{\"topic_list\":{\"more_topics_url\":\"/latest?page=2\",\"topics\":["
                  "{\"id\":3,\"posts_count\":45,\"last_posted_at\":\"2026-11-20T07:00:00.000Z\"},"
                  "{\"id\":-1},{\"id\":\"x\"},7]}}"),
        NB_OK);
    assert_int_equal(out.links_n, 1);
    assert_slice_equal(out.links[0].url, "https://forum.example/t/3.json");
    assert_int_equal(out.links[0].at_ms, 1795158000000);
    assert_int_equal(out.links[0].count, 45);
    assert_slice_equal(out.next, "https://forum.example/latest.json?page=2");
}

#define TOPIC                                                                                      \
    "{\"title\":\"Kargo\",\"posts_count\":45,\"post_stream\":{\"posts\":[{\"id\":9,\"topic_id\":"  \
    "3,"                                                                                           \
    "\"post_number\":1,\"username\":\"can\",\"cooked\":\"soru\"},{\"id\":11,\"topic_id\":3,"       \
    "\"post_number\":2,\"username\":\"ece\",\"cooked\":\"cevap\"}]}}"

static void a_topic_goes_on_until_all_its_posts_are_read(void **state)
{
    (void)state;
    assert_int_equal(read_page("https://forum.example/t/3.json", "", TOPIC), NB_OK);
    assert_int_equal(out.documents_n, 2);
    assert_string_equal(out.documents[0]->title, "Kargo");
    assert_string_equal(out.documents[1]->author, "forum.example/ece");
    assert_string_equal(out.documents[1]->reply_to, "https://forum.example/t/-/3/1");
    assert_slice_equal(out.next, "https://forum.example/t/3.json?page=2");
    assert_int_equal(read_page("https://forum.example/t/3.json?page=3", "", TOPIC), NB_OK);
    assert_int_equal(out.next.len, 0);
}

static void the_latest_posts_go_on_below_their_numbers(void **state)
{
    (void)state;
    assert_int_equal(read_page("https://forum.example/posts.json", "",
                               "{\"latest_posts\":[{\"id\":9,\"topic_id\":3,\"post_number\":1,"
                               "\"username\":\"can\",\"cooked\":\"soru\"}]}"),
                     NB_OK);
    assert_slice_equal(out.next, "https://forum.example/posts.json?before=8");
}

static void what_is_no_api_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "{",
        "[1]",
        "{}",
        "<html>",
        "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[]}",
        "{\"namespaces\":[\"oembed/1.0\",4]}"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(read_page(WP, "", rows[i]), NB_ESYNTAX);
    }
}

static void addresses_tell_their_api(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        nb_site_kind kind;
    } rows[] = {
        {"https://b.example/wp-json", NB__PAGE__KIND__WORDPRESS},
        {"https://b.example/blog/wp-json/wp/v2/posts", NB__PAGE__KIND__WORDPRESS},
        {"https://b.example/?rest_route=/wp/v2/posts", NB__PAGE__KIND__WORDPRESS},
        {"https://b.example/api/v1/timelines/tag/kahve", NB__PAGE__KIND__MASTODON},
        {"https://b.example/api/v1/accounts/14/statuses?limit=40", NB__PAGE__KIND__MASTODON},
        {"https://b.example/api/v1/accounts/14", NB__PAGE__KIND__UNKNOWN},
        {"https://b.example/latest.json", NB__PAGE__KIND__DISCOURSE},
        {"https://b.example/t/kargo/3.json", NB__PAGE__KIND__DISCOURSE},
        {"https://b.example/t/kargo/3", NB__PAGE__KIND__UNKNOWN},
        {"https://b.example/", NB__PAGE__KIND__UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_url url;
        assert_int_equal(nb_url_parse(nb_slice_str(rows[i].url), NULL, arena, &url), NB_OK);
        assert_int_equal(nb_social_kind(&url), rows[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_of_wordpress_leads_to_posts_and_comments),
        cmocka_unit_test(a_list_of_posts_goes_on_with_older_ones),
        cmocka_unit_test(a_timeline_is_asked_again_from_a_little_before_its_newest),
        cmocka_unit_test(discourse_leads_to_its_topics),
        cmocka_unit_test(a_topic_goes_on_until_all_its_posts_are_read),
        cmocka_unit_test(the_latest_posts_go_on_below_their_numbers),
        cmocka_unit_test(what_is_no_api_is_refused),
        cmocka_unit_test(addresses_tell_their_api),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
