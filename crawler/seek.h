/**
 * Looking for a feed that went away: at its site, once it has failed for a while, or where it says
 * that it moved.
 *
 * A source that answers 404, 410 or with a page three times in a row is looked for: the page that
 * came, or the site's first page, is read for feeds that it declares (a search, in place of a
 * poll). If there is one that can be meant, the next poll is made there (a trial); when that is a
 * feed, the source has moved. A trial is also made of the address in a feed that it names as its
 * new one. At most once a month, one request a poll, and by the rules of every poll.
 *
 * Threads: pure functions on the poll.
 */
#ifndef NABIZ_CRAWLER_SEEK_H
#define NABIZ_CRAWLER_SEEK_H

#include <stdbool.h>

#include "crawler/poll.h"

/** Where to ask instead of at the source's address; NULL: nowhere else. */
const char *nb_seek_url(const struct nb_source *state);

/**
 * Where a poll of a source begins: on from a redirect whose host had to wait, where it is looked
 * for, where it moved, or as given.
 * @param state  NULL: never polled.
 */
const char *nb_seek_start(const struct nb_source *state, const char *source_url);

/** Is a search under way, or a trial? */
bool nb_seek_is_search(const struct nb_source *state);
bool nb_seek_is_trial(const struct nb_source *state);

/** Neither any more. */
void nb_seek_drop(struct nb_source *state);

/**
 * A poll of the source failed: begin a search if it is time.
 * @param scratch  used; holds a page's links.
 */
void nb_seek_begin(struct nb_poll *poll, struct nb_arena *scratch);

/** A poll of the source went well: if the feed says that it moved, try that next. */
void nb_seek_follow(struct nb_poll *poll);

/** The answer to a search. @return true when it found what a trial is worth. */
bool nb_seek_read(struct nb_poll *poll, struct nb_arena *scratch);

#endif
