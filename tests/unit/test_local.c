#include "tests/lib/test.h"

#include <stdbool.h>

#include <nabiz/mem.h>

#include "analyzer/local_rows.h"

enum { ROWS = 120, DOCUMENT_BYTES_MAX = 64 << 20 };

struct fixture {
    struct nb_knowledge *knowledge;
    struct nb_arena *arena;
    struct nb_local_row rows[ROWS];
    struct nb_local_want wants[ROWS];
    struct nb_opinion_result shipped[ROWS];
    uint32_t pick[ROWS];
    struct nb_local_weights weights;
    char *dir, *path;
};

/* Words that no lexicon knows: for one team they are praise, blame or nothing. */
static const char *text_of(struct fixture *f, size_t i)
{
    static const char *const words[] = {"zorplak", "merdum", "tifanil"};
    return nb_arena_printf(f->arena, "%s oldu %zu", words[i % 3], i);
}

static void see(struct fixture *f, const char *text, struct nb_local_row *row,
                struct nb_opinion_result *shipped)
{
    struct nb_document *document = nb_document_new(f->arena);
    document->text = nb_arena_strdup(f->arena, nb_slice_str(text));
    assert_int_equal(nb_annotate_row(document, f->knowledge, NULL, f->arena, row, shipped), NB_OK);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct nb_error error = {0};
    if (nb_knowledge_load("lexicons", NULL, &f->knowledge, NULL, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    f->arena = nb_arena_new(DOCUMENT_BYTES_MAX);
    f->dir = nbt_tmpdir();
    f->path = nbt_path(f->dir, "own.model");
    f->weights.weights = nb_calloc((size_t)NB_LOCAL_BUCKETS * NB_LOCAL_CLASSES, sizeof(float));
    for (size_t i = 0; i < ROWS; i++) {
        see(f, text_of(f, i), &f->rows[i], &f->shipped[i]);
        f->wants[i] = (struct nb_local_want){
            .sentiment = (int8_t)(i % 3),
            .emotion = (int8_t)(i % 3 == 0 ? NB_EMOTION_ANGER : NB_EMOTION_N),
            .intents = i % 3 == 2 ? 1 << NB_INTENT_PRAISE : 0};
        f->pick[i] = (uint32_t)i;
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    nb_knowledge_free(f->knowledge);
    nb_arena_free(f->arena);
    nb_free(f->weights.weights);
    free(f->path);
    nbt_rmdir(f->dir);
    free(f);
    return 0;
}

static void fit(struct fixture *f)
{
    assert_int_equal(nb_local_fit(f->rows, f->wants, f->pick, ROWS, &f->weights), NB_OK);
}

static void rows_teach_words_that_no_lexicon_knows(void **state)
{
    struct fixture *f = *state;
    fit(f);
    for (size_t i = 0; i < 3; i++) {
        struct nb_local_row row;
        struct nb_opinion_result result;
        float chances[NB_LOCAL_CLASSES];
        see(f, nb_arena_printf(f->arena, "d\xc3\xbcn %s", text_of(f, i)), &row, &result);
        assert_int_equal(result.label, NB_OPINION_NEUTRAL);
        nb_local_chances(&f->weights, &row, chances);
        nb_local_judge(f->weights.learnt, chances, &result);
        assert_int_equal(result.label, i);
        assert_true(result.confidence_milli > 500 && result.confidence_milli < 1000);
        assert_true((result.emotions_milli[NB_EMOTION_ANGER] > 0) == (i == 0));
        assert_true(result.intents[NB_INTENT_PRAISE] == (i == 2));
    }
}

static void without_rows_all_stays_as_shipped(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"kargo berbat", "ekran harika", "yar\xc4\xb1n gelecek"};
    assert_int_equal(nb_local_fit(f->rows, f->wants, f->pick, 0, &f->weights), NB_OK);
    static const bool all[NB_LOCAL_GROUPS] = {true, true, true};
    for (size_t i = 0; i < 3; i++) {
        struct nb_local_row row;
        struct nb_opinion_result shipped, result;
        float chances[NB_LOCAL_CLASSES];
        see(f, texts[i], &row, &shipped);
        result = shipped;
        nb_local_chances(&f->weights, &row, chances);
        nb_local_judge(all, chances, &result);
        assert_int_equal(result.label, shipped.label);
        for (int k = 0; k < NB_LOCAL_INTENT_N; k++) {
            assert_int_equal(result.intents[k], shipped.intents[k]);
        }
    }
}

static void what_rows_do_not_say_is_not_learnt(void **state)
{
    struct fixture *f = *state;
    struct nb_local_want wants[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        wants[i] = (struct nb_local_want){f->wants[i].sentiment, -1, -1};
    }
    assert_int_equal(nb_local_fit(f->rows, wants, f->pick, ROWS, &f->weights), NB_OK);
    assert_true(f->weights.learnt[NB_LOCAL_OF_SENTIMENT]);
    assert_false(f->weights.learnt[NB_LOCAL_OF_EMOTION]);
    assert_false(f->weights.learnt[NB_LOCAL_OF_INTENT]);
}

static void a_model_says_the_same_from_its_file_and_is_the_same_twice(void **state)
{
    struct fixture *f = *state;
    struct nb_buf first, second;
    struct nb_local model;
    nb_buf_init(&first, NB_LOCAL_FILE_BYTES_MAX);
    nb_buf_init(&second, NB_LOCAL_FILE_BYTES_MAX);
    fit(f);
    nb_local_write(&f->weights, ROWS, &first);
    fit(f);
    nb_local_write(&f->weights, ROWS, &second);
    assert_int_equal(nb_buf_finish(&first, NULL), NB_OK);
    assert_int_equal(nb_buf_finish(&second, NULL), NB_OK);
    assert_true(nb_slice_eq(nb_buf_slice(&first), nb_buf_slice(&second)));
    assert_int_equal(nb_local_open(&model, nb_buf_slice(&first)), NB_OK);
    for (size_t i = 0; i < ROWS; i++) {
        float want[NB_LOCAL_CLASSES], got[NB_LOCAL_CLASSES];
        nb_local_chances(&f->weights, &f->rows[i], want);
        nb_local_score(&model, &f->rows[i], got);
        assert_memory_equal(want, got, sizeof(want));
    }
    nb_buf_fini(&first);
    nb_buf_fini(&second);
}

static void a_file_that_is_cut_or_changed_is_refused(void **state)
{
    struct fixture *f = *state;
    struct nb_buf bytes;
    struct nb_local model;
    nb_buf_init(&bytes, NB_LOCAL_FILE_BYTES_MAX);
    fit(f);
    nb_local_write(&f->weights, ROWS, &bytes);
    assert_int_equal(nb_buf_finish(&bytes, NULL), NB_OK);
    for (size_t len = 0; len < bytes.len; len += len < 300 ? 1 : bytes.len / 50) {
        assert_int_equal(nb_local_open(&model, nb_slice(bytes.p, len)), NB_EINVAL);
    }
    for (size_t at = 0; at < bytes.len; at += at < 200 ? 1 : bytes.len / 50) {
        bytes.p[at] ^= 0x10;
        assert_int_equal(nb_local_open(&model, nb_buf_slice(&bytes)), NB_EINVAL);
        assert_null(model.header);
        bytes.p[at] ^= 0x10;
    }
    nb_buf_fini(&bytes);
}

static void knowledge_with_a_local_model_judges_by_it_and_is_another(void **state)
{
    struct fixture *f = *state;
    struct nb_buf bytes;
    struct nb_error error = {0};
    struct nb_annotation *out;
    nb_buf_init(&bytes, NB_LOCAL_FILE_BYTES_MAX);
    fit(f);
    nb_local_write(&f->weights, ROWS, &bytes);
    nbt_write_file(f->path, nb_buf_slice(&bytes));
    nb_buf_fini(&bytes);
    struct nb_id before = nb_knowledge_id(f->knowledge);
    assert_int_equal(nb_knowledge_use_local(f->knowledge, "lexicons/README.md", &error), NB_EINVAL);
    assert_non_null(strstr(nb_error_text(&error), "nabiz train"));
    assert_int_equal(nb_knowledge_use_local(f->knowledge, f->path, &error), NB_OK);
    struct nb_id after = nb_knowledge_id(f->knowledge);
    assert_memory_not_equal(&before, &after, sizeof(before));
    struct nb_document *document = nb_document_new(f->arena);
    document->text = nb_arena_strdup(f->arena, NB_LIT("zorplak oldu"));
    assert_int_equal(nb_annotate_briefly(document, f->knowledge, NULL, f->arena, &out), NB_OK);
    assert_int_equal(out->sentiment->label, NB__LABEL__NEGATIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_teach_words_that_no_lexicon_knows),
        cmocka_unit_test(without_rows_all_stays_as_shipped),
        cmocka_unit_test(what_rows_do_not_say_is_not_learnt),
        cmocka_unit_test(a_model_says_the_same_from_its_file_and_is_the_same_twice),
        cmocka_unit_test(a_file_that_is_cut_or_changed_is_refused),
        cmocka_unit_test(knowledge_with_a_local_model_judges_by_it_and_is_another),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
