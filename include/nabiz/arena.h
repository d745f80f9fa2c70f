/**
 * Arena: many small allocations with one lifetime and one limit.
 *
 * One arena serves one document (or one response) at a time: fill, use, reset, fill again. Reset
 * keeps the memory, so a steady state allocates nothing. When the limit is reached an allocation
 * returns NULL and the arena remembers it: a builder may check once at its end.
 *
 * Threads: an arena belongs to one thread at a time.
 */
#ifndef NABIZ_ARENA_H
#define NABIZ_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_arena;

/** A point to return to with nb_arena_rewind(). */
struct nb_arena_mark {
    void *chunk;
    size_t used;
    size_t total;
};

/**
 * @param limit_bytes  the most that may be handed out between two resets, bookkeeping included.
 * @return NULL when out of memory. Free with nb_arena_free().
 */
struct nb_arena *nb_arena_new(size_t limit_bytes);
void nb_arena_free(struct nb_arena *arena);

/** Hand everything back; earlier pointers become invalid. Memory is kept up to 1 MiB. */
void nb_arena_reset(struct nb_arena *arena);

/** n bytes aligned for any type, not cleared; n = 0 gives a valid pointer. @return NULL at the
 * limit. */
void *nb_arena_alloc(struct nb_arena *arena, size_t n);

/** count * size bytes, cleared. @return NULL at the limit or on overflow. */
void *nb_arena_calloc(struct nb_arena *arena, size_t count, size_t size);

/**
 * Grow an array of old_bytes to new_bytes, in place where there is room behind it, else copying.
 * Either way new_bytes count against the limit. @return NULL at the limit (old stays valid).
 */
void *nb_arena_grow(struct nb_arena *arena, void *old, size_t old_bytes, size_t new_bytes);

/** Copy as a NUL-terminated string. @return NULL at the limit. */
char *nb_arena_strdup(struct nb_arena *arena, struct nb_slice s);

/** Copy bytes. @return a slice with p == NULL at the limit. */
struct nb_slice nb_arena_copy(struct nb_arena *arena, struct nb_slice s);

/** printf into the arena. @return NULL at the limit. */
char *nb_arena_printf(struct nb_arena *arena, const char *format, ...) NB_PRINTF(2, 3);

/** True when an allocation failed since the last reset. */
bool nb_arena_failed(const struct nb_arena *arena);

/** Bytes handed out since the last reset. */
size_t nb_arena_used(const struct nb_arena *arena);

struct nb_arena_mark nb_arena_mark(const struct nb_arena *arena);

/** Hand back everything allocated since the mark. */
void nb_arena_rewind(struct nb_arena *arena, struct nb_arena_mark mark);

#endif
