/*
 * One pass over the rows is one step for each of them, in an order that a seeded generator
 * shuffles anew each time. A row moves only the weights of its own features, and each weight by
 * less the more it was moved before.
 */
#include "analyzer/sentiment/local.h"

#include <math.h>
#include <string.h>

#include <nabiz/mem.h>
#include <nabiz/series.h>

enum { PASSES_MIN = 6, PASSES_MAX = 24, STEPS_MAX = 200000 };

static const float STEP = 0.4F, BASE_STEP = 0.05F, PENALTY = 3e-3F, SOFTEN = 1e-6F, WORTH_MAX = 5;

struct fit {
    struct nb_local_weights *out;
    float worth[NB_LOCAL_CLASSES]; /* of a row of the class */
    float *moved;                  /* sums of squares of gradients, by bucket and class */
    float moved_bias[NB_LOCAL_CLASSES], moved_trust[NB_LOCAL_GROUPS];
};

/* What the chances are too high by, times the row's worth; 0 for groups that it does not say. */
static void errors_of(const struct fit *fit, const struct nb_local_want *want, float *p)
{
    const float *worth = fit->worth;
    for (int c = 0; c < NB_LOCAL_SENTIMENT_N; c++) {
        p[c] = want->sentiment < 0 ? 0 : worth[want->sentiment] * (p[c] - (c == want->sentiment));
    }
    for (int i = 0; i < NB_LOCAL_EMOTION_N; i++) {
        float *at = &p[NB_LOCAL_EMOTION + i];
        *at = want->emotion < 0
                  ? 0
                  : worth[NB_LOCAL_EMOTION + want->emotion] * (*at - (i == want->emotion));
    }
    for (int i = 0; i < NB_LOCAL_INTENT_N; i++) {
        float *at = &p[NB_LOCAL_INTENT + i];
        bool is = want->intents >= 0 && (want->intents >> i & 1);
        *at = want->intents < 0 ? 0 : is ? worth[NB_LOCAL_INTENT + i] * (*at - 1) : *at;
    }
}

/*
 * Rare classes would hardly ever be the likeliest: their rows are worth more, by the square root
 * of how rare they are.
 */
static void weigh_classes(struct fit *fit, const struct nb_local_want *wants, const uint32_t *pick,
                          size_t n)
{
    static const struct {
        int from, n;
    } groups[] = {{NB_LOCAL_SENTIMENT, NB_LOCAL_SENTIMENT_N},
                  {NB_LOCAL_EMOTION, NB_LOCAL_EMOTION_N}};
    size_t there[NB_LOCAL_CLASSES] = {0}, says[NB_LOCAL_GROUPS] = {0};
    for (size_t i = 0; i < n; i++) {
        const struct nb_local_want *want = &wants[pick[i]];
        if (want->sentiment >= 0) {
            there[want->sentiment]++;
            says[NB_LOCAL_OF_SENTIMENT]++;
        }
        if (want->emotion >= 0) {
            there[NB_LOCAL_EMOTION + want->emotion]++;
            says[NB_LOCAL_OF_EMOTION]++;
        }
        for (int k = 0; want->intents >= 0 && k < NB_LOCAL_INTENT_N; k++) {
            there[NB_LOCAL_INTENT + k] += want->intents >> k & 1;
        }
        says[NB_LOCAL_OF_INTENT] += want->intents >= 0;
    }
    for (int c = 0; c < NB_LOCAL_CLASSES; c++) {
        bool intent = c >= NB_LOCAL_INTENT;
        int group = intent ? NB_LOCAL_OF_INTENT : c >= NB_LOCAL_EMOTION;
        float share = intent ? 1 : (float)groups[group].n;
        float rare = there[c] ? sqrtf((float)says[group] / (share * (float)there[c])) : 1;
        fit->worth[c] = rare < WORTH_MAX ? rare : WORTH_MAX;
    }
}

static void move(float *weight, float *moved, float gradient, float step)
{
    *moved += gradient * gradient;
    *weight -= step * gradient / sqrtf(*moved + SOFTEN);
}

static void learn(struct fit *fit, const struct nb_local_row *row, const struct nb_local_want *want)
{
    static const int from[] = {NB_LOCAL_SENTIMENT, NB_LOCAL_EMOTION, NB_LOCAL_INTENT,
                               NB_LOCAL_CLASSES};
    float p[NB_LOCAL_CLASSES];
    nb_local_chances(fit->out, row, p);
    errors_of(fit, want, p);
    for (size_t i = 0; i < row->n; i++) {
        size_t at = (size_t)row->features[i].bucket * NB_LOCAL_CLASSES;
        for (size_t c = 0; c < NB_LOCAL_CLASSES; c++) {
            if (p[c] != 0) {
                float gradient =
                    row->features[i].value * p[c] + PENALTY * fit->out->weights[at + c];
                move(&fit->out->weights[at + c], &fit->moved[at + c], gradient, STEP);
            }
        }
    }
    for (int g = 0; g < NB_LOCAL_GROUPS; g++) {
        float trust = 0;
        for (int c = from[g]; c < from[g + 1]; c++) {
            trust += p[c] * row->base[c];
            if (p[c] != 0) {
                move(&fit->out->bias[c], &fit->moved_bias[c], p[c], BASE_STEP);
            }
        }
        if (trust != 0) {
            move(&fit->out->trust[g], &fit->moved_trust[g], trust, BASE_STEP);
        }
    }
}

/* Few rows are gone through more often. */
static size_t passes_of(size_t n)
{
    size_t passes = n ? STEPS_MAX / n : 0;
    return passes < PASSES_MIN ? PASSES_MIN : passes > PASSES_MAX ? PASSES_MAX : passes;
}

enum nb_err nb_local_fit(const struct nb_local_row *rows, const struct nb_local_want *wants,
                         const uint32_t *pick, size_t n, struct nb_local_weights *out)
{
    size_t cells = (size_t)NB_LOCAL_BUCKETS * NB_LOCAL_CLASSES;
    struct fit fit = {.out = out, .moved = nb_calloc(cells, sizeof(float))};
    uint32_t *order = nb_calloc(n ? n : 1, sizeof(*order));
    uint64_t state = 1;
    enum nb_err err = fit.moved && order ? NB_OK : NB_ENOMEM;
    memset(out->weights, 0, cells * sizeof(float));
    memset(out->bias, 0, sizeof(out->bias));
    memset(out->learnt, 0, sizeof(out->learnt));
    for (int g = 0; g < NB_LOCAL_GROUPS; g++) {
        out->trust[g] = 1;
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        const struct nb_local_want *want = &wants[pick[i]];
        order[i] = pick[i];
        out->learnt[NB_LOCAL_OF_SENTIMENT] |= want->sentiment >= 0;
        out->learnt[NB_LOCAL_OF_EMOTION] |= want->emotion >= 0;
        out->learnt[NB_LOCAL_OF_INTENT] |= want->intents >= 0;
    }
    if (err == NB_OK) {
        weigh_classes(&fit, wants, pick, n);
    }
    for (size_t pass = 0; err == NB_OK && pass < passes_of(n); pass++) {
        nb_series_shuffle(order, n, &state);
        for (size_t i = 0; i < n; i++) {
            learn(&fit, &rows[order[i]], &wants[order[i]]);
        }
    }
    nb_free(fit.moved);
    nb_free(order);
    return err;
}
