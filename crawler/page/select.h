/**
 * Selectors: which elements of a page are meant, as people write it in a profile.
 *
 *     article.message[data-author] > div .bbWrapper
 *
 * A part is a name, `*`, `.class`, `#id`, `[attr]`, `[attr=v]`, `[attr^=v]` (begins), `[attr$=v]`
 * (ends), `[attr*=v]` (holds), or several of them together; parts are joined by a space (anywhere
 * below) or `>` (right below). Commas part alternatives. This is the part of CSS Selectors level 3
 * that extraction needs; names, classes and ids compare without ASCII case.
 *
 * Threads: a compiled selector is immutable.
 */
#ifndef NABIZ_PAGE_SELECT_H
#define NABIZ_PAGE_SELECT_H

#include "crawler/page/dom.h"

struct nb_selector;

/**
 * @param arena  owns the selector, which borrows from text.
 * @param error  [out] says what was not understood; may be NULL.
 * @return NB_OK, NB_ESYNTAX, NB_ENOMEM.
 */
enum nb_err nb_selector_compile(struct nb_slice text, struct nb_arena *arena,
                                const struct nb_selector **out, struct nb_error *error) NB_MUSTUSE;

/** Is node one of those meant, with all of its surroundings in the tree? Depth times parts. */
bool nb_selector_matches(const struct nb_selector *selector, const struct nb_dom *dom,
                         uint32_t node);

/**
 * The first one after `from` and below root, in document order. root itself is not below root.
 * @return 0 when there is none.
 */
uint32_t nb_selector_next(const struct nb_selector *selector, const struct nb_dom *dom,
                          uint32_t root, uint32_t from);

#endif
