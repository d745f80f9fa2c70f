#include "tests/lib/test.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/buf.h>
#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/feed.h>
#include <nabiz/opml.h>
#include <nabiz/sources.h>
#include <nabiz/url.h>

#include "service/source_import.h"

#include "crawler/sources_line.h"

static char *dir;
static char *path;
static struct nb_arena *arena;
static struct nb_error error;

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(nb_url_init(&error), NB_OK);
    nb_feed_init();
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    dir = nbt_tmpdir();
    path = nbt_path(dir, "sources.list");
    arena = nb_arena_new((size_t)64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_arena_free(arena);
    free(path);
    nbt_rmdir(dir);
    nb_feed_fini();
    nb_url_fini();
    return 0;
}

static struct nb_sources *load(const char *text)
{
    struct nb_sources *sources = NULL;
    nbt_write_file(path, nb_slice_str(text));
    assert_int_equal(nb_sources_load(path, &sources, &error), NB_OK);
    return sources;
}

static struct nb_slice content(void)
{
    nb_arena_reset(arena);
    return nbt_read_file(path, arena);
}

static struct nb_id id_of(const char *url)
{
    struct nb_id id;
    assert_int_equal(nb_source_id(nb_slice_str(url), &id, &error), NB_OK);
    return id;
}

static void a_line_says_what_to_poll_and_how(void **state)
{
    (void)state;
    struct nb_sources *sources =
        load("# yorum\n\n  https://gazete.example/rss  kind=post group=haber every=30min\n"
             "https://forum.example/feed paused title=\"Ev \\\"ve\\\" bahçe # 1\" # not\n"
             "https://sade.example/");
    assert_int_equal(nb_sources_n(sources), 3);
    const struct nb_source_row *row = nb_sources_at(sources, 0);
    assert_string_equal(row->url, "https://gazete.example/rss");
    assert_int_equal(row->kind, NB__KIND__POST);
    assert_string_equal(row->group, "haber");
    assert_int_equal(row->every_s, 1800);
    assert_false(row->paused);
    assert_int_equal(row->line, 3);
    row = nb_sources_find(sources, id_of("https://forum.example/feed"));
    assert_non_null(row);
    assert_true(row->paused);
    assert_string_equal(row->title, "Ev \"ve\" bahçe # 1");
    assert_int_equal(nb_sources_at(sources, 2)->kind, NB__KIND__ARTICLE);
    assert_null(nb_sources_find(sources, id_of("https://yok.example/")));
    nb_sources_free(sources);
}

static void a_bad_line_costs_only_itself(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "gazete",
        "ftp://a.example/",
        "https://a.example/ kind=blog",
        "https://a.example/ every=0s",
        "https://a.example/ every=5parsec",
        "https://a.example/ colour=red",
        "https://a.example/ pause",
        "https://a.example/ title=\"a",
        "https://a.example/\xff",
        "https://b.example/", /* a double */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[256];
        (void)snprintf(text, sizeof(text), "https://b.example/\n%s\nhttps://c.example/\n", bad[i]);
        struct nb_sources *sources = load(text);
        assert_int_equal(nb_sources_n(sources), 2);
        assert_string_equal(nb_sources_at(sources, 1)->url, "https://c.example/");
        nb_sources_free(sources);
    }
}

static void an_endless_line_costs_only_itself(void **state)
{
    (void)state;
    enum { LONG_BYTES = 3 << 20 };
    struct nb_buf text;
    nb_buf_init(&text, LONG_BYTES + 1000);
    nb_buf_add_str(&text, "https://a.example/ title=\"");
    for (int i = 0; i < LONG_BYTES; i++) {
        nb_buf_add_byte(&text, 'x');
    }
    nb_buf_add_str(&text, "\"\nhttps://b.example/\n");
    nb_buf_add(&text, nb_slice("", 1));
    struct nb_sources *sources = load(text.p);
    assert_int_equal(nb_sources_n(sources), 1);
    assert_string_equal(nb_sources_at(sources, 0)->url, "https://b.example/");
    nb_sources_free(sources);
    nb_buf_fini(&text);
}

static void a_line_with_a_nul_byte_is_no_shorter_address(void **state)
{
    (void)state;
    struct nb_sources *sources = NULL;
    nbt_write_file(path, NB_LIT("https://a.example/\0feed\nhttps://b.example/ title=\"x\0y\"\n"
                                "https://c.example/feed\n"));
    assert_int_equal(nb_sources_load(path, &sources, &error), NB_OK);
    assert_int_equal(nb_sources_n(sources), 1);
    assert_string_equal(nb_sources_at(sources, 0)->url, "https://c.example/feed");
    nb_sources_free(sources);
}

static void a_file_of_bad_lines_does_not_fill_the_log(void **state)
{
    (void)state;
    char text[5001] = "";
    for (size_t i = 0; i + 1 < sizeof(text); i += 5) {
        memcpy(text + i, "zzzz\n", 6);
    }
    int64_t warnings = nb_counter_get(NB_CTR_DIAG_WARN);
    struct nb_sources *sources = load(text);
    assert_int_equal(nb_sources_n(sources), 0);
    assert_int_equal(nb_counter_get(NB_CTR_DIAG_WARN), warnings + 21);
    nb_sources_free(sources);
}

static void urls_that_mean_the_same_are_one_source(void **state)
{
    (void)state;
    struct nb_id id = id_of("https://gazete.example/rss");
    struct nb_id same = id_of("HTTPS://GAZETE.example:443/rss?utm_source=x#y");
    assert_memory_equal(id.b, same.b, NB_ID_BYTES);
    assert_int_equal(nb_source_id(NB_LIT("mailto:a@b.example"), &id, &error), NB_EREFUSED);
    assert_int_equal(nb_source_id(NB_LIT("gazete"), &id, &error), NB_ESYNTAX);
}

static void adding_appends_a_line_that_loads_to_the_same(void **state)
{
    (void)state;
    struct nb_source_row row = {.url = "https://yeni.example/rss",
                                .group = "bir grup",
                                .title = "Ters \\ ve \"tırnak\"",
                                .kind = NB__KIND__REVIEW,
                                .every_s = 90};
    nbt_write_file(path, NB_LIT("# ilk\nhttps://eski.example/"));
    assert_int_equal(nb_sources_add(path, &row, &error), NB_OK);
    assert_true(nb_slice_starts(content(), NB_LIT("# ilk\nhttps://eski.example/\n")));
    struct nb_sources *sources = NULL;
    assert_int_equal(nb_sources_load(path, &sources, &error), NB_OK);
    const struct nb_source_row *got = nb_sources_find(sources, id_of(row.url));
    assert_non_null(got);
    assert_string_equal(got->group, row.group);
    assert_string_equal(got->title, row.title);
    assert_int_equal(got->kind, row.kind);
    assert_int_equal(got->every_s, 90);
    nb_sources_free(sources);
    assert_int_equal(nb_sources_add(path, &row, &error), NB_EEXIST);
    row.url = "https://bos luk.example/";
    assert_int_equal(nb_sources_add(path, &row, &error), NB_ESYNTAX);
}

static void adding_makes_the_file(void **state)
{
    (void)state;
    (void)unlink(path);
    struct nb_sources *sources = NULL;
    assert_int_equal(nb_sources_load(path, &sources, &error), NB_ENOTFOUND);
    assert_null(sources);
    struct nb_source_row row = {.url = "https://ilk.example/", .kind = NB__KIND__ARTICLE};
    assert_int_equal(nb_sources_add(path, &row, &error), NB_OK);
    assert_slice_equal(content(), "https://ilk.example/\n");
}

static void changes_leave_the_rest_as_people_wrote_it(void **state)
{
    (void)state;
    static const char text[] =
        "# baş\n\nhttps://a.example/   kind=post # neden\n"
        "bozuk satır\nhttps://b.example/ paused every=1h\r\nhttps://c.example/";
    nbt_write_file(path, nb_slice_str(text));
    assert_int_equal(nb_sources_pause(path, id_of("https://a.example/"), true, &error), NB_OK);
    assert_int_equal(nb_sources_pause(path, id_of("https://b.example/"), false, &error), NB_OK);
    assert_slice_equal(content(), "# baş\n\nhttps://a.example/   kind=post paused # neden\n"
                                  "bozuk satır\nhttps://b.example/ every=1h\r\n"
                                  "https://c.example/");
    assert_int_equal(nb_sources_pause(path, id_of("https://c.example/"), true, &error), NB_OK);
    assert_int_equal(nb_sources_pause(path, id_of("https://c.example/"), true, &error), NB_OK);
    assert_int_equal(nb_sources_remove(path, id_of("https://a.example/"), &error), NB_OK);
    assert_slice_equal(content(), "# baş\n\nbozuk satır\nhttps://b.example/ every=1h\r\n"
                                  "https://c.example/  paused");
    assert_int_equal(nb_sources_remove(path, id_of("https://a.example/"), &error), NB_ENOTFOUND);
}

static void many_rows_are_added_in_one_change_and_none_twice(void **state)
{
    (void)state;
    const struct nb_source_row rows[] = {
        {.url = "https://b.example/", .kind = NB__KIND__POST},
        {.url = "https://a.example/", .kind = NB__KIND__POST},
        {.url = "https://b.example:443/", .kind = NB__KIND__POST},
        {.url = "gazete", .kind = NB__KIND__POST},
        {.url = "https://c.example/ d", .kind = NB__KIND__POST},
        {.url = "ftp://a.example/", .kind = NB__KIND__POST},
        {.url = NULL},
    };
    struct nb_source_added added[7];
    nbt_write_file(path, NB_LIT("# a\nhttps://a.example/"));
    for (int dry_run = 1; dry_run >= 0; dry_run--) {
        assert_int_equal(nb_sources_add_all(path, rows, 7, dry_run == 1, added, &error), NB_OK);
        assert_slice_equal(content(),
                           dry_run ? "# a\nhttps://a.example/"
                                   : "# a\nhttps://a.example/\nhttps://b.example/  kind=post\n");
        assert_int_equal(added[0].outcome, NB_SOURCE_NEW);
        assert_int_equal(added[1].outcome, NB_SOURCE_KNOWN);
        assert_int_equal(added[1].line, 2);
        assert_int_equal(added[2].outcome, NB_SOURCE_DOUBLE);
        assert_int_equal(added[2].first, 0);
        for (size_t i = 3; i < 7; i++) {
            assert_int_equal(added[i].outcome, NB_SOURCE_REFUSED);
            assert_non_null(added[i].why);
        }
    }
}

/* Two commands at once: each change sees the other's. */
static void changes_at_once_lose_nothing(void **state)
{
    (void)state;
    enum { WRITERS = 4, EACH = 25 };
    pid_t pids[WRITERS];
    nbt_write_file(path, NB_LIT(""));
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] == 0) {
            for (int i = 0; i < EACH; i++) {
                char url[64];
                (void)snprintf(url, sizeof(url), "https://w%d.example/%d", w, i);
                struct nb_source_row row = {.url = url, .kind = NB__KIND__ARTICLE};
                struct nb_source_added added;
                enum nb_err err = i % 2 ? nb_sources_add(path, &row, NULL)
                                        : nb_sources_add_all(path, &row, 1, false, &added, NULL);
                if (err != NB_OK) {
                    _exit(1);
                }
            }
            _exit(0);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 0;
        assert_int_equal(waitpid(pids[w], &status, 0), pids[w]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    struct nb_sources *sources = NULL;
    assert_int_equal(nb_sources_load(path, &sources, &error), NB_OK);
    assert_int_equal(nb_sources_n(sources), WRITERS * EACH);
    nb_sources_free(sources);
}

static void a_list_of_lines_says_what_it_can(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf# liste\n\ngazete.example/rss\r\n"
                               "https://a.example/feed#x  group=\"Ev & Bahce\" kind=post every=1h\n"
                               "https://b.example/ bos\nhttps://c.example/\xff\n"
                               "https://d.example/ cookie=\"a=b\"\nmailto:a@b.example\n";
    struct nb_import list;
    const struct nb_source_row model = {.group = "", .title = "", .kind = NB__KIND__ARTICLE};
    nb_arena_reset(arena);
    assert_int_equal(nb_import_read(nb_slice_str(text), &model, arena, &list, &error), NB_OK);
    assert_int_equal(list.n, 6);
    assert_string_equal(list.rows[0].url, "https://gazete.example/rss");
    assert_int_equal(list.lines[0], 3);
    assert_string_equal(list.rows[1].url, "https://a.example/feed");
    assert_string_equal(list.rows[1].group, "Ev & Bahce");
    assert_int_equal(list.rows[1].kind, NB__KIND__POST);
    assert_int_equal(list.rows[1].every_s, 3600);
    for (size_t i = 2; i < 5; i++) {
        assert_non_null(list.wrong[i]);
        assert_null(list.rows[i].url);
    }
    assert_string_equal(list.rows[5].url, "mailto:a@b.example"); /* refused when it is added */
}

static void opml_goes_out_and_comes_back(void **state)
{
    (void)state;
    struct nb_sources *sources =
        load("https://a.example/?x=1&y=2 group=haber title=\"A & \\\"B\\\"\"\n"
             "https://b.example/\nhttps://c.example/ group=haber\n");
    struct nb_buf text;
    const struct nb_opml_outline *outlines = NULL;
    size_t n = 0;
    nb_buf_init(&text, 1 << 20);
    nb_arena_reset(arena);
    assert_int_equal(nb_opml_write(sources, &text), NB_OK);
    assert_int_equal(nb_opml_read(nb_buf_slice(&text), arena, &outlines, &n, &error), NB_OK);
    assert_int_equal(n, 3);
    assert_string_equal(outlines[0].url, "https://b.example/");
    assert_string_equal(outlines[0].group, "");
    assert_string_equal(outlines[1].url, "https://a.example/?x=1&y=2");
    assert_string_equal(outlines[1].title, "A & \"B\"");
    assert_string_equal(outlines[1].group, "haber");
    assert_string_equal(outlines[2].url, "https://c.example/");
    nb_buf_fini(&text);
    nb_sources_free(sources);
}

static void opml_of_others_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum nb_err err;
        size_t n;
        const char *group; /* of the last */
    } rows[] = {
        {"<opml><body><outline text='a'><outline text='b'><outline xmlurl=' https://a.example/ '/>"
         "</outline></outline></body></opml>",
         NB_OK, 1, "a/b"},
        {"<opml><body><outline text='a & b'><outline xmlUrl='https://a.example/'>", NB_OK, 1,
         "a  b"},
        {"<opml><body/></opml>", NB_OK, 0, NULL},
        {"<rss/>", NB_ESYNTAX, 0, NULL},
        {"", NB_ESYNTAX, 0, NULL},
        {"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body/></opml>", NB_EREFUSED, 0, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_opml_outline *outlines = NULL;
        size_t n = 0;
        nb_arena_reset(arena);
        assert_int_equal(nb_opml_read(nb_slice_str(rows[i].text), arena, &outlines, &n, &error),
                         rows[i].err);
        assert_int_equal(n, rows[i].n);
        if (n > 0) {
            assert_string_equal(outlines[n - 1].group, rows[i].group);
            assert_string_equal(outlines[n - 1].url, "https://a.example/");
        }
    }
}

static void a_hundred_thousand_sources_are_found_again(void **state)
{
    (void)state;
    struct nb_buf text;
    nb_buf_init(&text, (size_t)64 << 20);
    for (int i = 0; i < 100000; i++) {
        nb_buf_addf(&text, "https://site%d.example/feed/%d kind=post group=g%d\n", i % 5000, i,
                    i % 7);
    }
    nb_buf_add_byte(&text, '\0');
    struct nb_sources *sources = load(text.p);
    nb_buf_fini(&text);
    assert_int_equal(nb_sources_n(sources), 100000);
    for (size_t i = 0; i < 100000; i += 997) {
        const struct nb_source_row *row = nb_sources_at(sources, i);
        assert_ptr_equal(nb_sources_find(sources, row->id), row);
    }
    nb_sources_free(sources);
}

static void how_a_source_is_asked_is_read_and_checked(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        const char *wrong; /* a part of it; NULL: nothing */
    } rows[] = {
        {"private", NULL},
        {"proxy=http://proxy.example:3128", NULL},
        {"proxy=socks5h://u:p@proxy.example:1080 private", NULL},
        {"proxy=none", NULL},
        {"proxy=\"\"", "a proxy begins"},
        {"proxy=https://proxy.example", "a proxy begins"},
        {"proxy=proxy.example:3128", "a proxy begins"},
        {"proxy=http://", "names a host"},
        {"proxy=http://a/b", "nothing behind it"},
        {"header=\"X-Api-Key: a b\"", NULL},
        {"header=Authorization:x header=\"X-Two:  2 \"", NULL},
        {"header=\"no colon\"", "Name: value"},
        {"header=\": x\"", "Name: value"},
        {"header=\"X Y: z\"", "letters, digits"},
        {"header=\"X: \"", "no value"},
        {"header=\"X: a\tb\"", "control character"},
        {"header=\"Host: other.example\"", "nabiz's own"},
        {"header=\"user-agent: Mozilla\"", "nabiz's own"},
        {"header=\"Content-Length: 5\"", "nabiz's own"},
        {"header=\"Transfer-Encoding: chunked\"", "nabiz's own"},
        {"header=\"Proxy-Authorization: x\"", "nabiz's own"},
        {"header=\"Cookie: a=b\"", "cookie="},
        {"header=A:1 header=A:1 header=A:1 header=A:1 header=A:1 header=A:1 header=A:1 header=A:1 "
         "header=A:1",
         "more than 8"},
        {"cookie=\"a=b; c=d\"", NULL},
        {"cookie=\"a\"", "name=value"},
        {"cookie=\"a=b\rc\"", "control character"},
        {"public", "full or private"},
        {"secret=1", "unknown key"},
    };
    nb_arena_reset(arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_source_line line;
        char *text = nb_arena_printf(arena, "https://a.example/feed %s", rows[i].options);
        const char *wrong = nb_source_line_parse(nb_slice_str(text), arena, &line);
        if (rows[i].wrong ? !wrong || !strstr(wrong, rows[i].wrong) : wrong != NULL) {
            fail_msg("%s: %s", rows[i].options, wrong ? wrong : "nothing wrong");
        }
    }
}

static void how_a_source_is_asked_is_kept_with_its_origin(void **state)
{
    (void)state;
    struct nb_sources *sources = load("https://A.example:443/feed header=\"X: 1\" header=\"Y: 2\" "
                                      "cookie=\"a=b\" proxy=none private\n"
                                      "http://b.example:8080/feed private\n"
                                      "http://c.example/feed every=1h\n");
    assert_int_equal(nb_sources_n(sources), 3);
    const struct nb_source_request *first = nb_sources_at(sources, 0)->request;
    assert_slice_equal(first->origin, "https://a.example");
    assert_int_equal(first->headers_n, 2);
    assert_string_equal(first->headers[1], "Y: 2");
    assert_string_equal(first->cookie, "a=b");
    assert_string_equal(first->proxy, "");
    assert_true(first->is_private);
    const struct nb_source_request *second = nb_sources_at(sources, 1)->request;
    assert_slice_equal(second->origin, "http://b.example:8080");
    assert_null(second->proxy);
    assert_null(second->cookie);
    assert_null(nb_sources_at(sources, 2)->request);
    nb_sources_free(sources);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_what_to_poll_and_how),
        cmocka_unit_test(a_bad_line_costs_only_itself),
        cmocka_unit_test(an_endless_line_costs_only_itself),
        cmocka_unit_test(a_line_with_a_nul_byte_is_no_shorter_address),
        cmocka_unit_test(a_file_of_bad_lines_does_not_fill_the_log),
        cmocka_unit_test(urls_that_mean_the_same_are_one_source),
        cmocka_unit_test(adding_appends_a_line_that_loads_to_the_same),
        cmocka_unit_test(adding_makes_the_file),
        cmocka_unit_test(changes_leave_the_rest_as_people_wrote_it),
        cmocka_unit_test(many_rows_are_added_in_one_change_and_none_twice),
        cmocka_unit_test(changes_at_once_lose_nothing),
        cmocka_unit_test(a_list_of_lines_says_what_it_can),
        cmocka_unit_test(opml_goes_out_and_comes_back),
        cmocka_unit_test(opml_of_others_is_read),
        cmocka_unit_test(a_hundred_thousand_sources_are_found_again),
        cmocka_unit_test(how_a_source_is_asked_is_read_and_checked),
        cmocka_unit_test(how_a_source_is_asked_is_kept_with_its_origin),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
