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
    OCTAVES = 64,
    SPARE = 8 /* bits of a score, so that a thousand of them do not overflow */
};

uint64_t nb_trust_mean(const struct nb_trust *trust)
{
    const uint64_t *scores = nb_trust_scores(trust);
    uint64_t sums[OCTAVES] = {0}, counts[OCTAVES] = {0}, all = 0, sum = 0, n = 0;
    for (uint32_t i = 0; i < nb_trust_authors_n(trust); i++) {
        if (scores[i] > 0) {
            int octave = 63 - __builtin_clzll(scores[i]);
            sums[octave] += scores[i] >> SPARE; /* a step adds no more than the mass */
            counts[octave]++;
            all += scores[i] >> SPARE;
        }
    }
    for (int i = OCTAVES; i > 0 && sum <= all - all / 16; i--) {
        sum += sums[i - 1];
        n += counts[i - 1];
    }
    return sum ? (sum / n) << SPARE : 1;
}

int32_t nb_trust_milli(uint64_t score, uint64_t mean)
{
    score >>= SPARE;
    return (int32_t)(1000 * score / (score + (mean >> SPARE) + 1));
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
