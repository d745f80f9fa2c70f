/**
 * Paths of URLs, kept in serialised form: "/a/b" is the segments a and b, "" is none.
 *
 * Internal to the url files. Threads: a path belongs to one thread.
 */
#ifndef NABIZ_URL_PATH_H
#define NABIZ_URL_PATH_H

#include <stdbool.h>

#include <nabiz/slice.h>

#include "common/url_percent.h"

/** A path that grows at the end of a writer. */
struct nb_url_path {
    struct nb_url_out *out;
    size_t from;  /* where it begins in out */
    bool special; /* a backslash is a slash */
    bool file;    /* a first segment "C:" or "C|" is a Windows drive */
};

/** @return the offset of the first slash, or the length. */
size_t nb_url_find_slash(struct nb_slice text, bool special);

/** @return how many slashes text begins with. */
size_t nb_url_count_slashes(struct nb_slice text, bool special);

/** The text begins with a Windows drive letter, "C:" or "C|", as a whole segment. */
bool nb_url_starts_with_drive(struct nb_slice text);

/** The path is "/C:" and nothing more. */
bool nb_url_is_drive_path(struct nb_slice path);

/** Drop the last segment, but never a drive. */
void nb_url_path_shorten(struct nb_url_path *path);

/** Append and encode segments, resolving dot segments. @param text without the leading slash. */
void nb_url_path_add(struct nb_url_path *path, struct nb_slice text);

#endif
