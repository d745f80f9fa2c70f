/**
 * Paths and path patterns of robots.txt in one comparable form, and their match.
 *
 * The form: escapes in capitals; what may not stand in a URL escaped; escapes of characters that
 * mean nothing special decoded. So a raw byte and its escape compare equal wherever a server sees
 * the same resource. Bytes below NB_ROBOTS_ANY + 1 never stand for themselves.
 *
 * Internal to crawler/robots. Threads: pure functions.
 */
#ifndef NABIZ_CRAWLER_ROBOTS_PATTERN_H
#define NABIZ_CRAWLER_ROBOTS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/slice.h>

/** The byte that stands for "*" in a pattern. */
#define NB_ROBOTS_ANY '\1'

enum nb_robots_form {
    NB_ROBOTS_PATH,     /* path and query of a URL */
    NB_ROBOTS_PATTERN,  /* of a rule: "*" is NB_ROBOTS_ANY */
    NB_ROBOTS_IN_QUERY, /* the same, for when its first "*" reaches into the query */
};

/**
 * @param in   a pattern without its final "$".
 * @param out  [out] at most 3 * in.len bytes; NULL: only count.
 * @return bytes written.
 */
size_t nb_robots_canonical(struct nb_slice in, enum nb_robots_form form, char *out);

/**
 * Does the pattern match the path from its first byte on?
 * @param whole  the match must reach the end of the path ("$").
 */
bool nb_robots_match(struct nb_slice pattern, bool whole, struct nb_slice path);

#endif
