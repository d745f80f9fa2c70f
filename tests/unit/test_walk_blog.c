/*
 * Blogs without a feed, feeds with summaries, a forum of unknown software, a site behind a wall.
 */
#include "tests/unit/forum_world.h"

#include <nabiz/discover.h>
#include <nabiz/failure.h>

#define LONG                                                                                       \
    "Sabah erkenden kalkt\xc4\xb1k ve bah\xc3\xa7"                                                 \
    "eye indik. Komsular cay demlemisti, uzun uzun oturduk ve eski gunlerden "                     \
    "konustuk. Ogleden sonra ise sahile kadar yurudu\xc4\x9f\xc3\xbcmuzde hava acmisti; "          \
    "cocuklar ucurtma ucuruyor, balikcilar aglarini topluyordu. "

enum { ARTICLES_MAX = 30 };

static struct {
    int n; /* articles, from 1 */
    int comments[ARTICLES_MAX + 1];
    int gone; /* its page is not found; 0: none */
    bool is_walled;
} blog; /* guarded by server.mu */

static void write_article(struct nb_buf *out, int n)
{
    nb_buf_addf(out,
                "<html lang=tr><head><title>Yaz\xc4\xb1 %d</title>"
                "<meta property='og:type' content='article'>"
                "<meta property='article:published_time' content='2025-12-%02dT10:00:00+03:00'>"
                "<meta name=author content='Defne'></head><body><nav><a href='/'>Ana sayfa</a>"
                "<a href='/etiket/gezi/'>gezi</a></nav><article><h1>Yaz\xc4\xb1 %d</h1><p>" LONG
                "Bu %d. yaz\xc4\xb1m\xc4\xb1z.</p><p>" LONG "</p></article>"
                "<ol class=comment-list>",
                n, n, n, n);
    for (int i = 1; i <= blog.comments[n]; i++) {
        nb_buf_addf(out,
                    "<li class=comment id='comment-%d'><div class=comment-author>"
                    "<b class=fn>okur%d</b></div><time datetime='2025-12-31T1%d:00:00+03:00'>x"
                    "</time><div class=comment-content><p>%d. yaz\xc4\xb1ya %d. yorum.</p></div>"
                    "</li>",
                    n * 100 + i, i, i, n, i);
    }
    nb_buf_add_str(out, "</ol></body></html>");
}

static void write_front(struct nb_buf *out, int page)
{
    nb_buf_add_str(out, "<html><head><title>Defterim</title></head><body>");
    for (int i = blog.n - (page - 1) * 4; i > 0 && i > blog.n - page * 4; i--) {
        nb_buf_addf(out,
                    "<h2><a href='/2025/12/yazi-%d/'>Yaz\xc4\xb1 %d</a></h2><p>K\xc4\xb1sa.</p>", i,
                    i);
    }
    if (page * 4 < blog.n) {
        nb_buf_addf(out, "<a rel=next href='/page/%d/'>Eskiler</a>", page + 1);
    }
    nb_buf_add_str(out, "<aside><a href='/2025/12/'>Aral\xc4\xb1k</a><a href='/2025/'>2025</a>"
                        "</aside></body></html>");
}

static void write_feed(struct nb_buf *out)
{
    nb_buf_add_str(out, "<rss version='2.0'><channel><title>Defterim</title>");
    for (int i = blog.n; i > 0; i--) {
        nb_buf_addf(out,
                    "<item><title>Yaz\xc4\xb1 %d</title><link>http://blog.example/2025/12/yazi-%d/"
                    "</link><guid isPermaLink='false'>k-%d</guid><description>Sabah erkenden "
                    "kalkt\xc4\xb1k [...]</description></item>",
                    i, i, i);
    }
    nb_buf_add_str(out, "</channel></rss>");
}

/* A forum of nobody's software: places and talks, told apart by what is on them. */
static bool write_village(struct nb_buf *out, const char *path)
{
    int n = 0;
    if (strcmp(path, "/") == 0) {
        nb_buf_add_str(out, "<html><body><h1>K\xc3\xb6y Meydan\xc4\xb1</h1>"
                            "<ul><li><a href='/meydan/cesme'>\xc3\x87"
                            "e\xc5\x9fme ba\xc5\x9f\xc4\xb1</a></li></ul></body></html>");
        return true;
    }
    if (strcmp(path, "/meydan/cesme") == 0) {
        nb_buf_add_str(out, "<html><body><h1>\xc3\x87"
                            "e\xc5\x9fme</h1><ul>");
        for (int i = 1; i <= 5; i++) {
            nb_buf_addf(out, "<li><a href='/sohbet/%d'>Sohbet %d</a></li>", i, i);
        }
        nb_buf_add_str(out, "</ul></body></html>");
        return true;
    }
    if (sscanf(path, "/sohbet/%d", &n) == 1 && n >= 1 && n <= 5) {
        nb_buf_addf(out, "<html><body><h1>Sohbet %d</h1><div id=liste>", n);
        for (int i = 1; i <= 4; i++) {
            nb_buf_addf(out,
                        "<div class=post id=soz%d><a class=username href='/uye/kisi%d'>kisi%d</a> "
                        "<span class=date>%d.12.2025 1%d:30</span><div class=content>Bence %d. "
                        "sohbetin %d. s\xc3\xb6z\xc3\xbc hi\xc3\xa7 de fena de\xc4\x9fil, "
                        "hatta g\xc3\xbczel.</div></div>",
                        n * 10 + i, i, i, n + i, i, n, i);
        }
        nb_buf_add_str(out, "</div></body></html>");
        return true;
    }
    return false;
}

static bool write_blog(struct nb_buf *out, const char *path)
{
    int n = 0;
    if (strcmp(path, "/") == 0) {
        write_front(out, 1);
        return true;
    }
    if (strcmp(path, "/feed") == 0) {
        write_feed(out);
        return true;
    }
    if (strcmp(path, "/sitemap.xml") == 0) {
        nb_buf_add_str(out, "<urlset>");
        for (int i = 1; i <= blog.n; i++) {
            nb_buf_addf(out, "<url><loc>http://blog.example/2025/12/yazi-%d/</loc></url>", i);
        }
        nb_buf_add_str(out, "</urlset>");
        return true;
    }
    if (sscanf(path, "/page/%d/", &n) == 1 && n > 0 && (n - 1) * 4 < blog.n) {
        write_front(out, n);
        return true;
    }
    if (sscanf(path, "/2025/12/yazi-%d/", &n) == 1 && n > 0 && n <= blog.n && n != blog.gone) {
        write_article(out, n);
        return true;
    }
    return false;
}

/* The API of WordPress: a root, posts on pages of four, and the comments of the third post. */
static bool write_api(struct nb_buf *out, const char *path)
{
    const char *page = strstr(path, "&page=");
    int from = blog.n - (page ? atoi(page + 6) - 1 : 0) * 4;
    if (strcmp(path, "/wp-json/") == 0) {
        nb_buf_add_str(out, "{\"namespaces\":[\"wp/v2\"]}");
        return true;
    }
    if (!strstr(path, "/posts?") && !strstr(path, "/comments?")) {
        return false;
    }
    nb_buf_add_byte(out, '[');
    for (int i = from; strstr(path, "/posts?") && i > 0 && i > from - 4; i--) {
        nb_buf_addf(out,
                    "%s{\"id\":%d,\"date\":\"\",\"date_gmt\":\"2025-12-%02dT07:00:00\",\"link\":"
                    "\"http://api.example/yazi-%d/\",\"title\":{\"rendered\":\"Yazi %d\"},"
                    "\"content\":{\"rendered\":\"<p>Metin %d.</p>\"}}",
                    i == from ? "" : ",", i, i, i, i, i);
    }
    for (int i = blog.comments[3]; strstr(path, "/comments?") && i > 0; i--) {
        if (i != blog.gone) {
            nb_buf_addf(out,
                        "%s{\"id\":%d,\"post\":3,\"parent\":0,\"author_name\":\"okur\",\"date\":"
                        "\"\",\"date_gmt\":"
                        "\"2025-12-31T0%d:00:00\",\"link\":\"http://api.example/yazi-3/#comment-"
                        "%d\",\"content\":{\"rendered\":\"<p>Yorum %d.</p>\"}}",
                        i == blog.comments[3] ? "" : ",", 100 + i, i, 100 + i, i);
        }
    }
    nb_buf_add_byte(out, ']');
    return true;
}

static const char *head_of(const char *host, const char *path)
{
    static char head[400];
    const char *page = strstr(path, "&page=");
    int n = page ? atoi(page + 6) : 1;
    if (strcmp(host, "api.example") != 0) {
        return "200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
    }
    if (!strstr(path, "/posts?") || n * 4 >= blog.n) {
        return "200 OK\r\nContent-Type: application/json\r\n";
    }
    (void)snprintf(head, sizeof(head),
                   "200 OK\r\nContent-Type: application/json\r\nLink: "
                   "<http://api.example%.*s&page=%d>; rel=\"next\"\r\n",
                   (int)(page ? page - path : (long)strlen(path)), path, n + 1);
    return head;
}

static bool serve_blog(void *arg, int fd, const struct nbt_request *request)
{
    struct nb_buf out;
    (void)arg;
    nb_buf_init(&out, 1 << 20);
    struct hit hit = meet(request);
    bool found = strcmp(hit.host, "koy.example") == 0   ? write_village(&out, request->path)
                 : strcmp(hit.host, "api.example") == 0 ? write_api(&out, request->path)
                                                        : write_blog(&out, request->path);
    if (strcmp(hit.host, "eski.example") == 0) {
        nbt_web_send_page(fd, "301 Moved\r\nLocation: http://blog.example/\r\n", "");
        pthread_mutex_unlock(&server.mu);
        nb_buf_fini(&out);
        return false;
    }
    if (blog.is_walled && strcmp(hit.path, "/robots.txt") != 0) {
        nb_buf_reset(&out);
        nb_buf_add_str(&out, "<html><script src='/cdn-cgi/challenge-platform/x.js'></script>");
        found = true;
    }
    if (found) {
        nb_buf_add_byte(&out, '\0');
        nbt_web_send_page(fd, head_of(hit.host, request->path), out.p);
    } else {
        nbt_web_send_page(fd, "404 Not Found\r\n", "yok");
    }
    pthread_mutex_unlock(&server.mu);
    nb_buf_fini(&out);
    return false;
}

static int start_site(void **state)
{
    (void)state;
    nb_diag_set_level(NB_ERROR);
    server.web = nbt_web_start(1, serve_blog, NULL);
    server.port = nbt_web_port(server.web);
    return 0;
}

static int stop_site(void **state)
{
    (void)state;
    nbt_web_stop(server.web);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    memset(&blog, 0, sizeof(blog));
    blog.n = 10;
    forget();
    return 0;
}

static size_t of_kind(size_t n, Nb__Kind kind)
{
    size_t found_n = 0;
    for (size_t i = 0; i < n; i++) {
        found_n += documents[i]->kind == kind;
    }
    return found_n;
}

static void a_blog_is_read_from_its_front_page(void **state)
{
    struct world world = make_world("http://blog.example/ walk=blog\n", NULL);
    (void)state;
    blog.comments[3] = 2;
    crawl_at(&world, T0);
    size_t n = read_documents(&world);
    assert_int_equal(of_kind(n, NB__KIND__ARTICLE), 10);
    assert_int_equal(of_kind(n, NB__KIND__COMMENT), 2);
    assert_int_equal(asked(NULL, "/2025/12/"), 0);
    const struct nb_document *comment = document_with(n, "3. yaz\xc4\xb1ya 2. yorum.");
    assert_string_equal(comment->reply_to, "http://blog.example/2025/12/yazi-3/");
    assert_string_equal(comment->author, "blog.example/okur2");
    blog.n = 11;
    blog.comments[3] = 3;
    forget();
    crawl_at(&world, T0 + DAY);
    assert_int_equal(asked(NULL, "/2025/12/yazi-11/"), 1);
    assert_int_equal(of_kind(read_documents(&world), NB__KIND__ARTICLE), 11);
    for (int i = 2; i < 60; i++) {
        crawl_at(&world, T0 + i * DAY);
    }
    assert_int_equal(of_kind(read_documents(&world), NB__KIND__COMMENT), 3);
    end_world(&world);
}

static void it_is_seen_what_can_be_followed(void **state)
{
    static const struct {
        const char *url;
        enum nb_source_walk walk;
    } rows[] = {
        {"http://blog.example/", NB_WALK_BLOG},
        {"http://blog.example/sitemap.xml", NB_WALK_SITEMAP},
        {"http://blog.example/2025/12/yazi-3/", NB_WALK_NONE},
    };
    struct world world = make_world("", NULL);
    struct nb_discovery found;
    struct nb_discover_options options = {.declared_only = true};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(nb_discover(world.config, world.clock, rows[i].url, &options, world.arena,
                                     &found, &error),
                         NB_OK);
        assert_int_equal(found.walk, rows[i].walk);
        assert_null(found.refusal);
    }
    blog.is_walled = true;
    assert_int_equal(
        nb_discover(world.config, world.clock, rows[0].url, &options, world.arena, &found, &error),
        NB_OK);
    assert_non_null(found.refusal);
    end_world(&world);
}

static void a_site_that_moved_is_followed_to_where_it_is(void **state)
{
    struct world world = make_world("http://eski.example/ walk=blog\n", NULL);
    (void)state;
    crawl_at(&world, T0);
    assert_int_equal(of_kind(read_documents(&world), NB__KIND__ARTICLE), 10);
    assert_string_equal(state_of(&world, "http://eski.example/")->moved_to, "http://blog.example/");
    blog.n = 11;
    crawl_at(&world, T0 + DAY);
    assert_int_equal(of_kind(read_documents(&world), NB__KIND__ARTICLE), 11);
    end_world(&world);
}

static void a_sitemap_leads_to_what_it_lists(void **state)
{
    struct world world = make_world("http://blog.example/sitemap.xml walk=sitemap\n", NULL);
    (void)state;
    crawl_at(&world, T0);
    assert_int_equal(of_kind(read_documents(&world), NB__KIND__ARTICLE), 10);
    assert_int_equal(asked(NULL, "/"), 0);
    blog.n = 12;
    crawl_at(&world, T0 + DAY);
    assert_int_equal(of_kind(read_documents(&world), NB__KIND__ARTICLE), 12);
    end_world(&world);
}

static void summaries_are_completed_from_their_pages(void **state)
{
    struct world world = make_world("http://blog.example/feed full\n", NULL);
    (void)state;
    blog.gone = 4;
    crawl_at(&world, T0);
    size_t n = read_documents(&world);
    assert_int_equal(n, 10);
    for (size_t i = 0; i < n; i++) {
        bool is_gone = strcmp(documents[i]->guid, "k-4") == 0;
        assert_int_equal(strstr(documents[i]->text, "oturduk") == NULL, is_gone);
        assert_int_equal(documents[i]->revision, 0);
        assert_int_equal(documents[i]->has_published_ms, !is_gone);
    }
    blog.n = 11;
    forget();
    crawl_at(&world, T0 + DAY);
    assert_int_equal(read_documents(&world), 11);
    assert_int_equal(asked(NULL, "/2025/12/yazi-11/"), 1);
    assert_int_equal(asked(NULL, "/2025/12/yazi-10/"), 0);
    assert_int_equal(asked(NULL, "/feed"), 1);
    end_world(&world);
}

static void a_forum_of_unknown_software_is_read_by_what_repeats(void **state)
{
    struct world world = make_world("http://koy.example/ walk=forum\n", NULL);
    (void)state;
    crawl_at(&world, T0);
    size_t n = read_documents(&world);
    assert_int_equal(n, 20);
    assert_int_equal(of_kind(n, NB__KIND__POST), 20);
    assert_string_equal(documents[0]->site, "koy.example");
    crawl_at(&world, T0 + DAY);
    assert_int_equal(read_documents(&world), 20);
    end_world(&world);
}

static void an_api_is_followed_from_its_root(void **state)
{
    struct world world = make_world("http://api.example/wp-json/ walk=blog\n", NULL);
    (void)state;
    blog.comments[3] = 5;
    crawl_at(&world, T0);
    size_t n = read_documents(&world);
    assert_int_equal(of_kind(n, NB__KIND__ARTICLE), 10);
    assert_int_equal(of_kind(n, NB__KIND__COMMENT), 5);
    blog.n = 11;
    blog.gone = 2; /* of the comments */
    for (int i = 1; i < 20; i++) {
        crawl_at(&world, T0 + i * DAY);
    }
    n = read_documents(&world);
    assert_int_equal(n, 17);
    assert_int_equal(documents[15]->deleted + documents[16]->deleted, 1);
    end_world(&world);
}

static void a_wall_is_not_climbed(void **state)
{
    struct world world = make_world("http://blog.example/ walk=blog\n", NULL);
    (void)state;
    blog.is_walled = true;
    crawl_at(&world, T0);
    const struct nb_source *state_now = state_of(&world, "http://blog.example/");
    assert_int_equal(nb_failure_of(state_now->status, nb_field(state_now->failure)),
                     NB_FAILURE_WALL);
    assert_in_range(server.hits_n, 1, 2);
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_blog_is_read_from_its_front_page, begin),
        cmocka_unit_test_setup(it_is_seen_what_can_be_followed, begin),
        cmocka_unit_test_setup(a_site_that_moved_is_followed_to_where_it_is, begin),
        cmocka_unit_test_setup(a_sitemap_leads_to_what_it_lists, begin),
        cmocka_unit_test_setup(summaries_are_completed_from_their_pages, begin),
        cmocka_unit_test_setup(a_forum_of_unknown_software_is_read_by_what_repeats, begin),
        cmocka_unit_test_setup(an_api_is_followed_from_its_root, begin),
        cmocka_unit_test_setup(a_wall_is_not_climbed, begin),
    };
    return cmocka_run_group_tests(tests, start_site, stop_site);
}
