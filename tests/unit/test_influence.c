#include "tests/unit/world.h"

#include <nabiz/influence.h>

enum { MAP_BYTES = 16 << 20, GENERATED_N = 600 };

static const struct nb_influencer *list_of(struct world *w, struct nb_txn *txn, const char *topic,
                                           const char *site, int64_t from_ms, int64_t to_ms,
                                           size_t *n)
{
    const struct nb_influencer *list;
    assert_int_equal(nb_influence_list(txn, nb_slice_str(topic), nb_slice_str(site), from_ms, to_ms,
                                       w->arena, &list, n),
                     NB_OK);
    return list;
}

/* Ayla writes twice on acme; three sites and two authors react, one of them twice. */
static void commit_story(struct world *w)
{
    const char *page = "https://a.example/1";
    const struct act link = {NB__EDGE__ACT__LINK, "a.example/", page};
    const struct act quote = {NB__EDGE__ACT__QUOTE, "a.example/ayla", page};
    const struct act reply = {NB__EDGE__ACT__REPLY, "a.example/", page};
    const struct post posts[] = {
        {.at_ms = WORLD_DAY_MS,
         .author = "a.example/ayla",
         .url = page,
         .topic = "acme",
         .score_milli = -800,
         .comments_n = 50,
         .name = "Ayla"},
        {.at_ms = WORLD_DAY_MS + 1 * NB_HOUR_MS,
         .author = "b.example/veli",
         .url = "https://b.example/1",
         .topic = "acme",
         .score_milli = 500,
         .comments_n = -1,
         .acts = {link}},
        {.at_ms = WORLD_DAY_MS + 2 * NB_HOUR_MS,
         .author = "b.example/can",
         .url = "https://b.example/2",
         .score_milli = -300,
         .comments_n = -1,
         .acts = {link, reply}},
        {.at_ms = WORLD_DAY_MS + 3 * NB_HOUR_MS,
         .author = "c.example/",
         .url = "https://c.example/1",
         .comments_n = -1,
         .score_milli = -600,
         .acts = {quote, reply}},
        {.at_ms = WORLD_DAY_MS + 4 * NB_HOUR_MS,
         .author = "a.example/ali",
         .url = "https://a.example/2",
         .comments_n = -1,
         .acts = {quote}},
        {.at_ms = WORLD_DAY_MS + 5 * NB_HOUR_MS,
         .author = "c.example/",
         .url = "https://c.example/2",
         .comments_n = -1,
         .acts = {reply}},
        {.at_ms = WORLD_DAY_MS + 6 * NB_HOUR_MS,
         .author = "a.example/ayla",
         .url = "https://a.example/3",
         .topic = "acme",
         .score_milli = 0,
         .comments_n = -1},
        {.at_ms = WORLD_DAY_MS + 7 * NB_HOUR_MS,
         .author = "a.example/ayla",
         .url = "https://a.example/4",
         .comments_n = 9},
    };
    world_commit(w, posts, sizeof(posts) / sizeof(posts[0]), 3);
}

static void the_score_is_what_the_formula_says(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_txn *txn = world_read(&w);
    size_t n;
    const struct nb_influencer *list = list_of(&w, txn, "acme", NULL, 0, INT64_MAX, &n);
    assert_int_equal(n, 2);
    assert_slice_equal(list[0].author, "a.example/ayla");
    assert_slice_equal(list[0].site, "a.example");
    assert_slice_equal(list[0].name, "Ayla");
    assert_int_equal(list[0].posts_n, 2);
    /* sites b and c, authors can and c.example/, two documents */
    assert_int_equal(list[0].points_milli, 2 * 1000 + 2 * 500 + 2 * 50);
    assert_int_equal(list[0].score_milli, 1000 * 3100 / 8100);
    assert_int_equal(list[0].reach_milli, 500);     /* 50 comments; those on acme only */
    assert_int_equal(list[0].expertise_milli, 666); /* 2 of 3 documents */
    assert_int_equal(list[0].spread_milli, 1000 * 4 / (4 + 5)); /* veli, can, c.example/, ali */
    assert_int_equal(list[0].reception_milli, -300);            /* replies: -300, -600, 0 */
    assert_int_equal(list[0].sentiment_milli, -400);
    assert_int_equal(list[0].trust_milli, NB_UNKNOWN_MILLI);
    assert_int_equal(list[0].coordination_milli, NB_UNKNOWN_MILLI);
    assert_int_equal(list[0].low_milli, NB_UNKNOWN_MILLI);
    assert_string_equal(list[0].evidence, "linking sites: 2, answering authors: 2, documents: 2");
    assert_slice_equal(list[1].author, "b.example/veli");
    assert_slice_equal(list[1].name, "veli");
    assert_int_equal(list[1].points_milli, 50);
    assert_int_equal(list[1].reach_milli, NB_UNKNOWN_MILLI);
    assert_int_equal(list[1].expertise_milli, NB_UNKNOWN_MILLI);
    assert_int_equal(list[1].reception_milli, NB_UNKNOWN_MILLI);
    nb_read_end(txn);
    world_close(&w);
}

static void the_window_and_the_site_decide_what_counts(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        const char *site;
        int64_t from_h, to_h;
        size_t rows_n;
        int64_t first_points; /* of the first row */
    } rows[] = {
        {"acme", NULL, 0, 100, 2, 3100},
        {"acme", "b.example", 0, 100, 1, 50},
        {"acme", "d.example", 0, 100, 0, 0},
        {"acme", NULL, 0, 2, 2, 1050}, /* veli's link, at hour 1, is in; can's, at 2, is not */
        {"acme", NULL, 2, 7, 1, 3050}, /* veli wrote before; b.example still links through can */
        {"acme", NULL, 7, 100, 0, 0},
        {"rakip", NULL, 0, 100, 0, 0},
        {NULL, NULL, 0, 100, 5, 3150}, /* over everything: Ayla has three documents */
        {"a name no topic can have because it is longer than sixty-four bytes are", NULL, 0, 100, 0,
         0},
    };
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_txn *txn = world_read(&w);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n;
        const struct nb_influencer *list = list_of(&w, txn, rows[i].topic, rows[i].site,
                                                   WORLD_DAY_MS + rows[i].from_h * NB_HOUR_MS,
                                                   WORLD_DAY_MS + rows[i].to_h * NB_HOUR_MS, &n);
        if (n != rows[i].rows_n || (n && list[0].points_milli != rows[i].first_points)) {
            fail_msg("row %zu: %zu rows, first %lld points", i, n,
                     n ? (long long)list[0].points_milli : 0LL);
        }
    }
    nb_read_end(txn);
    world_close(&w);
}

/* The ledger of one author adds up; @return its points. */
static int64_t check_ledger(struct world *w, struct nb_txn *txn, const struct nb_influencer *row,
                            struct nb_slice topic, int64_t from_ms, int64_t to_ms)
{
    struct nb_influencer again;
    const struct nb_ledger_row *rows;
    size_t n;
    assert_int_equal(
        nb_influence_ledger(txn, row->author, topic, from_ms, to_ms, w->arena, &again, &rows, &n),
        NB_OK);
    int64_t sum = 0;
    uint64_t posts_n = 0;
    for (size_t i = 0; i < n; i++) {
        sum += rows[i].points_milli;
        posts_n += strcmp(rows[i].act, "post") == 0;
        assert_true(rows[i].at_ms >= from_ms && rows[i].at_ms < to_ms);
        assert_true(i == 0 || rows[i - 1].at_ms <= rows[i].at_ms);
        assert_true(rows[i].number > 0);
    }
    assert_int_equal(sum, row->points_milli);
    assert_int_equal(again.points_milli, row->points_milli);
    assert_int_equal(again.score_milli, row->score_milli);
    assert_int_equal(again.spread_milli, row->spread_milli);
    assert_int_equal(again.reception_milli, row->reception_milli);
    assert_int_equal(posts_n, row->posts_n);
    return sum;
}

static void the_ledger_of_every_author_adds_up_to_the_score(void **state)
{
    (void)state;
    static struct post posts[GENERATED_N];
    static const char *const topics[] = {"acme", "rakip", NULL};
    struct world w;
    world_open(&w, MAP_BYTES);
    world_generate(&w, 3, posts, GENERATED_N);
    world_commit(&w, posts, GENERATED_N, 100);
    struct nb_txn *txn = world_read(&w);
    int64_t from_ms = WORLD_DAY_MS + NB_DAY_MS;
    int64_t to_ms = WORLD_DAY_MS + 6 * NB_DAY_MS;
    int64_t all = 0;
    for (size_t t = 0; t < 3; t++) {
        size_t n;
        const struct nb_influencer *list = list_of(&w, txn, topics[t], NULL, from_ms, to_ms, &n);
        assert_true(n > 20);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || list[i - 1].score_milli >= list[i].score_milli);
            all += check_ledger(&w, txn, &list[i], nb_slice_str(topics[t]), from_ms, to_ms);
        }
    }
    assert_true(all > 100000);
    nb_read_end(txn);
    world_close(&w);
}

static void a_ledger_shows_each_act_with_its_date_author_and_page(void **state)
{
    (void)state;
    static const struct {
        const char *act;
        const char *who;
        uint64_t number;
        int32_t points;
    } want[] = {
        {"post", "a.example/ayla", 1, 50}, {"link", "b.example/veli", 2, 1000},
        {"link", "b.example/can", 3, 0},   {"reply", "b.example/can", 3, 500},
        {"quote", "c.example/", 4, 1000},  {"reply", "c.example/", 4, 500},
        {"quote", "a.example/ali", 5, 0},  {"reply", "c.example/", 6, 0},
        {"post", "a.example/ayla", 7, 50},
    };
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_txn *txn = world_read(&w);
    struct nb_influencer who;
    const struct nb_ledger_row *rows;
    size_t n;
    assert_int_equal(nb_influence_ledger(txn, NB_LIT("a.example/ayla"), NB_LIT("acme"), 0,
                                         INT64_MAX, w.arena, &who, &rows, &n),
                     NB_OK);
    assert_int_equal(n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(rows[i].act, want[i].act);
        assert_slice_equal(rows[i].who, want[i].who);
        assert_int_equal(rows[i].number, want[i].number);
        assert_int_equal(rows[i].points_milli, want[i].points);
    }
    assert_slice_equal(rows[1].url, "https://a.example/1");
    assert_int_equal(nb_influence_ledger(txn, NB_LIT("a.example/kimse"), NB_LIT("acme"), 0,
                                         INT64_MAX, w.arena, &who, &rows, &n),
                     NB_ENOTFOUND);
    nb_read_end(txn);
    world_close(&w);
}

static void documents_count_points_up_to_twenty(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    for (int i = 0; i < 25; i++) {
        const struct post post = {.at_ms = WORLD_DAY_MS + i,
                                  .author = "a.example/ayla",
                                  .url = nb_arena_printf(w.arena, "https://a.example/%d", i),
                                  .topic = "acme",
                                  .comments_n = -1};
        world_commit(&w, &post, 1, 1);
    }
    struct nb_txn *txn = world_read(&w);
    size_t n;
    const struct nb_influencer *list = list_of(&w, txn, "acme", NULL, 0, INT64_MAX, &n);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].posts_n, 25);
    assert_int_equal(list[0].points_milli, 20 * 50);
    check_ledger(&w, txn, &list[0], NB_LIT("acme"), 0, INT64_MAX);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_is_what_the_formula_says),
        cmocka_unit_test(the_window_and_the_site_decide_what_counts),
        cmocka_unit_test(the_ledger_of_every_author_adds_up_to_the_score),
        cmocka_unit_test(a_ledger_shows_each_act_with_its_date_author_and_page),
        cmocka_unit_test(documents_count_points_up_to_twenty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
