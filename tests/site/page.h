/**
 * What all pages of a site have in common, and the pages of threads.
 *
 * Threads: pure functions on the caller's buffer.
 */
#ifndef SITE_PAGE_H
#define SITE_PAGE_H

#include "tests/site/story.h"

/** Head, logo and menu. item: what the page is about, or NULL. */
void page_head(const struct story *story, enum site_id site, struct nb_slice title,
               const struct item *item, struct nb_buf *out);

/** Adverts, newsletter and footer. */
void page_foot(const struct story *story, enum site_id site, struct nb_buf *out);

/** A <time> element. */
void page_time(const struct item *item, struct nb_buf *out);

/** Where the thread of `first` is read from its beginning; a dictionary has a page per heading. */
void page_thread_address(const struct story *story, const struct item *first, struct nb_buf *out);

/** A thread's items on page `page` (from 1). @return false past its end. */
bool page_thread(const struct story *story, const struct item *first, size_t page, int64_t now_ms,
                 struct nb_buf *out);

/** A dictionary's entry alone. */
void page_entry(const struct story *story, const struct item *entry, int64_t now_ms,
                struct nb_buf *out);

/** The heading at "/slug--1234" of a dictionary, or NULL. */
const struct item *page_heading(const struct story *story, enum site_id site, struct nb_slice path,
                                int64_t now_ms);

#endif
