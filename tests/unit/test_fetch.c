#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <nabiz/url_guard.h>

#include "crawler/fetch/loop.h"

static void addresses_inside_a_network_are_private(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool private;
    } rows[] = {
        {"8.8.8.8", false},
        {"127.0.0.1", true},
        {"10.1.2.3", true},
        {"172.16.0.1", true},
        {"172.32.0.1", false},
        {"192.168.1.1", true},
        {"169.254.169.254", true},
        {"100.64.0.1", true},
        {"0.0.0.0", true},
        {"224.0.0.1", true},
        {"255.255.255.255", true},
        {"198.18.0.1", true},
        {"::1", true},
        {"::", true},
        {"2606:4700::1", false},
        {"fe80::1", true},
        {"fc00::1", true},
        {"fd12::1", true},
        {"ff02::1", true},
        {"::ffff:10.0.0.1", true},
        {"::ffff:8.8.8.8", false},
        {"64:ff9b::7f00:1", true},
        {"64:ff9b::808:808", false},
        {"64:ff9b:1::808:808", true},
        {"::ffff:0:808:808", true},
        {"::127.0.0.1", true},
        {"2002:7f00:1::", true},
        {"2002:808:808::", false},
        {"2001:0:808:808::1", true},
        {"2001:db8::1", true},
        {"2001:4860::1", false},
        {"100::1", true},
        {"fec0::1", true},
        {"192.0.2.1", true},
        {"203.0.113.7", true},
        {"203.0.114.7", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sockaddr_storage address = {0};
        struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
        if (strchr(rows[i].text, ':')) {
            v6->sin6_family = AF_INET6;
            assert_int_equal(inet_pton(AF_INET6, rows[i].text, &v6->sin6_addr), 1);
        } else {
            v4->sin_family = AF_INET;
            assert_int_equal(inet_pton(AF_INET, rows[i].text, &v4->sin_addr), 1);
        }
        assert_int_equal(nb_address_is_private((struct sockaddr *)&address), rows[i].private);
    }
}

static void a_refused_address_does_not_spoil_the_answer_of_another(void **state)
{
    (void)state;
    struct nb_poll *poll = nb_poll_new(1 << 20, 1 << 20);
    struct nb_fetch_transfer transfer = {.poll = poll, .easy = curl_easy_init()};
    poll->refused = true;
    assert_false(nb_fetch_transfer_finish(&transfer, CURLE_OK));
    assert_null(poll->failure);
    assert_false(nb_fetch_transfer_finish(&transfer, CURLE_COULDNT_CONNECT));
    assert_non_null(strstr(poll->failure, "private"));
    curl_easy_cleanup(transfer.easy);
    nb_poll_free(poll);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_inside_a_network_are_private),
        cmocka_unit_test(a_refused_address_does_not_spoil_the_answer_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
