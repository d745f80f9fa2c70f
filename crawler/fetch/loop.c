#include "crawler/fetch/loop.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/hash.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/robots.h>
#include <nabiz/url.h>
#include <nabiz/version.h>

enum { IDLE_WAIT_MS = 60000, BACKLOG_WAIT_MS = 10, CONNECTIONS_KEPT = 256 };

/* Hand on answered polls while the parsers take them. @return false when they are behind. */
static bool flush_backlog(struct nb_fetch_loop *loop)
{
    while (loop->backlog.first) {
        struct nb_poll *rest = loop->backlog.first->next;
        enum nb_err err = nb_queue_try_push(loop->fetch->out, loop->backlog.first);
        if (err == NB_EFULL) {
            return false;
        }
        if (err != NB_OK) {
            nb_poll_free(loop->backlog.first); /* the crawl is stopping */
        }
        loop->backlog.first = rest;
        if (!rest) {
            loop->backlog.last = NULL;
        }
    }
    return true;
}

/* @return false when it takes nothing any more */
static bool send_to(struct nb_fetch_loop *loop, struct nb_poll *poll)
{
    pthread_mutex_lock(&loop->mu);
    bool taken = !loop->closed;
    if (taken) {
        nb_poll_list_add(&loop->inbox, poll);
    }
    pthread_mutex_unlock(&loop->mu);
    if (taken) {
        (void)curl_multi_wakeup(loop->multi);
    }
    return taken;
}

/* A poll is over; what came of a request for robots.txt goes to the loop that needs it. */
static void answer(struct nb_fetch_loop *loop, struct nb_poll *poll, const char *failure)
{
    if (failure) {
        poll->failure = failure;
    }
    if (!poll->rules) {
        nb_poll_list_add(&loop->backlog, poll);
        return;
    }
    poll->is_answered = true;
    if (!send_to(poll->home, poll)) {
        nb_poll_free(poll);
    }
}

static void take_rules(struct nb_fetch_loop *loop, struct nb_poll *robots)
{
    struct nb_poll_list waiting;
    struct nb_poll *poll;
    nb_rules_take(loop, robots, &waiting);
    if (nb_fetch_host_put_back(loop, &waiting) != NB_OK) {
        while ((poll = nb_poll_list_take(&waiting)) != NULL) {
            answer(loop, poll, "out of memory");
        }
    }
}

static void take_inbox(struct nb_fetch_loop *loop)
{
    pthread_mutex_lock(&loop->mu);
    struct nb_poll_list taken = loop->inbox;
    loop->inbox = (struct nb_poll_list){0};
    pthread_mutex_unlock(&loop->mu);
    struct nb_poll *poll;
    while ((poll = nb_poll_list_take(&taken)) != NULL) {
        if (poll->is_answered) {
            take_rules(loop, poll);
        } else if (poll->host.len == 0) {
            answer(loop, poll, "the URL cannot be asked");
        } else if (nb_fetch_host_add(loop, poll) != NB_OK) {
            answer(loop, poll, "out of memory");
        }
    }
}

static void host_is_free(struct nb_fetch_loop *loop, struct nb_fetch_host *host, int64_t pause_ms)
{
    if (nb_fetch_host_ready_at(loop, host, nb_mono_ms() + pause_ms) == NB_OK) {
        return;
    }
    /* without a place in the heap it would never come up again */
    struct nb_poll *poll;
    while ((poll = nb_poll_list_take(&host->waiting)) != NULL) {
        answer(loop, poll, "out of memory");
    }
    nb_fetch_host_forget(loop, host);
}

static void start(struct nb_fetch_loop *loop, struct nb_fetch_host *host, struct nb_poll *poll)
{
    if (nb_fetch_transfer_start(loop, host, poll) != NB_OK) {
        answer(loop, poll, "out of memory");
        host_is_free(loop, host, loop->fetch->settings.host_gap_ms);
    }
}

/* Ask a host for its next poll, or for the robots.txt that this needs, or answer it unasked. */
static void start_next(struct nb_fetch_loop *loop, struct nb_fetch_host *host)
{
    struct nb_poll *poll = nb_poll_list_take(&host->waiting);
    struct nb_poll *robots = NULL;
    enum nb_ruling ruling = NB_RULING_ASK;
    if (loop->fetch->settings.obey_robots && !poll->rules) {
        ruling = nb_rules_judge(loop, host, poll, &robots);
    }
    switch (ruling) {
    case NB_RULING_ASK:
        start(loop, host, poll);
        break;
    case NB_RULING_ROBOTS:
        start(loop, host, robots);
        break;
    case NB_RULING_ANSWER:
        answer(loop, poll, NULL);
        host_is_free(loop, host, 0);
        break;
    case NB_RULING_WAIT:
        host_is_free(loop, host, 0);
        break;
    }
}

static void start_ready(struct nb_fetch_loop *loop)
{
    struct nb_fetch_host *host;
    while ((host = nb_fetch_host_next(loop, nb_mono_ms())) != NULL) {
        start_next(loop, host);
    }
}

static void finish_done(struct nb_fetch_loop *loop)
{
    CURLMsg *message;
    int left = 0;
    while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        CURLcode code = message->data.result;
        struct nb_fetch_transfer *transfer = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        struct nb_poll *poll = transfer->poll;
        struct nb_fetch_host *host = transfer->host;
        if (!poll->rules) {
            nb_rules_asked(loop, host, poll); /* before a redirect gives it another URL */
        }
        bool goes_on = nb_fetch_transfer_finish(transfer, code);
        nb_fetch_transfer_end(loop, transfer);
        host_is_free(loop, host, loop->fetch->settings.host_gap_ms);
        if (goes_on) {
            nb_fetch_prepare(poll);
            nb_fetch_submit(loop->fetch, poll);
        } else {
            answer(loop, poll, NULL);
        }
    }
}

static int wait_ms(struct nb_fetch_loop *loop, bool behind)
{
    if (behind) {
        return BACKLOG_WAIT_MS;
    }
    int64_t ms = nb_fetch_host_wait_ms(loop, nb_mono_ms());
    return ms < 0 || ms > IDLE_WAIT_MS ? IDLE_WAIT_MS : (int)ms;
}

static void run(void *arg)
{
    struct nb_fetch_loop *loop = arg;
    while (!atomic_load(&loop->fetch->stopping)) {
        int running = 0;
        take_inbox(loop);
        bool behind = !flush_backlog(loop);
        if (!behind) {
            start_ready(loop);
        }
        (void)curl_multi_perform(loop->multi, &running);
        finish_done(loop);
        behind = !flush_backlog(loop);
        (void)curl_multi_poll(loop->multi, NULL, 0, wait_ms(loop, behind), NULL);
    }
    nb_pack_thread_end();
}

static void loop_fini(struct nb_fetch_loop *loop)
{
    pthread_mutex_lock(&loop->mu);
    loop->closed = true;
    struct nb_poll *left = loop->inbox.first;
    loop->inbox = (struct nb_poll_list){0};
    pthread_mutex_unlock(&loop->mu);
    nb_poll_free_all(left);
    nb_poll_free_all(loop->backlog.first);
    nb_fetch_transfers_free(loop);
    nb_fetch_hosts_free(loop);
    nb_rules_free(loop);
    if (loop->multi) {
        (void)curl_multi_cleanup(loop->multi);
    }
    if (loop->share) {
        (void)curl_share_cleanup(loop->share);
    }
    pthread_mutex_destroy(&loop->mu);
}

static enum nb_err loop_init(struct nb_fetch_loop *loop, struct nb_fetch *fetch)
{
    loop->fetch = fetch;
    (void)pthread_mutex_init(&loop->mu, NULL);
    loop->multi = curl_multi_init();
    loop->share = curl_share_init();
    if (!loop->multi || !loop->share) {
        return NB_ENOMEM;
    }
    (void)curl_share_setopt(loop->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    (void)curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return NB_OK;
}

static enum nb_err read_settings(const struct nb_config *config, struct nb_fetch_settings *out)
{
    const char *agent = nb_config_str(config, NB_CFG_USER_AGENT);
    const char *contact = nb_config_str(config, NB_CFG_CONTACT);
    const char *connect_to = nb_config_str(config, NB_CFG_CONNECT_TO);
    if (agent[0]) {
        (void)snprintf(out->user_agent, sizeof(out->user_agent), "%s", agent);
    } else if (contact[0]) {
        (void)snprintf(out->user_agent, sizeof(out->user_agent), "nabiz/%s (+%s)", nb_version(),
                       contact);
    } else {
        (void)snprintf(out->user_agent, sizeof(out->user_agent), "nabiz/%s", nb_version());
    }
    out->allow_private = nb_config_int(config, NB_CFG_ALLOW_PRIVATE) != 0;
    out->timeout_ms = (long)nb_config_int(config, NB_CFG_TIMEOUT) * 1000;
    out->host_gap_ms = nb_config_int(config, NB_CFG_HOST_GAP);
    out->body_bytes = (size_t)nb_config_int(config, NB_CFG_BODY_MAX);
    out->obey_robots = nb_config_int(config, NB_CFG_ROBOTS) != 0;
    out->delay_max_ms = nb_config_int(config, NB_CFG_DELAY_MAX) * 1000;
    if (connect_to[0]) {
        char rule[300];
        (void)snprintf(rule, sizeof(rule), "::%s", connect_to);
        out->connect_to = curl_slist_append(NULL, rule);
        return out->connect_to ? NB_OK : NB_ENOMEM;
    }
    return NB_OK;
}

static enum nb_err start_loops(struct nb_fetch *fetch)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < fetch->loops_n; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "fetch-%zu", i);
        err = nb_thread_start(&fetch->loops[i].thread, name, run, &fetch->loops[i]);
    }
    return err;
}

enum nb_err nb_fetch_start(const struct nb_config *config, const struct nb_clock *clock,
                           struct nb_store *crawl, int64_t not_before_ms,
                           struct nb_queue *out_queue, struct nb_fetch **out,
                           struct nb_error *error)
{
    *out = NULL;
    struct nb_fetch *fetch = nb_calloc(1, sizeof(*fetch));
    if (!fetch) {
        return nb_error_set(error, NB_ENOMEM, "cannot start fetching: out of memory");
    }
    fetch->clock = clock;
    fetch->store = crawl;
    fetch->not_before_ms = not_before_ms;
    fetch->out = out_queue;
    fetch->started_mono_ms = nb_mono_ms();
    size_t n = (size_t)nb_config_int(config, NB_CFG_LOOPS);
    fetch->loops = nb_calloc(n, sizeof(*fetch->loops));
    enum nb_err err = fetch->loops ? read_settings(config, &fetch->settings) : NB_ENOMEM;
    while (err == NB_OK && fetch->loops_n < n) {
        err = loop_init(&fetch->loops[fetch->loops_n++], fetch);
    }
    if (err == NB_OK) {
        err = start_loops(fetch);
    }
    if (err != NB_OK) {
        nb_fetch_stop(fetch);
        return nb_error_set(error, err, "cannot start fetching: %s", nb_strerror(err));
    }
    *out = fetch;
    return NB_OK;
}

void nb_fetch_prepare(struct nb_poll *poll)
{
    struct nb_url url;
    poll->host = (struct nb_slice){NULL, 0};
    if (nb_url_parse(nb_slice_str(poll->url), NULL, poll->arena, &url) != NB_OK ||
        !nb_url_is_http(&url)) {
        return;
    }
    char *href = nb_arena_strdup(poll->arena, url.href); /* as our parser reads it, not curl's */
    char *origin =
        nb_arena_printf(poll->arena, "%.*s://%.*s", NB_ARG(url.scheme), NB_ARG(url.host));
    if (origin && url.port >= 0) {
        origin = nb_arena_printf(poll->arena, "%s:%d", origin, url.port);
    }
    if (href && origin) {
        poll->url = href;
        poll->host = url.host;
        poll->origin = nb_slice_str(origin);
        poll->path = nb_robots_path(&url);
    }
}

void nb_fetch_submit(struct nb_fetch *fetch, struct nb_poll *poll)
{
    struct nb_fetch_loop *loop = &fetch->loops[nb_hash64(poll->host) % fetch->loops_n];
    if (!send_to(loop, poll)) {
        nb_poll_free(poll);
    }
}

void nb_fetch_stop(struct nb_fetch *fetch)
{
    if (!fetch) {
        return;
    }
    atomic_store(&fetch->stopping, true);
    for (size_t i = 0; i < fetch->loops_n; i++) {
        if (fetch->loops[i].multi) {
            (void)curl_multi_wakeup(fetch->loops[i].multi);
        }
    }
    for (size_t i = 0; i < fetch->loops_n; i++) {
        nb_thread_join(&fetch->loops[i].thread);
    }
    for (size_t i = 0; i < fetch->loops_n; i++) {
        loop_fini(&fetch->loops[i]);
    }
    curl_slist_free_all(fetch->settings.connect_to);
    nb_free(fetch->loops);
    nb_free(fetch);
}
