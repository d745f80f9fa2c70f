/**
 * What everybody does with JSON-LD: going through the blocks of a page, and taking values.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_LDBLOCK_H
#define NABIZ_PAGE_LDBLOCK_H

#include <jansson.h>

#include "crawler/page/dom.h"

/** How deep objects are looked into. */
enum { NB_LD_DEPTH_MAX = 12 };

/** Where the thing that a page is about may be: keys of an object, NULL ends them. */
extern const char *const nb_ld_inner[];

typedef void nb_ld_fn(void *context, const json_t *root);

/**
 * Read each block of a page, with what often breaks them mended; what is no JSON then is passed
 * over. The value is freed when fn returns.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_ld_each(const struct nb_dom *dom, struct nb_arena *arena, nb_ld_fn *fn,
                       void *context) NB_MUSTUSE;

/** The text of a string, borrowed; empty for anything else. */
struct nb_slice nb_ld_string(const json_t *value);

/** The first of a list, or the value itself. */
const json_t *nb_ld_first(const json_t *value);

/**
 * The number that counts an action in interactionStatistic, one object or a list of them.
 * @param action  how its name ends: "LikeAction".
 * @return -1 when it does not say.
 */
int64_t nb_ld_statistic(const json_t *object, const char *action);

/** How many follow an author who says so (interactionStatistic of FollowAction); -1: not said, or
 * there are several authors. */
int64_t nb_ld_followers(const json_t *author);

/** A count, as a number or written out. @return -1 when it is none. */
int64_t nb_ld_count(const json_t *value);

#endif
