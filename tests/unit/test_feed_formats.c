/*
 * JSON Feed, CDF, and what feeds of any format get wrong about encodings, entities and places.
 * RSS and Atom proper are in test_feed.c.
 */
#include "tests/unit/feed_world.h"

#include <nabiz/buf.h>
#include <nabiz/mem.h>

#define JSON_HEAD "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Defter\","

static void json_feed_is_read_whole(void **state)
{
    (void)state;
    const struct nb_feed_entry *e = parse(
        "\n" JSON_HEAD "\"home_page_url\":\"https://blog.example/\",\"feed_url\":\"/feed\","
        "\"description\":\"G\\u00fcndem & b\",\"language\":\"tr\",\"expired\":true,"
        "\"hubs\":[{\"type\":\"rssCloud\",\"url\":\"/c\"},{\"type\":\"WebSub\",\"url\":\"/h\"}],"
        "\"authors\":[{\"name\":\"Genel\",\"url\":\"/genel\"}],\"items\":["
        "{\"id\":\"1\",\"url\":\"/1\",\"external_url\":\"https://haber.example/x\","
        "\"title\":\"R&amp;D <b>\",\"content_html\":\"<p>bir <a href='2'>iki</a></p><p>üç</p>\","
        "\"content_text\":\"yedek\",\"summary\":\"öz\",\"date_published\":\"2026-03-03T11:05:00Z\","
        "\"date_modified\":\"2026-03-03T14:06:00+03:00\",\"tags\":[\"a\",7,\"b\"],"
        "\"authors\":[{\"name\":\"Ayşe\",\"url\":\"/ayse\"},{\"name\":\"Ali\"}],"
        "\"attachments\":[{\"url\":\"/1.mp3\",\"mime_type\":\"audio/mpeg\",\"title\":\"t\"},{}]},"
        "{\"id\":17,\"content_text\":\"bir\\n\\n5 < 6\",\"title\":\"A&amp;B\"},"
        "{\"id\":\"https://blog.example/3\",\"author\":{\"name\":\"Eski\"}},7]}");
    assert_string_equal(feed.format, "json");
    assert_null(feed.bozo);
    assert_slice_equal(feed.title, "Defter");
    assert_slice_equal(feed.link, "https://blog.example/");
    assert_slice_equal(feed.description, "Gündem & b");
    assert_slice_equal(feed.language, "tr");
    assert_slice_equal(feed.hub, "https://blog.example/h");
    assert_int_equal(feed.ttl_s, 7 * 86400);
    assert_int_equal(feed.entries_n, 3);
    assert_slice_equal(e->id, "1");
    assert_slice_equal(e->url, "https://blog.example/1");
    assert_slice_equal(e->title, "R&amp;D <b>");
    assert_slice_equal(e->author, "Ayşe");
    assert_slice_equal(e->author_url, "https://blog.example/ayse");
    assert_slice_equal(e->content, "bir iki\n\nüç");
    assert_slice_equal(e->summary, "öz");
    assert_int_equal(e->published_ms, 1772535900000);
    assert_int_equal(e->updated_ms, 1772535960000);
    assert_int_equal(e->categories_n, 2);
    assert_slice_equal(e->categories[1], "b");
    assert_int_equal(e->links_n, 2);
    assert_slice_equal(e->links[0].url, "https://haber.example/x");
    assert_slice_equal(e->links[1].url, "https://blog.example/2");
    assert_int_equal(e->enclosures_n, 1);
    assert_slice_equal(e->enclosures[0].text, "audio/mpeg");
    assert_slice_equal(e[1].id, "17");
    assert_slice_equal(e[1].title, "A&B");
    assert_slice_equal(e[1].content, "bir\n\n5 < 6");
    assert_slice_equal(e[1].author, "Genel");
    assert_slice_equal(e[2].url, "https://blog.example/3");
    assert_slice_equal(e[2].author, "Eski");
}

static void broken_json_is_repaired_without_losing_items(void **state)
{
    (void)state;
    static const struct {
        const char *items; /* after "items":[ */
        size_t n;
        const char *title; /* of the first */
    } rows[] = {
        {"{\"title\":\"bir\niki\"},]}", 1, "bir iki"},
        {"{\"title\":\"a\\qb\",},]}", 1, "aqb"},
        {"{\"title\":\"\\ud800x \\ud83d\\ude00\"}]}", 1, "\uFFFDx 😀"},
        {"{\"title\":\"a\"},{\"title\":\"kes", 2, "a"},
        {"{\"title\":\"a\"},{\"title\":", 2, "a"},
        {"{\"title\":\"a\"},{\"title\"", 2, "a"},
        {"{\"title\":\"a\",\"id\":tru", 1, "a"},
        {"{\"title\":\"a\"}]}}]<!-- önbellek -->", 1, "a"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text), JSON_HEAD "\"items\":[%s", rows[i].items);
        const struct nb_feed_entry *e = parse(text);
        assert_non_null(feed.bozo);
        assert_int_equal(feed.entries_n, rows[i].n);
        assert_slice_equal(e->title, rows[i].title);
    }
}

static void json_is_weighed_before_it_is_read(void **state)
{
    (void)state;
    struct nb_buf deep, wide;
    nb_buf_init(&deep, 1 << 20);
    nb_buf_init(&wide, 1 << 22);
    nb_buf_add_str(&deep, JSON_HEAD "\"items\":");
    nb_buf_add_str(&wide, JSON_HEAD "\"items\":[1");
    for (int i = 0; i < 300000; i++) {
        nb_buf_add_byte(&deep, '[');
        nb_buf_add_str(&wide, ",{}");
    }
    assert_int_equal(parse_bytes(nb_buf_slice(&deep), ""), NB_ETOOBIG);
    assert_int_equal(parse_bytes(nb_buf_slice(&wide), ""), NB_ETOOBIG);
    nb_buf_fini(&deep);
    nb_buf_fini(&wide);
    /* brackets in a string weigh nothing */
    char brackets[501] = {0}, text[1024];
    memset(brackets, '[', sizeof(brackets) - 1);
    (void)snprintf(text, sizeof(text), JSON_HEAD "\"items\":[{\"title\":\"\\\"%s\"}]}", brackets);
    (void)parse(text);
    assert_null(feed.bozo);
    assert_int_equal(feed.entries_n, 1);
}

static void json_that_is_no_feed_is_named(void **state)
{
    (void)state;
    static const char *const rows[] = {"{}", "{\"items\":[]}", "{\"title\":\"x\",\"version\":1}",
                                       "{", "{]"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(parse_bytes(nb_slice_str(rows[i]), "application/json"), NB_ESYNTAX);
        assert_non_null(strstr(error.text, "JSON"));
    }
}

static void cdf_is_read(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse("<?xml version='1.0'?><!DOCTYPE Channel SYSTEM 'http://x.example/cdf.dtd'>"
              "<CHANNEL HREF='index.html' BASE='https://blog.example/k/' "
              "LASTMOD='2026-03-01T00:00'><TITLE>Kanal</TITLE><ABSTRACT>Gündem</ABSTRACT>"
              "<LOGO HREF='l.gif' STYLE='ICON'/><SCHEDULE><INTERVALTIME DAY='1'/></SCHEDULE>"
              "<ITEM HREF='1.html' LASTMOD='2026-03-03T14:05:00+03:00'><TITLE>Bir</TITLE>"
              "<ABSTRACT>öz</ABSTRACT></ITEM>"
              "<CHANNEL><TITLE>alt kanal</TITLE><ITEM><A HREF='2.html'>x</A></ITEM></CHANNEL>"
              "</CHANNEL>");
    assert_string_equal(feed.format, "cdf");
    assert_null(feed.bozo);
    assert_slice_equal(feed.title, "Kanal");
    assert_slice_equal(feed.description, "Gündem");
    assert_slice_equal(feed.link, "https://blog.example/index.html");
    assert_int_equal(feed.entries_n, 2);
    assert_slice_equal(e->title, "Bir");
    assert_slice_equal(e->url, "https://blog.example/k/1.html");
    assert_slice_equal(e->summary, "öz");
    assert_int_equal(e->updated_ms, 1772535900000);
    assert_slice_equal(e[1].url, "https://blog.example/k/2.html");
}

static void base64_is_decoded_when_it_is_text(void **state)
{
    (void)state;
    static const struct {
        const char *attributes;
        const char *text;
        const char *content;
    } rows[] = {
        {"mode='base64'", "PGI+xLEgJmx0OyA8\nL2I+YQ==", "ı < a"},
        {"mode='base64' type='text/plain'", "PGI+YQ==", "<b>a"},
        {"type='application/octet-stream'", " PGI+YQ ", "a"},
        {"type='image/png'", "PGI+YQ==", ""},
        {"mode='base64' type='image/png'", "PGI+YQ==", ""},
        {"mode='base64'", "*", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text),
                       "<feed xmlns='http://purl.org/atom/ns#'><entry><content %s>%s</content>"
                       "</entry></feed>",
                       rows[i].attributes, rows[i].text);
        assert_slice_equal(parse(text)->content, rows[i].content);
    }
}

static void utf_32_is_decoded(void **state)
{
    (void)state;
    static const char text[] = "<rss><channel><item><title>\xc5\x9f</title></item></channel></rss>";
    for (int big = 0; big < 2; big++) {
        for (int mark = 0; mark < 2; mark++) {
            unsigned char bytes[4 * sizeof(text)] = {0};
            size_t n = 0;
            struct nb_slice s = NB_LIT(text);
            for (size_t i = 0; i < s.len || (mark && n == 0);) {
                uint32_t c = mark && n == 0 ? 0xfeff : nb_utf8_next(s, &i);
                bytes[n + (big ? 3 : 0)] = (unsigned char)c;
                bytes[n + (big ? 2 : 1)] = (unsigned char)(c >> 8);
                n += 4;
            }
            assert_int_equal(parse_bytes(nb_slice(bytes, n), ""), NB_OK);
            assert_null(feed.bozo);
            assert_slice_equal(feed.entries[0].title, "ş");
        }
    }
}

static void turkish_that_calls_itself_latin_1_arrives_whole(void **state)
{
    (void)state;
    static const struct {
        const char *prolog;
        const char *type;
        const char *bytes;
        const char *title;
    } rows[] = {
        {"<?xml version='1.0' encoding='iso-8859-1'?>", "", "\xddstanbul'da \xfe\xfdk \xe7\xf6p",
         "İstanbul'da şık çöp"},
        {"", "text/xml; charset=ISO-8859-1", "da\xf0\xfdt\xfdm", "dağıtım"},
        {"<?xml version='1.0' encoding='windows-1252'?>", "", "k\xe2\xf0\xfdt", "kâğıt"},
        {"<?xml version='1.0' encoding='iso-8859-1'?>", "",
         "\xde"
         "etta er ekki sl\xe6mt, \xfe\xe1 er g\xf3\xf0",
         "Þetta er ekki slæmt, þá er góð"},
        {"<?xml version='1.0' encoding='iso-8859-1'?>", "", "caf\xe9 \xfc", "café ü"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text),
                       "%s<rss><channel><item><title>%s</title></item></channel></rss>",
                       rows[i].prolog, rows[i].bytes);
        assert_int_equal(parse_bytes(nb_slice_str(text), rows[i].type), NB_OK);
        assert_slice_equal(feed.entries[0].title, rows[i].title);
    }
}

static void doubts_about_the_encoding_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *type;
        const char *says; /* NULL: nothing is wrong */
    } rows[] = {
        {"<rss/>", "text/plain; charset=utf-8", "text/plain"},
        {"<rss><channel><title>da\xf0\xfdt\xfdm</title></channel></rss>", "", "windows-1254"},
        {"<rss><channel><title>ş</title></channel></rss>", "", NULL},
        {"<rss><channel><title>a</title></channel></rss>", "application/xml", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(parse_bytes(nb_slice_str(rows[i].text), rows[i].type), NB_OK);
        if (rows[i].says) {
            assert_non_null(feed.bozo);
            assert_non_null(strstr(feed.bozo, rows[i].says));
        } else {
            assert_null(feed.bozo);
        }
    }
}

static void only_short_entities_of_the_document_stand_for_their_text(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse("<!DOCTYPE rss [<!ENTITY ad \"Turna\"><!ENTITY % p 'x'><!ENTITY iki '&ad;&ad;'>"
              "<!ENTITY dis SYSTEM 'file:///etc/passwd'>]><rss><channel><item>"
              "<title>&ad; &amp; &ad;</title></item></channel></rss>");
    assert_null(feed.bozo);
    assert_slice_equal(e->title, "Turna & Turna");

    struct nb_buf bomb;
    nb_buf_init(&bomb, 1 << 20);
    nb_buf_add_str(&bomb, "<!DOCTYPE rss [<!ENTITY a '");
    for (int i = 0; i < 200; i++) {
        nb_buf_add_byte(&bomb, 'a');
    }
    nb_buf_add_str(&bomb, "'>]><rss><channel><title>");
    for (int i = 0; i < 10000; i++) {
        nb_buf_add_str(&bomb, "&a;");
    }
    assert_int_equal(parse_bytes(nb_buf_slice(&bomb), ""), NB_ETOOBIG);
    nb_buf_fini(&bomb);
}

static void odd_habits_of_rss_and_atom_are_understood(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse("<r:rss xmlns:r='http://blog.example/own' xmlns:o='http://blog.example/other' "
              "xmlns:itunes='http://www.itunes.com/DTDs/Podcast-1.0.dtd'><r:channel>"
              "<itunes:summary>Yayın</itunes:summary><r:item><o:description>yanlış</o:description>"
              "<r:description>bütün</r:description><r:summary>öz</r:summary>"
              "<r:tags>bir, iki</r:tags><itunes:category text='Üç'/></r:item></r:channel></r:rss>");
    assert_slice_equal(feed.description, "Yayın");
    assert_slice_equal(e->summary, "öz");
    assert_slice_equal(e->content, "bütün");
    assert_int_equal(e->categories_n, 3);
    assert_slice_equal(e->categories[1], "iki");
    assert_slice_equal(e->categories[2], "Üç");

    e = parse("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://yazar.example/a/'>"
              "<entry><created>2026-01-01T00:00:00Z</created><id>/1</id>"
              "<link rel='enclosure' type='audio/ogg'>/1.ogg</link><link>1</link>"
              "<author><name>A</name><homepage>/a</homepage></author>"
              "<published>2026-03-03T11:05:00Z</published><created>2026-01-02T00:00:00Z</created>"
              "<content type='html'><div>bir &lt;b&gt;iki&lt;/b&gt;</div></content></entry>"
              "<entry><author><uri>/b</uri></author></entry></feed>");
    assert_slice_equal(e[1].author_url, "https://yazar.example/b");
    assert_slice_equal(e->id, "https://yazar.example/1");
    assert_slice_equal(e->url, "https://yazar.example/a/1");
    assert_slice_equal(e->author_url, "https://yazar.example/a");
    assert_int_equal(e->enclosures_n, 1);
    assert_slice_equal(e->enclosures[0].url, "https://yazar.example/1.ogg");
    assert_slice_equal(e->enclosures[0].text, "audio/ogg");
    assert_int_equal(e->published_ms, 1772535900000);
    assert_slice_equal(e->content, "bir iki");
}

static void the_better_of_two_elements_counts_in_any_order(void **state)
{
    (void)state;
    static const char *const links[] = {
        "<link rel='alternate' type='application/json' href='/1.json'/>",
        "<link rel='alternate' type='text/html' href='/1'/>",
        "<link rel='alternate' type='text/html' hreflang='en' href='/1-en'/>",
    };
    for (size_t first = 0; first < 2; first++) {
        char text[1024];
        (void)snprintf(text, sizeof(text),
                       "<feed xmlns='http://www.w3.org/2005/Atom'>%s%s<entry>%s%s%s</entry></feed>",
                       links[first], links[1 - first], links[first], links[1 - first], links[2]);
        assert_slice_equal(parse(text)->url, "https://blog.example/1");
        assert_slice_equal(feed.link, "https://blog.example/1");

        static const char *const texts[] = {"<description>asıl</description>",
                                            "<itunes:summary>öbürü</itunes:summary>"};
        (void)snprintf(text, sizeof(text), "<rss><channel>%s%s</channel></rss>", texts[first],
                       texts[1 - first]);
        (void)parse(text);
        assert_slice_equal(feed.description, "asıl");
    }
}

static void markup_may_have_a_base_of_its_own(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse("<feed xmlns='http://www.w3.org/2005/Atom'><entry xml:base='/a/'>"
              "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
              "<p xml:base='b/'><a href='1'>x</a></p><a href='2'>y</a></div></content></entry>"
              "</feed>");
    assert_int_equal(e->links_n, 2);
    assert_slice_equal(e->links[0].url, "https://blog.example/a/b/1");
    assert_slice_equal(e->links[1].url, "https://blog.example/a/2");
}

/* Every allocation in turn fails: the answer is "out of memory" or the feed, never anything else.
 */
static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    static const char *const texts[] = {
        JSON_HEAD "\"items\":[{\"title\":\"a\",\"tags\":[\"b\"],\"content_html\":\"<p>c\",},]}",
        "<CHANNEL BASE='/k/'><ITEM HREF='1'><TITLE>a</TITLE></ITEM></CHANNEL>",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (size_t limit = 4096; limit < 65536; limit += 64) {
            struct nb_arena *small = nb_arena_new(limit);
            enum nb_err err = nb_feed_parse(nb_slice_str(texts[i]), NB_LIT("https://a.example/"),
                                            NB_LIT(""), &dates, small, &feed, NULL);
            assert_true(err == NB_ENOMEM || (err == NB_OK && feed.entries_n == 1));
            nb_arena_free(small);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_feed_is_read_whole),
        cmocka_unit_test(broken_json_is_repaired_without_losing_items),
        cmocka_unit_test(json_is_weighed_before_it_is_read),
        cmocka_unit_test(json_that_is_no_feed_is_named),
        cmocka_unit_test(cdf_is_read),
        cmocka_unit_test(base64_is_decoded_when_it_is_text),
        cmocka_unit_test(utf_32_is_decoded),
        cmocka_unit_test(turkish_that_calls_itself_latin_1_arrives_whole),
        cmocka_unit_test(doubts_about_the_encoding_are_told),
        cmocka_unit_test(only_short_entities_of_the_document_stand_for_their_text),
        cmocka_unit_test(odd_habits_of_rss_and_atom_are_understood),
        cmocka_unit_test(the_better_of_two_elements_counts_in_any_order),
        cmocka_unit_test(markup_may_have_a_base_of_its_own),
        cmocka_unit_test(running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
