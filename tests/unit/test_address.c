#include "tests/unit/fetch_world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "crawler/fetch/address.h"
#include "tests/lib/web.h"

static struct nb_address address_of(const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;
    if (strchr(text, ':')) {
        v6->sin6_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
    } else {
        v4->sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, text, &v4->sin_addr), 1);
    }
    return nb_address_of((struct sockaddr *)&storage);
}

static void addresses_of_one_machine_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"::ffff:192.0.2.1", "192.0.2.1", true},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_address a = address_of(rows[i].a);
        struct nb_address b = address_of(rows[i].b);
        assert_int_equal(memcmp(a.b, b.b, sizeof(a.b)) == 0, rows[i].same);
    }
}

static void requests_to_an_address_get_slots_a_gap_apart(void **state)
{
    (void)state;
    struct nb_addresses *addresses = nb_addresses_new(100, 4);
    struct nb_address here = address_of("192.0.2.1");
    struct nb_address there = address_of("192.0.2.2");
    assert_int_equal(nb_addresses_enter(addresses, here, false, 1000), 0);
    assert_int_equal(nb_addresses_enter(addresses, there, false, 1000), 0);
    assert_int_equal(nb_addresses_enter(addresses, here, false, 1000), 1100);
    assert_int_equal(nb_addresses_enter(addresses, here, false, 1050), 1200);
    assert_int_equal(nb_addresses_enter(addresses, here, true, 1100), 0);
    assert_int_equal(nb_addresses_enter(addresses, here, false, 1150), 1300);
    assert_int_equal(nb_addresses_enter(addresses, here, true, 1200), 0);
    assert_int_equal(nb_addresses_enter(addresses, here, true, 1300), 0);
    assert_int_equal(nb_addresses_enter(addresses, here, false, 1400), 1500); /* four under way */
    assert_int_equal(nb_addresses_enter(addresses, here, true, 1500), 1600);  /* still */
    nb_addresses_leave(addresses, here, 1550);
    assert_int_equal(nb_addresses_enter(addresses, here, true, 1600), 0);
    nb_addresses_free(addresses);
}

static void addresses_that_nobody_asks_are_forgotten(void **state)
{
    (void)state;
    struct nb_addresses *addresses = nb_addresses_new(100, 4);
    for (uint32_t i = 0; i < 100000; i++) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x08000000 + i)};
        struct nb_address address = nb_address_of((struct sockaddr *)&v4);
        assert_int_equal(nb_addresses_enter(addresses, address, false, i), 0);
        nb_addresses_leave(addresses, address, i);
    }
    assert_true(nb_addresses_n(addresses) < 5000);
    nb_addresses_free(addresses);
}

/* ---- many hosts on one address, loopback; *.localhost is looked up to it by curl ---- */

enum { HOSTS = 12, AT_ONCE = 3 };

static atomic_int active, most, answered;

/* Answers when as many are there as may be, so that any more would be seen; the last few alone. */
static bool answer(void *arg, int fd, const struct nbt_request *request)
{
    (void)arg;
    (void)request;
    int64_t limit_ms = nb_mono_ms() + 20000;
    int now = atomic_fetch_add(&active, 1) + 1;
    int seen = atomic_load(&most);
    while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now)) {
    }
    while (atomic_load(&most) < AT_ONCE && nb_mono_ms() < limit_ms) {
        (void)usleep(1000);
    }
    atomic_fetch_sub(&active, 1);
    nbt_web_send_page(fd, "200 OK\r\n", "fine");
    atomic_fetch_add(&answered, 1);
    return false;
}

static void hosts_on_one_address_share_its_pace(void **state)
{
    (void)state;
    char url[64];
    assert_int_equal(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
    struct nbt_web *web = nbt_web_start(8, answer, NULL);
    const char *const sets[] = {"crawl.allow_private=on", "crawl.address_gap=1ms",
                                "crawl.address_connections=3", "crawl.loops=3", NULL};
    struct fetch_world world = fetch_world_make(sets);
    for (int i = 0; i < HOSTS; i++) {
        (void)snprintf(url, sizeof(url), "http://h%d.localhost:%d/", i, nbt_web_port(web));
        fetch_submit(&world, url, NULL);
    }
    for (int i = 0; i < HOSTS; i++) {
        struct nb_poll *poll = fetch_take(&world);
        assert_null(poll->failure);
        assert_int_equal(poll->status, 200);
        assert_int_equal(poll->requests_n, 1);
        nb_poll_free(poll);
    }
    assert_int_equal(atomic_load(&answered), HOSTS);
    assert_int_equal(atomic_load(&most), AT_ONCE);
    fetch_world_end(&world);
    nbt_web_stop(web);
    curl_global_cleanup();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_one_machine_are_one),
        cmocka_unit_test(requests_to_an_address_get_slots_a_gap_apart),
        cmocka_unit_test(addresses_that_nobody_asks_are_forgotten),
        cmocka_unit_test(hosts_on_one_address_share_its_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
