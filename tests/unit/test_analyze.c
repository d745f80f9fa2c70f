/*
 * LMDB may not be open twice in one process, so the test lets go of the crawl store before it
 * starts an analyzer; what is appended meanwhile is appended by another process, as in life.
 */
#include "tests/unit/dump.h"
#include "tests/unit/story.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/analyze.h>
#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/store.h>
#include <nabiz/url.h>

/* FULL_N documents make an analysis of more than the smallest store.max, 1 MiB. */
enum { WAIT_MS = 60000, DOCUMENTS_N = 400, FULL_N = 2500 };

/* A data directory with a topic, a clock, and what is needed to append to its log. */
struct site {
    char *dir;
    struct nb_clock *clock;
    struct nb_store *crawl;
    struct nb_log *log;
    struct nb_arena *arena;
};

static void site_open(struct site *s)
{
    struct nb_error error = {0};
    *s = (struct site){.dir = nbt_tmpdir(), .arena = nb_arena_new(64u << 20)};
    char *topics = nbt_path(s->dir, "topics");
    char *command = NULL;
    assert_true(asprintf(&command, "mkdir %s", topics) > 0);
    assert_int_equal(system(command), 0);
    char *topic = nbt_path(topics, "acme.topic");
    nbt_write_file(topic, NB_LIT("acme\n"));
    free(command);
    free(topic);
    free(topics);
    if (nb_clock_open(NULL, &s->clock, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
}

static void site_make_log(struct site *s)
{
    struct nb_error error = {0};
    const struct nb_store_options options = {.map_bytes = 1 << 20, .max_bytes = 1 << 30};
    if (nb_store_open(s->dir, NB_STORE_CRAWL, &options, &s->crawl, &error) != NB_OK ||
        nb_log_open_local(s->crawl, &s->log, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
}

static void site_leave_log(struct site *s)
{
    nb_log_close(s->log);
    nb_store_close(s->crawl);
    s->log = NULL;
    s->crawl = NULL;
}

static void site_close(struct site *s)
{
    site_leave_log(s);
    nb_clock_close(s->clock);
    nb_arena_free(s->arena);
    nbt_rmdir(s->dir);
}

/* Document i of the site's story; a later round of the same i is a revision. */
static struct nb_document *document_of(struct site *s, size_t i, size_t round)
{
    static const char *const texts[] = {
        "Acme kargosu yine gecikti, çok kötü bir hizmet. @veli sen de gördün mü?",
        "Bugün hava çok güzel, sahilde yürüdük.",
        "Acme'nin yeni ürününü çok beğendim, teşekkürler!",
        "Acme hakkında bir haber okudum. Kararsızım.",
    };
    struct nb_document *d =
        story_document(s->arena, i, nb_arena_printf(s->arena, "Yazı %zu", i),
                       nb_arena_printf(s->arena, "%s %zu", texts[(i + round) % 4], round));
    if (i % 4 == 3) {
        d->reply_to = nb_arena_printf(s->arena, "https://s%zu.example/%zu", (i - 1) % 5, i - 1);
    }
    return d;
}

static void append(struct site *s, const struct nb_document *document)
{
    struct nb_log_batch *batch = nb_log_batch_new();
    struct nb_log_record record;
    struct nb_error error = {0};
    assert_int_equal(nb_log_encode(document, s->arena, &record), NB_OK);
    assert_int_equal(nb_log_batch_add(batch, &record), NB_OK);
    if (nb_log_append(s->log, batch, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    nb_log_batch_free(batch);
}

/* Append documents from .. to - 1, every step-th of them, to a log that nobody else has open. */
static void append_range(struct site *s, size_t from, size_t to, size_t step, size_t round)
{
    site_make_log(s);
    for (size_t i = from; i < to; i += step) {
        append(s, document_of(s, i, round));
    }
    site_leave_log(s);
}

/* The story: DOCUMENTS_N documents, and every seventh revised at the end. */
static void append_story(struct site *s)
{
    append_range(s, 0, DOCUMENTS_N, 1, 0);
    append_range(s, 0, DOCUMENTS_N, 7, 1);
}

/* Another process that appends on request. Started while this one has no threads. */
struct appender {
    pid_t pid;
    int ask;
    int answer;
};

static void appender_main(struct site *s, int ask, int answer)
{
    uint8_t i;
    while (read(ask, &i, 1) == 1) {
        if (!s->log) {
            site_make_log(s);
        }
        append(s, document_of(s, i, 0));
        if (write(answer, &i, 1) != 1) {
            break;
        }
    }
    site_leave_log(s);
    _exit(0);
}

static struct appender appender_start(struct site *s)
{
    int ask[2];
    int answer[2];
    assert_int_equal(pipe(ask), 0);
    assert_int_equal(pipe(answer), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ask[1]);
        close(answer[0]);
        appender_main(s, ask[0], answer[1]);
    }
    close(ask[0]);
    close(answer[1]);
    return (struct appender){pid, ask[1], answer[0]};
}

static void appender_append(const struct appender *appender, uint8_t i)
{
    uint8_t done;
    assert_int_equal(write(appender->ask, &i, 1), 1);
    assert_int_equal(read(appender->answer, &done, 1), 1);
}

static void appender_stop(const struct appender *appender)
{
    int status;
    close(appender->ask);
    close(appender->answer);
    assert_int_equal(waitpid(appender->pid, &status, 0), appender->pid);
    assert_int_equal(status, 0);
}

static struct nb_config *config_of(const struct site *s, int workers, int batch, const char *extra)
{
    char sets[6][512];
    const char *overrides[7];
    struct nb_config *config;
    struct nb_error error = {0};
    (void)snprintf(sets[0], sizeof(sets[0]), "data.dir=%s", s->dir);
    (void)snprintf(sets[1], sizeof(sets[1]), "data.topics=%s/topics", s->dir);
    (void)snprintf(sets[2], sizeof(sets[2]), "analyze.workers=%d", workers);
    (void)snprintf(sets[3], sizeof(sets[3]), "analyze.batch=%d", batch);
    (void)snprintf(sets[4], sizeof(sets[4]), "store.sync=lazy");
    (void)snprintf(sets[5], sizeof(sets[5]), "store.map=1m");
    for (size_t i = 0; i < 6; i++) {
        overrides[i] = sets[i];
    }
    overrides[6] = extra;
    if (nb_config_load(NULL, overrides, extra ? 7 : 6, &config, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return config;
}

static void wait_done(struct nb_analyze *analyze)
{
    struct pollfd done = {.fd = nb_analyze_done_fd(analyze), .events = POLLIN};
    assert_int_equal(poll(&done, 1, WAIT_MS), 1);
}

/* Waits until this many documents are covered. */
static void wait_covered(uint64_t last)
{
    int64_t until = nb_mono_ms() + WAIT_MS;
    while (nb_counter_get(NB_CTR_LOG_LAST) < (int64_t)last) {
        if (nb_mono_ms() > until) {
            fail_msg("only %lld documents covered", (long long)nb_counter_get(NB_CTR_LOG_LAST));
        }
        (void)poll(NULL, 0, 2);
    }
}

static struct nb_analyze *start(const struct site *s, const struct nb_config *config, bool once)
{
    struct nb_analyze *analyze;
    struct nb_error error = {0};
    const struct nb_analyze_options options = {.once = once};
    if (nb_analyze_start(config, s->clock, &options, &analyze, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return analyze;
}

static void analyze_once(const struct site *s, int workers, int batch, const char *extra)
{
    struct nb_config *config = config_of(s, workers, batch, extra);
    struct nb_error error = {0};
    struct nb_analyze *analyze = start(s, config, true);
    wait_done(analyze);
    if (nb_analyze_stop(analyze, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    nb_config_free(config);
}

static void forget_analysis(const struct site *s)
{
    char *command = NULL;
    assert_true(asprintf(&command, "rm -r %s/analysis*", s->dir) > 0);
    assert_int_equal(system(command), 0);
    free(command);
}

static struct nb_buf dump(const struct site *s)
{
    struct nb_store *store;
    const struct nb_store_options options = {.read_only = true};
    assert_int_equal(nb_store_open(s->dir, NB_STORE_ANALYSIS, &options, &store, NULL), NB_OK);
    struct nb_buf text = dump_store(store);
    nb_store_close(store);
    return text;
}

static void workers_batches_and_starting_over_give_the_same_bytes(void **state)
{
    (void)state;
    static const struct {
        int workers;
        int batch;
    } rows[] = {{1, 1000}, {8, 1000}, {8, 3}, {1, 1}, {3, 64}};
    struct site s;
    site_open(&s);
    append_story(&s);
    struct nb_buf want = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        analyze_once(&s, rows[i].workers, rows[i].batch, NULL);
        struct nb_buf got = dump(&s);
        if (!want.p) {
            want = got;
            assert_non_null(strstr(want.p, "topic_doc ")); /* there was something to find */
            assert_non_null(strstr(want.p, "edge "));
            assert_true(want.len > 100000);
        } else {
            assert_string_equal(got.p, want.p);
            nb_buf_fini(&got);
        }
        forget_analysis(&s);
    }
    nb_buf_fini(&want);
    site_close(&s);
}

static enum nb_err stamp_older(struct nb_txn *txn, void *arg)
{
    (void)arg;
    nb_put(txn, NB_TBL_ANALYSIS_META, NB_LIT("schema"), NB_LIT("1"));
    return NB_OK;
}

static void the_analysis_of_an_older_version_is_made_again(void **state)
{
    (void)state;
    struct site s;
    struct nb_store *store;
    const struct nb_store_options options = {.map_bytes = 1 << 20, .max_bytes = 1 << 30};
    site_open(&s);
    append_story(&s);
    analyze_once(&s, 2, 100, NULL);
    struct nb_buf want = dump(&s);
    assert_int_equal(nb_store_open(s.dir, NB_STORE_ANALYSIS, &options, &store, NULL), NB_OK);
    assert_int_equal(nb_store_write(store, stamp_older, NULL, NULL), NB_OK);
    nb_store_close(store);
    analyze_once(&s, 2, 100, NULL);
    struct nb_buf got = dump(&s);
    assert_string_equal(got.p, want.p);
    nb_buf_fini(&got);
    nb_buf_fini(&want);
    site_close(&s);
}

static void a_run_goes_on_where_the_last_one_stopped(void **state)
{
    (void)state;
    struct site s;
    site_open(&s);
    append_story(&s);
    analyze_once(&s, 2, 100, NULL);
    struct nb_buf want = dump(&s);
    site_close(&s);

    site_open(&s);
    append_range(&s, 0, 150, 1, 0);
    analyze_once(&s, 2, 100, NULL);
    append_range(&s, 150, DOCUMENTS_N, 1, 0);
    analyze_once(&s, 2, 100, NULL);
    analyze_once(&s, 2, 100, NULL); /* nothing to do */
    append_range(&s, 0, DOCUMENTS_N, 7, 1);
    analyze_once(&s, 2, 100, NULL);
    struct nb_buf got = dump(&s);
    assert_string_equal(got.p, want.p);
    nb_buf_fini(&got);
    nb_buf_fini(&want);
    site_close(&s);
}

static void what_was_deleted_leaves_nothing_behind(void **state)
{
    (void)state;
    struct site s;
    site_open(&s);
    append_range(&s, 0, 40, 1, 0);
    analyze_once(&s, 2, 100, NULL);
    struct nb_buf before = dump(&s);
    assert_non_null(strstr(before.p, "topic_doc "));
    assert_non_null(strstr(before.p, "edge "));
    site_make_log(&s);
    for (size_t i = 0; i < 40; i++) {
        struct nb_document *document = document_of(&s, i, 0);
        document->title = document->text = document->reply_to = NULL;
        document->has_deleted = document->deleted = 1;
        append(&s, document);
    }
    site_leave_log(&s);
    analyze_once(&s, 2, 100, NULL);
    struct nb_buf after = dump(&s);
    static const char *const tables[] = {"topic_doc ", "edge ", "annotation ", "topic_hour "};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        assert_null(strstr(after.p, tables[i]));
    }
    nb_buf_fini(&before);
    nb_buf_fini(&after);
    site_close(&s);
}

static void documents_are_analysed_as_they_are_appended(void **state)
{
    (void)state;
    struct site s;
    site_open(&s);
    struct appender appender = appender_start(&s);
    struct nb_config *config = config_of(&s, 2, 100, NULL);
    struct nb_analyze *analyze = start(&s, config, false); /* before there is a crawl store */
    int64_t before = nb_counter_get(NB_CTR_DOCS_ANNOTATED);
    for (uint8_t i = 0; i < 5; i++) {
        appender_append(&appender, i);
        wait_covered(i + 1u);
    }
    assert_int_equal(nb_counter_get(NB_CTR_DOCS_ANNOTATED) - before, 5);
    int64_t began_ms = nb_mono_ms();
    assert_int_equal(nb_analyze_stop(analyze, NULL), NB_OK);
    assert_true(nb_mono_ms() - began_ms < 2000);
    appender_stop(&appender);
    nb_config_free(config);
    site_close(&s);
}

static void stopping_in_the_middle_of_a_large_batch_is_quick_and_loses_nothing(void **state)
{
    (void)state;
    struct site s;
    site_open(&s);
    append_story(&s);
    analyze_once(&s, 2, 1000, NULL);
    struct nb_buf want = dump(&s);
    forget_analysis(&s);
    struct nb_config *config = config_of(&s, 2, 20, NULL);
    for (int i = 0; i < 10; i++) { /* ten lives, each cut off at some moment */
        struct nb_analyze *analyze = start(&s, config, false);
        (void)poll(NULL, 0, i * 3);
        assert_int_equal(nb_analyze_stop(analyze, NULL), NB_OK);
    }
    nb_config_free(config);
    analyze_once(&s, 2, 1000, NULL);
    struct nb_buf got = dump(&s);
    assert_string_equal(got.p, want.p);
    nb_buf_fini(&got);
    nb_buf_fini(&want);
    site_close(&s);
}

static void another_log_is_refused_with_what_to_do(void **state)
{
    (void)state;
    struct site s;
    site_open(&s);
    append_range(&s, 0, 10, 1, 0);
    analyze_once(&s, 1, 100, NULL);
    char *command = NULL;
    assert_true(asprintf(&command, "rm -r %s/crawl*", s.dir) > 0);
    assert_int_equal(system(command), 0);
    free(command);
    append_range(&s, 0, 1, 1, 0);

    struct nb_config *config = config_of(&s, 1, 100, NULL);
    struct nb_analyze *analyze;
    struct nb_error error = {0};
    const struct nb_analyze_options options = {.once = true};
    assert_int_not_equal(nb_analyze_start(config, s.clock, &options, &analyze, &error), NB_OK);
    assert_null(analyze);
    assert_non_null(strstr(error.text, "delete"));
    assert_non_null(strstr(error.text, "covers document 10 but the log ends at 1"));
    nb_config_free(config);
    site_close(&s);
}

static void
a_document_over_its_limit_is_skipped_and_counted_whoever_its_neighbours_are(void **state)
{
    (void)state;
    static const int batches[] = {1, 2, 100};
    struct site s;
    site_open(&s);
    site_make_log(&s);
    char *words = nb_arena_alloc(s.arena, 60001);
    for (size_t i = 0; i < 60000; i += 6) {
        memcpy(words + i, "acme  ", 6);
    }
    words[60000] = '\0';
    for (size_t i = 0; i < 12; i++) {
        struct nb_document *d = document_of(&s, i, 0);
        if (i == 2 || i == 7) {
            d->text = words;
        }
        append(&s, d);
    }
    site_leave_log(&s);
    struct nb_buf want = {0};
    for (size_t i = 0; i < 3; i++) {
        int64_t skipped = nb_counter_get(NB_CTR_DOCS_SKIPPED);
        analyze_once(&s, 2, batches[i], "analyze.document_max=262144");
        assert_int_equal(nb_counter_get(NB_CTR_DOCS_SKIPPED) - skipped, 2);
        struct nb_buf got = dump(&s);
        if (want.p) {
            assert_string_equal(got.p, want.p);
            nb_buf_fini(&want);
        }
        want = got;
        struct nb_store *store;
        struct nb_txn *txn;
        uint64_t cursor;
        const struct nb_store_options options = {.read_only = true};
        assert_int_equal(nb_store_open(s.dir, NB_STORE_ANALYSIS, &options, &store, NULL), NB_OK);
        assert_int_equal(nb_read_begin(store, &txn, NULL), NB_OK);
        assert_int_equal(nb_analysis_cursor(txn, &cursor), NB_OK);
        assert_int_equal(cursor, 12);
        assert_int_equal(nb_table_count(txn, NB_TBL_ANNOTATION), 10);
        nb_read_end(txn);
        nb_store_close(store);
        forget_analysis(&s);
    }
    nb_buf_fini(&want);
    site_close(&s);
}

static void a_full_store_is_waited_for_and_the_run_goes_on_with_more_space(void **state)
{
    (void)state;
    struct site s;
    site_open(&s);
    append_range(&s, 0, FULL_N, 1, 0);
    analyze_once(&s, 2, 50, NULL);
    struct nb_buf want = dump(&s);
    forget_analysis(&s);

    struct nb_config *small = config_of(&s, 2, 50, "store.max=1m");
    struct nb_config *large = config_of(&s, 2, 50, "store.max=64m");
    nb_counter_set(NB_CTR_LOG_LAST, 0);
    int64_t retries = nb_counter_get(NB_CTR_COMMIT_RETRIES);
    struct nb_analyze *analyze = start(&s, small, false);
    int64_t until = nb_mono_ms() + WAIT_MS;
    while (nb_counter_get(NB_CTR_COMMIT_RETRIES) == retries) {
        assert_true(nb_mono_ms() < until);
        (void)poll(NULL, 0, 2);
    }
    assert_int_equal(nb_analyze_reload(analyze, large, NULL), NB_OK);
    wait_covered(FULL_N);
    assert_int_equal(nb_analyze_stop(analyze, NULL), NB_OK);
    struct nb_buf got = dump(&s);
    assert_string_equal(got.p, want.p);
    nb_buf_fini(&got);
    nb_buf_fini(&want);
    nb_config_free(small);
    nb_config_free(large);
    site_close(&s);
}

static void a_reload_reads_later_documents_with_the_new_topics(void **state)
{
    (void)state;
    struct site s;
    site_open(&s);
    struct appender appender = appender_start(&s);
    struct nb_config *config = config_of(&s, 2, 100, NULL);
    nb_counter_set(NB_CTR_LOG_LAST, 0);
    appender_append(&appender, 1); /* about the weather and the sea */
    struct nb_analyze *analyze = start(&s, config, false);
    wait_covered(1);
    char *path = nbt_path(s.dir, "topics/sahil.topic");
    nbt_write_file(path, NB_LIT("\"sahilde yürüdük\"\n"));
    free(path);
    assert_int_equal(nb_analyze_reload(analyze, config, NULL), NB_OK);
    appender_append(&appender, 5);
    wait_covered(2);
    assert_int_equal(nb_analyze_stop(analyze, NULL), NB_OK);
    appender_stop(&appender);
    nb_config_free(config);

    struct nb_store *store;
    struct nb_txn *txn;
    const struct nb_store_options options = {.read_only = true};
    const struct nb_mention_row *rows;
    size_t n;
    assert_int_equal(nb_store_open(s.dir, NB_STORE_ANALYSIS, &options, &store, NULL), NB_OK);
    assert_int_equal(nb_read_begin(store, &txn, NULL), NB_OK);
    assert_int_equal(nb_analysis_mentions(txn, NB_LIT("sahil"), 0, INT64_MAX, s.arena, &rows, &n),
                     NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].number, 2);
    nb_read_end(txn);
    nb_store_close(store);
    site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_batches_and_starting_over_give_the_same_bytes),
        cmocka_unit_test(the_analysis_of_an_older_version_is_made_again),
        cmocka_unit_test(a_run_goes_on_where_the_last_one_stopped),
        cmocka_unit_test(what_was_deleted_leaves_nothing_behind),
        cmocka_unit_test(documents_are_analysed_as_they_are_appended),
        cmocka_unit_test(stopping_in_the_middle_of_a_large_batch_is_quick_and_loses_nothing),
        cmocka_unit_test(another_log_is_refused_with_what_to_do),
        cmocka_unit_test(
            a_document_over_its_limit_is_skipped_and_counted_whoever_its_neighbours_are),
        cmocka_unit_test(a_full_store_is_waited_for_and_the_run_goes_on_with_more_space),
        cmocka_unit_test(a_reload_reads_later_documents_with_the_new_topics),
    };
    struct nb_error error = {0};
    if (nb_url_init(&error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
