/*
 * The crawler's life. Start: store, knowledge, sources, then the threads from the writer up. Stop:
 * from the scheduler down, so that each thread's producers have ended when its queue is closed.
 */
#include <nabiz/crawl.h>

#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <curl/curl.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>
#include <nabiz/page.h>
#include <nabiz/paths.h>

#include "crawler/crawl_impl.h"
#include "crawler/schedule/lease.h"
#include "crawler/site/links.h"
#include "crawler/social/intake.h"
#include "crawler/websub/websub.h"

enum { LOCK_WAIT_MS = 5000, POLL_BASE_BYTES = 1 << 20, POLL_FACTOR = 4 };

void nb_crawl_done(struct nb_crawl *crawl)
{
    uint64_t one = 1;
    (void)!write(crawl->done_fd, &one, sizeof(one));
}

void nb_crawl_drop(struct nb_crawl *crawl, struct nb_poll *poll)
{
    pthread_mutex_lock(&crawl->mu);
    nb_poll_list_add(&crawl->dropped, poll);
    if (!nb_poll_is_note(poll)) {
        atomic_fetch_sub(&crawl->in_flight, 1);
    }
    pthread_mutex_unlock(&crawl->mu);
}

void nb_crawl_fail(struct nb_crawl *crawl, const struct nb_error *error)
{
    pthread_mutex_lock(&crawl->mu);
    if (crawl->failure.code == NB_OK) {
        crawl->failure = *error;
    }
    pthread_mutex_unlock(&crawl->mu);
    nb_crawl_done(crawl);
}

static void free_crawl(struct nb_crawl *crawl)
{
    nb_fetch_free(crawl->fetch);
    nb_websub_free(crawl->websub);
    nb_intake_free(crawl->intake);
    nb_queue_free(crawl->to_parse);
    nb_queue_free(crawl->to_write);
    nb_poll_free_all(crawl->done.first);
    nb_poll_free_all(crawl->dropped.first);
    nb_leases_close(crawl->leases);
    nb_sources_free(crawl->fresh);
    nb_sources_free(crawl->sources);
    nb_date_words_free(crawl->words);
    nb_page_profiles_free(crawl->profiles);
    nb_link_rules_free(crawl->link_rules);
    if (crawl->log) {
        nb_log_close(crawl->log);
    }
    if (crawl->store) {
        nb_store_close(crawl->store);
    }
    if (crawl->done_fd >= 0) {
        (void)close(crawl->done_fd);
    }
    pthread_cond_destroy(&crawl->stopped);
    pthread_mutex_destroy(&crawl->mu);
    nb_free(crawl);
}

/* Drain a closed queue whose reader never started. */
static void drain(struct nb_queue *queue)
{
    void *item = NULL;
    while (queue && nb_queue_pop(queue, 0, &item) == NB_OK) {
        nb_poll_free(item);
    }
}

static void stop_threads(struct nb_crawl *crawl)
{
    pthread_mutex_lock(&crawl->mu);
    atomic_store(&crawl->stopping, true);
    pthread_cond_broadcast(&crawl->stopped);
    pthread_mutex_unlock(&crawl->mu);
    nb_clock_wake(crawl->clock);
    nb_thread_join(&crawl->scheduler);
    nb_fetch_stop(crawl->fetch);
    if (crawl->to_parse) {
        nb_queue_close(crawl->to_parse);
    }
    for (size_t i = 0; i < NB_CRAWL_PARSERS_MAX; i++) {
        nb_thread_join(&crawl->parsers[i]);
    }
    drain(crawl->to_parse);
    nb_websub_stop(crawl->websub);
    nb_intake_stop(crawl->intake);
    if (crawl->to_write) {
        nb_queue_close(crawl->to_write);
    }
    nb_thread_join(&crawl->writer);
    drain(crawl->to_write);
}

static enum nb_err open_store(struct nb_crawl *crawl, struct nb_error *error)
{
    const struct nb_config *config = crawl->config;
    struct nb_store_options options = {
        .sync = nb_config_int(config, NB_CFG_STORE_SYNC) == 0,
        .map_bytes = (uint64_t)nb_config_int(config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(config, NB_CFG_STORE_MAX),
        .lock_wait_ms = LOCK_WAIT_MS,
    };
    uint64_t last = 0;
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_CRAWL,
                                    &options, &crawl->store, error);
    if (err == NB_OK) {
        err = nb_log_open_local(crawl->store, &crawl->log, error);
    }
    if (err == NB_OK) {
        err = nb_log_last(crawl->log, &last, error);
    }
    if (err == NB_OK) {
        nb_counter_set(NB_CTR_LOG_LAST, (int64_t)last);
    }
    return err;
}

/* What is known of forums and of the addresses of sites. */
static enum nb_err load_forums(struct nb_crawl *crawl, struct nb_error *error)
{
    char dir[4200];
    enum nb_err err = nb_path_share("forums", dir, sizeof(dir));
    err = err == NB_OK ? nb_page_profiles_load(dir, &crawl->profiles, error) : err;
    return err == NB_OK ? nb_link_rules_load(dir, &crawl->link_rules, error) : err;
}

static enum nb_err open_all(struct nb_crawl *crawl, struct nb_error *error)
{
    char path[4200];
    (void)snprintf(path, sizeof(path), "%s/dates.txt",
                   nb_config_str(crawl->config, NB_CFG_LEXICONS));
    enum nb_err err = open_store(crawl, error);
    if (err == NB_OK) {
        err = nb_date_words_load(path, &crawl->words, error);
    }
    if (err == NB_OK) {
        err = load_forums(crawl, error);
    }
    if (err == NB_OK) {
        err = nb_sources_load(nb_config_str(crawl->config, NB_CFG_SOURCES), &crawl->sources, error);
    }
    if (err != NB_OK) {
        return err;
    }
    crawl->to_parse = nb_queue_new(NB_CRAWL_QUEUE_N);
    crawl->to_write = nb_queue_new(NB_CRAWL_QUEUE_N);
    if (!crawl->to_parse || !crawl->to_write) {
        return NB_ENOMEM;
    }
    if (crawl->done_fd < 0) {
        return nb_error_set(error, NB_ESYS, "cannot make an eventfd");
    }
    return NB_OK;
}

static enum nb_err start_threads(struct nb_crawl *crawl, struct nb_error *error)
{
    size_t parsers_n = (size_t)nb_config_int(crawl->config, NB_CFG_PARSERS);
    enum nb_err err = nb_thread_start(&crawl->writer, "crawl-writer", nb_crawl_write, crawl);
    for (size_t i = 0; err == NB_OK && i < parsers_n && i < NB_CRAWL_PARSERS_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "parse-%zu", i);
        err = nb_thread_start(&crawl->parsers[i], name, nb_crawl_parse, crawl);
    }
    if (err == NB_OK) {
        err = nb_fetch_start(crawl->config, crawl->clock, crawl->store, crawl->to_parse,
                             &crawl->fetch, error);
    }
    if (err == NB_OK && !crawl->once) {
        err = nb_websub_start(crawl, &crawl->websub, error);
    }
    if (err == NB_OK && !crawl->once) {
        err = nb_intake_start(crawl, &crawl->intake, error);
    }
    if (err == NB_OK) {
        err = nb_thread_start(&crawl->scheduler, "schedule", nb_crawl_schedule, crawl);
    }
    return err;
}

enum nb_err nb_crawl_start(const struct nb_config *config, struct nb_clock *clock,
                           const struct nb_crawl_options *options, struct nb_crawl **out,
                           struct nb_error *error)
{
    struct nb_error detail = {0};
    *out = NULL;
    struct nb_crawl *crawl = nb_calloc(1, sizeof(*crawl));
    if (!crawl || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        nb_free(crawl);
        return nb_error_set(error, NB_ENOMEM, "cannot start the crawler: out of memory");
    }
    crawl->config = config;
    crawl->clock = clock;
    crawl->once = options->once;
    crawl->ordered = nb_config_int(config, NB_CFG_ORDERED) != 0;
    crawl->body_bytes = (size_t)nb_config_int(config, NB_CFG_BODY_MAX);
    crawl->poll_bytes = crawl->body_bytes * POLL_FACTOR + POLL_BASE_BYTES;
    crawl->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&crawl->mu, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&crawl->stopped, &attr);
    pthread_condattr_destroy(&attr);
    enum nb_err err = open_all(crawl, &detail);
    if (err == NB_OK) {
        err = start_threads(crawl, &detail);
        if (err != NB_OK) {
            stop_threads(crawl);
        }
    }
    if (err != NB_OK) {
        free_crawl(crawl);
        curl_global_cleanup();
        return nb_error_set(error, err, "%s", detail.text[0] ? detail.text : nb_strerror(err));
    }
    nb_diag(NB_INFO, "crawl", "started",
            nb_kv_int("sources", (int64_t)nb_sources_n(crawl->sources)));
    *out = crawl;
    return NB_OK;
}

void nb_crawl_status(struct nb_crawl *crawl, struct nb_crawl_status *out)
{
    *out = (struct nb_crawl_status){
        .in_flight_n = atomic_load(&crawl->in_flight),
        .to_parse_n = nb_queue_len(crawl->to_parse),
        .to_write_n = nb_queue_len(crawl->to_write),
    };
    out->slow_n = nb_fetch_slowest(crawl->fetch, out->slow, NB_CRAWL_SLOW_N);
}

int nb_crawl_done_fd(const struct nb_crawl *crawl)
{
    return crawl->done_fd;
}

enum nb_err nb_crawl_reload(struct nb_crawl *crawl, const struct nb_config *config,
                            struct nb_error *error)
{
    struct nb_sources *fresh = NULL;
    nb_store_set_max(crawl->store, (uint64_t)nb_config_int(config, NB_CFG_STORE_MAX));
    enum nb_err err = nb_sources_load(nb_config_str(config, NB_CFG_SOURCES), &fresh, error);
    if (err != NB_OK) {
        return err;
    }
    nb_diag(NB_INFO, "crawl", "sources read again",
            nb_kv_int("sources", (int64_t)nb_sources_n(fresh)));
    nb_websub_reload(crawl->websub, nb_sources_share(fresh));
    pthread_mutex_lock(&crawl->mu);
    nb_sources_free(crawl->fresh);
    crawl->fresh = fresh;
    pthread_mutex_unlock(&crawl->mu);
    nb_counter_add(NB_CTR_RELOADS, 1);
    nb_clock_wake(crawl->clock);
    return NB_OK;
}

enum nb_err nb_crawl_stop(struct nb_crawl *crawl, struct nb_error *error)
{
    stop_threads(crawl);
    enum nb_err err = crawl->failure.code;
    if (err != NB_OK) {
        err = nb_error_set(error, err, "%s", crawl->failure.text);
    }
    free_crawl(crawl);
    curl_global_cleanup();
    return err;
}
