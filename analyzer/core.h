/**
 * The Turkish core from the directory of the lexicons.
 *
 * Threads: loading reads files; a loaded core is immutable.
 */
#ifndef NABIZ_CORE_H
#define NABIZ_CORE_H

#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/morph.h"

/* Name of the compiled core; it lies beside the directory of the lexicons, or in build/ there. */
#define NB_CORE_FILE "turkish.bin"

enum nb_core_from { NB_CORE_MAPPED, NB_CORE_COMPILED };

struct nb_core_info {
    enum nb_core_from from; /* a compiled file, or the texts, because they were edited */
    char path[4096];        /* of the file, or of the directory of the texts */
    uint64_t texts;         /* hash of the texts: equal ones read words equally */
    size_t bad_lines_n;
};

/**
 * Load what morphology knows: suffixes.txt and every .txt of roots/ below the directory, by their
 * compiled file where there is one that was made from these texts, else compiled in memory. A bad
 * line costs only that line: it is reported through diag with file and line, and counted.
 * @param info  [out] may be NULL.
 * @return NB_OK, NB_ENOTFOUND (no lexicons), NB_EIO, NB_ENOMEM, NB_ETOOBIG. Free with
 *         tr_core_free().
 */
enum nb_err nb_core_load(const char *lexicons, struct tr_core **out, struct nb_core_info *info,
                         struct nb_error *error) NB_MUSTUSE;

/**
 * Compile the texts into a file, written whole or not at all.
 * @return as nb_core_load(); NB_ESYNTAX when there are bad lines, which have been reported.
 */
enum nb_err nb_core_compile(const char *lexicons, const char *path,
                            struct nb_error *error) NB_MUSTUSE;

/** Told of an example that came out otherwise; file is below the directory, line from 1. */
typedef void nb_core_fail_fn(void *context, const char *file, size_t line, struct nb_slice word,
                             struct nb_slice want);

/**
 * Run the examples of the texts of morphology: lines `= "word" -> lemma UPOS Feature=Value|...`.
 * An example holds when some analysis of the word has this lemma, part of speech and at least
 * these features.
 * @param examples_n, failed_n  [out] added to.
 * @return NB_OK (also with failures), NB_ENOTFOUND, NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_core_check(const char *lexicons, const struct tr_core *core, nb_core_fail_fn *fail,
                          void *context, size_t *examples_n, size_t *failed_n,
                          struct nb_error *error) NB_MUSTUSE;

#endif
