#include "tests/unit/world.h"

#include <nabiz/influence.h>

#include "analyzer/influence/voices.h"

enum { MAP_BYTES = 16 << 20, POSTS_MAX = 64, LINKERS = 5 };

static const char *const pages[] = {"https://yazar.example/1", "https://yazar.example/2",
                                    "https://yazar.example/3"};

struct scene {
    struct world world;
    struct post posts[POSTS_MAX];
    size_t n;
};

static int open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    world_open(&scene->world, MAP_BYTES);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;
    world_close(&scene->world);
    free(scene);
    return 0;
}

/* A document, with at most one act. */
static void add(struct scene *scene, int64_t at_s, const char *author, Nb__Edge__Act act,
                const char *page)
{
    struct post *post = &scene->posts[scene->n++];
    assert_true(scene->n <= POSTS_MAX);
    *post = (struct post){
        .at_ms = WORLD_DAY_MS + at_s * 1000,
        .author = author,
        .comments_n = -1,
        .url = nb_arena_printf(scene->world.arena, "https://%s/%zu", author, scene->n)};
    if (page) {
        post->acts[0] = (struct act){act, "yazar.example/ayla", page};
    }
}

/* Ayla publishes three documents, hours apart. */
static void add_ayla(struct scene *scene)
{
    for (size_t i = 0; i < 3; i++) {
        add(scene, (int64_t)i * 36000, "yazar.example/ayla", 0, NULL);
        scene->posts[scene->n - 1].url = pages[i];
        scene->posts[scene->n - 1].topic = "acme";
    }
}

static int by_time(const void *a, const void *b)
{
    const struct post *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* What is known of Ayla when all is committed. */
static struct nb_influencer ayla_of(struct scene *scene)
{
    struct world *w = &scene->world;
    const struct nb_ledger_row *rows;
    struct nb_influencer who;
    size_t n;
    const struct nb_influence_query query = {
        .topic = NB_LIT("acme"), .from_ms = WORLD_DAY_MS, .to_ms = WORLD_DAY_MS + 30 * NB_DAY_MS};
    qsort(scene->posts, scene->n, sizeof(scene->posts[0]), by_time);
    world_commit(w, scene->posts, scene->n, 3);
    struct nb_txn *txn = world_read(w);
    assert_int_equal(
        nb_influence_ledger(txn, NB_LIT("yazar.example/ayla"), &query, w->arena, &who, &rows, &n),
        NB_OK);
    nb_read_end(txn);
    return who;
}

static const char *linker(struct scene *scene, size_t i)
{
    return nb_arena_printf(scene->world.arena, "blog%zu.example/", i);
}

static void sites_that_link_at_different_times_are_voices_of_their_own(void **state)
{
    struct scene *scene = *state;
    add_ayla(scene);
    for (size_t i = 0; i < LINKERS; i++) {
        add(scene, 3601 + (int64_t)i * 777, linker(scene, i), NB__EDGE__ACT__LINK, pages[0]);
        add(scene, 39602 + (int64_t)i * 1313, linker(scene, i), NB__EDGE__ACT__LINK, pages[1]);
    }
    struct nb_influencer ayla = ayla_of(scene);
    assert_int_equal(ayla.groups_n, LINKERS);
    assert_int_not_equal(ayla.spread_milli, NB_UNKNOWN_MILLI);
}

static void sites_that_link_within_seconds_twice_are_one_voice(void **state)
{
    struct scene *scene = *state;
    add_ayla(scene);
    for (size_t i = 0; i < LINKERS; i++) {
        add(scene, 3601 + (int64_t)i, linker(scene, i), NB__EDGE__ACT__LINK, pages[0]);
        add(scene, 39602 + 2 * (int64_t)i, linker(scene, i), NB__EDGE__ACT__LINK, pages[1]);
    }
    struct nb_influencer ayla = ayla_of(scene);
    assert_int_equal(ayla.groups_n, 1);
    assert_int_equal(ayla.sites_n, LINKERS); /* as many sites as before, but one voice */
    assert_int_equal(ayla.spread_milli, NB_UNKNOWN_MILLI);
    assert_int_equal(ayla.low_milli, NB_UNKNOWN_MILLI);
}

static void accounts_that_answer_within_seconds_twice_are_received_as_one(void **state)
{
    struct scene *scene = *state;
    add_ayla(scene);
    for (size_t i = 0; i < LINKERS; i++) {
        const char *name = nb_arena_printf(scene->world.arena, "forum.example/u%zu", i);
        add(scene, 3601 + (int64_t)i, name, NB__EDGE__ACT__REPLY, pages[0]);
        add(scene, 39602 + (int64_t)i, name, NB__EDGE__ACT__REPLY, pages[1]);
    }
    struct nb_influencer ayla = ayla_of(scene);
    assert_int_equal(ayla.answering_n, LINKERS);
    assert_int_equal(ayla.groups_n, 1);
    assert_int_equal(ayla.reception_milli, NB_UNKNOWN_MILLI);
}

static void sites_of_one_owner_are_one_voice(void **state)
{
    static const char *const sites[] = {"spor.gazete.example/", "www.gazete.example/can",
                                        "gazete.example/", "ada.example/"};
    struct scene *scene = *state;
    add_ayla(scene);
    for (size_t i = 0; i < 4; i++) {
        add(scene, 3601 + (int64_t)i * 777, sites[i], NB__EDGE__ACT__LINK, pages[0]);
    }
    assert_int_equal(ayla_of(scene).groups_n, 2);
}

static void what_links_from_ones_own_sites_spreads_nothing(void **state)
{
    static const char *const sites[] = {"spor.yazar.example/", "eski.yazar.example/",
                                        "ada.example/", "bey.example/", "cey.example/"};
    struct scene *scene = *state;
    add_ayla(scene);
    for (size_t i = 0; i < 5; i++) {
        add(scene, 3601 + (int64_t)i * 777, sites[i], NB__EDGE__ACT__LINK, pages[0]);
    }
    struct world *w = &scene->world;
    const struct nb_ledger_row *rows;
    struct nb_influencer who;
    size_t n, paid = 0;
    const struct nb_influence_query query = {.from_ms = WORLD_DAY_MS,
                                             .to_ms = WORLD_DAY_MS + 30 * NB_DAY_MS};
    world_commit(w, scene->posts, scene->n, 3);
    struct nb_txn *txn = world_read(w);
    assert_int_equal(
        nb_influence_ledger(txn, NB_LIT("yazar.example/ayla"), &query, w->arena, &who, &rows, &n),
        NB_OK);
    for (size_t i = 0; i < n; i++) {
        bool own = nb_slice_find(rows[i].who, NB_LIT("yazar.example"), 0) != NB_NPOS;
        paid += rows[i].part_milli[NB_PART_SPREAD] > 0;
        assert_true(!own || rows[i].part_milli[NB_PART_SPREAD] == 0);
    }
    assert_int_equal(paid, 3);
    nb_read_end(txn);
}

static void newspapers_that_print_an_agency_at_once_are_voices_of_their_own(void **state)
{
    struct scene *scene = *state;
    add_ayla(scene);
    for (size_t i = 0; i < LINKERS; i++) {
        const char *paper = linker(scene, i);
        add(scene, 3601 + (int64_t)i, paper, NB__EDGE__ACT__COPY, pages[0]);
        add(scene, 39602 + (int64_t)i, paper, NB__EDGE__ACT__COPY, pages[1]);
        for (int64_t own = 0; own < 3; own++) {
            add(scene, 10007 + own * 4001 + (int64_t)i * 131, paper, 0, NULL);
        }
    }
    assert_int_equal(ayla_of(scene).groups_n, LINKERS);
}

/* Whether the copies of mirror.example, of so many documents, make it a mirror of Ayla's. */
static size_t voices_with_mirror(struct scene *scene, size_t others_n)
{
    const char *const mirror = "mirror.example/";
    add_ayla(scene);
    for (size_t i = 0; i < 3; i++) {
        add(scene, 100 + (int64_t)i * 36000, mirror, NB__EDGE__ACT__COPY, pages[i]);
    }
    for (size_t i = 0; i < others_n; i++) {
        add(scene, 5000 + (int64_t)i * 777, mirror, 0, NULL);
    }
    ayla_of(scene);
    struct world *w = &scene->world;
    struct nb_voices *voices;
    struct nb_txn *txn = world_read(w);
    const struct nb_scope scope = {.txn = txn, .to_ms = WORLD_DAY_MS + 30 * NB_DAY_MS};
    assert_int_equal(nb_voices_read(&scope, NULL, 0, NB_VOICES_ACTS_MAX, &voices), NB_OK);
    bool same = nb_slice_eq(nb_voices_find(voices, NB_LIT("mirror.example")),
                            nb_voices_find(voices, NB_LIT("yazar.example")));
    assert_true(
        nb_slice_eq(nb_voices_find(voices, NB_LIT("kimse.example")), NB_LIT("kimse.example")));
    nb_voices_free(voices);
    nb_read_end(txn);
    return same ? 1 : 2;
}

static void who_copies_nearly_all_from_another_is_one_voice_with_it(void **state)
{
    assert_int_equal(voices_with_mirror(*state, 0), 1);
}

static void who_writes_more_than_it_copies_is_a_voice_of_its_own(void **state)
{
    assert_int_equal(voices_with_mirror(*state, 2), 2);
}

/* Puppets of a forum say what one of them said first, and answer Ayla now and then. */
static void accounts_that_say_what_another_said_are_received_as_one(void **state)
{
    struct scene *scene = *state;
    struct world *w = &scene->world;
    add_ayla(scene);
    for (size_t text = 0; text < 3; text++) {
        const char *page = nb_arena_printf(w->arena, "https://forum.example/soz%zu", text);
        add(scene, 1000 + (int64_t)text * 30000, "forum.example/ilk", 0, NULL);
        scene->posts[scene->n - 1].url = page;
        for (size_t i = 0; i < LINKERS; i++) {
            const char *name = nb_arena_printf(w->arena, "forum.example/kukla%zu", i);
            add(scene, 2000 + (int64_t)(text * 30000 + i * 1777), name, NB__EDGE__ACT__REPLY,
                pages[text]);
            scene->posts[scene->n - 1].acts[0].to = "yazar.example/";
            scene->posts[scene->n - 1].acts[1] =
                (struct act){NB__EDGE__ACT__COPY, "forum.example/ilk", page};
        }
    }
    struct nb_influencer ayla = ayla_of(scene);
    assert_int_equal(ayla.answering_n, LINKERS);
    assert_int_equal(ayla.groups_n, 1);
    assert_int_equal(ayla.reception_milli, NB_UNKNOWN_MILLI);
}

static void of_a_large_store_the_newest_acts_towards_the_authors_tell(void **state)
{
    struct scene *scene = *state;
    struct world *w = &scene->world;
    const struct nb_slice ayla = NB_LIT("yazar.example/ayla");
    add_ayla(scene);
    for (size_t i = 0; i < 2; i++) {
        add(scene, 3601 + (int64_t)i, linker(scene, i), NB__EDGE__ACT__LINK, pages[0]);
        add(scene, 39602 + (int64_t)i, linker(scene, i), NB__EDGE__ACT__LINK, pages[1]);
        add(scene, 80001 + 777 * (int64_t)i, linker(scene, i), NB__EDGE__ACT__LINK, pages[2]);
    }
    ayla_of(scene);
    struct nb_txn *txn = world_read(w);
    const struct nb_scope scope = {.txn = txn, .to_ms = WORLD_DAY_MS + 30 * NB_DAY_MS};
    assert_true(nb_table_count(txn, NB_TBL_EDGE) == 6);
    for (size_t acts_max = 1; acts_max <= 6; acts_max++) {
        struct nb_voices *voices;
        assert_int_equal(nb_voices_read(&scope, &ayla, 1, acts_max, &voices), NB_OK);
        bool same = nb_slice_eq(nb_voices_find(voices, NB_LIT("blog0.example")),
                                nb_voices_find(voices, NB_LIT("blog1.example")));
        assert_true(same == (acts_max == 6)); /* the newest five tell of one moment only */
        nb_voices_free(voices);
    }
    nb_read_end(txn);
}

#define SCENE(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(sites_that_link_at_different_times_are_voices_of_their_own),
        SCENE(sites_that_link_within_seconds_twice_are_one_voice),
        SCENE(accounts_that_answer_within_seconds_twice_are_received_as_one),
        SCENE(sites_of_one_owner_are_one_voice),
        SCENE(what_links_from_ones_own_sites_spreads_nothing),
        SCENE(newspapers_that_print_an_agency_at_once_are_voices_of_their_own),
        SCENE(who_copies_nearly_all_from_another_is_one_voice_with_it),
        SCENE(who_writes_more_than_it_copies_is_a_voice_of_its_own),
        SCENE(accounts_that_say_what_another_said_are_received_as_one),
        SCENE(of_a_large_store_the_newest_acts_towards_the_authors_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
