#include "tests/unit/world.h"

#include <nabiz/influence.h>
#include <nabiz/verdict.h>

#include "analyzer/influence/surroundings.h"

enum { MAP_BYTES = 16 << 20, MEMBERS = 12 };

#define THREAD "https://forum.example/konu"

static struct nb_people people_of(struct world *w, const char *author)
{
    const struct nb_influence_query query = {.to_ms = WORLD_DAY_MS + 30 * NB_DAY_MS};
    const struct nb_ledger_row *rows;
    struct nb_influencer who;
    size_t n;
    int64_t sum = 0;
    struct nb_txn *txn = world_read(w);
    assert_int_equal(
        nb_influence_ledger(txn, nb_slice_str(author), &query, w->arena, &who, &rows, &n), NB_OK);
    for (size_t i = 0; i < n; i++) {
        sum += rows[i].part_milli[NB_PART_REACH];
    }
    assert_int_equal(sum, who.part_points_milli[NB_PART_REACH]);
    assert_int_equal(who.people.known, who.reach_milli != NB_UNKNOWN_MILLI);
    nb_read_end(txn);
    return who.people;
}

/* One post, ms after the first day of the world began. */
static struct post post_of(struct world *w, const char *author, int64_t at_ms)
{
    return (struct post){.at_ms = WORLD_DAY_MS + at_ms,
                         .author = author,
                         .url = nb_arena_printf(w->arena, "https://%s/%d", author, (int)at_ms),
                         .comments_n = -1};
}

/* Members of a forum whose posts report views, and two of whom nothing is known. */
static void commit_forum(struct world *w)
{
    struct post posts[MEMBERS + 2];
    for (int i = 0; i < MEMBERS + 2; i++) {
        const char *name = nb_arena_printf(w->arena, "forum.example/uye%02d", i);
        posts[i] = post_of(w, name, 1000 * i);
        posts[i].views_n = i < MEMBERS ? 100 * (i + 1) : 0;
    }
    world_commit(w, posts, MEMBERS + 2, 5);
}

static void who_is_not_known_reaches_what_is_usual_on_the_site(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    const struct post alone = post_of(&w, "tek.example/biri", 0);
    commit_forum(&w);
    world_commit(&w, &alone, 1, 1);
    struct nb_people got = people_of(&w, "forum.example/uye12");
    assert_true(got.known);
    assert_false(got.measured);
    assert_int_equal(got.n, 600); /* the lower middle one of 100, 200 ... 1200 */
    assert_int_equal(got.low_n, 200);
    assert_int_equal(got.high_n, 1000);
    assert_string_equal(got.basis, "the site's other documents");
    got = people_of(&w, "forum.example/uye00");
    assert_true(got.measured);
    assert_int_equal(got.n, 100);
    assert_false(people_of(&w, "tek.example/biri").known); /* no site to compare with */
    world_close(&w);
}

static void followers_are_those_read_last(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    struct post posts[2];
    commit_forum(&w);
    for (int i = 0; i < 2; i++) {
        posts[i] = post_of(&w, "forum.example/unlu", 100000 * (i + 1));
        posts[i].followers_n = i ? 7000 : 9000;
        posts[i].read_ms = posts[i].at_ms;
    }
    world_commit(&w, posts, 2, 1);
    struct nb_people got = people_of(&w, "forum.example/unlu");
    assert_true(got.followers_known);
    assert_int_equal(got.followers_n, 7000);
    assert_int_equal(got.followers_read_ms, WORLD_DAY_MS + 200000);
    assert_int_equal(got.n, 700);
    assert_string_equal(got.basis, "followers");
    assert_false(people_of(&w, "forum.example/uye12").followers_known);
    world_close(&w);
}

/* The first page of a thread is read again later, with more views. */
static void a_post_is_seen_by_those_who_see_its_thread(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    struct post opening = post_of(&w, "forum.example/acan", 0);
    struct post answer = post_of(&w, "forum.example/yanitlayan", 5000);
    struct post second = post_of(&w, "forum.example/yanitlayan", 5500);
    struct post stray = post_of(&w, "forum.example/baska", 6000);
    opening.url = opening.thread = answer.thread = second.thread = THREAD;
    stray.thread = THREAD "-yok";
    opening.views_n = 300;
    world_commit(&w, &opening, 1, 1);
    world_commit(&w, &answer, 1, 1);
    world_commit(&w, &stray, 1, 1);
    assert_int_equal(people_of(&w, "forum.example/yanitlayan").n, 150);
    world_commit(&w, &second, 1, 1);
    assert_int_equal(people_of(&w, "forum.example/yanitlayan").n, 150); /* of a usual one */
    opening.views_n = 4000;
    opening.late_ms = 60000;
    world_commit(&w, &opening, 1, 1);
    struct nb_people got = people_of(&w, "forum.example/yanitlayan");
    assert_int_equal(got.n, 2000);
    assert_int_equal(got.low_n, 400);
    assert_int_equal(got.high_n, 4000);
    assert_string_equal(got.basis, "views of threads");
    assert_int_equal(people_of(&w, "forum.example/acan").n, 4000);
    assert_false(people_of(&w, "forum.example/baska").known);
    world_close(&w);
}

static void of_a_large_site_as_many_are_looked_at_as_are_enough(void **state)
{
    (void)state;
    enum { MANY = NB_SITE_AUTHORS_MAX + 50 };
    struct world w;
    const struct nb_reach_site *site, *again, *none;
    struct nb_surroundings *around;
    world_open(&w, MAP_BYTES);
    struct post *posts = nb_arena_calloc(w.arena, MANY, sizeof(*posts));
    for (int i = 0; i < MANY; i++) {
        posts[i] = post_of(&w, nb_arena_printf(w.arena, "forum.example/u%d", i), 1000 + i);
        posts[i].views_n = 1000 + i;
    }
    world_commit(&w, posts, MANY, 100);
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_surroundings_new(txn, 0, INT64_MAX, &around), NB_OK);
    assert_int_equal(nb_surroundings_site(around, NB_LIT("forum.example"), &site), NB_OK);
    assert_int_equal(site->usual_docs_n, NB_SITE_AUTHORS_MAX);
    assert_in_range(site->usual.n, 1100, 1200); /* the middle of all is 1153 */
    struct nb_reach_site first = *site;
    assert_int_equal(nb_surroundings_site(around, NB_LIT("yok.example"), &none), NB_OK);
    assert_int_equal(none->usual_docs_n, 0);
    assert_int_equal(nb_surroundings_site(around, NB_LIT("forum.example"), &again), NB_OK);
    assert_memory_equal(&first, again, sizeof(first));
    nb_surroundings_free(around);
    nb_read_end(txn);
    world_close(&w);
}

static void the_verdict_says_what_reach_rests_on(void **state)
{
    (void)state;
    static const struct {
        struct nb_people people;
        const char *said;
    } rows[] = {
        {{.known = true, .measured = true, .n = 90, .low_n = 90, .high_n = 90, .basis = "views"},
         "(measured: 90 people see a document)"},
        {{.known = true, .n = 50, .low_n = 9, .high_n = 300, .basis = "reactions"},
         "(about 50 people see a document, 9 to 300, by reactions)"},
        {{.known = true, .n = 700, .low_n = 140, .high_n = 3500, .basis = "followers"},
         "140 to 3500, by followers)"},
    };
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_weights weights;
    nb_weights_usual(&weights);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_influencer who = {.reach_milli = 500, .people = rows[i].people};
        const struct nb_credibility record = {.documents_n = 0};
        struct nb_verdict_text verdict;
        assert_int_equal(nb_verdict_of(&who, &record, UINT64_MAX, &weights, arena, &verdict),
                         NB_OK);
        if (!strstr(verdict.lines[0].because, rows[i].said)) {
            fail_msg("row %zu: %s", i, verdict.lines[0].because);
        }
    }
    nb_arena_free(arena);
}

static void one_is_said_as_one_and_more_as_more(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        const char *said[NB_VERDICT_LINES];
    } rows[] = {
        {1,
         {", 1 author answered", "", ", 1 other site took something up, 1 author boosted",
          "1 time in 1 document"}},
        {2,
         {", 2 authors answered", "", ", 2 other sites took something up, 2 authors boosted",
          "2 times in 2 documents"}}};
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_weights weights;
    nb_weights_usual(&weights);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t n = rows[i].n;
        const struct nb_influencer who = {
            .posts_n = n, .answering_n = n, .sites_n = n, .boosting_n = n};
        const struct nb_credibility record = {.documents_n = 0};
        struct nb_verdict_text verdict;
        assert_int_equal(nb_verdict_of(&who, &record, n, &weights, arena, &verdict), NB_OK);
        for (size_t k = 0; k < NB_VERDICT_LINES; k++) {
            const char *because = verdict.lines[k].because;
            size_t from = strlen(because) - strlen(rows[i].said[k]);
            if (strlen(because) < strlen(rows[i].said[k]) ||
                strcmp(because + from, rows[i].said[k]) != 0) {
                fail_msg("of %d, line %zu: %s", (int)n, k, because);
            }
        }
    }
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_not_known_reaches_what_is_usual_on_the_site),
        cmocka_unit_test(followers_are_those_read_last),
        cmocka_unit_test(a_post_is_seen_by_those_who_see_its_thread),
        cmocka_unit_test(of_a_large_site_as_many_are_looked_at_as_are_enough),
        cmocka_unit_test(the_verdict_says_what_reach_rests_on),
        cmocka_unit_test(one_is_said_as_one_and_more_as_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
