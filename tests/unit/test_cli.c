#include "tests/lib/test.h"

#include <fcntl.h>
#include <unistd.h>

#include <nabiz/cli.h>

/* What the command saw, noted by its run function. */
static struct {
    int runs;
    char text[512];
    int64_t limit;
} seen;

static int run_show(struct nb_args *args)
{
    size_t sets_n;
    const char *const *sets = nb_args_sets(args, &sets_n);
    const char *format = nb_args_get(args, "format");
    const char *config = nb_args_config(args);
    int n = snprintf(seen.text, sizeof(seen.text), "%s format=%s all=%d config=%s sets=%zu",
                     nb_args_command(args)->name, format ? format : "-", nb_args_has(args, "all"),
                     config ? config : "-", sets_n);
    for (size_t i = 0; i < sets_n; i++) {
        n += snprintf(seen.text + n, sizeof(seen.text) - (size_t)n, " %s", sets[i]);
    }
    for (size_t i = 0; i < nb_args_words_n(args); i++) {
        n += snprintf(seen.text + n, sizeof(seen.text) - (size_t)n, " [%s]", nb_args_word(args, i));
    }
    assert_null(nb_args_word(args, nb_args_words_n(args)));
    seen.runs++;
    return nb_args_int(args, "limit", 1, 100, 20, &seen.limit) ? NB_EXIT_OK : NB_EXIT_USAGE;
}

static int run_fail(struct nb_args *args)
{
    struct nb_error error = {0};
    (void)nb_error_set(&error, NB_ESYNTAX, "line 3: no such thing; try another");
    return nb_fail(args, &error);
}

static int run_load(struct nb_args *args)
{
    struct nb_config *config;
    struct nb_error error = {0};
    if (nb_args_load_config(args, &config, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    seen.limit = nb_config_int(config, NB_CFG_LOOPS);
    nb_config_free(config);
    return NB_EXIT_OK;
}

static const struct nb_command show = {
    .name = "show",
    .line = "show what there is, in a line that is long enough to need more than one line of "
            "eighty columns",
    .usage = "WORD [WORD]",
    .about = "The first paragraph with \"quotes\", a \\ and 'more', .dots at the front.\n"
             ".The second paragraph. It has (two sentences.) Or three, v. the first?",
    .options =
        (const struct nb_option[]){
            {"format", "FORMAT", "table|json|csv", "how it's printed"},
            {"limit", "N", NULL, "how many [at most]: 20 unless given"},
            {"sort", "ORDER", "score|posts|reach|expertise|trust|spread|reception|coordination",
             "what comes first"},
            {"all", NULL, NULL, "old ones too"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){{"nabiz show \"a\\b\" --limit 3", "three"}, {NULL, NULL}},
    .min_words = 1,
    .max_words = 2,
    .run = run_show,
};
static const struct nb_command fail_command = {
    .name = "fail", .line = "always fails", .usage = "", .max_words = -1, .run = run_fail};
static const struct nb_command load_command = {
    .name = "load", .line = "loads", .usage = "all | one NAME | FILE...", .run = run_load};
static const struct nb_command first_title = {.line = "First group"};
static const struct nb_command empty_title = {.line = "Empty group"};
static const struct nb_command second_title = {.line = "Second group"};
static const struct nb_command *const commands[] = {&first_title,  &show,         &empty_title,
                                                    &second_title, &fail_command, &load_command};

enum { COMMANDS_N = sizeof(commands) / sizeof(commands[0]) };

static char *dir;
static struct nb_arena *arena;

static int begin(void **state)
{
    (void)state;
    dir = nbt_tmpdir();
    arena = nb_arena_new(16 << 20);
    unsetenv("NABIZ_CONFIG");
    return 0;
}

static int end(void **state)
{
    (void)state;
    nb_arena_free(arena);
    nbt_rmdir(dir);
    return 0;
}

struct result {
    int code;
    struct nb_slice out;
    struct nb_slice err;
};

/* @return argc */
static int split_line(const char *line, char *argv[32])
{
    int argc = 1;
    argv[0] = nb_arena_strdup(arena, NB_LIT("nabiz"));
    struct nb_slice rest = nb_slice_str(line);
    for (struct nb_slice part; rest.len > 0 && nb_slice_split(&rest, ' ', &part);) {
        argv[argc++] = nb_arena_strdup(arena, part);
    }
    return argc;
}

/* Run a command line, split at spaces, with its output in files. */
static struct result run_line(const char *line)
{
    char *argv[32];
    int argc = split_line(line, argv);
    char *paths[2] = {nbt_path(dir, "out"), nbt_path(dir, "err")};
    int saved[2];
    (void)fflush(stdout);
    (void)fflush(stderr);
    for (int i = 0; i < 2; i++) {
        int fd = open(paths[i], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        saved[i] = dup(i + 1);
        (void)dup2(fd, i + 1);
        (void)close(fd);
    }
    struct result result = {.code = nb_cli_main(commands, COMMANDS_N, argc, argv)};
    (void)fflush(stdout);
    (void)fflush(stderr);
    for (int i = 0; i < 2; i++) {
        (void)dup2(saved[i], i + 1);
        (void)close(saved[i]);
    }
    result.out = nbt_read_file(paths[0], arena);
    result.err = nbt_read_file(paths[1], arena);
    free(paths[0]);
    free(paths[1]);
    return result;
}

static bool has(struct nb_slice text, const char *part)
{
    return nb_slice_find(text, nb_slice_str(part), 0) != NB_NPOS;
}

static void options_and_words_reach_the_command(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *want;
        int64_t limit;
    } rows[] = {
        {"show a", "show format=- all=0 config=- sets=0 [a]", 20},
        {"show a b", "show format=- all=0 config=- sets=0 [a] [b]", 20},
        {"show --all a --format json", "show format=json all=1 config=- sets=0 [a]", 20},
        {"show --format=csv --format=table a", "show format=table all=0 config=- sets=0 [a]", 20},
        {"show --limit 100 a", "show format=- all=0 config=- sets=0 [a]", 100},
        {"show --limit=-- a -- --all", NULL, 0},
        {"show -- --all -x", "show format=- all=0 config=- sets=0 [--all] [-x]", 20},
        {"show - --config= --set a.b=c --set=d.e=--f",
         "show format=- all=0 config= sets=2 a.b=c d.e=--f [-]", 20},
        {"--config x --set a.b=c show y --set d=e",
         "show format=- all=0 config=x sets=2 a.b=c d=e [y]", 20},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        seen.runs = 0;
        struct result got = run_line(rows[i].line);
        assert_int_equal(seen.runs, 1);
        assert_int_equal(got.code, rows[i].want ? NB_EXIT_OK : NB_EXIT_USAGE);
        if (rows[i].want) {
            assert_string_equal(seen.text, rows[i].want);
            assert_int_equal(seen.limit, rows[i].limit);
            assert_int_equal(got.err.len, 0);
        }
    }
}

static void wrong_usage_is_explained_and_runs_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *part;
    } rows[] = {
        {"shwo a", "nabiz: unknown command \"shwo\"; did you mean `nabiz show`?"},
        {"zzzz", "nabiz: unknown command \"zzzz\"\nTry `nabiz help`."},
        {"", NULL},
        {"show --fromat json a", "unknown option --fromat; did you mean --format?"},
        {"show --confg x a", "did you mean --config?"},
        {"show --zzzzzz a", "nabiz show: unknown option --zzzzzz\nTry `nabiz show --help`."},
        {"show -x a", "unknown option -x; options are long"},
        {"show --format xml a", "--format is \"xml\", must be one of table|json|csv"},
        {"show --format", "--format needs a value: --format FORMAT"},
        {"show --format --all a", "--format needs a value"},
        {"show --all=yes a", "--all takes no value"},
        {"show", "too few arguments; usage: nabiz show WORD [WORD]"},
        {"show a b c", "unexpected argument \"c\""},
        {"-x show a", "unknown option -x"},
        {"--all show a", "nabiz: unknown option --all"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        seen.runs = 0;
        struct result got = run_line(rows[i].line);
        if (!rows[i].part) { /* nothing asked for: the list is the answer */
            assert_int_equal(got.code, NB_EXIT_OK);
            assert_true(has(got.out, "Second group"));
            continue;
        }
        assert_int_equal(got.code, NB_EXIT_USAGE);
        assert_int_equal(seen.runs, 0);
        assert_int_equal(got.out.len, 0);
        if (!has(got.err, rows[i].part)) {
            fail_msg("%s: %.*s", rows[i].line, NB_ARG(got.err));
        }
    }
}

static void numbers_have_bounds_that_are_told(void **state)
{
    (void)state;
    static const char *const lines[] = {"show --limit 0 a", "show --limit 101 a"};
    for (size_t i = 0; i < 2; i++) {
        struct result got = run_line(lines[i]);
        assert_int_equal(got.code, NB_EXIT_USAGE);
        assert_true(has(got.err, "must be from 1 to 100"));
    }
    assert_true(has(run_line("show --limit x a").err, "takes a whole number, not \"x\""));
}

static void a_failure_has_the_exit_code_of_its_kind(void **state)
{
    (void)state;
    struct result got = run_line("fail a b c");
    assert_int_equal(got.code, NB_EXIT_REFUSED);
    assert_slice_equal(got.err, "nabiz fail: line 3: no such thing; try another\n");
}

/* No line over 80 columns, none with white space at its end. */
static void assert_tidy(struct nb_slice text)
{
    assert_true(nb_slice_ends(text, NB_LIT("\n")));
    for (struct nb_slice line; nb_slice_split(&text, '\n', &line);) {
        if (line.len > 80 || nb_slice_ends(line, NB_LIT(" "))) {
            fail_msg("%zu columns: \"%.*s\"", line.len, NB_ARG(line));
        }
    }
}

static void help_fits_80_columns_and_shows_everything(void **state)
{
    (void)state;
    static const char *const lines[] = {"show --help", "show -h", "--help", "-h", "fail a --help"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct result got = run_line(lines[i]);
        assert_int_equal(got.code, NB_EXIT_OK);
        assert_int_equal(got.err.len, 0);
        assert_tidy(got.out);
    }
    struct nb_slice help = run_line("show --help").out;
    static const char *const parts[] = {"usage: nabiz show [options] WORD [WORD]",
                                        "--format table|json|csv",
                                        "--limit N",
                                        "--config FILE",
                                        "nabiz show \"a\\b\" --limit 3",
                                        ".The second paragraph."};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        assert_true(has(help, parts[i]));
    }
    struct nb_slice list = run_line("--help").out;
    assert_true(has(list, "First group\n  show"));
    assert_true(has(list, "Second group\n  fail"));
    assert_false(has(list, "Empty group"));
}

static void the_configuration_is_found_in_the_order_that_is_told(void **state)
{
    (void)state;
    char here[4096];
    char *given = nbt_path(dir, "given.conf");
    char *named = nbt_path(dir, "named.conf");
    char *local = nbt_path(dir, "nabiz.conf");
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(dir), 0);
    nbt_write_file(given, NB_LIT("crawl { loops = 11 }"));
    nbt_write_file(named, NB_LIT("crawl { loops = 12 }"));
    nbt_write_file(local, NB_LIT("crawl { loops = 13 }"));
    assert_int_equal(run_line("load").code, NB_EXIT_OK);
    assert_int_equal(seen.limit, 13);
    setenv("NABIZ_CONFIG", named, 1);
    assert_int_equal(run_line("load").code, NB_EXIT_OK);
    assert_int_equal(seen.limit, 12);
    assert_int_equal(run_line("load --config given.conf").code, NB_EXIT_OK);
    assert_int_equal(seen.limit, 11);
    assert_int_equal(run_line("load --config given.conf --set crawl.loops=14").code, NB_EXIT_OK);
    assert_int_equal(seen.limit, 14);
    struct result got = run_line("load --config missing.conf");
    assert_int_equal(got.code, NB_EXIT_FAILED);
    assert_true(has(got.err, "nabiz load: missing.conf: cannot open"));
    assert_int_equal(chdir(here), 0);
    free(given);
    free(named);
    free(local);
}

/* Feed text to a checking program, if it is installed. @return its exit code, or 0 without it. */
static int check_with(const char *program, const char *arguments, struct nb_slice text)
{
    char line[512];
    char *path = nbt_path(dir, "checked");
    nbt_write_file(path, text);
    (void)snprintf(line, sizeof(line), "command -v %s >/dev/null || exit 0; %s %s %s 1>&2", program,
                   program, arguments, path);
    int status = system(line);
    free(path);
    return status;
}

static void the_manual_page_is_clean(void **state)
{
    (void)state;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    nb_cli_manual(commands, COMMANDS_N, &text);
    assert_int_equal(nb_buf_finish(&text, NULL), NB_OK);
    assert_true(has(nb_buf_slice(&text), ".Ss nabiz show"));
    assert_true(has(nb_buf_slice(&text), ".It Va crawl.loops"));
    assert_true(has(nb_buf_slice(&text), ".It Va polls_unchanged"));
    assert_int_equal(check_with("mandoc", "-T lint", nb_buf_slice(&text)), 0);
    nb_buf_fini(&text);
}

static void completions_are_code_that_their_shells_read(void **state)
{
    (void)state;
    static const struct {
        const char *shell;
        const char *arguments;
        const char *part;
    } rows[] = {
        {"bash", "-n", "--format) words='table json csv'"},
        {"zsh", "-n", "--limit[how many \\[at most\\]\\: 20 unless given]:N:"},
        {"fish", "-n", "-l format -x -a 'table json csv' -d 'how it'\\''s printed'"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct nb_buf text;
        nb_buf_init(&text, 1 << 20);
        assert_int_equal(nb_cli_completion(commands, COMMANDS_N, rows[i].shell, &text), NB_OK);
        if (!has(nb_buf_slice(&text), rows[i].part)) {
            fail_msg("%s is not in %.*s", rows[i].part, NB_ARG(nb_buf_slice(&text)));
        }
        assert_int_equal(check_with(rows[i].shell, rows[i].arguments, nb_buf_slice(&text)), 0);
        nb_buf_reset(&text);
        assert_int_equal(nb_cli_completion(commands, COMMANDS_N, "csh", &text), NB_EINVAL);
        nb_buf_fini(&text);
    }
}

static void bash_completes_commands_options_values_and_settings(void **state)
{
    (void)state;
    static const struct {
        const char *words; /* the last one is being typed */
        const char *want;
    } rows[] = {
        {"nabiz s", "show "},
        {"nabiz show --f", "--format "},
        {"nabiz show --format c", "csv "},
        {"nabiz show --set log.", "log.level= "},
        {"nabiz help l", "load "},
        {"nabiz load o", "one "},
        {"nabiz load one a", " "},
    };
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    assert_int_equal(nb_cli_completion(commands, COMMANDS_N, "bash", &text), NB_OK);
    char *script = nbt_path(dir, "complete.bash");
    char *out = nbt_path(dir, "completed");
    nbt_write_file(script, nb_buf_slice(&text));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[1024];
        (void)snprintf(line, sizeof(line),
                       "bash -c 'compopt() { :; }; . %s; COMP_WORDS=(%s); "
                       "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _nabiz; "
                       "printf \"%%s \" \"${COMPREPLY[@]}\"' > %s",
                       script, rows[i].words, out);
        assert_int_equal(system(line), 0);
        assert_slice_equal(nbt_read_file(out, arena), rows[i].want);
    }
    free(script);
    free(out);
    nb_buf_fini(&text);
}

static void the_command_of_a_line_is_known_before_it_is_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool is_show;
    } rows[] = {
        {"show", true},
        {"show one --limit 3", true},
        {"--config show show", true},
        {"--config=x --set a=b show", true},
        {"-h --unknown show", true},
        {"load show", false},
        {"--config show", false},
        {"--set", false},
        {"shows", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *argv[32];
        int argc = split_line(rows[i].line, argv);
        const struct nb_command *command = nb_cli_peek(commands, COMMANDS_N, argc, argv);
        assert_int_equal(command == &show, rows[i].is_show);
    }
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(options_and_words_reach_the_command),
        IN_DIR(wrong_usage_is_explained_and_runs_nothing),
        IN_DIR(the_command_of_a_line_is_known_before_it_is_parsed),
        IN_DIR(numbers_have_bounds_that_are_told),
        IN_DIR(a_failure_has_the_exit_code_of_its_kind),
        IN_DIR(help_fits_80_columns_and_shows_everything),
        IN_DIR(the_configuration_is_found_in_the_order_that_is_told),
        IN_DIR(the_manual_page_is_clean),
        IN_DIR(completions_are_code_that_their_shells_read),
        IN_DIR(bash_completes_commands_options_values_and_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
