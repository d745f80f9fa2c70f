/**
 * Rules of life events over the shipped lexicons, and what they find in a text.
 */
#ifndef NABIZ_TESTS_EVENTS_WORLD_H
#define NABIZ_TESTS_EVENTS_WORLD_H

#include "tests/lib/test.h"

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

#define EVENTS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
