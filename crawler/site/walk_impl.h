/**
 * Inside of following a site: one page's answer on its way into the frontier and the log.
 *
 * Threads: as walk.h.
 */
#ifndef NABIZ_CRAWLER_SITE_WALK_IMPL_H
#define NABIZ_CRAWLER_SITE_WALK_IMPL_H

#include "crawler/crawl_impl.h"
#include "crawler/site/frontier.h"
#include "crawler/site/links.h"
#include "crawler/site/yield.h"

struct nb_walk {
    const struct nb_crawl *crawl;
    struct nb_poll *poll;
    struct nb_arena *arena; /* scratch */
    struct nb_frontier frontier;
    struct nb_front_page *here; /* the page that answered */
    struct nb_url source_url;
    struct nb_url url; /* where the answer came from */
    struct nb_site_yield yield;
    const struct nb_id *deleted; /* documents that are not there any more */
    size_t deleted_n;
    struct nb_document *entry; /* of a feed, with or without what its page has; or NULL */
    struct nb_slice home;      /* the host that is to be stayed on */
    const char *why_not;       /* why the page is not read; or NULL */
    bool is_trouble;           /* the site has difficulties: the visit ends here */
};

/** The page was read: its documents, links and next page into the frontier. */
enum nb_err nb_walk_take(struct nb_walk *walk) NB_MUSTUSE;

/**
 * Compare what a page has with what it had: sets its documents, walk->deleted, and what the page
 * before it is to look for.
 * @param new_n  [out] documents that it did not have.
 * @return NB_OK, NB_ENOMEM, NB_EIO.
 */
enum nb_err nb_walk_compare(struct nb_walk *walk, size_t *new_n) NB_MUSTUSE;

/** The page is not there any more, and neither are its documents. */
enum nb_err nb_walk_gone(struct nb_walk *walk) NB_MUSTUSE;

/** Documents and deletions as records of the poll; outside of the transaction. */
enum nb_err nb_walk_records(struct nb_walk *walk) NB_MUSTUSE;

/** The page of an entry was read: walk->entry is what is to be stored. */
void nb_walk_complete(struct nb_walk *walk);

/** The page of an entry could not be had once more: after some times the entry is stored as it is.
 */
void nb_walk_give_up(struct nb_walk *walk);

/** The due time of what is done with. */
int64_t nb_walk_never_ms(int64_t now_ms);

/** When a page is worth a look again, after it was read. */
int64_t nb_walk_due_ms(const Nb__Page *page, int64_t now_ms);

#endif
