#include "tests/lib/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>

static char *dir;
static char *path;
static int fd = -1;
static struct nb_arena *arena;

static int begin(void **state)
{
    (void)state;
    dir = nbt_tmpdir();
    path = nbt_path(dir, "log");
    fd = open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
    arena = nb_arena_new(64 << 20);
    nb_diag_set_fd(fd);
    nb_diag_set_level(NB_INFO);
    nb_diag_set_process(NULL);
    unsetenv("JOURNAL_STREAM");
    return fd < 0;
}

static int end(void **state)
{
    (void)state;
    nb_diag_set_fd(2);
    close(fd);
    nb_arena_free(arena);
    free(path);
    nbt_rmdir(dir);
    return 0;
}

/* The only line so far, without its time. */
static struct nb_slice line(void)
{
    struct nb_slice text = nbt_read_file(path, arena);
    assert_true(nb_slice_ends(text, NB_LIT("\n")));
    assert_int_equal(nb_slice_find_byte(text, '\n', 0), text.len - 1);
    assert_true(text.len > 21 && text.p[19] == 'Z' && text.p[20] == ' ');
    assert_int_equal(ftruncate(fd, 0), 0);
    return nb_slice_sub(text, 21, text.len - 1);
}

static void a_line_has_level_module_message_and_pairs(void **state)
{
    (void)state;
    nb_diag(NB_WARN, "fetch", "poll failed", nb_kv_str("source", "https://a.example/feed?x"),
            nb_kv_int("status", 404));
    assert_slice_equal(line(), "warn fetch poll failed source=https://a.example/feed?x status=404");
}

static void values_are_quoted_only_where_they_need_it(void **state)
{
    (void)state;
    static const struct {
        struct nb_slice value;
        const char *want;
    } rows[] = {
        {{"plain", 5}, "info m t k=plain"},
        {{"", 0}, "info m t k=\"\""},
        {{NULL, 0}, "info m t k=\"\""},
        {{"a b", 3}, "info m t k=\"a b\""},
        {{"a=b", 3}, "info m t k=\"a=b\""},
        {{"a\"b\\", 4}, "info m t k=\"a\\\"b\\\\\""},
        {{"\xC5\x9F", 2}, "info m t k=\"\xC5\x9F\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        nb_diag(NB_INFO, "m", "t", nb_kv_slice("k", rows[i].value));
        assert_slice_equal(line(), rows[i].want);
    }
}

static void a_hostile_value_cannot_forge_or_reorder_a_line(void **state)
{
    (void)state;
    static const struct {
        struct nb_slice value;
        const char *want;
    } rows[] = {
        {{"x\nerror m forged", 16}, "info m t k=\"x\\x0aerror m forged\""},
        {{"\x1b[2J\r", 5}, "info m t k=\"\\x1b[2J\\x0d\""},
        {{"a\0b", 3}, "info m t k=\"a\\x00b\""},
        {{"\xC2\x9B", 2}, "info m t k=\"\\xc2\\x9b\""},          /* CSI in one code point */
        {{"\xE2\x80\xAE", 3}, "info m t k=\"\\xe2\\x80\\xae\""}, /* right-to-left override */
        {{"\xFF\xC4", 2}, "info m t k=\"\\xff\\xc4\""},          /* not UTF-8 */
        {{"\xEF\xBF\xBD", 3}, "info m t k=\"\xEF\xBF\xBD\""},    /* U+FFFD itself is text */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        nb_diag(NB_INFO, "m", "t", nb_kv_slice("k", rows[i].value));
        assert_slice_equal(line(), rows[i].want);
    }
}

static void a_line_is_cut_at_8_kib_with_its_quotes_closed(void **state)
{
    (void)state;
    static char big[20000];
    for (size_t n = 8000; n < 8300; n++) {
        memset(big, 'a', n);
        big[n] = ' '; /* makes it quoted */
        nb_diag(NB_INFO, "m", "t", nb_kv_slice("k", nb_slice(big, n + 1)), nb_kv_int("after", 1));
        struct nb_slice got = line();
        assert_true(got.len + 22 <= 8192);
        bool whole = nb_slice_ends(got, NB_LIT("a \" after=1"));
        bool cut = nb_slice_ends(got, NB_LIT("\" cut=1"));
        assert_true(whole != cut);
        assert_true(n < 8100 ? whole : true);
        assert_true(n > 8200 ? cut : true);
    }
    memset(big, 'a', sizeof(big));
    nb_diag(NB_INFO, "m", "t", nb_kv_slice("k", nb_slice(big, sizeof(big))));
    assert_true(nb_slice_ends(line(), NB_LIT("aaa cut=1")));
    memset(big, '\x01', sizeof(big));
    nb_diag(NB_INFO, "m", "t", nb_kv_slice("k", nb_slice(big, sizeof(big))));
    assert_true(nb_slice_ends(line(), NB_LIT("\\x01\" cut=1")));
}

static void lines_below_the_level_are_dropped_and_not_counted(void **state)
{
    (void)state;
    int64_t warnings = nb_counter_get(NB_CTR_DIAG_WARN);
    int64_t errors = nb_counter_get(NB_CTR_DIAG_ERROR);
    nb_diag_set_level(NB_ERROR);
    nb_diag_list(NB_WARN, "m", "dropped", NULL);
    nb_diag_list(NB_ERROR, "m", "kept", NULL);
    assert_slice_equal(line(), "error m kept");
    assert_int_equal(nb_counter_get(NB_CTR_DIAG_WARN), warnings);
    assert_int_equal(nb_counter_get(NB_CTR_DIAG_ERROR), errors + 1);
}

static void the_process_is_named_when_there_is_one(void **state)
{
    (void)state;
    nb_diag_set_process("crawl");
    nb_diag_list(NB_INFO, "m", "t", NULL);
    assert_slice_equal(line(), "info m t process=crawl");
}

static void the_journal_gets_no_time_and_another_file_does(void **state)
{
    (void)state;
    struct stat st;
    char stream[64];
    assert_int_equal(fstat(fd, &st), 0);
    (void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    nb_diag_list(NB_INFO, "m", "t", NULL);
    assert_slice_equal(nbt_read_file(path, arena), "info m t\n");
    assert_int_equal(ftruncate(fd, 0), 0);
    setenv("JOURNAL_STREAM", "1:1", 1);
    nb_diag_list(NB_INFO, "m", "t", NULL);
    assert_slice_equal(line(), "info m t");
}

static void levels_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"debug", "info", "warn", "error"};
    enum nb_level level = NB_ERROR;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(nb_level_parse(nb_slice_str(names[i]), &level), NB_OK);
        assert_int_equal(level, i);
    }
    assert_int_equal(nb_level_parse(NB_LIT("Info"), &level), NB_EINVAL);
    assert_int_equal(nb_level_parse(NB_LIT(""), &level), NB_EINVAL);
}

enum { THREADS = 4, LINES = 300 };

static void *many_lines(void *arg)
{
    char text[200];
    memset(text, 'a' + *(const int *)arg, sizeof(text));
    for (int i = 0; i < LINES; i++) {
        nb_diag(NB_INFO, "m", "t", nb_kv_slice("k", nb_slice(text, sizeof(text))));
    }
    return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int ids[THREADS];
    for (int i = 0; i < THREADS; i++) {
        ids[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, many_lines, &ids[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    struct nb_slice rest = nbt_read_file(path, arena);
    struct nb_slice one;
    size_t n = 0;
    while (nb_slice_split(&rest, '\n', &one) && one.len > 0) {
        assert_int_equal(one.len, 21 + strlen("info m t k=") + 200);
        for (size_t i = 0; i < 200; i++) {
            assert_int_equal(one.p[one.len - 1 - i], one.p[one.len - 1]);
        }
        n++;
    }
    assert_int_equal(n, THREADS * LINES);
}

#define ON_FILE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILE(a_line_has_level_module_message_and_pairs),
        ON_FILE(values_are_quoted_only_where_they_need_it),
        ON_FILE(a_hostile_value_cannot_forge_or_reorder_a_line),
        ON_FILE(a_line_is_cut_at_8_kib_with_its_quotes_closed),
        ON_FILE(lines_below_the_level_are_dropped_and_not_counted),
        ON_FILE(the_process_is_named_when_there_is_one),
        ON_FILE(the_journal_gets_no_time_and_another_file_does),
        ON_FILE(levels_have_names),
        ON_FILE(lines_of_several_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
