#include "analyzer/influence/sorting.h"

#include <stdlib.h>

enum { FEW = 24 };

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void nb_sort_numbers(uint64_t *numbers, size_t n)
{
    if (n > FEW) {
        qsort(numbers, n, sizeof(numbers[0]), by_number);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        uint64_t number = numbers[i];
        size_t to = i;
        for (; to > 0 && numbers[to - 1] > number; to--) {
            numbers[to] = numbers[to - 1];
        }
        numbers[to] = number;
    }
}
