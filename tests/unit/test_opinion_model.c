#include "tests/lib/test.h"

#include <nabiz/map.h>

#include "analyzer/sentiment/model_rows.h"
#include "analyzer/sentiment/verdict.h"
#include "analyzer/turkish/table.h"

enum { ROWS = 3, BUCKETS = 2 };

struct small_model {
    struct nb_model_header header;
    uint32_t buckets[BUCKETS + 1];
    uint16_t checks[ROWS];
    int8_t weights[ROWS][NB_MODEL_CLASSES];
};

static struct nb_slice bytes_of(struct small_model *m)
{
    size_t head = offsetof(struct nb_model_header, bias);
    size_t len = offsetof(struct small_model, weights) + sizeof(m->weights);
    m->header.content_hash = tr_hash(nb_slice((const char *)m + head, len - head));
    return nb_slice(m, len);
}

/* Three features, of which two lie in the second bucket. */
static struct small_model small(void)
{
    struct small_model m;
    memset(&m, 0, sizeof(m));
    memcpy(m.header.magic, NB_MODEL_MAGIC, sizeof(m.header.magic));
    m.header.version = NB_MODEL_VERSION;
    m.header.bucket_bits = 1;
    m.header.rows_n = ROWS;
    m.header.classes_n = NB_MODEL_CLASSES;
    m.buckets[1] = 1;
    m.buckets[2] = ROWS;
    return m;
}

static void a_model_cut_short_or_changed_is_refused(void **state)
{
    (void)state;
    struct small_model m = small(), changed;
    struct nb_model model;
    struct nb_slice bytes = bytes_of(&m);
    assert_int_equal(nb_model_open(&model, bytes), NB_OK);
    for (size_t len = 0; len < bytes.len; len++) {
        assert_int_equal(nb_model_open(&model, nb_slice(bytes.p, len)), NB_EINVAL);
        assert_null(model.header);
    }
    for (size_t at = 0; at < bytes.len; at++) {
        bool noted = at >= offsetof(struct nb_model_header, data_hash) &&
                     at < offsetof(struct nb_model_header, content_hash);
        changed = m;
        ((unsigned char *)&changed)[at] ^= 1;
        assert_int_equal(nb_model_open(&model, nb_slice(&changed, bytes.len)),
                         noted ? NB_OK : NB_EINVAL);
    }
}

/* Whoever writes a file can make its hash right. */
static void tables_that_lead_outside_are_refused(void **state)
{
    (void)state;
    static const uint32_t bad[][BUCKETS + 1] = {{1, 2, 3}, {0, 4, 3},          {0, 1, 4},
                                                {0, 1, 2}, {0, UINT32_MAX, 3}, {3, 0, 3}};
    struct nb_model model;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct small_model m = small();
        memcpy(m.buckets, bad[i], sizeof(m.buckets));
        assert_int_equal(nb_model_open(&model, bytes_of(&m)), NB_EINVAL);
    }
    for (uint32_t bits = 0; bits < 64; bits++) {
        struct small_model m = small();
        m.header.bucket_bits = bits;
        assert_int_equal(nb_model_open(&model, bytes_of(&m)), bits == 1 ? NB_OK : NB_EINVAL);
    }
}

static void the_likeliest_label_is_given_with_its_probability(void **state)
{
    (void)state;
    struct small_model m = small();
    struct nb_model model;
    struct nb_opinion_sum found = {.sum_milli = 0};
    struct nb_feature_marks marks = {.tokens_n = 20, .words_n = 20};
    struct nb_opinion_result result;
    float scores[NB_MODEL_CLASSES] = {0, 0, 2};
    for (int l = 0; l < NB_VERDICT_LENGTHS; l++) {
        for (int c = 0; c < 3; c++) {
            m.header.verdict[NB_VERDICT_POST][l][NB_VERDICT_SCORES + c][c] = 1;
        }
    }
    m.header.advantage[NB_MODEL_IS_REVIEW] = 100; /* nothing is a review */
    assert_int_equal(nb_model_open(&model, bytes_of(&m)), NB_OK);
    nb_opinion_judge(&found, &result);
    nb_verdict(&model, scores, &found, &marks, &result);
    assert_int_equal(result.label, NB_OPINION_POSITIVE);
    assert_int_equal(result.confidence_milli, 787); /* e^2 / (e^2 + 2) */
    assert_int_equal(result.score_milli, 787 - 107);
    assert_true(result.has_irony);
    assert_int_equal(result.irony_milli, 500);
}

static void what_may_be_a_review_is_judged_as_both_kinds(void **state)
{
    (void)state;
    struct small_model m = small();
    struct nb_model model;
    struct nb_opinion_sum found = {.sum_milli = 0};
    struct nb_feature_marks marks = {.tokens_n = 20, .words_n = 20};
    struct nb_opinion_result result;
    const float scores[NB_MODEL_CLASSES] = {0};
    for (int l = 0; l < NB_VERDICT_LENGTHS; l++) { /* posts are positive, reviews negative */
        m.header.verdict[NB_VERDICT_POST][l][NB_VERDICT_BIAS][NB_OPINION_POSITIVE] = 20;
        m.header.verdict[NB_VERDICT_REVIEW][l][NB_VERDICT_BIAS][NB_OPINION_NEGATIVE] = 20;
    }
    static const struct {
        float cut;
        enum nb_opinion_label label;
        int32_t score_milli;
    } rows[] = {{100, NB_OPINION_POSITIVE, 1000},
                {0, NB_OPINION_NEGATIVE, 0}, /* as likely as not */
                {-1, NB_OPINION_NEGATIVE, -462},
                {-100, NB_OPINION_NEGATIVE, -1000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        m.header.advantage[NB_MODEL_IS_REVIEW] = rows[i].cut;
        assert_int_equal(nb_model_open(&model, bytes_of(&m)), NB_OK);
        nb_opinion_judge(&found, &result);
        nb_verdict(&model, scores, &found, &marks, &result);
        assert_int_equal(result.label, rows[i].label);
        assert_int_equal(result.score_milli, rows[i].score_milli);
    }
}

static void few_words_are_left_to_the_lexicons(void **state)
{
    (void)state;
    struct small_model m = small();
    struct nb_model model;
    struct nb_opinion_sum found = {.sum_milli = -800, .negative_milli = 800, .opinions_n = 1};
    struct nb_feature_marks marks = {.tokens_n = 2, .words_n = 2};
    struct nb_opinion_result by_words, result;
    float scores[NB_MODEL_CLASSES] = {0, 0, 9};
    assert_int_equal(nb_model_open(&model, bytes_of(&m)), NB_OK);
    nb_opinion_judge(&found, &by_words);
    result = by_words;
    nb_verdict(&model, scores, &found, &marks, &result);
    assert_int_equal(result.label, NB_OPINION_NEGATIVE);
    assert_int_equal(result.score_milli, by_words.score_milli);
    assert_false(result.has_irony);
}

static void the_odds_of_all_classes_at_once_are_those_of_each(void **state)
{
    (void)state;
    struct small_model m = small();
    struct nb_model model;
    float scores[NB_MODEL_CLASSES], odds[NB_MODEL_CLASSES];
    for (int c = 0; c < NB_MODEL_CLASSES; c++) {
        scores[c] = 1.7F * (float)(c % 5) - 2.3F;
        m.header.offset[c] = 0.1F * (float)c;
        for (int of = 0; of < NB_MODEL_CLASSES; of++) {
            m.header.mix[of][c] = 0.37F * (float)((of * 7 + c * 3) % 11) - 1.9F;
        }
    }
    assert_int_equal(nb_model_open(&model, bytes_of(&m)), NB_OK);
    nb_model_all_odds(&model, scores, odds);
    for (unsigned c = 0; c < NB_MODEL_CLASSES; c++) {
        float one = nb_model_odds(&model, scores, c);
        assert_memory_equal(&odds[c], &one, sizeof(one));
    }
}

/* Two buckets of few rows and of many; neighbours have the checks of each other's. */
static void a_row_is_found_in_its_bucket_alone(void **state)
{
    (void)state;
    enum { FEW = 3, MANY = 7 };
    static const uint32_t buckets[] = {0, FEW, FEW, FEW + MANY, FEW + MANY};
    static const uint16_t checks[FEW + MANY] = {7, 0, 0xFFFF, 1, 0, 7, 0x8000, 9, 0x7FFF, 2};
    static const int8_t weights[FEW + MANY][NB_MODEL_CLASSES];
    struct nb_model_header header = {.bucket_bits = 2, .rows_n = FEW + MANY};
    struct nb_model model = {
        .header = &header, .buckets = buckets, .checks = checks, .weights = weights[0]};
    for (uint64_t bucket = 0; bucket < 4; bucket++) {
        for (uint32_t check = 0; check <= UINT16_MAX; check++) {
            struct nb_feature feature = {.hash = bucket << 62 | check};
            struct nb_model_row row;
            const int8_t *want = NULL;
            for (uint32_t i = buckets[bucket]; !want && i < buckets[bucket + 1]; i++) {
                want = checks[i] == check ? weights[i] : NULL;
            }
            nb_model_find(&model, &feature, 1, &row);
            assert_ptr_equal(row.weights, want);
        }
    }
}

static void the_model_that_comes_with_the_program_can_be_used(void **state)
{
    (void)state;
    struct nb_slice file;
    struct nb_error error = {0};
    struct nb_model model;
    assert_int_equal(nb_map_open("models/opinion.bin", (size_t)8 << 20, &file, &error), NB_OK);
    assert_int_equal(nb_model_open(&model, file), NB_OK);
    assert_true(model.header->rows_n > 1000);
    nb_map_close(file);
}

enum { LONG_TOKENS = 150 };

static struct tr_token tokens[LONG_TOKENS];
static struct tr_reading readings[LONG_TOKENS];

static void add_one_by_one(const struct nb_model *model, const struct nb_feature *features,
                           size_t n, float *sums)
{
    for (size_t i = 0; i < n; i++) {
        struct nb_model_row row;
        nb_model_find(model, &features[i], 1, &row);
        for (int c = 0; row.weights && c < NB_MODEL_CLASSES; c++) {
            sums[c] += row.value * model->header->scale[row.group][c] * (float)row.weights[c];
        }
    }
}

/* Each word, and behind it the pair that ends two words before; the last pairs at the end. */
static void add_plainly(const struct nb_model *model, const struct nb_feature_reader *reader,
                        size_t n, float *sums)
{
    struct nb_feature features[NB_FEATURES_WORD_MAX];
    struct nb_feature pairs[LONG_TOKENS + 1][NB_FEATURES_PAIR_N];
    struct nb_feature_word before = nb_feature_edge, word;
    struct nb_feature_ends ends = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        float own[NB_MODEL_CLASSES] = {0};
        size_t found_n = nb_features_of_word(reader, &tokens[i], &readings[i], features, &word);
        add_one_by_one(model, features, found_n, own);
        for (int c = 0; c < NB_MODEL_CLASSES; c++) {
            sums[c] += own[c];
        }
        nb_features_end(&ends, &tokens[i], &word);
        nb_features_of_pair(&before, &word, pairs[i]);
        if (i >= 2) {
            add_one_by_one(model, pairs[i - 2], NB_FEATURES_PAIR_N, sums);
        }
        before = word;
    }
    nb_features_of_pair(&before, &nb_feature_edge, pairs[n]);
    for (size_t i = n < 2 ? 0 : n - 2; i <= n; i++) {
        add_one_by_one(model, pairs[i], NB_FEATURES_PAIR_N, sums);
    }
    add_one_by_one(model, features, nb_features_of_ends(&ends, features), sums);
}

static void a_text_of_any_length_adds_up_in_the_same_order(void **state)
{
    (void)state;
    static const char *const words[] = {
        "kargo", "hala", "gelmedi", "bu",    "ne", "sa\xc3\xa7mal\xc4\xb1k",
        "cok",   "iyi",  "bir",     "hizmet"};
    static const struct nb_affect affect;
    struct nb_feature_reader reader;
    struct nb_slice file;
    struct nb_error error = {0};
    struct nb_model model;
    struct tr_cache *cache = nb_model_cache_new();
    memset(&reader, 0, sizeof(reader));
    assert_non_null(cache);
    assert_int_equal(nb_map_open("models/opinion.bin", (size_t)8 << 20, &file, &error), NB_OK);
    assert_int_equal(nb_model_open(&model, file), NB_OK);
    for (size_t i = 0; i < LONG_TOKENS; i++) {
        const char *word = words[i * i % 97 % (sizeof(words) / sizeof(words[0]))];
        tokens[i] = (struct tr_token){.kind = TR_WORD, .folded = nb_slice_str(word)};
    }
    for (size_t n = 1; n <= LONG_TOKENS; n++) {
        struct nb_reading_text text = {.tokens = tokens, .readings = readings, .tokens_n = n};
        struct nb_model_sum whole = {.words = {0}}, kept = {.words = {0}};
        float plain[NB_MODEL_CLASSES] = {0};
        add_plainly(&model, &reader, n, plain);
        nb_model_add_text(&model, &reader, &affect, &text, NULL, &whole);
        nb_model_add_text(&model, &reader, &affect, &text, cache, &kept);
        assert_memory_equal(whole.words, plain, sizeof(plain));
        assert_memory_equal(kept.words, plain, sizeof(plain));
        assert_int_equal(whole.marks.tokens_n, n);
        assert_true(plain[0] != 0);
    }
    tr_cache_free(cache);
    nb_map_close(file);
}

static size_t ends_of(const unsigned *kinds, const uint64_t *lemmas, size_t n,
                      struct nb_feature *out)
{
    struct nb_feature_ends ends = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        struct tr_token token = {.kind = (uint8_t)kinds[i]};
        struct nb_feature_word word = {.lemma = lemmas[i]};
        nb_features_end(&ends, &token, &word);
    }
    return nb_features_of_ends(&ends, out);
}

static void whom_a_text_addresses_is_none_of_its_ends(void **state)
{
    (void)state;
    static const unsigned plain[] = {TR_WORD, TR_WORD},
                          addressed[] = {TR_MENTION, TR_WORD, TR_WORD, TR_MENTION};
    static const uint64_t lemmas[] = {7, 8, 9, 7};
    struct nb_feature want[NB_FEATURES_FIRST_N + NB_FEATURES_LAST_N];
    struct nb_feature got[NB_FEATURES_FIRST_N + NB_FEATURES_LAST_N];
    assert_int_equal(ends_of(plain, lemmas + 1, 2, want), 4);
    assert_int_equal(ends_of(addressed, lemmas, 4, got), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(got[i].hash == want[i].hash);
    }
    assert_int_equal(ends_of(plain, lemmas, 0, got), 0);
    assert_int_equal(ends_of(plain, lemmas, 1, got), 2);
    assert_true(got[0].hash != got[1].hash); /* the first is not the last */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_cut_short_or_changed_is_refused),
        cmocka_unit_test(tables_that_lead_outside_are_refused),
        cmocka_unit_test(the_likeliest_label_is_given_with_its_probability),
        cmocka_unit_test(what_may_be_a_review_is_judged_as_both_kinds),
        cmocka_unit_test(few_words_are_left_to_the_lexicons),
        cmocka_unit_test(the_odds_of_all_classes_at_once_are_those_of_each),
        cmocka_unit_test(a_row_is_found_in_its_bucket_alone),
        cmocka_unit_test(the_model_that_comes_with_the_program_can_be_used),
        cmocka_unit_test(a_text_of_any_length_adds_up_in_the_same_order),
        cmocka_unit_test(whom_a_text_addresses_is_none_of_its_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
