/* All sums are over some thousand rows and few parameters: plain gradient descent is enough. */
#include "tools/opinion_calibrate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/sentiment/verdict.h"
#include "tools/opinion_room.h"

enum { STEPS = 400, VERDICT_STEPS = 1200, CHOICES_MAX = 16, PASSES = 3, REACH = 12, BINS = 10 };

static const double RATE = 0.05; /* of full steps, scaled by AdaGrad */
static const double OTHERS = 10; /* how dear it is to mix in scores of other classes */
static const double ADVANTAGE_STEP = 0.1;
static const double APART = 10;          /* how dear it is for a length to differ from the others */
static const double APART_OTHERS = 1000; /* in what it makes of scores of other classes */
static const double weight_of[OPINION_SOURCES_N] = {
    [OPINION_DRAWN] = 1,   [OPINION_STREAM] = 0.5, [OPINION_OWN] = 0.3,
    [OPINION_EXAMPLE] = 2, [OPINION_ENTRY] = 0.2,  [OPINION_REVIEW] = 1};
static const double RARE_REVIEW = 3; /* as far from as they come as from balanced */

struct rows {
    size_t n;
    uint32_t *at;   /* rows of the corpus */
    double *p;      /* n x classes_n: log probabilities */
    uint8_t *right; /* which class */
};

static struct rows rows_of(const struct corpus *c, const bool *use, unsigned from, unsigned n)
{
    struct rows rows = {.at = opinion_room(c->rows.n, sizeof(*rows.at)),
                        .p = opinion_room(c->rows.n * n, sizeof(*rows.p)),
                        .right = opinion_room(c->rows.n, 1)};
    for (size_t i = 0; i < c->rows.n; i++) {
        if (use[i] && c->rows.known[i][from]) {
            for (unsigned k = 0; k < n; k++) {
                rows.right[rows.n] = c->rows.is[i][from + k] ? (uint8_t)k : rows.right[rows.n];
            }
            rows.at[rows.n++] = (uint32_t)i;
        }
    }
    return rows;
}

static void free_rows(struct rows *rows)
{
    free(rows->at);
    free(rows->p);
    free(rows->right);
}

static void to_log_chances(double *z, unsigned n)
{
    double most = z[0], sum = 0;
    for (unsigned c = 1; c < n; c++) {
        most = z[c] > most ? z[c] : most;
    }
    for (unsigned c = 0; c < n; c++) {
        sum += exp(z[c] - most);
    }
    for (unsigned c = 0; c < n; c++) {
        z[c] -= most + log(sum);
    }
}

/* ---- where to cut ---- */

static unsigned choose(const double *p, const float *advantages, unsigned n)
{
    unsigned best = 0;
    for (unsigned c = 1; c < n; c++) {
        best = p[c] + (double)advantages[c] > p[best] + (double)advantages[best] ? c : best;
    }
    return best;
}

static double macro_f1(const struct rows *rows, unsigned n, const float *advantages)
{
    size_t hit[CHOICES_MAX] = {0}, there[CHOICES_MAX] = {0}, found[CHOICES_MAX] = {0};
    double sum = 0;
    for (size_t i = 0; i < rows->n; i++) {
        unsigned best = choose(rows->p + i * n, advantages, n);
        there[rows->right[i]]++;
        found[best]++;
        hit[best] += best == rows->right[i];
    }
    unsigned classes = 0;
    for (unsigned c = 0; c < n; c++) {
        classes += there[c] > 0;
        sum += there[c] ? 2.0 * (double)hit[c] / (double)(there[c] + found[c]) : 0;
    }
    return classes ? sum / classes : 0;
}

/* The same, to be expected by the probabilities themselves: the labels of few rows mislead less. */
static double expected_f1(const struct rows *rows, unsigned n, const float *advantages)
{
    double hit[CHOICES_MAX] = {0}, there[CHOICES_MAX] = {0}, found[CHOICES_MAX] = {0};
    double sum = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const double *p = rows->p + i * n;
        unsigned best = choose(p, advantages, n);
        for (unsigned c = 0; c < n; c++) {
            there[c] += exp(p[c]);
        }
        found[best]++;
        hit[best] += exp(p[best]);
    }
    for (unsigned c = 0; c < n; c++) {
        sum += 2 * hit[c] / (there[c] + found[c]);
    }
    return sum / n;
}

typedef double f1_fn(const struct rows *rows, unsigned n, const float *advantages);

/* What, added to the log probabilities, makes the best macro-F1, found one class at a time. */
static double fit_advantages(const struct rows *rows, unsigned n, f1_fn *f1_of, float *advantages)
{
    memset(advantages, 0, n * sizeof(*advantages));
    double best = f1_of(rows, n, advantages);
    for (int pass = 0; pass < PASSES; pass++) {
        for (unsigned c = 0; c < n; c++) {
            float kept = advantages[c];
            for (int step = -REACH; step <= REACH; step++) {
                advantages[c] = (float)(step * ADVANTAGE_STEP);
                double f1 = f1_of(rows, n, advantages);
                if (f1 > best + 1e-9) {
                    best = f1;
                    kept = advantages[c];
                }
            }
            advantages[c] = kept;
        }
    }
    return best;
}

struct scored {
    double score;
    bool is;
};

static int by_score(const void *a, const void *b)
{
    double x = ((const struct scored *)a)->score, y = ((const struct scored *)b)->score;
    return (x < y) - (x > y);
}

/* The least score that is taken for yes, for the best F1. */
static double fit_threshold(struct scored *all, size_t n, double *threshold)
{
    size_t there = 0, hit = 0;
    double best = 0;
    for (size_t i = 0; i < n; i++) {
        there += all[i].is;
    }
    qsort(all, n, sizeof(*all), by_score);
    *threshold = n ? all[0].score + 1 : 0;
    for (size_t i = 0; i < n; i++) {
        hit += all[i].is;
        double f1 = 2.0 * (double)hit / (double)(there + i + 1);
        if (f1 > best && (i + 1 == n || all[i + 1].score < all[i].score)) {
            best = f1;
            *threshold = i + 1 < n ? (all[i].score + all[i + 1].score) / 2 : all[i].score;
        }
    }
    return best;
}

/* ---- odds, mixed from all scores ---- */

static double mixed(const struct nb_model_header *h, const float *scores, unsigned class_)
{
    struct nb_model model = {.header = h};
    return (double)nb_model_odds(&model, scores, class_);
}

static void descend(double *w, double *square, double gradient)
{
    *square += gradient * gradient;
    *w -= RATE * gradient / sqrt(*square + 1e-9);
}

struct mix {
    double w[NB_MODEL_CLASSES + 1]; /* the offset behind the scores */
    double square[NB_MODEL_CLASSES + 1], gradient[NB_MODEL_CLASSES + 1];
};

static void mix_start(struct mix *mix, unsigned class_)
{
    memset(mix, 0, sizeof(*mix));
    mix->w[class_] = 1;
}

static double mix_odds(const struct mix *mix, const float *scores)
{
    double sum = mix->w[NB_MODEL_CLASSES];
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        sum += mix->w[c] * (double)scores[c];
    }
    return sum;
}

static void mix_add(struct mix *mix, const float *scores, double error)
{
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        mix->gradient[c] += error * (double)scores[c];
    }
    mix->gradient[NB_MODEL_CLASSES] += error;
}

/* What other classes say is taken in only as far as it pays. */
static void mix_step(struct mix *mix, unsigned class_)
{
    for (unsigned c = 0; c <= NB_MODEL_CLASSES; c++) {
        bool other = c != class_ && c < NB_MODEL_CLASSES;
        descend(&mix->w[c], &mix->square[c], mix->gradient[c] + (other ? OTHERS * mix->w[c] : 0));
        mix->gradient[c] = 0;
    }
}

static void mix_keep(const struct mix *mix, unsigned class_, struct nb_model_header *out)
{
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        out->mix[class_][c] = (float)mix->w[c];
    }
    out->offset[class_] = (float)mix->w[NB_MODEL_CLASSES];
}

/* ---- emotions, which exclude each other ---- */

static void fit_choice(const struct rows *rows, float (*scores)[FIT_WIDTH], unsigned from,
                       unsigned n, struct nb_model_header *out)
{
    static struct mix mixes[CHOICES_MAX];
    double p[CHOICES_MAX];
    for (unsigned c = 0; c < n; c++) {
        mix_start(&mixes[c], from + c);
    }
    for (int step = 0; step < STEPS; step++) {
        for (size_t i = 0; i < rows->n; i++) {
            const float *row = scores[rows->at[i]];
            for (unsigned c = 0; c < n; c++) {
                p[c] = mix_odds(&mixes[c], row);
            }
            to_log_chances(p, n);
            for (unsigned c = 0; c < n; c++) {
                mix_add(&mixes[c], row, exp(p[c]) - (rows->right[i] == c));
            }
        }
        for (unsigned c = 0; c < n; c++) {
            mix_step(&mixes[c], from + c);
        }
    }
    for (unsigned c = 0; c < n; c++) {
        mix_keep(&mixes[c], from + c, out);
    }
}

static void calibrate_choice(const struct corpus *corpus, float (*scores)[FIT_WIDTH],
                             const bool *use, unsigned from, unsigned n,
                             struct nb_model_header *out)
{
    struct rows rows = rows_of(corpus, use, from, n);
    fit_choice(&rows, scores, from, n, out);
    for (size_t i = 0; i < rows.n; i++) {
        for (unsigned c = 0; c < n; c++) {
            rows.p[i * n + c] = mixed(out, scores[rows.at[i]], from + c);
        }
        to_log_chances(rows.p + i * n, n);
    }
    printf("emotion: macro-F1 %.4f in folds\n",
           fit_advantages(&rows, n, macro_f1, out->advantage + from));
    free_rows(&rows);
}

/* ---- a yes or no ---- */

static void calibrate_one(const struct corpus *corpus, float (*scores)[FIT_WIDTH], const bool *use,
                          unsigned class_, const char *name, struct nb_model_header *out)
{
    struct scored *all = opinion_room(corpus->rows.n, sizeof(*all));
    struct mix mix;
    size_t n = 0;
    double threshold;
    mix_start(&mix, class_);
    for (int step = 0; step < STEPS; step++) {
        for (size_t i = 0; i < corpus->rows.n; i++) {
            if (use[i] && corpus->rows.known[i][class_]) {
                double p = 1 / (1 + exp(-mix_odds(&mix, scores[i])));
                mix_add(&mix, scores[i], p - corpus->rows.is[i][class_]);
            }
        }
        mix_step(&mix, class_);
    }
    mix_keep(&mix, class_, out);
    for (size_t i = 0; i < corpus->rows.n; i++) {
        if (use[i] && corpus->rows.known[i][class_]) {
            all[n++] = (struct scored){mixed(out, scores[i], class_), corpus->rows.is[i][class_]};
        }
    }
    double f1 = fit_threshold(all, n, &threshold);
    out->advantage[class_] = (float)threshold;
    printf("%s: F1 %.4f in folds\n", name, f1);
    free(all);
}

/* ---- the verdict ---- */

typedef double verdict_weights[NB_VERDICT_INPUTS][3];

struct verdict {
    struct rows rows;
    float (*inputs)[NB_VERDICT_INPUTS];
    uint8_t *length;
    double *weight; /* of a row */
    verdict_weights common, apart[NB_VERDICT_LENGTHS];
};

static void verdict_chances(const struct verdict *v, size_t row, double *p)
{
    for (int c = 0; c < 3; c++) {
        p[c] = 0;
        for (int i = 0; i < NB_VERDICT_INPUTS; i++) {
            p[c] += (double)v->inputs[row][i] * (v->common[i][c] + v->apart[v->length[row]][i][c]);
        }
    }
    to_log_chances(p, 3);
}

static void fit_verdict(struct verdict *v)
{
    static verdict_weights square, squares[NB_VERDICT_LENGTHS], g, gs[NB_VERDICT_LENGTHS];
    double p[3];
    for (int i = 0; i < 3; i++) {
        v->common[NB_VERDICT_SCORES + i][i] = 1;
    }
    for (int step = 0; step < VERDICT_STEPS; step++) {
        memset(g, 0, sizeof(g));
        memset(gs, 0, sizeof(gs));
        for (size_t row = 0; row < v->rows.n; row++) {
            if (v->weight[row] <= 0) {
                continue;
            }
            verdict_chances(v, row, p);
            for (int c = 0; c < 3; c++) {
                double error = v->weight[row] * (exp(p[c]) - (v->rows.right[row] == c));
                for (int i = 0; i < NB_VERDICT_INPUTS; i++) {
                    gs[v->length[row]][i][c] += error * (double)v->inputs[row][i];
                }
            }
        }
        for (int i = 0; i < NB_VERDICT_INPUTS; i++) {
            for (int c = 0; c < 3; c++) {
                for (int l = 0; l < NB_VERDICT_LENGTHS; l++) {
                    g[i][c] += gs[l][i][c];
                    double dear = i < NB_VERDICT_OTHERS ? APART : APART_OTHERS;
                    descend(&v->apart[l][i][c], &squares[l][i][c],
                            gs[l][i][c] + dear * v->apart[l][i][c]);
                }
                double dear = i < NB_VERDICT_OTHERS ? 1 : OTHERS;
                descend(&v->common[i][c], &square[i][c], g[i][c] + dear * v->common[i][c]);
            }
        }
    }
}

/* Expected calibration error over bins of confidence (Naeini et al. 2015), on posts. */
static void say_reliability(const struct corpus *corpus, const struct verdict *v,
                            const float *advantages)
{
    double sure[BINS] = {0}, right[BINS] = {0}, n[BINS] = {0}, all = 0, error = 0;
    for (size_t row = 0; row < v->rows.n; row++) {
        if (corpus->rows.source[v->rows.at[row]] == OPINION_DRAWN) {
            unsigned best = choose(v->rows.p + row * 3, advantages, 3);
            double p = exp(v->rows.p[row * 3 + best]);
            int bin = p < 1 ? (int)(p * BINS) : BINS - 1;
            sure[bin] += p;
            right[bin] += best == v->rows.right[row];
            n[bin]++;
            all++;
        }
    }
    for (int bin = 0; bin < BINS; bin++) {
        error += fabs(sure[bin] - right[bin]) / all;
        if (n[bin] > 0) {
            printf("  confidence %.3f right %.3f (n %.0f)\n", sure[bin] / n[bin],
                   right[bin] / n[bin], n[bin]);
        }
    }
    printf("  calibration error %.4f in folds\n", error);
}

static void say_sources(const struct corpus *corpus, const struct verdict *v,
                        const float *advantages)
{
    for (int s = OPINION_DRAWN; s < OPINION_SOURCES_N; s++) {
        struct rows some = {.p = opinion_room(v->rows.n * 3, sizeof(*some.p)),
                            .right = opinion_room(v->rows.n, 1)};
        size_t right = 0;
        for (size_t row = 0; row < v->rows.n; row++) {
            if ((int)corpus->rows.source[v->rows.at[row]] == s) {
                memcpy(some.p + some.n * 3, v->rows.p + row * 3, 3 * sizeof(*some.p));
                some.right[some.n++] = v->rows.right[row];
                right += choose(v->rows.p + row * 3, advantages, 3) == v->rows.right[row];
            }
        }
        if (some.n) {
            printf("sentiment of source %d: macro-F1 %.4f, right %.4f in folds (n %zu)\n", s,
                   macro_f1(&some, 3, advantages), (double)right / (double)some.n, some.n);
        }
        free(some.p);
        free(some.right);
    }
}

/* Rows whose sentiment is known; of a review, for or against. */
static void take_rows(const struct corpus *corpus, float (*scores)[FIT_WIDTH], const bool *use,
                      unsigned kind, struct verdict *v)
{
    v->rows = rows_of(corpus, use, NB_MODEL_SENTIMENT, 3);
    v->inputs = opinion_room(corpus->rows.n, sizeof(*v->inputs));
    v->length = opinion_room(corpus->rows.n, 1);
    v->weight = opinion_room(corpus->rows.n, sizeof(*v->weight));
    for (size_t i = 0; i < corpus->rows.n && kind == NB_VERDICT_REVIEW; i++) {
        if (use[i] && corpus->rows.source[i] == OPINION_REVIEW) {
            bool good = corpus->rows.is[i][NB_MODEL_REVIEW];
            v->rows.right[v->rows.n] = good ? NB_OPINION_POSITIVE : NB_OPINION_NEGATIVE;
            v->rows.at[v->rows.n++] = (uint32_t)i;
        }
    }
    for (size_t row = 0; row < v->rows.n; row++) {
        uint32_t at = v->rows.at[row];
        const struct corpus_found *found = &corpus->found[at];
        bool rare = corpus->rows.source[at] == OPINION_REVIEW && v->rows.right[row] == 0;
        v->length[row] = (uint8_t)nb_verdict_inputs(kind, scores[at], &found->sum, &found->marks,
                                                    v->inputs[row]);
        v->weight[row] = weight_of[corpus->rows.source[at]] * (rare ? RARE_REVIEW : 1);
        if (v->length[row] < NB_VERDICT_POSTS_FROM && found->sum.opinions_n) {
            v->weight[row] = 0; /* is left to the lexicons */
        }
    }
}

static void keep_verdict(const struct verdict *v, float (*out)[NB_VERDICT_INPUTS][3])
{
    for (int l = 0; l < NB_VERDICT_LENGTHS; l++) {
        for (int i = 0; i < NB_VERDICT_INPUTS; i++) {
            for (int c = 0; c < 3; c++) {
                out[l][i][c] = (float)(v->common[i][c] + v->apart[l][i][c]);
            }
        }
    }
}

static void free_verdict(struct verdict *v)
{
    free_rows(&v->rows);
    free(v->inputs);
    free(v->length);
    free(v->weight);
}

static void calibrate_verdict(const struct corpus *corpus, float (*scores)[FIT_WIDTH],
                              const bool *use, unsigned kind, struct nb_model_header *out)
{
    static struct verdict v;
    float none[3] = {0}, *advantages = out->advantage + NB_MODEL_SENTIMENT;
    memset(&v, 0, sizeof(v));
    take_rows(corpus, scores, use, kind, &v);
    fit_verdict(&v);
    for (size_t row = 0; row < v.rows.n; row++) {
        verdict_chances(&v, row, v.rows.p + row * 3);
    }
    if (kind == NB_VERDICT_POST) {
        struct rows posts = {.p = v.rows.p, .right = v.rows.right}; /* they come first */
        while (posts.n < v.rows.n && corpus->rows.source[v.rows.at[posts.n]] == OPINION_DRAWN) {
            posts.n++;
        }
        (void)fit_advantages(&posts, 3, expected_f1, advantages);
        say_reliability(corpus, &v, advantages);
    }
    say_sources(corpus, &v, kind == NB_VERDICT_POST ? advantages : none);
    keep_verdict(&v, out->verdict[kind]);
    free_verdict(&v);
}

/* One post in a hundred may be taken for a review, so that no more are denied to be neutral. */
static void cut_kinds(const struct corpus *corpus, float (*scores)[FIT_WIDTH], const bool *drawn,
                      struct nb_model_header *out)
{
    struct scored *all = opinion_room(corpus->rows.n, sizeof(*all));
    size_t n = 0;
    for (size_t i = 0; i < corpus->rows.n; i++) {
        if (drawn[i]) {
            all[n++].score = mixed(out, scores[i], NB_MODEL_IS_REVIEW);
        }
    }
    qsort(all, n, sizeof(*all), by_score);
    out->advantage[NB_MODEL_IS_REVIEW] = n ? (float)all[n / 100].score : 0;
    free(all);
}

void calibrate(const struct corpus *corpus, float (*scores)[FIT_WIDTH], const bool *posts,
               const bool *reviews, struct nb_model_header *out)
{
    bool *drawn = opinion_room(corpus->rows.n, 1), *both = opinion_room(corpus->rows.n, 1);
    bool *some = opinion_room(corpus->rows.n, 1);
    for (size_t i = 0; i < corpus->rows.n; i++) {
        drawn[i] = posts[i] && corpus->rows.source[i] == OPINION_DRAWN;
        both[i] = drawn[i] || reviews[i];
        bool stream = corpus->rows.source[i] == OPINION_STREAM;
        some[i] = reviews[i] || (posts[i] && !drawn[i] && !stream);
    }
    calibrate_verdict(corpus, scores, posts, NB_VERDICT_POST, out);
    calibrate_verdict(corpus, scores, some, NB_VERDICT_REVIEW, out);
    calibrate_choice(corpus, scores, drawn, NB_MODEL_EMOTION, NB_EMOTION_N + 1, out);
    for (unsigned i = 0; i < NB_MODEL_INTENT_N; i++) {
        calibrate_one(corpus, scores, drawn, NB_MODEL_INTENT + i, nb_intent_name((enum nb_intent)i),
                      out);
    }
    calibrate_one(corpus, scores, drawn, NB_MODEL_IRONY, "irony", out);
    calibrate_one(corpus, scores, reviews, NB_MODEL_REVIEW, "review", out);
    calibrate_one(corpus, scores, both, NB_MODEL_IS_REVIEW, "rather a review than a post", out);
    cut_kinds(corpus, scores, drawn, out);
    free(drawn);
    free(both);
    free(some);
}
