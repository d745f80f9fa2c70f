/**
 * Whole files into memory, and what files there are.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_FILE_H
#define NABIZ_FILE_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>

/**
 * Add all of a file to the end of out, whose maximum bounds it.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ETOOBIG (over out's maximum), NB_ENOMEM.
 */
enum nb_err nb_file_read(const char *path, struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

/** The same from what is open; name is what messages call it. */
enum nb_err nb_file_read_fd(int fd, const char *name, struct nb_buf *out,
                            struct nb_error *error) NB_MUSTUSE;

/**
 * Names of the files in a directory that end in suffix, but for hidden ones, in the order of their
 * bytes.
 * @param out  [out] *out_n names in arena.
 * @return NB_OK, NB_ENOTFOUND (no such directory), NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_file_names(const char *dir, const char *suffix, struct nb_arena *arena,
                          const char *const **out, size_t *out_n,
                          struct nb_error *error) NB_MUSTUSE;

#endif
