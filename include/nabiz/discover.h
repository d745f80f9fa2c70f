/**
 * Where the feeds of a page are.
 *
 * nb_discover_page() reads one page and says which addresses may be feeds: what it declares in
 * Link headers and <link> elements, what its anchors look like, and what the software that made it
 * is known to offer. nb_discover() asks the network: it finds out what an address is, goes through
 * the candidates and keeps those that are feeds, politely and within limits.
 *
 * Threads: nb_discover_page() is a pure function; nb_discover() starts a fetch loop of its own and
 * returns when it has ended.
 */
#ifndef NABIZ_DISCOVER_H
#define NABIZ_DISCOVER_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>
#include <nabiz/sources.h>

/** How a candidate came about, the surest first. */
enum nb_candidate_how {
    NB_CANDIDATE_HEADER,   /* Link: <...>; rel="alternate" */
    NB_CANDIDATE_ELEMENT,  /* <link rel="alternate" type="application/rss+xml"> */
    NB_CANDIDATE_ANCHOR,   /* <a href=".../rss.xml"> */
    NB_CANDIDATE_SOFTWARE, /* where this kind of site has its feed */
    NB_CANDIDATE_GUESS,    /* where many sites have theirs */
};

struct nb_candidate {
    struct nb_slice url;   /* absolute, http or https, without fragment */
    struct nb_slice title; /* as the page gives it; may be empty */
    enum nb_candidate_how how;
    bool comments; /* of comments, by its address */
};

struct nb_page_feeds {
    struct nb_slice title;   /* of the page */
    struct nb_slice refresh; /* where <meta http-equiv="refresh"> leads; may be empty */
    const char *software;    /* "WordPress", or NULL */
    struct nb_slice api;     /* where the software has an API that may be open; may be empty */
    const struct nb_candidate *candidates; /* best first, each address once */
    size_t n;
};

/**
 * @param bytes         of the page, in any encoding; broken markup is read as far as it goes.
 * @param content_type  of the answer, may be empty.
 * @param links         the answer's Link headers, joined by ", "; may be empty.
 * @param url           absolute; where the page came from.
 * @param arena         owns the result; about twice the bytes are used.
 * @return NB_OK (maybe with no candidates), NB_ESYNTAX (url is none), NB_ENOMEM.
 */
enum nb_err nb_discover_page(struct nb_slice bytes, struct nb_slice content_type,
                             struct nb_slice links, struct nb_slice url, struct nb_arena *arena,
                             struct nb_page_feeds *out) NB_MUSTUSE;

/** A short name for people: "link element", "known path". */
const char *nb_candidate_how_name(enum nb_candidate_how how);

/** A feed that was found, asked for and read. */
struct nb_found_feed {
    const char *url; /* where to poll it: after permanent redirects */
    const char *title;
    const char *format; /* "rss", "atom", ...; NULL: it is no feed, see failure */
    size_t entries_n;
    int64_t newest_ms; /* -1 when no entry has a date */
    bool comments;
    bool is_given;       /* the address that was given is the feed itself */
    int32_t same_as;     /* index of a better one with the same entries, or -1 */
    const char *hub;     /* WebSub, or NULL */
    const char *failure; /* why it is no feed, for people */
    enum nb_candidate_how how;
};

struct nb_discovery {
    const char *url;                   /* of the page, after redirects */
    const char *page_title;            /* NULL: the address is a feed itself */
    const char *software;              /* NULL: not known */
    const struct nb_found_feed *feeds; /* best first; comments last */
    size_t n;
    const struct nb_found_feed *failed; /* candidates that turned out to be none */
    size_t failed_n;
    unsigned requests_n;
    enum nb_source_walk walk; /* how the site can be followed page by page; NONE: not */
    size_t links_n;           /* that say so: threads and boards, articles, listed pages */
    const char *refusal;      /* static: what keeps nabiz out; or NULL */
    const char *api;          /* an API that is open, to be followed with walk=blog; or NULL */
    Nb__Kind api_kind;        /* of what it has */
};

struct nb_discover_options {
    bool declared_only;                           /* no known paths when the page names no feed */
    void (*progress)(void *arg, const char *url); /* before each request; may be NULL */
    void *arg;
};

/**
 * Find out what an address is: a feed, or a page with feeds. Asks at most 24 times, with the pauses
 * and limits of the configuration, by robots.txt, and never at private addresses unless allowed.
 * The crawl store is read if it is there, for what is known of robots.txt.
 * @param url    absolute, http or https.
 * @param arena  owns the result.
 * @return NB_OK (maybe with no feeds), NB_ENET (no answer from the address itself, which may come
 *         another time; the detail says why), NB_EREFUSED (its answer is an error, or robots.txt
 *         denies it), NB_ETOOBIG, NB_ENOMEM, NB_ESYS.
 */
enum nb_err nb_discover(const struct nb_config *config, struct nb_clock *clock, const char *url,
                        const struct nb_discover_options *options, struct nb_arena *arena,
                        struct nb_discovery *out, struct nb_error *error) NB_MUSTUSE;

#endif
