/**
 * Where the files that come with the program are.
 *
 * Threads: pure function of the environment and of where the program lies.
 */
#ifndef NABIZ_PATHS_H
#define NABIZ_PATHS_H

#include <stddef.h>

#include <nabiz/err.h>

/**
 * Find "lexicons", "templates" or "forums". Tried in this order: $NABIZ_SHARE/subdir; for a program
 * that lies below a build/ directory, subdir or config/subdir beside that build/;
 * PREFIX/share/nabiz/subdir. The last is returned whether it is there or not, so that a message can
 * name it.
 * @param out  [out] absolute path, of size bytes.
 * @return NB_OK, NB_ETOOBIG (does not fit).
 */
enum nb_err nb_path_share(const char *subdir, char *out, size_t size) NB_MUSTUSE;

#endif
