#include "service/topic_backfill.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/backfill.h>
#include <nabiz/clock.h>
#include <nabiz/wake.h>

#include "service/lang.h"
#include "service/process.h"
#include "service/status.h"

enum { LOOK_MS = 500, DEAD_LOOKS = 10 };

struct work {
    const struct nb_config *config;
    const char *dir, *topic;
    struct nb_store *analysis, *crawl;
    struct nb_log *log;
    bool shows; /* on a terminal */
};

static void show(const struct work *w, const struct nb_backfill_progress *now)
{
    if (w->shows) {
        fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " documents, %" PRIu64 " new mentions",
                w->topic, now->done, now->until, now->mentions_n);
    }
}

static void finish(const struct work *w, const struct nb_backfill_progress *now)
{
    if (w->shows) {
        fprintf(stderr, "\n");
    }
    printf("%s: %" PRIu64 " documents looked at, %" PRIu64 " new mentions", w->topic, now->done,
           now->mentions_n);
    if (now->removed_n) {
        printf(", %" PRIu64 " that are none any more", now->removed_n);
    }
    printf("\n");
}

/* The process that analyses; 0: none. */
static pid_t analyzer(const struct nb_config *config)
{
    struct nb_process_status all[NB_PROCESSES_N];
    nb_status_read(config, all);
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        if (strcmp(all[i].name, "analyze") == 0 && all[i].alive) {
            return (pid_t)all[i].counters[NB_CTR_PID];
        }
    }
    return 0;
}

/* How far it is. @return NB_OK under way or asked for, NB_ECLOSED when it is through. */
static enum nb_err look(const struct work *w, struct nb_backfill_progress *now,
                        struct nb_error *error)
{
    struct nb_txn *txn;
    bool asked = nb_backfill_is_asked(w->dir, w->topic);
    enum nb_err err = nb_read_begin(w->analysis, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    struct nb_slice topic = nb_slice_str(w->topic);
    err = nb_backfill_read(txn, topic, now);
    if (err == NB_ENOTFOUND && !asked) {
        err = nb_backfill_last(txn, topic, now);
        err = err == NB_OK ? NB_ECLOSED : err;
    }
    nb_read_end(txn);
    return err == NB_ENOTFOUND && asked ? NB_OK : err;
}

/* Until it is through, or the analyzer is gone. */
static enum nb_err follow(struct work *w, struct nb_backfill_progress *now, struct nb_error *error)
{
    enum nb_err err = NB_OK;
    for (int dead = 0; err == NB_OK;) {
        uint32_t seen = nb_wake_seen(nb_store_wake(w->analysis));
        err = look(w, now, error);
        dead = err == NB_OK && !analyzer(w->config) ? dead + 1 : 0;
        if (dead == DEAD_LOOKS) {
            return nb_error_set(error, NB_EIO,
                                "the analyzer has stopped; it goes on where it was when it runs "
                                "again");
        }
        if (err == NB_OK) {
            show(w, now);
            nb_wake_wait(nb_store_wake(w->analysis), seen, LOOK_MS);
        }
    }
    return err == NB_ECLOSED ? NB_OK : err;
}

static enum nb_err hand_over(struct work *w, pid_t pid, struct nb_backfill_progress *now,
                             struct nb_error *error)
{
    const struct nb_store_options options = {.read_only = true};
    enum nb_err err = nb_store_open(w->dir, NB_STORE_ANALYSIS, &options, &w->analysis, error);
    if (err == NB_OK) {
        err = nb_backfill_ask(w->dir, w->topic, error);
    }
    if (err == NB_OK && kill(pid, SIGHUP) != 0 && errno != ESRCH) {
        err = nb_error_set(error, NB_EREFUSED,
                           "the analyzer (process %lld) is another user's; as that user or root: "
                           "kill -HUP %lld",
                           (long long)pid, (long long)pid);
    }
    return err == NB_OK ? follow(w, now, error) : err;
}

static enum nb_err do_it(struct work *w, const struct nb_knowledge *knowledge,
                         struct nb_backfill_progress *now, struct nb_error *error)
{
    struct nb_store_options options = {
        .sync = nb_config_int(w->config, NB_CFG_STORE_SYNC) == 0,
        .map_bytes = (uint64_t)nb_config_int(w->config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(w->config, NB_CFG_STORE_MAX)};
    struct nb_backfill *backfill =
        nb_backfill_new((size_t)nb_config_int(w->config, NB_CFG_DOCUMENT_MAX));
    enum nb_err err = backfill ? nb_backfill_ask(w->dir, w->topic, error) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_store_open(w->dir, NB_STORE_ANALYSIS, &options, &w->analysis, error);
    }
    options.read_only = true;
    if (err == NB_OK) {
        err = nb_store_open(w->dir, NB_STORE_CRAWL, &options, &w->crawl, error);
    }
    if (err == NB_OK) {
        err = nb_log_open_local(w->crawl, &w->log, error);
    }
    if (err == NB_OK) {
        err = nb_backfill_take(w->dir, w->analysis, w->log, true, error);
    }
    while (err == NB_OK) {
        struct nb_backfill_progress step;
        err = nb_backfill_step(backfill, w->analysis, w->log, knowledge, &step, error);
        if (err == NB_OK && strcmp(step.topic, w->topic) == 0) {
            *now = step;
            show(w, now);
        }
    }
    nb_backfill_free(backfill);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static bool is_known(const struct nb_knowledge *knowledge, const char *topic)
{
    for (size_t i = 0; i < nb_knowledge_topics_n(knowledge); i++) {
        if (strcmp(nb_knowledge_topic_name(knowledge, i), topic) == 0) {
            return true;
        }
    }
    return false;
}

static enum nb_err run(struct work *w, struct nb_args *args, struct nb_backfill_progress *now,
                       struct nb_error *error)
{
    struct nb_knowledge *knowledge = NULL;
    enum nb_err err = nb_lang_load(args, &knowledge, NULL, error);
    if (err == NB_OK && !is_known(knowledge, w->topic)) {
        err =
            nb_error_set(error, NB_ENOTFOUND,
                         "there is no topic %s that can be read; see: nabiz topic list", w->topic);
    }
    if (err == NB_OK) {
        err = nb_process_run_dir(w->config, error);
    }
    pid_t pid = err == NB_OK ? analyzer(w->config) : 0;
    if (err == NB_OK) {
        err = pid ? hand_over(w, pid, now, error) : do_it(w, knowledge, now, error);
    }
    nb_log_close(w->log);
    nb_store_close(w->crawl);
    nb_store_close(w->analysis);
    nb_knowledge_free(knowledge);
    return err;
}

int nb_topic_backfill(struct nb_args *args, const char *topic)
{
    struct nb_error error = {0};
    struct nb_config *config;
    struct nb_backfill_progress now = {.done = 0};
    enum nb_err err = nb_args_load_config(args, &config, &error);
    if (err == NB_OK) {
        struct work w = {.config = config,
                         .dir = nb_config_str(config, NB_CFG_DATA_DIR),
                         .topic = topic,
                         .shows = isatty(STDERR_FILENO) == 1};
        err = run(&w, args, &now, &error);
        if (err == NB_OK) {
            finish(&w, &now);
        }
        nb_config_free(config);
    }
    if (err != NB_OK && !error.code) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}
