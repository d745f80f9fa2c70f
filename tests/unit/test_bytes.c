#include "tests/unit/fetch_world.h"

#include <stdatomic.h>

#include <curl/curl.h>

#include "crawler/fetch/bytes.h"
#include "tests/lib/web.h"

static void count_room(void *arg)
{
    *(int *)arg += 1;
}

static void bodies_share_what_there_is_and_one_may_go_beyond(void **state)
{
    (void)state;
    int told = 0;
    struct nb_bytes_hold a = {0};
    struct nb_bytes_hold b = {0};
    struct nb_bytes_hold c = {0};
    struct nb_bytes *bytes = nb_bytes_new(300, 100, count_room, &told); /* 200, and one more */
    assert_true(nb_bytes_take(bytes, &a, 90));
    assert_true(nb_bytes_take(bytes, &b, 90));
    assert_true(nb_bytes_take(bytes, &b, 80)); /* it has that already */
    assert_false(nb_bytes_is_short(bytes));
    assert_true(nb_bytes_take(bytes, &c, 50)); /* beyond */
    assert_true(nb_bytes_is_short(bytes));
    assert_false(nb_bytes_take(bytes, &a, 100));
    assert_true(nb_bytes_take(bytes, &c, 100));
    assert_int_equal(told, 0);
    nb_bytes_give(&c);
    assert_int_equal(told, 1);
    assert_true(nb_bytes_take(bytes, &a, 100));
    nb_bytes_give(&c); /* it has nothing */
    nb_bytes_give(&a);
    assert_int_equal(told, 1); /* nobody waited */
    nb_bytes_close(bytes);
    nb_bytes_give(&b); /* the last one frees it */
}

/* ---- many large bodies at once, and memory for two and a half ---- */

enum { BODIES = 24, BODY = 400000 };

static bool answer(void *arg, int fd, const struct nbt_request *request)
{
    char *body = arg;
    (void)request;
    nbt_web_send_page(fd, "200 OK\r\n", body);
    return false;
}

static void bodies_beyond_the_memory_for_them_wait_and_all_arrive(void **state)
{
    (void)state;
    char url[64];
    char connect[64];
    assert_int_equal(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    static char body[BODY + 1];
    memset(body, 'x', BODY);
    struct nbt_web *web = nbt_web_start(8, answer, body);
    (void)snprintf(connect, sizeof(connect), "crawl.connect_to=127.0.0.1:%d", nbt_web_port(web));
    const char *const sets[] = {
        connect,         "crawl.allow_private=on",   "crawl.body_max=400000",
        "crawl.loops=2", "crawl.bodies_max=1000000", NULL};
    struct fetch_world world = fetch_world_make(sets);
    for (int i = 0; i < BODIES; i++) {
        (void)snprintf(url, sizeof(url), "http://h%d.example/", i);
        fetch_submit(&world, url, NULL);
    }
    for (int i = 0; i < BODIES; i++) {
        struct nb_poll *poll = fetch_take(&world);
        if (poll->failure) {
            fail_msg("%s", poll->failure);
        }
        assert_int_equal(poll->body.len, BODY);
        assert_int_equal(poll->hold.n, BODY);
        nb_poll_free(poll);
    }
    fetch_world_end(&world);
    nbt_web_stop(web);
    curl_global_cleanup();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_share_what_there_is_and_one_may_go_beyond),
        cmocka_unit_test(bodies_beyond_the_memory_for_them_wait_and_all_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
