#include "analyzer/sentiment/model.h"

#include <string.h>

#include "analyzer/sentiment/model_rows.h"
#include "analyzer/turkish/table.h"

enum { BUCKET_BITS_MAX = 24, CACHE_BYTES = 16 << 20 };
enum { WHOLE = NB_MODEL_CLASSES / 8 * 8 }; /* classes in whole vectors */
enum { ROWS_AT_ONCE = 64, TOKENS_AT_ONCE = 32, LATE = 2 };

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
    *model = (struct nb_model){.header = h,
                               .buckets = buckets,
                               .checks = checks,
                               .weights = (const void *)(checks + h->rows_n)};
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        for (int of = 0; of < NB_MODEL_CLASSES; of++) {
            model->mix_by_score[c][of] = h->mix[of][c];
        }
    }
    return NB_OK;
}

static void add(const struct nb_model *model, const struct nb_feature *features, size_t n,
                float *sums)
{
    struct nb_model_row rows[ROWS_AT_ONCE];
    for (size_t i = 0; i < n; i += ROWS_AT_ONCE) {
        size_t part = n - i < ROWS_AT_ONCE ? n - i : ROWS_AT_ONCE;
        nb_model_find(model, features + i, part, rows);
        nb_model_add_rows(model, rows, part, sums);
    }
}

/* What one word adds by itself; kept by all that it depends on. */
struct word_sum {
    float sums[NB_MODEL_CLASSES];
    struct nb_feature_word word;
};

static void sum_word(const struct nb_model *model, const struct nb_feature_reader *reader,
                     const struct tr_token *token, const struct tr_reading *reading,
                     struct tr_cache *cache, const struct tr_asked *asked, struct word_sum *out)
{
    struct nb_feature features[NB_FEATURES_WORD_MAX];
    const struct word_sum *held = cache ? tr_cache_find_asked(cache, asked) : NULL;
    if (held) {
        *out = *held;
        return;
    }
    memset(out->sums, 0, sizeof(out->sums));
    size_t n = nb_features_of_word(reader, token, reading, features, &out->word);
    add(model, features, n, out->sums);
    if (cache) {
        tr_cache_keep_asked(cache, asked, out, sizeof(*out));
    }
}

struct tr_cache *nb_model_cache_new(void)
{
    return tr_cache_new(CACHE_BYTES);
}

/*
 * Tokens are taken some at a time, so that what is in memory can be asked for before it is due. A
 * pair is added two words after its second word, which is the order that floats were always summed
 * in; its rows wait in a list whose first LATE are of the tokens before.
 */
struct part {
    const struct nb_reading_text *text;
    size_t begin, end;
    struct word_sum words[TOKENS_AT_ONCE];
    struct nb_model_row pairs[TOKENS_AT_ONCE + 1 + LATE][NB_FEATURES_PAIR_N];
    struct nb_feature_word before;
    struct nb_feature_ends ends;
};

static void sum_words(const struct nb_model *model, const struct nb_feature_reader *reader,
                      struct tr_cache *cache, struct part *part)
{
    const struct tr_token *tokens = part->text->tokens + part->begin;
    const struct tr_reading *readings = part->text->readings + part->begin;
    size_t n = part->end - part->begin;
    uint64_t keys[TOKENS_AT_ONCE];
    struct tr_asked asked[TOKENS_AT_ONCE];
    for (size_t i = 0; cache && i < n; i++) {
        keys[i] = nb_feature_key(&tokens[i], &readings[i]);
        asked[i] = (struct tr_asked){nb_slice(&keys[i], sizeof(keys[i])), keys[i], 0};
    }
    if (cache) {
        tr_cache_prefetch(cache, asked, n, sizeof(struct word_sum));
    }
    for (size_t i = 0; i < n; i++) {
        sum_word(model, reader, &tokens[i], &readings[i], cache, &asked[i], &part->words[i]);
    }
}

/* The pairs that the tokens end, and at the end of the text the one that ends with it. */
static void find_pairs(const struct nb_model *model, struct part *part)
{
    struct nb_feature features[(TOKENS_AT_ONCE + 1) * NB_FEATURES_PAIR_N];
    size_t tokens_n = part->end - part->begin, n = 0;
    for (size_t i = 0; i < tokens_n; i++) {
        nb_features_end(&part->ends, &part->text->tokens[part->begin + i], &part->words[i].word);
        nb_features_of_pair(&part->before, &part->words[i].word, features + n);
        part->before = part->words[i].word;
        n += NB_FEATURES_PAIR_N;
    }
    if (part->end == part->text->tokens_n) {
        nb_features_of_pair(&part->before, &nb_feature_edge, features + n);
        n += NB_FEATURES_PAIR_N;
    }
    nb_model_find(model, features, n, part->pairs[LATE]);
}

static void add_part(const struct nb_model *model, struct part *part, float *sums)
{
    size_t tokens_n = part->end - part->begin;
    for (size_t i = 0; i < tokens_n; i++) {
        nb_model_add_sums(part->words[i].sums, sums);
        const struct nb_model_row *pair = part->pairs[i];
        if (part->begin + i >= LATE && (pair[0].weights || pair[1].weights)) {
            nb_model_add_rows(model, pair, NB_FEATURES_PAIR_N, sums);
        }
    }
    if (part->end < part->text->tokens_n) {
        memcpy(part->pairs[0], part->pairs[tokens_n], LATE * sizeof(part->pairs[0]));
        return;
    }
    for (size_t i = part->end < LATE ? LATE - part->end : 0; i <= LATE; i++) {
        nb_model_add_rows(model, part->pairs[tokens_n + i], NB_FEATURES_PAIR_N, sums);
    }
}

static void add_ends(const struct nb_model *model, const struct nb_feature_ends *ends, float *sums)
{
    struct nb_feature features[NB_FEATURES_FIRST_N + NB_FEATURES_LAST_N];
    add(model, features, nb_features_of_ends(ends, features), sums);
}

void nb_model_add_text(const struct nb_model *model, const struct nb_feature_reader *reader,
                       const struct nb_affect *affect, const struct nb_reading_text *text,
                       struct tr_cache *cache, struct nb_model_sum *sum)
{
    struct part part;
    if (!text->tokens_n) {
        return;
    }
    part.text = text;
    part.before = nb_feature_edge;
    part.ends = (struct nb_feature_ends){.n = 0};
    for (part.begin = 0; part.begin < text->tokens_n; part.begin = part.end) {
        size_t left = text->tokens_n - part.begin;
        part.end = part.begin + (left < TOKENS_AT_ONCE ? left : TOKENS_AT_ONCE);
        sum_words(model, reader, cache, &part);
        find_pairs(model, &part);
        add_part(model, &part, sum->words);
    }
    add_ends(model, &part.ends, sum->words);
    for (size_t i = 0; i < text->tokens_n; i++) {
        nb_features_count(&sum->marks, &text->tokens[i]);
    }
    nb_features_feel(reader, affect, text, &sum->marks);
}

void nb_model_score(const struct nb_model *model, const struct nb_feature_reader *reader,
                    const struct nb_model_sum *sum, const struct nb_opinion_sum *found,
                    float *scores)
{
    struct nb_feature features[NB_FEATURES_TEXT_MAX];
    float scale = nb_feature_scale(sum->marks.tokens_n);
    size_t n = nb_features_of_document(reader, &sum->marks, found, features);
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

/* Summed in the same order as by nb_model_odds(), so that floats are the same. */
void nb_model_all_odds(const struct nb_model *model, const float *restrict scores,
                       float *restrict odds)
{
    memcpy(odds, model->header->offset, sizeof(model->header->offset));
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        const float *restrict mix = model->mix_by_score[c];
        for (int of = 0; of < WHOLE; of++) {
            odds[of] += mix[of] * scores[c];
        }
        for (int of = WHOLE; of < NB_MODEL_CLASSES; of++) {
            odds[of] += mix[of] * scores[c];
        }
    }
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
