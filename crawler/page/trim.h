/**
 * What pages of a kind carry beside their content: captions of articles, and of products what
 * others say of them, what else there is to buy, and how to pay.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_TRIM_H
#define NABIZ_PAGE_TRIM_H

#include "crawler/page/boilerplate.h"
#include "crawler/page/meta.h"

/** Drop more of what was marked, by the kind of the page, and weigh again. */
void nb_page_trim(const struct nb_dom *dom, enum nb_page_type type, struct nb_page_marks *marks);

/**
 * Drop what stands in the content twice, as on pages that carry a text for each size of screen, and
 * headings that have lost what was below them.
 * @param arena  scratch.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_trim_content(const struct nb_dom *dom, enum nb_page_type type, uint32_t root,
                                 struct nb_arena *arena, struct nb_page_marks *marks) NB_MUSTUSE;

#endif
