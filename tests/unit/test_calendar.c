#include "tests/lib/test.h"

#include <nabiz/date.h>
#include <nabiz/knowledge.h>

#include "analyzer/alerts/calendar.h"

static int64_t day_of(const char *text)
{
    int64_t at_ms;
    assert_int_equal(nb_date_day(nb_slice_str(text), 0, &at_ms), NB_OK);
    return at_ms / NB_DAY_MS;
}

static void days_have_the_kind_that_the_last_line_gives_them(void **state)
{
    (void)state;
    struct nb_calendar *c;
    struct nb_error error = {0};
    assert_int_equal(nb_calendar_parse(NB_LIT("# days\n"
                                              "kind calm rest\n"
                                              "kind match work # evening\r\n"
                                              "\n"
                                              "2026-03-20..2026-03-22 calm\n"
                                              "*-02-29 calm\n"
                                              "*-03-21  match"),
                                       "test", &c, &error),
                     NB_OK);
    static const struct {
        const char *day;
        uint32_t kind;
    } rows[] = {
        {"2026-03-19", 0}, {"2026-03-20", 1}, {"2026-03-21", 2},
        {"2026-03-22", 1}, {"2026-03-23", 0}, {"2031-03-21", 2},
        {"2028-02-29", 1}, {"2027-03-01", 0}, {"2100-12-31", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(nb_calendar_kind(c, day_of(rows[i].day)), rows[i].kind);
    }
    assert_int_equal(nb_calendar_kind(c, -1), 0);
    assert_int_equal(nb_calendar_kind(c, INT64_MAX), 0);
    assert_true(nb_calendar_is_rest(c, 1));
    assert_false(nb_calendar_is_rest(c, 2));
    nb_calendar_free(c);
}

static void a_wrong_line_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *where;
    } rows[] = {
        {"kind feast sometimes\n", "test:1: a kind is written"},
        {"kind \n", "test:1: a kind is written"},
        {"kind feast rest\n2026-02-30 feast\n", "test:2: days are written"},
        {"kind feast rest\n2026-03-22..2026-03-20 feast\n", "test:2: days are written"},
        {"kind feast rest\n*-13-01 feast\n", "test:2: days are written"},
        {"2026-03-20 feats\n", "test:1: there is no such kind"},
        {"2026-03-20\n", "test:1: there is no such kind"},
        {"kind a rest\nkind b rest\nkind c rest\nkind d rest\nkind e rest\nkind f rest\n"
         "kind g rest\nkind h rest\n",
         "test:8: there are too many kinds"},
        {"kind a-name-that-is-far-too-long rest\n", "test:1: the name of a kind"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_calendar *c;
        struct nb_error error = {0};
        assert_int_equal(nb_calendar_parse(nb_slice_str(rows[i].text), "test", &c, &error),
                         NB_ESYNTAX);
        assert_null(c);
        assert_true(
            nb_slice_starts(nb_slice_str(nb_error_text(&error)), nb_slice_str(rows[i].where)));
    }
}

static void the_calendar_we_ship_can_be_read(void **state)
{
    (void)state;
    struct nb_calendar *c;
    struct nb_error error = {0};
    assert_int_equal(nb_calendar_load("lexicons/calendar.txt", &c, &error), NB_OK);
    uint32_t feast = nb_calendar_kind(c, day_of("2026-03-20"));
    assert_true(feast > 0 && nb_calendar_is_rest(c, feast));
    assert_int_equal(nb_calendar_kind(c, day_of("2030-04-16")), feast);
    assert_true(nb_calendar_is_rest(c, nb_calendar_kind(c, day_of("2042-10-29"))));
    assert_int_equal(nb_calendar_kind(c, day_of("2026-11-22")), 0);
    nb_calendar_free(c);
    assert_int_equal(nb_calendar_load("lexicons/nowhere.txt", &c, &error), NB_ENOTFOUND);
}

static void a_calendar_lives_until_its_last_user_gives_it_back(void **state)
{
    (void)state;
    struct nb_calendar *c;
    assert_null(nb_calendar_share(NULL));
    assert_int_equal(nb_calendar_parse(NB_LIT("kind calm rest\n*-03-20 calm\n"), "test", &c, NULL),
                     NB_OK);
    struct nb_calendar *shared = nb_calendar_share(c);
    nb_calendar_free(c);
    assert_int_equal(nb_calendar_kind(shared, day_of("2026-03-20")), 1);
    nb_calendar_free(shared);
}

static void what_the_analyzer_knows_has_the_calendar(void **state)
{
    (void)state;
    struct nb_knowledge *knowledge;
    struct nb_error error = {0};
    assert_int_equal(nb_knowledge_load("lexicons", NULL, &knowledge, NULL, &error), NB_OK);
    const struct nb_calendar *c = nb_knowledge_calendar(knowledge);
    assert_non_null(c);
    assert_true(nb_calendar_kind(c, day_of("2026-03-20")) > 0);
    nb_knowledge_free(knowledge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_have_the_kind_that_the_last_line_gives_them),
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(the_calendar_we_ship_can_be_read),
        cmocka_unit_test(a_calendar_lives_until_its_last_user_gives_it_back),
        cmocka_unit_test(what_the_analyzer_knows_has_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
