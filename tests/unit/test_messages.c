#include "tests/unit/said.h"

#include "analyzer/influence/claims.h"
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
    assert_int_equal(nb_messages_spread(txn, &mine, NULL, from_ms, INT64_MAX, w->arena, &out),
                     NB_OK);
    nb_read_end(txn);
    return out;
}

/* What was sent out as a text, and what is one's own; own may be NULL. */
static struct nb_messages spread_of_text(struct world *w, const char *text, const char *own)
{
    struct nb_own mine = {.n = 0};
    struct nb_own_texts texts;
    struct nb_messages out;
    if (own) {
        assert_int_equal(nb_own_read(nb_slice_str(own), &mine), NB_OK);
    }
    assert_int_equal(nb_own_texts_read(nb_slice_str(text), w->arena, &texts, NULL), NB_OK);
    struct nb_txn *txn = world_read(w);
    assert_int_equal(nb_messages_spread(txn, &mine, &texts, 0, INT64_MAX, w->arena, &out), NB_OK);
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

/* Somebody links to Bora's copy, whom the log knows, and somebody to a page of his site that it did
 * not know then; a third one boosts it. */
static void commit_echoes(struct world *w)
{
    static const struct said all[] = {
        {"f.example/filiz",
         "https://f.example/1",
         "bu haberi okumadan gecmeyin derim ben begendim gercekten",
         7000,
         {NB__EDGE__ACT__LINK, "b.example/", "https://b.example/1"}},
        {"g.example/gul",
         "https://g.example/1",
         "cam kavanoz konusunda soylenecek her seyi yazmislar zaten",
         8000,
         {NB__EDGE__ACT__BOOST, "b.example/", "https://b.example/1"}},
        {"h.example/hale",
         "https://h.example/1",
         "baska bir sayfaya da bakmak isteyenler icin birakiyorum",
         9000,
         {NB__EDGE__ACT__LINK, "b.example/", "https://b.example/baska"}},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        say(w, &all[i]);
    }
}

static void a_text_that_was_sent_out_is_followed_without_a_site_of_ones_own(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    commit_echoes(&w);
    struct nb_messages got = spread_of_text(&w, "Duyuru: " MESSAGE ".", NULL);
    assert_int_equal(got.texts_n, 1);
    assert_int_equal(got.found_n, 1);
    assert_int_equal(got.documents_n, 0);
    assert_int_equal(carrier(&got, "mavi.example/basin")->copies_n, 1);
    assert_int_equal(carrier(&got, "b.example/bora")->copies_n, 1);
    assert_int_equal(carrier(&got, "b.example/bora")->onward_n, 1);
    assert_int_equal(carrier(&got, "c.example/can")->copies_n, 1);
    assert_int_equal(carrier(&got, "d.example/defne")->links_n, 1); /* to mavi's copy */
    assert_int_equal(carrier(&got, "f.example/filiz")->links_n, 1);
    assert_int_equal(carrier(&got, "g.example/gul")->boosts_n, 1);
    assert_int_equal(got.n, 7); /* with the forum's account; not hale nor ece */
    assert_slice_equal(got.carriers[0].author, "mavi.example/basin"); /* 40 likes */
    world_close(&w);
}

/* A text that is mended makes a revision, with another number than acts were kept with. */
static void acts_towards_a_copy_outlive_its_revision(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    commit_echoes(&w);
    const struct said again = {
        "b.example/bora", "https://b.example/1", MESSAGE " begendim", 2000, {0}};
    say(&w, &again);
    struct nb_messages got = spread_of_text(&w, MESSAGE, NULL);
    assert_int_equal(carrier(&got, "b.example/bora")->copies_n, 1);
    assert_int_equal(carrier(&got, "f.example/filiz")->links_n, 1);
    assert_int_equal(carrier(&got, "g.example/gul")->boosts_n, 1);
    assert_int_equal(got.n, 7);
    world_close(&w);
}

static void texts_and_ones_own_sites_are_taken_together(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    commit_echoes(&w);
    struct nb_messages got =
        spread_of_text(&w,
                       "bambaska bir konu hakkinda uzun uzun yazilmis bir yazi\n---\n\n" MESSAGE
                       "\n --- \nbunu da kimse bir yerde yayimlamadi ki bulunsun simdi",
                       "mavi.example,forum.example/mavi");
    assert_int_equal(got.texts_n, 3);
    assert_int_equal(got.found_n, 2);
    assert_int_equal(got.documents_n, 2);
    assert_int_equal(got.copied_n, 1);
    assert_int_equal(carrier(&got, "b.example/bora")->copies_n, 1); /* once, though known twice */
    assert_int_equal(carrier(&got, "d.example/defne")->links_n, 1);
    assert_int_equal(carrier(&got, "e.example/ece")->copies_n, 1);
    assert_int_equal(carrier(&got, "f.example/filiz")->links_n, 1);
    assert_int_equal(got.n, 6);
    world_close(&w);
}

/* Both copies by one account, each in turn; a page of that site; one of the copies before it was
 * there; and by the account itself. */
static void acts_towards_all_copies_of_one_account_are_counted_once(void **state)
{
    (void)state;
    static const struct said all[] = {
        {"bot.example/x", "https://bot.example/1", MESSAGE, 1000, {0}},
        {"bot.example/x", "https://bot.example/2", MESSAGE, 3000, {0}},
        {"f.example/filiz",
         "https://f.example/1",
         "bu haberi okumadan gecmeyin derim ben begendim gercekten",
         4000,
         {NB__EDGE__ACT__LINK, "bot.example/x", "https://bot.example/1"}},
        {"f.example/filiz",
         "https://f.example/2",
         "ikincisini de okumadan gecmeyin derim ama onu begenmedim",
         5000,
         {NB__EDGE__ACT__LINK, "bot.example/", "https://bot.example/2"}},
        {"g.example/gul",
         "https://g.example/1",
         "cam kavanoz konusunda soylenecek her seyi yazmislar zaten",
         2000,
         {NB__EDGE__ACT__LINK, "bot.example/x", "https://bot.example/2"}},
        {"h.example/hale",
         "https://h.example/1",
         "baska bir sayfaya da bakmak isteyenler icin birakiyorum",
         6000,
         {NB__EDGE__ACT__LINK, "bot.example/x", "https://bot.example/baska"}},
        {"bot.example/x",
         "https://bot.example/3",
         "benim yazdigimi herkes okusun diye bir daha soyluyorum",
         7000,
         {NB__EDGE__ACT__LINK, "bot.example/", "https://bot.example/1"}},
    };
    struct world w;
    world_open(&w, MAP_BYTES);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        say(&w, &all[i]);
    }
    struct nb_messages got = spread_of_text(&w, MESSAGE, NULL);
    assert_int_equal(got.n, 2);
    assert_int_equal(carrier(&got, "bot.example/x")->copies_n, 2);
    assert_int_equal(carrier(&got, "bot.example/x")->links_n, 0);
    assert_int_equal(carrier(&got, "f.example/filiz")->links_n, 2);
    world_close(&w);
}

static void as_many_copies_as_there_are_are_counted(void **state)
{
    (void)state;
    enum { COPIES = NB_CLAIM_STEPS + 20 };
    struct world w;
    world_open(&w, MAP_BYTES);
    for (int i = 0; i < COPIES; i++) {
        const struct said said = {nb_arena_printf(w.arena, "s%d.example/x", i),
                                  nb_arena_printf(w.arena, "https://s%d.example/1", i),
                                  MESSAGE,
                                  1000 * i,
                                  {0}};
        say(&w, &said);
    }
    assert_int_equal(spread_of_text(&w, MESSAGE, NULL).n, COPIES);
    world_close(&w);
}

static void a_text_that_nobody_took_is_not_found(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_story(&w);
    struct nb_messages got =
        spread_of_text(&w, "bunu kimse bir yerde yayimlamadi ki bulunsun", NULL);
    assert_int_equal(got.texts_n, 1);
    assert_int_equal(got.found_n, 0);
    assert_int_equal(got.n, 0);
    world_close(&w);
}

static void a_file_that_holds_no_texts_is_refused_with_what_is_wrong(void **state)
{
    (void)state;
    const struct {
        struct nb_slice file;
        enum nb_err err;
        const char *said;
    } rows[] = {
        {NB_LIT(""), NB_ESYNTAX, "there is no text in it"},
        {NB_LIT(" \n---\n---\n"), NB_ESYNTAX, "there is no text in it"},
        {NB_LIT("bir iki bir iki bir iki"), NB_ESYNTAX, "text 1 has fewer than 5"},
        {NB_LIT("bir iki uc dort bes alti yedi\n---\n!?\n"), NB_ESYNTAX, "text 2 has fewer"},
        {NB_LIT("\x7f\x45LF\0\0\x01\x02"), NB_ESYNTAX, "no plain text"},
    };
    struct nb_arena *arena = nb_arena_new(64 << 20);
    struct nb_own_texts texts;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_error error = {0};
        assert_int_equal(nb_own_texts_read(rows[i].file, arena, &texts, &error), rows[i].err);
        if (!strstr(error.text, rows[i].said)) {
            fail_msg("row %zu: %s", i, error.text);
        }
    }
    char *many = calloc(1, NB_OWN_TEXTS_BYTES + 1);
    memset(many, 'a', NB_OWN_TEXTS_BYTES + 1);
    assert_int_equal(nb_own_texts_read(nb_slice(many, NB_OWN_TEXTS_BYTES + 1), arena, &texts, NULL),
                     NB_ETOOBIG);
    size_t len = 0;
    for (int i = 0; i <= NB_OWN_TEXTS_MAX; i++) {
        len += (size_t)snprintf(many + len, NB_OWN_TEXTS_BYTES - len,
                                "bu %d numarali metin olsun bakalim\n---\n", i);
    }
    assert_int_equal(nb_own_texts_read(nb_slice(many, len), arena, &texts, NULL), NB_ETOOBIG);
    free(many);
    nb_arena_free(arena);
}

/* Turkish letters in an old encoding and in UTF-16. */
static void a_file_may_be_in_any_encoding(void **state)
{
    (void)state;
    static const char old[] = "\xde"
                              "irin bir \xe7"
                              "i\xe7"
                              "ek a\xe7t\xfd d\xfcn bah\xe7"
                              "ede";
    static const char utf8[] = "\xc5\x9e"
                               "irin bir \xc3\xa7i\xc3\xa7"
                               "ek a\xc3\xa7t\xc4\xb1 d\xc3\xbcn bah\xc3\xa7"
                               "ede";
    char wide[2 * sizeof(old)] = "\xff\xfe";
    const char plain[] = "sirin bir cicek acti dun bahcede";
    size_t n = 2;
    for (size_t i = 0; i + 1 < sizeof(plain); i++) {
        wide[n++] = plain[i];
        wide[n++] = 0;
    }
    struct nb_arena *arena = nb_arena_new(16 << 20);
    struct nb_own_texts a, b, c;
    assert_int_equal(nb_own_texts_read(nb_slice(old, sizeof(old) - 1), arena, &a, NULL), NB_OK);
    assert_int_equal(nb_own_texts_read(nb_slice(utf8, sizeof(utf8) - 1), arena, &b, NULL), NB_OK);
    assert_int_equal(nb_own_texts_read(nb_slice(wide, n), arena, &c, NULL), NB_OK);
    assert_int_equal(nb_shingles_compare(&a.all[0], &b.all[0]).resemblance_milli, 1000);
    assert_int_equal(nb_shingles_compare(&a.all[0], &c.all[0]).resemblance_milli, 1000);
    nb_arena_free(arena);
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
        cmocka_unit_test(a_text_that_was_sent_out_is_followed_without_a_site_of_ones_own),
        cmocka_unit_test(acts_towards_a_copy_outlive_its_revision),
        cmocka_unit_test(texts_and_ones_own_sites_are_taken_together),
        cmocka_unit_test(acts_towards_all_copies_of_one_account_are_counted_once),
        cmocka_unit_test(as_many_copies_as_there_are_are_counted),
        cmocka_unit_test(a_text_that_nobody_took_is_not_found),
        cmocka_unit_test(a_file_that_holds_no_texts_is_refused_with_what_is_wrong),
        cmocka_unit_test(a_file_may_be_in_any_encoding),
        cmocka_unit_test(a_list_of_ones_own_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
