/**
 * What on a page is not its content: navigation, share bars, related links, cookie notices,
 * adverts, forms, things that are not shown.
 *
 * Decided by what elements are, by their roles, and by the words in their classes and ids; never
 * for an element that holds most of the page's text, whatever it is called.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_BOILERPLATE_H
#define NABIZ_PAGE_BOILERPLATE_H

#include "crawler/page/dom.h"

/** What one knows of the text at and below a node, with what was dropped left out. */
struct nb_page_weight {
    uint32_t chars;      /* bytes of text, white space left out */
    uint32_t link_chars; /* of them in links */
    uint32_t good;       /* of them in blocks that read like sentences */
};

struct nb_page_marks {
    bool *dropped;                  /* by node; a node below a dropped one may be unmarked */
    struct nb_page_weight *weights; /* by node */
    struct nb_page_weight *own;     /* by node: of a block, without the blocks below it */
    uint32_t *dense;                /* by node: bytes of a text, white space left out */
    uint16_t *signs;                /* by node: nb_page_signs() */
};

/** @param arena  owns the marks. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_page_mark(const struct nb_dom *dom, struct nb_arena *arena,
                         struct nb_page_marks *out) NB_MUSTUSE;

/** The same, but only what can never be content: programs, forms, navigation, what is hidden. */
enum nb_err nb_page_mark_code(const struct nb_dom *dom, struct nb_arena *arena,
                              struct nb_page_marks *out) NB_MUSTUSE;

/** Weigh again after more was dropped. */
void nb_page_weigh(const struct nb_dom *dom, struct nb_page_marks *marks);

#endif
