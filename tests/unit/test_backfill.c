/*
 * A backfill leaves what an analysis leaves that had the topic from the start: mentions and their
 * counts, row by row; also when it is broken off after every step.
 */
#include "tests/unit/dump.h"
#include "tests/unit/story.h"

#include <poll.h>
#include <sys/stat.h>

#include <nabiz/analyze.h>
#include <nabiz/backfill.h>
#include <nabiz/url.h>

enum { DOCUMENTS_N = 1300, DOCUMENT_BYTES = 16 << 20, WAIT_MS = 60000 };

struct site {
    char *dir;
    struct nb_clock *clock;
    struct nb_arena *arena;
};

static void put_topic(const struct site *s, const char *name, const char *text)
{
    char *topics = nbt_path(s->dir, "topics");
    char *path = nbt_path(topics, name);
    nbt_write_file(path, nb_slice_str(text));
    free(path);
    free(topics);
}

static struct nb_document *document_of(struct site *s, size_t i, size_t round)
{
    static const char *const texts[] = {
        "Acme kargosu yine gecikti, çok kötü bir hizmet.",
        "Bugün hava çok güzel, sahilde yürüdük.",
        "Faturamı ödeyemedim, site açılmıyor.",
        "Acme faturası hakkında bir haber okudum, faturayı kim öder?",
    };
    return story_document(s->arena, i,
                          nb_arena_printf(s->arena, "%s %zu", i % 11 ? "Yaz" : "Fatura", i),
                          nb_arena_printf(s->arena, "%s %zu", texts[i % 4], round));
}

static struct nb_store *open_store(const struct site *s, enum nb_store_kind kind, bool read_only)
{
    const struct nb_store_options options = {
        .read_only = read_only, .map_bytes = 1 << 20, .max_bytes = 1 << 30};
    struct nb_store *store;
    struct nb_error error = {0};
    if (nb_store_open(s->dir, kind, &options, &store, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return store;
}

/* Documents, and every seventh again, revised. */
static void append_all(struct site *s)
{
    struct nb_store *crawl = open_store(s, NB_STORE_CRAWL, false);
    struct nb_log *log;
    struct nb_log_batch *batch = nb_log_batch_new();
    assert_int_equal(nb_log_open_local(crawl, &log, NULL), NB_OK);
    for (size_t round = 0; round < 2; round++) {
        nb_log_batch_reset(batch);
        for (size_t i = 0; i < DOCUMENTS_N; i += round ? 7 : 1) {
            struct nb_log_record record;
            assert_int_equal(nb_log_encode(document_of(s, i, round), s->arena, &record), NB_OK);
            assert_int_equal(nb_log_batch_add(batch, &record), NB_OK);
        }
        assert_int_equal(nb_log_append(log, batch, NULL), NB_OK);
    }
    nb_log_batch_free(batch);
    nb_log_close(log);
    nb_store_close(crawl);
}

static void site_open(struct site *s)
{
    *s = (struct site){.dir = nbt_tmpdir(), .arena = nb_arena_new(64u << 20)};
    char *topics = nbt_path(s->dir, "topics");
    assert_int_equal(mkdir(topics, 0700), 0);
    free(topics);
    char *run = nbt_path(s->dir, "run");
    assert_int_equal(mkdir(run, 0700), 0);
    free(run);
    put_topic(s, "acme.topic", "acme\n");
    assert_int_equal(nb_clock_open(NULL, &s->clock, NULL), NB_OK);
    append_all(s);
}

static void site_close(struct site *s)
{
    nb_clock_close(s->clock);
    nb_arena_free(s->arena);
    nbt_rmdir(s->dir);
}

static void analyse(struct site *s)
{
    char sets[3][512];
    (void)snprintf(sets[0], sizeof(sets[0]), "data.dir=%s", s->dir);
    (void)snprintf(sets[1], sizeof(sets[1]), "data.topics=%s/topics", s->dir);
    (void)snprintf(sets[2], sizeof(sets[2]), "data.lexicons=lexicons");
    const char *const list[] = {sets[0], sets[1], sets[2]};
    struct nb_config *config;
    struct nb_analyze *analyze;
    struct nb_error error = {0};
    assert_int_equal(nb_config_load(NULL, list, 3, &config, &error), NB_OK);
    const struct nb_analyze_options options = {.once = true};
    if (nb_analyze_start(config, s->clock, &options, &analyze, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    struct pollfd done = {.fd = nb_analyze_done_fd(analyze), .events = POLLIN};
    assert_int_equal(poll(&done, 1, WAIT_MS), 1);
    assert_int_equal(nb_analyze_stop(analyze, &error), NB_OK);
    nb_config_free(config);
}

static struct nb_knowledge *knowledge_of(const struct site *s)
{
    struct nb_knowledge *knowledge;
    char *topics = nbt_path(s->dir, "topics");
    assert_int_equal(nb_knowledge_load("lexicons", topics, &knowledge, NULL, NULL), NB_OK);
    free(topics);
    return knowledge;
}

/* One step at a time, each by a process that knows nothing of the one before. */
static struct nb_backfill_progress backfill(struct site *s, const char *topic, size_t *steps_n)
{
    struct nb_knowledge *knowledge = knowledge_of(s);
    struct nb_backfill_progress now = {.done = 0};
    enum nb_err err = nb_backfill_ask(s->dir, topic, NULL);
    assert_true(nb_backfill_is_asked(s->dir, topic));
    for (*steps_n = 0; err == NB_OK; ++*steps_n) {
        struct nb_store *analysis = open_store(s, NB_STORE_ANALYSIS, false);
        struct nb_store *crawl = open_store(s, NB_STORE_CRAWL, true);
        struct nb_backfill *one = nb_backfill_new(DOCUMENT_BYTES);
        struct nb_log *log;
        assert_int_equal(nb_log_open_local(crawl, &log, NULL), NB_OK);
        assert_int_equal(nb_backfill_take(s->dir, analysis, log, true, NULL), NB_OK);
        err = nb_backfill_step(one, analysis, log, knowledge, &now, NULL);
        nb_backfill_free(one);
        nb_log_close(log);
        nb_store_close(crawl);
        nb_store_close(analysis);
    }
    assert_int_equal(err, NB_ENOTFOUND);
    assert_false(nb_backfill_is_asked(s->dir, topic));
    nb_knowledge_free(knowledge);
    return now;
}

/* What the analysis holds of mentions. Reasons in annotations are not added afterwards. */
static char *rows_of(const struct site *s)
{
    static const char *const tables[] = {"topic_hour ", "topic_doc ", "topic_author ", "author "};
    struct nb_store *analysis = open_store(s, NB_STORE_ANALYSIS, true);
    struct nb_buf dump = dump_store(analysis);
    struct nb_slice line, rest = nb_slice(dump.p, dump.len - 1);
    char *out = malloc(dump.len);
    size_t len = 0;
    while (nb_slice_split(&rest, '\n', &line)) {
        for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
            if (nb_slice_starts(line, nb_slice_str(tables[t]))) {
                memcpy(out + len, line.p, line.len);
                len += line.len;
                out[len++] = '\n';
            }
        }
    }
    out[len] = '\0';
    nb_buf_fini(&dump);
    nb_store_close(analysis);
    return out;
}

static void a_backfill_leaves_what_the_topic_would_have_left_from_the_start(void **state)
{
    (void)state;
    struct site late, early;
    size_t steps_n;
    site_open(&late);
    site_open(&early);
    put_topic(&early, "fatura.topic", "fatura NOT site:s3.example\n");
    analyse(&early);
    analyse(&late);
    char *want = rows_of(&early), *before = rows_of(&late);
    put_topic(&late, "fatura.topic", "fatura NOT site:s3.example\n");
    struct nb_backfill_progress now = backfill(&late, "fatura", &steps_n);
    assert_true(steps_n >= 3);
    assert_true(now.mentions_n > 100 && now.removed_n == 0 && now.done == now.until);
    char *got = rows_of(&late);
    assert_string_equal(got, want);
    assert_string_not_equal(before, want);
    free(got);
    struct nb_backfill_progress again = backfill(&late, "fatura", &steps_n);
    assert_int_equal(again.mentions_n + again.removed_n, 0);
    put_topic(&late, "fatura.topic", "yokyokyok\n");
    again = backfill(&late, "fatura", &steps_n);
    assert_int_equal(again.removed_n, now.mentions_n);
    got = rows_of(&late);
    assert_string_equal(got, before);
    free(got);
    free(before);
    free(want);
    site_close(&late);
    site_close(&early);
}

static void only_names_of_topics_can_be_asked_for(void **state)
{
    (void)state;
    struct nb_error error = {0};
    assert_int_equal(nb_backfill_ask("/tmp", "../x", &error), NB_EINVAL);
    assert_int_equal(nb_backfill_ask("/nowhere/at/all", "x", &error), NB_EIO);
}

static int set_up(void **state)
{
    (void)state;
    return nb_url_init(NULL) == NB_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    nb_url_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backfill_leaves_what_the_topic_would_have_left_from_the_start),
        cmocka_unit_test(only_names_of_topics_can_be_asked_for),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
