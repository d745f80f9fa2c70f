#include "tests/unit/said.h"

#include "analyzer/influence/messages.h"

enum { MAP_BYTES = 16 << 20 };

#define MESSAGE                                                                                    \
    "mavi raf yeni cam kavanozlarini tanitti kapaklari artik geri donusturulmus camdan yapiliyor"

static struct nb_messages spread_of(struct world *w, const char *own, int64_t from_ms)
{
    struct nb_own mine;
    struct nb_messages out;
    assert_int_equal(nb_own_read(nb_slice_str(own), &mine), NB_OK);
    struct nb_txn *txn = world_read(w);
    assert_int_equal(nb_messages_spread(txn, &mine, from_ms, INT64_MAX, w->arena, &out), NB_OK);
    nb_read_end(txn);
    return out;
}

static const struct nb_carrier *carrier(const struct nb_messages *messages, const char *author)
{
    for (size_t i = 0; i < messages->n; i++) {
        if (nb_slice_eq(messages->carriers[i].author, nb_slice_str(author))) {
            return &messages->carriers[i];
        }
    }
    fail_msg("%s is not there", author);
    return NULL;
}

static void commit_story(struct world *w)
{
    static const struct {
        struct said said;
        int64_t likes_n; /* -1: unknown */
    } all[] = {
        {{"mavi.example/basin", "https://mavi.example/1", MESSAGE, 1000, {0}}, 40},
        {{"b.example/bora", "https://b.example/1", MESSAGE " begendim", 2000, {0}}, 20},
        {{"c.example/can", "https://c.example/1", MESSAGE " begendim", 3000, {0}}, -1},
        {{"d.example/defne",
          "https://d.example/1",
          "bugun okudugum en guzel duyuru bu oldu herkese tavsiye ederim",
          4000,
          {NB__EDGE__ACT__LINK, "mavi.example/", "https://mavi.example/1"}},
         5},
        {{"forum.example/mavi",
          "https://forum.example/2",
          "bizim hesabimizdan da duyuralim dedik arkadaslar buyurun burada",
          5000,
          {NB__EDGE__ACT__LINK, "mavi.example/", "https://mavi.example/1"}},
         -1},
        {{"e.example/ece",
          "https://e.example/1",
          "bambaska bir konu hakkinda uzun uzun yazilmis bir yazi",
          6000,
          {0}},
         900},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        say_liked(w, &all[i].said, all[i].likes_n);
    }
}

static void who_carries_a_message_is_told_with_how(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_messages got = spread_of(&w, "mavi.example, forum.example/mavi", 0);
    assert_int_equal(got.documents_n, 2);
    assert_int_equal(got.copied_n, 1);
    assert_int_equal(got.n, 3); /* not one's own account, nor who writes of something else */
    assert_int_equal(carrier(&got, "b.example/bora")->copies_n, 1);
    assert_int_equal(carrier(&got, "b.example/bora")->onward_n, 1); /* can has bora's words */
    assert_int_equal(carrier(&got, "c.example/can")->onward_n, 0);
    assert_int_equal(carrier(&got, "d.example/defne")->links_n, 1);
    assert_int_equal(carrier(&got, "d.example/defne")->copies_n, 0);
    assert_slice_equal(got.carriers[0].author, "b.example/bora"); /* 20 likes */
    assert_int_equal(got.carriers[0].added_n, 2000);
    assert_false(carrier(&got, "c.example/can")->reach.known);
    assert_int_equal(got.added_n, 2500);
    world_close(&w);
}

static void what_was_taken_from_others_is_not_ones_own(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_messages got = spread_of(&w, "b.example", 0);
    assert_int_equal(got.n, 1); /* not mavi, who was first */
    assert_slice_equal(got.carriers[0].author, "c.example/can");
    world_close(&w);
}

static void the_window_bounds_acts_and_copies(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_messages got = spread_of(&w, "mavi.example", WORLD_DAY_MS + 3500);
    assert_int_equal(got.n, 2); /* the links of defne and of the account that was not named */
    assert_int_equal(got.documents_n, 0);
    assert_int_equal(spread_of(&w, "kimse.example", 0).n, 0);
    world_close(&w);
}

static void a_list_of_ones_own_is_read(void **state)
{
    (void)state;
    struct nb_own own;
    assert_int_equal(nb_own_read(NB_LIT(""), &own), NB_EINVAL);
    assert_int_equal(nb_own_read(NB_LIT(" , ,"), &own), NB_EINVAL);
    assert_int_equal(nb_own_read(NB_LIT(" a.example ,b.example/c,"), &own), NB_OK);
    assert_int_equal(own.n, 2);
    assert_true(nb_own_has(&own, NB_LIT("a.example/x")));
    assert_true(nb_own_has(&own, NB_LIT("b.example/c")));
    assert_false(nb_own_has(&own, NB_LIT("b.example/d")));
    assert_int_equal(nb_own_read(NB_LIT("a.example/x,a.example,a.example,a.example/y"), &own),
                     NB_OK);
    assert_int_equal(own.n, 1);
    assert_slice_equal(own.names[0], "a.example");
    char many[NB_OWN_MAX * 2 + 8];
    memset(many, ',', sizeof(many));
    for (size_t i = 0; i < sizeof(many); i += 2) {
        many[i] = 'a';
    }
    assert_int_equal(nb_own_read(nb_slice(many, sizeof(many)), &own), NB_ETOOBIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_carries_a_message_is_told_with_how),
        cmocka_unit_test(what_was_taken_from_others_is_not_ones_own),
        cmocka_unit_test(the_window_bounds_acts_and_copies),
        cmocka_unit_test(a_list_of_ones_own_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
