/**
 * Inside of the crawler: what its threads share.
 *
 *   scheduler -> fetch loops -> parsers -> writer -> scheduler
 *
 * Each arrow is a queue of polls. The number of polls under way is bounded by crawl.in_flight; the
 * queues to the parsers and the writer are shorter, and a loop that cannot hand on what it fetched
 * starts nothing new, so a slow writer slows fetching.
 *
 * Threads: fields are set before the threads start unless they say otherwise.
 */
#ifndef NABIZ_CRAWLER_CRAWL_IMPL_H
#define NABIZ_CRAWLER_CRAWL_IMPL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/crawl.h>
#include <nabiz/date.h>
#include <nabiz/log.h>
#include <nabiz/queue.h>
#include <nabiz/sources.h>
#include <nabiz/store.h>
#include <nabiz/thread.h>

#include "crawler/fetch/fetch.h"
#include "crawler/poll.h"

enum { NB_CRAWL_QUEUE_N = 64, NB_CRAWL_PARSERS_MAX = 64 };

struct nb_intake;
struct nb_link_rules;
struct nb_page_profiles;
struct nb_websub;

struct nb_crawl {
    const struct nb_config *config;
    struct nb_clock *clock;
    bool once;
    bool ordered;
    int done_fd; /* eventfd */

    struct nb_store *store;
    struct nb_log *log;
    struct nb_date_words *words;
    struct nb_page_profiles *profiles; /* of forums */
    struct nb_link_rules *link_rules;
    struct nb_fetch *fetch;
    struct nb_websub *websub; /* NULL when it is off */
    struct nb_intake *intake; /* NULL with `once` */
    struct nb_queue *to_parse;
    struct nb_queue *to_write;
    size_t poll_bytes; /* limit of a poll's arena */
    size_t body_bytes;

    struct nb_thread scheduler;
    struct nb_thread parsers[NB_CRAWL_PARSERS_MAX];
    struct nb_thread writer;

    atomic_bool stopping;
    atomic_size_t in_flight; /* polls handed out and not stored yet */
    atomic_size_t sharing_n; /* sources that are polled by their rhythm */
    pthread_mutex_t mu;
    pthread_cond_t stopped;      /* the writer waits on it between two tries */
    struct nb_sources *fresh;    /* guarded by mu: a list that was read again, NULL when taken */
    struct nb_poll_list done;    /* guarded by mu: stored polls on their way to the scheduler */
    struct nb_poll_list dropped; /* guarded by mu: polls that nobody will store */
    struct nb_error failure;     /* guarded by mu: what ended the crawl */

    struct nb_leases *leases; /* set by the scheduler before it hands out; NULL: none are kept */

    struct nb_sources *sources; /* the scheduler's while it runs */
};

/* Bodies of the threads; arg is the struct nb_crawl. */
void nb_crawl_schedule(void *arg);
void nb_crawl_parse(void *arg);
void nb_crawl_write(void *arg);

/* schedule/resume.c */

struct nb_paces;

/**
 * Open the leases, and find out until when those hold that were left behind: which sources are not
 * due before, and which hosts in paces are not to be asked before.
 */
enum nb_err nb_crawl_resume(struct nb_crawl *crawl, struct nb_paces *paces, int64_t now_ms,
                            size_t live_max, struct nb_error *error) NB_MUSTUSE;

/** End the crawl for a failure that it cannot live with; the first one is kept. */
void nb_crawl_fail(struct nb_crawl *crawl, const struct nb_error *error);

/**
 * Put aside a poll that cannot be stored any more. It is freed at the end, and not at once: the
 * scheduler still has it in its list.
 */
void nb_crawl_drop(struct nb_crawl *crawl, struct nb_poll *poll);

/** Tell main that the crawl ended by itself. */
void nb_crawl_done(struct nb_crawl *crawl);

/* document.c */

/**
 * What a source answered, as documents ready for the log and as its next state. Never fails: what
 * went wrong is in the state.
 * @param scratch  reset and used.
 */
void nb_crawl_understand(const struct nb_crawl *crawl, struct nb_poll *poll,
                         struct nb_arena *scratch);

/** Note in the state that the poll failed, or went well. */
void nb_crawl_failed(struct nb_poll *poll, const char *why);
void nb_crawl_succeeded(struct nb_poll *poll);

struct nb_feed;

/**
 * The entries of a feed, oldest first, encoded into poll->records.
 * @return NB_OK, NB_ENOMEM (a limit of the poll or scratch arena).
 */
enum nb_err nb_crawl_documents(struct nb_poll *poll, const struct nb_feed *feed,
                               struct nb_arena *scratch) NB_MUSTUSE;

#endif
