/*
 * Documents per second through the log, as a ratio to bare LMDB storing the same encoded documents
 * as they are, one record each, with an entry for each identity: in groups of 1,000, synced at each
 * commit. The log compresses, which bare LMDB does not.
 *
 *   append   documents that are already encoded: what the one writer does
 *   whole    documents encoded in one producer thread while the writer appends
 *   iterate  nb_log_next, decompressed and decoded, against a bare cursor that sums the bytes
 *
 * Rounds alternate between the two and the median of the ratios counts, because the machine is
 * shared.
 */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <nabiz/clock.h>
#include <nabiz/log.h>
#include <nabiz/pack.h>
#include <nabiz/queue.h>
#include <nabiz/thread.h>

#include "tests/lib/test.h"

enum { DOCS_N = 30000, GROUP_N = 1000, ROUNDS_N = 5, GROUPS_N = DOCS_N / GROUP_N };

struct sample {
    struct nb_arena *arena;
    struct nb_document **documents;
    struct nb_log_record *records;
    size_t bytes;
};

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench_log: %s failed\n", what);
        exit(1);
    }
}

/* Sentences of words drawn from a few syllables compress about as well as short posts do. */
static char *make_text(struct nb_arena *arena, uint64_t *random, size_t len)
{
    static const char *const syllables[] = {"ka", "le", "rim", "dan", "gi", "yor", "mu",  "sa",
                                            "tı", "ğı", "şe",  "hir", "ol", "du",  "lar", "bek"};
    char *text = nb_arena_alloc(arena, len + 8);
    check(text != NULL, "memory");
    size_t n = 0;
    while (n < len) {
        *random = *random * 6364136223846793005u + 1442695040888963407u;
        const char *syllable = syllables[*random >> 60];
        memcpy(text + n, syllable, strlen(syllable));
        n += strlen(syllable);
        if ((*random >> 40) % 3 == 0) {
            text[n++] = ' ';
        }
    }
    text[n] = '\0';
    return text;
}

static void make_sample(struct sample *sample)
{
    uint64_t random = 7;
    sample->arena = nb_arena_new((size_t)1 << 31);
    sample->documents = nb_arena_calloc(sample->arena, DOCS_N, sizeof(*sample->documents));
    sample->records = nb_arena_calloc(sample->arena, DOCS_N, sizeof(*sample->records));
    check(sample->records != NULL, "memory");
    for (size_t i = 0; i < DOCS_N; i++) {
        struct nb_document *d = nb_document_new(sample->arena);
        char *url = nb_arena_printf(sample->arena, "https://site%zu.example/%zu", i % 97, i);
        struct nb_id id = nb_document_identity(NB_LIT(""), NB_LIT(""), nb_slice_str(url));
        d->has_identity = 1;
        d->identity.len = NB_ID_BYTES;
        d->identity.data = (uint8_t *)nb_arena_strdup(sample->arena, nb_slice(id.b, NB_ID_BYTES));
        d->url = url;
        d->author = nb_arena_printf(sample->arena, "site%zu.example/yazar%zu", i % 97, i % 1009);
        d->title = make_text(sample->arena, &random, 50);
        d->text = make_text(sample->arena, &random, 200 + i * 7919 % 2800);
        d->has_published_ms = d->has_fetched_ms = 1;
        d->published_ms = d->fetched_ms = 1772400000000 + (int64_t)i * 1000;
        sample->documents[i] = d;
        check(nb_log_encode(d, sample->arena, &sample->records[i]) == NB_OK, "encode");
        sample->bytes += sample->records[i].bytes.len;
    }
}

static double seconds_since(int64_t began_us)
{
    return (double)(nb_mono_us() - began_us) / 1e6;
}

/* Bare LMDB */

static MDB_env *bare_open(const char *dir, MDB_dbi dbi[2])
{
    MDB_env *env;
    MDB_txn *txn;
    check(mdb_env_create(&env) == 0 && mdb_env_set_maxdbs(env, 2) == 0 &&
              mdb_env_set_mapsize(env, (size_t)1 << 30) == 0 &&
              mdb_env_open(env, dir, MDB_NOTLS, 0644) == 0 &&
              mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
              mdb_dbi_open(txn, "log", MDB_CREATE, &dbi[0]) == 0 &&
              mdb_dbi_open(txn, "identity", MDB_CREATE, &dbi[1]) == 0 && mdb_txn_commit(txn) == 0,
          "bare open");
    return env;
}

static double bare_append(MDB_env *env, const MDB_dbi dbi[2], const struct sample *sample)
{
    int64_t began = nb_mono_us();
    for (size_t i = 0; i < DOCS_N;) {
        MDB_txn *txn;
        check(mdb_txn_begin(env, NULL, 0, &txn) == 0, "bare begin");
        for (size_t k = 0; k < GROUP_N; k++, i++) {
            const struct nb_log_record *record = &sample->records[i];
            uint8_t number[8];
            uint8_t entry[40] = {0};
            nb_key_u64(i + 1, number);
            memcpy(entry, number, 8);
            memcpy(entry + 12, record->content.b, NB_ID_BYTES);
            struct nb_id id = record->identity;
            union {
                const char *in;
                void *out;
            } bytes = {record->bytes.p};
            MDB_val key = {8, number};
            MDB_val value = {record->bytes.len, bytes.out};
            MDB_val id_key = {NB_ID_BYTES, id.b};
            MDB_val id_value = {sizeof(entry), entry};
            check(mdb_put(txn, dbi[0], &key, &value, MDB_APPEND) == 0 &&
                      mdb_put(txn, dbi[1], &id_key, &id_value, 0) == 0,
                  "bare put");
        }
        check(mdb_txn_commit(txn) == 0, "bare commit");
    }
    return seconds_since(began);
}

static double bare_iterate(MDB_env *env, const MDB_dbi dbi[2], uint64_t *sum)
{
    int64_t began = nb_mono_us();
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key;
    MDB_val value;
    check(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0, "bare read");
    check(mdb_cursor_open(txn, dbi[0], &cursor) == 0, "bare read");
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        const uint8_t *p = value.mv_data;
        for (size_t i = 0; i < value.mv_size; i++) {
            *sum += p[i];
        }
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return seconds_since(began);
}

/* Ours */

static double log_append(struct nb_log *log, const struct sample *sample)
{
    struct nb_log_batch *batch = nb_log_batch_new();
    int64_t began = nb_mono_us();
    for (size_t i = 0; i < DOCS_N;) {
        nb_log_batch_reset(batch);
        for (size_t k = 0; k < GROUP_N; k++, i++) {
            check(nb_log_batch_add(batch, &sample->records[i]) == NB_OK, "add");
        }
        check(nb_log_append(log, batch, NULL) == NB_OK, "append");
    }
    double seconds = seconds_since(began);
    nb_log_batch_free(batch);
    return seconds;
}

struct group {
    struct nb_arena *arena;
    struct nb_log_batch *batch;
};

struct producer {
    const struct sample *sample;
    struct nb_queue *filled;
    struct nb_queue *empty;
};

static void produce(void *arg)
{
    struct producer *producer = arg;
    for (size_t i = 0; i < DOCS_N;) {
        void *item;
        check(nb_queue_pop(producer->empty, -1, &item) == NB_OK, "queue");
        struct group *group = item;
        nb_arena_reset(group->arena);
        nb_log_batch_reset(group->batch);
        for (size_t k = 0; k < GROUP_N; k++, i++) {
            struct nb_log_record record;
            check(nb_log_encode(producer->sample->documents[i], group->arena, &record) == NB_OK &&
                      nb_log_batch_add(group->batch, &record) == NB_OK,
                  "encode");
        }
        check(nb_queue_push(producer->filled, group) == NB_OK, "queue");
    }
    nb_pack_thread_end();
}

static double log_whole(struct nb_log *log, const struct sample *sample)
{
    struct group groups[3];
    struct producer producer = {sample, nb_queue_new(3), nb_queue_new(3)};
    for (size_t i = 0; i < 3; i++) {
        groups[i] = (struct group){nb_arena_new(64 << 20), nb_log_batch_new()};
        check(nb_queue_push(producer.empty, &groups[i]) == NB_OK, "queue");
    }
    struct nb_thread thread;
    int64_t began = nb_mono_us();
    check(nb_thread_start(&thread, "produce", produce, &producer) == NB_OK, "thread");
    for (size_t i = 0; i < GROUPS_N; i++) {
        void *item;
        check(nb_queue_pop(producer.filled, -1, &item) == NB_OK, "queue");
        check(nb_log_append(log, ((struct group *)item)->batch, NULL) == NB_OK, "append");
        check(nb_queue_push(producer.empty, item) == NB_OK, "queue");
    }
    double seconds = seconds_since(began);
    nb_thread_join(&thread);
    for (size_t i = 0; i < 3; i++) {
        nb_arena_free(groups[i].arena);
        nb_log_batch_free(groups[i].batch);
    }
    nb_queue_free(producer.filled);
    nb_queue_free(producer.empty);
    return seconds;
}

static double log_iterate(struct nb_log *log, uint64_t *sum)
{
    static struct nb_document *documents[GROUP_N];
    struct nb_arena *arena = nb_arena_new(64 << 20);
    uint64_t after = 0;
    size_t n = 1;
    int64_t began = nb_mono_us();
    while (n > 0) {
        nb_arena_reset(arena);
        check(nb_log_next(log, after, GROUP_N, arena, documents, &n, NULL) == NB_OK, "next");
        for (size_t i = 0; i < n; i++) {
            *sum += (uint8_t)documents[i]->text[0];
            after = documents[i]->number;
        }
    }
    double seconds = seconds_since(began);
    check(after == DOCS_N, "iterate");
    nb_arena_free(arena);
    return seconds;
}

/* Rounds */

struct figures {
    double append, whole, iterate, both, docs_per_s;
};

static struct figures run_round(const struct sample *sample, uint64_t *sum)
{
    const struct nb_store_options options = {
        .sync = true, .map_bytes = (uint64_t)1 << 30, .max_bytes = (uint64_t)1 << 32};
    char *dir = nbt_tmpdir();
    char *bare_dir = nbt_path(dir, "bare");
    char *whole_dir = nbt_path(dir, "whole");
    struct nb_store *store[2];
    struct nb_log *log[2];
    MDB_dbi dbi[2];
    check(mkdir(bare_dir, 0755) == 0 && mkdir(whole_dir, 0755) == 0, "mkdir");
    MDB_env *env = bare_open(bare_dir, dbi);
    check(nb_store_open(dir, NB_STORE_CRAWL, &options, &store[0], NULL) == NB_OK &&
              nb_log_open_local(store[0], &log[0], NULL) == NB_OK &&
              nb_store_open(whole_dir, NB_STORE_CRAWL, &options, &store[1], NULL) == NB_OK &&
              nb_log_open_local(store[1], &log[1], NULL) == NB_OK,
          "open");
    double bare_put_s = bare_append(env, dbi, sample);
    double append_s = log_append(log[0], sample);
    double whole_s = log_whole(log[1], sample);
    double bare_read_s = bare_iterate(env, dbi, sum);
    double iterate_s = log_iterate(log[0], sum);
    for (size_t i = 0; i < 2; i++) {
        nb_log_close(log[i]);
        nb_store_close(store[i]);
    }
    mdb_env_close(env);
    free(bare_dir);
    free(whole_dir);
    nbt_rmdir(dir);
    return (struct figures){
        .append = bare_put_s / append_s,
        .whole = bare_put_s / whole_s,
        .iterate = bare_read_s / iterate_s,
        .both = (bare_put_s + bare_read_s) / (append_s + iterate_s),
        .docs_per_s = DOCS_N / whole_s,
    };
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median over the rounds of the figure at this offset. */
static double median(const struct figures *rounds, size_t offset)
{
    double values[ROUNDS_N];
    for (size_t i = 0; i < ROUNDS_N; i++) {
        memcpy(&values[i], (const char *)&rounds[i] + offset, sizeof(double));
    }
    qsort(values, ROUNDS_N, sizeof(*values), compare);
    return values[ROUNDS_N / 2];
}

int main(void)
{
    struct sample sample = {0};
    struct figures rounds[ROUNDS_N];
    uint64_t sum = 0;
    make_sample(&sample);
    for (size_t i = 0; i < ROUNDS_N; i++) {
        rounds[i] = run_round(&sample, &sum);
    }
    printf("log append+commit   %.2f of bare LMDB (goal 0.70; %d documents of %zu bytes, groups of "
           "%d, synced)\n",
           median(rounds, offsetof(struct figures, append)), DOCS_N, sample.bytes / DOCS_N,
           GROUP_N);
    printf("log append+iterate  %.2f of bare LMDB put+scan (goal 0.70; decoding included)\n",
           median(rounds, offsetof(struct figures, both)));
    printf("log encode+append   %.2f of bare LMDB (one producer thread), "
           "%.0f documents/s\n",
           median(rounds, offsetof(struct figures, whole)),
           median(rounds, offsetof(struct figures, docs_per_s)));
    printf("log iterate+decode  %.2f of a bare scan that sums the bytes (checksum %llu)\n",
           median(rounds, offsetof(struct figures, iterate)), (unsigned long long)sum);
    nb_arena_free(sample.arena);
    nb_pack_thread_end();
    return 0;
}
