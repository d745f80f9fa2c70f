/*
 * A spool goes to the writer in parts, the next one when the last one is stored. It is removed when
 * all of it is, so that a crawler that dies in between begins it again: what it has stored already
 * is known then.
 */
#include "crawler/social/intake.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>

#include "crawler/crawl_impl.h"
#include "crawler/social/spool.h"

enum { PART_N = 500, PART_BYTES = 64 << 20, NAMES_BYTES = 16 << 20 };

struct nb_intake {
    struct nb_crawl *crawl;
    char dir[NB_SPOOL_PATH_BYTES - 300];
    int events_fd; /* inotify */
    int stop_fd;   /* eventfd */
    struct nb_thread thread;
    pthread_mutex_t mu;
    pthread_cond_t changed;
    bool stopping;                /* guarded by mu */
    bool is_stored;               /* guarded by mu: the part that is under way */
    struct nb_import_counts part; /* guarded by mu: what became of it */
};

static bool is_stopping(struct nb_intake *intake)
{
    pthread_mutex_lock(&intake->mu);
    bool stopping = intake->stopping;
    pthread_mutex_unlock(&intake->mu);
    return stopping;
}

void nb_intake_stored(struct nb_poll *poll)
{
    struct nb_intake *intake = poll->intake;
    pthread_mutex_lock(&intake->mu);
    intake->part = (struct nb_import_counts){poll->new_n, poll->revised_n,
                                             poll->records_n - poll->new_n - poll->revised_n};
    intake->is_stored = true;
    pthread_cond_signal(&intake->changed);
    pthread_mutex_unlock(&intake->mu);
    nb_poll_free(poll);
}

/* Hand a part over and wait. @return NB_OK, NB_ECLOSED (the crawl ends) */
static enum nb_err store_part(struct nb_intake *intake, struct nb_poll *poll,
                              struct nb_import_counts *counts)
{
    enum nb_err err = NB_ECLOSED;
    pthread_mutex_lock(&intake->mu);
    intake->is_stored = false;
    pthread_mutex_unlock(&intake->mu);
    if (nb_queue_push(intake->crawl->to_write, poll) != NB_OK) {
        nb_crawl_drop(intake->crawl, poll);
        return err;
    }
    pthread_mutex_lock(&intake->mu);
    while (!intake->is_stored && !intake->stopping) {
        pthread_cond_wait(&intake->changed, &intake->mu);
    }
    if (intake->is_stored) {
        counts->new_n += intake->part.new_n;
        counts->revised_n += intake->part.revised_n;
        counts->known_n += intake->part.known_n;
        err = NB_OK;
    }
    pthread_mutex_unlock(&intake->mu);
    return err;
}

/* The next part of a spool. @return NB_ENOTFOUND at its end */
static enum nb_err read_part(struct nb_intake *intake, struct nb_spool_reader *reader,
                             struct nb_poll **out, struct nb_error *error)
{
    struct nb_poll *poll = nb_poll_new(PART_BYTES, 0);
    enum nb_err err = poll ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        poll->intake = intake;
        poll->records = nb_arena_calloc(poll->arena, PART_N, sizeof(*poll->records));
        err = poll->records ? nb_spool_read(reader, PART_N, poll->arena, poll->records,
                                            &poll->records_n, error)
                            : NB_ENOMEM;
    }
    if (err == NB_OK && poll->records_n == 0) {
        err = NB_ENOTFOUND;
    }
    if (err != NB_OK) {
        nb_poll_free(poll);
        return err;
    }
    *out = poll;
    return NB_OK;
}

static enum nb_err store_spool(struct nb_intake *intake, const char *path,
                               struct nb_import_counts *counts, struct nb_error *error)
{
    struct nb_spool_reader *reader = NULL;
    enum nb_err err = nb_spool_open(path, &reader, error);
    while (err == NB_OK) {
        struct nb_poll *poll = NULL;
        err = read_part(intake, reader, &poll, error);
        err = err == NB_OK ? store_part(intake, poll, counts) : err;
    }
    nb_spool_close(reader);
    return err == NB_ENOTFOUND && error->code != NB_ENOTFOUND ? NB_OK : err;
}

/* One that cannot be read is put aside, or it would be tried for ever. */
static void put_aside(const char *path, const struct nb_error *error)
{
    char bad[NB_SPOOL_PATH_BYTES + 8];
    (void)snprintf(bad, sizeof(bad), "%s.bad", path);
    (void)rename(path, bad);
    nb_diag(NB_ERROR, "import", "a spool cannot be read, and is put aside", nb_kv_str("file", bad),
            nb_kv_err(error));
}

static void take_spool(struct nb_intake *intake, const char *path)
{
    struct nb_error error = {0};
    struct nb_import_counts counts = {0};
    enum nb_err err = store_spool(intake, path, &counts, &error);
    if (err == NB_OK) {
        err = nb_spool_settle(path, &counts, &error);
        nb_diag(NB_INFO, "import", "stored", nb_kv_int("new", (int64_t)counts.new_n),
                nb_kv_int("revised", (int64_t)counts.revised_n),
                nb_kv_int("known", (int64_t)counts.known_n));
    }
    if (err == NB_ECORRUPT) {
        put_aside(path, &error);
    } else if (err != NB_OK && err != NB_ECLOSED) {
        nb_diag(NB_ERROR, "import", "a spool cannot be stored now", nb_kv_err(&error));
    }
}

static void take_spools(struct nb_intake *intake)
{
    const char *const *names = NULL;
    size_t n = 0;
    struct nb_error error = {0};
    struct nb_arena *arena = nb_arena_new(NAMES_BYTES);
    enum nb_err err = arena ? nb_spool_list(intake->dir, arena, &names, &n, &error) : NB_ENOMEM;
    if (err != NB_OK) {
        nb_diag(NB_ERROR, "import", "cannot look for spools", nb_kv_err(&error));
    }
    for (size_t i = 0; i < n && !is_stopping(intake); i++) {
        char path[NB_SPOOL_PATH_BYTES];
        (void)snprintf(path, sizeof(path), "%s/%s", intake->dir, names[i]);
        take_spool(intake, path);
    }
    nb_arena_free(arena);
}

/* What happened in the directory says only that it is to be looked at. */
static void drop_events(struct nb_intake *intake)
{
    char events[4096];
    while (read(intake->events_fd, events, sizeof(events)) > 0) {
    }
}

static void watch(void *arg)
{
    struct nb_intake *intake = arg;
    struct pollfd fds[] = {{.fd = intake->events_fd, .events = POLLIN},
                           {.fd = intake->stop_fd, .events = POLLIN}};
    while (!is_stopping(intake)) {
        take_spools(intake);
        (void)poll(fds, 2, -1);
        drop_events(intake);
    }
    nb_pack_thread_end();
}

static enum nb_err open_dir(struct nb_intake *intake, struct nb_error *error)
{
    if (mkdir(intake->dir, 0777) != 0 && errno != EEXIST) {
        return nb_error_set(error, NB_ESYS, "%s: %s", intake->dir, strerror(errno));
    }
    intake->events_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    intake->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (intake->events_fd < 0 || intake->stop_fd < 0 ||
        inotify_add_watch(intake->events_fd, intake->dir, IN_MOVED_TO) < 0) {
        return nb_error_set(error, NB_ESYS, "%s: it cannot be watched: %s", intake->dir,
                            strerror(errno));
    }
    return NB_OK;
}

enum nb_err nb_intake_start(struct nb_crawl *crawl, struct nb_intake **out, struct nb_error *error)
{
    struct nb_intake *intake = nb_calloc(1, sizeof(*intake));
    *out = NULL;
    if (!intake) {
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    intake->crawl = crawl;
    intake->events_fd = intake->stop_fd = -1;
    nb_spool_dir(nb_config_str(crawl->config, NB_CFG_DATA_DIR), intake->dir, sizeof(intake->dir));
    (void)pthread_mutex_init(&intake->mu, NULL);
    (void)pthread_cond_init(&intake->changed, NULL);
    enum nb_err err = open_dir(intake, error);
    err = err == NB_OK ? nb_thread_start(&intake->thread, "intake", watch, intake) : err;
    if (err != NB_OK) {
        nb_intake_free(intake);
        return err;
    }
    *out = intake;
    return NB_OK;
}

void nb_intake_stop(struct nb_intake *intake)
{
    if (!intake) {
        return;
    }
    uint64_t one = 1;
    pthread_mutex_lock(&intake->mu);
    intake->stopping = true;
    pthread_cond_signal(&intake->changed);
    pthread_mutex_unlock(&intake->mu);
    (void)!write(intake->stop_fd, &one, sizeof(one));
    nb_thread_join(&intake->thread);
}

void nb_intake_free(struct nb_intake *intake)
{
    if (intake) {
        if (intake->events_fd >= 0) {
            (void)close(intake->events_fd);
        }
        if (intake->stop_fd >= 0) {
            (void)close(intake->stop_fd);
        }
        pthread_cond_destroy(&intake->changed);
        pthread_mutex_destroy(&intake->mu);
        nb_free(intake);
    }
}
