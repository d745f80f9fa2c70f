/*
 * One thread sends: it does the errands, reads from the outbox what is new, starts what may be sent
 * now, and waits for sockets, for a file in the errands, for the time the next message is due, or
 * to be woken. A settable clock moves without waking anybody here, so it is looked at forty times
 * a second.
 */
#include "service/deliver/deliver_impl.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>

enum {
    WAIT_MOST_MS = 60000,
    WAIT_PLAYED_MS = 25,
    GRACE_MS = 1000, /* for what is under way, when stopping */
    FORGET_EACH_MS = 600000,
    FORGET_MOST = 1000,
    LOOK_ARENA_BYTES = 16 << 20
};

/* ---- the outbox ---- */

static enum nb_err read_new(struct nb_deliver *deliver, struct nb_arena *arena,
                            struct nb_error *error)
{
    struct nb_txn *txn;
    uint64_t number = deliver->queue.last;
    enum nb_err err = nb_read_begin(deliver->desk, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    do {
        struct nb_delivery *delivery = NULL;
        nb_arena_reset(arena);
        err = nb_outbox_next(txn, number, arena, &number, &delivery);
        err = err == NB_OK ? nb_queued_add(&deliver->queue, number, delivery) : err;
    } while (err == NB_OK);
    nb_read_end(txn);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static void take_new(struct nb_deliver *deliver)
{
    struct nb_error error = {0};
    struct nb_arena *arena = nb_arena_new(LOOK_ARENA_BYTES);
    enum nb_err err = arena ? read_new(deliver, arena, &error) : NB_ENOMEM;
    nb_arena_free(arena);
    if (err != NB_OK && !deliver->complained) {
        nb_diag(NB_ERROR, "deliver", "the outbox could not be read; it is tried again",
                nb_kv_str("err", error.text[0] ? error.text : nb_strerror(err)));
    }
    deliver->complained = err != NB_OK;
    if (err != NB_OK) {
        atomic_store(&deliver->is_woken, true);
    }
}

struct forgetting {
    int64_t before_ms;
    struct nb_arena *arena;
    size_t n;
};

static enum nb_err forget_some(struct nb_txn *txn, void *arg)
{
    struct forgetting *f = arg;
    return nb_outbox_forget(txn, f->before_ms, FORGET_MOST, f->arena, &f->n);
}

static void forget_old(struct nb_deliver *deliver)
{
    struct nb_error error = {0};
    if (nb_mono_ms() < deliver->forget_mono_ms) {
        return;
    }
    int64_t age_ms = nb_config_int(deliver->config, NB_CFG_DELIVER_LOG_AGE) * 1000;
    int64_t alert_ms = nb_config_int(deliver->config, NB_CFG_DELIVER_ALERT_AGE) * 1000;
    age_ms = age_ms > alert_ms ? age_ms : alert_ms; /* or one sent might be sent again */
    struct forgetting f = {.before_ms = nb_clock_now_ms(deliver->clock) - age_ms,
                           .arena = nb_arena_new(LOOK_ARENA_BYTES)};
    enum nb_err err = f.arena ? nb_store_write(deliver->desk, forget_some, &f, &error) : NB_ENOMEM;
    if (err != NB_OK) {
        nb_diag(NB_WARN, "deliver", "old records were not forgotten", nb_kv_err(&error));
    }
    nb_arena_free(f.arena);
    deliver->forget_mono_ms = nb_mono_ms() + (f.n == FORGET_MOST ? 0 : FORGET_EACH_MS);
}

/* ---- sending ---- */

/* @return when there is more to do, by the wall clock; INT64_MAX: not by itself */
static int64_t start_due(struct nb_deliver *deliver)
{
    size_t most = (size_t)nb_config_int(deliver->config, NB_CFG_DELIVER_IN_FLIGHT);
    int64_t wake_ms = INT64_MAX;
    uint64_t number = 0;
    while (deliver->active_n < most) {
        enum nb_err err =
            nb_queued_pick(&deliver->queue, nb_clock_now_ms(deliver->clock), &number, &wake_ms);
        if (err != NB_OK) {
            break;
        }
        if (!nb_send_start(deliver, number)) {
            break;
        }
    }
    nb_counter_set(NB_CTR_OUTBOX, (int64_t)deliver->queue.n);
    return wake_ms;
}

static void finish_ended(struct nb_deliver *deliver)
{
    int running = 0;
    int left = 0;
    (void)curl_multi_perform(deliver->multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(deliver->multi, &left)) != NULL;) {
        struct nb_send *send = NULL;
        CURLcode code = message->data.result;
        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&send) == CURLE_OK) {
            nb_send_finish(deliver, send, code);
        }
    }
}

static void wait_for_more(struct nb_deliver *deliver, int64_t wake_ms)
{
    char events[4096];
    struct curl_waitfd watch = {.fd = deliver->watch_fd, .events = CURL_WAIT_POLLIN};
    bool is_played = nb_clock_is_settable(deliver->clock);
    int64_t wait_ms =
        wake_ms == INT64_MAX ? WAIT_MOST_MS : wake_ms - nb_clock_now_ms(deliver->clock);
    wait_ms = wait_ms > WAIT_MOST_MS ? WAIT_MOST_MS : wait_ms;
    wait_ms = is_played && wait_ms > WAIT_PLAYED_MS ? WAIT_PLAYED_MS : wait_ms;
    (void)curl_multi_poll(deliver->multi, &watch, deliver->watch_fd >= 0 ? 1 : 0,
                          wait_ms > 0 ? (int)wait_ms : 0, NULL);
    if (watch.revents) {
        (void)!read(deliver->watch_fd, events, sizeof(events));
        atomic_store(&deliver->is_woken, true);
    }
}

static void drain(struct nb_deliver *deliver)
{
    int64_t until = nb_mono_ms() + GRACE_MS;
    while (deliver->active && nb_mono_ms() < until) {
        (void)curl_multi_poll(deliver->multi, NULL, 0, WAIT_PLAYED_MS, NULL);
        finish_ended(deliver);
    }
    while (deliver->active) {
        struct nb_send *next = deliver->active->next;
        nb_send_drop(deliver, deliver->active);
        deliver->active = next;
    }
}

static void run(void *arg)
{
    struct nb_deliver *deliver = arg;
    while (!atomic_load(&deliver->stopping)) {
        bool is_time = nb_mono_ms() >= deliver->look_mono_ms;
        if (atomic_exchange(&deliver->is_woken, false) || is_time) {
            deliver->look_mono_ms = nb_mono_ms() + WAIT_MOST_MS;
            if (nb_deliver_errands(deliver)) {
                nb_queued_forget(&deliver->queue);
            }
            take_new(deliver);
        }
        forget_old(deliver);
        int64_t wake_ms = start_due(deliver);
        finish_ended(deliver);
        if (!atomic_load(&deliver->stopping)) {
            wait_for_more(deliver, wake_ms);
        }
    }
    drain(deliver);
}

/* ---- public ---- */

static enum nb_err load_recipients(const struct nb_config *config, struct nb_recipients **out,
                                   struct nb_error *error)
{
    const char *path = nb_config_str(config, NB_CFG_RECIPIENTS);
    bool allow_private = nb_config_int(config, NB_CFG_DELIVER_PRIVATE) != 0;
    enum nb_err err = nb_recipients_load(path, allow_private, out, error);
    if (err == NB_ENOTFOUND && access(path, F_OK) != 0) {
        nb_diag(NB_INFO, "deliver", "there are no recipients: nobody is sent anything",
                nb_kv_str("file", path));
        return NB_OK;
    }
    struct nb_error missing = {0};
    if (err == NB_OK && nb_recipients_check(*out, config, &missing) != NB_OK) {
        nb_diag(NB_ERROR, "deliver", "mail cannot be sent", nb_kv_err(&missing));
    }
    return err;
}

/* Without it, errands are found when they are looked for, once a minute. */
static void watch_errands(struct nb_deliver *deliver)
{
    const char *data = nb_config_str(deliver->config, NB_CFG_DATA_DIR);
    nb_errand_dir(deliver->config, deliver->errands);
    (void)mkdir(data, 0750);
    (void)mkdir(deliver->errands, 0750);
    deliver->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (deliver->watch_fd < 0 ||
        inotify_add_watch(deliver->watch_fd, deliver->errands, IN_MOVED_TO) < 0) {
        nb_diag(NB_WARN, "deliver", "what commands ask for is noticed late",
                nb_kv_str("err", strerror(errno)));
    }
}

static void free_deliver(struct nb_deliver *deliver)
{
    if (deliver->multi) {
        (void)curl_multi_cleanup(deliver->multi);
    }
    if (deliver->watch_fd >= 0) {
        (void)close(deliver->watch_fd);
    }
    nb_queued_fini(&deliver->queue);
    nb_labels_free(deliver->labels[0]);
    nb_labels_free(deliver->labels[1]);
    nb_recipients_free(deliver->recipients);
    pthread_mutex_destroy(&deliver->mu);
    nb_free(deliver);
}

enum nb_err nb_deliver_start(const struct nb_config *config, const struct nb_clock *clock,
                             struct nb_store *desk, struct nb_deliver **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_deliver *deliver = nb_calloc(1, sizeof(*deliver));
    if (!deliver) {
        return NB_ENOMEM;
    }
    *deliver =
        (struct nb_deliver){.config = config,
                            .clock = clock,
                            .desk = desk,
                            .max_bytes = (uint64_t)nb_config_int(config, NB_CFG_DELIVER_QUEUE_MAX),
                            .watch_fd = -1};
    (void)pthread_mutex_init(&deliver->mu, NULL);
    atomic_init(&deliver->stopping, false);
    atomic_init(&deliver->is_woken, true);
    nb_queued_init(&deliver->queue);
    deliver->multi = curl_multi_init();
    enum nb_err err =
        deliver->multi ? load_recipients(config, &deliver->recipients, error) : NB_ENOMEM;
    if (err == NB_OK) {
        watch_errands(deliver);
        err = nb_thread_start(&deliver->thread, "deliver", run, deliver);
    }
    if (err != NB_OK) {
        free_deliver(deliver);
        return err;
    }
    *out = deliver;
    return NB_OK;
}

void nb_deliver_wake(struct nb_deliver *deliver)
{
    atomic_store(&deliver->is_woken, true);
    (void)curl_multi_wakeup(deliver->multi);
}

enum nb_err nb_deliver_reload(struct nb_deliver *deliver, const struct nb_config *config,
                              struct nb_error *error)
{
    struct nb_recipients *fresh = NULL;
    enum nb_err err = load_recipients(config, &fresh, error);
    if (err != NB_OK) {
        return err;
    }
    pthread_mutex_lock(&deliver->mu);
    struct nb_recipients *old = deliver->recipients;
    deliver->recipients = fresh;
    for (int i = 0; i < 2; i++) {
        nb_labels_free(deliver->labels[i]);
        deliver->labels[i] = NULL;
    }
    pthread_mutex_unlock(&deliver->mu);
    nb_recipients_free(old);
    nb_deliver_wake(deliver);
    return NB_OK;
}

void nb_deliver_stop(struct nb_deliver *deliver)
{
    if (deliver) {
        atomic_store(&deliver->stopping, true);
        (void)curl_multi_wakeup(deliver->multi);
        nb_thread_join(&deliver->thread);
        free_deliver(deliver);
    }
}
