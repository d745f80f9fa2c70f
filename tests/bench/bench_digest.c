/*
 * What a digest costs of a topic with a million posts on one day (or as many as the first argument
 * says), from committed state to bytes, in CPU seconds and as a ratio to a bare walk over the
 * same rows of the store. The store is built before, and not measured; posts, authors, threads,
 * answers and copies follow from a fixed seed, with few that are loud and many that are not.
 */
#include "tests/lib/posts.h"
#include "tests/lib/test.h"

#include <nabiz/config.h>
#include <nabiz/date.h>
#include <nabiz/diag.h>
#include <nabiz/log.h>
#include <nabiz/series.h>
#include <nabiz/store.h>

#include "analyzer/index/entry.h"
#include "analyzer/index/index.h"
#include "analyzer/keys.h"
#include "analyzer/mentions.h"
#include "analyzer/sentiment/opinion.h"
#include "analyzer/tally.h"
#include "service/digest/make.h"
#include "service/digest/render.h"

enum {
    POSTS_N = 1000000,
    EARLIER_N = 28 * 400, /* posts of the days before */
    BATCH_N = 5000,
    AUTHORS_N = 200000,
    SITES_N = 60,
    THREADS_N = 20000,
    WORDS_N = 20000,
    WORDS_OF_POST = 9,
    ROUNDS = 3
};

/* 2026-11-21T00:00:00+03:00 */
#define THE_DAY_MS (20778 * NB_DAY_MS - 3 * NB_HOUR_MS)

struct bench {
    uint64_t posts_n;
    struct nb_store *crawl, *analysis;
    struct nb_log *log;
    struct nb_config *config;
    struct nb_arena *arena, *scratch;
    uint64_t state; /* of the series */
    uint64_t first; /* number of the batch's first post */
    size_t batch_n;
    struct nb_document *documents[BATCH_N];
    struct nb_annotation *annotations[BATCH_N];
    struct nb_slice words[BATCH_N];
};

static void must(enum nb_err err, const struct nb_error *error)
{
    if (err != NB_OK) {
        fail_msg("%s: %s", nb_strerror(err), error ? nb_error_text(error) : "");
    }
}

static uint64_t draw(struct bench *b, uint64_t n)
{
    return nb_series_next(&b->state) % n;
}

/* Small numbers often: the product of two shares. */
static uint64_t draw_few(struct bench *b, uint64_t n)
{
    return draw(b, 1 + draw(b, n));
}

static char *address_of(struct bench *b, uint64_t post)
{
    return nb_arena_printf(b->arena, "https://s%d.example/p/%llu", (int)(post % SITES_N),
                           (unsigned long long)post);
}

/* An author writes on one site; so a post's site follows from its author. */
static char *author_of(struct bench *b, uint64_t author)
{
    return nb_arena_printf(b->arena, "s%d.example/u%llu", (int)(author % SITES_N),
                           (unsigned long long)author);
}

static int64_t time_of(const struct bench *b, uint64_t i)
{
    if (i < EARLIER_N) {
        return THE_DAY_MS - 28 * NB_DAY_MS + (int64_t)(i * 28 * (uint64_t)NB_DAY_MS / EARLIER_N);
    }
    return THE_DAY_MS + (int64_t)((i - EARLIER_N) * (uint64_t)NB_DAY_MS / b->posts_n);
}

static struct nb_document *document_of(struct bench *b, uint64_t i, char *author)
{
    static const Nb__Kind kinds[] = {NB__KIND__POST, NB__KIND__COMMENT, NB__KIND__ENTRY,
                                     NB__KIND__ARTICLE};
    struct nb_document *d = nb_document_new(b->arena);
    d->has_number = 1;
    d->number = i + 1;
    d->url = address_of(b, i);
    d->site = nb_arena_strdup(b->arena, nb_slice(author, strcspn(author, "/")));
    d->author = author;
    if (draw(b, 10) < 3) {
        d->thread =
            nb_arena_printf(b->arena, "https://s1.example/t/%d", (int)draw_few(b, THREADS_N));
    }
    if (draw(b, 10) == 0) {
        d->title = nb_arena_printf(b->arena, "Konu %d", (int)draw_few(b, 100000));
    }
    d->text = nb_arena_printf(b->arena, "Acme hakkında söz %d, ürün %d, gün %d.",
                              (int)draw(b, 1000000), (int)draw(b, 5000), (int)(i % 97));
    d->has_kind = 1;
    d->kind = kinds[draw(b, 4)];
    d->has_published_ms = d->has_fetched_ms = 1;
    d->published_ms = time_of(b, i);
    d->fetched_ms = d->published_ms;
    struct nb_id id = nb_document_identity(nb_field(d->site), nb_slice(NULL, 0), nb_field(d->url));
    d->has_identity = 1;
    d->identity.len = NB_ID_BYTES;
    d->identity.data = nb_arena_alloc(b->arena, NB_ID_BYTES);
    memcpy(d->identity.data, id.b, NB_ID_BYTES);
    return d;
}

static void add_answer(struct bench *b, uint64_t i, struct nb_annotation *a)
{
    uint64_t to = i - 1 - draw_few(b, i < 5000 ? i : 5000);
    struct nb_edge *edge = nb_edge_new(b->arena);
    edge->from = a->author;
    edge->to = nb_arena_printf(b->arena, "s%d.example/", (int)(to % SITES_N));
    edge->url = address_of(b, to);
    edge->has_act = edge->has_at_ms = edge->has_number = 1;
    edge->act = draw(b, 4) ? NB__EDGE__ACT__REPLY : NB__EDGE__ACT__LINK;
    edge->at_ms = a->at_ms;
    edge->number = i + 1;
    a->n_edges = 1;
    a->edges = nb_arena_alloc(b->arena, sizeof(struct nb_edge *));
    a->edges[0] = edge;
}

static struct nb_annotation *annotation_of(struct bench *b, uint64_t i, const struct nb_document *d)
{
    struct nb_annotation *a = nb_annotation_new(b->arena);
    a->has_number = a->has_at_ms = a->has_kind = a->has_comments_n = a->has_cluster = 1;
    a->number = i + 1;
    a->author = d->author;
    a->site = d->site;
    a->at_ms = d->published_ms;
    a->kind = d->kind;
    a->comments_n = draw(b, 5) ? 0 : draw_few(b, 200);
    a->cluster = i > 100 && draw(b, 7) == 0 ? 1 + draw_few(b, i) : i + 1;
    a->sentiment = nb_arena_alloc(b->arena, sizeof(*a->sentiment));
    nb__sentiment__init(a->sentiment);
    int32_t score = (int32_t)draw(b, 2001) - 1000;
    a->sentiment->has_label = a->sentiment->has_score_milli = 1;
    a->sentiment->score_milli = score;
    a->sentiment->label = score < -300  ? NB__LABEL__NEGATIVE
                          : score > 300 ? NB__LABEL__POSITIVE
                                        : NB__LABEL__NEUTRAL;
    if (draw(b, 6) == 0) {
        a->n_intents = 1;
        a->intents = nb_arena_alloc(b->arena, sizeof(char *));
        a->intents[0] = nb_arena_strdup(b->arena, nb_slice_str(nb_intent_name(NB_INTENT_QUESTION)));
    }
    a->n_topics = 1;
    a->topics = nb_arena_alloc(b->arena, sizeof(a->topics[0]));
    a->topics[0] = nb_arena_alloc(b->arena, sizeof(*a->topics[0]));
    nb__topic_hit__init(a->topics[0]);
    a->topics[0]->topic = nb_arena_strdup(b->arena, NB_LIT("acme"));
    nb_story_keys(d, a);
    if (i > 10 && draw(b, 4) == 0) {
        add_answer(b, i, a);
    }
    return a;
}

/* Words by their number; one of them is said on the day and hardly before. */
static struct nb_slice words_of(struct bench *b, uint64_t i)
{
    struct nb_buf out;
    nb_buf_init(&out, 4096);
    for (int k = 0; k < WORDS_OF_POST; k++) {
        char *word = nb_arena_printf(b->arena, "k%05d", (int)draw_few(b, WORDS_N));
        nb_entry_term(&out, NB_TERM_LEMMA, nb_slice_str(word));
        nb_entry_term(&out, NB_TERM_FORM, nb_slice_str(word));
        nb_entry_step(&out, 1);
    }
    if (draw(b, 100) < (i < EARLIER_N ? 1 : 8)) {
        nb_entry_term(&out, NB_TERM_LEMMA, NB_LIT("haber"));
        nb_entry_term(&out, NB_TERM_FORM, NB_LIT("haberi"));
        nb_entry_step(&out, 1);
    }
    struct nb_slice kept = nb_arena_copy(b->arena, nb_buf_slice(&out));
    nb_buf_fini(&out);
    return kept;
}

static void append_batch(struct bench *b)
{
    struct nb_error error = {0};
    struct nb_log_batch *batch = nb_log_batch_new();
    for (size_t i = 0; i < b->batch_n; i++) {
        struct nb_log_record record;
        must(nb_log_encode(b->documents[i], b->arena, &record), &error);
        must(nb_log_batch_add(batch, &record), &error);
    }
    must(nb_log_append(b->log, batch, &error), &error);
    nb_log_batch_free(batch);
}

static enum nb_err commit_batch(struct nb_txn *txn, void *arg)
{
    struct bench *b = arg;
    struct nb_index_tail tail = {.known = false};
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < b->batch_n; i++) {
        struct nb_buf entry;
        const struct nb_annotation *a = b->annotations[i];
        nb_arena_reset(b->scratch);
        nb_buf_init(&entry, 1 << 16);
        err = nb_tally_apply(txn, a, 1, b->scratch);
        if (err == NB_OK) {
            err = nb_entry_make(b->documents[i], a, nb_field(a->author), b->words[i], &entry);
        }
        if (err == NB_OK) {
            err = nb_index_add(txn, &tail, a->number, nb_buf_slice(&entry));
        }
        nb_buf_fini(&entry);
    }
    return err;
}

static void build(struct bench *b)
{
    struct nb_error error = {0};
    uint64_t all = b->posts_n + EARLIER_N;
    for (uint64_t begin = 0; begin < all; begin += BATCH_N) {
        nb_arena_reset(b->arena);
        b->batch_n = (size_t)(all - begin < BATCH_N ? all - begin : BATCH_N);
        for (size_t i = 0; i < b->batch_n; i++) {
            uint64_t post = begin + i;
            char *author = author_of(b, draw_few(b, AUTHORS_N));
            b->documents[i] = document_of(b, post, author);
            b->annotations[i] = annotation_of(b, post, b->documents[i]);
            b->words[i] = words_of(b, post);
        }
        append_batch(b);
        must(nb_store_write(b->analysis, commit_batch, b, &error), &error);
    }
}

/* What is the least that can be done: every byte of the rows is looked at. */
static int64_t bare_scan(struct bench *b, uint64_t *rows_n)
{
    struct nb_error error = {0};
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key from;
    uint64_t sum = 0;
    int64_t start = nbt_cpu_us();
    *rows_n = 0;
    nb_key_text(&from, NB_LIT("acme"));
    nb_key_add_u64(&from, (uint64_t)THE_DAY_MS);
    must(nb_read_begin(b->analysis, &txn, &error), &error);
    must(nb_cursor_open(txn, NB_TBL_TOPIC_DOC, &cursor), NULL);
    enum nb_err err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    for (; err == NB_OK; err = nb_cursor_next(cursor, &key, &value)) {
        for (size_t i = 0; i < value.len; i++) {
            sum += (uint8_t)value.p[i];
        }
        ++*rows_n;
    }
    nb_cursor_close(cursor);
    nb_read_end(txn);
    assert_true(sum > 0);
    return nbt_cpu_us() - start;
}

static int64_t make(struct bench *b, enum nb_digest_format format, struct nb_buf *out)
{
    struct nb_error error = {0};
    const struct nb_digest_request request = {.analysis = b->analysis,
                                              .log = b->log,
                                              .config = b->config,
                                              .topic = NB_LIT("acme"),
                                              .day_ms = THE_DAY_MS,
                                              .format = format,
                                              .lang = "tr"};
    nb_buf_reset(out);
    int64_t start = nbt_cpu_us();
    must(nb_digest_make(&request, out, NULL, &error), &error);
    return nbt_cpu_us() - start;
}

static void measure(struct bench *b, const char *name, enum nb_digest_format format)
{
    struct nb_buf first, again;
    uint64_t rows_n = 0;
    int64_t best = INT64_MAX, bare = INT64_MAX;
    nb_buf_init(&first, NB_DIGEST_MAX_BYTES);
    nb_buf_init(&again, NB_DIGEST_MAX_BYTES);
    (void)make(b, format, &first);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t us = make(b, format, &again);
        int64_t scan = bare_scan(b, &rows_n);
        best = us < best ? us : best;
        bare = scan < bare ? scan : bare;
        assert_int_equal(first.len, again.len);
        assert_memory_equal(first.p, again.p, first.len);
    }
    printf("digest-%s %.2f CPU s for %llu posts, %.1f times a bare scan (%.2f s), %zu bytes, the "
           "same each time\n",
           name, (double)best / 1e6, (unsigned long long)rows_n, (double)best / (double)bare,
           (double)bare / 1e6, first.len);
    nb_buf_fini(&first);
    nb_buf_fini(&again);
}

int main(int argc, char **argv)
{
    struct nb_error error = {0};
    char *dir = nbt_tmpdir();
    char data[4200];
    struct bench *b = calloc(1, sizeof(*b));
    b->posts_n = argc > 1 ? strtoull(argv[1], NULL, 10) : POSTS_N;
    b->state = 20261122;
    b->arena = nb_arena_new((size_t)256 << 20);
    b->scratch = nb_arena_new((size_t)16 << 20);
    nb_diag_set_level(NB_ERROR);
    const struct nb_store_options options = {.map_bytes = 1u << 30, .max_bytes = 1ull << 36};
    must(nb_store_open(dir, NB_STORE_CRAWL, &options, &b->crawl, &error), &error);
    must(nb_store_open(dir, NB_STORE_ANALYSIS, &options, &b->analysis, &error), &error);
    must(nb_log_open_local(b->crawl, &b->log, &error), &error);
    (void)snprintf(data, sizeof(data), "data.dir=%s", dir);
    const char *sets[] = {data, "data.templates=config/templates", "data.lexicons=lexicons"};
    must(nb_config_load(NULL, sets, sizeof(sets) / sizeof(sets[0]), &b->config, &error), &error);
    build(b);
    measure(b, "html", NB_DIGEST_HTML);
    measure(b, "text", NB_DIGEST_TEXT);
    measure(b, "json", NB_DIGEST_JSON);
    nb_config_free(b->config);
    nb_log_close(b->log);
    nb_store_close(b->analysis);
    nb_store_close(b->crawl);
    nb_arena_free(b->arena);
    nb_arena_free(b->scratch);
    free(b);
    nbt_rmdir(dir);
    return 0;
}
