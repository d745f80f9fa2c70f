/* Scores as people see them: on a scale, and with how far they would vary by chance. */
#include "analyzer/influence/trust.h"

#include <nabiz/series.h>

#include "analyzer/influence/sorting.h"

enum {
    DRAWS = 60,
    LOW = 3,
    HIGH = 56,
    BLOCKS = 64,
    PER_NUMBER = 4, /* draws from one number */
    SCALE_FROM = 20,
    SCALE_TO = 44,
    FRACTION = 10
};

int32_t nb_trust_milli(uint64_t score)
{
    if (score == 0) {
        return 0;
    }
    /* log2 with the fraction by a straight line: monotone, and exact in integers */
    int32_t whole = 63 - __builtin_clzll(score);
    uint64_t rest = score - (UINT64_C(1) << whole);
    rest = whole >= FRACTION ? rest >> (whole - FRACTION) : rest << (FRACTION - whole);
    int32_t log = whole * (1 << FRACTION) + (int32_t)rest;
    int32_t milli =
        (log - SCALE_FROM * (1 << FRACTION)) * 1000 / ((SCALE_TO - SCALE_FROM) * (1 << FRACTION));
    return milli < 1 ? 1 : milli > 1000 ? 1000 : milli;
}

/* With many groups, blocks of them are drawn: their sums are what varies, and there are enough. */
void nb_trust_interval(const struct nb_trust_share *shares, uint32_t n, uint32_t author,
                       uint64_t *low, uint64_t *high)
{
    uint64_t blocks[BLOCKS] = {0}, sums[DRAWS];
    uint64_t series = author;
    uint64_t own = 0;
    if (n > 0 && shares[n - 1].from == author) { /* a seed's, which nobody draws */
        own = shares[--n].points;
    }
    uint32_t blocks_n = n < BLOCKS ? n : BLOCKS;
    for (uint32_t i = 0; i < n; i++) {
        blocks[i % BLOCKS] += shares[i].points;
    }
    for (int draw = 0; draw < DRAWS; draw++) {
        sums[draw] = own;
        uint64_t number = 0;
        for (uint32_t i = 0; i < blocks_n; i++, number >>= 16) {
            number = i % PER_NUMBER ? number : nb_series_next(&series);
            sums[draw] += blocks[(number & 0xffff) * blocks_n >> 16];
        }
    }
    nb_sort_numbers(sums, DRAWS);
    *low = sums[LOW];
    *high = sums[HIGH];
}
