/**
 * Whether a page of a shop that does not say so sells one thing or lists many: by microdata, and by
 * how many ways there are to put something into a cart.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_PAGE_SHOP_H
#define NABIZ_PAGE_SHOP_H

#include "crawler/page/meta.h"

/** With so many products none of them is what the page is about. */
enum { NB_SHOP_LIST_MIN = 3 };

/** @return product, listing, or unknown when the page is not seen to sell. */
enum nb_page_type nb_page_shop(const struct nb_dom *dom);

#endif
