/* Pages: what is their content and what is around it; pages that mean harm. */
#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/page.h>
#include <nabiz/text.h>

static struct nb_arena *arena;
static struct nb_page_profiles *profiles;
static const struct nb_date_context dates = {.now_ms = 1767225600000, .offset_min = 180};

static int set_up(void **state)
{
    (void)state;
    arena = nb_arena_new((size_t)1 << 30);
    assert_int_equal(nb_page_profiles_load("config/forums", &profiles, NULL), NB_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_page_profiles_free(profiles);
    nb_arena_free(arena);
    return 0;
}

static enum nb_err read_bytes(struct nb_slice html, struct nb_page *page)
{
    struct nb_page_options options = {profiles, &dates, NB_PAGE_KIND_AUTO};
    nb_arena_reset(arena);
    return nb_page_read(html, NB_LIT("https://dukkan.example/p/1"), NB_LIT("text/html"), &options,
                        arena, page, NULL);
}

static bool has(struct nb_slice text, const char *part)
{
    return nb_slice_find(text, nb_slice_str(part), 0) != NB_NPOS;
}

/* ---- what is around the content ---- */

#define LONG_A                                                                                     \
    "<p>The harbour road will stay closed until autumn, the city said on Monday, and buses go by " \
    "the upper road until then. Shops along the quay say that they lost half of their summer.</p>"
#define LONG_B                                                                                     \
    "<p>Repairs begin in September with the retaining wall; asphalt follows before the winter. "   \
    "Two tenders had failed, one for want of bidders and one after an objection.</p>"
#define CONSENT                                                                                    \
    "<div id='onetrust-consent-sdk'><p>We and our partners store information on a device, such "   \
    "as cookies, and process personal data for advertising, measurement and development.</p>"      \
    "<p>Strictly necessary cookies are always active and cannot be switched off in our systems; "  \
    "they are set in response to what you do, and for nothing else, as a rule.</p></div>"
#define CARD(name)                                                                                 \
    "<li><a href='/p/" name "'><img src='" name ".jpg'>" name " kettle</a><span>249</span></li>"
#define SHELF "<h2>Others bought</h2><ul>" CARD("blue") CARD("red") CARD("green") "</ul>"

#define TEASER(name, day)                                                                          \
    "<div class='teaser'><a class='author' href='/author/" name "'>" name "</a> <span>" day        \
    " May 2026</span><p>Tells in a minute what the " name " of the sea are for.</p></div>"

static const struct content_row {
    const char *why, *html, *has, *has_not;
} content_rows[] = {
    {"a panel that asks for consent is not the page, though it is most of it",
     "<body>" CONSENT CONSENT "<main><h1>Harbour</h1><p>A short note on the harbour.</p></main>",
     "short note", "partners"},
    {"a navigation that nobody closed holds the page",
     "<body><nav><div><a href=/>Home</a><main><h1>Harbour</h1>" LONG_A LONG_B "</main>",
     "retaining wall", NULL},
    {"captions are not the text of an article",
     "<meta property='og:type' content='article'><article>" LONG_A
     "<figure><img><figcaption>The quay in June. Photo: A. Liman</figcaption></figure>" LONG_B
     "</article>",
     "retaining wall", "Photo"},
    {"a product is not the other products, nor what others say of it",
     "<body><h1>Copper kettle</h1><form action='/cart/add'><button>Buy</button></form>" LONG_A
     "<div class='product-reviews'>" LONG_B "</div>" SHELF,
     "harbour road", "tenders"},
    {"what stands there once for each size of screen is taken once",
     "<body><h1>Kettle</h1><form action='/cart/add'><button>Buy</button></form>"
     "<div class=wide><p>Holds a litre and a half.</p></div>"
     "<div class=narrow><p>Holds a litre and a half.</p></div>" LONG_A,
     "Holds a litre and a half.", "half.\n\nHolds"},
    {"where scripts would bring the text, the shop's own description is taken",
     "<script type='application/ld+json'>{\"@type\":\"Product\",\"name\":\"Kettle\","
     "\"description\":\"Copper outside and tin inside, it holds a litre and a half, whistles when "
     "the water boils, and keeps it warm for an hour on the stove.\"}</script>"
     "<body><div id=root></div><p>Shop of kettles, Quay Street 5.</p>",
     "whistles when", "Quay Street"},
    {"a list of many things is all of them, not only the text for search engines below",
     "<body><div><form action='/cart/add'><a href=1>Blue kettle</a></form></div>"
     "<div><form action='/cart/add'><a href=2>Red kettle</a></form></div>"
     "<div itemscope itemtype='https://schema.org/Product'><a href=3>Tin kettle</a></div>"
     "<div itemscope itemtype='https://schema.org/Product'><a href=4>Old kettle</a></div>"
     "<div itemscope itemtype='https://schema.org/Product'><a href=5>Big kettle</a></div>" LONG_A
         LONG_B LONG_A,
     "Tin kettle", NULL},
    {"what repeats around an article is not a thread",
     "<body><h1>Harbour</h1><div class=body>" LONG_A LONG_B LONG_A LONG_B LONG_A LONG_B LONG_A
     "</div><div class=more>" TEASER("Nets", "1") TEASER("Ropes", "2") TEASER("Oars", "3")
         TEASER("Sails", "4") "</div>",
     "retaining wall", NULL},
    {"questions of a FAQ do not make a thread",
     "<script type='application/ld+json'>{\"@type\":\"FAQPage\",\"mainEntity\":[{\"@type\":"
     "\"Question\",\"name\":\"Which?\"}]}</script><main><h1>Kettles</h1>" LONG_A LONG_B "</main>",
     "harbour road", NULL},
};

static void content_is_told_from_what_is_around_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(content_rows) / sizeof(content_rows[0]); i++) {
        const struct content_row *row = &content_rows[i];
        struct nb_page page;
        print_message("    %s\n", row->why);
        assert_int_equal(read_bytes(nb_slice_str(row->html), &page), NB_OK);
        assert_int_equal(page.kind, NB_PAGE_KIND_ARTICLE);
        assert_true(has(page.text, row->has));
        assert_false(row->has_not && has(page.text, row->has_not));
    }
}

/* ---- pages that mean harm ---- */

/* It ends, before whoever runs the tests loses patience, and within the memory of the arena. */
static void survive(struct nb_buf *buf)
{
    struct nb_page page;
    assert_int_equal(buf->err, NB_OK);
    enum nb_err err = read_bytes(nb_buf_slice(buf), &page);
    assert_true(err == NB_OK || err == NB_ENOTFOUND || err == NB_ENOMEM);
    assert_true(err != NB_OK || nb_utf8_valid(page.text));
}

static void repeat(struct nb_buf *buf, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        nb_buf_add_str(buf, text);
    }
}

static void nesting_of_any_kind_is_survived(void **state)
{
    static const char *const opened[] = {"<div>",   "<p><div>", "<b>",          "<a href=x>",
                                         "<table>", "<ul><li>", "<blockquote>", "<nav><h1>",
                                         "</div>",  "<form>",   "<span>a"};
    (void)state;
    for (size_t i = 0; i < sizeof(opened) / sizeof(opened[0]); i++) {
        struct nb_buf buf;
        nb_buf_init(&buf, 1 << 25);
        nb_buf_add_str(&buf, "<body><p>before");
        repeat(&buf, opened[i], 1000000);
        nb_buf_add_str(&buf, "<p>behind");
        survive(&buf);
        nb_buf_fini(&buf);
    }
}

static void an_attribute_of_100_mb_is_survived(void **state)
{
    static const char *const begun[] = {"<p>before</p><div class=\"", "<p>before</p><a href=\"",
                                        "<meta property=og:title content=\""};
    (void)state;
    for (size_t i = 0; i < sizeof(begun) / sizeof(begun[0]); i++) {
        struct nb_buf buf;
        nb_buf_init(&buf, (size_t)101 << 20);
        nb_buf_add_str(&buf, begun[i]);
        repeat(&buf, "abcdefghi ", (size_t)10 << 20);
        nb_buf_add_str(&buf, "\">behind");
        survive(&buf);
        nb_buf_fini(&buf);
    }
}

static void broken_utf_8_becomes_valid_text(void **state)
{
    static const char broken[] = "<meta charset=utf-8><article><h1>A\xC3</h1><p>b\xE2\x82 c\xFF "
                                 "\xC0\xAF \xED\xA0\x80 d\xF4\x90\x80\x80 e, and a sentence that "
                                 "is long enough to be read as one.\x80</p></article>";
    struct nb_page page;
    (void)state;
    assert_int_equal(read_bytes(nb_slice_str(broken), &page), NB_OK);
    assert_true(nb_utf8_valid(page.text) && nb_utf8_valid(page.title));
    assert_true(has(page.text, "a sentence that is long enough"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_told_from_what_is_around_it),
        cmocka_unit_test(nesting_of_any_kind_is_survived),
        cmocka_unit_test(an_attribute_of_100_mb_is_survived),
        cmocka_unit_test(broken_utf_8_becomes_valid_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
