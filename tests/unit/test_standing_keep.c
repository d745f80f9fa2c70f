/*
 * A standing that is kept beside the log: the same store whatever the batches, however often the
 * analyzer began again and whatever came to nothing.
 */
#include "tests/unit/dump.h"
#include "tests/unit/world.h"

#include <nabiz/seeds.h>
#include <nabiz/series.h>

#include "analyzer/influence/standing.h"
#include "analyzer/influence/standing_keep.h"
#include "analyzer/influence/trust.h"

enum { MAP_BYTES = 32 << 20, POSTS_N = 1500, SITES_N = 60, RING_N = 8 };

/* Anew every 512 documents, a step every 32. */
static const struct nb_standing_places places = {100, 9, 5};

static const char *site(struct world *w, uint64_t i)
{
    return nb_arena_printf(w->arena, "s%02u.example/", (unsigned)(i % SITES_N));
}

/* Sites that link, answer and name one another, some more often than others; a ring that does so
 * within the same seconds; pages that are linked at once or weeks later; revisions that take acts
 * away, deletions, skipped documents and dates of long ago. */
static struct post *draw(struct world *w, uint64_t seed)
{
    static const Nb__Edge__Act acts[] = {NB__EDGE__ACT__LINK, NB__EDGE__ACT__REPLY,
                                         NB__EDGE__ACT__MENTION, NB__EDGE__ACT__QUOTE};
    struct post *posts = nb_arena_calloc(w->arena, POSTS_N, sizeof(posts[0]));
    uint64_t series = seed;
    for (uint64_t i = 0; i < POSTS_N; i++) {
        uint64_t a = nb_series_next(&series), b = nb_series_next(&series);
        bool in_ring = a % 8 == 0;
        struct post *post = &posts[i];
        uint64_t hour = in_ring ? i / 64 * 64 : i;
        uint64_t second = in_ring ? hour * 41 + i % 5 : i * 131;
        post->at_ms = WORLD_DAY_MS + (int64_t)hour * NB_HOUR_MS + (int64_t)(second % 3600) * 1000;
        post->at_ms = i % 10 == 0 ? -post->at_ms : post->at_ms; /* before 1970 */
        post->author = in_ring ? nb_arena_printf(w->arena, "r%u.example/", (unsigned)(i % RING_N))
                               : site(w, a >> 8);
        post->url = nb_arena_printf(w->arena, "https://p.example/%u", (unsigned)i);
        post->guid = (a >> 20) % 5 == 0 && i > 9 ? posts[i - 1 - (a >> 24) % 9].guid : post->url;
        post->comments_n = -1;
        post->deleted = (a >> 32) % 29 == 0;
        post->skipped = (a >> 37) % 31 == 0;
        for (size_t k = 0; k < (a >> 44) % WORLD_ACTS; k++) {
            uint64_t to = (b >> (10 * k)) % 1024 * ((b >> (10 * k + 3)) % 1024) / 1024;
            bool to_page = i > 0 && (b >> (5 * k)) % 4 == 0; /* of hours or of weeks ago */
            post->acts[k] =
                (struct act){acts[(a >> (50 + k)) % 4], in_ring ? "s07.example/" : site(w, to),
                             to_page ? posts[(b >> (7 * k)) % i].url : NULL};
        }
    }
    return posts;
}

/* A transaction that does its work and comes to nothing. */
static enum nb_err run_and_fail(struct nb_txn *txn, void *arg)
{
    enum nb_err err = nb_commit_run(txn, arg);
    return err ? err : NB_EFULL;
}

static void commit_in_vain(struct world *w, const struct post *posts, size_t n)
{
    struct nb_commit_item items[64];
    struct nb_commit commit = {
        .items = items, .from = w->last + 1, .arena = w->scratch, .standing = w->standing};
    uint64_t last = w->last;
    for (; commit.items_n < n; commit.items_n++) {
        const struct post *post = &posts[commit.items_n];
        items[commit.items_n] = (struct nb_commit_item){
            .document = world_document(w, post, ++last),
            .annotation = post->skipped || post->deleted ? NULL : world_annotation(w, post)};
    }
    commit.cursor = last;
    struct nb_error error = {0};
    assert_int_equal(nb_store_write(w->store, run_and_fail, &commit, &error), NB_EFULL);
}

enum mishaps { NONE = 0, RESTARTS = 1, FAILURES = 2 };

/* The store after all posts in batches of up to batch_n, with mishaps drawn from the seed. */
static void commit_all(struct world *w, uint64_t seed, size_t batch_n, int mishaps)
{
    const struct post *posts = draw(w, seed);
    uint64_t series = batch_n;
    assert_int_equal(nb_standing_keep_new(&places, &w->standing), NB_OK);
    for (size_t i = 0; i < POSTS_N;) {
        size_t n = 1 + nb_series_next(&series) % batch_n;
        n = n < POSTS_N - i ? n : POSTS_N - i;
        uint64_t luck = nb_series_next(&series);
        if (mishaps & FAILURES && luck % 3 == 0) {
            commit_in_vain(w, posts + i, n < 64 ? n : 64);
        }
        if (mishaps & RESTARTS && (luck >> 8) % 7 == 0) {
            nb_standing_keep_free(w->standing);
            assert_int_equal(nb_standing_keep_new(&places, &w->standing), NB_OK);
        }
        world_commit(w, posts + i, n, n);
        i += n;
    }
    nb_standing_keep_free(w->standing);
    w->standing = NULL;
}

static void the_store_follows_from_the_log_alone(void **state)
{
    (void)state;
    static const struct {
        size_t batch_n;
        int mishaps;
    } rows[] = {{1, NONE}, {50, RESTARTS}, {37, FAILURES}, {11, RESTARTS | FAILURES}, {900, NONE}};
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct nb_buf want;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct world w;
            world_open(&w, MAP_BYTES);
            commit_all(&w, seed, rows[i].batch_n, rows[i].mishaps);
            assert_true(world_count(&w, NB_TBL_STANDING) > SITES_N / 2);
            struct nb_buf got = dump_store(w.store);
            world_close(&w);
            if (i == 0) {
                want = got;
                continue;
            }
            assert_string_equal(got.p, want.p);
            nb_buf_fini(&got);
        }
        nb_buf_fini(&want);
    }
}

/* What the rows of STANDING say adds up, and is what is told of their authors. */
static void check_rows(struct nb_txn *txn, struct nb_arena *arena, size_t *n, size_t *in_group_n)
{
    const struct nb_standing_query all = {.to_ms = INT64_MAX};
    struct nb_standing_view *stored;
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    assert_int_equal(nb_standing_open(txn, &all, &stored), NB_OK);
    assert_int_equal(nb_standing_basis(stored), NB_TRUST_OF_STORED);
    assert_int_equal(nb_cursor_open(txn, NB_TBL_STANDING, &cursor), NB_OK);
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    for (*n = *in_group_n = 0; err == NB_OK; err = nb_cursor_next(cursor, &key, &value), ++*n) {
        struct nb_standing *row, *asked;
        uint64_t points = 0;
        assert_int_equal(nb_standing_decode(value, arena, &row), NB_OK);
        assert_int_equal(nb_standing_get(stored, key, arena, &asked), NB_OK);
        *in_group_n += row->group != NULL;
        for (size_t i = 0; i < row->n_shares; i++) {
            points += row->shares[i]->points;
        }
        assert_int_equal(points, row->score);
        assert_true(asked ? asked->trust_milli >= 0 && asked->groups_n : row->groups_n == 0);
    }
    nb_cursor_close(cursor);
    nb_standing_close(stored);
}

static void what_is_stored_adds_up_and_knows_groups(void **state)
{
    (void)state;
    struct world w;
    size_t n, in_group_n;
    world_open(&w, MAP_BYTES);
    commit_all(&w, 3, 20, NONE);
    struct nb_txn *txn = world_read(&w);
    check_rows(txn, w.arena, &n, &in_group_n);
    assert_true(n > SITES_N / 2);
    assert_true(in_group_n > 0); /* the ring is seen as one */
    nb_read_end(txn);
    world_close(&w);
}

/* In a store that is large enough what is stored answers, but for a window. */
static void a_window_is_answered_by_its_own_acts(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {100, 200, 300, 400, 500, 600, 700, 800, 900};
    const struct nb_standing_query window = {.from_ms = WORLD_DAY_MS + 1000 * NB_HOUR_MS,
                                             .to_ms = INT64_MAX};
    struct nb_standing_query few = {.from_ms = 1, .to_ms = INT64_MAX, .read_n = 100};
    struct nb_standing_view *view;
    struct nb_standing *row;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_all(&w, 3, 20, NONE);
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_standing_open(txn, &window, &view), NB_OK);
    assert_int_equal(nb_standing_basis(view), NB_TRUST_OF_WINDOW);
    assert_int_equal(nb_standing_get(view, NB_LIT("s01.example/"), w.arena, &row), NB_OK);
    uint32_t groups_n = row ? row->groups_n : 0;
    nb_standing_close(view);
    assert_int_equal(nb_standing_open(txn, &few, &view), NB_OK);
    assert_int_equal(nb_standing_basis(view), NB_TRUST_OF_GENERAL);
    assert_int_equal(nb_standing_get(view, NB_LIT("s01.example/"), w.arena, &row), NB_OK);
    assert_true(row && row->groups_n > groups_n);
    nb_standing_close(view);
    few.numbers = numbers;
    few.numbers_n = sizeof(numbers) / sizeof(numbers[0]);
    assert_int_equal(nb_standing_open(txn, &few, &view), NB_OK);
    assert_int_equal(nb_standing_basis(view), NB_TRUST_OF_TOPIC);
    nb_standing_close(view);
    nb_read_end(txn);
    world_close(&w);
}

static void ignore(void *context, uint32_t line, const char *problem)
{
    (void)context;
    fail_msg("line %u: %s", line, problem);
}

/* What is stored is made from the seeds without a topic; a topic with its own asks all acts. */
static void a_topic_with_seeds_of_its_own_is_made_when_asked(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        enum nb_trust_basis basis;
    } rows[] = {
        {"", NB_TRUST_OF_STORED}, {"other", NB_TRUST_OF_STORED}, {"acme", NB_TRUST_OF_ACTS}};
    struct world w;
    struct nb_seed_names seeds;
    int32_t trust[3];
    world_open(&w, MAP_BYTES);
    assert_true(nb_seeds_read(NB_LIT("s01.example\ns02.example\ns03.example\n"
                                     "s20.example\tacme\ns21.example\tacme\n"),
                              &seeds, ignore, NULL));
    w.seeds = &seeds;
    commit_all(&w, 3, 20, RESTARTS);
    struct nb_txn *txn = world_read(&w);
    for (size_t i = 0; i < 3; i++) {
        const struct nb_standing_query query = {.topic = nb_slice_str(rows[i].topic),
                                                .to_ms = INT64_MAX};
        struct nb_standing_view *view;
        struct nb_standing *row;
        assert_int_equal(nb_standing_open(txn, &query, &view), NB_OK);
        assert_int_equal(nb_standing_basis(view), rows[i].basis);
        assert_int_equal(nb_standing_get(view, NB_LIT("s20.example/"), w.arena, &row), NB_OK);
        trust[i] = row ? row->trust_milli : 0;
        nb_standing_close(view);
    }
    assert_int_equal(trust[0], trust[1]);
    assert_true(trust[2] > trust[0]);
    nb_read_end(txn);
    world_close(&w);
}

/* Everything is deleted: the store is small again, and nothing is kept. */
static void a_store_that_shrinks_keeps_nothing(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_all(&w, 1, 100, NONE);
    assert_true(world_count(&w, NB_TBL_STANDING) > 0);
    struct post *posts = draw(&w, 1);
    for (size_t i = 0; i < POSTS_N; i++) {
        posts[i].deleted = true;
    }
    assert_int_equal(nb_standing_keep_new(&places, &w.standing), NB_OK);
    world_commit(&w, posts, POSTS_N, 100);
    world_commit(&w, posts, 100, 100);
    assert_int_equal(world_count(&w, NB_TBL_EDGE), 0);
    assert_int_equal(world_count(&w, NB_TBL_STANDING), 0);
    struct nb_txn *txn = world_read(&w);
    struct nb_slice value;
    assert_int_equal(nb_get(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_STANDING), &value),
                     NB_ENOTFOUND);
    nb_read_end(txn);
    nb_standing_keep_free(w.standing);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_store_follows_from_the_log_alone),
        cmocka_unit_test(what_is_stored_adds_up_and_knows_groups),
        cmocka_unit_test(a_window_is_answered_by_its_own_acts),
        cmocka_unit_test(a_topic_with_seeds_of_its_own_is_made_when_asked),
        cmocka_unit_test(a_store_that_shrinks_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
