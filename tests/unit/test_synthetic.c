#include "tests/unit/knowledge_world.h"

#include <nabiz/buf.h>

#include "analyzer/knowledge_private.h"
#include "tests/lib/shuffle.h"

static int set_up(void **state)
{
    return knowledge_world_open(state, NULL, 0);
}

static int32_t score_of(struct knowledge_world *w, const char *text)
{
    struct nb_annotation *a = knowledge_world_annotate(w, knowledge_world_document(w, text));
    assert_true(a->has_synthetic_milli);
    assert_in_range(a->synthetic_milli, 0, 1000);
    return a->synthetic_milli;
}

static void what_people_write_is_not_synthetic(void **state)
{
    static const char *const texts[] = {
        "",
        "kargo",
        "Kargom iki haftadir gelmedi, telefona da bakmiyorlar #TurnaKargo",
        "turna kargo hala teslim etmedi yeter artik",
        "elma, armut, kiraz, domates ve biber aldim",
        "Mavi bere\nKahverengi kazak\nSiyah ceket",
        "Turna Kargo'dan gece teslimati",
        "#turna #kargo #gece",
        "#turna kargo",
        "The parcel arrived two days late and the box was open #turna",
        "geldim, gordum, yendim",
        "ya kestirmeyin lan sinirlendirmeyin adami",
        "elma armut ayva nar incir",
        "mercimek corbasi pilav tavuk cacik #iftar",
        "sabir tevekkul #cuma",
        "kurumsal web tasarim seo danismanlik",
        "Samsung Galaxy 128 GB siyah cep telefonu kilifi",
        "sahibinden satilik temiz hasarsiz boyasiz",
        "Depoda yangin: iki kamyon kullanilamaz halde",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (score_of(*state, texts[i]) >= 500) {
            fail_msg("%s: %d", texts[i], score_of(*state, texts[i]));
        }
    }
}

static void words_of_a_dictionary_around_a_slogan_are(void **state)
{
    static const char *const texts[] = {
        "mandolinci somurtmak #TurnaSeninle tefrik boncuklu",
        "TurnaSeninle Yola kasnak hicvetmek elek pantograf",
        "yamamak kazmir Turna Kargo dalgalanabilme reverans",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (score_of(*state, texts[i]) < 500) {
            fail_msg("%s: %d", texts[i], score_of(*state, texts[i]));
        }
    }
}

static void the_words_that_give_it_away_are_named(void **state)
{
    struct knowledge_world *w = *state;
    struct nb_annotation *a = knowledge_world_annotate(
        w, knowledge_world_document(w, "mandolinci somurtmak #TurnaSeninle tefrik boncuklu"));
    bool named = false;
    for (size_t i = 0; i < a->n_why; i++) {
        named |= strstr(a->why[i], "of 4 words are as dictionaries list them") &&
                 strstr(a->why[i], "\"somurtmak\"");
    }
    assert_true(named);
}

static void most_shuffles_of_our_own_words_are_found(void **state)
{
    struct knowledge_world *w = *state;
    struct nbt_shuffler shuffler = {w->knowledge->words.core, 7};
    size_t found = 0, n = 400;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < n; i++) {
        nb_arena_reset(w->arena);
        nb_buf_reset(&text);
        nbt_shuffle(&shuffler, 3 + i % 6, i % 2 ? "#TurnaSeninle" : "Turna Kargo", &text);
        nb_buf_add_byte(&text, 0);
        found += score_of(w, nb_buf_slice(&text).p) >= 500;
    }
    nb_buf_fini(&text);
    assert_true(found * 100 >= n * 90);
}

static void a_post_that_is_all_title_is_judged_by_it(void **state)
{
    struct knowledge_world *w = *state;
    struct nb_document *document = knowledge_world_document(w, "");
    document->title =
        nb_arena_strdup(w->arena, NB_LIT("mandolinci somurtmak #TurnaSeninle tefrik boncuklu"));
    assert_true(knowledge_world_annotate(w, document)->synthetic_milli >= 500);
}

/* Sentences about the same rare words have endings and small words. */
static void endings_and_small_words_make_speech_of_the_same_words(void **state)
{
    int32_t listed = score_of(*state, "mandolinci somurtmak #TurnaSeninle tefrik boncuklu");
    int32_t said = score_of(*state, "mandolinciye somurttu ama boncuklu olani tefrik etti bu da "
                                    "#TurnaSeninle");
    assert_true(listed >= 500);
    assert_true(said < 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_write_is_not_synthetic),
        cmocka_unit_test(words_of_a_dictionary_around_a_slogan_are),
        cmocka_unit_test(the_words_that_give_it_away_are_named),
        cmocka_unit_test(most_shuffles_of_our_own_words_are_found),
        cmocka_unit_test(a_post_that_is_all_title_is_judged_by_it),
        cmocka_unit_test(endings_and_small_words_make_speech_of_the_same_words),
    };
    return cmocka_run_group_tests(tests, set_up, knowledge_world_close);
}
