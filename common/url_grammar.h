/**
 * The grammar of URLs: reads the parts and serialises them one behind the other.
 *
 * Internal to the url files. Threads: a parser belongs to one thread.
 */
#ifndef NABIZ_URL_GRAMMAR_H
#define NABIZ_URL_GRAMMAR_H

#include <nabiz/url.h>

#include "common/url_path.h"
#include "common/url_percent.h"

/** Where a part stands in the href. */
struct nb_url_span {
    size_t from;
    size_t to;
};

/** One run of the parser; zero but for base, out, path.out, standard_port and parsed.port. */
struct nb_url_parser {
    const struct nb_url *base;
    struct nb_slice query;    /* p == NULL: none */
    struct nb_slice fragment; /* p == NULL: none */
    struct nb_url_out out;    /* the href so far */
    struct nb_url_path path;
    size_t path_to;
    int32_t standard_port; /* of the scheme; -1: none */
    struct nb_url_span scheme;
    struct nb_url_span username;
    struct nb_url_span password;
    struct nb_url_span host;
    struct nb_url parsed; /* port and flags */
};

/** @return true for a special scheme, then *port is its port, -1 when it has none. */
bool nb_url_find_special(struct nb_slice scheme, int32_t *port);

/** The bytes of a span already serialised. */
struct nb_slice nb_url_written(const struct nb_url_parser *s, struct nb_url_span span);

/**
 * Read text and serialise everything up to the end of the path; query and fragment are only found.
 * @param text  cleaned, valid UTF-8.
 * @return NB_OK, NB_ESYNTAX, NB_ENOMEM.
 */
enum nb_err nb_url_read(struct nb_url_parser *s, struct nb_slice text) NB_MUSTUSE;

#endif
