#include "tests/unit/fetch_world.h"

#include <curl/curl.h>

#include "tests/lib/tls_server.h"

static char *dir;

/* A server, and fetching that sends everything there and trusts its authority. */
struct pair {
    struct nbt_tls *server;
    struct fetch_world world;
};

static struct pair make_pair(const struct nbt_tls_options *base, const char *more)
{
    static char sets[3][512];
    struct nbt_tls_options options = *base;
    char *ca = nbt_path(dir, "ca.pem");
    options.ca_path = ca;
    options.body = "<rss/>";
    struct pair pair = {.server = nbt_tls_start(&options)};
    (void)snprintf(sets[0], sizeof(sets[0]), "crawl.ca_file=%s", ca);
    (void)snprintf(sets[1], sizeof(sets[1]), "crawl.connect_to=127.0.0.1:%d",
                   nbt_tls_port(pair.server));
    const char *const list[] = {sets[0], sets[1], "crawl.allow_private=on", more, NULL};
    pair.world = fetch_world_make(list);
    free(ca);
    return pair;
}

static void end_pair(struct pair *pair)
{
    fetch_world_end(&pair->world);
    nbt_tls_stop(pair->server);
}

static void ask_ok(struct pair *pair, const char *url)
{
    struct nb_poll *poll = fetch_ask(&pair->world, url, NULL);
    assert_null(poll->failure);
    assert_int_equal(poll->status, 200);
    nb_poll_free(poll);
}

static void ask_bad(struct pair *pair, const char *url)
{
    struct nb_poll *poll = fetch_ask(&pair->world, url, NULL);
    assert_non_null(poll->failure);
    assert_int_equal(poll->status, 0);
    nb_poll_free(poll);
}

static void the_next_poll_of_a_host_resumes_its_session(void **state)
{
    static const struct nbt_tls_options rows[] = {{.is_rsa = true}, {.only_tls12 = true}, {0}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pair pair = make_pair(&rows[i], NULL);
        for (int round = 0; round < 3; round++) {
            ask_ok(&pair, "https://a.tls.example/");
            ask_ok(&pair, "https://b.tls.example/");
            assert_int_equal(nbt_tls_handshakes(pair.server), 2 * round + 2);
            assert_int_equal(nbt_tls_resumed(pair.server), 2 * round);
        }
        end_pair(&pair);
    }
}

static void a_session_belongs_to_an_origin_with_its_port(void **state)
{
    (void)state;
    struct pair pair = make_pair(&(struct nbt_tls_options){0}, NULL);
    ask_ok(&pair, "https://a.tls.example/");
    ask_ok(&pair, "https://a.tls.example:8443/");
    ask_ok(&pair, "https://tls.example/");
    assert_int_equal(nbt_tls_resumed(pair.server), 0);
    end_pair(&pair);
}

static void without_memory_for_sessions_every_handshake_is_a_full_one(void **state)
{
    (void)state;
    struct pair pair = make_pair(&(struct nbt_tls_options){0}, "crawl.tls_sessions=0");
    ask_ok(&pair, "https://a.tls.example/");
    ask_ok(&pair, "https://a.tls.example/");
    assert_int_equal(nbt_tls_resumed(pair.server), 0);
    end_pair(&pair);
}

/* 24 KiB: two sessions as objects, or ten as bytes. */
static void the_memory_for_sessions_holds_those_used_last(void **state)
{
    (void)state;
    char url[64];
    struct pair pair = make_pair(&(struct nbt_tls_options){0}, "crawl.tls_sessions=24k");
    for (int i = 0; i < 100; i++) {
        (void)snprintf(url, sizeof(url), "https://h%d.tls.example/", i);
        ask_ok(&pair, url);
    }
    assert_int_equal(nbt_tls_resumed(pair.server), 0);
    for (int i = 99; i > 95; i--) { /* objects and bytes alike */
        (void)snprintf(url, sizeof(url), "https://h%d.tls.example/", i);
        ask_ok(&pair, url);
    }
    assert_int_equal(nbt_tls_resumed(pair.server), 4);
    ask_ok(&pair, "https://h0.tls.example/");
    assert_int_equal(nbt_tls_resumed(pair.server), 4);
    end_pair(&pair);
}

static void a_name_that_is_not_in_the_certificate_is_refused_each_time(void **state)
{
    (void)state;
    static const struct nbt_tls_options rows[] = {{.only_tls12 = true}, {0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pair pair = make_pair(&rows[i], NULL);
        ask_bad(&pair, "https://other.example/");
        ask_bad(&pair, "https://other.example/");
        ask_bad(&pair, "https://a.b.tls.example/");
        ask_ok(&pair, "https://a.tls.example/");
        ask_bad(&pair, "https://other.example/");
        end_pair(&pair);
    }
}

static void an_authority_that_is_not_known_is_refused(void **state)
{
    (void)state;
    struct pair pair = make_pair(&(struct nbt_tls_options){0}, NULL);
    char *ca = nbt_path(dir, "ca2.pem");
    struct nbt_tls *other = nbt_tls_start(&(struct nbt_tls_options){.ca_path = ca, .body = ""});
    char connect[64];
    (void)snprintf(connect, sizeof(connect), "crawl.connect_to=127.0.0.1:%d", nbt_tls_port(other));
    char *first = nbt_path(dir, "ca.pem");
    char trust[512];
    (void)snprintf(trust, sizeof(trust), "crawl.ca_file=%s", first);
    const char *const list[] = {connect, trust, "crawl.allow_private=on", NULL};
    struct fetch_world world = fetch_world_make(list);
    struct nb_poll *poll = fetch_ask(&world, "https://a.tls.example/", NULL);
    assert_non_null(strstr(poll->failure, "SSL"));
    nb_poll_free(poll);
    fetch_world_end(&world);
    nbt_tls_stop(other);
    free(ca);
    free(first);
    end_pair(&pair);
}

static void http_2_is_offered(void **state)
{
    (void)state;
    struct pair pair = make_pair(&(struct nbt_tls_options){0}, NULL);
    ask_ok(&pair, "https://a.tls.example/");
    assert_int_equal(nbt_tls_offered_h2(pair.server), 1);
    end_pair(&pair);
}

static void what_is_sent_over_tls_says_no_more_than_it_has_to(void **state)
{
    (void)state;
    struct pair pair = make_pair(&(struct nbt_tls_options){0}, "crawl.contact=bot@nabiz.example");
    ask_ok(&pair, "https://a.tls.example/feed");
    const char *sent = nbt_tls_request(pair.server);
    assert_non_null(strstr(sent, "GET /feed HTTP/1.1\r\n"));
    assert_non_null(strstr(sent, "(+bot@nabiz.example)"));
    assert_non_null(strstr(sent, "gzip"));
    assert_non_null(strstr(sent, "br"));
    assert_non_null(strstr(sent, "zstd"));
    assert_null(strstr(sent, "Cookie"));
    assert_null(strstr(sent, "Referer"));
    assert_null(strstr(sent, "Authorization"));
    end_pair(&pair);
}

static int set_up(void **state)
{
    (void)state;
    dir = nbt_tmpdir();
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    curl_global_cleanup();
    nbt_rmdir(dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_poll_of_a_host_resumes_its_session),
        cmocka_unit_test(a_session_belongs_to_an_origin_with_its_port),
        cmocka_unit_test(without_memory_for_sessions_every_handshake_is_a_full_one),
        cmocka_unit_test(the_memory_for_sessions_holds_those_used_last),
        cmocka_unit_test(a_name_that_is_not_in_the_certificate_is_refused_each_time),
        cmocka_unit_test(an_authority_that_is_not_known_is_refused),
        cmocka_unit_test(http_2_is_offered),
        cmocka_unit_test(what_is_sent_over_tls_says_no_more_than_it_has_to),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
