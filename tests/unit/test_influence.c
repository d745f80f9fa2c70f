#include "tests/unit/world.h"

#include <stdlib.h>

#include <nabiz/file.h>
#include <nabiz/influence.h>
#include <nabiz/series.h>

#include "analyzer/influence/authors.h"
#include "analyzer/influence/parts.h"

enum { MAP_BYTES = 16 << 20, GENERATED_N = 600 };

static const struct nb_influencer *list_of(struct world *w, struct nb_txn *txn, const char *topic,
                                           const char *site, int64_t from_ms, int64_t to_ms,
                                           size_t *n)
{
    const struct nb_influencer *list;
    const struct nb_influence_query query = {.topic = nb_slice_str(topic),
                                             .site = nb_slice_str(site),
                                             .from_ms = from_ms,
                                             .to_ms = to_ms};
    assert_int_equal(nb_influence_list(txn, &query, w->arena, &list, n), NB_OK);
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
    assert_int_equal(list[0].reach_milli, 500); /* 50 comments; those on acme only */
    assert_int_equal(list[0].expertise_milli, NB_UNKNOWN_MILLI); /* two documents */
    assert_int_equal(list[0].trust_milli, 0);                    /* nobody who is trusted acts */
    assert_true(list[0].spread_milli >= 0);                      /* sites b and c, and ali */
    /* Ayla complains, and they complain along: can 300, c.example 400 in two replies and a quote,
     * ali 0, and two who say nothing */
    assert_int_equal(list[0].reception_milli, (300 + 400) / 5);
    assert_int_equal(list[0].points_milli, 200 * 500 + 250 * list[0].spread_milli + 100 * 140);
    assert_int_equal(list[0].score_milli, list[0].points_milli / 1000);
    assert_int_equal(list[0].sentiment_milli, -400);
    assert_int_equal(list[0].coordination_milli, 0);
    assert_int_equal(list[0].groups_n, 4); /* b, can by himself as he replies, c, ali */
    assert_string_equal(
        list[0].evidence,
        "linking sites: 2, answering authors: 2, independent voices: 4, documents: 2");
    assert_slice_equal(list[1].author, "b.example/veli");
    assert_slice_equal(list[1].name, "veli");
    assert_int_equal(list[1].points_milli, 0);
    assert_int_equal(list[1].reach_milli, NB_UNKNOWN_MILLI);
    assert_int_equal(list[1].expertise_milli, NB_UNKNOWN_MILLI);
    assert_int_equal(list[1].reception_milli, NB_UNKNOWN_MILLI);
    nb_read_end(txn);
    world_close(&w);
}

/* What was deleted stays on record, though nothing else is left of its author. */
static void an_author_whose_documents_are_all_deleted_is_not_listed(void **state)
{
    (void)state;
    const struct post gone = {.at_ms = WORLD_DAY_MS + 8 * NB_HOUR_MS,
                              .author = "d.example/defne",
                              .url = "https://d.example/1",
                              .comments_n = -1};
    struct post deleted = gone;
    struct world w;
    deleted.deleted = true;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    size_t n, before_n;
    world_commit(&w, &gone, 1, 1);
    struct nb_txn *txn = world_read(&w);
    (void)list_of(&w, txn, NULL, NULL, 0, INT64_MAX, &before_n);
    nb_read_end(txn);
    world_commit(&w, &deleted, 1, 1);
    txn = world_read(&w);
    const struct nb_influencer *list = list_of(&w, txn, NULL, NULL, 0, INT64_MAX, &n);
    assert_int_equal(n + 1, before_n);
    for (size_t i = 0; i < n; i++) {
        assert_false(nb_slice_eq(list[i].author, NB_LIT("d.example/defne")));
    }
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
        uint64_t sites_n; /* of Ayla */
        uint64_t posts_n;
    } rows[] = {
        {"acme", NULL, 0, 100, 2, 2, 2},
        {"acme", "a.example", 0, 100, 1, 2, 2},
        {"acme", "d.example", 0, 100, 0, 0, 0},
        {"acme", NULL, 0, 2, 2, 1, 1}, /* veli's link, at hour 1, is in; can's, at 2, is not */
        {"acme", NULL, 2, 7, 1, 0, 1}, /* who links does not write on acme, nor to what is in */
        {"acme", NULL, 7, 100, 0, 0, 0},
        {"rakip", NULL, 0, 100, 0, 0, 0},
        {NULL, NULL, 0, 100, 5, 2, 3}, /* over everything: Ayla has three documents */
        {NULL, NULL, 2, 7, 4, 2, 1},   /* b.example still links through can */
        {NULL, "a.example", 0, 100, 2, 2, 3},
        {"a name no topic can have because it is longer than sixty-four bytes are", NULL, 0, 100, 0,
         0, 0},
    };
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_txn *txn = world_read(&w);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n;
        struct nb_influencer ayla = {0};
        const struct nb_influencer *list = list_of(&w, txn, rows[i].topic, rows[i].site,
                                                   WORLD_DAY_MS + rows[i].from_h * NB_HOUR_MS,
                                                   WORLD_DAY_MS + rows[i].to_h * NB_HOUR_MS, &n);
        for (size_t k = 0; k < n; k++) {
            if (nb_slice_eq(list[k].author, NB_LIT("a.example/ayla"))) {
                ayla = list[k];
            }
        }
        if (n != rows[i].rows_n || ayla.sites_n != rows[i].sites_n ||
            ayla.posts_n != rows[i].posts_n) {
            fail_msg("row %zu: %zu rows, %d sites, %d posts", i, n, (int)ayla.sites_n,
                     (int)ayla.posts_n);
        }
    }
    nb_read_end(txn);
    world_close(&w);
}

/* The ledger of one author adds up, in each of its columns. */
static void check_ledger(struct world *w, struct nb_txn *txn, const struct nb_influencer *row,
                         const struct nb_influence_query *query)
{
    struct nb_influencer again;
    const struct nb_ledger_row *rows;
    size_t n;
    assert_int_equal(nb_influence_ledger(txn, row->author, query, w->arena, &again, &rows, &n),
                     NB_OK);
    int64_t sum = 0;
    int64_t parts[NB_PARTS_N] = {0};
    uint64_t posts_n = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t of_parts = 0;
        for (size_t k = 0; k < NB_PARTS_N; k++) {
            parts[k] += rows[i].part_milli[k];
            of_parts += rows[i].part_milli[k];
        }
        bool is_cut = strcmp(rows[i].act, "cut") == 0;
        assert_true(is_cut || of_parts == rows[i].points_milli);
        assert_true(is_cut ? rows[i].number == 0 : rows[i].number > 0);
        sum += rows[i].points_milli;
        posts_n += strcmp(rows[i].act, "post") == 0;
        bool for_trust = rows[i].points_milli == rows[i].part_milli[NB_PART_TRUST];
        assert_true(rows[i].at_ms < query->to_ms);
        assert_true(rows[i].at_ms >= query->from_ms || for_trust);
        assert_true(i == 0 || rows[i - 1].at_ms <= rows[i].at_ms);
    }
    assert_int_equal(sum, row->points_milli);
    assert_int_equal(row->points_milli / 1000, row->score_milli);
    assert_memory_equal(parts, row->part_points_milli, sizeof(parts));
    assert_int_equal(parts[NB_PART_SPREAD],
                     row->spread_milli == NB_UNKNOWN_MILLI ? 0 : row->spread_milli * 250);
    assert_int_equal(again.points_milli, row->points_milli);
    assert_int_equal(again.low_milli, row->low_milli);
    assert_int_equal(again.high_milli, row->high_milli);
    assert_int_equal(posts_n, row->posts_n);
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
    int64_t all = 0;
    for (size_t t = 0; t < 3; t++) {
        const struct nb_influence_query query = {.topic = nb_slice_str(topics[t]),
                                                 .from_ms = WORLD_DAY_MS + NB_DAY_MS,
                                                 .to_ms = WORLD_DAY_MS + 6 * NB_DAY_MS};
        size_t n;
        const struct nb_influencer *list =
            list_of(&w, txn, topics[t], NULL, query.from_ms, query.to_ms, &n);
        assert_true(n > 20);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || list[i - 1].score_milli >= list[i].score_milli);
            assert_true(list[i].score_milli >= 0 && list[i].score_milli <= 1000);
            bool has_interval = list[i].low_milli != NB_UNKNOWN_MILLI;
            assert_true(!has_interval || list[i].low_milli <= list[i].high_milli);
            check_ledger(&w, txn, &list[i], &query);
            all += list[i].points_milli;
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
        int32_t reach, reception;
    } want[] = {
        {"post", "a.example/ayla", 1, 100000, 0}, {"link", "b.example/veli", 2, 0, 0},
        {"link", "b.example/can", 3, 0, 0},       {"reply", "b.example/can", 3, 0, 6000},
        {"reply", "c.example/", 4, 0, 4000},      {"quote", "c.example/", 4, 0, 4000},
        {"quote", "a.example/ali", 5, 0, 0},      {"reply", "c.example/", 6, 0, 0},
        {"post", "a.example/ayla", 7, 0, 0},
    };
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_txn *txn = world_read(&w);
    struct nb_influencer who;
    const struct nb_ledger_row *rows;
    const struct nb_influence_query query = {.topic = NB_LIT("acme"), .to_ms = INT64_MAX};
    size_t n;
    assert_int_equal(
        nb_influence_ledger(txn, NB_LIT("a.example/ayla"), &query, w.arena, &who, &rows, &n),
        NB_OK);
    assert_int_equal(n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(rows[i].act, want[i].act);
        assert_slice_equal(rows[i].who, want[i].who);
        assert_int_equal(rows[i].number, want[i].number);
        assert_int_equal(rows[i].part_milli[NB_PART_REACH], want[i].reach);
        assert_int_equal(rows[i].part_milli[NB_PART_RECEPTION], want[i].reception);
    }
    assert_slice_equal(rows[1].url, "https://a.example/1");
    assert_int_equal(
        nb_influence_ledger(txn, NB_LIT("a.example/kimse"), &query, w.arena, &who, &rows, &n),
        NB_ENOTFOUND);
    nb_read_end(txn);
    world_close(&w);
}

static void the_foremost_authors_are_those_with_most_acts(void **state)
{
    (void)state;
    static struct post posts[GENERATED_N];
    struct world w;
    world_open(&w, MAP_BYTES);
    world_generate(&w, 3, posts, GENERATED_N);
    world_commit(&w, posts, GENERATED_N, 100);
    struct nb_txn *txn = world_read(&w);
    const struct nb_slice some[] = {NB_LIT("s0.example/a1"), NB_LIT("s0.example/nobody"),
                                    NB_LIT("s1.example/a2"), NB_LIT("s2.example/a3")};
    const struct nb_slice *authors = some;
    size_t n = 4;
    assert_int_equal(nb_authors_foremost(txn, 4, w.arena, &authors, &n), NB_OK);
    assert_ptr_equal(authors, some);
    assert_int_equal(nb_authors_foremost(txn, 3, w.arena, &authors, &n), NB_OK);
    assert_int_equal(n, 3);
    assert_slice_equal(authors[0], "s0.example/a1");
    assert_slice_equal(authors[1], "s1.example/a2");
    assert_slice_equal(authors[2], "s2.example/a3");
    nb_read_end(txn);
    world_close(&w);
}

static void shares_add_up_whatever_they_are(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    uint64_t seed = 7;
    for (int round = 0; round < 2000; round++) {
        int64_t adds[40], sum = 0, shared = 0;
        int32_t out[40];
        size_t n = 1 + nb_series_next(&seed) % 40;
        for (size_t i = 0; i < n; i++) {
            adds[i] = (int64_t)(nb_series_next(&seed) % 2001) - (round % 2 ? 1000 : 0);
            sum += adds[i];
        }
        int64_t points = (int64_t)(nb_series_next(&seed) % 300000);
        points = sum == 0 ? 0 : sum < 0 ? -points : points;
        assert_int_equal(nb_share_out(points, adds, n, arena, out), NB_OK);
        for (size_t i = 0; i < n; i++) {
            shared += out[i];
            assert_true(sum == 0 || llabs(out[i] * sum - points * adds[i]) <= llabs(sum));
        }
        assert_int_equal(shared, points);
        nb_arena_reset(arena);
    }
    nb_arena_free(arena);
}

static void an_interval_needs_groups_and_follows_from_the_seed(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_weights weights;
    nb_weights_usual(&weights);
    int64_t points[11] = {100000};
    int32_t low, high, again_low, again_high;
    for (size_t i = 1; i < 11; i++) {
        points[i] = 20000;
    }
    assert_false(nb_interval(points, 2, &weights, 5, arena, &low, &high));
    assert_true(nb_interval(points, 10, &weights, 5, arena, &low, &high));
    assert_true(nb_interval(points, 10, &weights, 5, arena, &again_low, &again_high));
    assert_int_equal(low, again_low);
    assert_int_equal(high, again_high);
    assert_true(low >= 100 && low < 260 && high > 340 && high < 600); /* 300, give or take 63 */
    nb_arena_free(arena);
}

struct problems {
    uint32_t lines[8];
    size_t n;
};

static void note_problem(void *context, uint32_t line, const char *problem)
{
    struct problems *problems = context;
    assert_true(problem[0] && problems->n < 8);
    problems->lines[problems->n++] = line;
}

static void weights_are_read_and_bad_lines_are_told(void **state)
{
    (void)state;
    struct nb_weights weights, again, usual;
    struct problems problems = {.n = 0};
    struct nb_buf text;
    nb_weights_usual(&usual);
    assert_true(nb_weights_read(NB_LIT("# none\n\nspread_half 9 # half\ntrust 500\nreach 0\n"),
                                &weights, note_problem, &problems));
    assert_int_equal(weights.spread_half, 9);
    assert_int_equal(weights.trust, 500);
    assert_int_equal(weights.interval_draws, usual.interval_draws);
    nb_buf_init(&text, NB_WEIGHTS_BYTES_MAX);
    nb_weights_write(&weights, &text);
    assert_true(nb_weights_read(nb_buf_slice(&text), &again, note_problem, &problems));
    assert_memory_equal(&again, &weights, sizeof(weights));
    nb_buf_fini(&text);
    assert_false(nb_weights_read(NB_LIT("trust 900\nspred 3\nreach much\nversion 0\n"), &weights,
                                 note_problem, &problems));
    assert_int_equal(problems.n, 4); /* and the shares do not add up */
    assert_int_equal(problems.lines[0], 2);
    assert_memory_equal(&weights, &usual, sizeof(weights));
}

static void the_file_of_weights_has_the_usual_ones(void **state)
{
    (void)state;
    struct nb_weights weights, usual;
    struct problems problems = {.n = 0};
    struct nb_buf text;
    struct nb_error error = {0};
    nb_buf_init(&text, NB_WEIGHTS_BYTES_MAX);
    assert_int_equal(nb_file_read("lexicons/" NB_WEIGHTS_FILE, &text, &error), NB_OK);
    assert_true(nb_weights_read(nb_buf_slice(&text), &weights, note_problem, &problems));
    nb_weights_usual(&usual);
    assert_memory_equal(&weights, &usual, sizeof(weights));
    nb_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_is_what_the_formula_says),
        cmocka_unit_test(an_author_whose_documents_are_all_deleted_is_not_listed),
        cmocka_unit_test(the_window_and_the_site_decide_what_counts),
        cmocka_unit_test(the_ledger_of_every_author_adds_up_to_the_score),
        cmocka_unit_test(a_ledger_shows_each_act_with_its_date_author_and_page),
        cmocka_unit_test(the_foremost_authors_are_those_with_most_acts),
        cmocka_unit_test(shares_add_up_whatever_they_are),
        cmocka_unit_test(an_interval_needs_groups_and_follows_from_the_seed),
        cmocka_unit_test(weights_are_read_and_bad_lines_are_told),
        cmocka_unit_test(the_file_of_weights_has_the_usual_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
