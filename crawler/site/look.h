/**
 * What a site is, by the page that it begins with: whether it can be followed, and how.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_CRAWLER_SITE_LOOK_H
#define NABIZ_CRAWLER_SITE_LOOK_H

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/sources.h>
#include <nabiz/url.h>

#include "crawler/site/links.h"

struct nb_site_look {
    enum nb_source_walk walk; /* NONE: nothing that could be followed */
    size_t links_n;           /* to threads and boards of a forum, articles, listed pages */
    const char *refusal;      /* static: what keeps nabiz out; or NULL */
};

/**
 * @param bytes  of a page that is no feed.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_site_look(struct nb_slice bytes, struct nb_slice content_type,
                         const struct nb_url *url, const struct nb_link_rules *rules,
                         const struct nb_date_context *dates, struct nb_arena *arena,
                         struct nb_site_look *out) NB_MUSTUSE;

#endif
