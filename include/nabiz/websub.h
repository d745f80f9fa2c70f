/**
 * WebSub (https://www.w3.org/TR/websub/), the part of a subscriber that crawler and server share:
 * what a hub may ask, and whether what it sends is from it.
 *
 * The crawler subscribes and keeps the subscriptions in its store; the server answers hubs by what
 * it reads there, and puts what they send into the inbox, which the crawler reads.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_WEBSUB_H
#define NABIZ_WEBSUB_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

/** The path below which callbacks are served; the token follows. */
#define NB_WEBSUB_PATH "/websub/"

enum { NB_WEBSUB_TOKEN_CHARS = 40, NB_WEBSUB_LEASE_MAX_S = 30 * 86400 };

/** How far the crawler has read the inbox: this key of the crawl store's meta table. */
#define NB_WEBSUB_CURSOR "inbox"

/** Could this be the token of a callback? */
bool nb_websub_is_token(struct nb_slice token);

enum nb_websub_intent {
    NB_WEBSUB_SUBSCRIBE,   /* right: confirm it */
    NB_WEBSUB_UNSUBSCRIBE, /* right: confirm it */
    NB_WEBSUB_DENIED,      /* the hub says no */
    NB_WEBSUB_WRONG,       /* nobody asked for this: 404 */
};

/**
 * What a hub's question means (5.2, 5.3).
 * @param mode, topic  hub.mode and hub.topic of its query; may be empty.
 */
enum nb_websub_intent nb_websub_intent(const struct nb_subscription *subscription,
                                       struct nb_slice mode, struct nb_slice topic);

/** hub.lease_seconds; fallback_s when it is missing or no number; at most 30 days. */
int64_t nb_websub_lease_s(struct nb_slice text, int64_t fallback_s);

/**
 * Is a body signed with the secret (7.1)?
 * @param header  X-Hub-Signature: "sha256=...", also sha1, sha384, sha512.
 */
bool nb_websub_is_signed(struct nb_slice header, struct nb_slice secret, struct nb_slice body);

#endif
