/**
 * The Turkish core from the directory of the lexicons.
 *
 * Threads: loading reads files; a loaded core is immutable.
 */
#ifndef NABIZ_CORE_H
#define NABIZ_CORE_H

#include <nabiz/err.h>

#include "analyzer/turkish/morph.h"

/**
 * Load what morphology knows: suffixes.txt and every .txt in roots. A bad
 * line costs only that line: it is reported through diag with file and line, and counted.
 * @param bad_lines_n  [out] may be NULL.
 * @return NB_OK, NB_ENOTFOUND (no lexicons), NB_EIO, NB_ENOMEM. Free with tr_core_free().
 */
enum nb_err nb_core_load(const char *lexicons, struct tr_core **out, size_t *bad_lines_n,
                         struct nb_error *error) NB_MUSTUSE;

#endif
