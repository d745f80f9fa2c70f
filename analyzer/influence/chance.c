#include "analyzer/influence/chance.h"

#include <assert.h>

enum { FRACTION_BITS = 30, MBITS_MAX = 1000000000 };

int64_t nb_log2_q30(uint64_t x)
{
    assert(x > 0);
    int64_t whole = 63;
    while (!(x >> 63)) {
        x <<= 1;
        whole--;
    }
    uint64_t y = x >> 32; /* 1 <= y / 2^31 < 2; squared, its logarithm doubles */
    int64_t out = whole;
    for (int i = 0; i < FRACTION_BITS; i++) {
        y = y * y >> 31;
        out <<= 1;
        if (y >> 32) {
            y >>= 1;
            out |= 1;
        }
    }
    return out;
}

int32_t nb_chance_mbits(uint64_t k, uint64_t n, uint64_t a, uint64_t b)
{
    assert(k <= n && n <= NB_CHANCE_TRIALS_MAX && b > 0);
    if (k == 0 || a >= b) {
        return 0;
    }
    if (a == 0) {
        return MBITS_MAX;
    }
    int64_t base = nb_log2_q30(b) - nb_log2_q30(n);
    int64_t more = nb_log2_q30(k) + base - nb_log2_q30(a);
    if (more <= 0) {
        return 0;
    }
    int64_t bits = (int64_t)k * more;
    if (k < n) {
        bits += (int64_t)(n - k) * (nb_log2_q30(n - k) + base - nb_log2_q30(b - a));
    }
    int64_t mbits = (bits >> 10) * 1000 >> (FRACTION_BITS - 10);
    return (int32_t)(mbits < 0 ? 0 : mbits > MBITS_MAX ? MBITS_MAX : mbits);
}
