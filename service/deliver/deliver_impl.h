/*
 * Inside of delivery: what its files share. See deliver.h.
 *
 * Locks: mu guards the recipients; it is held while messages are made of changes and while a
 * transfer is set up, and a write to the desk may happen inside. Everything else belongs to the
 * thread that sends.
 */
#ifndef NABIZ_DELIVER_IMPL_H
#define NABIZ_DELIVER_IMPL_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include <nabiz/thread.h>

#include "service/deliver/backoff.h"
#include "service/deliver/deliver.h"
#include "service/deliver/errand.h"
#include "service/deliver/notice.h"
#include "service/deliver/outbox.h"
#include "service/deliver/queue.h"
#include "service/deliver/recipients.h"

enum { NB_SEND_ARENA_BYTES = 64 << 20, NB_SEND_RETRY_AFTER_BYTES = 64 };

/* One attempt under way. */
struct nb_send {
    struct nb_send *next;
    struct nb_deliver *deliver;
    CURL *easy;
    struct nb_arena *arena;   /* the record and what is sent */
    struct curl_slist *lines; /* headers, or who mail goes to */
    uint64_t number;
    const struct nb_delivery *delivery;
    struct nb_slice body;
    size_t sent;     /* of a mail's body */
    size_t answered; /* bytes of the answer's body */
    bool is_private; /* may go to a private address */
    bool is_refused; /* an address was refused */
    char retry_after[NB_SEND_RETRY_AFTER_BYTES];
    int64_t at_ms;
};

struct nb_deliver {
    const struct nb_config *config;
    const struct nb_clock *clock;
    struct nb_store *desk;
    uint64_t max_bytes;
    pthread_mutex_t mu;
    struct nb_recipients *recipients; /* guarded by mu; NULL: none */
    struct nb_labels *labels[2];      /* guarded by mu; "tr", "en"; NULL: not loaded yet */
    struct nb_thread thread;
    CURLM *multi;
    int watch_fd; /* inotify on the errands */
    char errands[NB_ERRAND_PATH_BYTES];
    atomic_bool stopping;
    atomic_bool is_woken;
    struct nb_queued queue;
    struct nb_send *active;
    size_t active_n;
    int64_t look_mono_ms;   /* when errands are looked for also unasked */
    int64_t forget_mono_ms; /* when old records are looked for next */
    bool complained;        /* about a failure that lasts */
};

/* send.c */

/** Begin to send a message. @return false when it cannot be tried now (said in the log). */
bool nb_send_start(struct nb_deliver *deliver, uint64_t number);

/** A transfer that ended: judge, note, free. */
void nb_send_finish(struct nb_deliver *deliver, struct nb_send *send, CURLcode code);

/** Give a transfer up without a word: it is sent again after a restart. */
void nb_send_drop(struct nb_deliver *deliver, struct nb_send *send);

/* transfer.c */

/**
 * Set up what is sent and where to.
 * @param recipient  whose form is the message's.
 * @return NB_OK, NB_EINVAL (a setting of mail that is missing or wrong), NB_ENOMEM, ...
 */
enum nb_err nb_send_prepare(struct nb_send *send, const struct nb_recipient *recipient,
                            struct nb_error *error) NB_MUSTUSE;

/** What the transfer was answered. failure: borrowed from curl. */
void nb_send_read(struct nb_send *send, CURLcode code, struct nb_answer *out);

/* follow.c */

/** The labels of a language, loaded when they are first asked for; mu is held. */
enum nb_err nb_deliver_labels(struct nb_deliver *deliver, const char *language,
                              const struct nb_labels **out, struct nb_error *error) NB_MUSTUSE;

/** What a notice has of the settings. */
void nb_deliver_notice(struct nb_deliver *deliver, const struct nb_recipient *to,
                       const struct nb_labels *labels, struct nb_notice *out);

/* errands.c */

/** Do what commands have left. @return true when the queue is to be read anew. */
bool nb_deliver_errands(struct nb_deliver *deliver);

#endif
