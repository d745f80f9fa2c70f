/**
 * Fetching: event loops that answer polls. Owns curl's multi interface.
 *
 * A host always belongs to one loop, so that one connection and one pause per host need no lock. A
 * redirect goes back through the queue of the host it leads to. With crawl.robots on, nothing is
 * asked that robots.txt denies, and nothing sooner than its Crawl-delay allows.
 *
 * Threads: nb_fetch_prepare() and nb_fetch_submit() from any thread; the rest from the one that
 * made it.
 */
#ifndef NABIZ_CRAWLER_FETCH_H
#define NABIZ_CRAWLER_FETCH_H

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/crawl.h>
#include <nabiz/err.h>
#include <nabiz/queue.h>
#include <nabiz/store.h>

#include "crawler/poll.h"

struct nb_fetch;

/**
 * Start the loops.
 * @param crawl      read only, for what is known of robots.txt; NULL: nothing is. What becomes
 * known goes out with the polls (notes, paces). It and clock are borrowed until nb_fetch_stop().
 * @param out_queue  where answered polls go; a failed one has `failure` set, and one that was not
 *                   asked says so in `outcome`.
 * @return NB_OK, NB_ENOMEM, NB_ESYS.
 */
enum nb_err nb_fetch_start(const struct nb_config *config, const struct nb_clock *clock,
                           struct nb_store *crawl, struct nb_queue *out_queue,
                           struct nb_fetch **out, struct nb_error *error) NB_MUSTUSE;

/**
 * Read poll->url: sets host, origin and path, and the URL as our parser writes it. The host is
 * empty when it cannot be asked.
 */
void nb_fetch_prepare(struct nb_poll *poll);

/** Take a prepared poll. After nb_fetch_stop() began it is freed. */
void nb_fetch_submit(struct nb_fetch *fetch, struct nb_poll *poll);

/** There is room in out_queue: a loop that waits for it goes on. From any thread, cheap. */
void nb_fetch_room(struct nb_fetch *fetch);

/** The hosts that took longest to answer in the last minute. @return how many, at most max_n. */
size_t nb_fetch_slowest(struct nb_fetch *fetch, struct nb_crawl_slow *out, size_t max_n);

/** Drop what is under way and join the loops. NULL is allowed. */
void nb_fetch_stop(struct nb_fetch *fetch);

/** Stop, if it was not, and free; nobody may call anything of it any more. NULL is allowed. */
void nb_fetch_free(struct nb_fetch *fetch);

#endif
