/*
 * One loop: polls come in, wait for their host, are asked, and go out to the parsers.
 */
#include "crawler/fetch/loop.h"

#include <nabiz/clock.h>
#include <nabiz/date.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>

#include "crawler/schedule/lease.h"

enum {
    IDLE_WAIT_MS = 60000,
    CONNECTIONS_KEPT = 256,
    PAUSE_429_S = 300, /* of a host that asks for a pause and does not say how long */
    PAUSE_503_S = 60,
};

static bool push_backlog(struct nb_fetch_loop *loop)
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

/* Hand on answered polls while the parsers take them. @return false when they are behind. */
static bool flush_backlog(struct nb_fetch_loop *loop)
{
    bool done = push_backlog(loop);
    if (!done) { /* once more when nb_fetch_room() looks, for they may have made room just now */
        atomic_store(&loop->is_behind, true);
        done = push_backlog(loop);
    }
    if (done) {
        atomic_store(&loop->is_behind, false);
    }
    return done;
}

bool nb_fetch_loop_send(struct nb_fetch_loop *loop, struct nb_poll *poll)
{
    pthread_mutex_lock(&loop->mu);
    bool taken = !loop->closed;
    bool first = !loop->inbox.first; /* otherwise the loop was woken already */
    if (taken) {
        nb_poll_list_add(&loop->inbox, poll);
    }
    pthread_mutex_unlock(&loop->mu);
    if (taken && first) {
        nb_fetch_wake(loop);
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
    if (!nb_fetch_loop_send(poll->home, poll)) {
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
        answer(loop, poll, poll->failure ? NULL : "out of memory");
        host_is_free(loop, host, 0);
    }
}

/* A host that wants nothing now: the poll goes back to the scheduler, which waits for its turn. */
static void answer_closed(struct nb_fetch_loop *loop, const struct nb_fetch_host *host,
                          struct nb_poll *poll)
{
    if (poll->rules || poll->form) { /* these are nobody's to schedule */
        answer(loop, poll, "the host asks for a pause");
        return;
    }
    bool ok = nb_poll_closed(poll, poll->host, host->closed_ms) == NB_OK;
    poll->outcome = ok ? NB_POLL_DEFERRED : NB_POLL_ASKED;
    answer(loop, poll, ok ? NULL : "out of memory");
}

static bool is_closed(const struct nb_fetch_loop *loop, struct nb_fetch_host *host)
{
    if (host->closed_ms == 0) {
        return false;
    }
    int64_t now_ms = nb_clock_now_ms(loop->fetch->clock);
    if (host->closed_ms > now_ms + NB_DAY_MS) {
        host->closed_ms = now_ms + NB_DAY_MS; /* the clock was set back */
    }
    return now_ms < host->closed_ms;
}

/* Ask a host for its next poll, or for the robots.txt that this needs, or answer it unasked. */
static void start_next(struct nb_fetch_loop *loop, struct nb_fetch_host *host)
{
    struct nb_poll *poll = nb_poll_list_take(&host->waiting);
    struct nb_poll *robots = NULL;
    enum nb_ruling ruling = NB_RULING_ASK;
    if (is_closed(loop, host)) {
        answer_closed(loop, host, poll);
        host_is_free(loop, host, 0);
        return;
    }
    /* a hub is there to be asked, and robots.txt is about what is crawled */
    if (loop->fetch->settings.obey_robots && !poll->rules && !poll->form && !poll->is_ruled) {
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

/* The address was too busy: the poll comes first when its slot there has come. */
static void come_back(struct nb_fetch_loop *loop, struct nb_fetch_host *host, struct nb_poll *poll,
                      int64_t mono_ms)
{
    poll->requests_n--;
    poll->failure = NULL;
    poll->is_ruled = true;
    poll->next = host->waiting.first;
    host->waiting.first = poll;
    host->waiting.last = host->waiting.last ? host->waiting.last : poll;
    host->has_slot = true;
    host_is_free(loop, host, mono_ms - nb_mono_ms());
}

/* 429 and 503 are said by the host, whichever of its sources was asked (RFC 6585, 4). */
static void heed_pause(struct nb_fetch_loop *loop, struct nb_fetch_host *host, struct nb_poll *poll)
{
    if (poll->rules || poll->form || (poll->status != 429 && poll->status != 503)) {
        return;
    }
    int64_t now_ms = nb_clock_now_ms(loop->fetch->clock);
    int64_t wait_s = nb_poll_retry_after_s(poll, now_ms);
    if (poll->retry_after.len == 0) {
        wait_s = poll->status == 429 ? PAUSE_429_S : PAUSE_503_S;
    }
    if (wait_s > 0) {
        nb_fetch_host_close(host, now_ms + wait_s * 1000);
        nb_lease_close(poll->lease, host->closed_ms);
        if (nb_poll_closed(poll, poll->host, host->closed_ms) != NB_OK) {
            poll->failure = "out of memory";
        }
    }
}

static void finish(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer, CURLcode code)
{
    struct nb_poll *poll = transfer->poll;
    struct nb_fetch_host *host = transfer->host;
    int64_t wait_mono_ms = code == CURLE_OK ? 0 : transfer->wait_mono_ms;
    host->has_slot = false;
    if (!poll->rules) {
        nb_rules_asked(loop, host, poll); /* before a redirect gives it another URL */
    }
    bool goes_on = nb_fetch_transfer_finish(transfer, code);
    nb_fetch_transfer_end(loop, transfer);
    if (wait_mono_ms && poll->status == 0) {
        come_back(loop, host, poll, wait_mono_ms);
        return;
    }
    poll->is_ruled = false;
    heed_pause(loop, host, poll);
    host_is_free(loop, host, loop->fetch->settings.host_gap_ms);
    if (goes_on) {
        nb_fetch_prepare(poll);
        nb_fetch_submit(loop->fetch, poll);
    } else {
        answer(loop, poll, NULL);
    }
}

static void note_time(struct nb_fetch_loop *loop, const struct nb_fetch_transfer *transfer)
{
    curl_off_t took_us = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    nb_slow_note(&loop->fetch->slow, transfer->poll->host, took_us / 1000);
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
        note_time(loop, transfer);
        finish(loop, transfer, code);
    }
}

static int64_t wait_ms(struct nb_fetch_loop *loop, bool behind)
{
    int64_t ms = behind ? -1 : nb_fetch_host_wait_ms(loop, nb_mono_ms());
    return ms < 0 || ms > IDLE_WAIT_MS ? IDLE_WAIT_MS : ms;
}

void nb_fetch_loop_run(void *arg)
{
    struct nb_fetch_loop *loop = arg;
    while (!atomic_load(&loop->fetch->stopping)) {
        take_inbox(loop);
        if (atomic_exchange(&loop->has_room, false)) {
            nb_fetch_transfers_resume(loop);
        }
        bool is_short = nb_bytes_is_short(loop->fetch->bytes);
        if (flush_backlog(loop) && !is_short) {
            start_ready(loop);
        }
        nb_fetch_events_due(loop);
        finish_done(loop);
        bool is_behind = !flush_backlog(loop);
        nb_fetch_events_wait(loop, wait_ms(loop, is_behind || is_short));
        finish_done(loop);
    }
    nb_pack_thread_end();
}

enum nb_err nb_fetch_loop_init(struct nb_fetch_loop *loop, struct nb_fetch *fetch)
{
    loop->fetch = fetch;
    loop->epoll_fd = loop->wake_fd = -1;
    (void)pthread_mutex_init(&loop->mu, NULL);
    loop->multi = curl_multi_init();
    loop->sessions = nb_sessions_new(fetch->settings.sessions_bytes);
    if (!loop->multi || !loop->sessions) {
        return NB_ENOMEM;
    }
    (void)curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return nb_fetch_events_init(loop);
}

void nb_fetch_loop_fini(struct nb_fetch_loop *loop)
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
    nb_sessions_free(loop->sessions); /* after the connections, which put theirs back */
    nb_fetch_events_fini(loop);
    pthread_mutex_destroy(&loop->mu);
}
