#include "tests/lib/test.h"

#include <nabiz/series.h>

#include "analyzer/influence/sorting.h"

enum { MOST = 5000 };

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void numbers_come_out_ascending_however_many_and_wide(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 23, 24, 25, 26, 31, 64, 100, 1000, MOST};
    static const unsigned widths[] = {0, 1, 3, 8, 9, 26, 63, 64};
    static uint64_t numbers[MOST], want[MOST];
    uint64_t series = 1;
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
            size_t n = counts[c];
            for (size_t i = 0; i < n; i++) {
                uint64_t drawn = nb_series_next(&series);
                numbers[i] = widths[w] ? drawn >> (64 - widths[w]) : 7;
                want[i] = numbers[i];
            }
            nb_sort_numbers(numbers, n);
            qsort(want, n, sizeof(want[0]), by_number);
            assert_memory_equal(numbers, want, n * sizeof(want[0]));
        }
    }
}

static void numbers_in_order_stay_and_turned_ones_are_turned(void **state)
{
    (void)state;
    static uint64_t numbers[MOST];
    for (int turned = 0; turned < 2; turned++) {
        for (uint64_t i = 0; i < MOST; i++) {
            numbers[i] = (turned ? MOST - 1 - i : i) << 32;
        }
        nb_sort_numbers(numbers, MOST);
        for (uint64_t i = 0; i < MOST; i++) {
            assert_true(numbers[i] == i << 32);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_out_ascending_however_many_and_wide),
        cmocka_unit_test(numbers_in_order_stay_and_turned_ones_are_turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
