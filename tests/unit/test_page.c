/* Pages: the tree, selectors, what a page says of itself, articles, threads, what repeats. */
#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/page.h>
#include <nabiz/text.h>

#include "crawler/page/dom.h"
#include "crawler/page/render.h"
#include "crawler/page/select.h"

static struct nb_arena *arena;
static struct nb_page_profiles *profiles;
static const struct nb_date_context dates = {.now_ms = 1767225600000, .offset_min = 180};

static int set_up(void **state)
{
    struct nb_error error;
    (void)state;
    arena = nb_arena_new((size_t)1 << 30);
    assert_int_equal(nb_page_profiles_load("config/forums", &profiles, &error), NB_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_page_profiles_free(profiles);
    nb_arena_free(arena);
    return 0;
}

static struct nb_dom parse(const char *html)
{
    struct nb_dom dom;
    nb_arena_reset(arena);
    assert_int_equal(nb_dom_parse(nb_slice_str(html), arena, &dom), NB_OK);
    return dom;
}

static struct nb_page read_as(const char *html, enum nb_page_kind kind)
{
    struct nb_page page;
    struct nb_error error = {0};
    struct nb_page_options options = {profiles, &dates, kind};
    nb_arena_reset(arena);
    assert_int_equal(nb_page_read(nb_slice_str(html), NB_LIT("https://gazete.example/haber/1"),
                                  NB_LIT("text/html; charset=utf-8"), &options, arena, &page,
                                  &error),
                     NB_OK);
    return page;
}

/* ---- the tree ---- */

static void every_node_ends_behind_what_is_below_it(void **state)
{
    (void)state;
    struct nb_dom dom = parse("<div><p>bir<b>iki</b><p>uc</div><ul><li>dort<li>bes</ul>");
    for (uint32_t i = 1; i < dom.n; i++) {
        uint32_t parent = dom.nodes[i].parent;
        assert_true(parent < i);
        assert_true(dom.nodes[i].end > i && dom.nodes[i].end <= dom.nodes[parent].end);
        assert_int_equal(dom.nodes[i].depth, dom.nodes[parent].depth + 1);
    }
    uint32_t p = nb_dom_find(&dom, 0, 0, NB_TAG_P);
    assert_int_equal(dom.nodes[nb_dom_find(&dom, 0, p, NB_TAG_P)].depth, dom.nodes[p].depth);
}

static void nesting_without_end_is_cut(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_dom dom;
    nb_buf_init(&buf, 1 << 24);
    for (int i = 0; i < 1000000; i++) {
        nb_buf_add_str(&buf, "<div>");
    }
    nb_arena_reset(arena);
    assert_int_equal(nb_dom_parse(nb_buf_slice(&buf), arena, &dom), NB_OK);
    assert_true(dom.is_cut);
    assert_true(dom.n <= NB_DOM_DEPTH_MAX + 2);
    nb_buf_fini(&buf);
}

static void a_page_of_many_small_elements_is_cut(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_dom dom;
    nb_buf_init(&buf, 1 << 24);
    for (int i = 0; i < 400000; i++) {
        nb_buf_add_str(&buf, "<br>a");
    }
    nb_arena_reset(arena);
    assert_int_equal(nb_dom_parse(nb_buf_slice(&buf), arena, &dom), NB_OK);
    assert_true(dom.is_cut);
    assert_true(dom.n <= NB_DOM_NODES_MAX);
    nb_buf_fini(&buf);
}

static void programs_are_not_kept_but_json_ld_is(void **state)
{
    (void)state;
    struct nb_dom dom = parse("<script>var a = '<p>';</script><style>p{}</style>"
                              "<script type='application/ld+json'>{\"a\":1}</script><p>x</p>");
    size_t texts = 0;
    for (uint32_t i = 1; i < dom.n; i++) {
        texts += dom.nodes[i].tag == NB_TAG_TEXT;
    }
    assert_int_equal(texts, 2);
}

static void memory_that_runs_out_is_said(void **state)
{
    (void)state;
    struct nb_arena *small = nb_arena_new(2000);
    struct nb_dom dom;
    assert_int_equal(nb_dom_parse(NB_LIT("<p>a<p>b<p>c<p>d"), small, &dom), NB_ENOMEM);
    nb_arena_free(small);
}

/* ---- selectors ---- */

static size_t count(const struct nb_dom *dom, const char *text)
{
    const struct nb_selector *selector;
    struct nb_error error = {0};
    size_t n = 0;
    assert_int_equal(nb_selector_compile(nb_slice_str(text), arena, &selector, &error), NB_OK);
    for (uint32_t i = 0; (i = nb_selector_next(selector, dom, 0, i)) != 0;) {
        n++;
    }
    return n;
}

static void selectors_mean_what_css_means(void **state)
{
    static const struct {
        const char *selector;
        size_t n;
    } rows[] = {
        {"p", 3},
        {"P", 3},
        {".post", 2},
        {".POST", 2},
        {"#a1", 1},
        {"div.post.alt", 1},
        {"div p", 2},
        {"div > p", 2},
        {"div > b", 0},
        {".post > p, h1", 3},
        {"[data-id]", 2},
        {"[data-id=7]", 1},
        {"[data-id=\"7\"]", 1},
        {"a[href^=/u/]", 1},
        {"a[href$=\"/ali\"]", 1},
        {"a[href*=u]", 1},
        {"section .post p a", 1},
        {"section > .post > p > a", 1},
        {"section > p > a", 0},
        {"table", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_dom dom =
            parse("<section><h1>x</h1><div class='post' id=a1 data-id=7><p><a href='/u/ali'>a</a>"
                  "</p></div><div class='post alt' data-id=8><p>b</p></div><p>c</p></section>");
        assert_int_equal(count(&dom, rows[i].selector), rows[i].n);
    }
}

static void a_selector_that_is_not_understood_says_where(void **state)
{
    static const char *const bad[] = {"", ".", "#", "p >", "[a", "[a^]", "p..b", "a, ", "p & b"};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct nb_selector *selector;
        struct nb_error error = {0};
        nb_arena_reset(arena);
        assert_int_equal(nb_selector_compile(nb_slice_str(bad[i]), arena, &selector, &error),
                         NB_ESYNTAX);
        assert_non_null(strstr(nb_error_text(&error), "column"));
    }
}

/* ---- text ---- */

static void blocks_become_paragraphs_and_items_lines(void **state)
{
    static const struct {
        const char *html, *text;
    } rows[] = {
        {"<p>a  b</p><p>c</p>", "a b\n\nc"},
        {"a<br>b<br><br><br>c", "a\nb\n\nc"},
        {"<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"},
        {"<ol><li>a<li>b<ol><li>c</ol><li>d</ol>", "1. a\n2. b\n\n1. c\n\n3. d"},
        {"<pre>a\n  b</pre>", "a\nb"},
        {"<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"},
        {"a&nbsp;&shy;b&amp;c", "a b&c"},
        {"<p>a<span> b</span>c", "a bc"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_dom dom = parse(rows[i].html);
        struct nb_slice text;
        struct nb_buf buf;
        nb_buf_init(&buf, 1000);
        nb_page_render(&dom, 0, NULL, &buf);
        assert_int_equal(nb_page_rendered(&buf, arena, &text), NB_OK);
        assert_slice_equal(text, rows[i].text);
        nb_buf_fini(&buf);
    }
}

/* ---- articles ---- */

#define SENTENCE                                                                                   \
    "Belediye, sahil yolunda bu hafta ba\xC5\x9Flayan onar\xC4\xB1m\xC4\xB1n may\xC4\xB1s "        \
    "ay\xC4\xB1na "                                                                                \
    "kadar s\xC3\xBCrece\xC4\x9Fini, yolun bu arada tek y\xC3\xB6nl\xC3\xBC "                      \
    "olaca\xC4\x9F\xC4\xB1n\xC4\xB1 "                                                              \
    "duyurdu. "

static const char news[] =
    "<html lang=tr><head><title>Yol kapand\xC4\xB1 - Gazete</title>"
    "<meta property=og:title content='Yol kapand\xC4\xB1'>"
    "<meta property=og:type content=article><meta property=og:site_name content=Gazete>"
    "<link rel=canonical href=/haber/yol>"
    "<link rel=alternate type='application/rss+xml' title=Haberler href=/rss>"
    "<script type='application/ld+json'>{\"@graph\":[{\"@type\":\"WebPage\",\"name\":\"x\"},"
    "{\"@type\":[\"NewsArticle\"],\"headline\":\"Yol kapand&#305;\",\"author\":[{\"name\":"
    "\"Ay\xC5\x9F"
    "e Kaya\"},{\"name\":\"Can Tan\"}],"
    "\"datePublished\":\"2025-12-30T10:00:00+03:00\",}]}</script></head><body>"
    "<nav><a href=/>Ana sayfa</a></nav><div class='sosyal share'>Payla\xC5\x9F</div>"
    "<article><h1>Yol kapand\xC4\xB1</h1><p>" SENTENCE SENTENCE "</p><p>" SENTENCE SENTENCE
    "<a href='/duyuru'>Duyuru</a></p><ul><li>" SENTENCE "</ul></article>"
    "<aside>\xC3\x87ok okunanlar</aside><div id=comments>yorumlar kapal\xC4\xB1</div>"
    "<footer>Her hak sakl\xC4\xB1 "
    "durur</footer></body></html>";

static void an_article_is_its_text_and_nothing_else(void **state)
{
    (void)state;
    struct nb_page page = read_as(news, NB_PAGE_KIND_AUTO);
    assert_int_equal(page.kind, NB_PAGE_KIND_ARTICLE);
    static const char *const not_content[] = {"Ana sayfa", "Payla", "okunanlar", "yorumlar",
                                              "Her "};
    for (size_t i = 0; i < sizeof(not_content) / sizeof(not_content[0]); i++) {
        assert_int_equal(nb_slice_find(page.text, nb_slice_str(not_content[i]), 0), NB_NPOS);
    }
    assert_true(nb_slice_find(page.text, NB_LIT("\n\n- Belediye"), 0) != NB_NPOS);
    assert_true(page.text.len > 5 * (sizeof(SENTENCE) - 2));
}

static void an_article_says_who_wrote_it_and_when(void **state)
{
    (void)state;
    struct nb_page page = read_as(news, NB_PAGE_KIND_AUTO);
    assert_slice_equal(page.title, "Yol kapand\xC4\xB1");
    assert_slice_equal(page.author, "Ay\xC5\x9F"
                                    "e Kaya, Can Tan");
    assert_int_equal(page.published_ms, 1767078000000);
    assert_int_equal(page.modified_ms, -1);
    assert_slice_equal(page.language, "tr");
    assert_slice_equal(page.site, "Gazete");
    assert_slice_equal(page.canonical, "https://gazete.example/haber/yol");
    assert_int_equal(page.links_n, 1);
    assert_slice_equal(page.links[0].url, "https://gazete.example/duyuru");
    assert_slice_equal(page.links[0].text, "Duyuru");
    assert_int_equal(page.feeds_n, 1);
    assert_slice_equal(page.feeds[0].url, "https://gazete.example/rss");
}

static void comments_below_an_article_are_not_its_text(void **state)
{
    (void)state;
    struct nb_page page = read_as(
        "<meta property=og:type content=article><body><article><p>" SENTENCE SENTENCE
        "</p><p>" SENTENCE SENTENCE "</p></article><div id=comments><ol class=comment-list>"
        "<li class=comment id=comment-3><div class=comment-author><b class=fn>Efe</b></div>"
        "<div class=comment-metadata><a href='#comment-3'><time datetime='2025-12-31T08:00:00Z'>"
        "d\xC3\xBCn</time></a></div><div class=comment-content><p>Bence ge\xC3\xA7 "
        "oldu.</div></li></ol></div>",
        NB_PAGE_KIND_AUTO);
    assert_int_equal(page.kind, NB_PAGE_KIND_ARTICLE);
    assert_int_equal(nb_slice_find(page.text, NB_LIT("Bence"), 0), NB_NPOS);
    assert_int_equal(page.posts_n, 1);
    assert_slice_equal(page.posts[0].author, "Efe");
    assert_slice_equal(page.posts[0].id, "comment-3");
    assert_int_equal(page.posts[0].published_ms, 1767168000000);
    assert_slice_equal(page.posts[0].url, "https://gazete.example/haber/1#comment-3");
}

static void markup_that_calls_everything_bad_still_has_a_text(void **state)
{
    (void)state;
    struct nb_page page =
        read_as("<body class=sidebar><div class='share ad popup'><p>" SENTENCE SENTENCE SENTENCE
                "</p></div></body>",
                NB_PAGE_KIND_AUTO);
    assert_true(nb_slice_starts(page.text, NB_LIT("Belediye")));
}

static void a_page_without_text_is_refused(void **state)
{
    (void)state;
    struct nb_page page;
    struct nb_error error = {0};
    struct nb_page_options options = {profiles, &dates, NB_PAGE_KIND_AUTO};
    static const char *const empty[] = {"", "<html><body></body></html>", "<script>x</script>"};
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
        nb_arena_reset(arena);
        assert_int_equal(nb_page_read(nb_slice_str(empty[i]), NB_LIT("https://a.example/"),
                                      NB_LIT(""), &options, arena, &page, &error),
                         NB_ENOTFOUND);
    }
    assert_int_equal(
        nb_page_read(NB_LIT("<p>x"), NB_LIT("/yol"), NB_LIT(""), &options, arena, &page, &error),
        NB_ESYNTAX);
}

/* ---- threads ---- */

static void posts_are_read_by_the_profile_of_their_engine(void **state)
{
    (void)state;
    struct nb_page page = read_as(
        "<h1 class=p-title-value>Modem \xC3\xB6nerisi</h1>"
        "<article class='message message--post' data-author=deniz data-content=post-11>"
        "<h4 class=message-name><a href='/uye/deniz.5/' class=username>deniz</a></h4>"
        "<div class=message-attribution><a href='/konu/1/post-11'><time "
        "datetime='2025-12-29T20:15:00+0300'>Pazartesi</time></a></div>"
        "<div class=message-content><div class=bbWrapper>Hangi modem?</div></div>"
        "<div class=message-signature>imza</div></article>"
        "<article class='message message--post' data-author=mert data-content=post-12>"
        "<time datetime='2025-12-29T20:30:00+0300'>x</time><div class=message-content>"
        "<div class=bbWrapper><blockquote class='bbCodeBlock--quote' data-quote=deniz "
        "data-source='post: 11'>Hangi modem?</blockquote>Kablolu olan.</div></div></article>"
        "<a class='pageNav-jump--next' href='page-2'>Sonraki</a>",
        NB_PAGE_KIND_AUTO);
    assert_int_equal(page.kind, NB_PAGE_KIND_THREAD);
    assert_slice_equal(page.engine, "xenforo");
    assert_slice_equal(page.title, "Modem \xC3\xB6nerisi");
    assert_slice_equal(page.next_page, "https://gazete.example/haber/page-2");
    assert_int_equal(page.posts_n, 2);
    assert_slice_equal(page.posts[0].id, "post-11");
    assert_slice_equal(page.posts[0].author, "deniz");
    assert_slice_equal(page.posts[0].author_url, "https://gazete.example/uye/deniz.5/");
    assert_slice_equal(page.posts[0].url, "https://gazete.example/konu/1/post-11");
    assert_int_equal(page.posts[0].published_ms, 1767028500000);
    assert_slice_equal(page.posts[0].text, "Hangi modem?");
    assert_int_equal(page.posts[0].quotes_n, 0);
    assert_slice_equal(page.posts[1].text, "Kablolu olan.");
    assert_int_equal(page.posts[1].quotes_n, 1);
    assert_slice_equal(page.posts[1].quotes[0].author, "deniz");
    assert_slice_equal(page.posts[1].quotes[0].post_id, "post: 11");
    assert_slice_equal(page.posts[1].quotes[0].text, "Hangi modem?");
}

static void entries_of_an_unknown_engine_are_found_by_what_repeats(void **state)
{
    (void)state;
    struct nb_page page = read_as(
        "<h1>sahil yolu</h1><ul class=liste>"
        "<li class='girdi g1'><div class=yazi>Her sabah ayn\xC4\xB1 kuyruk, alternatif yol da "
        "yok.</div><a class=author href='/biri/kum'>kum</a> <a href=/1>30.12.2025 09:10</a></li>"
        "<li class='girdi g2'><div class=yazi>\xC3\x87ift \xC5\x9F"
        "erit olsa bu kadar "
        "beklemezdik san\xC4\xB1r\xC4\xB1m.</div><a class=author href='/biri/tuz'>tuz</a> "
        "<a href=/2>30.12.2025 11:45 ~ 12:01</a></li>"
        "<li class='girdi g3'><div class=yazi>Vapurla gidiyorum, \xC3\xA7ok daha "
        "rahat.</div><a class=author href='/biri/su'>su</a> <a href=/3>31.12.2025 "
        "18:30</a></li></ul>",
        NB_PAGE_KIND_AUTO);
    assert_int_equal(page.kind, NB_PAGE_KIND_THREAD);
    assert_int_equal(page.posts_n, 3);
    assert_slice_equal(page.posts[1].author, "tuz");
    assert_slice_equal(page.posts[1].author_url, "https://gazete.example/biri/tuz");
    assert_int_equal(page.posts[1].published_ms, 1767084300000);
    assert_slice_equal(page.posts[2].text, "Vapurla gidiyorum, \xC3\xA7ok daha rahat.");
}

static void a_broken_profile_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"post .a\n", "a.forum:1"},
        {"engine x\npost .a\nnothing .b\n", "a.forum:3"},
        {"engine x\n# note\n\npost .a[\n", "a.forum:4"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *dir = nbt_tmpdir();
        char *path = nbt_path(dir, "a.forum");
        struct nb_page_profiles *none;
        struct nb_error error = {0};
        nbt_write_file(path, nb_slice_str(rows[i].text));
        assert_int_equal(nb_page_profiles_load(dir, &none, &error), NB_ESYNTAX);
        assert_non_null(strstr(nb_error_text(&error), rows[i].says));
        assert_null(none);
        free(path);
        nbt_rmdir(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_node_ends_behind_what_is_below_it),
        cmocka_unit_test(nesting_without_end_is_cut),
        cmocka_unit_test(a_page_of_many_small_elements_is_cut),
        cmocka_unit_test(programs_are_not_kept_but_json_ld_is),
        cmocka_unit_test(memory_that_runs_out_is_said),
        cmocka_unit_test(selectors_mean_what_css_means),
        cmocka_unit_test(a_selector_that_is_not_understood_says_where),
        cmocka_unit_test(blocks_become_paragraphs_and_items_lines),
        cmocka_unit_test(an_article_is_its_text_and_nothing_else),
        cmocka_unit_test(an_article_says_who_wrote_it_and_when),
        cmocka_unit_test(comments_below_an_article_are_not_its_text),
        cmocka_unit_test(markup_that_calls_everything_bad_still_has_a_text),
        cmocka_unit_test(a_page_without_text_is_refused),
        cmocka_unit_test(posts_are_read_by_the_profile_of_their_engine),
        cmocka_unit_test(entries_of_an_unknown_engine_are_found_by_what_repeats),
        cmocka_unit_test(a_broken_profile_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
