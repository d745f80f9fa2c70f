/**
 * Parts of a page as plain text, with its paragraphs.
 *
 * Blocks become paragraphs (\n\n); <br>, rows of tables and list items lines (\n, items with "- "
 * or their number in front); other white space collapses, but not in <pre>. The result is NFC,
 * without control characters, zero-width spaces or soft hyphens.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_RENDER_H
#define NABIZ_PAGE_RENDER_H

#include <nabiz/buf.h>

#include "crawler/page/dom.h"

/**
 * Append the text of a subtree to out, as paragraphs of their own.
 * @param dropped  by node: leave it out with all that is below; NULL: everything counts.
 */
void nb_page_render(const struct nb_dom *dom, uint32_t root, const bool *dropped,
                    struct nb_buf *out);

/** The same in one line. */
void nb_page_render_line(const struct nb_dom *dom, uint32_t root, const bool *dropped,
                         struct nb_buf *out);

/** Does an element begin and end a paragraph? */
bool nb_page_is_block(enum nb_tag tag);

/**
 * What was rendered, in NFC.
 * @param arena  owns the text.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (the buffer's maximum).
 */
enum nb_err nb_page_rendered(struct nb_buf *out, struct nb_arena *arena,
                             struct nb_slice *text) NB_MUSTUSE;

#endif
