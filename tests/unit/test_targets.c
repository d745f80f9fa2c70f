#include "tests/unit/knowledge_world.h"

#include <nabiz/buf.h>

#include "analyzer/core.h"
#include "analyzer/sentiment/targets.h"

static int set_up(void **state)
{
    char *topics = nbt_tmpdir();
    knowledge_world_topic(topics, "poyraz.topic", "\"poyraz kargo\"\npoyraz\n");
    knowledge_world_topic(topics, "lodos.topic", "lodos\n");
    return knowledge_world_open(state, topics, 0);
}

static struct nb_annotation *annotate(struct knowledge_world *f, const char *text, bool brief)
{
    struct nb_document *document = knowledge_world_document(f, text);
    struct nb_annotation *out = NULL;
    enum nb_err err = brief ? nb_annotate_briefly(document, f->knowledge, NULL, f->arena, &out)
                            : nb_annotate(document, f->knowledge, f->arena, &out);
    assert_int_equal(err, NB_OK);
    return out;
}

/* "ekran+ batarya-", in the order of the text */
static const char *targets_of(struct knowledge_world *f, const char *text, bool brief)
{
    const struct nb_annotation *a = annotate(f, text, brief);
    const char *list = "";
    for (size_t i = 0; i < a->n_targets; i++) {
        const Nb__Target *t = a->targets[i];
        struct nb_slice words = nb_slice_sub(nb_slice_str(text), t->span->begin, t->span->end);
        char sign = t->sentiment->label == NB__LABEL__NEGATIVE   ? '-'
                    : t->sentiment->label == NB__LABEL__POSITIVE ? '+'
                                                                 : '0';
        list = nb_arena_printf(f->arena, "%s%s%.*s%c", list, i ? " " : "", NB_ARG(words), sign);
    }
    return list;
}

static void an_opinion_is_about_a_noun_of_its_clause(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"ekran harika ama batarya berbat", "ekran+ batarya-"},
        {"telefonun ekran\xc4\xb1 harika", "ekran\xc4\xb1+"},
        {"pil \xc3\xb6mr\xc3\xbc \xc3\xa7ok k\xc3\xb6t\xc3\xbc", "pil \xc3\xb6mr\xc3\xbc-"},
        {"berbat bir kargo", "kargo-"},
        {"bu telefon harika bir \xc3\xbcr\xc3\xbcn", "telefon+"},
        {"kargoyu be\xc4\x9f"
         "enmedim",
         "kargoyu-"},
        {"kargodan memnunum", "kargodan+"},
        {"ekran\xc4\xb1na bay\xc4\xb1ld\xc4\xb1m", "ekran\xc4\xb1na+"},
        {"bay\xc4\xb1ld\xc4\xb1m bu filme", "filme+"},
        {"ekran, kamera ve batarya harika", "ekran+ kamera+ batarya+"},
        {"ekran g\xc3\xbczel batarya k\xc3\xb6t\xc3\xbc", "ekran+ batarya-"},
        {"lezzetli yemekler, k\xc3\xb6t\xc3\xbc servis", "yemekler+ servis-"},
        {"d\xc3\xbcn bir telefon ald\xc4\xb1m. \xc3\x87ok k\xc3\xb6t\xc3\xbc.", "telefon-"},
        {"te\xc5\x9f"
         "ekk\xc3\xbcrler Poyraz",
         "Poyraz+"},
        {"Poyraz'dan nefret ediyorum", "Poyraz-"},
        {"@poyraz berbats\xc4\xb1n\xc4\xb1z", "@poyraz-"},
        {"#poyraz harika bir firma", "#poyraz+"},
        {"Poyraz Lodos'tan daha iyi", "Poyraz+ Lodos-"},
        {"kargo berbat, kargo rezalet", "kargo-"},
        {"Acme kargo berbat, Zirvetel efsane", "Acme kargo- Zirvetel+"},
        {"b\xc3\xb6yle berbat hizmet mi olur, kargo k\xc3\xb6t\xc3\xbc", "hizmet- kargo-"},
        {"berbat", ""},
        {"yar\xc4\xb1n toplant\xc4\xb1 var", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(targets_of(f, rows[i].text, false), rows[i].want);
        assert_string_equal(targets_of(f, rows[i].text, true), rows[i].want);
    }
}

static void opinions_on_one_target_are_added_up(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_annotation *once = annotate(f, "kargo k\xc3\xb6t\xc3\xbc", true);
    struct nb_annotation *twice = annotate(f, "kargo k\xc3\xb6t\xc3\xbc, kargo yava\xc5\x9f", true);
    assert_int_equal(once->n_targets, 1);
    assert_int_equal(twice->n_targets, 1);
    assert_true(twice->targets[0]->sentiment->score_milli <
                once->targets[0]->sentiment->score_milli);
    assert_true(twice->targets[0]->sentiment->score_milli >= -1000);
    assert_int_equal(twice->targets[0]->span->begin, 0);
    assert_int_equal(twice->targets[0]->span->end, 5);
}

static Nb__Label label_of(const struct nb_annotation *a, const char *topic)
{
    for (size_t i = 0; i < a->n_topics; i++) {
        if (strcmp(a->topics[i]->topic, topic) == 0) {
            return nb_topic_sentiment(a, i)->label;
        }
    }
    fail_msg("topic %s was not found", topic);
    return NB__LABEL__NEUTRAL;
}

static const Nb__TopicHit *hit_of(const struct nb_annotation *a, const char *topic)
{
    for (size_t i = 0; i < a->n_topics; i++) {
        if (strcmp(a->topics[i]->topic, topic) == 0) {
            return a->topics[i];
        }
    }
    fail_msg("topic %s was not found", topic);
    return NULL;
}

static void a_topic_beside_others_has_its_own_polarity(void **state)
{
    struct knowledge_world *f = *state;
    static const struct {
        const char *text;
        Nb__Label poyraz, lodos;
    } rows[] = {
        {"Poyraz kargo berbat, Lodos kargo efsane", NB__LABEL__NEGATIVE, NB__LABEL__POSITIVE},
        {"Poyraz'\xc4\xb1 sevmiyorum, Lodos'a bay\xc4\xb1l\xc4\xb1yorum", NB__LABEL__NEGATIVE,
         NB__LABEL__POSITIVE},
        {"Poyraz'\xc4\xb1n kargosu h\xc4\xb1zl\xc4\xb1, ekran\xc4\xb1 g\xc3\xbczel. Lodos berbat.",
         NB__LABEL__POSITIVE, NB__LABEL__NEGATIVE},
        {"Poyraz Lodos'tan daha iyi", NB__LABEL__POSITIVE, NB__LABEL__NEGATIVE},
        {"Lodos ile geldi ama Poyraz berbat", NB__LABEL__NEGATIVE, NB__LABEL__NEUTRAL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_annotation *a = annotate(f, rows[i].text, i % 2);
        assert_int_equal(label_of(a, "poyraz"), rows[i].poyraz);
        assert_int_equal(label_of(a, "lodos"), rows[i].lodos);
    }
}

static void a_topic_alone_is_judged_by_the_whole_text(void **state)
{
    struct knowledge_world *f = *state;
    const struct nb_annotation *a = annotate(f, "Poyraz kargo berbat, ekran harika", true);
    assert_null(hit_of(a, "poyraz")->sentiment);
    assert_ptr_equal(nb_topic_sentiment(a, 0), a->sentiment);
    a = annotate(f, "Poyraz bug\xc3\xbcn geldi", true);
    assert_null(hit_of(a, "poyraz")->sentiment);
}

static void a_name_that_is_no_topic_keeps_its_opinions_to_itself(void **state)
{
    struct knowledge_world *f = *state;
    const struct nb_annotation *a = annotate(f, "Poyraz berbat ama Karayel harika", true);
    const Nb__TopicHit *hit = hit_of(a, "poyraz");
    assert_non_null(hit->sentiment);
    assert_int_equal(hit->sentiment->label, NB__LABEL__NEGATIVE);
}

static void a_text_of_any_length_has_a_bounded_number_of_targets(void **state)
{
    struct knowledge_world *f = *state;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    for (unsigned i = 0; i < 4000; i++) {
        char sentence[48];
        (void)snprintf(sentence, sizeof(sentence), "Poyraz%c%c%c berbat ", 'a' + (int)(i % 20),
                       'a' + (int)(i / 20 % 20), 'a' + (int)(i / 400 % 20));
        nb_buf_add(&text, nb_slice_str(sentence));
    }
    nb_buf_add_byte(&text, '\0');
    const struct nb_annotation *a = annotate(f, text.p, true);
    assert_true(a->n_targets > 1);
    assert_true(a->n_targets <= NB_TARGETS_MAX);
    nb_buf_fini(&text);
}

struct told {
    uint32_t line;
    size_t n;
};

static void tell(void *context, uint32_t line, const char *message)
{
    struct told *told = context;
    assert_non_null(message);
    told->line = line;
    told->n++;
}

static void a_bad_line_of_the_lexicon_costs_only_itself(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t told_n;
        uint32_t line;
    } rows[] = {
        {"never an\n# a comment\n\nand ve ile\n", 0, 0},
        {"never an\nalways ve\nand ile\n", 1, 2},
        {"never an\nnever saat an\n", 1, 2},
        {"never an 12\n", 1, 1},
        {"never\n", 1, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_arena *arena = nb_arena_new(1 << 20), *scratch = nb_arena_new(1 << 20);
        struct tr_core *core;
        struct nb_error error = {0};
        assert_int_equal(nb_core_load("lexicons", &core, NULL, &error), NB_OK);
        struct tr_lexicon *lexicon = tr_lexicon_new(core);
        struct nb_target_words words;
        struct told told = {0, 0};
        nb_target_words_init(&words, lexicon, arena);
        assert_int_equal(
            nb_target_words_add(&words, nb_slice_str(rows[i].text), scratch, tell, &told), NB_OK);
        assert_int_equal(told.n, rows[i].told_n);
        assert_int_equal(told.line, rows[i].line);
        assert_true(words.lines_n > 0 || i == 4);
        tr_lexicon_free(lexicon);
        nb_arena_free(arena);
        nb_arena_free(scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opinion_is_about_a_noun_of_its_clause),
        cmocka_unit_test(opinions_on_one_target_are_added_up),
        cmocka_unit_test(a_topic_beside_others_has_its_own_polarity),
        cmocka_unit_test(a_topic_alone_is_judged_by_the_whole_text),
        cmocka_unit_test(a_name_that_is_no_topic_keeps_its_opinions_to_itself),
        cmocka_unit_test(a_text_of_any_length_has_a_bounded_number_of_targets),
        cmocka_unit_test(a_bad_line_of_the_lexicon_costs_only_itself),
    };
    return cmocka_run_group_tests(tests, set_up, knowledge_world_close);
}
