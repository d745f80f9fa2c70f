/**
 * Labelled rows of a user's own, read from a file for `nabiz train`.
 *
 * Tab-separated with a header, or one JSON object a line: text and sentiment, if wanted emotion and
 * intents. Labels are those of `nabiz tag`.
 *
 * Threads: main's only.
 */
#ifndef NABIZ_TRAIN_ROWS_H
#define NABIZ_TRAIN_ROWS_H

#include <nabiz/arena.h>
#include <nabiz/slice.h>

#include "analyzer/sentiment/local.h"

struct nb_train_row {
    char *text;
    struct nb_local_want want;
};

struct nb_train_rows {
    struct nb_train_row *all; /* in the arena */
    size_t n, cap;
    size_t bad_n; /* lines that were refused, and told on stderr */
};

/**
 * Read all rows of an open file. A bad row is told with its line and left out.
 * @param name    of the file, for messages.
 * @param strict  the first bad row is an error.
 * @return NB_OK, NB_EIO, NB_ENOMEM, NB_ESYNTAX (no header, or a bad row and strict), NB_ETOOBIG
 *         (more rows than NB_TRAIN_ROWS_MAX).
 */
enum nb_err nb_train_rows_read(int fd, const char *name, bool strict, struct nb_arena *arena,
                               struct nb_train_rows *out, struct nb_error *error) NB_MUSTUSE;

#define NB_TRAIN_ROWS_MAX 200000

#endif
