#include "tests/lib/test.h"

#include <pthread.h>
#include <sys/stat.h>

#include "analyzer/core.h"
#include "analyzer/turkish/compile.h"
#include "analyzer/turkish/image.h"
#include "analyzer/turkish/lexicon.h"

static const char suffixes[] =
    "start noun N\nstart propn N\nstart num M\nstart number M\nstart abbr N\nstart form C\n"
    "start verb-Ar VA\nstart verb-Ir VI\nstart verb-drop VD\nstart verb-narrow VN\n"
    "start verb-causative-DIr CD\nstart verb-causative-t CT\nstart verb-causative-Ir CI\n"
    "final C E M\nreads 3 üç\nreads 40 kırk\nreads 100 yüz\nreads 6 altı\nreads a a\n"
    "N lI N - ADJ lemma derived\nN sIz N - ADJ lemma privative\nN lIK N - NOUN lemma derived\n"
    "N lAr P Number=Plur\nN - P Number=Sing\nP DA C Case=Loc\nP DAn C Case=Abl\nP (y)I C Case=Acc\n"
    "P (n)In C Case=Gen\nP (y)A C Case=Dat\nP - C Case=Nom\nC (y)DI E Tense=Past\n"
    "M - N NumType=Card\nM (I)ncI N NumType=Ord\n"
    "VA (A)r E Tense=Pres\nVI (I)r E Tense=Pres\nVA - V\nVI - V\n"
    "CD DIr V Voice=Cau VERB lemma\nCT t V Voice=Cau VERB lemma\nCI Ir V Voice=Cau VERB lemma\n"
    "V _n V Voice=Pass VERB lemma\nV l_In V Voice=Pass VERB lemma\nV x_Il V Voice=Pass VERB lemma\n"
    "V mA B Polarity=Neg\nV - B\nV Iyor E Tense=Pres\nVD Iyor E Tense=Pres\n"
    "VN yAcAK E Tense=Fut\nB DI E Tense=Past\nB - E Mood=Imp\nB (y)AcAK E Tense=Fut\n";

static const char roots[] = "noun: ev kitap saat^ hak+ burun- renk~ sepet su kâr yurt~ araba\n"
                            "propn: ankara\nabbr: thy\nnum: üç\n"
                            "verb: gel* git~ de! oyna yıka piş/Ir al* konuş bul* otur\n"
                            "= \"evler\" -> ev NOUN Number=Plur\n";
static const char exceptions[] =
    "bana ben PRON Case=Dat|Number=Sing\nsuyun su NOUN Case=Gen # su\n";

static void count_bad(void *context, uint32_t line, const char *message)
{
    (void)line;
    (void)message;
    *(size_t *)context += 1;
}

static struct tr_compiler *compile_texts(size_t *bad_n, struct nb_slice *image)
{
    struct tr_compiler *c = tr_compiler_new(7);
    assert_non_null(c);
    assert_int_equal(tr_compiler_suffixes(c, NB_LIT(suffixes), count_bad, bad_n), NB_OK);
    assert_int_equal(tr_compiler_roots(c, NB_LIT(roots), count_bad, bad_n), NB_OK);
    assert_int_equal(tr_compiler_exceptions(c, NB_LIT(exceptions), count_bad, bad_n), NB_OK);
    assert_int_equal(tr_compiler_finish(c, image), NB_OK);
    return c;
}

static int set_up(void **state)
{
    size_t bad_n = 0;
    struct nb_slice image;
    struct tr_compiler *compiler = compile_texts(&bad_n, &image);
    struct tr_core *core;
    enum nb_err err = tr_core_copy(image, &core, NULL);
    tr_compiler_free(compiler);
    *state = core;
    return err == NB_OK && !bad_n ? 0 : -1;
}

static int tear_down(void **state)
{
    tr_core_free(*state);
    return 0;
}

/* "lemma UPOS features" of every analysis, one a line. */
static size_t describe(const struct tr_core *core, const char *word, char *out, size_t cap)
{
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n = tr_analyse(core, nb_slice_str(word), all, TR_ANALYSE_MAX), len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        char lemma[TR_LEMMA_BYTES_MAX], features[256];
        size_t lemma_n = tr_core_lemma(core, nb_slice_str(word), &all[i], lemma);
        size_t features_n = tr_core_features_text(core, all[i].features, features, 256);
        len += (size_t)snprintf(out + len, cap - len, "%.*s %s %.*s\n", (int)lemma_n, lemma,
                                tr_upos_name((enum tr_upos)all[i].upos), (int)features_n, features);
    }
    return n;
}

static void words_have_the_analyses_that_grammar_gives_them(void **state)
{
    static const struct {
        const char *word, *analyses;
    } rows[] = {
        {"evlerden", "ev NOUN Case=Abl|Number=Plur\n"},
        {"kitabı", "kitap NOUN Case=Acc|Number=Sing\n"},
        {"rengi", "renk NOUN Case=Acc|Number=Sing\n"},
        {"renki", "renk NOUN Case=Acc|Number=Sing\n"},
        {"sepeti", "sepet NOUN Case=Acc|Number=Sing\n"},
        {"saati", "saat NOUN Case=Acc|Number=Sing\n"},
        {"hakkı", "hak NOUN Case=Acc|Number=Sing\n"},
        {"burnu", "burun NOUN Case=Acc|Number=Sing\n"},
        {"burn", ""},
        {"kara", "kâr NOUN Case=Dat|Number=Sing\n"},
        {"evliler", "evli ADJ Case=Nom|Number=Plur\nev ADJ Case=Nom|Number=Plur\n"},
        {"evsiz", "ev ADJ Case=Nom|Number=Sing\nevsiz ADJ Case=Nom|Number=Sing\n"},
        {"kitaplığı", "kitaplık NOUN Case=Acc|Number=Sing\nkitap NOUN Case=Acc|Number=Sing\n"},
        {"ankara'da", "ankara PROPN Case=Loc|Number=Sing\n"},
        {"ank'arada", "ankara PROPN Case=Loc|Number=Sing\n"},
        {"thy'ye", "thy NOUN Case=Dat|Number=Sing\n"},
        {"bana", "ben PRON Case=Dat|Number=Sing\n"},
        {"banaydı", "ben PRON Case=Dat|Number=Sing|Tense=Past\n"},
        {"suyun", "su NOUN Case=Gen\n"},
        {"üçüncü", "üç NUM Case=Nom|Number=Sing|NumType=Ord\n"},
        {"3'te", "3 NUM Case=Loc|Number=Sing|NumType=Card\n"},
        {"1.200'den", "1.200 NUM Case=Abl|Number=Sing|NumType=Card\n"},
        {"40ıncı", "40 NUM Case=Nom|Number=Sing|NumType=Ord\n"},
        {"3'de", ""},
        {"gelir", "gel VERB Tense=Pres\n"},
        {"geler", ""},
        {"gider", "git VERB Tense=Pres\n"},
        {"gitmedi", "git VERB Polarity=Neg|Tense=Past\n"},
        {"diyecek", "de VERB Tense=Fut\n"},
        {"diyor", "de VERB Tense=Pres\n"},
        {"oynuyor", "oyna VERB Tense=Pres\n"},
        {"oynayor", ""},
        {"oynattı", "oyna VERB Tense=Past|Voice=Cau\noynat VERB Tense=Past\n"},
        {"pişirdi", "piş VERB Tense=Past|Voice=Cau\npişir VERB Tense=Past\n"},
        {"pişdirdi", ""},
        {"yıkandı", "yıka VERB Tense=Past|Voice=Pass\nyıkan VERB Tense=Past\n"},
        {"alındı", "al VERB Tense=Past|Voice=Pass\nalın VERB Tense=Past\n"},
        {"alıldı", ""},
        {"konuşuldu", "konuş VERB Tense=Past|Voice=Pass\nkonuşul VERB Tense=Past\n"},
        {"geldirildi", "gel VERB Tense=Past|Voice=CauPass\ngeldir VERB Tense=Past|Voice=Pass\n"
                       "geldiril VERB Tense=Past\n"},
        {"", ""},
        {"'", ""},
        {"x", ""},
    };
    const struct tr_core *core = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char got[2048];
        (void)describe(core, rows[i].word, got, sizeof(got));
        if (strcmp(got, rows[i].analyses) != 0) {
            fail_msg("%s is\n%sexpected\n%s", rows[i].word, got, rows[i].analyses);
        }
    }
}

static void diacritics_can_be_ignored(void **state)
{
    const struct tr_core *core = *state;
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n = tr_analyse_plain(core, NB_LIT("kitabi"), all, TR_ANALYSE_MAX);
    assert_int_equal(n, 1);
    assert_true(all[0].flags & TR_PLAIN);
    assert_slice_equal(tr_core_root_lemma(core, all[0].root), "kitap");
    assert_int_equal(tr_analyse_plain(core, NB_LIT("pisirdi"), all, TR_ANALYSE_MAX), 2);
    assert_int_equal(tr_analyse(core, NB_LIT("pisirdi"), all, TR_ANALYSE_MAX), 0);
}

static void an_unknown_word_is_guessed_by_its_suffixes(void **state)
{
    const struct tr_core *core = *state;
    struct tr_analysis all[TR_ANALYSE_MAX];
    char lemma[TR_LEMMA_BYTES_MAX];
    size_t n = tr_guess(core, NB_LIT("zirvetel'den"), all, TR_ANALYSE_MAX);
    assert_int_equal(n, 1);
    assert_int_equal(all[0].upos, TR_UPOS_PROPN);
    assert_true(all[0].flags & TR_GUESSED);
    assert_int_equal(tr_core_lemma(core, NB_LIT("zirvetel'den"), &all[0], lemma), 8);
    n = tr_guess(core, NB_LIT("gugılladı"), all, TR_ANALYSE_MAX);
    bool verb = false;
    for (size_t i = 0; i < n; i++) {
        size_t len = tr_core_lemma(core, NB_LIT("gugılladı"), &all[i], lemma);
        verb |= all[i].upos == TR_UPOS_VERB && nb_slice_eq(nb_slice(lemma, len), NB_LIT("gugılla"));
    }
    assert_true(verb);
}

/* All that an analysis says; the bytes that fill it up may differ. */
static bool is_same(const struct tr_analysis *a, const struct tr_analysis *b)
{
    return a->features == b->features && a->root == b->root && a->path == b->path &&
           a->line == b->line && a->upos == b->upos && a->root_upos == b->root_upos &&
           a->stem_bytes == b->stem_bytes && a->lemma_bytes == b->lemma_bytes &&
           a->lemma_tail == b->lemma_tail && a->steps == b->steps && a->flags == b->flags;
}

static void fewer_places_than_analyses_keep_the_best(void **state)
{
    struct tr_analysis all[TR_ANALYSE_MAX], few[2];
    size_t n = tr_analyse(*state, NB_LIT("geldirildi"), all, TR_ANALYSE_MAX);
    assert_int_equal(n, 3);
    assert_int_equal(tr_analyse(*state, NB_LIT("geldirildi"), few, 2), 2);
    assert_true(is_same(&few[0], &all[0]) && is_same(&few[1], &all[1]));
    assert_int_equal(tr_analyse(*state, NB_LIT("geldirildi"), few, 0), 0);
}

static const char *const many[] = {"evlerden", "kitabı", "gelir",  "oynuyor", "bana",  "3'te",
                                   "evliler",  "yok",    "thy'ye", "alındı",  "burnu", "diyecek"};
enum { MANY = sizeof(many) / sizeof(many[0]), THREADS = 8, ROUNDS = 300 };

struct reader {
    pthread_t thread;
    const struct tr_core *core;
    size_t seed, different;
};

static void *read_in_some_order(void *context)
{
    struct reader *r = context;
    char first[MANY][512], again[512];
    for (size_t i = 0; i < MANY; i++) {
        (void)describe(r->core, many[i], first[i], sizeof(first[i]));
    }
    for (size_t i = 0, at = r->seed; i < ROUNDS; i++) {
        at = (at * 7 + r->seed + 5) % MANY;
        (void)describe(r->core, many[at], again, sizeof(again));
        r->different += strcmp(first[at], again) != 0;
    }
    return NULL;
}

static void answers_do_not_depend_on_order_or_threads(void **state)
{
    struct reader readers[THREADS] = {{.core = NULL}};
    for (size_t i = 0; i < THREADS; i++) {
        readers[i] = (struct reader){.core = *state, .seed = i};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_in_some_order, &readers[i]),
                         0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_int_equal(readers[i].different, 0);
    }
}

static void any_bytes_are_words_within_bounds(void **state)
{
    uint32_t random = 12345;
    char word[TR_ANALYSE_BYTES_MAX + 8], lemma[TR_LEMMA_BYTES_MAX];
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t read_n = 0;
    for (size_t i = 0; i < 20000; i++) {
        size_t len = i % sizeof(word);
        for (size_t k = 0; k < len; k++) {
            random = random * 1664525u + 1013904223u;
            char any = (char)(unsigned char)(random >> 24);
            word[k] = i % 3 ? "evlrdnik'\xC4\xB1\xC5\x9Fta"[random >> 16 & 15] : any;
        }
        struct nb_slice text = nb_slice(word, len);
        size_t n = tr_analyse(*state, text, all, TR_ANALYSE_MAX);
        n = n ? n : tr_guess(*state, text, all, TR_ANALYSE_MAX);
        for (size_t a = 0; a < n; a++) {
            assert_in_range(tr_core_lemma(*state, text, &all[a], lemma), 0, sizeof(lemma));
            read_n++;
        }
    }
    assert_true(read_n > 1000);
}

static void bad_lines_cost_only_themselves(void **state)
{
    (void)state;
    static const char bad_suffixes[] =
        "start noun N\nfinal N\nN\nN lAr N Number=Plur\nN (lar N\nN lEr N\nN ki N novalue\n"
        "start thing N\nN - N Case=Acc lemma\nN x N - verb\nreads 3\n";
    static const char bad_roots[] = "noun: ev\nthing: x\nno colon\nnoun: \xE2\x82\xAC kapı/xx\n";
    size_t bad_n = 0;
    struct nb_slice image;
    struct tr_compiler *c = tr_compiler_new(0);
    assert_int_equal(tr_compiler_suffixes(c, NB_LIT(bad_suffixes), count_bad, &bad_n), NB_OK);
    assert_int_equal(bad_n, 8);
    assert_int_equal(tr_compiler_roots(c, NB_LIT(bad_roots), count_bad, &bad_n), NB_OK);
    assert_int_equal(bad_n, 12);
    assert_int_equal(tr_compiler_exceptions(c, NB_LIT("a b\nc d NOUN x\n"), count_bad, &bad_n),
                     NB_OK);
    assert_int_equal(bad_n, 14);
    assert_int_equal(tr_compiler_finish(c, &image), NB_OK);
    struct tr_core *core;
    assert_int_equal(tr_core_copy(image, &core, NULL), NB_OK);
    char got[256];
    assert_int_equal(describe(core, "evler", got, sizeof(got)), 1);
    assert_string_equal(got, "ev NOUN Number=Plur\n");
    tr_core_free(core);
    tr_compiler_free(c);
}

static void the_same_texts_give_the_same_bytes(void **state)
{
    (void)state;
    size_t bad_n = 0;
    struct nb_slice a, b;
    struct tr_compiler *first = compile_texts(&bad_n, &a), *second = compile_texts(&bad_n, &b);
    assert_true(nb_slice_eq(a, b));
    tr_compiler_free(first);
    tr_compiler_free(second);
}

static void a_file_that_is_not_whole_is_refused(void **state)
{
    (void)state;
    size_t bad_n = 0;
    struct nb_slice image;
    struct nb_error error;
    struct tr_core *core;
    struct tr_compiler *c = compile_texts(&bad_n, &image);
    char *dir = nbt_tmpdir(), *path = nbt_path(dir, "core.bin");
    for (size_t len = 0; len < image.len; len += 97 + len / 3) {
        nbt_write_file(path, nb_slice_sub(image, 0, len));
        assert_int_equal(tr_core_open(path, 0, &core, &error), NB_ECORRUPT);
        assert_null(core);
    }
    nbt_write_file(path, image);
    assert_int_equal(tr_core_open(path, 8, &core, &error), NB_EEXIST);
    assert_int_equal(tr_core_open(path, 7, &core, &error), NB_OK);
    char got[256];
    assert_int_equal(describe(core, "evlerden", got, sizeof(got)), 1);
    tr_core_free(core);
    char *copy = malloc(image.len);
    for (size_t at = 0; at < image.len; at += 1 + image.len / 500) {
        memcpy(copy, image.p, image.len);
        copy[at] ^= 0x41;
        assert_int_not_equal(tr_core_copy(nb_slice(copy, image.len), &core, &error), NB_OK);
    }
    free(copy);
    free(path);
    nbt_rmdir(dir);
    tr_compiler_free(c);
    assert_int_equal(tr_core_open("no/such/file", 0, &core, &error), NB_ENOTFOUND);
}

static void roots_can_be_added_to_a_core_in_use(void **state)
{
    (void)state;
    size_t bad_n = 0;
    struct nb_slice image;
    struct tr_core *core;
    struct tr_compiler *c = compile_texts(&bad_n, &image);
    assert_int_equal(tr_core_copy(image, &core, NULL), NB_OK);
    tr_compiler_free(c);
    struct tr_lexicon *lexicon = tr_lexicon_new(core);
    assert_true(tr_lexicon_has_root(lexicon, NB_LIT("ev"), TR_UPOS_NOUN));
    assert_false(tr_lexicon_has_root(lexicon, NB_LIT("ev"), TR_UPOS_VERB));
    assert_false(tr_lexicon_has_root(lexicon, NB_LIT("kitab"), TR_UPOS_NOUN));
    assert_false(tr_lexicon_has_root(lexicon, NB_LIT("zirvetop"), TR_UPOS_NOUN));
    assert_int_equal(tr_lexicon_add_root(lexicon, NB_LIT("zirvetop"), TR_UPOS_NOUN), NB_OK);
    assert_true(tr_lexicon_has_root(lexicon, NB_LIT("zirvetop"), TR_UPOS_NOUN));
    tr_key key = tr_lexicon_key(lexicon, NB_LIT("zirvetop"));
    assert_int_equal(key, tr_lexicon_key(lexicon, NB_LIT("zirvetop")));
    assert_slice_equal(tr_lexicon_key_text(lexicon, key), "zirvetop");
    assert_true(key < tr_lexicon_keys_n(lexicon));
    char got[256];
    assert_int_equal(describe(tr_lexicon_core(lexicon), "zirvetobu", got, sizeof(got)), 1);
    assert_string_equal(got, "zirvetop NOUN Case=Acc|Number=Sing\n");
    tr_lexicon_free(lexicon);
}

static void the_lexicons_compile_and_an_edit_shows(void **state)
{
    (void)state;
    struct nb_core_info info;
    struct nb_error error = {0};
    struct tr_core *core;
    assert_int_equal(nb_core_load("lexicons", &core, &info, &error), NB_OK);
    assert_int_equal(info.bad_lines_n, 0);
    uint64_t texts = info.texts;
    tr_core_free(core);
    char *dir = nbt_tmpdir(), *lexicons = nbt_path(dir, "lexicons");
    char *roots_dir = nbt_path(lexicons, "roots"), *file = nbt_path(dir, NB_CORE_FILE);
    char *roots_file = nbt_path(roots_dir, "a.txt"),
         *suffix_file = nbt_path(lexicons, "suffixes.txt");
    assert_int_equal(mkdir(lexicons, 0700) | mkdir(roots_dir, 0700), 0);
    nbt_write_file(suffix_file, NB_LIT(suffixes));
    nbt_write_file(roots_file, NB_LIT(roots));
    assert_int_equal(nb_core_compile(lexicons, file, &error), NB_OK);
    assert_int_equal(nb_core_load(lexicons, &core, &info, &error), NB_OK);
    assert_int_equal(info.from, NB_CORE_MAPPED);
    assert_int_not_equal(info.texts, texts);
    tr_core_free(core);
    nbt_write_file(roots_file, NB_LIT("noun: kapı\n"));
    assert_int_equal(nb_core_load(lexicons, &core, &info, &error), NB_OK);
    assert_int_equal(info.from, NB_CORE_COMPILED);
    char got[256];
    assert_int_equal(describe(core, "kapılar", got, sizeof(got)), 1);
    tr_core_free(core);
    nbt_write_file(roots_file, NB_LIT("nonsense\n"));
    assert_int_equal(nb_core_compile(lexicons, file, &error), NB_ESYNTAX);
    free(roots_file);
    free(suffix_file);
    free(roots_dir);
    free(lexicons);
    free(file);
    nbt_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_the_analyses_that_grammar_gives_them),
        cmocka_unit_test(diacritics_can_be_ignored),
        cmocka_unit_test(an_unknown_word_is_guessed_by_its_suffixes),
        cmocka_unit_test(fewer_places_than_analyses_keep_the_best),
        cmocka_unit_test(answers_do_not_depend_on_order_or_threads),
        cmocka_unit_test(any_bytes_are_words_within_bounds),
        cmocka_unit_test(bad_lines_cost_only_themselves),
        cmocka_unit_test(the_same_texts_give_the_same_bytes),
        cmocka_unit_test(a_file_that_is_not_whole_is_refused),
        cmocka_unit_test(roots_can_be_added_to_a_core_in_use),
        cmocka_unit_test(the_lexicons_compile_and_an_edit_shows),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
