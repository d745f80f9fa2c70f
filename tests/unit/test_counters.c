#include "tests/lib/test.h"

#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/counters.h>

static char *dir;
static char *path;

static int begin(void **state)
{
    (void)state;
    dir = nbt_tmpdir();
    path = nbt_path(dir, "counters");
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(path);
    nbt_rmdir(dir);
    return 0;
}

/*
 * Mapping is once in a process's life, so each life is a child. It counts polls and sets the log's
 * end, before and after mapping. @return what the child said.
 */
static int live(int64_t before, int64_t after, int64_t last)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct nb_error error = {0};
        nb_counter_add(NB_CTR_POLLS, before);
        if (nb_counters_map(path, &error) != NB_OK) {
            _exit(1);
        }
        nb_counter_add(NB_CTR_POLLS, after);
        if (last) {
            nb_counter_set(NB_CTR_LOG_LAST, last);
        }
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void another_process_reads_what_was_counted_before_and_after_mapping(void **state)
{
    (void)state;
    int64_t got[NB_CTR_COUNT];
    assert_int_equal(live(3, 4, 99), 0);
    assert_int_equal(nb_counters_read(path, got), NB_OK);
    assert_int_equal(got[NB_CTR_POLLS], 7);
    assert_int_equal(got[NB_CTR_LOG_LAST], 99);
    assert_int_equal(got[NB_CTR_ALERTS], 0);
}

static void totals_and_gauges_of_an_earlier_life_are_kept(void **state)
{
    (void)state;
    int64_t got[NB_CTR_COUNT];
    assert_int_equal(live(3, 4, 99), 0);
    assert_int_equal(live(10, 0, 0), 0);
    assert_int_equal(nb_counters_read(path, got), NB_OK);
    assert_int_equal(got[NB_CTR_POLLS], 17);
    assert_int_equal(got[NB_CTR_LOG_LAST], 99);
    assert_int_equal(live(0, 0, 5), 0);
    assert_int_equal(nb_counters_read(path, got), NB_OK);
    assert_int_equal(got[NB_CTR_LOG_LAST], 5);
}

static void a_page_of_another_layout_is_refused_by_readers_and_replaced_by_its_owner(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    int64_t got[NB_CTR_COUNT];
    assert_int_equal(live(3, 0, 0), 0);
    struct nb_slice page = nbt_read_file(path, arena);
    assert_int_equal(page.len, 16 + 8 * NB_CTR_COUNT);
    for (size_t at = 0; at < 16; at++) {
        char *other = nb_arena_strdup(arena, page);
        other[at] ^= 1;
        nbt_write_file(path, nb_slice(other, page.len));
        assert_int_equal(nb_counters_read(path, got), NB_ENEWER);
    }
    nbt_write_file(path, nb_slice_sub(page, 0, page.len - 8));
    assert_int_equal(nb_counters_read(path, got), NB_ENEWER);
    assert_int_equal(live(2, 0, 0), 0);
    assert_int_equal(nb_counters_read(path, got), NB_OK);
    assert_int_equal(got[NB_CTR_POLLS], 2);
    nb_arena_free(arena);
}

static void a_missing_page_and_a_missing_directory_are_told_apart(void **state)
{
    (void)state;
    int64_t got[NB_CTR_COUNT];
    struct nb_error error = {0};
    char *deep = nbt_path(dir, "no/such");
    assert_int_equal(nb_counters_read(path, got), NB_ENOTFOUND);
    assert_int_equal(nb_counters_map(deep, &error), NB_EIO);
    assert_non_null(strstr(nb_error_text(&error), "no/such"));
    free(deep);
}

static void every_row_says_what_it_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB_CTR_COUNT; i++) {
        const struct nb_counter_row *row = nb_counter_row((enum nb_counter)i);
        assert_true(strlen(row->name) > 0 && strlen(row->unit) > 0 && strlen(row->line) > 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(row->name, nb_counter_row((enum nb_counter)k)->name);
        }
    }
}

enum { THREADS = 4, TIMES = 20000 };

static void *count(void *arg)
{
    (void)arg;
    for (int i = 0; i < TIMES; i++) {
        nb_counter_add(NB_CTR_COMMITS, 1);
        nb_counter_set(NB_CTR_SETTLED_MS, i);
    }
    return NULL;
}

static void no_count_of_any_thread_is_lost(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int64_t got[NB_CTR_COUNT];
    assert_int_equal(nb_counters_map(path, NULL), NB_OK);
    int64_t before = nb_counter_get(NB_CTR_COMMITS);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    }
    assert_int_equal(nb_counters_read(path, got), NB_OK);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(nb_counters_read(path, got), NB_OK);
    assert_int_equal(got[NB_CTR_COMMITS] - before, THREADS * TIMES);
    assert_int_equal(got[NB_CTR_SETTLED_MS], TIMES - 1);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(another_process_reads_what_was_counted_before_and_after_mapping),
        IN_DIR(totals_and_gauges_of_an_earlier_life_are_kept),
        IN_DIR(a_page_of_another_layout_is_refused_by_readers_and_replaced_by_its_owner),
        IN_DIR(a_missing_page_and_a_missing_directory_are_told_apart),
        IN_DIR(every_row_says_what_it_counts),
        IN_DIR(no_count_of_any_thread_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
