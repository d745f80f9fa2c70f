/**
 * Open APIs of networks, read as feeds are: WordPress REST (posts and comments),
 * Mastodon-compatible timelines, Discourse. feed/json.c hands over what is no JSON Feed; entries
 * come out as those of a feed do, with struct nb_feed_post for what feeds have no words for.
 *
 * Members of the wrong type count as missing, and an item without what makes it one is passed over.
 *
 * Threads: a reader belongs to one call of nb_feed_parse().
 */
#ifndef NABIZ_SOCIAL_SOCIAL_H
#define NABIZ_SOCIAL_SOCIAL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "crawler/feed/reader.h"

/**
 * Read a document that one of the APIs answered with.
 * @param url  where it came from; tells what an empty list is a list of. May be NULL.
 * @return false when it is none of theirs; nothing was read then. Failures go to reader->err.
 */
bool nb_social_read(struct nb_feed_reader *reader, const struct nb_url *url, const json_t *root);

/* wordpress.c, mastodon.c, discourse.c: an item of a list, or the whole answer. */

bool nb_wordpress_is(const json_t *item);
void nb_wordpress_item(struct nb_feed_reader *reader, const json_t *item);

bool nb_mastodon_is(const json_t *item);
void nb_mastodon_item(struct nb_feed_reader *reader, const json_t *item);

bool nb_discourse_is(const json_t *root);
void nb_discourse_read(struct nb_feed_reader *reader, const json_t *root);

/* member.c: what a member of an object is worth */

/** Borrowed from the JSON; empty when it is no string. */
struct nb_slice nb_member_string(const json_t *object, const char *key);

/** A number, or a string of digits; fallback when it is neither or negative. */
int64_t nb_member_number(const json_t *object, const char *key, int64_t fallback);

/** Is it true? */
bool nb_member_is_true(const json_t *object, const char *key);

/** One line of plain text, from plain text or from HTML. */
struct nb_slice nb_member_line(struct nb_feed_reader *reader, const json_t *object,
                               const char *key);
struct nb_slice nb_member_html_line(struct nb_feed_reader *reader, const json_t *object,
                                    const char *key);

/** Absolute, against the address of the answer; empty when it is none. */
struct nb_slice nb_member_url(struct nb_feed_reader *reader, const json_t *object, const char *key);

/** A date; one without a zone is in UTC. @return -1 when it is none. */
int64_t nb_member_utc(struct nb_feed_reader *reader, const json_t *object, const char *key);

/** Begin an entry; its post is all unknown. @return NULL when there is no memory (reader->err). */
struct nb_feed_post *nb_social_open(struct nb_feed_reader *reader);

#endif
