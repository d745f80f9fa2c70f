#include "tests/lib/test.h"

#include <nabiz/csv.h>

static void a_table_opens_in_a_turkish_spreadsheet(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_csv csv;
    nb_buf_init(&buf, 4096);
    nb_csv_init(&csv, &buf);
    nb_csv_titles(&csv, (const char *const[]){"yazar", "puan", ""}, 3);
    nb_csv_int(&csv, INT64_MIN);
    nb_csv_milli(&csv, -812);
    nb_csv_time(&csv, 1795310640000, 180);
    nb_csv_time(&csv, -1, 180);
    nb_csv_end_row(&csv);
    nb_csv_end_row(&csv);
    assert_slice_equal(nb_buf_slice(&buf),
                       "\xEF\xBB\xBFyazar;puan;\r\n"
                       "-9223372036854775808;-0,812;2026-11-22 04:24:00;\r\n\r\n");
    nb_buf_fini(&buf);
}

static void thousandths_become_decimals_with_a_comma(void **state)
{
    (void)state;
    static const struct {
        int64_t milli;
        const char *want;
    } rows[] = {
        {0, "0,000"},
        {1, "0,001"},
        {-1, "-0,001"},
        {1000, "1,000"},
        {-12345, "-12,345"},
        {INT64_MAX, "9223372036854775,807"},
        {INT64_MIN, "-9223372036854775,808"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_buf buf;
        struct nb_csv csv = {.buf = &buf};
        nb_buf_init(&buf, 64);
        nb_csv_milli(&csv, rows[i].milli);
        assert_slice_equal(nb_buf_slice(&buf), rows[i].want);
        nb_buf_fini(&buf);
    }
}

static void cells_are_quoted_and_formulas_do_not_run(void **state)
{
    (void)state;
    static const struct {
        struct nb_slice in;
        const char *want;
    } rows[] = {
        {{"plain", 5}, "plain"},
        {{"a;b", 3}, "\"a;b\""},
        {{"a \"b\"", 5}, "\"a \"\"b\"\"\""},
        {{"a\r\nb", 4}, "\"a\r\nb\""},
        {{" a", 2}, "\" a\""},
        {{"=1+1", 4}, "\"'=1+1\""},
        {{"+90 555", 7}, "\"'+90 555\""},
        {{"-2+3", 4}, "\"'-2+3\""},
        {{"@sum", 4}, "\"'@sum\""},
        {{"\t=1", 3}, "\"'\t=1\""},
        {{"\r=1", 3}, "\"'\r=1\""},
        {{"\xEF\xBC\x9D"
          "1",
          4},
         "\"'\xEF\xBC\x9D"
         "1\""},
        {{"=\"x\"", 4}, "\"'=\"\"x\"\"\""},
        {{"-12", 3}, "-12"},
        {{"+12", 3}, "+12"},
        {{"-1,5", 4}, "\"-1,5\""},
        {{"-1,5,5", 6}, "\"'-1,5,5\""},
        {{"-", 1}, "\"'-\""},
        {{"-,5", 3}, "\"'-,5\""},
        {{"-1,", 3}, "\"'-1,\""},
        {{"a\xFF", 2}, "a\xEF\xBF\xBD"},
        {{"a\0b", 3},
         "a\xEF\xBF\xBD"
         "b"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_buf buf;
        struct nb_csv csv = {.buf = &buf};
        nb_buf_init(&buf, 64);
        nb_csv_str(&csv, rows[i].in);
        assert_slice_equal(nb_buf_slice(&buf), rows[i].want);
        nb_buf_fini(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_opens_in_a_turkish_spreadsheet),
        cmocka_unit_test(thousandths_become_decimals_with_a_comma),
        cmocka_unit_test(cells_are_quoted_and_formulas_do_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
