/**
 * What a page says of itself, in the order of trust: JSON-LD, microdata, OpenGraph, Dublin Core and
 * other meta elements, hAtom, links; and then what its markup looks like.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_META_H
#define NABIZ_PAGE_META_H

#include <nabiz/date.h>
#include <nabiz/page.h>
#include <nabiz/url.h>

#include "crawler/page/dom.h"

/* What it is about, as far as it says so. */
enum nb_page_type {
    NB_PAGE_UNKNOWN,
    NB_PAGE_ARTICLE,
    NB_PAGE_THREAD,
    NB_PAGE_PRODUCT,
    NB_PAGE_LISTING
};

struct nb_page_meta {
    enum nb_page_type type;
    bool is_guess;     /* of the type: by OpenGraph, where an article may be anything */
    size_t products_n; /* in JSON-LD */
    const struct nb_page_post *comments; /* in JSON-LD */
    size_t comments_n;
    struct nb_slice title;
    struct nb_slice author; /* several are joined by ", " */
    int64_t followers;      /* of a single one; -1: not said */
    int64_t published_ms;   /* -1: not said */
    int64_t modified_ms;
    struct nb_slice language;  /* as written: "tr", "tr-TR" */
    struct nb_slice site;      /* its name */
    struct nb_slice canonical; /* absolute; empty when not said */
    struct nb_slice description;
};

/**
 * @param url    where the page was found; a <base> in it is honoured.
 * @param base   [out] what relative links are resolved against; in arena.
 * @param arena  owns what is found.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_meta_read(const struct nb_dom *dom, const struct nb_url *url,
                              const struct nb_date_context *dates, struct nb_arena *arena,
                              struct nb_url *base, struct nb_page_meta *out) NB_MUSTUSE;

#endif
