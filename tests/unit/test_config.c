#include "tests/lib/test.h"

#include <fcntl.h>
#include <unistd.h>

#include <nabiz/config.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>
#include <nabiz/paths.h>

static char *dir;
static char *path;
static char *log_path;
static int log_fd;
static struct nb_arena *arena;
static struct nb_config *config;
static struct nb_error error;

static int begin(void **state)
{
    (void)state;
    dir = nbt_tmpdir();
    path = nbt_path(dir, "nabiz.conf");
    log_path = nbt_path(dir, "log");
    log_fd = open(log_path, O_RDWR | O_CREAT | O_APPEND, 0600);
    nb_diag_set_fd(log_fd);
    arena = nb_arena_new(64 << 20);
    error = (struct nb_error){0};
    config = NULL;
    return log_fd < 0;
}

static int end(void **state)
{
    (void)state;
    nb_config_free(config);
    nb_arena_free(arena);
    nb_diag_set_fd(2);
    close(log_fd);
    free(log_path);
    free(path);
    nbt_rmdir(dir);
    return 0;
}

static enum nb_err load_slice(struct nb_slice text)
{
    nbt_write_file(path, text);
    nb_config_free(config);
    error = (struct nb_error){0};
    return nb_config_load(path, NULL, 0, &config, &error);
}

static enum nb_err load(const char *text)
{
    return load_slice(nb_slice_str(text));
}

static size_t log_lines(void)
{
    struct nb_slice text = nbt_read_file(log_path, arena);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n += text.p[i] == '\n';
    }
    assert_int_equal(ftruncate(log_fd, 0), 0);
    return n;
}

static void without_a_file_the_defaults_hold(void **state)
{
    (void)state;
    char cwd[4096];
    char *want = nbt_path(getcwd(cwd, sizeof(cwd)), "data");
    assert_int_equal(nb_config_load(NULL, NULL, 0, &config, &error), NB_OK);
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        const struct nb_config_row *row = nb_config_row((enum nb_config_id)i);
        if (row->type != NB_CONFIG_STRING && row->type != NB_CONFIG_PATH) {
            assert_true(nb_config_int(config, (enum nb_config_id)i) == row->number);
        }
    }
    assert_string_equal(nb_config_str(config, NB_CFG_DATA_DIR), want);
    assert_string_equal(nb_config_str(config, NB_CFG_LISTEN), "127.0.0.1:8420");
    assert_string_equal(nb_config_str(config, NB_CFG_CLOCK_FILE), "");
    assert_null(nb_config_path(config));
    free(want);
}

static void every_row_of_the_table_makes_sense(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        const struct nb_config_row *row = nb_config_row((enum nb_config_id)i);
        int64_t size = (int64_t)strlen(row->text);
        bool text = row->type == NB_CONFIG_STRING || row->type == NB_CONFIG_PATH;
        assert_true(row->min <= row->max);
        assert_true(text ? size >= row->min && size <= row->max
                         : row->number >= row->min && row->number <= row->max);
        assert_non_null(strchr(row->name, '.'));
        assert_true(strlen(row->line) > 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(row->name, nb_config_row((enum nb_config_id)k)->name);
        }
    }
}

static void values_are_read_in_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum nb_config_id id;
        int64_t number;
        const char *want;
    } rows[] = {
        {"crawl { loops = 3; }", NB_CFG_LOOPS, 3, NULL},
        {"crawl{loops=3}", NB_CFG_LOOPS, 3, NULL},
        {"\xEF\xBB\xBF"
         "crawl { loops : 3 }",
         NB_CFG_LOOPS, 3, NULL},
        {"crawl\r\n{\r\n loops = 3\r\n}\r\n", NB_CFG_LOOPS, 3, NULL},
        {"crawl {} crawl { loops = 3 }", NB_CFG_LOOPS, 3, NULL},
        {"# x\ncrawl { loops = 3 # y\n}", NB_CFG_LOOPS, 3, NULL},
        {"/* a /* b */ c */ crawl { loops = /* 2 */ 3 /* 4 */; }", NB_CFG_LOOPS, 3, NULL},
        {"crawl { loops = \"3\"; }", NB_CFG_LOOPS, 3, NULL},
        {"crawl { body_max = 2m; }", NB_CFG_BODY_MAX, 2 << 20, NULL},
        {"crawl { body_max = 2MB; }", NB_CFG_BODY_MAX, 2 << 20, NULL},
        {"crawl { body_max = 64 k; }", NB_CFG_BODY_MAX, 64 << 10, NULL},
        {"store { max = 1g; }", NB_CFG_STORE_MAX, 1 << 30, NULL},
        {"crawl { interval = 5min; }", NB_CFG_INTERVAL, 300, NULL},
        {"crawl { interval = 90; }", NB_CFG_INTERVAL, 90, NULL},
        {"crawl { interval = 2d; }", NB_CFG_INTERVAL, 172800, NULL},
        {"crawl { interval = 3000ms; }", NB_CFG_INTERVAL, 3, NULL},
        {"crawl { host_gap = 2s; }", NB_CFG_HOST_GAP, 2000, NULL},
        {"clock { utc_offset = -3h; }", NB_CFG_UTC_OFFSET, -180, NULL},
        {"crawl { ordered = on; }", NB_CFG_ORDERED, 1, NULL},
        {"crawl { ordered = Yes; }", NB_CFG_ORDERED, 1, NULL},
        {"crawl { ordered = false; }", NB_CFG_ORDERED, 0, NULL},
        {"log { level = error; }", NB_CFG_LOG_LEVEL, 3, NULL},
        {"serve { listen = \"\"; }", NB_CFG_LISTEN, 0, ""},
        {"crawl { contact = a b  c ; }", NB_CFG_CONTACT, 0, "a b  c"},
        {"crawl { contact = 'a \"b\" \\n \\' c'; }", NB_CFG_CONTACT, 0, "a \"b\" \\n ' c"},
        {"crawl { contact = \"\\\"\\\\\\/\\u0131\\uD83D\\uDE00;#}\"; }", NB_CFG_CONTACT, 0,
         "\"\\/\xC4\xB1\xF0\x9F\x98\x80;#}"},
        {"crawl { contact = http://a.example/x; }", NB_CFG_CONTACT, 0, "http://a.example/x"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (load(rows[i].text) != NB_OK) {
            fail_msg("%s: %s", rows[i].text, nb_error_text(&error));
        }
        if (rows[i].want) {
            assert_string_equal(nb_config_str(config, rows[i].id), rows[i].want);
        } else {
            assert_true(nb_config_int(config, rows[i].id) == rows[i].number);
        }
    }
}

static void a_mistake_is_named_with_its_line_and_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum nb_err err;
        unsigned line;
        const char *part; /* of the message */
    } rows[] = {
        {"crawl {\n lops = 3;\n}", NB_EINVAL, 2, "did you mean crawl.loops?"},
        {"crawl {\n workers = 3;\n}", NB_EINVAL, 2, "did you mean analyze.workers?"},
        {"loops = 3;", NB_EINVAL, 1, "did you mean crawl.loops?"},
        {"crawl { zzzzzz = 3; }", NB_EINVAL, 1, "nabiz config dump --sample"},
        {"\n\ncrwal {\n loops = 3;\n}", NB_EINVAL, 3, "did you mean crawl?"},
        {"crawl { loops = 3;\n loops = 3; }", NB_EINVAL, 2, "already set in line 1"},
        {"crawl { loops = 0; }", NB_EINVAL, 1, "from 1 to 64"},
        {"crawl { loops = 99999999999999999999; }", NB_EINVAL, 1, "64 bits"},
        {"crawl { loops = 3k; }", NB_EINVAL, 1, "without a suffix"},
        {"crawl { loops = x; }", NB_EINVAL, 1, "whole number"},
        {"crawl { interval = 1500ms; }", NB_EINVAL, 1, "whole seconds"},
        {"crawl { interval = 9223372036854775807d; }", NB_EINVAL, 1, "too large"},
        {"crawl { interval = 3parsecs; }", NB_EINVAL, 1, "ms s min h d"},
        {"crawl { body_max = 3min; }", NB_EINVAL, 1, "k m g"},
        {"crawl { body_max = 1.5m; }", NB_EINVAL, 1, "whole number"},
        {"crawl { ordered = maybe; }", NB_EINVAL, 1, "on or off"},
        {"log { level = wrn; }", NB_EINVAL, 1, "did you mean warn?"},
        {"data { dir = \"\"; }", NB_EINVAL, 1, "must have 1 to 4096"},
        {"crawl { user_agent = \"a\\r\\nX: y\"; }", NB_EINVAL, 1, "control character"},
        {"store { map = 2g;\n max = 1g; }", NB_EINVAL, 2, "store.map is over store.max"},
        {"crawl { loops 3; }", NB_ESYNTAX, 1, "expected = or { after loops"},
        {"crawl {\n loops\n}", NB_ESYNTAX, 2, "expected = or { after loops"},
        {"crawl { loops = ; }", NB_ESYNTAX, 1, "no value"},
        {"crawl { loops = 3", NB_ESYNTAX, 1, "not closed; add }"},
        {"crawl { loops = 3; } }", NB_ESYNTAX, 1, "} closes nothing"},
        {"crawl { contact = a#b; }", NB_ESYNTAX, 1, "double quotes"},
        {"crawl { contact = a, b; }", NB_ESYNTAX, 1, "double quotes"},
        {"crawl { contact = \"a;\n}", NB_ESYNTAX, 1, "does not end in its line"},
        {"crawl { contact = \"a\\q\"; }", NB_ESYNTAX, 1, "no such escape"},
        {"crawl { contact = \"\\u0000\"; }", NB_ESYNTAX, 1, "no such escape"},
        {"crawl { contact = \"\\uD83Dx\"; }", NB_ESYNTAX, 1, "no such escape"},
        {"crawl { contact = \"a\" b; }", NB_ESYNTAX, 1, "expected ; after"},
        {"crawl.loops = 3;", NB_ESYNTAX, 1, "write crawl { ... }"},
        {".include \"x\"", NB_ESYNTAX, 1, "no macros or includes"},
        {"=", NB_ESYNTAX, 1, "expected the name"},
        {"\n/* a /* b */", NB_ESYNTAX, 2, "add */"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum nb_err err = load(rows[i].text);
        char *at = NULL;
        assert_true(asprintf(&at, "%s:%u: ", path, rows[i].line) > 0);
        if (err != rows[i].err || !strstr(nb_error_text(&error), rows[i].part) ||
            strncmp(nb_error_text(&error), at, strlen(at)) != 0) {
            fail_msg("%s\ngave %d: %s", rows[i].text, err, nb_error_text(&error));
        }
        assert_int_equal(error.code, err);
        assert_null(config);
        assert_int_equal(log_lines(), 0); /* one slip, one message */
        free(at);
    }
}

static void every_mistake_of_a_file_is_reported(void **state)
{
    (void)state;
    assert_int_equal(load("crawl {\n loops = 0;\n interval 3;\n foo { bar = 1; baz = 2; }\n"
                          " contact = \"x\n}\n@;\nlog { level = loud; }\n"),
                     NB_EINVAL);
    assert_non_null(strstr(nb_error_text(&error), ":2: crawl.loops"));
    assert_int_equal(log_lines(), 5);
    struct nb_buf many;
    nb_buf_init(&many, 1 << 20);
    for (int i = 0; i < 1000; i++) {
        nb_buf_add_str(&many, "x y\n");
    }
    assert_int_equal(load_slice(nb_buf_slice(&many)), NB_ESYNTAX);
    assert_int_equal(log_lines(), 20); /* 19 and a line that says there are more */
    nb_buf_fini(&many);
}

static void what_is_no_text_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(load_slice(nb_slice("a\n\0b", 4)), NB_ESYNTAX);
    assert_non_null(strstr(nb_error_text(&error), "nabiz.conf:2: a NUL byte"));
    assert_int_equal(load("\n\n\xFF"), NB_ESYNTAX);
    assert_non_null(strstr(nb_error_text(&error), "nabiz.conf:3: not UTF-8"));
    char *big = nb_arena_alloc(arena, (1 << 20) + 1);
    memset(big, '\n', (1 << 20) + 1);
    assert_int_equal(load_slice(nb_slice(big, 1 << 20)), NB_OK);
    assert_int_equal(load_slice(nb_slice(big, (1 << 20) + 1)), NB_ETOOBIG);
    memset(big, '/', 1 << 20);
    for (size_t i = 1; i < 1 << 20; i += 2) {
        big[i] = '*'; /* comments within comments to the end */
    }
    assert_int_equal(load_slice(nb_slice(big, 1 << 20)), NB_ESYNTAX);
    memset(big, '{', 1 << 20);
    memcpy(big, "crawl", 5);
    assert_int_equal(load_slice(nb_slice(big, 1 << 20)), NB_ESYNTAX);
    nb_config_free(config);
    config = NULL;
    char *missing = nbt_path(dir, "missing.conf");
    assert_int_equal(nb_config_load(missing, NULL, 0, &config, &error), NB_ENOTFOUND);
    assert_non_null(strstr(nb_error_text(&error), "--sample"));
    assert_int_equal(nb_config_load(dir, NULL, 0, &config, &error), NB_EIO);
    free(missing);
}

static void settings_of_the_command_line_win(void **state)
{
    (void)state;
    static const char *const good[] = {"crawl.loops=4", "crawl.loops = 5", "crawl.contact=a=b;c"};
    nbt_write_file(path, NB_LIT("crawl { loops = 2; parsers = 3; }"));
    assert_int_equal(nb_config_load(path, good, 3, &config, &error), NB_OK);
    assert_int_equal(nb_config_int(config, NB_CFG_LOOPS), 5);
    assert_int_equal(nb_config_int(config, NB_CFG_PARSERS), 3);
    assert_string_equal(nb_config_str(config, NB_CFG_CONTACT), "a=b;c");
    nb_config_free(config);
    static const char *const bad[][2] = {
        {"crawl.lops=4", "did you mean crawl.loops?"},
        {"crawl.loops", "section.key=value"},
        {"crawl.loops=0", "from 1 to 64"},
        {"crawl.contact=\xFF", "not UTF-8"},
    };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(nb_config_load(path, &bad[i][0], 1, &config, &error), NB_EINVAL);
        assert_non_null(strstr(nb_error_text(&error), "--set: "));
        assert_non_null(strstr(nb_error_text(&error), bad[i][1]));
    }
}

static void paths_start_at_the_file_and_those_of_the_command_line_here(void **state)
{
    (void)state;
    static const char *const sets[] = {"data.topics=here", "data.lexicons=/abs"};
    char cwd[4096];
    char *data = nbt_path(dir, "d/e");
    char *sources = nbt_path(dir, "sources.list");
    char *topics = nbt_path(getcwd(cwd, sizeof(cwd)), "here");
    nbt_write_file(path, NB_LIT("data { dir = d/e; } clock { file = /x/y }"));
    assert_int_equal(nb_config_load(path, sets, 2, &config, &error), NB_OK);
    assert_string_equal(nb_config_str(config, NB_CFG_DATA_DIR), data);
    assert_string_equal(nb_config_str(config, NB_CFG_SOURCES), sources);
    assert_string_equal(nb_config_str(config, NB_CFG_TOPICS), topics);
    assert_string_equal(nb_config_str(config, NB_CFG_LEXICONS), "/abs");
    assert_string_equal(nb_config_str(config, NB_CFG_CLOCK_FILE), "/x/y");
    assert_string_equal(nb_config_path(config), path);
    free(data);
    free(sources);
    free(topics);
}

static void what_comes_with_the_program_is_found(void **state)
{
    (void)state;
    char got[4096];
    char *want = nbt_path(dir, "lexicons");
    setenv("NABIZ_SHARE", dir, 1);
    assert_int_equal(nb_path_share("lexicons", got, sizeof(got)), NB_OK);
    assert_string_equal(got, want);
    assert_int_equal(nb_path_share("lexicons", got, strlen(want)), NB_ETOOBIG);
    assert_int_equal(load(""), NB_OK);
    assert_string_equal(nb_config_str(config, NB_CFG_LEXICONS), want);
    unsetenv("NABIZ_SHARE");
    /* A program below build/ finds what lies beside build/; the directory tests/ stands for it. */
    assert_int_equal(nb_path_share("tests", got, sizeof(got)), NB_OK);
    assert_true(nb_slice_ends(nb_slice_str(got), NB_LIT("/tests")));
    assert_int_equal(access(got, R_OK), 0);
    assert_int_equal(nb_path_share("no-such", got, sizeof(got)), NB_OK);
    assert_true(nb_slice_ends(nb_slice_str(got), NB_LIT("/share/nabiz/no-such")));
    free(want);
}

static void assert_same(const struct nb_config *a, const struct nb_config *b)
{
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        enum nb_config_id id = (enum nb_config_id)i;
        enum nb_config_type type = nb_config_row(id)->type;
        if (type == NB_CONFIG_STRING || type == NB_CONFIG_PATH) {
            assert_string_equal(nb_config_str(a, id), nb_config_str(b, id));
        } else {
            assert_true(nb_config_int(a, id) == nb_config_int(b, id));
        }
    }
}

static void two_configurations_differ_where_a_setting_differs(void **state)
{
    (void)state;
    struct nb_config *other = NULL;
    assert_int_equal(load("data { dir = a; } crawl { interval = 60s; contact = \"x\"; }"), NB_OK);
    nbt_write_file(path, NB_LIT("data { dir = b; } crawl { interval = 1min; contact = \"y\"; "
                                "ordered = on; }"));
    assert_int_equal(nb_config_load(path, NULL, 0, &other, &error), NB_OK);
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        bool differs = i == NB_CFG_DATA_DIR || i == NB_CFG_CONTACT || i == NB_CFG_ORDERED;
        if (nb_config_same(config, other, (enum nb_config_id)i) == differs) {
            fail_msg("%s", nb_config_row((enum nb_config_id)i)->name);
        }
    }
    nb_config_free(other);
}

static void a_dump_loads_to_the_same_values(void **state)
{
    (void)state;
    struct nb_config *again = NULL;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    char *other_dir = nbt_tmpdir();
    char *elsewhere = nbt_path(other_dir, "dump.conf");
    assert_int_equal(load("crawl { contact = 'a \"b\" \\ c #;'; interval = 61; ordered = on;"
                          " body_max = 1025; host_gap = 1001 }\n"
                          "store { max = 3m; map = 2097153 } data { dir = x; }\n"
                          "clock { utc_offset = -90 } log { level = error }"),
                     NB_OK);
    nb_config_dump(config, false, &text);
    nbt_write_file(elsewhere, nb_buf_slice(&text));
    assert_int_equal(nb_config_load(elsewhere, NULL, 0, &again, &error), NB_OK);
    assert_same(config, again);
    nb_config_free(again);
    nb_buf_fini(&text);
    free(elsewhere);
    nbt_rmdir(other_dir);
}

static void the_sample_is_the_defaults_and_so_it_is_with_the_marks_off(void **state)
{
    (void)state;
    struct nb_config *defaults = NULL;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    assert_int_equal(load(""), NB_OK);
    defaults = config;
    config = NULL;
    nb_config_dump(NULL, true, &text);
    assert_int_equal(load_slice(nb_buf_slice(&text)), NB_OK);
    assert_same(defaults, config);
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.p[i] == '#' && text.p[i + 1] != ' ') {
            text.p[i] = ' ';
        }
    }
    assert_int_equal(load_slice(nb_buf_slice(&text)), NB_OK);
    assert_same(defaults, config);
    nb_config_free(defaults);
    nb_buf_fini(&text);
}

static void the_sample_in_config_is_the_generated_one(void **state)
{
    (void)state;
    char place[4096];
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    nb_config_dump(NULL, true, &text);
    assert_int_equal(nb_path_share("config", place, sizeof(place)), NB_OK);
    char *kept = nbt_path(place, "nabiz.conf");
    struct nb_slice have = nbt_read_file(kept, arena);
    if (!nb_slice_eq(have, nb_buf_slice(&text))) {
        fail_msg("%s has drifted; run: build/nabiz config dump --sample > config/nabiz.conf", kept);
    }
    for (struct nb_slice rest = have, one; nb_slice_split(&rest, '\n', &one);) {
        assert_true(one.len <= 100);
    }
    free(kept);
    nb_buf_fini(&text);
}

static void loading_survives_the_loss_of_any_allocation(void **state)
{
    (void)state;
    nbt_write_file(path, NB_LIT("crawl { contact = \"x\"; loops = 2 } data { dir = d }"));
    enum nb_err err = NB_ENOMEM;
    for (long n = 1; n < 100 && err != NB_OK; n++) {
        nb_mem_fail_from(n);
        err = nb_config_load(path, NULL, 0, &config, &error);
        nb_mem_fail_from(0);
        assert_true(err == NB_OK || err == NB_ENOMEM);
    }
    assert_int_equal(err, NB_OK);
}

static void a_near_word_is_suggested_and_a_far_one_is_not(void **state)
{
    (void)state;
    static const char *const names[] = {"help", "run", "source", "topic", "config", ""};
    static const struct {
        const char *word;
        const char *want;
    } rows[] = {
        {"hlep", "help"}, {"soruce", "source"}, {"sources", "source"}, {"CONFIG", "config"},
        {"rnu", "run"},   {"ru", "run"},        {"x", NULL},           {"", NULL},
        {"tpoci", NULL},  {"digest", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *got = nb_suggest(nb_slice_str(rows[i].word), names, 6);
        if (!rows[i].want) {
            assert_null(got);
        } else {
            assert_non_null(got);
            assert_string_equal(got, rows[i].want);
        }
    }
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(without_a_file_the_defaults_hold),
        IN_DIR(every_row_of_the_table_makes_sense),
        IN_DIR(values_are_read_in_every_form),
        IN_DIR(a_mistake_is_named_with_its_line_and_what_to_do),
        IN_DIR(every_mistake_of_a_file_is_reported),
        IN_DIR(what_is_no_text_file_is_refused),
        IN_DIR(settings_of_the_command_line_win),
        IN_DIR(paths_start_at_the_file_and_those_of_the_command_line_here),
        IN_DIR(what_comes_with_the_program_is_found),
        IN_DIR(two_configurations_differ_where_a_setting_differs),
        IN_DIR(a_dump_loads_to_the_same_values),
        IN_DIR(the_sample_is_the_defaults_and_so_it_is_with_the_marks_off),
        IN_DIR(the_sample_in_config_is_the_generated_one),
        IN_DIR(loading_survives_the_loss_of_any_allocation),
        IN_DIR(a_near_word_is_suggested_and_a_far_one_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
