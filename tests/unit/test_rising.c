#include "tests/unit/world.h"

#include "analyzer/index/entry.h"
#include "analyzer/index/index.h"
#include "analyzer/rising.h"

enum { MAP_BYTES = 16 << 20 };

/* What the index has of one document. */
struct said {
    int64_t at_ms;
    const char *site;
    const char *roots; /* "root/form root/form" */
};

struct batch {
    struct world *w;
    const struct said *all;
    size_t n;
    uint64_t first;
};

static enum nb_err add(struct nb_txn *txn, void *arg)
{
    const struct batch *b = arg;
    struct nb_index_tail tail = {.known = false};
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < b->n; i++) {
        struct nb_buf entry, words;
        struct nb_document *d = nb_document_new(b->w->arena);
        struct nb_annotation *a = nb_annotation_new(b->w->arena);
        Nb__TopicHit hit = NB__TOPIC_HIT__INIT, *hits[] = {&hit};
        struct nb_slice rest = nb_slice_str(b->all[i].roots), word;
        nb_buf_init(&words, 1 << 16);
        nb_buf_init(&entry, 1 << 16);
        while (nb_slice_split(&rest, ' ', &word)) {
            size_t slash = nb_slice_find_byte(word, '/', 0);
            nb_entry_term(&words, NB_TERM_LEMMA, nb_slice_sub(word, 0, slash));
            nb_entry_term(&words, NB_TERM_FORM, nb_slice_sub(word, slash + 1, word.len));
            nb_entry_step(&words, 1);
        }
        hit.topic = nb_arena_strdup(b->w->arena, NB_LIT("acme"));
        a->topics = hits;
        a->n_topics = 1;
        a->has_at_ms = 1;
        a->at_ms = b->all[i].at_ms;
        d->site = a->site = nb_arena_strdup(b->w->arena, nb_slice_str(b->all[i].site));
        err = nb_entry_make(d, a, nb_slice_str(b->all[i].site), nb_buf_slice(&words), &entry);
        if (err == NB_OK) {
            err = nb_index_add(txn, &tail, b->first + i, nb_buf_slice(&entry));
        }
        nb_buf_fini(&words);
        nb_buf_fini(&entry);
    }
    return err;
}

static void say(struct world *w, const struct said *all, size_t n, uint64_t first)
{
    struct batch b = {w, all, n, first};
    struct nb_error error = {0};
    if (nb_store_write(w->store, add, &b, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
}

/* Ten days with ten documents each, then a day. Everything is said of "kargo". */
static void fill(struct world *w)
{
    struct said before[100], now[12];
    for (size_t i = 0; i < 100; i++) {
        before[i] = (struct said){WORLD_DAY_MS - 10 * NB_DAY_MS + (int64_t)i * NB_DAY_MS / 10,
                                  i % 2 ? "a.example" : (i % 4 ? "b.example" : "c.example"),
                                  i % 50 ? "kargo/kargom gel/geldi" : "kargo/kargo depo/depoda"};
    }
    for (size_t i = 0; i < 12; i++) {
        now[i] =
            (struct said){WORLD_DAY_MS + (int64_t)i * NB_HOUR_MS, i % 2 ? "a.example" : "b.example",
                          i < 6 ? "kargo/kargom yan/yangin yangin/yangin depo/depoda"
                                : "kargo/kargo gel/gelmedi"};
    }
    now[5].roots = "kargo/kargo yan/yanginda yangin/yanginda depo/depo tek/tek";
    say(w, before, 100, 1);
    say(w, now, 12, 101);
}

static void ask(struct world *w, struct nb_rising_query *query, struct nb_rising *out)
{
    struct nb_txn *txn = world_read(w);
    query->topic = NB_LIT("acme");
    query->from_ms = WORLD_DAY_MS;
    query->to_ms = WORLD_DAY_MS + NB_DAY_MS;
    assert_int_equal(nb_rising_find(txn, query, w->arena, out), NB_OK);
    nb_read_end(txn);
}

static void what_is_said_far_more_often_rises_and_one_word_is_told_once(void **state)
{
    (void)state;
    struct world w;
    struct nb_rising found;
    struct nb_rising_query query = {.before_ms = WORLD_DAY_MS - 10 * NB_DAY_MS};
    world_open(&w, MAP_BYTES);
    fill(&w);
    ask(&w, &query, &found);
    assert_int_equal(found.documents_n, 12);
    assert_int_equal(found.before_n, 100);
    assert_int_equal(found.terms_n, 1); /* not kargo, which is always said, nor what is said once */
    assert_slice_equal(found.terms[0].text, "yangin");
    assert_slice_equal(found.terms[0].with, "depoda");
    assert_int_equal(found.terms[0].n, 6);
    assert_int_equal(found.terms[0].before_n, 0);
    assert_true(found.terms[0].deviation_milli >= NB_RISING_MIN_Z);
    world_close(&w);
}

static void documents_that_repeat_others_do_not_make_a_word_rise(void **state)
{
    (void)state;
    struct world w;
    struct nb_rising found;
    static const uint64_t copies[] = {102, 103, 104, 105};
    struct nb_rising_query query = {
        .before_ms = WORLD_DAY_MS - 10 * NB_DAY_MS, .without = copies, .without_n = 4};
    world_open(&w, MAP_BYTES);
    fill(&w);
    ask(&w, &query, &found);
    assert_int_equal(found.documents_n, 8);
    assert_int_equal(found.terms_n, 0); /* two documents are too few */
    world_close(&w);
}

static void a_site_that_always_spoke_is_missed(void **state)
{
    (void)state;
    struct world w;
    struct nb_rising found;
    struct nb_rising_query query = {.before_ms = WORLD_DAY_MS - 8 * NB_DAY_MS};
    world_open(&w, MAP_BYTES);
    fill(&w);
    ask(&w, &query, &found);
    assert_int_equal(found.silent_n, 0); /* c.example: twenty in eight days, under three a day */
    query.before_ms = WORLD_DAY_MS - 10 * NB_DAY_MS;
    static const struct said more[] = {
        {WORLD_DAY_MS - NB_HOUR_MS, "c.example", "kargo/kargo"},
        {WORLD_DAY_MS - NB_HOUR_MS, "c.example", "kargo/kargo"},
        {WORLD_DAY_MS - NB_HOUR_MS, "c.example", "kargo/kargo"},
        {WORLD_DAY_MS - NB_HOUR_MS, "c.example", "kargo/kargo"},
        {WORLD_DAY_MS - NB_HOUR_MS, "c.example", "kargo/kargo"},
    };
    say(&w, more, 5, 113);
    ask(&w, &query, &found);
    assert_int_equal(found.silent_n, 1);
    assert_slice_equal(found.silent[0].site, "c.example");
    assert_int_equal(found.silent[0].before_n, 30);
    world_close(&w);
}

static void nothing_is_said_of_a_topic_without_documents(void **state)
{
    (void)state;
    struct world w;
    struct nb_rising found;
    struct nb_rising_query query = {.before_ms = WORLD_DAY_MS - 8 * NB_DAY_MS};
    world_open(&w, MAP_BYTES);
    ask(&w, &query, &found);
    assert_int_equal(found.terms_n, 0);
    assert_int_equal(found.silent_n, 0);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_far_more_often_rises_and_one_word_is_told_once),
        cmocka_unit_test(documents_that_repeat_others_do_not_make_a_word_rise),
        cmocka_unit_test(a_site_that_always_spoke_is_missed),
        cmocka_unit_test(nothing_is_said_of_a_topic_without_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
