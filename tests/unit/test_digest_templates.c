/* What a team can edit of its digests: labels and stylesheets, right and wrong ones. */
#include "tests/lib/test.h"

#include <nabiz/date.h>
#include <nabiz/text.h>

#include "service/digest/labels.h"
#include "service/digest/xml.h"
#include "service/digest/xslt.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* 2026-11-21T00:00:00+03:00, a Saturday */
#define THE_DAY_MS (20778 * NB_DAY_MS - 3 * NB_HOUR_MS)
#define OFFSET_MIN 180

struct scratch {
    char *dir;
    struct nb_arena *arena;
};

static int open_scratch(void **state)
{
    struct scratch *w = malloc(sizeof(*w));
    w->dir = nbt_tmpdir();
    w->arena = nb_arena_new(16 << 20);
    assert_non_null(w->arena);
    *state = w;
    return 0;
}

static int close_scratch(void **state)
{
    struct scratch *w = *state;
    nb_arena_free(w->arena);
    nbt_rmdir(w->dir);
    free(w);
    return 0;
}

static void must(enum nb_err err, const struct nb_error *error)
{
    if (err != NB_OK) {
        fail_msg("%s: %s", nb_strerror(err), nb_error_text(error));
    }
}

static bool has(struct nb_slice text, const char *part)
{
    return nb_slice_find(text, nb_slice_str(part), 0) != NB_NPOS;
}

static void numbers_and_dates_are_written_as_the_language_does(void **state)
{
    struct scratch *w = *state;
    struct nb_error error = {0};
    struct nb_labels *tr;
    struct nb_labels *en;
    must(nb_labels_load("config/templates", "tr", &tr, &error), &error);
    must(nb_labels_load("config/templates", "en", &en, &error), &error);
    static const struct {
        int64_t n;
        const char *tr, *en;
    } counts[] = {{0, "0", "0"},
                  {999, "999", "999"},
                  {1000, "1.000", "1,000"},
                  {-1234567, "-1.234.567", "-1,234,567"},
                  {INT64_MIN, "-9.223.372.036.854.775.808", "-9,223,372,036,854,775,808"}};
    for (size_t i = 0; i < ROWS(counts); i++) {
        assert_slice_equal(nb_label_count(tr, w->arena, counts[i].n), counts[i].tr);
        assert_slice_equal(nb_label_count(en, w->arena, counts[i].n), counts[i].en);
    }
    static const struct {
        int64_t milli;
        int decimals;
        const char *tr;
    } millis[] = {{-812, 2, "-0,81"}, {-815, 2, "-0,82"}, {1, 2, "0,00"},          {-4, 2, "0,00"},
                  {995, 2, "1,00"},   {11333, 1, "11,3"}, {1234567, 1, "1.234,6"}, {5, 3, "0,005"}};
    for (size_t i = 0; i < ROWS(millis); i++) {
        assert_slice_equal(nb_label_milli(tr, w->arena, millis[i].milli, millis[i].decimals),
                           millis[i].tr);
    }
    assert_slice_equal(nb_label_percent(tr, w->arena, 1210), "%1.210");
    assert_slice_equal(nb_label_percent(en, w->arena, 210), "210%");
    assert_slice_equal(nb_label_date(tr, w->arena, THE_DAY_MS, OFFSET_MIN),
                       "21 Kasım 2026 Cumartesi");
    assert_slice_equal(nb_label_date(en, w->arena, THE_DAY_MS, OFFSET_MIN),
                       "Saturday 21 November 2026");
    assert_slice_equal(nb_label_time(tr, w->arena, THE_DAY_MS + 305000, OFFSET_MIN), "00:05");
    assert_slice_equal(nb_label_age(tr, w->arena, 59), "59 dk");
    assert_slice_equal(nb_label_age(tr, w->arena, 61), "1 sa 1 dk");
    const struct nb_label_value none[] = {{NULL, {NULL, 0}}};
    assert_slice_equal(nb_label_fill(tr, w->arena, "{open {x} no.such.label", none),
                       "{open {x} no.such.label");
    nb_labels_free(tr);
    nb_labels_free(en);
}

/* In single quotes after "key('l', " in the stylesheet, in double quotes after a call in C. */
static void check_used(struct nb_slice file, const char *before, char quote,
                       const struct nb_labels *labels)
{
    size_t used = 0;
    for (size_t at = 0; (at = nb_slice_find(file, nb_slice_str(before), at)) != NB_NPOS; used++) {
        at += strlen(before);
        size_t end = nb_slice_find_byte(file, quote, at);
        char id[64];
        (void)snprintf(id, sizeof(id), "%.*s", (int)(end - at), file.p + at);
        struct nb_slice text = nb_label(labels, id);
        if (nb_slice_eq(text, nb_slice_str(id)) && !strchr(id, '%')) {
            fail_msg("no text for the label %s", id);
        }
    }
    assert_true(used > 0);
}

static void every_label_that_is_used_is_there_in_every_language(void **state)
{
    struct scratch *w = *state;
    struct nb_error error = {0};
    struct nb_labels *tr;
    struct nb_labels *en;
    must(nb_labels_load("config/templates", "tr", &tr, &error), &error);
    must(nb_labels_load("config/templates", "en", &en, &error), &error);
    assert_int_equal(nb_labels_n(tr), nb_labels_n(en));
    for (size_t i = 0; i < nb_labels_n(tr); i++) {
        struct nb_slice a, b, text;
        nb_labels_at(tr, i, &a, &text);
        nb_labels_at(en, i, &b, &text);
        if (!nb_slice_eq(a, b)) {
            fail_msg("%.*s and %.*s", NB_ARG(a), NB_ARG(b));
        }
    }
    check_used(nbt_read_file("config/templates/digest.xsl", w->arena), "key('l', '", '\'', tr);
    struct nb_slice text = nbt_read_file("service/digest/render_text.c", w->arena);
    check_used(text, "label(p, \"", '"', tr);
    check_used(text, "section(p, \"", '"', tr);
    check_used(text, "count_row(p, \"", '"', tr);
    check_used(text, "p->arena, \"", '"', tr);
    struct nb_slice headline = nbt_read_file("service/digest/headline.c", w->arena);
    check_used(headline, "id = \"", '"', tr);
    check_used(headline, "arena, \"", '"', tr);
    nb_labels_free(tr);
    nb_labels_free(en);
}

static void broken_labels_are_refused_with_the_place(void **state)
{
    struct scratch *w = *state;
    static const struct {
        const char *content;
        enum nb_err err;
        const char *says;
    } rows[] = {
        {"<labels><l id='a'>x</l><l id='a'>y</l></labels>", NB_EEXIST, "twice"},
        {"<labels>\n<l>x</l></labels>", NB_ESYNTAX, "xx.xml:2"},
        {"<labels>\n\n<l id='a'>x</labels>", NB_ESYNTAX, "xx.xml:3"},
        {"", NB_ESYNTAX, "xx.xml"},
        {"<!DOCTYPE l [<!ENTITY a 'b'>]><labels/>", NB_ESYNTAX, "document type"},
    };
    char *path = nbt_path(w->dir, "labels.xx.xml");
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_error error = {0};
        struct nb_labels *labels;
        nbt_write_file(path, nb_slice_str(rows[i].content));
        assert_int_equal(nb_labels_load(w->dir, "xx", &labels, &error), rows[i].err);
        assert_null(labels);
        assert_non_null(strstr(error.text, rows[i].says));
    }
    struct nb_error error = {0};
    struct nb_labels *labels;
    assert_int_equal(nb_labels_load(w->dir, "../x", &labels, &error), NB_EINVAL);
    assert_int_equal(nb_labels_load(w->dir, "yy", &labels, &error), NB_ENOTFOUND);
    assert_non_null(strstr(error.text, "language \"yy\""));
    free(path);
}

#define SHEET(body)                                                                                \
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform' "              \
    "xmlns:exsl='http://exslt.org/common' extension-element-prefixes='exsl'>" body                 \
    "</xsl:stylesheet>"
#define TEMPLATE(body) SHEET("<xsl:template match='/'>" body "</xsl:template>")

/* The sheet with the path in the place of its '@'. */
static char *with_path(struct scratch *w, const char *sheet, const char *path)
{
    size_t at = strcspn(sheet, "@");
    const char *rest = sheet[at] ? sheet + at + 1 : "";
    return nb_arena_printf(w->arena, "%.*s%s%s", (int)at, sheet, sheet[at] ? path : "", rest);
}

static void a_stylesheet_can_read_write_and_spend_nothing(void **state)
{
    struct scratch *w = *state;
    char *secret = nbt_path(w->dir, "secret.xml");
    char *written = nbt_path(w->dir, "written.txt");
    nbt_write_file(secret, NB_LIT("<s>secret</s>"));
    static const char *const sheets[] = {
        TEMPLATE("<x><xsl:copy-of select=\"document('@')\"/></x>"),
        TEMPLATE("<x><xsl:copy-of select=\"document('http://127.0.0.1:1/@')\"/></x>"),
        TEMPLATE("<xsl:document href='@' method='text'>x</xsl:document>"),
        TEMPLATE("<exsl:document href='@' method='text'>x</exsl:document>"),
        SHEET("<xsl:import href='@'/>"),
        SHEET("<xsl:include href='@'/>"),
        "<!DOCTYPE x [<!ENTITY e SYSTEM '@'>]>" TEMPLATE("<x>&e;</x>"),
        TEMPLATE("<xsl:call-template name='a'/></xsl:template><xsl:template name='a'>"
                 "<xsl:call-template name='a'/>"),
        TEMPLATE("<xsl:for-each select='//*'><xsl:for-each select='//*'><xsl:for-each "
                 "select='//*'><xsl:for-each select='//*'>x</xsl:for-each></xsl:for-each>"
                 "</xsl:for-each></xsl:for-each>"),
        TEMPLATE("<xsl:message terminate='yes'>stop</xsl:message>"),
        "not xml",
    };
    for (size_t i = 0; i < ROWS(sheets); i++) {
        struct nb_error error = {0};
        struct nb_xslt *xslt = NULL;
        struct nb_buf out;
        char *sheet = with_path(w, sheets[i], i == 2 || i == 3 ? written : secret);
        nb_buf_init(&out, 1 << 20);
        enum nb_err err = nb_xslt_parse("t.xsl", nb_slice_str(sheet), &xslt, &error);
        if (err == NB_OK) {
            struct nb_xml *xml = nb_xml_new();
            nb_xml_open(xml, "digest");
            for (size_t k = 0; k < 300; k++) {
                nb_xml_open(xml, "row");
                nb_xml_close(xml);
            }
            nb_xml_close(xml);
            err = nb_xslt_apply(xslt, nb_xml_tree(xml), &out, &error);
            nb_xml_free(xml);
        }
        nb_xslt_free(xslt);
        if (err != NB_ESYNTAX && err != NB_EREFUSED) {
            fail_msg("sheet %zu: %s", i, nb_strerror(err));
        }
        assert_true(error.text[0]);
        assert_false(has(nb_buf_slice(&out), "secret</s>"));
        assert_null(nbt_read_file(written, w->arena).p);
        nb_buf_fini(&out);
    }
    free(secret);
    free(written);
}

static void xml_carries_any_bytes_as_text(void **state)
{
    (void)state;
    struct nb_xml *xml = nb_xml_new();
    struct nb_buf out;
    nb_buf_init(&out, 4096);
    nb_xml_open(xml, "a");
    nb_xml_attr(xml, "b", NB_LIT("\"<&\x01\xff"));
    nb_xml_text(xml, nb_slice("x\0<]]>\xed\xa0\x80", 9));
    nb_xml_close(xml);
    assert_int_equal(nb_xml_finish(xml, &out), NB_OK);
    assert_true(has(nb_buf_slice(&out), "<a b=\"&quot;&lt;&amp;\xef\xbf\xbd\xef\xbf\xbd\">"
                                        "x\xef\xbf\xbd&lt;]]&gt;"));
    assert_true(nb_utf8_valid(nb_buf_slice(&out)));
    nb_buf_fini(&out);
    nb_xml_free(xml);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scratch, close_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_and_dates_are_written_as_the_language_does),
        TEST(every_label_that_is_used_is_there_in_every_language),
        TEST(broken_labels_are_refused_with_the_place),
        TEST(a_stylesheet_can_read_write_and_spend_nothing),
        cmocka_unit_test(xml_carries_any_bytes_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
