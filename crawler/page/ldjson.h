/**
 * JSON-LD blocks of a page: the one thing that it is about, by the types of schema.org.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_LDJSON_H
#define NABIZ_PAGE_LDJSON_H

#include "crawler/page/meta.h"

/**
 * Read a block. What is found first stays, except that an article is better than a page and both
 * are better than nothing.
 * @param text   content of the script element.
 * @param arena  owns what is found.
 * @param rank   [in, out] how good what meta holds is; 0 at first.
 * @return NB_OK (also when the block is no JSON), NB_ENOMEM.
 */
enum nb_err nb_page_ldjson(struct nb_slice text, const struct nb_date_context *dates,
                           struct nb_arena *arena, int *rank, struct nb_page_meta *meta) NB_MUSTUSE;

/**
 * The JSON of a block, without what is around it and with what often breaks it mended.
 * @param len  [out] 0 when there is none, or too much.
 * @return in arena; NULL when memory runs out.
 */
char *nb_page_ldjson_mend(struct nb_slice text, struct nb_arena *arena, size_t *len);

#endif
