/**
 * Readers: how each kind of page is asked for and read. See yield.h.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_CRAWLER_SITE_READERS_H
#define NABIZ_CRAWLER_SITE_READERS_H

#include "crawler/site/yield.h"

struct nb_site_reader {
    nb_site_read_fn *read;
    const char *accept; /* header line: "Accept: text/html, ..." */
};

/** NULL for a kind that this program does not know. */
const struct nb_site_reader *nb_site_reader(nb_site_kind kind);

/** Web pages of any kind: threads, articles with comments, listings. */
enum nb_err nb_site_read_html(const struct nb_site_input *input, struct nb_arena *arena,
                              struct nb_site_yield *out, struct nb_error *error) NB_MUSTUSE;

/** Sitemaps: the addresses they list. */
enum nb_err nb_site_read_sitemap(const struct nb_site_input *input, struct nb_arena *arena,
                                 struct nb_site_yield *out, struct nb_error *error) NB_MUSTUSE;

#endif
