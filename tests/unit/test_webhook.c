/* Signatures, waits and the order of sending: what delivery follows from, without a network. */
#include "tests/lib/test.h"

#include <nabiz/hash.h>

#include "service/deliver/backoff.h"
#include "service/deliver/queue.h"
#include "service/deliver/sign.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* RFC 4648, 10, and what is no base64. */
static void base64_goes_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *text, *letters;
    } rows[] = {{"", ""},
                {"f", "Zg=="},
                {"fo", "Zm8="},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="},
                {"\xff\xfe", "//4="}};
    static const char *const wrong[] = {
        "Zg", "Zg=", "Zh==", "Zm9=", "=", "====", "Zm9v\n", "Z m9", "Zg==Zg==", "Z===", "Zm-_"};
    for (size_t i = 0; i < ROWS(rows); i++) {
        char letters[NB_BASE64_CHARS(8) + 1];
        uint8_t bytes[16];
        size_t n = 99;
        nb_base64(nb_slice_str(rows[i].text), letters);
        assert_string_equal(letters, rows[i].letters);
        assert_int_equal(nb_unbase64(nb_slice_str(letters), bytes, &n), NB_OK);
        assert_slice_equal(nb_slice(bytes, n), rows[i].text);
    }
    for (size_t i = 0; i < ROWS(wrong); i++) {
        uint8_t bytes[16];
        size_t n;
        assert_int_equal(nb_unbase64(nb_slice_str(wrong[i]), bytes, &n), NB_EINVAL);
    }
}

/* RFC 8032, 7.1, test 2. */
static void ed25519_is_that_of_its_rfc(void **state)
{
    (void)state;
    uint8_t key[NB_ED25519_BYTES];
    uint8_t half[NB_ED25519_BYTES];
    uint8_t signature[NB_ED25519_SIGNATURE_BYTES];
    char hex[2 * NB_ED25519_SIGNATURE_BYTES + 1];
    assert_int_equal(
        nb_unhex(NB_LIT("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"), key,
                 sizeof(key)),
        NB_OK);
    assert_int_equal(nb_ed25519_public(key, half), NB_OK);
    nb_hex(nb_slice(half, sizeof(half)), hex);
    assert_string_equal(hex, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    assert_int_equal(nb_ed25519_sign(key, NB_LIT("r"), signature), NB_OK);
    nb_hex(nb_slice(signature, sizeof(signature)), hex);
    assert_string_equal(hex, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

/* The vectors that the libraries of Standard Webhooks are tested with. */
static void signatures_are_those_of_the_standard(void **state)
{
    (void)state;
    struct nb_secret secrets[2];
    struct nb_buf out;
    assert_null(nb_secret_read(NB_LIT("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &secrets[0]));
    assert_null(
        nb_secret_read(NB_LIT("whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="), &secrets[1]));
    nb_buf_init(&out, 1024);
    assert_int_equal(nb_webhook_sign(secrets, 2, NB_LIT("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                                     NB_LIT("{\"test\": 2432232314}"), &out),
                     NB_OK);
    assert_slice_equal(
        nb_buf_slice(&out),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= "
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaB"
        "RdM5WqyeFiL8Ag==");
    nb_buf_fini(&out);
}

static void a_secret_has_a_form(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "whsec_",
                                        "whsec_c2hvcnQ=",
                                        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                        "whsec_MfKQ9r8GKYqrT!",
                                        "whpk_D0AzESQfS4J7g4x8EZPCbIH6iZvjwFDF/BxriYApnPY=",
                                        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    struct nb_secret secret;
    struct nb_buf made;
    struct nb_buf half;
    for (size_t i = 0; i < ROWS(wrong); i++) {
        const char *why = nb_secret_read(nb_slice_str(wrong[i]), &secret);
        assert_non_null(why);
        assert_null(strstr(why, "MfKQ9r8GKYqrT"));
    }
    for (int i = 0; i < 2; i++) {
        nb_buf_init(&made, 256);
        nb_buf_init(&half, 256);
        assert_int_equal(nb_secret_make(i == 1, &made, &half), NB_OK);
        assert_null(nb_secret_read(nb_buf_slice(&made), &secret));
        assert_int_equal(secret.is_ed25519, i == 1);
        assert_int_equal(nb_slice_starts(nb_buf_slice(&half), NB_LIT("whpk_")), i == 1);
        nb_buf_fini(&made);
        nb_buf_fini(&half);
    }
}

static const struct nb_id some_id = {{1, 2, 3}};

static void waits_are_those_of_the_standard_with_jitter(void **state)
{
    (void)state;
    static const int64_t seconds[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    int64_t all_ms = 0;
    bool differ = false;
    const struct nb_id other = {{9}};
    for (unsigned i = 0; i < ROWS(seconds); i++) {
        int64_t wait_ms = nb_backoff_wait_ms(i + 1, &some_id);
        assert_true(wait_ms >= seconds[i] * 1000 && wait_ms <= seconds[i] * 1200);
        assert_int_equal(wait_ms, nb_backoff_wait_ms(i + 1, &some_id));
        differ = differ || wait_ms != nb_backoff_wait_ms(i + 1, &other);
        all_ms += wait_ms;
    }
    assert_true(differ);
    assert_true(all_ms > 3 * 86400000LL);
    assert_int_equal(nb_backoff_wait_ms(NB_BACKOFF_ATTEMPTS, &some_id), -1);
}

static void answers_are_judged(void **state)
{
    (void)state;
    enum { W = NB__DELIVERY__STATE__WAITING, S = NB__DELIVERY__STATE__SENT };
    enum { D = NB__DELIVERY__STATE__DEAD, HOOK = NB__DELIVERY__FORM__WEBHOOK };
    enum { MAIL = NB__DELIVERY__FORM__MAIL };
    static const struct {
        int form;
        struct nb_answer answer;
        unsigned attempts_n;
        int state;
        int64_t wait_min_s, rest_s;
        bool is_gone;
    } rows[] = {
        {HOOK, {.status = 200}, 1, S, 0, 0, false},
        {HOOK, {.status = 299}, 1, S, 0, 0, false},
        {HOOK, {.status = 200, .is_broken = true}, 1, S, 0, 0, false},
        {HOOK, {.status = 302}, 1, W, 5, 0, false},
        {HOOK, {.status = 404}, 2, W, 300, 0, false},
        {HOOK, {.status = 500}, 9, W, 86400, 0, false},
        {HOOK, {.status = 500}, 10, D, 0, 0, false},
        {HOOK, {.status = 410}, 1, D, 0, 0, true},
        {HOOK, {.status = 429, .retry_after_s = 900}, 1, W, 900, 900, false},
        {HOOK, {.status = 503, .retry_after_s = 1}, 2, W, 300, 1, false},
        {HOOK, {.status = 503}, 1, W, 5, 60, false},
        {HOOK, {.status = 502}, 1, W, 5, 60, false},
        {HOOK, {.status = 500, .retry_after_s = 900}, 1, W, 900, 0, false},
        {HOOK, {.is_broken = true, .failure = "Timeout was reached"}, 1, W, 5, 0, false},
        {HOOK, {.is_refused = true, .is_broken = true}, 1, W, 5, 0, false},
        {MAIL, {.status = 250}, 1, S, 0, 0, false},
        {MAIL, {.status = 250, .is_broken = true}, 1, W, 5, 0, false},
        {MAIL, {.status = 354, .is_broken = true}, 1, W, 5, 0, false},
        {MAIL, {.status = 451, .is_broken = true}, 1, W, 5, 0, false},
        {MAIL, {.status = 550, .is_broken = true}, 1, D, 0, 0, false},
        {MAIL, {.status = 535, .is_broken = true}, 1, W, 5, 0, false},
        {MAIL, {.status = 410, .is_broken = true}, 1, W, 5, 0, false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_judgement out;
        nb_backoff_judge((Nb__Delivery__Form)rows[i].form, &rows[i].answer, rows[i].attempts_n,
                         &some_id, 1000000, &out);
        assert_int_equal(out.state, rows[i].state);
        assert_int_equal(out.is_gone, rows[i].is_gone);
        assert_int_equal(out.rest_ms, rows[i].rest_s ? 1000000 + rows[i].rest_s * 1000 : 0);
        if ((int)out.state == W) {
            int64_t wait_ms = out.next_ms - 1000000;
            assert_true(wait_ms >= rows[i].wait_min_s * 1000 &&
                        wait_ms <= rows[i].wait_min_s * 1200);
        }
        assert_int_equal(out.failure[0] != 0, (int)out.state != S);
    }
}

/* ---- the queue ---- */

static void add(struct nb_queued *queue, uint64_t number, char *recipient, char *thread,
                int64_t next_ms)
{
    struct nb_delivery d;
    nb__delivery__init(&d);
    d.recipient = recipient;
    d.thread = thread;
    d.has_next_ms = 1;
    d.next_ms = next_ms;
    assert_int_equal(nb_queued_add(queue, number, &d), NB_OK);
}

static uint64_t pick(struct nb_queued *queue, int64_t now_ms, int64_t *wake_ms)
{
    uint64_t number = 0;
    int64_t ignored;
    enum nb_err err = nb_queued_pick(queue, now_ms, &number, wake_ms ? wake_ms : &ignored);
    assert_true(err == NB_OK || err == NB_ENOTFOUND);
    return err == NB_OK ? number : 0;
}

static void one_at_a_time_to_each_and_threads_in_order(void **state)
{
    (void)state;
    static char a[] = "a", b[] = "b", one[] = "incident/1", two[] = "incident/2";
    struct nb_queued q;
    int64_t wake_ms = 0;
    nb_queued_init(&q);
    add(&q, 1, a, one, 0);
    add(&q, 2, a, one, 0);
    add(&q, 3, a, two, 0);
    add(&q, 4, b, one, 0);
    add(&q, 3, a, two, 0); /* again */
    assert_int_equal(q.n, 4);
    assert_int_equal(pick(&q, 100, NULL), 1);
    assert_int_equal(pick(&q, 100, NULL), 4);
    assert_int_equal(pick(&q, 100, NULL), 0);
    nb_queued_put_off(&q, 1, 5000, 0, 100);
    assert_int_equal(pick(&q, 100, NULL), 3); /* 2 waits for 1, 3 does not */
    nb_queued_drop(&q, 3, true);
    assert_int_equal(pick(&q, 100, &wake_ms), 0);
    assert_int_equal(wake_ms, 5000);
    assert_int_equal(pick(&q, 5000, NULL), 1);
    nb_queued_drop(&q, 1, false); /* given up: the next may go */
    assert_int_equal(pick(&q, 5000, NULL), 2);
    nb_queued_fini(&q);
}

static void who_fails_or_asks_for_it_is_left_alone(void **state)
{
    (void)state;
    static char a[] = "a", b[] = "b";
    struct nb_queued q;
    int64_t wake_ms = 0;
    nb_queued_init(&q);
    for (uint64_t i = 1; i <= 6; i++) {
        add(&q, i, a, NULL, 0);
    }
    add(&q, 7, b, NULL, 0);
    assert_int_equal(pick(&q, 100, NULL), 1);
    nb_queued_put_off(&q, 1, 5100, 60000, 100); /* it asked for a minute */
    assert_int_equal(pick(&q, 100, NULL), 7);   /* the other is sent to */
    assert_int_equal(pick(&q, 59999, &wake_ms), 0);
    assert_int_equal(wake_ms, 60000);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(pick(&q, 60000, NULL), i);
        nb_queued_put_off(&q, i, 900000, 0, 60000);
    }
    assert_int_equal(pick(&q, 64999, NULL), 0); /* after more than three in a row */
    assert_int_equal(pick(&q, 65000, NULL), 4);
    nb_queued_drop(&q, 4, true); /* it is well again */
    assert_int_equal(pick(&q, 65000, NULL), 5);
    nb_queued_forget(&q);
    assert_int_equal(q.n, 2); /* what is under way */
    assert_int_equal(q.last, 0);
    nb_queued_fini(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_goes_both_ways),
        cmocka_unit_test(ed25519_is_that_of_its_rfc),
        cmocka_unit_test(signatures_are_those_of_the_standard),
        cmocka_unit_test(a_secret_has_a_form),
        cmocka_unit_test(waits_are_those_of_the_standard_with_jitter),
        cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(one_at_a_time_to_each_and_threads_in_order),
        cmocka_unit_test(who_fails_or_asks_for_it_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
