/**
 * Fitting the two models of the second opinion on life events: logistic regression on sparse rows,
 * by stochastic gradients with steps of their own for each weight (Duchi, Hazan, Singer, Adaptive
 * Subgradient Methods, 2011) and a penalty on squares that is applied in full behind each step; the
 * weights are the means of those behind the last epochs (Polyak, Juditsky, 1992).
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_EVENTS_FIT_H
#define NABIZ_TOOLS_EVENTS_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVENTS_FOLDS = 8, EVENTS_BESIDE_MAX = 2 };

struct events_row {
    uint32_t *features;
    size_t n;
    float scale;  /* what each of them counts */
    float weight; /* of the row */
    float chance; /* of its being an event, as readers put it */
    /* Features that count something else: of a post, one; of a hit, what is said of its post. */
    uint32_t beside[EVENTS_BESIDE_MAX];
    size_t beside_n;
    float beside_value;
    uint32_t post;        /* the row of its post */
    uint8_t fold;         /* below EVENTS_FOLDS */
    uint8_t source, type; /* type: of a hit */
    bool is_hit;
    bool is_real; /* no invented post */
};

struct events_rows {
    struct events_row *all;
    size_t n;
};

/*
 * Each feature has a weight for all rows, and one that is added for those of real posts
 * (Daume III, Frustratingly Easy Domain Adaptation, 2007): arrays by feature have room for twice as
 * many, that of real posts is features_n behind.
 */
struct events_fit {
    bool *known;    /* it may have a weight */
    float *penalty; /* on it */
    size_t features_n;
    float rate;
    int epochs;
    bool hits; /* learn from hits, else from posts */
    float *weights, *squares, *sums;
};

/** What a feature is worth in a real post. */
float events_weight(const struct events_fit *fit, uint32_t feature);

/** Log odds of a row. */
float events_odds(const struct events_fit *fit, const struct events_row *row);

/**
 * Learn the weights anew, from rows in an order drawn from a fixed seed.
 * @param without  fold that is left out, EVENTS_FOLDS for none.
 * @return false when memory is out.
 */
bool events_fit(struct events_fit *fit, const struct events_rows *rows, uint8_t without);

#endif
