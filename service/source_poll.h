/**
 * `nabiz source poll`: ask the crawler to poll one source now, and wait for what came of it.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_SOURCE_POLL_H
#define NABIZ_SERVICE_SOURCE_POLL_H

#include <stdbool.h>

#include <nabiz/buf.h>
#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/sources.h>

/**
 * @param done  [out] it was polled; otherwise out says what to do.
 * @return NB_OK, NB_EINVAL (it is paused), NB_EIO, NB_EREFUSED (the crawler is another user's), or
 *         what reading the store returned.
 */
enum nb_err nb_source_poll(const struct nb_config *config, const struct nb_source_row *row,
                           bool *done, struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

#endif
