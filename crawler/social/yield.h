/**
 * Pages of open APIs, for a source that is followed: their documents, and where to go on.
 *
 * A root leads to its lists: WordPress /wp-json/ to posts and comments, Discourse /latest.json to
 * its topics. A list is read from its newest end at each visit, so that what was edited or deleted
 * there shows, and further back as long as there is something new.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SOCIAL_YIELD_H
#define NABIZ_SOCIAL_YIELD_H

#include "crawler/site/yield.h"

/** The kind of API that an address is of, by its path; UNKNOWN when it is none. */
nb_site_kind nb_social_kind(const struct nb_url *url);

/** nb_site_read_fn for pages of the kinds WORDPRESS, MASTODON and DISCOURSE. */
enum nb_err nb_social_yield(const struct nb_site_input *input, struct nb_arena *arena,
                            struct nb_site_yield *out, struct nb_error *error) NB_MUSTUSE;

/**
 * Is this the answer of an open API, with something in it?
 * @param kind  [out] what its documents are.
 */
bool nb_social_look(struct nb_slice bytes, struct nb_slice url, const struct nb_date_context *dates,
                    struct nb_arena *arena, Nb__Kind *kind);

#endif
