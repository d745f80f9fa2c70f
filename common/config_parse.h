/**
 * The syntax of the configuration file; what names and values mean is the caller's matter.
 *
 * Threads: pure function on the caller's memory.
 */
#ifndef NABIZ_COMMON_CONFIG_PARSE_H
#define NABIZ_COMMON_CONFIG_PARSE_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

enum { NB_CONFIG_DEPTH = 8, NB_CONFIG_NAME_BYTES = 256 };

/* What the parser tells; lines count from 1. */
struct nb_config_sink {
    void *context;

    /** A section begins. @return false to have it skipped up to its end. */
    bool (*section)(void *context, unsigned line, struct nb_slice name);

    /** name is "section.key"; value is unescaped and lives in the arena or in the text. */
    void (*value)(void *context, unsigned line, struct nb_slice name, struct nb_slice value);

    /** Something that cannot be read; the parser goes on behind it. */
    void (*wrong)(void *context, unsigned line, enum nb_err err, const char *text);
};

/**
 * Read a whole file, calling the sink in the order of the file.
 * @param text  valid UTF-8 without NUL.
 */
void nb_config_parse(struct nb_slice text, struct nb_arena *arena,
                     const struct nb_config_sink *sink);

#endif
