/**
 * What `nabiz source list` and `show` say about sources: the sources file joined with what the
 * crawl store remembers of each.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_SOURCE_LIST_H
#define NABIZ_SERVICE_SOURCE_LIST_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/sources.h>

struct nb_source_filter {
    const char *format; /* "table", "json" or "csv" */
    const char *group;  /* NULL: all */
    const char *state;  /* "ok", "failing", ...; NULL: all */
};

/**
 * Sources in the order of the file.
 * @return NB_OK, NB_ENOMEM, or what reading the store returned; a missing store is no error.
 */
enum nb_err nb_source_list(const struct nb_config *config, const struct nb_sources *sources,
                           const struct nb_source_filter *filter, struct nb_arena *arena,
                           struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

/** Sources with a problem, the worst first: which, and what to do. @return as nb_source_list(). */
enum nb_err nb_source_problems(const struct nb_config *config, const struct nb_sources *sources,
                               const struct nb_source_filter *filter, int64_t now_ms,
                               struct nb_arena *arena, struct nb_buf *out,
                               struct nb_error *error) NB_MUSTUSE;

/** One source in words, and why it is polled when it is; or as JSON. */
enum nb_err nb_source_show(const struct nb_config *config, const struct nb_sources *sources,
                           const struct nb_source_row *row, bool json, struct nb_arena *arena,
                           struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

#endif
