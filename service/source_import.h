/**
 * `nabiz source import`: lists of feeds in OPML, or one address a line.
 */
#ifndef NABIZ_SERVICE_SOURCE_IMPORT_H
#define NABIZ_SERVICE_SOURCE_IMPORT_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/sources.h>

/* A list that was read: row i stands in lines[i] of it. */
struct nb_import {
    struct nb_source_row *rows; /* without a URL when the line cannot be read */
    const char **shown;         /* the address, or the line */
    uint32_t *lines;
    const char **wrong; /* why a line cannot be read; NULL: it can */
    size_t n;
};

/**
 * Read a list, whichever form it has. In a list of lines each is as in the sources file, but the
 * scheme may be left out; empty lines and comments (#) are passed over. How a source is asked
 * (headers, proxies) is not taken over: those lines are refused.
 * @param model  what rows have that the list says nothing of; a group in it wins over the list's.
 * @param arena  owns the result.
 * @return NB_OK, NB_ESYNTAX, NB_EREFUSED, NB_ETOOBIG, NB_ENOMEM.
 */
enum nb_err nb_import_read(struct nb_slice text, const struct nb_source_row *model,
                           struct nb_arena *arena, struct nb_import *out,
                           struct nb_error *error) NB_MUSTUSE;

/** Say what became of each line: in words, at most 20 lines that are not new, or all as CSV. */
void nb_import_say(const struct nb_import *import, const struct nb_source_added *added,
                   const char *path, bool dry_run, struct nb_buf *out);
void nb_import_csv(const struct nb_import *import, const struct nb_source_added *added,
                   struct nb_buf *out);

#endif
