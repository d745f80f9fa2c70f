#include "tests/lib/test.h"

#include <nabiz/text.h>

#include "analyzer/turkish/text.h"

struct fixture {
    struct nb_arena *arena;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->arena = nb_arena_new((size_t)32 << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    nb_arena_free(f->arena);
    free(f);
    return 0;
}

static void folding_follows_turkish_letters(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"IĞDIR", "ığdır"},
        {"İZMİR", "izmir"},
        {"ÇĞÖŞÜ", "çğöşü"},
        {"kâğıt mahkûm millî", "kağıt mahkum milli"},
        {"i\xCC\x87yi", "iyi"},
        {"kar\xC2\xADgo te\xE2\x80\x8Bmiz", "kargo temiz"},
        {"Ali’nin Ayşe`nin Can´ın", "ali'nin ayşe'nin can'ın"},
        {"ŽÉÑ ПРИВЕТ ΑΒΓ", "žéñ привет αβγ"},
        {"", ""},
        {"\xFF\x41\xC4", "\xFF\x61\xC4"},
        {"g\xCC\x86 G\xCC\x86 o\xCC\x88 U\xCC\x88 c\xCC\xA7 S\xCC\xA7", "ğ ğ ö ü ç ş"},
        {"I\xCC\x87stanbul I\xC2\xAD\xCC\x87", "istanbul i"},
        {"s\xC8\x99\xC8\x98", "sşş"},
        {"g\xE2\x80\x8B\xCC\x86", "ğ"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_slice got, again;
        assert_int_equal(tr_fold(nb_slice_str(rows[i].in), f->arena, &got, NULL), NB_OK);
        assert_slice_equal(got, rows[i].want);
        assert_int_equal(tr_fold(got, f->arena, &again, NULL), NB_OK);
        assert_slice_equal(again, rows[i].want);
    }
}

static void diacritics_are_taken_off_wherever_they_stand(void **state)
{
    (void)state;
    enum { LETTERS = 20 };
    for (size_t n = 0; n <= LETTERS; n++) {
        for (size_t at = 0; at < n; at++) {
            char text[LETTERS + 2], want[LETTERS + 1];
            memset(text, 'a', sizeof(text));
            memset(want, 'a', sizeof(want));
            assert_int_equal(tr_ascii_prefix(nb_slice(text, n)), n);
            memcpy(text + at, "\xC3\xA7", 2);
            want[at] = 'c';
            assert_int_equal(tr_ascii_prefix(nb_slice(text, n + 1)), at);
            assert_int_equal(tr_plain(text, n + 1), n);
            assert_memory_equal(text, want, n);
        }
    }
}

static void the_map_of_a_fold_leads_back_to_the_text(void **state)
{
    struct fixture *f = *state;
    struct nb_slice in = NB_LIT("I\xC2\xAD"
                                "B"),
                    got;
    const uint32_t *map;
    assert_int_equal(tr_fold(in, f->arena, &got, &map), NB_OK);
    assert_slice_equal(got, "ıb");
    const uint32_t want[] = {0, 0, 3, 4};
    assert_memory_equal(map, want, sizeof(want));
}

static void text_is_cut_into_tokens_of_every_kind(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        size_t at, n;
        enum tr_kind kind;
        const char *folded;
        uint32_t begin, end;
    } rows[] = {
        {"Acme’nin hattı", 0, 2, TR_WORD, "acme'nin", 0, 10},
        {"'tırnak'", 1, 3, TR_WORD, "tırnak", 1, 8},
        {"saat 14:30'da", 1, 2, TR_NUMBER, "14:30'da", 5, 13},
        {"1.250,50TL", 0, 2, TR_NUMBER, "1.250,50", 0, 8},
        {"5g çekmiyor", 0, 2, TR_WORD, "5g", 0, 2},
        {"bak: https://a.example/x?y=1).", 2, 5, TR_URL, "https://a.example/x?y=1", 5, 28},
        {"yaz: ali@posta.example!", 2, 4, TR_URL, "ali@posta.example", 5, 22},
        {"@Deniz_1 selam", 0, 2, TR_MENTION, "deniz_1", 0, 8},
        {"@mert@uzak.example.", 0, 2, TR_MENTION, "mert@uzak.example", 0, 18},
        {"#ÇokGüzel!", 0, 2, TR_HASHTAG, "çokgüzel", 0, 11},
        {"oldu :-)))", 1, 2, TR_EMOTICON, ":)", 5, 10},
        {"üzgünüm :'(", 1, 2, TR_EMOTICON, ":'(", 11, 14},
        {"saat:3", 1, 3, TR_PUNCT, ":", 4, 5},
        {"👍🏽", 0, 1, TR_EMOJI, "👍", 0, 8},
        {"🤷‍♀️", 0, 1, TR_EMOJI, "🤷", 0, 13},
        {"🇹🇷🇹🇷", 0, 2, TR_EMOJI, "🇹🇷", 0, 8},
        {"ne!!!", 1, 2, TR_PUNCT, "!", 2, 5},
        {"%18 KDV", 0, 2, TR_NUMBER, "%18", 0, 3},
        {"18% KDV", 0, 2, TR_NUMBER, "18%", 0, 3},
        {"12,50 TL", 0, 2, TR_NUMBER, "12,50", 0, 5},
        {"₺12,50'ye", 0, 1, TR_NUMBER, "₺12,50'ye", 0, 11},
        {"50$ verdim", 0, 2, TR_NUMBER, "50$", 0, 3},
        {"12.05.2015'te", 0, 1, TR_NUMBER, "12.05.2015'te", 0, 13},
        {"2015-10-10 oldu", 0, 2, TR_NUMBER, "2015-10-10", 0, 10},
        {"5-6 kez", 1, 4, TR_PUNCT, "-", 1, 2},
        {"24/7 açık", 0, 2, TR_NUMBER, "24/7", 0, 4},
        {"3. gün", 1, 3, TR_PUNCT, ".", 1, 2},
        {"A.Ş.'nin", 0, 1, TR_WORD, "a.ş.'nin", 0, 9},
        {"T.C vatandaşı", 0, 2, TR_WORD, "t.c", 0, 3},
        {"A.B.Can", 1, 2, TR_WORD, "can", 4, 7},
        {"ali.veli@posta.example", 0, 1, TR_URL, "ali.veli@posta.example", 0, 22},
        {"kisa.example/x9d bak", 0, 2, TR_URL, "kisa.example/x9d", 0, 16},
        {"ve/veya", 1, 3, TR_PUNCT, "/", 2, 3},
        {"1️⃣ yıldız", 0, 2, TR_EMOJI, "1\u20E3", 0, 7},
        {"#️⃣", 0, 1, TR_EMOJI, "#\u20E3", 0, 7},
        {"marka™️ ©️", 1, 3, TR_EMOJI, "™", 5, 11},
        {"👨‍👩‍👧‍👦!", 0, 2, TR_EMOJI, "👨‍👩‍👧‍👦", 0, 25},
        {"👩🏿‍🚒", 0, 1, TR_EMOJI, "👩‍🚒", 0, 15},
        {"🏴󠁧󠁢󠁳󠁣󠁴󠁿", 0, 1, TR_EMOJI, "🏴", 0, 28},
        {"güzel ^_^", 1, 2, TR_EMOTICON, "^^", 7, 10},
        {"(: selam", 0, 2, TR_EMOTICON, ":)", 0, 2},
        {"seni <3", 1, 2, TR_EMOTICON, "<3", 5, 7},
        {"bitti </3", 1, 2, TR_EMOTICON, "</3", 6, 9},
        {"WIFI", 0, 1, TR_WORD, "wıfı", 0, 4},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_token *tokens;
        size_t n;
        assert_int_equal(tr_tokenise(nb_slice_str(rows[i].text), f->arena, &tokens, &n), NB_OK);
        if (n != rows[i].n) {
            fail_msg("\"%s\" has %zu tokens", rows[i].text, n);
        }
        const struct tr_token *token = &tokens[rows[i].at];
        assert_slice_equal(token->folded, rows[i].folded);
        assert_int_equal(token->kind, rows[i].kind);
        assert_int_equal(token->begin, rows[i].begin);
        assert_int_equal(token->end, rows[i].end);
    }
}

static void numbers_tell_what_they_count(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        enum tr_number number;
    } rows[] = {
        {"12", TR_NUMBER_PLAIN},       {"1.250,50", TR_NUMBER_PLAIN},
        {"3. gün", TR_NUMBER_ORDINAL}, {"2015. Sonra", TR_NUMBER_PLAIN},
        {"%18", TR_NUMBER_PERCENT},    {"% 18'i", TR_NUMBER_PERCENT},
        {"18%", TR_NUMBER_PERCENT},    {"₺5", TR_NUMBER_MONEY},
        {"5€'ya", TR_NUMBER_MONEY},    {"12.05.2015", TR_NUMBER_DATE},
        {"1/2/16", TR_NUMBER_DATE},    {"2016-01-02", TR_NUMBER_DATE},
        {"1.2.3.4", TR_NUMBER_PLAIN},  {"14:30'da", TR_NUMBER_TIME},
        {"2:1", TR_NUMBER_PLAIN},      {"9:05:10", TR_NUMBER_TIME},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_token *tokens;
        size_t n;
        assert_int_equal(tr_tokenise(nb_slice_str(rows[i].text), f->arena, &tokens, &n), NB_OK);
        assert_int_equal(tokens[0].kind, TR_NUMBER);
        if (tokens[0].number != rows[i].number) {
            fail_msg("\"%s\" is %u", rows[i].text, (unsigned)tokens[0].number);
        }
    }
}

static void an_i_that_may_be_either_is_marked(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        bool either;
        const char *dotted;
    } rows[] = {
        {"WIFI", true, "wifi"},
        {"Instagram'a", true, "instagram'a"},
        {"IRMAK", true, "irmak"},
        {"DİYARBAKIR", false, "diyarbakir"},
        {"Isı", false, "isi"},
        {"iPhone", false, "iphone"},
        {"FIFA'nın", true, "fifa'nın"},
        {"CHP'NIN", true, "chp'nin"},
        {"UNICEF'İN", true, "unicef'in"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_token *tokens;
        char dotted[64];
        size_t n;
        assert_int_equal(tr_tokenise(nb_slice_str(rows[i].text), f->arena, &tokens, &n), NB_OK);
        assert_int_equal(tokens[0].either_i, rows[i].either);
        memcpy(dotted, tokens[0].folded.p, tokens[0].folded.len);
        size_t len = tr_dotted(dotted, tokens[0].folded.len);
        assert_slice_equal(nb_slice(dotted, len), rows[i].dotted);
    }
}

/* The invisible letter behind the word sends it to the scanners that look at everything. */
static void a_word_is_the_same_however_little_is_looked_at(void **state)
{
    struct fixture *f = *state;
    static const char *const words[] = {
        "kargo",       "KARGO",   "Kargo", "\u0130stanbul",  "I\u015F\u0131k",
        "WIFI",        "Irmak",   "co2",   "\u00C7ok",       "\u011F",
        "\u00E7ooook", "aaa1111", "a1a1a", "h\u00E2l\u00E2", "KAR\u00CE",
        "a",           "\u00C7",  "A",     "N\u00D6",        "S\u00DCPERRR"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct tr_token *tokens[2];
        size_t n;
        char text[2][64];
        (void)snprintf(text[0], sizeof(text[0]), "%s!", words[i]);
        (void)snprintf(text[1], sizeof(text[1]), "%s\u2060!", words[i]);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(tr_tokenise(nb_slice_str(text[k]), f->arena, &tokens[k], &n), NB_OK);
            assert_int_equal(n, 2);
        }
        const struct tr_token *a = tokens[0], *b = tokens[1];
        assert_int_equal(a->end, strlen(words[i]));
        assert_true(nb_slice_eq(a->folded, b->folded));
        assert_int_equal(a->stem_len, b->stem_len);
        assert_int_equal(a->kind, b->kind);
        if (a->capital != b->capital || a->capitals != b->capitals ||
            a->elongated != b->elongated || a->either_i != b->either_i || a->ascii != b->ascii) {
            fail_msg("\"%s\" is looked at in two ways", words[i]);
        }
    }
}

static void sentences_end_where_a_reader_would_end_them(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"", 0},
        {"Bir cümle", 1},
        {"Geldi. Gitti.", 2},
        {"3. gün geldi. Oldu", 2},
        {"ne?! Evet... Tamam :)", 3},
        {"satır\nsatır", 2},
        {"bkz. ekteki dosya", 1},
        {"\"Geldi.\" Dedi", 2},
        {"www.a.example güzel. Evet", 2},
        {"kargo.example sitesi", 1},
        {"M. Kemal geldi. Gitti", 2},
        {"Saat 14.30. Geldi", 2},
        {"Fiyatı 12,50. Aldım", 2},
        {"19. Yüzyıl bitti", 1},
        {"T.C. Merkez Bankası", 1},
        {"kargo geldi.Teşekkürler", 2},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_token *tokens;
        struct tr_sentence *sentences;
        size_t tokens_n, n;
        struct nb_slice text = nb_slice_str(rows[i].text);
        assert_int_equal(tr_tokenise(text, f->arena, &tokens, &tokens_n), NB_OK);
        assert_int_equal(tr_sentences(text, tokens, tokens_n, NULL, f->arena, &sentences, &n),
                         NB_OK);
        if (n != rows[i].n) {
            fail_msg("\"%s\" has %zu sentences", rows[i].text, n);
        }
        for (size_t s = 0, at = 0; s < n; at = sentences[s++].end) {
            assert_int_equal(sentences[s].begin, at);
            assert_true(sentences[s].end > at);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding_follows_turkish_letters),
        cmocka_unit_test(diacritics_are_taken_off_wherever_they_stand),
        cmocka_unit_test(the_map_of_a_fold_leads_back_to_the_text),
        cmocka_unit_test(text_is_cut_into_tokens_of_every_kind),
        cmocka_unit_test(numbers_tell_what_they_count),
        cmocka_unit_test(an_i_that_may_be_either_is_marked),
        cmocka_unit_test(a_word_is_the_same_however_little_is_looked_at),
        cmocka_unit_test(sentences_end_where_a_reader_would_end_them),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
