/**
 * What an address of a site leads to, as far as the address shows it: a thread, a list of threads,
 * an article, a trap; which of its pages; and what names it whatever is put behind.
 *
 * What is known of addresses is data, in config/forums/ *.links; its README.md explains the lines.
 *
 * Threads: rules are immutable once loaded; functions are pure.
 */
#ifndef NABIZ_CRAWLER_SITE_LINKS_H
#define NABIZ_CRAWLER_SITE_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>
#include <nabiz/url.h>

struct nb_link_rules;

/**
 * Read *.links in a directory, in the order of their names.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ESYNTAX (the error has file and line), NB_ENOMEM.
 */
enum nb_err nb_link_rules_load(const char *dir, struct nb_link_rules **out,
                               struct nb_error *error) NB_MUSTUSE;
void nb_link_rules_free(struct nb_link_rules *rules);

/** Read the lines of one file; `text` is borrowed as long as the rules are used. */
enum nb_err nb_link_rules_read(struct nb_slice text, const char *path, struct nb_link_rules **out,
                               struct nb_error *error) NB_MUSTUSE;

struct nb_link {
    bool is_skipped;       /* a trap, a private room, a file: not to be asked */
    Nb__Page__Kind kind;   /* LISTING, THREAD, ARTICLE; UNKNOWN: its address does not show it */
    struct nb_slice first; /* the address of the first page of what it leads to */
    struct nb_slice url;   /* what to ask for: first, or with the number of a page */
    struct nb_slice name;  /* of a thread: its number, or its path without one */
    uint32_t page_n;       /* from 1; where pages are counted in posts, the first post */
    bool is_board;         /* a listing of threads, as forums have them */
    bool is_inner;         /* it leads to a place inside, such as the newest post: ask for first */
    uint64_t number;       /* of that place, or 0 */
};

/**
 * @param url    absolute, http or https.
 * @param arena  owns what is found.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_link_read(const struct nb_link_rules *rules, const struct nb_url *url,
                         struct nb_arena *arena, struct nb_link *out) NB_MUSTUSE;

/** Id of a page: of its address without scheme and the slash at its end. */
struct nb_id nb_link_id(struct nb_slice url);

#endif
