#include "crawler/schedule/heap.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include <nabiz/mem.h>

void nb_heap_fini(struct nb_heap *heap)
{
    nb_free(heap->items);
    *heap = (struct nb_heap){0};
}

static bool comes_before(const struct nb_heap_item *a, const struct nb_heap_item *b)
{
    return a->key != b->key ? a->key < b->key : memcmp(a->id.b, b->id.b, NB_ID_BYTES) < 0;
}

enum nb_err nb_heap_push(struct nb_heap *heap, const struct nb_heap_item *item)
{
    if (heap->n == heap->cap) {
        size_t cap = heap->cap ? heap->cap * 2 : 64;
        struct nb_heap_item *items = nb_realloc(heap->items, cap * sizeof(*items));
        if (!items) {
            return NB_ENOMEM;
        }
        heap->items = items;
        heap->cap = cap;
    }
    struct nb_heap_item pushed = *item;
    size_t i = heap->n++;
    while (i > 0 && comes_before(&pushed, &heap->items[(i - 1) / 2])) {
        heap->items[i] = heap->items[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap->items[i] = pushed;
    return NB_OK;
}

const struct nb_heap_item *nb_heap_top(const struct nb_heap *heap)
{
    return heap->n ? &heap->items[0] : NULL;
}

struct nb_heap_item nb_heap_pop(struct nb_heap *heap)
{
    assert(heap->n > 0);
    struct nb_heap_item first = heap->items[0];
    struct nb_heap_item last = heap->items[--heap->n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->n) {
            break;
        }
        if (child + 1 < heap->n && comes_before(&heap->items[child + 1], &heap->items[child])) {
            child++;
        }
        if (!comes_before(&heap->items[child], &last)) {
            break;
        }
        heap->items[i] = heap->items[child];
        i = child;
    }
    if (heap->n > 0) {
        heap->items[i] = last;
    }
    return first;
}
