/*
 * Documents from files: what a line says, what is refused and why, and how a spool gets into the
 * log, with a crawler and without. Shops, servers and people are invented.
 */
#include "tests/unit/reading_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/crawl.h>
#include <nabiz/feed.h>
#include <nabiz/import.h>
#include <nabiz/log.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

static const struct nb_date_context dates = {NULL, 1767225600000, 180};
static const struct nb_import_context context = {{"dukkan", 6}, NB__KIND__POST, &dates};

/* ---- lines ---- */

static struct nb_document *line(const char *text)
{
    struct nb_document *document = NULL;
    error = (struct nb_error){0};
    if (nb_import_line(nb_slice_str(text), &context, arena, &document, &error) != NB_OK) {
        fail_msg("%s: %s", text, nb_error_text(&error));
    }
    return document;
}

static void a_plain_object_is_a_document(void **state)
{
    (void)state;
    const struct nb_document *document = line(
        "{\"id\":7,\"text\":\" Bir\\r\\niki\\u0007 \",\"title\":\"T\",\"author\":\"Ada\","
        "\"published\":\"2026-11-20 10:00\",\"url\":\"https://dukkan.example/y/7?utm_source=a\","
        "\"kind\":\"review\",\"lang\":\"tr\",\"likes\":3,\"categories\":[\"kahve\",4],"
        "\"links\":[\"https://a.example/\",{\"url\":\"https://b.example/\",\"text\":\"b\"}]}");
    assert_string_equal(document->guid, "7");
    assert_string_equal(document->text, "Bir\niki");
    assert_string_equal(document->url, "https://dukkan.example/y/7");
    assert_string_equal(document->site, "dukkan.example");
    assert_string_equal(document->author, "dukkan.example/Ada");
    assert_string_equal(document->author_name, "Ada");
    assert_string_equal(document->language, "tr");
    assert_int_equal(document->kind, NB__KIND__REVIEW);
    assert_int_equal(document->published_ms, 1795158000000);
    assert_int_equal(document->fetched_ms, dates.now_ms);
    assert_int_equal(document->n_categories, 1);
    assert_int_equal(document->n_links, 2);
    assert_string_equal(document->links[1]->text, "b");
    assert_int_equal(document->n_engagement, 1);
    assert_int_equal(document->engagement[0]->count, 3);
}

static void what_has_no_address_belongs_to_its_source(void **state)
{
    (void)state;
    const struct nb_document *a = line("{\"id\":\"1\",\"text\":\"x\",\"author\":\"Ada\"}");
    const struct nb_document *b = line("{\"id\":\"1\",\"text\":\"x\",\"source\":\"pazar\"}");
    assert_string_equal(a->author, "dukkan/Ada");
    assert_string_equal(b->site, "pazar");
    assert_int_not_equal(memcmp(a->identity.data, b->identity.data, NB_ID_BYTES), 0);
    assert_int_not_equal(memcmp(a->source.data, b->source.data, NB_ID_BYTES), 0);
}

static void a_name_that_is_cut_has_no_blank_at_its_end(void **state)
{
    (void)state;
    char text[400];
    (void)snprintf(text, sizeof(text), "{\"id\":\"1\",\"text\":\"x\",\"author\":\"%0199d %030d\"}",
                   7, 7);
    struct nb_slice author = nb_field(line(text)->author);
    assert_int_equal(author.len, sizeof("dukkan/") - 1 + 199);
    assert_true(nb_slice_eq(author, nb_slice_trim(author)));
}

static void what_has_no_id_is_what_it_says(void **state)
{
    (void)state;
    const struct nb_document *a = line("{\"text\":\"x\"}");
    const struct nb_document *b = line("{\"text\":\" x \"}");
    const struct nb_document *c = line("{\"text\":\"y\"}");
    assert_memory_equal(a->identity.data, b->identity.data, NB_ID_BYTES);
    assert_int_not_equal(memcmp(a->identity.data, c->identity.data, NB_ID_BYTES), 0);
}

static void a_dumped_document_comes_back_as_it_was(void **state)
{
    (void)state;
    const struct nb_document *document = line(
        "{\"table\":\"log\",\"key\":\"00\",\"value\":{\"number\":4,\"revision\":2,"
        "\"identity\":\"000102030405060708090a0b0c0d0e0f\","
        "\"source\":\"f00102030405060708090a0b0c0d0e0f\",\"kind\":\"COMMENT\","
        "\"site\":\"a.example\",\"author\":\"a.example/ada\",\"author_name\":\"Ada L.\","
        "\"text\":\"x\",\"published_ms\":5,\"fetched_ms\":6,\"reply_to\":\"https://a.example/\","
        "\"deleted\":true,\"quotes\":[{\"author\":\"can\",\"text\":\"q\"}],\"engagement\":"
        "[{\"kind\":\"views\",\"count\":9,\"read_ms\":8}]}}");
    assert_int_equal(document->identity.data[15], 15);
    assert_int_equal(document->source.data[0], 0xf0);
    assert_int_equal(document->kind, NB__KIND__COMMENT);
    assert_string_equal(document->author, "a.example/ada");
    assert_string_equal(document->author_name, "Ada L.");
    assert_int_equal(document->published_ms, 5);
    assert_int_equal(document->fetched_ms, 6);
    assert_true(document->deleted);
    assert_string_equal(document->quotes[0]->author, "can");
    assert_int_equal(document->engagement[0]->read_ms, 8);
}

static void bad_lines_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "not JSON"},
        {"x", "not JSON"},
        {"{\"text\":\"x\"", "not JSON"},
        {"[]", "not a JSON object"},
        {"3", "not JSON"},
        {"{\"id\":3}", "neither \"text\" nor \"title\""},
        {"{\"text\":\"\"}", "neither \"text\" nor \"title\""},
        {"{\"text\":[\"x\"]}", "\"text\" is no text"},
        {"{\"text\":\"x\",\"published\":\"y\"}", "\"published\" is no date"},
        {"{\"text\":\"x\",\"kind\":\"tweet\"}", "\"kind\" is none of"},
        {"{\"text\":\"\xff\"}", "not JSON"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_document *document = NULL;
        enum nb_err err =
            nb_import_line(nb_slice_str(rows[i].text), &context, arena, &document, &error);
        assert_int_equal(err, NB_ESYNTAX);
        assert_non_null(strstr(nb_error_text(&error), rows[i].why));
    }
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    char text[2001];
    struct nb_document *document = NULL;
    memset(text, '[', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(nb_import_line(nb_slice_str(text), &context, arena, &document, &error),
                     NB_ETOOBIG);
}

/* ---- ActivityStreams ---- */

#define PUBLIC "\"https://www.w3.org/ns/activitystreams#Public\""
#define NOTE(id, to, content)                                                                      \
    "{\"type\":\"Create\",\"actor\":\"https://toplu.example/users/ada\",\"object\":{\"id\":"       \
    "\"https://toplu.example/users/ada/statuses/" id "\",\"type\":\"Note\",\"attributedTo\":"      \
    "\"https://toplu.example/users/ada\",\"url\":\"https://toplu.example/@ada/" id                 \
    "\",\"to\":[" to "],\"published\":\"2026-11-20T07:00:00Z\",\"content\":\"" content             \
    "\",\"contentMap\":"                                                                           \
    "{\"tr\":\"x\"},\"inReplyTo\":\"https://uzak.example/s/1\",\"tag\":[{\"type\":\"Hashtag\","    \
    "\"name\":\"#kahve\"},{\"type\":\"Mention\",\"name\":\"@can\"}],\"likes\":{\"totalItems\":2}}" \
    "}"

static void a_note_is_read_as_its_timeline_would(void **state)
{
    (void)state;
    const struct nb_document *document = line(NOTE("5", PUBLIC, "<p>Selam</p><p>olsun</p>"));
    assert_string_equal(document->guid, "https://toplu.example/users/ada/statuses/5");
    assert_string_equal(document->url, "https://toplu.example/@ada/5");
    assert_string_equal(document->author, "toplu.example/ada@toplu.example");
    assert_string_equal(document->text, "Selam\n\nolsun");
    assert_string_equal(document->language, "tr");
    assert_string_equal(document->reply_to, "https://uzak.example/s/1");
    assert_string_equal(document->categories[0], "kahve");
    assert_int_equal(document->n_categories, 1);
    assert_int_equal(document->kind, NB__KIND__TOOT);
    assert_int_equal(document->published_ms, 1795158000000);
    assert_int_equal(document->engagement[0]->count, 2);
}

static void what_was_not_public_is_left_out(void **state)
{
    (void)state;
    assert_null(line(NOTE("6", "\"https://toplu.example/users/can\"", "<p>gizli</p>")));
    assert_null(line(NOTE("7", PUBLIC, ""))); /* and what says nothing */
}

struct seen {
    size_t n, documents_n, last;
};

static enum nb_err see(void *arg, size_t number, enum nb_err err, struct nb_document *document,
                       const struct nb_error *why)
{
    struct seen *seen = arg;
    (void)why;
    assert_int_equal(err, NB_OK);
    seen->n++;
    seen->documents_n += document != NULL;
    seen->last = number;
    return NB_OK;
}

static enum nb_err collection(const char *text, struct seen *seen)
{
    *seen = (struct seen){0};
    return nb_import_collection(nb_slice_str(text), &context, see, seen, &error);
}

static void an_archive_is_read_item_by_item(void **state)
{
    (void)state;
    struct seen seen;
    assert_int_equal(
        collection(
            "{\"@context\":[\"\\\"orderedItems\\\":[\"],\"x\":{\"items\":[1]},"
            "\"type\":\"OrderedCollection\",\"orderedItems\" : [ " NOTE("5", PUBLIC, "a") " ," NOTE(
                "6", "\"x\"",
                "b") ",7,{\"type\":\"Announce\",\"id\":\"https://t.example"
                     "/1\",\"actor\":\"https://toplu.example/users/ada\",\"to\":[" PUBLIC "],"
                     "\"object\":\"https://uzak.example/s/1\"}]}",
            &seen),
        NB_OK);
    assert_int_equal(seen.n, 4);
    assert_int_equal(seen.documents_n, 2);
    assert_int_equal(collection("{\"orderedItems\":[]}", &seen), NB_OK);
    assert_int_equal(seen.n, 0);
    assert_int_equal(collection("{\"orderedItems\":[7,", &seen), NB_ESYNTAX);
    assert_int_equal(seen.last, 1);
    assert_int_equal(collection("{\"items\":3}", &seen), NB_ESYNTAX);
    assert_int_equal(collection("", &seen), NB_ESYNTAX);
    assert_int_equal(collection("{\"orderedItems\":\"", &seen), NB_ESYNTAX);
}

/* ---- into the log ---- */

static struct nb_config *config_of(const char *dir)
{
    char data[512];
    char sources[600];
    struct nb_config *config = NULL;
    (void)snprintf(data, sizeof(data), "data.dir=%s", dir);
    (void)snprintf(sources, sizeof(sources), "data.sources=%s/sources.list", dir);
    nbt_write_file(sources + strlen("data.sources="), NB_LIT("# none\n"));
    const char *sets[] = {data, sources, "store.sync=lazy", "store.map=1m",
                          "data.lexicons=lexicons"};
    if (nb_config_load(NULL, sets, 5, &config, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return config;
}

/* n documents, the text of which ends in a word. */
static struct nb_import_counts import(const struct nb_config *config, int n, const char *word)
{
    struct nb_spool *spool = NULL;
    struct nb_import_counts counts = {0};
    assert_int_equal(nb_spool_begin(nb_config_str(config, NB_CFG_DATA_DIR), &spool, &error), NB_OK);
    for (int i = 0; i < n; i++) {
        char text[200];
        nb_arena_reset(arena);
        (void)snprintf(text, sizeof(text), "{\"id\":%d,\"text\":\"metin %d %s\"}", i, i, word);
        assert_int_equal(nb_spool_add(spool, line(text), &error), NB_OK);
    }
    assert_int_equal(nb_spool_n(spool), n);
    if (nb_import_hand_over(spool, config, &counts, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return counts;
}

static void check_counts(struct nb_import_counts counts, uint64_t new_n, uint64_t revised_n,
                         uint64_t known_n)
{
    assert_int_equal(counts.new_n, new_n);
    assert_int_equal(counts.revised_n, revised_n);
    assert_int_equal(counts.known_n, known_n);
}

static void importing_twice_adds_nothing(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_config *config = config_of(dir);
    check_counts(import(config, 1200, "bir"), 1200, 0, 0); /* several parts */
    check_counts(import(config, 1200, "bir"), 0, 0, 1200);
    check_counts(import(config, 7, "iki"), 0, 7, 0);
    nb_config_free(config);
    nbt_rmdir(dir);
}

static void a_crawler_that_runs_stores_it(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_config *config = config_of(dir);
    struct nb_clock *clock = NULL;
    struct nb_crawl *crawl = NULL;
    const struct nb_crawl_options options = {.once = false};
    assert_int_equal(nb_clock_open(NULL, &clock, &error), NB_OK);
    check_counts(import(config, 3, "bir"), 3, 0, 0);
    if (nb_crawl_start(config, clock, &options, &crawl, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    check_counts(import(config, 1200, "bir"), 1197, 0, 3);
    check_counts(import(config, 3, "iki"), 0, 3, 0);
    assert_int_equal(nb_crawl_stop(crawl, &error), NB_OK);
    nb_clock_close(clock);
    nb_config_free(config);
    nbt_rmdir(dir);
}

static void of_one_document_the_last_line_counts(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    struct nb_config *config = config_of(dir);
    struct nb_spool *spool = NULL;
    struct nb_import_counts counts = {0};
    assert_int_equal(nb_spool_begin(dir, &spool, &error), NB_OK);
    for (int i = 0; i < 5000; i++) {
        char text[200];
        nb_arena_reset(arena);
        (void)snprintf(text, sizeof(text), "{\"id\":%d,\"text\":\"metin %d\"}", i % 2500, i);
        assert_int_equal(nb_spool_add(spool, line(text), &error), NB_OK);
    }
    assert_int_equal(nb_spool_n(spool), 2500);
    assert_int_equal(nb_import_hand_over(spool, config, &counts, &error), NB_OK);
    check_counts(counts, 2500, 0, 0);
    assert_int_equal(nb_spool_begin(dir, &spool, &error), NB_OK);
    nb_arena_reset(arena);
    assert_int_equal(nb_spool_add(spool, line("{\"id\":1,\"text\":\"metin 2501\"}"), &error),
                     NB_OK);
    assert_int_equal(nb_import_hand_over(spool, config, &counts, &error), NB_OK);
    check_counts(counts, 0, 0, 1);
    nb_config_free(config);
    nbt_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_object_is_a_document),
        cmocka_unit_test(what_has_no_address_belongs_to_its_source),
        cmocka_unit_test(a_name_that_is_cut_has_no_blank_at_its_end),
        cmocka_unit_test(what_has_no_id_is_what_it_says),
        cmocka_unit_test(a_dumped_document_comes_back_as_it_was),
        cmocka_unit_test(bad_lines_say_what_is_wrong),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(a_note_is_read_as_its_timeline_would),
        cmocka_unit_test(what_was_not_public_is_left_out),
        cmocka_unit_test(an_archive_is_read_item_by_item),
        cmocka_unit_test(importing_twice_adds_nothing),
        cmocka_unit_test(a_crawler_that_runs_stores_it),
        cmocka_unit_test(of_one_document_the_last_line_counts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
