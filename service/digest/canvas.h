/**
 * A canvas: rectangles, lines and text, to a PNG picture. Owns cairo.
 *
 * Lengths are in pixels of a page; a picture has two and a half times as many, for dense screens.
 * The font is DejaVu Sans, which Debian's fonts-dejavu-core brings, without hinting, so that the
 * same calls give the same bytes on every machine of a release. The ground is transparent and
 * colours are chosen to be read on white and on dark grey.
 *
 * Threads: a canvas belongs to one thread.
 */
#ifndef NABIZ_DIGEST_CANVAS_H
#define NABIZ_DIGEST_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/* The colours of M. Okabe and K. Ito, "Color universal design", 2008, which people with any kind of
 * colour blindness tell apart; and greys. */
enum {
    NB_INK_BLUE = 0x0072b2,
    NB_INK_VERMILLION = 0xd55e00,
    NB_INK_GREEN = 0x009e73,
    NB_INK_GREY = 0xa3abb6,
    NB_INK_TEXT = 0x747e8c,
    NB_INK_WHITE = 0xffffff
};

enum nb_align { NB_ALIGN_LEFT, NB_ALIGN_CENTRE, NB_ALIGN_RIGHT };

struct nb_canvas;

/** @return NULL when out of memory. */
struct nb_canvas *nb_canvas_new(int width, int height);
void nb_canvas_free(struct nb_canvas *canvas);

/** @param percent  how opaque it is. */
void nb_canvas_rect(struct nb_canvas *canvas, double x, double y, double width, double height,
                    uint32_t ink, int percent);
void nb_canvas_line(struct nb_canvas *canvas, double x1, double y1, double x2, double y2,
                    uint32_t ink, double width, bool dashed);

/** Text of one line, y is its base line. What is no UTF-8 is left out. */
void nb_canvas_text(struct nb_canvas *canvas, double x, double y, double size, enum nb_align align,
                    uint32_t ink, struct nb_slice text);
double nb_canvas_text_width(struct nb_canvas *canvas, double size, struct nb_slice text);

/** The picture. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_canvas_png(struct nb_canvas *canvas, struct nb_arena *arena,
                          struct nb_slice *out) NB_MUSTUSE;

#endif
