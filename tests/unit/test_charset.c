#include "tests/lib/test.h"

#include <nabiz/charset.h>
#include <nabiz/text.h>

#include "common/charset_labels.h"

/* NB_LIT for the rows of a static table, which want constants. */
#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static int set_up(void **state)
{
    *state = nb_arena_new((size_t)16 << 20);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    nb_arena_free(*state);
    return 0;
}

static void labels_mean_what_the_web_means(void **state)
{
    static const struct {
        const char *label, *name;
    } rows[] = {
        {"utf-8", "utf-8"},
        {"UTF8", "utf-8"},
        {" \t\nUtf-8\r\f", "utf-8"},
        {"iso-8859-9", "windows-1254"},
        {"ISO_8859-9:1989", "windows-1254"},
        {"latin5", "windows-1254"},
        {"cp1254", "windows-1254"},
        {"iso-8859-1", "windows-1252"},
        {"ascii", "windows-1252"},
        {"latin1", "windows-1252"},
        {"utf-16", "utf-16le"},
        {"unicodefffe", "utf-16be"},
        {"hz-gb-2312", "replacement"},
        {"iso-2022-kr", "replacement"},
        {"gb2312", "gbk"},
        {"sjis", "shift_jis"},
        {"x-user-defined", "x-user-defined"},
        {"mactr", "x-mac-turkish"},
        {"", NULL},
        {" ", NULL},
        {"utf-7", NULL},
        {"windows 1254", NULL},
        {"utf-8 utf8", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *got = nb_charset_by_label(nb_slice_str(rows[i].label));
        if (rows[i].name) {
            assert_non_null(got);
            assert_string_equal(got, rows[i].name);
        } else {
            assert_null(got);
        }
    }
}

static void every_set_has_its_name_as_a_label_and_decodes(void **state)
{
    const struct charset_set *set;
    for (size_t i = 0; (set = nb_charset_set_at(i)) != NULL; i++) {
        struct nb_charset charset = {set->name, NB_CHARSET_HEADER, 0};
        struct nb_slice out;
        char bytes[256];
        for (size_t k = 0; k < sizeof(bytes); k++) {
            bytes[k] = (char)k;
        }
        assert_ptr_equal(nb_charset_by_label(nb_slice_str(set->name)), set->name);
        assert_int_equal(nb_charset_decode(charset, nb_slice(bytes, sizeof(bytes)), *state, &out),
                         NB_OK);
        assert_true(nb_utf8_valid(out));
        if (set->kind == CHARSET_SINGLE_BYTE) {
            assert_int_equal(nb_utf8_count(out), 256);
        }
    }
    struct nb_charset unknown = {"klingon", NB_CHARSET_HEADER, 0};
    struct nb_slice out;
    assert_int_equal(nb_charset_decode(unknown, NB_LIT("x"), *state, &out), NB_EINVAL);
}

static void the_decision_follows_the_order_of_the_header(void **state)
{
    static const struct {
        const char *content_type;
        struct nb_slice body;
        const char *name;
        enum nb_charset_source source;
    } rows[] = {
        {"text/html; charset=iso-8859-9", BYTES("\xEF\xBB\xBFx"), "utf-8", NB_CHARSET_BOM},
        {"", BYTES("\xFF\xFEx\0"), "utf-16le", NB_CHARSET_BOM},
        {"", BYTES("\xFE\xFF\0x"), "utf-16be", NB_CHARSET_BOM},
        {"text/html; charset=iso-8859-9", BYTES("<meta charset=koi8-r>\xFE"), "windows-1254",
         NB_CHARSET_HEADER},
        {"text/html; Charset = \"ISO-8859-9\"; x=y", BYTES("\xFE"), "windows-1254",
         NB_CHARSET_HEADER},
        {"text/html;charset='latin5'", BYTES("\xFE"), "windows-1254", NB_CHARSET_HEADER},
        {"text/html; charset=nonsense", BYTES("<meta charset=koi8-r>\xFE"), "koi8-r",
         NB_CHARSET_MARKUP},
        {"text/html; charset=", BYTES("<meta charset=koi8-r>\xFE"), "koi8-r", NB_CHARSET_MARKUP},
        {"", BYTES("<?xml version='1.0' encoding='ISO-8859-9'?><a>\xFE</a>"), "windows-1254",
         NB_CHARSET_MARKUP},
        {"", BYTES("\n\n<?xml version=\"1.0\" encoding = \"windows-1254\" ?>\xFE"), "windows-1254",
         NB_CHARSET_MARKUP},
        {"", BYTES("<?xml version='1.0' encoding='utf-16'?><a/>"), "utf-8", NB_CHARSET_MARKUP},
        {"", BYTES("<\0?\0x\0m\0l\0"), "utf-16le", NB_CHARSET_MARKUP},
        {"", BYTES("\0<\0?\0x\0m\0l"), "utf-16be", NB_CHARSET_MARKUP},
        {"", BYTES("<meta http-equiv=Content-Type content='text/html; charset=windows-1254'>\xFE"),
         "windows-1254", NB_CHARSET_MARKUP},
        {"", BYTES("<META content='a; charset=koi8-r' HTTP-EQUIV=content-type>\xFE"), "koi8-r",
         NB_CHARSET_MARKUP},
        {"", BYTES("<meta name=x content='a; charset=koi8-r'><meta charset=latin5>\xFE"),
         "windows-1254", NB_CHARSET_MARKUP},
        {"", BYTES("<!-- <meta charset=koi8-r> --><meta charset=latin5>\xFE"), "windows-1254",
         NB_CHARSET_MARKUP},
        {"", BYTES("<p title='<meta charset=koi8-r>'><meta/charset=latin5>\xFE"), "windows-1254",
         NB_CHARSET_MARKUP},
        {"", BYTES("<p>plain <meta charset=koi8-r"), "utf-8", NB_CHARSET_FALLBACK},
        {"", BYTES("<meta charset=x-user-defined>\xFE"), "windows-1252", NB_CHARSET_MARKUP},
        /* The bytes disprove the label. */
        {"text/html; charset=iso-8859-9", BYTES("kargo geldi, teşekkürler"), "utf-8",
         NB_CHARSET_UTF8},
        {"text/html; charset=utf-16", BYTES("plain"), "utf-8", NB_CHARSET_UTF8},
        {"text/html; charset=utf-8",
         BYTES("kargo geldi, te\xFE"
               "ekk\xFCrler"),
         "windows-1254", NB_CHARSET_DETECTED},
        /* They do not where most of the text is UTF-8: what is left is damage. */
        {"text/html; charset=utf-8", BYTES("kargo geldi \xFF, teşekkürler"), "utf-8",
         NB_CHARSET_HEADER},
        {"text/html; charset=utf-8",
         BYTES("te\xFE"
               "ekk\xFCr ederiz, Ş"
               "im\xFE"
               "ek"),
         "windows-1254", NB_CHARSET_DETECTED},
        /* Nobody says anything. */
        {"", BYTES("kargo geldi, teşekkürler"), "utf-8", NB_CHARSET_UTF8},
        {"", BYTES("teşekkür te\xC5"), "utf-8", NB_CHARSET_UTF8}, /* a first part */
        {"", BYTES("plain"), "utf-8", NB_CHARSET_FALLBACK},
        {"", BYTES(""), "utf-8", NB_CHARSET_FALLBACK},
        {"", BYTES("\xFF"), "windows-1254", NB_CHARSET_FALLBACK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_charset got = nb_charset_decide(nb_slice_str(rows[i].content_type), rows[i].body);
        if (strcmp(got.name, rows[i].name) != 0 || got.source != rows[i].source) {
            print_error("row %zu: %s from %d\n", i, got.name, (int)got.source);
        }
        assert_string_equal(got.name, rows[i].name);
        assert_int_equal(got.source, rows[i].source);
    }
}

static void one_bad_byte_in_a_long_page_does_not_unseat_utf8(void **state)
{
    enum { LONG = 4000 };
    char *body = nb_arena_alloc(*state, LONG);
    struct nb_slice label = NB_LIT("text/html; charset=utf-8");
    memset(body, 'a', LONG);
    body[7] = '\xFE';
    assert_string_equal(nb_charset_decide(label, nb_slice(body, LONG)).name, "utf-8");
    for (size_t i = 0; i < LONG; i += 200) {
        body[i] = '\xFE';
    }
    assert_string_equal(nb_charset_decide(label, nb_slice(body, LONG)).name, "windows-1254");
}

static void bytes_become_the_text_they_stand_for(void **state)
{
    static const struct {
        const char *name;
        struct nb_slice body;
        const char *want;
    } rows[] = {
        {"windows-1254", BYTES("\xDEi\xFE\xE7i \xDDstanbul \xF0\xFD \x80 \x93x\x94"),
         "Şişçi İstanbul ğı € “x”"},
        {"windows-1252", BYTES("\xFE\x81"), "þ\xC2\x81"},
        {"x-mac-turkish", BYTES("\xDEi\xDF \xDCstanbul \xDB\xDD\x8D\x9A\x9F"),
         "Şiş İstanbul ğıçöü"},
        {"ibm857", BYTES("\x9Ei\x9F \x98stanbul \xA7\x8D\x87\x94\x81"), "Şiş İstanbul ğıçöü"},
        {"iso-8859-3", BYTES("\xAAi\xBA \xA9stanbul \xBB\xB9"), "Şiş İstanbul ğı"},
        {"iso-8859-16", BYTES("\xAA\xA4\xFE"), "Ș€ț"},
        {"utf-16le", BYTES("\x5F\x01\x3D\xD8\x00\xDE\x00\xD8!\0"), "ş😀\uFFFD!"},
        {"utf-16be", BYTES("\x01\x5F\xD8\x3D\xDE\x00\0"), "ş😀\uFFFD"},
        {"utf-8", BYTES("te\xC5\x9F\xFF\x01"), "teş\uFFFD "},
        {"windows-1254", BYTES("a\x01\xFE"), "a ş"},
        {"windows-1254", BYTES("a\x01"), "a "},
        {"shift_jis", BYTES("\x93\xFA\x96{\x81<b>"), "日本\uFFFD<b>"},
        {"iso-2022-jp", BYTES("\x1B$BF|K\\\x1B(B!"), "日本!"},
        {"gbk", BYTES("\xD6\xD0\xCE\xC4"), "中文"},
        {"big5", BYTES("\xA4\xA4\xA4\xE5"), "中文"},
        {"euc-kr", BYTES("\xC7\xD1\xB1\xDB"), "한글"},
        {"koi8-r", BYTES("\xF0\xD2\xC9\xD7\xC5\xD4"), "Привет"},
        {"windows-1251", BYTES("\xCF\xF0\xE8\xE2\xE5\xF2"), "Привет"},
        {"replacement", BYTES("~{<script>~}"), "\uFFFD"},
        {"replacement", BYTES(""), ""},
        {"x-user-defined", BYTES("a\xFF"), "a\uF7FF"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_charset charset = {rows[i].name, NB_CHARSET_HEADER, 0};
        struct nb_slice out;
        assert_int_equal(nb_charset_decode(charset, rows[i].body, *state, &out), NB_OK);
        assert_slice_equal(out, rows[i].want);
    }
}

static void text_that_needs_no_change_is_borrowed(void **state)
{
    struct nb_slice body = NB_LIT("\xEF\xBB\xBFteşekkürler"), out;
    struct nb_charset charset = nb_charset_decide(NB_LIT(""), body);
    assert_int_equal(nb_charset_decode(charset, body, *state, &out), NB_OK);
    assert_ptr_equal(out.p, body.p + 3);
    assert_slice_equal(out, "teşekkürler");
    body = NB_LIT("<p>plain</p>");
    charset = (struct nb_charset){"windows-1254", NB_CHARSET_HEADER, 0};
    assert_int_equal(nb_charset_decode(charset, body, *state, &out), NB_OK);
    assert_ptr_equal(out.p, body.p);
}

static void a_character_across_the_decoder_s_buffer_is_whole(void **state)
{
    /* U+1F600 in UTF-16, shifted by one unit at a time over the boundary. */
    enum { UNITS = 6000 };
    for (size_t shift = 0; shift < 2; shift++) {
        char *body = nb_arena_alloc(*state, 2 * UNITS);
        struct nb_slice out;
        for (size_t i = 0; i < UNITS; i++) {
            static const char pair[2][2] = {{'\xD8', '\x3D'}, {'\xDE', '\x00'}};
            memcpy(body + 2 * i, i < shift ? "\0x" : pair[(i - shift) % 2], 2);
        }
        struct nb_charset charset = {"utf-16be", NB_CHARSET_HEADER, 0};
        assert_int_equal(nb_charset_decode(charset, nb_slice(body, 2 * UNITS), *state, &out),
                         NB_OK);
        assert_int_equal(nb_utf8_count(out), shift ? 1 + (UNITS - 2) / 2 + 1 : UNITS / 2);
        size_t pos = shift;
        for (size_t i = 0; i < (UNITS - shift) / 2; i++) {
            assert_int_equal(nb_utf8_next(out, &pos), 0x1F600);
        }
    }
}

static void decoding_takes_what_the_text_takes_and_stops_at_the_limit(void **state)
{
    enum { BYTES = 100000 };
    char *body = nb_arena_alloc(*state, BYTES);
    memset(body, 0xFE, BYTES);
    struct nb_charset charset = {"windows-1254", NB_CHARSET_HEADER, 0};
    struct nb_arena *fits = nb_arena_new(2 * BYTES + 64), *small = nb_arena_new(2 * BYTES - 64);
    struct nb_slice out = NB_LIT("untouched");
    assert_int_equal(nb_charset_decode(charset, nb_slice(body, BYTES), small, &out), NB_ENOMEM);
    assert_slice_equal(out, "untouched");
    assert_int_equal(nb_charset_decode(charset, nb_slice(body, BYTES), fits, &out), NB_OK);
    assert_int_equal(out.len, 2 * BYTES);
    nb_arena_free(fits);
    nb_arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_mean_what_the_web_means),
        cmocka_unit_test(every_set_has_its_name_as_a_label_and_decodes),
        cmocka_unit_test(the_decision_follows_the_order_of_the_header),
        cmocka_unit_test(one_bad_byte_in_a_long_page_does_not_unseat_utf8),
        cmocka_unit_test(bytes_become_the_text_they_stand_for),
        cmocka_unit_test(text_that_needs_no_change_is_borrowed),
        cmocka_unit_test(a_character_across_the_decoder_s_buffer_is_whole),
        cmocka_unit_test(decoding_takes_what_the_text_takes_and_stops_at_the_limit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
