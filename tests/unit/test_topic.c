#include "tests/lib/test.h"

#include <nabiz/topic.h>

static struct nb_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = nb_arena_new((size_t)8 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_arena_free(arena);
    return 0;
}

static void words_and_phrases_are_read_with_their_places(void **state)
{
    (void)state;
    struct nb_topic_query query;
    struct nb_slice text =
        NB_LIT("# yorum\nFatura OR aidat\n\n\"Zirve Mobil\" VEYA ücret # sonda\n");
    assert_int_equal(nb_topic_parse("a.topic", text, arena, &query, NULL), NB_OK);
    static const struct {
        const char *words;
        bool exact;
        uint32_t line, column;
    } want[] = {{"fatura", false, 2, 1},
                {"aidat", false, 2, 11},
                {"zirve mobil", true, 4, 1},
                {"ücret", false, 4, 20}};
    assert_int_equal(query.terms_n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < query.terms_n; i++) {
        const struct nb_topic_term *term = &query.terms[i];
        char words[64] = "";
        for (size_t w = 0; w < term->words_n; w++) {
            (void)snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%.*s",
                           w ? " " : "", NB_ARG(term->words[w]));
        }
        assert_string_equal(words, want[i].words);
        assert_int_equal(term->exact, want[i].exact);
        assert_int_equal(term->line, want[i].line);
        assert_int_equal(term->column, want[i].column);
    }
}

static void what_is_not_there_yet_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *begin;
        enum nb_err err;
    } rows[] = {
        {"a AND b", "t:1:3: found AND, expected", NB_ESYNTAX},
        {"a\nü NOT b", "t:2:3: found NOT, expected", NB_ESYNTAX},
        {"a VE b", "t:1:3: found VE, expected", NB_ESYNTAX},
        {"a DEĞİL b", "t:1:3: found DEĞİL, expected", NB_ESYNTAX},
        {"a NEAR/5 b", "t:1:3: found NEAR/5, expected", NB_ESYNTAX},
        {"(a OR b)", "t:1:1: found (a, expected", NB_ESYNTAX},
        {"fatura*", "t:1:1: found fatura*, expected", NB_ESYNTAX},
        {"=fatura", "t:1:1: found =fatura, expected", NB_ESYNTAX},
        {"#etiket", "t:1:1: found #etiket, expected", NB_ESYNTAX},
        {"@deniz", "t:1:1: found @deniz, expected", NB_ESYNTAX},
        {"title:x", "t:1:1: found title:x, expected", NB_ESYNTAX},
        {"OR a", "t:1:1: found OR, expected", NB_ESYNTAX},
        {"a OR OR b", "t:1:6: found OR, expected", NB_ESYNTAX},
        {"a OR", "t:1:5: found the end, expected", NB_ESYNTAX},
        {"# yalnız yorum", "t:1:15: found the end, expected", NB_ESYNTAX},
        {"\"a b", "t:1:1: found an open quote, expected", NB_ESYNTAX},
        {"\"a\"b", "t:1:4: found b, expected", NB_ESYNTAX},
        {"\"!\"", "t:1:1: found !, expected", NB_ESYNTAX},
        {"\"1 2 3 4 5 6 7 8 9\"", "t:1:1: found 1 2 3 4 5 6 7 8 9, expected", NB_ESYNTAX},
        {"a \xFF", "t: byte 3 is not UTF-8", NB_EUTF8},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_topic_query query = {NULL, 7};
        struct nb_error error = {0};
        assert_int_equal(nb_topic_parse("t", nb_slice_str(rows[i].text), arena, &query, &error),
                         rows[i].err);
        if (strncmp(error.text, rows[i].begin, strlen(rows[i].begin)) != 0) {
            fail_msg("\"%s\": %s", rows[i].text, error.text);
        }
        assert_int_equal(query.terms_n, 7);
    }
}

static void a_query_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct nb_topic_query query;
    char *many = nb_arena_alloc(arena, 1 << 17);
    memset(many, ' ', 1 << 17);
    assert_int_equal(nb_topic_parse("t", nb_slice(many, (1 << 16) + 1), arena, &query, NULL),
                     NB_ETOOBIG);
    for (size_t i = 0; i < 2002; i += 2) {
        many[i] = 'a';
    }
    assert_int_equal(nb_topic_parse("t", nb_slice(many, 2000), arena, &query, NULL), NB_OK);
    assert_int_equal(query.terms_n, 1000);
    assert_int_equal(nb_topic_parse("t", nb_slice(many, 2002), arena, &query, NULL), NB_ETOOBIG);
}

static void names_are_small_letters_digits_and_two_signs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool ok;
    } rows[] = {{"zirve-tel_2", true}, {"", false},    {"Zirve", false},
                {"a.b", false},        {"a/b", false}, {"ş", false}};
    char name[66];
    memset(name, 'a', sizeof(name));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(nb_topic_name_valid(nb_slice_str(rows[i].name)), rows[i].ok);
    }
    assert_true(nb_topic_name_valid(nb_slice(name, 64)));
    assert_false(nb_topic_name_valid(nb_slice(name, 65)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_phrases_are_read_with_their_places),
        cmocka_unit_test(what_is_not_there_yet_is_refused_with_its_place),
        cmocka_unit_test(a_query_that_is_too_large_is_refused),
        cmocka_unit_test(names_are_small_letters_digits_and_two_signs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
