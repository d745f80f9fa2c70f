#include "tests/unit/world.h"

#include "analyzer/influence/messages.h"
#include "analyzer/topics/shingles.h"

enum { MAP_BYTES = 16 << 20 };

#define MESSAGE                                                                                    \
    "mavi raf yeni cam kavanozlarini tanitti kapaklari artik geri donusturulmus camdan yapiliyor"

struct said {
    const char *author, *url, *text;
    int64_t at_ms, likes_n; /* likes: -1 unknown */
    struct act act;
};

static void say(struct world *w, const struct said *said)
{
    const struct post post = {.at_ms = WORLD_DAY_MS + said->at_ms,
                              .author = said->author,
                              .url = said->url,
                              .comments_n = -1,
                              .acts = {said->act}};
    struct nb_annotation *a = world_annotation(w, &post);
    struct nb_document *document = world_document(w, &post, ++w->last);
    struct tr_token *tokens;
    struct nb_shingles shingles;
    size_t n;
    assert_int_equal(tr_tokenise(nb_slice_str(said->text), w->arena, &tokens, &n), NB_OK);
    assert_int_equal(nb_shingles_of(NULL, 0, tokens, n, w->arena, &shingles), NB_OK);
    assert_int_equal(nb_shingles_note(&shingles, w->arena, a), NB_OK);
    Nb__Engagement likes;
    Nb__Engagement *engagement[] = {&likes};
    nb__engagement__init(&likes);
    likes.kind = world_text(w, "likes");
    likes.has_count = 1;
    likes.count = said->likes_n >= 0 ? (uint64_t)said->likes_n : 0;
    document->engagement = engagement;
    document->n_engagement = said->likes_n >= 0;
    const struct nb_commit_item item = {.document = document, .annotation = a};
    struct nb_commit commit = {
        .items = &item, .items_n = 1, .cursor = w->last, .from = 1, .arena = w->scratch};
    struct nb_error error = {0};
    assert_int_equal(nb_store_write(w->store, nb_commit_run, &commit, &error), NB_OK);
}

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
    static const struct said all[] = {
        {"mavi.example/basin", "https://mavi.example/1", MESSAGE, 1000, 40, {0}},
        {"b.example/bora", "https://b.example/1", MESSAGE " begendim", 2000, 20, {0}},
        {"c.example/can", "https://c.example/1", MESSAGE " begendim", 3000, -1, {0}},
        {"d.example/defne",
         "https://d.example/1",
         "bugun okudugum en guzel duyuru bu oldu herkese tavsiye ederim",
         4000,
         5,
         {NB__EDGE__ACT__LINK, "mavi.example/", "https://mavi.example/1"}},
        {"forum.example/mavi",
         "https://forum.example/2",
         "bizim hesabimizdan da duyuralim dedik arkadaslar buyurun burada",
         5000,
         -1,
         {NB__EDGE__ACT__LINK, "mavi.example/", "https://mavi.example/1"}},
        {"e.example/ece",
         "https://e.example/1",
         "bambaska bir konu hakkinda uzun uzun yazilmis bir yazi",
         6000,
         900,
         {0}},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        say(w, &all[i]);
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
