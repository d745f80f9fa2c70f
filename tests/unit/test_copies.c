#include "tests/unit/dump.h"
#include "tests/unit/said.h"

#include "analyzer/topics/copies.h"

enum { MAP_BYTES = 16 << 20, LONG_WORDS = 1000 };

static bool copied(const char *a, const char *b)
{
    struct nb_shingles first = shingles_of(a), second = shingles_of(b);
    struct nb_likeness one = nb_shingles_compare(&first, &second);
    struct nb_likeness other = nb_shingles_compare(&second, &first);
    assert_memory_equal(&one, &other, sizeof(one));
    return nb_shingles_copied(&one);
}

#define CLAIM                                                                                      \
    "Mavi Raf \xc3\xa7ikolatalar\xc4\xb1nda b\xc3\xb6"                                             \
    "cek bulunmu\xc5\x9f, ma\xc4\x9f"                                                              \
    "azalar "                                                                                      \
    "toplat\xc4\xb1yor. Kimse haber yapm\xc4\xb1yor!"

static void what_was_copied_is_told_from_what_was_not(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool want;
    } rows[] = {
        {CLAIM, CLAIM, true},
        {CLAIM,
         "mavi raf cikolatalarinda bocek bulunmus, magazalar toplatiyor. kimse haber "
         "yapmiyor",
         true},
        {CLAIM,
         "MAV\xc4\xb0 RAF \xc3\x87\xc4\xb0KOLATALARINDA B\xc3\x96"
         "CEK BULUNMU\xc5\x9e "
         "\xf0\x9f\x98\xb1\xf0\x9f\x98\xb1 MA\xc4\x9e"
         "AZALAR TOPLATIYOR",
         true},
        {CLAIM,
         "Kimse haber yapm\xc4\xb1yor! @biri Mavi Raf \xc3\xa7ikolatalar\xc4\xb1nda "
         "b\xc3\xb6"
         "cek bulunmu\xc5\x9f, ma\xc4\x9f"
         "azalar toplat\xc4\xb1yor. "
         "https://a.example/x",
         true},
        {CLAIM, "Mavi Raf \xc3\xa7ikolatalar\xc4\xb1 yine indirimde, kimse haber vermiyor", false},
        {"G\xc3\xbcnayd\xc4\xb1n herkese mutlu haftalar, bug\xc3\xbcn deniz \xc3\xa7ok "
         "g\xc3\xbczel",
         "G\xc3\xbcnayd\xc4\xb1n herkese mutlu haftalar, yine toplant\xc4\xb1 yine trafik", false},
        {"iyi geceler", "iyi geceler", false},
        {"", CLAIM, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (copied(rows[i].a, rows[i].b) != rows[i].want) {
            fail_msg("row %zu", i);
        }
    }
}

/* A text of many words; from `from` on they are others. */
static char *long_text(size_t words, size_t from)
{
    char *text = calloc(words, 8), *to = text;
    for (size_t i = 0; i < words; i++) {
        to += snprintf(to, 8, "%c%c%zu ", (char)('a' + i * 7 % 26), i < from ? 'k' : 'z', i % 1000);
    }
    return text;
}

static void long_texts_are_compared_by_a_part_of_them(void **state)
{
    (void)state;
    char *whole = long_text(LONG_WORDS, LONG_WORDS);
    char *most = long_text(LONG_WORDS, LONG_WORDS * 9 / 10);
    char *little = long_text(LONG_WORDS, LONG_WORDS / 5);
    struct nb_shingles shingles = shingles_of(whole);
    assert_true(shingles.cut);
    assert_int_equal(shingles.n, NB_SHINGLES_MAX);
    assert_true(copied(whole, most));
    assert_false(copied(whole, little));
    free(whole);
    free(most);
    free(little);
}

static void hashes_are_what_older_stores_hold(void **state)
{
    (void)state;
    struct nb_shingles s =
        shingles_of("bir iki \xc3\xbc\xc3\xa7 d\xc3\xb6rt be\xc5\x9f alt\xc4\xb1");
    assert_int_equal(s.n, 5);
    assert_int_equal(s.all[0], 0x284e97aa);
    assert_int_equal(s.keys[0], 0x3b277ce1454310dfu);
}

/* ---- in the store ---- */

static uint64_t cluster_of(struct world *w, uint64_t number)
{
    struct nb_annotation *a;
    struct nb_txn *txn = world_read(w);
    assert_int_equal(nb_analysis_annotation(txn, number, w->arena, &a), NB_OK);
    nb_read_end(txn);
    assert_true(a->has_cluster);
    return a->cluster;
}

/* The authors of a cluster in the order of publication, as one string. */
static const char *order_of(struct world *w, uint64_t cluster)
{
    const struct nb_copy_row *rows;
    size_t n;
    char *out = nb_arena_strdup(w->arena, NB_LIT(""));
    struct nb_txn *txn = world_read(w);
    assert_int_equal(nb_copies_list(txn, cluster, 10, w->arena, &rows, &n), NB_OK);
    for (size_t i = 0; i < n; i++) {
        out = nb_arena_printf(w->arena, "%s%s ", out, rows[i].copy->author);
    }
    nb_read_end(txn);
    return out;
}

static void copies_are_kept_in_the_order_of_publication(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    say(&w, &(struct said){"b.example/veli", "https://b.example/1", CLAIM, 2000, {0}});
    say(&w,
        &(struct said){
            "c.example/can", "https://c.example/1", "bambaska bir sey hakkinda yazi", 2500, {0}});
    say(&w, &(struct said){"d.example/derya", "https://d.example/1", CLAIM " !!", 3000, {0}});
    say(&w, &(struct said){"a.example/ayla", "https://a.example/1", CLAIM, 1000, {0}});
    assert_int_equal(cluster_of(&w, 1), 1);
    assert_int_equal(cluster_of(&w, 2), 2);
    assert_int_equal(cluster_of(&w, 3), 1);
    assert_int_equal(cluster_of(&w, 4), 1);
    assert_string_equal(order_of(&w, 1), "a.example/ayla b.example/veli d.example/derya ");

    const struct nb_edge *const *edges;
    size_t n;
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_analysis_edges_to(txn, NB_LIT("b.example/veli"), w.arena, &edges, &n),
                     NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(edges[0]->act, NB__EDGE__ACT__COPY);
    assert_string_equal(edges[0]->from, "d.example/derya");
    assert_string_equal(edges[0]->url, "https://b.example/1");
    nb_read_end(txn);
    world_close(&w);
}

static void a_cluster_outlives_the_document_that_founded_it(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    say(&w, &(struct said){"a.example/ayla", "https://a.example/1", CLAIM, 1000, {0}});
    say(&w, &(struct said){"b.example/veli", "https://b.example/1", CLAIM, 2000, {0}});
    say(&w, &(struct said){"a.example/ayla",
                           "https://a.example/1",
                           "d\xc3\xbczeltme: bu haber do\xc4\x9fru "
                           "de\xc4\x9filmi\xc5\x9f, kald\xc4\xb1rd\xc4\xb1m",
                           1000,
                           {0}});
    say(&w, &(struct said){"c.example/can", "https://c.example/1", CLAIM, 3000, {0}});
    assert_int_equal(cluster_of(&w, 3), 3);
    assert_int_equal(cluster_of(&w, 4), 1);
    assert_string_equal(order_of(&w, 1), "b.example/veli c.example/can ");
    world_close(&w);
}

static void taking_everything_away_leaves_nothing(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    say(&w, &(struct said){"a.example/ayla", "https://a.example/1", CLAIM, 1000, {0}});
    say(&w, &(struct said){"b.example/veli", "https://b.example/1", CLAIM, 2000, {0}});
    say(&w, &(struct said){"a.example/ayla", "https://a.example/1", NULL, 1000, {0}});
    say(&w, &(struct said){"b.example/veli", "https://b.example/1", NULL, 2000, {0}});
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_table_count(txn, NB_TBL_COPY), 0);
    assert_int_equal(nb_table_count(txn, NB_TBL_SHINGLE), 0);
    assert_int_equal(nb_table_count(txn, NB_TBL_EDGE), 0);
    nb_read_end(txn);
    world_close(&w);
}

static void a_formula_that_many_use_is_nobodys_copy(void **state)
{
    (void)state;
    static const char *const formula = "allah rahmet eylesin mekani cennet olsun";
    struct world w;
    world_open(&w, MAP_BYTES);
    for (size_t i = 0; i < 20; i++) { /* each says more of his own than the formula */
        char text[256], author[64], url[64];
        (void)snprintf(text, sizeof(text), "%s a%zu b%zu c%zu d%zu e%zu f%zu g%zu h%zu", formula, i,
                       i, i, i, i, i, i, i);
        (void)snprintf(author, sizeof(author), "a.example/u%zu", i);
        (void)snprintf(url, sizeof(url), "https://a.example/%zu", i);
        say(&w, &(struct said){author, url, text, (int64_t)i, {0}});
    }
    say(&w, &(struct said){"b.example/veli", "https://b.example/1", formula, 5000, {0}});
    say(&w, &(struct said){"c.example/can", "https://c.example/1", formula, 6000, {0}});
    assert_int_equal(cluster_of(&w, 21), 21);
    assert_int_equal(cluster_of(&w, 22), 22);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_copied_is_told_from_what_was_not),
        cmocka_unit_test(long_texts_are_compared_by_a_part_of_them),
        cmocka_unit_test(hashes_are_what_older_stores_hold),
        cmocka_unit_test(copies_are_kept_in_the_order_of_publication),
        cmocka_unit_test(a_cluster_outlives_the_document_that_founded_it),
        cmocka_unit_test(taking_everything_away_leaves_nothing),
        cmocka_unit_test(a_formula_that_many_use_is_nobodys_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
