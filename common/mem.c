#include <nabiz/mem.h>

#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static atomic_bool counting;  /* in tests: a counter that all threads share costs them dearly */
static atomic_long fail_from; /* 0: never */
static atomic_long count;

static bool should_fail(void)
{
    if (!atomic_load_explicit(&counting, memory_order_relaxed)) {
        return false;
    }
    long n = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) + 1;
    long from = atomic_load_explicit(&fail_from, memory_order_relaxed);
    return from > 0 && n >= from;
}

void *nb_malloc(size_t n)
{
    return should_fail() ? NULL : malloc(n ? n : 1);
}

void *nb_calloc(size_t n, size_t size)
{
    return should_fail() ? NULL : calloc(n ? n : 1, size ? size : 1);
}

void *nb_realloc(void *old, size_t n)
{
    return should_fail() ? NULL : realloc(old, n ? n : 1);
}

void nb_free(void *block)
{
    free(block);
}

char *nb_strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = nb_malloc(n);
    if (copy) {
        memcpy(copy, text, n);
    }
    return copy;
}

enum { PAGE = 4096 };

void nb_mem_large_pages(void *block, size_t n)
{
    enum { LARGE_PAGE = 2 << 20 };
    size_t skip = -(uintptr_t)block % PAGE;
    if (n >= LARGE_PAGE + skip) {
        (void)madvise((char *)block + skip, (n - skip) / PAGE * PAGE, MADV_HUGEPAGE);
    }
}

void nb_mem_zero(void *block, size_t n)
{
    size_t skip = -(uintptr_t)block % PAGE;
    char *pages = (char *)block + skip;
    size_t whole = n > skip ? (n - skip) / PAGE * PAGE : 0;
    if (!whole || madvise(pages, whole, MADV_DONTNEED) != 0) {
        memset(block, 0, n); /* also where pages are larger */
        return;
    }
    memset(block, 0, skip);
    memset(pages + whole, 0, n - skip - whole);
}

void nb_mem_trim(void)
{
    (void)malloc_trim(0);
}

void nb_mem_fail_from(long n)
{
    atomic_store(&counting, true);
    atomic_store(&count, 0);
    atomic_store(&fail_from, n);
}

long nb_mem_count(void)
{
    return atomic_load(&count);
}
