/*
 * The subscriber as a whole: what a hub pushes gets into the log, once, and nothing else does.
 */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/feed.h>
#include <nabiz/record.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "tests/lib/hub.h"

static void what_a_hub_pushes_is_stored_once(void **state)
{
    (void)state;
    const char *token;
    const char *secret;
    nbt_hub_subscribe(&token, &secret);
    assert_int_equal(nbt_hub_documents_n(), 1);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(nbt_hub_push_item(token, secret, i, (enum nb_mac)i), 202);
    }
    nbt_hub_serve_until(nbt_hub_has_documents, 5);
    /* again, and then something new: the log has no doubles */
    assert_int_equal(nbt_hub_push_item(token, secret, 1, NB_MAC_SHA256), 202);
    assert_int_equal(nbt_hub_push_item(token, secret, 1, NB_MAC_SHA256), 202);
    assert_int_equal(nbt_hub_push_item(token, secret, 4, NB_MAC_SHA256), 202);
    nbt_hub_serve_until(nbt_hub_has_documents, 6);
    assert_int_equal(nbt_hub_documents_n(), 6);
    assert_int_equal(nbt_hub.polls_n, 1);
}

static void nothing_else_gets_in(void **state)
{
    (void)state;
    const char *token;
    const char *secret;
    const char *echo;
    nbt_hub_subscribe(&token, &secret);
    char *other = nb_arena_strdup(nbt_hub.arena, nb_slice_str(token));
    other[0] = other[0] == 'a' ? 'b' : 'a';
    /* signatures that are wrong are not told */
    assert_int_equal(nbt_hub_push_item(token, "guessed", 1, NB_MAC_SHA256), 202);
    assert_int_equal(nbt_hub_push(token, nbt_hub_item(2), NULL), 202);
    assert_int_equal(
        nbt_hub_push(token, nbt_hub_item(2), nbt_hub_sign(NB_MAC_SHA1, secret, nbt_hub_item(3))),
        202);
    /* addresses that nobody was given */
    assert_int_equal(nbt_hub_push_item(other, secret, 1, NB_MAC_SHA256), 410);
    assert_int_equal(nbt_hub_push_item("x", secret, 1, NB_MAC_SHA256), 410);
    assert_int_equal(nbt_hub_push_item("", secret, 1, NB_MAC_SHA256), 410);
    assert_int_equal(
        nbt_hub_ask_back(
            other, "hub.mode=subscribe&hub.topic=" NBT_HUB_TOPIC_QUERY "&hub.challenge=x", &echo),
        404);
    /* questions that were not asked for */
    assert_int_equal(
        nbt_hub_ask_back(
            token, "hub.mode=subscribe&hub.topic=" NBT_HUB_TOPIC_QUERY "&hub.challenge=x", &echo),
        404);
    assert_int_equal(
        nbt_hub_ask_back(
            token, "hub.mode=unsubscribe&hub.topic=" NBT_HUB_TOPIC_QUERY "&hub.challenge=x", &echo),
        404);
    assert_int_equal(nbt_hub_ask_back(token, "", &echo), 404);
    /* too much, and what is no feed */
    char *big = nb_arena_calloc(nbt_hub.arena, 1, 200000);
    struct nb_slice body = nb_slice(big, 200000);
    assert_int_equal(nbt_hub_push(token, body, nbt_hub_sign(NB_MAC_SHA256, secret, body)), 413);
    struct nb_slice page = NB_LIT("<html><title>x</title>");
    assert_int_equal(nbt_hub_push(token, page, nbt_hub_sign(NB_MAC_SHA256, secret, page)), 202);
    assert_int_equal(nbt_hub_push_item(token, secret, 9, NB_MAC_SHA256), 202);
    nbt_hub_serve_until(nbt_hub_has_documents, 2);
    assert_int_equal(nbt_hub_documents_n(), 2);
}

static void kills_lose_and_double_nothing(void **state)
{
    (void)state;
    enum { ROUNDS = 4, EACH = 12 };
    const char *token;
    const char *secret;
    int number = 0;
    nbt_hub_subscribe(&token, &secret);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < EACH; i++) {
            assert_int_equal(nbt_hub_push_item(token, secret, number++, NB_MAC_SHA256), 202);
            if (i == EACH / 2 - round) {
                nbt_hub_end_child(&nbt_hub.crawl, true);
            }
        }
        nbt_hub_end_child(&nbt_hub.serve, true);
        nbt_hub.serve = nbt_hub_start_child(true);
        assert_int_equal(nbt_hub_push_item(token, secret, number++, NB_MAC_SHA256), 202);
        nbt_hub.crawl = nbt_hub_start_child(false);
    }
    nbt_hub_serve_until(nbt_hub_has_documents, 1 + (uint64_t)number);
    assert_int_equal(nbt_hub_push_item(token, secret, number++, NB_MAC_SHA256), 202);
    nbt_hub_serve_until(nbt_hub_has_documents, 1 + (uint64_t)number);
    assert_int_equal(nbt_hub_documents_n(), 1 + (uint64_t)number);
}

static void a_source_that_is_paused_is_unsubscribed(void **state)
{
    (void)state;
    const char *token;
    const char *secret;
    const char *echo;
    nbt_hub_subscribe(&token, &secret);
    nbt_hub_set_sources(NBT_HUB_TOPIC " every=30d paused\n");
    assert_int_equal(write(nbt_hub.crawl.commands, "r", 1), 1);
    nbt_hub_serve_until(nbt_hub_was_asked, 2);
    assert_string_equal(nbt_hub_form_value("mode"), "unsubscribe");
    assert_string_equal(nbt_hub_form_value("topic"), NBT_HUB_TOPIC);
    assert_non_null(strstr(nbt_hub_form_value("callback"), token));
    assert_int_equal(nbt_hub_push_item(token, secret, 1, NB_MAC_SHA256), 410);
    assert_int_equal(nbt_hub_ask_back(token,
                                      "hub.mode=unsubscribe&hub.topic=" NBT_HUB_TOPIC_QUERY
                                      "&hub.challenge=bye",
                                      &echo),
                     200);
    assert_string_equal(echo, "bye");
    nbt_hub_serve_until(nbt_hub_has_state, 0);
    assert_int_equal(nbt_hub_documents_n(), 1);
}

static void a_hub_that_says_no_is_left_alone(void **state)
{
    (void)state;
    const char *echo;
    nbt_hub.crawl = nbt_hub_start_child(false);
    nbt_hub.serve = nbt_hub_start_child(true);
    nbt_hub_serve_until(nbt_hub_was_asked, 1);
    const char *token = strrchr(nbt_hub_form_value("callback"), '/') + 1;
    assert_int_equal(
        nbt_hub_ask_back(
            token, "hub.mode=denied&hub.topic=" NBT_HUB_TOPIC_QUERY "&hub.reason=no+room", &echo),
        200);
    nbt_hub_serve_until(nbt_hub_has_state, NB__SUBSCRIPTION__STATE__DENIED);
    assert_int_equal(nbt_hub.requests_n, 1);
}

static void a_hub_that_fails_is_remembered_as_wanted(void **state)
{
    (void)state;
    nbt_hub.status = 500;
    nbt_hub.crawl = nbt_hub_start_child(false);
    nbt_hub_serve_until(nbt_hub_was_asked, 1);
    nbt_hub_serve_until(nbt_hub_has_state, NB__SUBSCRIPTION__STATE__WANTED);
    assert_int_equal(nbt_hub.requests_n, 1);
}

static int set_up(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(nb_url_init(NULL), NB_OK);
    assert_int_equal(nb_text_init(NULL), NB_OK);
    nb_feed_init();
    nb_diag_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_feed_fini();
    nb_url_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_hub_pushes_is_stored_once, nbt_hub_open,
                                        nbt_hub_close),
        cmocka_unit_test_setup_teardown(nothing_else_gets_in, nbt_hub_open, nbt_hub_close),
        cmocka_unit_test_setup_teardown(kills_lose_and_double_nothing, nbt_hub_open, nbt_hub_close),
        cmocka_unit_test_setup_teardown(a_source_that_is_paused_is_unsubscribed, nbt_hub_open,
                                        nbt_hub_close),
        cmocka_unit_test_setup_teardown(a_hub_that_says_no_is_left_alone, nbt_hub_open,
                                        nbt_hub_close),
        cmocka_unit_test_setup_teardown(a_hub_that_fails_is_remembered_as_wanted, nbt_hub_open,
                                        nbt_hub_close),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
