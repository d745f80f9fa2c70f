/*
 * A feature that is not known has no weight, and its odds are those of zero.
 */
#include "tools/events_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AVERAGED = 3 }; /* one epoch of so many counts: the last ones */

static float weight_in(const struct events_fit *fit, const struct events_row *row, uint32_t feature)
{
    return fit->weights[feature] + (row->is_real ? fit->weights[feature + fit->features_n] : 0);
}

float events_weight(const struct events_fit *fit, uint32_t feature)
{
    return fit->weights[feature] + fit->weights[feature + fit->features_n];
}

float events_odds(const struct events_fit *fit, const struct events_row *row)
{
    float sum = 0, beside = 0;
    for (size_t i = 0; i < row->n; i++) {
        sum += weight_in(fit, row, row->features[i]);
    }
    for (size_t i = 0; i < row->beside_n; i++) {
        beside += weight_in(fit, row, row->beside[i]);
    }
    return sum * row->scale + beside * row->beside_value;
}

static void step(struct events_fit *fit, size_t feature, float slope)
{
    if (!fit->known[feature]) {
        return;
    }
    fit->squares[feature] += slope * slope;
    float rate = fit->rate / sqrtf(fit->squares[feature] + 1e-8F);
    float *weight = &fit->weights[feature];
    *weight = (*weight - rate * slope) / (1 + rate * fit->penalty[feature]);
}

static void step_in(struct events_fit *fit, const struct events_row *row, uint32_t feature,
                    float slope)
{
    step(fit, feature, slope);
    if (row->is_real) {
        step(fit, feature + fit->features_n, slope);
    }
}

static void learn(struct events_fit *fit, const struct events_row *row)
{
    float error = row->weight * (1 / (1 + expf(-events_odds(fit, row))) - row->chance);
    for (size_t i = 0; i < row->n; i++) {
        step_in(fit, row, row->features[i], error * row->scale);
    }
    for (size_t i = 0; i < row->beside_n; i++) {
        step_in(fit, row, row->beside[i], error * row->beside_value);
    }
}

static void shuffle(uint32_t *order, size_t n, uint64_t *state)
{
    for (size_t i = n; i > 1; i--) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        size_t k = (size_t)(*state >> 33) % i;
        uint32_t other = order[k];
        order[k] = order[i - 1];
        order[i - 1] = other;
    }
}

static void add_up(struct events_fit *fit)
{
    for (size_t i = 0; i < 2 * fit->features_n; i++) {
        fit->sums[i] += fit->weights[i];
    }
}

static void take_means(struct events_fit *fit, int n)
{
    for (size_t i = 0; i < 2 * fit->features_n; i++) {
        fit->weights[i] = fit->sums[i] / (float)n;
    }
}

bool events_fit(struct events_fit *fit, const struct events_rows *rows, uint8_t without)
{
    uint32_t *order = malloc((rows->n + 1) * sizeof(*order));
    uint64_t state = 1;
    size_t n = 0;
    int first = fit->epochs - fit->epochs / AVERAGED;
    if (!order) {
        return false;
    }
    memset(fit->weights, 0, 2 * fit->features_n * sizeof(*fit->weights));
    memset(fit->sums, 0, 2 * fit->features_n * sizeof(*fit->sums));
    memset(fit->squares, 0, 2 * fit->features_n * sizeof(*fit->squares));
    for (uint32_t i = 0; i < rows->n; i++) {
        if (rows->all[i].is_hit == fit->hits && rows->all[i].fold != without) {
            order[n++] = i;
        }
    }
    for (int epoch = 0; epoch < fit->epochs; epoch++) {
        shuffle(order, n, &state);
        for (size_t i = 0; i < n; i++) {
            learn(fit, &rows->all[order[i]]);
        }
        if (epoch >= first) {
            add_up(fit);
        }
    }
    take_means(fit, fit->epochs - first);
    free(order);
    return true;
}
