#include "tests/lib/test.h"

#include <nabiz/date.h>
#include <nabiz/mem.h>

static struct nb_date_words *words;

/* Thursday 2024-03-14 12:00 in Istanbul. */
#define NOW_MS 1710406800000LL

static int set_up(void **state)
{
    struct nb_error error = {0};
    (void)state;
    if (nb_date_words_load("lexicons/dates.txt", &words, &error) != NB_OK) {
        print_error("%s\n", nb_error_text(&error));
        return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_date_words_free(words);
    return 0;
}

/* Parse and print as RFC 3339; "-" when there is no date. */
static const char *read_date(const char *text, const struct nb_date_words *vocabulary)
{
    static char out[NB_RFC3339_BYTES];
    struct nb_date_context context = {vocabulary, NOW_MS, 180};
    int64_t ms;
    if (nb_date_parse(nb_slice_str(text), &context, &ms) != NB_OK) {
        return "-";
    }
    nb_date_rfc3339(ms, out);
    return out;
}

struct row {
    const char *text, *want;
};

static void check_rows(const struct row *rows, size_t n, const struct nb_date_words *vocabulary)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const char *got = read_date(rows[i].text, vocabulary);
        if (strcmp(got, rows[i].want) != 0) {
            print_error("\"%s\": %s, not %s\n", rows[i].text, got, rows[i].want);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

#define CHECK(rows, vocabulary) check_rows((rows), sizeof(rows) / sizeof((rows)[0]), (vocabulary))

static void iso_dates_are_read_in_every_form_that_feeds_use(void **state)
{
    static const struct row rows[] = {
        {"2003-12-31T10:14:55Z", "2003-12-31T10:14:55Z"},
        {"2003-12-31t10:14:55z", "2003-12-31T10:14:55Z"},
        {"2003-12-31T10:14:55-08:00", "2003-12-31T18:14:55Z"},
        {"2003-12-31T10:14:55+0300", "2003-12-31T07:14:55Z"},
        {"2003-12-31T10:14:55+03", "2003-12-31T07:14:55Z"},
        {"2003-12-31 10:14:55 +03:00", "2003-12-31T07:14:55Z"},
        {"2003-12-31T10:14:55", "2003-12-31T07:14:55Z"},
        {"2003-12-31 10:14", "2003-12-31T07:14:00Z"},
        {"2003-12-31T10:14Z", "2003-12-31T10:14:00Z"},
        {"2003-12-31T10Z", "2003-12-31T10:00:00Z"},
        {"2003-12-31T10:14:55.25Z", "2003-12-31T10:14:55.250Z"},
        {"2003-12-31T10:14:55,123456789Z", "2003-12-31T10:14:55.123Z"},
        {"20031231T101455Z", "2003-12-31T10:14:55Z"},
        {"20031231101455", "2003-12-31T07:14:55Z"},
        {"20031231", "2003-12-30T21:00:00Z"},
        {"2003-12-31", "2003-12-30T21:00:00Z"},
        {"2003-12", "2003-11-30T21:00:00Z"},
        {"2003", "2002-12-31T21:00:00Z"},
        {"2003-335", "2003-11-30T21:00:00Z"},
        {"2004-366T10:00Z", "2004-12-31T10:00:00Z"},
        {"2003335", "2003-11-30T21:00:00Z"},
        {"  2003-12-31T10:14:55Z\n", "2003-12-31T10:14:55Z"},
        {"2003-12-31T24:00:00Z", "2004-01-01T00:00:00Z"},
        {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"},
        {"2003-02-29T10:14:55Z", "-"},
        {"2003-366", "-"},
        {"2003-000", "-"},
        {"2003-13-01", "-"},
        {"2003-12-32", "-"},
        {"2003-12-31T24:00:01Z", "-"},
        {"2003-12-31T10:60:00Z", "-"},
        {"1969-12-31T23:59:59Z", "-"},
        {"2101-01-01T00:00:00Z", "-"},
        {"0000-00-00T00:00:00Z", "-"},
    };
    (void)state;
    CHECK(rows, NULL);
}

static void rfc_822_is_read_with_the_errors_people_make(void **state)
{
    static const struct row rows[] = {
        {"Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
        {"Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21Z"},
        {"Thursday, 01-Jan-04 19:48:21 GMT", "2004-01-01T19:48:21Z"},
        {"01 Jan 2004 19:48:21", "2004-01-01T16:48:21Z"},
        {"Mon, 1 Jan 2004 19:48 +0300", "2004-01-01T16:48:00Z"},
        {"Thu, 01 Jan 2004 19:48:21 EST", "2004-01-02T00:48:21Z"},
        {"Thu, 01 Jan 2004 19:48:21 +03:00", "2004-01-01T16:48:21Z"},
        {"Thu, 01 Jan 2004 19:48:21 -1000", "2004-01-02T05:48:21Z"},
        {"Thu, 01 Jan 2004 19:48:21 UTC+3", "2004-01-01T16:48:21Z"},
        {"Thu, 01 Jan 2004 19:48:21 (EST)", "2004-01-02T00:48:21Z"},
        {"Thu, 01 Jan 2004 19:48:21.500 GMT", "2004-01-01T19:48:21.500Z"},
        {"Thu 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
        {"Thu, 1 January 2004, 19:48:21 Z", "2004-01-01T19:48:21Z"},
        {"Sept 3, 2004 10:00 GMT", "2004-09-03T10:00:00Z"},
        {"Thu, 01 Jan 1998 19:48:21 GMT", "1998-01-01T19:48:21Z"},
        {"Thu, 01 Jan 98 19:48:21 GMT", "1998-01-01T19:48:21Z"},
        {"Wed, 31 Dec 2003 24:00:00 GMT", "2004-01-01T00:00:00Z"},
        {"Thu Jan  1 19:48:21 2004", "2004-01-01T16:48:21Z"},
        {"Thu Jan 01 19:48:21 EST 2004", "2004-01-02T00:48:21Z"},
        {"Fri Jan 12 2024 15:30:00 GMT+0300 (GMT+03:00)", "2024-01-12T12:30:00Z"},
        {"2004 Jan 01 19:48 GMT", "2004-01-01T19:48:00Z"},
        {"July 4, 2004", "2004-07-03T21:00:00Z"},
        {"July 4th, 2004 3:05 PM", "2004-07-04T12:05:00Z"},
        {"3rd March 2024 12:30 am", "2024-03-02T21:30:00Z"},
        {"4 July 2004 at 3 pm", "2004-07-04T12:00:00Z"},
        {"Posted on: 4 July 2004, 15:05", "2004-07-04T12:05:00Z"},
        {"Thu, 31 Jun 2004 19:48:21 GMT", "-"},
        {"Thu, 01 Foo 2004 19:48:21 GMT", "-"},
        {"Thu, 01 Jan 2004 25:00:00 GMT", "-"},
        {"Thu, 01 Jan 1066 19:48:21 GMT", "-"},
    };
    (void)state;
    CHECK(rows, NULL);
}

static void numeric_dates_are_read_day_first(void **state)
{
    static const struct row rows[] = {
        {"12.01.2024 15:30", "2024-01-12T12:30:00Z"},
        {"12.01.2024 - 15:30", "2024-01-12T12:30:00Z"},
        {"12.01.2024, 15.30", "2024-01-12T12:30:00Z"},
        {"12.01.2024 15.30.45", "2024-01-12T12:30:45Z"},
        {"12/01/2024", "2024-01-11T21:00:00Z"},
        {"12-01-2024 15:30:45", "2024-01-12T12:30:45Z"},
        {"1.2.24 5:03", "2024-02-01T02:03:00Z"},
        {"12. 01. 2024", "2024-01-11T21:00:00Z"},
        {"12/25/2024 10:00", "2024-12-25T07:00:00Z"},
        {"15:30 12.01.2024", "2024-01-12T12:30:00Z"},
        {"15:30 - 12.01.2024", "2024-01-12T12:30:00Z"},
        {"12.01.2024 15:30 ~ 18:12", "2024-01-12T12:30:00Z"},
        {"12.01.2024 15:30-18:12", "2024-01-12T12:30:00Z"},
        {"12.01.2024 ~ 15.01.2024", "2024-01-11T21:00:00Z"},
        {"2024/01/12 15:30", "2024-01-12T12:30:00Z"},
        {"2024.1.2", "2024-01-01T21:00:00Z"},
        {"29.02.2024", "2024-02-28T21:00:00Z"},
        {"29.02.2023", "-"},
        {"32.01.2024", "-"},
        {"13.13.2024", "-"},
        {"12.01/2024", "-"},
        {"12.01.2024 7", "-"},
        {"#5 12.01.2024 15:30", "-"},
        {"1.2.3.4", "-"},
        {"15:30", "-"},
        {"5", "-"},
        {"123456789012345678901234567890", "-"},
    };
    (void)state;
    CHECK(rows, NULL);
}

static void turkish_dates_are_read(void **state)
{
    static const struct row rows[] = {
        {"3 Mart 2024, Pazar 14:05", "2024-03-03T11:05:00Z"},
        {"3 Mart 2024 14:05", "2024-03-03T11:05:00Z"},
        {"Pazar, 3 Mart 2024", "2024-03-02T21:00:00Z"},
        {"3 Mart 2024'te", "2024-03-02T21:00:00Z"},
        {"03 MART 2024 Saat: 14.05", "2024-03-03T11:05:00Z"},
        {"3 Şubat 2024", "2024-02-02T21:00:00Z"},
        {"3 şubat 2024", "2024-02-02T21:00:00Z"},
        {"3 SUBAT 2024", "2024-02-02T21:00:00Z"},
        {"3 ŞUBAT’ta saat 10:00", "2024-02-03T07:00:00Z"},
        {"3 s\u0327ubat 2024", "2024-02-02T21:00:00Z"},
        {"1 KASIM 2023", "2023-10-31T21:00:00Z"},
        {"1 kasim 2023", "2023-10-31T21:00:00Z"},
        {"1 Haziran 2023", "2023-05-31T21:00:00Z"},
        {"1 HAZİRAN 2023", "2023-05-31T21:00:00Z"},
        {"1 HAZIRAN 2023", "2023-05-31T21:00:00Z"},
        {"12 Ağu 2023 10:00", "2023-08-12T07:00:00Z"},
        {"12 Ağu. 2023 10:00", "2023-08-12T07:00:00Z"},
        {"Ağustos 12, 2023", "2023-08-11T21:00:00Z"},
        {"Cmt, 12 Ağu 2023 10:00:00 +0300", "2023-08-12T07:00:00Z"},
        {"Mart 2024", "2024-02-29T21:00:00Z"},
        {"3 Mart 14:05", "2024-03-03T11:05:00Z"},
        {"3 Nisan 14:05", "2023-04-03T11:05:00Z"}, /* this year's is still to come */
        {"29 Şubat", "2024-02-28T21:00:00Z"},
        {"3.03.2024 ÖS 03:15", "2024-03-03T12:15:00Z"},
        {"3.03.2024 12:15 ÖÖ", "2024-03-02T21:15:00Z"},
        {"3 Mart 2024 14:05 TSİ", "2024-03-03T11:05:00Z"},
        {"Tarih: 3 Mart 2024 Saat: 14:05", "2024-03-03T11:05:00Z"},
        {"3 Mart 2024 · 14:05", "2024-03-03T11:05:00Z"},
        {"3\u00A0Mart\u00A02024", "2024-03-02T21:00:00Z"},
        {"3 March 2024", "2024-03-02T21:00:00Z"},
        {"31 Nisan 2024", "-"},
        {"3 Kitap 2024", "-"},
        {"Ocak ayında 5 kişi", "-"},
        {"Mart", "-"},
        {"", "-"},
    };
    (void)state;
    CHECK(rows, words);
}

static void relative_dates_are_read_against_now(void **state)
{
    static const struct row rows[] = {
        {"3 saat önce", "2024-03-14T06:00:00Z"},
        {"3 SAAT ÖNCE", "2024-03-14T06:00:00Z"},
        {"3 saat once", "2024-03-14T06:00:00Z"},
        {"3sa önce", "2024-03-14T06:00:00Z"},
        {"5 dk önce", "2024-03-14T08:55:00Z"},
        {"45 saniye önce", "2024-03-14T08:59:15Z"},
        {"1 saat 20 dakika önce", "2024-03-14T07:40:00Z"},
        {"bir saat önce", "2024-03-14T08:00:00Z"},
        {"yarım saat önce", "2024-03-14T08:30:00Z"},
        {"bir buçuk saat önce", "2024-03-14T07:30:00Z"},
        {"2 buçuk saat önce", "2024-03-14T06:30:00Z"},
        {"yirmi beş dakika evvel", "2024-03-14T08:35:00Z"},
        {"yaklaşık 3 saat önce yazdı", "2024-03-14T06:00:00Z"},
        {"2 gün önce", "2024-03-12T09:00:00Z"},
        {"2 gün önce 14:30", "2024-03-12T11:30:00Z"},
        {"1 hafta önce", "2024-03-07T09:00:00Z"},
        {"1 ay önce", "2024-02-14T09:00:00Z"},
        {"2 yıl önce", "2022-03-14T09:00:00Z"},
        {"15 ay önce", "2022-12-14T09:00:00Z"},
        {"3 hours ago", "2024-03-14T06:00:00Z"},
        {"an hour ago", "2024-03-14T08:00:00Z"},
        {"5 min ago", "2024-03-14T08:55:00Z"},
        {"dün 14:30", "2024-03-13T11:30:00Z"},
        {"Dün, 14.30", "2024-03-13T11:30:00Z"},
        {"Dün saat 14:30'da", "2024-03-13T11:30:00Z"},
        {"dün", "2024-03-12T21:00:00Z"},
        {"yesterday 14:30", "2024-03-13T11:30:00Z"},
        {"bugün", "2024-03-13T21:00:00Z"},
        {"BUGÜN 09:05", "2024-03-14T06:05:00Z"},
        {"evvelsi gün 10:00", "2024-03-12T07:00:00Z"},
        {"az önce", "2024-03-14T09:00:00Z"},
        {"şimdi", "2024-03-14T09:00:00Z"},
        {"Just now", "2024-03-14T09:00:00Z"},
        {"Salı 09:15", "2024-03-12T06:15:00Z"},
        {"Salı günü 09:15", "2024-03-12T06:15:00Z"},
        {"Perşembe 11:59", "2024-03-14T08:59:00Z"},
        {"Perşembe 12:01", "2024-03-07T09:01:00Z"}, /* today's is still to come */
        {"Cuma 09:15", "2024-03-08T06:15:00Z"},
        {"Pzt 09:15", "2024-03-11T06:15:00Z"},
        {"pazartesi", "2024-03-10T21:00:00Z"},
        {"12.01.2024 (2 ay önce)", "2024-01-11T21:00:00Z"},
        {"3 saat", "-"},
        {"önce", "-"},
        {"3 elma önce", "-"},
        {"bugün hava çok güzel", "-"},
        {"pazar yeri", "-"},
        {"dünya", "-"},
        {"99999 yıl önce", "-"},
        {"99999 hafta önce", "-"},
    };
    (void)state;
    CHECK(rows, words);
}

static void without_words_turkish_is_not_guessed_at(void **state)
{
    static const struct row rows[] = {
        {"3 Şubat 2024", "-"},
        {"3 saat önce", "-"},
        {"dün 14:30", "-"},
    };
    (void)state;
    CHECK(rows, NULL);
}

static void calendar_and_time_are_inverse_over_three_centuries(void **state)
{
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct nb_civil want = {.year = 1900, .month = 1, .day = 1, .weekday = 0}; /* a Monday */
    (void)state;
    for (int64_t days = -25567; want.year <= 2200; days++) {
        int64_t ms = days * NB_DAY_MS;
        struct nb_civil got = nb_civil_of(ms, 0);
        assert_memory_equal(&got, &want, sizeof(got));
        assert_int_equal(nb_civil_to_ms(&got, 0), ms);
        /* The last millisecond of the day before, at an offset. */
        got = nb_civil_of(ms - 1, 180);
        assert_int_equal(got.hour * 10000 + got.minute * 100 + got.second, 25959);
        assert_int_equal(got.milli, 999);
        assert_int_equal(got.day, want.day);
        assert_int_equal(nb_civil_to_ms(&got, 180), ms - 1);
        bool leap = (want.year % 4 == 0 && want.year % 100 != 0) || want.year % 400 == 0;
        want.weekday = (want.weekday + 1) % 7;
        if (want.day++ == lengths[want.month - 1] + (want.month == 2 && leap)) {
            want.day = 1;
            want.month++;
        }
        if (want.month == 13) {
            want.month = 1;
            want.year++;
        }
    }
    assert_int_equal(want.year, 2201);
}

static void the_calendar_holds_at_the_ends_of_time(void **state)
{
    static const int64_t moments[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        char text[NB_RFC3339_BYTES], http[NB_HTTP_DATE_BYTES];
        struct nb_civil civil = nb_civil_of(moments[i], 0);
        assert_int_equal(nb_civil_to_ms(&civil, 0), moments[i]);
        nb_date_rfc3339(moments[i], text);
        nb_date_http(moments[i], http);
        assert_true(strlen(text) < sizeof(text) && text[strlen(text) - 1] == 'Z');
        assert_true(strlen(http) < sizeof(http));
        (void)nb_civil_of(moments[i], 840);
        (void)nb_civil_of(moments[i], -840);
    }
}

static void dates_of_other_languages_are_read(void **state)
{
    static const struct row rows[] = {
        {"5. Januar 2019 um 03:32", "2019-01-05T00:32:00Z"},
        {"03. M\xC3\xA4rz 2004, 00:55 Uhr", "2004-03-02T21:55:00Z"},
        {"29/07/2004, 19h46", "2004-07-29T16:46:00Z"},
        {"le 1er f\xC3\xA9vrier 2020 \xC3\xA0 08h05", "2020-02-01T05:05:00Z"},
        {"3 de mayo de 2021 10:00", "2021-05-03T07:00:00Z"},
        {"the 4th of July 2022", "2022-07-03T21:00:00Z"},
        {"Jun 18 '05, 10:24 AM", "2005-06-18T07:24:00Z"},
        {"12 \xD0\x9C\xD0\xB0\xD1\x8F 2021, 10:00", "2021-05-12T07:00:00Z"},
        {"vor 3 Stunden", "2024-03-14T06:00:00Z"},
        {"il y a 2 heures", "2024-03-14T07:00:00Z"},
        {"hace un d\xC3\xAD"
         "a",
         "2024-03-13T09:00:00Z"},
        {"3 dagen geleden", "2024-03-11T09:00:00Z"},
        {"1 Jahr 2 Tage her", "2023-03-12T09:00:00Z"},
        {"gestern 14:30", "2024-03-13T11:30:00Z"},
        {"3 Stunden", "-"},
        {"vor dem 3", "-"},
    };
    (void)state;
    CHECK(rows, words);
}

static void what_we_print_we_can_read(void **state)
{
    struct nb_date_context context = {NULL, 0, 60};
    (void)state;
    for (int64_t ms = 0; ms < 4102444800000LL; ms += 86399999LL * 3) {
        char text[NB_RFC3339_BYTES], http[NB_HTTP_DATE_BYTES];
        int64_t got;
        nb_date_rfc3339(ms, text);
        assert_int_equal(nb_date_parse(nb_slice_str(text), &context, &got), NB_OK);
        assert_int_equal(got, ms);
        nb_date_http(ms, http);
        assert_int_equal(nb_date_parse(nb_slice_str(http), &context, &got), NB_OK);
        assert_int_equal(got, ms - ms % 1000);
    }
    char http[NB_HTTP_DATE_BYTES], text[NB_RFC3339_BYTES];
    nb_date_http(1795310640000LL, http);
    assert_string_equal(http, "Sun, 22 Nov 2026 01:24:00 GMT");
    nb_date_rfc3339(1795310640007LL, text);
    assert_string_equal(text, "2026-11-22T01:24:00.007Z");
}

static void a_day_is_ten_characters_and_no_more(void **state)
{
    int64_t ms = -1;
    (void)state;
    assert_int_equal(nb_date_day(NB_LIT("2026-11-22"), 180, &ms), NB_OK);
    assert_int_equal(ms, 1795294800000LL);
    static const char *const bad[] = {"",         "2026-11",   "2026-11-31", "2026-11-22T10",
                                      "20261122", "22.11.2026"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(nb_date_day(nb_slice_str(bad[i]), 180, &ms), NB_ESYNTAX);
    }
    assert_int_equal(ms, 1795294800000LL);
}

static void a_bad_words_file_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *content, *detail;
    } rows[] = {
        {"month 1: ocak\nmonth 13: undecimber\n", ":2:"},
        {"month: ocak\n", ":1:"},
        {"moth 1: ocak\n", ":1:"},
        {"now 3: simdi\n", ":1:"},
        {"unit fortnight: x\n", ":1:"},
        {"# a comment\n\nmonth 1 ocak\n", ":3:"},
        {"month 1: ocak,\n", ":1:"},
        {"now: one two three four\n", ":1:"},
        {"month 1: ocak\nmonth 2: OCAK\n", ":2:"},
        {"month 1: \xFF\n", "UTF-8"},
    };
    char *dir = nbt_tmpdir(), *path = nbt_path(dir, "dates.txt");
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_date_words *out = NULL;
        struct nb_error error = {0};
        nbt_write_file(path, nb_slice_str(rows[i].content));
        assert_int_equal(nb_date_words_load(path, &out, &error), NB_ESYNTAX);
        assert_null(out);
        if (!strstr(nb_error_text(&error), rows[i].detail)) {
            fail_msg("%s", nb_error_text(&error));
        }
    }
    struct nb_date_words *out = NULL;
    remove(path);
    assert_int_equal(nb_date_words_load(path, &out, NULL), NB_ENOTFOUND);
    assert_int_equal(nb_date_words_load(dir, &out, NULL), NB_EIO);
    nbt_write_file(path, nb_slice_str(""));
    assert_int_equal(nb_date_words_load(path, &out, NULL), NB_OK);
    assert_string_equal(read_date("Thu, 01 Jan 04 19:48:21 GMT", out), "2004-01-01T19:48:21Z");
    nb_date_words_free(out);
    free(path);
    nbt_rmdir(dir);
}

static void loading_words_survives_the_loss_of_any_allocation(void **state)
{
    (void)state;
    for (long i = 1;; i++) {
        struct nb_date_words *out = NULL;
        nb_mem_fail_from(i);
        enum nb_err err = nb_date_words_load("lexicons/dates.txt", &out, NULL);
        nb_mem_fail_from(0);
        if (err == NB_OK) {
            assert_true(i > 2);
            nb_date_words_free(out);
            break;
        }
        assert_int_equal(err, NB_ENOMEM);
        assert_null(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_dates_are_read_in_every_form_that_feeds_use),
        cmocka_unit_test(rfc_822_is_read_with_the_errors_people_make),
        cmocka_unit_test(numeric_dates_are_read_day_first),
        cmocka_unit_test(turkish_dates_are_read),
        cmocka_unit_test(relative_dates_are_read_against_now),
        cmocka_unit_test(without_words_turkish_is_not_guessed_at),
        cmocka_unit_test(calendar_and_time_are_inverse_over_three_centuries),
        cmocka_unit_test(the_calendar_holds_at_the_ends_of_time),
        cmocka_unit_test(dates_of_other_languages_are_read),
        cmocka_unit_test(what_we_print_we_can_read),
        cmocka_unit_test(a_day_is_ten_characters_and_no_more),
        cmocka_unit_test(a_bad_words_file_is_refused_with_its_line),
        cmocka_unit_test(loading_words_survives_the_loss_of_any_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
