/**
 * Files mapped into memory to be read.
 *
 * Threads: opening and closing are the owner's; what is mapped may be read by all.
 */
#ifndef NABIZ_MAP_H
#define NABIZ_MAP_H

#include <nabiz/err.h>
#include <nabiz/slice.h>

/**
 * Map a whole file.
 * @param out  [out] its bytes until nb_map_close(); empty when it fails.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ETOOBIG (over max_bytes).
 */
enum nb_err nb_map_open(const char *path, size_t max_bytes, struct nb_slice *out,
                        struct nb_error *error) NB_MUSTUSE;

/**
 * Let go of the memory behind a mapped file: it is read again, from the system's cache, where it is
 * used, also by a thread that reads it just now. Empty slices are allowed.
 */
void nb_map_rest(struct nb_slice bytes);

/** Empty slices are allowed. */
void nb_map_close(struct nb_slice bytes);

#endif
