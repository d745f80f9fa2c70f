/**
 * What a page of a source yields: documents, and addresses to follow.
 *
 * A source that is followed (`walk=` in the sources file) is asked page by page. Each page has a
 * kind, and each kind has a reader that turns the bytes of one answer into a yield; the walk does
 * the rest: it stores the documents, keeps the addresses in the frontier, decides which is asked
 * next and when again, tells edits and deletions, and stops where nothing is new.
 *
 *     bytes --reader of the kind--> yield --walk--> log, frontier
 *
 * A reader is a pure function of its input, asks nothing by itself and need not know what is known
 * already.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_CRAWLER_SITE_YIELD_H
#define NABIZ_CRAWLER_SITE_YIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/page.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>
#include <nabiz/sources.h>
#include <nabiz/url.h>

struct nb_link_rules; /* crawler/site/links.h */

/** Kinds of pages; how each is read is in crawler/site/readers.h. Stored: see record.proto. */
typedef Nb__Page__Kind nb_site_kind;

/** How soon an address that is wanted is asked for, the smaller the sooner. */
enum nb_site_rank {
    NB_RANK_ROOT,    /* where the source begins: at each visit */
    NB_RANK_INDEX,   /* a list of lists: sitemap index, category */
    NB_RANK_LISTING, /* a list of threads or articles */
    NB_RANK_ITEM,    /* a thread, an article */
    NB_RANK_MORE,    /* the following page of a thread */
    NB_RANK_UNKNOWN, /* it does not show what it is */
    NB_RANK_OLDER,   /* the following page of a listing: what is older */
    NB_RANKS_N,
};

/** What is asked. */
struct nb_site_input {
    struct nb_slice bytes;        /* of the body as it came; empty for some 2xx */
    struct nb_slice content_type; /* of the header; may be empty */
    struct nb_slice links;        /* Link headers, joined by ", "; may be empty */
    const struct nb_url *url;     /* where the body came from, after redirects */
    const Nb__Page *page;         /* what the frontier knows of it; never NULL */
    enum nb_source_walk walk;     /* what is wanted of the site */
    Nb__Kind document_kind;       /* as the sources file says */
    bool is_root;                 /* it is the source's own address */
    struct nb_slice host;         /* of the source; only addresses there are followed */
    const struct nb_date_context *dates;
    const struct nb_page_profiles *profiles;
    const struct nb_link_rules *rules;
};

/** An address to follow. Those of other sites, of traps and of known pages are dropped later. */
struct nb_site_link {
    struct nb_slice url; /* absolute */
    nb_site_kind kind;
    enum nb_site_rank rank;
    /* as the listing says; the page is asked for again when one of them goes on */
    int64_t at_ms;                   /* newest change of the page; -1: it does not say */
    uint64_t newest;                 /* number of its newest post; 0: it does not say */
    uint64_t count;                  /* of its posts, replies or the like; 0: it does not say */
    uint32_t page_n;                 /* of pages that belong together, from 1 */
    const struct nb_document *entry; /* stored in the page's place if it brings nothing; or NULL */
};

struct nb_site_yield {
    nb_site_kind kind;              /* what the page turned out to be */
    struct nb_document **documents; /* oldest first, with identity and everything that the page
                                       says; source and fetched_ms are set by the walk */
    size_t documents_n;
    size_t passing_n; /* of them, the first: shown in passing, they belong to other pages */
    bool is_thread;   /* its pages go from old to new, and only the last one changes much */
    bool is_whole; /* the page shows all that it has: what was there before and is missing now, in
                      the midst of what is still there, was deleted */
    struct nb_site_link *links;
    size_t links_n;
    struct nb_slice next;  /* the following page of the same thread or listing; may be empty */
    struct nb_slice again; /* where to ask at the next visit instead of here; empty: here */
    struct nb_slice title; /* of the page; may be empty */
    const char *refusal;   /* static: why nabiz does not get in here, for people; or NULL */
};

/** Room for links and documents, which a reader fills. */
enum { NB_YIELD_LINKS_MAX = 5000, NB_YIELD_DOCUMENTS_MAX = 2000 };

/**
 * Read a page.
 * @param arena  owns the yield; what the input points to lives as long.
 * @return NB_OK (maybe with nothing), NB_ESYNTAX (it is not of this kind), NB_ETOOBIG, NB_ENOMEM.
 */
typedef enum nb_err nb_site_read_fn(const struct nb_site_input *input, struct nb_arena *arena,
                                    struct nb_site_yield *out, struct nb_error *error);

/**
 * Add a link to a yield, which starts as {0}: with the rank of its kind and nothing else known.
 * @return NULL at NB_YIELD_LINKS_MAX or when the arena is full.
 */
struct nb_site_link *nb_yield_link(struct nb_site_yield *yield, struct nb_arena *arena,
                                   nb_site_kind kind, struct nb_slice url);

/** Add a document to a yield. @return false at NB_YIELD_DOCUMENTS_MAX or when the arena is full. */
bool nb_yield_document(struct nb_site_yield *yield, struct nb_arena *arena,
                       struct nb_document *document);

#endif
