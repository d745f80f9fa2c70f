/* What leaves the house: charts, the mail, and that it is asked for once. */
#include "tests/unit/digest_world.h"

#include <nabiz/text.h>

#include "service/deliver/errand.h"
#include "service/digest/canvas.h"
#include "service/digest/make.h"
#include "service/digest/render.h"
#include "service/digest/send.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct entry entries[] = {
    {-1, 10, 0, "acme", NB__KIND__POST, "forum.example/can", "Can", "https://forum.example/1", NULL,
     "Acme iyi", 300, 0, NULL, 0, NULL},
    {0, 9, 0, "acme", NB__KIND__POST, "forum.example/su", "Su\r\nBcc: x@y.example",
     "https://forum.example/2", "Kargo\r\nBcc: kurban@ornek.example", "Kargom gelmedi", -800, 3,
     NULL, 0, NULL},
    {0, 12, 0, "acme", NB__KIND__POST, "forum.example/ege", "Ege", "https://forum.example/3", NULL,
     "Fena de\xc4\x9fil", 100, 0, NULL, 0, NULL},
    {0, 13, 0, "beta", NB__KIND__POST, "forum.example/ege", "Ege", "https://forum.example/4", NULL,
     "Beta", 0, 0, NULL, 0, NULL},
};

static int open_world(void **state)
{
    return digest_world_begin(state, entries, ROWS(entries));
}

static struct nb_slice make_mail(struct digest_world *w, const char *lang, struct nb_config *config)
{
    struct nb_error error = {0};
    struct nb_digest_envelope envelope;
    struct nb_buf out;
    struct nb_digest_request r = {.analysis = w->analysis,
                                  .log = w->log,
                                  .config = config,
                                  .topic = NB_LIT("acme"),
                                  .day_ms = THE_DAY_MS,
                                  .format = NB_DIGEST_MAIL,
                                  .lang = lang};
    nb_digest_address(&r, NB_LIT("Nab\xc4\xb1z <nabiz@ornek.example>"),
                      NB_LIT("team@ornek.example"), w->arena, &envelope);
    r.envelope = &envelope;
    nb_buf_init(&out, NB_DIGEST_MAX_BYTES);
    must(nb_digest_make(&r, &out, NULL, &error), &error);
    struct nb_slice copy = nb_arena_copy(w->arena, nb_buf_slice(&out));
    nb_buf_fini(&out);
    return copy;
}

static size_t count(struct nb_slice text, const char *part)
{
    size_t n = 0;
    for (size_t at = 0; (at = nb_slice_find(text, nb_slice_str(part), at)) != NB_NPOS; n++) {
        at += strlen(part);
    }
    return n;
}

static void a_mail_has_text_page_and_charts_and_the_same_bytes_again(void **state)
{
    struct digest_world *w = *state;
    struct nb_slice mail = make_mail(w, "tr", w->config);
    struct nb_slice again = make_mail(w, "tr", w->config);
    assert_int_equal(mail.len, again.len);
    assert_memory_equal(mail.p, again.p, mail.len);
    static const char *const parts[] = {"multipart/alternative",
                                        "multipart/related",
                                        "text/plain; charset=utf-8",
                                        "text/html; charset=utf-8",
                                        "Content-ID: <volume>",
                                        "Content-ID: <sentiment>",
                                        "Content-ID: <share>",
                                        "Auto-Submitted: auto-generated",
                                        "List-Id:"};
    for (size_t i = 0; i < ROWS(parts); i++) {
        if (count(mail, parts[i]) != 1) {
            fail_msg("%zu of %s in\n%.*s", count(mail, parts[i]), parts[i], 2000, mail.p);
        }
    }
    assert_int_equal(count(mail, "Content-Type: image/png"), 3);
}

static void what_people_write_stays_out_of_the_headers(void **state)
{
    struct digest_world *w = *state;
    struct nb_slice mail = make_mail(w, "en", w->config);
    size_t head = nb_slice_find(mail, NB_LIT("\r\n\r\n"), 0);
    assert_true(head != NB_NPOS);
    assert_int_equal(count(nb_slice_sub(mail, 0, head), "Bcc"), 0);
    for (size_t i = 0; i < mail.len; i++) {
        assert_true((uint8_t)mail.p[i] < 0x80); /* everything else is encoded */
    }
}

static void templates_that_are_broken_do_not_keep_a_mail_back(void **state)
{
    struct digest_world *w = *state;
    struct nb_error error = {0};
    struct nb_config *config;
    char data[4200], templates[4200];
    char *path = nbt_path(w->dir, "digest.xsl");
    char *labels = nbt_path(w->dir, "labels.tr.xml");
    nbt_write_file(path, NB_LIT("<xsl:stylesheet"));
    nbt_write_file(labels, nbt_read_file("config/templates/labels.tr.xml", w->arena));
    (void)snprintf(data, sizeof(data), "data.dir=%s", w->dir);
    (void)snprintf(templates, sizeof(templates), "data.templates=%s", w->dir);
    const char *sets[] = {data, templates};
    must(nb_config_load(NULL, sets, ROWS(sets), &config, &error), &error);
    struct nb_digest_request page = {.analysis = w->analysis,
                                     .log = w->log,
                                     .config = config,
                                     .topic = NB_LIT("acme"),
                                     .day_ms = THE_DAY_MS,
                                     .format = NB_DIGEST_HTML,
                                     .lang = "tr"};
    struct nb_buf out;
    nb_buf_init(&out, NB_DIGEST_MAX_BYTES);
    assert_int_equal(nb_digest_make(&page, &out, NULL, &error), NB_ESYNTAX);
    assert_non_null(strstr(error.text, "digest.xsl:1"));
    nb_buf_fini(&out);
    assert_int_equal(count(make_mail(w, "tr", config), "multipart/alternative"), 1);
    nb_config_free(config);
    free(path);
    free(labels);
}

static void the_key_of_a_digest_is_its_topic_and_period(void **state)
{
    struct digest_world *w = *state;
    struct nb_digest_envelope first, later, week;
    struct nb_digest_request r = {
        .config = w->config, .topic = NB_LIT("acme"), .day_ms = THE_DAY_MS, .days_n = 1};
    nb_digest_address(&r, NB_LIT("a@b.example"), NB_LIT("c@d.example"), w->arena, &first);
    r.day_ms += 20 * NB_HOUR_MS;
    nb_digest_address(&r, NB_LIT("a@b.example"), NB_LIT("c@d.example"), w->arena, &later);
    r.days_n = 7;
    nb_digest_address(&r, NB_LIT("a@b.example"), NB_LIT("c@d.example"), w->arena, &week);
    assert_true(nb_slice_eq(first.id, later.id));
    assert_false(nb_slice_eq(first.id, week.id));
}

static void a_picture_is_the_same_each_time_whatever_is_written_on_it(void **state)
{
    struct digest_world *w = *state;
    static const char *const texts[] = {"",
                                        "Ak\xc5\x9f"
                                        "am \xe2\x82\xba",
                                        "\xff\xfe",
                                        "\xe2\x80\xae"
                                        "abc",
                                        "a\x01"
                                        "b"};
    for (size_t i = 0; i < ROWS(texts); i++) {
        struct nb_slice png[2];
        for (int k = 0; k < 2; k++) {
            struct nb_canvas *canvas = nb_canvas_new(120, 40);
            assert_non_null(canvas);
            nb_canvas_rect(canvas, 0, 0, 50, 20, NB_INK_BLUE, 60);
            nb_canvas_text(canvas, 60, 20, 11, NB_ALIGN_CENTRE, NB_INK_TEXT,
                           nb_slice_str(texts[i]));
            must(nb_canvas_png(canvas, w->arena, &png[k]), NULL);
            nb_canvas_free(canvas);
        }
        assert_int_equal(png[0].len, png[1].len);
        assert_memory_equal(png[0].p, png[1].p, png[0].len);
        assert_memory_equal(png[0].p, "\x89PNG\r\n\x1a\n", 8);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, digest_world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mail_has_text_page_and_charts_and_the_same_bytes_again),
        TEST(what_people_write_stays_out_of_the_headers),
        TEST(templates_that_are_broken_do_not_keep_a_mail_back),
        TEST(the_key_of_a_digest_is_its_topic_and_period),
        TEST(a_picture_is_the_same_each_time_whatever_is_written_on_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
