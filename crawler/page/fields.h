/**
 * Which element of each record of a page is its text and which names who wrote it, decided by all
 * records together: what stands in most of them, of one kind, with most of the text; what is short,
 * differs from record to record, and looks or leads like somebody's name.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_FIELDS_H
#define NABIZ_PAGE_FIELDS_H

#include "crawler/page/records.h"

struct nb_page_fields {
    uint32_t text;   /* 0: none */
    uint32_t author; /* 0: none */
};

/**
 * What says the same in most records (buttons, labels, running numbers) is marked as dropped.
 * @param out    [out] one for each record.
 * @param score  [out] how much these look like posts; to compare ways of cutting the same page.
 * @return NB_OK, NB_ENOTFOUND (they are no posts), NB_ENOMEM. Time: linear in the nodes.
 */
enum nb_err nb_page_fields_learn(struct nb_page_evidence *evidence,
                                 const struct nb_page_records *records, struct nb_page_fields *out,
                                 uint64_t *score) NB_MUSTUSE;

#endif
