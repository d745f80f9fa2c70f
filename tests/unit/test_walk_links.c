#include "tests/lib/test.h"

#include <nabiz/arena.h>
#include <nabiz/url.h>

#include "crawler/site/links_impl.h"

static struct nb_link_rules *rules;
static struct nb_error error;

static int set_up(void **state)
{
    (void)state;
    return nb_link_rules_load("config/forums", &rules, &error) == NB_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    nb_link_rules_free(rules);
    return 0;
}

static struct nb_link link_of(const char *address, struct nb_arena *arena)
{
    struct nb_url url;
    struct nb_link link;
    assert_int_equal(nb_url_parse(nb_slice_str(address), NULL, arena, &url), NB_OK);
    assert_int_equal(nb_link_read(rules, &url, arena, &link), NB_OK);
    return link;
}

/* What a row says, as one text: kind, first page, page, and "inner N" for a place inside. */
static const char *describe(const char *address, struct nb_arena *arena)
{
    static const char *const kinds[] = {[NB__PAGE__KIND__LISTING] = "listing",
                                        [NB__PAGE__KIND__THREAD] = "thread",
                                        [NB__PAGE__KIND__ARTICLE] = "article",
                                        [NB__PAGE__KIND__UNKNOWN] = "unknown"};
    struct nb_link link = link_of(address, arena);
    if (link.is_skipped) {
        return "skip";
    }
    size_t host = strlen("https://f.example");
    return nb_arena_printf(arena, "%s %.*s %u%s", kinds[link.kind],
                           NB_ARG(nb_slice_sub(link.first, host, link.first.len)), link.page_n,
                           link.is_inner ? " inner" : "");
}

static const struct {
    const char *address; /* after https://f.example */
    const char *want;
} rows[] = {
    /* XenForo */
    {"/threads/kargo-gelmedi.123/", "thread /threads/kargo-gelmedi.123/ 1"},
    {"/threads/kargo-gelmedi.123", "thread /threads/kargo-gelmedi.123 1"},
    {"/threads/kargo-gelmedi.123/page-7", "thread /threads/kargo-gelmedi.123/ 7"},
    {"/threads/kargo-gelmedi.123/page-7#post-99", "thread /threads/kargo-gelmedi.123/ 7"},
    {"/threads/kargo-gelmedi.123/latest", "thread /threads/kargo-gelmedi.123/ 1 inner"},
    {"/threads/kargo-gelmedi.123/post-456", "thread /threads/kargo-gelmedi.123/ 1 inner"},
    {"/threads/kargo-gelmedi.123/reply?quote=4", "skip"},
    {"/konu/kargo-gelmedi.123/", "thread /konu/kargo-gelmedi.123/ 1"},
    {"/topluluk/konular/kargo.9/page-2", "thread /topluluk/konular/kargo.9/ 2"},
    {"/forums/genel.5/", "listing /forums/genel.5/ 1"},
    {"/forums/genel.5/page-3", "listing /forums/genel.5/ 3"},
    {"/forums/genel.5/?order=view_count&direction=desc", "skip"},
    {"/forums/genel.5/?prefix_id=3", "skip"},
    {"/index.php?threads/kargo.123/page-2", "thread /index.php?threads/kargo.123/ 2"},
    {"/members/ayse.12/", "skip"},
    {"/whats-new/posts/", "skip"},
    {"/login/", "skip"},
    {"/search/5/?q=kargo", "skip"},
    /* phpBB */
    {"/viewtopic.php?f=2&t=17", "thread /viewtopic.php?t=17 1 inner"},
    {"/viewtopic.php?t=17", "thread /viewtopic.php?t=17 1"},
    {"/viewtopic.php?t=17&sid=0123456789abcdef", "thread /viewtopic.php?t=17 1"},
    {"/viewtopic.php?t=17&start=25", "thread /viewtopic.php?t=17 26"},
    {"/viewtopic.php?t=17&view=print", "skip"},
    {"/viewforum.php?f=2&start=50", "listing /viewforum.php?f=2 51"},
    {"/viewforum.php?f=2&sk=t&sd=a", "skip"},
    {"/posting.php?mode=reply&t=17", "skip"},
    {"/memberlist.php?mode=viewprofile&u=3", "skip"},
    /* vBulletin, MyBB, SMF, others */
    {"/showthread.php?t=88&page=4", "thread /showthread.php?t=88 4"},
    {"/showthread.php?88-kargo-gelmedi", "thread /showthread.php?88-kargo-gelmedi 1"},
    {"/showthread.php?88-kargo-gelmedi/page2", "thread /showthread.php?88-kargo-gelmedi 2"},
    {"/showthread.php?tid=4&pid=9#pid9", "thread /showthread.php?tid=4 1 inner"},
    {"/thread-4.html", "thread /thread-4.html 1"},
    {"/forumdisplay.php?f=3&page=2", "listing /forumdisplay.php?f=3 2"},
    {"/forumdisplay.php?f=3&sort=views", "skip"},
    {"/index.php?topic=12.0", "thread /index.php?topic=12 1"},
    {"/index.php?topic=12.25", "thread /index.php?topic=12 26"},
    {"/index.php?topic=12.msg34#new", "thread /index.php?topic=12 1 inner"},
    {"/index.php?board=2.0", "listing /index.php?board=2 1"},
    {"/index.php?action=login", "skip"},
    {"/index.php?action=calendar", "skip"},
    {"/t/kargo-gelmedi/55", "thread /t/kargo-gelmedi/55 1"},
    {"/t/kargo-gelmedi/55/8", "thread /t/kargo-gelmedi/55 1 inner"},
    {"/d/7-kargo", "thread /d/7-kargo 1"},
    {"/topic/31-kargo/?page=2", "thread /topic/31-kargo/ 2"},
    {"/kargo-firmalari--4711?p=3", "thread /kargo-firmalari--4711 3"},
    /* blogs */
    {"/2026/03/kargo-uzerine/", "article /2026/03/kargo-uzerine/ 1"},
    {"/2026/03/kargo-uzerine/#comment-5", "article /2026/03/kargo-uzerine/ 1"},
    {"/2026/03/kargo-uzerine/comment-page-2/", "article /2026/03/kargo-uzerine/ 2"},
    {"/?p=12", "article /?p=12 1"},
    {"/kategori/gezi/page/2/", "listing /kategori/gezi/ 2"},
    {"/2026/03/", "skip"},
    {"/2026/03/05", "skip"},
    {"/etiket/kargo/", "skip"},
    {"/page/3/", "unknown / 3"},
    {"/kargo-uzerine/?replytocom=5", "skip"},
    {"/kargo-uzerine/?utm_source=x", "unknown /kargo-uzerine/ 1"},
    /* traps */
    {"/takvim/2026/5", "skip"},
    {"/etkinlik?month=5&year=2031", "skip"},
    {"/a/b/a/b/a/b", "skip"},
    {"/1/2/3/4/5/6/7/8/9/10/11/12/13", "skip"},
    {"/x?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9", "skip"},
    {"/resim.JPG", "skip"},
    {"/yazdir/12", "skip"},
};

static void addresses_say_what_they_lead_to(void **state)
{
    struct nb_arena *arena = nb_arena_new(1 << 20);
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        nb_arena_reset(arena);
        const char *address = nb_arena_printf(arena, "https://f.example%s", rows[i].address);
        const char *got = describe(address, arena);
        if (strcmp(got, rows[i].want) != 0) {
            print_error("%s: got \"%s\", want \"%s\"\n", rows[i].address, got, rows[i].want);
            wrong++;
        }
    }
    nb_arena_free(arena);
    assert_int_equal(wrong, 0);
}

static void a_page_is_the_same_with_and_without_scheme_and_slash(void **state)
{
    struct nb_id a = nb_link_id(NB_LIT("https://f.example/konu/1/"));
    struct nb_id b = nb_link_id(NB_LIT("http://f.example/konu/1"));
    struct nb_id c = nb_link_id(NB_LIT("http://f.example/konu/12"));
    (void)state;
    assert_memory_equal(a.b, b.b, NB_ID_BYTES);
    assert_memory_not_equal(a.b, c.b, NB_ID_BYTES);
}

static void a_place_inside_has_a_number(void **state)
{
    struct nb_arena *arena = nb_arena_new(1 << 20);
    (void)state;
    struct nb_link link = link_of("https://f.example/threads/a.1/post-456", arena);
    assert_int_equal(link.number, 456);
    link = link_of("https://f.example/threads/a.1/page-2#post-99", arena);
    assert_int_equal(link.number, 99);
    assert_true(nb_slice_eq(link.name, NB_LIT("1")));
    assert_true(nb_slice_eq(link.url, NB_LIT("https://f.example/threads/a.1/page-2")));
    nb_arena_free(arena);
}

static void rules_that_cannot_be_read_are_refused_with_their_line(void **state)
{
    static const char *const texts[] = {"foo bar", "skip a\nthread konu", "page =#", "skip a=1&b"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct nb_link_rules *none = NULL;
        assert_int_equal(nb_link_rules_read(nb_slice_str(texts[i]), "x.links", &none, &error),
                         NB_ESYNTAX);
        assert_null(none);
        assert_non_null(strstr(nb_error_text(&error), "x.links:"));
    }
}

static void stars_without_end_are_given_up(void **state)
{
    static char text[4001];
    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    assert_int_equal(nb_link_glob(NB_LIT("**a**a**a**a**a**b"), nb_slice_str(text), false),
                     NB_NPOS);
    assert_int_equal(nb_link_glob(NB_LIT("/k/*.#/"), NB_LIT("/K/a.b.12/"), false), 10);
    assert_int_equal(nb_link_glob(NB_LIT("####"), NB_LIT("12345"), true), NB_NPOS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_say_what_they_lead_to),
        cmocka_unit_test(a_page_is_the_same_with_and_without_scheme_and_slash),
        cmocka_unit_test(a_place_inside_has_a_number),
        cmocka_unit_test(rules_that_cannot_be_read_are_refused_with_their_line),
        cmocka_unit_test(stars_without_end_are_given_up),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
