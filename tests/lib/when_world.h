/**
 * What trials of times in texts share: the lexicons, and the reading of a sentence.
 */
#ifndef NABIZ_TEST_WHEN_WORLD_H
#define NABIZ_TEST_WHEN_WORLD_H

#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/date.h>
#include <nabiz/file.h>

#include "analyzer/core.h"
#include "analyzer/events/when.h"
#include "analyzer/words.h"

struct when_world {
    struct tr_lexicon *lexicon;
    struct nb_words words;
    struct nb_when when;
    struct nb_arena *kept, *arena;
    size_t bad_n;
};

static void when_world_report(void *context, uint32_t line, const char *message)
{
    struct when_world *w = context;
    w->bad_n++;
    (void)fprintf(stderr, "when.txt:%u: %s\n", (unsigned)line, message);
}

static void when_world_open(struct when_world *w)
{
    struct nb_error error = {0};
    struct tr_core *core;
    struct nb_buf buf;
    *w = (struct when_world){.kept = nb_arena_new((size_t)64 << 20),
                             .arena = nb_arena_new((size_t)64 << 20)};
    nb_buf_init(&buf, 1 << 20);
    assert_int_equal(nb_core_load("lexicons", &core, NULL, &error), NB_OK);
    w->lexicon = tr_lexicon_new(core);
    assert_non_null(w->lexicon);
    assert_int_equal(nb_words_attach(&w->words, tr_lexicon_core_mutable(w->lexicon), "lexicons",
                                     NULL, NULL, &error),
                     NB_OK);
    tr_lexicon_normalise_with(w->lexicon, &w->words.normaliser.turkish);
    tr_lexicon_rank_with(w->lexicon, &w->words.tagger.ranker);
    nb_when_init(&w->when, w->lexicon, w->kept);
    assert_int_equal(nb_file_read("lexicons/events/when.txt", &buf, &error), NB_OK);
    assert_int_equal(nb_when_add(&w->when, nb_buf_slice(&buf), w->arena, when_world_report, w),
                     NB_OK);
    assert_int_equal(nb_when_seal(&w->when), NB_OK);
    nb_buf_fini(&buf);
}

static void when_world_close(struct when_world *w)
{
    nb_words_fini(&w->words);
    tr_lexicon_free(w->lexicon);
    nb_arena_free(w->kept);
    nb_arena_free(w->arena);
}

/* The days that a text speaks of, as if what happens were said by its last word. */
static bool when_world_find(struct when_world *w, const char *text, int32_t day,
                            enum nb_tense tense, bool progress, struct nb_days *out)
{
    struct tr_token *tokens;
    size_t n;
    nb_arena_reset(w->arena);
    assert_int_equal(tr_tokenise(nb_slice_str(text), w->arena, &tokens, &n), NB_OK);
    struct tr_reading *readings = nb_arena_alloc(w->arena, n * sizeof(*readings));
    assert_non_null(readings);
    (void)tr_restore_text_cached(&w->words.normaliser.turkish, NULL, tokens, n, w->arena);
    for (size_t i = 0; i < n; i++) {
        tr_read(w->lexicon, &tokens[i], w->arena, &readings[i]);
    }
    tr_readings_choose(w->lexicon, &w->words.tagger.choices, tokens, readings, n, w->arena);
    struct nb_when_place place = {
        tokens,      readings, 0,     (uint32_t)n, n ? (uint32_t)n - 1 : 0,
        (uint32_t)n, day,      tense, progress};
    return nb_when_find(&w->when, &place, out);
}

static int32_t when_world_day(const char *text)
{
    int64_t at_ms;
    assert_int_equal(nb_date_day(nb_slice_str(text), 0, &at_ms), NB_OK);
    return (int32_t)(at_ms / NB_DAY_MS);
}

static void when_world_print(int32_t day, char out[16])
{
    int32_t year, month, date;
    nb_day_civil(day, &year, &month, &date);
    (void)snprintf(out, 16, "%04d-%02d-%02d", year, month, date);
}

#endif
