/**
 * The Link header of HTTP (RFC 8288), as feeds and pages use it: hub, self, alternate.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_CRAWLER_LINK_HEADER_H
#define NABIZ_CRAWLER_LINK_HEADER_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_link {
    struct nb_slice url; /* between '<' and '>', maybe relative */
    struct nb_slice rel; /* one or more words */
    struct nb_slice type;
    struct nb_slice title;
};

/**
 * Take the next link off the front of *rest; several headers may be joined by ", ". What cannot be
 * read is passed over. A link with an anchor is about something else and is passed over too.
 * @param arena  holds quoted values with escapes.
 * @return false at the end.
 */
bool nb_link_next(struct nb_slice *rest, struct nb_arena *arena, struct nb_link *out);

/** Is a word among the rel's, without regard to ASCII case? */
bool nb_link_is(struct nb_slice rel, struct nb_slice word);

#endif
