/**
 * Tables for people: aligned columns, cut to the terminal's width, coloured on a terminal.
 *
 * Cells are collected, then laid out once: numbers to the right, text to the left; when the rows
 * are wider than the terminal, the widest flexible column gives way first. When not enough would be
 * left of it to read, each row becomes a record: the cells up to the first flexible one on a line,
 * the others below with their titles.
 *
 * Threads: a table belongs to one thread at a time.
 */
#ifndef NABIZ_TABLE_H
#define NABIZ_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/slice.h>

enum nb_align { NB_LEFT, NB_RIGHT };

enum nb_paint { NB_PLAIN, NB_RED, NB_GREEN, NB_YELLOW, NB_BOLD, NB_DIM };

struct nb_column {
    const char *title;
    enum nb_align align;
    bool flexible; /* may be cut */
};

struct nb_table;

/** @return NULL when the arena is at its limit. columns must outlive the table. */
struct nb_table *nb_table_new(struct nb_arena *arena, const struct nb_column *columns,
                              size_t columns_n);

/** Add the next cell, left to right, top to bottom; control characters become spaces. */
void nb_table_cell(struct nb_table *table, enum nb_paint paint, struct nb_slice text);
void nb_table_cellf(struct nb_table *table, enum nb_paint paint, const char *format, ...)
    NB_PRINTF(3, 4);

/**
 * Lay out and write.
 * @param width   columns of the terminal; 0 means never cut.
 * @param colour  write ANSI colours.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_table_write(struct nb_table *table, size_t width, bool colour,
                           struct nb_buf *out) NB_MUSTUSE;

/** Columns of the terminal on fd; $COLUMNS wins; 0 when fd is no terminal. */
size_t nb_terminal_width(int fd);

/** Colours wanted on fd: a terminal, and NO_COLOR not set. */
bool nb_terminal_colour(int fd);

#endif
