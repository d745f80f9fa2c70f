#include "tests/unit/knowledge_world.h"

#include "analyzer/core.h"
#include "analyzer/sentiment/opinion.h"

static int set_up(void **state)
{
    return knowledge_world_open(state, NULL, 0);
}

static struct nb_annotation *annotate(struct knowledge_world *f, const char *text)
{
    return knowledge_world_annotate(f, knowledge_world_document(f, text));
}

static int32_t score(struct knowledge_world *f, const char *text)
{
    return annotate(f, text)->sentiment->score_milli;
}

static void labels_follow_words_and_what_turns_them(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *text;
        Nb__Label want;
    } rows[] = {
        {"ekran harika", NB__LABEL__POSITIVE},
        {"ekran harika değil", NB__LABEL__NEGATIVE},
        {"ekran kötü değil", NB__LABEL__POSITIVE},
        {"uygulamayı sevdim", NB__LABEL__POSITIVE},
        {"uygulamayı sevmedim", NB__LABEL__NEGATIVE},
        {"uygulamayi sevmedim", NB__LABEL__NEGATIVE},
        {"UYGULAMAYI SEVMEDİM", NB__LABEL__NEGATIVE},
        {"hizmetten memnun kalmadık", NB__LABEL__NEGATIVE},
        {"taşınma sorunsuzdu", NB__LABEL__POSITIVE},
        {"taşınma sorunsuz değildi", NB__LABEL__NEGATIVE},
        {"hiçbir sıkıntı yok", NB__LABEL__POSITIVE},
        {"tadı güzel değil mi?", NB__LABEL__POSITIVE},
        {"paket yarın gelir", NB__LABEL__NEUTRAL},
        {"", NB__LABEL__NEUTRAL},
        {"😡", NB__LABEL__NEGATIVE},
        {"tamam ❤️", NB__LABEL__POSITIVE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Nb__Label got = annotate(f, rows[i].text)->sentiment->label;
        if (got != rows[i].want) {
            fail_msg("\"%s\" is %s", rows[i].text, nb_label_name(got));
        }
    }
}

static void strength_grows_and_shrinks_with_its_words(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *weaker, *stronger;
    } rows[] = {
        {"güzel", "çok güzel"},
        {"biraz güzel", "güzel"},
        {"güzel", "güzel!"},
        {"güzel", "GÜZEL"},
        {"güzel", "güzeeeel"},
        {"ekran harika ama batarya berbat", "batarya berbat ama ekran harika"},
        {"kötü", "kötü değil"},
        {"harika değil", "kötü değil"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (score(f, rows[i].weaker) >= score(f, rows[i].stronger)) {
            fail_msg("\"%s\" %d, \"%s\" %d", rows[i].weaker, score(f, rows[i].weaker),
                     rows[i].stronger, score(f, rows[i].stronger));
        }
    }
}

static void a_score_explains_itself_with_file_and_line(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_annotation *a = annotate(f, "sevmedim");
    bool found = false;
    for (size_t i = 0; i < a->n_why; i++) {
        found |= strstr(a->why[i], "\"sevmedim\" sev +700 (polarity.txt:") &&
                 strstr(a->why[i], " turned by its negative suffix (suffixes.txt:") &&
                 strstr(a->why[i], " -> -560");
    }
    if (!found) {
        fail_msg("%s", a->n_why ? a->why[0] : "no reasons");
    }
    assert_int_equal(annotate(f, "paket yarın gelir")->n_why, 0);
}

static void emotions_and_intents_come_from_cues(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *text, *emotion, *intent;
    } rows[] = {
        {"öfkeden çıldıracağım", "anger", NULL},
        {"çok üzüldüm 😢", "sadness", NULL},
        {"günaydın dostlar", NULL, "greeting"},
        {"fatura yanlış, müşteri hizmetleri berbat", NULL, "complaint"},
        {"kargo çok hızlıydı, kurye harika", NULL, "praise"},
        {"hangisi daha iyi?", NULL, "question"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_annotation *a = annotate(f, rows[i].text);
        bool emotion = !rows[i].emotion, intent = !rows[i].intent;
        for (size_t k = 0; k < a->n_emotions; k++) {
            emotion |= rows[i].emotion && !strcmp(a->emotions[k]->type, rows[i].emotion);
        }
        for (size_t k = 0; k < a->n_intents; k++) {
            intent |= rows[i].intent && !strcmp(a->intents[k], rows[i].intent);
        }
        if (!emotion || !intent) {
            fail_msg("\"%s\": %s missing", rows[i].text,
                     emotion ? rows[i].intent : rows[i].emotion);
        }
    }
}

static void ignore(void *context, size_t line, struct nb_slice text, struct nb_slice want,
                   const char *got)
{
    (void)got;
    print_error("%s:%zu: \"%.*s\" should be %.*s\n", (const char *)context, line, NB_ARG(text),
                NB_ARG(want));
}

static void every_example_in_the_lexicons_holds(void **state)
{
    struct knowledge_world *f = *state;
    size_t examples_n = 0, failed_n = 0;
    for (size_t i = 0; nb_knowledge_lexicon(i); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "lexicons/%s", nb_knowledge_lexicon(i));
        assert_int_equal(nb_knowledge_check(f->knowledge, nbt_read_file(path, f->arena), ignore,
                                            path, &examples_n, &failed_n),
                         NB_OK);
    }
    assert_true(examples_n > 50);
    assert_int_equal(failed_n, 0);
}

static void an_example_that_does_not_hold_is_told(void **state)
{
    struct knowledge_world *f = *state;
    size_t examples_n = 0, failed_n = 0;
    char name[] = "expected";
    assert_int_equal(nb_knowledge_check(f->knowledge,
                                        NB_LIT("# x\n+1 a = \"harika\" -> negative\n"
                                               "+1 a = \"harika\" -> positive\n"),
                                        ignore, name, &examples_n, &failed_n),
                     NB_OK);
    assert_int_equal(examples_n, 2);
    assert_int_equal(failed_n, 1);
}

static void lines_are_taken_apart_or_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *line, *head, *term, *pos;
        bool ok;
    } rows[] = {
        {"+700 sev /verb", "+700", "sev", "verb", true},
        {"  -900  olmaz olsun   = \"x\" -> negative", "-900", "olmaz olsun", "", true},
        {"-350 :/", "-350", ":/", "", true},
        {"# comment", "", "", "", true},
        {"", "", "", "", true},
        {"+700", "+700", "", "", false},
        {"+700 a = \"x\" negative", "", "", "", false},
        {"+700 a = \"x", "", "", "", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_lexicon_line line;
        const char *problem = nb_lexicon_line(nb_slice_str(rows[i].line), &line);
        assert_int_equal(problem == NULL, rows[i].ok);
        if (rows[i].ok) {
            assert_slice_equal(line.head, rows[i].head);
            assert_slice_equal(line.term, rows[i].term);
            assert_slice_equal(line.pos, rows[i].pos);
        }
    }
}

struct told {
    char text[512];
    size_t n;
};

static void note(void *context, uint32_t line, const char *message)
{
    struct told *told = context;
    size_t n = strlen(told->text);
    (void)snprintf(told->text + n, sizeof(told->text) - n, "%u %s\n", (unsigned)line, message);
    told->n++;
}

static void a_line_said_twice_or_both_ways_is_told_and_costs_only_that_line(void **state)
{
    struct knowledge_world *f = *state;
    struct tr_core *core = NULL;
    struct nb_error error = {0};
    struct nb_arena *scratch = nb_arena_new((size_t)1 << 20);
    if (nb_core_load("lexicons", &core, NULL, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    struct tr_lexicon *lexicon = tr_lexicon_new(core);
    struct nb_opinion opinion;
    struct told told = {"", 0};
    nb_opinion_init(&opinion, lexicon, f->arena);
    assert_int_equal(nb_opinion_add(&opinion, NB_FILE_POLARITY,
                                    NB_LIT("+700 aa bb\n"
                                           "+700 aa bb\n"
                                           "-300 aa bb\n"
                                           "-300@food aa bb\n"
                                           "+500 cc /adj\n"
                                           "-500 cc\n"
                                           "+500@moon dd\n"
                                           "much ee\n"
                                           "+200 ff\n"),
                                    scratch, note, &told),
                     NB_OK);
    assert_int_equal(nb_opinion_add(&opinion, NB_FILE_SHIFTERS,
                                    NB_LIT("intensifier:1300 gg\n"
                                           "diminisher:700 gg\n"),
                                    scratch, note, &told),
                     NB_OK);
    assert_string_equal(told.text,
                        "2 this term is here already, in line 1, which counts\n"
                        "3 this says the opposite of line 1, which counts\n"
                        "6 this says the opposite of line 5, which counts\n"
                        "7 behind '@' stands what the text is about: health, story, food or "
                        "sport\n"
                        "8 the first column is a strength from -1000 to +1000\n"
                        "2 this says the opposite of line 1, which counts\n");
    assert_int_equal(opinion.terms.n, 5);
    tr_lexicon_free(lexicon);
    nb_arena_free(scratch);
}

static void shifts_are_counted_and_finds_say_where_they_are(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"sevmedim", "turned by its negative suffix"},
        {"sorunsuz de\xc4\x9fil", "turned by a word that denies it"},
        {"bundan iyisi yok", "kept: nothing is more so"},
        {"sorundan ba\xc5\x9fka bir \xc5\x9f"
         "ey de\xc4\x9fil",
         "kept: nothing but this"},
        {"g\xc3\xbczel mi?", "asked, not said"},
        {"daha iyi olabilirdi", "turned by an unreal condition"},
        {"ke\xc5\x9fke almasayd\xc4\xb1m", "a wish that it were otherwise"},
        {"bravo, yine bozuk geldi", "meant the other way round"},
        {"s\xc3\xb6zde kaliteli", "turned by a word of doubt"},
        {"yemeden d\xc3\xb6nmeyin", "not to leave without it"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_annotation *a = annotate(f, rows[i].text);
        bool found = false;
        for (size_t k = 0; k < a->n_why; k++) {
            found |= strstr(a->why[k], rows[i].words) != NULL;
        }
        if (!found) {
            fail_msg("\"%s\": %s", rows[i].text, a->n_why ? a->why[0] : "no reasons");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_follow_words_and_what_turns_them),
        cmocka_unit_test(strength_grows_and_shrinks_with_its_words),
        cmocka_unit_test(a_score_explains_itself_with_file_and_line),
        cmocka_unit_test(emotions_and_intents_come_from_cues),
        cmocka_unit_test(every_example_in_the_lexicons_holds),
        cmocka_unit_test(an_example_that_does_not_hold_is_told),
        cmocka_unit_test(lines_are_taken_apart_or_refused_with_a_reason),
        cmocka_unit_test(a_line_said_twice_or_both_ways_is_told_and_costs_only_that_line),
        cmocka_unit_test(shifts_are_counted_and_finds_say_where_they_are),
    };
    return cmocka_run_group_tests(tests, set_up, knowledge_world_close);
}
