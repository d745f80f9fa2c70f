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
 * Drop from the content the headline that is the title, and of products what stands there twice,
 * as on pages that carry a text for each size of screen.
 * @param root   the content; weights are not those of what is left.
 * @param arena  scratch.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_trim_content(const struct nb_dom *dom, const struct nb_page_meta *meta,
                                 uint32_t root, struct nb_arena *arena,
                                 struct nb_page_marks *marks) NB_MUSTUSE;

#endif
