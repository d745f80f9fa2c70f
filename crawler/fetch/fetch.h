/**
 * Fetching: event loops that answer polls. Owns curl's multi interface.
 *
 * A host always belongs to one loop, so that one connection and one pause per host need no lock. A
 * redirect goes back through the queue of the host it leads to.
 *
 * Threads: nb_fetch_submit() from any thread; the rest from the one that made it.
 */
#ifndef NABIZ_CRAWLER_FETCH_H
#define NABIZ_CRAWLER_FETCH_H

#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/queue.h>

#include "crawler/poll.h"

struct nb_fetch;

/**
 * Start the loops.
 * @param out_queue  where answered polls go; a failed one has `failure` set.
 * @return NB_OK, NB_ENOMEM, NB_ESYS.
 */
enum nb_err nb_fetch_start(const struct nb_config *config, struct nb_queue *out_queue,
                           struct nb_fetch **out, struct nb_error *error) NB_MUSTUSE;

/** Take a poll. After nb_fetch_stop() began it is freed. */
void nb_fetch_submit(struct nb_fetch *fetch, struct nb_poll *poll);

/** Drop what is under way, join the loops, free. NULL is allowed. */
void nb_fetch_stop(struct nb_fetch *fetch);

#endif
