/**
 * Feeds as news sites and blogs serve them, as many different ones as asked for: RSS 2.0 as
 * WordPress writes it and Atom, in turn, about twenty entries with HTML, Turkish text, dates and
 * ids. The same number gives the same bytes in every run.
 */
#ifndef BENCH_CRAWL_FEEDS_H
#define BENCH_CRAWL_FEEDS_H

#include <stddef.h>

#include <nabiz/buf.h>

/**
 * @param bytes  entries are added until the feed has as many.
 * @param out    empty; takes the feed.
 */
void bench_feed_write(size_t number, size_t bytes, struct nb_buf *out);

#endif
