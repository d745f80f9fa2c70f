#include "tests/unit/world.h"

enum { MAP_BYTES = 16 << 20 };

/* One document on acme at each full hour 0..5, numbers 1..6, and one on acme-2 at hour 2. */
static void commit_hours(struct world *w)
{
    for (int hour = 0; hour < 7; hour++) {
        const struct post post = {
            .at_ms = WORLD_DAY_MS + (hour < 6 ? hour : 2) * NB_HOUR_MS,
            .author = "a.example/ayla",
            .url = nb_arena_printf(w->arena, "https://a.example/%d", hour),
            .topic = hour < 6 ? "acme" : "acme-2",
            .comments_n = 4,
            .acts = {
                {NB__EDGE__ACT__MENTION, hour % 2 ? "b.example/veli" : "b.example/veliler", NULL}}};
        world_commit(w, &post, 1, 1);
    }
}

static void an_empty_store_answers_with_nothing(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    struct nb_txn *txn = world_read(&w);
    uint64_t cursor = 99;
    int64_t watermark = 99;
    size_t n = 99;
    const struct nb_mention_row *mentions;
    const struct nb_hour_row *hours;
    const struct nb_incident *const *alerts;
    const struct nb_edge *const *edges;
    struct nb_author *author;
    struct nb_annotation *annotation;
    assert_int_equal(nb_analysis_cursor(txn, &cursor), NB_OK);
    assert_int_equal(cursor, 0);
    assert_int_equal(nb_analysis_watermark(txn, &watermark), NB_OK);
    assert_int_equal(watermark, -1);
    assert_int_equal(
        nb_analysis_mentions(txn, NB_LIT("acme"), 0, INT64_MAX, w.arena, &mentions, &n), NB_OK);
    assert_int_equal(n, 0);
    n = 99;
    assert_int_equal(nb_analysis_hours(txn, NB_LIT("acme"), 0, INT64_MAX, w.arena, &hours, &n),
                     NB_OK);
    assert_int_equal(n, 0);
    n = 99;
    assert_int_equal(nb_incident_list(txn, NB_LIT(""), 0, INT64_MAX, w.arena, &alerts, &n), NB_OK);
    assert_int_equal(n, 0);
    n = 99;
    assert_int_equal(nb_analysis_edges_to(txn, NB_LIT(""), w.arena, &edges, &n), NB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(nb_analysis_author(txn, NB_LIT(""), w.arena, &author), NB_ENOTFOUND);
    assert_int_equal(nb_analysis_author(txn, NB_LIT("x/y"), w.arena, &author), NB_ENOTFOUND);
    assert_int_equal(nb_analysis_annotation(txn, 1, w.arena, &annotation), NB_ENOTFOUND);
    nb_read_end(txn);
    world_close(&w);
}

static void a_range_holds_its_first_moment_and_not_its_last(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        int64_t from_ms, to_ms; /* from the first hour */
        size_t n;
        uint64_t first; /* number of the first mention */
        size_t hours_n; /* hours that start in the range */
    } rows[] = {
        {"acme", 0, 6 * NB_HOUR_MS, 6, 1, 6},
        {"acme", 1, 6 * NB_HOUR_MS, 5, 2, 5},
        {"acme", NB_HOUR_MS, 3 * NB_HOUR_MS, 2, 2, 2},
        {"acme", NB_HOUR_MS, 3 * NB_HOUR_MS + 1, 3, 2, 3},
        {"acme", NB_HOUR_MS, NB_HOUR_MS, 0, 0, 0},
        {"acme", 3 * NB_HOUR_MS, 2 * NB_HOUR_MS, 0, 0, 0},
        {"acme-2", 0, 6 * NB_HOUR_MS, 1, 7, 1},
        {"acm", 0, 6 * NB_HOUR_MS, 0, 0, 0},
        {"", 0, 6 * NB_HOUR_MS, 0, 0, 0},
    };
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_hours(&w);
    struct nb_txn *txn = world_read(&w);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_mention_row *mentions;
        const struct nb_hour_row *hours;
        size_t n;
        size_t hours_n;
        int64_t from_ms = WORLD_DAY_MS + rows[i].from_ms;
        int64_t to_ms = WORLD_DAY_MS + rows[i].to_ms;
        assert_int_equal(nb_analysis_mentions(txn, nb_slice_str(rows[i].topic), from_ms, to_ms,
                                              w.arena, &mentions, &n),
                         NB_OK);
        assert_int_equal(nb_analysis_hours(txn, nb_slice_str(rows[i].topic), from_ms, to_ms,
                                           w.arena, &hours, &hours_n),
                         NB_OK);
        if (n != rows[i].n || hours_n != rows[i].hours_n ||
            (n && mentions[0].number != rows[i].first)) {
            fail_msg("row %zu: %zu mentions, %zu hours", i, n, hours_n);
        }
        for (size_t k = 0; k < n; k++) {
            assert_true(mentions[k].at_ms >= from_ms && mentions[k].at_ms < to_ms);
            assert_string_equal(mentions[k].mention->author, "a.example/ayla");
            assert_int_equal(mentions[k].mention->comments_n, 4);
        }
    }
    nb_read_end(txn);
    world_close(&w);
}

static void edges_are_found_by_the_whole_name_of_who_they_point_to(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_hours(&w);
    struct nb_txn *txn = world_read(&w);
    const struct nb_edge *const *edges;
    size_t n;
    assert_int_equal(nb_analysis_edges_to(txn, NB_LIT("b.example/veli"), w.arena, &edges, &n),
                     NB_OK);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(edges[i]->to, "b.example/veli");
        assert_int_equal(edges[i]->number, 2 * (i + 1));
        assert_int_equal(edges[i]->at_ms, WORLD_DAY_MS + (int64_t)(2 * i + 1) * NB_HOUR_MS);
    }
    nb_read_end(txn);
    world_close(&w);
}

static enum nb_err put_garbage(struct nb_txn *txn, void *arg)
{
    (void)arg;
    nb_put(txn, NB_TBL_AUTHOR, NB_LIT("a.example/bozuk"), NB_LIT("\xff\xff\xff"));
    nb_put(txn, NB_TBL_ANALYSIS_META, NB_LIT("cursor"), NB_LIT("on iki"));
    nb_put(txn, NB_TBL_INCIDENT, NB_LIT("short"), NB_LIT("\xff"));
    return nb_txn_err(txn);
}

static void damaged_records_are_reported_as_such(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    assert_int_equal(nb_store_write(w.store, put_garbage, NULL, NULL), NB_OK);
    struct nb_txn *txn = world_read(&w);
    struct nb_author *author;
    const struct nb_incident *const *alerts;
    uint64_t cursor;
    size_t n;
    assert_int_equal(nb_analysis_author(txn, NB_LIT("a.example/bozuk"), w.arena, &author),
                     NB_ECORRUPT);
    assert_int_equal(nb_analysis_cursor(txn, &cursor), NB_ECORRUPT);
    assert_int_equal(nb_incident_list(txn, NB_LIT(""), 0, INT64_MAX, w.arena, &alerts, &n),
                     NB_ECORRUPT);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_store_answers_with_nothing),
        cmocka_unit_test(a_range_holds_its_first_moment_and_not_its_last),
        cmocka_unit_test(edges_are_found_by_the_whole_name_of_who_they_point_to),
        cmocka_unit_test(damaged_records_are_reported_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
