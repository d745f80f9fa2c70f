#include "tools/opinion_vectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/series.h>

#include "tools/corpora.h"
#include "tools/opinion_fit.h"
#include "tools/opinion_room.h"

enum {
    SLOTS = 1 << 20,
    SEEN_LEAST = 8,
    WINDOW = 5,
    NEGATIVE_N = 5,
    EPOCHS = 5,
    SAMPLES = 1 << 22,
    ARENA_BYTES = 16 << 20,
    END = -1 /* of a text */
};

static const float RATE = 0.05F, FREQUENT = 1e-3F;
static const float LENGTH = 2; /* of a vector, beside other features */

struct lemma {
    uint64_t hash;
    uint32_t n;
    int32_t id; /* its row, in the order of hashes; END: none */
};

struct vectors {
    struct lemma *lemmas; /* SLOTS */
    size_t lemmas_n, n;
    uint64_t *hashes; /* by row */
    uint32_t *counts;
    float (*in)[FIT_DENSE], (*out)[FIT_DENSE];
    int32_t *text; /* slots, later rows, of all texts */
    size_t text_n, text_cap;
    const struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena;
};

static size_t slot_of(const struct vectors *v, uint64_t hash)
{
    size_t i = (size_t)(hash >> 44) & (SLOTS - 1);
    while (v->lemmas[i].hash && v->lemmas[i].hash != hash) {
        i = (i + 1) & (SLOTS - 1);
    }
    return i;
}

static void put(struct vectors *v, int32_t what)
{
    if (v->text_n == v->text_cap) {
        v->text_cap = v->text_cap ? v->text_cap * 2 : 1 << 22;
        v->text = realloc(v->text, v->text_cap * sizeof(*v->text));
        if (!v->text) {
            opinion_die("out of memory");
        }
    }
    v->text[v->text_n++] = what;
}

static void add_text(void *context, struct nb_slice text)
{
    struct vectors *v = context;
    struct nb_feature features[NB_FEATURES_WORD_MAX];
    struct nb_feature_word word;
    struct nb_opinion_reading reading;
    nb_arena_reset(v->arena);
    struct nb_document *document = nb_document_new(v->arena);
    if (!document || !(document->text = nb_arena_strdup(v->arena, text)) ||
        nb_annotate_reading(document, v->knowledge, v->words, v->arena, &reading) != NB_OK) {
        return; /* a text too long for the arena */
    }
    for (size_t i = 0; i < reading.text.tokens_n; i++) {
        size_t n = nb_features_of_word(&v->knowledge->features, &reading.text.tokens[i],
                                       &reading.text.readings[i], features, &word);
        if (n < 2 || v->lemmas_n == SLOTS / 2) {
            continue;
        }
        struct lemma *lemma = &v->lemmas[slot_of(v, features[1].hash)];
        v->lemmas_n += !lemma->hash;
        lemma->hash = features[1].hash;
        lemma->n++;
        put(v, (int32_t)(lemma - v->lemmas));
    }
    put(v, END);
}

static void number(struct vectors *v)
{
    v->hashes = opinion_room(SLOTS, sizeof(*v->hashes));
    v->counts = opinion_room(SLOTS, sizeof(*v->counts));
    for (size_t i = 0; i < SLOTS; i++) {
        struct lemma *lemma = &v->lemmas[i];
        lemma->id = END;
        if (lemma->n >= SEEN_LEAST) {
            lemma->id = (int32_t)v->n;
            v->hashes[v->n] = lemma->hash;
            v->counts[v->n++] = lemma->n;
        }
    }
    size_t n = 0; /* rare lemmas drop out of the texts, so that others move together */
    for (size_t i = 0; i < v->text_n; i++) {
        int32_t id = v->text[i] == END ? END : v->lemmas[v->text[i]].id;
        if (v->text[i] == END || id != END) {
            v->text[n++] = id;
        }
    }
    v->text_n = n;
}

/* Rows, as often as their counts to the power of 3/4 say. */
static int32_t *make_samples(const struct vectors *v)
{
    int32_t *samples = opinion_room(SAMPLES, sizeof(*samples));
    double all = 0, sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++) {
        all += pow(v->counts[i], 0.75);
    }
    for (size_t i = 0; i < v->n; i++) {
        sum += pow(v->counts[i], 0.75);
        while (n < SAMPLES && (double)n < sum / all * SAMPLES) {
            samples[n++] = (int32_t)i;
        }
    }
    return samples;
}

static void train_pair(const float *restrict in, float *restrict out, float want, float rate,
                       float *restrict back)
{
    float dot = 0;
    for (int d = 0; d < FIT_DENSE; d++) {
        dot += in[d] * out[d];
    }
    float g = rate * (want - 1 / (1 + expf(-dot)));
    for (int d = 0; d < FIT_DENSE; d++) {
        back[d] += g * out[d];
        out[d] += g * in[d];
    }
}

static void train_word(struct vectors *v, size_t at, const int32_t *samples, float rate,
                       uint64_t *state)
{
    size_t reach = 1 + (size_t)(nb_series_next(state) % WINDOW);
    float *in = v->in[v->text[at]];
    for (size_t k = 1; k <= 2 * reach; k++) {
        size_t i = k <= reach ? at - k : at + k - reach;
        if (i >= v->text_n || v->text[i] == END) {
            k = k <= reach ? reach : 2 * reach; /* the text's end */
            continue;
        }
        float back[FIT_DENSE] = {0};
        train_pair(in, v->out[v->text[i]], 1, rate, back);
        for (int s = 0; s < NEGATIVE_N; s++) {
            int32_t other = samples[nb_series_next(state) % SAMPLES];
            if (other != v->text[i]) {
                train_pair(in, v->out[other], 0, rate, back);
            }
        }
        for (int d = 0; d < FIT_DENSE; d++) {
            in[d] += back[d];
        }
    }
}

static void train(struct vectors *v)
{
    uint64_t state = 20261122;
    int32_t *samples = make_samples(v);
    v->in = opinion_room(v->n, sizeof(*v->in));
    v->out = opinion_room(v->n, sizeof(*v->out));
    for (size_t i = 0; i < v->n; i++) {
        for (int d = 0; d < FIT_DENSE; d++) {
            v->in[i][d] = ((float)(nb_series_next(&state) % 2048) / 2048 - 0.5F) / FIT_DENSE;
        }
    }
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (size_t at = 0; at < v->text_n; at++) {
            float done = ((float)epoch + (float)at / (float)v->text_n) / EPOCHS;
            if (v->text[at] == END) {
                continue;
            }
            float share = (float)v->counts[v->text[at]] / (float)v->text_n / FREQUENT;
            float kept = share > 1 ? 1 / sqrtf(share) : 1;
            if ((float)(nb_series_next(&state) % 65536) < kept * 65536) {
                train_word(v, at, samples, RATE * (1.02F - done), &state);
            }
        }
    }
    free(samples);
}

/* The mean is what all words have in common. */
static void normalise(struct vectors *v)
{
    float mean[FIT_DENSE] = {0};
    for (size_t i = 0; i < v->n; i++) {
        for (int d = 0; d < FIT_DENSE; d++) {
            mean[d] += v->in[i][d] / (float)v->n;
        }
    }
    for (size_t i = 0; i < v->n; i++) {
        float square = 0;
        for (int d = 0; d < FIT_DENSE; d++) {
            v->in[i][d] -= mean[d];
            square += v->in[i][d] * v->in[i][d];
        }
        for (int d = 0; d < FIT_DENSE; d++) {
            v->in[i][d] *= square > 0 ? LENGTH / sqrtf(square) : 0;
        }
    }
}

struct vectors *vectors_learn(const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                              const char *data)
{
    struct vectors *v = opinion_room(1, sizeof(*v));
    v->lemmas = opinion_room(SLOTS, sizeof(*v->lemmas));
    v->knowledge = knowledge;
    v->words = words;
    v->arena = nb_arena_new(ARENA_BYTES);
    if (!v->arena) {
        opinion_die("out of memory");
    }
    (void)corpora_read(data, add_text, v);
    number(v);
    train(v);
    normalise(v);
    printf("%zu tokens, vectors of %zu lemmas\n", v->text_n, v->n);
    free(v->text);
    free(v->out);
    nb_arena_free(v->arena);
    return v;
}

const float *vectors_find(const struct vectors *v, uint64_t hash)
{
    const struct lemma *lemma = &v->lemmas[slot_of(v, hash)];
    return lemma->hash && lemma->id != END ? v->in[lemma->id] : NULL;
}

size_t vectors_n(const struct vectors *v)
{
    return v->n;
}

uint64_t vectors_hash(const struct vectors *v, size_t i)
{
    return v->hashes[i];
}
