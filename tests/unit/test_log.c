#include "tests/unit/story.h"

#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/thread.h>

static const struct nb_store_options writing = {.map_bytes = 1 << 20, .max_bytes = 256 << 20};
static const struct nb_store_options reading = {.read_only = true};

struct fixture {
    char *dir;
    struct nb_store *store;
    struct nb_log *log;
    struct nb_log_batch *batch;
    struct nb_arena *arena;
};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->dir = nbt_tmpdir();
    assert_int_equal(nb_store_open(f->dir, NB_STORE_CRAWL, &writing, &f->store, NULL), NB_OK);
    assert_int_equal(nb_log_open_local(f->store, &f->log, NULL), NB_OK);
    f->batch = nb_log_batch_new();
    f->arena = nb_arena_new(64 << 20);
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    nb_arena_free(f->arena);
    nb_log_batch_free(f->batch);
    nb_log_close(f->log);
    nb_store_close(f->store);
    nbt_rmdir(f->dir);
    free(f);
    return 0;
}

/* Add a document to the fixture's batch; url gives the identity. */
static void add(struct fixture *f, const char *url, const char *text)
{
    struct nb_document *document = nb_document_new(f->arena);
    story_identify(document,
                   nb_document_identity(NB_LIT("a.example"), NB_LIT(""), nb_slice_str(url)),
                   f->arena);
    document->url = nb_arena_strdup(f->arena, nb_slice_str(url));
    document->text = nb_arena_strdup(f->arena, nb_slice_str(text));
    struct nb_log_record record;
    assert_int_equal(nb_log_encode(document, f->arena, &record), NB_OK);
    assert_int_equal(nb_log_batch_add(f->batch, &record), NB_OK);
}

static void append(struct fixture *f)
{
    struct nb_error error = {0};
    if (nb_log_append(f->log, f->batch, &error) != NB_OK) {
        fail_msg("append: %s", nb_error_text(&error));
    }
}

static void documents_come_back_in_order_with_their_numbers(void **state)
{
    struct fixture *f = *state;
    static const char *const urls[] = {"https://a.example/1", "https://a.example/2",
                                       "https://a.example/3"};
    for (size_t i = 0; i < 3; i++) {
        add(f, urls[i], "metin");
    }
    append(f);
    struct nb_document *out[2];
    size_t n;
    assert_int_equal(nb_log_next(f->log, 0, 2, f->arena, out, &n, NULL), NB_OK);
    assert_int_equal(n, 2);
    assert_int_equal(out[0]->number, 1);
    assert_int_equal(out[0]->revision, 0);
    assert_false(out[0]->has_supersedes);
    assert_string_equal(out[1]->url, urls[1]);
    assert_int_equal(nb_log_next(f->log, 2, 2, f->arena, out, &n, NULL), NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(out[0]->number, 3);
    assert_int_equal(nb_log_next(f->log, 3, 2, f->arena, out, &n, NULL), NB_OK);
    assert_int_equal(n, 0);
}

static void a_known_document_is_not_appended_again_and_a_changed_one_is_a_revision(void **state)
{
    struct fixture *f = *state;
    add(f, "https://a.example/1", "eski");
    add(f, "https://a.example/1", "eski");
    append(f);
    assert_int_equal(nb_log_batch_outcome(f->batch, 0), NB_LOG_NEW);
    assert_int_equal(nb_log_batch_outcome(f->batch, 1), NB_LOG_KNOWN);
    nb_log_batch_reset(f->batch);
    add(f, "https://a.example/1", "eski");
    add(f, "https://a.example/1", "yeni");
    add(f, "https://a.example/1", "en yeni");
    append(f);
    assert_int_equal(nb_log_batch_outcome(f->batch, 0), NB_LOG_KNOWN);
    assert_int_equal(nb_log_batch_outcome(f->batch, 1), NB_LOG_REVISED);
    assert_int_equal(nb_log_batch_outcome(f->batch, 2), NB_LOG_REVISED);
    struct nb_document *out;
    assert_int_equal(nb_log_get(f->log, 3, f->arena, &out, NULL), NB_OK);
    assert_string_equal(out->text, "en yeni");
    assert_int_equal(out->revision, 2);
    assert_int_equal(out->supersedes, 2);
    assert_int_equal(nb_log_get(f->log, 4, f->arena, &out, NULL), NB_ENOTFOUND);
}

static void a_document_is_found_by_what_it_is(void **state)
{
    struct fixture *f = *state;
    struct nb_document *out;
    struct nb_slice none = {NULL, 0};
    add(f, "https://a.example/1", "eski");
    add(f, "https://a.example/1", "yeni");
    append(f);
    struct nb_id id = nb_document_identity(none, none, NB_LIT("https://a.example/1"));
    assert_int_equal(nb_log_find(f->log, &id, f->arena, &out, NULL), NB_OK);
    assert_string_equal(out->text, "yeni");
    assert_int_equal(out->revision, 1);
    id = nb_document_identity(none, none, NB_LIT("https://a.example/2"));
    assert_int_equal(nb_log_find(f->log, &id, f->arena, &out, NULL), NB_ENOTFOUND);
    assert_null(out);
}

static void identity_is_a_guid_within_its_site_or_the_permalink_everywhere(void **state)
{
    (void)state;
    static const struct {
        const char *scope_a, *guid_a, *url_a, *scope_b, *guid_b, *url_b;
        bool same;
    } rows[] = {
        {"a", "", "https://x/1", "b", "", "https://x/1", true},
        {"a", "7", "https://x/1", "b", "7", "https://x/1", false},
        {"a", "7", "https://x/1", "a", "7", "https://x/1?moved", true},
        {"a", "https://x/?p=1", "https://x/1", "a", "https://x/?p=1#c2", "https://x/1#c2", false},
        {"a", "tag:x,1", "", "a", "tag:x,1", "", true},
        {"a", "b7", "", "ab", "7", "", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_id a =
            nb_document_identity(nb_slice_str(rows[i].scope_a), nb_slice_str(rows[i].guid_a),
                                 nb_slice_str(rows[i].url_a));
        struct nb_id b =
            nb_document_identity(nb_slice_str(rows[i].scope_b), nb_slice_str(rows[i].guid_b),
                                 nb_slice_str(rows[i].url_b));
        assert_int_equal(memcmp(&a, &b, sizeof(a)) == 0, rows[i].same);
    }
}

/* A record of one document as a feed might give it. */
struct sighting {
    const char *guid, *url, *text;
    uint64_t source;
    enum nb_log_outcome want;
};

static void see(struct fixture *f, const struct sighting *s)
{
    struct nb_document *document = nb_document_new(f->arena);
    struct nb_id id =
        nb_document_identity(NB_LIT("a.example"), nb_slice_str(s->guid), nb_slice_str(s->url));
    uint8_t source[8];
    nb_key_u64(s->source, source);
    document->has_identity = 1;
    document->identity = (ProtobufCBinaryData){NB_ID_BYTES, id.b};
    document->has_source = 1;
    document->source = (ProtobufCBinaryData){8, source};
    document->text = nb_arena_strdup(f->arena, nb_slice_str(s->text));
    struct nb_log_record record;
    assert_int_equal(nb_log_encode(document, f->arena, &record), NB_OK);
    record.alias = nb_document_identity(NB_LIT(""), NB_LIT(""), nb_slice_str(s->url));
    record.has_alias = s->url[0] != '\0';
    nb_log_batch_reset(f->batch);
    assert_int_equal(nb_log_batch_add(f->batch, &record), NB_OK);
    append(f);
    assert_int_equal(nb_log_batch_outcome(f->batch, 0), s->want);
}

static void a_document_is_one_whatever_feed_names_it_how(void **state)
{
    struct fixture *f = *state;
    static const struct sighting sightings[] = {
        {"guid-1", "https://a.example/1", "ozet", 1, NB_LOG_NEW},
        {"other-guid", "https://a.example/1", "ozet", 2, NB_LOG_KNOWN}, /* guid of another feed */
        {"guid-1", "https://a.example/moved", "ozet", 1, NB_LOG_KNOWN}, /* a new address */
        {"guid-1", "https://a.example/1", "oze!", 2, NB_LOG_KNOWN},     /* not its source */
        {"guid-1", "https://a.example/1", "ozet ve tam metin", 2, NB_LOG_REVISED},
        {"guid-1", "https://a.example/1", "ozet", 1, NB_LOG_KNOWN},  /* the summary again */
        {"third", "https://a.example/1", "kisa", 2, NB_LOG_REVISED}, /* edited by its source */
        {"third", "", "kisa", 2, NB_LOG_KNOWN}, /* the name learnt from the line above */
        {"guid-2", "https://a.example/2", "baska", 1, NB_LOG_NEW},
    };
    for (size_t i = 0; i < sizeof(sightings) / sizeof(sightings[0]); i++) {
        see(f, &sightings[i]);
    }
    struct nb_document *first;
    struct nb_document *third;
    struct nb_document *other;
    assert_int_equal(nb_log_get(f->log, 1, f->arena, &first, NULL), NB_OK);
    assert_int_equal(nb_log_get(f->log, 3, f->arena, &third, NULL), NB_OK);
    assert_int_equal(nb_log_get(f->log, 4, f->arena, &other, NULL), NB_OK);
    assert_int_equal(third->revision, 2);
    assert_int_equal(third->supersedes, 2);
    assert_memory_equal(third->identity.data, first->identity.data, NB_ID_BYTES);
    assert_memory_not_equal(other->identity.data, first->identity.data, NB_ID_BYTES);
}

static void bookkeeping_is_stored_with_the_documents_and_not_without_them(void **state)
{
    struct fixture *f = *state;
    struct nb_slice key = NB_LIT("source-1");
    add(f, "https://a.example/1", "x");
    assert_int_equal(nb_log_batch_note(f->batch, NB_TBL_SOURCE_STATE, key, NB_LIT("v")), NB_OK);
    append(f);
    struct nb_txn *txn;
    struct nb_slice value;
    assert_int_equal(nb_read_begin(f->store, &txn, NULL), NB_OK);
    assert_int_equal(nb_get(txn, NB_TBL_SOURCE_STATE, key, &value), NB_OK);
    assert_slice_equal(value, "v");
    nb_read_end(txn);
    nb_log_batch_reset(f->batch);
    assert_int_equal(nb_log_batch_note(f->batch, NB_TBL_SOURCE_STATE, key, nb_slice(NULL, 0)),
                     NB_OK);
    append(f);
    assert_int_equal(nb_read_begin(f->store, &txn, NULL), NB_OK);
    assert_int_equal(nb_get(txn, NB_TBL_SOURCE_STATE, key, &value), NB_ENOTFOUND);
    nb_read_end(txn);
}

static void a_small_arena_gets_fewer_documents_and_never_loses_one(void **state)
{
    struct fixture *f = *state;
    static char text[5000];
    memset(text, 'a', sizeof(text) - 1);
    for (int i = 0; i < 20; i++) {
        char url[64];
        (void)snprintf(url, sizeof(url), "https://a.example/%d", i);
        text[0] = (char)('a' + i);
        add(f, url, text);
    }
    append(f);
    struct nb_arena *small = nb_arena_new(40000);
    struct nb_document *out[20];
    uint64_t after = 0;
    size_t n = 1;
    while (n > 0) {
        nb_arena_reset(small);
        assert_int_equal(nb_log_next(f->log, after, 20, small, out, &n, NULL), NB_OK);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(out[i]->number, ++after);
            assert_int_equal(out[i]->text[0], 'a' + (int)after - 1);
        }
    }
    assert_int_equal(after, 20);
    nb_arena_free(small);
    small = nb_arena_new(2000);
    struct nb_error error = {0};
    assert_int_equal(nb_log_next(f->log, 4, 20, small, out, &n, &error), NB_ENOMEM);
    assert_non_null(strstr(error.text, "document 5"));
    nb_arena_free(small);
}

/* A text that does not compress, of n bytes. */
static char *noise(struct fixture *f, size_t n, unsigned seed)
{
    char *text = nb_arena_alloc(f->arena, n + 1);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        text[i] = (char)('!' + (seed >> 16) % 90);
    }
    text[n] = '\0';
    return text;
}

static void documents_of_any_length_come_back_from_where_they_were_put_together(void **state)
{
    struct fixture *f = *state;
    /* many in one record of the table, just at its limit, over it, and short ones again */
    static const size_t lens[] = {0,     1,       300,    300,   30000, 34000, 65000,
                                  66000, 10,      200000, 10,    65500, 65600, 1,
                                  900,   2000000, 20000,  20000, 20000, 20000, 20000};
    size_t lens_n = sizeof(lens) / sizeof(lens[0]);
    for (size_t i = 0; i < lens_n; i++) {
        char url[64];
        (void)snprintf(url, sizeof(url), "https://a.example/%zu", i);
        add(f, url, noise(f, lens[i], (unsigned)i));
        if (i % 8 == 5) {
            append(f);
            nb_log_batch_reset(f->batch);
        }
    }
    append(f);
    for (size_t i = lens_n; i > 0; i--) {
        struct nb_document *out[64];
        size_t n;
        assert_int_equal(nb_log_get(f->log, i, f->arena, &out[0], NULL), NB_OK);
        assert_int_equal(out[0]->number, i);
        assert_string_equal(out[0]->text, noise(f, lens[i - 1], (unsigned)i - 1));
        assert_int_equal(nb_log_next(f->log, i - 1, 64, f->arena, out, &n, NULL), NB_OK);
        assert_int_equal(n, lens_n - i + 1);
        assert_int_equal(out[n - 1]->number, lens_n);
    }
}

static void as_many_documents_as_there_are_fit(void **state)
{
    struct fixture *f = *state;
    enum { N = 3000 };
    static struct nb_document *out[N + 1];
    size_t n;
    for (size_t i = 0; i < N; i++) {
        char url[64];
        (void)snprintf(url, sizeof(url), "u%zu", i);
        add(f, url, "");
    }
    append(f);
    assert_int_equal(nb_log_next(f->log, 0, N + 1, f->arena, out, &n, NULL), NB_OK);
    assert_int_equal(n, N);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(out[i]->number, i + 1);
        assert_int_equal(atoi(out[i]->url + 1), i);
    }
    struct nb_txn *txn;
    assert_int_equal(nb_read_begin(f->store, &txn, NULL), NB_OK);
    assert_true(nb_table_count(txn, NB_TBL_LOG) < 8);
    nb_read_end(txn);
}

static enum nb_err damage(struct nb_txn *txn, void *arg)
{
    uint8_t key[8];
    nb_key_u64(1, key);
    nb_put(txn, NB_TBL_LOG, nb_slice(key, 8), *(const struct nb_slice *)arg);
    return NB_OK;
}

static void a_damaged_record_is_named_and_not_read(void **state)
{
    struct fixture *f = *state;
#define ID "0123456789abcdef"
    static const struct nb_slice rows[] = {
        {"", 0},
        {"\0\0", 2},
        {"\0\1" ID, 18},
        {"\0\2" ID ID "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 51},
        {"\0\1" ID "\0\0\0\0\0\0", 24},
        {"\0\1" ID "\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0", 35},
        {"\0\1" ID "\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\xff", 36},
        {"\0\1" ID "\1zstd", 23},
        {"\0\1" ID "\7zstd", 23},
    };
#undef ID
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_document *out;
        struct nb_error error = {0};
        union {
            const struct nb_slice *in;
            void *out;
        } row = {&rows[i]};
        assert_int_equal(nb_store_write(f->store, damage, row.out, NULL), NB_OK);
        assert_int_equal(nb_log_get(f->log, 1, f->arena, &out, &error), NB_ECORRUPT);
        assert_non_null(strstr(error.text, "document 1"));
    }
}

static enum nb_err note_outcomes(struct nb_log_batch *batch, void *arg)
{
    size_t *new_n = arg;
    *new_n = 0;
    for (size_t i = 0; i < nb_log_batch_len(batch); i++) {
        *new_n += nb_log_batch_outcome(batch, i) == NB_LOG_NEW;
    }
    return nb_log_batch_note(batch, NB_TBL_SOURCE_STATE, NB_LIT("source-1"),
                             *new_n == 2 ? NB_LIT("two") : NB_LIT("?"));
}

static void what_follows_from_the_outcomes_is_stored_with_them(void **state)
{
    struct fixture *f = *state;
    struct nb_txn *txn;
    struct nb_slice value;
    size_t new_n = 0;
    add(f, "https://a.example/1", "x");
    append(f);
    nb_log_batch_reset(f->batch);
    add(f, "https://a.example/1", "x");
    add(f, "https://a.example/2", "x");
    add(f, "https://a.example/3", noise(f, 4 << 20, 1)); /* more than the map: tried again */
    nb_log_batch_on_stored(f->batch, note_outcomes, &new_n);
    append(f);
    assert_int_equal(new_n, 2);
    assert_int_equal(nb_read_begin(f->store, &txn, NULL), NB_OK);
    assert_int_equal(nb_get(txn, NB_TBL_SOURCE_STATE, NB_LIT("source-1"), &value), NB_OK);
    assert_slice_equal(value, "two");
    nb_read_end(txn);
}

static void append_one_later(void *arg)
{
    struct fixture *f = arg;
    add(f, "https://a.example/1", "x");
    append(f);
}

static void a_waiter_is_told_of_an_append_and_of_a_wake(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(nb_log_wait(f->log, 0, 0), NB_ETIMEOUT);
    struct nb_thread thread;
    assert_int_equal(nb_thread_start(&thread, "append", append_one_later, f), NB_OK);
    assert_int_equal(nb_log_wait(f->log, 0, 20000), NB_OK);
    nb_thread_join(&thread);
    nb_log_wake(f->log);
    assert_int_equal(nb_log_wait(f->log, 1, 20000), NB_ECLOSED);
}

static void an_append_in_another_process_wakes_the_waiter(void **state)
{
    struct fixture *f = *state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct nb_store *store = NULL;
        struct nb_log *log = NULL;
        bool ok = nb_store_open(f->dir, NB_STORE_CRAWL, &reading, &store, NULL) == NB_OK &&
                  nb_log_open_local(store, &log, NULL) == NB_OK;
        (void)!write(ready[1], ok ? "y" : "n", 1);
        _exit(ok && nb_log_wait(log, 0, 20000) == NB_OK ? 0 : 1);
    }
    char byte = 'n';
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    append_one_later(f);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_field_of_a_newer_program_survives_a_rewrite(void **state)
{
    struct fixture *f = *state;
    /* url (field 7), then field 900 of a program to come */
    static const char bytes[] = "\x3a\x01u\xa2\x38\x03new";
    struct nb_document *document;
    struct nb_slice again;
    assert_int_equal(nb_document_decode(nb_slice(bytes, sizeof(bytes) - 1), f->arena, &document),
                     NB_OK);
    assert_string_equal(document->url, "u");
    assert_int_equal(nb_document_encode(document, f->arena, &again), NB_OK);
    assert_int_equal(again.len, sizeof(bytes) - 1);
    assert_memory_equal(again.p, bytes, again.len);
}

static void packing_gives_back_what_went_in_and_refuses_damage(void **state)
{
    struct fixture *f = *state;
    static const size_t sizes[] = {0, 1, 399, 400, 5000, 1000000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *text = nb_arena_alloc(f->arena, sizes[i] + 1);
        for (size_t k = 0; k < sizes[i]; k++) {
            text[k] = (char)('a' + k % 7 + k / 1000 % 5);
        }
        struct nb_slice packed;
        struct nb_slice back;
        assert_int_equal(nb_pack(NB_LIT("hd"), nb_slice(text, sizes[i]), f->arena, &packed), NB_OK);
        assert_true(packed.len <= sizes[i] + 3);
        struct nb_slice body = nb_slice_sub(packed, 2, packed.len);
        assert_int_equal(nb_unpack(body, f->arena, &back), NB_OK);
        assert_int_equal(back.len, sizes[i]);
        assert_memory_equal(back.p, text, sizes[i]);
        if (sizes[i] >= 5000) {
            assert_true(packed.len < sizes[i] / 2);
            assert_int_equal(nb_unpack(nb_slice_sub(body, 0, body.len - 1), f->arena, &back),
                             NB_ECORRUPT);
        }
    }
    struct nb_slice back;
    assert_int_equal(nb_unpack(NB_LIT(""), f->arena, &back), NB_ECORRUPT);
    assert_int_equal(nb_unpack(NB_LIT("\x07junk"), f->arena, &back), NB_ECORRUPT);
    assert_int_equal(nb_unpack(NB_LIT("\x01not zstd"), f->arena, &back), NB_ECORRUPT);
}

static void an_append_survives_the_loss_of_any_allocation(void **state)
{
    struct fixture *f = *state;
    for (long n = 1; n < 40; n++) {
        char url[64];
        (void)snprintf(url, sizeof(url), "https://a.example/%ld", n);
        nb_log_batch_reset(f->batch);
        add(f, url, "bir");
        add(f, "https://a.example/1", n % 2 ? "iki" : "iki iki");
        uint64_t before;
        uint64_t after;
        assert_int_equal(nb_log_last(f->log, &before, NULL), NB_OK);
        nb_mem_fail_from(n);
        enum nb_err err = nb_log_append(f->log, f->batch, NULL);
        nb_mem_fail_from(0);
        assert_int_equal(nb_log_last(f->log, &after, NULL), NB_OK);
        assert_true(err == NB_OK || err == NB_ENOMEM);
        assert_int_equal(after > before, err == NB_OK);
    }
}

int main(void)
{
#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        WITH_LOG(documents_come_back_in_order_with_their_numbers),
        WITH_LOG(a_known_document_is_not_appended_again_and_a_changed_one_is_a_revision),
        WITH_LOG(a_document_is_found_by_what_it_is),
        cmocka_unit_test(identity_is_a_guid_within_its_site_or_the_permalink_everywhere),
        WITH_LOG(a_document_is_one_whatever_feed_names_it_how),
        WITH_LOG(bookkeeping_is_stored_with_the_documents_and_not_without_them),
        WITH_LOG(a_small_arena_gets_fewer_documents_and_never_loses_one),
        WITH_LOG(documents_of_any_length_come_back_from_where_they_were_put_together),
        WITH_LOG(as_many_documents_as_there_are_fit),
        WITH_LOG(a_damaged_record_is_named_and_not_read),
        WITH_LOG(what_follows_from_the_outcomes_is_stored_with_them),
        WITH_LOG(a_waiter_is_told_of_an_append_and_of_a_wake),
        WITH_LOG(an_append_in_another_process_wakes_the_waiter),
        WITH_LOG(a_field_of_a_newer_program_survives_a_rewrite),
        WITH_LOG(packing_gives_back_what_went_in_and_refuses_damage),
        WITH_LOG(an_append_survives_the_loss_of_any_allocation),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nb_pack_thread_end();
    return failed;
}
