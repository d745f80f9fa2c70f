/*
 * What open APIs answer, read as feeds are. The servers and people are invented; the shapes are
 * those of the documentation of WordPress, Mastodon and Discourse.
 */
#include "tests/unit/feed_world.h"

static const struct nb_feed_entry *parse_at(const char *url, const char *text)
{
    nb_arena_reset(arena);
    assert_int_equal(nb_feed_parse(nb_slice_str(text), nb_slice_str(url),
                                   NB_LIT("application/json"), &dates, arena, &feed, &error),
                     NB_OK);
    return feed.entries;
}

/* ---- WordPress ---- */

#define POSTS "https://blog.example/wp-json/wp/v2/posts"

static void a_wordpress_post_is_read_with_what_is_embedded(void **state)
{
    (void)state;
    const struct nb_feed_entry *entry = parse_at(
        POSTS, "[{\"id\":7,\"date\":\"2026-11-20T10:00:00\",\"date_gmt\":\"2026-11-20T07:00:00\","
               "\"modified_gmt\":\"2026-11-21T07:00:00\",\"guid\":{\"rendered\":"
               "\"https://blog.example/?p=7\"},\"link\":\"https://blog.example/kargo/\","
               "\"title\":{\"rendered\":\"Kargo &#8220;geldi&#8221;\"},\"content\":{\"rendered\":"
               "\"<p>Bir</p><p>Son <a href='/x'>x</a></p>\",\"protected\":false},"
               "\"_embedded\":{\"author\":[{\"name\":\"Deniz K.\",\"link\":\"/yazar/deniz\"}],"
               "\"wp:term\":[[{\"name\":\"Kargo\"}],[{\"name\":\"gecikme\"}]]}}]");
    assert_int_equal(feed.entries_n, 1);
    assert_string_equal(feed.format, "wordpress");
    assert_slice_equal(entry->id, "https://blog.example/?p=7");
    assert_slice_equal(entry->url, "https://blog.example/kargo/");
    assert_slice_equal(entry->title, "Kargo \xe2\x80\x9cgeldi\xe2\x80\x9d");
    assert_slice_equal(entry->content, "Bir\n\nSon x");
    assert_slice_equal(entry->author, "Deniz K.");
    assert_int_equal(entry->published_ms, 1795158000000);
    assert_int_equal(entry->updated_ms, 1795244400000);
    assert_int_equal(entry->post->place, entry->updated_ms);
    assert_int_equal(entry->categories_n, 2);
    assert_slice_equal(entry->categories[1], "gecikme");
}

static void a_post_behind_a_password_has_no_text(void **state)
{
    (void)state;
    const struct nb_feed_entry *entry = parse_at(
        POSTS, "[{\"date\":\"2026-11-20T10:00:00\",\"link\":\"https://blog.example/gizli/\","
               "\"content\":{\"rendered\":\"<p>gizli</p>\",\"protected\":true}}]");
    assert_int_equal(entry->content.len, 0);
    assert_int_equal(entry->published_ms, 1795158000000); /* by the zone that is configured */
}

#define COMMENT(parent, link)                                                                      \
    "[{\"id\":9,\"post\":7,\"parent\":" parent ",\"author_name\":\"Can\",\"type\":\"comment\","    \
    "\"date\":\"2026-11-20T10:00:00\",\"date_gmt\":\"2026-11-20T07:00:00\","                       \
    "\"content\":{\"rendered\":\"<p>Evet</p>\"},\"link\":\"" link "\"}]"

static void a_comment_answers_its_parent_or_the_post(void **state)
{
    (void)state;
    static const struct {
        const char *json, *reply_to;
    } rows[] = {
        {COMMENT("0", "https://blog.example/kargo/#comment-9"), "https://blog.example/kargo/"},
        {COMMENT("8", "https://blog.example/kargo/#comment-9"),
         "https://blog.example/kargo/#comment-8"},
        {COMMENT("0", "https://blog.example/kargo/comment-page-2/#comment-9"),
         "https://blog.example/kargo/"},
        {COMMENT("8", "https://blog.example/?p=7&cpage=2#comment-9"),
         "https://blog.example/?p=7&cpage=2#comment-8"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_feed_entry *entry =
            parse_at("https://blog.example/wp-json/wp/v2/comments", rows[i].json);
        assert_int_equal(entry->post->kind, NB__KIND__COMMENT);
        assert_slice_equal(entry->reply_to, rows[i].reply_to);
        assert_slice_equal(entry->author, "Can");
        assert_slice_equal(entry->content, "Evet");
        assert_int_equal(nb_slice_find(entry->post->thread, NB_LIT("cpage"), 0), NB_NPOS);
    }
}

/* WordPress says in words what a comment answers, in the language of the site. */
static void the_feed_of_comments_says_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *content, *text, *reply_to;
    } rows[] = {
        {"<p>In reply to <a href=\"https://blog.example/kargo/#comment-8\">Can</a>.</p><p>Evet</p>",
         "Evet", "https://blog.example/kargo/#comment-8"},
        {"<p>Evet</p><p>In reply to <a href=\"https://blog.example/kargo/#comment-8\">Can</a>.</p>",
         "Evet\n\nIn reply to Can.", "https://blog.example/kargo/"},
        {"<p><a href=\"https://blog.example/baska/#comment-8\">Can</a></p><p>Evet</p>",
         "Can\n\nEvet", "https://blog.example/kargo/"},
        {"<p>Evet</p>", "Evet", "https://blog.example/kargo/"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[1000];
        (void)snprintf(text, sizeof(text),
                       "<rss><channel><item><link>https://blog.example/kargo/comment-page-2/"
                       "#comment-9</link><description><![CDATA[%s]]></description></item></channel>"
                       "</rss>",
                       rows[i].content);
        char content[1200];
        (void)snprintf(
            content, sizeof(content),
            "<rss xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><item>"
            "<link>https://blog.example/kargo/#comment-9</link><content:encoded>"
            "<![CDATA[%s]]></content:encoded></item></channel></rss>",
            rows[i].content);
        const struct nb_feed_entry *entry = parse(content);
        assert_slice_equal(entry->content, rows[i].text);
        assert_slice_equal(entry->reply_to, rows[i].reply_to);
        assert_slice_equal(parse(text)->reply_to, "https://blog.example/kargo/");
    }
}

static void a_ping_is_no_comment(void **state)
{
    (void)state;
    (void)parse_at("https://blog.example/wp-json/wp/v2/comments",
                   "[{\"id\":9,\"post\":7,\"parent\":0,\"author_name\":\"Baska\","
                   "\"type\":\"pingback\",\"date\":\"2026-11-20T10:00:00\","
                   "\"content\":{\"rendered\":\"[...]\"},\"link\":\"https://blog.example/#c\"}]");
    assert_int_equal(feed.entries_n, 0);
}

/* ---- Mastodon ---- */

#define TIMELINE "https://toplu.example/api/v1/timelines/public?local=true"
#define ACCOUNT(acct, url, wish)                                                                   \
    "{\"id\":\"11\",\"acct\":\"" acct "\",\"url\":\"" url "\",\"display_name\":\"Ada\"," wish "}"
#define STATUS(account, more)                                                                      \
    "{\"id\":\"500\",\"uri\":\"https://toplu.example/users/ada/statuses/500\","                    \
    "\"url\":\"https://toplu.example/@ada/500\",\"created_at\":\"2026-11-20T07:00:00.000Z\","      \
    "\"visibility\":\"public\",\"language\":\"tr\",\"content\":\"<p>Selam<br>olsun</p>\","         \
    "\"replies_count\":2,\"reblogs_count\":3,\"favourites_count\":4,"                              \
    "\"account\":" account more "}"
#define ADA(wish) ACCOUNT("ada", "https://toplu.example/@ada", wish)
#define OPEN "\"indexable\":true"

static void a_status_is_read_with_its_counts(void **state)
{
    (void)state;
    const struct nb_feed_entry *entry = parse_at(
        TIMELINE,
        "[" STATUS(ADA(OPEN), ",\"edited_at\":\"2026-11-20T08:00:00.000Z\",\"tags\":[{\"name\":"
                              "\"kahve\"}]") "]");
    assert_string_equal(feed.format, "mastodon");
    assert_int_equal(entry->post->kind, NB__KIND__TOOT);
    assert_slice_equal(entry->id, "https://toplu.example/users/ada/statuses/500");
    assert_slice_equal(entry->post->handle, "ada@toplu.example");
    assert_slice_equal(entry->author, "Ada");
    assert_slice_equal(entry->content, "Selam\nolsun");
    assert_slice_equal(entry->post->language, "tr");
    assert_slice_equal(entry->categories[0], "kahve");
    assert_int_equal(entry->post->place, 500);
    assert_int_equal(entry->comments_n, 2);
    assert_int_equal(entry->post->shares_n, 3);
    assert_int_equal(entry->post->likes_n, 4);
    assert_int_equal(entry->updated_ms - entry->published_ms, 3600000);
}

static void the_wish_of_an_account_is_followed(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t n;
    } rows[] = {
        {"[" STATUS(ADA("\"indexable\":true"), "") "]", 1},
        {"[" STATUS(ADA("\"indexable\":false"), "") "]", 0},
        {"[" STATUS(ADA("\"indexable\":true,\"noindex\":true"), "") "]", 0},
        {"[" STATUS(ADA("\"noindex\":false"), "") "]", 1},
        {"[" STATUS(ADA("\"discoverable\":false"), "") "]", 0},
        {"[" STATUS(ADA("\"discoverable\":null"), "") "]", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)parse_at(TIMELINE, rows[i].json);
        assert_int_equal(feed.entries_n, rows[i].n);
    }
}

static void what_is_passed_on_is_quoted_and_read_itself(void **state)
{
    (void)state;
    const struct nb_feed_entry *entry = parse_at(
        TIMELINE,
        "[{\"id\":\"501\",\"uri\":\"https://toplu.example/users/can/statuses/501/activity\","
        "\"created_at\":\"2026-11-20T09:00:00.000Z\",\"visibility\":\"public\",\"content\":\"\","
        "\"account\":" ACCOUNT("can@uzak.example", "https://uzak.example/@can",
                               OPEN) ","
                                     "\"reblog\":" STATUS(ADA(OPEN), "") "}]");
    assert_int_equal(feed.entries_n, 2);
    assert_slice_equal(entry[0].post->handle, "can@uzak.example");
    assert_slice_equal(entry[0].post->quoted_author, "ada@toplu.example");
    assert_slice_equal(entry[0].post->quoted_url, "https://toplu.example/@ada/500");
    assert_int_equal(entry[0].content.len, 0);
    assert_int_equal(entry[1].post->place, -1);
    (void)parse_at(
        TIMELINE,
        "[{\"id\":\"501\",\"uri\":\"https://toplu.example/users/can/statuses/501/activity\","
        "\"created_at\":\"2026-11-20T09:00:00.000Z\",\"visibility\":\"public\",\"content\":\"\","
        "\"account\":" ACCOUNT("can@uzak.example", "https://uzak.example/@can",
                               OPEN) ","
                                     "\"reblog\":" STATUS(ADA("\"indexable\":false"), "") "}]");
    assert_int_equal(feed.entries_n, 0); /* nor through somebody else */
}

static void an_answer_names_what_it_answers(void **state)
{
    (void)state;
    static const struct {
        const char *more, *reply_to;
    } rows[] = {
        {",\"in_reply_to_id\":\"400\",\"in_reply_to_account_id\":\"11\"",
         "https://toplu.example/@ada/400"},
        {",\"in_reply_to_id\":\"400\",\"in_reply_to_account_id\":\"12\",\"mentions\":[{\"id\":"
         "\"12\",\"url\":\"https://toplu.example/@ece\"}]",
         "https://toplu.example/@ece/400"},
        {",\"in_reply_to_id\":\"400\",\"in_reply_to_account_id\":\"12\",\"mentions\":[{\"id\":"
         "\"12\",\"url\":\"https://uzak.example/@ece\"}]",
         "https://toplu.example/web/statuses/400"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[4096];
        (void)snprintf(json, sizeof(json), "[" STATUS(ADA(OPEN), "%s") "]", rows[i].more);
        assert_slice_equal(parse_at(TIMELINE, json)->reply_to, rows[i].reply_to);
    }
}

static void only_what_is_public_is_read(void **state)
{
    (void)state;
    (void)parse_at(TIMELINE, "[{\"id\":\"1\",\"uri\":\"https://t.example/1\",\"visibility\":"
                             "\"private\",\"created_at\":\"2026-11-20T09:00:00Z\",\"account\":" ADA(
                                 OPEN) "}]");
    assert_int_equal(feed.entries_n, 0);
}

/* ---- Discourse ---- */

#define LATEST "https://forum.example/posts.json"
#define TOPIC "\"topic_id\":3,\"topic_slug\":\"kargo\",\"created_at\":\"2026-11-20T07:00:00.000Z\""

static void discourse_posts_have_their_thread(void **state)
{
    (void)state;
    const struct nb_feed_entry *entry = parse_at(
        LATEST,
        "{\"latest_posts\":["
        "{\"id\":42," TOPIC ",\"post_number\":4,\"reply_to_post_number\":2,\"username\":\"ece\","
        "\"name\":\"Ece T.\",\"cooked\":\"<aside class=\\\"quote no-group\\\" data-username="
        "\\\"can\\\" data-post=\\\"2\\\" data-topic=\\\"3\\\"><div class=\\\"title\\\">can:</div>"
        "<blockquote><p>Gelmedi</p></blockquote></aside><p>Bana da</p>\","
        "\"actions_summary\":[{\"id\":2,\"count\":5}],\"reply_count\":1},"
        "{\"id\":40," TOPIC ",\"post_number\":1,\"topic_title\":\"Kargo nerede\",\"username\":"
        "\"can\",\"cooked\":\"<p>Soru</p>\",\"reads\":12},"
        "{\"id\":41," TOPIC
        ",\"post_number\":3,\"username\":\"x\",\"cooked\":\"y\",\"hidden\":true},"
        "{\"id\":43," TOPIC
        ",\"post_number\":5,\"username\":\"x\",\"cooked\":\"y\",\"post_type\":3}"
        "]}");
    assert_string_equal(feed.format, "discourse");
    assert_int_equal(feed.entries_n, 2);
    assert_slice_equal(entry[0].content, "Bana da");
    assert_slice_equal(entry[0].post->quoted_author, "can");
    assert_slice_equal(entry[0].post->quoted_text, "Gelmedi");
    assert_slice_equal(entry[0].post->quoted_url, "https://forum.example/t/kargo/3/2");
    assert_slice_equal(entry[0].url, "https://forum.example/t/kargo/3/4");
    assert_slice_equal(entry[0].reply_to, "https://forum.example/t/kargo/3/2");
    assert_slice_equal(entry[0].post->thread, "https://forum.example/t/kargo/3/1");
    assert_slice_equal(entry[0].post->handle, "ece");
    assert_slice_equal(entry[0].author, "Ece T.");
    assert_int_equal(entry[0].post->likes_n, 5);
    assert_slice_equal(entry[1].title, "Kargo nerede");
    assert_int_equal(entry[1].reply_to.len, 0);
    assert_int_equal(entry[1].post->views_n, 12);
}

/* ---- what is none ---- */

static void an_empty_list_is_known_by_its_address(void **state)
{
    (void)state;
    (void)parse_at(POSTS, "[]");
    assert_int_equal(feed.entries_n, 0);
    assert_string_equal(feed.format, "wordpress");
    (void)parse_at(TIMELINE, " []");
    assert_string_equal(feed.format, "mastodon");
}

static void other_json_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "[]",
        "[1,2]",
        "{}",
        "[{}]",
        "{\"latest_posts\":3}",
        "[[[[]]]]",
        "{\"code\":\"rest_no_route\",\"message\":\"x\",\"data\":{\"status\":404}}"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(parse_bytes(nb_slice_str(rows[i]), "application/json"), NB_ESYNTAX);
    }
}

static void wrong_types_count_as_missing(void **state)
{
    (void)state;
    const struct nb_feed_entry *entry =
        parse("[{\"id\":[],\"date\":\"x\",\"date_gmt\":7,\"guid\":3,\"link\":\"\","
              "\"title\":[1],\"content\":{\"rendered\":\"y\"},\"_embedded\":[[]],"
              "\"excerpt\":{\"rendered\":{}}},3,null,\"s\"]");
    assert_int_equal(feed.entries_n, 1);
    assert_slice_equal(entry->content, "y");
    assert_int_equal(entry->published_ms, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wordpress_post_is_read_with_what_is_embedded),
        cmocka_unit_test(a_post_behind_a_password_has_no_text),
        cmocka_unit_test(a_comment_answers_its_parent_or_the_post),
        cmocka_unit_test(the_feed_of_comments_says_the_same),
        cmocka_unit_test(a_ping_is_no_comment),
        cmocka_unit_test(a_status_is_read_with_its_counts),
        cmocka_unit_test(the_wish_of_an_account_is_followed),
        cmocka_unit_test(what_is_passed_on_is_quoted_and_read_itself),
        cmocka_unit_test(an_answer_names_what_it_answers),
        cmocka_unit_test(only_what_is_public_is_read),
        cmocka_unit_test(discourse_posts_have_their_thread),
        cmocka_unit_test(an_empty_list_is_known_by_its_address),
        cmocka_unit_test(other_json_is_refused),
        cmocka_unit_test(wrong_types_count_as_missing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
