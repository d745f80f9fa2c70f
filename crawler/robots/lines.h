/**
 * The lines of a robots.txt: which record each is, and its value.
 *
 * Internal to crawler/robots. Threads: a reader belongs to one thread.
 */
#ifndef NABIZ_CRAWLER_ROBOTS_LINES_H
#define NABIZ_CRAWLER_ROBOTS_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/slice.h>

enum nb_robots_record {
    NB_ROBOTS_OTHER, /* nothing to us, comments and empty lines too */
    NB_ROBOTS_USER_AGENT,
    NB_ROBOTS_ALLOW_RULE,
    NB_ROBOTS_DISALLOW_RULE,
    NB_ROBOTS_CRAWL_DELAY,
    NB_ROBOTS_SITEMAP,
};

struct nb_robots_lines {
    struct nb_slice rest; /* start with the text, and the number with 0 */
    uint32_t number;      /* of the line last read, from 1 */
    enum nb_robots_record record;
    struct nb_slice value; /* trimmed, without comment; a part of the text */
};

/** Step to the next line. @return false at the end. */
bool nb_robots_next_line(struct nb_robots_lines *lines);

/**
 * How well a User-agent line's value names a crawler.
 * @param agent  its product token.
 * @return 0: not at all; 1: as "*"; more the longer the name that matches.
 */
size_t nb_robots_rank(struct nb_slice value, struct nb_slice agent);

/** The product token of what a caller gives as the crawler's name; a part of it. */
struct nb_slice nb_robots_token(struct nb_slice agent);

#endif
