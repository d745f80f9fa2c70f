/**
 * robots.txt: what a site asks of a crawler (RFC 9309), compiled for one crawler's name.
 *
 * Fetching is the caller's: nb_robots_judge() says what an answer means and how long that holds,
 * nb_robots_parse() compiles the body, nb_robots_allowed() is the one call per request. To keep
 * rules over a restart, store the body as it came and parse it again: that costs less than reading
 * a stored form back is worth, and it stays right when the name or this code changes.
 *
 * Threads: pure functions; compiled rules never change and may be shared.
 */
#ifndef NABIZ_ROBOTS_H
#define NABIZ_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>
#include <nabiz/url.h>

/** What is read of a file; the rest, and a line that is cut there, is ignored (RFC 9309, 2.5). */
#define NB_ROBOTS_MAX_BYTES ((size_t)500 * 1024)

/** Redirects that are followed one after the other (RFC 9309, 2.3.1.2). */
#define NB_ROBOTS_MAX_REDIRECTS 5

/** How many different Sitemap lines are kept. */
#define NB_ROBOTS_MAX_SITEMAPS 256

struct nb_robots;

/**
 * Compile the rules that one crawler has to follow.
 *
 * Read as written, and beyond the RFC as widely practised: a missing colon ("Disallow /a"),
 * misspelt names of records other than Allow, UTF-16 with a byte-order mark, a version behind the
 * name of a crawler. All groups for the longest name that matches are one group; without one the
 * groups for "*" are. A name matches that is the crawler's, in any case, or is its beginning up to
 * a '-': "acme" is followed by acme-news when nothing is said to acme-news.
 * @param text   the body, any bytes, any length.
 * @param agent  the product token ("nabiz"); of a User-Agent header its first product, or the one
 *               after "(compatible;".
 * @param out    [out] one block of at most a small multiple of NB_ROBOTS_MAX_BYTES, typically less
 *               than the text; nb_robots_free().
 * @return NB_OK, NB_ENOMEM, NB_ESYS (ICU).
 */
enum nb_err nb_robots_parse(struct nb_slice text, struct nb_slice agent,
                            struct nb_robots **out) NB_MUSTUSE;

/** Of nb_robots_parse(); NULL is allowed. */
void nb_robots_free(struct nb_robots *robots);

/** Rules that allow everything, or nothing but /robots.txt; static. */
const struct nb_robots *nb_robots_all(bool allowed);

/** What the rules are asked about: path and query of a URL; borrows from it. */
struct nb_slice nb_robots_path(const struct nb_url *url);

/**
 * May it be fetched? The longest rule that matches decides, Allow before Disallow; /robots.txt
 * always may. More than NB_URL_MAX_BYTES may not. Time is linear in the path for each rule.
 * @param path_and_query  as nb_robots_path() gives it; empty means "/".
 */
bool nb_robots_allowed(const struct nb_robots *robots, struct nb_slice path_and_query);

/** @return the number, from 1, of the line that decides nb_robots_allowed(); 0 when none does. */
uint32_t nb_robots_line(const struct nb_robots *robots, struct nb_slice path_and_query);

/** @return the longest Crawl-delay asked of the crawler, 0 (none) to one day. */
int64_t nb_robots_delay_ms(const struct nb_robots *robots);

/** Rules that apply, without doubles. */
size_t nb_robots_rules_n(const struct nb_robots *robots);

/** Sitemap lines as written, in order; they may be relative, and are for every crawler. */
size_t nb_robots_sitemaps_n(const struct nb_robots *robots);
struct nb_slice nb_robots_sitemap(const struct nb_robots *robots, size_t i);

/** Bytes of memory that nb_robots_free() would give back. */
size_t nb_robots_bytes(const struct nb_robots *robots);

/** An answer to a request for /robots.txt. */
struct nb_robots_answer {
    int status;      /* HTTP; 0 for none: no address, connection, time; refused; broken redirect */
    int redirects_n; /* followed up to this answer */
    int64_t now_ms;
    int64_t max_age_s;            /* Cache-Control; -1: does not say */
    int64_t retry_after_s;        /* -1: does not say */
    int64_t unreachable_since_ms; /* of the verdict before; -1 at first */
    int64_t copy_expires_ms; /* of the last NB_ROBOTS_PARSE or _KEEP; -1 when none is at hand */
};

enum nb_robots_action {
    NB_ROBOTS_PARSE,  /* the body is the rules */
    NB_ROBOTS_KEEP,   /* the rules at hand stay in force */
    NB_ROBOTS_ALLOW,  /* nb_robots_all(true) */
    NB_ROBOTS_DENY,   /* nb_robots_all(false); rules at hand are kept aside */
    NB_ROBOTS_FOLLOW, /* the redirect; nothing is known yet */
};

struct nb_robots_verdict {
    enum nb_robots_action action;
    int64_t expires_ms;           /* ask again when the clock reads this */
    int64_t unreachable_since_ms; /* to be handed to the next call; -1: it was reached */
};

/**
 * The meaning of an answer (RFC 9309, 2.3.1 and 2.4): 2xx is read; 304 keeps; 4xx but 429, and a
 * sixth redirect, mean that there are no rules; anything else is "unreachable": nothing is allowed
 * for 30 days, and after them what was last known, or everything. A copy holds from one hour to 24,
 * by max-age within these; unreachable is asked again after 5 minutes, then ever more rarely up to
 * 6 hours, not before Retry-After (up to a day).
 */
struct nb_robots_verdict nb_robots_judge(const struct nb_robots_answer *answer);

#endif
