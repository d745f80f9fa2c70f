#include "tests/lib/test.h"

#include <pthread.h>
#include <unistd.h>

#include <nabiz/map.h>

#include "analyzer/turkish/table.h"
#include "analyzer/turkish/tagger.h"
#include "analyzer/words.h"

enum { THREADS = 8, WEIGHTS = 1024, LEMMAS = 64 };

struct fixture {
    struct nb_words words;
    struct nb_arena *arena;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct nb_error error = {0};
    assert_int_equal(nb_words_init(&f->words, "lexicons", "models", NULL, &error), NB_OK);
    f->arena = nb_arena_new((size_t)32 << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    nb_words_fini(&f->words);
    nb_arena_free(f->arena);
    free(f);
    return 0;
}

/* A good model with every weight 0. */
static struct nb_slice make_model(struct nb_arena *arena, char **bytes)
{
    struct tr_rank_header header = {
        .magic = TR_RANK_MAGIC, .version = TR_RANK_VERSION, .weights_n = WEIGHTS};
    size_t content = WEIGHTS + 2 * LEMMAS;
    header.lemmas_n = LEMMAS;
    *bytes = nb_arena_calloc(arena, 1, sizeof(header) + content);
    header.content_hash = tr_hash(nb_slice(*bytes + sizeof(header), content));
    memcpy(*bytes, &header, sizeof(header));
    return nb_slice(*bytes, sizeof(header) + content);
}

static void a_model_cut_short_or_changed_is_refused(void **state)
{
    struct fixture *f = *state;
    struct tr_ranker ranker;
    char *bytes;
    struct nb_slice model = make_model(f->arena, &bytes);
    assert_int_equal(tr_ranker_init(&ranker, f->words.core, model), NB_OK);
    for (size_t len = 0; len < model.len; len++) {
        assert_int_not_equal(tr_ranker_init(&ranker, f->words.core, nb_slice_sub(model, 0, len)),
                             NB_OK);
    }
    for (size_t at = 0; at < model.len; at += at < sizeof(struct tr_rank_header) ? 1 : 37) {
        bool says_of_what = at >= offsetof(struct tr_rank_header, unused) &&
                            at < offsetof(struct tr_rank_header, content_hash);
        bytes[at] ^= 0x55;
        assert_int_equal(tr_ranker_init(&ranker, f->words.core, model) == NB_OK, says_of_what);
        bytes[at] ^= 0x55;
    }
}

static void a_file_of_something_else_is_refused(void **state)
{
    struct fixture *f = *state;
    struct tr_ranker ranker;
    struct nb_slice text = nbt_read_file("lexicons/suffixes.txt", f->arena);
    assert_non_null(text.p);
    assert_int_equal(tr_ranker_init(&ranker, f->words.core, text), NB_EINVAL);
    assert_int_equal(tr_ranker_init(&ranker, f->words.core, nb_slice(NULL, 0)), NB_EINVAL);
}

/* A weight at the place of a feature that one analysis has and the other has not decides. */
static void weights_decide_the_order(void **state)
{
    struct fixture *f = *state;
    struct tr_ranker ranker;
    struct tr_analysis all[TR_ANALYSE_MAX];
    struct tr_seen word = {NB_LIT("yazar"), TR_SHAPE_SMALL, NULL};
    char *bytes;
    struct nb_slice model = make_model(f->arena, &bytes);
    size_t n = tr_analyse(f->words.core, word.folded, all, TR_ANALYSE_MAX);
    assert_true(n >= 2);
    assert_int_equal(tr_ranker_init(&ranker, f->words.core, model), NB_OK);
    for (size_t wanted = 0; wanted < n; wanted++) {
        struct tr_analysis ranked[TR_ANALYSE_MAX];
        int32_t scores[TR_ANALYSE_MAX];
        uint32_t mine[TR_RANK_FEATURES_MAX], other[TR_RANK_FEATURES_MAX];
        int8_t *weights = (int8_t *)bytes + sizeof(struct tr_rank_header);
        memset(weights, 0, WEIGHTS);
        size_t mine_n = tr_rank_features(&ranker, &word, all, n, wanted, mine);
        for (size_t k = 0; k < mine_n; k++) {
            weights[mine[k] & (WEIGHTS - 1)]++;
        }
        for (size_t i = 0; i < n; i++) {
            size_t other_n = tr_rank_features(&ranker, &word, all, n, i, other);
            for (size_t k = 0; k < other_n; k++) {
                int8_t *at = &weights[other[k] & (WEIGHTS - 1)];
                *at = (int8_t)(*at - (i != wanted));
            }
        }
        memcpy(ranked, all, sizeof(ranked));
        tr_rank(&ranker, &word, ranked, n, scores);
        assert_memory_equal(&ranked[0], &all[wanted], sizeof(all[0]));
        for (size_t i = 1; i < n; i++) {
            assert_true(scores[i] <= scores[i - 1]);
        }
    }
}

static const char *const sample[] = {
    "Kargo", "hâlâ",   "gelmedi", "ama",     "kurye", "çok",     "kibar",    "yazar", "Ankara'ya",
    "yüzde", "evinde", "zxqvlar", "2019'da", ":)",    "olmadan", "İstanbul", "gelme", "."};

enum { SAMPLE = sizeof(sample) / sizeof(sample[0]) };

static struct nb_slice tag_sample(const struct tr_tagger *tagger, struct nb_arena *arena,
                                  size_t from)
{
    struct tr_form forms[SAMPLE];
    struct tr_tag tags[SAMPLE];
    char *out = nb_arena_calloc(arena, 1, 16384);
    size_t len = 0;
    /* words one by one first, from another one each time: the order of calls must not matter */
    for (size_t i = 0; i < SAMPLE; i++) {
        struct tr_tag all[TR_ANALYSE_MAX];
        size_t n;
        assert_int_equal(
            tr_tag_word(tagger, nb_slice_str(sample[(from + i) % SAMPLE]), arena, all, &n), NB_OK);
        assert_true(n >= 1);
        forms[i] = (struct tr_form){.text = nb_slice_str(sample[i])};
    }
    assert_int_equal(tr_tag_sentence(tagger, forms, SAMPLE, arena, tags), NB_OK);
    for (size_t i = 0; i < SAMPLE; i++) {
        int n = snprintf(out + len, 16384 - len, "%.*s %s %.*s\n", NB_ARG(tags[i].lemma),
                         tags[i].upos, NB_ARG(tags[i].features));
        len += (size_t)n;
    }
    return nb_slice(out, len);
}

struct job {
    const struct tr_tagger *tagger;
    struct nb_arena *arena;
    struct nb_slice got;
    size_t from;
};

static void *run_job(void *context)
{
    struct job *job = context;
    for (int i = 0; i < 20; i++) {
        job->got = tag_sample(job->tagger, job->arena, job->from);
    }
    return NULL;
}

static void eight_threads_tag_alike(void **state)
{
    struct fixture *f = *state;
    struct job jobs[THREADS];
    pthread_t threads[THREADS];
    struct nb_slice want = tag_sample(&f->words.tagger, f->arena, 0);
    for (size_t i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){&f->words.tagger, nb_arena_new((size_t)64 << 20), {NULL, 0}, i};
        assert_int_equal(pthread_create(&threads[i], NULL, run_job, &jobs[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(nb_slice_eq(jobs[i].got, want));
        nb_arena_free(jobs[i].arena);
    }
}

static void shapes_say_only_what_was_a_choice(void **state)
{
    (void)state;
    static const struct {
        const char *words[4];
        enum tr_shape want[4];
    } rows[] = {
        {{"Bugün", "Ankara", "güzel", "TBMM"},
         {TR_SHAPE_FIRST, TR_SHAPE_CAPITAL, TR_SHAPE_SMALL, TR_SHAPE_CAPITALS}},
        {{"\"", "Bugün", "Ege'de", "var"},
         {TR_SHAPE_SMALL, TR_SHAPE_FIRST, TR_SHAPE_CAPITAL, TR_SHAPE_SMALL}},
        {{"HER", "ŞEY", "ÇOK", "İYİYDİ"},
         {TR_SHAPE_SMALL, TR_SHAPE_SMALL, TR_SHAPE_SMALL, TR_SHAPE_SMALL}},
        {{"o", "ABD'ye", "gitti", "5"},
         {TR_SHAPE_SMALL, TR_SHAPE_CAPITALS, TR_SHAPE_SMALL, TR_SHAPE_SMALL}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_form forms[4] = {{{NULL, 0}, false, false}};
        enum tr_shape got[4];
        for (size_t k = 0; k < 4; k++) {
            forms[k].text = nb_slice_str(rows[i].words[k]);
        }
        tr_tag_shapes(forms, 4, got);
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(got[k], rows[i].want[k]);
        }
    }
}

static void a_name_keeps_its_capitals_in_the_lemma(void **state)
{
    struct fixture *f = *state;
    static const char *const words[] = {"o", "Zxqvistan\u2019a", "gitti"};
    struct tr_form forms[3] = {{{NULL, 0}, false, false}};
    struct tr_tag tags[3];
    for (size_t i = 0; i < 3; i++) {
        forms[i].text = nb_slice_str(words[i]);
    }
    assert_int_equal(tr_tag_sentence(&f->words.tagger, forms, 3, f->arena, tags), NB_OK);
    assert_slice_equal(tags[1].lemma, "Zxqvistan");
    assert_string_equal(tags[1].upos, "PROPN");
    assert_false(tags[1].covered);
    assert_slice_equal(tags[2].lemma, "git");
}

static void a_file_is_mapped_whole_or_not_at_all(void **state)
{
    struct fixture *f = *state;
    char *dir = nbt_tmpdir(), *path = nbt_path(dir, "file");
    struct nb_slice bytes;
    struct nb_error error = {0};
    (void)f;
    nbt_write_file(path, NB_LIT("twelve bytes"));
    assert_int_equal(nb_map_open(path, 12, &bytes, &error), NB_OK);
    assert_slice_equal(bytes, "twelve bytes");
    nb_map_close(bytes);
    assert_int_equal(nb_map_open(path, 11, &bytes, &error), NB_ETOOBIG);
    assert_int_equal(nb_map_open(dir, 100, &bytes, &error), NB_EIO);
    nbt_write_file(path, nb_slice(NULL, 0));
    assert_int_equal(nb_map_open(path, 100, &bytes, &error), NB_OK);
    assert_int_equal(bytes.len, 0);
    nb_map_close(bytes);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(nb_map_open(path, 100, &bytes, &error), NB_ENOTFOUND);
    assert_null(bytes.p);
    free(path);
    nbt_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_cut_short_or_changed_is_refused),
        cmocka_unit_test(a_file_of_something_else_is_refused),
        cmocka_unit_test(weights_decide_the_order),
        cmocka_unit_test(eight_threads_tag_alike),
        cmocka_unit_test(shapes_say_only_what_was_a_choice),
        cmocka_unit_test(a_name_keeps_its_capitals_in_the_lemma),
        cmocka_unit_test(a_file_is_mapped_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
