#include "tests/lib/test.h"

#include <unistd.h>

#include <nabiz/table.h>
#include <nabiz/text.h>

static const struct nb_column columns[] = {
    {"author", NB_LEFT, true}, {"posts", NB_RIGHT, false}, {"title", NB_LEFT, true}};

static struct nb_arena *arena;
static struct nb_buf out;

static int begin(void **state)
{
    (void)state;
    arena = nb_arena_new(16 << 20);
    nb_buf_init(&out, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    nb_buf_fini(&out);
    nb_arena_free(arena);
    return 0;
}

static struct nb_table *two_rows(void)
{
    struct nb_table *table = nb_table_new(arena, columns, 3);
    nb_table_cell(table, NB_PLAIN,
                  NB_LIT("ay\xC5\x9F"
                         "e"));
    nb_table_cellf(table, NB_RED, "%d", 7);
    nb_table_cell(table, NB_PLAIN, NB_LIT("short"));
    nb_table_cell(table, NB_PLAIN, NB_LIT("someone with a longer name"));
    nb_table_cellf(table, NB_PLAIN, "%d", 1234);
    nb_table_cell(table, NB_PLAIN, NB_LIT("\xE6\x96\xB0\xE8\x81\x9E"));
    return table;
}

static void columns_are_aligned_by_what_the_eye_sees(void **state)
{
    (void)state;
    assert_int_equal(nb_table_write(two_rows(), 0, false, &out), NB_OK);
    assert_slice_equal(nb_buf_slice(&out), "author                      posts  title\n"
                                           "ay\xC5\x9F"
                                           "e                            7  short\n"
                                           "someone with a longer name   1234  "
                                           "\xE6\x96\xB0\xE8\x81\x9E\n");
}

static void the_widest_flexible_column_gives_way_first(void **state)
{
    (void)state;
    assert_int_equal(nb_table_write(two_rows(), 30, false, &out), NB_OK);
    assert_slice_equal(nb_buf_slice(&out), "author            posts  title\n"
                                           "ay\xC5\x9F"
                                           "e                  7  short\n"
                                           "someone with a \xE2\x80\xA6   1234  "
                                           "\xE6\x96\xB0\xE8\x81\x9E\n");
    for (size_t width = 30; width < 60; width++) {
        nb_buf_reset(&out);
        assert_int_equal(nb_table_write(two_rows(), width, false, &out), NB_OK);
        struct nb_slice rest = nb_buf_slice(&out);
        for (struct nb_slice line; nb_slice_split(&rest, '\n', &line);) {
            assert_true(nb_text_columns(line) <= width);
            assert_true(nb_utf8_valid(line));
        }
    }
}

static void rows_that_do_not_fit_become_records_within_the_width(void **state)
{
    (void)state;
    static const struct nb_column wide[] = {{"rank", NB_RIGHT, false},
                                            {"author", NB_LEFT, true},
                                            {"posts", NB_RIGHT, false},
                                            {"why", NB_LEFT, true}};
    struct nb_table *table = nb_table_new(arena, wide, 4);
    nb_table_cell(table, NB_PLAIN, NB_LIT("1"));
    nb_table_cell(table, NB_PLAIN, NB_LIT("site.example/someone"));
    nb_table_cell(table, NB_PLAIN, NB_LIT("12"));
    nb_table_cell(table, NB_PLAIN, NB_LIT("linked by many who are linked themselves"));
    assert_int_equal(nb_table_write(table, 36, false, &out), NB_OK);
    assert_slice_equal(nb_buf_slice(&out), "1  site.example/someone\n"
                                           "    posts 12, why linked by many who\n"
                                           "    are linked themselves\n");
}

static void the_comma_of_a_record_stays_within_the_width(void **state)
{
    (void)state;
    static const struct nb_column wide[] = {
        {"a", NB_LEFT, true}, {"posts", NB_RIGHT, false}, {"spread", NB_LEFT, false}};
    struct nb_table *table = nb_table_new(arena, wide, 3);
    nb_table_cell(table, NB_PLAIN, NB_LIT("x"));
    nb_table_cell(table, NB_PLAIN, NB_LIT("12345"));
    nb_table_cell(table, NB_PLAIN, NB_LIT("7"));
    /* the number ends in the last column, its comma would be one further */
    assert_int_equal(nb_table_write(table, 15, false, &out), NB_OK);
    assert_slice_equal(nb_buf_slice(&out), "x\n"
                                           "    posts\n"
                                           "    12345,\n"
                                           "    spread 7\n");
}

static void a_record_leaves_out_what_is_empty(void **state)
{
    (void)state;
    static const struct nb_column wide[] = {{"url", NB_LEFT, true},
                                            {"title", NB_LEFT, false},
                                            {"group", NB_LEFT, false},
                                            {"kind", NB_LEFT, false},
                                            {"last poll", NB_LEFT, false}};
    struct nb_table *table = nb_table_new(arena, wide, 5);
    nb_table_cell(table, NB_PLAIN, NB_LIT("https://site.example/feed"));
    nb_table_cell(table, NB_PLAIN, NB_LIT("News"));
    nb_table_cell(table, NB_PLAIN, NB_LIT(""));
    nb_table_cell(table, NB_PLAIN, NB_LIT("article"));
    nb_table_cell(table, NB_PLAIN, NB_LIT(""));
    nb_table_cell(table, NB_PLAIN, NB_LIT("https://site.example/new"));
    for (size_t i = 1; i < 5; i++) {
        nb_table_cell(table, NB_PLAIN, NB_LIT(""));
    }
    assert_int_equal(nb_table_write(table, 30, false, &out), NB_OK);
    assert_slice_equal(nb_buf_slice(&out), "https://site.example/feed\n"
                                           "    title News, kind article\n"
                                           "https://site.example/new\n");
}

static void colours_do_not_move_the_columns(void **state)
{
    (void)state;
    assert_int_equal(nb_table_write(two_rows(), 0, true, &out), NB_OK);
    assert_true(nb_slice_find(nb_buf_slice(&out), NB_LIT("    \x1b[31m7\x1b[0m  short\n"), 0) !=
                NB_NPOS);
    assert_true(nb_slice_starts(nb_buf_slice(&out), NB_LIT("\x1b[1mauthor\x1b[0m ")));
}

static void a_hostile_cell_stays_in_its_cell(void **state)
{
    (void)state;
    static const struct {
        struct nb_slice in;
        const char *want;
    } rows[] = {
        {{"a\nb\r\n\tc", 7}, "t\na b c\n"},
        {{"\x1b[31mred", 8}, "t\n[31mred\n"},
        {{"a\xC2\x9B"
          "b",
          4},
         "t\na b\n"},
        {{"a\xE2\x80\xAE"
          "b",
          5},
         "t\na b\n"},
        {{"a\xFF", 2}, "t\na\xEF\xBF\xBD\n"},
        {{"a\0b", 3}, "t\na b\n"},
        {{"", 0}, "t\n\n"},
        {{NULL, 0}, "t\n\n"},
    };
    static const struct nb_column one[] = {{"t", NB_LEFT, true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_table *table = nb_table_new(arena, one, 1);
        nb_table_cell(table, NB_PLAIN, rows[i].in);
        nb_buf_reset(&out);
        assert_int_equal(nb_table_write(table, 80, false, &out), NB_OK);
        assert_slice_equal(nb_buf_slice(&out), rows[i].want);
    }
}

static void a_table_over_its_memory_is_refused_whole(void **state)
{
    (void)state;
    struct nb_arena *small = nb_arena_new(16 << 10);
    struct nb_table *table = nb_table_new(small, columns, 3);
    for (int i = 0; i < 3000; i++) {
        nb_table_cell(table, NB_PLAIN, NB_LIT("cell"));
    }
    assert_int_equal(nb_table_write(table, 0, false, &out), NB_ENOMEM);
    nb_arena_free(small);
}

static void the_width_is_asked_of_columns_and_then_of_the_terminal(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    setenv("COLUMNS", "123", 1);
    assert_int_equal(nb_terminal_width(fds[1]), 123);
    static const char *const wrong[] = {"0", "-5", "x", "", "99999999999"};
    for (size_t i = 0; i < 5; i++) {
        setenv("COLUMNS", wrong[i], 1);
        assert_int_equal(nb_terminal_width(fds[1]), 0);
    }
    unsetenv("COLUMNS");
    assert_int_equal(nb_terminal_width(fds[1]), 0);
    assert_false(nb_terminal_colour(fds[1]));
    close(fds[0]);
    close(fds[1]);
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(columns_are_aligned_by_what_the_eye_sees),
        IN_ARENA(the_widest_flexible_column_gives_way_first),
        IN_ARENA(rows_that_do_not_fit_become_records_within_the_width),
        IN_ARENA(the_comma_of_a_record_stays_within_the_width),
        IN_ARENA(a_record_leaves_out_what_is_empty),
        IN_ARENA(colours_do_not_move_the_columns),
        IN_ARENA(a_hostile_cell_stays_in_its_cell),
        IN_ARENA(a_table_over_its_memory_is_refused_whole),
        IN_ARENA(the_width_is_asked_of_columns_and_then_of_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
