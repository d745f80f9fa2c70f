/**
 * A queue by priority in memory: the smallest key comes out first, equal keys by their id.
 *
 * Threads: a heap belongs to one thread at a time.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_HEAP_H
#define NABIZ_CRAWLER_SCHEDULE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/hash.h>

struct nb_heap_item {
    int64_t key;
    struct nb_id id;
    void *value;
};

/** Starts as {0}. */
struct nb_heap {
    struct nb_heap_item *items;
    size_t n;
    size_t cap;
};

void nb_heap_fini(struct nb_heap *heap);

/** O(log n). @return NB_OK, NB_ENOMEM. */
enum nb_err nb_heap_push(struct nb_heap *heap, const struct nb_heap_item *item) NB_MUSTUSE;

/** The first item, NULL when empty; valid until the next change. */
const struct nb_heap_item *nb_heap_top(const struct nb_heap *heap);

/** Take the first item out; the heap must not be empty. O(log n). */
struct nb_heap_item nb_heap_pop(struct nb_heap *heap);

#endif
