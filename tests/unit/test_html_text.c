#include "tests/lib/test.h"

#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/feed/entity.h"
#include "crawler/feed/html_text.h"

static struct nb_arena *arena;
static struct nb_buf scratch;

static int set_up(void **state)
{
    (void)state;
    struct nb_error error = {0};
    assert_int_equal(nb_text_init(&error), NB_OK);
    assert_int_equal(nb_url_init(&error), NB_OK);
    nb_entity_init();
    arena = nb_arena_new((size_t)64 << 20);
    nb_buf_init(&scratch, (size_t)16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_buf_fini(&scratch);
    nb_arena_free(arena);
    nb_url_fini();
    return 0;
}

static struct nb_html_text text_of(const char *html)
{
    struct nb_html_text out;
    struct nb_url base;
    nb_arena_reset(arena);
    assert_int_equal(nb_url_parse(NB_LIT("https://blog.example/a/b"), NULL, arena, &base), NB_OK);
    assert_int_equal(nb_html_text(nb_slice_str(html), &base, &scratch, arena, &out), NB_OK);
    return out;
}

static void html_becomes_the_text_a_reader_sees(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        const char *text;
    } rows[] = {
        {"", ""},
        {"merhaba", "merhaba"},
        {"a\xf3\xbf\xbf\xbe&#x5ffff;b", "ab"}, /* no characters, in any plane */
        {"  bir \n\t iki  ", "bir iki"},
        {"<p>bir</p><p>iki</p>", "bir\n\niki"},
        {"<p>bir<p>iki", "bir\n\niki"},
        {"bir<br>iki", "bir\niki"},
        {"bir<br/><br />iki", "bir\n\niki"},
        {"<div><div><p>bir</p></div></div>\n\n<p> </p><p>iki", "bir\n\niki"},
        {"<ul><li>bir</li><li>iki</ul>son", "- bir\n- iki\n\nson"},
        {"<li></li><li>iki", "- iki"},
        {"<blockquote>söz</blockquote>yanıt", "söz\n\nyanıt"},
        {"a<script>b</script>c<style>d</STYLE >e", "ace"},
        {"a<script>b", "a"},
        {"a<iframe>b<iframe>c", "abc"},
        {"a<object>b</object>c", "ac"},
        {"don\xc2\x92t", "don\xe2\x80\x99t"},
        {"a<!-- b > c -->d<!-->e", "ade"},
        {"a<!-- b", "a"},
        {"<b>kalın</b>lar", "kalınlar"},
        {"T&uuml;rk&ccedil;e &#305;&#x15F;&#350;", "Türkçe ışŞ"},
        {"&scedil;&gbreve;&inodot;&Idot;", "şğıİ"},
        {"a&nbsp;&nbsp;b &amp; c &lt;d&gt;", "a b & c <d>"},
        {"R&amp D &copy 2024 &yok; AT&T &", "R& D \xc2\xa9 2024 &yok; AT&T &"},
        {"&#0;&#xD800;&#x110000;", "���"},
        {"&#146;tamam&#147;", "’tamam“"},
        {"3 < 5 ve 7 > 2 <3", "3 < 5 ve 7 > 2 <3"},
        {"i\xcc\x87 ü u\xcc\x88", "i\xcc\x87 ü ü"},
        {"tele\xc2\xad"
         "fon\xe2\x80\x8b no\xef\xbb\xbf",
         "telefon no"},
        {"a\x01\x7f\x62", "ab"},
        {"<pre>bir\n  iki\n\nüç</pre>dört", "bir\niki\n\nüç\n\n"
                                            "dört"},
        {"<table><tr><td>bir<td>iki<tr><td>üç</table>", "bir iki\nüç"},
        {"<img src=x alt=resim>a<img class=\"wp-smiley\" alt=\"😀\">", "a😀"},
        {"<a title=\"x > y\">bağ</a>", "bağ"},
        {"<a title=\"kapanmaz>bağ</a> son", "bağ son"},
        {"son<a href=", "son"},
        {"<![CDATA[içerik", "içerik"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_slice_equal(text_of(rows[i].html).text, rows[i].text);
    }
}

/* White space collapsed and trimmed, for what has neither markup nor anything beyond ASCII. */
static void collapse(const char *text, char *out)
{
    size_t n = 0;
    for (; *text; text++) {
        bool space = *text == ' ' || *text == '\n' || *text == '\t';
        if (!space || (n > 0 && out[n - 1] != ' ')) {
            out[n++] = space ? ' ' : *text;
        }
    }
    out[n > 0 && out[n - 1] == ' ' ? n - 1 : n] = '\0';
}

static void words_come_out_as_they_went_in_wherever_the_spaces_are(void **state)
{
    (void)state;
    static const char bytes[] = "abcdefgh   \n\t.,";
    uint32_t random = 7;
    for (int round = 0; round < 5000; round++) {
        char text[100];
        char want[100];
        size_t n = (random >> 8) % 90;
        for (size_t i = 0; i < n; i++) {
            random = random * 1664525u + 1013904223u;
            text[i] = bytes[(random >> 8) % (round % 2 ? 10 : sizeof(bytes) - 1)];
        }
        text[n] = '\0';
        random += 1;
        collapse(text, want);
        assert_slice_equal(text_of(text).text, want);
    }
}

static void links_come_absolute_and_with_their_text(void **state)
{
    (void)state;
    struct nb_html_text out = text_of(
        "<p><a href='/x?a=1&amp;b=2'>bir <b>iki</b></a> <a href=\"mailto:a@b.example\">posta</a>"
        "<a name=x>yer</a> <a href=c><img></a><a href=\"http://other.example/\">üç");
    assert_int_equal(out.links_n, 3);
    assert_slice_equal(out.links[0].url, "https://blog.example/x?a=1&b=2");
    assert_slice_equal(out.links[0].text, "bir iki");
    assert_slice_equal(out.links[1].url, "https://blog.example/a/c");
    assert_slice_equal(out.links[1].text, "");
    assert_slice_equal(out.links[2].url, "http://other.example/");
    assert_slice_equal(out.links[2].text, "üç");
}

static void a_title_is_one_line_without_tags(void **state)
{
    (void)state;
    struct nb_slice out;
    nb_arena_reset(arena);
    assert_int_equal(
        nb_html_line(NB_LIT("<h1>bir<br>iki</h1><ul><li>\n&amp; x"), &scratch, arena, &out), NB_OK);
    assert_slice_equal(out, "bir iki & x");
    assert_int_equal(nb_plain_line(NB_LIT(" a<b>\n\n &amp; "), &scratch, arena, &out), NB_OK);
    assert_slice_equal(out, "a<b> &amp;");
}

static void plain_text_keeps_its_paragraphs(void **state)
{
    (void)state;
    struct nb_slice out;
    nb_arena_reset(arena);
    assert_int_equal(nb_plain_text(NB_LIT("\n bir\n iki \n \n\nüç <b> \n"), &scratch, arena, &out),
                     NB_OK);
    assert_slice_equal(out, "bir iki\n\nüç <b>");
}

/* Each of these made a reader that searches again from every '<' take minutes. */
static void text_that_grows_fits(void **state)
{
    (void)state;
    enum { N = 100000 };
    static char html[2 * N + 1];
    for (size_t i = 0; i < N; i++) {
        memcpy(html + 2 * i, "\xc2\x92", 2);
    }
    assert_int_equal(text_of(html).text.len, 3 * N);
}

static void hostile_markup_is_read_in_linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {"<a href=\"", "<!--",   "<script", "<iframe>",
                                        "</",         "<a b='", "&#",      "<"};
    size_t n = (size_t)4 << 20;
    char *html = malloc(n + 1);
    assert_non_null(html);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t len = strlen(units[i]);
        for (size_t at = 0; at < n; at++) {
            html[at] = units[i][at % len];
        }
        html[n] = '\0';
        (void)text_of(html);
    }
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_becomes_the_text_a_reader_sees),
        cmocka_unit_test(words_come_out_as_they_went_in_wherever_the_spaces_are),
        cmocka_unit_test(links_come_absolute_and_with_their_text),
        cmocka_unit_test(a_title_is_one_line_without_tags),
        cmocka_unit_test(plain_text_keeps_its_paragraphs),
        cmocka_unit_test(text_that_grows_fits),
        cmocka_unit_test(hostile_markup_is_read_in_linear_time),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
