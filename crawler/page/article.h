/**
 * The main content of a page.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_ARTICLE_H
#define NABIZ_PAGE_ARTICLE_H

#include "crawler/page/boilerplate.h"
#include "crawler/page/meta.h"

/**
 * Find the element that holds the content.
 * @param type  what the page says that it is.
 * @return the element; 0 when the page has no text.
 */
uint32_t nb_page_content(const struct nb_dom *dom, const struct nb_page_marks *marks,
                         enum nb_page_type type);

#endif
