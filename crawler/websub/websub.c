/*
 * What may happen comes in as events: polls that were stored, answers of hubs, the writer's word
 * that something is stored, a new list of sources. They, the times of the subscriptions and the
 * inbox are worked off by one thread, in this order. It parses pushes itself and hands them to the
 * writer in the order of the inbox, so that the cursor stored with each is right.
 */
#include "crawler/websub/websub_impl.h"

#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/url.h>

enum {
    HUB_BODY_BYTES = 64 << 10, /* of a hub's answer, which nobody reads */
    SCRATCH_BASE_BYTES = 4 << 20,
    SCRATCH_FACTOR = 8,
    WAIT_MOST_MS = 60000,
    COUNT_AGAIN_MS = 1000,
};

/* ---- under mu: subscriptions ---- */

bool nb_websub_is_listed(const struct nb_websub *websub, struct nb_id source)
{
    const struct nb_source_row *row = nb_sources_find(websub->sources, source);
    return row && !row->paused;
}

/* A feed names a hub: subscribe, unless that is done. Another hub or topic is another one. */
enum nb_err nb_websub_offer(struct nb_websub *websub, struct nb_id source, const char *hub,
                            const char *topic, int64_t now_ms, struct nb_poll **note)
{
    struct nb_sub *sub = nb_sub_find(&websub->subs, source);
    *note = NULL;
    if (sub && strcmp(sub->hub, hub) == 0 && strcmp(sub->topic, topic) == 0) {
        return NB_OK;
    }
    if (sub) { /* its pushes are answered with 410 from now on */
        enum nb_err err = nb_websub_note(websub, source, NB_WEBSUB_NOTE_BYTES, note);
        err = err == NB_OK ? nb_websub_put_removal(*note, sub) : err;
        if (err != NB_OK) {
            return err;
        }
        nb_sub_remove(&websub->subs, sub);
    }
    sub = nb_sub_new(source, nb_slice_str(hub), nb_slice_str(topic), now_ms);
    enum nb_err err = sub ? nb_sub_add(&websub->subs, sub) : NB_ENOMEM;
    if (err != NB_OK) {
        nb_sub_free(sub);
    }
    return err;
}

static enum nb_err take_event(struct nb_websub *websub, const struct event *event,
                              struct nb_poll **note)
{
    int64_t now_ms = nb_clock_now_ms(websub->crawl->clock);
    struct nb_sub *sub = nb_sub_find(&websub->subs, event->source);
    *note = NULL;
    if (!nb_websub_is_listed(websub, event->source)) {
        return NB_OK;
    }
    if (event->hub) {
        if (sub) {
            nb_sub_polled(sub, event->has_news, event->polled_ms);
        }
        return nb_websub_offer(websub, event->source, event->hub, event->topic, now_ms, note);
    }
    if (sub && sub->is_listed) { /* the feed has left its hub */
        nb_sub_list(sub, false, now_ms);
        return nb_sub_moved(&websub->subs, sub);
    }
    return NB_OK;
}

static enum nb_err take_events(struct nb_websub *websub)
{
    pthread_mutex_lock(&websub->mu);
    struct event *event = websub->first;
    websub->first = websub->last = NULL;
    pthread_mutex_unlock(&websub->mu);
    enum nb_err err = NB_OK;
    while (event) {
        struct event *next = event->next;
        struct nb_poll *note = NULL;
        pthread_mutex_lock(&websub->mu);
        enum nb_err one = err == NB_OK ? take_event(websub, event, &note) : NB_OK;
        pthread_mutex_unlock(&websub->mu);
        one = note ? nb_websub_send(websub, note, one) : one;
        err = err == NB_OK ? one : err;
        nb_free(event);
        event = next;
    }
    return err;
}

/* Sources came and went. */
static enum nb_err take_fresh(struct nb_websub *websub)
{
    enum nb_err err = NB_OK;
    int64_t now_ms = nb_clock_now_ms(websub->crawl->clock);
    pthread_mutex_lock(&websub->mu);
    struct nb_sources *fresh = websub->fresh;
    websub->fresh = NULL;
    if (fresh) {
        nb_sources_free(websub->sources);
        websub->sources = fresh;
        for (size_t i = 0; err == NB_OK && i < websub->subs.slots_n; i++) {
            struct nb_sub *sub = websub->subs.slots[i];
            bool listed = sub && nb_websub_is_listed(websub, sub->source);
            if (sub && sub->is_listed != listed) {
                nb_sub_list(sub, listed, now_ms);
                err = nb_sub_moved(&websub->subs, sub);
            }
        }
    }
    pthread_mutex_unlock(&websub->mu);
    return err;
}

/* What is due of one subscription; the note that says so, or NULL when nothing is. */
static enum nb_err take_due(struct nb_websub *websub, int64_t now_ms, bool *any,
                            struct nb_poll **note)
{
    enum nb_err err = NB_OK;
    *note = NULL;
    pthread_mutex_lock(&websub->mu);
    struct nb_sub *sub = nb_sub_next(&websub->subs, now_ms);
    *any = sub != NULL;
    if (sub) {
        enum nb_sub_action action = nb_sub_due(sub, now_ms);
        err = sub->is_asking && action == NB_SUB_WAIT
                  ? NB_OK
                  : nb_websub_note(websub, sub->source, NB_WEBSUB_NOTE_BYTES, note);
        if (err == NB_OK && action == NB_SUB_FORGET) {
            err = nb_websub_put_removal(*note, sub);
            nb_sub_remove(&websub->subs, sub);
        } else if (err == NB_OK && *note) {
            (*note)->asks = action == NB_SUB_ASK;
            err = nb_websub_put(*note, sub);
            err = err == NB_OK ? nb_sub_moved(&websub->subs, sub) : err;
        }
    }
    pthread_mutex_unlock(&websub->mu);
    return err;
}

static enum nb_err do_due(struct nb_websub *websub)
{
    int64_t now_ms = nb_clock_now_ms(websub->crawl->clock);
    enum nb_err err = NB_OK;
    for (bool any = true; any && err == NB_OK && !atomic_load(&websub->stopping);) {
        struct nb_poll *note;
        err = take_due(websub, now_ms, &any, &note);
        err = note ? nb_websub_send(websub, note, err) : err;
    }
    return err;
}

/* ---- hubs ---- */

struct nb_sub *nb_websub_find(struct nb_websub *websub, struct nb_id source, const char *token)
{
    struct nb_sub *sub = nb_sub_find(&websub->subs, source);
    return sub && token && strcmp(sub->token, token) == 0 ? sub : NULL;
}

/* The request that is due may be sent: that it is due is stored. */
static enum nb_err ask_hub(struct nb_websub *websub, const struct nb_poll *note)
{
    struct nb_poll *poll = nb_poll_new(NB_WEBSUB_NOTE_BYTES * 4, HUB_BODY_BYTES);
    if (!poll) {
        return NB_ENOMEM;
    }
    pthread_mutex_lock(&websub->mu);
    const struct nb_sub *sub = nb_websub_find(websub, note->source, note->token);
    if (sub) {
        poll->url = nb_arena_strdup(poll->arena, nb_slice_str(sub->hub));
        poll->token = nb_arena_strdup(poll->arena, nb_slice_str(sub->token));
        poll->form = nb_sub_form(sub, websub->callback, websub->lease_s, poll->arena);
    }
    pthread_mutex_unlock(&websub->mu);
    poll->is_websub = true;
    poll->source = note->source;
    poll->source_url = poll->url;
    poll->now_ms = nb_clock_now_ms(websub->crawl->clock);
    poll->state = nb_source_new(poll->arena);
    if (!sub || !poll->url || !poll->token || !poll->form || !poll->state) {
        nb_poll_free(poll);
        return sub ? NB_ENOMEM : NB_OK;
    }
    nb_fetch_prepare(poll);
    nb_fetch_submit(websub->crawl->fetch, poll);
    return NB_OK;
}

static enum nb_err take_stored(struct nb_websub *websub)
{
    enum nb_err err = NB_OK;
    for (;;) {
        pthread_mutex_lock(&websub->mu);
        struct nb_poll *note = nb_poll_list_take(&websub->stored);
        pthread_mutex_unlock(&websub->mu);
        if (!note) {
            return err;
        }
        if (err == NB_OK && note->asks) {
            err = ask_hub(websub, note);
        }
        nb_poll_free(note);
    }
}

/* @return NULL when the hub took it */
static const char *refusal(struct nb_poll *poll)
{
    if (poll->failure) {
        return poll->failure;
    }
    if (poll->status >= 200 && poll->status <= 299) {
        return NULL;
    }
    const char *why =
        nb_arena_printf(poll->arena, "the hub answered HTTP status %ld", poll->status);
    return why ? why : "the hub said no";
}

static enum nb_err take_answer(struct nb_websub *websub, struct nb_poll *poll,
                               struct nb_poll **note)
{
    enum nb_err err = NB_OK;
    int64_t now_ms = nb_clock_now_ms(websub->crawl->clock);
    const char *why = refusal(poll);
    *note = NULL;
    pthread_mutex_lock(&websub->mu);
    struct nb_sub *sub = nb_websub_find(websub, poll->source, poll->token);
    if (sub) {
        nb_sub_answered(sub, why, nb_poll_retry_after_s(poll, now_ms), now_ms);
        err = nb_websub_note(websub, sub->source, NB_WEBSUB_NOTE_BYTES, note);
        err = err == NB_OK ? nb_websub_put(*note, sub) : err;
        err = err == NB_OK ? nb_sub_moved(&websub->subs, sub) : err;
    }
    pthread_mutex_unlock(&websub->mu);
    if (sub && why) {
        nb_diag(NB_WARN, "websub", "a hub does not take a request", nb_kv_str("hub", poll->url),
                nb_kv_str("why", why));
    }
    return err;
}

static enum nb_err take_answers(struct nb_websub *websub)
{
    enum nb_err err = NB_OK;
    for (;;) {
        pthread_mutex_lock(&websub->mu);
        struct nb_poll *poll = nb_poll_list_take(&websub->answered);
        pthread_mutex_unlock(&websub->mu);
        if (!poll) {
            return err;
        }
        struct nb_poll *note = NULL;
        if (err == NB_OK) {
            err = take_answer(websub, poll, &note);
            err = note ? nb_websub_send(websub, note, err) : err;
        }
        nb_poll_free(poll);
    }
}

/* ---- the thread ---- */

static void count_active(struct nb_websub *websub)
{
    int64_t n = 0;
    int64_t now_ms = nb_clock_now_ms(websub->crawl->clock);
    if (nb_mono_ms() < websub->counted_mono_ms + COUNT_AGAIN_MS) {
        return;
    }
    websub->counted_mono_ms = nb_mono_ms();
    for (size_t i = 0; i < websub->subs.slots_n; i++) {
        n += websub->subs.slots[i] && nb_sub_is_relied_on(websub->subs.slots[i], now_ms);
    }
    nb_counter_set(NB_CTR_SUBSCRIPTIONS, n);
}

static enum nb_err one_round(struct nb_websub *websub, bool *more)
{
    enum nb_err err = take_fresh(websub);
    err = err == NB_OK ? take_events(websub) : err;
    err = err == NB_OK ? take_stored(websub) : err;
    err = err == NB_OK ? take_answers(websub) : err;
    err = err == NB_OK ? do_due(websub) : err;
    return err == NB_OK ? nb_websub_read_inbox(websub, more) : err;
}

static void run(void *arg)
{
    struct nb_websub *websub = arg;
    struct nb_clock *clock = websub->crawl->clock;
    enum nb_err err = NB_OK;
    while (err == NB_OK && !atomic_load(&websub->stopping)) {
        uint32_t seen = nb_clock_seen(clock);
        bool more = false;
        err = one_round(websub, &more);
        pthread_mutex_lock(&websub->mu);
        count_active(websub);
        int64_t until_ms = nb_sub_next_ms(&websub->subs);
        pthread_mutex_unlock(&websub->mu);
        if (err == NB_OK && !more && !atomic_load(&websub->stopping)) {
            nb_clock_wait(clock, seen, until_ms, WAIT_MOST_MS);
        }
    }
    if (err != NB_OK) {
        struct nb_error error = {0};
        (void)nb_error_set(&error, err, "WebSub: %s", nb_strerror(err));
        nb_crawl_fail(websub->crawl, &error);
    }
    nb_pack_thread_end();
}

/* ---- start and stop ---- */

static enum nb_err check_callback(struct nb_websub *websub, struct nb_error *error)
{
    struct nb_url url;
    struct nb_arena *arena = nb_arena_new(64 << 10);
    enum nb_err err = arena ? nb_url_parse(websub->callback, NULL, arena, &url) : NB_ENOMEM;
    bool ok = err == NB_OK && nb_url_is_http(&url) && !url.query.p && !url.fragment.p;
    nb_arena_free(arena);
    return ok ? NB_OK
              : nb_error_set(error, NB_EINVAL,
                             "websub.callback: \"%.*s\" is no public address; write "
                             "https://HOST/websub",
                             NB_ARG(websub->callback));
}

enum nb_err nb_websub_start(struct nb_crawl *crawl, struct nb_websub **out, struct nb_error *error)
{
    struct nb_slice callback = nb_slice_str(nb_config_str(crawl->config, NB_CFG_WEBSUB_CALLBACK));
    uint64_t cursor = 0;
    *out = NULL;
    if (callback.len == 0) {
        return NB_OK;
    }
    struct nb_websub *websub = nb_calloc(1, sizeof(*websub));
    if (!websub) {
        return NB_ENOMEM;
    }
    callback.len -= callback.p[callback.len - 1] == '/';
    websub->crawl = crawl;
    websub->callback = callback;
    websub->lease_s = nb_config_int(crawl->config, NB_CFG_WEBSUB_LEASE);
    websub->sources = nb_sources_share(crawl->sources);
    (void)pthread_mutex_init(&websub->mu, NULL);
    websub->scratch = nb_arena_new(crawl->body_bytes * SCRATCH_FACTOR + SCRATCH_BASE_BYTES);
    enum nb_err err = websub->scratch ? check_callback(websub, error) : NB_ENOMEM;
    err = err == NB_OK ? nb_websub_load(websub, &cursor, error) : err;
    err = err == NB_OK ? nb_inbox_open(nb_config_str(crawl->config, NB_CFG_DATA_DIR), cursor,
                                       crawl->clock, &websub->inbox, error)
                       : err;
    *out = websub; /* before the thread sends anything that comes back through it */
    err = err == NB_OK ? nb_thread_start(&websub->thread, "websub", run, websub) : err;
    if (err != NB_OK) {
        *out = NULL;
        nb_inbox_stop(websub->inbox);
        nb_websub_free(websub);
        return err;
    }
    return NB_OK;
}

void nb_websub_stop(struct nb_websub *websub)
{
    if (websub) {
        atomic_store(&websub->stopping, true);
        nb_clock_wake(websub->crawl->clock);
        nb_thread_join(&websub->thread);
        nb_inbox_stop(websub->inbox);
    }
}

void nb_websub_free(struct nb_websub *websub)
{
    if (!websub) {
        return;
    }
    nb_inbox_close(websub->inbox);
    nb_sub_table_fini(&websub->subs);
    while (websub->first) {
        struct event *next = websub->first->next;
        nb_free(websub->first);
        websub->first = next;
    }
    nb_poll_free_all(websub->answered.first);
    nb_poll_free_all(websub->stored.first);
    nb_sources_free(websub->fresh);
    nb_sources_free(websub->sources);
    nb_arena_free(websub->scratch);
    pthread_mutex_destroy(&websub->mu);
    nb_free(websub);
}

/* ---- from other threads ---- */

void nb_websub_reload(struct nb_websub *websub, struct nb_sources *sources)
{
    if (!websub) {
        nb_sources_free(sources);
        return;
    }
    pthread_mutex_lock(&websub->mu);
    nb_sources_free(websub->fresh);
    websub->fresh = sources;
    pthread_mutex_unlock(&websub->mu);
    nb_clock_wake(websub->crawl->clock);
}

/* Only what may matter becomes an event: most feeds have no hub. */
void nb_websub_polled(struct nb_websub *websub, const struct nb_poll *poll)
{
    if (!websub || poll->outcome != NB_POLL_ASKED || poll->failed) {
        return;
    }
    struct nb_slice hub = nb_field(poll->state->hub);
    struct nb_slice topic = nb_field(poll->state->topic);
    pthread_mutex_lock(&websub->mu);
    bool matters = (hub.len && topic.len) || nb_sub_find(&websub->subs, poll->source);
    pthread_mutex_unlock(&websub->mu);
    struct event *event = matters ? nb_calloc(1, sizeof(*event) + hub.len + topic.len + 2) : NULL;
    if (!event) {
        return; /* the next poll says the same */
    }
    event->source = poll->source;
    event->has_news = poll->new_n > 0;
    event->polled_ms = poll->now_ms;
    if (hub.len && topic.len) {
        event->hub = (char *)(event + 1);
        event->topic = event->hub + hub.len + 1;
        memcpy(event->hub, hub.p, hub.len);
        memcpy(event->topic, topic.p, topic.len);
    }
    pthread_mutex_lock(&websub->mu);
    *(websub->last ? &websub->last->next : &websub->first) = event;
    websub->last = event;
    pthread_mutex_unlock(&websub->mu);
    nb_clock_wake(websub->crawl->clock);
}

static void hand_over(struct nb_websub *websub, struct nb_poll_list *list, struct nb_poll *poll)
{
    if (!websub) {
        nb_poll_free(poll);
        return;
    }
    pthread_mutex_lock(&websub->mu);
    nb_poll_list_add(list, poll);
    pthread_mutex_unlock(&websub->mu);
    nb_clock_wake(websub->crawl->clock);
}

void nb_websub_answered(struct nb_websub *websub, struct nb_poll *poll)
{
    hand_over(websub, websub ? &websub->answered : NULL, poll);
}

void nb_websub_stored(struct nb_websub *websub, struct nb_poll *poll)
{
    hand_over(websub, websub ? &websub->stored : NULL, poll);
}

bool nb_websub_is_relied_on(struct nb_websub *websub, struct nb_id source, int64_t now_ms)
{
    if (!websub) {
        return false;
    }
    pthread_mutex_lock(&websub->mu);
    const struct nb_sub *sub = nb_sub_find(&websub->subs, source);
    bool is = sub && nb_sub_is_relied_on(sub, now_ms);
    pthread_mutex_unlock(&websub->mu);
    return is;
}
