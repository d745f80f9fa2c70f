/**
 * Bodies that are compressed files themselves. Owns zlib.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_CRAWLER_SITE_GUNZIP_H
#define NABIZ_CRAWLER_SITE_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/** Does it begin as gzip does? */
bool nb_is_gzip(struct nb_slice bytes);

/**
 * Unpack gzip (RFC 1952), of several members, too. What is damaged or cut ends the text there, and
 * what is past max_bytes is left out.
 * @param arena  owns the text: up to twice as long as it is.
 * @return NB_OK (maybe empty), NB_ENOMEM.
 */
enum nb_err nb_gunzip(struct nb_slice bytes, size_t max_bytes, struct nb_arena *arena,
                      struct nb_slice *out) NB_MUSTUSE;

#endif
