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

enum { NB_SOURCE_FILE_MAX_BYTES = 256 << 20, NB_SOURCE_HEADERS_MAX = 8 };

/** What a line says; slices borrow from it or from the arena. */
struct nb_source_line {
    struct nb_slice url;
    struct nb_slice group;
    struct nb_slice title;
    Nb__Kind kind;
    int64_t every_s;
    bool paused;
    bool is_private;
    bool is_full;
    enum nb_source_walk walk;
    bool has_proxy; /* proxy=none: without one, and proxy is empty */
    struct nb_slice proxy;
    struct nb_slice cookie; /* empty: none */
    struct nb_slice headers[NB_SOURCE_HEADERS_MAX];
    size_t headers_n;
};

/** False for comments and empty lines. */
bool nb_source_line_is(struct nb_slice text);

/** The next word: up to white space, quoted parts included; empty at the end. */
struct nb_slice nb_source_line_word(struct nb_slice line, size_t *at);

/** @return NULL and *out, or what is wrong with the line (a static text). */
const char *nb_source_line_parse(struct nb_slice text, struct nb_arena *arena,
                                 struct nb_source_line *out);

/*
 * Checks of what a line may say about how a source is asked (sources_request.c).
 * @return NULL, or what is wrong (a static text that names no secret).
 */
const char *nb_source_header_check(struct nb_slice header);
const char *nb_source_cookie_check(struct nb_slice cookie);
const char *nb_source_proxy_check(struct nb_slice proxy);

/** Does a line say how its source is asked? */
bool nb_source_line_has_request(const struct nb_source_line *line);

/**
 * What it says, with the origin of the source's URL. May need up to 32 bytes of scratch for each
 * of the line.
 * @return NULL when out of memory, or when the URL is none.
 */
const struct nb_source_request *nb_source_request_new(const struct nb_source_line *line,
                                                      struct nb_arena *scratch,
                                                      struct nb_arena *strings);

/** Id of a URL. @return NB_OK, NB_ESYNTAX, NB_EREFUSED (not http or https), NB_ENOMEM. */
enum nb_err nb_source_line_id(struct nb_slice url, struct nb_arena *arena, struct nb_id *out,
                              struct nb_error *error) NB_MUSTUSE;

#endif
