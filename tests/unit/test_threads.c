#include "tests/lib/test.h"

#include <stdatomic.h>

#include <nabiz/clock.h>
#include <nabiz/hash.h>
#include <nabiz/queue.h>
#include <nabiz/thread.h>

struct relay {
    struct nb_queue *queue;
    atomic_long sum;
    atomic_long n;
};

static void produce(void *arg)
{
    struct relay *relay = arg;
    static long numbers[1000];
    for (long i = 0; i < 1000; i++) {
        if (nb_queue_push(relay->queue, &numbers[i]) != NB_OK) {
            return;
        }
    }
}

static void consume(void *arg)
{
    struct relay *relay = arg;
    void *item;
    while (nb_queue_pop(relay->queue, -1, &item) == NB_OK) {
        atomic_fetch_add(&relay->n, 1);
    }
}

static void every_item_passes_a_queue_once_with_many_on_both_sides(void **state)
{
    (void)state;
    struct relay relay = {.queue = nb_queue_new(7)};
    struct nb_thread producers[3];
    struct nb_thread consumers[3];
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(nb_thread_start(&consumers[i], "consume", consume, &relay), NB_OK);
        assert_int_equal(nb_thread_start(&producers[i], "produce", produce, &relay), NB_OK);
    }
    for (size_t i = 0; i < 3; i++) {
        nb_thread_join(&producers[i]);
    }
    nb_queue_close(relay.queue);
    for (size_t i = 0; i < 3; i++) {
        nb_thread_join(&consumers[i]);
    }
    assert_int_equal(atomic_load(&relay.n), 3000);
    nb_queue_free(relay.queue);
}

static void a_queue_keeps_order_refuses_when_full_and_empties_after_closing(void **state)
{
    (void)state;
    int a;
    int b;
    int c;
    void *item;
    struct nb_queue *queue = nb_queue_new(2);
    assert_int_equal(nb_queue_pop(queue, 0, &item), NB_ETIMEOUT);
    assert_int_equal(nb_queue_pop(queue, 5, &item), NB_ETIMEOUT);
    assert_int_equal(nb_queue_try_push(queue, &a), NB_OK);
    assert_int_equal(nb_queue_try_push(queue, &b), NB_OK);
    assert_int_equal(nb_queue_try_push(queue, &c), NB_EFULL);
    nb_queue_close(queue);
    assert_int_equal(nb_queue_push(queue, &c), NB_ECLOSED);
    assert_int_equal(nb_queue_pop(queue, -1, &item), NB_OK);
    assert_ptr_equal(item, &a);
    assert_int_equal(nb_queue_pop(queue, -1, &item), NB_OK);
    assert_ptr_equal(item, &b);
    assert_int_equal(nb_queue_pop(queue, -1, &item), NB_ECLOSED);
    nb_queue_free(queue);
}

struct sleeper {
    struct nb_clock *clock;
    int64_t until_ms;
    atomic_bool stop;
};

static void sleep_until(void *arg)
{
    struct sleeper *sleeper = arg;
    for (;;) {
        uint32_t seen = nb_clock_seen(sleeper->clock);
        if (nb_clock_now_ms(sleeper->clock) >= sleeper->until_ms || atomic_load(&sleeper->stop)) {
            return;
        }
        nb_clock_wait(sleeper->clock, seen, sleeper->until_ms, 60000);
    }
}

static void a_settable_clock_moves_only_when_set_and_wakes_its_waiters(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    char *path = nbt_path(dir, "clock");
    struct nb_clock *clock;
    struct nb_clock *other;
    assert_int_equal(nb_clock_open(path, &clock, NULL), NB_OK);
    assert_int_equal(nb_clock_open(path, &other, NULL), NB_OK);
    assert_true(nb_clock_is_settable(clock));
    assert_int_equal(nb_clock_now_ms(clock), 0);
    struct sleeper sleeper = {.clock = other, .until_ms = 5000};
    struct nb_thread thread;
    assert_int_equal(nb_thread_start(&thread, "sleep", sleep_until, &sleeper), NB_OK);
    nb_clock_set(clock, 4000);
    assert_int_equal(nb_clock_now_ms(other), 4000);
    nb_clock_set(clock, 5000);
    nb_thread_join(&thread);
    nb_clock_close(other);
    nb_clock_close(clock);
    free(path);
    nbt_rmdir(dir);
}

static void a_wake_ends_a_wait_on_either_clock(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    char *path = nbt_path(dir, "clock");
    const char *const paths[] = {NULL, path};
    for (size_t i = 0; i < 2; i++) {
        struct nb_clock *clock;
        assert_int_equal(nb_clock_open(paths[i], &clock, NULL), NB_OK);
        struct sleeper sleeper = {.clock = clock, .until_ms = INT64_MAX};
        struct nb_thread thread;
        int64_t began = nb_mono_ms();
        assert_int_equal(nb_thread_start(&thread, "sleep", sleep_until, &sleeper), NB_OK);
        atomic_store(&sleeper.stop, true);
        nb_clock_wake(clock);
        nb_thread_join(&thread);
        assert_true(nb_mono_ms() - began < 30000);
        nb_clock_close(clock);
    }
    free(path);
    nbt_rmdir(dir);
}

static void hashes_match_published_values(void **state)
{
    (void)state;
    uint8_t digest[NB_SHA256_BYTES];
    char hex[2 * NB_SHA256_BYTES + 1];
    nb_sha256(NB_LIT("abc"), digest); /* FIPS 180-4, example */
    nb_hex(nb_slice(digest, sizeof(digest)), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(nb_hash64(NB_LIT("a")) == 0xaf63dc4c8601ec8cu); /* FNV-1a test suite */
}

static void identities_of_parts_do_not_run_together_and_do_not_depend_on_length(void **state)
{
    (void)state;
    struct nb_id a = nb_id_of((const struct nb_slice[]){NB_LIT("ab"), NB_LIT("c")}, 2);
    struct nb_id b = nb_id_of((const struct nb_slice[]){NB_LIT("a"), NB_LIT("bc")}, 2);
    assert_memory_not_equal(&a, &b, sizeof(a));
    /* short parts are hashed at once, long ones streamed: both are the same function */
    static char text[5000];
    memset(text, 'x', sizeof(text));
    for (size_t n = 990; n < 1040; n++) {
        uint8_t want[NB_SHA256_BYTES];
        /* length, part, length, part */
        uint8_t laid[8 + 1 + 8 + 5000] = {0, 0, 0, 0, 0, 0, 0, 1, 'k'};
        laid[15] = (uint8_t)(n >> 8);
        laid[16] = (uint8_t)n;
        memcpy(laid + 17, text, n);
        nb_sha256(nb_slice(laid, 17 + n), want);
        struct nb_id got = nb_id_of((const struct nb_slice[]){NB_LIT("k"), nb_slice(text, n)}, 2);
        assert_memory_equal(got.b, want, NB_ID_BYTES);
    }
}

static void hexadecimal_goes_both_ways(void **state)
{
    (void)state;
    uint8_t out[3];
    char hex[7];
    assert_int_equal(nb_unhex(NB_LIT("00fFa5"), out, 3), NB_OK);
    nb_hex(nb_slice(out, 3), hex);
    assert_string_equal(hex, "00ffa5");
    assert_int_equal(nb_unhex(NB_LIT("00ff"), out, 3), NB_EINVAL);
    assert_int_equal(nb_unhex(NB_LIT("00ffg5"), out, 3), NB_EINVAL);
}

static void push_five(void *arg)
{
    static int items[5];
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(nb_queue_push(arg, &items[i]), NB_OK);
    }
}

static void a_reader_of_many_sleeps_until_there_are_many(void **state)
{
    (void)state;
    struct nb_queue *queue = nb_queue_new(8);
    void *items[4];
    size_t n = 7;
    struct nb_thread thread;
    assert_int_equal(nb_queue_pop_many(queue, 3, 0, items, 4, &n), NB_ETIMEOUT);
    assert_int_equal(n, 0);
    assert_int_equal(nb_thread_start(&thread, "push", push_five, queue), NB_OK);
    assert_int_equal(nb_queue_pop_many(queue, 5, -1, items, 4, &n), NB_OK);
    assert_int_equal(n, 4);
    nb_thread_join(&thread);
    /* fewer when the time is over, or when it is closed */
    assert_int_equal(nb_queue_pop_many(queue, 2, 1, items, 4, &n), NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(nb_queue_push(queue, queue), NB_OK);
    nb_queue_close(queue);
    assert_int_equal(nb_queue_pop_many(queue, 8, -1, items, 4, &n), NB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(nb_queue_pop_many(queue, 8, -1, items, 4, &n), NB_ECLOSED);
    nb_queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_of_many_sleeps_until_there_are_many),
        cmocka_unit_test(every_item_passes_a_queue_once_with_many_on_both_sides),
        cmocka_unit_test(a_queue_keeps_order_refuses_when_full_and_empties_after_closing),
        cmocka_unit_test(a_settable_clock_moves_only_when_set_and_wakes_its_waiters),
        cmocka_unit_test(a_wake_ends_a_wait_on_either_clock),
        cmocka_unit_test(hashes_match_published_values),
        cmocka_unit_test(identities_of_parts_do_not_run_together_and_do_not_depend_on_length),
        cmocka_unit_test(hexadecimal_goes_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
