/**
 * The story's web at a moment: feeds and pages.
 *
 * What is written is a pure function of the story, the address and the moment.
 *
 * Threads: pure functions on the caller's buffer.
 */
#ifndef SITE_RENDER_H
#define SITE_RENDER_H

#include "tests/site/story.h"

/**
 * @param out_touched_ms  [out] last change of anything the feed shows; 0 when it is empty.
 */
void render_feed(const struct story *story, size_t feed, int64_t now_ms, struct nb_buf *out,
                 int64_t *out_touched_ms);

/** The page at a path of a site. @return false when there is none at this moment. */
bool render_page(const struct story *story, enum site_id site, struct nb_slice path, int64_t now_ms,
                 struct nb_buf *out);

void render_sitemap(const struct story *story, enum site_id site, int64_t now_ms,
                    struct nb_buf *out);

/** The items a feed shows now, newest first. @return how many, at most feeds[feed].window. */
#define FEED_WINDOW_MAX 30
size_t render_window(const struct story *story, size_t feed, int64_t now_ms,
                     const struct item *out[FEED_WINDOW_MAX]);

#endif
