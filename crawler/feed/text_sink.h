/**
 * Where text goes on its way out of HTML: white space is held back until something visible
 * follows, so collapsing, trimming and "at most one blank line" fall out of one place.
 *
 * Threads: a sink belongs to one thread at a time.
 */
#ifndef NABIZ_FEED_TEXT_SINK_H
#define NABIZ_FEED_TEXT_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

enum nb_gap { NB_GAP_NONE, NB_GAP_SPACE, NB_GAP_LINE, NB_GAP_PARAGRAPH };

/** Room for the whole result is reserved at the start. */
struct nb_text_sink {
    char *p;
    size_t len;
    enum nb_gap gap; /* held back */
    bool bullet;     /* "- " goes in front of the next visible character */
    bool one_line;
    uint32_t pre; /* open <pre>: line breaks are kept */
};

/** Room for the text of input_len bytes. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_sink_begin(struct nb_text_sink *sink, size_t input_len, bool one_line,
                          struct nb_buf *scratch) NB_MUSTUSE;

/** White space of at least this kind; two lines make a paragraph. */
void nb_sink_gap(struct nb_text_sink *sink, enum nb_gap gap);

/** One code point, white space and invisible ones included. */
void nb_sink_code_point(struct nb_text_sink *sink, uint32_t c);

/** Bytes [from, end) of s: '<' is text here, '&' a reference when decode is set. */
void nb_sink_text(struct nb_text_sink *sink, struct nb_slice s, size_t from, size_t end,
                  bool decode);

/** The text in NFC, in the arena. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_sink_end(const struct nb_text_sink *sink, struct nb_arena *arena,
                        struct nb_slice *out) NB_MUSTUSE;

#endif
