/**
 * The files of a collection.
 *
 * Threads: a walk belongs to one thread.
 */
#ifndef NABIZ_TESTS_WALK_H
#define NABIZ_TESTS_WALK_H

#include <nabiz/arena.h>
#include <nabiz/slice.h>

/** Call fn with every file below a directory, by name; the arena is reset before each. */
void nbt_walk(const char *dir, struct nb_arena *arena,
              void (*fn)(const char *path, struct nb_slice bytes));

#endif
