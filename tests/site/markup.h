/**
 * Writing XML and HTML: escaping, item bodies as paragraphs, and the few dates feeds need.
 *
 * Threads: pure functions on the caller's buffer.
 */
#ifndef SITE_MARKUP_H
#define SITE_MARKUP_H

#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/slice.h>

/** Text for XML or HTML content and quoted attributes. */
void markup_escape(struct nb_slice in, struct nb_buf *out);

/**
 * A body as HTML: paragraphs, links, and a quote as the engine writes it.
 * @param quote_author  NULL: quotes are plain blockquotes; else forum markup naming the author.
 */
void markup_body(struct nb_slice body, const char *quote_author, uint32_t quote_id,
                 struct nb_buf *out);

/** A body as plain text, cut at a word to max bytes with an ellipsis. */
void markup_summary(struct nb_slice body, size_t max, struct nb_buf *out);

/** "Wed, 18 Mar 2026 06:52:00 +0300" */
void markup_rfc822(int64_t at_ms, struct nb_buf *out);

/** "2026-03-18T06:52:00+03:00" */
void markup_iso(int64_t at_ms, struct nb_buf *out);

/** "18.03.2026 06:52" */
void markup_local(int64_t at_ms, struct nb_buf *out);

/** UTF-8 to windows-1254; what it lacks becomes a character reference. */
void markup_latin5(struct nb_slice in, struct nb_buf *out);

#endif
