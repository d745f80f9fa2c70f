/*
 * Faults below LMDB: this program's own pwrite(), writev(), fdatasync() and so on stand in front of
 * the C library's and fail the n-th call, for n = 1, 2, ... until a whole append needs no more
 * calls. After every one of these faults the log holds all of the batch or nothing of it, opens
 * again, and goes on.
 *
 * Under a sanitizer malloc() is the sanitizer's; there only our own allocations are failed.
 */
#include "tests/unit/story.h"

#include <dirent.h>
#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <nabiz/mem.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_MALLOC 0
#endif
#endif
#ifndef OWN_MALLOC
#define OWN_MALLOC 1
#endif

enum fault {
    FAULT_WRITE,   /* nothing is written */
    FAULT_SHORT,   /* half is written */
    FAULT_BELATED, /* all is written and an error reported */
    FAULT_SYNC,
    FAULT_ALLOC
};

/* What is to fail. Counts only calls of the thread that armed it. */
static struct {
    enum fault fault;
    int error;
    bool lasting; /* the n-th and all after it */
    long n;
    long seen;
    bool hit;
} plan;
static _Thread_local bool armed;

static bool strikes(enum fault kind)
{
    bool writes = plan.fault == FAULT_SHORT || plan.fault == FAULT_BELATED;
    if (!armed || kind != (writes ? FAULT_WRITE : plan.fault)) {
        return false;
    }
    plan.seen++;
    bool now = plan.seen == plan.n || (plan.lasting && plan.seen > plan.n);
    plan.hit = plan.hit || now;
    return now;
}

/* What a write that was struck returns, having done its part. */
static ssize_t struck_write(int fd, const void *data, size_t n, long at)
{
    if (plan.fault == FAULT_SHORT && n > 1) {
        return syscall(SYS_pwrite64, fd, data, n / 2, at);
    }
    if (plan.fault == FAULT_BELATED) {
        (void)syscall(SYS_pwrite64, fd, data, n, at);
    }
    errno = plan.error;
    return -1;
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
    if (strikes(FAULT_WRITE)) {
        return struck_write(fd, data, n, at);
    }
    return syscall(SYS_pwrite64, fd, data, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int parts_n)
{
    if (!strikes(FAULT_WRITE)) {
        return syscall(SYS_writev, fd, parts, parts_n);
    }
    if (plan.fault == FAULT_SHORT && parts_n > 1) {
        return syscall(SYS_writev, fd, parts, parts_n / 2);
    }
    if (plan.fault == FAULT_BELATED) {
        (void)syscall(SYS_writev, fd, parts, parts_n);
    }
    errno = plan.error;
    return -1;
}

static int sync_by(long call, int fd)
{
    if (strikes(FAULT_SYNC)) {
        errno = plan.error;
        return -1;
    }
    return (int)syscall(call, fd);
}

int fdatasync(int fd)
{
    return sync_by(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    return sync_by(SYS_fsync, fd);
}

#if OWN_MALLOC
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *old, size_t n);

static bool no_memory(void)
{
    if (!strikes(FAULT_ALLOC)) {
        return false;
    }
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return no_memory() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return no_memory() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return no_memory() ? NULL : __libc_realloc(old, n);
}
#endif

static void arm(enum fault fault, int error, bool lasting, long n)
{
    plan.fault = fault;
    plan.error = error;
    plan.lasting = lasting;
    plan.n = n;
    plan.seen = 0;
    plan.hit = false;
    if (fault == FAULT_ALLOC && !OWN_MALLOC) {
        nb_mem_fail_from(n);
    }
    armed = true;
}

/* @return whether anything failed since arm(). */
static bool disarm(void)
{
    armed = false;
    if (plan.fault == FAULT_ALLOC && !OWN_MALLOC) {
        plan.hit = nb_mem_count() >= plan.n;
        nb_mem_fail_from(0);
    }
    return plan.hit;
}

/* The series of appends: each adds documents, revises one, and notes how many there were. */

enum { NEW_N = 6, BATCH_N = NEW_N + 1, TEXT_BYTES = 12000, ROUNDS_MAX = 100000 };

static const char note_key[NB_ID_BYTES + 1] = "sixteen bytes ok";

struct world {
    char *dir;
    bool sync;
    struct nb_store *store;
    struct nb_log *log;
    struct nb_arena *arena;
    struct nb_log_batch *batch;
    unsigned rounds; /* appended so far */
};

static void open_world(struct world *w)
{
    struct nb_store_options options = {
        .sync = w->sync, .map_bytes = 1 << 20, .max_bytes = (uint64_t)1 << 30};
    struct nb_error error = {0};
    if (nb_store_open(w->dir, NB_STORE_CRAWL, &options, &w->store, &error) != NB_OK) {
        fail_msg("open: %s", nb_error_text(&error));
    }
    assert_int_equal(nb_log_open_local(w->store, &w->log, NULL), NB_OK);
}

static void close_world(struct world *w)
{
    nb_log_close(w->log);
    nb_store_close(w->store);
}

static void begin(struct world *w, bool sync)
{
    *w = (struct world){.dir = nbt_tmpdir(), .sync = sync};
    w->arena = nb_arena_new(16 << 20);
    w->batch = nb_log_batch_new();
    open_world(w);
}

static void end(struct world *w)
{
    close_world(w);
    nb_log_batch_free(w->batch);
    nb_arena_free(w->arena);
    nbt_rmdir(w->dir);
}

/* Text that does not compress away, so that documents of all sizes reach the disk. */
static char *text_of(struct world *w, unsigned round, unsigned i)
{
    size_t n = i % 3 == 0 ? TEXT_BYTES : 200;
    char *text = nb_arena_alloc(w->arena, n + 1);
    uint64_t x = round * 2654435761u + i + 1;
    assert_non_null(text);
    for (size_t at = 0; at < n; at++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        text[at] = (char)('a' + (x >> 33) % 26);
    }
    text[n] = '\0';
    return text;
}

static void add(struct world *w, const char *url, char *text)
{
    struct nb_document *document = nb_document_new(w->arena);
    struct nb_log_record record;
    story_identify(document, nb_document_identity(NB_LIT(""), NB_LIT(""), nb_slice_str(url)),
                   w->arena);
    document->url = nb_arena_strdup(w->arena, nb_slice_str(url));
    document->text = text;
    assert_int_equal(nb_log_encode(document, w->arena, &record), NB_OK);
    assert_int_equal(nb_log_batch_add(w->batch, &record), NB_OK);
}

/* Fill the batch with what the next round appends. */
static void prepare(struct world *w)
{
    nb_log_batch_reset(w->batch);
    nb_arena_reset(w->arena);
    for (unsigned i = 0; i < NEW_N; i++) {
        char url[64];
        (void)snprintf(url, sizeof(url), "https://a.example/%u/%u", w->rounds, i);
        add(w, url, text_of(w, w->rounds, i));
    }
    add(w, "https://a.example/", text_of(w, w->rounds, NEW_N));
    char *count = nb_arena_alloc(w->arena, 32);
    (void)snprintf(count, 32, "%u", w->rounds + 1);
    assert_int_equal(nb_log_batch_note(w->batch, NB_TBL_SOURCE_STATE, nb_slice_str(note_key),
                                       nb_slice_str(count)),
                     NB_OK);
}

static void check_round(struct world *w, unsigned round)
{
    struct nb_document *out[BATCH_N];
    size_t n;
    nb_arena_reset(w->arena);
    assert_int_equal(nb_log_next(w->log, round * BATCH_N, BATCH_N, w->arena, out, &n, NULL), NB_OK);
    assert_int_equal(n, BATCH_N);
    for (unsigned i = 0; i < BATCH_N; i++) {
        assert_int_equal(out[i]->number, round * BATCH_N + i + 1);
        assert_string_equal(out[i]->text, text_of(w, round, i));
    }
    assert_int_equal(out[NEW_N]->revision, round);
}

/* The store holds the rounds that were appended, whole, and nothing else. */
static void check(struct world *w)
{
    uint64_t last;
    struct nb_txn *txn;
    struct nb_slice note;
    assert_int_equal(nb_log_last(w->log, &last, NULL), NB_OK);
    assert_int_equal(last, w->rounds * BATCH_N);
    assert_int_equal(nb_read_begin(w->store, &txn, NULL), NB_OK);
    assert_int_equal(nb_table_count(txn, NB_TBL_IDENTITY), w->rounds ? w->rounds * NEW_N + 1 : 0);
    enum nb_err err = nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice_str(note_key), &note);
    int64_t noted = 0;
    assert_int_equal(err, w->rounds ? NB_OK : NB_ENOTFOUND);
    assert_true(w->rounds == 0 || nb_slice_to_i64(note, &noted));
    assert_int_equal(noted, w->rounds);
    nb_read_end(txn);
}

static void check_all(struct world *w)
{
    check(w);
    for (unsigned round = 0; round < w->rounds; round++) {
        check_round(w, round);
    }
}

/* One append without faults. */
static void append(struct world *w)
{
    struct nb_error error = {0};
    prepare(w);
    if (nb_log_append(w->log, w->batch, &error) != NB_OK) {
        fail_msg("append of round %u: %s", w->rounds, nb_error_text(&error));
    }
    w->rounds++;
}

struct row {
    const char *what;
    enum fault fault;
    int error;
    bool lasting;
    enum nb_err err; /* what the append has to say; NB_OK: any error */
};

static const struct row rows[] = {
    {"a write fails", FAULT_WRITE, EIO, false, NB_EIO},
    {"writes fail", FAULT_WRITE, EIO, true, NB_EIO},
    {"no space for a write", FAULT_WRITE, ENOSPC, false, NB_EFULL},
    {"no space any more", FAULT_WRITE, ENOSPC, true, NB_EFULL},
    {"a write is cut short", FAULT_SHORT, EIO, false, NB_OK},
    {"writes are cut short", FAULT_SHORT, ENOSPC, true, NB_EFULL},
    {"a write succeeds but reports an error", FAULT_BELATED, EIO, false, NB_EIO},
    {"a flush fails", FAULT_SYNC, EIO, false, NB_EIO},
    {"flushes fail", FAULT_SYNC, EIO, true, NB_EIO},
    {"no memory once", FAULT_ALLOC, ENOMEM, false, NB_ENOMEM},
    {"no memory any more", FAULT_ALLOC, ENOMEM, true, NB_ENOMEM},
};

/*
 * Trying again without opening again: a writer does that when there is no space or no memory. It
 * has to work while nothing but pages was to be written, as it is with the first call. Once the
 * meta page could not be written LMDB refuses all work, and the process has to start again.
 */
static void try_again(struct world *w, const struct row *row, long n, enum nb_err before)
{
    struct nb_error error = {0};
    enum nb_err err = nb_log_append(w->log, w->batch, &error);
    bool must = n == 1 && (before == NB_EFULL || before == NB_ENOMEM);
    if (err == NB_OK) {
        w->rounds++;
        check(w);
    } else if (must || err != NB_EIO) {
        fail_msg("%s, call %ld, again: %s", row->what, n, nb_error_text(&error));
    }
}

/* @return false when the append was over before the n-th call. */
static bool append_with_fault(struct world *w, const struct row *row, long n)
{
    struct nb_error error = {0};
    prepare(w);
    arm(row->fault, row->error, row->lasting, n);
    enum nb_err err = nb_log_append(w->log, w->batch, &error);
    bool hit = disarm();
    if (err == NB_OK) {
        w->rounds++;
    } else if (!hit || (row->err != NB_OK && err != row->err)) {
        fail_msg("%s, call %ld: %s: %s", row->what, n, nb_strerror(err), nb_error_text(&error));
    }
    if (err != NB_OK) {
        try_again(w, row, n, err);
    }
    close_world(w);
    open_world(w);
    check(w);
    append(w);
    return hit;
}

static void try_row(const struct row *row, bool sync)
{
    struct world w;
    begin(&w, sync);
    append(&w);
    append(&w);
    long n = 1;
    while (append_with_fault(&w, row, n)) {
        n++;
    }
    check_all(&w);
    end(&w);
    if (n < 2) {
        fail_msg("%s: an append without a single such call cannot be", row->what);
    }
}

static void a_batch_is_stored_whole_or_not_at_all_whatever_call_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        try_row(&rows[i], true);
    }
}

static void so_it_is_with_lazy_commits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        try_row(&rows[i], false);
    }
}

static size_t open_files_n(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n;
}

static void a_store_that_could_not_be_made_can_be_made_later(void **state)
{
    (void)state;
    static const struct nb_store_options options = {
        .sync = true, .map_bytes = 1 << 20, .max_bytes = 1 << 28};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool hit = true;
        for (long n = 1; hit; n++) {
            struct world w = {.dir = nbt_tmpdir(), .sync = true};
            struct nb_store *store = NULL;
            size_t files_n = open_files_n();
            arm(rows[i].fault, rows[i].error, rows[i].lasting, n);
            enum nb_err err = nb_store_open(w.dir, NB_STORE_CRAWL, &options, &store, NULL);
            hit = disarm();
            assert_true(err == NB_OK ? store != NULL : store == NULL && hit);
            nb_store_close(store);
            assert_int_equal(open_files_n(), files_n);
            w.arena = nb_arena_new(16 << 20);
            w.batch = nb_log_batch_new();
            open_world(&w);
            append(&w);
            check_all(&w);
            end(&w);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_stored_whole_or_not_at_all_whatever_call_fails),
        cmocka_unit_test(so_it_is_with_lazy_commits),
        cmocka_unit_test(a_store_that_could_not_be_made_can_be_made_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
