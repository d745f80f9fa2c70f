#include "analyzer/influence/sorting.h"

#include <stdbool.h>
#include <string.h>

enum { FEW = 24, DIGIT_MAX = 8, DIGITS_MAX = 1 << DIGIT_MAX };

/* By counting how many are less than each: no branch depends on the numbers. */
static void sort_few(uint64_t *numbers, size_t n)
{
    uint64_t from[FEW];
    uint32_t place[FEW] = {0};
    for (size_t i = 0; i < n; i++) {
        uint32_t less_n = 0;
        for (size_t k = 0; k < i; k++) {
            uint32_t greater = numbers[k] > numbers[i];
            place[k] += greater;
            less_n += !greater;
        }
        place[i] = less_n;
        from[i] = numbers[i];
    }
    for (size_t i = 0; i < n; i++) {
        numbers[place[i]] = from[i];
    }
}

/* The highest bits in which numbers differ, fewer of them where there are few numbers. @return
 * false when all are equal. */
static bool highest_digit(const uint64_t *numbers, size_t n, unsigned *shift, unsigned *bits)
{
    uint64_t differing = 0;
    for (size_t i = 1; i < n; i++) {
        differing |= numbers[i] ^ numbers[0];
    }
    unsigned all = differing ? 64u - (unsigned)__builtin_clzll(differing) : 0;
    unsigned size = 63u - (unsigned)__builtin_clzll(n);
    *bits = size - 2 < DIGIT_MAX ? size - 2 : DIGIT_MAX;
    *bits = *bits < all ? *bits : all;
    *shift = all - *bits;
    return all > 0;
}

/* In place, by the highest digit first (American flag sort: McIlroy, Bostic, McIlroy 1993). */
static void sort_many(uint64_t *numbers, size_t n)
{
    size_t begin[DIGITS_MAX + 1] = {0}, next[DIGITS_MAX];
    unsigned shift, bits;
    if (!highest_digit(numbers, n, &shift, &bits)) {
        return;
    }
    size_t digits_n = (size_t)1 << bits;
    for (size_t i = 0; i < n; i++) {
        begin[(numbers[i] >> shift & (digits_n - 1)) + 1]++;
    }
    for (size_t d = 0; d < digits_n; d++) {
        next[d] = begin[d];
        begin[d + 1] += begin[d];
    }
    for (size_t d = 0; d < digits_n; d++) {
        while (next[d] < begin[d + 1]) {
            uint64_t number = numbers[next[d]];
            size_t to = number >> shift & (digits_n - 1);
            numbers[next[d]] = numbers[next[to]];
            numbers[next[to]++] = number;
        }
    }
    for (size_t d = 0; shift > 0 && d < digits_n; d++) {
        nb_sort_numbers(numbers + begin[d], begin[d + 1] - begin[d]);
    }
}

void nb_sort_numbers(uint64_t *numbers, size_t n)
{
    if (n > FEW) {
        sort_many(numbers, n);
    } else if (n > 1) {
        sort_few(numbers, n);
    }
}
