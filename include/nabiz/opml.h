/**
 * OPML (http://opml.org/spec2.opml): lists of feeds as feed readers exchange them. Folders are
 * groups; a folder in a folder is "outer/inner".
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_OPML_H
#define NABIZ_OPML_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>
#include <nabiz/sources.h>

struct nb_opml_outline {
    const char *url;   /* as in the file */
    const char *title; /* "" when none */
    const char *group; /* "" when none */
    uint32_t line;
};

/**
 * Outlines with an address, in their order. Broken markup is read as far as it goes.
 * @return NB_OK (maybe 0 outlines), NB_ESYNTAX (no OPML), NB_EREFUSED (it declares entities),
 *         NB_ETOOBIG, NB_ENOMEM.
 */
enum nb_err nb_opml_read(struct nb_slice bytes, struct nb_arena *arena,
                         const struct nb_opml_outline **out, size_t *out_n,
                         struct nb_error *error) NB_MUSTUSE;

/** Write the feeds among the sources, group by group. @return NB_OK, NB_ENOMEM, NB_ETOOBIG (out's
 * limit). */
enum nb_err nb_opml_write(const struct nb_sources *sources, struct nb_buf *out) NB_MUSTUSE;

#endif
