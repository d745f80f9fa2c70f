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
#include "crawler/fetch/address.h"
#include "crawler/fetch/rules.h"
#include "crawler/fetch/session.h"
#include "crawler/fetch/slow.h"
#include "crawler/schedule/heap.h"

#define NB_FETCH_REFUSED "the address is private; the word private on the source's line allows it"

/* What every transfer is set up with. */
struct nb_fetch_settings {
    char user_agent[1200];
    struct curl_slist *connect_to; /* NULL: ask where the URL says */
    const char *ca_file;           /* NULL: curl's own */
    const char *proxy;             /* "": none */
    bool allow_private;
    long timeout_ms;
    long stall_s;
    int64_t host_gap_ms;
    bool paces_addresses; /* they are those of the sites, and nobody's of ours */
    size_t body_bytes;
    size_t sessions_bytes; /* per loop */
    bool obey_robots;
    int64_t delay_max_ms;
};

/* A host that was asked lately or is to be asked; its polls wait here. */
struct nb_fetch_host {
    struct nb_fetch_host *next;                  /* in its bucket */
    struct nb_fetch_host *kept_prev, *kept_next; /* of those that are kept though nobody waits */
    struct nb_poll_list waiting;
    uint64_t hash;
    bool is_known;        /* asked_ms was looked up */
    int64_t asked_ms;     /* wall time of the last request; kept only with a Crawl-delay */
    int64_t closed_ms;    /* wall time: 429 or 503, nothing before then; 0: not closed */
    int64_t kept_mono_ms; /* until when it is remembered although nobody waits */
    bool is_kept;         /* it is in the list of those, and not in the heap */
    bool has_slot;        /* its turn at its address was set when it came before */
    size_t name_len;
    char name[];
};

struct nb_fetch_transfer {
    struct nb_fetch_transfer *prev, *next; /* of the active ones, or (next) of the idle ones */
    CURL *easy;
    struct curl_slist *headers; /* in the poll's arena */
    struct nb_poll *poll;
    struct nb_fetch_host *host;
    struct nb_fetch_loop *loop;
    size_t unread_bytes; /* of an answer whose body means nothing */
    unsigned headers_n;
    unsigned answers_n;        /* interim ones included */
    bool is_paused;            /* for want of memory for its body */
    struct nb_address address; /* where it is connected to, if that is paced */
    bool has_address;
    int64_t wait_mono_ms; /* the address is too busy: not before then; 0: it is not */
    bool is_pruning;      /* addresses that are too old go when it ends */
    bool is_proxied;
    bool is_post;
    bool has_own_proxy; /* the easy handle was told of one that is not crawl.proxy */
};

enum { NB_FETCH_BUCKETS = 4096 };

struct nb_fetch_loop {
    struct nb_fetch *fetch;
    struct nb_thread thread;
    CURLM *multi;
    struct nb_sessions *sessions;
    int epoll_fd;
    int wake_fd;            /* eventfd */
    int64_t pruned_mono_ms; /* when addresses that were too old went last */
    int64_t curl_mono_ms;   /* when curl wants to be called; -1: not before a socket is ready */
    pthread_mutex_t mu;
    struct nb_poll_list inbox; /* guarded by mu */
    bool closed;               /* guarded by mu: nothing is taken any more */
    atomic_bool is_behind;     /* the parsers are; set by the loop, read by them */
    atomic_bool has_room;      /* there is memory for bodies again; set by whoever gave it back */

    struct nb_fetch_host *buckets[NB_FETCH_BUCKETS];
    struct nb_heap ready; /* idle hosts by the monotonic time they may be asked again */
    struct nb_fetch_host *kept_first, *kept_last; /* by when they may be forgotten */
    struct nb_fetch_transfer *active;
    size_t paused_n; /* of them */
    struct nb_fetch_transfer *idle;
    size_t idle_n;
    struct nb_poll_list backlog; /* answered, but the parsers are behind */
    struct nb_rules_cache rules;
};

struct nb_fetch {
    struct nb_fetch_settings settings;
    struct nb_addresses *addresses;
    struct nb_bytes *bytes;
    const struct nb_clock *clock;
    struct nb_store *store;
    struct nb_queue *out;
    int64_t started_mono_ms;
    atomic_bool stopping;
    struct nb_slow slow;
    size_t loops_n;
    struct nb_fetch_loop *loops;
};

/* loop.c */

/** @return NB_OK, NB_ENOMEM, NB_ESYS; nb_fetch_loop_fini() either way. */
enum nb_err nb_fetch_loop_init(struct nb_fetch_loop *loop, struct nb_fetch *fetch) NB_MUSTUSE;
void nb_fetch_loop_fini(struct nb_fetch_loop *loop);

/** Body of the thread; arg is the loop. */
void nb_fetch_loop_run(void *arg);

/** Hand a poll to a loop, from any thread. @return false when it takes nothing any more. */
bool nb_fetch_loop_send(struct nb_fetch_loop *loop, struct nb_poll *poll);

/* event.c */

/** @return NB_OK, NB_ESYS; nb_fetch_events_fini() either way. */
enum nb_err nb_fetch_events_init(struct nb_fetch_loop *loop) NB_MUSTUSE;
void nb_fetch_events_fini(struct nb_fetch_loop *loop);

/** End nb_fetch_events_wait(), from any thread. */
void nb_fetch_wake(struct nb_fetch_loop *loop);

/** Call curl if its time has come. */
void nb_fetch_events_due(struct nb_fetch_loop *loop);

/** Wait for sockets, curl's time, a wake-up or most_ms, and let curl see to the sockets. */
void nb_fetch_events_wait(struct nb_fetch_loop *loop, int64_t most_ms);

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

/** Nothing is to be asked before a wall time; remembered at least until the scheduler knows. */
void nb_fetch_host_close(struct nb_fetch_host *host, int64_t closed_ms);

/** Wall time of the last request, by what is stored if need be; 0 when nothing is known. */
int64_t nb_fetch_host_asked_ms(struct nb_fetch_loop *loop, struct nb_fetch_host *host);

/** Free a host that is not in the heap, and the polls that wait there. */
void nb_fetch_host_forget(struct nb_fetch_loop *loop, struct nb_fetch_host *host);

/** When the next host may be asked; -1 when none waits. */
int64_t nb_fetch_host_wait_ms(const struct nb_fetch_loop *loop, int64_t mono_ms);

/** Free all hosts and the polls that wait there. */
void nb_fetch_hosts_free(struct nb_fetch_loop *loop);

/* transfer.c */

/** Start a transfer. @return NB_OK, NB_ENOMEM, NB_EREFUSED (poll->failure says why). */
enum nb_err nb_fetch_transfer_start(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                                    struct nb_poll *poll) NB_MUSTUSE;

/** What came of it goes into the poll. @return true when the poll was redirected to poll->url. */
bool nb_fetch_transfer_finish(struct nb_fetch_transfer *transfer, CURLcode code);

/** Take it out of the loop; kept for the next one. */
void nb_fetch_transfer_end(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer);

/** Keep one that is not in the loop for the next one. */
void nb_fetch_transfer_keep(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer);

/** Go on with those that waited for memory, as far as there is some. */
void nb_fetch_transfers_resume(struct nb_fetch_loop *loop);

void nb_fetch_transfers_free(struct nb_fetch_loop *loop);

/* answer.c */

/** Callbacks of curl's; data is the transfer. They keep what is read of an answer in its poll. */
size_t nb_fetch_on_header(char *bytes, size_t one, size_t n, void *data);
size_t nb_fetch_on_body(char *bytes, size_t one, size_t n, void *data);
int nb_fetch_on_progress(void *data, curl_off_t total, curl_off_t now, curl_off_t up_total,
                         curl_off_t up);

/** Forget the headers that are kept. */
void nb_fetch_forget_headers(struct nb_poll *poll);

/** Set status and failure of a transfer that ended. @return true when there is an answer. */
bool nb_fetch_read_status(struct nb_fetch_transfer *transfer, CURLcode code);

#endif
