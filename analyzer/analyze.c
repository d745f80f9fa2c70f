/*
 * Life of the analyzer: parts are made, threads started, stopped and joined here; what the threads
 * do is in pipeline.c.
 */
#include "analyzer/analyze_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/forget.h>
#include <nabiz/mem.h>

enum { LOCK_WAIT_MS = 2000 };

void nb_analyze_end(struct nb_analyze *a)
{
    atomic_store(&a->stopping, true);
    nb_queue_close(a->pause);
    pthread_mutex_lock(&a->mu);
    if (a->log) {
        nb_log_wake(a->log);
    }
    pthread_mutex_unlock(&a->mu);
}

void nb_analyze_fail(struct nb_analyze *a, enum nb_err err, const struct nb_error *error)
{
    pthread_mutex_lock(&a->mu);
    if (a->error.code == NB_OK) {
        a->error = *error;
        a->error.code = err;
    }
    pthread_mutex_unlock(&a->mu);
    nb_analyze_end(a);
}

struct held *nb_held_take(struct nb_analyze *a)
{
    pthread_mutex_lock(&a->mu);
    struct held *held = a->held;
    atomic_fetch_add(&held->users_n, 1);
    pthread_mutex_unlock(&a->mu);
    return held;
}

void nb_held_release(struct held *held)
{
    if (held && atomic_fetch_sub(&held->users_n, 1) == 1) {
        nb_knowledge_free(held->knowledge);
        nb_free(held);
    }
}

static enum nb_err load_knowledge(const struct nb_config *config, struct held **out,
                                  struct nb_error *error)
{
    struct held *held = nb_calloc(1, sizeof(*held));
    if (!held) {
        return nb_error_set(error, NB_ENOMEM, "no memory for the lexicons");
    }
    enum nb_err err =
        nb_knowledge_load(nb_config_str(config, NB_CFG_LEXICONS),
                          nb_config_str(config, NB_CFG_TOPICS), &held->knowledge, NULL, error);
    const char *local = nb_config_str(config, NB_CFG_LOCAL_MODEL);
    if (err == NB_OK && local[0]) {
        err = nb_knowledge_use_local(held->knowledge, local, error);
    }
    if (err) {
        nb_knowledge_free(held->knowledge);
        nb_free(held);
        return err;
    }
    atomic_init(&held->users_n, 1);
    *out = held;
    return NB_OK;
}

static bool slot_init(struct nb_analyze *a, struct slot *slot)
{
    slot->documents_arena = nb_arena_new(a->document_bytes);
    slot->documents = nb_calloc(a->batch_n, sizeof(struct nb_document *));
    slot->results = nb_calloc(a->batch_n, sizeof(slot->results[0]));
    slot->items = nb_calloc(a->batch_n, sizeof(slot->items[0]));
    slot->arenas = nb_calloc(a->workers_n, sizeof(struct nb_arena *));
    if (!slot->documents_arena || !slot->documents || !slot->results || !slot->items ||
        !slot->arenas) {
        return false;
    }
    for (size_t i = 0; i < a->workers_n; i++) {
        slot->arenas[i] = nb_arena_new(a->document_bytes);
        if (!slot->arenas[i]) {
            return false;
        }
    }
    return nb_queue_push(a->free_slots, slot) == NB_OK;
}

static void slot_fini(struct nb_analyze *a, struct slot *slot)
{
    for (size_t i = 0; slot->arenas && i < a->workers_n; i++) {
        nb_arena_free(slot->arenas[i]);
    }
    nb_free(slot->arenas);
    nb_free(slot->items);
    nb_free(slot->results);
    nb_free(slot->documents);
    nb_arena_free(slot->documents_arena);
    nb_calendar_free(slot->calendar);
}

/* Everything that only takes memory. @return false when there is none. */
static bool make_parts(struct nb_analyze *a)
{
    a->free_slots = nb_queue_new(NB_SLOTS_N);
    a->shares = nb_queue_new(a->workers_n);
    a->annotated = nb_queue_new(NB_SLOTS_N);
    a->commits = nb_queue_new(NB_SLOTS_N);
    a->pause = nb_queue_new(1);
    a->workers = nb_calloc(a->workers_n, sizeof(a->workers[0]));
    /* The old and the new annotation of a document, each decoded, encoded and packed. */
    a->commit_arena = nb_arena_new(8 * a->document_bytes);
    a->backfill = nb_backfill_new(a->document_bytes);
    atomic_store(&a->backfill_asked, true);
    if (!a->free_slots || !a->shares || !a->annotated || !a->commits || !a->pause || !a->workers ||
        !a->commit_arena || !a->backfill || nb_standing_keep_new(NULL, &a->standing) != NB_OK) {
        return false;
    }
    for (size_t i = 0; i < a->workers_n; i++) {
        a->workers[i] = (struct worker){.analyze = a, .index = i};
        a->workers[i].scratch = nb_arena_new(a->document_bytes);
        a->workers[i].words = nb_word_cache_new();
        if (!a->workers[i].scratch || !a->workers[i].words) {
            return false;
        }
    }
    for (size_t i = 0; i < NB_SLOTS_N; i++) {
        if (!slot_init(a, &a->slots[i])) {
            return false;
        }
    }
    return true;
}

/* It is made again from the log. */
static enum nb_err discard_older(const char *dir, struct nb_error *error)
{
    const struct nb_store_options options = {.lock_only = true, .lock_wait_ms = LOCK_WAIT_MS};
    struct nb_store *store;
    nb_diag_list(NB_WARN, "analyze", "the analysis of an older version is made again from the log",
                 NULL);
    enum nb_err err = nb_store_open(dir, NB_STORE_ANALYSIS, &options, &store, error);
    if (err == NB_OK) {
        err = nb_store_discard(store, error);
        nb_store_close(store);
    }
    return err;
}

static enum nb_err open_analysis(struct nb_analyze *a, struct nb_error *error)
{
    const struct nb_store_options options = {
        .sync = nb_config_int(a->config, NB_CFG_STORE_SYNC) == 0,
        .map_bytes = (uint64_t)nb_config_int(a->config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(a->config, NB_CFG_STORE_MAX),
        .lock_wait_ms = LOCK_WAIT_MS,
    };
    const char *dir = nb_config_str(a->config, NB_CFG_DATA_DIR);
    enum nb_err err = nb_store_open(dir, NB_STORE_ANALYSIS, &options, &a->analysis, error);
    if (err == NB_EOLDER && (err = discard_older(dir, error)) == NB_OK) {
        err = nb_store_open(dir, NB_STORE_ANALYSIS, &options, &a->analysis, error);
    }
    struct nb_txn *txn = NULL;
    if (err == NB_OK) {
        err = nb_read_begin(a->analysis, &txn, error);
    }
    if (err == NB_OK) {
        err = nb_analysis_cursor(txn, &a->cursor);
        nb_read_end(txn);
    }
    nb_counter_set(NB_CTR_LOG_LAST, (int64_t)a->cursor);
    return err;
}

static enum nb_err start_threads(struct nb_analyze *a)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < a->workers_n; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "annotate-%zu", i);
        err = nb_thread_start(&a->workers[i].thread, name, nb_pipeline_worker, &a->workers[i]);
    }
    if (err == NB_OK) {
        err = nb_thread_start(&a->committer, "commit", nb_pipeline_committer, a);
    }
    if (err == NB_OK) {
        err = nb_thread_start(&a->reader, "read", nb_pipeline_reader, a);
    }
    return err;
}

static void free_all(struct nb_analyze *a)
{
    for (size_t i = 0; i < NB_SLOTS_N; i++) {
        slot_fini(a, &a->slots[i]);
    }
    for (size_t i = 0; a->workers && i < a->workers_n; i++) {
        nb_arena_free(a->workers[i].scratch);
        nb_word_cache_free(a->workers[i].words);
    }
    nb_free(a->workers);
    nb_arena_free(a->commit_arena);
    nb_backfill_free(a->backfill);
    nb_standing_keep_free(a->standing);
    nb_queue_free(a->pause);
    nb_queue_free(a->commits);
    nb_queue_free(a->annotated);
    nb_queue_free(a->shares);
    nb_queue_free(a->free_slots);
    nb_held_release(a->held);
    nb_log_close(a->log);
    nb_forgotten_free(a->forgotten);
    nb_store_close(a->crawl);
    nb_store_close(a->analysis);
    if (a->done_fd >= 0) {
        close(a->done_fd);
    }
    pthread_mutex_destroy(&a->mu);
    nb_free(a);
}

static enum nb_err prepare(struct nb_analyze *a, struct nb_error *error)
{
    a->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (a->done_fd < 0) {
        return nb_error_set(error, NB_ESYS, "cannot make an event: %s", strerror(errno));
    }
    if (!make_parts(a)) {
        return nb_error_set(error, NB_ENOMEM, "no memory for %zu workers and batches of %zu",
                            a->workers_n, a->batch_n);
    }
    enum nb_err err = load_knowledge(a->config, &a->held, error);
    if (err == NB_OK) {
        err = open_analysis(a, error);
    }
    if (err == NB_OK) {
        err = nb_pipeline_open_log(a, error);
        if (err == NB_ENOTFOUND && !a->once) {
            *error = (struct nb_error){0};
            err = NB_OK; /* the crawler has not made it yet: the reader waits */
        }
    }
    return err;
}

enum nb_err nb_analyze_start(const struct nb_config *config, struct nb_clock *clock,
                             const struct nb_analyze_options *options, struct nb_analyze **out,
                             struct nb_error *error)
{
    *out = NULL;
    struct nb_error detail = {0};
    struct nb_analyze *a = nb_calloc(1, sizeof(*a));
    if (!a) {
        return nb_error_set(error, NB_ENOMEM, "no memory for the analyzer");
    }
    a->config = config;
    a->clock = clock;
    a->once = options->once;
    a->batch_n = (size_t)nb_config_int(config, NB_CFG_BATCH);
    a->workers_n = (size_t)nb_config_int(config, NB_CFG_WORKERS);
    a->document_bytes = (size_t)nb_config_int(config, NB_CFG_DOCUMENT_MAX);
    pthread_mutex_init(&a->mu, NULL);
    enum nb_err err = prepare(a, &detail);
    if (err) {
        detail.code = err;
        free_all(a);
    } else {
        err = start_threads(a);
        if (err) {
            (void)nb_error_set(&detail, err, "cannot start threads");
            nb_queue_close(a->shares);
            nb_queue_close(a->commits);
            (void)nb_analyze_stop(a, NULL);
        }
    }
    if (err) {
        if (error) {
            *error = detail;
        }
        return err;
    }
    *out = a;
    return NB_OK;
}

int nb_analyze_done_fd(const struct nb_analyze *analyze)
{
    return analyze->done_fd;
}

enum nb_err nb_analyze_reload(struct nb_analyze *analyze, const struct nb_config *config,
                              struct nb_error *error)
{
    struct held *fresh = NULL;
    enum nb_err err = load_knowledge(config, &fresh, error);
    if (err) {
        return err;
    }
    pthread_mutex_lock(&analyze->mu);
    struct held *old = analyze->held;
    analyze->held = fresh;
    pthread_mutex_unlock(&analyze->mu);
    nb_held_release(old);
    atomic_store(&analyze->backfill_asked, true);
    nb_store_set_max(analyze->analysis, (uint64_t)nb_config_int(config, NB_CFG_STORE_MAX));
    nb_counter_add(NB_CTR_RELOADS, 1);
    return NB_OK;
}

enum nb_err nb_analyze_stop(struct nb_analyze *analyze, struct nb_error *error)
{
    if (!analyze) {
        return NB_OK;
    }
    nb_analyze_end(analyze);
    nb_thread_join(&analyze->reader);
    nb_thread_join(&analyze->committer);
    for (size_t i = 0; i < analyze->workers_n; i++) {
        nb_thread_join(&analyze->workers[i].thread);
    }
    struct nb_error first = analyze->error;
    free_all(analyze);
    if (first.code != NB_OK && error) {
        *error = first;
    }
    return first.code;
}
