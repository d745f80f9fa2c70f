/**
 * Inside of the sources file: one line of it, for loading (sources.c) and changing
 * (sources_edit.c).
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SOURCES_LINE_H
#define NABIZ_SOURCES_LINE_H

#include <nabiz/arena.h>
#include <nabiz/sources.h>

enum { NB_SOURCE_FILE_MAX_BYTES = 256 << 20 };

/** What a line says; slices borrow from it or from the arena. */
struct nb_source_line {
    struct nb_slice url;
    struct nb_slice group;
    struct nb_slice title;
    Nb__Kind kind;
    int64_t every_s;
    bool paused;
};

/** False for comments and empty lines. */
bool nb_source_line_is(struct nb_slice text);

/** The next word: up to white space, quoted parts included; empty at the end. */
struct nb_slice nb_source_line_word(struct nb_slice line, size_t *at);

/** @return NULL and *out, or what is wrong with the line (a static text). */
const char *nb_source_line_parse(struct nb_slice text, struct nb_arena *arena,
                                 struct nb_source_line *out);

/** Id of a URL. @return NB_OK, NB_ESYNTAX, NB_EREFUSED (not http or https), NB_ENOMEM. */
enum nb_err nb_source_line_id(struct nb_slice url, struct nb_arena *arena, struct nb_id *out,
                              struct nb_error *error) NB_MUSTUSE;

#endif
