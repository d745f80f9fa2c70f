/**
 * The sources file: what to poll, one source a line, kept by people and by `nabiz source`.
 *
 *     # comment
 *     https://gazete.example/rss  kind=article group=haber every=30min
 *     https://forum.example/feed  kind=post paused
 *
 * Keys: kind (article post comment review entry toot), group, every, title (quoted), paused;
 * walk (forum blog sitemap): not a feed, but a site that is followed page by page; full: entries of
 * a feed that only carry a summary are completed from their pages;
 * and how the source is asked: proxy=http://HOST:PORT (or socks5, socks5h; none), header="Name:
 * value" up to 8 times, cookie="name=value", private (it may be at a private address). Headers and
 * cookie go to the source's own origin only, or to the same over https, wherever it redirects to.
 * Changes keep comments, order and unknown lines as they are and replace the file in one step.
 *
 * Threads: a loaded list is immutable; changes take a lock on the file.
 */
#ifndef NABIZ_SOURCES_H
#define NABIZ_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

/* How a source is asked when it is not as everybody is. Headers and cookie are secrets. */
struct nb_source_request {
    const char *proxy;          /* NULL: crawl.proxy; "": none */
    const char *const *headers; /* "Name: value" */
    size_t headers_n;
    const char *cookie;     /* NULL: none */
    struct nb_slice origin; /* "https://host:port" of the source: where they may go */
    bool is_private;        /* may be at a private address */
};

/* How a source is read: as what is at its address, or as the site that begins there. */
enum nb_source_walk {
    NB_WALK_NONE,    /* a feed */
    NB_WALK_FORUM,   /* boards to threads */
    NB_WALK_BLOG,    /* front page to articles and their comments */
    NB_WALK_SITEMAP, /* a sitemap or an index of some, to all that it lists */
    NB_WALKS_N,
};

struct nb_source_row {
    struct nb_id id; /* of the canonical URL */
    const char *url;
    const char *group; /* "" when none */
    const char *title; /* "" when none */
    Nb__Kind kind;     /* ARTICLE unless given */
    int64_t every_s;   /* 0: crawl.interval */
    bool paused;
    bool is_full; /* `full`: entries with a summary are completed from their pages */
    enum nb_source_walk walk;
    uint32_t line;
    const struct nb_source_request *request; /* NULL: as everybody */
};

struct nb_sources;

/** "forum"; NB_WALK_NONE: "". */
const char *nb_walk_name(enum nb_source_walk walk);

/**
 * Load; bad lines are reported through diag with file and line and skipped, doubles too. Of many,
 * the first 20 are reported, and how many more there are.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ETOOBIG (over 256 MiB or 1,048,576 sources), NB_ENOMEM.
 */
enum nb_err nb_sources_load(const char *path, struct nb_sources **out,
                            struct nb_error *error) NB_MUSTUSE;

/** Another reference to a list, for who needs it longer; nb_sources_free() gives one back. */
struct nb_sources *nb_sources_share(struct nb_sources *sources);
void nb_sources_free(struct nb_sources *sources);

size_t nb_sources_n(const struct nb_sources *sources);
const struct nb_source_row *nb_sources_at(const struct nb_sources *sources, size_t i);

/** @return the row with this id, or NULL. O(1). */
const struct nb_source_row *nb_sources_find(const struct nb_sources *sources, struct nb_id id);

/**
 * A line as it stands in the file, for lists that are imported; its address may be anything.
 * @param arena  owns the strings.
 * @return NULL, or what is wrong with the line (a static text).
 */
const char *nb_source_row_parse(struct nb_slice text, struct nb_arena *arena,
                                struct nb_source_row *out);

/** Id a URL has in the file. @return NB_OK, NB_ESYNTAX, NB_EREFUSED (not http or https). */
enum nb_err nb_source_id(struct nb_slice url, struct nb_id *out, struct nb_error *error) NB_MUSTUSE;

/** Append a line; makes the file when missing. @return NB_OK, NB_EEXIST, NB_ESYNTAX, NB_EIO. */
enum nb_err nb_sources_add(const char *path, const struct nb_source_row *row,
                           struct nb_error *error) NB_MUSTUSE;

/* What became of a row that was to be added. */
enum nb_source_outcome { NB_SOURCE_NEW, NB_SOURCE_KNOWN, NB_SOURCE_DOUBLE, NB_SOURCE_REFUSED };

struct nb_source_added {
    enum nb_source_outcome outcome;
    uint32_t line;   /* KNOWN: of the file */
    size_t first;    /* DOUBLE: the row that says the same */
    const char *why; /* REFUSED: static */
};

/**
 * Append those rows that the file does not have yet, in one change.
 * @param rows     one without a URL is refused.
 * @param dry_run  only say what would be; the file need not be there.
 * @param added    [out] per row.
 * @return NB_OK, NB_EIO, NB_EFULL, NB_ENOMEM.
 */
enum nb_err nb_sources_add_all(const char *path, const struct nb_source_row *rows, size_t n,
                               bool dry_run, struct nb_source_added *added,
                               struct nb_error *error) NB_MUSTUSE;

/** Remove the line of a source. @return NB_OK, NB_ENOTFOUND, NB_EIO. */
enum nb_err nb_sources_remove(const char *path, struct nb_id id, struct nb_error *error) NB_MUSTUSE;

/** Set or clear `paused` on a source's line. @return NB_OK, NB_ENOTFOUND, NB_EIO. */
enum nb_err nb_sources_pause(const char *path, struct nb_id id, bool paused,
                             struct nb_error *error) NB_MUSTUSE;

#endif
