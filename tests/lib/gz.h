/**
 * Compressed files of the material for trials.
 *
 * Threads: none; a child process unpacks.
 */
#ifndef NABIZ_TESTS_GZ_H
#define NABIZ_TESTS_GZ_H

#include <nabiz/arena.h>
#include <nabiz/slice.h>

/** A .gz file unpacked, up to 64 MB; empty when it cannot be read. In arena. */
struct nb_slice nbt_read_gz(const char *path, struct nb_arena *arena);

#endif
