/* Threads of engines that nobody described: posts found by what repeats. */
#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/page.h>

#include "crawler/page/when.h"

static struct nb_arena *arena;
static struct nb_date_words *words;
static struct nb_date_context dates = {.now_ms = 1767225600000, .offset_min = 0};

static int set_up(void **state)
{
    struct nb_error error;
    (void)state;
    arena = nb_arena_new((size_t)1 << 31);
    assert_int_equal(nb_date_words_load("lexicons/dates.txt", &words, &error), NB_OK);
    dates.words = words;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_date_words_free(words);
    nb_arena_free(arena);
    return 0;
}

static enum nb_err read_slice(struct nb_slice html, const char *url, struct nb_page *page)
{
    struct nb_error error = {0};
    struct nb_page_options options = {NULL, &dates, NB_PAGE_KIND_AUTO};
    nb_arena_reset(arena);
    return nb_page_read(html, nb_slice_str(url), NB_LIT("text/html; charset=utf-8"), &options,
                        arena, page, &error);
}

static struct nb_page read_thread(const char *html)
{
    struct nb_page page;
    assert_int_equal(read_slice(nb_slice_str(html), "https://yer.example/forum/7", &page), NB_OK);
    assert_int_equal(page.kind, NB_PAGE_KIND_THREAD);
    return page;
}

static void check_post(const struct nb_page_post *post, const char *author, int64_t at_ms,
                       const char *text)
{
    assert_slice_equal(post->author, author);
    assert_int_equal(post->published_ms, at_ms);
    assert_slice_equal(post->text, text);
}

/* In old forums the name, the text and the buttons of a post are rows of their own. */
static void rows_beside_each_other_make_one_post(void **state)
{
    (void)state;
    struct nb_page page = read_thread(
        "<table><tr><th colspan=2>Kombi sesi</th></tr>"
        "<tr id=m1><td class=bg1><b>poyraz</b><br>Yeni \xC3\xBCye</td><td>#1 "
        "yaz\xC4\xB1ld\xC4\xB1: "
        "3 Mart 2025, <span>14:05</span></td></tr>"
        "<tr class=govde><td><div>Kombi gece \xC3\xA7ok ses yap\xC4\xB1yor, sizde de var m\xC4\xB1?"
        "</div></td></tr><tr><td><a href=/yanit/1>Yan\xC4\xB1tla</a></td></tr>"
        "<tr id=m2><td class=bg2><b>lodos</b><br>Usta</td><td>#2 yaz\xC4\xB1ld\xC4\xB1: 4 Mart "
        "2025, <span>09:30</span></td></tr>"
        "<tr class=govde><td><div>Pompas\xC4\xB1 eskimi\xC5\x9F olabilir, bakt\xC4\xB1r derim."
        "</div></td></tr><tr><td><a href=/yanit/2>Yan\xC4\xB1tla</a></td></tr>"
        "<tr id=m3><td class=bg1><b>poyraz</b><br>Yeni \xC3\xBCye</td><td>#3 "
        "yaz\xC4\xB1ld\xC4\xB1: "
        "4 Mart 2025, <span>21:10</span></td></tr>"
        "<tr class=govde><td><div>Pompa de\xC4\x9Fi\xC5\x9Fti, ses kesildi.</div></td></tr>"
        "<tr><td><a href=/yanit/3>Yan\xC4\xB1tla</a></td></tr></table>");
    assert_int_equal(page.posts_n, 3);
    check_post(&page.posts[0], "poyraz", 1741010700000,
               "Kombi gece \xC3\xA7ok ses yap\xC4\xB1yor, sizde de var m\xC4\xB1?");
    check_post(&page.posts[1], "lodos", 1741080600000,
               "Pompas\xC4\xB1 eskimi\xC5\x9F olabilir, bakt\xC4\xB1r derim.");
    check_post(&page.posts[2], "poyraz", 1741122600000,
               "Pompa de\xC4\x9Fi\xC5\x9Fti, ses kesildi.");
    assert_slice_equal(page.posts[1].id, "m2");
}

/* The text has no element of its own: labels, names, dates and buttons are taken out of it. */
static void text_between_other_things_is_the_text(void **state)
{
    (void)state;
    struct nb_page page = read_thread(
        "<div class=satir><i>1</i><strong>Ece</strong> diyor ki:<br><span><time "
        "datetime='2025-03-03T10:00:00Z'>3 Mart</time></span><br>Bu tencere "
        "dibini tutuyor, iade ettim.<br><a href=#y>YANITLA</a></div>"
        "<div class=satir><i>2</i><strong>Can</strong> diyor ki:<br><span><time "
        "datetime='2025-03-04T10:00:00Z'>4 Mart</time></span><br>Bende bir "
        "sorun olmad\xC4\xB1, k\xC4\xB1s\xC4\xB1k ate\xC5\x9F iste.<br><a href=#y>YANITLA</a></div>"
        "<div class=satir><i>3</i><strong>Ece</strong> diyor ki:<br><span><time "
        "datetime='2025-03-05T10:00:00Z'>5 Mart</time></span><br>Deneyece\xC4\x9Fim, "
        "te\xC5\x9F"
        "ekk\xC3\xBCrler.<br><a href=#y>YANITLA</a></div>");
    assert_int_equal(page.posts_n, 3);
    check_post(&page.posts[1], "Can", 1741082400000,
               "Bende bir sorun olmad\xC4\xB1, k\xC4\xB1s\xC4\xB1k ate\xC5\x9F iste.");
}

/* The day somebody joined is in each of their posts too; those of a thread ascend. */
static void when_somebody_joined_is_not_when_they_wrote(void **state)
{
    (void)state;
    struct nb_page page = read_thread(
        "<div class=p><div class=kim><a href=/profil/1>alize</a><p>\xC3\x9Cyelik:<br>21 Ocak "
        "2013</p></div><div class=ne><p class=z>20 Nisan 2024 11:17 (d\xC3\xBCzenleme: 21 Nisan "
        "2024 12:00)</p><div class=m>Yeni kart\xC4\xB1m d\xC3\xBCn geldi, kurulumu kolay."
        "<div class=signature>alize.example</div></div></div></div>"
        "<div class=p><div class=kim><a href=/profil/2>meltem</a><p>\xC3\x9Cyelik:<br>18 Ekim "
        "2016</p></div><div class=ne><p class=z>20 Nisan 2024 11:20</p><div "
        "class=m>Hay\xC4\xB1rl\xC4\xB1 "
        "olsun, s\xC3\xBCr\xC3\xBC"
        "c\xC3\xBCy\xC3\xBC g\xC3\xBCncelle.</div></div></div>"
        "<div class=p><div class=kim><a href=/profil/1>alize</a><p>\xC3\x9Cyelik:<br>21 Ocak "
        "2013</p></div><div class=ne><p class=z>20 Nisan 2024 12:40</p><div class=m><blockquote>"
        "<cite>meltem</cite> g\xC3\xBCncelle</blockquote>G\xC3\xBCncelledim, \xC5\x9Fimdi daha "
        "h\xC4\xB1zl\xC4\xB1.</div></div></div>");
    assert_int_equal(page.posts_n, 3);
    check_post(&page.posts[0], "alize", 1713611820000,
               "Yeni kart\xC4\xB1m d\xC3\xBCn geldi, kurulumu kolay.");
    assert_slice_equal(page.posts[0].author_url, "https://yer.example/profil/1");
    check_post(&page.posts[2], "alize", 1713616800000,
               "G\xC3\xBCncelledim, \xC5\x9Fimdi daha h\xC4\xB1zl\xC4\xB1.");
    assert_int_equal(page.posts[2].quotes_n, 1);
    assert_slice_equal(page.posts[2].quotes[0].author, "meltem");
    assert_slice_equal(page.posts[2].quotes[0].text, "g\xC3\xBCncelle");
}

/* An answer may lie inside what it answers. */
static void answers_within_answers_are_posts_of_their_own(void **state)
{
    (void)state;
    struct nb_page page = read_thread(
        "<div class=c><div class=h><a class=user href=/u/ada>ada</a> <time "
        "datetime=2025-05-01T08:00:00Z>1 May</time></div><div class=t>Bu \xC5\x9F"
        "ampuan sa\xC3\xA7\xC4\xB1m\xC4\xB1 "
        "kuruttu.</div><div class=k><div class=c><div class=h><a class=user href=/u/boz>boz</a> "
        "<time datetime=2025-05-01T09:00:00Z>1 May</time></div><div class=t>Bende de \xC3\xB6yle "
        "oldu, b\xC4\xB1rakt\xC4\xB1m.</div></div></div></div>"
        "<div class=c><div class=h><a class=user href=/u/cem>cem</a> <time "
        "datetime=2025-05-02T08:00:00Z>2 May</time></div><div class=t>Ben memnunum, kokusu da "
        "g\xC3\xBCzel.</div></div>");
    assert_int_equal(page.posts_n, 3);
    check_post(&page.posts[0], "ada", 1746086400000,
               "Bu \xC5\x9F"
               "ampuan sa\xC3\xA7\xC4\xB1m\xC4\xB1 kuruttu.");
    check_post(&page.posts[1], "boz", 1746090000000,
               "Bende de \xC3\xB6yle oldu, b\xC4\xB1rakt\xC4\xB1m.");
}

/* For readers without programs; pictures that come later are in <noscript> too. */
static void posts_that_stand_in_for_programs_are_read(void **state)
{
    (void)state;
    struct nb_page page = read_thread(
        "<div id=app></div><noscript><h1>Kombi</h1>"
        "<div class=p><a class=user href=/u/1>ada</a><time datetime=2025-05-01>1 May</time>"
        "<p class=t>Bu kombi \xC3\xA7ok ses yap\xC4\xB1yor.</p></div>"
        "<div class=p><a class=user href=/u/2>boz</a><time datetime=2025-05-02>2 May</time>"
        "<p class=t>Pompas\xC4\xB1na baksalar iyi olur.</p></div></noscript>");
    assert_int_equal(page.posts_n, 2);
    assert_slice_equal(page.posts[1].author, "boz");
}

static void teasers_that_lead_elsewhere_are_no_thread(void **state)
{
    (void)state;
    struct nb_page page;
    static const char html[] =
        "<div class=y><h2><a href=/a>Sahil yolu a\xC3\xA7\xC4\xB1ld\xC4\xB1</a></h2><a "
        "class=author "
        "href=/yazar/1>Ada Deniz</a> <time datetime=2025-05-01>1 May</time><p>Belediye sahil "
        "yolunu bug\xC3\xBCn trafi\xC4\x9F"
        "e a\xC3\xA7t\xC4\xB1.</p></div>"
        "<div class=y><h2><a href=/b>Vapur saatleri de\xC4\x9Fi\xC5\x9Fti</a></h2><a class=author "
        "href=/yazar/2>Can Deniz</a> <time datetime=2025-05-02>2 May</time><p>Yeni tarife "
        "pazartesi ba\xC5\x9Fl\xC4\xB1yor.</p></div>"
        "<div class=y><h2><a href=/c>Pazar yeri ta\xC5\x9F\xC4\xB1nd\xC4\xB1</a></h2><a "
        "class=author "
        "href=/yazar/1>Ada Deniz</a> <time datetime=2025-05-03>3 May</time><p>Pazar art\xC4\xB1k "
        "alt sokakta kurulacak.</p></div>";
    assert_int_equal(read_slice(NB_LIT(html), "https://gazete.example/", &page), NB_OK);
    assert_int_equal(page.kind, NB_PAGE_KIND_ARTICLE);
}

/* Programs write the posts; only JSON-LD has them. */
static void posts_are_read_from_json_ld_where_the_page_has_none(void **state)
{
    (void)state;
    struct nb_page page = read_thread(
        "<script type='application/ld+json'>{\"@context\":\"https://schema.org\",\"@graph\":[{"
        "\"@type\":\"WebPage\"},{\"@type\":\"DiscussionForumPosting\",\"headline\":\"Kombi sesi\","
        "\"url\":\"/konu/7\",\"text\":\"Kombi ses yap\u0131yor.\",\"author\":{\"@type\":\"Person\","
        "\"name\":\"poyraz\",\"url\":\"/u/1\"},\"datePublished\":\"2025-03-03T14:05:00Z\","
        "\"interactionStatistic\":[{\"interactionType\":\"https://schema.org/LikeAction\","
        "\"userInteractionCount\":3}],\"comment\":[{\"@type\":\"Comment\",\"url\":\"/konu/7#2\","
        "\"text\":\"<p>Pompaya bak.</p><p>Eskimi\u015ftir.</p>\",\"author\":\"lodos\","
        "\"dateCreated\":\"2025-03-04T09:30:00Z\"},]}]}</script><div id=app></div>");
    assert_slice_equal(page.engine, "json-ld");
    assert_slice_equal(page.title, "Kombi sesi");
    assert_int_equal(page.posts_n, 2);
    check_post(&page.posts[0], "poyraz", 1741010700000, "Kombi ses yap\xC4\xB1yor.");
    assert_int_equal(page.posts[0].likes, 3);
    check_post(&page.posts[1], "lodos", 1741080600000, "Pompaya bak.\n\nEskimi\xC5\x9Ftir.");
    assert_slice_equal(page.posts[1].reply_to, "https://yer.example/konu/7");
}

static void a_thread_without_posts_is_what_it_says_of_itself(void **state)
{
    (void)state;
    static const char html[] =
        "<meta property=og:description content='Kombi gece \xC3\xA7ok ses yap\xC4\xB1yor, servis "
        "iki kez "
        "geldi ve bir \xC5\x9F"
        "ey bulamad\xC4\xB1; sizde de var m\xC4\xB1, ne yapt\xC4\xB1n\xC4\xB1z?'>"
        "<div id=app>Y\xC3\xBCkleniyor</div>";
    struct nb_page page;
    assert_int_equal(read_slice(NB_LIT(html), "https://yer.example/forum/7", &page), NB_OK);
    assert_true(nb_slice_starts(page.text, NB_LIT("Kombi gece")));
    assert_int_equal(read_slice(NB_LIT(html), "https://yer.example/urun/7", &page), NB_OK);
    assert_slice_equal(page.text, "Y\xC3\xBCkleniyor");
}

static void the_order_of_day_and_month_is_that_of_the_page(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        bool month_first;
    } rows[] = {
        {"<p>03/04/2020<p>11/14/2020", true},
        {"<p>03-04-2020<p>Joined 11-14-2019", true},
        {"<p>03/04/2020<p>14/11/2020<p>11/14/2020", false},
        {"<p>03/04/2020", false},
        {"<p>1/2/3 4/20/x 192-20-2020", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_dom dom;
        nb_arena_reset(arena);
        assert_int_equal(nb_dom_parse(nb_slice_str(rows[i].html), arena, &dom), NB_OK);
        assert_int_equal(nb_page_month_first(&dom), rows[i].month_first);
    }
    assert_int_equal(nb_page_when(NB_LIT("#12 posted 03/04/2020, 10:00"), &dates, true),
                     1583316000000);
    assert_int_equal(nb_page_when(NB_LIT("03/04/2020 10:00"), &dates, false), 1585908000000);
    assert_int_equal(nb_page_when(NB_LIT("no date"), &dates, false), -1);
}

/* Many dates of many kinds, one in the other: bounded by the limits of the tree. */
static void hostile_repetition_ends(void **state)
{
    static const char *const parts[] = {"<div><time datetime=2025-05-01>x</time>a b c d e f g h",
                                        "<p>3 Mart 2025 yirmi harften uzun bir metin",
                                        "<tr><td>1.2.2020<td>uzun uzun bir metin daha</tr>"};
    (void)state;
    for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
        struct nb_page page;
        struct nb_buf buf;
        nb_buf_init(&buf, (size_t)1 << 24);
        nb_buf_add_str(&buf, "<table>");
        for (size_t i = 0; i < 60000; i++) {
            char kind[32];
            (void)snprintf(kind, sizeof(kind), "<i class=k%c>", (char)('a' + i % 26));
            nb_buf_add_str(&buf, parts[k]);
            nb_buf_add_str(&buf, i % 3 ? "" : kind);
        }
        enum nb_err err = read_slice(nb_buf_slice(&buf), "https://yer.example/forum/1", &page);
        assert_true(err == NB_OK || err == NB_ENOTFOUND);
        assert_true(err != NB_OK || page.posts_n <= NB_PAGE_POSTS_MAX + 1);
        nb_buf_fini(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_beside_each_other_make_one_post),
        cmocka_unit_test(text_between_other_things_is_the_text),
        cmocka_unit_test(when_somebody_joined_is_not_when_they_wrote),
        cmocka_unit_test(answers_within_answers_are_posts_of_their_own),
        cmocka_unit_test(posts_that_stand_in_for_programs_are_read),
        cmocka_unit_test(teasers_that_lead_elsewhere_are_no_thread),
        cmocka_unit_test(posts_are_read_from_json_ld_where_the_page_has_none),
        cmocka_unit_test(a_thread_without_posts_is_what_it_says_of_itself),
        cmocka_unit_test(the_order_of_day_and_month_is_that_of_the_page),
        cmocka_unit_test(hostile_repetition_ends),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
