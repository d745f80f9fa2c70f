#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/hash.h>
#include <nabiz/websub.h>

#include "crawler/link_header.h"
#include "crawler/websub/subscription.h"
#include "crawler/websub/table.h"

#define T0 1767225600000LL
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static struct nb_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = nb_arena_new((size_t)8 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_arena_free(arena);
    return 0;
}

static struct nb_sub *new_sub(uint8_t number)
{
    struct nb_id source = {{number}};
    struct nb_sub *sub = nb_sub_new(source, NB_LIT("https://hub.example/"),
                                    NB_LIT("https://a.example/feed?x=1&y=\xc5\x9f"), T0);
    assert_non_null(sub);
    return sub;
}

/* ---- signatures ---- */

/* RFC 2202 and RFC 4231, test case 2 */
static void hmacs_are_those_of_the_standards(void **state)
{
    (void)state;
    static const struct {
        enum nb_mac mac;
        const char *hex;
    } rows[] = {
        {NB_MAC_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {NB_MAC_SHA256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {NB_MAC_SHA384, "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                        "8e2240ca5e69e2c78b3239ecfab21649"},
        {NB_MAC_SHA512, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t out[NB_MAC_MAX_BYTES];
        char hex[2 * NB_MAC_MAX_BYTES + 1];
        size_t n =
            nb_hmac(rows[i].mac, NB_LIT("Jefe"), NB_LIT("what do ya want for nothing?"), out);
        nb_hex(nb_slice(out, n), hex);
        assert_string_equal(hex, rows[i].hex);
    }
}

static void a_body_counts_only_with_a_right_signature(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool ok;
    } rows[] = {
        {"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", true},
        {"SHA1=EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79", true},
        {" sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843 ", true},
        {"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c78", false},
        {"sha256=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", false},
        {"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c", false},
        {"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7900", false},
        {"sha1=zzfcdf6ae5eb2fa2d27416d5f184df9c259a7c79", false},
        {"md5=750c783e6ab0b503eaa86e310a5db738", false},
        {"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", false},
        {"sha1=", false},
        {"=", false},
        {"", false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_int_equal(nb_websub_is_signed(nb_slice_str(rows[i].header), NB_LIT("Jefe"),
                                             NB_LIT("what do ya want for nothing?")),
                         rows[i].ok);
    }
}

/* ---- what a hub may ask ---- */

static void a_hub_is_answered_by_what_was_asked_of_it(void **state)
{
    (void)state;
    enum {
        ASKED = NB__SUBSCRIPTION__STATE__ASKED,
        ACTIVE = NB__SUBSCRIPTION__STATE__ACTIVE,
        ENDING = NB__SUBSCRIPTION__STATE__ENDING,
        WANTED = NB__SUBSCRIPTION__STATE__WANTED
    };
    static const struct {
        int state;
        int64_t asked_ms, verified_ms;
        const char *mode, *topic;
        enum nb_websub_intent want;
    } rows[] = {
        {ASKED, 2, 0, "subscribe", "t", NB_WEBSUB_SUBSCRIBE},
        {ASKED, 2, 0, "subscribe", "u", NB_WEBSUB_WRONG},
        {ASKED, 2, 0, "unsubscribe", "t", NB_WEBSUB_WRONG},
        {ASKED, 2, 0, "denied", "t", NB_WEBSUB_DENIED},
        {ASKED, 2, 0, "denied", "u", NB_WEBSUB_WRONG},
        {ASKED, 2, 0, "", "", NB_WEBSUB_WRONG},
        {WANTED, 0, 0, "subscribe", "t", NB_WEBSUB_WRONG},
        {ACTIVE, 1, 2, "subscribe", "t", NB_WEBSUB_WRONG},     /* nobody asked again */
        {ACTIVE, 3, 2, "subscribe", "t", NB_WEBSUB_SUBSCRIBE}, /* the lease is prolonged */
        {ACTIVE, 3, 2, "unsubscribe", "t", NB_WEBSUB_WRONG},   /* somebody else's wish */
        {ENDING, 3, 2, "unsubscribe", "t", NB_WEBSUB_UNSUBSCRIBE},
        {ENDING, 3, 2, "subscribe", "t", NB_WEBSUB_WRONG},
        {ENDING, 3, 2, "denied", "t", NB_WEBSUB_WRONG},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_subscription *record = nb_subscription_new(arena);
        record->state = (Nb__Subscription__State)rows[i].state;
        record->asked_ms = rows[i].asked_ms;
        record->verified_ms = rows[i].verified_ms;
        record->topic = nb_arena_strdup(arena, NB_LIT("t"));
        assert_int_equal(
            nb_websub_intent(record, nb_slice_str(rows[i].mode), nb_slice_str(rows[i].topic)),
            rows[i].want);
    }
}

static void a_lease_is_a_number_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(nb_websub_lease_s(NB_LIT("60"), 5), 60);
    assert_int_equal(nb_websub_lease_s(NB_LIT(""), 5), 5);
    assert_int_equal(nb_websub_lease_s(NB_LIT("-1"), 5), 5);
    assert_int_equal(nb_websub_lease_s(NB_LIT("0"), 5), 5);
    assert_int_equal(nb_websub_lease_s(NB_LIT("1e9"), 5), 5);
    assert_int_equal(nb_websub_lease_s(NB_LIT("99999999999"), 5), NB_WEBSUB_LEASE_MAX_S);
}

/* ---- a subscription's life ---- */

static void a_subscription_is_asked_for_verified_and_prolonged(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(1);
    assert_int_equal(nb_sub_due(sub, T0 - 1), NB_SUB_WAIT);
    assert_int_equal(nb_sub_due(sub, T0), NB_SUB_ASK);
    assert_int_equal(sub->state, NB__SUBSCRIPTION__STATE__ASKED);
    assert_int_equal(nb_sub_due(sub, T0 + 86400000), NB_SUB_WAIT); /* the request is under way */
    nb_sub_answered(sub, NULL, 0, T0 + 10);
    assert_false(nb_sub_is_relied_on(sub, T0 + 10));
    nb_sub_verified(sub, 1000000, T0 + 20);
    assert_true(nb_sub_is_relied_on(sub, T0 + 20));
    assert_int_equal(sub->next_ms, T0 + 20 + 800000000);
    assert_int_equal(nb_sub_due(sub, sub->next_ms), NB_SUB_ASK);
    assert_int_equal(sub->state, NB__SUBSCRIPTION__STATE__ACTIVE); /* until the lease ends */
    nb_sub_answered(sub, NULL, 0, sub->asked_ms);
    assert_true(nb_sub_is_relied_on(sub, sub->asked_ms));
    assert_false(nb_sub_is_relied_on(sub, T0 + 20 + 1000000000));
    nb_sub_free(sub);
}

static void a_lease_of_a_moment_is_not_renewed_every_moment(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(1);
    assert_int_equal(nb_sub_due(sub, T0), NB_SUB_ASK);
    nb_sub_answered(sub, NULL, 0, T0);
    nb_sub_verified(sub, 1, T0);
    assert_int_equal(sub->next_ms, T0 + NB_SUB_RENEW_MIN_S * 1000);
    nb_sub_free(sub);
}

static void a_hub_that_fails_is_asked_ever_more_rarely(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(1);
    static const int64_t waits_s[] = {3600, 7200, 14400, 28800, 57600, 86400, 86400};
    int64_t now_ms = T0;
    for (size_t i = 0; i < ROWS(waits_s); i++) {
        assert_int_equal(nb_sub_due(sub, now_ms), NB_SUB_ASK);
        nb_sub_answered(sub, "the hub answered HTTP status 500", 0, now_ms);
        assert_int_equal(sub->next_ms, now_ms + waits_s[i] * 1000);
        now_ms = sub->next_ms;
    }
    assert_int_equal(nb_sub_due(sub, now_ms), NB_SUB_ASK);
    nb_sub_answered(sub, "the hub answered HTTP status 503", 200000, now_ms);
    assert_int_equal(sub->next_ms, now_ms + 200000000);
    nb_sub_free(sub);
}

static void a_hub_that_never_asks_back_has_failed(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(1);
    assert_int_equal(nb_sub_due(sub, T0), NB_SUB_ASK);
    nb_sub_answered(sub, NULL, 0, T0);
    int64_t later_ms = T0 + NB_SUB_VERIFY_S * 1000;
    assert_int_equal(nb_sub_due(sub, later_ms - 1), NB_SUB_WAIT);
    assert_int_equal(nb_sub_due(sub, later_ms), NB_SUB_WAIT);
    assert_int_equal(sub->failures_n, 1);
    assert_non_null(strstr(sub->failure, "never asked back"));
    assert_int_equal(nb_sub_due(sub, later_ms + 3600000), NB_SUB_ASK);
    nb_sub_free(sub);
}

static void a_hub_that_pushes_nothing_is_not_relied_on(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(1);
    assert_int_equal(nb_sub_due(sub, T0), NB_SUB_ASK);
    nb_sub_answered(sub, NULL, 0, T0);
    nb_sub_verified(sub, 864000, T0);
    nb_sub_polled(sub, true, T0); /* what was there before the subscription */
    for (int i = 1; i <= 10; i++) {
        nb_sub_polled(sub, false, T0 + i);
    }
    assert_true(nb_sub_is_relied_on(sub, T0 + 20));
    for (int i = 0; i < NB_SUB_MISSED_MAX; i++) {
        assert_true(nb_sub_is_relied_on(sub, T0 + 20));
        nb_sub_polled(sub, true, T0 + 20);
    }
    assert_false(nb_sub_is_relied_on(sub, T0 + 20));
    nb_sub_pushed(sub, T0 + 30); /* it does after all */
    assert_true(nb_sub_is_relied_on(sub, T0 + 30));
    nb_sub_free(sub);
}

static void a_source_that_goes_is_unsubscribed_and_then_forgotten(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(1);
    int64_t now_ms = T0;
    nb_sub_list(sub, false, now_ms);
    for (int i = 0; i < NB_SUB_ENDINGS_MAX; i++) {
        assert_int_equal(nb_sub_due(sub, now_ms), NB_SUB_ASK);
        char *form = nb_sub_form(sub, NB_LIT("https://n.example/websub"), 60, arena);
        assert_non_null(strstr(form, "hub.mode=unsubscribe&"));
        assert_null(strstr(form, "secret"));
        nb_sub_answered(sub, i ? "HTTP status 500" : NULL, 0, now_ms);
        now_ms = sub->next_ms;
    }
    assert_int_equal(nb_sub_due(sub, now_ms), NB_SUB_FORGET);
    nb_sub_list(sub, true, now_ms); /* or it comes back */
    assert_int_equal(nb_sub_due(sub, now_ms), NB_SUB_ASK);
    assert_int_equal(sub->state, NB__SUBSCRIPTION__STATE__ASKED);
    nb_sub_free(sub);
}

static void a_request_carries_what_the_standard_wants(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(1);
    char *want = nb_arena_printf(
        arena,
        "hub.mode=subscribe&hub.topic=https%%3A%%2F%%2Fa.example%%2Ffeed%%3Fx%%3D1%%26y%%3D%%C5%%9F"
        "&hub.callback=https%%3A%%2F%%2Fn.example%%2Fwebsub%%2F%s&hub.lease_seconds=864000"
        "&hub.secret=%s",
        sub->token, sub->secret);
    assert_string_equal(nb_sub_form(sub, NB_LIT("https://n.example/websub"), 864000, arena), want);
    assert_true(nb_websub_is_token(nb_slice_str(sub->token)));
    assert_int_equal(strlen(sub->secret), 64);
    struct nb_sub *other = new_sub(1);
    assert_string_not_equal(sub->token, other->token);
    assert_string_not_equal(sub->secret, other->secret);
    nb_sub_free(other);
    nb_sub_free(sub);
}

static void what_is_stored_is_what_was(void **state)
{
    (void)state;
    struct nb_sub *sub = new_sub(7);
    struct nb_slice bytes;
    struct nb_slice again;
    struct nb_subscription *record = NULL;
    assert_int_equal(nb_sub_due(sub, T0), NB_SUB_ASK);
    nb_sub_answered(sub, NULL, 0, T0);
    nb_sub_verified(sub, 100, T0 + 1);
    nb_sub_pushed(sub, T0 + 2);
    nb_sub_denied(sub, NB_LIT("no room"), T0 + 3);
    assert_int_equal(nb_sub_encode(sub, arena, &bytes), NB_OK);
    assert_int_equal(nb_subscription_decode(bytes, arena, &record), NB_OK);
    struct nb_sub *read = nb_sub_of(sub->source, record);
    assert_non_null(read);
    assert_string_equal(read->failure, "the hub said no: no room");
    assert_int_equal(nb_sub_encode(read, arena, &again), NB_OK);
    assert_true(nb_slice_eq(bytes, again));
    record->token = NULL;
    assert_null(nb_sub_of(sub->source, record));
    nb_sub_free(read);
    nb_sub_free(sub);
}

static void a_table_keeps_its_subscriptions_by_source_and_time(void **state)
{
    (void)state;
    enum { N = 200 };
    struct nb_sub_table table = {0};
    for (int i = 0; i < N; i++) {
        struct nb_sub *sub = new_sub((uint8_t)i);
        sub->next_ms = T0 + (i * 37) % N;
        assert_int_equal(nb_sub_add(&table, sub), NB_OK);
    }
    for (int i = 0; i < N; i += 2) {
        nb_sub_remove(&table, nb_sub_find(&table, (struct nb_id){{(uint8_t)i}}));
    }
    for (int i = 0; i < N; i++) {
        struct nb_sub *sub = nb_sub_find(&table, (struct nb_id){{(uint8_t)i}});
        assert_int_equal(sub != NULL, i % 2);
        for (int k = 0; sub && k < 5; k++) {
            assert_int_equal(nb_sub_moved(&table, sub), NB_OK);
        }
    }
    int n = 0;
    int64_t last_ms = 0;
    for (struct nb_sub *sub; (sub = nb_sub_next(&table, T0 + N)) != NULL; n++) {
        assert_true(sub->next_ms >= last_ms);
        last_ms = sub->next_ms;
    }
    assert_int_equal(n, N / 2);
    assert_int_equal(nb_sub_next_ms(&table), INT64_MAX);
    nb_sub_table_fini(&table);
}

/* ---- Link headers ---- */

static void links_are_read_as_they_come(void **state)
{
    (void)state;
    static const struct {
        const char *header, *rel, *want;
    } rows[] = {
        {"<https://h.example/>; rel=\"hub\"", "hub", "https://h.example/ "},
        {"<https://h.example/>; rel=hub, </f>; rel=\"self next\"", "self", "/f "},
        {"<a>;rel=HUB;rel=x, <b> ; title=\"x, <c>; rel=hub\" ; rel = hub", "hub", "a b "},
        {"<a>; rel=hub; anchor=\"/x\", <b>; rel=\"hub\"", "hub", "b "},
        {"<a; rel=hub", "hub", ""},
        {"a>; rel=hub", "hub", ""},
        {"<>; rel=hub", "hub", " "},
        {"<a>; rel=\"hub", "hub", "a "},
        {"<a>; rel=hubs, <b>; rel=\"xhub hub x\"", "hub", "b "},
        {"", "hub", ""},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_slice rest = nb_slice_str(rows[i].header);
        struct nb_link link;
        char *all = nb_arena_strdup(arena, NB_LIT(""));
        while (nb_link_next(&rest, arena, &link)) {
            if (nb_link_is(link.rel, nb_slice_str(rows[i].rel))) {
                all = nb_arena_printf(arena, "%s%.*s ", all, NB_ARG(link.url));
            }
        }
        assert_string_equal(all, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmacs_are_those_of_the_standards),
        cmocka_unit_test(a_body_counts_only_with_a_right_signature),
        cmocka_unit_test(a_hub_is_answered_by_what_was_asked_of_it),
        cmocka_unit_test(a_lease_is_a_number_within_bounds),
        cmocka_unit_test(a_subscription_is_asked_for_verified_and_prolonged),
        cmocka_unit_test(a_lease_of_a_moment_is_not_renewed_every_moment),
        cmocka_unit_test(a_hub_that_fails_is_asked_ever_more_rarely),
        cmocka_unit_test(a_hub_that_never_asks_back_has_failed),
        cmocka_unit_test(a_hub_that_pushes_nothing_is_not_relied_on),
        cmocka_unit_test(a_source_that_goes_is_unsubscribed_and_then_forgotten),
        cmocka_unit_test(a_request_carries_what_the_standard_wants),
        cmocka_unit_test(what_is_stored_is_what_was),
        cmocka_unit_test(a_table_keeps_its_subscriptions_by_source_and_time),
        cmocka_unit_test(links_are_read_as_they_come),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
