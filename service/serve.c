/*
 * Two threads. One answers requests. The other sleeps on the analysis store's futex, which the
 * analyzer's every commit bumps; when the newest alerts have changed it renders the feed anew and
 * renames it into place. While there is no analysis store yet there is nothing to sleep on: then,
 * and only then, it looks once a second.
 *
 * A stop raises the flag first and wakes the sleeper second; the sleeper takes the futex's count
 * first and looks at the flag second. So the flag is never missed.
 */
#include "service/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/hash.h>
#include <nabiz/mem.h>
#include <nabiz/thread.h>
#include <nabiz/wake.h>
#include <nabiz/websub.h>

#include "service/deliver/atom.h"
#include "service/deliver/deliver.h"
#include "service/digest/teams.h"
#include "service/http/http.h"
#include "service/http/pages.h"
#include "service/http/push.h"
#include "service/http/reading.h"

#define PATH_BYTES 4200
#define LOOK_AGAIN_MS 1000 /* for an analysis store that is not there */
#define REPLACED_MS 30000  /* between two looks whether it is still the same */

struct nb_serve {
    const struct nb_config *config;
    struct nb_store *desk;
    struct nb_reading *reading;
    struct nb_pages pages;
    struct nb_http *http;
    struct nb_thread alerts;
    struct nb_deliver *deliver;
    int stop_fd; /* readable when the threads should end */
    int done_fd; /* readable when serving ended by itself */
    atomic_bool stopping;
    struct nb_error failure; /* written before done_fd, read after the join */
};

static void raise_fd(int fd)
{
    uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof(one));
    (void)n; /* only fails when it is raised already */
}

/* Identity of the newest alerts as they are stored. */
static enum nb_err newest_alerts(struct nb_store *analysis, struct nb_id *out,
                                 struct nb_error *error)
{
    struct nb_slice parts[2 * NB_ATOM_ALERTS_MAX];
    size_t n = 0;
    struct nb_txn *txn = NULL;
    struct nb_cursor *cursor = NULL;
    enum nb_err err = nb_read_begin(analysis, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_open(txn, NB_TBL_INCIDENT, &cursor);
    if (err == NB_OK) {
        err = nb_cursor_last(cursor, &parts[0], &parts[1]);
        for (; err == NB_OK && n + 4 <= 2 * (size_t)NB_ATOM_ALERTS_MAX;) {
            n += 2;
            err = nb_cursor_prev(cursor, &parts[n], &parts[n + 1]);
        }
        n += err == NB_OK ? 2 : 0;
        err = err == NB_ENOTFOUND ? NB_OK : err;
        *out = nb_id_of(parts, n);
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    return err;
}

/* Beside its place, then renamed: a reader sees the old feed or the new one. */
static enum nb_err replace_file(const char *path, struct nb_slice bytes, struct nb_error *error)
{
    char part[PATH_BYTES + 8];
    (void)snprintf(part, sizeof(part), "%s.part", path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool ok = fd >= 0;
    for (size_t at = 0; ok && at < bytes.len;) {
        ssize_t n = write(fd, bytes.p + at, bytes.len - at);
        ok = n > 0 || (n < 0 && errno == EINTR);
        at += n > 0 ? (size_t)n : 0;
    }
    ok = ok && fsync(fd) == 0;
    if (fd >= 0) {
        ok = close(fd) == 0 && ok;
    }
    if (!ok || rename(part, path) != 0) {
        int kept = errno;
        (void)unlink(part);
        return nb_error_set(error, kept == ENOSPC ? NB_EFULL : NB_EIO, "%s: %s", path,
                            strerror(kept));
    }
    return NB_OK;
}

static enum nb_err write_feed(struct nb_serve *serve, enum nb_pages_feed format,
                              struct nb_error *error)
{
    char path[PATH_BYTES];
    const char *dir = nb_config_str(serve->config, NB_CFG_DATA_DIR);
    struct nb_buf feed;
    (void)snprintf(path, sizeof(path), "%s/out", dir);
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        return nb_error_set(error, NB_EIO, "%s: %s", path, strerror(errno));
    }
    (void)snprintf(path, sizeof(path), "%s/out/alerts.%s", dir,
                   format == NB_PAGES_ATOM ? "atom" : "json");
    nb_buf_init(&feed, NB_ATOM_MAX_BYTES);
    enum nb_err err = nb_pages_alerts(serve->reading, format, &feed, error);
    if (err == NB_OK) {
        err = replace_file(path, nb_buf_slice(&feed), error);
    }
    nb_buf_fini(&feed);
    return err;
}

/* What the feed on disk was made from. */
struct written {
    bool ever;
    bool complained; /* about the failure that lasts */
    bool complained_of_messages;
    struct nb_id alerts;
    struct nb_roster digests;
};

static void follow_alerts(struct nb_serve *serve, struct nb_store *analysis, struct written *w)
{
    struct nb_error error = {0};
    struct nb_id now;
    enum nb_err err = newest_alerts(analysis, &now, &error);
    if (err == NB_OK && w->ever && memcmp(&now, &w->alerts, sizeof(now)) == 0) {
        return;
    }
    if (err == NB_OK) {
        err = write_feed(serve, NB_PAGES_JSON, &error);
        err = err == NB_OK ? write_feed(serve, NB_PAGES_ATOM, &error) : err;
    }
    if (err != NB_OK && !w->complained) {
        nb_diag(NB_ERROR, "alerts", "the feed is not written; it is tried again",
                nb_kv_err(&error));
    }
    w->complained = err != NB_OK;
    if (err == NB_OK) {
        w->ever = true;
        w->alerts = now;
    }
}

/* Messages to the recipients for what happened to incidents. */
static void follow_changes(struct nb_serve *serve, struct nb_store *analysis, struct written *w)
{
    struct nb_error error = {0};
    struct nb_log *log = NULL;
    if (nb_reading_log(serve->reading, &log, NULL) != NB_OK) {
        log = NULL;
    }
    enum nb_err err = nb_deliver_follow(serve->deliver, analysis, log, &error);
    if (err != NB_OK && !w->complained_of_messages) {
        nb_diag(NB_ERROR, "deliver", "alerts could not be queued; it is tried again",
                nb_kv_str("err", error.text[0] ? error.text : nb_strerror(err)));
    }
    w->complained_of_messages = err != NB_OK;
    nb_roster_tick(&w->digests, serve->config, analysis, log, nb_clock_now_ms(serve->pages.clock));
}

static void follow(void *arg)
{
    struct nb_serve *serve = arg;
    struct written written = {.ever = false};
    struct pollfd stop = {.fd = serve->stop_fd, .events = POLLIN};
    while (!atomic_load(&serve->stopping)) {
        struct nb_store *analysis = NULL;
        if (nb_reading_analysis(serve->reading, &analysis, NULL) != NB_OK) {
            (void)poll(&stop, 1, LOOK_AGAIN_MS);
            continue;
        }
        uint32_t seen = nb_wake_seen(nb_store_wake(analysis));
        if (nb_reading_replaced(serve->reading)) {
            (void)nb_error_set(&serve->failure, NB_ECLOSED,
                               "a store was replaced; serving starts again on the new one");
            raise_fd(serve->done_fd);
            return;
        }
        follow_alerts(serve, analysis, &written);
        follow_changes(serve, analysis, &written);
        if (!atomic_load(&serve->stopping)) {
            nb_wake_wait(nb_store_wake(analysis), seen, written.ever ? REPLACED_MS : LOOK_AGAIN_MS);
        }
    }
}

/* Afterwards only the caller is left. */
static void join_threads(struct nb_serve *serve)
{
    nb_http_stop(serve->http);
    serve->http = NULL;
    if (!serve->alerts.started) {
        return;
    }
    atomic_store(&serve->stopping, true);
    raise_fd(serve->stop_fd);
    struct nb_store *analysis = nb_reading_peek(serve->reading);
    if (analysis) {
        nb_wake_all(nb_store_wake(analysis));
    }
    nb_thread_join(&serve->alerts);
}

static void free_serve(struct nb_serve *serve)
{
    nb_deliver_stop(serve->deliver);
    nb_push_close(serve->pages.door);
    nb_reading_free(serve->reading);
    nb_store_close(serve->desk);
    if (serve->stop_fd >= 0) {
        (void)close(serve->stop_fd);
    }
    if (serve->done_fd >= 0) {
        (void)close(serve->done_fd);
    }
    nb_free(serve);
}

static enum nb_err start_parts(struct nb_serve *serve, struct nb_error *error)
{
    const char *listen = nb_config_str(serve->config, NB_CFG_LISTEN);
    const struct nb_store_options options = {
        .sync = nb_config_int(serve->config, NB_CFG_STORE_SYNC) == 0,
        .map_bytes = (uint64_t)nb_config_int(serve->config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(serve->config, NB_CFG_STORE_MAX),
        .lock_wait_ms = nb_config_int(serve->config, NB_CFG_STOP_WAIT)};
    serve->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    serve->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (serve->stop_fd < 0 || serve->done_fd < 0) {
        return nb_error_set(error, NB_ESYS, "no event descriptor: %s", strerror(errno));
    }
    enum nb_err err = nb_store_open(nb_config_str(serve->config, NB_CFG_DATA_DIR), NB_STORE_DESK,
                                    &options, &serve->desk, error);
    if (err == NB_OK) {
        err = nb_reading_new(serve->config, &serve->reading);
        serve->pages.reading = serve->reading;
    }
    if (err == NB_OK) {
        err = nb_push_open(serve->config, serve->pages.clock, serve->reading, &serve->pages.door,
                           error);
    }
    if (err == NB_OK) {
        err = nb_deliver_start(serve->config, serve->pages.clock, serve->desk, &serve->deliver,
                               error);
    }
    if (err == NB_OK) {
        err = nb_thread_start(&serve->alerts, "alerts", follow, serve);
    }
    if (err == NB_OK && *listen) {
        const struct nb_http_upload upload = {NB_WEBSUB_PATH,
                                              (size_t)nb_config_int(serve->config, NB_CFG_BODY_MAX),
                                              nb_push_begin, nb_push_take, serve->pages.door};
        err = nb_http_start(listen, nb_pages_answer, &serve->pages,
                            serve->pages.door ? &upload : NULL, &serve->http, error);
    }
    return err;
}

enum nb_err nb_serve_start(const struct nb_config *config, struct nb_clock *clock,
                           struct nb_serve **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_serve *serve = nb_calloc(1, sizeof(*serve));
    if (!serve) {
        return NB_ENOMEM;
    }
    serve->config = config;
    serve->pages = (struct nb_pages){.config = config, .clock = clock};
    serve->stop_fd = -1;
    serve->done_fd = -1;
    atomic_init(&serve->stopping, false);
    enum nb_err err = start_parts(serve, error);
    if (err != NB_OK) {
        join_threads(serve);
        free_serve(serve);
        return err;
    }
    if (serve->http) {
        nb_diag(NB_INFO, "http", "listening",
                nb_kv_str("address", nb_config_str(config, NB_CFG_LISTEN)),
                nb_kv_int("port", nb_http_port(serve->http)));
    }
    *out = serve;
    return NB_OK;
}

int nb_serve_done_fd(const struct nb_serve *serve)
{
    return serve->done_fd;
}

uint16_t nb_serve_port(const struct nb_serve *serve)
{
    return nb_http_port(serve->http);
}

enum nb_err nb_serve_reload(struct nb_serve *serve, const struct nb_config *config,
                            struct nb_error *error)
{
    return nb_deliver_reload(serve->deliver, config, error);
}

enum nb_err nb_serve_stop(struct nb_serve *serve, struct nb_error *error)
{
    join_threads(serve);
    struct nb_error failure = serve->failure;
    free_serve(serve);
    return failure.code == NB_OK ? NB_OK : nb_error_set(error, failure.code, "%s", failure.text);
}
