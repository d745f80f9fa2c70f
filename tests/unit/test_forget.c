/*
 * An author goes, and stays gone: from frames, from free pages, from what comes in later, and
 * whenever the process is killed.
 */
#include "tests/unit/story.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/forget.h>

enum { DOCUMENTS_N = 4000, AUTHORS_N = 4, KILLS_N = 12 };

static const struct nb_store_options writing = {.map_bytes = 1 << 20, .max_bytes = 1u << 30};
static const char gone[] = "f.example/ayla";

static char *author_name(struct nb_arena *arena, size_t i)
{
    static const char *const names[AUTHORS_N] = {"f.example/ayla", "f.example/veli", "f.example/",
                                                 "g.example/ayla"};
    return nb_arena_strdup(arena, nb_slice_str(names[i % AUTHORS_N]));
}

static struct nb_document *document(struct nb_arena *arena, size_t i, const char *text)
{
    struct nb_document *d = nb_document_new(arena);
    d->url = nb_arena_printf(arena, "https://f.example/%zu", i);
    story_identify(
        d, nb_document_identity(NB_LIT("f.example"), nb_slice(NULL, 0), nb_slice_str(d->url)),
        arena);
    d->site = nb_arena_strdup(arena, NB_LIT("f.example"));
    d->author = author_name(arena, i);
    d->text = nb_arena_printf(arena, "%s %zu, yazan %s", text, i, d->author);
    if (i % 10 == 1) { /* somebody quotes the first author by handle */
        Nb__Quote *quote = nb_arena_alloc(arena, sizeof(*quote));
        nb__quote__init(quote);
        quote->author = nb_arena_strdup(arena, NB_LIT("ayla"));
        quote->text = nb_arena_strdup(arena, NB_LIT("alinti"));
        d->quotes = nb_arena_alloc(arena, sizeof(Nb__Quote *));
        d->quotes[0] = quote;
        d->n_quotes = 1;
    }
    return d;
}

/* @return how many were new or revised. */
static size_t append(const char *dir, size_t from, size_t to, const char *text)
{
    struct nb_store *store;
    struct nb_arena *arena = nb_arena_new(64u << 20);
    struct nb_log_batch *batch = nb_log_batch_new();
    struct nb_log *log;
    size_t n = 0;
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, NULL), NB_OK);
    assert_int_equal(nb_log_open_local(store, &log, NULL), NB_OK);
    for (size_t i = from; i < to; i++) {
        struct nb_log_record record;
        assert_int_equal(nb_log_encode(document(arena, i, text), arena, &record), NB_OK);
        assert_int_equal(nb_log_batch_add(batch, &record), NB_OK);
    }
    assert_int_equal(nb_log_append(log, batch, NULL), NB_OK);
    for (size_t i = 0; i < to - from; i++) {
        n += nb_log_batch_outcome(batch, i) != NB_LOG_KNOWN;
    }
    nb_log_close(log);
    nb_store_close(store);
    nb_log_batch_free(batch);
    nb_arena_free(arena);
    return n;
}

static void fill(const char *dir)
{
    for (size_t i = 0; i < DOCUMENTS_N; i += 500) {
        assert_int_equal(append(dir, i, i + 500, "ilk metin"), 500);
    }
}

static enum nb_err forget(const char *dir, struct nb_forgot *out)
{
    struct nb_store *store;
    enum nb_err err = nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, NULL);
    if (err == NB_OK) {
        err = nb_log_forget(store, nb_slice_str(gone), out, NULL);
        err = err ? err : nb_store_compact(store, NULL);
        nb_store_close(store);
    }
    return err;
}

/* Every number is there, the author's as deleted and without a word, the others as they were. */
static void check_log(const char *dir, uint64_t last)
{
    struct nb_store *store;
    struct nb_log *log;
    struct nb_arena *arena = nb_arena_new(64u << 20);
    const struct nb_store_options reading = {.read_only = true};
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &reading, &store, NULL), NB_OK);
    assert_int_equal(nb_log_open_local(store, &log, NULL), NB_OK);
    for (uint64_t number = 1; number <= last; number++) {
        struct nb_document *d;
        nb_arena_reset(arena);
        assert_int_equal(nb_log_get(log, number, arena, &d, NULL), NB_OK);
        assert_int_equal(d->number, number);
        assert_int_equal(d->n_quotes, 0);
        bool theirs = number <= DOCUMENTS_N && (number - 1) % AUTHORS_N == 0;
        assert_int_equal(d->deleted, theirs);
        assert_true(theirs ? !d->text && !d->author && !d->url : d->text && d->author);
    }
    nb_log_close(log);
    nb_store_close(store);
    nb_arena_free(arena);
}

static bool file_has(const char *dir, const char *text)
{
    struct nb_arena *arena = nb_arena_new(256u << 20);
    char *path = nbt_path(dir, "crawl/data.mdb");
    struct nb_slice bytes = nbt_read_file(path, arena);
    bool has = nb_slice_find(bytes, nb_slice_str(text), 0) != NB_NPOS;
    assert_non_null(bytes.p);
    free(path);
    nb_arena_free(arena);
    return has;
}

static void an_author_is_gone_and_the_others_are_not(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_forgot forgot;
    fill(dir);
    assert_int_equal(forget(dir, &forgot), NB_OK);
    assert_int_equal(forgot.documents_n, DOCUMENTS_N / AUTHORS_N);
    assert_int_equal(forgot.quotes_n, DOCUMENTS_N / 10);
    check_log(dir, DOCUMENTS_N);
    assert_int_equal(forget(dir, &forgot), NB_OK);
    assert_int_equal(forgot.documents_n, 0);
    assert_int_equal(forgot.quotes_n, 0);
    nbt_rmdir(dir);
}

static void nothing_of_theirs_comes_in_again(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_forgot forgot;
    fill(dir);
    assert_int_equal(forget(dir, &forgot), NB_OK);
    /* The same again, changed ones, new ones: of four authors three may. */
    assert_int_equal(append(dir, 0, 400, "ilk metin"), 0);
    assert_int_equal(append(dir, 0, 400, "yeni metin"), 300);
    assert_int_equal(append(dir, DOCUMENTS_N, DOCUMENTS_N + 400, "ilk metin"), 300);
    nbt_rmdir(dir);
}

/* Documents i % 10 == 1 quote the author by handle, and come in after the author was forgotten. */
static void what_quotes_them_later_comes_in_without_the_quote(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_forgot forgot;
    fill(dir);
    assert_int_equal(forget(dir, &forgot), NB_OK);
    size_t n = append(dir, DOCUMENTS_N, DOCUMENTS_N + 400, "yeni metin");
    assert_int_equal(n, 300);
    check_log(dir, DOCUMENTS_N + n); /* no document of it has a quote */
    nbt_rmdir(dir);
}

/* A text that is in no other place, short enough not to be compressed. */
static void no_byte_of_theirs_stays_in_the_file(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_forgot forgot;
    assert_int_equal(append(dir, 0, 1, "kimse-bilmesin"), 1);
    assert_int_equal(append(dir, 2, 3, "herkes-bilsin"), 1);
    assert_true(file_has(dir, "kimse-bilmesin"));
    assert_int_equal(forget(dir, &forgot), NB_OK);
    assert_false(file_has(dir, "kimse-bilmesin"));
    assert_false(file_has(dir, gone));
    assert_true(file_has(dir, "herkes-bilsin"));
    nbt_rmdir(dir);
}

static void a_kill_at_any_moment_is_mended_by_doing_it_again(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_forgot forgot;
    fill(dir);
    for (useconds_t i = 0; i < KILLS_N; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            _exit(forget(dir, &forgot) == NB_OK ? 0 : 1);
        }
        usleep(i * i * 400);
        (void)kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
    assert_int_equal(forget(dir, &forgot), NB_OK);
    check_log(dir, DOCUMENTS_N);
    nbt_rmdir(dir);
}

/* Far enough for this test: the same but for the case of ASCII letters. */
static unsigned distance(struct nb_slice asked, struct nb_slice stored)
{
    for (size_t i = 0; i < asked.len && asked.len == stored.len; i++) {
        if (nb_ascii_lower(asked.p[i]) != nb_ascii_lower(stored.p[i])) {
            return 0;
        }
    }
    return asked.len == stored.len;
}

static void a_name_that_nobody_has_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *name, *nearest;
        enum nb_err want;
    } rows[] = {{"f.example/ayla", "", NB_OK},
                {"f.example/Ayla", "f.example/ayla", NB_ENOTFOUND},
                {"g.example/AYLA", "g.example/ayla", NB_ENOTFOUND},
                {"f.example/kimse", "", NB_ENOTFOUND}};
    char *dir = nbt_tmpdir();
    char nearest[NB_AUTHOR_BYTES];
    struct nb_store *store;
    struct nb_forgot forgot;
    fill(dir);
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, NULL), NB_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(
            nb_log_find_author(store, nb_slice_str(rows[i].name), distance, nearest, NULL),
            rows[i].want);
        if (rows[i].want != NB_OK) {
            assert_string_equal(nearest, rows[i].nearest);
        }
    }
    nb_store_close(store);
    /* One that was interrupted may be given again. */
    assert_int_equal(forget(dir, &forgot), NB_OK);
    assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, NULL), NB_OK);
    assert_int_equal(nb_log_find_author(store, nb_slice_str(gone), distance, nearest, NULL), NB_OK);
    nb_store_close(store);
    nbt_rmdir(dir);
}

/* As the table was before names were kept in any case: the value is empty. */
static enum nb_err put_old_row(struct nb_txn *txn, void *author)
{
    struct nb_id id = nb_forget_id(nb_slice_str(author));
    nb_put(txn, NB_TBL_FORGOTTEN, nb_slice(id.b, sizeof(id.b)), nb_slice("", 0));
    return nb_txn_err(txn);
}

static void acts_towards_a_name_are_left_out_in_any_case(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool before, after; /* the old row's name was given again */
    } rows[] = {{"f.example/Veli", true, true},   {"f.example/veli", false, true},
                {"f.example/ayla", true, true},   {"f.example/AYLA", true, true},
                {"g.example/ayla", false, false}, {"f.example/ayl", false, false},
                {"f.example/", false, false},     {"", false, false}};
    char *dir = nbt_tmpdir();
    char old[] = "f.example/Veli";
    for (int again = 0; again < 2; again++) {
        struct nb_store *store;
        struct nb_forgotten *forgotten;
        struct nb_forgot forgot;
        assert_int_equal(nb_store_open(dir, NB_STORE_CRAWL, &writing, &store, NULL), NB_OK);
        if (again) {
            assert_int_equal(nb_log_forget(store, nb_slice_str(old), &forgot, NULL), NB_OK);
        } else {
            assert_int_equal(nb_store_write(store, put_old_row, old, NULL), NB_OK);
            assert_int_equal(nb_log_forget(store, nb_slice_str(gone), &forgot, NULL), NB_OK);
        }
        assert_int_equal(nb_forgotten_load(store, &forgotten, NULL), NB_OK);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            assert_int_equal(nb_forgotten_has(forgotten, nb_slice_str(rows[i].name)),
                             again ? rows[i].after : rows[i].before);
        }
        nb_forgotten_free(forgotten);
        nb_store_close(store);
    }
    assert_false(nb_forgotten_has(NULL, nb_slice_str(gone)));
    nbt_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_nobody_has_is_told),
        cmocka_unit_test(an_author_is_gone_and_the_others_are_not),
        cmocka_unit_test(nothing_of_theirs_comes_in_again),
        cmocka_unit_test(what_quotes_them_later_comes_in_without_the_quote),
        cmocka_unit_test(acts_towards_a_name_are_left_out_in_any_case),
        cmocka_unit_test(no_byte_of_theirs_stays_in_the_file),
        cmocka_unit_test(a_kill_at_any_moment_is_mended_by_doing_it_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
