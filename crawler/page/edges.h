/**
 * What stands between the headline of an article and its first sentence, and behind its last one:
 * who wrote it and when, links to other things.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_EDGES_H
#define NABIZ_PAGE_EDGES_H

#include <nabiz/buf.h>

#include "crawler/page/boilerplate.h"
#include "crawler/page/meta.h"

struct nb_page_edges {
    const struct nb_dom *dom;
    const struct nb_date_context *dates;
    struct nb_arena *arena;
    struct nb_buf *buf; /* scratch */
    uint32_t root;      /* the content */
};

/**
 * Drop such lines from the content, and take the date from them or from what is around the headline
 * when meta has none.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_trim_edges(const struct nb_page_edges *edges, struct nb_page_meta *meta,
                               struct nb_page_marks *marks) NB_MUSTUSE;

/**
 * What sums the article up between its headline and its content: the line that the page also gives
 * as its description.
 * @return its element; 0 when there is none, or when it is part of the content.
 */
uint32_t nb_page_deck(const struct nb_page_edges *edges, const struct nb_page_meta *meta,
                      const struct nb_page_marks *marks);

#endif
