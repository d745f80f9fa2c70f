/*
 * The one writer. A poll's documents, its source's state and its next due time become durable in
 * one transaction: after a crash a source is either polled and stored, or still due.
 *
 * What is expected soon is waited for a moment, so that one commit serves many polls: a commit
 * costs its flush and the pages at the top of each table, however little is in it.
 *
 * With crawl.ordered polls are stored by ticket: those that overtook an earlier one wait here.
 */
#include "crawler/crawl_impl.h"

#include <errno.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/failure.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>

#include "crawler/hosts.h"
#include "crawler/schedule/heap.h"
#include "crawler/schedule/plan.h"
#include "crawler/social/intake.h"
#include "crawler/websub/websub.h"

enum {
    RETRY_FIRST_MS = 100,
    RETRY_MOST_MS = 5000,
    GATHER_MS = 100,
    TAKE_N = 32,
    BURST_N = 1000, /* polls after which memory is given back once nothing is under way */
    NOTE_ARENA_BYTES = 64 << 10,
};

struct writer {
    struct nb_crawl *crawl;
    struct nb_log_batch *batch;
    struct nb_poll_list polls; /* in the batch */
    size_t polls_n;
    size_t burst_n;        /* polls since memory was given back */
    int64_t first_mono_ms; /* when the first of them came */
    size_t group_n;
    size_t polls_max;     /* in a batch: the others are fetched while it is committed */
    struct nb_heap early; /* by ticket: overtook one that is not here yet */
    uint64_t next_ticket;
    struct nb_plan plan;
    struct nb_hosts_sweep *sweep;
    struct nb_arena *arena; /* of what is noted for all polls of a batch */
    bool failed;            /* nothing is stored any more */
};

/* ---- the batch ---- */

static enum nb_err note_state(struct writer *writer, struct nb_poll *poll)
{
    struct nb_slice state;
    struct nb_slice id = nb_slice(poll->source.b, NB_ID_BYTES);
    struct nb_slice none = {NULL, 0};
    enum nb_err err = nb_source_encode(poll->state, poll->arena, &state);
    if (err == NB_OK) {
        err = nb_log_batch_note(writer->batch, NB_TBL_SOURCE_STATE, id, state);
    }
    if (err == NB_OK) {
        err = nb_log_batch_note(writer->batch, NB_TBL_DUE,
                                nb_slice(poll->old_key, NB_DUE_KEY_BYTES), none);
    }
    if (err == NB_OK && poll->state->has_due_ms) {
        nb_due_key(poll->state->due_ms, poll->source, poll->new_key);
        err = nb_log_batch_note(writer->batch, NB_TBL_DUE,
                                nb_slice(poll->new_key, NB_DUE_KEY_BYTES), NB_LIT(""));
    }
    return err;
}

/* What became known of robots.txt and of hosts: with the first poll that went by it. */
static enum nb_err note_hosts(struct writer *writer, struct nb_poll *poll)
{
    enum nb_err err = NB_OK;
    for (const struct nb_poll_note *at = poll->notes; err == NB_OK && at; at = at->next) {
        if (!atomic_load(&at->note->stored)) {
            err = nb_log_batch_note(writer->batch, NB_TBL_ROBOTS, at->note->key, at->note->value);
        }
    }
    for (struct nb_poll_pace *at = poll->paces; err == NB_OK && at; at = at->next) {
        struct nb_host *host = nb_host_new(poll->arena);
        if (!host) {
            return NB_ENOMEM;
        }
        host->has_asked_ms = host->has_delay_ms = 1;
        host->asked_ms = at->asked_ms;
        host->delay_ms = at->delay_ms;
        host->has_closed_ms = at->closed_ms > 0;
        host->closed_ms = at->closed_ms;
        err = nb_host_encode(host, poll->arena, &at->value);
        if (err == NB_OK) {
            err = nb_log_batch_note(writer->batch, NB_TBL_HOST, at->host, at->value);
        }
    }
    return err;
}

/* Inside the append: how many of its documents nobody brought before, and what follows from it. */
static enum nb_err note_poll(struct writer *writer, struct nb_poll *poll)
{
    int64_t item_ms[NB_RHYTHM_ITEMS_MAX];
    size_t items_n = 0;
    enum nb_err err = note_hosts(writer, poll);
    if (err == NB_OK && poll->outcome == NB_POLL_DEFERRED) {
        return poll->is_changed ? note_state(writer, poll) : NB_OK;
    }
    poll->new_n = poll->revised_n = 0;
    for (size_t i = 0; i < poll->records_n; i++) {
        enum nb_log_outcome outcome = nb_log_batch_outcome(writer->batch, poll->first_item + i);
        bool is_new = outcome == NB_LOG_NEW;
        poll->new_n += is_new;
        poll->revised_n += outcome == NB_LOG_REVISED;
        if (is_new && !nb_poll_is_note(poll) && items_n < NB_RHYTHM_ITEMS_MAX) {
            item_ms[items_n++] = poll->published_ms[i];
        }
    }
    for (const struct nb_poll_put *put = poll->puts; err == NB_OK && put; put = put->next) {
        err = nb_log_batch_note(writer->batch, put->table, put->key, put->value);
    }
    if (err != NB_OK || nb_poll_is_note(poll)) {
        return err;
    }
    poll->state->has_documents_n = 1;
    poll->state->documents_n = poll->documents_n + poll->new_n;
    poll->is_pushed = nb_websub_is_relied_on(writer->crawl->websub, poll->source, poll->now_ms);
    err = nb_plan_poll(&writer->plan, poll, item_ms, items_n);
    return err == NB_OK ? note_state(writer, poll) : err;
}

static enum nb_err note_polls(struct nb_log_batch *batch, void *arg)
{
    struct writer *writer = arg;
    enum nb_err err = NB_OK;
    nb_plan_begin(&writer->plan, atomic_load(&writer->crawl->sharing_n));
    for (struct nb_poll *poll = writer->polls.first; err == NB_OK && poll; poll = poll->next) {
        err = note_poll(writer, poll);
    }
    return err == NB_OK ? nb_plan_note(&writer->plan, batch, writer->arena) : err;
}

static enum nb_err add_poll(struct writer *writer, struct nb_poll *poll)
{
    enum nb_err err = NB_OK;
    poll->first_item = nb_log_batch_len(writer->batch);
    poll->documents_n = nb_poll_is_note(poll) ? 0 : poll->state->documents_n;
    for (size_t i = 0; err == NB_OK && i < poll->records_n; i++) {
        err = nb_log_batch_add(writer->batch, &poll->records[i]);
    }
    return err;
}

static void count_failure(const struct nb_source *state)
{
    enum nb_counter counter = NB_CTR_FAILED_OTHER;
    switch (nb_failure_of(state->status, nb_field(state->failure))) {
    case NB_FAILURE_DNS:
        counter = NB_CTR_FAILED_DNS;
        break;
    case NB_FAILURE_CONNECT:
    case NB_FAILURE_NETWORK:
    case NB_FAILURE_PROXY:
        counter = NB_CTR_FAILED_CONNECT;
        break;
    case NB_FAILURE_TLS:
    case NB_FAILURE_CA:
        counter = NB_CTR_FAILED_TLS;
        break;
    case NB_FAILURE_TIMEOUT:
        counter = NB_CTR_FAILED_TIMEOUT;
        break;
    case NB_FAILURE_NO_FEED:
    case NB_FAILURE_UNREADABLE:
        counter = NB_CTR_FAILED_FEED;
        break;
    case NB_FAILURE_MISSING:
    case NB_FAILURE_GONE:
    case NB_FAILURE_LOGIN:
    case NB_FAILURE_FORBIDDEN:
    case NB_FAILURE_BUSY:
    case NB_FAILURE_REFUSED:
    case NB_FAILURE_BROKEN:
        counter = NB_CTR_FAILED_HTTP;
        break;
    default:
        break;
    }
    nb_counter_add(counter, 1);
}

static void count_outcomes(const struct writer *writer)
{
    int64_t outcomes[3] = {0};
    for (size_t i = 0; i < nb_log_batch_len(writer->batch); i++) {
        outcomes[nb_log_batch_outcome(writer->batch, i)]++;
    }
    nb_counter_add(NB_CTR_DOCS_STORED, outcomes[NB_LOG_NEW]);
    nb_counter_add(NB_CTR_DOCS_REVISED, outcomes[NB_LOG_REVISED]);
    nb_counter_add(NB_CTR_DOCS_KNOWN, outcomes[NB_LOG_KNOWN]);
    for (const struct nb_poll *poll = writer->polls.first; poll; poll = poll->next) {
        nb_counter_add(NB_CTR_DOCS_SKIPPED, (int64_t)poll->skipped_n);
        if (nb_poll_is_note(poll)) {
            continue;
        }
        bool was_denied = poll->outcome == NB_POLL_DENIED || poll->outcome == NB_POLL_UNREACHABLE;
        nb_counter_add(NB_CTR_POLLS, poll->outcome != NB_POLL_DEFERRED);
        nb_counter_add(NB_CTR_ROBOTS_DENIED, was_denied);
        nb_counter_add(NB_CTR_POLLS_UNCHANGED, poll->unchanged);
        nb_counter_add(NB_CTR_POLLS_FAILED, poll->failed);
        if (poll->failed) {
            count_failure(poll->state);
        }
    }
    uint64_t last = 0;
    if (nb_log_last(writer->crawl->log, &last, NULL) == NB_OK) {
        nb_counter_set(NB_CTR_LOG_LAST, (int64_t)last);
    }
}

/* What many polls took and freed lies about in the heaps of all threads. */
static void trim(struct writer *writer)
{
    writer->burst_n += writer->polls_n;
    if (writer->burst_n >= BURST_N && atomic_load(&writer->crawl->in_flight) == 0) {
        writer->burst_n = 0;
        nb_mem_trim();
    }
}

static void batch_reset(struct writer *writer)
{
    nb_arena_reset(writer->arena);
    nb_log_batch_reset(writer->batch);
    nb_log_batch_on_stored(writer->batch, note_polls, writer);
    writer->polls = (struct nb_poll_list){0};
    writer->polls_n = 0;
}

/* Wait, unless the crawl is to stop. @return false when it is. */
static bool pause_ms(struct nb_crawl *crawl, int64_t ms)
{
    struct timespec until = nb_mono_after(ms);
    pthread_mutex_lock(&crawl->mu);
    while (!atomic_load(&crawl->stopping) &&
           pthread_cond_timedwait(&crawl->stopped, &crawl->mu, &until) != ETIMEDOUT) {
    }
    pthread_mutex_unlock(&crawl->mu);
    return !atomic_load(&crawl->stopping);
}

/* Append; for want of space again and again, with the same batch, until there is some. */
static enum nb_err append(struct writer *writer, struct nb_error *error)
{
    int64_t wait_ms = RETRY_FIRST_MS;
    bool told = false;
    for (;;) {
        enum nb_err err = nb_log_append(writer->crawl->log, writer->batch, error);
        if (err != NB_EFULL) {
            if (told && err == NB_OK) {
                nb_diag_list(NB_INFO, "crawl", "there is space again, storing goes on", NULL);
            }
            return err;
        }
        if (!told) {
            nb_diag(NB_ERROR, "crawl", "cannot store, waiting for space; nothing is lost",
                    nb_kv_err(error));
            told = true;
        }
        nb_counter_add(NB_CTR_COMMIT_RETRIES, 1);
        if (!pause_ms(writer->crawl, wait_ms)) {
            return err;
        }
        wait_ms = wait_ms * 2 < RETRY_MOST_MS ? wait_ms * 2 : RETRY_MOST_MS;
    }
}

/* Stored polls go back to the scheduler, and to whom they are of interest. */
static void hand_back(struct writer *writer)
{
    struct nb_crawl *crawl = writer->crawl;
    struct nb_poll *poll;
    struct nb_poll_list stored = writer->polls;
    writer->polls = (struct nb_poll_list){0};
    while ((poll = nb_poll_list_take(&stored)) != NULL) {
        if (poll->is_websub) {
            nb_websub_stored(crawl->websub, poll);
        } else if (poll->intake) {
            nb_intake_stored(poll);
        } else {
            nb_websub_polled(crawl->websub, poll);
            nb_poll_list_add(&writer->polls, poll);
        }
    }
    pthread_mutex_lock(&crawl->mu);
    while ((poll = nb_poll_list_take(&writer->polls)) != NULL) {
        for (const struct nb_poll_note *at = poll->notes; at; at = at->next) {
            atomic_store(&at->note->stored, true);
        }
        nb_poll_list_add(&crawl->done, poll);
        atomic_fetch_sub(&crawl->in_flight, 1);
    }
    pthread_mutex_unlock(&crawl->mu);
    nb_clock_wake(crawl->clock);
}

static void give_up(struct writer *writer, enum nb_err err, struct nb_error *error)
{
    struct nb_poll *poll;
    while ((poll = nb_poll_list_take(&writer->polls)) != NULL) {
        nb_crawl_drop(writer->crawl, poll);
    }
    writer->failed = true;
    if (err == NB_EFULL && atomic_load(&writer->crawl->stopping)) {
        return; /* told already; what was not stored is still due */
    }
    if (error->code == NB_OK) {
        (void)nb_error_set(error, err, "cannot store: %s", nb_strerror(err));
    }
    nb_crawl_fail(writer->crawl, error);
}

static void commit(struct writer *writer)
{
    struct nb_error error = {0};
    if (!writer->polls.first) {
        return;
    }
    enum nb_err err = append(writer, &error);
    if (err == NB_OK) {
        nb_plan_stored(&writer->plan);
        count_outcomes(writer);
        hand_back(writer);
    } else {
        give_up(writer, err, &error);
    }
    trim(writer);
    batch_reset(writer);
}

static enum nb_err note_stale(void *arg, enum nb_table_id table, struct nb_slice key)
{
    struct writer *writer = arg;
    return nb_log_batch_note(writer->batch, table, key, (struct nb_slice){NULL, 0});
}

/* The first poll of a batch comes, and what it brings goes after what is swept away. */
static void begin_batch(struct writer *writer)
{
    struct nb_crawl *crawl = writer->crawl;
    writer->first_mono_ms = nb_mono_ms();
    if (nb_hosts_sweep_next(writer->sweep, crawl->store, nb_clock_now_ms(crawl->clock), note_stale,
                            writer) != NB_OK) {
        nb_diag_list(NB_DEBUG, "crawl", "stale hosts could not be looked for", NULL);
    }
}

static void store_poll(struct writer *writer, struct nb_poll *poll)
{
    struct nb_error error = {0};
    if (writer->polls_n == 0) {
        begin_batch(writer);
    }
    nb_poll_list_add(&writer->polls, poll);
    writer->polls_n++;
    enum nb_err err = add_poll(writer, poll);
    if (err != NB_OK) {
        give_up(writer, err, &error);
        batch_reset(writer);
    } else if (nb_log_batch_len(writer->batch) >= writer->group_n ||
               writer->polls_n >= writer->polls_max) {
        commit(writer);
    }
}

/* How long to wait for another poll before what there is gets committed. */
static int64_t gather_ms(const struct writer *writer)
{
    if (writer->polls_n == 0) {
        return -1;
    }
    if (atomic_load(&writer->crawl->in_flight) <= writer->polls_n) {
        return 0; /* nobody else is under way */
    }
    int64_t left_ms = writer->first_mono_ms + GATHER_MS - nb_mono_ms();
    return left_ms > 0 ? left_ms : 0;
}

/* ---- order ---- */

static void take(struct writer *writer, struct nb_poll *poll)
{
    if (writer->failed) {
        nb_crawl_drop(writer->crawl, poll);
        return;
    }
    if (!writer->crawl->ordered || nb_poll_is_note(poll)) { /* which has no ticket */
        store_poll(writer, poll);
        return;
    }
    struct nb_heap_item item = {.key = (int64_t)poll->ticket, .value = poll};
    if (nb_heap_push(&writer->early, &item) != NB_OK) {
        struct nb_error error = {0};
        nb_crawl_drop(writer->crawl, poll);
        give_up(writer, NB_ENOMEM, &error);
        batch_reset(writer);
        return;
    }
    const struct nb_heap_item *top;
    while (!writer->failed && (top = nb_heap_top(&writer->early)) != NULL &&
           top->key == (int64_t)writer->next_ticket) {
        writer->next_ticket++;
        store_poll(writer, nb_heap_pop(&writer->early).value);
    }
}

/* Polls worth waking up for, while there is time: many, or all that are under way. */
static size_t gather_n(const struct writer *writer)
{
    size_t left_n = atomic_load(&writer->crawl->in_flight);
    left_n = left_n > writer->polls_n ? left_n - writer->polls_n : 1;
    return writer->polls_n == 0 ? 1 : left_n < TAKE_N ? left_n : TAKE_N;
}

/* @return false when the queue is closed and empty. */
static bool take_some(struct writer *writer)
{
    void *items[TAKE_N];
    size_t n = 0;
    enum nb_err err = nb_queue_pop_many(writer->crawl->to_write, gather_n(writer),
                                        gather_ms(writer), items, TAKE_N, &n);
    for (size_t i = 0; i < n; i++) {
        take(writer, items[i]);
    }
    if (err == NB_ETIMEOUT) {
        commit(writer); /* nothing more is waiting */
    }
    return err != NB_ECLOSED;
}

static struct writer *writer_new(struct nb_crawl *crawl, struct nb_error *error)
{
    struct nb_txn *txn;
    struct writer *writer = nb_calloc(1, sizeof(*writer));
    if (!writer) {
        (void)nb_error_set(error, NB_ENOMEM, "the writer cannot start: out of memory");
        return NULL;
    }
    writer->crawl = crawl;
    writer->next_ticket = 1;
    writer->group_n = (size_t)nb_config_int(crawl->config, NB_CFG_GROUP_N);
    writer->polls_max = (size_t)nb_config_int(crawl->config, NB_CFG_IN_FLIGHT) / 2 + 1;
    writer->batch = nb_log_batch_new();
    writer->arena = nb_arena_new(NOTE_ARENA_BYTES);
    writer->sweep = nb_hosts_sweep_new();
    nb_plan_init(&writer->plan, crawl->config);
    enum nb_err err = writer->batch && writer->arena && writer->sweep ? NB_OK : NB_ENOMEM;
    err = err == NB_OK ? nb_read_begin(crawl->store, &txn, error) : err;
    if (err == NB_OK) {
        err = nb_plan_load(&writer->plan, txn);
        nb_read_end(txn);
    }
    if (err != NB_OK) {
        (void)nb_error_set(error, err, "the writer cannot start: %s", nb_strerror(err));
        nb_log_batch_free(writer->batch);
        nb_arena_free(writer->arena);
        nb_hosts_sweep_free(writer->sweep);
        nb_free(writer);
        return NULL;
    }
    batch_reset(writer);
    return writer;
}

static void writer_free(struct writer *writer)
{
    while (writer->early.n > 0) { /* a poll before them was dropped: they are still due */
        nb_crawl_drop(writer->crawl, nb_heap_pop(&writer->early).value);
    }
    nb_heap_fini(&writer->early);
    nb_log_batch_free(writer->batch);
    nb_arena_free(writer->arena);
    nb_hosts_sweep_free(writer->sweep);
    nb_free(writer);
    nb_pack_thread_end();
}

void nb_crawl_write(void *arg)
{
    struct nb_crawl *crawl = arg;
    struct nb_error error = {0};
    void *item = NULL;
    struct writer *writer = writer_new(crawl, &error);
    if (!writer) {
        nb_crawl_fail(crawl, &error);
        while (nb_queue_pop(crawl->to_write, -1, &item) == NB_OK) {
            nb_crawl_drop(crawl, item);
        }
        return;
    }
    while (take_some(writer)) {
    }
    commit(writer);
    writer_free(writer);
}
