/**
 * Which links a site declares are feeds.
 *
 * Threads: a pure function.
 */
#ifndef NABIZ_CRAWLER_FEED_TYPE_H
#define NABIZ_CRAWLER_FEED_TYPE_H

#include <stdbool.h>

#include <nabiz/slice.h>

/**
 * @param type  of a link, "application/rss+xml; charset=utf-8".
 * @param href  as written: types that feeds share with other things need a word in it.
 */
bool nb_is_feed_type(struct nb_slice type, struct nb_slice href);

#endif
