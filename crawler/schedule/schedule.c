/*
 * What is due, in memory: a heap of the sources by due time and id, filled from the DUE table when
 * the list of sources is read and kept up as polls come back. The table is what survives; the
 * writer changes it together with the documents.
 *
 * A source of a host with a Crawl-delay that comes up before its turn waits there; see pace.h.
 *
 * A source is in the heap, at such a host, under way, or not to be polled (paused, retired). `busy`
 * says which rows are under way, so that reading the list again does not dispatch one twice.
 *
 * A source that a process before asked, and whose answer died with it, is not due before its pause
 * is over; see lease.h. An ordered crawl does without: with and without kills it is to be the same.
 */
#include "crawler/crawl_impl.h"

#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>

#include "crawler/schedule/heap.h"
#include "crawler/schedule/lease.h"
#include "crawler/schedule/pace.h"
#include "crawler/schedule/wish.h"
#include "crawler/seek.h"
#include "crawler/site/walk.h"

enum { WAIT_MOST_MS = 60000, STATE_ARENA_BYTES = 1 << 20, CLOCK_SLACK_MS = 1000 };

struct schedule {
    struct nb_crawl *crawl;
    struct nb_heap due;
    struct nb_paces paces;
    struct nb_wishes wishes; /* sources that people want polled, until they are */
    bool *busy;              /* by row of the list */
    struct nb_poll *live;
    size_t live_n;
    size_t live_max;
    uint64_t tickets;
    int64_t last_ms; /* wall time of the last round, and when that was */
    int64_t last_mono_ms;
    int64_t swept_ms;
    bool adjusted; /* some due times are not those of the table, for the clock was set back */
    struct nb_arena *arena; /* for one state at a time */
};

static size_t row_index(const struct nb_sources *sources, const struct nb_source_row *row)
{
    return (size_t)(row - nb_sources_at(sources, 0));
}

static enum nb_err push_due(struct schedule *schedule, const struct nb_source_row *row,
                            int64_t due_ms)
{
    const struct nb_lease_found *found = nb_lease_find(schedule->crawl->leases, &row->id);
    if (found && due_ms < found->until_ms) {
        due_ms = found->until_ms;
    }
    return nb_heap_push(&schedule->due, &(struct nb_heap_item){.key = due_ms, .id = row->id});
}

/* ---- filling the heap ---- */

/*
 * A due time is a pause after a poll. Polled later than now means that the clock was set back
 * since, and the rest of the pause would be as long as the step: what counts then is the pause,
 * from now on. That is never too soon, unless the clock goes forward again; see is_stepped().
 */
static int64_t due_by_clock(struct schedule *schedule, const struct nb_source *state)
{
    if (schedule->last_ms <= 0 || state->polled_ms <= schedule->last_ms) {
        return state->due_ms;
    }
    schedule->adjusted = true;
    return schedule->last_ms + (state->due_ms - state->polled_ms);
}

/* Further away than a source's interval is what the clock, or the source, brought about. */
static bool is_far(const struct schedule *schedule, const struct nb_source_row *row, int64_t due_ms)
{
    int64_t every_s =
        row->every_s > 0 ? row->every_s : nb_config_int(schedule->crawl->config, NB_CFG_INTERVAL);
    return due_ms > schedule->last_ms + every_s * 1000;
}

static enum nb_err push_stored(struct schedule *schedule, struct nb_txn *txn,
                               const struct nb_source_row *row, struct nb_slice key)
{
    int64_t due_ms = (int64_t)nb_key_to_u64((const uint8_t *)key.p);
    struct nb_source *state = NULL;
    struct nb_slice value;
    enum nb_err err = NB_OK;
    bool is_wished = nb_wishes_have(&schedule->wishes, &row->id);
    if (is_wished || is_far(schedule, row, due_ms)) {
        nb_arena_reset(schedule->arena);
        err = nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(row->id.b, NB_ID_BYTES), &value);
        err = err == NB_OK ? nb_source_decode(value, schedule->arena, &state) : err;
        due_ms = err == NB_OK ? due_by_clock(schedule, state) : due_ms;
    }
    if (is_wished && err == NB_OK) {
        due_ms = nb_wish_due_ms(state, due_ms);
    }
    return err == NB_OK ? push_due(schedule, row, due_ms) : err;
}

static enum nb_err fill_from_table(struct schedule *schedule, struct nb_txn *txn, bool *known)
{
    const struct nb_sources *sources = schedule->crawl->sources;
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_DUE, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, NB_LIT(""), &key, &value);
    while (err == NB_OK) {
        if (key.len == NB_DUE_KEY_BYTES) {
            struct nb_id id;
            memcpy(id.b, key.p + 8, NB_ID_BYTES);
            const struct nb_source_row *row = nb_sources_find(sources, id);
            if (row) {
                size_t i = row_index(sources, row);
                known[i] = true;
                if (!row->paused && !schedule->busy[i]) {
                    err = push_stored(schedule, txn, row, key);
                }
            }
        }
        err = err == NB_OK ? nb_cursor_next(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* Sources without a due time were never polled, and are due at once, or are retired. */
static enum nb_err fill_the_rest(struct schedule *schedule, struct nb_txn *txn, const bool *known)
{
    const struct nb_sources *sources = schedule->crawl->sources;
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < nb_sources_n(sources); i++) {
        const struct nb_source_row *row = nb_sources_at(sources, i);
        struct nb_slice value;
        if (known[i] || row->paused || schedule->busy[i]) {
            continue;
        }
        err = nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(row->id.b, NB_ID_BYTES), &value);
        if (err == NB_ENOTFOUND || nb_wishes_have(&schedule->wishes, &row->id)) {
            err = push_due(schedule, row, 0);
        }
    }
    return err;
}

static enum nb_err fill(struct schedule *schedule, struct nb_error *error)
{
    struct nb_crawl *crawl = schedule->crawl;
    size_t n = nb_sources_n(crawl->sources);
    size_t sharing_n = 0;
    struct nb_txn *txn;
    for (size_t i = 0; i < n; i++) {
        const struct nb_source_row *row = nb_sources_at(crawl->sources, i);
        sharing_n += !row->paused && row->every_s == 0;
    }
    atomic_store(&crawl->sharing_n, sharing_n);
    nb_free(schedule->busy);
    schedule->due.n = 0;
    nb_paces_clear(&schedule->paces);
    schedule->adjusted = false;
    schedule->busy = nb_calloc(n, sizeof(bool));
    bool *known = nb_calloc(n, sizeof(bool));
    enum nb_err err = schedule->busy && known ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_wishes_take(&schedule->wishes, nb_config_str(crawl->config, NB_CFG_DATA_DIR));
    }
    for (size_t i = schedule->wishes.n; i-- > 0;) {
        struct nb_id id = schedule->wishes.ids[i];
        if (!nb_sources_find(crawl->sources, id)) {
            nb_wishes_drop(&schedule->wishes, &id);
        }
    }
    err = err == NB_OK ? nb_read_begin(crawl->store, &txn, error) : err;
    if (err == NB_OK) {
        for (const struct nb_poll *poll = schedule->live; poll; poll = poll->live_next) {
            const struct nb_source_row *row = nb_sources_find(crawl->sources, poll->source);
            if (row) {
                schedule->busy[row_index(crawl->sources, row)] = true;
            }
        }
        err = fill_from_table(schedule, txn, known);
        err = err == NB_OK ? fill_the_rest(schedule, txn, known) : err;
        nb_read_end(txn);
    }
    nb_free(known);
    return err;
}

/* ---- polls out and back ---- */

static void live_add(struct schedule *schedule, struct nb_poll *poll)
{
    poll->live_prev = NULL;
    poll->live_next = schedule->live;
    if (schedule->live) {
        schedule->live->live_prev = poll;
    }
    schedule->live = poll;
    schedule->live_n++;
}

static void live_remove(struct schedule *schedule, struct nb_poll *poll)
{
    if (poll->live_prev) {
        poll->live_prev->live_next = poll->live_next;
    } else {
        schedule->live = poll->live_next;
    }
    if (poll->live_next) {
        poll->live_next->live_prev = poll->live_prev;
    }
    schedule->live_n--;
}

/* The turns of hosts with a Crawl-delay, after a poll that knows of some. */
static enum nb_err take_paces(struct schedule *schedule, const struct nb_poll *poll)
{
    enum nb_err err = NB_OK;
    for (const struct nb_poll_pace *at = poll->paces; err == NB_OK && at; at = at->next) {
        err = nb_pace_set(&schedule->paces, at->host, at->asked_ms, at->delay_ms, at->closed_ms);
    }
    if (poll->pace) {
        nb_pace_end(poll->pace);
        enum nb_err settled =
            nb_pace_settle(&schedule->paces, poll->pace, schedule->last_ms, &schedule->due);
        err = err == NB_OK ? settled : err;
    }
    return err;
}

/* A poll that was stored: its source is due again later, or still. */
static enum nb_err take_back(struct schedule *schedule, struct nb_poll *poll)
{
    const struct nb_sources *sources = schedule->crawl->sources;
    const struct nb_source_row *row = nb_sources_find(sources, poll->source);
    enum nb_err err = take_paces(schedule, poll);
    live_remove(schedule, poll);
    nb_lease_drop(schedule->crawl->leases, poll->lease);
    if (row) {
        bool is_due = poll->outcome == NB_POLL_DEFERRED;
        if (!is_due) {
            nb_wishes_drop(&schedule->wishes, &row->id);
        }
        schedule->busy[row_index(sources, row)] = false;
        if (err == NB_OK && !row->paused && (is_due || poll->state->has_due_ms)) {
            int64_t due_ms = is_due ? poll->due_ms : due_by_clock(schedule, poll->state);
            err = push_due(schedule, row, due_ms);
        }
    }
    nb_poll_free(poll);
    return err;
}

static enum nb_err take_done(struct schedule *schedule)
{
    struct nb_crawl *crawl = schedule->crawl;
    pthread_mutex_lock(&crawl->mu);
    struct nb_poll_list done = crawl->done;
    crawl->done = (struct nb_poll_list){0};
    pthread_mutex_unlock(&crawl->mu);
    enum nb_err err = NB_OK;
    struct nb_poll *poll;
    while ((poll = nb_poll_list_take(&done)) != NULL) {
        enum nb_err one = take_back(schedule, poll);
        err = err == NB_OK ? one : err;
    }
    return err;
}

static enum nb_err take_fresh(struct schedule *schedule, struct nb_error *error)
{
    struct nb_crawl *crawl = schedule->crawl;
    pthread_mutex_lock(&crawl->mu);
    struct nb_sources *fresh = crawl->fresh;
    crawl->fresh = NULL;
    pthread_mutex_unlock(&crawl->mu);
    if (!fresh) {
        return NB_OK;
    }
    nb_sources_free(crawl->sources);
    crawl->sources = fresh;
    return fill(schedule, error);
}

static enum nb_err read_state(struct nb_txn *txn, struct nb_poll *poll)
{
    struct nb_slice value;
    enum nb_err err =
        nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(poll->source.b, NB_ID_BYTES), &value);
    if (err == NB_OK) {
        err = nb_source_decode(value, poll->arena, &poll->state);
    } else if (err == NB_ENOTFOUND) {
        poll->state = nb_source_new(poll->arena);
        err = poll->state ? NB_OK : NB_ENOMEM;
    }
    return err;
}

static void set_url(struct nb_poll *poll)
{
    const struct nb_source *state = poll->state;
    poll->url = nb_seek_start(state, poll->source_url);
    if (state->resume_url) {
        poll->redirects_n = (int)state->resume_n;
        poll->permanent = state->resume_moved;
        poll->moved_to = state->resume_moved ? state->resume_url : NULL;
    }
}

static enum nb_err make_poll(const struct nb_crawl *crawl, struct nb_txn *txn,
                             const struct nb_source_row *row, int64_t now_ms, struct nb_poll **out)
{
    struct nb_poll *poll = nb_poll_new(crawl->poll_bytes, crawl->body_bytes);
    if (!poll) {
        return NB_ENOMEM;
    }
    poll->source = row->id;
    poll->now_ms = now_ms;
    poll->kind = row->kind;
    poll->every_s = row->every_s;
    poll->source_url = nb_arena_strdup(poll->arena, nb_slice_str(row->url));
    enum nb_err err = poll->source_url ? nb_poll_set_request(poll, row->request) : NB_ENOMEM;
    err = err == NB_OK ? read_state(txn, poll) : err;
    if (err != NB_OK) {
        nb_poll_free(poll);
        return err;
    }
    set_url(poll);
    err = nb_walk_choose(txn, row, poll);
    if (err != NB_OK) {
        nb_poll_free(poll);
        return err;
    }
    nb_due_key(poll->state->has_due_ms ? poll->state->due_ms : 0, poll->source, poll->old_key);
    *out = poll;
    return NB_OK;
}

static enum nb_err dispatch(struct schedule *schedule, struct nb_txn *txn,
                            const struct nb_source_row *row, const struct nb_heap_item *item,
                            int64_t now_ms)
{
    struct nb_crawl *crawl = schedule->crawl;
    struct nb_poll *poll = NULL;
    enum nb_err err = make_poll(crawl, txn, row, now_ms, &poll);
    if (err != NB_OK) {
        return err;
    }
    nb_fetch_prepare(poll);
    struct nb_pace *pace = nb_pace_find(&schedule->paces, poll->host);
    if (pace && !nb_pace_is_open(pace, now_ms)) {
        nb_poll_free(poll);
        err = nb_pace_park(pace, &(struct nb_heap_item){.key = item->key, .id = item->id});
        return err == NB_OK ? nb_pace_settle(&schedule->paces, pace, now_ms, &schedule->due) : err;
    }
    if (pace) {
        nb_pace_begin(pace);
    }
    struct nb_lease_found *found = nb_lease_find(schedule->crawl->leases, &poll->source);
    if (found) {
        nb_lease_settle(schedule->crawl->leases, found);
    }
    poll->lease = nb_lease_take(schedule->crawl->leases, &poll->source, now_ms);
    poll->pace = pace;
    poll->due_ms = item->key;
    poll->ticket = ++schedule->tickets;
    schedule->busy[row_index(crawl->sources, row)] = true;
    live_add(schedule, poll);
    atomic_fetch_add(&crawl->in_flight, 1);
    nb_fetch_submit(crawl->fetch, poll);
    return NB_OK;
}

static bool is_due(const struct schedule *schedule, int64_t now_ms)
{
    const struct nb_heap_item *top = nb_heap_top(&schedule->due);
    return top && top->key <= now_ms && schedule->live_n < schedule->live_max;
}

static enum nb_err dispatch_due(struct schedule *schedule, int64_t now_ms, struct nb_error *error)
{
    struct nb_crawl *crawl = schedule->crawl;
    struct nb_txn *txn;
    enum nb_err err = nb_paces_wake(&schedule->paces, now_ms, &schedule->due);
    if (err != NB_OK || !is_due(schedule, now_ms)) {
        return err;
    }
    err = nb_read_begin(crawl->store, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    while (err == NB_OK && is_due(schedule, now_ms)) {
        struct nb_heap_item item = nb_heap_pop(&schedule->due);
        const struct nb_source_row *row = nb_sources_find(crawl->sources, item.id);
        if (row) {
            err = dispatch(schedule, txn, row, &item, now_ms);
        }
        if (item.value) {
            nb_pace_called(item.value);
        }
        if (err == NB_OK && item.value) { /* its turn, but it may have gone elsewhere or nowhere */
            err = nb_pace_settle(&schedule->paces, item.value, now_ms, &schedule->due);
        }
    }
    nb_read_end(txn);
    return err;
}

/* ---- the thread ---- */

/*
 * Has the wall clock been set, so that due times in memory mean something else? Going forward is
 * how time passes on a settable clock.
 */
static bool is_stepped(struct schedule *schedule, int64_t now_ms)
{
    int64_t mono_ms = nb_mono_ms();
    int64_t expected_ms = schedule->last_ms + (mono_ms - schedule->last_mono_ms);
    bool back = now_ms < schedule->last_ms - CLOCK_SLACK_MS;
    bool forth = schedule->adjusted && !nb_clock_is_settable(schedule->crawl->clock) &&
                 now_ms > expected_ms + CLOCK_SLACK_MS;
    schedule->last_ms = now_ms;
    schedule->last_mono_ms = mono_ms;
    return back || forth;
}

/* A settable clock that nobody set yet reads 0: nothing is due before time begins. */
static bool is_settled(const struct schedule *schedule, int64_t now_ms)
{
    const struct nb_heap_item *top = nb_heap_top(&schedule->due);
    return now_ms > 0 && schedule->live_n == 0 && (!top || top->key > now_ms);
}

/* With --once: the turns of hosts with a Crawl-delay are waited for if they come soon. */
static bool is_done(const struct schedule *schedule, int64_t now_ms)
{
    const struct nb_crawl *crawl = schedule->crawl;
    bool soon = nb_paces_next_ms(&schedule->paces) <= now_ms + WAIT_MOST_MS;
    return crawl->once && (!soon || nb_clock_is_settable(crawl->clock));
}

/* The first time at which there may be something to do. */
static int64_t wait_until_ms(const struct schedule *schedule)
{
    const struct nb_heap_item *top = nb_heap_top(&schedule->due);
    int64_t turn_ms = nb_paces_next_ms(&schedule->paces);
    if (schedule->live_n >= schedule->live_max) {
        return INT64_MAX;
    }
    return top && top->key < turn_ms ? top->key : turn_ms;
}

static enum nb_err begin(struct schedule *schedule, struct nb_error *error)
{
    struct nb_crawl *crawl = schedule->crawl;
    struct nb_txn *txn;
    enum nb_err err = NB_OK;
    (void)is_stepped(schedule, nb_clock_now_ms(crawl->clock));
    if (!schedule->arena) {
        return NB_ENOMEM;
    }
    err = nb_read_begin(crawl->store, &txn, error);
    if (err == NB_OK) {
        err =
            nb_paces_load(&schedule->paces, txn, nb_config_int(crawl->config, NB_CFG_ROBOTS) != 0);
        nb_read_end(txn);
    }
    if (err == NB_OK) {
        err =
            nb_crawl_resume(crawl, &schedule->paces, schedule->last_ms, schedule->live_max, error);
    }
    return err == NB_OK ? fill(schedule, error) : err;
}

static enum nb_err one_round(struct schedule *schedule, int64_t now_ms, struct nb_error *error)
{
    bool stepped = is_stepped(schedule, now_ms);
    enum nb_err err = take_done(schedule);
    if (now_ms - schedule->swept_ms >= NB_HOUR_MS || now_ms < schedule->swept_ms) {
        nb_paces_sweep(&schedule->paces, now_ms);
        schedule->swept_ms = now_ms;
    }
    if (err == NB_OK) {
        err = take_fresh(schedule, error);
    }
    if (err == NB_OK && stepped) {
        err = fill(schedule, error);
    }
    if (err == NB_OK && now_ms > 0) {
        err = dispatch_due(schedule, now_ms, error);
    }
    return err;
}

static void run(struct schedule *schedule)
{
    struct nb_crawl *crawl = schedule->crawl;
    struct nb_error error = {0};
    enum nb_err err = begin(schedule, &error);
    while (err == NB_OK && !atomic_load(&crawl->stopping)) {
        uint32_t seen = nb_clock_seen(crawl->clock);
        int64_t now_ms = nb_clock_now_ms(crawl->clock);
        err = one_round(schedule, now_ms, &error);
        if (err == NB_OK && is_settled(schedule, now_ms)) {
            nb_counter_set(NB_CTR_SETTLED_MS, now_ms);
            if (is_done(schedule, now_ms)) {
                nb_crawl_done(crawl);
                return;
            }
        }
        if (err == NB_OK && !atomic_load(&crawl->stopping)) {
            nb_clock_wait(crawl->clock, seen, wait_until_ms(schedule), WAIT_MOST_MS);
        }
    }
    if (err != NB_OK) {
        if (error.code == NB_OK) {
            (void)nb_error_set(&error, err, "the scheduler: %s", nb_strerror(err));
        }
        nb_crawl_fail(crawl, &error);
    }
}

void nb_crawl_schedule(void *arg)
{
    struct nb_crawl *crawl = arg;
    struct schedule schedule = {
        .crawl = crawl,
        .live_max = (size_t)nb_config_int(crawl->config, NB_CFG_IN_FLIGHT),
        .arena = nb_arena_new(STATE_ARENA_BYTES),
    };
    run(&schedule);
    nb_arena_free(schedule.arena);
    nb_heap_fini(&schedule.due);
    nb_paces_fini(&schedule.paces);
    nb_wishes_fini(&schedule.wishes);
    nb_free(schedule.busy);
}
