/*
 * An arena is a list of chunks, newest first. Allocation bumps a pointer in the newest chunk; a
 * chunk that does not fit a request is left as it is and a larger one is put in front. Reset frees
 * all but one chunk of at most KEEP_BYTES.
 *
 * What counts against the limit depends on the calls since the reset alone, not on the chunks: a
 * document that is over it in one worker is over it in every worker.
 *
 * Under AddressSanitizer what is not handed out is poisoned, so that use after a reset is found.
 */
#include <nabiz/arena.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <nabiz/mem.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 16, FIRST_BYTES = 16 * 1024, KEEP_BYTES = 1024 * 1024 };

struct chunk {
    struct chunk *older;
    size_t cap; /* bytes of data after the header */
    size_t used;
    size_t padding; /* keeps the data aligned */
};

struct nb_arena {
    struct chunk *newest;
    size_t limit;
    size_t total; /* bytes handed out since reset, with padding */
    bool failed;
};

_Static_assert(sizeof(struct chunk) % ALIGN == 0, "data after the header stays aligned");

static char *chunk_data(struct chunk *chunk)
{
    return (char *)(chunk + 1);
}

static struct chunk *chunk_new(size_t cap)
{
    struct chunk *chunk = nb_malloc(sizeof(*chunk) + cap);
    if (chunk) {
        *chunk = (struct chunk){.cap = cap};
        POISON(chunk_data(chunk), cap);
    }
    return chunk;
}

static void chunk_free(struct chunk *chunk)
{
    UNPOISON(chunk_data(chunk), chunk->cap);
    nb_free(chunk);
}

struct nb_arena *nb_arena_new(size_t limit_bytes)
{
    struct nb_arena *arena = nb_calloc(1, sizeof(*arena));
    if (arena) {
        arena->limit = limit_bytes;
    }
    return arena;
}

static void free_down_to(struct nb_arena *arena, const struct chunk *keep)
{
    while (arena->newest && arena->newest != keep) {
        struct chunk *older = arena->newest->older;
        chunk_free(arena->newest);
        arena->newest = older;
    }
}

void nb_arena_free(struct nb_arena *arena)
{
    if (arena) {
        free_down_to(arena, NULL);
        nb_free(arena);
    }
}

void nb_arena_reset(struct nb_arena *arena)
{
    struct chunk *kept = arena->newest;
    if (kept && kept->cap <= KEEP_BYTES) {
        arena->newest = kept->older;
        free_down_to(arena, NULL);
        kept->older = NULL;
        kept->used = 0;
        POISON(chunk_data(kept), kept->cap);
        arena->newest = kept;
    } else {
        free_down_to(arena, NULL);
    }
    arena->total = 0;
    arena->failed = false;
}

static void *fail(struct nb_arena *arena)
{
    arena->failed = true;
    return NULL;
}

void *nb_arena_alloc(struct nb_arena *arena, size_t n)
{
    if (n > SIZE_MAX - ALIGN) {
        return fail(arena);
    }
    size_t size = n ? (n + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    if (size > arena->limit - arena->total) {
        return fail(arena);
    }
    struct chunk *chunk = arena->newest;
    if (!chunk || chunk->cap - chunk->used < size) {
        size_t cap = chunk ? chunk->cap * 2 : FIRST_BYTES;
        if (cap > KEEP_BYTES) {
            cap = KEEP_BYTES;
        }
        if (cap < size) {
            cap = size;
        }
        struct chunk *fresh = chunk_new(cap);
        if (!fresh) {
            return fail(arena);
        }
        fresh->older = chunk;
        arena->newest = chunk = fresh;
    }
    char *p = chunk_data(chunk) + chunk->used;
    chunk->used += size;
    arena->total += size;
    UNPOISON(p, n ? n : 1);
    return p;
}

void *nb_arena_calloc(struct nb_arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        return fail(arena);
    }
    void *p = nb_arena_alloc(arena, count * size);
    if (p) {
        memset(p, 0, count * size);
    }
    return p;
}

void *nb_arena_grow(struct nb_arena *arena, void *old, size_t old_bytes, size_t new_bytes)
{
    if (new_bytes > SIZE_MAX - ALIGN) {
        return fail(arena);
    }
    struct chunk *chunk = arena->newest;
    size_t old_size = old_bytes ? (old_bytes + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    size_t new_size = (new_bytes + ALIGN - 1) / ALIGN * ALIGN;
    bool newest = old && chunk && chunk->used >= old_size &&
                  chunk_data(chunk) + chunk->used - old_size == (char *)old;
    /* Counted as if it moved: where it can stay depends on chunks kept from before the reset, and
     * what fits under the limit must not. */
    if (newest && new_size >= old_size && chunk->cap - chunk->used >= new_size - old_size &&
        new_size <= arena->limit - arena->total) {
        chunk->used += new_size - old_size;
        arena->total += new_size;
        UNPOISON(old, new_bytes);
        return old;
    }
    void *p = nb_arena_alloc(arena, new_bytes);
    if (p && old && old_bytes) {
        memcpy(p, old, old_bytes < new_bytes ? old_bytes : new_bytes);
    }
    return p;
}

char *nb_arena_strdup(struct nb_arena *arena, struct nb_slice s)
{
    if (s.len == SIZE_MAX) {
        return fail(arena);
    }
    char *p = nb_arena_alloc(arena, s.len + 1);
    if (p) {
        if (s.len) {
            memcpy(p, s.p, s.len);
        }
        p[s.len] = '\0';
    }
    return p;
}

struct nb_slice nb_arena_copy(struct nb_arena *arena, struct nb_slice s)
{
    char *p = nb_arena_strdup(arena, s);
    return p ? nb_slice(p, s.len) : nb_slice(NULL, 0);
}

char *nb_arena_printf(struct nb_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        return fail(arena);
    }
    char *p = nb_arena_alloc(arena, (size_t)n + 1);
    if (p) {
        va_start(args, format);
        (void)vsnprintf(p, (size_t)n + 1, format, args);
        va_end(args);
    }
    return p;
}

bool nb_arena_failed(const struct nb_arena *arena)
{
    return arena->failed;
}

size_t nb_arena_used(const struct nb_arena *arena)
{
    return arena->total;
}

struct nb_arena_mark nb_arena_mark(const struct nb_arena *arena)
{
    return (struct nb_arena_mark){arena->newest, arena->newest ? arena->newest->used : 0,
                                  arena->total};
}

void nb_arena_rewind(struct nb_arena *arena, struct nb_arena_mark mark)
{
    assert(mark.total <= arena->total);
    free_down_to(arena, mark.chunk);
    struct chunk *chunk = arena->newest;
    if (chunk) {
        POISON(chunk_data(chunk) + mark.used, chunk->cap - mark.used);
        chunk->used = mark.used;
    }
    arena->total = mark.total;
}
