/**
 * Texts of the real material, for training and evaluation: rows of a table, one column of which is
 * the text.
 *
 * Threads: a reader belongs to one thread.
 */
#ifndef NABIZ_TURKISH_CORPUS_H
#define NABIZ_TURKISH_CORPUS_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/slice.h>

struct tr_corpus {
    struct nb_slice rest;
    char separator; /* ',': fields may be quoted */
    size_t column;
};

/**
 * Begin to read a table whose first row names its columns.
 * @param table   borrowed.
 * @param column  of the texts.
 * @return false when there is no such column.
 */
bool tr_corpus_open(struct tr_corpus *corpus, struct nb_slice table, char separator,
                    struct nb_slice column);

/**
 * The next text.
 * @param arena  owns it where it was quoted; else it is borrowed from the table.
 * @return false at the end, or when the arena is full.
 */
bool tr_corpus_next(struct tr_corpus *corpus, struct nb_arena *arena, struct nb_slice *text);

/** The one split for texts without an id: a tenth, by FNV-1a of the bytes, is never learnt from. */
bool tr_corpus_held_out(struct nb_slice text);

/** Typed with its diacritics: one letter of twelve or more has one, of ten letters or more. */
bool tr_corpus_well_typed(struct nb_slice text);

#endif
