#include "tests/lib/test.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <nabiz/mem.h>
#include <nabiz/text.h>

/* NB_LIT for the rows of a static table, which want constants. */
#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

enum { ARENA_BYTES = 64 << 20 };

static int set_up(void **state)
{
    *state = nb_arena_new(ARENA_BYTES);
    return *state && nb_text_init(NULL) == NB_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    nb_arena_free(*state);
    return 0;
}

static void utf8_is_what_table_3_7_says(void **state)
{
    static const struct {
        struct nb_slice bytes;
        size_t valid_prefix;
    } rows[] = {
        {BYTES(""), 0},
        {BYTES("plain"), 5},
        {BYTES("şğıİçöü"), 14},
        {BYTES("\xF0\x9F\x98\x80"), 4},
        {BYTES("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF"), 14},
        {BYTES("a\xC0\x80"), 1},        /* overlong NUL */
        {BYTES("a\xC1\xBF"), 1},        /* overlong */
        {BYTES("ab\xE0\x9F\xBF"), 2},   /* overlong */
        {BYTES("abc\xED\xA0\x80"), 3},  /* surrogate */
        {BYTES("\xF0\x8F\xBF\xBF"), 0}, /* overlong */
        {BYTES("\xF4\x90\x80\x80"), 0}, /* above U+10FFFF */
        {BYTES("\xF5\x80\x80\x80"), 0}, /* never a first byte */
        {BYTES("12345678\x80"), 8},     /* a continuation alone, after a whole word */
        {BYTES("1234567\xC3"), 7},      /* cut off */
        {BYTES("1234567\xC3\xBC"
               "9\xE2\x82"),
         10}, /* cut off later */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(nb_utf8_valid_prefix(rows[i].bytes), rows[i].valid_prefix);
        assert_int_equal(nb_utf8_valid(rows[i].bytes), rows[i].valid_prefix == rows[i].bytes.len);
    }
}

static void every_code_point_survives_encoding_and_decoding(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        char bytes[4];
        size_t n = nb_utf8_put(c, bytes), pos = 0;
        bool scalar = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
        assert_true(nb_utf8_valid(nb_slice(bytes, n)));
        assert_int_equal(nb_utf8_next(nb_slice(bytes, n), &pos), scalar ? c : NB_REPLACEMENT);
        assert_int_equal(pos, n);
    }
}

static void ill_formed_input_is_decoded_part_by_part(void **state)
{
    /* The example of the Unicode Standard, table 3-8. */
    struct nb_slice s = NB_LIT("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64");
    static const uint32_t want[] = {'a',    0xFFFD, 0xFFFD, 0xFFFD, 'b',
                                    0xFFFD, 'c',    0xFFFD, 0xFFFD, 'd'};
    size_t pos = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        assert_int_equal(nb_utf8_next(s, &pos), want[i]);
    }
    assert_int_equal(pos, s.len);
}

static void repair_changes_only_what_is_broken(void **state)
{
    static const struct {
        struct nb_slice in;
        const char *want;
    } rows[] = {
        {BYTES(""), ""},
        {BYTES("Kargo hâlâ gelmedi!\n\tTamam\r\n"), "Kargo hâlâ gelmedi!\n\tTamam\r\n"},
        {BYTES("a\0b\x01"
               "c\x1F"
               "d"),
         "a b c d"},
        {BYTES("12345678\x80rest of it"), "12345678\uFFFDrest of it"},
        {BYTES("\xFF\xFE"), "\uFFFD\uFFFD"},
        {BYTES("son\xC5"), "son\uFFFD"},
        {BYTES("kept \uFFFD as it is"), "kept \uFFFD as it is"},
        {BYTES("DEL \x7F stays"), "DEL \x7F stays"},
        {BYTES("\xF0\x9F\x98|\xF0\x9F|\xF0"), "\uFFFD|\uFFFD|\uFFFD"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_slice out;
        assert_int_equal(nb_utf8_repair(rows[i].in, *state, &out), NB_OK);
        assert_slice_equal(out, rows[i].want);
        bool same = nb_slice_eq(rows[i].in, out);
        assert_int_equal(out.p == rows[i].in.p, same);
    }
}

static void repair_finds_a_control_at_every_place_of_a_word(void **state)
{
    for (size_t at = 0; at < 24; at++) {
        for (int c = 0; c < 256; c++) {
            char bytes[24];
            struct nb_slice out;
            memset(bytes, 'x', sizeof(bytes));
            bytes[at] = (char)c;
            bool fine = (c >= 0x20 && c < 0x80) || c == '\t' || c == '\n' || c == '\r';
            assert_int_equal(nb_utf8_repair(nb_slice(bytes, sizeof(bytes)), *state, &out), NB_OK);
            assert_int_equal(out.p == bytes, fine);
            assert_true(nb_utf8_valid(out));
        }
    }
}

static void repair_stops_at_the_limit(void **state)
{
    struct nb_arena *small = nb_arena_new(64);
    char bytes[64];
    struct nb_slice out = NB_LIT("untouched");
    (void)state;
    memset(bytes, 0xFF, sizeof(bytes));
    assert_int_equal(nb_utf8_repair(nb_slice(bytes, sizeof(bytes)), small, &out), NB_ENOMEM);
    assert_slice_equal(out, "untouched");
    nb_arena_free(small);
}

static void a_cut_never_splits_a_character(void **state)
{
    struct nb_slice s = NB_LIT("aşk 😀!");
    static const size_t want[] = {0, 1, 1, 3, 4, 5, 5, 5, 5, 9, 10, 10};
    (void)state;
    for (size_t max = 0; max < sizeof(want) / sizeof(want[0]); max++) {
        assert_int_equal(nb_utf8_cut(s, max).len, want[max]);
    }
    assert_int_equal(nb_utf8_count(s), 6);
}

static void nfc_composes_what_was_decomposed(void **state)
{
    static const struct {
        const char *in, *want;
        bool borrowed;
    } rows[] = {
        {"", "", true},
        {"şimdi çok güzel, 5 ₺ “iyi” 👍🏽",
         "şimdi çok güzel, 5 ₺ “iyi” 👍🏽", true},
        {"s\u0327imdi c\u0327ok gu\u0308zel", "şimdi çok güzel", false},
        {"I\u0307stanbul", "İstanbul", false},
        {"i\u0307", "i\u0307", true}, /* no composed form */
        {"g\u0306 ve Yunanca \u03B1\u0301", "ğ ve Yunanca ά", false},
        {"Привет, 한국", "Привет, 한국", true},
        {"\u1112\u1161\u11AB", "한", false},
        {"\u212B", "Å", false},
        {"\u2001", "\u2003", false},
        {"a\u0301\u0323", "\u1EA1\u0301", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_slice in = nb_slice_str(rows[i].in), out;
        assert_int_equal(nb_text_nfc(in, *state, &out), NB_OK);
        assert_slice_equal(out, rows[i].want);
        assert_int_equal(out.p == in.p, rows[i].borrowed);
    }
}

static void every_code_point_comes_out_as_icu_would_have_it(void **state)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    for (uint32_t c = 1; c <= 0x10FFFF; c++) {
        char bytes[12];
        struct nb_slice out;
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        /* An e in front shows whether it composes, an acute behind whether it is composed with. */
        size_t n = nb_utf8_put('e', bytes);
        n += nb_utf8_put(c, bytes + n);
        assert_int_equal(nb_text_nfc(nb_slice(bytes, n), *state, &out), NB_OK);
        UChar units[3] = {'e'}, want[16], got[16];
        int32_t units_n = 1, got_n = 0;
        U16_APPEND_UNSAFE(units, units_n, c);
        int32_t want_n = unorm2_normalize(nfc, units, units_n, want, 16, &status);
        for (size_t pos = 0; pos < out.len;) {
            uint32_t one = nb_utf8_next(out, &pos);
            U16_APPEND_UNSAFE(got, got_n, one);
        }
        assert_true(U_SUCCESS(status));
        assert_int_equal(got_n, want_n);
        assert_memory_equal(got, want, (size_t)want_n * sizeof(UChar));
        if (c % 4096 == 0) {
            nb_arena_reset(*state);
        }
    }
}

static void a_mountain_of_marks_is_normalised_in_linear_time(void **state)
{
    /* Two marks that want to change places, a million times: sorting them would take hours. */
    enum { PAIRS = 1000000 };
    struct nb_slice pair = NB_LIT("\u0301\u0323"), out;
    char *text = nb_malloc(PAIRS * pair.len + 1);
    assert_non_null(text);
    text[0] = 'a';
    for (size_t i = 0; i < PAIRS; i++) {
        memcpy(text + 1 + i * pair.len, pair.p, pair.len);
    }
    struct nb_slice in = nb_slice(text, PAIRS * pair.len + 1);
    assert_int_equal(nb_text_nfc(in, *state, &out), NB_OK);
    assert_true(nb_utf8_valid(out));
    struct nb_slice again;
    assert_int_equal(nb_text_nfc(out, *state, &again), NB_OK);
    assert_ptr_equal(again.p, out.p);
    nb_free(text);
}

static void nfc_survives_the_loss_of_any_allocation(void **state)
{
    struct nb_slice in = NB_LIT("s\u0327imdi"), out = NB_LIT("untouched");
    assert_non_null(nb_arena_alloc(*state, 1)); /* the arena has its memory by now */
    nb_mem_fail_from(0);
    assert_int_equal(nb_text_nfc(in, *state, &out), NB_OK);
    long n = nb_mem_count();
    assert_true(n > 0);
    for (long i = 1; i <= n; i++) {
        out = NB_LIT("untouched");
        nb_mem_fail_from(i);
        enum nb_err err = nb_text_nfc(in, *state, &out);
        nb_mem_fail_from(0);
        assert_int_equal(err, NB_ENOMEM);
        assert_slice_equal(out, "untouched");
    }
    assert_int_equal(nb_text_nfc(NB_LIT("\xCC\x81\xFF"), *state, &out), NB_EUTF8);
}

static void columns_are_what_a_terminal_takes(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"şğıİ", 4},
        {"s\u0327", 1},
        {"日本", 4},
        {"ｆｕｌｌ", 8},
        {"😀", 2},
        {"👍🏽", 2},
        {"👨\u200D👩\u200D👧", 2},
        {"❤\uFE0F", 2},
        {"❤", 1},
        {"🇹🇷", 2},
        {"a\u200Bb", 2},
        {"a\x07"
         "b",
         2},
        {"₺“”…", 4},
        {"한국", 4},
        {"\u1112\u1161\u11AB", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_slice s = nb_slice_str(rows[i].text);
        if (nb_text_columns(s) != rows[i].columns) {
            print_error("\"%s\": %zu columns\n", rows[i].text, nb_text_columns(s));
        }
        assert_int_equal(nb_text_columns(s), rows[i].columns);
        assert_int_equal(nb_text_cut_columns(s, rows[i].columns).len, s.len);
        for (size_t max = 0; max < rows[i].columns; max++) {
            struct nb_slice cut = nb_text_cut_columns(s, max);
            assert_true(nb_utf8_valid(cut));
            assert_true(nb_text_columns(cut) <= max);
            assert_true(cut.len < s.len);
        }
    }
}

/* What a scan says, character by character. */
static size_t scan_slowly(struct nb_slice s, struct nb_utf8_looks *looks)
{
    size_t i = 0;
    *looks = (struct nb_utf8_looks){0};
    while (i < s.len) {
        size_t at = i;
        char back[4];
        uint32_t c = nb_utf8_next(s, &i);
        size_t n = nb_utf8_put(c, back);
        if (n != i - at || memcmp(back, s.p + at, n) != 0) {
            return at;
        }
        looks->multi_byte = looks->multi_byte || n > 1;
        looks->nul = looks->nul || c == 0;
        looks->controls = looks->controls || (c < 0x20 && c != '\t' && c != '\n' && c != '\r');
        looks->unsettled =
            looks->unsettled || !(c < 0x300 || (c >= 0x2002 && c < 0x20D0) ||
                                  (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F000 && c <= 0x1FAFF));
    }
    return i;
}

static void a_scan_sees_what_reading_character_by_character_sees(void **state)
{
    (void)state;
    static const char *const parts[] = {"a",
                                        "bcdefgh",
                                        " ",
                                        "\n",
                                        "\xC4\xB1",
                                        "\xC5\x9F",
                                        "\xC3\xBC",
                                        "\xCC\x81",
                                        "\xDF\xBF",
                                        "\xC1\xBF",
                                        "\x80",
                                        "\xC4",
                                        "\x01",
                                        "\t",
                                        "\x7F",
                                        "\xE2\x80\x99",
                                        "\xE0\x80\x80",
                                        "\xED\xA0\x80",
                                        "\xEF\xBF\xBD",
                                        "\xF0\x9F\x98\x80",
                                        "\xF4\x90\x80\x80",
                                        "\xFF"};
    size_t parts_n = sizeof(parts) / sizeof(parts[0]);
    uint32_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char text[128];
        size_t len = 0;
        /* mostly what is well-formed, or every scan would end at once */
        size_t most = round % 3 == 0 ? parts_n : round % 3 == 1 ? 9 : 16;
        size_t want = (random >> 8) % 90;
        while (len < want) {
            random = random * 1664525u + 1013904223u;
            size_t k = (random >> 8) % most;
            k = most == 16 && k >= 9 && k < 12 ? 4 : k;
            memcpy(text + len, parts[k], strlen(parts[k]));
            len += strlen(parts[k]);
            if ((random >> 4) % 64 == 0) {
                text[len++] = '\0';
            }
        }
        struct nb_slice s = nb_slice(text, len);
        struct nb_utf8_looks fast;
        struct nb_utf8_looks slow;
        assert_int_equal(nb_utf8_scan(s, &fast), scan_slowly(s, &slow));
        assert_int_equal(fast.multi_byte, slow.multi_byte);
        assert_int_equal(fast.nul, slow.nul);
        assert_int_equal(fast.controls, slow.controls);
        assert_int_equal(fast.unsettled, slow.unsettled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_sees_what_reading_character_by_character_sees),
        cmocka_unit_test(utf8_is_what_table_3_7_says),
        cmocka_unit_test(every_code_point_survives_encoding_and_decoding),
        cmocka_unit_test(ill_formed_input_is_decoded_part_by_part),
        cmocka_unit_test(repair_changes_only_what_is_broken),
        cmocka_unit_test(repair_finds_a_control_at_every_place_of_a_word),
        cmocka_unit_test(repair_stops_at_the_limit),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(nfc_composes_what_was_decomposed),
        cmocka_unit_test(every_code_point_comes_out_as_icu_would_have_it),
        cmocka_unit_test(a_mountain_of_marks_is_normalised_in_linear_time),
        cmocka_unit_test(nfc_survives_the_loss_of_any_allocation),
        cmocka_unit_test(columns_are_what_a_terminal_takes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
