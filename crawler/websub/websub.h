/**
 * The WebSub subscriber of a crawl: keeps the subscriptions, asks hubs, and takes what they pushed
 * out of the inbox.
 *
 * A push is stored like a poll: its documents, what became of the subscription and how far the
 * inbox was read, in one transaction. So a push counts once, whatever is killed when.
 *
 * Threads: one that decides and parses, one that sleeps on the inbox. nb_websub_start() and
 * nb_websub_stop() from main; the others from any thread.
 */
#ifndef NABIZ_WEBSUB_WEBSUB_H
#define NABIZ_WEBSUB_WEBSUB_H

#include <stdbool.h>

#include <nabiz/err.h>
#include <nabiz/sources.h>

#include "crawler/poll.h"

struct nb_crawl;
struct nb_feed;
struct nb_websub;

/**
 * Start, unless websub.callback is empty; then *out is NULL, and every other function takes NULL.
 * The crawl's store, fetch loops, queue to the writer and sources are there already.
 * @return NB_OK, NB_ENOMEM, NB_EIO, NB_ECORRUPT, NB_EINVAL (websub.callback is no address).
 */
enum nb_err nb_websub_start(struct nb_crawl *crawl, struct nb_websub **out,
                            struct nb_error *error) NB_MUSTUSE;

/** Join the threads; the writer must still run. */
void nb_websub_stop(struct nb_websub *websub);
void nb_websub_free(struct nb_websub *websub);

/** The list of sources was read again; takes the reference over. */
void nb_websub_reload(struct nb_websub *websub, struct nb_sources *sources);

/** A poll was stored: what its feed says of hubs, and whether it brought what was not pushed. */
void nb_websub_polled(struct nb_websub *websub, const struct nb_poll *poll);

/** A hub answered a request; takes the poll over. */
void nb_websub_answered(struct nb_websub *websub, struct nb_poll *poll);

/** What this sent to the writer is stored; takes the poll over. */
void nb_websub_stored(struct nb_websub *websub, struct nb_poll *poll);

/** Does a hub push this source's documents, as far as is known? Then a poll is for safety only. */
bool nb_websub_is_relied_on(struct nb_websub *websub, struct nb_id source, int64_t now_ms);

/* hub.c */

/** Which hub a source has, by the Link headers of an answer, else by the feed; into its state. */
enum nb_err nb_websub_note_hub(struct nb_poll *poll, const struct nb_feed *feed) NB_MUSTUSE;

#endif
