/*
 * What is passed on, and figures of followers, as sources give them: timelines, archives and lines
 * of exports, right and wrong ones. Servers and people are invented.
 */
#include "tests/unit/api_world.h"

#include <nabiz/buf.h>
#include <nabiz/import.h>
#include <nabiz/page.h>
#include <nabiz/url.h>

#include "crawler/site/html.h"

/* ---- timelines ---- */

#define ADA                                                                                        \
    "{\"id\":\"11\",\"acct\":\"ada\",\"url\":\"https://toplu.example/@ada\",\"display_name\":"     \
    "\"Ada\",\"indexable\":true,\"followers_count\":12300}"
#define CAN                                                                                        \
    "{\"id\":\"12\",\"acct\":\"can@uzak.example\",\"url\":\"https://uzak.example/@can\","          \
    "\"display_name\":\"Can\",\"indexable\":true}"
#define ADA_SAYS                                                                                   \
    "{\"id\":\"500\",\"uri\":\"https://toplu.example/users/ada/statuses/500\","                    \
    "\"url\":\"https://toplu.example/@ada/500\",\"created_at\":\"2026-11-20T07:00:00.000Z\","      \
    "\"visibility\":\"public\",\"content\":\"<p>Kargo gelmedi</p>\",\"account\":" ADA "}"
#define BOOST(uri, url, reblog)                                                                    \
    "{\"id\":\"501\",\"uri\":\"" uri "\",\"url\":\"" url                                           \
    "\",\"created_at\":\"2026-11-20T09:00:00.000Z\",\"visibility\":\"public\","                    \
    "\"content\":\"<p>Kargo gelmedi</p>\",\"account\":" CAN ",\"reblog\":" reblog "}"
#define ACTIVITY "https://uzak.example/users/can/statuses/501/activity"

static void read_timeline(const char *json)
{
    if (read_answer("https://toplu.example/api/v1/accounts/11/statuses?limit=40", "", json,
                    NB__KIND__TOOT) != NB_OK) {
        fail_msg("%s: %s", json, nb_error_text(&error));
    }
}

static bool same_identity(const struct nb_document *a, const struct nb_document *b)
{
    return memcmp(a->identity.data, b->identity.data, NB_ID_BYTES) == 0;
}

static void a_boost_is_an_act_beside_the_document_it_passes_on(void **state)
{
    (void)state;
    read_timeline("[" BOOST(ACTIVITY, ACTIVITY, ADA_SAYS) "," ADA_SAYS "]");
    assert_int_equal(out.documents_n, 3);
    const struct nb_document *boost = out.documents[2];
    assert_int_equal(boost->kind, NB__KIND__BOOST);
    assert_null(boost->text);
    assert_string_equal(boost->author, "uzak.example/can@uzak.example");
    assert_int_equal(boost->published_ms, 1795165200000);
    assert_int_equal(boost->n_quotes, 1);
    assert_string_equal(boost->quotes[0]->url, "https://toplu.example/@ada/500");
    assert_string_equal(boost->quotes[0]->author, "toplu.example/ada@toplu.example");
    assert_null(boost->quotes[0]->text);
    assert_string_equal(out.documents[1]->text, "Kargo gelmedi");
    assert_true(same_identity(out.documents[0], out.documents[1])); /* one document, read twice */
    assert_false(same_identity(out.documents[2], out.documents[1]));
}

/* As Pleroma has it: the boost has the id and address of what it passes on. */
static void a_boost_is_never_taken_for_what_it_passes_on(void **state)
{
    (void)state;
#define SAME "https://toplu.example/users/ada/statuses/500"
    read_timeline("[" BOOST(SAME, "https://toplu.example/@ada/500", ADA_SAYS) "]");
    assert_int_equal(out.documents_n, 2);
    assert_int_equal(out.documents[1]->kind, NB__KIND__BOOST);
    assert_false(same_identity(out.documents[0], out.documents[1]));
    assert_null(out.documents[1]->url);
    assert_string_equal(out.documents[1]->author, "uzak.example/can@uzak.example");
    struct nb_id first;
    memcpy(first.b, out.documents[1]->identity.data, NB_ID_BYTES);
    read_timeline("[" BOOST(SAME, SAME, ADA_SAYS) "]");
    assert_null(out.documents[1]->url);
    assert_memory_equal(out.documents[1]->identity.data, first.b, NB_ID_BYTES);
}

/* Servers give no address to boosts that were made on others; who made them is the same. */
static void who_boosts_is_of_the_own_site_without_an_address(void **state)
{
    (void)state;
    read_timeline("[" BOOST(ACTIVITY, ACTIVITY, ADA_SAYS) "]");
    struct nb_id first;
    memcpy(first.b, out.documents[1]->identity.data, NB_ID_BYTES);
    read_timeline("[" BOOST(ACTIVITY, "", ADA_SAYS) "]");
    assert_int_equal(out.documents_n, 2);
    assert_null(out.documents[1]->url);
    assert_string_equal(out.documents[1]->site, "uzak.example");
    assert_string_equal(out.documents[1]->author, "uzak.example/can@uzak.example");
    assert_memory_equal(out.documents[1]->identity.data, first.b, NB_ID_BYTES);
}

static void boosts_of_boosts_are_boosts_of_what_was_said(void **state)
{
    (void)state;
    for (int depth = 1; depth <= 12; depth++) {
        struct nb_buf json;
        nb_buf_init(&json, 65536);
        nb_buf_add_byte(&json, '[');
        for (int i = depth; i > 0; i--) {
            nb_buf_addf(&json,
                        "{\"id\":\"9\",\"uri\":\"https://toplu.example/b/%d\",\"created_at\":"
                        "\"2026-11-20T09:00:00Z\",\"visibility\":\"public\",\"account\":%s,"
                        "\"reblog\":",
                        i, CAN);
        }
        nb_buf_addf(&json, "%s", ADA_SAYS);
        for (int i = 0; i < depth; i++) {
            nb_buf_add_byte(&json, '}');
        }
        nb_buf_addf(&json, "]%c", 0);
        read_timeline(nb_buf_slice(&json).p);
        nb_buf_fini(&json);
        bool followed = depth <= 9; /* eight boosts between */
        assert_int_equal(out.documents_n, followed ? 2 : 0);
        if (followed) {
            assert_string_equal(out.documents[1]->quotes[0]->url, "https://toplu.example/@ada/500");
            assert_string_equal(out.documents[0]->text, "Kargo gelmedi");
        }
    }
}

static void what_is_no_boost_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t n;
    } rows[] = {
        {"[" BOOST(ACTIVITY, ACTIVITY, "null") "]", 1}, /* a post of one's own */
        {"[" BOOST(ACTIVITY, ACTIVITY, "{}") "]", 0},
        {"[" BOOST(ACTIVITY, ACTIVITY, "\"https://toplu.example/@ada/500\"") "]", 1},
        {"[" BOOST(ACTIVITY, ACTIVITY, "{\"reblog\":7,\"uri\":3}") "]", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        read_timeline(rows[i].json);
        assert_int_equal(out.documents_n, rows[i].n);
        assert_true(out.documents_n == 0 || out.documents[0]->kind == NB__KIND__TOOT);
    }
}

static void followers_come_with_what_their_author_says(void **state)
{
    (void)state;
    static const struct {
        const char *member;
        int64_t n; /* -1: not known */
    } rows[] = {
        {"\"followers_count\":12300", 12300},
        {"\"followers_count\":0", 0},
        {"\"followers_count\":\"45\"", 45},
        {"\"x\":1", -1},
        {"\"followers_count\":null", -1},
        {"\"followers_count\":-3", -1},
        {"\"followers_count\":12.5", -1},
        {"\"followers_count\":\"cok\"", -1},
        {"\"followers_count\":[9]", -1},
        {"\"followers_count\":9007199254740993", -1},
        {"\"followers_count\":\"99999999999999999999\"", -1},
        {"\"followers_count\":99999999999999999999", -1},
        {"\"followers_count\":0,\"pleroma\":{\"hide_followers_count\":true}", -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char json[4096];
        (void)snprintf(json, sizeof(json),
                       "[{\"id\":\"1\",\"uri\":\"https://toplu.example/s/1\",\"created_at\":"
                       "\"2026-11-20T09:00:00Z\",\"visibility\":\"public\",\"content\":\"x\","
                       "\"account\":{\"acct\":\"ada\",\"indexable\":true,%s}}]",
                       rows[i].member);
        read_timeline(json);
        assert_int_equal(out.documents_n, 1);
        const Nb__Audience *audience = out.documents[0]->audience;
        assert_int_equal(audience ? (int64_t)audience->followers_n : -1, rows[i].n);
        if (audience) {
            assert_int_equal(audience->read_ms, dates.now_ms);
            assert_string_equal(audience->source, "mastodon");
        }
    }
}

/* ---- pages ---- */

#define LD(text) "<script type='application/ld+json'>" text "</script>"
#define FOLLOWERS(n)                                                                               \
    "\"interactionStatistic\":[{\"@type\":\"InteractionCounter\",\"interactionType\":"             \
    "\"https://schema.org/LikeAction\",\"userInteractionCount\":5},{\"@type\":"                    \
    "\"InteractionCounter\",\"interactionType\":{\"@type\":\"FollowAction\"},"                     \
    "\"userInteractionCount\":" n "}]"
#define PROSE                                                                                      \
    "<article><p>The ferry did not come in the morning, and nobody at the quay knew why it was "   \
    "late, so that people went home again.</p><p>In the afternoon there was one, and it was full " \
    "of those who had waited since dawn.</p></article>"

static struct nb_page read_page(const char *html)
{
    struct nb_page page;
    const struct nb_page_options options = {.dates = &dates};
    nb_arena_reset(arena);
    assert_int_equal(nb_page_read(nb_slice_str(html), NB_LIT("https://forum.example/konu/1"),
                                  NB_LIT("text/html"), &options, arena, &page, &error),
                     NB_OK);
    return page;
}

static void pages_may_say_how_many_follow_an_author(void **state)
{
    (void)state;
    static const struct {
        const char *author;
        int64_t n;
    } rows[] = {
        {"{\"@type\":\"Person\",\"name\":\"Ada\"," FOLLOWERS("1200") "}", 1200},
        {"[{\"@type\":\"Person\",\"name\":\"Ada\"," FOLLOWERS("\"1.200\"") "}]", 1200},
        {"{\"@type\":\"Person\",\"name\":\"Ada\"," FOLLOWERS("-2") "}", -1},
        {"{\"@type\":\"Person\",\"name\":\"Ada\"}", -1},
        {"\"Ada\"", -1},
        {"[{\"name\":\"Ada\"," FOLLOWERS("3") "},{\"name\":\"Can\"," FOLLOWERS("4") "}]", -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char html[4096];
        (void)snprintf(html, sizeof(html),
                       "<html><head>" LD("{\"@type\":\"NewsArticle\",\"headline\":\"Ferry\","
                                         "\"author\":%s}") "</head><body>" PROSE "</body></html>",
                       rows[i].author);
        assert_int_equal(read_page(html).followers, rows[i].n);
    }
    const struct nb_page two =
        read_page("<html><head>" LD(
            "{\"@type\":\"WebPage\",\"name\":\"Ferry\",\"author\":{\"name\":\"Ada\"," FOLLOWERS(
                "12") "}}")
                      LD("{\"@type\":\"NewsArticle\",\"headline\":\"Ferry\"}") "</head><body>" PROSE
                                                                               "</body></html>");
    assert_slice_equal(two.author, "Ada");
    assert_int_equal(two.followers, 12);
    const struct nb_page thread = read_page("<html><head>" LD(
        "{\"@type\":\"DiscussionForumPosting\",\"headline\":\"Ferry\",\"text\":\"It is late "
        "again today.\",\"author\":{\"name\":\"Ada\"," FOLLOWERS(
            "7") "},\"datePublished\":\"2026-11-20\",\"comment\":[{\"@type\":\"Comment\","
                 "\"text\":\"Since Monday, as I heard.\",\"author\":{\"name\":\"Can\"},"
                 "\"datePublished\":\"2026-11-20\"}]}") "</head><body></body></html>");
    assert_int_equal(thread.posts_n, 2);
    struct nb_url url;
    const struct nb_link here = {.first = thread.url, .page_n = 1};
    assert_int_equal(nb_url_parse(thread.url, NULL, arena, &url), NB_OK);
    const struct nb_site_input input = {.url = &url, .dates = &dates};
    struct nb_site_yield found = {.documents_n = 0};
    assert_int_equal(nb_site_thread(&input, &here, &thread, arena, &found), NB_OK);
    assert_int_equal(found.documents_n, 2);
    assert_int_equal(found.documents[0]->audience->followers_n, 7);
    assert_int_equal(found.documents[0]->audience->read_ms, dates.now_ms);
    assert_string_equal(found.documents[0]->audience->source, "page");
    assert_null(found.documents[1]->audience);
}

/* ---- files ---- */

static const struct nb_import_context context = {{"arsiv", 5}, NB__KIND__POST, &dates};

static struct nb_document *line(const char *text)
{
    struct nb_document *document = NULL;
    error = (struct nb_error){0};
    if (nb_import_line(nb_slice_str(text), &context, arena, &document, &error) != NB_OK) {
        fail_msg("%s: %s", text, nb_error_text(&error));
    }
    assert_non_null(document);
    return document;
}

#define AT_500 "https://toplu.example/@ada/500"

static void a_row_with_boost_of_has_no_words_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *text, *url, *author;
    } rows[] = {
        {"{\"id\":1,\"author\":\"can\",\"boost_of\":\"" AT_500 "\"}", AT_500, NULL},
        {"{\"id\":1,\"author\":\"can\",\"kind\":\"boost\",\"boost_of\":{\"url\":\"" AT_500
         "\",\"author\":\"toplu.example/ada\"},\"text\":\"RT @ada: x\",\"title\":\"t\","
         "\"links\":[\"https://a.example/\"],\"likes\":900,\"reply_to\":\"3\"}",
         AT_500, "toplu.example/ada"},
        {"{\"id\":1,\"author\":\"can\",\"url\":\"" AT_500 "\",\"boost_of\":\"" AT_500 "\"}", AT_500,
         NULL},
        {"{\"id\":1,\"author\":\"can\",\"kind\":\"toot\",\"boost_of\":\"500\"}", "500", NULL},
        {"{\"id\":1,\"author\":\"can\",\"kind\":\"BOOST\",\"quotes\":[{\"url\":\"" AT_500
         "\",\"text\":\"x\"},{\"author\":\"b\"}]}",
         AT_500, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_document *boost = line(rows[i].text);
        assert_int_equal(boost->kind, NB__KIND__BOOST);
        assert_null(boost->text);
        assert_null(boost->title);
        assert_null(boost->url);
        assert_null(boost->reply_to);
        assert_int_equal(boost->n_links + boost->n_engagement, 0);
        assert_int_equal(boost->n_quotes, 1);
        assert_string_equal(boost->quotes[0]->url, rows[i].url);
        assert_null(boost->quotes[0]->text);
        assert_slice_equal(nb_field(boost->quotes[0]->author),
                           rows[i].author ? rows[i].author : "");
    }
}

static void a_boost_without_an_id_is_who_passes_on_what(void **state)
{
    (void)state;
    const struct nb_document *a = line("{\"author\":\"can\",\"boost_of\":\"" AT_500 "\"}");
    const struct nb_document *b =
        line("{\"author\":\"can\",\"boost_of\":\"" AT_500 "\",\"text\":\"x\"}");
    const struct nb_document *c = line("{\"author\":\"ece\",\"boost_of\":\"" AT_500 "\"}");
    const struct nb_document *d = line("{\"author\":\"can\",\"boost_of\":\"" AT_500 "1\"}");
    assert_true(same_identity(a, b));
    assert_false(same_identity(a, c));
    assert_false(same_identity(a, d));
}

static void an_empty_boost_of_is_that_of_a_row_that_boosts_nothing(void **state)
{
    (void)state;
    static const char *const values[] = {"\"\"", "\" \"", "null", "false"};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char text[200];
        (void)snprintf(text, sizeof(text), "{\"id\":1,\"text\":\"x\",\"boost_of\":%s}", values[i]);
        const struct nb_document *post = line(text);
        assert_int_equal(post->kind, NB__KIND__POST);
        assert_string_equal(post->text, "x");
        assert_int_equal(post->n_quotes, 0);
    }
}

static void a_boost_of_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"id\":1,\"kind\":\"boost\",\"text\":\"x\"}",
        "{\"id\":1,\"kind\":\"boost\",\"boost_of\":null}",
        "{\"id\":1,\"kind\":\"boost\",\"boost_of\":\"\"}",
        "{\"id\":1,\"text\":\"x\",\"boost_of\":7}",
        "{\"id\":1,\"text\":\"x\",\"boost_of\":{}}",
        "{\"id\":1,\"text\":\"x\",\"boost_of\":[\"" AT_500 "\"]}",
        "{\"id\":1,\"kind\":\"boost\",\"quotes\":[{\"text\":\"x\"}]}",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_document *document = NULL;
        if (nb_import_line(nb_slice_str(rows[i]), &context, arena, &document, &error) !=
            NB_ESYNTAX) {
            fail_msg("read: %s", rows[i]);
        }
        assert_non_null(strstr(nb_error_text(&error), "boost_of"));
    }
}

static void an_archive_tells_boosts(void **state)
{
    (void)state;
    const struct nb_document *boost =
        line("{\"type\":\"Announce\",\"id\":\"" ACTIVITY "\",\"actor\":\"https://uzak.example/users"
             "/can\",\"published\":\"2026-11-20T09:00:00Z\",\"to\":[\"as:Public\"],\"object\":"
             "\"https://toplu.example/users/ada/statuses/500\"}");
    assert_int_equal(boost->kind, NB__KIND__BOOST);
    assert_string_equal(boost->author, "uzak.example/can@uzak.example");
    assert_string_equal(boost->quotes[0]->url, "https://toplu.example/users/ada/statuses/500");
}

static void rows_may_say_how_many_follow(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        int64_t n, read_ms; /* -1: not known */
        const char *source;
    } rows[] = {
        {"\"followers\":120", 120, 1795244400000, "import"},
        {"\"followers\":\"120\",\"followers_read\":\"2026-11-20T07:00:00Z\"", 120, 1795158000000,
         "import"},
        {"\"audience\":7,\"fetched_ms\":1795158000000", 7, 1795158000000, "import"},
        {"\"audience\":{\"followers_n\":7,\"read_ms\":5,\"source\":\"mastodon\"}", 7, 5,
         "mastodon"},
        {"\"followers\":5,\"followers_read\":\"dun gibi\"", 5, 1795244400000, "import"},
        {"\"followers\":-1", -1, 0, NULL},
        {"\"followers\":\"12 bin\"", -1, 0, NULL},
        {"\"followers\":9007199254740993", -1, 0, NULL},
        {"\"followers\":1e3", -1, 0, NULL},
        {"\"audience\":{\"followers_n\":-7}", -1, 0, NULL},
        {"\"audience\":[]", -1, 0, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[1000];
        (void)snprintf(text, sizeof(text), "{\"id\":1,\"author\":\"can\",\"text\":\"x\",%s}",
                       rows[i].members);
        const Nb__Audience *audience = line(text)->audience;
        assert_int_equal(audience ? (int64_t)audience->followers_n : -1, rows[i].n);
        if (audience) {
            assert_int_equal(audience->read_ms, rows[i].read_ms);
            assert_string_equal(audience->source, rows[i].source);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_boost_is_an_act_beside_the_document_it_passes_on),
        cmocka_unit_test(a_boost_is_never_taken_for_what_it_passes_on),
        cmocka_unit_test(who_boosts_is_of_the_own_site_without_an_address),
        cmocka_unit_test(boosts_of_boosts_are_boosts_of_what_was_said),
        cmocka_unit_test(what_is_no_boost_is_none),
        cmocka_unit_test(followers_come_with_what_their_author_says),
        cmocka_unit_test(pages_may_say_how_many_follow_an_author),
        cmocka_unit_test(a_row_with_boost_of_has_no_words_of_its_own),
        cmocka_unit_test(a_boost_without_an_id_is_who_passes_on_what),
        cmocka_unit_test(an_empty_boost_of_is_that_of_a_row_that_boosts_nothing),
        cmocka_unit_test(a_boost_of_nothing_is_refused),
        cmocka_unit_test(an_archive_tells_boosts),
        cmocka_unit_test(rows_may_say_how_many_follow),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
