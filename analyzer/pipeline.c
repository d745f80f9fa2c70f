/*
 * Three roles and two slots:
 *
 *   reader     takes a free slot, fills it with the next documents, lets the workers annotate it,
 *              cuts it where memory ended, hands it to the committer
 *   workers    take documents of the slot one by one, each into an arena of its own
 *   committer  writes a slot and the cursor in one transaction and frees the slot; between two
 *              slots it goes on with a backfill, if one was asked for
 *
 * So the next batch is annotated while the last one is written. Slots travel through bounded queues
 * and belong to one role at a time; within a slot, workers share out documents by one counter.
 *
 * What is skipped depends on the document alone, never on its neighbours: a document is annotated
 * in a scratch arena with the limit of the configuration. The result is copied to the worker's
 * arena of the slot; when that is full the batch is cut there and goes on in the next one.
 */
#include "analyzer/analyze_impl.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/forget.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>

enum {
    CRAWL_RETRY_MS = 1000,
    FULL_WAIT_MIN_MS = 250,
    FULL_WAIT_MAX_MS = 10000,
    BACKFILL_LOOK_MS = 1000,
    WORDS_KEPT_MS = 10000
};

static bool is_stopping(struct nb_analyze *a)
{
    return atomic_load_explicit(&a->stopping, memory_order_relaxed);
}

/* Sleep that stopping ends. */
static void pause_ms(struct nb_analyze *a, int64_t wait_ms)
{
    void *item;
    (void)!nb_queue_pop(a->pause, wait_ms, &item);
}

/* Workers */

/* An arena says no for its limit and for want of memory alike; only the first is the document's. */
static bool is_out_of_memory(struct worker *worker)
{
    nb_arena_reset(worker->scratch);
    bool out = nb_arena_alloc(worker->scratch, worker->analyze->document_bytes - 64) == NULL;
    nb_arena_reset(worker->scratch);
    return out;
}

static struct result annotate(struct worker *worker, const struct slot *slot, size_t i)
{
    struct nb_arena *arena = slot->arenas[worker->index];
    bool is_first = nb_arena_used(arena) == 0;
    struct nb_annotation *annotation;
    struct nb_annotation *kept = NULL;
    struct nb_slice words = {NULL, 0};
    if (slot->documents[i]->deleted) {
        return (struct result){.outcome = DELETED};
    }
    nb_arena_reset(worker->scratch);
    enum nb_err err = nb_annotate_for_index(slot->documents[i], slot->held->knowledge,
                                            worker->words, worker->scratch, &annotation, &words);
    if (err == NB_OK) {
        err = nb_commit_keep(annotation, worker->scratch, arena, &kept);
    }
    if (err == NB_OK) {
        words = nb_arena_copy(arena, words);
        err = words.p ? NB_OK : NB_ENOMEM;
    }
    if (err == NB_OK) {
        return (struct result){ANNOTATED, NB_OK, kept, words};
    }
    if (err == NB_ENOMEM && !nb_arena_failed(worker->scratch) && !is_first) {
        return (struct result){.outcome = NO_ROOM};
    }
    if (err == NB_ETOOBIG || (err == NB_ENOMEM && !is_out_of_memory(worker))) {
        return (struct result){.outcome = SKIPPED, .err = err};
    }
    return (struct result){.outcome = FAILED, .err = err};
}

void nb_pipeline_worker(void *arg)
{
    struct worker *worker = arg;
    struct nb_analyze *a = worker->analyze;
    void *item;
    while (nb_queue_pop(a->shares, -1, &item) == NB_OK) {
        struct slot *slot = item;
        while (!is_stopping(a)) {
            size_t i = atomic_fetch_add(&slot->next, 1);
            if (i >= slot->n) {
                break;
            }
            slot->results[i] = annotate(worker, slot, i);
        }
        nb_arena_reset(worker->scratch);
        if (atomic_fetch_sub(&slot->working_n, 1) == 1) {
            (void)!nb_queue_push(a->annotated, slot); /* has room for every slot */
        }
    }
}

/* Reader */

enum nb_err nb_pipeline_open_log(struct nb_analyze *a, struct nb_error *error)
{
    const struct nb_store_options options = {
        .read_only = true,
        .map_bytes = (uint64_t)nb_config_int(a->config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(a->config, NB_CFG_STORE_MAX),
    };
    const char *dir = nb_config_str(a->config, NB_CFG_DATA_DIR);
    struct nb_log *log = NULL;
    struct nb_forgotten *forgotten = NULL;
    uint64_t last = 0;
    enum nb_err err = nb_store_open(dir, NB_STORE_CRAWL, &options, &a->crawl, error);
    if (err == NB_OK) {
        err = nb_log_open_local(a->crawl, &log, error);
    }
    if (err == NB_OK) {
        err = nb_log_last(log, &last, error);
    }
    if (err == NB_OK) {
        err = nb_forgotten_load(a->crawl, &forgotten, error);
    }
    if (err == NB_OK && last < a->cursor) {
        err = nb_error_set(error, NB_ECORRUPT,
                           "%s/analysis covers document %" PRIu64 " but the log ends at %" PRIu64
                           ": the crawl store was replaced; delete %s/analysis and start again",
                           dir, a->cursor, last, dir);
    }
    if (err) {
        nb_forgotten_free(forgotten);
        nb_log_close(log);
        nb_store_close(a->crawl);
        a->crawl = NULL;
        return err;
    }
    pthread_mutex_lock(&a->mu);
    a->log = log;
    a->forgotten = forgotten;
    bool stopping = is_stopping(a);
    pthread_mutex_unlock(&a->mu);
    if (stopping) {
        nb_log_wake(log); /* nb_analyze_end() came before there was a log to wake */
    }
    return NB_OK;
}

static bool wait_for_log(struct nb_analyze *a)
{
    while (!a->log && !is_stopping(a)) {
        struct nb_error error = {0};
        enum nb_err err = nb_pipeline_open_log(a, &error);
        if (err == NB_ENOTFOUND) {
            pause_ms(a, CRAWL_RETRY_MS);
        } else if (err) {
            nb_analyze_fail(a, err, &error);
        }
    }
    return !is_stopping(a);
}

/* Fill a slot with what comes after the cursor. @return NB_ENOTFOUND at the end of the log. */
static enum nb_err fill(struct nb_analyze *a, struct slot *slot, struct nb_error *error)
{
    nb_arena_reset(slot->documents_arena);
    for (size_t i = 0; i < a->workers_n; i++) {
        nb_arena_reset(slot->arenas[i]);
    }
    slot->skipped_n = 0;
    slot->from = a->cursor + 1;
    enum nb_err err = nb_log_next(a->log, a->cursor, a->batch_n, slot->documents_arena,
                                  slot->documents, &slot->n, error);
    if (err == NB_ENOMEM) { /* this one document alone is over the limit */
        nb_diag(NB_WARN, "analyze", "document skipped: over analyze.document_max",
                nb_kv_int("number", (int64_t)slot->from));
        slot->n = 0;
        slot->skipped_n = 1;
        slot->cursor = slot->from;
        return NB_OK;
    }
    if (err == NB_OK && slot->n == 0) {
        return NB_ENOTFOUND;
    }
    return err;
}

static void annotate_slot(struct nb_analyze *a, struct slot *slot)
{
    slot->held = nb_held_take(a);
    slot->knowledge_id = nb_knowledge_id(slot->held->knowledge);
    slot->reading_id = nb_knowledge_reading_id(slot->held->knowledge);
    slot->weights = *nb_knowledge_weights(slot->held->knowledge);
    slot->seeds = *nb_knowledge_seeds(slot->held->knowledge);
    nb_calendar_free(slot->calendar);
    slot->calendar = nb_calendar_share(nb_knowledge_calendar(slot->held->knowledge));
    memset(slot->results, 0, slot->n * sizeof(slot->results[0]));
    atomic_store(&slot->next, 0);
    atomic_store(&slot->working_n, (int)a->workers_n);
    void *item = NULL;
    if (slot->n) {
        for (size_t i = 0; i < a->workers_n; i++) {
            (void)!nb_queue_push(a->shares, slot); /* only the reader closes it */
        }
        (void)!nb_queue_pop(a->annotated, -1, &item);
    }
    nb_held_release(slot->held);
    slot->held = NULL;
}

/* Cut a slot where memory ended. @return NB_OK, NB_ECLOSED when stopping, or a failure. */
static enum nb_err trim(struct nb_analyze *a, struct slot *slot, struct nb_error *error)
{
    for (size_t i = 0; i < slot->n; i++) {
        const struct result *result = &slot->results[i];
        const struct nb_document *document = slot->documents[i];
        switch (result->outcome) {
        case NOT_REACHED:
            return NB_ECLOSED;
        case FAILED:
            return nb_error_set(error, result->err, "document %" PRIu64 " cannot be annotated: %s",
                                document->number, nb_strerror(result->err));
        case NO_ROOM:
            assert(i > 0); /* the first document finds its arena empty */
            slot->n = i;
            break;
        case SKIPPED:
            nb_diag(NB_WARN, "analyze", "document skipped: over analyze.document_max",
                    nb_kv_int("number", (int64_t)document->number),
                    nb_kv_str("url", document->url));
            slot->skipped_n++;
            slot->items[i] = (struct nb_commit_item){.document = document};
            break;
        case DELETED:
            slot->items[i] = (struct nb_commit_item){.document = document};
            break;
        case ANNOTATED:
            slot->items[i] = (struct nb_commit_item){document, result->annotation, result->words};
            break;
        }
    }
    if (slot->n) {
        slot->cursor = slot->documents[slot->n - 1]->number;
    }
    return is_stopping(a) ? NB_ECLOSED : NB_OK;
}

static void rest(struct nb_analyze *a)
{
    struct held *held = nb_held_take(a);
    nb_knowledge_rest(held->knowledge);
    nb_held_release(held);
}

/* At the end of the log: when the other slot is back too, all that was there is committed. */
static void settle(struct nb_analyze *a, int64_t now_ms)
{
    void *other;
    if (nb_queue_pop(a->free_slots, -1, &other) == NB_OK) {
        nb_counter_set(NB_CTR_SETTLED_MS, now_ms);
        rest(a);
        (void)!nb_queue_push(a->free_slots, other);
    }
}

/* Nobody annotates while the reader waits. What is kept of words is many times what an idle process
 * takes otherwise, and soon found anew. */
static enum nb_err wait_for_more(struct nb_analyze *a)
{
    enum nb_err err = nb_log_wait(a->log, a->cursor, WORDS_KEPT_MS);
    if (err != NB_ETIMEOUT) {
        return err;
    }
    for (size_t i = 0; i < a->workers_n; i++) {
        nb_word_cache_rest(a->workers[i].words);
    }
    nb_mem_trim();
    return nb_log_wait(a->log, a->cursor, -1);
}

static enum nb_err read_on(struct nb_analyze *a, struct slot *slot, struct nb_error *error)
{
    int64_t now_ms = nb_clock_now_ms(a->clock);
    enum nb_err err = fill(a, slot, error);
    if (err == NB_ENOTFOUND) {
        settle(a, now_ms);
        (void)!nb_queue_push(a->free_slots, slot);
        if (a->once) {
            return NB_ECLOSED;
        }
        return wait_for_more(a);
    }
    if (err == NB_OK) {
        annotate_slot(a, slot);
        err = trim(a, slot, error);
    }
    if (err == NB_OK) {
        a->cursor = slot->cursor;
        err = nb_queue_push(a->commits, slot);
    }
    return err;
}

void nb_pipeline_reader(void *arg)
{
    struct nb_analyze *a = arg;
    void *slot;
    if (wait_for_log(a)) {
        enum nb_err err = NB_OK;
        struct nb_error error = {0};
        while (err == NB_OK && !is_stopping(a)) {
            err = nb_queue_pop(a->free_slots, -1, &slot);
            if (err == NB_OK) {
                err = read_on(a, slot, &error);
            }
        }
        if (err != NB_OK && err != NB_ECLOSED) {
            nb_analyze_fail(a, err, &error);
        }
    }
    nb_queue_close(a->shares);
    nb_queue_close(a->commits);
    nb_pack_thread_end();
}

/* Committer */

/* Try until there is space: nothing is lost by waiting, and nobody has to restart anything. */
static enum nb_err write_slot(struct nb_analyze *a, struct nb_commit *commit,
                              struct nb_error *error)
{
    int64_t wait_ms = FULL_WAIT_MIN_MS;
    bool told = false;
    for (;;) {
        *error = (struct nb_error){0};
        enum nb_err err = nb_store_write(a->analysis, nb_commit_run, commit, error);
        if (err != NB_EFULL) {
            if (told && err == NB_OK) {
                nb_diag_list(NB_INFO, "analyze", "there is space again, going on", NULL);
            }
            return err;
        }
        if (!told) {
            nb_diag(NB_ERROR, "analyze", "cannot store, trying again until there is space",
                    nb_kv_err(error));
            told = true;
        }
        if (is_stopping(a)) {
            return NB_ECLOSED;
        }
        nb_counter_add(NB_CTR_COMMIT_RETRIES, 1);
        pause_ms(a, wait_ms);
        wait_ms = wait_ms * 2 < FULL_WAIT_MAX_MS ? wait_ms * 2 : FULL_WAIT_MAX_MS;
    }
}

static enum nb_err commit_slot(struct nb_analyze *a, const struct slot *slot,
                               struct nb_error *error)
{
    struct nb_commit commit = {
        .items = slot->items,
        .items_n = slot->n,
        .from = slot->from,
        .cursor = slot->cursor,
        .knowledge = slot->knowledge_id,
        .reading = slot->reading_id,
        .weights = &slot->weights,
        .seeds = &slot->seeds,
        .calendar = slot->calendar,
        .forgotten = a->forgotten,
        .standing = a->standing,
        .arena = a->commit_arena,
    };
    enum nb_err err = write_slot(a, &commit, error);
    if (err == NB_OK) {
        nb_counter_set(NB_CTR_LOG_LAST, (int64_t)slot->cursor);
        nb_counter_add(NB_CTR_DOCS_ANNOTATED, (int64_t)(slot->n ? slot->n - slot->skipped_n : 0));
        nb_counter_add(NB_CTR_DOCS_SKIPPED, (int64_t)slot->skipped_n);
        nb_counter_add(NB_CTR_ALERTS, commit.alerts_n);
    }
    return err;
}

static struct nb_log *log_of(struct nb_analyze *a)
{
    pthread_mutex_lock(&a->mu);
    struct nb_log *log = a->log;
    pthread_mutex_unlock(&a->mu);
    return log;
}

/* @return true when there is more to do at once. */
static bool backfill(struct nb_analyze *a)
{
    struct nb_error error = {0};
    struct nb_log *log = log_of(a);
    enum nb_err err = log && !is_stopping(a) ? NB_OK : NB_ENOTFOUND;
    if (err == NB_OK && atomic_exchange(&a->backfill_asked, false)) {
        err = nb_backfill_take(nb_config_str(a->config, NB_CFG_DATA_DIR), a->analysis, log, false,
                               &error);
        if (err != NB_OK) {
            atomic_store(&a->backfill_asked, true);
        }
    }
    if (err == NB_OK) {
        struct held *held = nb_held_take(a);
        err = nb_backfill_step(a->backfill, a->analysis, log, held->knowledge, NULL, &error);
        nb_held_release(held);
    }
    if (err != NB_OK && err != NB_ENOTFOUND) {
        nb_diag(NB_ERROR, "analyze", "backfill waits", nb_kv_err(&error));
    }
    return err == NB_OK;
}

void nb_pipeline_committer(void *arg)
{
    struct nb_analyze *a = arg;
    void *slot;
    bool broken = false;
    for (bool more = true;;) {
        enum nb_err popped = nb_queue_pop(a->commits, more ? 0 : BACKFILL_LOOK_MS, &slot);
        if (popped == NB_ETIMEOUT) {
            more = !broken && backfill(a);
            continue;
        }
        if (popped != NB_OK) {
            break;
        }
        struct nb_error error = {0};
        enum nb_err err = broken ? NB_ECLOSED : commit_slot(a, slot, &error);
        if (err != NB_OK) {
            broken = true; /* what follows may not be committed without this one */
        }
        if (err != NB_OK && err != NB_ECLOSED) {
            nb_analyze_fail(a, err, &error);
        }
        (void)!nb_queue_push(a->free_slots, slot); /* has room for every slot */
        more = !broken && backfill(a);
    }
    nb_pack_thread_end();
    uint64_t one = 1;
    if (write(a->done_fd, &one, sizeof(one)) != sizeof(one)) {
        nb_diag_list(NB_ERROR, "analyze", "cannot tell that the analyzer ended", NULL);
    }
}
