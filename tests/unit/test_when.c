#include "tests/lib/when_world.h"

/* Posts of a Sunday: 2026-11-22. */
static const char today_text[] = "2026-11-22";

struct row {
    const char *text;
    enum nb_tense tense;
    const char *from, *to; /* NULL: nothing is said; to NULL: one day */
};

static int set_up(void **state)
{
    struct when_world *w = calloc(1, sizeof(*w));
    when_world_open(w);
    assert_int_equal(w->bad_n, 0);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    when_world_close(*state);
    free(*state);
    return 0;
}

static size_t check(struct when_world *w, const struct row *rows, size_t n, bool progress)
{
    size_t wrong = 0;
    int32_t today = when_world_day(today_text);
    for (size_t i = 0; i < n; i++) {
        struct nb_days days;
        char from[16] = "nothing", to[16] = "";
        if (when_world_find(w, rows[i].text, today, rows[i].tense, progress, &days)) {
            when_world_print(days.from, from);
            when_world_print(days.to, to);
        }
        const char *want_from = rows[i].from ? rows[i].from : "nothing";
        const char *want_to = rows[i].to ? rows[i].to : rows[i].from ? rows[i].from : "";
        if (strcmp(from, want_from) != 0 || strcmp(to, want_to) != 0) {
            print_error("%s: %s %s, not %s %s\n", rows[i].text, from, to, want_from, want_to);
            wrong++;
        }
    }
    return wrong;
}

#define CHECK(w, rows, progress)                                                                   \
    assert_int_equal(check(w, rows, sizeof(rows) / sizeof((rows)[0]), progress), 0)

static void dates_are_read_in_every_usual_shape(void **state)
{
    static const struct row rows[] = {
        {"14.06.2027 evleniyoruz", NB_TENSE_FUTURE, "2027-06-14", NULL},
        {"14/06/2027 evleniyoruz", NB_TENSE_FUTURE, "2027-06-14", NULL},
        {"2027-06-14 d\u00FC\u011F\u00FCn", NB_TENSE_ANY, "2027-06-14", NULL},
        {"14.06.19 tarihinde evlendik", NB_TENSE_PAST, "2019-06-14", NULL},
        {"14 Haziran evleniyoruz", NB_TENSE_FUTURE, "2027-06-14", NULL},
        {"14 Haziran'da evlendik", NB_TENSE_PAST, "2026-06-14", NULL},
        {"14 Haziran 2028'de evleniyoruz", NB_TENSE_FUTURE, "2028-06-14", NULL},
        {"Haziran 14 evleniyoruz", NB_TENSE_FUTURE, "2027-06-14", NULL},
        {"haziran\u0131n 14'\u00FCnde evleniyoruz", NB_TENSE_FUTURE, "2027-06-14", NULL},
        {"on be\u015F may\u0131sta evleniyoruz", NB_TENSE_FUTURE, "2027-05-15", NULL},
        {"29 \u015Eubat 2027 evlendik", NB_TENSE_ANY, NULL, NULL},
        {"31.11.2026 evlendik", NB_TENSE_ANY, NULL, NULL},
    };
    CHECK(*state, rows, false);
}

static void months_and_seasons_go_with_the_tense(void **state)
{
    static const struct row rows[] = {
        {"may\u0131sta evleniyoruz", NB_TENSE_FUTURE, "2027-05-01", "2027-05-31"},
        {"MAYISTA EVLEN\u0130YORUZ", NB_TENSE_FUTURE, "2027-05-01", "2027-05-31"},
        {"mayista evleniyoruz", NB_TENSE_FUTURE, "2027-05-01", "2027-05-31"},
        {"may\u0131sta evlendik", NB_TENSE_PAST, "2026-05-01", "2026-05-31"},
        {"kas\u0131mda evlendik", NB_TENSE_PAST, "2026-11-01", "2026-11-30"},
        {"aral\u0131kta evlendik", NB_TENSE_PAST, "2025-12-01", "2025-12-31"},
        {"May\u0131s 2028'de evleniyoruz", NB_TENSE_FUTURE, "2028-05-01", "2028-05-31"},
        {"2028 may\u0131s\u0131nda evleniyoruz", NB_TENSE_FUTURE, "2028-05-01", "2028-05-31"},
        {"may\u0131s ay\u0131nda evleniyoruz", NB_TENSE_FUTURE, "2027-05-01", "2027-05-31"},
        {"ge\u00E7en may\u0131s evlendik", NB_TENSE_ANY, "2026-05-01", "2026-05-31"},
        {"yaza evleniyoruz", NB_TENSE_FUTURE, "2027-06-01", "2027-08-31"},
        {"yaz\u0131n evlendik", NB_TENSE_PAST, "2026-06-01", "2026-08-31"},
        {"bu yaz evlendik", NB_TENSE_PAST, "2026-06-01", "2026-08-31"},
        {"gelecek yaz evleniyoruz", NB_TENSE_FUTURE, "2027-06-01", "2027-08-31"},
        {"k\u0131\u015Fa ta\u015F\u0131n\u0131yoruz", NB_TENSE_FUTURE, "2026-12-01", "2027-02-28"},
        {"seneye yaz evleniyoruz", NB_TENSE_FUTURE, "2027-06-01", "2027-08-31"},
        {"g\u00FCzel \u015Feyler yaz\u0131yoruz", NB_TENSE_ANY, NULL, NULL},
    };
    CHECK(*state, rows, false);
}

static void distances_are_counted_from_the_day_of_the_post(void **state)
{
    static const struct row rows[] = {
        {"3 g\u00FCn \u00F6nce evlendik", NB_TENSE_PAST, "2026-11-19", NULL},
        {"\u00FC\u00E7 g\u00FCn \u00F6nce evlendik", NB_TENSE_PAST, "2026-11-19", NULL},
        {"yirmi iki g\u00FCn \u00F6nce evlendik", NB_TENSE_PAST, "2026-10-31", NULL},
        {"iki \u00FC\u00E7 g\u00FCn \u00F6nce evlendik", NB_TENSE_PAST, "2026-11-19", "2026-11-20"},
        {"2-3 ay sonra evleniyoruz", NB_TENSE_FUTURE, "2027-01-22", "2027-02-22"},
        {"iki hafta sonra evleniyoruz", NB_TENSE_FUTURE, "2026-11-30", "2026-12-06"},
        {"bir bu\u00E7uk y\u0131l \u00F6nce evlendik", NB_TENSE_PAST, "2025-05-22", NULL},
        {"birka\u00E7 ay \u00F6nce evlendik", NB_TENSE_PAST, "2026-06-22", "2026-09-22"},
        {"d\u00FC\u011F\u00FCne 2 ay kald\u0131", NB_TENSE_FUTURE, "2027-01-01", "2027-01-31"},
        {"2 aya evleniyoruz", NB_TENSE_FUTURE, "2027-01-01", "2027-01-31"},
        {"2 ay i\u00E7inde evleniyoruz", NB_TENSE_FUTURE, "2026-11-22", "2027-01-22"},
        {"2 y\u0131ld\u0131r evliyiz", NB_TENSE_PAST, "2024-01-01", "2024-12-31"},
        {"5 y\u0131l \u00F6nce evlendik", NB_TENSE_PAST, "2021-01-01", "2021-12-31"},
        {"\u015Fafak 45", NB_TENSE_FUTURE, "2027-01-06", NULL},
        {"3 gun once evlendik", NB_TENSE_PAST, "2026-11-19", NULL},
    };
    CHECK(*state, rows, false);
}

static void words_for_days_weeks_and_years_are_known(void **state)
{
    static const struct row rows[] = {
        {"yar\u0131n evleniyoruz", NB_TENSE_FUTURE, "2026-11-23", NULL},
        {"yarin evleniyoz", NB_TENSE_FUTURE, "2026-11-23", NULL},
        {"d\u00FCn evlendik", NB_TENSE_PAST, "2026-11-21", NULL},
        {"bug\u00FCn evlendik", NB_TENSE_ANY, "2026-11-22", NULL},
        {"\u00F6b\u00FCr g\u00FCn evleniyoruz", NB_TENSE_FUTURE, "2026-11-24", NULL},
        {"haftaya evleniyoruz", NB_TENSE_FUTURE, "2026-11-23", "2026-11-29"},
        {"haftaya cumartesi evleniyoruz", NB_TENSE_FUTURE, "2026-11-28", NULL},
        {"bu cumartesi evleniyoruz", NB_TENSE_FUTURE, "2026-11-28", NULL},
        {"cumartesi evlendik", NB_TENSE_PAST, "2026-11-21", NULL},
        {"ge\u00E7en cuma evlendik", NB_TENSE_PAST, "2026-11-20", NULL},
        {"hafta sonu evleniyoruz", NB_TENSE_FUTURE, "2026-11-21", "2026-11-22"},
        {"gelecek ay evleniyoruz", NB_TENSE_FUTURE, "2026-12-01", "2026-12-31"},
        {"\u00F6n\u00FCm\u00FCzdeki hafta evleniyoruz", NB_TENSE_FUTURE, "2026-11-23",
         "2026-11-29"},
        {"ge\u00E7ti\u011Fimiz y\u0131l evlendik", NB_TENSE_PAST, "2025-01-01", "2025-12-31"},
        {"ge\u00E7en y\u0131l evlendik", NB_TENSE_PAST, "2025-01-01", "2025-12-31"},
        {"bu sene evlendik", NB_TENSE_PAST, "2026-01-01", "2026-12-31"},
        {"seneye evleniyoruz", NB_TENSE_FUTURE, "2027-01-01", "2027-12-31"},
        {"2019'da evlendik", NB_TENSE_PAST, "2019-01-01", "2019-12-31"},
        {"2019 y\u0131l\u0131nda evlendik", NB_TENSE_PAST, "2019-01-01", "2019-12-31"},
        {"ay\u0131n 15'inde evleniyoruz", NB_TENSE_FUTURE, "2026-12-15", NULL},
        {"ay\u0131n 15'inde evlendik", NB_TENSE_PAST, "2026-11-15", NULL},
        {"gelecek ay\u0131n 15'inde evleniyoruz", NB_TENSE_FUTURE, "2026-12-15", NULL},
        {"sene ba\u015F\u0131nda evleniyoruz", NB_TENSE_FUTURE, "2027-01-01", "2027-05-02"},
        {"may\u0131s sonunda evleniyoruz", NB_TENSE_FUTURE, "2027-05-21", "2027-05-31"},
    };
    CHECK(*state, rows, false);
}

static void feasts_are_looked_up(void **state)
{
    static const struct row rows[] = {
        {"bayramda evleniyoruz", NB_TENSE_FUTURE, "2027-03-09", "2027-03-11"},
        {"bayramda evlendik", NB_TENSE_PAST, "2026-05-27", "2026-05-30"},
        {"kurban bayram\u0131nda evleniyoruz", NB_TENSE_FUTURE, "2027-05-16", "2027-05-19"},
        {"bayramdan sonra evleniyoruz", NB_TENSE_FUTURE, "2027-03-12", "2027-04-10"},
        {"ramazan bayram\u0131ndan \u00F6nce evleniyoruz", NB_TENSE_FUTURE, "2027-02-07",
         "2027-03-08"},
    };
    CHECK(*state, rows, false);
}

static void a_week_of_a_pregnancy_says_when_it_began(void **state)
{
    static const struct row rows[] = {
        {"12. haftaday\u0131z", NB_TENSE_ANY, "2026-08-30", "2026-09-06"},
        {"12 haftal\u0131k hamileyim", NB_TENSE_ANY, "2026-08-23", "2026-08-30"},
        {"5 ayl\u0131k hamileyim", NB_TENSE_ANY, "2026-05-22", "2026-06-22"},
        {"alt\u0131nc\u0131 ay\u0131mday\u0131m", NB_TENSE_ANY, "2026-05-22", "2026-06-22"},
    };
    CHECK(*state, rows, true);
    static const struct row others[] = {
        {"12. haftaday\u0131z", NB_TENSE_ANY, NULL, NULL},
        {"5 ayl\u0131k taksit", NB_TENSE_ANY, NULL, NULL},
    };
    CHECK(*state, others, false);
}

static void the_nearest_time_that_can_be_meant_is_taken(void **state)
{
    static const struct row rows[] = {
        {"ge\u00E7en y\u0131l s\u00F6zlendik, seneye evleniyoruz", NB_TENSE_FUTURE, "2027-01-01",
         "2027-12-31"},
        {"seneye emekli olacak, d\u00FCn evlendi", NB_TENSE_PAST, "2026-11-21", NULL},
        {"d\u00FCn evleniyoruz", NB_TENSE_FUTURE, NULL, NULL},
    };
    CHECK(*state, rows, false);
}

static void numbers_without_sense_say_nothing(void **state)
{
    static const struct row rows[] = {
        {"99999999999999999999 g\u00FCn \u00F6nce evlendik", NB_TENSE_ANY, NULL, NULL},
        {"9999 y\u0131l \u00F6nce evlendik", NB_TENSE_ANY, NULL, NULL},
        {"9999 y\u0131l sonra evleniyoruz", NB_TENSE_ANY, NULL, NULL},
        {"0 g\u00FCn \u00F6nce evlendik", NB_TENSE_ANY, NULL, NULL},
        {"-3 g\u00FCn", NB_TENSE_ANY, NULL, NULL},
        {"3.5 y\u0131l \u00F6nce evlendik", NB_TENSE_ANY, NULL, NULL},
        {"45 may\u0131sta evlendik", NB_TENSE_ANY, NULL, NULL},
        {"ay\u0131n 45'inde evlendik", NB_TENSE_ANY, NULL, NULL},
        {"99.99.9999 evlendik", NB_TENSE_ANY, NULL, NULL},
        {"\u015Fafak 99999", NB_TENSE_ANY, NULL, NULL},
        {"\u015Fafak 0", NB_TENSE_ANY, NULL, NULL},
        {"2500 lira verdik evlendik", NB_TENSE_ANY, NULL, NULL},
        {"", NB_TENSE_ANY, NULL, NULL},
    };
    CHECK(*state, rows, false);
}

static void bad_lines_are_told_and_left_out(void **state)
{
    struct when_world *w = *state;
    struct nb_when when;
    static const char *const lines[] = {
        "nonsense",
        "month 13: x",
        "month: x",
        "unit century: x",
        "shift day 1000: x",
        "season 3: x",
        "feast 1: x",
        "feast-dates 3: 2027-02-30",
        "about 5 1: x",
        "number 1 2 3: x",
        "which 7: x",
        "unit week after: x",
        "part top: x",
        "month 5: a /adverb",
        "weekday 1: a b c d e f g h i",
    };
    nb_when_init(&when, w->lexicon, w->kept);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        w->bad_n = 0;
        assert_int_equal(nb_when_add(&when, nb_slice_str(lines[i]), w->arena, when_world_report, w),
                         NB_OK);
        if (w->bad_n != 1) {
            fail_msg("\"%s\" was read", lines[i]);
        }
    }
    assert_int_equal(when.terms.n, 0);
    assert_int_equal(when.feasts_n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_in_every_usual_shape),
        cmocka_unit_test(months_and_seasons_go_with_the_tense),
        cmocka_unit_test(distances_are_counted_from_the_day_of_the_post),
        cmocka_unit_test(words_for_days_weeks_and_years_are_known),
        cmocka_unit_test(feasts_are_looked_up),
        cmocka_unit_test(a_week_of_a_pregnancy_says_when_it_began),
        cmocka_unit_test(the_nearest_time_that_can_be_meant_is_taken),
        cmocka_unit_test(numbers_without_sense_say_nothing),
        cmocka_unit_test(bad_lines_are_told_and_left_out),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
