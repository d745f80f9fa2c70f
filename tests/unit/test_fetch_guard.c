/*
 * Where nothing may be fetched from: private addresses, however they are written, looked up or led
 * to, and what a source's permission, and a proxy, change about it.
 */
#include "tests/unit/fetch_world.h"

#include <stdatomic.h>

#include <curl/curl.h>

#include "tests/lib/web.h"

static struct nbt_web *web;
static int port;
static atomic_int requests;
static char path_seen[256]; /* of the last request; read when it was answered */

static bool answer(void *arg, int fd, const struct nbt_request *request)
{
    char head[128];
    (void)arg;
    atomic_fetch_add(&requests, 1);
    (void)snprintf(path_seen, sizeof(path_seen), "%s", request->path);
    if (strcmp(request->path, "/to-name") == 0) {
        (void)snprintf(head, sizeof(head), "302 F\r\nLocation: http://localhost:%d/ok\r\n", port);
        nbt_web_send_page(fd, head, "");
    } else if (strcmp(request->path, "/to-self") == 0) {
        nbt_web_send_page(fd, "302 F\r\nLocation: /ok\r\n", "");
    } else {
        nbt_web_send_page(fd, "200 OK\r\n", "fine");
    }
    return false;
}

static char *url_of(const char *host, const char *path)
{
    static char url[256];
    (void)snprintf(url, sizeof(url), "http://%s:%d%s", host, port, path);
    return url;
}

/* @return whether it was answered; if not, it was refused and nobody was asked */
static bool is_answered(struct fetch_world *world, const char *url,
                        const struct nb_source_request *request)
{
    int before = atomic_load(&requests);
    struct nb_poll *poll = fetch_ask(world, url, request);
    bool ok = poll->failure == NULL;
    if (!ok && !strstr(poll->failure, "private")) {
        fail_msg("%s: %s", url, poll->failure);
    }
    if (!ok && poll->redirects_n == 0) {
        assert_int_equal(atomic_load(&requests), before);
    }
    nb_poll_free(poll);
    return ok;
}

static void private_addresses_are_refused_however_they_are_written(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "localhost",
        "a.localhost",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "[fd00::1]",
    };
    struct fetch_world world = fetch_world_make((const char *const[]){NULL});
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (is_answered(&world, url_of(hosts[i], "/ok"), NULL)) {
            fail_msg("%s was asked", hosts[i]);
        }
    }
    fetch_world_end(&world);
}

static void a_name_is_checked_by_the_address_it_has_when_it_is_connected_to(void **state)
{
    (void)state;
    char connect[64];
    /* connect_to stands for a name that is looked up to a private address, whatever it was before
     */
    (void)snprintf(connect, sizeof(connect), "crawl.connect_to=127.0.0.1:%d", port);
    struct fetch_world world = fetch_world_make((const char *const[]){connect, NULL});
    assert_false(is_answered(&world, "http://rebound.example/ok", NULL));
    fetch_world_end(&world);
}

static void permission_is_for_the_source_and_not_for_where_it_leads(void **state)
{
    (void)state;
    char origin[64];
    struct fetch_world world = fetch_world_make((const char *const[]){NULL});
    (void)snprintf(origin, sizeof(origin), "http://127.0.0.1:%d", port);
    struct nb_source_request request = {.origin = nb_slice_str(origin), .is_private = true};
    assert_true(is_answered(&world, url_of("127.0.0.1", "/ok"), &request));
    assert_true(is_answered(&world, url_of("127.0.0.1", "/to-self"), &request));
    assert_false(is_answered(&world, url_of("127.0.0.1", "/to-name"), &request));
    assert_false(is_answered(&world, url_of("127.0.0.1", "/ok"), NULL));
    request.is_private = false;
    assert_false(is_answered(&world, url_of("127.0.0.1", "/ok"), &request));
    fetch_world_end(&world);
}

static void a_proxy_may_be_private_but_not_what_it_is_asked_for(void **state)
{
    (void)state;
    char proxy[64];
    (void)snprintf(proxy, sizeof(proxy), "crawl.proxy=http://127.0.0.1:%d", port);
    struct fetch_world world = fetch_world_make((const char *const[]){proxy, NULL});
    assert_true(is_answered(&world, "http://feed.example/ok", NULL));
    assert_string_equal(path_seen, "http://feed.example/ok");
    assert_false(is_answered(&world, "http://10.0.0.1/ok", NULL));
    assert_false(is_answered(&world, "http://0x0a000001/ok", NULL));
    assert_false(is_answered(&world, "http://[::ffff:10.0.0.1]/ok", NULL));
    assert_false(is_answered(&world, "http://localhost/ok", NULL));
    const struct nb_source_request allowed = {.origin = NB_LIT("http://10.0.0.1"),
                                              .is_private = true};
    assert_true(is_answered(&world, "http://10.0.0.1/ok", &allowed));
    assert_string_equal(path_seen, "http://10.0.0.1/ok");
    fetch_world_end(&world);
}

static void a_source_may_have_a_proxy_of_its_own_or_none(void **state)
{
    (void)state;
    char global[64];
    char own[64];
    char connect[64];
    (void)snprintf(global, sizeof(global), "crawl.proxy=http://127.0.0.1:%d", port);
    (void)snprintf(own, sizeof(own), "http://127.0.0.1:%d", port);
    (void)snprintf(connect, sizeof(connect), "crawl.connect_to=127.0.0.1:%d", port);
    const struct nb_source_request direct = {.origin = NB_LIT("http://a.example"), .proxy = ""};
    const struct nb_source_request through = {.origin = NB_LIT("http://a.example"), .proxy = own};
    const char *const with_global[] = {global, connect, "crawl.allow_private=on", NULL};
    struct fetch_world world = fetch_world_make(with_global);
    assert_true(is_answered(&world, "http://a.example/ok", &direct));
    assert_string_equal(path_seen, "/ok");
    fetch_world_end(&world);
    const char *const without[] = {"crawl.allow_private=on", NULL};
    world = fetch_world_make(without);
    assert_true(is_answered(&world, "http://a.example/ok", &through));
    assert_string_equal(path_seen, "http://a.example/ok");
    assert_true(is_answered(&world, url_of("127.0.0.1", "/ok"), NULL));
    assert_string_equal(path_seen, "/ok");
    fetch_world_end(&world);
}

static void a_proxy_that_is_none_is_refused_at_the_start(void **state)
{
    (void)state;
    static const char *const values[] = {
        "crawl.proxy=ftp://proxy:1",     "crawl.proxy=proxy:3128",      "crawl.proxy=http://",
        "crawl.proxy=http://proxy/path", "crawl.proxy=https://proxy:1",
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct nb_config *config;
        struct nb_clock *clock;
        struct nb_fetch *fetch;
        struct nb_error error = {0};
        struct nb_queue *queue = nb_queue_new(1);
        assert_int_equal(nb_config_load(NULL, &values[i], 1, &config, &error), NB_OK);
        assert_int_equal(nb_clock_open(NULL, &clock, &error), NB_OK);
        assert_int_equal(nb_fetch_start(config, clock, NULL, queue, &fetch, &error), NB_EINVAL);
        assert_non_null(strstr(error.text, "crawl.proxy"));
        assert_null(fetch);
        nb_queue_free(queue);
        nb_clock_close(clock);
        nb_config_free(config);
    }
}

static int set_up(void **state)
{
    (void)state;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return -1;
    }
    web = nbt_web_start(2, answer, NULL);
    port = nbt_web_port(web);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nbt_web_stop(web);
    curl_global_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_addresses_are_refused_however_they_are_written),
        cmocka_unit_test(a_name_is_checked_by_the_address_it_has_when_it_is_connected_to),
        cmocka_unit_test(permission_is_for_the_source_and_not_for_where_it_leads),
        cmocka_unit_test(a_proxy_may_be_private_but_not_what_it_is_asked_for),
        cmocka_unit_test(a_source_may_have_a_proxy_of_its_own_or_none),
        cmocka_unit_test(a_proxy_that_is_none_is_refused_at_the_start),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
