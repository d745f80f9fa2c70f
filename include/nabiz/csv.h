/**
 * CSV for people's spreadsheets and for programs.
 *
 * The spreadsheet flavour starts with a byte-order mark, separates with ';' and ends lines with
 * CR LF: a spreadsheet set to Turkish opens it right, since there the comma is the decimal sign.
 * A cell that a spreadsheet would run as a formula (it starts with = + - @, one of their full-width
 * forms, tab, CR or LF, and is not a number) gets a ' in front.
 *
 * Threads: a writer belongs to one thread at a time.
 */
#ifndef NABIZ_CSV_H
#define NABIZ_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/slice.h>

struct nb_csv {
    struct nb_buf *buf;
    bool filled; /* the current row has a cell */
};

/** Start a table; writes the byte-order mark. */
void nb_csv_init(struct nb_csv *csv, struct nb_buf *buf);

/** The columns' names, n of them, as a row of its own. */
void nb_csv_titles(struct nb_csv *csv, const char *const *titles, size_t n);
void nb_csv_str(struct nb_csv *csv, struct nb_slice value);
void nb_csv_int(struct nb_csv *csv, int64_t value);

/** Thousandths as a decimal with the Turkish comma: -812 -> -0,812. */
void nb_csv_milli(struct nb_csv *csv, int64_t value_milli);

/** "2026-11-22 01:24:00" at the offset; negative gives an empty cell. */
void nb_csv_time(struct nb_csv *csv, int64_t at_ms, int32_t offset_min);
void nb_csv_end_row(struct nb_csv *csv);

#endif
