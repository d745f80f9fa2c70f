/* Life events: rules as written, patterns over words, subject, stage and what blocks. */
#include "tests/lib/events_world.h"

#include <nabiz/knowledge.h>

static void expect(struct fixture *f, const char *text, const char *want)
{
    const char *got = find_in(f, "", text);
    if (strcmp(got, want) != 0) {
        fail_msg("\"%s\" is \"%s\", expected \"%s\"", text, got, want);
    }
}

static const char common[] = "list self: ben | biz\n"
                             "list kin: abla+P1 | kuzen+P1\n"
                             "list household: o\xc4\x9ful+P1\n"
                             "list want: iste/verb\n"
                             "list intend: d\xc3\xbc\xc5\x9f\xc3\xbcn/verb\n"
                             "list fail: vazge\xc3\xa7/verb\n"
                             "list hope: =umar\xc4\xb1m\n"
                             "list no: de\xc4\x9fil\n"
                             "list ask: mi/aux\n"
                             "list before: \xc3\xb6nce\n"
                             "list say: de/verb\n"
                             "ending unfulfilled: acakt\xc4\xb1, ecekti\n"
                             "ending usual: \xc4\xb1rd\xc4\xb1, irdi\n"
                             "block series post: dizi\n"
                             "block rumour sentence unless self: haber\n";

static void bad_lines_are_told_with_their_number_and_leave_nothing_behind(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *line, *problem;
    } rows[] = {
        {"900", "expected words"},
        {"x evlen", "begins with a weight"},
        {"0 evlen", "1 to 1000"},
        {"1001 evlen", "1 to 1000"},
        {"900 qqqqq", "no file of roots"},
        {"900 evlen/adj", "no file of roots"},
        {"900 evlen/wort", "part of speech"},
        {"900 evlen+Xyz", "no suffix"},
        {"900 evlen-A1sg", "single feature"},
        {"900 evlen ..", "nothing stands behind"},
        {"900 evlen ..12 git", "a gap is"},
        {"900 <number>", "cannot be left out"},
        {"900 evlen?", "cannot be left out"},
        {"900 <nothing>", "number, mention, name"},
        {"900 <any>+A1", "cannot be left out"},
        {"900 <any>/wort evlen", "part of speech"},
        {"900 <name>+A1 evlen", "only <any>"},
        {"context c post: <any>?", "cannot be left out"},
        {"900 a||b", "alternative"},
        {"900 $nobody", "no list"},
        {"900 ^evlen ^git", "can be the head"},
        {"900 git git git git git git git git git git git git git", "at most 12"},
        {"900 evlen ; colour red", "no option"},
        {"900 evlen ; stage soon", "a stage is"},
        {"900 evlen ; with nobody", "no context"},
        {"900 evlen ; allow nobody", "no block"},
        {"900 evlen = \"x\"", "an example is"},
        {"900 evlen = \"x\" -> self", "an example is"},
        {"= \"x\" -> none", "begins with a blank"},
        {"set colour red", "no setting"},
        {"set threshold 0", "1 to 1000"},
        {"list words evlen", "a list is"},
        {"context c nowhere: evlen", "a context is"},
        {"context c post unless self: evlen", "a context is"},
        {"block b post evlen", "expected ':'"},
        {"block b post: evlen, qqqqq", "no file of roots"},
        {"ending usual: x", "common.txt"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        (void)snprintf(text, sizeof(text), "# first\n%s\n", rows[i].line);
        add(f, NB_EVENT_MARRIAGE, text);
        if (f->bad_n != 1 || f->bad_line != 2 || !strstr(f->problem, rows[i].problem)) {
            fail_msg("\"%s\": %zu problems, line %u: %s", rows[i].line, f->bad_n,
                     (unsigned)f->bad_line, f->bad_n ? f->problem : "none");
        }
    }
    assert_int_equal(nb_events_rules_n(f->events), 0);
    assert_int_equal(f->events->patterns.n, 0);
    assert_int_equal(f->events->around.n, 0);
    assert_int_equal(f->events->patterns.words.n, 0);
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    expect(f, "evlendik", "");
}

/* Each list is the one before it twice: 2^30 words, if nobody counted. */
static void lists_that_double_cost_only_their_lines(void **state)
{
    struct fixture *f = *state;
    enum { DOUBLED_N = 30, FIT_N = 12 }; /* 2^12 words fit into a line */
    char text[2048] = "list l0: git/verb\n";
    for (unsigned i = 1; i <= DOUBLED_N; i++) {
        size_t len = strlen(text);
        (void)snprintf(text + len, sizeof(text) - len, "list l%u: $l%u|$l%u\n", i, i - 1, i - 1);
    }
    size_t len = strlen(text);
    (void)snprintf(text + len, sizeof(text) - len, "900 $l%u\n900 evlen/verb\n", (unsigned)FIT_N);
    add_good(f, NB_EVENT_TYPES_N, common);
    add(f, NB_EVENT_MARRIAGE, text);
    assert_true(f->bad_n > 0 && f->bad_n <= DOUBLED_N - FIT_N);
    assert_non_null(strstr(f->problem, "more than 4096 words"));
    assert_int_equal(nb_events_rules_n(f->events), 2);
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    expect(f, "evlendik", "marriage self happened");
}

static void a_row_finds_every_inflection_and_says_subject_and_stage(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_TYPES_N, common);
    add_good(f, NB_EVENT_MARRIAGE,
             "set progressive planned\n"
             "900 evlen/verb = \"evlendik\" -> self happened\n"
             "    = \"x\" -> none = \"y\" -> other planned reported\n");
    add_good(f, NB_EVENT_GRADUATION, "800 mezun-P3+A1|mezun-P3 ; stage happened\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"evlendik", "marriage self happened"},
        {"EVLEND\xc4\xb0K", "marriage self happened"},
        {"evleniyorum", "marriage self planned"},
        {"evlenece\xc4\x9fiz", "marriage self planned"},
        {"evlendiniz", "marriage other happened"},
        {"evlenmedim", "marriage self negated"},
        {"evlensek", "marriage self wished"},
        {"evlenelim", "marriage self wished"},
        {"evlenebilirim", "marriage self wished"},
        {"evlenecektim", "marriage self negated"},
        {"evlenirdim", ""},
        {"evlen", ""},
        {"evlenirse", ""},
        {"evlendi", ""},
        {"ablam evlendi", "marriage other happened"},
        {"evlendi ablam", "marriage other happened"},
        {"ablam evlenmi\xc5\x9f", "marriage other happened reported"},
        {"ablama evlendi", ""},
        {"o\xc4\x9flum evlendi", "marriage other happened"},
        {"evlendin mi", ""},
        {"evlensek mi", "marriage self wished"},
        {"evlensem mi", ""},
        {"evlenmek istiyorum", "marriage self wished"},
        {"evlenmek istemiyorum", "marriage self negated"},
        {"evlenmeyi d\xc3\xbc\xc5\x9f\xc3\xbcn\xc3\xbcyoruz", "marriage self planned"},
        {"evlenmekten vazge\xc3\xa7tik", "marriage self negated"},
        {"evlenmek g\xc3\xbczel", ""},
        {"evlenmeden \xc3\xb6nce ev ald\xc4\xb1m", "marriage self planned"},
        {"evlenip gittik", "marriage self happened"},
        {"evlenince gidece\xc4\x9fim", "marriage self planned"},
        {"evlendi\xc4\x9fim g\xc3\xbcn", "marriage self happened"},
        {"evlenesim var", "marriage self wished"},
        {"umar\xc4\xb1m evleniyoruz", "marriage self wished"},
        {"kuzenim evleniyorum diyor", "marriage other planned"},
        {"adam evleniyorum diyor", ""},
        {"evlendim diyen adam", ""},
        {"ablam istedi evlendim diyen adam", ""},
        {"evlendim diyen kuzenim", "marriage other happened"},
        {"evlendim, oldu ve bitti diyen adam", ""},
        {"mezunuyum", ""},
        {"evleniyorum diyordun", "marriage other planned"},
        {"evleniyorum diye sevindi", ""},
        {"evleniyorum diye sevindim", "marriage self planned"},
        {"evleniyorum diyebilirsin", ""},
        {"evlenirsin", ""},
        {"evlenince kaybediyorsun", ""},
        {"umar\xc4\xb1m evlendi\xc4\x9fimde", "marriage self wished"},
        {"\"evleniyorum\" yazm\xc4\xb1\xc5\x9f", ""},
        {"mezunum", "graduation self happened"},
        {"mezun de\xc4\x9filim", "graduation self negated"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        expect(f, rows[i].text, rows[i].want);
    }
}

static void elements_allow_gaps_orders_and_alternatives_within_a_sentence(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_TYPES_N, common);
    add_good(f, NB_EVENT_ENLISTMENT,
             "list away: git/verb | yol\n"
             "900 asker+Dat <> git/verb\n"
             "900 =tezkere ..1 al/verb|gel/verb\n"
             "900 kura bile? \xc3\xa7\xc4\xb1k/verb ; third self\n"
             "900 #bedelli ; subject self ; stage wished\n"
             "900 <number> g\xc3\xbcn kal/verb ; subject self ; stage ongoing\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    static const struct {
        const char *text;
        bool found;
    } rows[] = {
        {"askere gidiyorum", true},
        {"gidiyorum askere", true},
        {"askere, yar\xc4\xb1n gidiyorum", true},
        {"askere bir iki \xc3\xbc\xc3\xa7 d\xc3\xb6rt gidiyorum", true},
        {"askere bir iki \xc3\xbc\xc3\xa7 d\xc3\xb6rt be\xc5\x9f gidiyorum", false},
        {"askere. Gidiyorum", false},
        {"askerde gidiyorum", false},
        {"tezkere ald\xc4\xb1m", true},
        {"tezkere bug\xc3\xbcn ald\xc4\xb1m", true},
        {"tezkeremi ald\xc4\xb1m", false},
        {"tezkere tezkere bug\xc3\xbcn ald\xc4\xb1m", true},
        {"kura bile \xc3\xa7\xc4\xb1kt\xc4\xb1", true},
        {"kura \xc3\xa7\xc4\xb1kt\xc4\xb1", true},
        {"kura daha \xc3\xa7\xc4\xb1kt\xc4\xb1", false},
        {"#BedelliAskerlik", true},
        {"bedelli", false},
        {"30 g\xc3\xbcn kald\xc4\xb1", true},
        {"g\xc3\xbcn kald\xc4\xb1", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((find_in(f, "", rows[i].text)[0] != '\0') != rows[i].found) {
            fail_msg("\"%s\"", rows[i].text);
        }
    }
}

static void contexts_ask_and_blocks_forbid(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_TYPES_N, common);
    add_good(f, NB_EVENT_MARRIAGE,
             "context day sentence: yar\xc4\xb1n\n"
             "block game post: oyun\n"
             "context we post: <any>/verb+A1pl, <number> <any>+P1pl\n"
             "900 #yuva ; subject self ; stage wished ; with we\n"
             "900 evlen/verb\n"
             "900 d\xc3\xbc\xc4\x9f\xc3\xbcn ; subject self ; stage planned ; with day\n"
             "900 nikah ; subject self ; stage planned ; not day ; allow series|game\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    expect(f, "evlendik", "marriage self happened");
    expect(f, "evlendik. Dizide", "");
    assert_string_equal(find_in(f, "Dizi", "evlendik"), "");
    assert_string_equal(find_in(f, "evlendik", "merhaba"), "");
    expect(f, "oyunda evlendik", "");
    expect(f, "#yuva kurulsun", "");
    expect(f, "#yuva istiyoruz", "marriage self wished");
    expect(f, "#yuva. 3 evimiz", "marriage self wished");
    expect(f, "#yuva. evimiz", "");
    expect(f, "haber: ablam evlendi", "");
    expect(f, "haber: evlendik", "marriage self happened");
    expect(f, "d\xc3\xbc\xc4\x9f\xc3\xbcn", "");
    expect(f, "yar\xc4\xb1n d\xc3\xbc\xc4\x9f\xc3\xbcn", "marriage self planned");
    expect(f, "yar\xc4\xb1n. D\xc3\xbc\xc4\x9f\xc3\xbcn", "");
    expect(f, "nikah dizi oyun", "marriage self planned");
    expect(f, "yar\xc4\xb1n nikah", "");
}

static void the_surest_rule_of_a_type_counts_above_its_threshold(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_TYPES_N, common);
    add_good(f, NB_EVENT_MARRIAGE,
             "set threshold 500\n"
             "499 nikah ; subject self ; stage planned\n"
             "600 evlen/verb ; subject other\n"
             "700 evlen/verb+A1 ; subject self\n");
    add_good(f, NB_EVENT_MOVING, "set third self\n900 ta\xc5\x9f\xc4\xb1n/verb\n");
    add_good(f, NB_EVENT_ENGAGEMENT,
             "set yields marriage|moving\n900 ni\xc5\x9f"
             "an ; subject self\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    assert_int_equal(nb_events_rules_n(f->events), 5);
    expect(f, "nikah", "");
    expect(f, "evlendik", "marriage self happened");
    expect(f, "evlendi", "marriage other happened");
    expect(f,
           "ni\xc5\x9f"
           "an",
           "engagement self ongoing");
    expect(f,
           "ni\xc5\x9f"
           "an, evlendik",
           "marriage self happened");
    expect(f, "evlendik ve ta\xc5\x9f\xc4\xb1nd\xc4\xb1",
           "marriage self happened, moving self happened");
}

static void what_headlines_and_quotation_marks_quote_counts_half(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "900 evlen/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    assert_string_equal(find_in(f, "", "Komsum: evlendim https://ornek.example/a"), "");
    assert_string_equal(find_in(f, "", "Komsum: evlendim"), "marriage self happened");
    assert_string_equal(find_in(f, "", "evlendim: https://ornek.example/a"),
                        "marriage self happened");
    assert_string_equal(find_in(f, "", "'evlendim' dedi komsum"), "");
    assert_string_equal(find_in(f, "",
                                "\xe2\x80\x98"
                                "evlendim\xe2\x80\x99 dedi komsum"),
                        "");
}

static void many_gaps_over_a_long_text_stay_bounded(void **state)
{
    struct fixture *f = *state;
    enum { WORDS = 20000 };
    add_good(f, NB_EVENT_MARRIAGE,
             "900 git ..9 git ..9 git ..9 git ..9 git ..9 git ..9 git ..9 git ..9 evlen/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    char *text = nb_arena_alloc(f->arena, 4 * WORDS + 16);
    for (size_t i = 0; i < WORDS; i++) {
        memcpy(text + 4 * i, "git ", 5);
    }
    assert_string_equal(find_in(f, "", text), "");
    memcpy(text + 4 * (size_t)WORDS, "evlendik", 9);
    assert_string_equal(find_in(f, "", text), "marriage self happened");
}

static void what_several_files_ask_for_counts_in_each(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_TYPES_N, common);
    add(f, NB_EVENT_MARRIAGE, "900 dizi <what>\n"); /* taken back with its words */
    assert_int_equal(f->bad_n, 1);
    add_good(f, NB_EVENT_MARRIAGE,
             "context show post: okul\n900 evlen/verb ; not show\n700 ev al/verb\n");
    add_good(f, NB_EVENT_MOVING,
             "context show post: okul\n900 git/verb ; with show\n700 ev al/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened");
    assert_string_equal(find_in(f, "", "gittik"), "");
    assert_string_equal(find_in(f, "", "okulda evlendik"), "");
    assert_string_equal(find_in(f, "", "okulda gittik"), "moving self happened");
    assert_string_equal(find_in(f, "okul", "evlendik, gittik"), "moving self happened");
    assert_string_equal(find_in(f, "", "ev ald\xc4\xb1k"),
                        "marriage self happened, moving self happened");
}

static void a_text_that_does_not_fit_into_memory_is_told(void **state)
{
    struct fixture *f = *state;
    struct nb_event *events;
    size_t n, failed = 0;
    add_good(f, NB_EVENT_TYPES_N, common);
    add_good(f, NB_EVENT_MARRIAGE, "900 evlen/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    struct nb_reading_text none = read_text(f, ""), text = read_text(f, "evlendik, evlenmedik");
    for (size_t limit = 0; limit <= 8192; limit += 64) {
        struct nb_arena *arena = nb_arena_new(limit);
        enum nb_err err = nb_events_find(f->events, &none, &text, arena, &events, &n);
        assert_true(err == NB_ENOMEM ? n == 0 && !events : err == NB_OK && n == 1);
        failed += err == NB_ENOMEM;
        nb_arena_free(arena);
    }
    assert_true(failed > 0 && failed < 128);
}

static void tell(void *context, size_t line, struct nb_slice text, struct nb_slice want,
                 const char *got)
{
    print_error("%s.txt:%zu: \"%.*s\" is %s, expected %.*s\n", (const char *)context, line,
                NB_ARG(text), got, NB_ARG(want));
}

static void every_example_behind_the_rules_holds(void **state)
{
    struct fixture *f = *state;
    struct nb_knowledge *knowledge;
    size_t examples_n = 0, failed_n = 0, bad_n;
    assert_int_equal(nb_knowledge_load("lexicons", NULL, &knowledge, &bad_n, NULL), NB_OK);
    assert_int_equal(bad_n, 0);
    for (size_t i = 0; nb_knowledge_event_lexicon(i); i++) {
        char name[64], path[128];
        (void)snprintf(name, sizeof(name), "%s", nb_knowledge_event_lexicon(i));
        (void)snprintf(path, sizeof(path), "lexicons/events/%s.txt", name);
        assert_int_equal(nb_knowledge_check_events(knowledge, nb_slice_str(name),
                                                   nbt_read_file(path, f->arena), tell, name,
                                                   &examples_n, &failed_n),
                         NB_OK);
    }
    assert_true(examples_n > 0);
    assert_int_equal(failed_n, 0);
    assert_int_equal(nb_knowledge_check_events(knowledge, NB_LIT("marriage"),
                                               NB_LIT("900 evlen/verb = \"evlendik\" -> none\n"),
                                               tell, (char[]){"expected"}, &examples_n, &failed_n),
                     NB_OK);
    assert_int_equal(failed_n, 1);
    nb_knowledge_free(knowledge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EVENTS_TEST(bad_lines_are_told_with_their_number_and_leave_nothing_behind),
        EVENTS_TEST(lists_that_double_cost_only_their_lines),
        EVENTS_TEST(a_row_finds_every_inflection_and_says_subject_and_stage),
        EVENTS_TEST(elements_allow_gaps_orders_and_alternatives_within_a_sentence),
        EVENTS_TEST(contexts_ask_and_blocks_forbid),
        EVENTS_TEST(the_surest_rule_of_a_type_counts_above_its_threshold),
        EVENTS_TEST(what_headlines_and_quotation_marks_quote_counts_half),
        EVENTS_TEST(what_several_files_ask_for_counts_in_each),
        EVENTS_TEST(many_gaps_over_a_long_text_stay_bounded),
        EVENTS_TEST(a_text_that_does_not_fit_into_memory_is_told),
        EVENTS_TEST(every_example_behind_the_rules_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
