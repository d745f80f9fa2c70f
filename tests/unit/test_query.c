#include "tests/lib/test.h"

#include <nabiz/file.h>
#include <nabiz/query.h>

static struct nb_arena *arena;
static const struct nb_query_language *language;

static void no_bad_line(void *context, uint32_t line, const char *message)
{
    (void)context;
    fail_msg("lexicons/query.txt:%u: %s", (unsigned)line, message);
}

static int set_up(void **state)
{
    (void)state;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    arena = nb_arena_new((size_t)64 << 20);
    assert_int_equal(nb_file_read("lexicons/query.txt", &text, NULL), NB_OK);
    assert_int_equal(
        nb_query_language_read(nb_buf_slice(&text), arena, no_bad_line, NULL, &language), NB_OK);
    nb_buf_fini(&text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_arena_free(arena);
    return 0;
}

static const char *printed(const struct nb_query *query)
{
    struct nb_buf out;
    struct nb_slice text;
    nb_buf_init(&out, 1 << 20);
    nb_query_print(query, &out);
    assert_int_equal(nb_buf_finish(&out, &text), NB_OK);
    const char *copy = nb_arena_strdup(arena, text);
    nb_buf_fini(&out);
    return copy;
}

static const struct nb_query *parse(const char *text, bool lines)
{
    const struct nb_query *query = NULL;
    struct nb_error error = {0};
    if (nb_query_parse(language, "t", nb_slice_str(text), lines, arena, &query, &error) != NB_OK) {
        fail_msg("\"%s\": %s", text, error.text);
    }
    return query;
}

struct row {
    const char *text, *want;
};

static void check_rows(const struct row *rows, size_t n, bool lines)
{
    for (size_t i = 0; i < n; i++) {
        const struct nb_query *query = parse(rows[i].text, lines);
        assert_string_equal(printed(query), rows[i].want);
        const struct nb_query *again = parse(printed(query), false);
        assert_true(nb_query_equal(query, again));
    }
}

static void queries_have_one_printed_form(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Fatura", "fatura"},
        {"FATURA,", "fatura"},
        {"a b", "a AND b"},
        {"a AND b", "a AND b"},
        {"a VE b", "a AND b"},
        {"a VEYA b", "a OR b"},
        {"a ve b", "a AND ve AND b"},
        {"YAKIN arkadaş", "yakın AND arkadaş"},
        {"a DEĞİL b", "a AND NOT b"},
        {"a DEGIL b", "a AND NOT b"},
        {"a AND NOT b", "a AND NOT b"},
        {"NOT NOT a", "NOT NOT a"},
        {"a OR b c", "a OR (b AND c)"},
        {"(a OR b) c", "(a OR b) AND c"},
        {"a (b (c d))", "a AND b AND c AND d"},
        {"((a))", "a"},
        {"NOT a NEAR/3 b", "NOT (a NEAR/3 b)"},
        {"a b NEAR/3 c", "a AND (b NEAR/3 c)"},
        {"a NEAR/3 b ONEAR/0 c", "(a NEAR/3 b) ONEAR/0 c"},
        {"(a OR \"b c\") YAKIN/5 d", "(a OR \"b c\") NEAR/5 d"},
        {"\"Zirve Mobil\"", "\"zirve mobil\""},
        {"“Zirve Mobil”", "\"zirve mobil\""},
        {"=\"Zirve Mobil\"", "=\"zirve mobil\""},
        {"=Faturayı", "=faturayı"},
        {"Fatu*", "fatu*"},
        {"#Fatura @Deniz", "#fatura AND @deniz"},
        {"gel ek:olumsuz", "gel ek:olumsuz"},
        {"gel ek:olumsuz kisi:BEN b", "gel ek:olumsuz kişi:ben AND b"},
        {"ek:rivayet", "ek:rivayet"},
        {"gel AND ek:rivayet", "gel AND ek:rivayet"},
        {"title:Fatura", "title:fatura"},
        {"başlık:(a OR \"b c\")", "title:(a OR \"b c\")"},
        {"title:gel ek:olumsuz", "title:(gel ek:olumsuz)"},
        {"site:Ornek.example", "site:ornek.example"},
        {"site:(a.example VEYA b.example)", "site:a.example OR site:b.example"},
        {"author:\"forum.example/Can Su\"", "author:\"forum.example/Can Su\""},
        {"duygu:olumsuz", "sentiment:negative"},
        {"sentiment: negative", "sentiment:negative"},
        {"intent:SIKAYET", "intent:complaint"},
        {"kind:yorum lang:TR", "kind:comment AND lang:tr"},
        {"since:2026-11-22", "since:2026-11-21T21:00:00Z"},
        {"until:2026-11-22", "until:2026-11-22T21:00:00Z"},
        {"since:2026-11-22T09:30:00Z", "since:2026-11-22T09:30:00Z"},
        {"reach>:1000 cluster:12", "reach>:1000 AND cluster:12"},
        {"a # yorum\n b", "a AND b"},
        {"14:30", "14:30"},
        {"\"https://ornek.example/a\"", "\"https://ornek.example/a\""},
        {"😀", "😀"},
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]), false);
}

static void lines_of_a_topic_are_alternatives(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"# yorum\nFatura OR aidat\n\n\"Zirve Mobil\" VEYA ücret # sonda\n",
         "fatura OR aidat OR \"zirve mobil\" OR ücret"},
        {"a b\nc", "(a AND b) OR c"},
        {"a AND\nb\nc", "(a AND b) OR c"},
        {"a\nAND b\nc", "(a AND b) OR c"},
        {"(a\nb)\nAND NOT c", "(a OR b) AND NOT c"},
        {"a\n# yorum\n\nOR b", "a OR b"},
        {"a\nek:olumsuz", "a OR ek:olumsuz"},
        {"(\na\nb\n)", "a OR b"},
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]), true);
}

static void what_cannot_be_read_is_refused_with_its_place_and_advice(void **state)
{
    (void)state;
    static const struct {
        const char *text, *begin, *holds;
        enum nb_err err;
        bool lines;
    } rows[] = {
        {"OR a", "t:1:1: found OR, expected", "quotes", NB_ESYNTAX, false},
        {"a OR OR b", "t:1:6: found OR, expected", "a word", NB_ESYNTAX, false},
        {"a OR", "t:1:5: found the end, expected", "a word", NB_ESYNTAX, false},
        {"# yalnız yorum", "t:1:15: found the end, expected", "", NB_ESYNTAX, false},
        {"(a OR (b c)", "t:1:12: found the end, expected", "( at 1:1", NB_ESYNTAX, false},
        {"ü\n (b", "t:2:4: found the end, expected", "( at 2:2", NB_ESYNTAX, false},
        {"a ) b", "t:1:3: found ), expected", "without a (", NB_ESYNTAX, false},
        {"()", "t:1:2: found ), expected", "a word", NB_ESYNTAX, false},
        {"\"a b", "t:1:1: found an open quote, expected", "closing", NB_ESYNTAX, false},
        {"\"!\"", "t:1:1: found !, expected", "letter or digit", NB_ESYNTAX, false},
        {"\"\"", "t:1:1: found an empty phrase, expected", "", NB_ESYNTAX, false},
        {"\"1 2 3 4 5 6 7 8 9\"", "t:1:1: found 1 2 3", "at most 8 words", NB_ESYNTAX, false},
        {"ş sentimnet:negative", "t:1:3: found sentimnet:", "did you mean sentiment:?", NB_ESYNTAX,
         false},
        {"sentiment:negatve", "t:1:11: found negatve", "did you mean negative?", NB_ESYNTAX, false},
        {"event:dügün", "t:1:7: found dügün", "marriage", NB_ESYNTAX, false},
        {"gel ek:olumsz", "t:1:8: found olumsz", "did you mean olumsuz?", NB_ESYNTAX, false},
        {"gel ek:", "t:1:8: found the end", "olumsuz", NB_ESYNTAX, false},
        {"\"a b\" ek:olumsuz", "t:1:7: found ek:", "AND", NB_ESYNTAX, false},
        {"https://ornek.example/a", "t:1:1: found https://", "quotes", NB_ESYNTAX, false},
        {"reach:5", "t:1:1: found reach:5", "try reach>:1000", NB_ESYNTAX, false},
        {"reach>:çok", "t:1:8: found çok", "whole number", NB_ESYNTAX, false},
        {"since:dün", "t:1:7: found dün", "2026-11-22", NB_ESYNTAX, false},
        {"a NEAR b", "t:1:3: found NEAR", "try NEAR/5", NB_ESYNTAX, false},
        {"a NEAR/101 b", "t:1:3: found NEAR/101", "0 to 100", NB_ESYNTAX, false},
        {"a NEAR/5 (b AND c)", "t:1:11: found AND", "both sides", NB_ESYNTAX, false},
        {"a NEAR/5 site:x", "t:1:10: found AND", "both sides", NB_ESYNTAX, false},
        {"-a", "t:1:1: found -a", "try NOT a", NB_ESYNTAX, false},
        {"a*b", "t:1:1: found a*b", "only at the end", NB_ESYNTAX, false},
        {"a*", "t:1:1: found a*", "at least 2", NB_ESYNTAX, false},
        {"*", "t:1:1: found *", "", NB_ESYNTAX, false},
        {"# a\n#", "t:2:2: found the end", "", NB_ESYNTAX, false},
        {"title:(a site:b)", "t:1:10: found site:", "only words", NB_ESYNTAX, false},
        {"a\nb\nAND c", "t:3:1: found AND", "into ( )", NB_ESYNTAX, true},
        {"a \xFF", "t: byte 3 is not UTF-8", "save", NB_EUTF8, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_query *query = NULL;
        struct nb_error error = {0};
        enum nb_err err = nb_query_parse(language, "t", nb_slice_str(rows[i].text), rows[i].lines,
                                         arena, &query, &error);
        if (err != rows[i].err || strncmp(error.text, rows[i].begin, strlen(rows[i].begin)) != 0 ||
            !strstr(error.text, rows[i].holds)) {
            fail_msg("\"%s\": %d %s", rows[i].text, err, error.text);
        }
        assert_null(query);
    }
}

static void a_query_over_a_limit_is_refused(void **state)
{
    (void)state;
    const struct nb_query *query = NULL;
    char *many = nb_arena_alloc(arena, 1 << 17);
    memset(many, ' ', 1 << 17);
    assert_int_equal(
        nb_query_parse(language, NULL, nb_slice(many, (1 << 16) + 1), false, arena, &query, NULL),
        NB_ETOOBIG);
    for (size_t i = 0; i < 2002; i += 2) {
        many[i] = 'a';
    }
    assert_int_equal(
        nb_query_parse(language, NULL, nb_slice(many, 2000), false, arena, &query, NULL), NB_OK);
    assert_int_equal(query->children_n, 1000);
    assert_int_equal(
        nb_query_parse(language, NULL, nb_slice(many, 2002), false, arena, &query, NULL),
        NB_ETOOBIG);
    memset(many, '(', 1 << 16);
    assert_int_equal(
        nb_query_parse(language, NULL, nb_slice(many, 1 << 16), false, arena, &query, NULL),
        NB_ETOOBIG);
    for (size_t i = 0; i + 4 <= 1 << 16; i += 4) {
        memcpy(many + i, "NOT ", 4);
    }
    assert_int_equal(
        nb_query_parse(language, NULL, nb_slice(many, 1 << 16), false, arena, &query, NULL),
        NB_ETOOBIG);
}

static void a_query_that_only_denies_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool negative;
        uint32_t column;
    } rows[] = {{"NOT a", true, 1},          {"a NOT b", false, 0},     {"a OR NOT b", true, 6},
                {"NOT (a NOT b)", true, 1},  {"NOT NOT a", false, 0},   {"site:x NOT a", false, 0},
                {"(NOT a) AND b", false, 0}, {"title:(NOT a)", true, 8}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_query_place place = {0, 0};
        assert_int_equal(nb_query_is_negative(parse(rows[i].text, false), &place),
                         rows[i].negative);
        assert_int_equal(place.column, rows[i].column);
    }
}

static void count_line(void *context, uint32_t line, const char *message)
{
    uint32_t *sum = context;
    assert_non_null(message);
    *sum = *sum * 10 + line;
}

static void a_bad_line_of_the_lexicon_costs_only_itself(void **state)
{
    (void)state;
    uint32_t lines = 0;
    const struct nb_query_language *other;
    const struct nb_query *query;
    struct nb_slice text = NB_LIT("what\noperator XOR\nvalue colour red\nform ek\nform ek yeni\n"
                                  "field site mekan\n");
    assert_int_equal(nb_query_language_read(text, arena, count_line, &lines, &other), NB_OK);
    assert_int_equal(lines, 12345);
    assert_int_equal(nb_query_parse(other, NULL, NB_LIT("mekan:x"), false, arena, &query, NULL),
                     NB_OK);
    assert_string_equal(printed(query), "site:x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_have_one_printed_form),
        cmocka_unit_test(lines_of_a_topic_are_alternatives),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_its_place_and_advice),
        cmocka_unit_test(a_query_over_a_limit_is_refused),
        cmocka_unit_test(a_query_that_only_denies_is_known),
        cmocka_unit_test(a_bad_line_of_the_lexicon_costs_only_itself),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
