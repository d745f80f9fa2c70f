#include "tests/unit/feed_world.h"

#include <nabiz/buf.h>

#define RSS_HEAD                                                                                   \
    "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "                              \
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' "                                    \
    "xmlns:slash='http://purl.org/rss/1.0/modules/slash/' "                                        \
    "xmlns:atom='http://www.w3.org/2005/Atom'><channel>"
#define RSS_TAIL "</channel></rss>"
#define ATOM_HEAD                                                                                  \
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'" \
    " xml:lang='tr'>"

static void rss_is_read_with_its_usual_extensions(void **state)
{
    (void)state;
    const struct nb_feed_entry *e = parse(
        "<?xml version='1.0'?>" RSS_HEAD
        "<title>Mahalle &amp;amp; Gazetesi</title><link>https://blog.example/</link>"
        "<description>Gündem</description><language>tr</language><ttl>60</ttl>"
        "<skipHours><hour>3</hour><hour> 24 </hour><hour>25</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>monday</day><day>gun</day></skipDays>"
        "<image><title>logo</title><url>x.png</url><link>y</link></image>"
        "<atom:link rel='self' href='https://blog.example/feed.xml'/>"
        "<atom:link rel='hub' href='https://hub.example/'/>"
        "<item><title>Bir &lt;b&gt;iki&lt;/b&gt;</title><link>/1</link>"
        "<guid isPermaLink='false'>k-1</guid><dc:creator>Ayşe</dc:creator>"
        "<author>a@blog.example (Başka)</author>"
        "<pubDate>Tue, 03 Mar 2026 14:05:00 +0300</pubDate><category>haber</category>"
        "<category>kargo</category><comments>/1#yorum</comments><slash:comments>7</slash:comments>"
        "<enclosure url='/1.mp3' type='audio/mpeg' length='1'/>"
        "<description>&lt;p&gt;kısa&lt;/p&gt;</description>"
        "<content:encoded><![CDATA[<p>bir <a href='/2'>iki</a></p><p>üç</p>]]>"
        "</content:encoded></item>" RSS_TAIL);
    assert_string_equal(feed.format, "rss");
    assert_null(feed.bozo);
    assert_slice_equal(feed.title, "Mahalle & Gazetesi");
    assert_slice_equal(feed.link, "https://blog.example/");
    assert_slice_equal(feed.description, "Gündem");
    assert_slice_equal(feed.language, "tr");
    assert_slice_equal(feed.hub, "https://hub.example/");
    assert_int_equal(feed.ttl_s, 3600);
    assert_int_equal(feed.skip_hours, 1 << 3 | 1);
    assert_int_equal(feed.skip_days, 1 << 6 | 1);
    assert_int_equal(feed.entries_n, 1);
    assert_slice_equal(e->title, "Bir iki");
    assert_slice_equal(e->url, "https://blog.example/1");
    assert_slice_equal(e->id, "k-1");
    assert_slice_equal(e->author, "Ayşe");
    assert_int_equal(e->published_ms, 1772535900000);
    assert_int_equal(e->updated_ms, -1);
    assert_int_equal(e->categories_n, 2);
    assert_slice_equal(e->categories[1], "kargo");
    assert_slice_equal(e->comments_url, "https://blog.example/1#yorum");
    assert_int_equal(e->comments_n, 7);
    assert_int_equal(e->enclosures_n, 1);
    assert_slice_equal(e->enclosures[0].url, "https://blog.example/1.mp3");
    assert_slice_equal(e->enclosures[0].text, "audio/mpeg");
    assert_slice_equal(e->summary, "kısa");
    assert_slice_equal(e->content, "bir iki\n\nüç");
    assert_int_equal(e->links_n, 1);
    assert_slice_equal(e->links[0].url, "https://blog.example/2");
}

static void atom_is_read_with_threads_and_bases(void **state)
{
    (void)state;
    const struct nb_feed_entry *e = parse(
        ATOM_HEAD
        "<title type='text'>A &lt;b&gt; &amp; C</title><subtitle>alt</subtitle>"
        "<link href='https://blog.example/'/><author><name>Genel</name></author>"
        "<entry xml:base='https://blog.example/y/'><id>tag:blog.example,2026:1</id>"
        "<title type='html'>bir &lt;i&gt;iki&lt;/i&gt;</title>"
        "<link rel='replies' type='application/atom+xml' href='r' thr:count='3'/>"
        "<link rel='alternate' href='1'/><link rel='enclosure' type='image/png' href='1.png'/>"
        "<author><name>Ali</name><uri>/ali</uri></author>"
        "<thr:in-reply-to ref='tag:x' href='/0'/>"
        "<published>2026-03-03T11:05:00Z</published><updated>2026-03-03T14:06:00+03:00</updated>"
        "<category term='t' label='Etiket'/><summary>özet</summary>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>5 &lt; 6 "
        "<a href='2'>bağ</a></p><p>son</p></div></content></entry>"
        "<entry><title>öksüz</title><link href='/o'/></entry></feed>");
    assert_string_equal(feed.format, "atom");
    assert_null(feed.bozo);
    assert_slice_equal(feed.title, "A <b> & C");
    assert_slice_equal(feed.description, "alt");
    assert_slice_equal(feed.language, "tr");
    assert_int_equal(feed.entries_n, 2);
    assert_slice_equal(e->id, "tag:blog.example,2026:1");
    assert_slice_equal(e->title, "bir iki");
    assert_slice_equal(e->url, "https://blog.example/y/1");
    assert_slice_equal(e->author, "Ali");
    assert_slice_equal(e->author_url, "https://blog.example/ali");
    assert_slice_equal(e->reply_to, "https://blog.example/0");
    assert_int_equal(e->comments_n, 3);
    assert_int_equal(e->published_ms, 1772535900000);
    assert_int_equal(e->updated_ms, 1772535960000);
    assert_slice_equal(e->categories[0], "Etiket");
    assert_slice_equal(e->summary, "özet");
    assert_slice_equal(e->content, "5 < 6 bağ\n\nson");
    assert_slice_equal(e->links[0].url, "https://blog.example/y/2");
    assert_slice_equal(e->enclosures[0].url, "https://blog.example/y/1.png");
    assert_slice_equal(e[1].author, "Genel");
}

static void rss_1_falls_out_of_the_same_rules(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
              "xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
              "<channel rdf:about='c'><title>K</title></channel>"
              "<item rdf:about='https://blog.example/9'><title>dokuz</title>"
              "<dc:date>2026-03-03T11:05:00Z</dc:date></item></rdf:RDF>");
    assert_string_equal(feed.format, "rdf");
    assert_slice_equal(feed.title, "K");
    assert_slice_equal(e->url, "https://blog.example/9");
    assert_int_equal(e->published_ms, 1772535900000);
}

static void broken_markup_is_repaired_without_losing_items(void **state)
{
    (void)state;
    static const struct {
        const char *items;
        size_t n;
        const char *title; /* of the last item */
        const char *text;
    } rows[] = {
        {"<item><title>A & B</title></item>", 1, "A & B", ""},
        {"<item><title>x?a=1&b=2</title></item>", 1, "x?a=1&b=2", ""},
        {"<item><title>G&uuml;n&nbsp;1</title></item>", 1, "Gün 1", ""},
        {"<item><title>a</title><description>b <br> c</b></description></item>"
         "<item><title>d</title></item>",
         2, "d", ""},
        {"<item><title>a<item><title>b</title>", 2, "b", ""},
        {"<item><title>a<link>/x<description>b</item>", 1, "a", "b"},
        {"<item><title>1 < 2</title></item>", 1, "1 < 2", ""},
        {"<item><title>a</title><description><![CDATA[kesik", 1, "a", "kesik"},
        {"<item><title>a</title><enclosure url=http://x.example/a length=3></item>"
         "<item><title>b</title></item>",
         2, "b", ""},
        {"<item><title>&#11;a&#xFFFE;</title></item>", 1, "a", ""},
        {"<item><title foo='1' foo='2'>iki</title></item>", 1, "iki", ""},
        {"<item><title>a</title></item></channel></channel>", 1, "a", ""},
        {"<item><media:x>?</media:x><title>önek</title></item>", 1, "önek", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[1024];
        (void)snprintf(text, sizeof(text), "%s%s", RSS_HEAD, rows[i].items);
        const struct nb_feed_entry *e = parse(text);
        assert_int_equal(feed.entries_n, rows[i].n);
        assert_non_null(feed.bozo);
        assert_slice_equal(e[rows[i].n - 1].title, rows[i].title);
        assert_slice_equal(e[rows[i].n - 1].summary, rows[i].text);
    }
}

static void people_are_named_without_their_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *author;
        const char *name;
    } rows[] = {
        {"ali@blog.example (Ali Veli)", "Ali Veli"},
        {"Ali Veli (ali@blog.example)", "Ali Veli"},
        {"Ali Veli &lt;ali@blog.example&gt;", "Ali Veli"},
        {"Ali (Veli)", "Ali (Veli)"},
        {"ali@blog.example", "ali@blog.example"},
        {"ali@blog.example ()", "ali@blog.example ()"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text),
                       RSS_HEAD "<item><dc:creator><![CDATA[%s]]></dc:creator>"
                                "</item>" RSS_TAIL,
                       rows[i].author);
        assert_slice_equal(parse(text)->author, rows[i].name);
    }
}

static void binary_content_is_no_text(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse(ATOM_HEAD "<entry><content type='image/png'>aGF5xLFy</content></entry>"
                        "<entry><content type='text/plain'>evet</content></entry></feed>");
    assert_slice_equal(e[0].content, "");
    assert_slice_equal(e[1].content, "evet");
}

static void an_item_is_kept_whatever_it_lacks(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse(RSS_HEAD "<item/><item><guid>https://blog.example/g</guid></item>"
                       "<item><pubDate>dün gibi</pubDate><link>:</link></item>" RSS_TAIL);
    assert_int_equal(feed.entries_n, 3);
    assert_slice_equal(e[0].title, "");
    assert_slice_equal(e[1].url, "https://blog.example/g");
    assert_int_equal(e[2].published_ms, -1);
}

static void what_is_no_feed_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } rows[] = {
        {"", "empty"},
        {"  \n ", "empty"},
        {"<!DOCTYPE html><html><title>x</title>", "web page"},
        {"{\"version\": \"https://blog.example/version/1\"}", "JSON"},
        {"[1, 2]", "JSON"},
        {"merhaba", "no markup"},
        {"<svg/>", "<svg>"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(parse_bytes(nb_slice_str(rows[i].text), ""), NB_ESYNTAX);
        assert_non_null(strstr(error.text, rows[i].says));
    }
}

static void what_stands_in_front_of_a_feed_is_skipped(void **state)
{
    (void)state;
    static const char *const fronts[] = {
        "Warning: x\n<?xml version='1.0'?>",
        "<br />\n<b>Warning</b>: y<br />",
        "<!DOCTYPE rss [<!ENTITY a 'b>'><!-- > ]> --> ]>",
        "<!-- a --><?xml-stylesheet href='>'?>",
    };
    for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text), "%s<rss><channel><item><title>a", fronts[i]);
        (void)parse(text);
        assert_int_equal(feed.entries_n, 1);
    }
}

static void entities_of_a_document_type_are_never_expanded(void **state)
{
    (void)state;
    const struct nb_feed_entry *e =
        parse("<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'AAAAAAAAAA'>"
              "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
              "<rss><channel><item><title>&b;|&f;</title></item></channel></rss>");
    assert_slice_equal(e->title, "&b;|&f;");
}

static void depth_and_memory_are_bounded(void **state)
{
    (void)state;
    struct nb_buf deep;
    nb_buf_init(&deep, 1 << 20);
    nb_buf_add_str(&deep, "<rss><channel><item><description>");
    for (int i = 0; i < 20000; i++) {
        nb_buf_add_str(&deep, "<div>");
    }
    assert_int_equal(parse_bytes(nb_buf_slice(&deep), ""), NB_ETOOBIG);
    nb_buf_fini(&deep);
    struct nb_arena *small = nb_arena_new(40000);
    struct nb_buf wide;
    nb_buf_init(&wide, 1 << 20);
    nb_buf_add_str(&wide, "<rss><channel>");
    for (int i = 0; i < 3000; i++) {
        nb_buf_add_str(&wide, "<item><title>a</title></item>");
    }
    assert_int_equal(nb_feed_parse(nb_buf_slice(&wide), NB_LIT("https://a.example/"), NB_LIT(""),
                                   &dates, small, &feed, &error),
                     NB_ENOMEM);
    nb_buf_fini(&wide);
    nb_arena_free(small);
}

static void a_tag_of_many_attributes_is_not_shown_to_libxml2(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t entries_n;
    } rows[] = {{"", 1}, {"<!-- ' -->", 1}, {"<![CDATA[<a ']]>", 1}, {"<?p '?>", 1}, {"<a '>", 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_buf wide;
        nb_buf_init(&wide, 1 << 20);
        nb_buf_addf(&wide, "<rss><channel>%s<item ", rows[i].before);
        for (int k = 0; k < 5000; k++) {
            nb_buf_addf(&wide, "a%d=\"'\" ", k);
        }
        nb_buf_add_str(&wide, "><title>a</title></item></channel></rss>");
        assert_int_equal(parse_bytes(nb_buf_slice(&wide), ""), NB_OK);
        assert_non_null(feed.bozo);
        assert_non_null(strstr(feed.bozo, "very many attributes"));
        assert_int_equal(feed.entries_n, rows[i].entries_n);
        nb_buf_fini(&wide);
    }
}

static void open_namespaces_are_bounded(void **state)
{
    (void)state;
    static const struct {
        int depth;
        enum nb_err want;
    } rows[] = {{10, NB_OK}, {100, NB_ETOOBIG}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_buf text;
        nb_buf_init(&text, 1 << 20);
        nb_buf_add_str(&text, "<rss><channel>");
        for (int n = 0; n < rows[i].depth * 5; n++) {
            nb_buf_addf(&text, n % 5 ? " xmlns:p%d='u'%s" : "<x xmlns:p%d='u'%s", n,
                        n % 5 == 4 ? ">" : "");
        }
        for (int n = 0; n < rows[i].depth; n++) {
            nb_buf_add_str(&text, "</x>");
        }
        nb_buf_add_str(&text, "<item><title>a</title></item></channel></rss>");
        assert_int_equal(parse_bytes(nb_buf_slice(&text), ""), rows[i].want);
        nb_buf_fini(&text);
    }
}

static void turkish_in_an_eight_bit_set_arrives_whole(void **state)
{
    (void)state;
    static const char text[] = "<?xml version='1.0' encoding='iso-8859-9'?><rss><channel><item>"
                               "<title>\xdd\xfe\xe7i \xf0\xfc\xfd</title></item></channel></rss>";
    assert_int_equal(parse_bytes(nb_slice_str(text), "text/xml"), NB_OK);
    assert_slice_equal(feed.entries[0].title, "İşçi ğüı");
    assert_null(feed.bozo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rss_is_read_with_its_usual_extensions),
        cmocka_unit_test(atom_is_read_with_threads_and_bases),
        cmocka_unit_test(rss_1_falls_out_of_the_same_rules),
        cmocka_unit_test(broken_markup_is_repaired_without_losing_items),
        cmocka_unit_test(people_are_named_without_their_addresses),
        cmocka_unit_test(binary_content_is_no_text),
        cmocka_unit_test(an_item_is_kept_whatever_it_lacks),
        cmocka_unit_test(what_is_no_feed_is_named),
        cmocka_unit_test(what_stands_in_front_of_a_feed_is_skipped),
        cmocka_unit_test(entities_of_a_document_type_are_never_expanded),
        cmocka_unit_test(depth_and_memory_are_bounded),
        cmocka_unit_test(a_tag_of_many_attributes_is_not_shown_to_libxml2),
        cmocka_unit_test(open_namespaces_are_bounded),
        cmocka_unit_test(turkish_in_an_eight_bit_set_arrives_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
