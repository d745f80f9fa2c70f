/* Tables on their way into the log: as spreadsheets and exports write them, right and wrong ones.
 */
#include "tests/unit/reading_world.h"

#include <nabiz/import.h>
#include <nabiz/text.h>

static const struct nb_date_context dates = {NULL, 1795244400000, 180};
static const struct nb_import_context context = {{"rapor", 5}, NB__KIND__POST, &dates};

enum { ROWS_MAX = 8 };

/* What came of a table: texts of documents, and what was wrong, with the numbers of the rows. */
static struct {
    size_t n;
    size_t numbers[ROWS_MAX];
    struct nb_document *documents[ROWS_MAX]; /* copies; NULL: refused */
    char why[ROWS_MAX][200];
} got;

static enum nb_err see(void *arg, size_t number, enum nb_err err, struct nb_document *document,
                       const struct nb_error *why)
{
    (void)arg;
    assert_true(got.n < ROWS_MAX);
    got.numbers[got.n] = number;
    got.documents[got.n] = NULL;
    got.why[got.n][0] = '\0';
    if (err == NB_OK) {
        struct nb_slice bytes;
        assert_int_equal(nb_document_encode(document, arena, &bytes), NB_OK);
        assert_int_equal(nb_document_decode(bytes, arena, &got.documents[got.n]), NB_OK);
    } else {
        (void)snprintf(got.why[got.n], sizeof(got.why[0]), "%s", nb_error_text(why));
    }
    got.n++;
    return NB_OK;
}

static enum nb_err read_bytes(struct nb_slice bytes)
{
    got.n = 0;
    error = (struct nb_error){0};
    nb_arena_reset(arena);
    return nb_import_table(bytes, &context, see, NULL, &error);
}

static void read_table(const char *text)
{
    if (read_bytes(nb_slice_str(text)) != NB_OK) {
        fail_msg("%s: %s", text, nb_error_text(&error));
    }
}

static void a_table_is_read_however_it_is_separated(void **state)
{
    (void)state;
    static const char *const tables[] = {
        "id,author,text\n7,Ada,\"Bir, \"\"iki\"\"\n\xc3\xbc\xc3\xa7\"\n",
        "ID;Author;Text\r\n7;Ada;\"Bir, \"\"iki\"\"\r\n\xc3\xbc\xc3\xa7\"",
        "\xef\xbb\xbfid\tauthor\ttext\r7\tAda\t\"Bir, \"\"iki\"\"\n\xc3\xbc\xc3\xa7\"\r\r",
        "sep=;\nx,y;text;author;id\n\"a;b\";\"Bir, \"\"iki\"\"\n\xc3\xbc\xc3\xa7\";Ada;7\n\n",
        "\"text\" , \"author\",\"id\",\"id\"\n \n\"Bir, \"\"iki\"\"\n\xc3\xbc\xc3\xa7\",Ada,,7,9\n",
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        read_table(tables[i]);
        assert_int_equal(got.n, 1);
        const struct nb_document *d = got.documents[0];
        assert_non_null(d);
        assert_string_equal(d->text, "Bir, \"iki\"\n\xc3\xbc\xc3\xa7");
        assert_string_equal(d->author, "rapor/Ada");
        assert_string_equal(d->guid, "7");
        assert_int_equal(d->kind, NB__KIND__POST);
    }
}

static void cells_mean_what_members_of_a_line_mean(void **state)
{
    (void)state;
    read_table(
        "url;author;title;published;kind;likes;followers;followers_read;categories;links\n"
        "https://a.example/1?utm_source=x;Ada;Ba\xc5\x9fl\xc4\xb1k;2026-11-20 10:00;review;3;"
        "120;2026-11-20T07:00:00Z;kahve | \xc3\xa7"
        "ay||;https://b.example/|https://c.example/\n"
        "https://a.example/2;Can;T;;;yok;12 bin;;;\n"
        "https://a.example/3;Can;T;;;3.0;120.00;;;\n"
        "https://a.example/4;Can;T;;;1.200;.0;;;\n");
    assert_int_equal(got.n, 4);
    const struct nb_document *d = got.documents[0];
    assert_string_equal(d->url, "https://a.example/1");
    assert_string_equal(d->author, "a.example/Ada");
    assert_int_equal(d->kind, NB__KIND__REVIEW);
    assert_int_equal(d->published_ms, 1795158000000);
    assert_int_equal(d->engagement[0]->count, 3);
    assert_int_equal(d->audience->followers_n, 120);
    assert_int_equal(d->audience->read_ms, 1795158000000);
    assert_int_equal(d->n_categories, 2);
    assert_string_equal(d->categories[0], "kahve");
    assert_int_equal(d->n_links, 2);
    d = got.documents[1];
    assert_int_equal(d->n_engagement, 0); /* no number: not known */
    assert_null(d->audience);
    assert_int_equal(d->has_published_ms, 0);
    d = got.documents[2]; /* as a data frame writes what is not known everywhere */
    assert_int_equal(d->engagement[0]->count, 3);
    assert_int_equal(d->audience->followers_n, 120);
    d = got.documents[3];
    assert_int_equal(d->n_engagement, 0);
    assert_null(d->audience);
}

static void a_table_may_have_boosts(void **state)
{
    (void)state;
    read_table("id,author,kind,boost_of,text\n1,can,boost,https://a.example/9,RT: bir\n"
               "2,can,,,kendi s\xc3\xb6z\xc3\xbc\n3,can,boost,,RT: iki\n");
    assert_int_equal(got.n, 3);
    assert_int_equal(got.documents[0]->kind, NB__KIND__BOOST);
    assert_null(got.documents[0]->text);
    assert_string_equal(got.documents[0]->quotes[0]->url, "https://a.example/9");
    assert_int_equal(got.documents[1]->kind, NB__KIND__POST);
    assert_null(got.documents[2]);
    assert_non_null(strstr(got.why[2], "boost_of"));
}

/* "text\nÇay ılık" in what spreadsheets write beside UTF-8. */
/* As databases write them: without any quoting. */
static void a_quote_in_a_table_with_tabs_may_be_one_of_the_text(void **state)
{
    (void)state;
    static const char *const want[] = {"\"Kargo gelmedi dedi", "iyi oldu", "\"tamam\" dedi",
                                       "bir iki \"son\"", "\""};
    read_table("id\ttext\tauthor\n1\t\"Kargo gelmedi dedi\tali\n2\tiyi oldu\tveli\n"
               "3\t\"tamam\" dedi\tcan\n4\t\"bir\tiki \"\"son\"\"\" \tece\n5\t\"\tada\n");
    assert_int_equal(got.n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < got.n; i++) {
        assert_string_equal(got.why[i], "");
        assert_string_equal(got.documents[i]->text, want[i]);
    }
    assert_string_equal(got.documents[0]->author, "rapor/ali");
}

static void other_encodings_are_told(void **state)
{
    (void)state;
    static const char latin5[] = "text\n\xc7"
                                 "ay \xfdl\xfdk g\xfczel \xfe"
                                 "ey\n";
    static const char utf16[] = "\xff\xfet\0e\0x\0t\0\n\0\xc7\0a\0y\0 \0\x31\x01l\0\x31\x01k\0\n\0";
    assert_int_equal(read_bytes(nb_slice(latin5, sizeof(latin5) - 1)), NB_OK);
    assert_string_equal(got.documents[0]->text, "\xc3\x87"
                                                "ay \xc4\xb1l\xc4\xb1k g\xc3\xbczel \xc5\x9f"
                                                "ey");
    assert_int_equal(read_bytes(nb_slice(utf16, sizeof(utf16) - 1)), NB_OK);
    assert_string_equal(got.documents[0]->text, "\xc3\x87"
                                                "ay \xc4\xb1l\xc4\xb1k");
}

static void what_is_wrong_is_told_with_its_row(void **state)
{
    (void)state;
    read_table("text,published\n\n,2026-11-20\nbir,d\xc3\xbcn gibi\niki\n\"\xc3\xbc\xc3\xa7\nd\xc3"
               "\xb6rt,2026-11-20\n");
    assert_int_equal(got.n, 4);
    static const struct {
        size_t number;
        const char *why; /* "": read */
    } want[] = {{3, "neither"}, {4, "published"}, {5, ""}, {6, "quote"}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(got.numbers[i], want[i].number);
        assert_int_equal(got.documents[i] != NULL, want[i].why[0] == '\0');
        assert_non_null(strstr(got.why[i], want[i].why));
    }
}

static void a_table_without_names_is_refused(void **state)
{
    (void)state;
    static const char *const tables[] = {
        "",
        "\n",
        "sep=;\n",
        "Ada,bir\nCan,iki\n",
        "{\"text\":\"bir\"}\n",
        "\"text",
        "id,url\n1,2\n",
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        assert_int_equal(read_bytes(nb_slice_str(tables[i])), NB_ESYNTAX);
        assert_non_null(strstr(nb_error_text(&error), "first row"));
        assert_int_equal(got.n, 0);
    }
}

static void wide_tables_are_bounded(void **state)
{
    (void)state;
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    nb_buf_add_str(&text, "text");
    for (int i = 0; i < 1000; i++) {
        nb_buf_add_byte(&text, ',');
    }
    assert_int_equal(read_bytes(nb_buf_slice(&text)), NB_ESYNTAX);
    nb_buf_reset(&text);
    nb_buf_add_str(&text, "text\nbir");
    for (int i = 0; i < 100000; i++) {
        nb_buf_add_byte(&text, ',');
    }
    assert_int_equal(read_bytes(nb_buf_slice(&text)), NB_OK);
    assert_string_equal(got.documents[0]->text, "bir");
    nb_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_however_it_is_separated),
        cmocka_unit_test(cells_mean_what_members_of_a_line_mean),
        cmocka_unit_test(a_table_may_have_boosts),
        cmocka_unit_test(a_quote_in_a_table_with_tabs_may_be_one_of_the_text),
        cmocka_unit_test(other_encodings_are_told),
        cmocka_unit_test(what_is_wrong_is_told_with_its_row),
        cmocka_unit_test(a_table_without_names_is_refused),
        cmocka_unit_test(wide_tables_are_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
