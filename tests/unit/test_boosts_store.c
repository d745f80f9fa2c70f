/*
 * A boost on its way into the analysis: it is an act towards whoever wrote what is passed on, and
 * counts nowhere as a document. Lines are imported, read with the lexicons and committed, as the
 * analyzer would.
 */
#include "tests/unit/knowledge_world.h"
#include "tests/unit/world.h"

#include <nabiz/import.h>
#include <nabiz/influence.h>
#include <nabiz/search.h>

#include "analyzer/keys.h"

static const struct nb_date_context dates = {NULL, WORLD_DAY_MS + 30 * NB_DAY_MS, 180};
static const struct nb_import_context context = {{"arsiv", 5}, NB__KIND__TOOT, &dates};

#define ADA "toplu.example/ada"
#define CAN "uzak.example/can"
#define SAID                                                                                       \
    "{\"id\":\"https://toplu.example/users/ada/statuses/500\",\"url\":\"https://toplu.example/"    \
    "@ada/500\",\"author\":\"ada\",\"text\":\"Faturam yanl\\u0131\\u015f geldi, rezalet\","        \
    "\"published\":\"2026-11-01T07:00:00Z\",\"followers\":12300}"
#define BOOSTED(of)                                                                                \
    "{\"id\":\"1\",\"site\":\"uzak.example\",\"author\":\"can\",\"text\":\"Faturam "               \
    "yanl\\u0131\\u015f geldi, rezalet\",\"published\":\"2026-11-01T08:00:00Z\",\"boost_of\":" of  \
    ",\"followers\":40}"

static int set_up(void **state)
{
    char *topics = nbt_tmpdir();
    knowledge_world_topic(topics, "fatura.topic", "fatura OR author:can OR site:uzak.example\n");
    return knowledge_world_open(state, topics, 0);
}

static void commit_lines(struct knowledge_world *k, struct world *w, const char *const *lines,
                         size_t n)
{
    struct nb_commit_item *items = nb_arena_calloc(k->arena, n, sizeof(*items));
    for (size_t i = 0; i < n; i++) {
        struct nb_document *document = NULL;
        struct nb_annotation *annotation;
        struct nb_slice words;
        struct nb_error error = {0};
        if (nb_import_line(nb_slice_str(lines[i]), &context, k->arena, &document, &error)) {
            fail_msg("%s: %s", lines[i], nb_error_text(&error));
        }
        document->has_number = 1;
        document->number = ++w->last;
        if (!document->deleted) {
            assert_int_equal(
                nb_annotate_for_index(document, k->knowledge, NULL, k->arena, &annotation, &words),
                NB_OK);
            items[i].annotation = annotation;
            items[i].words = words;
        }
        items[i].document = document;
    }
    struct nb_commit commit = {.items = items,
                               .items_n = n,
                               .from = w->last - n + 1,
                               .cursor = w->last,
                               .arena = w->scratch};
    struct nb_error error = {0};
    if (nb_store_write(w->store, nb_commit_run, &commit, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
}

static const struct nb_edge *the_act(struct world *w, struct nb_txn *txn, const char *to)
{
    const struct nb_edge *const *edges;
    size_t n;
    assert_int_equal(nb_analysis_edges_to(txn, nb_slice_str(to), w->arena, &edges, &n), NB_OK);
    assert_int_equal(n, 1);
    return edges[0];
}

static void a_boost_is_an_act_and_no_document(void **state)
{
    struct knowledge_world *k = *state;
    static const char *const targets[] = {
        "\"https://toplu.example/@ada/500\"",
        "\"https://toplu.example/users/ada/statuses/500\"", /* its id there */
        "{\"url\":\"https://toplu.example/@ada/500\",\"author\":\"ada\"}",
    };
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        struct world w;
        char boost[2000];
        struct nb_author *author;
        struct nb_audience *audience;
        (void)snprintf(boost, sizeof(boost), BOOSTED("%s"), targets[i]);
        world_open(&w, 1 << 20);
        commit_lines(k, &w, (const char *const[]){SAID, boost}, 2);
        struct nb_txn *txn = world_read(&w);
        const struct nb_edge *act = the_act(&w, txn, ADA);
        assert_int_equal(act->act, NB__EDGE__ACT__BOOST);
        assert_string_equal(act->from, CAN);
        assert_int_equal(act->target, 1);
        assert_int_equal(act->number, 2);
        assert_int_equal(act->at_ms, 1793520000000);
        assert_false(act->has_score_milli); /* it says nothing of its own */
        assert_int_equal(nb_analysis_author(txn, nb_slice_str(CAN), w.arena, &author), NB_OK);
        assert_int_equal(author->documents_n, 0);
        assert_int_equal(nb_analysis_audience(txn, nb_slice_str(CAN), w.arena, &audience), NB_OK);
        assert_int_equal(audience->followers_n, 40);
        assert_int_equal(nb_analysis_audience(txn, nb_slice_str(ADA), w.arena, &audience), NB_OK);
        assert_int_equal(audience->followers_n, 12300);
        nb_read_end(txn);
        assert_int_equal(world_count(&w, NB_TBL_TOPIC_DOC), 1);
        assert_int_equal(world_count(&w, NB_TBL_AUTHOR_DOC), 1);
        assert_int_equal(world_count(&w, NB_TBL_COPY), 1);
        assert_int_equal(world_count(&w, NB_TBL_INDEX_ENTRY), 1);
        world_close(&w);
    }
}

/* A picture that quotes, answered by some, and given words later: what was not counted of it is not
 * taken back. */
static void a_boost_that_gets_words_is_counted_from_then_on(void **state)
{
    struct knowledge_world *k = *state;
    struct world w;
    struct nb_author *author;
    static const char *const lines[] = {
        "{\"id\":\"1\",\"site\":\"uzak.example\",\"author\":\"can\",\"kind\":\"toot\",\"comments\":"
        "5,"
        "\"quotes\":[{\"url\":\"https://toplu.example/@ada/500\"}],"
        "\"published\":\"2026-11-01T08:00:00Z\"}",
        "{\"id\":\"1\",\"site\":\"uzak.example\",\"author\":\"can\",\"kind\":\"toot\",\"comments\":"
        "6,"
        "\"quotes\":[{\"url\":\"https://toplu.example/@ada/500\"}],\"text\":\"Bak\u0131n\","
        "\"published\":\"2026-11-01T08:00:00Z\"}",
    };
    world_open(&w, 1 << 20);
    commit_lines(k, &w, lines, 2);
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_analysis_author(txn, nb_slice_str(CAN), w.arena, &author), NB_OK);
    assert_int_equal(author->documents_n, 1);
    assert_int_equal(author->comments_n, 6);
    nb_read_end(txn);
    world_close(&w);
}

/* As logs have it that were written before boosts had a kind. */
static void a_toot_without_a_word_that_quotes_is_a_boost(void **state)
{
    struct knowledge_world *k = *state;
    static const struct {
        const char *more;
        Nb__Edge__Act act;
    } rows[] = {
        {"", NB__EDGE__ACT__BOOST},
        {",\"text\":\"haberin var m\\u0131\"", NB__EDGE__ACT__QUOTE},
        {",\"title\":\"haber\"", NB__EDGE__ACT__QUOTE},
        {",\"kind\":\"post\"", NB__EDGE__ACT__QUOTE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world w;
        char toot[1000];
        (void)snprintf(
            toot, sizeof(toot),
            "{\"id\":\"1\",\"site\":\"uzak.example\",\"author\":\"can\",\"quotes\":[{"
            "\"author\":\"toplu.example/ada\",\"url\":\"https://toplu.example/@ada/500\","
            "\"text\":\"Faturam\"}]%s}",
            rows[i].more);
        world_open(&w, 1 << 20);
        commit_lines(k, &w, (const char *const[]){toot}, 1);
        struct nb_txn *txn = world_read(&w);
        assert_int_equal(the_act(&w, txn, ADA)->act, rows[i].act);
        nb_read_end(txn);
        assert_int_equal(world_count(&w, NB_TBL_AUTHOR_DOC),
                         rows[i].act == NB__EDGE__ACT__BOOST ? 0 : 1);
        world_close(&w);
    }
}

static void what_is_not_known_is_passed_on_from_its_site(void **state)
{
    struct knowledge_world *k = *state;
    static const struct {
        const char *of, *to; /* NULL: nothing to say */
    } rows[] = {
        {"\"https://baska.example/@ece/9\"", "baska.example/"},
        {"{\"url\":\"https://baska.example/@ece/9\",\"author\":\"ece\"}", "baska.example/ece"},
        {"{\"author\":\"baska.example/ece\"}", "baska.example/ece"},
        {"{\"author\":\"deniz\"}", "uzak.example/deniz"},
        {"{\"author\":\"can\"}", NULL},            /* oneself */
        {"\"javascript:alert(1)\"", NULL},         /* nowhere */
        {"\"4711\"", NULL},                        /* an id that nobody has seen */
        {"\"https://uzak.example/@can/1\"", NULL}, /* one's own site, not known whose */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world w;
        char boost[2000];
        (void)snprintf(boost, sizeof(boost), BOOSTED("%s"), rows[i].of);
        world_open(&w, 1 << 20);
        commit_lines(k, &w, (const char *const[]){boost}, 1);
        if (world_count(&w, NB_TBL_EDGE) != (rows[i].to ? 1 : 0)) {
            fail_msg("%s: %zu acts", rows[i].of, world_count(&w, NB_TBL_EDGE));
        }
        if (rows[i].to) {
            struct nb_txn *txn = world_read(&w);
            assert_int_equal(the_act(&w, txn, rows[i].to)->act, NB__EDGE__ACT__BOOST);
            nb_read_end(txn);
        }
        assert_int_equal(world_count(&w, NB_TBL_TOPIC_DOC), 0);
        world_close(&w);
    }
}

static void boosts_of_each_other_end_nowhere(void **state)
{
    struct knowledge_world *k = *state;
    static const char *const lines[] = {
        "{\"url\":\"https://a.example/1\",\"author\":\"x\",\"boost_of\":\"https://b.example/1\"}",
        "{\"url\":\"https://b.example/1\",\"author\":\"y\",\"boost_of\":\"https://a.example/1\"}",
        "{\"url\":\"https://a.example/2\",\"author\":\"x\",\"boost_of\":\"https://a.example/2\"}",
    };
    struct world w;
    world_open(&w, 1 << 20);
    commit_lines(k, &w, lines, 3);
    struct nb_txn *txn = world_read(&w);
    assert_string_equal(the_act(&w, txn, "b.example/")->from, "a.example/x");
    /* A boost has no readers of its own: whom it passes on is not known. */
    assert_string_equal(the_act(&w, txn, "a.example/")->from, "b.example/y");
    nb_read_end(txn);
    world_close(&w);
}

#define BOOST_BY(n, site, handle)                                                                  \
    "{\"id\":\"" n "\",\"site\":\"" site "\",\"author\":\"" handle                                 \
    "\",\"published\":\"2026-11-01T0" n                                                            \
    ":30:00Z\",\"boost_of\":\"https://toplu.example/@ada/500\"}"

static void the_ledger_shows_each_boost_with_its_time(void **state)
{
    struct knowledge_world *k = *state;
    struct world w;
    struct nb_influencer who;
    const struct nb_ledger_row *rows;
    size_t rows_n, boosts_n = 0;
    world_open(&w, 1 << 20);
    commit_lines(k, &w,
                 (const char *const[]){SAID, BOOST_BY("7", "uzak.example", "can"),
                                       BOOST_BY("8", "toplu.example", "ece"),
                                       BOOST_BY("9", "uzak.example", "can")},
                 4);
    struct nb_txn *txn = world_read(&w);
    const struct nb_influence_query query = {.topic = NB_LIT("fatura"), .to_ms = INT64_MAX};
    assert_int_equal(nb_influence_ledger(txn, NB_LIT(ADA), &query, w.arena, &who, &rows, &rows_n),
                     NB_OK);
    assert_int_equal(who.posts_n, 1);
    assert_int_equal(who.boosting_n, 2); /* who does it twice is one */
    assert_int_equal(who.sites_n, 0);
    assert_non_null(strstr(who.evidence, "boosting authors: 2"));
    for (size_t i = 0; i < rows_n; i++) {
        bool boost = strcmp(rows[i].act, "boost") == 0;
        boosts_n += boost;
        assert_true(!boost ||
                    rows[i].at_ms == 1793518200000 + (int64_t)(boosts_n - 1) * NB_HOUR_MS);
    }
    assert_int_equal(boosts_n, 3);
    nb_read_end(txn);
    world_close(&w);
}

static void what_is_taken_back_leaves_nothing(void **state)
{
    struct knowledge_world *k = *state;
    struct world w;
    world_open(&w, 1 << 20);
    commit_lines(
        k, &w,
        (const char *const[]){
            SAID, BOOSTED("\"https://toplu.example/@ada/500\""),
            "{\"id\":\"1\",\"site\":\"uzak.example\",\"author\":\"can\",\"deleted\":true}"},
        3);
    assert_int_equal(world_count(&w, NB_TBL_EDGE), 0);
    assert_int_equal(world_count(&w, NB_TBL_ANNOTATION), 1);
    assert_int_equal(world_count(&w, NB_TBL_AUTHOR_DOC), 1); /* Ada's: no trace of a deletion */
    assert_int_equal(world_count(&w, NB_TBL_INDEX_DEAD), 0);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_boost_is_an_act_and_no_document),
        cmocka_unit_test(a_toot_without_a_word_that_quotes_is_a_boost),
        cmocka_unit_test(a_boost_that_gets_words_is_counted_from_then_on),
        cmocka_unit_test(what_is_not_known_is_passed_on_from_its_site),
        cmocka_unit_test(boosts_of_each_other_end_nowhere),
        cmocka_unit_test(the_ledger_shows_each_boost_with_its_time),
        cmocka_unit_test(what_is_taken_back_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, knowledge_world_close);
}
