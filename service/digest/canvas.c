#include "service/digest/canvas.h"

#include <string.h>

#include <cairo.h>

#include <nabiz/buf.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

#define SCALE 2.5 /* pixels of the picture for one drawn */

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_ADDRESS_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(IS_ADDRESS_SANITIZED)
/* fontconfig keeps what it read of the fonts, some 650 bytes that nothing of its own points to when
 * a process ends; it does not grow with pictures. A program may free it, but a library that shares
 * the process with others of its users may not. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig.so";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

enum { TEXT_MAX = 256, PNG_MAX_BYTES = 4 << 20 };

struct nb_canvas {
    cairo_surface_t *surface;
    cairo_t *cairo;
};

struct nb_canvas *nb_canvas_new(int width, int height)
{
    struct nb_canvas *canvas = nb_calloc(1, sizeof(*canvas));
    cairo_font_options_t *options = canvas ? cairo_font_options_create() : NULL;
    if (!canvas) {
        return NULL;
    }
    canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)(width * SCALE),
                                                 (int)(height * SCALE));
    canvas->cairo = cairo_create(canvas->surface);
    cairo_scale(canvas->cairo, SCALE, SCALE);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(canvas->cairo, options);
    cairo_font_options_destroy(options);
    cairo_select_font_face(canvas->cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    if (cairo_status(canvas->cairo) != CAIRO_STATUS_SUCCESS) {
        nb_canvas_free(canvas);
        return NULL;
    }
    return canvas;
}

void nb_canvas_free(struct nb_canvas *canvas)
{
    if (canvas) {
        cairo_destroy(canvas->cairo);
        cairo_surface_destroy(canvas->surface);
        nb_free(canvas);
    }
}

static void set_ink(struct nb_canvas *canvas, uint32_t ink, int percent)
{
    cairo_set_source_rgba(canvas->cairo, (double)(ink >> 16 & 0xff) / 255,
                          (double)(ink >> 8 & 0xff) / 255, (double)(ink & 0xff) / 255,
                          (double)percent / 100);
}

void nb_canvas_rect(struct nb_canvas *canvas, double x, double y, double width, double height,
                    uint32_t ink, int percent)
{
    set_ink(canvas, ink, percent);
    cairo_rectangle(canvas->cairo, x, y, width, height);
    cairo_fill(canvas->cairo);
}

void nb_canvas_line(struct nb_canvas *canvas, double x1, double y1, double x2, double y2,
                    uint32_t ink, double width, bool dashed)
{
    static const double dash[] = {3, 2};
    set_ink(canvas, ink, 100);
    cairo_set_line_width(canvas->cairo, width);
    cairo_set_dash(canvas->cairo, dash, dashed ? 2 : 0, 0);
    cairo_move_to(canvas->cairo, x1, y1);
    cairo_line_to(canvas->cairo, x2, y2);
    cairo_stroke(canvas->cairo);
}

/* As cairo takes it; empty when it is no UTF-8, at which cairo would stop for good. */
static void copy_text(struct nb_slice text, char out[TEXT_MAX])
{
    struct nb_slice cut = nb_utf8_cut(text, TEXT_MAX - 1);
    size_t n = nb_utf8_valid(cut) ? cut.len : 0;
    if (n > 0) {
        memcpy(out, cut.p, n);
    }
    out[n] = '\0';
}

double nb_canvas_text_width(struct nb_canvas *canvas, double size, struct nb_slice text)
{
    char line[TEXT_MAX];
    cairo_text_extents_t extents;
    copy_text(text, line);
    cairo_set_font_size(canvas->cairo, size);
    cairo_text_extents(canvas->cairo, line, &extents);
    return extents.x_advance;
}

void nb_canvas_text(struct nb_canvas *canvas, double x, double y, double size, enum nb_align align,
                    uint32_t ink, struct nb_slice text)
{
    char line[TEXT_MAX];
    double width = nb_canvas_text_width(canvas, size, text);
    copy_text(text, line);
    set_ink(canvas, ink, 100);
    x -= align == NB_ALIGN_RIGHT ? width : (align == NB_ALIGN_CENTRE ? width / 2 : 0);
    cairo_move_to(canvas->cairo, x, y);
    cairo_show_text(canvas->cairo, line);
}

static cairo_status_t collect(void *arg, const unsigned char *bytes, unsigned n)
{
    nb_buf_add(arg, nb_slice(bytes, n));
    return CAIRO_STATUS_SUCCESS;
}

enum nb_err nb_canvas_png(struct nb_canvas *canvas, struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_buf png;
    nb_buf_init(&png, PNG_MAX_BYTES);
    cairo_status_t status = cairo_status(canvas->cairo);
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_write_to_png_stream(canvas->surface, collect, &png);
    }
    enum nb_err err = status == CAIRO_STATUS_SUCCESS ? nb_buf_finish(&png, NULL) : NB_ENOMEM;
    if (err == NB_OK) {
        *out = nb_arena_copy(arena, nb_buf_slice(&png));
        err = out->p ? NB_OK : NB_ENOMEM;
    }
    nb_buf_fini(&png);
    return err;
}
