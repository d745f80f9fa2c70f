/*
 * Tables as spreadsheets write them (RFC 4180, and what differs from it): the first row names the
 * columns, as the members of a JSON line are named, and each following row is read as such a line.
 *
 * The separator is the one of comma, semicolon and tab that the first row has most of, or what a
 * line "sep=;" before it says. Cells in quotes may have separators, line ends and, doubled, quotes.
 */
#include "crawler/social/import.h"

#include <string.h>

#include <nabiz/charset.h>
#include <nabiz/text.h>

enum { COLUMNS_MAX = 256, LIST_MAX = 500, ROW_BYTES = 64 << 20, DECODED = 4 };

enum form { UNKNOWN, TEXT, NUMBER, LIST };

struct column {
    const char *name;
    enum form form;
};

static const struct column columns[] = {
    {"id", TEXT},
    {"guid", TEXT},
    {"url", TEXT},
    {"link", TEXT},
    {"site", TEXT},
    {"author", TEXT},
    {"author_name", TEXT},
    {"title", TEXT},
    {"text", TEXT},
    {"published", TEXT},
    {"kind", TEXT},
    {"language", TEXT},
    {"lang", TEXT},
    {"reply_to", TEXT},
    {"in_reply_to", TEXT},
    {"thread", TEXT},
    {"source", TEXT},
    {"boost_of", TEXT},
    {"followers_read", TEXT},
    {"likes", NUMBER},
    {"shares", NUMBER},
    {"comments", NUMBER},
    {"views", NUMBER},
    {"followers", NUMBER},
    {"audience", NUMBER},
    {"categories", LIST},
    {"links", LIST},
};

enum { KNOWN_N = sizeof(columns) / sizeof(columns[0]) };

struct table {
    struct nb_slice text;
    size_t at;
    char separator;
    const struct column *columns[COLUMNS_MAX]; /* NULL: passed over */
    size_t columns_n;
    size_t row; /* the next one, from 1 */
    struct nb_arena *arena;
};

/* ---- cells ---- */

static bool at_end(const struct table *t)
{
    return t->at >= t->text.len;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

struct cell {
    char *p; /* NULL: only its length is wanted */
    size_t len;
    bool is_closed; /* what was quoted */
};

static void add_byte(struct cell *cell, char c)
{
    if (cell->p) {
        cell->p[cell->len] = c;
    }
    cell->len++;
}

/* Behind the opening quote. @return false when there is none that closes it. */
static bool take_quoted(struct table *t, struct cell *cell)
{
    while (!at_end(t)) {
        char c = t->text.p[t->at++];
        bool doubled = c == '"' && !at_end(t) && t->text.p[t->at] == '"';
        if (c == '"' && !doubled) {
            return true;
        }
        t->at += doubled;
        add_byte(cell, c);
    }
    return false;
}

/*
 * Whether a quote opens a cell. Tables with tabs are also written without any quoting: there it is
 * one of the text unless another one stands where the cell ends. What is passed over here in vain
 * begins no cell that does the same, so that all of it is linear.
 */
static bool opens_cell(const struct table *t)
{
    struct cell cell = {NULL, 0, false};
    if (at_end(t) || t->text.p[t->at] != '"' || t->separator != '\t') {
        return !at_end(t) && t->text.p[t->at] == '"';
    }
    struct table ahead = {.text = t->text, .at = t->at + 1};
    if (!take_quoted(&ahead, &cell)) {
        return false;
    }
    while (!at_end(&ahead) && ahead.text.p[ahead.at] == ' ') {
        ahead.at++;
    }
    return at_end(&ahead) || ahead.text.p[ahead.at] == '\t' || is_line_end(ahead.text.p[ahead.at]);
}

/* Up to the separator or the end of the row. */
static void take_cell(struct table *t, struct cell *cell)
{
    cell->len = 0;
    cell->is_closed = true;
    while (!at_end(t) && t->text.p[t->at] == ' ') {
        t->at++;
    }
    if (opens_cell(t)) {
        t->at++;
        cell->is_closed = take_quoted(t, cell);
    }
    while (!at_end(t) && t->text.p[t->at] != t->separator && !is_line_end(t->text.p[t->at])) {
        add_byte(cell, t->text.p[t->at++]);
    }
}

/*
 * The next cell, and what ended it: the row, or the separator before another one.
 * @return NB_OK, NB_ETOOBIG, NB_ESYNTAX (its quote is never closed).
 */
static enum nb_err next_cell(struct table *t, struct nb_slice *out, bool *ends_row)
{
    struct cell cell = {NULL, 0, true};
    size_t begin = t->at;
    take_cell(t, &cell);
    cell.p = nb_arena_alloc(t->arena, cell.len + 1);
    if (!cell.p) {
        return NB_ETOOBIG;
    }
    t->at = begin;
    take_cell(t, &cell);
    *ends_row = at_end(t) || is_line_end(t->text.p[t->at]);
    t->at += !at_end(t) && t->text.p[t->at] == '\r' && t->at + 1 < t->text.len &&
             t->text.p[t->at + 1] == '\n';
    t->at += !at_end(t);
    *out = nb_slice_trim(nb_slice(cell.p, cell.len));
    return cell.is_closed ? NB_OK : NB_ESYNTAX;
}

/* ---- the first row ---- */

static char separator_of(struct nb_slice text)
{
    static const char separators[] = {',', ';', '\t'};
    size_t counts[3] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && (quoted || !is_line_end(text.p[i])); i++) {
        quoted ^= text.p[i] == '"';
        for (size_t k = 0; !quoted && k < 3; k++) {
            counts[k] += text.p[i] == separators[k];
        }
    }
    for (size_t k = 1; k < 3; k++) {
        best = counts[k] > counts[best] ? k : best;
    }
    return separators[best];
}

/* What a spreadsheet is told in a line of its own. */
static void read_separator(struct table *t)
{
    struct nb_slice text = t->text;
    if (nb_slice_starts(text, NB_LIT("sep=")) && text.len > 5 && is_line_end(text.p[5]) &&
        text.p[4] != 0 && strchr(",;|\t:", text.p[4])) {
        t->separator = text.p[4];
        t->at = text.p[5] == '\r' && text.len > 6 && text.p[6] == '\n' ? 7 : 6;
        t->row++;
        return;
    }
    t->separator = separator_of(text);
}

static const struct column *column_of(struct nb_slice name)
{
    for (size_t i = 0; i < KNOWN_N; i++) {
        if (nb_slice_eq_ascii_case(name, nb_slice_str(columns[i].name))) {
            return &columns[i];
        }
    }
    return NULL;
}

static bool has_column(const struct table *t, const char *name)
{
    const struct column *wanted = column_of(nb_slice_str(name));
    for (size_t i = 0; i < t->columns_n; i++) {
        if (t->columns[i] == wanted) {
            return true;
        }
    }
    return false;
}

static enum nb_err read_head(struct table *t, struct nb_error *error)
{
    bool ends_row = at_end(t);
    read_separator(t);
    while (!ends_row) {
        struct nb_slice name;
        enum nb_err err = next_cell(t, &name, &ends_row);
        if (err != NB_OK || t->columns_n == COLUMNS_MAX) {
            return nb_error_set(error, NB_ESYNTAX,
                                "the first row does not name %d columns or fewer", COLUMNS_MAX);
        }
        t->columns[t->columns_n++] = column_of(name);
    }
    t->row++;
    if (has_column(t, "text") || has_column(t, "title") || has_column(t, "boost_of")) {
        return NB_OK;
    }
    return nb_error_set(error, NB_ESYNTAX,
                        "the first row of a table names its columns, one of them text, title or "
                        "boost_of; see nabiz import --help");
}

/* ---- rows ---- */

static void set_list(json_t *object, const char *name, struct nb_slice cell)
{
    json_t *list = json_array();
    struct nb_slice part;
    for (size_t n = 0; list && n < LIST_MAX && nb_slice_split(&cell, '|', &part); n++) {
        part = nb_slice_trim(part);
        if (part.len) {
            (void)json_array_append_new(list, json_stringn(part.p, part.len));
        }
    }
    (void)json_object_set_new(object, name, list);
}

/* Where some rows have no number, spreadsheets and data frames write the others as 120.0. */
static bool read_number(struct nb_slice cell, int64_t *out)
{
    size_t point = nb_slice_find_byte(cell, '.', 0);
    struct nb_slice rest = nb_slice_sub(cell, point, cell.len);
    if (nb_slice_eq(rest, NB_LIT(".0")) || nb_slice_eq(rest, NB_LIT(".00"))) {
        cell = nb_slice_sub(cell, 0, point);
    }
    return nb_slice_to_i64(cell, out);
}

/* An empty cell says nothing, and of two columns with one name the first that says something
 * counts. */
static void set_cell(json_t *object, const struct column *column, struct nb_slice cell)
{
    int64_t number;
    if (!cell.len || json_object_get(object, column->name)) {
        return;
    }
    if (column->form == LIST) {
        set_list(object, column->name, cell);
    } else if (column->form == NUMBER) {
        if (read_number(cell, &number)) {
            (void)json_object_set_new(object, column->name, json_integer(number));
        }
    } else {
        (void)json_object_set_new(object, column->name, json_stringn(cell.p, cell.len));
    }
}

/* @param empty  [out] it is a blank line. */
static enum nb_err read_row(struct table *t, json_t *object, bool *empty)
{
    bool ends_row = false;
    enum nb_err err = NB_OK;
    *empty = true;
    for (size_t i = 0; !ends_row && err != NB_ESYNTAX; i++) {
        struct nb_slice cell = {NULL, 0};
        enum nb_err one = next_cell(t, &cell, &ends_row);
        err = err == NB_OK ? one : err;
        if (one == NB_ETOOBIG) { /* on to the next row */
            t->at = t->text.len;
            return one;
        }
        *empty = *empty && !cell.len;
        if (one == NB_OK && i < t->columns_n && t->columns[i]) {
            set_cell(object, t->columns[i], cell);
        }
    }
    return err;
}

static enum nb_err hand_on(struct table *t, json_t *object, enum nb_err err,
                           const struct nb_import_context *context, nb_import_fn *each, void *arg)
{
    struct nb_error error = {0};
    struct nb_document *document = NULL;
    if (err == NB_ESYNTAX) {
        err = nb_error_set(&error, err,
                           "a quote opens in it that nothing closes; no row behind it is "
                           "read");
    } else if (err != NB_OK) {
        err = nb_error_set(&error, err, "it is over 64 MiB; no row behind it is read");
    } else {
        err = nb_import_object(object, context, t->arena, &document, &error);
    }
    return each(arg, t->row, err, document, &error);
}

static enum nb_err read_rows(struct table *t, const struct nb_import_context *context,
                             nb_import_fn *each, void *arg)
{
    enum nb_err err = NB_OK;
    for (; err == NB_OK && !at_end(t); t->row++) {
        bool empty;
        json_t *object = json_object();
        nb_arena_reset(t->arena);
        enum nb_err one = object ? read_row(t, object, &empty) : NB_ENOMEM;
        if (!object) {
            return NB_ENOMEM;
        }
        err = one == NB_OK && empty ? NB_OK : hand_on(t, object, one, context, each, arg);
        json_decref(object);
    }
    return err;
}

/* Spreadsheets write what they please: UTF-8 with a mark, UTF-16, or the Turkish 8-bit set. */
static enum nb_err decode(struct nb_slice bytes, struct nb_arena **arena, struct nb_slice *text)
{
    struct nb_charset charset = nb_charset_decide(NB_LIT("text/csv"), bytes);
    *arena = nb_arena_new(DECODED * bytes.len + ROW_BYTES);
    return *arena ? nb_charset_decode(charset, bytes, *arena, text) : NB_ENOMEM;
}

enum nb_err nb_import_table(struct nb_slice bytes, const struct nb_import_context *context,
                            nb_import_fn *each, void *arg, struct nb_error *error)
{
    struct nb_arena *decoded;
    struct table table = {.row = 1, .arena = nb_arena_new(ROW_BYTES)};
    enum nb_err err = decode(bytes, &decoded, &table.text);
    err = err == NB_OK && !table.arena ? NB_ENOMEM : err;
    if (err == NB_OK) {
        err = read_head(&table, error);
    }
    if (err == NB_OK) {
        err = read_rows(&table, context, each, arg);
    }
    nb_arena_free(table.arena);
    nb_arena_free(decoded);
    return err;
}
