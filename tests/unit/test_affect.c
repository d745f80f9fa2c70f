#include "tests/lib/test.h"

#include "analyzer/knowledge_private.h"

static struct nb_knowledge *knowledge;

static int load(void **state)
{
    (void)state;
    struct nb_error error = {0};
    size_t bad = 0;
    return nb_knowledge_load("lexicons", NULL, &knowledge, &bad, &error) != NB_OK || bad;
}

static int unload(void **state)
{
    (void)state;
    nb_knowledge_free(knowledge);
    return 0;
}

/* The feeling at the first word of a text. */
static struct nb_feeling feeling_of(const char *text)
{
    struct nb_arena *arena = nb_arena_new(16 << 20);
    struct tr_token *tokens;
    size_t n;
    assert_int_equal(tr_tokenise(nb_slice_str(text), arena, &tokens, &n), NB_OK);
    struct tr_reading *readings = nb_arena_alloc(arena, n * sizeof(*readings));
    for (size_t i = 0; i < n; i++) {
        tr_read(knowledge->lexicon, &tokens[i], arena, &readings[i]);
    }
    struct nb_feeling out = nb_affect_at(&knowledge->affect, readings, n, 0);
    nb_arena_free(arena);
    return out;
}

static void a_word_has_its_feeling_in_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int sign;
        unsigned emotion, words_n;
    } rows[] = {
        {"bayram", 1, NB_EMOTION_JOY, 1},
        {"bayramda", 1, NB_EMOTION_JOY, 1},
        {"BAYRAMLARIMIZ", 1, NB_EMOTION_JOY, 1},
        {"kavgas\xc4\xb1zd\xc4\xb1r", -1, NB_EMOTION_ANGER, 1},
        {"masa", 0, NB_AFFECT_CALM, 1},
        {"zzzqqq", 0, NB_AFFECT_CALM, 1},
        {"kutlu olsun", 1, NB_EMOTION_JOY, 2},
        {"kutlu deniz", 1, NB_EMOTION_JOY, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_feeling got = feeling_of(rows[i].text);
        int sign = (got.valence > 0) - (got.valence < 0);
        if (sign != rows[i].sign || (sign && got.emotion != rows[i].emotion) ||
            got.words_n != rows[i].words_n) {
            fail_msg("\"%s\": %d, emotion %u, %u words", rows[i].text, got.valence, got.emotion,
                     got.words_n);
        }
    }
}

static void note_line(void *context, uint32_t line, const char *message)
{
    assert_non_null(message);
    uint32_t *lines = context;
    lines[++lines[0]] = line;
}

static void a_bad_line_costs_only_itself(void **state)
{
    (void)state;
    static const char text[] = "# a comment\n"
                               "+2 joy: bayram\n"
                               "joy: deniz\n"
                               "+9 joy: deniz\n"
                               "-1 hunger: deniz\n"
                               "-1 none\n"
                               "-1 none: a_b_c_d_e_f_g_h_i\n"
                               "-1 none: masa\n";
    static const uint32_t bad[] = {3, 4, 5, 6, 7};
    uint32_t lines[16] = {0};
    struct nb_arena *arena = nb_arena_new(16 << 20), *scratch = nb_arena_new(1 << 20);
    struct nb_affect affect;
    nb_affect_init(&affect, knowledge->lexicon, arena);
    assert_int_equal(nb_affect_add(&affect, 2, nb_slice_str(text), scratch, note_line, lines),
                     NB_OK);
    assert_int_equal(lines[0], 5);
    assert_memory_equal(lines + 1, bad, sizeof(bad));
    assert_int_equal(affect.terms.n, 2);
    nb_arena_free(arena);
    nb_arena_free(scratch);
}

/* Of one set, by who looks without going by marks. */
static bool begins_term(const struct tr_terms *terms, const struct tr_reading *readings, size_t n)
{
    struct tr_terms unmarked = *terms;
    struct tr_cursor cursor = {0};
    struct tr_match match;
    unmarked.mark = 0;
    return tr_terms_next(&unmarked, readings, n, 0, TR_BEST_READING, &cursor, &match);
}

static void a_word_that_begins_a_term_carries_its_mark_also_from_a_cache(void **state)
{
    (void)state;
    static const char *const texts[] = {"bayramda", "berbatt\xc4\xb1r", "kutlu olsun", "masa",
                                        "zzzqqq",   "de\xc4\x9fil",     "GUZELDI",     ":)"};
    struct nb_arena *arena = nb_arena_new(16 << 20);
    struct tr_cache *cache = tr_reading_cache_new();
    size_t begin_n = 0;
    for (size_t i = 0; i < 2 * sizeof(texts) / sizeof(texts[0]); i++) {
        struct tr_token *tokens;
        struct tr_reading readings[2];
        size_t n;
        const char *text = texts[i % (sizeof(texts) / sizeof(texts[0]))];
        assert_int_equal(tr_tokenise(nb_slice_str(text), arena, &tokens, &n), NB_OK);
        tr_read_ahead(cache, tokens, n);
        tr_read_cached(knowledge->lexicon, cache, tokens, n, arena, readings);
        bool opinion = begins_term(&knowledge->opinion.terms, readings, n);
        bool affect = begins_term(&knowledge->affect.terms, readings, n);
        assert_true(!opinion || (readings[0].marks & TR_MARK_OPINION));
        assert_true(!affect || (readings[0].marks & TR_MARK_AFFECT));
        assert_true(strcmp(text, "zzzqqq") != 0 || !readings[0].marks);
        begin_n += opinion + affect;
    }
    assert_true(begin_n >= 8);
    tr_cache_free(cache);
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_has_its_feeling_in_every_form),
        cmocka_unit_test(a_word_that_begins_a_term_carries_its_mark_also_from_a_cache),
        cmocka_unit_test(a_bad_line_costs_only_itself),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
