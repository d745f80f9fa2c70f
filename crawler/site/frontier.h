/**
 * The frontier: which pages of a site are known, and when each is asked for.
 *
 * It is kept in two tables of the crawl store: PAGE has a record per page, PAGE_DUE orders the
 * pages of a source by due time. A page that is wanted now has its rank as due time, so that the
 * first of the order is the one to ask next; one that is not to be asked again is due in the year
 * 2100, and the first to be forgotten when a source has too many.
 *
 * Only the poll under way of a source changes its pages: what it reads here is what the poll before
 * it stored, and what it changes goes out with it (nb_poll_put), in one transaction with its
 * documents.
 *
 * Threads: a frontier belongs to one thread, and is used inside one read transaction.
 */
#ifndef NABIZ_CRAWLER_SITE_FRONTIER_H
#define NABIZ_CRAWLER_SITE_FRONTIER_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#include "crawler/poll.h"

#define NB_PAGE_NEVER_MS 4102444800000LL

/** A page, as it is or is to be. Changes are made to *page, and told by is_changed. */
struct nb_front_page {
    struct nb_front_page *next; /* of those looked at */
    struct nb_id id;
    Nb__Page *page;
    int64_t old_due_ms; /* as stored */
    bool is_new;        /* it is not stored yet */
    bool is_changed;
};

enum { NB_FRONT_SLOTS = 1 << 14 };

struct nb_frontier {
    struct nb_txn *txn;
    struct nb_id source;
    struct nb_arena *arena; /* owns the pages */
    struct nb_front_page *first;
    struct nb_front_page **slots; /* NB_FRONT_SLOTS, by id */
    uint64_t pages_n;             /* of the source, with those that are new */
    uint64_t pages_max;
};

/** @return NB_OK, NB_ENOMEM. */
enum nb_err nb_frontier_begin(struct nb_frontier *frontier, struct nb_txn *txn,
                              const struct nb_poll *poll, uint64_t pages_max,
                              struct nb_arena *arena) NB_MUSTUSE;

/**
 * A page by its id. A record that cannot be read is as if it were not there.
 * @param out  [out] NULL when it is not known.
 * @return NB_OK, NB_ENOMEM, NB_EIO.
 */
enum nb_err nb_frontier_find(struct nb_frontier *frontier, struct nb_id id,
                             struct nb_front_page **out) NB_MUSTUSE;

/**
 * The same by address; one that is not known is made, without kind and due time.
 * @param out  [out] NULL when it is new and there is no room for more.
 */
enum nb_err nb_frontier_get(struct nb_frontier *frontier, struct nb_slice url,
                            struct nb_front_page **out) NB_MUSTUSE;

/** When a page is due; a smaller rank, or an earlier time, wins over what it was. */
void nb_front_want(struct nb_front_page *page, int64_t due_ms);

/**
 * Is anything of the source to be asked at a time?
 * @param out  [out] whether.
 */
enum nb_err nb_frontier_has_due(struct nb_frontier *frontier, int64_t now_ms, bool *out) NB_MUSTUSE;

/**
 * Put what changed with the poll, and forget pages that are too many. Only this once, at the end.
 * @return NB_OK, NB_ENOMEM, NB_EIO.
 */
enum nb_err nb_frontier_put(struct nb_frontier *frontier, struct nb_poll *poll) NB_MUSTUSE;

/** One page, outside of a frontier. @param out [out] NULL when it is not known. */
enum nb_err nb_frontier_read(struct nb_txn *txn, struct nb_id source, struct nb_id id,
                             struct nb_arena *arena, Nb__Page **out) NB_MUSTUSE;

/**
 * The first page of a source that is due at a time.
 * @param arena  owns the page.
 * @param out    [out] NULL: none is due.
 */
enum nb_err nb_frontier_next(struct nb_txn *txn, struct nb_id source, int64_t now_ms,
                             struct nb_arena *arena, Nb__Page **out) NB_MUSTUSE;

#endif
