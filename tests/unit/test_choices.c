#include "tests/lib/test.h"

#include "analyzer/turkish/choices.h"
#include "analyzer/words.h"

struct fixture {
    struct nb_words words;
    struct nb_arena *arena;
};

struct problems {
    uint32_t lines[16];
    size_t n;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct nb_error error = {0};
    assert_int_equal(nb_words_init(&f->words, "lexicons", "models", NULL, &error), NB_OK);
    f->arena = nb_arena_new((size_t)8 << 20);
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

static void note(void *context, uint32_t line, const char *message)
{
    struct problems *p = context;
    assert_non_null(message);
    assert_true(p->n < 16);
    p->lines[p->n++] = line;
}

static void a_bad_line_costs_only_that_line(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "# a comment\n"
                               "Polarity=Neg over Polarity=Pos\n"
                               "Polarity=Neg under Polarity=Pos\n"
                               "Polarity=Perhaps over Polarity=Pos\n"
                               "\n"
                               "Polarity=Neg over Polarity=Pos behind the word\n"
                               "Polarity=Neg over Polarity=Pos behind a word before an end\n"
                               "Polarity=Neg over Polarity=Pos not\n"
                               "Polarity=Neg over Polarity=Pos before\n"
                               "Polarity=Neg over Polarity=Pos not before an end\n"
                               "Polarity=Neg over Polarity=Pos before a b c d e f g h i\n"
                               "Polarity=Neg over Polarity=Pos before a b c d e f g h";
    struct tr_choices choices = {.n = 0};
    struct problems problems = {.n = 0};
    assert_int_equal(
        tr_choices_read(&choices, f->words.core, nb_slice_str(text), f->arena, note, &problems),
        NB_OK);
    static const uint32_t want[] = {3, 4, 6, 8, 9, 10, 11};
    assert_int_equal(choices.n, 3);
    assert_int_equal(problems.n, sizeof(want) / sizeof(want[0]));
    assert_memory_equal(problems.lines, want, sizeof(want));
    assert_true(choices.all[1].behind_word && choices.all[1].before_end);
    assert_int_equal(choices.all[2].words_n, 8);
}

static void more_rules_than_fit_are_left_out(void **state)
{
    struct fixture *f = *state;
    struct tr_choices choices = {.n = TR_CHOICES_MAX - 1};
    struct problems problems = {.n = 0};
    struct nb_slice text = NB_LIT("Polarity=Neg over Polarity=Pos\nPolarity=Neg over Polarity=Pos");
    assert_int_equal(tr_choices_read(&choices, f->words.core, text, f->arena, note, &problems),
                     NB_OK);
    assert_int_equal(choices.n, TR_CHOICES_MAX);
    assert_int_equal(problems.n, 1);
}

/* The word in capitals of each row is the one that is looked at; the rest stands around it. */
static void the_words_around_decide(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *words[5];
        size_t at;
        const char *polarity;
    } rows[] = {
        {{"sakın", "yapma", "!"}, 1, "Neg"},
        {{"bunu", "yapma"}, 1, "Neg"},
        {{"yapma", "zamanı", "geldi"}, 0, NULL},
        {{"haber", "vermeden", "gitti"}, 1, "Neg"},
        {{"oraya", "varmadan", "önce", "aradı"}, 1, NULL},
        {{"eve", "gelmeden", "evvel", "aradı"}, 1, NULL},
        {{"o", "gelmesin"}, 1, "Neg"},
        {{"ben", "gelmem", "."}, 1, "Neg"},
        {{"bunu", "hiç", "görmemiştim"}, 2, "Neg"},
        {{"eski", "bir", "dondurmaydı"}, 2, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tr_form forms[5] = {{{NULL, 0}, false, false}};
        struct tr_tag tags[5];
        size_t n = 0;
        while (n < 5 && rows[i].words[n]) {
            forms[n].text = nb_slice_str(rows[i].words[n]);
            n++;
        }
        assert_int_equal(tr_tag_sentence(&f->words.tagger, forms, n, f->arena, tags), NB_OK);
        struct nb_slice got = tags[rows[i].at].features;
        bool negative = nb_slice_find(got, NB_LIT("Polarity=Neg"), 0) != NB_NPOS;
        if (negative != (rows[i].polarity != NULL)) {
            fail_msg("row %zu: %s is %.*s", i, rows[i].words[rows[i].at], NB_ARG(got));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_line_costs_only_that_line),
        cmocka_unit_test(more_rules_than_fit_are_left_out),
        cmocka_unit_test(the_words_around_decide),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
