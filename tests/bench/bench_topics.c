/*
 * Standing queries on one core: posts a second of CPU time with 100, 1,000, 10,000 and 100,000
 * queries of five terms, once with the readings of words given and once reading them too (cut,
 * look words up, match; words that were read before are held). Real posts when they are there,
 * else made-up ones.
 *
 * Terms are lemmas of the posts themselves, each with the same chance (most words are rare, as the
 * names that people follow are), and, for comparison, each as likely as it is written, which
 * nobody would ask for: every query then matches every eleventh post. Of ten queries four are
 * alternatives, three two pairs of them without a word, one has a phrase, one has NEAR, one asks
 * for two words and three alternatives.
 */
#include "tests/lib/posts.h"
#include "tests/lib/test.h"

#include <nabiz/series.h>

#include "analyzer/core.h"
#include "analyzer/topics/query_meaning.h"
#include "analyzer/topics/topics.h"
#include "analyzer/words.h"

enum { POSTS_MAX = 10000, ROUNDS = 3, WORDS_MAX = 400000 };

static struct nb_slice posts[POSTS_MAX];
static struct nb_topic_text texts[POSTS_MAX];
static size_t posts_n;
static struct nb_slice written[WORDS_MAX], *distinct; /* words, and each once */
static size_t written_n, distinct_n;
static uint64_t seed;

static int by_bytes(const void *a, const void *b)
{
    return nb_slice_cmp(*(const struct nb_slice *)a, *(const struct nb_slice *)b);
}

static void gather_words(struct nb_arena *arena)
{
    for (size_t i = 0; i < posts_n; i++) {
        struct tr_token *tokens;
        size_t n;
        assert_int_equal(tr_tokenise(posts[i], arena, &tokens, &n), NB_OK);
        for (size_t k = 0; k < n && written_n < WORDS_MAX; k++) {
            bool bordered = tokens[k].stem_len < tokens[k].folded.len;
            if (tokens[k].kind == TR_WORD && !bordered && tokens[k].folded.len >= 3) {
                written[written_n++] = tokens[k].folded;
            }
        }
    }
}

static void query_text(bool frequent, char *out, size_t size)
{
    static const char *const shapes[10] = {
        "%s OR %s OR %s OR %s OR %s",         "%s OR %s OR %s OR %s OR %s",
        "%s OR %s OR %s OR %s OR %s",         "%s OR %s OR %s OR %s OR %s",
        "(%s OR %s) AND (%s OR %s) NOT %s",   "(%s OR %s) AND (%s OR %s) NOT %s",
        "(%s OR %s) AND (%s OR %s) NOT %s",   "\"%s %s\" OR %s OR %s OR %s",
        "(%s OR %s) NEAR/5 (%s OR %s) OR %s", "%s AND %s AND (%s OR %s OR %s)"};
    char words[5][NB_QUERY_WORD_BYTES_MAX + 1];
    for (int i = 0; i < 5; i++) {
        struct nb_slice word = frequent ? written[nb_series_next(&seed) % written_n]
                                        : distinct[nb_series_next(&seed) % distinct_n];
        (void)snprintf(words[i], sizeof(words[i]), "%.*s", NB_ARG(word));
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(out, size, shapes[nb_series_next(&seed) % 10], words[0], words[1], words[2],
                   words[3], words[4]);
#pragma GCC diagnostic pop
}

struct world {
    struct tr_lexicon *lexicon;
    struct nb_words words;
    struct nb_arena *arena, *scratch;
    const struct nb_query_language *language;
    struct nb_topics *topics;
    struct tr_cache *cache;
};

static void open_world(struct world *w, size_t topics_n, bool frequent)
{
    struct tr_core *core;
    struct nb_error error = {0};
    *w = (struct world){.arena = nb_arena_new((size_t)1 << 30),
                        .scratch = nb_arena_new((size_t)64 << 20)};
    if (nb_core_load("lexicons", &core, NULL, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    w->lexicon = tr_lexicon_new(core);
    assert_int_equal(nb_words_attach(&w->words, core, "lexicons", NULL, NULL, &error), NB_OK);
    tr_lexicon_normalise_with(w->lexicon, &w->words.normaliser.turkish);
    tr_lexicon_rank_with(w->lexicon, &w->words.tagger.ranker);
    assert_int_equal(nb_query_language_read(nb_slice(NULL, 0), w->arena, NULL, NULL, &w->language),
                     NB_OK);
    w->topics = nb_topics_new(w->lexicon, &w->words.normaliser.turkish.speller, w->arena);
    w->cache = tr_reading_cache_new();
    seed = 20261122;
    for (size_t i = 0; i < topics_n;) {
        char text[1024], name[32];
        const struct nb_query *query;
        query_text(frequent, text, sizeof(text));
        (void)snprintf(name, sizeof(name), "t%zu", i);
        nb_arena_reset(w->scratch);
        if (nb_query_parse(w->language, NULL, nb_slice_str(text), false, w->scratch, &query,
                           NULL) == NB_OK) {
            assert_int_equal(nb_topics_add(w->topics, nb_slice_str(name), query, w->scratch, NULL),
                             NB_OK);
            i++;
        }
    }
    assert_int_equal(nb_topics_seal(w->topics), NB_OK);
}

static void close_world(struct world *w)
{
    tr_cache_free(w->cache);
    nb_words_fini(&w->words);
    tr_lexicon_free(w->lexicon);
    nb_arena_free(w->arena);
    nb_arena_free(w->scratch);
}

/* The lemmas of all words, each once. */
static void gather_lemmas(struct nb_arena *arena)
{
    struct world w;
    distinct = nb_arena_alloc(arena, written_n * sizeof(*distinct));
    enum tr_upos unknown;
    open_world(&w, 0, false);
    for (size_t i = 0; i < written_n; i++) {
        nb_arena_reset(w.scratch);
        distinct[i] =
            nb_arena_copy(arena, nb_query_lemma(w.lexicon, written[i], w.scratch, &unknown));
    }
    close_world(&w);
    qsort(distinct, written_n, sizeof(*distinct), by_bytes);
    for (size_t i = 0; i < written_n; i++) {
        if (distinct_n == 0 || !nb_slice_eq(distinct[distinct_n - 1], distinct[i])) {
            distinct[distinct_n++] = distinct[i];
        }
    }
}

static void read_text(struct world *w, struct nb_slice post, struct nb_arena *arena,
                      struct nb_topic_text *out)
{
    struct tr_token *tokens;
    assert_int_equal(tr_tokenise(post, arena, &tokens, &out->n), NB_OK);
    struct tr_reading *readings = nb_arena_alloc(arena, out->n * sizeof(*readings));
    tr_read_cached(w->lexicon, w->cache, tokens, out->n, arena, readings);
    out->tokens = tokens;
    out->readings = readings;
}

static size_t match_text(struct world *w, const struct nb_topic_text *text, struct nb_arena *arena)
{
    static const struct nb_annotation nothing;
    const struct nb_topic_document document = {.text = *text, .facts = &nothing};
    const struct nb_topic_match *matches;
    size_t n;
    assert_int_equal(nb_topics_match(w->topics, &document, arena, &matches, &n), NB_OK);
    return n;
}

/* Posts a second, the best of the rounds. */
static double match_all(struct world *w, bool reading, size_t *matches_n)
{
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = nbt_cpu_us();
        *matches_n = 0;
        for (size_t i = 0; i < posts_n; i++) {
            struct nb_topic_text text = texts[i];
            nb_arena_reset(w->scratch);
            if (reading) {
                read_text(w, posts[i], w->scratch, &text);
            }
            *matches_n += match_text(w, &text, w->scratch);
        }
        int64_t took = nbt_cpu_us() - start;
        best = took < best ? took : best;
    }
    return (double)posts_n * 1e6 / (double)best;
}

static void measure(size_t topics_n, bool frequent)
{
    struct world w;
    size_t matches_n;
    int64_t start = nbt_cpu_us();
    open_world(&w, topics_n, frequent);
    int64_t compiled = nbt_cpu_us() - start;
    struct nb_arena *kept = nb_arena_new((size_t)2 << 30);
    for (size_t i = 0; i < posts_n; i++) {
        read_text(&w, posts[i], kept, &texts[i]);
    }
    double given = match_all(&w, false, &matches_n), read = match_all(&w, true, &matches_n);
    printf("%6zu queries of %s words: %8.0f posts/s with readings given, %7.0f reading too; %.2f "
           "topics a post; compiled in %.2f s\n",
           topics_n, frequent ? "frequent" : "any", given, read,
           (double)matches_n / (double)posts_n, (double)compiled / 1e6);
    nb_arena_free(kept);
    close_world(&w);
}

int main(void)
{
    struct nb_arena *files = nb_arena_new((size_t)512 << 20);
    posts_n = nbt_posts(files, posts, POSTS_MAX);
    gather_words(files);
    gather_lemmas(files);
    printf("%zu posts, %zu words, %zu lemmas\n", posts_n, written_n, distinct_n);
    static const size_t sizes[] = {1, 100, 1000, 10000, 100000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        measure(sizes[i], false);
    }
    measure(1000, true);
    nb_arena_free(files);
    return 0;
}
