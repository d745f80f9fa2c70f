/**
 * Software of sites and where it has its feeds, and the paths that many sites have theirs at.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DISCOVER_SOFTWARE_H
#define NABIZ_DISCOVER_SOFTWARE_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>
#include <nabiz/url.h>

/* What a page shows of the software behind it. */
struct nb_page_signs {
    struct nb_slice generator; /* <meta name="generator">; may be empty */
    struct nb_slice markup;    /* the page, for words that only this software writes */
};

struct nb_software;

/** @return NULL when it is not known. */
const struct nb_software *nb_software_find(const struct nb_url *url,
                                           const struct nb_page_signs *signs);
const char *nb_software_name(const struct nb_software *software);

/**
 * The i-th address where the software has a feed of the page at url.
 * @param out  [out] relative to url; p == NULL: this one does not fit the address.
 * @return NB_OK, NB_ENOTFOUND (no more), NB_ENOMEM.
 */
enum nb_err nb_software_feed(const struct nb_software *software, size_t i, const struct nb_url *url,
                             struct nb_arena *arena, struct nb_slice *out) NB_MUSTUSE;

/** Where it has an API that may be open, relative to the page; p == NULL: it is not known to. */
struct nb_slice nb_software_api(const struct nb_software *software);

/** The i-th path worth a try anywhere, relative to the page. @return p == NULL past the last. */
struct nb_slice nb_known_path(size_t i);

#endif
