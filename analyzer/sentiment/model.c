/* A word touches some thirty rows, so what costs is finding them: the tables lie apart, the buckets
 * and checks small enough for the cache. */
#include "analyzer/sentiment/model.h"

#include <string.h>

#include "analyzer/turkish/table.h"

enum { BUCKET_BITS_MAX = 24, CACHE_BYTES = 8 << 20 };

_Static_assert(sizeof(struct nb_model_header) % 8 == 0, "what follows is aligned");

static bool header_fits(const struct nb_model_header *h, struct nb_slice bytes)
{
    if (bytes.len < sizeof(*h) || memcmp(h->magic, NB_MODEL_MAGIC, sizeof(h->magic)) != 0 ||
        h->version != NB_MODEL_VERSION || h->classes_n != NB_MODEL_CLASSES || h->bucket_bits < 1 ||
        h->bucket_bits > BUCKET_BITS_MAX) {
        return false;
    }
    uint64_t buckets = ((uint64_t)1 << h->bucket_bits) + 1;
    uint64_t row = sizeof(uint16_t) + NB_MODEL_CLASSES;
    struct nb_slice content =
        nb_slice_sub(bytes, offsetof(struct nb_model_header, bias), bytes.len);
    return bytes.len == sizeof(*h) + buckets * sizeof(uint32_t) + h->rows_n * row &&
           tr_hash(content) == h->content_hash;
}

enum nb_err nb_model_open(struct nb_model *model, struct nb_slice bytes)
{
    const struct nb_model_header *h = (const void *)bytes.p;
    *model = (struct nb_model){.header = NULL};
    if (!header_fits(h, bytes)) {
        return NB_EINVAL;
    }
    uint32_t buckets_n = (uint32_t)1 << h->bucket_bits;
    const uint32_t *buckets = (const void *)(bytes.p + sizeof(*h));
    const uint16_t *checks = (const void *)(buckets + buckets_n + 1);
    for (uint32_t i = 0; i < buckets_n; i++) {
        if (buckets[i] > buckets[i + 1]) {
            return NB_EINVAL;
        }
    }
    if (buckets[0] != 0 || buckets[buckets_n] != h->rows_n) {
        return NB_EINVAL;
    }
    *model = (struct nb_model){h, buckets, checks, (const void *)(checks + h->rows_n)};
    return NB_OK;
}

static const int8_t *find(const struct nb_model *model, uint64_t hash)
{
    uint64_t bucket = hash >> (64 - model->header->bucket_bits);
    for (uint32_t row = model->buckets[bucket]; row < model->buckets[bucket + 1]; row++) {
        if (model->checks[row] == (uint16_t)hash) {
            return model->weights + (size_t)row * NB_MODEL_CLASSES;
        }
    }
    return NULL;
}

/* Classes in whole vectors, then the rest: a compiler that may not guess adds eight at once. */
static void add(const struct nb_model *model, const struct nb_feature *features, size_t n,
                float *restrict sums)
{
    enum { WHOLE = NB_MODEL_CLASSES / 8 * 8 };
    for (size_t i = 0; i < n; i++) {
        const int8_t *restrict weights = find(model, features[i].hash);
        const float *restrict scale = model->header->scale[features[i].group];
        float value = features[i].value;
        if (!weights) {
            continue;
        }
        for (int c = 0; c < WHOLE; c++) {
            sums[c] += value * scale[c] * (float)weights[c];
        }
        for (int c = WHOLE; c < NB_MODEL_CLASSES; c++) {
            sums[c] += value * scale[c] * (float)weights[c];
        }
    }
}

/* What one word adds by itself; kept by all that it depends on. */
struct word_sum {
    float sums[NB_MODEL_CLASSES];
    struct nb_feature_word word;
};

static void sum_word(const struct nb_model *model, const struct nb_feature_reader *reader,
                     const struct tr_token *token, const struct tr_reading *reading,
                     struct tr_cache *cache, struct word_sum *out)
{
    struct nb_feature features[NB_FEATURES_WORD_MAX];
    uint64_t key = cache ? nb_feature_key(token, reading) : 0;
    struct nb_slice name = nb_slice(&key, sizeof(key));
    const struct word_sum *held = cache ? tr_cache_find(cache, name, 0) : NULL;
    if (held) {
        *out = *held;
        return;
    }
    memset(out->sums, 0, sizeof(out->sums));
    size_t n = nb_features_of_word(reader, token, reading, features, &out->word);
    add(model, features, n, out->sums);
    if (cache) {
        tr_cache_keep(cache, name, 0, out, sizeof(*out));
    }
}

struct tr_cache *nb_model_cache_new(void)
{
    return tr_cache_new(CACHE_BYTES);
}

/*
 * Pairs are too many to keep, and each waits for memory three times: where its bucket begins, its
 * row, its weights. So each is asked for two words before it is added.
 */
struct pairs {
    struct nb_feature features[3][NB_FEATURES_PAIR_N];
    size_t n; /* of words that are through */
};

static uint64_t bucket_of(const struct nb_model *model, const struct nb_feature *feature)
{
    return feature->hash >> (64 - model->header->bucket_bits);
}

static void ask_for_buckets(const struct nb_model *model, const struct nb_feature *features)
{
    for (size_t i = 0; i < NB_FEATURES_PAIR_N; i++) {
        __builtin_prefetch(&model->buckets[bucket_of(model, &features[i])]);
    }
}

static void ask_for_rows(const struct nb_model *model, const struct nb_feature *features)
{
    for (size_t i = 0; i < NB_FEATURES_PAIR_N; i++) {
        uint32_t row = model->buckets[bucket_of(model, &features[i])];
        __builtin_prefetch(&model->checks[row]);
        __builtin_prefetch(&model->weights[(size_t)row * NB_MODEL_CLASSES]);
    }
}

/* One further pair, or NULL for none: the text is at its end. */
static void put_pair(const struct nb_model *model, struct pairs *pairs,
                     const struct nb_feature_word *first, const struct nb_feature_word *second,
                     float *sums)
{
    size_t n = pairs->n++;
    if (first) {
        nb_features_of_pair(first, second, pairs->features[n % 3]);
        ask_for_buckets(model, pairs->features[n % 3]);
    }
    if (n >= 1) {
        ask_for_rows(model, pairs->features[(n - 1) % 3]);
    }
    if (n >= 2) {
        add(model, pairs->features[(n - 2) % 3], NB_FEATURES_PAIR_N, sums);
    }
}

void nb_model_add_text(const struct nb_model *model, const struct nb_feature_reader *reader,
                       const struct nb_affect *affect, const struct nb_reading_text *text,
                       struct tr_cache *cache, struct nb_model_sum *sum)
{
    struct pairs pairs = {.n = 0};
    struct nb_feature_word before = nb_feature_edge;
    for (size_t i = 0; i < text->tokens_n; i++) {
        struct word_sum one;
        sum_word(model, reader, &text->tokens[i], &text->readings[i], cache, &one);
        for (int c = 0; c < NB_MODEL_CLASSES; c++) {
            sum->words[c] += one.sums[c];
        }
        put_pair(model, &pairs, &before, &one.word, sum->words);
        nb_features_count(&sum->marks, &text->tokens[i]);
        before = one.word;
    }
    if (text->tokens_n) {
        put_pair(model, &pairs, &before, &nb_feature_edge, sum->words);
        put_pair(model, &pairs, NULL, NULL, sum->words);
        add(model, pairs.features[(pairs.n - 2) % 3], NB_FEATURES_PAIR_N, sum->words);
    }
    nb_features_feel(reader, affect, text, &sum->marks);
}

void nb_model_score(const struct nb_model *model, const struct nb_model_sum *sum,
                    const struct nb_opinion_sum *found, float *scores)
{
    struct nb_feature features[NB_FEATURES_TEXT_MAX];
    float scale = nb_feature_scale(sum->marks.tokens_n);
    size_t n = nb_features_of_document(&sum->marks, found, features);
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        scores[c] = model->header->bias[c] + scale * sum->words[c];
    }
    add(model, features, n, scores);
}

float nb_model_odds(const struct nb_model *model, const float *scores, unsigned class_)
{
    float odds = model->header->offset[class_];
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        odds += model->header->mix[class_][c] * scores[c];
    }
    return odds;
}

void nb_model_explain(const struct nb_model *model, const struct nb_feature_reader *reader,
                      const struct nb_reading_text *text, size_t tokens_n, unsigned class_,
                      float *by_token)
{
    struct nb_feature features[NB_FEATURES_WORD_MAX];
    struct nb_feature_word words[2] = {nb_feature_edge};
    float scale = nb_feature_scale(tokens_n);
    for (size_t i = 0; i < text->tokens_n; i++) {
        float sums[NB_MODEL_CLASSES] = {0};
        struct nb_feature_word *word = &words[(i + 1) % 2];
        size_t n =
            nb_features_of_word(reader, &text->tokens[i], &text->readings[i], features, word);
        add(model, features, n, sums);
        nb_features_of_pair(&words[i % 2], word, features);
        add(model, features, NB_FEATURES_PAIR_N, sums);
        by_token[i] = scale * sums[class_];
    }
}
