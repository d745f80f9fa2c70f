/**
 * A post that stands alone, such as what opens a thread and is built otherwise than the answers.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_OPENING_H
#define NABIZ_PAGE_OPENING_H

#include <nabiz/buf.h>

#include "crawler/page/records.h"

/**
 * The element before the first answer, beside it or beside what it is in, that has sentences and a
 * date.
 * @return the element; 0 when there is none.
 */
uint32_t nb_page_opening_find(const struct nb_page_evidence *evidence, uint32_t first);

/**
 * Read its author, date and text. What is dropped stays out of it.
 * @param buf  scratch; its maximum bounds the text.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_opening_read(const struct nb_page_evidence *evidence, uint32_t node,
                                 struct nb_buf *buf, struct nb_page_post *out) NB_MUSTUSE;

#endif
