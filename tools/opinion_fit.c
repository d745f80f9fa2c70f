/*
 * Rows come in an order drawn from a fixed seed, each step is scaled by AdaGrad (Duchi et al.
 * 2011), and what is kept is the mean of the last epochs. One thread, no clock: the same rows give
 * the same bytes.
 *
 * Readers differ in what they call neutral, and posts in how they were drawn. So there are weights
 * for all rows, and beside them weights for the rows of one source alone, which take part in its
 * rows only (Daume 2007); what is kept is the sum of both for the source that is reported on.
 */
#include "tools/opinion_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/series.h>

#include "tools/opinion_room.h"

struct side {
    float (*w)[FIT_WIDTH], (*g)[FIT_WIDTH]; /* weights, sums of squared gradients */
};

struct fit {
    const struct fit_rows *rows;
    const struct fit_how *how;
    struct side all, own, dense;
    float bias[FIT_WIDTH], bias_own[FIT_WIDTH];
    float rate[FIT_WIDTH];
};

static struct side new_side(size_t n)
{
    struct side s = {opinion_room(n, sizeof(*s.w)), opinion_room(n, sizeof(*s.g))};
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < FIT_WIDTH; c++) {
            s.g[i][c] = 0.01F;
        }
    }
    return s;
}

static void free_side(struct side *s)
{
    free(s->w);
    free(s->g);
}

static void add_scaled(float *restrict sum, const float *restrict w, float value)
{
    for (int c = 0; c < FIT_WIDTH; c++) {
        sum[c] += value * w[c];
    }
}

static void step(float *restrict w, float *restrict g2, const float *restrict gradient, float value,
                 const float *restrict rate)
{
    for (int c = 0; c < FIT_WIDTH; c++) {
        float g = value * gradient[c];
        g2[c] += g * g;
        w[c] -= rate[c] * g / sqrtf(g2[c]);
    }
}

static void softmax_gradient(const float *z, const struct fit_rows *rows, size_t row, unsigned from,
                             unsigned n, float *out)
{
    float most = z[from], sum = 0, p[16];
    if (!rows->known[row][from]) {
        return;
    }
    for (unsigned i = 1; i < n; i++) {
        most = z[from + i] > most ? z[from + i] : most;
    }
    for (unsigned i = 0; i < n; i++) {
        p[i] = expf(z[from + i] - most);
        sum += p[i];
    }
    for (unsigned i = 0; i < n; i++) {
        out[from + i] = p[i] / sum - (rows->is[row][from + i] ? 1.0F : 0.0F);
    }
}

static void gradient_of(const struct fit *f, size_t row, const float *z, float *out)
{
    const struct fit_rows *rows = f->rows;
    float weight = f->how->weight[rows->source[row]];
    memset(out, 0, FIT_WIDTH * sizeof(*out));
    softmax_gradient(z, rows, row, NB_MODEL_SENTIMENT, 3, out);
    softmax_gradient(z, rows, row, NB_MODEL_EMOTION, NB_EMOTION_N + 1, out);
    for (unsigned c = NB_MODEL_INTENT; c < NB_MODEL_CLASSES; c++) {
        if (rows->known[row][c]) {
            out[c] = 1 / (1 + expf(-z[c])) - (rows->is[row][c] ? 1.0F : 0.0F);
        }
    }
    for (unsigned c = 0; c < NB_MODEL_CLASSES; c++) {
        out[c] *= weight;
    }
}

static void learn_row(struct fit *f, size_t row)
{
    const struct fit_rows *x = f->rows;
    float z[FIT_WIDTH], gradient[FIT_WIDTH], own = f->how->own;
    bool is_own = x->source[row] == OPINION_DRAWN;
    memcpy(z, f->bias, sizeof(z));
    if (is_own) {
        add_scaled(z, f->bias_own, own);
    }
    for (size_t k = x->begins[row]; k < x->begins[row + 1]; k++) {
        add_scaled(z, f->all.w[x->columns[k]], x->values[k]);
        if (is_own) {
            add_scaled(z, f->own.w[x->columns[k]], own * x->values[k]);
        }
    }
    for (int d = 0; x->dense && d < FIT_DENSE; d++) {
        add_scaled(z, f->dense.w[d], x->dense[row][d]);
    }
    gradient_of(f, row, z, gradient);
    add_scaled(f->bias, gradient, -0.01F);
    if (is_own) {
        add_scaled(f->bias_own, gradient, -0.01F * own);
    }
    for (size_t k = x->begins[row]; k < x->begins[row + 1]; k++) {
        uint32_t column = x->columns[k];
        step(f->all.w[column], f->all.g[column], gradient, x->values[k], f->rate);
        if (is_own) {
            step(f->own.w[column], f->own.g[column], gradient, own * x->values[k], f->rate);
        }
    }
    for (int d = 0; x->dense && d < FIT_DENSE; d++) {
        step(f->dense.w[d], f->dense.g[d], gradient, x->dense[row][d], f->rate);
    }
}

static void keep(const struct fit *f, float share, struct fit_weights *out)
{
    add_scaled(out->bias, f->bias, share);
    add_scaled(out->bias, f->bias_own, share * f->how->own);
    for (int d = 0; d < FIT_DENSE; d++) {
        add_scaled(out->dense[d], f->dense.w[d], share);
    }
    for (size_t i = 0; i < f->rows->columns_n; i++) {
        add_scaled(out->columns[i], f->all.w[i], share);
        add_scaled(out->columns[i], f->own.w[i], share * f->how->own);
    }
}

void fit_scores(const struct fit_rows *rows, const bool *use, const struct fit_how *how,
                struct fit_weights *out)
{
    struct fit f = {.rows = rows, .how = how};
    uint32_t *order = opinion_room(rows->n, sizeof(*order));
    uint64_t state = 20261122;
    size_t n = 0;
    for (int c = 0; c < FIT_WIDTH; c++) {
        f.rate[c] = c < NB_MODEL_REVIEW ? how->rate : how->review_rate;
    }
    f.all = new_side(rows->columns_n);
    f.own = new_side(rows->columns_n);
    f.dense = new_side(FIT_DENSE);
    for (size_t i = 0; i < rows->n; i++) {
        if (use[i]) {
            order[n++] = (uint32_t)i;
        }
    }
    int kept = (how->epochs + 1) / 2;
    for (int epoch = 0; epoch < how->epochs; epoch++) {
        nb_series_shuffle(order, n, &state);
        for (size_t i = 0; i < n; i++) {
            learn_row(&f, order[i]);
        }
        if (epoch >= how->epochs - kept) {
            keep(&f, 1.0F / (float)kept, out);
        }
    }
    free_side(&f.all);
    free_side(&f.own);
    free_side(&f.dense);
    free(order);
}

void fit_score(const struct fit_rows *x, size_t row, const struct fit_weights *weights,
               float *scores)
{
    memcpy(scores, weights->bias, sizeof(weights->bias));
    for (size_t k = x->begins[row]; k < x->begins[row + 1]; k++) {
        add_scaled(scores, weights->columns[x->columns[k]], x->values[k]);
    }
    for (int d = 0; x->dense && d < FIT_DENSE; d++) {
        add_scaled(scores, weights->dense[d], x->dense[row][d]);
    }
}
