/* Life events: rules as written, patterns over words, subject, stage and what blocks. */
#include "tests/lib/test.h"

#include <nabiz/knowledge.h>

#include "analyzer/core.h"
#include "analyzer/events/rules.h"
#include "analyzer/words.h"

struct fixture {
    struct nb_arena *arena;
    struct tr_lexicon *lexicon;
    struct nb_words words;
    struct nb_events *events;
    size_t bad_n;
    uint32_t bad_line;
    const char *problem;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct tr_core *core;
    assert_int_equal(nb_core_load("lexicons", &core, NULL, NULL), NB_OK);
    f->arena = nb_arena_new((size_t)64 << 20);
    f->lexicon = tr_lexicon_new(core);
    assert_int_equal(nb_words_attach(&f->words, core, "lexicons", NULL, NULL, NULL), NB_OK);
    tr_lexicon_normalise_with(f->lexicon, &f->words.normaliser.turkish);
    tr_lexicon_rank_with(f->lexicon, &f->words.tagger.ranker);
    f->events = nb_events_new(f->lexicon, f->arena, f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    nb_words_fini(&f->words);
    tr_lexicon_free(f->lexicon);
    nb_arena_free(f->arena);
    free(f);
    return 0;
}

static void report(void *context, uint32_t line, const char *message)
{
    struct fixture *f = context;
    f->bad_n++;
    f->bad_line = line;
    f->problem = message;
}

static void add(struct fixture *f, enum nb_event_type type, const char *text)
{
    f->bad_n = 0;
    assert_int_equal(nb_events_add(f->events, type, nb_slice_str(text), report, f), NB_OK);
}

static void add_good(struct fixture *f, enum nb_event_type type, const char *text)
{
    add(f, type, text);
    if (f->bad_n) {
        print_error("line %u: %s\n", (unsigned)f->bad_line, f->problem);
    }
    assert_int_equal(f->bad_n, 0);
}

static struct nb_reading_text read_text(struct fixture *f, const char *text)
{
    struct nb_reading_text out = {.text = nb_slice_str(text)};
    struct tr_token *tokens;
    struct tr_sentence *sentences;
    assert_int_equal(tr_tokenise(out.text, f->arena, &tokens, &out.tokens_n), NB_OK);
    assert_int_equal(
        tr_sentences(out.text, tokens, out.tokens_n, NULL, f->arena, &sentences, &out.sentences_n),
        NB_OK);
    struct tr_reading *readings = nb_arena_alloc(f->arena, out.tokens_n * sizeof(*readings));
    for (size_t i = 0; i < out.tokens_n; i++) {
        tr_read(f->lexicon, &tokens[i], f->arena, &readings[i]);
    }
    out.tokens = tokens;
    out.readings = readings;
    out.sentences = sentences;
    return out;
}

/* "marriage self happened reported 900" of every event, "" for none */
static const char *find_in(struct fixture *f, const char *title, const char *text)
{
    static char got[512];
    struct nb_reading_text a = read_text(f, title), b = read_text(f, text);
    struct nb_event *events;
    size_t n, at = 0;
    assert_int_equal(nb_events_find(f->events, &a, &b, f->arena, &events, &n), NB_OK);
    got[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        assert_true(events[i].begin < events[i].end && events[i].end <= b.tokens_n);
        at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%s %s %s%s", i ? ", " : "",
                               nb_event_type_name((enum nb_event_type)events[i].type),
                               nb_event_subject_name((enum nb_event_subject)events[i].subject),
                               nb_event_stage_name((enum nb_event_stage)events[i].stage),
                               events[i].reported ? " reported" : "");
    }
    return got;
}

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

static void the_second_opinion_lowers_what_is_judged_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "900 evlen/verb ; judged wed\n650 al/verb\n");
    add_good(f, NB_EVENT_MOVING, "900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened");
    f->bad_n = 0;
    assert_int_equal(nb_events_add_second(f->events,
                                          NB_LIT("# learnt\n2000 all/bias\n-9000 wed/w:dizi\n"
                                                 "5\n200000 all/bias\n1 a b\n"),
                                          report, f),
                     NB_OK);
    assert_int_equal(f->bad_n, 3);
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
    assert_string_equal(find_in(f, "", "dizide evlendik ve ev ald\xc4\xb1k"),
                        "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide gittik"), "moving self happened");
}

static void add_second(struct fixture *f, const char *weights)
{
    assert_int_equal(nb_events_add_second(f->events, nb_slice_str(weights), report, f), NB_OK);
    assert_int_equal(f->bad_n, 0);
}

static void the_family_of_a_file_is_that_of_its_rules(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    add_good(f, NB_EVENT_MOVING, "900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "2000 all/bias\n-9000 wed/w:dizi\n");
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
    assert_string_equal(find_in(f, "", "dizide gittik"), "moving self happened");
}

/* A rule that is sure goes before a proposal of a greater weight; examples are of such rules. */
static void a_proposal_counts_where_no_other_rule_finds_anything(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE,
             "set family wed\n700 evlen/verb\n1000 al/verb ; subject other ; judged part\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "9000 all/bias\n-20000 wed/w:dizi\n");
    assert_string_equal(find_in(f, "", "ald\xc4\xb1k"), "marriage other happened");
    assert_string_equal(find_in(f, "", "evlendik ve ald\xc4\xb1k"), "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
    nb_events_rules_alone(f->events, true);
    assert_string_equal(find_in(f, "", "ald\xc4\xb1k"), "");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "marriage self happened");
    nb_events_rules_alone(f->events, false);
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
}

/* The sum of the features by the root of their number, and that by what the family makes of it. */
static void what_the_post_looks_like_counts_by_the_root_of_its_length(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    add_good(f, NB_EVENT_MOVING, "set family go\n900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "-1000 post/bias\n3000 post/w:evlen\n3000 post/w:git\n-500 all/bias\n"
                  "500 all/post\n2500 wed/post\n");
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened"); /* 2 * 3 - .5 */
    assert_string_equal(find_in(f, "", "gittik"), "moving self happened");     /* 2 * .5 - .5 */
    /* three words and two pairs: 3 / sqrt(5) - 1 = .34, not enough for a half of it */
    assert_string_equal(find_in(f, "", "dizide sonra gittik"), "");
    assert_string_equal(find_in(f, "", "dizide sonra evlendik"), "marriage self happened");
}

struct told {
    size_t posts_n, of_posts_n, bias_n;
};

static void count_told(void *context, enum nb_event_type type, uint32_t rivals,
                       const struct nb_slice *names, size_t names_n)
{
    struct told *told = context;
    bool is_post = type == NB_EVENT_TYPES_N;
    uint32_t family = 1 << NB_EVENT_MARRIAGE | 1 << NB_EVENT_MOVING;
    assert_int_equal(rivals, is_post ? 0 : family & ~(UINT32_C(1) << type));
    told->posts_n += is_post;
    for (size_t i = 0; i < names_n; i++) {
        assert_int_equal(nb_slice_starts(names[i], NB_LIT("post/")), is_post);
        told->of_posts_n += nb_slice_eq(names[i], NB_LIT("post/w:evlen"));
        told->bias_n += nb_slice_eq(names[i], NB_LIT("part/bias"));
    }
}

static void who_trains_is_told_of_each_post_and_of_each_type_once_by_family(void **state)
{
    struct fixture *f = *state;
    struct told told = {0};
    add_good(f, NB_EVENT_MARRIAGE, "900 evlen/verb ; judged part\n");
    add_good(f, NB_EVENT_MOVING, "set family part\n900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    nb_events_on_judged(f->events, count_told, &told);
    (void)find_in(f, "", "evlendik ve evlendik, sonra gittik");
    (void)find_in(f, "", "dizi");
    assert_int_equal(told.posts_n, 2);
    assert_int_equal(told.of_posts_n, 1);
    assert_int_equal(told.bias_n, 2);
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

static void a_second_opinion_that_does_not_fit_into_memory_is_told(void **state)
{
    struct fixture *f = *state;
    struct nb_event *events;
    size_t n, failed = 0, tries = 0;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "2000 all/bias\n");
    struct nb_reading_text none = read_text(f, ""), text = read_text(f, "evlendik, evlenmedik");
    for (size_t limit = 4096; limit <= 262144; limit += 4096) {
        struct nb_arena *arena = nb_arena_new(limit);
        enum nb_err err = nb_events_find(f->events, &none, &text, arena, &events, &n);
        assert_true(err == NB_ENOMEM ? n == 0 && !events : err == NB_OK && n == 1);
        failed += err == NB_ENOMEM;
        tries++;
        nb_arena_free(arena);
    }
    assert_true(failed > 24 && failed < tries); /* the words of both models are 96 KiB each */
}

static void a_name_that_has_two_weights_has_the_lower_one(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "2000 all/bias\n-2000 all/bias\n");
    assert_string_equal(find_in(f, "", "evlendik"), "");
    add_second(f, "-2000 all/bias\n2000 all/bias\n");
    assert_string_equal(find_in(f, "", "evlendik"), "");
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
#define EVENTS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EVENTS_TEST(bad_lines_are_told_with_their_number_and_leave_nothing_behind),
        EVENTS_TEST(lists_that_double_cost_only_their_lines),
        EVENTS_TEST(a_row_finds_every_inflection_and_says_subject_and_stage),
        EVENTS_TEST(elements_allow_gaps_orders_and_alternatives_within_a_sentence),
        EVENTS_TEST(contexts_ask_and_blocks_forbid),
        EVENTS_TEST(the_surest_rule_of_a_type_counts_above_its_threshold),
        EVENTS_TEST(what_headlines_and_quotation_marks_quote_counts_half),
        EVENTS_TEST(the_second_opinion_lowers_what_is_judged_and_nothing_else),
        EVENTS_TEST(what_several_files_ask_for_counts_in_each),
        EVENTS_TEST(the_family_of_a_file_is_that_of_its_rules),
        EVENTS_TEST(a_proposal_counts_where_no_other_rule_finds_anything),
        EVENTS_TEST(what_the_post_looks_like_counts_by_the_root_of_its_length),
        EVENTS_TEST(who_trains_is_told_of_each_post_and_of_each_type_once_by_family),
        EVENTS_TEST(many_gaps_over_a_long_text_stay_bounded),
        EVENTS_TEST(a_text_that_does_not_fit_into_memory_is_told),
        EVENTS_TEST(a_second_opinion_that_does_not_fit_into_memory_is_told),
        EVENTS_TEST(a_name_that_has_two_weights_has_the_lower_one),
        EVENTS_TEST(every_example_behind_the_rules_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
