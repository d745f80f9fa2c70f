/**
 * The writer of the story: gives a planned item its author, its place in a thread and its text.
 * Items are written in the order of time, so that each can answer and link to what came before.
 *
 * Threads: one writer, one thread.
 */
#ifndef SITE_STORY_WRITE_H
#define SITE_STORY_WRITE_H

#include "tests/site/story_plan.h"

struct writer {
    const struct text *text;
    const struct cast *cast;
    struct nb_arena *arena;
    struct item *items; /* written so far, by time */
    size_t items_n;
    struct rng rng; /* of the item being written */
    struct nb_error *error;
};

/** Write the next item. *out_done is false when it had nothing to answer and was dropped. */
enum nb_err write_item(struct writer *writer, const struct plan *plan, bool *out_done) NB_MUSTUSE;

/** Set url and guid of an item whose id, site, title and thread are known. */
enum nb_err write_address(const struct cast *cast, struct nb_arena *arena,
                          struct item *item) NB_MUSTUSE;

/** Title and body; the item's place, topic and author are known. */
enum nb_err write_words(struct writer *writer, struct item *item) NB_MUSTUSE;

/** Keep the rows a voice has drawn with the item. */
enum nb_err write_bound(struct writer *writer, const struct text_voice *voice,
                        struct item *item) NB_MUSTUSE;

/** What is linked when one speaks of a topic now: an item, or NULL. */
const struct item *write_source_of(struct writer *writer, const struct item *item);

#endif
