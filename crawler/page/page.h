/**
 * Reading a page whose tree somebody else needs too, so that it is parsed once.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_PAGE_H
#define NABIZ_PAGE_PAGE_H

#include <nabiz/page.h>
#include <nabiz/url.h>

#include "crawler/page/dom.h"

/**
 * Decode the bytes of a page and read them into a tree.
 * @param content_type  the header's value, may be empty.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_tree(struct nb_slice bytes, struct nb_slice content_type,
                         struct nb_arena *arena, struct nb_dom *out) NB_MUSTUSE;

/**
 * nb_page_read() of a tree.
 * @return NB_OK, NB_ENOTFOUND (nothing on the page is content), NB_ENOMEM.
 */
enum nb_err nb_page_read_tree(const struct nb_dom *dom, const struct nb_url *url,
                              const struct nb_page_options *options, struct nb_arena *arena,
                              struct nb_page *out) NB_MUSTUSE;

#endif
