#include "analyzer/influence/parts.h"

#include <assert.h>
#include <stdlib.h>

#include <nabiz/series.h>

/* Products of points and sums of counts pass 64 bits. */
__extension__ typedef __int128 wide;

static int64_t floor_div(wide a, wide b)
{
    wide q = a / b;
    return (int64_t)(a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q);
}

/* What is left of a row's share behind the whole number, of the sum of all. */
struct rest {
    wide milli;
    size_t row;
};

static int by_rest(const void *a, const void *b)
{
    const struct rest *x = a;
    const struct rest *y = b;
    if (x->milli != y->milli) {
        return x->milli > y->milli ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

enum nb_err nb_share_out(int64_t points_milli, const int64_t *adds, size_t n,
                         struct nb_arena *arena, int32_t *out)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += adds[i];
        out[i] = 0;
    }
    if (sum == 0 || points_milli == 0) {
        assert(points_milli == 0);
        return NB_OK;
    }
    struct rest *rests = nb_arena_alloc(arena, n * sizeof(*rests));
    if (!rests) {
        return NB_ENOMEM;
    }
    int64_t left = points_milli;
    for (size_t i = 0; i < n; i++) {
        wide product = (wide)points_milli * adds[i];
        out[i] = (int32_t)floor_div(product, sum);
        left -= out[i];
        wide rest = product - (wide)out[i] * sum;
        rests[i] = (struct rest){sum < 0 ? -rest : rest, i};
    }
    qsort(rests, n, sizeof(*rests), by_rest);
    for (size_t i = 0; i < (size_t)left; i++) { /* fewer than have a rest */
        out[rests[i].row]++;
    }
    return NB_OK;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

static int32_t score_of(int64_t points_milli)
{
    int64_t score = points_milli / 1000;
    return (int32_t)(score < 0 ? 0 : score > 1000 ? 1000 : score);
}

/* How often a group is drawn: Poisson with mean 1, from 32 bits of chance. */
static int64_t times_drawn(uint32_t chance)
{
    static const uint32_t below[] = {1580030168u, 3160060337u, 3950075421u, 4213413783u,
                                     4279248373u, 4292415291u, 4294609777u, 4294923276u};
    int64_t times = 0;
    while (times < (int64_t)(sizeof(below) / sizeof(below[0])) && chance >= below[times]) {
        times++;
    }
    return times;
}

bool nb_interval(const int64_t *points_milli, size_t groups_n, const struct nb_weights *weights,
                 uint64_t seed, struct nb_arena *arena, int32_t *low, int32_t *high)
{
    size_t draws_n = (size_t)weights->interval_draws;
    int64_t *draws = nb_arena_alloc(arena, draws_n * sizeof(*draws));
    if (!draws || groups_n < (size_t)weights->interval_least) {
        return false;
    }
    for (size_t i = 0; i < draws_n; i++) {
        draws[i] = points_milli[0];
        for (size_t k = 0; k < groups_n; k++) {
            draws[i] += points_milli[1 + k] * times_drawn((uint32_t)(nb_series_next(&seed) >> 32));
        }
    }
    qsort(draws, draws_n, sizeof(*draws), by_value);
    *low = score_of(draws[draws_n * 25 / 1000]);
    *high = score_of(draws[draws_n - 1 - draws_n * 25 / 1000]);
    return true;
}
