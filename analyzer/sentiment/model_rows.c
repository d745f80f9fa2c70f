#include "analyzer/sentiment/model_rows.h"

static uint64_t bucket_of(const struct nb_model *model, const struct nb_feature *feature)
{
    return feature->hash >> (64 - model->header->bucket_bits);
}

static const int8_t *find(const struct nb_model *model, const struct nb_feature *feature)
{
    uint64_t bucket = bucket_of(model, feature);
    uint32_t end = model->buckets[bucket + 1];
    for (uint32_t row = model->buckets[bucket]; row < end; row++) {
        if (model->checks[row] == (uint16_t)feature->hash) {
            return model->weights + (size_t)row * NB_MODEL_CLASSES;
        }
    }
    return NULL;
}

void nb_model_find(const struct nb_model *model, const struct nb_feature *features, size_t n,
                   struct nb_model_row *rows)
{
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(&model->buckets[bucket_of(model, &features[i])]);
    }
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(&model->checks[model->buckets[bucket_of(model, &features[i])]]);
    }
    for (size_t i = 0; i < n; i++) {
        const int8_t *weights = find(model, &features[i]);
        rows[i] = (struct nb_model_row){weights, features[i].value, features[i].group};
        if (weights) {
            __builtin_prefetch(weights);
            __builtin_prefetch(weights + NB_MODEL_CLASSES - 1);
        }
    }
}

/* Classes in whole vectors, then the rest: a compiler that may not guess adds eight at once. */
static inline __attribute__((always_inline)) void
add(const struct nb_model *model, const struct nb_model_row *rows, size_t n, float *restrict sums)
{
    enum { WHOLE = NB_MODEL_CLASSES / 8 * 8 };
    for (size_t i = 0; i < n; i++) {
        const int8_t *restrict weights = rows[i].weights;
        if (!weights) {
            continue;
        }
        const float *restrict scale = model->header->scale[rows[i].group];
        float value = rows[i].value;
        for (int c = 0; c < WHOLE; c++) {
            sums[c] += value * scale[c] * (float)weights[c];
        }
        for (int c = WHOLE; c < NB_MODEL_CLASSES; c++) {
            sums[c] += value * scale[c] * (float)weights[c];
        }
    }
}

#if defined(__x86_64__)
/* The same in wider registers. Nothing is fused, so the sums are the same. */
__attribute__((target("avx2"))) static void
add_wide(const struct nb_model *model, const struct nb_model_row *rows, size_t n, float *sums)
{
    add(model, rows, n, sums);
}
#endif

void nb_model_add_rows(const struct nb_model *model, const struct nb_model_row *rows, size_t n,
                       float *sums)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        add_wide(model, rows, n, sums);
        return;
    }
#endif
    add(model, rows, n, sums);
}
