/**
 * Sitemaps (https://www.sitemaps.org/protocol.html) and news sitemaps: the addresses they list.
 *
 * Read as they are found and not as they should be: any namespace or none, broken XML as far as it
 * goes, plain text with an address a line, RSS and Atom, each of them also compressed with gzip.
 * There are no entities beside those of HTML, nothing is fetched, and memory is bounded by the
 * size of what is read.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_CRAWLER_SITE_SITEMAP_H
#define NABIZ_CRAWLER_SITE_SITEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/url.h>

enum {
    NB_SITEMAP_MAX_BYTES = 50 << 20, /* unpacked, by the protocol; the rest is not read */
    NB_SITEMAP_ENTRIES_MAX = 50000,
};

struct nb_sitemap_entry {
    struct nb_slice url; /* absolute, http or https */
    int64_t at_ms;       /* last modified or published; -1: it does not say */
    bool is_sitemap;     /* another sitemap */
};

struct nb_sitemap {
    struct nb_sitemap_entry *entries; /* in their order */
    size_t n;
};

/**
 * @param bytes         as they came.
 * @param content_type  of the header; may be empty.
 * @param url           where they came from; addresses that are relative are resolved against it.
 * @return NB_OK, NB_ESYNTAX (not a sitemap), NB_ENOMEM.
 */
enum nb_err nb_sitemap_read(struct nb_slice bytes, struct nb_slice content_type,
                            const struct nb_url *url, const struct nb_date_context *dates,
                            struct nb_arena *arena, struct nb_sitemap *out,
                            struct nb_error *error) NB_MUSTUSE;

#endif
