/**
 * Chances: probabilities from the scores of linear models, and as thousandths.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_CHANCES_H
#define NABIZ_CHANCES_H

#include <math.h>
#include <stdint.h>

/** Of classes that exclude each other; n >= 1 scores become probabilities in place. */
static inline void nb_softmax(float *z, unsigned n)
{
    float most = z[0], sum = 0;
    for (unsigned i = 1; i < n; i++) {
        most = z[i] > most ? z[i] : most;
    }
    for (unsigned i = 0; i < n; i++) {
        z[i] = expf(z[i] - most);
        sum += z[i];
    }
    for (unsigned i = 0; i < n; i++) {
        z[i] /= sum;
    }
}

/** Of a yes or no. */
static inline float nb_logistic(float log_odds)
{
    return 1 / (1 + expf(-log_odds));
}

static inline int32_t nb_milli_of(float x)
{
    return (int32_t)lroundf(1000 * x);
}

#endif
