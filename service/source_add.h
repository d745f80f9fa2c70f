/**
 * `nabiz source add`: what an address is, which feeds it has, and which of them are added.
 */
#ifndef NABIZ_SERVICE_SOURCE_ADD_H
#define NABIZ_SERVICE_SOURCE_ADD_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/config.h>
#include <nabiz/discover.h>
#include <nabiz/err.h>
#include <nabiz/sources.h>

/* Which of several feeds are meant. */
struct nb_add_choice {
    bool all;     /* but those of comments, and those that say the same as a better one */
    int64_t pick; /* by its number in the list, from 1; 0: not given */
};

/**
 * Choose: a feed that was given; the one that was picked; all; or the only one that is no feed of
 * comments and no double.
 * @param chosen  [out] per feed.
 * @return how many were chosen; 0 when there are several and nobody said which.
 */
size_t nb_add_choose(const struct nb_discovery *found, const struct nb_add_choice *choice,
                     bool *chosen);

/** What a feed's documents are, by what is known of it. */
Nb__Kind nb_add_kind(const struct nb_discovery *found, const struct nb_found_feed *feed);

/**
 * Say what was found, for people.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_add_say(const struct nb_discovery *found, int32_t offset_min, struct nb_arena *arena,
                       struct nb_buf *out) NB_MUSTUSE;

/**
 * How the site itself is to be followed, instead of its feeds: as was asked for, or where there is
 * no feed, or it is a forum, whose feed has but a part of what is said, or by its API, which has
 * more than the feed as well: comments, edits, deletions.
 * @param asked  of --walk: "none", "forum" ...; NULL: not given.
 */
enum nb_source_walk nb_add_walk(const struct nb_discovery *found,
                                const struct nb_add_choice *choice, const char *asked);

/** The walk of a name; NONE when there is none of that name. */
enum nb_source_walk nb_add_walk_named(const char *name);

#endif
