#include "tests/unit/world.h"

#include <nabiz/choice.h>
#include <nabiz/verdict.h>

#include "analyzer/sentiment/opinion.h"

enum { MAP_BYTES = 16 << 20, GENERATED_N = 600 };

#define SIGN(name) (UINT32_C(1) << NB_SIGN_##name)

/* Ayla writes seven times: one is denied twice, one denies and is agreed with, one is deleted. */
static void commit_record(struct world *w)
{
    static const struct {
        const char *author, *url, *towards;
        uint32_t signs;
        bool deleted;
    } rows[] = {
        {"a.example/ayla", "https://a.example/1", NULL, 0, false},
        {"a.example/ayla", "https://a.example/2", NULL, SIGN(HEARSAY), false},
        {"a.example/ayla", "https://a.example/3", NULL, SIGN(DENIAL), false},
        {"a.example/ayla", "https://a.example/4", NULL, SIGN(PAID), false},
        {"a.example/ayla", "https://a.example/5", "https://d.example/1", 0, false},
        {"a.example/ayla", "https://a.example/6", NULL, SIGN(CORRECTION), false},
        {"b.example/veli", "https://b.example/1", "https://a.example/2", SIGN(DENIAL), false},
        {"c.example/can", "https://c.example/1", "https://a.example/2", SIGN(DENIAL), false},
        {"c.example/can", "https://c.example/2", "https://a.example/3", SIGN(DENIAL), false},
        {"b.example/veli", "https://b.example/2", "https://a.example/1", 0, false},
        {"a.example/ayla", "https://a.example/1", NULL, 0, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct post post = {.at_ms = WORLD_DAY_MS + (int64_t)i * NB_HOUR_MS,
                            .author = rows[i].author,
                            .url = rows[i].url,
                            .topic = "acme",
                            .comments_n = -1,
                            .signs = rows[i].signs,
                            .deleted = rows[i].deleted};
        if (rows[i].towards) {
            bool to_d = strstr(rows[i].towards, "d.example") != NULL;
            post.acts[0] = (struct act){NB__EDGE__ACT__LINK, to_d ? "d.example/" : "a.example/",
                                        rows[i].towards};
        }
        world_commit(w, &post, 1, 1);
    }
}

static void a_record_counts_documents_and_shows_them(void **state)
{
    (void)state;
    static const uint64_t want[NB_CREDITS_N] = {
        [NB_CREDIT_CITED] = 1,   [NB_CREDIT_CORRECTED] = 1, [NB_CREDIT_PAID] = 1,
        [NB_CREDIT_HEARSAY] = 1, [NB_CREDIT_DELETED] = 1,   [NB_CREDIT_DENIED] = 1};
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_record(&w);
    struct nb_txn *txn = world_read(&w);
    struct nb_credibility record;
    assert_int_equal(
        nb_credibility(txn, NB_LIT("a.example/ayla"), INT64_MAX, NULL, w.arena, &record), NB_OK);
    assert_int_equal(record.documents_n, 5);
    for (size_t i = 0; i < NB_CREDITS_N; i++) {
        if (record.credits[i].n != want[i]) {
            fail_msg("%s: %d", nb_credit_name((enum nb_credit)i), (int)record.credits[i].n);
        }
    }
    assert_int_equal(record.credits[NB_CREDIT_DENIED].samples[0], 7); /* Veli was first to deny */
    assert_int_equal(record.credits[NB_CREDIT_DELETED].samples[0], 1);
    struct nb_weights weights;
    nb_weights_usual(&weights);
    int64_t good = 1000 + weights.credibility_cited;
    int64_t bad = 1000 + weights.credibility_hearsay + weights.credibility_deleted +
                  weights.credibility_denied;
    assert_int_equal(record.credibility_milli, 1000 * good / (good + bad));
    assert_int_equal(
        nb_credibility(txn, NB_LIT("c.example/can"), INT64_MAX, NULL, w.arena, &record), NB_OK);
    assert_int_equal(record.credibility_milli, NB_UNKNOWN_MILLI); /* two documents */
    nb_read_end(txn);
    world_close(&w);
}

/* What eight documents of one kind come to. */
static int32_t record_of(uint32_t signs, bool cites)
{
    struct world w;
    struct nb_credibility record;
    world_open(&w, MAP_BYTES);
    for (size_t i = 0; i < 8; i++) {
        struct post post = {.at_ms = WORLD_DAY_MS + (int64_t)i * NB_HOUR_MS,
                            .author = "a.example/",
                            .url = nb_arena_printf(w.arena, "https://a.example/%zu", i),
                            .comments_n = -1,
                            .signs = signs};
        if (cites) {
            post.acts[0] = (struct act){NB__EDGE__ACT__LINK, "z.example/", "https://z.example/1"};
        }
        world_commit(&w, &post, 1, 1);
    }
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_credibility(txn, NB_LIT("a.example/"), INT64_MAX, NULL, w.arena, &record),
                     NB_OK);
    nb_read_end(txn);
    world_close(&w);
    return record.credibility_milli;
}

/* Who cites nobody and shouts at nobody has nothing against them: a local site is like that. */
static void shouting_speaks_against_an_author_and_silence_does_not(void **state)
{
    (void)state;
    int32_t local = record_of(0, false), loud = record_of(SIGN(SENSATION), false);
    int32_t agency = record_of(0, true), tabloid = record_of(SIGN(SENSATION), true);
    assert_int_equal(local, 500);
    assert_true(loud < 200);
    assert_true(agency > 700);
    assert_true(tabloid < agency && tabloid > loud);
}

static void acts_towards_own_sites_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *author, *sites;
        uint64_t n;
    } rows[] = {{"b.example/veli", "a.example", 2},
                {"c.example/can", "d.example, a.example", 2},
                {"c.example/can", "d.example", 0},
                {"a.example/ayla", "a.example,d.example", 1},
                {"b.example/veli", "a.example/ayla,a.example,a.example", 2},
                {"b.example/veli", "a.exampl", 0},
                {"b.example/veli", "a.example/ayla", 2},
                {"b.example/veli", "a.example/ay", 0}};
    struct world w;
    world_open(&w, MAP_BYTES);
    commit_record(&w);
    struct nb_txn *txn = world_read(&w);
    const struct nb_influence_query query = {.to_ms = INT64_MAX};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t n;
        assert_int_equal(nb_influence_own(txn, nb_slice_str(rows[i].author),
                                          nb_slice_str(rows[i].sites), &query, w.arena, &n),
                         NB_OK);
        assert_int_equal(n, rows[i].n);
    }
    nb_read_end(txn);
    world_close(&w);
}

static void the_verdict_says_what_the_parts_say(void **state)
{
    (void)state;
    enum { NONE = NB_UNKNOWN_MILLI };
    static const struct {
        int32_t reach, trust, spread, reception, coordination, credibility;
        enum nb_answer_kind meaning, believed, moving;
        const char *advice; /* begins with */
        uint64_t posts_n, shouting_n;
        const char *mark;
    } rows[] = {
        {NONE, NONE, NONE, NONE, NONE, NONE, NB_ANSWER_UNKNOWN, NB_ANSWER_UNKNOWN,
         NB_ANSWER_UNKNOWN, "serve them like any customer", 8, 0, ""},
        {600, 600, 500, 300, 0, 700, NB_ANSWER_YES, NB_ANSWER_YES, NB_ANSWER_YES,
         "take them seriously", 8, 0, "trusted"},
        {600, 600, 500, 300, 900, 700, NB_ANSWER_YES, NB_ANSWER_YES, NB_ANSWER_YES,
         "do not count on them", 8, 0, "coordinated: risk 900"},
        {600, 600, 500, 300, 0, 100, NB_ANSWER_YES, NB_ANSWER_NO, NB_ANSWER_YES, "a loud voice", 8,
         0, "loud: not believed"},
        {600, 600, 500, -600, 0, 700, NB_ANSWER_YES, NB_ANSWER_YES, NB_ANSWER_YES, "a loud voice",
         8, 0, "loud: readers contradict"},
        {50, 600, 50, NONE, 0, 700, NB_ANSWER_NO, NB_ANSWER_YES, NB_ANSWER_NO, "a trusted voice", 8,
         0, "trusted: few follow"},
        {300, 50, 50, NONE, 0, NONE, NB_ANSWER_PARTLY, NB_ANSWER_NO, NB_ANSWER_NO, "some weight", 8,
         0, ""},
        {50, 0, 50, NONE, 0, 400, NB_ANSWER_NO, NB_ANSWER_NO, NB_ANSWER_NO, "serve them", 8, 0, ""},
        /* a loud site; the same that shouts now and then; two documents are too few to say so */
        {56, 478, 563, 530, 0, 703, NB_ANSWER_YES, NB_ANSWER_PARTLY, NB_ANSWER_YES,
         "a loud voice that shouts", 11, 9, "loud: 9 of 11 shout"},
        {56, 478, 563, 530, 0, 703, NB_ANSWER_YES, NB_ANSWER_YES, NB_ANSWER_YES,
         "take them seriously", 11, 3, "trusted"},
        {56, 478, 563, 530, 0, 703, NB_ANSWER_YES, NB_ANSWER_YES, NB_ANSWER_YES,
         "take them seriously", 2, 2, "trusted"},
        /* five kind answers to somebody nobody takes anything up from */
        {19, 0, NONE, 360, 0, 625, NB_ANSWER_YES, NB_ANSWER_PARTLY, NB_ANSWER_UNKNOWN,
         "some weight", 9, 0, ""},
        /* who repeats an agency and says so; a local site that cites nobody */
        {300, 400, 500, 100, 0, 560, NB_ANSWER_YES, NB_ANSWER_PARTLY, NB_ANSWER_YES,
         "take them seriously", 40, 0, "somewhat trusted"},
        {90, NONE, 480, 200, 0, 500, NB_ANSWER_YES, NB_ANSWER_PARTLY, NB_ANSWER_YES,
         "take them seriously", 6, 1, "somewhat trusted"},
    };
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_weights weights;
    nb_weights_usual(&weights);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_influencer who = {.reach_milli = rows[i].reach,
                                          .trust_milli = rows[i].trust,
                                          .spread_milli = rows[i].spread,
                                          .reception_milli = rows[i].reception,
                                          .coordination_milli = rows[i].coordination,
                                          .posts_n = rows[i].posts_n,
                                          .shouting_n = rows[i].shouting_n,
                                          .answering_n = 1};
        const struct nb_credibility record = {.credibility_milli = rows[i].credibility};
        struct nb_verdict_text verdict;
        assert_int_equal(nb_verdict_of(&who, &record, i, &weights, arena, &verdict), NB_OK);
        if (verdict.lines[0].answer != rows[i].meaning ||
            verdict.lines[1].answer != rows[i].believed ||
            verdict.lines[2].answer != rows[i].moving ||
            strncmp(verdict.advice, rows[i].advice, strlen(rows[i].advice)) != 0 ||
            strcmp(verdict.mark, rows[i].mark) != 0) {
            fail_msg("row %zu: %s, %s, %s: %s (%s)", i, nb_answer_text(verdict.lines[0].answer),
                     nb_answer_text(verdict.lines[1].answer),
                     nb_answer_text(verdict.lines[2].answer), verdict.advice, verdict.mark);
        }
        enum nb_answer_kind own = i == 0 ? NB_ANSWER_NO : i < 2 ? NB_ANSWER_PARTLY : NB_ANSWER_YES;
        assert_int_equal(verdict.lines[3].answer, own);
    }
    nb_arena_free(arena);
}

static void a_list_says_what_explain_says(void **state)
{
    (void)state;
    static struct post posts[GENERATED_N];
    struct world w;
    world_open(&w, MAP_BYTES);
    world_generate(&w, 7, posts, GENERATED_N);
    world_commit(&w, posts, GENERATED_N, 100);
    struct nb_txn *txn = world_read(&w);
    const struct nb_influence_query query = {.topic = NB_LIT("acme"), .to_ms = INT64_MAX};
    const struct nb_influencer *list, *rows[NB_MARKS_MAX + 1];
    const struct nb_mark *marks;
    size_t n, unread_n, marked_n = 0;
    assert_int_equal(nb_influence_list(txn, &query, w.arena, &list, &n), NB_OK);
    assert_true(n > 10 && n <= NB_MARKS_MAX);
    for (size_t i = 0; i <= NB_MARKS_MAX; i++) {
        rows[i] = &list[i % n];
    }
    assert_int_equal(
        nb_verdict_marks(txn, rows, NB_MARKS_MAX + 1, &query, w.arena, &marks, &unread_n), NB_OK);
    assert_int_equal(unread_n, 1);
    assert_null(marks[NB_MARKS_MAX].mark);
    for (size_t i = 0; i < n; i++) {
        struct nb_influencer who;
        const struct nb_ledger_row *acts;
        size_t acts_n;
        struct nb_credibility record;
        struct nb_verdict_text verdict;
        assert_int_equal(
            nb_influence_ledger(txn, list[i].author, &query, w.arena, &who, &acts, &acts_n), NB_OK);
        assert_int_equal(nb_verdict_ask(txn, &who, &query, UINT64_MAX, w.arena, &record, &verdict),
                         NB_OK);
        assert_string_equal(marks[i].mark, verdict.mark);
        assert_string_equal(marks[i].advice, verdict.advice);
        marked_n += marks[i].mark[0] != '\0';
    }
    assert_true(marked_n > 0);
    nb_read_end(txn);
    world_close(&w);
}

static void a_choice_adds_up_and_is_the_same_again(void **state)
{
    (void)state;
    static struct post posts[GENERATED_N];
    struct world w;
    world_open(&w, MAP_BYTES);
    world_generate(&w, 5, posts, GENERATED_N);
    world_commit(&w, posts, GENERATED_N, 100);
    struct nb_txn *txn = world_read(&w);
    const struct nb_influence_query query = {.topic = NB_LIT("acme"), .to_ms = INT64_MAX};
    struct nb_choice choice, again, poor;
    assert_int_equal(nb_influence_choose(txn, &query, 5, 0, w.arena, &choice), NB_OK);
    assert_int_equal(nb_influence_choose(txn, &query, 5, 0, w.arena, &again), NB_OK);
    assert_true(choice.n > 1 && choice.n <= 5 && choice.n == again.n);
    int64_t gains = 0, cost = 0;
    for (size_t i = 0; i < choice.n; i++) {
        assert_true(nb_slice_eq(choice.chosen[i].author, again.chosen[i].author));
        assert_true(choice.chosen[i].gain_milli <= choice.chosen[i].alone_milli);
        assert_true(choice.chosen[i].cost_milli >= 1000);
        gains += choice.chosen[i].gain_milli;
        cost += choice.chosen[i].cost_milli;
    }
    assert_int_equal(choice.reached_milli, gains);
    assert_int_equal(choice.cost_milli, cost);
    assert_true(choice.reached_milli <= (int64_t)choice.groups_n * 1000);
    assert_true(choice.has_star && choice.many_cost_milli <= choice.star.cost_milli);
    int64_t dearest = choice.chosen[0].cost_milli;
    assert_int_equal(nb_influence_choose(txn, &query, 5, dearest, w.arena, &poor), NB_OK);
    assert_true(poor.cost_milli <= dearest && poor.n < choice.n);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_counts_documents_and_shows_them),
        cmocka_unit_test(shouting_speaks_against_an_author_and_silence_does_not),
        cmocka_unit_test(acts_towards_own_sites_are_counted),
        cmocka_unit_test(the_verdict_says_what_the_parts_say),
        cmocka_unit_test(a_list_says_what_explain_says),
        cmocka_unit_test(a_choice_adds_up_and_is_the_same_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
