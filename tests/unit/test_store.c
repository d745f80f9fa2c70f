#include "tests/lib/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/store.h>
#include <nabiz/thread.h>
#include <nabiz/wake.h>

static const struct nb_store_options writing = {
    .sync = false, .map_bytes = 1 << 20, .max_bytes = 256 << 20};
static const struct nb_store_options reading = {.read_only = true};

static struct nb_store *open_ok(const char *dir, const struct nb_store_options *options)
{
    struct nb_store *store;
    struct nb_error error = {0};
    if (nb_store_open(dir, NB_STORE_CRAWL, options, &store, &error) != NB_OK) {
        fail_msg("open: %s", nb_error_text(&error));
    }
    return store;
}

/* Writes records [from, to) with a value of `bytes` bytes. */
struct range {
    uint64_t from, to;
    size_t bytes;
};

static enum nb_err put_range(struct nb_txn *txn, void *arg)
{
    const struct range *range = arg;
    static char value[100000];
    for (uint64_t i = range->from; i < range->to; i++) {
        uint8_t key[8];
        nb_key_u64(i, key);
        nb_put(txn, NB_TBL_LOG, nb_slice(key, 8), nb_slice(value, range->bytes));
    }
    return NB_OK;
}

static uint64_t count_log(struct nb_store *store)
{
    struct nb_txn *txn;
    assert_int_equal(nb_read_begin(store, &txn, NULL), NB_OK);
    uint64_t n = nb_table_count(txn, NB_TBL_LOG);
    nb_read_end(txn);
    return n;
}

static void what_is_written_is_read_back_in_key_order(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    struct range range = {0, 300, 10};
    assert_int_equal(nb_store_write(store, put_range, &range, NULL), NB_OK);
    struct nb_txn *txn;
    assert_int_equal(nb_read_begin(store, &txn, NULL), NB_OK);
    struct nb_cursor *cursor;
    assert_int_equal(nb_cursor_open(txn, NB_TBL_LOG, &cursor), NB_OK);
    struct nb_slice key;
    struct nb_slice value;
    uint64_t n = 0;
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    for (; err == NB_OK; err = nb_cursor_next(cursor, &key, &value)) {
        assert_int_equal(nb_key_to_u64((const uint8_t *)key.p), n++);
    }
    assert_int_equal(err, NB_ENOTFOUND);
    assert_int_equal(n, 300);
    uint8_t from[8];
    nb_key_u64(256, from);
    assert_int_equal(nb_cursor_seek(cursor, nb_slice(from, 8), &key, &value), NB_OK);
    assert_int_equal(nb_key_to_u64((const uint8_t *)key.p), 256);
    assert_int_equal(nb_cursor_prev(cursor, &key, &value), NB_OK);
    assert_int_equal(nb_key_to_u64((const uint8_t *)key.p), 255);
    assert_int_equal(nb_cursor_last(cursor, &key, &value), NB_OK);
    assert_int_equal(nb_key_to_u64((const uint8_t *)key.p), 299);
    nb_cursor_close(cursor);
    nb_read_end(txn);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static void the_map_grows_while_another_process_reads(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    struct nb_store *reader = NULL;
    struct nb_error error = {0};
    /* a second handle in one process stands for another process: it has its own map */
    int go[2];
    int done[2];
    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(done), 0);
    nb_store_close(store);
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        if (nb_store_open(dir, NB_STORE_CRAWL, &reading, &reader, &error) != NB_OK) {
            _exit(1);
        }
        (void)!write(done[1], "r", 1);
        (void)!read(go[0], &byte, 1);
        struct nb_txn *txn;
        if (nb_read_begin(reader, &txn, NULL) != NB_OK) {
            _exit(2);
        }
        uint64_t n = nb_table_count(txn, NB_TBL_LOG);
        nb_read_end(txn);
        nb_store_close(reader);
        _exit(n == 500 ? 0 : 3);
    }
    char byte;
    assert_int_equal(read(done[0], &byte, 1), 1);
    store = open_ok(dir, &writing);
    struct range range = {0, 500, 20000};
    assert_int_equal(nb_store_write(store, put_range, &range, &error), NB_OK);
    struct nb_store_stat stat;
    assert_int_equal(nb_store_stat(store, &stat), NB_OK);
    assert_true(stat.map_bytes >= 500 * 20000);
    assert_int_equal(write(go[1], "g", 1), 1);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static void a_full_map_is_a_clear_error_and_goes_on_after_the_limit_is_raised(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store_options small = writing;
    small.max_bytes = 2 << 20;
    struct nb_store *store = open_ok(dir, &small);
    struct range first = {0, 10, 1000};
    assert_int_equal(nb_store_write(store, put_range, &first, NULL), NB_OK);
    struct range huge = {10, 500, 20000};
    struct nb_error error = {0};
    assert_int_equal(nb_store_write(store, put_range, &huge, &error), NB_EFULL);
    assert_non_null(strstr(error.text, "store.max"));
    assert_int_equal(count_log(store), 10);
    nb_store_set_max(store, 256 << 20);
    assert_int_equal(nb_store_write(store, put_range, &huge, &error), NB_OK);
    assert_int_equal(count_log(store), 500);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static void a_full_disk_is_a_clear_error_and_goes_on_when_space_returns(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    struct range first = {0, 10, 1000};
    assert_int_equal(nb_store_write(store, put_range, &first, NULL), NB_OK);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {1 << 20, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct range huge = {10, 500, 20000};
    struct nb_error error = {0};
    enum nb_err full = nb_store_write(store, put_range, &huge, &error);
    enum nb_err again = nb_store_write(store, put_range, &huge, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(full, NB_EFULL);
    assert_int_equal(again, NB_EFULL);
    assert_non_null(strstr(error.text, "no space left"));
    assert_int_equal(count_log(store), 10);
    assert_int_equal(nb_store_write(store, put_range, &huge, &error), NB_OK);
    assert_int_equal(count_log(store), 500);
    nb_store_close(store);
    store = open_ok(dir, &writing);
    assert_int_equal(count_log(store), 500);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static enum nb_err put_wrong_order(struct nb_txn *txn, void *arg)
{
    (void)arg;
    nb_put_last(txn, NB_TBL_LOG, NB_LIT("bbbbbbbb"), NB_LIT("1"));
    nb_put_last(txn, NB_TBL_LOG, NB_LIT("aaaaaaaa"), NB_LIT("2"));
    nb_put(txn, NB_TBL_LOG, NB_LIT("cccccccc"), NB_LIT("3"));
    assert_int_equal(nb_txn_err(txn), NB_EEXIST);
    return NB_OK;
}

static void the_first_error_of_a_transaction_sticks_and_nothing_is_written(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    assert_int_equal(nb_store_write(store, put_wrong_order, NULL, NULL), NB_EEXIST);
    assert_int_equal(count_log(store), 0);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static void a_second_writer_is_refused_with_the_name_of_the_first(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    struct nb_store *second;
    struct nb_error error = {0};
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &second, &error), NB_EBUSY);
    char pid[32];
    (void)snprintf(pid, sizeof(pid), "process %ld;", (long)getpid());
    assert_non_null(strstr(error.text, pid));
    nb_store_close(store);
    nbt_rmdir(dir);
}

static enum nb_err stamp_newer(struct nb_txn *txn, void *arg)
{
    (void)arg;
    nb_put(txn, NB_TBL_CRAWL_META, NB_LIT("schema"), NB_LIT("99"));
    return NB_OK;
}

static void a_store_of_a_newer_program_is_refused_and_says_so(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    assert_int_equal(nb_store_write(store, stamp_newer, NULL, NULL), NB_OK);
    nb_store_close(store);
    struct nb_error error = {0};
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, &error), NB_ENEWER);
    assert_non_null(strstr(error.text, "newer nabiz"));
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &reading, &store, &error), NB_ENEWER);
    nbt_rmdir(dir);
}

static enum nb_err stamp_older(struct nb_txn *txn, void *arg)
{
    (void)arg;
    nb_put(txn, NB_TBL_CRAWL_META, NB_LIT("schema"), NB_LIT("1"));
    return NB_OK;
}

static void a_store_of_an_older_program_is_refused_and_says_what_to_do(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    assert_int_equal(nb_store_write(store, stamp_older, NULL, NULL), NB_OK);
    nb_store_close(store);
    struct nb_error error = {0};
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, &error), NB_EOLDER);
    assert_non_null(strstr(error.text, "another data.dir"));
    nbt_rmdir(dir);
}

static void a_missing_or_empty_store_is_not_found_when_reading(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store;
    struct nb_error error = {0};
    assert_int_equal(nb_store_open(dir, NB_STORE_ANALYSIS, &reading, &store, &error), NB_ENOTFOUND);
    assert_null(store);
    nbt_rmdir(dir);
}

static void a_file_that_is_no_store_is_damaged_and_not_a_crash(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    nb_store_close(store);
    char *path = nbt_path(dir, "crawl/data.mdb");
    static char junk[16384];
    memset(junk, 'x', sizeof(junk));
    nbt_write_file(path, nb_slice(junk, sizeof(junk)));
    struct nb_error error = {0};
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, &error), NB_ECORRUPT);
    free(path);
    nbt_rmdir(dir);
}

static void a_reader_that_died_is_seen_and_reaped(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    struct range range = {0, 10, 100};
    assert_int_equal(nb_store_write(store, put_range, &range, NULL), NB_OK);
    nb_store_close(store);
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct nb_store *reader = NULL;
        struct nb_txn *txn = NULL;
        bool ok = nb_store_open(dir, NB_STORE_CRAWL, &reading, &reader, NULL) == NB_OK &&
                  nb_read_begin(reader, &txn, NULL) == NB_OK;
        (void)!write(ready[1], ok ? "y" : "n", 1);
        pause();
        _exit(0);
    }
    char byte = 'n';
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    store = open_ok(dir, &writing);
    for (uint64_t i = 10; i < 15; i++) {
        struct range one = {i, i + 1, 100};
        assert_int_equal(nb_store_write(store, put_range, &one, NULL), NB_OK);
    }
    struct nb_store_stat stat;
    assert_int_equal(nb_store_stat(store, &stat), NB_OK);
    assert_int_equal(stat.readers_n, 1);
    assert_int_equal(stat.reader_lag_pid, pid);
    assert_true(stat.reader_lag_txns >= 5);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(nb_store_reap_readers(store), 1);
    assert_int_equal(nb_store_stat(store, &stat), NB_OK);
    assert_int_equal(stat.readers_n, 0);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static void a_reader_that_stays_for_too_many_commits_is_warned_of_once(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    struct nb_store *reader;
    struct nb_txn *txn;
    nb_store_close(store);
    int ready[2];
    int stop[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(stop), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        bool ok = nb_store_open(dir, NB_STORE_CRAWL, &reading, &reader, NULL) == NB_OK &&
                  nb_read_begin(reader, &txn, NULL) == NB_OK;
        (void)!write(ready[1], ok ? "y" : "n", 1);
        (void)!read(stop[0], &byte, 1);
        _exit(0);
    }
    char byte = 'n';
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    store = open_ok(dir, &writing);
    int64_t before = nb_counter_get(NB_CTR_DIAG_WARN);
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    for (uint64_t i = 0; i < 1300; i++) {
        struct range one = {i, i + 1, 10};
        assert_int_equal(nb_store_write(store, put_range, &one, NULL), NB_OK);
    }
    nb_diag_set_fd(STDERR_FILENO);
    assert_int_equal(nb_counter_get(NB_CTR_DIAG_WARN) - before, 1);
    assert_int_equal(write(stop[1], "s", 1), 1);
    waitpid(pid, NULL, 0);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static void a_backup_taken_while_open_holds_the_same_records(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    char *copy = nbt_path(dir, "copy");
    char *inner = nbt_path(dir, "copy/crawl");
    struct nb_store *store = open_ok(dir, &writing);
    struct range range = {0, 100, 1000};
    assert_int_equal(nb_store_write(store, put_range, &range, NULL), NB_OK);
    struct nb_error error = {0};
    assert_int_equal(mkdir(copy, 0755), 0);
    assert_int_equal(nb_store_backup(store, inner, &error), NB_OK);
    assert_int_equal(nb_store_backup(store, inner, &error), NB_EEXIST);
    nb_store_close(store);
    store = open_ok(copy, &writing);
    assert_int_equal(count_log(store), 100);
    nb_store_close(store);
    free(inner);
    free(copy);
    nbt_rmdir(dir);
}

struct growth {
    struct nb_store *store;
    atomic_bool stop;
    atomic_long reads;
};

static void read_for_ever(void *arg)
{
    struct growth *growth = arg;
    while (!atomic_load(&growth->stop)) {
        struct nb_txn *txn;
        if (nb_read_begin(growth->store, &txn, NULL) == NB_OK) {
            (void)nb_table_count(txn, NB_TBL_LOG);
            nb_read_end(txn);
            atomic_fetch_add(&growth->reads, 1);
        }
    }
}

static void the_map_grows_under_readers_of_the_same_process(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct growth growth = {.store = open_ok(dir, &writing)};
    bool failed = false;
    struct nb_thread threads[3];
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(nb_thread_start(&threads[i], "reader", read_for_ever, &growth), NB_OK);
    }
    for (uint64_t i = 0; i < 40; i++) {
        struct range range = {i * 50, i * 50 + 50, 10000};
        struct nb_error error = {0};
        if (nb_store_write(growth.store, put_range, &range, &error) != NB_OK) {
            print_error("%s\n", nb_error_text(&error));
            failed = true;
        }
    }
    atomic_store(&growth.stop, true);
    for (size_t i = 0; i < 3; i++) {
        nb_thread_join(&threads[i]);
    }
    assert_false(failed);
    assert_int_equal(count_log(growth.store), 2000);
    assert_true(atomic_load(&growth.reads) > 0);
    nb_store_close(growth.store);
    nbt_rmdir(dir);
}

/* A process that sleeps until the store's wake-up moves. @return its id, once it is asleep soon. */
static pid_t start_sleeper(const char *dir)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct nb_store *reader = NULL;
        if (nb_store_open(dir, NB_STORE_CRAWL, &reading, &reader, NULL) != NB_OK) {
            _exit(1);
        }
        struct nb_wake *wake = nb_store_wake(reader);
        uint32_t seen = nb_wake_seen(wake);
        (void)!write(ready[1], "y", 1);
        int64_t limit = nb_mono_ms() + 20000;
        while (nb_wake_seen(wake) == seen && nb_mono_ms() < limit) {
            nb_wake_wait(wake, seen, limit - nb_mono_ms());
        }
        _exit(nb_wake_seen(wake) != seen ? 0 : 2);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    return pid;
}

static void assert_wakes(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_commit_wakes_another_process_at_once(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_store *store = open_ok(dir, &writing);
    pid_t pid = start_sleeper(dir);
    struct range range = {0, 1, 10};
    assert_int_equal(nb_store_write(store, put_range, &range, NULL), NB_OK);
    assert_wakes(pid);
    nb_store_close(store);
    nbt_rmdir(dir);
}

static void a_writer_that_starts_wakes_those_its_forerunner_did_not(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    nb_store_close(open_ok(dir, &writing));
    pid_t pid = start_sleeper(dir);
    struct nb_store *store = open_ok(dir, &writing);
    assert_wakes(pid);
    nb_store_close(store);
    nbt_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_in_key_order),
        cmocka_unit_test(the_map_grows_while_another_process_reads),
        cmocka_unit_test(a_full_map_is_a_clear_error_and_goes_on_after_the_limit_is_raised),
        cmocka_unit_test(a_full_disk_is_a_clear_error_and_goes_on_when_space_returns),
        cmocka_unit_test(the_first_error_of_a_transaction_sticks_and_nothing_is_written),
        cmocka_unit_test(a_second_writer_is_refused_with_the_name_of_the_first),
        cmocka_unit_test(a_store_of_a_newer_program_is_refused_and_says_so),
        cmocka_unit_test(a_store_of_an_older_program_is_refused_and_says_what_to_do),
        cmocka_unit_test(a_missing_or_empty_store_is_not_found_when_reading),
        cmocka_unit_test(a_file_that_is_no_store_is_damaged_and_not_a_crash),
        cmocka_unit_test(a_reader_that_died_is_seen_and_reaped),
        cmocka_unit_test(a_reader_that_stays_for_too_many_commits_is_warned_of_once),
        cmocka_unit_test(a_backup_taken_while_open_holds_the_same_records),
        cmocka_unit_test(the_map_grows_under_readers_of_the_same_process),
        cmocka_unit_test(a_commit_wakes_another_process_at_once),
        cmocka_unit_test(a_writer_that_starts_wakes_those_its_forerunner_did_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
