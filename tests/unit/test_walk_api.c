/*
 * A source that is an API: its lists are read from their newest end at each visit, and show what
 * was added, edited and deleted. A WordPress that is invented, with as much of the API as is asked
 * for.
 */
#include "tests/unit/forum_world.h"

enum { COMMENTS_MAX = 40 };

static struct {
    int n;                      /* comments, from 1 */
    bool deleted[COMMENTS_MAX]; /* by number */
    int edited;                 /* 0: none */
    bool undone;                /* a boost in the timeline */
} press;                        /* guarded by server.mu */

static void write_comments(struct nb_buf *out)
{
    const char *comma = "";
    nb_buf_add_byte(out, '[');
    for (int i = press.n; i > 0; i--) {
        if (!press.deleted[i]) {
            nb_buf_addf(out,
                        "%s{\"id\":%d,\"post\":1,\"parent\":%d,\"author_name\":\"okur%d\","
                        "\"date\":\"2025-12-01T10:%02d:00\",\"link\":\"http://gazete.example/yazi/"
                        "#comment-%d\",\"content\":{\"rendered\":\"<p>%d. yorum%s</p>\"}}",
                        comma, i, i == 3 ? 2 : 0, i, i, i, i,
                        i == press.edited ? ", duzeltildi" : "");
            comma = ",";
        }
    }
    nb_buf_add_byte(out, ']');
}

#define STATUS(id, who, more)                                                                      \
    "{\"id\":\"" id "\",\"uri\":\"http://" who "/s/" id "\",\"url\":\"http://" who "/@a/" id       \
    "\",\"created_at\":\"2025-12-01T0" id                                                          \
    ":00:00Z\",\"visibility\":\"public\",\"content\":\"<p>ileti " id                               \
    "</p>\",\"account\":{\"acct\":\"a\",\"indexable\":true}" more "}"

/* Three posts of an account and, between them, a boost of another's. */
static void write_timeline(struct nb_buf *out)
{
    nb_buf_addf(out,
                "[" STATUS("7", "toplu.example", "") ",%s" STATUS("3", "toplu.example", "") "]",
                press.undone ? ""
                             : STATUS("5", "toplu.example",
                                      ",\"reblog\":" STATUS("4", "uzak.example", "")) ",");
}

static bool write_press(struct nb_buf *out, const char *path)
{
    if (strcmp(path, "/wp-json/") == 0) {
        nb_buf_add_str(out, "{\"namespaces\":[\"wp/v2\"]}");
    } else if (strncmp(path, "/api/v1/accounts/", 17) == 0) {
        write_timeline(out);
    } else if (strncmp(path, "/wp-json/wp/v2/comments", 23) == 0) {
        write_comments(out);
    } else if (strncmp(path, "/wp-json/wp/v2/posts", 20) == 0) {
        nb_buf_add_str(out, "[{\"date\":\"2025-12-01T09:00:00\",\"link\":\"http://gazete.example/"
                            "yazi/\",\"content\":{\"rendered\":\"<p>metin</p>\"}}]");
    } else {
        return false;
    }
    return true;
}

static bool serve_press(void *arg, int fd, const struct nbt_request *request)
{
    struct nb_buf out;
    (void)arg;
    nb_buf_init(&out, 1 << 20);
    struct hit hit = meet(request);
    if (write_press(&out, hit.path)) {
        nb_buf_add_byte(&out, '\0');
        nbt_web_send_page(fd, "200 OK\r\nContent-Type: application/json\r\n", out.p);
    } else {
        nbt_web_send_page(fd, "404 Not Found\r\n", "yok");
    }
    pthread_mutex_unlock(&server.mu);
    nb_buf_fini(&out);
    return false;
}

static int start_press(void **state)
{
    (void)state;
    nb_diag_set_level(NB_ERROR);
    server.web = nbt_web_start(1, serve_press, NULL);
    server.port = nbt_web_port(server.web);
    return 0;
}

static int stop_press(void **state)
{
    (void)state;
    nbt_web_stop(server.web);
    return 0;
}

static size_t deleted_of(size_t n)
{
    size_t deleted_n = 0;
    for (size_t i = 0; i < n; i++) {
        deleted_n += documents[i]->deleted != 0;
    }
    return deleted_n;
}

static void an_api_shows_what_was_added_edited_and_deleted(void **state)
{
    struct world world = make_world("http://gazete.example/wp-json/ walk=blog\n", NULL);
    (void)state;
    press.n = 6;
    crawl_at(&world, T0);
    size_t n = read_documents(&world);
    assert_int_equal(n, 7);
    assert_int_equal(asked(NULL, "/"), 0); /* the site's pages are not */
    const struct nb_document *comment = document_with(n, "3. yorum");
    assert_string_equal(comment->reply_to, "http://gazete.example/yazi/#comment-2");
    assert_string_equal(comment->thread, "http://gazete.example/yazi/");
    assert_int_equal(comment->kind, NB__KIND__COMMENT);

    press.n = 7;
    press.edited = 2;
    press.deleted[4] = press.deleted[6] = true;
    crawl_at(&world, T0 + DAY);
    n = read_documents(&world);
    assert_int_equal(n, 7 + 1 + 1 + 2);
    assert_int_equal(deleted_of(n), 2);
    assert_int_equal(document_with(n, "2. yorum, duzeltildi")->revision, 1);

    press.deleted[1] = true; /* the oldest of a list may only have left it */
    crawl_at(&world, T0 + 5 * DAY);
    assert_int_equal(read_documents(&world), n);
    end_world(&world);
}

/* The post was shown in passing: it is still where it is. */
static void a_boost_that_is_undone_deletes_nobody_elses_post(void **state)
{
    struct world world =
        make_world("http://toplu.example/api/v1/accounts/1/statuses walk=blog kind=toot\n", NULL);
    (void)state;
    press.undone = false;
    crawl_at(&world, T0);
    assert_int_equal(read_documents(&world), 4);
    assert_string_equal(documents[0]->text, "ileti 4"); /* known before it is passed on */
    press.undone = true;
    crawl_at(&world, T0 + DAY);
    size_t n = read_documents(&world);
    assert_int_equal(n, 5);
    assert_int_equal(deleted_of(n), 1);
    assert_true(documents[4]->deleted);
    assert_int_equal(documents[4]->kind, NB__KIND__BOOST);
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_api_shows_what_was_added_edited_and_deleted),
        cmocka_unit_test(a_boost_that_is_undone_deletes_nobody_elses_post),
    };
    return cmocka_run_group_tests(tests, start_press, stop_press);
}
