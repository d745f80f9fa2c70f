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

/**
 * All sources in the order of the file.
 * @param format  "table", "json" or "csv".
 * @return NB_OK, NB_ENOMEM, or what reading the store returned; a missing store is no error.
 */
enum nb_err nb_source_list(const struct nb_config *config, const struct nb_sources *sources,
                           const char *format, struct nb_arena *arena, struct nb_buf *out,
                           struct nb_error *error) NB_MUSTUSE;

/** One source in words. */
enum nb_err nb_source_show(const struct nb_config *config, const struct nb_source_row *row,
                           struct nb_arena *arena, struct nb_buf *out,
                           struct nb_error *error) NB_MUSTUSE;

#endif
