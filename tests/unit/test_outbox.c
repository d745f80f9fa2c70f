#include "tests/lib/test.h"

#include "service/deliver/outbox.h"

#define MAX_BYTES 100000

/* A desk, and what a write into it does. */
struct desk {
    char *dir;
    struct nb_store *store;
    struct nb_arena *arena;
};

typedef enum nb_err step_fn(struct nb_txn *txn, struct desk *d, void *arg);

struct step {
    struct desk *desk;
    step_fn *fn;
    void *arg;
};

static enum nb_err run_step(struct nb_txn *txn, void *arg)
{
    struct step *step = arg;
    return step->fn(txn, step->desk, step->arg);
}

static void open_desk(struct desk *d)
{
    const struct nb_store_options options = {.map_bytes = 1u << 22, .max_bytes = 1u << 28};
    *d = (struct desk){.dir = nbt_tmpdir(), .arena = nb_arena_new(64u << 20)};
    assert_int_equal(nb_store_open(d->dir, NB_STORE_DESK, &options, &d->store, NULL), NB_OK);
}

static void close_desk(struct desk *d)
{
    nb_store_close(d->store);
    nb_arena_free(d->arena);
    nbt_rmdir(d->dir);
}

static enum nb_err in_desk(struct desk *d, step_fn *fn, void *arg)
{
    return nb_store_write(d->store, run_step, &(struct step){d, fn, arg}, NULL);
}

struct adding {
    const char *recipient, *key;
    size_t bytes;
    int64_t now_ms;
    bool added;
    bool fail;
};

static enum nb_err add_one(struct nb_txn *txn, struct desk *d, void *arg)
{
    static char body[MAX_BYTES];
    struct adding *a = arg;
    const struct nb_message message = {.recipient = nb_slice_str(a->recipient),
                                       .key = nb_slice_str(a->key),
                                       .thread = NB_LIT("incident/1"),
                                       .subject = NB_LIT("acme opened"),
                                       .form = NB__DELIVERY__FORM__WEBHOOK,
                                       .body = nb_slice(body, a->bytes)};
    memset(body, 'x', sizeof(body));
    enum nb_err err = nb_outbox_add(txn, &message, MAX_BYTES, a->now_ms, d->arena, &a->added);
    return err == NB_OK && a->fail ? NB_EIO : err;
}

static bool add(struct desk *d, const char *recipient, const char *key, size_t bytes,
                int64_t now_ms)
{
    struct adding a = {.recipient = recipient, .key = key, .bytes = bytes, .now_ms = now_ms};
    assert_int_equal(in_desk(d, add_one, &a), NB_OK);
    return a.added;
}

struct noting {
    uint64_t number;
    struct nb_outbox_attempt attempt;
};

static enum nb_err note_one(struct nb_txn *txn, struct desk *d, void *arg)
{
    struct noting *n = arg;
    return nb_outbox_note(txn, n->number, &n->attempt, d->arena);
}

static void note(struct desk *d, uint64_t number, Nb__Delivery__State state, uint32_t status,
                 bool is_gone)
{
    struct noting n = {number,
                       {.state = state,
                        .at_ms = 5000,
                        .now_ms = 6000,
                        .next_ms = 9000,
                        .status = status,
                        .failure = state == NB__DELIVERY__STATE__SENT ? NULL : "no",
                        .is_gone = is_gone}};
    assert_int_equal(in_desk(d, note_one, &n), NB_OK);
}

struct looking {
    uint64_t waiting_n;
    uint64_t bytes;
    struct nb_recipient_state *a;
    struct nb_delivery *first;
    bool has_body;
};

/* What there is now; the records live in the desk's arena. */
static struct looking look(struct desk *d, uint64_t first)
{
    struct looking l = {0};
    struct nb_txn *txn;
    struct nb_slice body;
    uint64_t number = 0;
    struct nb_delivery *each;
    assert_int_equal(nb_read_begin(d->store, &txn, NULL), NB_OK);
    while (nb_outbox_next(txn, number, d->arena, &number, &each) == NB_OK) {
        l.waiting_n++;
    }
    l.bytes = nb_outbox_bytes(txn);
    assert_int_equal(nb_outbox_recipient(txn, NB_LIT("a"), d->arena, &l.a), NB_OK);
    assert_int_equal(nb_outbox_get(txn, first, d->arena, &l.first), NB_OK);
    l.has_body = nb_outbox_body(txn, first, d->arena, &body) == NB_OK;
    nb_read_end(txn);
    return l;
}

static void a_message_is_added_once(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    assert_true(add(&d, "a", "digest/acme/2026-11-21", 100, 1000));
    assert_false(add(&d, "a", "digest/acme/2026-11-21", 200, 2000));
    assert_true(add(&d, "b", "digest/acme/2026-11-21", 100, 2000));
    assert_true(add(&d, "a", "digest/acme/2026-11-22", 100, 2000));
    struct looking l = look(&d, 1);
    assert_int_equal(l.waiting_n, 3);
    assert_int_equal(l.bytes, 300);
    assert_int_equal(l.a->waiting_n, 2);
    assert_int_equal(l.a->waiting_bytes, 200);
    note(&d, 1, NB__DELIVERY__STATE__SENT, 204, false);
    assert_false(add(&d, "a", "digest/acme/2026-11-21", 100, 3000)); /* also when it was sent */
    l = look(&d, 1);
    assert_int_equal(l.waiting_n, 2);
    assert_int_equal(l.bytes, 200);
    assert_false(l.has_body);
    assert_int_equal(l.first->state, NB__DELIVERY__STATE__SENT);
    assert_int_equal(l.first->attempts[0]->took_ms, 1000);
    assert_int_equal(l.a->sent_ms, 6000);
    close_desk(&d);
}

static void a_transaction_that_fails_adds_nothing(void **state)
{
    (void)state;
    struct desk d;
    struct adding a = {.recipient = "a", .key = "k", .bytes = 10, .now_ms = 1, .fail = true};
    open_desk(&d);
    assert_int_equal(in_desk(&d, add_one, &a), NB_EIO);
    assert_true(add(&d, "a", "k", 10, 1));
    assert_int_equal(look(&d, 1).waiting_n, 1);
    close_desk(&d);
}

static void names_and_keys_have_a_form(void **state)
{
    (void)state;
    static char longer[NB_OUTBOX_KEY_BYTES + 2];
    static const struct {
        const char *recipient, *key;
    } rows[] = {{"", "k"}, {"a", ""}, {"a", longer}, {longer, "k"}, {"a", "\xff"}};
    struct desk d;
    memset(longer, 'k', sizeof(longer) - 1);
    open_desk(&d);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct adding a = {.recipient = rows[i].recipient, .key = rows[i].key, .now_ms = 1};
        assert_int_equal(in_desk(&d, add_one, &a), NB_EINVAL);
    }
    close_desk(&d);
}

static void a_failure_is_noted_and_tried_later(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    assert_true(add(&d, "a", "k", 10, 1000));
    for (int i = 0; i < NB_OUTBOX_ATTEMPTS + 5; i++) {
        note(&d, 1, NB__DELIVERY__STATE__WAITING, 500, false);
    }
    struct looking l = look(&d, 1);
    assert_int_equal(l.waiting_n, 1);
    assert_true(l.has_body);
    assert_int_equal(l.first->next_ms, 9000);
    assert_int_equal(l.first->attempts_n, NB_OUTBOX_ATTEMPTS + 5);
    assert_int_equal(l.first->n_attempts, NB_OUTBOX_ATTEMPTS);
    assert_int_equal(l.first->attempts[0]->status, 500);
    assert_int_equal(l.a->failures_n, NB_OUTBOX_ATTEMPTS + 5);
    close_desk(&d);
}

struct retrying {
    uint64_t number;
    uint64_t retried;
};

static enum nb_err retry_one(struct nb_txn *txn, struct desk *d, void *arg)
{
    struct retrying *r = arg;
    return nb_outbox_retry(txn, r->number, NB_LIT("a"), 7000, d->arena, &r->retried);
}

static void what_is_given_up_can_be_tried_again(void **state)
{
    (void)state;
    struct desk d;
    struct retrying all = {0};
    struct retrying one = {.number = 2};
    open_desk(&d);
    assert_true(add(&d, "a", "k1", 10, 1000));
    assert_true(add(&d, "a", "k2", 10, 1000));
    assert_true(add(&d, "b", "k3", 10, 1000));
    note(&d, 1, NB__DELIVERY__STATE__DEAD, 500, false);
    note(&d, 2, NB__DELIVERY__STATE__DEAD, 500, false);
    note(&d, 3, NB__DELIVERY__STATE__DEAD, 500, false);
    assert_int_equal(look(&d, 1).waiting_n, 0);
    assert_int_equal(in_desk(&d, retry_one, &one), NB_OK);
    assert_int_equal(one.retried, 1);
    struct looking l = look(&d, 2);
    assert_int_equal(l.waiting_n, 1);
    assert_int_equal(l.first->attempts_n, 0);
    assert_int_equal(l.first->next_ms, 7000);
    assert_int_equal(in_desk(&d, retry_one, &all), NB_OK);
    assert_int_equal(all.retried, 1); /* of its recipient, and only what does not wait already */
    assert_int_equal(look(&d, 1).a->waiting_n, 2);
    assert_int_equal(look(&d, 1).bytes, 30);
    close_desk(&d);
}

static void who_is_gone_is_left_alone_until_asked_for(void **state)
{
    (void)state;
    struct desk d;
    struct retrying all = {0};
    open_desk(&d);
    assert_true(add(&d, "a", "k1", 10, 1000));
    assert_true(add(&d, "a", "k2", 10, 1000));
    assert_true(add(&d, "b", "k3", 10, 1000));
    note(&d, 1, NB__DELIVERY__STATE__DEAD, 410, true);
    struct looking l = look(&d, 2);
    assert_int_equal(l.waiting_n, 1);
    assert_int_equal(l.a->waiting_n, 0);
    assert_true(l.a->has_gone_ms);
    assert_int_equal(l.first->state, NB__DELIVERY__STATE__DEAD);
    assert_true(add(&d, "a", "k4", 10, 2000));
    l = look(&d, 4);
    assert_int_equal(l.first->state, NB__DELIVERY__STATE__DEAD);
    assert_true(l.has_body);
    assert_int_equal(in_desk(&d, retry_one, &all), NB_OK);
    assert_int_equal(all.retried, 3);
    l = look(&d, 4);
    assert_false(l.a->has_gone_ms);
    assert_int_equal(l.waiting_n, 4);
    close_desk(&d);
}

static void a_full_queue_is_told_and_holds_up_nobody_else(void **state)
{
    (void)state;
    struct desk d;
    char key[16];
    open_desk(&d);
    for (int i = 0; i < 4; i++) { /* a quarter for one */
        (void)snprintf(key, sizeof(key), "k%d", i);
        assert_true(add(&d, "a", key, 10000, 1000));
    }
    struct looking l = look(&d, 3);
    assert_int_equal(l.waiting_n, 2);
    assert_int_equal(l.first->state, NB__DELIVERY__STATE__DEAD);
    assert_non_null(strstr(l.first->attempts[0]->failure, "queue_max"));
    assert_false(l.has_body);
    assert_true(add(&d, "b", "k", 20000, 1000));
    assert_int_equal(look(&d, 5).first->state, NB__DELIVERY__STATE__WAITING);
    /* what was given up makes room for what waits */
    note(&d, 1, NB__DELIVERY__STATE__DEAD, 500, false);
    assert_true(look(&d, 1).has_body);
    assert_true(add(&d, "c", "k", 25000, 1000));
    assert_true(add(&d, "d", "k", 25000, 1000));
    assert_true(add(&d, "e", "k", 20000, 1000));
    assert_int_equal(look(&d, 8).first->state, NB__DELIVERY__STATE__WAITING);
    assert_false(look(&d, 1).has_body);
    assert_true(look(&d, 1).bytes <= MAX_BYTES);
    assert_true(add(&d, "f", "k", 20000, 1000));
    assert_int_equal(look(&d, 9).first->state, NB__DELIVERY__STATE__DEAD);
    close_desk(&d);
}

enum { SENT_N = 10100 };

static enum nb_err send_many(struct nb_txn *txn, struct desk *d, void *arg)
{
    enum nb_err err = NB_OK;
    char key[16];
    (void)arg;
    for (uint64_t i = 1; i <= SENT_N && err == NB_OK; i++) {
        struct adding a = {.recipient = "a", .key = key, .bytes = 1, .now_ms = 1000};
        struct noting n = {i, {.state = NB__DELIVERY__STATE__SENT, .status = 200}};
        (void)snprintf(key, sizeof(key), "k%d", (int)i);
        err = add_one(txn, d, &a);
        err = err == NB_OK ? note_one(txn, d, &n) : err;
        nb_arena_reset(d->arena);
    }
    return err;
}

/* However much was sent before, room is made of what was given up. */
static void what_was_given_up_long_ago_makes_room(void **state)
{
    (void)state;
    struct desk d;
    char key[16];
    open_desk(&d);
    assert_int_equal(in_desk(&d, send_many, NULL), NB_OK);
    for (uint64_t i = SENT_N + 1; i <= SENT_N + 5; i++) {
        (void)snprintf(key, sizeof(key), "k%d", (int)i);
        assert_true(add(&d, "a", key, 20000, 1000));
        note(&d, i, NB__DELIVERY__STATE__DEAD, 500, false);
    }
    assert_true(add(&d, "a", "new", 20000, 1000));
    assert_int_equal(look(&d, SENT_N + 6).first->state, NB__DELIVERY__STATE__WAITING);
    assert_false(look(&d, SENT_N + 1).has_body);
    close_desk(&d);
}

static enum nb_err hold_one(struct nb_txn *txn, struct desk *d, void *arg)
{
    const struct nb_message message = {.recipient = NB_LIT("a"),
                                       .key = NB_LIT("held"),
                                       .thread = NB_LIT("incident/1"),
                                       .subject = NB_LIT("acme opened"),
                                       .form = NB__DELIVERY__FORM__WEBHOOK,
                                       .body = NB_LIT("{}"),
                                       .not_before_ms = 9000};
    (void)d;
    return nb_outbox_add(txn, &message, MAX_BYTES, 1000, arg, NULL);
}

static void a_long_queue_takes_no_memory_of_who_adds_to_it(void **state)
{
    (void)state;
    struct desk d;
    char key[16];
    struct nb_arena *little = nb_arena_new(64 << 10);
    open_desk(&d);
    for (int i = 0; i < 500; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        assert_true(add(&d, "a", key, 1, 1000));
    }
    assert_int_equal(in_desk(&d, hold_one, little), NB_OK);
    assert_int_equal(look(&d, 501).first->state, NB__DELIVERY__STATE__WAITING);
    nb_arena_free(little);
    close_desk(&d);
}

static enum nb_err forget_some(struct nb_txn *txn, struct desk *d, void *arg)
{
    return nb_outbox_forget(txn, 2000, 100, d->arena, arg);
}

static void what_is_old_is_forgotten_but_not_what_waits(void **state)
{
    (void)state;
    struct desk d;
    size_t forgotten = 0;
    open_desk(&d);
    assert_true(add(&d, "a", "k1", 10, 1000));
    assert_true(add(&d, "a", "k2", 10, 1000));
    assert_true(add(&d, "a", "k3", 10, 1000));
    assert_true(add(&d, "a", "k4", 10, 3000));
    note(&d, 1, NB__DELIVERY__STATE__SENT, 200, false);
    note(&d, 3, NB__DELIVERY__STATE__DEAD, 500, false);
    note(&d, 4, NB__DELIVERY__STATE__SENT, 200, false);
    assert_int_equal(in_desk(&d, forget_some, &forgotten), NB_OK);
    assert_int_equal(forgotten, 2);
    struct looking l = look(&d, 2);
    assert_int_equal(l.waiting_n, 1);
    assert_int_equal(l.bytes, 10);
    assert_int_equal(look(&d, 4).first->state, NB__DELIVERY__STATE__SENT);
    assert_true(add(&d, "a", "k1", 10, 4000)); /* a new message, so long after */
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_added_once),
        cmocka_unit_test(a_transaction_that_fails_adds_nothing),
        cmocka_unit_test(names_and_keys_have_a_form),
        cmocka_unit_test(a_failure_is_noted_and_tried_later),
        cmocka_unit_test(what_is_given_up_can_be_tried_again),
        cmocka_unit_test(who_is_gone_is_left_alone_until_asked_for),
        cmocka_unit_test(a_full_queue_is_told_and_holds_up_nobody_else),
        cmocka_unit_test(what_was_given_up_long_ago_makes_room),
        cmocka_unit_test(a_long_queue_takes_no_memory_of_who_adds_to_it),
        cmocka_unit_test(what_is_old_is_forgotten_but_not_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
