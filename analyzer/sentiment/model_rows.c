#include "analyzer/sentiment/model_rows.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { WHOLE = NB_MODEL_CLASSES / 8 * 8 };

static uint64_t bucket_of(const struct nb_model *model, const struct nb_feature *feature)
{
    return feature->hash >> (64 - model->header->bucket_bits);
}

/*
 * Which of four checks is the first that is this one; 4 and above: none. Nobody can foresee how
 * many rows a bucket has and whether one is asked for, so no branch depends on it.
 */
static unsigned first_of_four(const uint16_t *checks, uint16_t check)
{
    static const uint64_t lanes = 0x0001000100010001u;
    uint64_t four;
    memcpy(&four, checks, sizeof(four));
    four ^= check * lanes;
    uint64_t zeros = (four - lanes) & ~four & 0x8000 * lanes;
    return zeros ? (unsigned)__builtin_ctzll(zeros) / 16 : 4;
}

/* Behind the checks lie weights, so that four can be read at the last one. */
static const int8_t *find(const struct nb_model *model, const struct nb_feature *feature)
{
    uint64_t bucket = bucket_of(model, feature);
    uint32_t row = model->buckets[bucket], end = model->buckets[bucket + 1];
    if (end - row <= 4 && end > row) {
        row += first_of_four(&model->checks[row], (uint16_t)feature->hash);
        return row < end ? model->weights + (size_t)row * NB_MODEL_CLASSES : NULL;
    }
    for (; row < end; row++) {
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
static void add(const struct nb_model *model, const struct nb_model_row *rows, size_t n,
                float *restrict sums)
{
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
/* Eight classes more. Nothing is fused, so the sums are the same to the last bit. */
__attribute__((target("avx2"))) static inline __m256
add_eight(__m256 sum, __m256 value, const float *scale, const int8_t *weights)
{
    __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)weights);
    __m256 eight = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
    __m256 worth = _mm256_mul_ps(_mm256_mul_ps(value, _mm256_loadu_ps(scale)), eight);
    return _mm256_add_ps(sum, worth);
}

/* The sums stay in registers; compilers get no further than two at once by themselves. */
__attribute__((target("avx2"))) static void
add_wide(const struct nb_model *model, const struct nb_model_row *rows, size_t n, float *sums)
{
    _Static_assert(WHOLE == 24 && NB_MODEL_CLASSES == WHOLE + 1, "the registers hold all classes");
    __m256 first = _mm256_loadu_ps(sums), second = _mm256_loadu_ps(sums + 8);
    __m256 third = _mm256_loadu_ps(sums + 16);
    float last = sums[WHOLE];
    for (size_t i = 0; i < n; i++) {
        const int8_t *weights = rows[i].weights;
        if (!weights) {
            continue;
        }
        const float *scale = model->header->scale[rows[i].group];
        __m256 value = _mm256_set1_ps(rows[i].value);
        first = add_eight(first, value, scale, weights);
        second = add_eight(second, value, scale + 8, weights + 8);
        third = add_eight(third, value, scale + 16, weights + 16);
        last += rows[i].value * scale[WHOLE] * (float)weights[WHOLE];
    }
    _mm256_storeu_ps(sums, first);
    _mm256_storeu_ps(sums + 8, second);
    _mm256_storeu_ps(sums + 16, third);
    sums[WHOLE] = last;
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

void nb_model_add_sums(const float *restrict more, float *restrict sums)
{
    for (int c = 0; c < WHOLE; c++) {
        sums[c] += more[c];
    }
    for (int c = WHOLE; c < NB_MODEL_CLASSES; c++) {
        sums[c] += more[c];
    }
}
