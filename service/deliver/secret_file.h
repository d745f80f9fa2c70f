/**
 * Files that hold secrets: read only where not everybody on the machine can.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_DELIVER_SECRET_FILE_H
#define NABIZ_DELIVER_SECRET_FILE_H

#include <nabiz/buf.h>
#include <nabiz/err.h>

/**
 * Add all of a file to out, whose maximum bounds it. Messages name the path and nothing of what is
 * in it.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_EINVAL (no regular file), NB_EREFUSED (others can read
 *         it), NB_ETOOBIG, NB_ENOMEM.
 */
enum nb_err nb_secret_file_read(const char *path, struct nb_buf *out,
                                struct nb_error *error) NB_MUSTUSE;

#endif
