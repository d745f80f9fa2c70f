#include "tests/lib/test.h"

#include <pthread.h>
#include <stdbool.h>

#include <nabiz/text.h>

#include "analyzer/core.h"
#include "analyzer/normaliser.h"
#include "analyzer/turkish/corpus.h"
#include "analyzer/turkish/hashtag.h"

enum { THREADS = 8 };

struct fixture {
    struct tr_core *core;
    struct nb_normaliser normaliser;
    struct nb_arena *arena;
    size_t bad_n;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct nb_error error = {0};
    f->arena = nb_arena_new((size_t)32 << 20);
    assert_int_equal(nb_core_load("lexicons", &f->core, NULL, &error), NB_OK);
    assert_int_equal(
        nb_normaliser_init(&f->normaliser, f->core, "lexicons", "models", &f->bad_n, &error),
        NB_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    nb_normaliser_fini(&f->normaliser);
    tr_core_free(f->core);
    nb_arena_free(f->arena);
    free(f);
    return 0;
}

static const struct {
    const char *typed, *normal, *head;
    enum tr_stage stage;
} words[] = {
    {"geldi", "geldi", "geldi", TR_STAGE_EXACT},
    {"GELDİ", "geldi", "geldi", TR_STAGE_EXACT},
    {"SAAT", "saat", "saat", TR_STAGE_EXACT},
    {"dikkat", "dikkat", "dikkat", TR_STAGE_EXACT},
    {"IYI", "iyi", "iyi", TR_STAGE_OTHER_I},
    {"güzeeeel", "güzel", "güzel", TR_STAGE_SHORTENED},
    {"çoookkk", "çok", "çok", TR_STAGE_SHORTENED},
    {"beğenmedimmmm", "beğenmedim", "beğenmedim", TR_STAGE_SHORTENED},
    {"saaaat", "saat", "saat", TR_STAGE_SHORTENED},
    {"anlamıyorun", "anlamıyorum", "anlamıyorum", TR_STAGE_SPELLING},
    {"minumum", "minimum", "minimum", TR_STAGE_SPELLING},
    {"slm", "selam", "selam", TR_STAGE_ABBREVIATION},
    {"slmmm", "selam", "selam", TR_STAGE_ABBREVIATION},
    {"kib", "kendine iyi bak", "bak", TR_STAGE_ABBREVIATION},
    {"dimi", "değil mi", "mi", TR_STAGE_ABBREVIATION},
    {"yokmu", "yok mu", "yok", TR_STAGE_ABBREVIATION},
    {"naparsın", "ne yaparsın", "yaparsın", TR_STAGE_CASUAL},
    {"güzelmi", "güzel mi", "güzel", TR_STAGE_CASUAL},
    {"guzel", "güzel", "güzel", TR_STAGE_DIACRITICS},
    {"begenmedim", "beğenmedim", "beğenmedim", TR_STAGE_DIACRITICS},
    {"degıl", "değil", "değil", TR_STAGE_DIACRITICS},
    {"cooook", "çok", "çok", TR_STAGE_ABBREVIATION},
    {"zvrtk", "zvrtk", "zvrtk", TR_STAGE_UNKNOWN},
};

static struct tr_token only_token(const char *text, struct nb_arena *arena)
{
    struct tr_token *tokens;
    size_t n;
    assert_int_equal(tr_tokenise(nb_slice_str(text), arena, &tokens, &n), NB_OK);
    assert_int_equal(n, 1);
    return tokens[0];
}

static void each_step_of_the_cascade_has_its_words(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(f->bad_n, 0);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct tr_token token = only_token(words[i].typed, f->arena);
        struct tr_normal normal;
        bool found = tr_normalise(&f->normaliser.turkish, &token, &normal);
        if (normal.stage != words[i].stage) {
            fail_msg("%s: %s", words[i].typed, tr_stage_name((enum tr_stage)normal.stage));
        }
        assert_slice_equal(nb_slice(normal.text, normal.len), words[i].normal);
        assert_slice_equal(nb_slice(normal.text + normal.head, normal.head_len), words[i].head);
        assert_int_equal(found, words[i].stage != TR_STAGE_UNKNOWN);
    }
}

static void a_name_is_not_rewritten_into_a_word(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"Bugün Zvrtcan geldi", "Bugün DHA yazdı"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct tr_token *tokens;
        struct tr_normal normal;
        size_t n;
        assert_int_equal(tr_tokenise(nb_slice_str(texts[i]), f->arena, &tokens, &n), NB_OK);
        (void)tr_normalise(&f->normaliser.turkish, &tokens[1], &normal);
        assert_true(nb_slice_eq(nb_slice(normal.text, normal.len), tokens[1].folded));
    }
}

static void a_text_without_its_letters_gets_them_back(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *typed, *want;
    } rows[] = {
        {"bu urunu hic begenmedim cok kotu", "bu ürünü hiç beğenmedim çok kötü"},
        {"Sik sik kullaniyorum, cok guzel", "sık sık kullanıyorum çok güzel"},
        {"BU NE BICIM IS YA HIC GUZEL DEGIL", "bu ne biçim iş ya hiç güzel değil"},
        {"Istanbul'da oturuyorum ve cok sikayetciyim",
         "istanbul'da oturuyorum ve çok şikayetçiyim"},
        {"bu adam neden geldi", "bu adam neden geldi"},
        {"on kere sordum ama olmadi gitti, neden boyle oldu", "on kere sordum ama olmadı gitti "
                                                              "neden böyle oldu"},
        {"kış günü on kar tanesi", "kış günü on kar tanesi"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_token *tokens;
        struct nb_slice want = nb_slice_str(rows[i].want), word;
        size_t n;
        assert_int_equal(tr_tokenise(nb_slice_str(rows[i].typed), f->arena, &tokens, &n), NB_OK);
        (void)tr_restore_text(&f->normaliser.turkish, tokens, n, f->arena);
        for (size_t t = 0; t < n; t++) {
            if (tokens[t].kind == TR_WORD) {
                assert_true(nb_slice_split(&want, ' ', &word));
                assert_slice_equal(tokens[t].folded, nb_arena_strdup(f->arena, word));
            }
        }
    }
}

static void a_text_with_its_letters_is_left_alone(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {
        "Şu an on kişiyiz ama ordu gibi ses var", "Her şey tam olacak gibi, sen gel",
        "Kar yağdı, okul tatil oldu", "👍 :) https://a.example/x @deniz", ""};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct tr_token *tokens;
        size_t n;
        assert_int_equal(tr_tokenise(nb_slice_str(texts[i]), f->arena, &tokens, &n), NB_OK);
        assert_int_equal(tr_restore_text(&f->normaliser.turkish, tokens, n, f->arena), 0);
    }
}

struct worker {
    const struct fixture *f;
    size_t first;
    struct tr_normal out[sizeof(words) / sizeof(words[0])];
};

static void *normalise_all(void *context)
{
    struct worker *w = context;
    struct nb_arena *arena = nb_arena_new((size_t)1 << 20);
    size_t n = sizeof(words) / sizeof(words[0]);
    for (size_t i = 0; i < n; i++) {
        size_t at = (w->first + i) % n;
        struct tr_token *tokens;
        size_t tokens_n;
        memset(&w->out[at], 0, sizeof(w->out[at]));
        if (tr_tokenise(nb_slice_str(words[at].typed), arena, &tokens, &tokens_n) == NB_OK) {
            (void)tr_normalise(&w->f->normaliser.turkish, &tokens[0], &w->out[at]);
        }
    }
    nb_arena_free(arena);
    return NULL;
}

static void threads_agree_in_any_order_of_words(void **state)
{
    struct fixture *f = *state;
    struct worker *workers = calloc(THREADS, sizeof(*workers));
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].f = f;
        workers[i].first = i * 3;
        assert_int_equal(pthread_create(&threads[i], NULL, normalise_all, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_memory_equal(workers[i].out, workers[0].out, sizeof(workers[0].out));
    }
    free(workers);
}

static void a_particle_takes_the_vowel_of_the_word_before_it(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *before, *plain, *want;
    } rows[] = {{"aldın", "mi", "mı"},
                {"geldin", "mi", "mi"},
                {"oldu", "mu", "mu"},
                {"gördün", "mu", "mü"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_restored out;
        struct tr_plain_word in = {
            .word = nb_slice_str(rows[i].plain),
            .vowel_before = tr_restore_vowel(nb_slice_str(rows[i].before)),
        };
        assert_true(tr_restore(&f->normaliser.turkish.restorer, &in, &out));
        assert_slice_equal(nb_slice(out.text, out.len), rows[i].want);
    }
    assert_int_equal(tr_restore_vowel(NB_LIT("brr")), 0);
}

static void models_cut_short_or_of_something_else_are_refused(void **state)
{
    struct fixture *f = *state;
    struct tr_restorer restorer;
    struct tr_restored out[TR_RESTORE_BEAM];
    struct tr_plain_word in = {.word = NB_LIT("guzel")};
    struct nb_slice model = f->normaliser.diacritics;
    assert_int_equal(tr_restorer_open(&restorer, model), NB_OK);
    assert_true(tr_restore_candidates(&restorer, &in, out) > 1);
    assert_slice_equal(nb_slice(out[0].text, out[0].len), "güzel");
    for (size_t i = 0; i < 40; i++) {
        size_t len = i < 20 ? i : model.len - 1 - 7 * (i - 20);
        assert_int_equal(tr_restorer_open(&restorer, nb_slice_sub(model, 0, len)), NB_ECORRUPT);
        assert_int_equal(tr_restore_candidates(&restorer, &in, out), 0);
    }
    assert_int_equal(tr_restorer_open(&restorer, NB_LIT("nbdiac01\1\0\0\0\0\0\0\0")), NB_ECORRUPT);
}

static void count_bad(void *context, uint32_t line, const char *message)
{
    assert_int_equal(line, 1);
    assert_non_null(message);
    *(size_t *)context += 1;
}

static void lines_of_the_informal_lexicon_that_cannot_be_are_told(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"slm",        "slm >", "-cam > acağım",
                                      "nap- > -ne", "- > -", "slm > "};
    size_t bad_n = 0;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct tr_informal *informal = tr_informal_new(f->arena);
        struct tr_rewritten out;
        size_t rule = 0;
        assert_int_equal(tr_informal_add(informal, nb_slice_str(bad[i]), count_bad, &bad_n), NB_OK);
        assert_int_equal(bad_n, i + 1);
        assert_false(tr_informal_rewrite(informal, NB_LIT("napcam"), &rule, &out));
        assert_int_equal(tr_informal_whole(informal, NB_LIT("slm")).len, 0);
    }
}

static void hashtags_are_cut_into_their_words(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *words;
        size_t n;
        uint32_t begin, end; /* of the last word */
    } rows[] = {
        {"#bizimicinkonus", "bizim için konuş", 3, 10, 15},
        {"#ÇokGüzelOldu", "çok güzel oldu", 3, 11, 15},
        {"#sondakika", "son dakika", 2, 4, 10},
        {"#HaberinGeneli", "haberin geneli", 2, 8, 14},
        {"#yeni_yil_2016", "yeni yıl 2016", 3, 10, 14},
        {"#2016yılı", "2016 yılı", 2, 5, 11},
        {"#Zvrtkpx", "zvrtkpx", 1, 1, 8},
        {"#günaydın", "günaydın", 1, 1, 11},
        {"#___", "", 1, 1, 4},
        {"#BU", "bu", 1, 1, 3},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_token token = only_token(rows[i].text, f->arena);
        struct tr_hashtag tag;
        assert_int_equal(token.kind, TR_HASHTAG);
        tr_hashtag_split(&f->normaliser.turkish, nb_slice_str(rows[i].text), &token, &tag);
        assert_slice_equal(nb_slice(tag.folded, tag.len), rows[i].words);
        assert_int_equal(tag.n, rows[i].n);
        assert_int_equal(tag.words[tag.n - 1].begin, rows[i].begin);
        assert_int_equal(tag.words[tag.n - 1].end, rows[i].end);
    }
}

static void abbreviations_do_not_end_a_sentence(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"Dr. Ayşe Hanım geldi. Gitti", 2},
        {"Prof. Dr. Ali Bey", 1},
        {"Av. Mehmet aradı", 1},
        {"No. 5 kapalı", 1},
        {"elma, armut vb. aldım", 1},
        {"elma, armut vb. Sonra gittik", 2},
        {"geldi. Av bitti", 2},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_token *tokens;
        struct tr_sentence *sentences;
        size_t tokens_n, n;
        struct nb_slice text = nb_slice_str(rows[i].text);
        assert_int_equal(tr_tokenise(text, f->arena, &tokens, &tokens_n), NB_OK);
        assert_int_equal(tr_sentences(text, tokens, tokens_n, f->normaliser.turkish.informal,
                                      f->arena, &sentences, &n),
                         NB_OK);
        if (n != rows[i].n) {
            fail_msg("\"%s\" has %zu sentences", rows[i].text, n);
        }
    }
}

static void tables_of_texts_are_read_with_their_quotes(void **state)
{
    struct fixture *f = *state;
    struct tr_corpus corpus;
    struct nb_slice text;
    static const char *const want[] = {"bir", "iki, \"üç\"", "dört\nbeş", "altı", ""};
    assert_false(tr_corpus_open(&corpus, NB_LIT("a,b\n1,2\n"), ',', NB_LIT("c")));
    assert_true(tr_corpus_open(&corpus,
                               NB_LIT("\xEF\xBB\xBF"
                                      "n,text,m\n1,bir,x\n2,\"iki, \"\"üç\"\"\",y\n"
                                      "3,\"dört\nbeş\",z\n4,altı\n5,\"\",\n"),
                               ',', NB_LIT("text")));
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        assert_true(tr_corpus_next(&corpus, f->arena, &text));
        assert_slice_equal(text, want[i]);
    }
    assert_false(tr_corpus_next(&corpus, f->arena, &text));
    assert_true(tr_corpus_well_typed(NB_LIT("Çok güzel oldu doğrusu")));
    assert_false(tr_corpus_well_typed(NB_LIT("Cok guzel oldu dogrusu")));
    assert_false(tr_corpus_well_typed(NB_LIT("@çağdaş_ışık selam")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_of_the_cascade_has_its_words),
        cmocka_unit_test(a_name_is_not_rewritten_into_a_word),
        cmocka_unit_test(a_text_without_its_letters_gets_them_back),
        cmocka_unit_test(a_text_with_its_letters_is_left_alone),
        cmocka_unit_test(threads_agree_in_any_order_of_words),
        cmocka_unit_test(a_particle_takes_the_vowel_of_the_word_before_it),
        cmocka_unit_test(models_cut_short_or_of_something_else_are_refused),
        cmocka_unit_test(lines_of_the_informal_lexicon_that_cannot_be_are_told),
        cmocka_unit_test(hashtags_are_cut_into_their_words),
        cmocka_unit_test(abbreviations_do_not_end_a_sentence),
        cmocka_unit_test(tables_of_texts_are_read_with_their_quotes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
