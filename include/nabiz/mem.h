/**
 * Allocation: the one place all of our own heap memory comes from, so that a test can make the
 * n-th allocation fail.
 *
 * Threads: any; the failure plan is process-wide and for tests only.
 */
#ifndef NABIZ_MEM_H
#define NABIZ_MEM_H

#include <stddef.h>

/** Allocate n bytes, not cleared. @return NULL when out of memory; the caller frees. */
void *nb_malloc(size_t n);

/** Allocate count * size bytes, cleared. @return NULL when out of memory or on overflow. */
void *nb_calloc(size_t count, size_t size);

/** Resize; on failure returns NULL and the old block stays valid. */
void *nb_realloc(void *old, size_t n);

/** Free a block from the functions above; NULL is allowed. */
void nb_free(void *block);

/** Copy a NUL-terminated string. @return NULL when out of memory; the caller frees. */
char *nb_strdup(const char *text);

/**
 * Ask for large pages under a large block that is looked into at random all the time: most of such
 * a look is finding where a small page lies. Before the block is touched; what is touched of it
 * then takes 2 MiB each. Without effect where the system has none.
 */
void nb_mem_large_pages(void *block, size_t n);

/** Make a block all zero by giving back the pages under it; touching it takes new ones. */
void nb_mem_zero(void *block, size_t n);

/** Give memory that a burst of work took and freed back to the system; takes milliseconds. */
void nb_mem_trim(void);

/**
 * Test hook: the n-th allocation from now on fails (1 = the next one), and so do all after it
 * until the plan is cleared with n = 0.
 */
void nb_mem_fail_from(long n);

/** Test hook: allocations made since the last nb_mem_fail_from(), which there was. */
long nb_mem_count(void);

#endif
