#include "tests/lib/test.h"

#include <nabiz/arena.h>
#include <nabiz/record.h>
#include <nabiz/series.h>

#include "analyzer/mentions.h"
#include "analyzer/sentiment/opinion.h"

static struct nb_mention *any_mention(uint64_t *state, struct nb_arena *arena)
{
    struct nb_mention *m = nb_mention_new(arena);
    uint64_t has = nb_series_next(state);
    m->author =
        has & 1 ? nb_arena_printf(arena, "a.example/%d", (int)(nb_series_next(state) % 100)) : NULL;
    m->has_kind = (has >> 1) & 1;
    m->kind = (Nb__Kind)(1 + nb_series_next(state) % 6);
    if ((has >> 2) & 1) {
        m->sentiment = nb_arena_alloc(arena, sizeof(*m->sentiment));
        nb__sentiment__init(m->sentiment);
        m->sentiment->has_label = 1;
        m->sentiment->label = (Nb__Label)(1 + nb_series_next(state) % 3);
        m->sentiment->has_score_milli = (has >> 3) & 1;
        m->sentiment->score_milli = (int32_t)(nb_series_next(state) % 2001) - 1000;
        m->sentiment->has_confidence_milli = 1;
        m->sentiment->confidence_milli = 700;
    }
    m->has_comments_n = (has >> 4) & 1;
    m->comments_n = nb_series_next(state) >> (nb_series_next(state) % 64);
    m->has_cluster = (has >> 5) & 1;
    m->cluster = nb_series_next(state) >> (nb_series_next(state) % 64);
    m->has_intents = (has >> 6) & 1;
    m->intents = (uint32_t)nb_series_next(state) & 0x7ff;
    m->has_doubtful = (has >> 7) & 1;
    m->doubtful = 1;
    m->has_address_key = (has >> 8) & 1;
    m->address_key = nb_series_next(state);
    m->has_thread_key = (has >> 9) & 1;
    m->thread_key = nb_series_next(state);
    m->has_title_key = (has >> 10) & 1;
    m->title_key = nb_series_next(state);
    return m;
}

static void the_quick_reader_agrees_with_the_decoder(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1u << 20);
    uint64_t seed = 20261122;
    for (int i = 0; i < 5000; i++) {
        nb_arena_reset(arena);
        struct nb_slice bytes;
        struct nb_mention *m;
        struct nb_mention_brief brief;
        assert_int_equal(nb_mention_encode(any_mention(&seed, arena), arena, &bytes), NB_OK);
        assert_int_equal(nb_mention_decode(bytes, arena, &m), NB_OK);
        assert_int_equal(nb_mention_read(bytes, &brief), NB_OK);
        assert_true(nb_slice_eq(brief.author, nb_field(m->author)));
        assert_int_equal(brief.kind, m->has_kind ? m->kind : 0);
        assert_int_equal(brief.label, m->sentiment ? m->sentiment->label : NB__LABEL__NEUTRAL);
        assert_int_equal(brief.score_milli, m->sentiment && m->sentiment->has_score_milli
                                                ? m->sentiment->score_milli
                                                : 0);
        assert_true(brief.comments_n == (m->has_comments_n ? m->comments_n : 0));
        assert_true(brief.cluster == (m->has_cluster ? m->cluster : 0));
        assert_int_equal(brief.intents, m->has_intents ? m->intents : 0);
        assert_int_equal(brief.doubtful, m->has_doubtful);
        assert_true(brief.address_key == (m->has_address_key ? m->address_key : 0));
        assert_true(brief.thread_key == (m->has_thread_key ? m->thread_key : 0));
        assert_true(brief.title_key == (m->has_title_key ? m->title_key : 0));
    }
    nb_arena_free(arena);
}

static void damaged_bytes_are_refused_or_read_within_their_bounds(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1u << 20);
    uint64_t seed = 7;
    for (int i = 0; i < 5000; i++) {
        nb_arena_reset(arena);
        struct nb_slice bytes;
        assert_int_equal(nb_mention_encode(any_mention(&seed, arena), arena, &bytes), NB_OK);
        size_t n = bytes.len ? nb_series_next(&seed) % bytes.len : 0;
        char *copy = malloc(n + 1); /* so that a sanitizer sees a step over the end */
        memcpy(copy, bytes.p, n);
        if (n) {
            copy[nb_series_next(&seed) % n] ^= (char)(1 << nb_series_next(&seed) % 8);
        }
        struct nb_mention_brief brief;
        enum nb_err err = nb_mention_read(nb_slice(copy, n), &brief);
        assert_true(err == NB_OK || err == NB_ECORRUPT);
        free(copy);
    }
    nb_arena_free(arena);
}

static void what_a_document_shares_with_its_story_becomes_keys(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1u << 20);
    struct nb_document *d = nb_document_new(arena);
    struct nb_annotation *a = nb_annotation_new(arena);
    struct nb_annotation *b = nb_annotation_new(arena);
    d->url = nb_arena_strdup(arena, NB_LIT("https://forum.example/konu"));
    d->title = nb_arena_strdup(arena, NB_LIT("  Kargo gecikti "));
    nb_story_keys(d, a);
    assert_true(a->has_address_key && a->has_title_key && !a->has_thread_key);
    d->url = nb_arena_strdup(arena, NB_LIT("https://forum.example/yanit"));
    d->thread = nb_arena_strdup(arena, NB_LIT("https://forum.example/konu"));
    d->title = nb_arena_strdup(arena, NB_LIT("Kargo gecikti"));
    nb_story_keys(d, b);
    assert_true(b->thread_key == a->address_key); /* the thread of an answer is what it answers */
    assert_true(b->address_key != a->address_key);
    assert_true(b->title_key == a->title_key);
    nb_arena_free(arena);
}

static void a_mention_says_what_its_annotation_does(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1u << 20);
    struct nb_annotation *a = nb_annotation_new(arena);
    struct nb_mention *m = nb_mention_new(arena);
    char *intents[] = {nb_arena_strdup(arena, NB_LIT("question")),
                       nb_arena_strdup(arena, NB_LIT("complaint")),
                       nb_arena_strdup(arena, NB_LIT("none of ours"))};
    a->intents = intents;
    a->n_intents = 3;
    a->has_cluster = 1;
    a->cluster = 12;
    a->synthetic_milli = NB_DOUBT_MILLI;
    nb_mention_fill(m, a);
    assert_int_equal(m->intents, 1u << NB_INTENT_QUESTION | 1u << NB_INTENT_COMPLAINT);
    assert_int_equal(m->cluster, 12);
    assert_true(m->has_doubtful && m->doubtful);
    a->synthetic_milli = NB_DOUBT_MILLI - 1;
    nb_mention_fill(m, a);
    assert_false(m->has_doubtful);
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quick_reader_agrees_with_the_decoder),
        cmocka_unit_test(damaged_bytes_are_refused_or_read_within_their_bounds),
        cmocka_unit_test(what_a_document_shares_with_its_story_becomes_keys),
        cmocka_unit_test(a_mention_says_what_its_annotation_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
