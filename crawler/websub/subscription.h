/**
 * One WebSub subscription: what is to be done about it, and what follows from what happens.
 *
 *     WANTED -> ASKED -> ACTIVE -> (asked again before the lease ends) -> ACTIVE ...
 *                 |         |
 *                 v         v
 *              WANTED     ENDING -> gone
 *
 * Nothing is asked of a hub before the record that says so is stored: the hub may ask back before
 * it answers. A hub that takes a request and never asks back has failed as one that does not
 * answer. A hub that was subscribed to and does not push what polls find is not relied upon.
 *
 * Threads: a subscription belongs to one thread at a time.
 */
#ifndef NABIZ_WEBSUB_SUBSCRIPTION_H
#define NABIZ_WEBSUB_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>
#include <nabiz/websub.h>

enum {
    NB_SUB_VERIFY_S = 15 * 60, /* a hub has to ask back within */
    NB_SUB_RETRY_MIN_S = 3600, /* after a failure; doubles each time */
    NB_SUB_RETRY_MAX_S = 86400,
    NB_SUB_DENIED_S = 7 * 86400, /* until a hub that said no is asked again */
    NB_SUB_RENEW_MIN_S = 600,    /* however short a lease is */
    NB_SUB_ENDINGS_MAX = 3,      /* requests to stop until the callback is just closed */
    NB_SUB_MISSED_MAX = 3, /* polls that found what was not pushed until it is not relied on */
};

struct nb_sub {
    struct nb_id source;
    Nb__Subscription__State state;
    char *hub;
    char *topic;
    char token[NB_WEBSUB_TOKEN_CHARS + 1];
    char secret[2 * 32 + 1];
    int64_t asked_ms, verified_ms, lease_ms, next_ms, pushed_ms;
    uint32_t failures_n, missed_n;
    uint64_t pushes_n;
    char failure[160];
    int64_t queued_ms; /* where it is in the order of times; the table's */
    bool is_asking;    /* a request is being stored or is under way; not stored */
    bool is_listed;    /* its source is in the sources file and not paused; not stored */
};

/**
 * A subscription that is wanted, with a token and a secret that nobody can guess.
 * @return NULL when out of memory, or when the system has no random numbers.
 */
struct nb_sub *nb_sub_new(struct nb_id source, struct nb_slice hub, struct nb_slice topic,
                          int64_t now_ms);
void nb_sub_free(struct nb_sub *sub);

/** From what is stored. @return NULL when out of memory, or when the record makes no sense. */
struct nb_sub *nb_sub_of(struct nb_id source, const struct nb_subscription *record);

/** A process started on it: whether a request was sent before the last one ended is not known. */
void nb_sub_resume(struct nb_sub *sub, int64_t now_ms);

/** As it is stored. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_sub_encode(const struct nb_sub *sub, struct nb_arena *arena,
                          struct nb_slice *out) NB_MUSTUSE;

enum nb_sub_action {
    NB_SUB_WAIT,
    NB_SUB_ASK,   /* store it, then send the request that nb_sub_form() makes */
    NB_SUB_FORGET /* remove it */
};

/** What is due now; the state is what it will be when that is done. */
enum nb_sub_action nb_sub_due(struct nb_sub *sub, int64_t now_ms);

/** The body of the request that is due (5.1). @return NULL when out of memory. */
char *nb_sub_form(const struct nb_sub *sub, struct nb_slice callback, int64_t lease_s,
                  struct nb_arena *arena);

/** The source went away or came back. */
void nb_sub_list(struct nb_sub *sub, bool is_listed, int64_t now_ms);

/** The hub answered a request; why is NULL when it took it. */
void nb_sub_answered(struct nb_sub *sub, const char *why, int64_t retry_after_s, int64_t now_ms);

void nb_sub_verified(struct nb_sub *sub, int64_t lease_s, int64_t at_ms);
void nb_sub_denied(struct nb_sub *sub, struct nb_slice reason, int64_t at_ms);
void nb_sub_pushed(struct nb_sub *sub, int64_t at_ms);

/** A poll brought new documents, or none. */
void nb_sub_polled(struct nb_sub *sub, bool has_news, int64_t since_ms);

/** Does the hub push, as far as is known? Then polls are for safety only. */
bool nb_sub_is_relied_on(const struct nb_sub *sub, int64_t now_ms);

#endif
