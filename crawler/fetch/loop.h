/**
 * Inside of fetching: one loop, its hosts, its rules and its transfers.
 *
 * Threads: a loop's fields belong to its thread unless they say otherwise.
 */
#ifndef NABIZ_CRAWLER_FETCH_LOOP_H
#define NABIZ_CRAWLER_FETCH_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <curl/curl.h>

#include <nabiz/thread.h>

#include "crawler/fetch/fetch.h"
#include "crawler/fetch/rules.h"
#include "crawler/schedule/heap.h"

/* What every transfer is set up with. */
struct nb_fetch_settings {
    char user_agent[1200];
    struct curl_slist *connect_to; /* NULL: ask where the URL says */
    bool allow_private;
    long timeout_ms;
    int64_t host_gap_ms;
    size_t body_bytes;
    bool obey_robots;
    int64_t delay_max_ms;
};

/* A host that was asked lately or is to be asked; its polls wait here. */
struct nb_fetch_host {
    struct nb_fetch_host *next; /* in its bucket */
    struct nb_poll_list waiting;
    uint64_t hash;
    bool is_known;    /* asked_ms was looked up */
    int64_t asked_ms; /* wall time of the last request; kept only with a Crawl-delay */
    size_t name_len;
    char name[];
};

struct nb_fetch_transfer {
    struct nb_fetch_transfer *prev, *next; /* of the active ones, or (next) of the idle ones */
    CURL *easy;
    struct curl_slist *headers;
    struct nb_poll *poll;
    struct nb_fetch_host *host;
    const struct nb_fetch_settings *settings;
    size_t unread_bytes; /* of an answer whose body means nothing */
};

enum { NB_FETCH_BUCKETS = 4096 };

struct nb_fetch_loop {
    struct nb_fetch *fetch;
    struct nb_thread thread;
    CURLM *multi;
    CURLSH *share; /* TLS sessions */
    pthread_mutex_t mu;
    struct nb_poll_list inbox; /* guarded by mu */
    bool closed;               /* guarded by mu: nothing is taken any more */

    struct nb_fetch_host *buckets[NB_FETCH_BUCKETS];
    struct nb_heap ready; /* idle hosts by the monotonic time they may be asked again */
    struct nb_fetch_transfer *active;
    struct nb_fetch_transfer *idle;
    size_t idle_n;
    struct nb_poll_list backlog; /* answered, but the parsers are behind */
    struct nb_rules_cache rules;
};

struct nb_fetch {
    struct nb_fetch_settings settings;
    const struct nb_clock *clock;
    struct nb_store *store;
    int64_t not_before_ms;
    struct nb_queue *out;
    int64_t started_mono_ms;
    atomic_bool stopping;
    size_t loops_n;
    struct nb_fetch_loop *loops;
};

/* host.c */

/** Queue a poll at its host. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_fetch_host_add(struct nb_fetch_loop *loop, struct nb_poll *poll) NB_MUSTUSE;

/** The next host that may be asked now and has a poll waiting, out of the heap; NULL when none. */
struct nb_fetch_host *nb_fetch_host_next(struct nb_fetch_loop *loop, int64_t mono_ms);

/** Put polls that were taken out before back at the front of their host. @return as _add. */
enum nb_err nb_fetch_host_put_back(struct nb_fetch_loop *loop,
                                   struct nb_poll_list *polls) NB_MUSTUSE;

/** Put a host back into the heap, to be asked again from mono_ms on. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_fetch_host_ready_at(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                                   int64_t mono_ms) NB_MUSTUSE;

/** Wall time of the last request, by what is stored if need be; 0 when nothing is known. */
int64_t nb_fetch_host_asked_ms(struct nb_fetch_loop *loop, struct nb_fetch_host *host);

/** Free a host that is not in the heap, and the polls that wait there. */
void nb_fetch_host_forget(struct nb_fetch_loop *loop, struct nb_fetch_host *host);

/** When the next host may be asked; -1 when none waits. */
int64_t nb_fetch_host_wait_ms(const struct nb_fetch_loop *loop, int64_t mono_ms);

/** Free all hosts and the polls that wait there. */
void nb_fetch_hosts_free(struct nb_fetch_loop *loop);

/* transfer.c */

/** Set up and start a transfer. @return NB_OK, NB_ENOMEM, NB_ESYS. */
enum nb_err nb_fetch_transfer_start(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                                    struct nb_poll *poll) NB_MUSTUSE;

/** What came of it goes into the poll. @return true when the poll was redirected to poll->url. */
bool nb_fetch_transfer_finish(struct nb_fetch_transfer *transfer, CURLcode code);

/** Take it out of the loop; kept for the next one. */
void nb_fetch_transfer_end(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer);

void nb_fetch_transfers_free(struct nb_fetch_loop *loop);

/* guard.c */

struct sockaddr;

/** True for addresses that only mean something inside a machine or a network, or to many. */
bool nb_fetch_is_private(const struct sockaddr *address);

#endif
