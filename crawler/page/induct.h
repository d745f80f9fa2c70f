/**
 * Posts of a page that no profile fits, by what repeats: records.h cuts the page at the dates,
 * fields.h finds text and author, and here they become posts.
 *
 * After the idea of mining data records by repeated subtrees (Liu, Grossman, Zhai 2003), with the
 * evidence of dates and names in the place of tree alignment.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_INDUCT_H
#define NABIZ_PAGE_INDUCT_H

#include "crawler/page/thread.h"

/** Does an address sound like a place where people talk? */
bool nb_page_is_talk(struct nb_slice url);

/**
 * @return NB_OK, NB_ENOTFOUND (nothing repeats that looks like posts), NB_ENOMEM.
 */
enum nb_err nb_page_induct(const struct nb_dom *dom, const struct nb_page_context *context,
                           struct nb_arena *arena, struct nb_page_thread *out) NB_MUSTUSE;

#endif
