#include <nabiz/table.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <nabiz/text.h>

#include "common/unsafe.h"

/*
 * A flexible column keeps this much, or its title if that is wider: less would show nothing worth
 * reading. When the rows do not fit then, each is written as a record of several lines instead.
 */
enum { GAP = 2, NARROWEST = 16, RECORD_INDENT = 4, WIDTH_MAX = 100000 };

#define ELLIPSIS "\xE2\x80\xA6"

struct cell {
    struct nb_slice text; /* valid UTF-8 that a terminal shows as it is */
    size_t columns;
    enum nb_paint paint;
};

struct nb_table {
    struct nb_arena *arena;
    const struct nb_column *columns;
    size_t columns_n;
    struct cell *cells;
    size_t cells_n;
    size_t cells_cap;
    bool failed;
};

struct nb_table *nb_table_new(struct nb_arena *arena, const struct nb_column *columns,
                              size_t columns_n)
{
    assert(columns_n > 0);
    struct nb_table *table = nb_arena_calloc(arena, 1, sizeof(*table));
    if (table) {
        table->arena = arena;
        table->columns = columns;
        table->columns_n = columns_n;
    }
    return table;
}

/* Copy, with every run of white space and of what a terminal would act on as one space. */
static struct nb_slice cleaned(struct nb_arena *arena, struct nb_slice in)
{
    /* An ill-formed byte may become the three bytes of U+FFFD. */
    char *out = in.len <= SIZE_MAX / 3 ? nb_arena_alloc(arena, in.len * 3) : NULL;
    size_t n = 0;
    for (size_t pos = 0; out && pos < in.len;) {
        uint32_t c = nb_utf8_next(in, &pos);
        if (c == ' ' || nb_code_point_is_unsafe(c)) {
            if (n > 0 && out[n - 1] != ' ') {
                out[n++] = ' ';
            }
        } else {
            n += nb_utf8_put(c, out + n);
        }
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    return nb_slice(out, n);
}

void nb_table_cell(struct nb_table *table, enum nb_paint paint, struct nb_slice text)
{
    if (table->cells_n == table->cells_cap) {
        size_t cap = table->cells_cap ? table->cells_cap * 2 : 64;
        struct cell *cells =
            cap > SIZE_MAX / sizeof(*cells)
                ? NULL
                : nb_arena_grow(table->arena, table->cells, table->cells_cap * sizeof(*cells),
                                cap * sizeof(*cells));
        if (!cells) {
            table->failed = true;
            return;
        }
        table->cells = cells;
        table->cells_cap = cap;
    }
    struct nb_slice clean = cleaned(table->arena, text);
    if (!clean.p) {
        table->failed = true;
        return;
    }
    table->cells[table->cells_n++] = (struct cell){clean, nb_text_columns(clean), paint};
}

void nb_table_cellf(struct nb_table *table, enum nb_paint paint, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    nb_table_cell(table, paint, nb_slice(text, len));
}

/*
 * Take from the widest flexible column, one column at a time, until the rows fit.
 * @return false when they do not.
 */
static bool narrow(const struct nb_table *table, size_t *widths, const size_t *floors, size_t width)
{
    size_t total = GAP * (table->columns_n - 1);
    for (size_t i = 0; i < table->columns_n; i++) {
        total += widths[i];
    }
    while (total > width) {
        size_t widest = table->columns_n;
        for (size_t i = 0; i < table->columns_n; i++) {
            bool gives = table->columns[i].flexible && widths[i] > floors[i];
            if (gives && (widest == table->columns_n || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        if (widest == table->columns_n) {
            return false;
        }
        widths[widest]--;
        total--;
    }
    return true;
}

static const char *colour_of(enum nb_paint paint)
{
    switch (paint) {
    case NB_RED:
        return "\x1b[31m";
    case NB_GREEN:
        return "\x1b[32m";
    case NB_YELLOW:
        return "\x1b[33m";
    case NB_BOLD:
        return "\x1b[1m";
    case NB_DIM:
        return "\x1b[2m";
    case NB_PLAIN:
        break;
    }
    return "";
}

static void add_spaces(struct nb_buf *out, size_t n)
{
    for (; n > 0; n--) {
        nb_buf_add_byte(out, ' ');
    }
}

/* One cell in its width; `last` of the row gets no spaces behind it. */
static void add_cell(struct nb_buf *out, const struct cell *cell, enum nb_align align, size_t width,
                     bool last, bool colour)
{
    struct nb_slice text = cell->text;
    size_t columns = cell->columns;
    bool cut = columns > width;
    if (cut) {
        text = nb_text_cut_columns(text, width - 1);
        columns = nb_text_columns(text) + 1;
    }
    size_t room = columns < width ? width - columns : 0;
    const char *paint = colour ? colour_of(cell->paint) : "";
    add_spaces(out, align == NB_RIGHT ? room : 0);
    nb_buf_add_str(out, paint);
    nb_buf_add(out, text);
    nb_buf_add_str(out, cut ? ELLIPSIS : "");
    nb_buf_add_str(out, *paint ? "\x1b[0m" : "");
    add_spaces(out, align == NB_LEFT && !last ? room : 0);
}

static void add_row(struct nb_buf *out, const struct nb_table *table, const struct cell *cells,
                    const size_t *widths, bool colour)
{
    size_t from = out->len;
    for (size_t i = 0; i < table->columns_n; i++) {
        bool last = i + 1 == table->columns_n;
        add_cell(out, &cells[i], table->columns[i].align, widths[i], last, colour);
        add_spaces(out, last ? 0 : GAP);
    }
    while (out->len > from && out->p[out->len - 1] == ' ') {
        out->len--;
    }
    nb_buf_add_byte(out, '\n');
}

/* Where the next word of a record goes, and the room it has. */
struct flow {
    struct nb_buf *out;
    size_t width;
    size_t column;
};

/* A word and the ASCII mark behind it, on the next line when they do not fit on this one. */
static void flow_word(struct flow *flow, struct nb_slice word, const char *mark, const char *paint)
{
    size_t columns = nb_text_columns(word) + strlen(mark);
    if (flow->column > RECORD_INDENT && flow->column + 1 + columns > flow->width) {
        nb_buf_add_byte(flow->out, '\n');
        flow->column = 0;
    }
    if (flow->column == 0) {
        add_spaces(flow->out, RECORD_INDENT);
        flow->column = RECORD_INDENT;
    } else {
        nb_buf_add_byte(flow->out, ' ');
        flow->column++;
    }
    nb_buf_add_str(flow->out, paint);
    nb_buf_add(flow->out, word);
    nb_buf_add_str(flow->out, *paint ? "\x1b[0m" : "");
    nb_buf_add_str(flow->out, mark);
    flow->column += columns;
}

/* The words of a text; the mark goes with the last one, or alone when there is none. */
static void flow_words(struct flow *flow, struct nb_slice text, const char *mark, const char *paint)
{
    struct nb_slice word;
    struct nb_slice held = {NULL, 0};
    while (nb_slice_split(&text, ' ', &word)) {
        if (word.len) {
            if (held.len) {
                flow_word(flow, held, "", paint);
            }
            held = word;
        }
    }
    if (held.len) {
        flow_word(flow, held, mark, paint);
    } else {
        nb_buf_add_str(flow->out, mark);
        flow->column += strlen(mark);
    }
}

/*
 * Cells up to the first flexible one head the record, the others follow with their titles. What is
 * empty is left out: a title alone would read as if the next title were its value.
 */
static void add_record(struct nb_buf *out, const struct nb_table *table, const struct cell *cells,
                       size_t width, bool colour)
{
    struct flow flow = {out, width, 0};
    size_t i = 0;
    size_t last = table->columns_n;
    while (last > 0 && cells[last - 1].text.len == 0) {
        last--;
    }
    for (bool heading = true; heading && i < table->columns_n; i++) {
        heading = !table->columns[i].flexible;
        add_cell(out, &cells[i], NB_LEFT, cells[i].columns, true, colour);
        add_spaces(out, heading ? GAP : 0);
    }
    nb_buf_add_byte(out, '\n');
    for (; i < last; i++) {
        const char *paint = colour ? colour_of(cells[i].paint) : "";
        if (cells[i].text.len > 0) {
            flow_words(&flow, nb_slice_str(table->columns[i].title), "",
                       colour ? colour_of(NB_DIM) : "");
            flow_words(&flow, cells[i].text, i + 1 == last ? "" : ",", paint);
        }
    }
    nb_buf_add_str(out, flow.column ? "\n" : "");
}

enum nb_err nb_table_write(struct nb_table *table, size_t width, bool colour, struct nb_buf *out)
{
    size_t n = table->columns_n;
    size_t *widths = nb_arena_calloc(table->arena, n, sizeof(*widths));
    size_t *floors = nb_arena_calloc(table->arena, n, sizeof(*floors));
    struct cell *titles = nb_arena_calloc(table->arena, n, sizeof(*titles));
    if (table->failed || !widths || !floors || !titles) {
        return NB_ENOMEM;
    }
    assert(table->cells_n % n == 0);
    for (size_t i = 0; i < n; i++) {
        struct nb_slice title = nb_slice_str(table->columns[i].title);
        titles[i] = (struct cell){title, nb_text_columns(title), NB_BOLD};
        widths[i] = titles[i].columns;
        floors[i] = widths[i] > NARROWEST ? widths[i] : NARROWEST;
    }
    for (size_t i = 0; i < table->cells_n; i++) {
        size_t columns = table->cells[i].columns < WIDTH_MAX ? table->cells[i].columns : WIDTH_MAX;
        widths[i % n] = widths[i % n] > columns ? widths[i % n] : columns;
    }
    bool fits = width == 0 || narrow(table, widths, floors, width);
    if (fits) {
        add_row(out, table, titles, widths, colour);
    }
    for (size_t i = 0; i < table->cells_n; i += n) {
        if (fits) {
            add_row(out, table, table->cells + i, widths, colour);
        } else {
            add_record(out, table, table->cells + i, width, colour);
        }
    }
    return out->err == NB_ETOOBIG ? NB_ENOMEM : out->err;
}

size_t nb_terminal_width(int fd)
{
    int64_t columns;
    const char *wanted = getenv("COLUMNS");
    if (wanted && nb_slice_to_i64(nb_slice_str(wanted), &columns) && columns > 0 &&
        columns <= WIDTH_MAX) {
        return (size_t)columns;
    }
    struct winsize size;
    if (!isatty(fd)) {
        return 0;
    }
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool nb_terminal_colour(int fd)
{
    const char *never = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return isatty(fd) && !(never && *never) && !(terminal && strcmp(terminal, "dumb") == 0);
}
