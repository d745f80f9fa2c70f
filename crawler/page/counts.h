/**
 * How often a thread was seen and how many answers it has, by what its page says.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_PAGE_COUNTS_H
#define NABIZ_PAGE_COUNTS_H

#include "crawler/page/dom.h"

struct nb_page_counts {
    int64_t views, replies; /* -1: it does not say */
};

/**
 * The first number of a text as people write counts: "12.345", "12,345", "12 345", "3.4k", "2 M".
 * @return -1 when there is none, or one too large for a count.
 */
int64_t nb_page_count(struct nb_slice text);

/**
 * The counts that the page has in JSON-LD of its thread, by schema.org: commentCount, answerCount,
 * interactionStatistic of ViewAction, CommentAction and ReplyAction.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_ldcounts(const struct nb_dom *dom, struct nb_arena *arena,
                             struct nb_page_counts *out) NB_MUSTUSE;

#endif
