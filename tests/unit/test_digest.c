#include "tests/unit/digest_world.h"

#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "service/digest/make.h"
#include "service/digest/render.h"
#include "service/digest/scan.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define FORUM "forum.example"

/* One story over two days: a launch, late parcels, a warm word, somebody else's topic. */
static const struct entry entries[] = {
    {-3, 10, 0, "acme", NB__KIND__POST, FORUM "/ela", "Ela", "https://forum.example/1", "Merhaba",
     "Acme kullanan var mı?", 0, 0, NULL, 0, NULL},
    {-2, 10, 0, "acme", NB__KIND__POST, FORUM "/can", "Can", "https://forum.example/2", NULL,
     "Acme fena değil", 200, 0, NULL, 0, NULL},
    {-2, 11, 0, "acme", NB__KIND__POST, FORUM "/can", "Can", "https://forum.example/3", NULL,
     "Acme iyi", 300, 0, NULL, 0, NULL},
    {0, 0, 10, "acme", NB__KIND__ARTICLE, "haber.example/deniz", "Deniz Aydın",
     "https://haber.example/kargo", "Acme kargoları gecikti", "Şehirde dağıtım durdu.", -400, 12,
     NULL, 0, NULL},
    {0, 9, 0, "acme", NB__KIND__POST, FORUM "/su", "Su", "https://forum.example/4", NULL,
     "Kargom üç gündür gelmedi, kimse yanıt vermiyor.", -800, 3, "https://forum.example/konu",
     NB__EDGE__ACT__LINK, "https://haber.example/kargo"},
    {0, 9, 30, "acme", NB__KIND__POST, FORUM "/ege", "Ege", "https://forum.example/5", NULL,
     "Benimki de gelmedi", -600, 0, "https://forum.example/konu", 0, NULL},
    {0, 10, 0, "acme", NB__KIND__POST, FORUM "/acme", "Acme", "https://forum.example/6", NULL,
     "Hemen bakıyoruz", 0, 0, "https://forum.example/konu", NB__EDGE__ACT__REPLY,
     "https://forum.example/5"},
    {0, 14, 0, "acme", NB__KIND__POST, "blog.example/ela", "Ela", "https://blog.example/ovgu",
     "Acme beni şaşırttı", "Kutusu çok güzel, bayıldım.", 900, 1, NULL, 0, NULL},
    {0, 23, 45, "acme", NB__KIND__POST, FORUM "/can", "Can", "https://forum.example/7",
     "Acme kargoları gecikti", "Haber doğruymuş.", -300, 0, NULL, 0, NULL},
    {0, 23, 50, "beta", NB__KIND__POST, FORUM "/can", "Can", "https://forum.example/8", NULL,
     "Beta güzel", 300, 0, NULL, 0, NULL},
    /* the next day: too late for the digest of the day */
    {1, 9, 0, "acme", NB__KIND__POST, FORUM "/acme", "Acme", "https://forum.example/9", NULL,
     "Su, size yazdık", 0, 0, NULL, NB__EDGE__ACT__REPLY, "https://forum.example/4"},
};

static int open_world(void **state)
{
    return digest_world_begin(state, entries, ROWS(entries));
}

static void collect(struct digest_world *w, int64_t day_ms, struct nb_report *report)
{
    struct nb_error error = {0};
    struct nb_txn *txn;
    const struct nb_report_options options = {
        .topic = NB_LIT("acme"), .day_ms = day_ms, .zone = w->zone};
    must(nb_read_begin(w->analysis, &txn, &error), &error);
    must(nb_report_collect(txn, w->log, &options, w->arena, report, &error), &error);
    nb_read_end(txn);
}

static struct nb_digest_request request(struct digest_world *w, enum nb_digest_format format)
{
    return (struct nb_digest_request){.analysis = w->analysis,
                                      .log = w->log,
                                      .config = w->config,
                                      .topic = NB_LIT("acme"),
                                      .day_ms = THE_DAY_MS,
                                      .format = format,
                                      .rows = "mentions",
                                      .lang = "tr"};
}

static struct nb_slice make(struct digest_world *w, const struct nb_digest_request *r)
{
    struct nb_error error = {0};
    struct nb_buf out;
    nb_buf_init(&out, NB_DIGEST_MAX_BYTES);
    must(nb_digest_make(r, &out, NULL, &error), &error);
    struct nb_slice copy = nb_arena_copy(w->arena, nb_buf_slice(&out));
    nb_buf_fini(&out);
    return copy;
}

static bool has(struct nb_slice text, const char *part)
{
    return nb_slice_find(text, nb_slice_str(part), 0) != NB_NPOS;
}

static void a_day_is_counted_against_the_days_before_it(void **state)
{
    struct nb_report report;
    collect(*state, THE_DAY_MS, &report);
    assert_int_equal(report.day.documents_n, 6);
    assert_int_equal(report.day.negative_n, 4);
    assert_int_equal(report.day.neutral_n, 1);
    assert_int_equal(report.day.positive_n, 1);
    assert_int_equal(nb_report_score(&report.day), -1200 / 6);
    assert_int_equal(report.usual.n, 3);
    assert_int_equal(report.usual.documents_milli, 1000); /* of 1, 2 and 0 */
    assert_int_equal(report.usual.low_milli, 0);
    assert_int_equal(report.usual.high_milli, 2000);
    assert_int_equal(report.history_n, 3); /* it is a young topic: days before it are no history */
    assert_int_equal(report.history[1].counts.documents_n, 2);
    assert_int_equal(report.history[2].counts.documents_n, 0);
    assert_int_equal(report.slots[0].counts.documents_n, 1);
    assert_int_equal(report.slots[9].counts.documents_n, 2);
    assert_int_equal(report.slots[23].counts.documents_n, 1);
}

static void counters_and_rows_recount_each_other(void **state)
{
    struct nb_report report;
    collect(*state, THE_DAY_MS, &report);
    struct nb_report_counts again = {0};
    for (size_t i = 0; i < report.scan->rows_n; i++) {
        const struct nb_scan_row *row = &report.scan->rows[i];
        again.documents_n++;
        again.negative_n += row->label == NB__LABEL__NEGATIVE;
        again.neutral_n += row->label == NB__LABEL__NEUTRAL;
        again.positive_n += row->label == NB__LABEL__POSITIVE;
        again.score_sum_milli += row->score_milli;
    }
    assert_memory_equal(&again, &report.day, sizeof(again));
}

static void documents_with_an_equal_title_address_or_thread_are_one_story(void **state)
{
    struct nb_report report;
    collect(*state, THE_DAY_MS, &report);
    assert_int_equal(report.stories_n, 3);
    assert_slice_equal(report.stories[0].best.title, "Acme kargoları gecikti");
    assert_slice_equal(report.stories[0].best.url, "https://haber.example/kargo");
    assert_int_equal(report.stories[0].documents_n, 2);
    assert_int_equal(report.stories[0].comments_n, 12);
    assert_int_equal(report.stories[0].links_n, 1);
    assert_int_equal(report.stories[1].documents_n, 3);
    assert_int_equal(report.stories[1].authors_n, 3);
    assert_slice_equal(report.stories[2].best.title, "Acme beni şaşırttı");
}

static void complaints_wait_until_somebody_else_answers_before_the_end_of_the_day(void **state)
{
    struct nb_report report;
    collect(*state, THE_DAY_MS, &report);
    /* not the article, not number 5, which was answered; 4 was answered a day too late */
    assert_int_equal(report.waiting_n, 2);
    assert_slice_equal(report.waiting[0].document.url, "https://forum.example/4");
    assert_int_equal(report.waiting[0].age_min, 15 * 60);
    assert_true(report.waiting[0].overdue);
    assert_slice_equal(report.waiting[1].document.url, "https://forum.example/7");
    assert_int_equal(report.waiting[1].age_min, 15);
    assert_false(report.waiting[1].overdue);
    assert_int_equal(report.overdue_n, 1);
}

/* Near-duplicates are one row of a list, though each of them waits; what is alike in its words is
 * one story, though nobody copied. */
static void no_list_shows_two_near_duplicates(void **state)
{
#define COPIED                                                                                     \
    "Siparişim on gündür yolda, arıyorum kimse telefonu açmıyor, param da iade edilmiyor."
    static const struct entry more[] = {
        {0, 16, 0, "acme", NB__KIND__POST, FORUM "/kaya", "Kaya", "https://forum.example/20", NULL,
         COPIED, -700, 5, NULL, 0, NULL},
        {0, 16, 5, "acme", NB__KIND__POST, FORUM "/nil", "Nil", "https://forum.example/21", NULL,
         COPIED, -700, 9, NULL, 0, NULL},
        {0, 17, 0, "acme", NB__KIND__POST, "a.example/x", "X", "https://a.example/1",
         "Mağazanın kasasında saatlerce bekledik", NULL, 0, 0, NULL, 0, NULL},
        {0, 17, 30, "acme", NB__KIND__POST, "b.example/y", "Y", "https://b.example/1",
         "Saatlerce kasada beklemek: mağazadan notlar", NULL, 0, 0, NULL, 0, NULL},
    };
    struct digest_world *w = *state;
    struct nb_report before, after;
    collect(w, THE_DAY_MS, &before);
    size_t stories_n = before.stories_n;
    digest_world_add(w, more, ROWS(more), true);
    collect(w, THE_DAY_MS, &after);
    assert_int_equal(after.waiting_n, before.waiting_n + 2);
    assert_int_equal(after.waiting_list_n, before.waiting_list_n + 1);
    assert_slice_equal(after.waiting[0].document.url, "https://forum.example/21");
    assert_int_equal(after.stories_n, stories_n + 2);
    for (size_t i = 0; i < after.stories_list_n; i++) {
        if (nb_slice_starts(after.stories[i].best.title, NB_LIT("Mağazanın kasasında"))) {
            assert_int_equal(after.stories[i].documents_n, 2);
            assert_int_equal(after.stories[i].authors_n, 2);
            return;
        }
    }
    fail();
}

/* Somebody answers in two threads with the same words: they stay two stories. */
static void a_copied_answer_does_not_join_threads(void **state)
{
#define ANSWER                                                                                     \
    "Ben de ayn\xc4\xb1 sorunu ya\xc5\x9f\xc4\xb1yorum, m\xc3\xbc\xc5\x9fteri hizmetleri cevap "   \
    "vermiyor asla."
    static const struct entry more[] = {
        {0, 15, 0, "acme", NB__KIND__POST, FORUM "/a", "A", "https://forum.example/k1", NULL,
         "Birinci konu", 0, 0, NULL, 0, NULL},
        {0, 15, 1, "acme", NB__KIND__POST, FORUM "/b", "B", "https://forum.example/k1/2", NULL,
         ANSWER, -100, 0, "https://forum.example/k1", 0, NULL},
        {0, 15, 2, "acme", NB__KIND__POST, FORUM "/c", "C", "https://forum.example/k1/3", NULL,
         "Evet", 0, 0, "https://forum.example/k1", 0, NULL},
        {0, 15, 3, "acme", NB__KIND__POST, FORUM "/d", "D", "https://forum.example/k2", NULL,
         "\xc4\xb0kinci konu", 0, 0, NULL, 0, NULL},
        {0, 15, 4, "acme", NB__KIND__POST, FORUM "/b", "B", "https://forum.example/k2/2", NULL,
         ANSWER, -100, 0, "https://forum.example/k2", 0, NULL},
    };
    struct digest_world *w = *state;
    struct nb_report before, after;
    collect(w, THE_DAY_MS, &before);
    size_t stories_n = before.stories_n;
    digest_world_add(w, more, ROWS(more), true);
    collect(w, THE_DAY_MS, &after);
    assert_int_equal(after.stories_n, stories_n + 2);
}

static void praise_writers_and_share_are_listed(void **state)
{
    struct nb_report report;
    collect(*state, THE_DAY_MS, &report);
    assert_int_equal(report.praise_n, 1);
    assert_slice_equal(report.praise[0].name, "Ela");
    assert_int_equal(report.loudest_n, 6);
    assert_slice_equal(report.loudest[0].author, "haber.example/deniz"); /* by comments on a tie */
    assert_int_equal(report.share_n, 2);
    assert_slice_equal(report.share[0].topic, "acme");
    assert_int_equal(report.share[0].share_milli, 857);
    assert_int_equal(report.share_sum_n, 7);
}

/* Four weeks with so many posts on Saturdays at nine, one of them of a crisis, and one on each
 * Sunday. */
static void fill_weeks(struct digest_world *w)
{
    static const int saturdays[] = {3, 40, 5, 4};
    for (int week = 1; week <= 4; week++) {
        for (int i = 0; i <= saturdays[week - 1]; i++) {
            bool sunday = i == saturdays[week - 1];
            struct entry e = {-7 * week + sunday,
                              9,
                              i % 60,
                              "gamma",
                              NB__KIND__POST,
                              FORUM "/can",
                              "Can",
                              NULL,
                              NULL,
                              NULL,
                              0,
                              0,
                              NULL,
                              0,
                              NULL};
            e.url = nb_arena_printf(w->arena, "https://forum.example/w/%d/%d", week, i);
            digest_world_add(w, &e, 1, true);
        }
    }
}

static void a_day_is_held_against_the_same_weekdays_and_a_week_against_weeks(void **state)
{
    struct digest_world *w = *state;
    struct nb_error error = {0};
    struct nb_txn *txn;
    struct nb_report report;
    struct nb_report_options options = {
        .topic = NB_LIT("gamma"), .day_ms = THE_DAY_MS + NB_HOUR_MS, .zone = w->zone};
    fill_weeks(w);
    must(nb_read_begin(w->analysis, &txn, &error), &error);
    must(nb_report_collect(txn, w->log, &options, w->arena, &report, &error), &error);
    assert_int_equal(report.day_ms, THE_DAY_MS);
    assert_int_equal(report.history_n, 28);
    assert_true(report.usual.weekdays);
    assert_int_equal(report.usual.n, 4);
    assert_int_equal(report.usual.documents_milli, 4500); /* of 3, 4, 5 and 40 */
    assert_int_equal(report.usual.high_milli, 40000);
    assert_int_equal(report.slots[9].usual_milli, 0); /* eight and ten are quiet */
    assert_int_equal(report.slots[9].high_milli, 5000);
    assert_int_equal(report.slots[15].high_milli, 0);
    options.days_n = 7;
    options.day_ms = THE_DAY_MS - NB_DAY_MS; /* Friday to Thursday */
    must(nb_report_collect(txn, w->log, &options, w->arena, &report, &error), &error);
    assert_int_equal(report.slots_n, 7);
    assert_int_equal(report.end_ms, THE_DAY_MS + 6 * NB_DAY_MS);
    assert_int_equal(report.history_n, 27); /* from its first day on */
    assert_int_equal(report.usual.n, 3);
    assert_int_equal(report.usual.documents_milli, 6000); /* of 4, 41 and 6 */
    assert_int_equal(report.slots[1].usual_milli, 5000);  /* Saturday */
    nb_read_end(txn);
}

static void a_week_is_made_in_every_form(void **state)
{
    struct digest_world *w = *state;
    static const enum nb_digest_format formats[] = {NB_DIGEST_HTML, NB_DIGEST_TEXT, NB_DIGEST_JSON};
    static const char *const says[] = {"haftalık özet", "16 Kasım 2026 – 22 Kasım 2026",
                                       "\"days\": 7"};
    for (size_t i = 0; i < ROWS(formats); i++) {
        struct nb_digest_request r = request(w, formats[i]);
        r.days_n = 7;
        r.day_ms = THE_DAY_MS - 5 * NB_DAY_MS;
        struct nb_slice out = make(w, &r);
        if (!has(out, says[i])) {
            fail_msg("%.*s", NB_ARG(out));
        }
        assert_true(has(out, "--day 2026-11-16 --week --rows waiting"));
    }
}

static void only_the_sections_asked_for_are_there(void **state)
{
    struct digest_world *w = *state;
    struct nb_error error = {0};
    static const enum nb_digest_format formats[] = {NB_DIGEST_HTML, NB_DIGEST_TEXT, NB_DIGEST_XML};
    uint32_t sections = 0;
    must(nb_sections_parse(NB_LIT("waiting, stories"), &sections, &error), &error);
    for (size_t i = 0; i < ROWS(formats); i++) {
        struct nb_digest_request r = request(w, formats[i]);
        r.sections = sections;
        struct nb_slice out = make(w, &r);
        assert_true(has(out, "--rows waiting") && has(out, "--rows stories"));
        assert_false(has(out, "--rows praise") || has(out, "--rows hours") ||
                     has(out, "image/png"));
    }
    assert_int_equal(nb_sections_parse(NB_LIT(""), &sections, &error), NB_OK);
    assert_int_equal(sections, NB_SECTIONS_ALL);
    assert_int_equal(nb_sections_parse(NB_LIT("stories weather"), &sections, &error), NB_EINVAL);
    assert_non_null(strstr(error.text, "\"weather\" is no section; there are alerts figures"));
}

static void later_days_do_not_change_the_digest_of_a_past_day(void **state)
{
    static const struct entry later[] = {
        {2, 9, 0, "acme", NB__KIND__POST, FORUM "/acme", "Acme", "https://forum.example/10", NULL,
         "Can, size de", 0, 0, NULL, NB__EDGE__ACT__REPLY, "https://forum.example/7"},
    };
    struct digest_world *w = *state;
    struct nb_digest_request html = request(w, NB_DIGEST_HTML);
    struct nb_slice before = make(w, &html);
    digest_world_add(w, later, ROWS(later), true);
    struct nb_slice after = make(w, &html);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.p, after.p, before.len);
}

static void every_form_says_the_same_and_gives_the_same_bytes_again(void **state)
{
    static const struct {
        enum nb_digest_format format;
        const char *parts[4];
    } rows[] = {
        {NB_DIGEST_TEXT,
         {"21 Kasım 2026 Cumartesi", "6 belge: olağandan %500 fazla (1; önceki 3 günün ortancası).",
          "Acme kargoları gecikti", "$ nabiz digest --topic acme --day 2026-11-21 --rows waiting"}},
        {NB_DIGEST_HTML,
         {"<html lang=\"tr\">", "21 Kasım 2026 Cumartesi", "href=\"https://forum.example/4\"",
          "nabiz digest --topic acme --day 2026-11-21 --rows waiting"}},
        {NB_DIGEST_JSON,
         {"\"day\": \"2026-11-21\"", "\"score_milli\": -200", "\"age_min\": 900",
          "\"not_analysed\": 0"}},
        {NB_DIGEST_XML,
         {"<digest topic=\"acme\" lang=\"tr\"", "n-text=\"6\"", "change-text=\"%500\"",
          "<name>Deniz Aydın</name>"}},
        {NB_DIGEST_ROWS,
         {"\xef\xbb\xbfnumber;time;", "-0,800", "2026-11-21 09:00:00", "forum.example/su"}},
    };
    struct digest_world *w = *state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_digest_request r = request(w, rows[i].format);
        struct nb_slice first = make(w, &r);
        struct nb_slice second = make(w, &r);
        assert_int_equal(first.len, second.len);
        assert_memory_equal(first.p, second.p, first.len);
        for (size_t k = 0; k < ROWS(rows[i].parts); k++) {
            if (!has(first, rows[i].parts[k])) {
                fail_msg("format %zu lacks \"%s\":\n%.*s", i, rows[i].parts[k], NB_ARG(first));
            }
        }
    }
}

static void every_set_of_rows_can_be_written(void **state)
{
    struct digest_world *w = *state;
    struct nb_slice rest = nb_slice_str(NB_DIGEST_ROW_SETS);
    struct nb_slice set;
    while (nb_slice_split(&rest, '|', &set)) {
        struct nb_digest_request r = request(w, NB_DIGEST_ROWS);
        r.rows = nb_arena_strdup(w->arena, set);
        assert_true(make(w, &r).len > 10);
    }
    struct nb_digest_request first = request(w, NB_DIGEST_ROWS);
    first.rows = "hours";
    first.day_ms = THE_DAY_MS - 3 * NB_DAY_MS; /* the topic's first: nothing is usual */
    assert_true(has(make(w, &first), ";0,000;;;\r\n"));
}

static void text_stays_within_eighty_columns(void **state)
{
    struct digest_world *w = *state;
    static const char *const langs[] = {"tr", "en"};
    for (size_t i = 0; i < ROWS(langs); i++) {
        struct nb_digest_request r = request(w, NB_DIGEST_TEXT);
        r.lang = langs[i];
        struct nb_slice rest = make(w, &r);
        struct nb_slice line;
        while (nb_slice_split(&rest, '\n', &line)) {
            bool copied = nb_slice_starts(line, NB_LIT("  $ ")) || has(line, "://");
            if (!copied && nb_text_columns(line) > NB_DIGEST_COLUMNS) {
                fail_msg("%zu columns: %.*s", nb_text_columns(line), NB_ARG(line));
            }
        }
    }
}

static void a_day_with_nothing_in_it_says_so(void **state)
{
    struct digest_world *w = *state;
    static const struct {
        enum nb_digest_format format;
        const char *says;
    } rows[] = {{NB_DIGEST_TEXT, "Bu gün için hiç belge yok."},
                {NB_DIGEST_HTML, "Bu gün için hiç belge yok."},
                {NB_DIGEST_JSON, "\"empty\": true"}};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_error error = {0};
        struct nb_buf out;
        bool empty = false;
        struct nb_digest_request r = request(w, rows[i].format);
        r.day_ms = THE_DAY_MS - NB_DAY_MS;
        nb_buf_init(&out, NB_DIGEST_MAX_BYTES);
        must(nb_digest_make(&r, &out, &empty, &error), &error);
        assert_true(empty);
        assert_true(has(nb_buf_slice(&out), rows[i].says));
        nb_buf_fini(&out);
    }
}

static void documents_not_analysed_yet_are_told(void **state)
{
    static const struct entry waiting[] = {
        {3, 9, 0, "acme", NB__KIND__POST, FORUM "/su", "Su", "https://forum.example/11", NULL,
         "Sonra", 0, 0, NULL, 0, NULL},
    };
    struct digest_world *w = *state;
    digest_world_add(w, waiting, ROWS(waiting), false);
    struct nb_digest_request r = request(w, NB_DIGEST_TEXT);
    assert_true(has(make(w, &r), "1 belge henüz çözümlenmedi"));
}

static void hostile_text_stays_text(void **state)
{
    static const struct entry hostile[] = {
        {0, 12, 0, "acme", NB__KIND__POST, FORUM "/x", "<b>\x1b[31m</b>", "javascript:alert(1)",
         "</a><script>alert(1)</script>", "x", -100, 99, NULL, 0, NULL},
        {0, 12, 1, "acme", NB__KIND__POST, FORUM "/y",
         "\xe2\x80\xae"
         "eva",
         "https://y.example/?a=\"><i>",
         "\x1b]0;title\x07 \xc2\x9b"
         "2J & 'son'",
         "y", -100, 98, NULL, 0, NULL},
    };
    struct digest_world *w = *state;
    digest_world_add(w, hostile, ROWS(hostile), true);
    struct nb_digest_request r = request(w, NB_DIGEST_HTML);
    struct nb_slice html = make(w, &r);
    assert_false(has(html, "<script"));
    assert_false(has(html, "<i>"));
    assert_false(has(html, "<b>\x1b"));
    assert_false(has(html, "javascript:"));
    assert_true(has(html, "&lt;script&gt;"));
    r.format = NB_DIGEST_TEXT;
    struct nb_slice text = make(w, &r);
    for (size_t pos = 0; pos < text.len;) {
        uint32_t c = nb_utf8_next(text, &pos);
        assert_true(c == '\n' || (c >= 0x20 && c != 0x7f && (c < 0x80 || c >= 0xa0)));
        assert_false(c >= 0x202a && c <= 0x202e);
    }
}

static void a_limit_reached_is_an_error_and_leaves_nothing(void **state)
{
    struct digest_world *w = *state;
    bool done = false;
    for (long n = 1; !done && n < 400; n++) {
        struct nb_buf out;
        struct nb_digest_request r = request(w, NB_DIGEST_HTML);
        nb_buf_init(&out, NB_DIGEST_MAX_BYTES);
        nb_mem_fail_from(n);
        enum nb_err err = nb_digest_make(&r, &out, NULL, NULL);
        nb_mem_fail_from(0);
        done = err == NB_OK;
        assert_true(done == (out.len > 0));
        nb_buf_fini(&out);
    }
    assert_true(done);
}

static void the_default_day_is_the_newest_complete_one_that_was_analysed(void **state)
{
    (void)state;
    struct nb_zone *zone;
    must(nb_zone_fixed(OFFSET_MIN, &zone), NULL);
    const int64_t day = THE_DAY_MS;
    static const struct {
        int64_t watermark_h, now_h; /* from the start of the day; INT64_MIN: none, or 1970 */
        int64_t want_days;
    } rows[] = {
        {30, 33, 0},         /* analysed into the next day, and it is the next day: the day */
        {20, 33, 0},         /* nothing since the evening: the day is over all the same */
        {20, 21, -1},        /* the day is not over */
        {20, 240, 0},        /* nothing for days: the last day that has anything */
        {20, INT64_MIN, -1}, /* a clock nobody set */
        {INT64_MIN, 33, 0},  /* nothing analysed: yesterday */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t watermark =
            rows[i].watermark_h == INT64_MIN ? -1 : day + rows[i].watermark_h * NB_HOUR_MS;
        int64_t now = rows[i].now_h == INT64_MIN ? 0 : day + rows[i].now_h * NB_HOUR_MS;
        int64_t got = nb_report_newest_day(watermark, now, zone);
        if (got != day + rows[i].want_days * NB_DAY_MS) {
            fail_msg("row %zu: %lld hours off", i, (long long)((got - day) / NB_HOUR_MS));
        }
    }
    nb_zone_close(zone);
}

static void topics_are_found_with_their_newest_hour(void **state)
{
    struct digest_world *w = *state;
    struct nb_error error = {0};
    struct nb_txn *txn;
    const struct nb_report_topic *topics = NULL;
    size_t n = 0;
    must(nb_read_begin(w->analysis, &txn, &error), &error);
    must(nb_report_topics(txn, w->arena, &topics, &n), &error);
    nb_read_end(txn);
    assert_int_equal(n, 2);
    assert_slice_equal(topics[0].name, "acme");
    assert_int_equal(topics[0].last_hour_ms, THE_DAY_MS + 33 * NB_HOUR_MS);
    assert_slice_equal(topics[1].name, "beta");
    assert_int_equal(topics[1].last_hour_ms, THE_DAY_MS + 23 * NB_HOUR_MS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, digest_world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_day_is_counted_against_the_days_before_it),
        TEST(counters_and_rows_recount_each_other),
        TEST(documents_with_an_equal_title_address_or_thread_are_one_story),
        TEST(complaints_wait_until_somebody_else_answers_before_the_end_of_the_day),
        TEST(no_list_shows_two_near_duplicates),
        TEST(a_copied_answer_does_not_join_threads),
        TEST(praise_writers_and_share_are_listed),
        TEST(a_day_is_held_against_the_same_weekdays_and_a_week_against_weeks),
        TEST(a_week_is_made_in_every_form),
        TEST(only_the_sections_asked_for_are_there),
        TEST(later_days_do_not_change_the_digest_of_a_past_day),
        TEST(every_form_says_the_same_and_gives_the_same_bytes_again),
        TEST(every_set_of_rows_can_be_written),
        TEST(text_stays_within_eighty_columns),
        TEST(a_day_with_nothing_in_it_says_so),
        TEST(documents_not_analysed_yet_are_told),
        TEST(hostile_text_stays_text),
        TEST(a_limit_reached_is_an_error_and_leaves_nothing),
        cmocka_unit_test(the_default_day_is_the_newest_complete_one_that_was_analysed),
        TEST(topics_are_found_with_their_newest_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
