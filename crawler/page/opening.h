/**
 * A post that stands alone, such as what opens a thread and is built otherwise than the answers.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_OPENING_H
#define NABIZ_PAGE_OPENING_H

#include <nabiz/buf.h>

#include "crawler/page/records.h"

struct nb_page_opening {
    uint32_t begin, end; /* nodes: from begin up to end; 0: there is none */
    uint32_t text;       /* what of them has the sentences */
};

/**
 * What stands before the first answer, beside it or beside what it is in: an element that has
 * sentences and a date, or one with sentences after others that have a date and a name.
 */
struct nb_page_opening nb_page_opening_find(const struct nb_page_evidence *evidence,
                                            uint32_t first);

/**
 * Read its author, date and text. What is dropped stays out of it.
 * @param buf  scratch; its maximum bounds the text.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_opening_read(const struct nb_page_evidence *evidence,
                                 const struct nb_page_opening *opening, struct nb_buf *buf,
                                 struct nb_page_post *out) NB_MUSTUSE;

#endif
