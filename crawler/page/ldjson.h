/**
 * JSON-LD blocks of a page: the one thing that it is about, by the types of schema.org.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_LDJSON_H
#define NABIZ_PAGE_LDJSON_H

#include "crawler/page/meta.h"

/**
 * Read the blocks of a page. What is found first stays, except that an article is better than a
 * page and both are better than nothing.
 * @param arena  owns what is found.
 * @return NB_OK (also when a block is no JSON), NB_ENOMEM.
 */
enum nb_err nb_page_ldjson(const struct nb_dom *dom, const struct nb_date_context *dates,
                           struct nb_arena *arena, struct nb_page_meta *meta) NB_MUSTUSE;

#endif
