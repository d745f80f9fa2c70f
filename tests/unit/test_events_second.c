/* The second opinion on life events: what it is asked of, what it lowers, what it tells who trains
 * it. */
#include "tests/lib/events_world.h"

static void the_second_opinion_lowers_what_is_judged_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "900 evlen/verb ; judged wed\n650 al/verb\n");
    add_good(f, NB_EVENT_MOVING, "900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened");
    f->bad_n = 0;
    assert_int_equal(nb_events_add_second(f->events,
                                          NB_LIT("# learnt\n2000 all/bias\n-9000 wed/w:dizi\n"
                                                 "5\n200000 all/bias\n1 a b\n"),
                                          report, f),
                     NB_OK);
    assert_int_equal(f->bad_n, 3);
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
    assert_string_equal(find_in(f, "", "dizide evlendik ve ev ald\xc4\xb1k"),
                        "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide gittik"), "moving self happened");
}

static void add_second(struct fixture *f, const char *weights)
{
    assert_int_equal(nb_events_add_second(f->events, nb_slice_str(weights), report, f), NB_OK);
    assert_int_equal(f->bad_n, 0);
}

static void the_family_of_a_file_is_that_of_its_rules(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    add_good(f, NB_EVENT_MOVING, "900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "2000 all/bias\n-9000 wed/w:dizi\n");
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
    assert_string_equal(find_in(f, "", "dizide gittik"), "moving self happened");
}

/* A rule that is sure goes before a proposal of a greater weight; examples are of such rules. */
static void a_proposal_counts_where_no_other_rule_finds_anything(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE,
             "set family wed\n700 evlen/verb\n1000 al/verb ; subject other ; judged part\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "9000 all/bias\n-20000 wed/w:dizi\n");
    assert_string_equal(find_in(f, "", "ald\xc4\xb1k"), "marriage other happened");
    assert_string_equal(find_in(f, "", "evlendik ve ald\xc4\xb1k"), "marriage self happened");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
    nb_events_rules_alone(f->events, true);
    assert_string_equal(find_in(f, "", "ald\xc4\xb1k"), "");
    assert_string_equal(find_in(f, "", "dizide evlendik"), "marriage self happened");
    nb_events_rules_alone(f->events, false);
    assert_string_equal(find_in(f, "", "dizide evlendik"), "");
}

/* The sum of the features by the root of their number, and that by what the family makes of it. */
static void what_the_post_looks_like_counts_by_the_root_of_its_length(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    add_good(f, NB_EVENT_MOVING, "set family go\n900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "-1000 post/bias\n3000 post/w:evlen\n3000 post/w:git\n-500 all/bias\n"
                  "500 all/post\n2500 wed/post\n");
    assert_string_equal(find_in(f, "", "evlendik"), "marriage self happened"); /* 2 * 3 - .5 */
    assert_string_equal(find_in(f, "", "gittik"), "moving self happened");     /* 2 * .5 - .5 */
    /* three words and two pairs: 3 / sqrt(5) - 1 = .34, not enough for a half of it */
    assert_string_equal(find_in(f, "", "dizide sonra gittik"), "");
    assert_string_equal(find_in(f, "", "dizide sonra evlendik"), "marriage self happened");
}

struct told {
    size_t posts_n, of_posts_n, bias_n;
};

static void count_told(void *context, enum nb_event_type type, uint32_t rivals,
                       const struct nb_slice *names, size_t names_n)
{
    struct told *told = context;
    bool is_post = type == NB_EVENT_TYPES_N;
    uint32_t family = 1 << NB_EVENT_MARRIAGE | 1 << NB_EVENT_MOVING;
    assert_int_equal(rivals, is_post ? 0 : family & ~(UINT32_C(1) << type));
    told->posts_n += is_post;
    for (size_t i = 0; i < names_n; i++) {
        assert_int_equal(nb_slice_starts(names[i], NB_LIT("post/")), is_post);
        told->of_posts_n += nb_slice_eq(names[i], NB_LIT("post/w:evlen"));
        told->bias_n += nb_slice_eq(names[i], NB_LIT("part/bias"));
    }
}

static void who_trains_is_told_of_each_post_and_of_each_type_once_by_family(void **state)
{
    struct fixture *f = *state;
    struct told told = {0};
    add_good(f, NB_EVENT_MARRIAGE, "900 evlen/verb ; judged part\n");
    add_good(f, NB_EVENT_MOVING, "set family part\n900 git/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    nb_events_on_judged(f->events, count_told, &told);
    (void)find_in(f, "", "evlendik ve evlendik, sonra gittik");
    (void)find_in(f, "", "dizi");
    assert_int_equal(told.posts_n, 2);
    assert_int_equal(told.of_posts_n, 1);
    assert_int_equal(told.bias_n, 2);
}

static void a_second_opinion_that_does_not_fit_into_memory_is_told(void **state)
{
    struct fixture *f = *state;
    struct nb_event *events;
    size_t n, failed = 0, tries = 0;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "2000 all/bias\n");
    struct nb_reading_text none = read_text(f, ""), text = read_text(f, "evlendik, evlenmedik");
    for (size_t limit = 4096; limit <= 262144; limit += 4096) {
        struct nb_arena *arena = nb_arena_new(limit);
        enum nb_err err = nb_events_find(f->events, &none, &text, arena, &events, &n);
        assert_true(err == NB_ENOMEM ? n == 0 && !events : err == NB_OK && n == 1);
        failed += err == NB_ENOMEM;
        tries++;
        nb_arena_free(arena);
    }
    assert_true(failed > 24 && failed < tries); /* the words of both models are 96 KiB each */
}

static void a_name_that_has_two_weights_has_the_lower_one(void **state)
{
    struct fixture *f = *state;
    add_good(f, NB_EVENT_MARRIAGE, "set family wed\n900 evlen/verb\n");
    assert_int_equal(nb_events_seal(f->events), NB_OK);
    add_second(f, "2000 all/bias\n-2000 all/bias\n");
    assert_string_equal(find_in(f, "", "evlendik"), "");
    add_second(f, "-2000 all/bias\n2000 all/bias\n");
    assert_string_equal(find_in(f, "", "evlendik"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EVENTS_TEST(the_second_opinion_lowers_what_is_judged_and_nothing_else),
        EVENTS_TEST(the_family_of_a_file_is_that_of_its_rules),
        EVENTS_TEST(a_proposal_counts_where_no_other_rule_finds_anything),
        EVENTS_TEST(what_the_post_looks_like_counts_by_the_root_of_its_length),
        EVENTS_TEST(who_trains_is_told_of_each_post_and_of_each_type_once_by_family),
        EVENTS_TEST(a_second_opinion_that_does_not_fit_into_memory_is_told),
        EVENTS_TEST(a_name_that_has_two_weights_has_the_lower_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
