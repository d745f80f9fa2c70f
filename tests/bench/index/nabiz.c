#include "tests/bench/index/peer.h"

#include "tests/lib/test.h"

#include <sys/stat.h>

#include <nabiz/store.h>

#include "analyzer/index/entry.h"
#include "analyzer/index/plan.h"
#include "analyzer/index/vocabulary.h"

enum { BATCH_N = 1000, BATCH_BYTES = 16 << 20 };

struct nabiz {
    char *dir;
    struct nb_store *store;
    struct nb_arena *arena, *scratch;
    struct nb_arena *batch;
    uint64_t numbers[BATCH_N];
    struct nb_slice entries[BATCH_N];
    size_t n;
    struct nb_buf entry;
    int64_t build_us;
    struct nb_txn *txn;
    struct nb_index index;
    const struct tr_speller *speller;
};

static enum nb_err write_batch(struct nb_txn *txn, void *arg)
{
    struct nabiz *nabiz = arg;
    struct nb_index_tail tail = {.known = false};
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < nabiz->n; i++) {
        err = nb_index_add(txn, &tail, nabiz->numbers[i], nabiz->entries[i]);
    }
    return err;
}

static bool flush(struct nabiz *nabiz)
{
    bool good = nb_store_write(nabiz->store, write_batch, nabiz, NULL) == NB_OK;
    nb_arena_reset(nabiz->batch);
    nabiz->n = 0;
    return good;
}

static bool add(void *state, uint64_t number, const struct bench_document *document)
{
    struct nabiz *nabiz = state;
    int64_t start = bench_cpu_us();
    corpus_entry(document, &nabiz->entry);
    nabiz->numbers[nabiz->n] = number;
    nabiz->entries[nabiz->n] = nb_arena_copy(nabiz->batch, nb_buf_slice(&nabiz->entry));
    bool good = nabiz->entries[nabiz->n++].p && (nabiz->n < BATCH_N || flush(nabiz));
    nabiz->build_us += bench_cpu_us() - start;
    return good;
}

static bool finish(void *state)
{
    struct nabiz *nabiz = state;
    int64_t start = bench_cpu_us();
    bool good = flush(nabiz) && nb_read_begin(nabiz->store, &nabiz->txn, NULL) == NB_OK &&
                nb_index_open(nabiz->txn, nabiz->arena, &nabiz->index) == NB_OK;
    nabiz->build_us += bench_cpu_us() - start;
    return good;
}

/* How many of what a term finds have each value of a facet. */
static bool facets(struct nabiz *nabiz, struct nb_bits *const *found, const char *kind,
                   uint64_t *count)
{
    struct nb_vocabulary vocabulary;
    enum nb_err err =
        nb_vocabulary_open(&nabiz->index, nb_slice(kind, 1), nabiz->scratch, &vocabulary);
    while (err == NB_OK && (err = nb_vocabulary_next(&vocabulary)) == NB_OK) {
        for (size_t i = 0; i < vocabulary.at_n; i++) {
            const struct nb_term_at *at = &vocabulary.at[i];
            struct nb_bits *theirs;
            if (nb_term_bits(&nabiz->index.segments[at->segment], &at->term, &theirs) != NB_OK) {
                return false;
            }
            *count += nb_bits_and_count(found[at->segment], theirs);
            nb_bits_free(theirs);
        }
    }
    return err == NB_ENOTFOUND;
}

static bool ask_facets(struct nabiz *nabiz, const struct nb_plan *plan, uint64_t *count)
{
    static const char kinds[] = {NB_TERM_SENTIMENT, NB_TERM_SITE};
    size_t n = nabiz->index.segments_n;
    struct nb_bits **found = calloc(n, sizeof(struct nb_bits *));
    bool good = found != NULL;
    for (size_t i = 0; good && i < n; i++) {
        good = nb_plan_find(plan, &nabiz->index, i, nabiz->scratch, &found[i]) == NB_OK;
    }
    nb_arena_reset(nabiz->scratch);
    good = good && facets(nabiz, found, &kinds[0], count) && facets(nabiz, found, &kinds[1], count);
    for (size_t i = 0; found && i < n; i++) {
        nb_bits_free(found[i]);
    }
    free(found);
    return good;
}

static bool ask(void *state, const struct question *q, uint64_t *count, int64_t *us)
{
    static const enum nb_plan_kind kinds[] = {
        [ASK_COUNT] = NB_PLAN_OR,   [ASK_AND] = NB_PLAN_AND,   [ASK_OR] = NB_PLAN_OR,
        [ASK_PHRASE] = NB_PLAN_RUN, [ASK_NEAR] = NB_PLAN_NEAR, [ASK_FACETS] = NB_PLAN_OR};
    struct nabiz *nabiz = state;
    struct nb_plan words[TERMS_MAX] = {{.kind = NB_PLAN_TERMS}}, *children[TERMS_MAX];
    struct nb_plan plan = {
        .kind = kinds[q->ask], .children = children, .children_n = q->n, .between = NEAR_WORDS};
    struct nb_slice terms[TERMS_MAX][2];
    char parts[TERMS_MAX][NB_TERM_BYTES_MAX + 1];
    int64_t start = bench_cpu_us();
    for (size_t i = 0; i < q->n; i++) {
        bool written = q->terms[i].p[0] == NB_TERM_FORM;
        (void)snprintf(parts[i], sizeof(parts[i]), "%c%.*s", NB_TERM_PART,
                       NB_ARG(nb_slice_sub(q->terms[i], 1, q->terms[i].len)));
        terms[i][0] = q->terms[i];
        terms[i][1] = nb_slice_str(parts[i]);
        words[i] =
            (struct nb_plan){.kind = NB_PLAN_TERMS, .terms = terms[i], .terms_n = written ? 2 : 1};
        children[i] = &words[i];
    }
    const struct nb_plan *asked = q->n == 1 ? &words[0] : &plan;
    char text[NB_TERM_BYTES_MAX];
    struct nb_slice pair;
    if (q->ask == ASK_PHRASE &&
        nb_entry_pair(nabiz->speller, NB_TERM_PAIR, nb_slice_sub(q->terms[0], 1, q->terms[0].len),
                      nb_slice_sub(q->terms[1], 1, q->terms[1].len), text, &pair)) {
        words[0].terms = &pair; /* as plans of phrases do */
        words[0].terms_n = 1;
        asked = &words[0];
    }
    bool good = true;
    *count = 0;
    if (q->ask == ASK_FACETS) {
        good = ask_facets(nabiz, asked, count);
    }
    for (size_t i = 0; good && q->ask != ASK_FACETS && i < nabiz->index.segments_n; i++) {
        uint64_t n;
        good = nb_plan_count(asked, &nabiz->index, i, nabiz->scratch, &n) == NB_OK;
        *count += good ? n : 0;
    }
    *us = bench_cpu_us() - start;
    return good;
}

static int64_t build_us(void *state)
{
    return ((struct nabiz *)state)->build_us;
}

static uint64_t bytes(void *state)
{
    struct nabiz *nabiz = state;
    struct stat stat_of;
    char *path = nbt_path(nabiz->dir, "analysis/data.mdb");
    bool good = stat(path, &stat_of) == 0;
    free(path);
    uint64_t live = 0;
    for (size_t i = 0; i < nabiz->index.segments_n; i++) {
        live += nabiz->index.segments[i].bytes.len;
    }
    printf("  nabiz: segments %zu, their bytes %.1f MB, file with free pages %.1f MB\n",
           nabiz->index.segments_n, (double)live / 1e6,
           good ? (double)stat_of.st_blocks * 512 / 1e6 : 0);
    return live;
}

static void close_nabiz(void *state)
{
    struct nabiz *nabiz = state;
    nb_index_close(&nabiz->index);
    if (nabiz->txn) {
        nb_read_end(nabiz->txn);
    }
    nb_store_close(nabiz->store);
    nb_arena_free(nabiz->arena);
    nb_arena_free(nabiz->scratch);
    nb_arena_free(nabiz->batch);
    nb_buf_fini(&nabiz->entry);
    free(nabiz->dir);
    free(nabiz);
}

bool peer_nabiz(const char *dir, const struct tr_speller *speller, struct peer *out)
{
    const struct nb_store_options options = {.map_bytes = 64u << 20, .max_bytes = 1ull << 34};
    struct nabiz *nabiz = calloc(1, sizeof(*nabiz));
    if (!nabiz) {
        return false;
    }
    nabiz->dir = strdup(dir);
    nabiz->speller = speller;
    nabiz->arena = nb_arena_new(256u << 20);
    nabiz->scratch = nb_arena_new(1u << 30);
    nabiz->batch = nb_arena_new(BATCH_BYTES);
    nb_buf_init(&nabiz->entry, NB_ENTRY_BYTES_MAX);
    *out = (struct peer){"nabiz", nabiz, add, finish, ask, build_us, bytes, close_nabiz};
    return nabiz->dir && nabiz->arena && nabiz->scratch && nabiz->batch &&
           nb_store_open(dir, NB_STORE_ANALYSIS, &options, &nabiz->store, NULL) == NB_OK;
}
