/**
 * Following a site: one page a poll.
 *
 * A visit begins with the source's own address, when the source is due, and goes on from page to
 * page as long as the frontier has some that are due and crawl.site_pages is not used up; each page
 * is a poll of its own, so that robots.txt, pauses, leases and kills concern it as they concern
 * every poll. What a page brings and what it changes in the frontier is stored in one transaction.
 *
 * Threads: nb_walk_choose() is the scheduler's, the rest the parsers'.
 */
#ifndef NABIZ_CRAWLER_SITE_WALK_H
#define NABIZ_CRAWLER_SITE_WALK_H

#include <nabiz/err.h>
#include <nabiz/sources.h>
#include <nabiz/store.h>

#include "crawler/poll.h"

struct nb_crawl;

/**
 * If the source is a site: the page to ask for, in the poll.
 * @param poll  with state and url, as for any source.
 * @return NB_OK, NB_ENOMEM, NB_EIO.
 */
enum nb_err nb_walk_choose(struct nb_txn *txn, const struct nb_source_row *row,
                           struct nb_poll *poll) NB_MUSTUSE;

/**
 * What a page of a site answered, as documents and as the next state of frontier and source. Never
 * fails: what went wrong is in the state.
 * @param scratch  used.
 */
void nb_walk_understand(const struct nb_crawl *crawl, struct nb_poll *poll,
                        struct nb_arena *scratch);

/**
 * A feed was read whose source says `full`: entries that only carry a summary wait in the frontier
 * for their pages, with which the visit goes on.
 * @param scratch  used.
 */
void nb_walk_entries(const struct nb_crawl *crawl, struct nb_poll *poll, struct nb_arena *scratch);

#endif
