/**
 * Fragments of HTML, as feeds carry them, to plain text and links.
 *
 * Blocks become paragraphs (\n\n), <br> and list items lines (\n, items with "- " in front), white
 * space collapses, scripts and styles go, references are decoded. The reader is tolerant: any bytes
 * have a text. The result is NFC, without control characters, zero-width spaces or soft hyphens.
 *
 * Time is linear in the input; the text is at most half as long again.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_FEED_HTML_TEXT_H
#define NABIZ_FEED_HTML_TEXT_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/feed.h>
#include <nabiz/slice.h>
#include <nabiz/url.h>

struct nb_html_text {
    struct nb_slice text;
    const struct nb_feed_link *links; /* http and https, absolute, in their order */
    size_t links_n;
};

/**
 * @param html     valid UTF-8.
 * @param base     what relative links are resolved against; NULL: only absolute links count.
 * @param scratch  emptied and used; its maximum must be at least 3/2 html.len + 8.
 * @param arena    owns the result.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_html_text(struct nb_slice html, const struct nb_url *base, struct nb_buf *scratch,
                         struct nb_arena *arena, struct nb_html_text *out) NB_MUSTUSE;

/** As nb_html_text without links, in one line: for titles. */
enum nb_err nb_html_line(struct nb_slice html, struct nb_buf *scratch, struct nb_arena *arena,
                         struct nb_slice *out) NB_MUSTUSE;

/**
 * Text that is no HTML, cleaned the same way: blank lines part paragraphs, other white space
 * collapses.
 */
enum nb_err nb_plain_text(struct nb_slice text, struct nb_buf *scratch, struct nb_arena *arena,
                          struct nb_slice *out) NB_MUSTUSE;

/** Plain text in one line. */
enum nb_err nb_plain_line(struct nb_slice text, struct nb_buf *scratch, struct nb_arena *arena,
                          struct nb_slice *out) NB_MUSTUSE;

#endif
