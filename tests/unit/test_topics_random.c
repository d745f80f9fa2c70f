/*
 * Random queries over random texts of few words: what all of them together match, by triggers, is
 * what each matches alone, by a reading of the tree that tries everything.
 */
#include "tests/lib/test.h"

#include "analyzer/core.h"
#include "analyzer/topics/topics.h"

enum { QUERIES_N = 400, TEXTS_N = 300, TEXT_WORDS_MAX = 14, QUERY_BYTES = 1024 };

static const char *const words[] = {"xaxa", "xbxb", "xcxc", "xdxd", "xexe", "xfxf"};

enum { WORDS_N = sizeof(words) / sizeof(words[0]) };

static uint64_t seed = 20261122;

static size_t next_random(size_t below)
{
    seed += 0x9e3779b97f4a7c15u; /* splitmix64 */
    uint64_t z = seed;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (size_t)((z ^ z >> 31) % below);
}

static void add(char *out, const char *text)
{
    (void)snprintf(out + strlen(out), QUERY_BYTES - strlen(out), "%s", text);
}

static void random_leaf(char *out)
{
    const char *one = words[next_random(WORDS_N)], *two = words[next_random(WORDS_N)];
    char text[64];
    switch (next_random(6)) {
    case 0:
        (void)snprintf(text, sizeof(text), "\"%s %s\"", one, two);
        break;
    case 1:
        (void)snprintf(text, sizeof(text), "=%s", one);
        break;
    case 2:
        (void)snprintf(text, sizeof(text), "%.2s*", one);
        break;
    default:
        (void)snprintf(text, sizeof(text), "%s", one);
        break;
    }
    add(out, text);
}

static void random_place(char *out)
{
    bool both = next_random(3) == 0;
    add(out, both ? "(" : "");
    random_leaf(out);
    if (both) {
        add(out, " OR ");
        random_leaf(out);
        add(out, ")");
    }
}

static void random_query(char *out, size_t depth)
{
    static const char *const between[] = {" AND ", " OR ", " NOT ", " "};
    char near[16];
    size_t what = next_random(depth ? 5 : 2);
    if (what == 0) {
        random_leaf(out);
    } else if (what == 1) {
        random_place(out);
        (void)snprintf(near, sizeof(near), " %sNEAR/%zu ", next_random(2) ? "O" : "",
                       next_random(4));
        add(out, near);
        random_place(out);
    } else {
        add(out, "(");
        random_query(out, depth - 1);
        add(out, ")");
        for (size_t n = 1 + next_random(2); n > 0; n--) {
            add(out, between[next_random(4)]);
            add(out, next_random(5) ? "(" : "NOT (");
            random_query(out, depth - 1);
            add(out, ")");
        }
    }
}

/* Does the query match at words [begin, end) of the text, exactly? */
static bool stands(const struct nb_query *q, const char *const *text, size_t n, size_t begin,
                   size_t end)
{
    struct nb_slice word = begin < n ? nb_slice_str(text[begin]) : nb_slice(NULL, 0);
    switch (q->kind) {
    case NB_QUERY_PHRASE:
        for (size_t i = 0; i < q->words_n; i++) {
            if (begin + i >= n || !nb_slice_eq(q->words[i], nb_slice_str(text[begin + i]))) {
                return false;
            }
        }
        return end == begin + q->words_n;
    case NB_QUERY_PREFIX:
        return begin < n && end == begin + 1 && nb_slice_starts(word, q->text);
    case NB_QUERY_OR:
        for (size_t i = 0; i < q->children_n; i++) {
            if (stands(q->children[i], text, n, begin, end)) {
                return true;
            }
        }
        return false;
    default:
        return begin < n && end == begin + 1 && nb_slice_eq(word, q->text);
    }
}

static bool is_near(const struct nb_query *q, const char *const *text, size_t n)
{
    for (size_t a = 0; a < n; a++) {
        for (size_t a_end = a + 1; a_end <= n && a_end <= a + 2; a_end++) {
            for (size_t b = 0; b < n && stands(q->children[0], text, n, a, a_end); b++) {
                for (size_t b_end = b + 1; b_end <= n && b_end <= b + 2; b_end++) {
                    bool after = b >= a_end && b - a_end <= q->between;
                    bool before = !q->ordered && a >= b_end && a - b_end <= q->between;
                    if ((after || before) && stands(q->children[1], text, n, b, b_end)) {
                        return true;
                    }
                }
            }
        }
    }
    return false;
}

static bool holds(const struct nb_query *q, const char *const *text, size_t n)
{
    size_t true_n = 0;
    for (size_t i = 0; q->kind >= NB_QUERY_AND && i < q->children_n; i++) {
        true_n += q->kind != NB_QUERY_NEAR && holds(q->children[i], text, n);
    }
    switch (q->kind) {
    case NB_QUERY_AND:
        return true_n == q->children_n;
    case NB_QUERY_OR:
        return true_n > 0;
    case NB_QUERY_NOT:
        return true_n == 0;
    case NB_QUERY_NEAR:
        return is_near(q, text, n);
    default:
        break;
    }
    for (size_t i = 0; i < n; i++) {
        if (stands(q, text, n, i, i + 1) || stands(q, text, n, i, i + 2)) {
            return true;
        }
    }
    return false;
}

struct world {
    struct tr_lexicon *lexicon;
    struct nb_topics *topics;
    struct nb_arena *arena, *scratch;
    const struct nb_query *queries[QUERIES_N];
    char texts[QUERIES_N][QUERY_BYTES];
};

static void add_queries(struct world *w)
{
    const struct nb_query_language *language;
    assert_int_equal(nb_query_language_read(nb_slice(NULL, 0), w->arena, NULL, NULL, &language),
                     NB_OK);
    for (size_t i = 0; i < QUERIES_N;) {
        w->texts[i][0] = '\0';
        random_query(w->texts[i], 3);
        assert_int_equal(nb_query_parse(language, NULL, nb_slice_str(w->texts[i]), false, w->arena,
                                        &w->queries[i], NULL),
                         NB_OK);
        enum nb_err err = nb_topics_add(w->topics, NB_LIT("t"), w->queries[i], w->scratch, NULL);
        assert_int_equal(err, nb_query_is_negative(w->queries[i], NULL) ? NB_EINVAL : NB_OK);
        i += err == NB_OK;
    }
    assert_int_equal(nb_topics_seal(w->topics), NB_OK);
}

static void read_text(struct world *w, struct nb_slice text, struct nb_topic_text *out)
{
    struct tr_token *tokens;
    assert_int_equal(tr_tokenise(text, w->scratch, &tokens, &out->n), NB_OK);
    struct tr_reading *readings = nb_arena_alloc(w->scratch, out->n * sizeof(*readings));
    for (size_t i = 0; i < out->n; i++) {
        tr_read(w->lexicon, &tokens[i], w->scratch, &readings[i]);
    }
    out->tokens = tokens;
    out->readings = readings;
}

static void check_text(struct world *w)
{
    static const struct nb_annotation nothing;
    const char *text[TEXT_WORDS_MAX];
    char bytes[TEXT_WORDS_MAX * 8] = "";
    struct nb_topic_document document = {.facts = &nothing};
    const struct nb_topic_match *matches;
    size_t n = next_random(TEXT_WORDS_MAX + 1), matches_n, m = 0;
    nb_arena_reset(w->scratch);
    for (size_t i = 0; i < n; i++) {
        text[i] = words[next_random(WORDS_N)];
        (void)snprintf(bytes + strlen(bytes), sizeof(bytes) - strlen(bytes), "%s%s",
                       i == 0           ? ""
                       : next_random(4) ? " "
                                        : ", ",
                       text[i]);
    }
    read_text(w, nb_slice_str(bytes), &document.text);
    assert_int_equal(nb_topics_match(w->topics, &document, w->scratch, &matches, &matches_n),
                     NB_OK);
    for (uint32_t i = 0; i < QUERIES_N; i++) {
        bool found = m < matches_n && matches[m].topic == i;
        m += found;
        if (found != holds(w->queries[i], text, n)) {
            fail_msg("%s on \"%s\": %s", w->texts[i], bytes, found ? "found" : "not found");
        }
    }
    assert_int_equal(m, matches_n);
}

static void triggers_lose_nothing_and_places_are_right(void **state)
{
    (void)state;
    static struct world w;
    struct tr_core *core;
    assert_int_equal(nb_core_load("lexicons", &core, NULL, NULL), NB_OK);
    w.lexicon = tr_lexicon_new(core);
    w.arena = nb_arena_new((size_t)64 << 20);
    w.scratch = nb_arena_new((size_t)64 << 20);
    w.topics = nb_topics_new(w.lexicon, NULL, w.arena);
    add_queries(&w);
    for (size_t i = 0; i < TEXTS_N; i++) {
        check_text(&w);
    }
    tr_lexicon_free(w.lexicon);
    nb_arena_free(w.scratch);
    nb_arena_free(w.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(triggers_lose_nothing_and_places_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
