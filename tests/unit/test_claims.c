#include "tests/unit/said.h"

#include "analyzer/influence/claims.h"

enum { MAP_BYTES = 16 << 20 };

#define CLAIM                                                                                      \
    "mavi raf kavanozlarinda cam parcasi bulunmus diyorlar magazalar hepsini toplatiyor kimse "    \
    "haber yapmiyor"
#define RETOLD                                                                                     \
    "mavi raf kavanozlarinda cam parcasi bulunmus diyorlar magazalar hepsini toplatiyor kimse "    \
    "haber yapmiyor cocuklara yedirmeyin paylasin duyulsun"

/* The cluster that document 1 founded. */
static struct nb_claim_chain chain_of(struct world *w, size_t max_n)
{
    struct nb_claim_chain chain;
    struct nb_txn *txn = world_read(w);
    assert_int_equal(nb_claim_chain(txn, 1, max_n, w->arena, &chain), NB_OK);
    nb_read_end(txn);
    return chain;
}

static void a_chain_says_who_took_it_from_whom_and_why(void **state)
{
    (void)state;
    static const struct said all[] = {
        {"b.example/bora", "https://b.example/1", CLAIM, 1000, {0}},
        {"c.example/can", "https://c.example/1", RETOLD, 2000, {0}},
        {"d.example/defne", "https://d.example/1", RETOLD " !!", 3000, {0}},
        {"e.example/ece",
         "https://e.example/1",
         CLAIM,
         4000,
         {NB__EDGE__ACT__LINK, "c.example/", "https://c.example/1"}},
        {"f.example/filiz",
         "https://f.example/1",
         CLAIM " duydunuz mu",
         5000,
         {NB__EDGE__ACT__MENTION, "d.example/defne", NULL}},
        {"b.example/bora", "https://b.example/2", CLAIM, 6000, {0}},
    };
    static const struct {
        uint32_t from;
        enum nb_claim_why why;
    } want[] = {{NB_CLAIM_NONE, NB_CLAIM_FIRST},
                {0, NB_CLAIM_ALIKE},
                {1, NB_CLAIM_SAME},
                {1, NB_CLAIM_LINK},
                {2, NB_CLAIM_NAMED},
                {0, NB_CLAIM_AGAIN}};
    struct world w;
    world_open(&w, MAP_BYTES);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        say(&w, &all[i]);
    }
    struct nb_claim_chain chain = chain_of(&w, 0);
    assert_int_equal(chain.n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < chain.n; i++) {
        if (chain.steps[i].from != want[i].from || chain.steps[i].why != want[i].why) {
            fail_msg("step %zu: from %u, %s", i, chain.steps[i].from,
                     nb_claim_why_text(&chain.steps[i], w.arena));
        }
    }
    assert_int_equal(chain.shape.nodes_n, 6);
    assert_int_equal(chain.shape.depth, 3);
    say(&w, &all[1]); /* revised: it has another number than the link to it says */
    chain = chain_of(&w, 0);
    assert_int_equal(chain.steps[3].from, 1);
    assert_int_equal(chain.steps[3].why, NB_CLAIM_LINK);
    assert_int_equal(chain_of(&w, 3).n, 3);
    world_close(&w);
}

static void who_published_first_is_first_whenever_it_was_fetched(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    say(&w, &(struct said){"b.example/bora", "https://b.example/1", CLAIM, 9000, {0}});
    say(&w, &(struct said){"a.example/", "https://a.example/1", CLAIM, 1000, {0}});
    struct nb_claim_chain chain = chain_of(&w, 0);
    assert_int_equal(chain.n, 2);
    assert_true(nb_slice_eq(chain.steps[0].author, NB_LIT("a.example/")));
    assert_int_equal(chain.steps[1].from, 0);
    assert_int_equal(chain.steps[1].silent_ms, 8000);
    world_close(&w);
}

static void an_old_claim_that_comes_back_is_marked(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    say(&w, &(struct said){"b.example/bora", "https://b.example/1", CLAIM, 0, {0}});
    say(&w, &(struct said){"c.example/can", "https://c.example/1", CLAIM, 3 * NB_DAY_MS, {0}});
    say(&w, &(struct said){"d.example/defne", "https://d.example/1", CLAIM, 40 * NB_DAY_MS, {0}});
    struct nb_claim_chain chain = chain_of(&w, 0);
    assert_false(chain.steps[1].returns);
    assert_true(chain.steps[2].returns);
    assert_string_equal(nb_claim_why_text(&chain.steps[1], w.arena), "the same words");
    assert_string_equal(nb_claim_why_text(&chain.steps[2], w.arena),
                        "back after 37 days: the same words");
    world_close(&w);
}

static void many_wordings_are_traced_within_bounds(void **state)
{
    (void)state;
    enum { MANY = 3 * NB_CLAIM_VARIANTS };
    struct world w;
    world_open(&w, MAP_BYTES);
    for (size_t i = 0; i < MANY; i++) {
        say(&w, &(struct said){nb_arena_printf(w.arena, "s.example/u%zu", i),
                               nb_arena_printf(w.arena, "https://s.example/%zu", i),
                               nb_arena_printf(w.arena, CLAIM " w%zu", i),
                               (int64_t)i,
                               {0}});
    }
    struct nb_claim_chain chain = chain_of(&w, 0);
    assert_int_equal(chain.n, MANY);
    for (size_t i = 1; i < chain.n; i++) {
        assert_true(chain.steps[i].from < i);
    }
    world_close(&w);
}

static void a_cluster_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct world w;
    struct nb_claim_chain chain;
    world_open(&w, MAP_BYTES);
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_claim_chain(txn, 7, 0, w.arena, &chain), NB_ENOTFOUND);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_says_who_took_it_from_whom_and_why),
        cmocka_unit_test(who_published_first_is_first_whenever_it_was_fetched),
        cmocka_unit_test(an_old_claim_that_comes_back_is_marked),
        cmocka_unit_test(many_wordings_are_traced_within_bounds),
        cmocka_unit_test(a_cluster_that_is_not_there_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
