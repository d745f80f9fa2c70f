#include "tests/unit/knowledge_world.h"

#include <stdbool.h>

static int set_up(void **state)
{
    return knowledge_world_open(state, NULL, 0);
}

static struct nb_annotation *annotate(struct knowledge_world *f, const char *title,
                                      const char *text)
{
    struct nb_document *document = knowledge_world_document(f, text);
    document->title = title ? nb_arena_strdup(f->arena, nb_slice_str(title)) : NULL;
    return knowledge_world_annotate(f, document);
}

static void a_score_is_told_in_one_line(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *text, *begins;
        const char *has[3];
    } rows[] = {
        {"kargo berbat", "negative -", {"\"berbat\" -", "(polarity.txt:", ""}},
        {"kargoyu be\xc4\x9f"
         "enmedim",
         "negative -",
         {"\"be\xc4\x9f"
          "enmedim\" +",
          " -> -", "turned by its negative suffix"}},
        {"ekran harika ama batarya berbat",
         "negative -",
         {"\"berbat\" -", "; \"harika\" +", "outweighed by what follows"}},
        {"yar\xc4\xb1n toplant\xc4\xb1 var", "neutral ", {"no word of the lexicons", "", ""}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = annotate(f, NULL, rows[i].text)->why_text;
        assert_non_null(text);
        assert_null(strchr(text, '\n'));
        if (strncmp(text, rows[i].begins, strlen(rows[i].begins)) != 0) {
            fail_msg("\"%s\" does not begin with \"%s\"", text, rows[i].begins);
        }
        for (size_t k = 0; k < 3; k++) {
            if (!strstr(text, rows[i].has[k])) {
                fail_msg("\"%s\" is not in \"%s\"", rows[i].has[k], text);
            }
        }
    }
}

static void every_opinion_opens_to_its_place_its_line_and_its_shifts(void **state)
{
    struct knowledge_world *f = *state;
    const struct nb_annotation *a =
        annotate(f, NULL, "ekran harika ama batarya hi\xc3\xa7 iyi de\xc4\x9fil");
    assert_true(a->n_reasons >= 2);
    for (size_t i = 0; i < a->n_reasons; i++) {
        const Nb__Reason *reason = a->reasons[i];
        assert_non_null(reason->span);
        assert_true(reason->span->begin < reason->span->end);
        assert_string_equal(reason->file, "polarity.txt");
        assert_true(reason->line > 0);
        assert_true(i == 0 || abs(reason->milli) <= abs(a->reasons[i - 1]->milli));
        if (strcmp(reason->entry, "iyi") == 0) {
            assert_true(reason->base_milli > 0);
            assert_true(reason->milli < 0);
            bool lined = false;
            for (size_t k = 0; k < reason->n_shifts; k++) {
                assert_non_null(reason->shifts[k]->what);
                lined |= reason->shifts[k]->has_line && reason->shifts[k]->file != NULL;
            }
            assert_true(lined);
        }
    }
}

static void an_opinion_of_the_title_has_words_but_no_place(void **state)
{
    struct knowledge_world *f = *state;
    const struct nb_annotation *a = annotate(f, "Berbat kargo", "d\xc3\xbcn geldi");
    assert_int_equal(a->n_reasons, 1);
    assert_null(a->reasons[0]->span);
    assert_string_equal(a->reasons[0]->words, "Berbat");
}

static void a_text_full_of_opinions_is_told_by_the_strongest(void **state)
{
    struct knowledge_world *f = *state;
    char text[16000] = "";
    for (size_t n = 0; n + 32 < sizeof(text); n += strlen(text + n)) {
        (void)snprintf(text + n, sizeof(text) - n, "kargo berbat. ");
    }
    const struct nb_annotation *a = annotate(f, NULL, text);
    assert_true(a->n_reasons <= 256);
    assert_true(strlen(a->why_text) < 1000);
    assert_non_null(strstr(a->why_text, " more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_is_told_in_one_line),
        cmocka_unit_test(every_opinion_opens_to_its_place_its_line_and_its_shifts),
        cmocka_unit_test(an_opinion_of_the_title_has_words_but_no_place),
        cmocka_unit_test(a_text_full_of_opinions_is_told_by_the_strongest),
    };
    return cmocka_run_group_tests(tests, set_up, knowledge_world_close);
}
