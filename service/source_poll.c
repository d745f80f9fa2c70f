#include "service/source_poll.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <nabiz/arena.h>
#include <nabiz/clock.h>
#include <nabiz/record.h>
#include <nabiz/schedule.h>
#include <nabiz/store.h>
#include <nabiz/wake.h>

#include "service/process.h"
#include "service/status.h"

enum { WAIT_MS = 30000, ARENA_BYTES = 1 << 20 };

/* When it was polled last; 0: never. */
static enum nb_err last_poll(struct nb_store *store, const struct nb_source_row *row,
                             struct nb_arena *arena, int64_t *polled_ms, struct nb_error *error)
{
    struct nb_txn *txn;
    struct nb_slice value;
    struct nb_source *state = NULL;
    nb_arena_reset(arena);
    enum nb_err err = nb_read_begin(store, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(row->id.b, NB_ID_BYTES), &value);
    err = err == NB_OK ? nb_source_decode(value, arena, &state) : err;
    nb_read_end(txn);
    *polled_ms = state && state->has_polled_ms ? state->polled_ms : 0;
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* The process that crawls; 0: none. */
static pid_t crawler(const struct nb_config *config)
{
    struct nb_process_status all[NB_PROCESSES_N];
    nb_status_read(config, all);
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        if (strcmp(all[i].name, "crawl") == 0 && all[i].alive) {
            return (pid_t)all[i].counters[NB_CTR_PID];
        }
    }
    return 0;
}

static enum nb_err tell(pid_t pid, struct nb_error *error)
{
    if (kill(pid, SIGHUP) == 0 || errno == ESRCH) {
        return NB_OK;
    }
    return nb_error_set(error, NB_EREFUSED,
                        "the crawler (process %lld) is another user's; as that user or root: "
                        "kill -HUP %lld",
                        (long long)pid, (long long)pid);
}

/* Until a poll after that of before is stored. */
static enum nb_err wait_for_poll(struct nb_store *store, const struct nb_source_row *row,
                                 int64_t before_ms, struct nb_arena *arena, bool *done,
                                 struct nb_error *error)
{
    int64_t limit_ms = nb_mono_ms() + WAIT_MS;
    enum nb_err err = NB_OK;
    for (*done = false; err == NB_OK && !*done;) {
        uint32_t seen = nb_wake_seen(nb_store_wake(store));
        int64_t polled_ms = before_ms;
        int64_t left_ms = limit_ms - nb_mono_ms();
        err = last_poll(store, row, arena, &polled_ms, error);
        *done = polled_ms != before_ms;
        if (left_ms <= 0) {
            return err;
        }
        if (err == NB_OK && !*done) {
            nb_wake_wait(nb_store_wake(store), seen, left_ms);
        }
    }
    return err;
}

static enum nb_err ask(const struct nb_config *config, const struct nb_source_row *row, pid_t pid,
                       struct nb_store *store, bool *done, struct nb_buf *out,
                       struct nb_error *error)
{
    int64_t before_ms = 0;
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    enum nb_err err = arena ? last_poll(store, row, arena, &before_ms, error) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_schedule_wish(nb_config_str(config, NB_CFG_DATA_DIR), &row->id, error);
    }
    err = err == NB_OK ? tell(pid, error) : err;
    err = err == NB_OK ? wait_for_poll(store, row, before_ms, arena, done, error) : err;
    if (err == NB_OK && !*done) {
        nb_buf_addf(out,
                    "not polled within %d s: it was polled a moment ago, or its host wants a pause "
                    "first;\nthe crawler polls it then\n",
                    WAIT_MS / 1000);
    }
    nb_arena_free(arena);
    return err;
}

enum nb_err nb_source_poll(const struct nb_config *config, const struct nb_source_row *row,
                           bool *done, struct nb_buf *out, struct nb_error *error)
{
    struct nb_store *store = NULL;
    struct nb_store_options options = {.read_only = true};
    const char *dir = nb_config_str(config, NB_CFG_DATA_DIR);
    pid_t pid = crawler(config);
    *done = false;
    if (row->paused) {
        return nb_error_set(error, NB_EINVAL, "%s is paused; first: nabiz source resume %s",
                            row->url, row->url);
    }
    if (pid == 0) {
        nb_buf_addf(out,
                    "no crawler is running: `nabiz run` will poll %s when it starts,\n"
                    "`nabiz crawl --once` does it now, with all that is due\n",
                    row->url);
        enum nb_err err = nb_process_run_dir(config, error);
        return err == NB_OK ? nb_schedule_wish(dir, &row->id, error) : err;
    }
    enum nb_err err = nb_store_open(dir, NB_STORE_CRAWL, &options, &store, error);
    if (err == NB_OK) {
        err = ask(config, row, pid, store, done, out, error);
        nb_store_close(store);
    }
    return err;
}
