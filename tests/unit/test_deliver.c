/*
 * Delivery as a whole: serving runs in a child that is killed at will, receivers that behave badly
 * run here, and the clock is played, so that days of waiting pass in seconds. Every change of an
 * incident takes effect exactly once.
 */
#include "tests/lib/test.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curl/curl.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/incident.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#include "service/deliver/outbox.h"
#include "service/serve.h"
#include "tests/lib/receiver.h"

#define BEGIN_MS 1795352400000
#define DEADLINE_MS 90000

static const char secret_text[] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

struct world {
    char *dir;
    struct nb_clock *clock;
    struct nb_store *analysis;
    struct nb_arena *arena;
    uint64_t changes_n;
    pid_t pid;
    int commands; /* its end stops the child */
};

static void must(enum nb_err err, const struct nb_error *error)
{
    if (err != NB_OK) {
        fail_msg("%s: %s", nb_strerror(err), nb_error_text(error));
    }
}

static void open_world(struct world *w)
{
    struct nb_error error = {0};
    const struct nb_store_options options = {.map_bytes = 1u << 22, .max_bytes = 1u << 28};
    *w = (struct world){.dir = nbt_tmpdir(), .arena = nb_arena_new(64u << 20), .commands = -1};
    char *path = nbt_path(w->dir, "clock");
    must(nb_clock_open(path, &w->clock, &error), &error);
    free(path);
    nb_clock_set(w->clock, BEGIN_MS);
    must(nb_store_open(w->dir, NB_STORE_ANALYSIS, &options, &w->analysis, &error), &error);
    path = nbt_path(w->dir, "secret");
    nbt_write_file(path, nb_slice_str(secret_text));
    assert_int_equal(chmod(path, 0600), 0);
    free(path);
}

static void close_world(struct world *w)
{
    nb_store_close(w->analysis);
    nb_clock_close(w->clock);
    nb_arena_free(w->arena);
    nbt_rmdir(w->dir);
}

static void write_recipients(struct world *w, const char *text)
{
    char *path = nbt_path(w->dir, "recipients.conf");
    nbt_write_file(path, nb_slice_str(text));
    free(path);
}

/* One recipient; in the arena. */
static char *recipient(struct world *w, const char *name, int port, const char *more)
{
    return nb_arena_printf(w->arena,
                           "%s { webhook = \"http://127.0.0.1:%d/hook\"; secret_file = secret;"
                           " private = on; %s }\n",
                           name, port, more);
}

/* ---- incidents ---- */

struct happening {
    struct world *w;
    size_t incidents_n;
    int64_t at_ms;
};

/* Each incident opens, escalates and closes. */
static enum nb_err write_changes(struct nb_txn *txn, void *arg)
{
    struct happening *h = arg;
    static char topic[] = "acme";
    for (size_t i = 0; i < h->incidents_n * 3; i++) {
        uint8_t key[8];
        struct nb_slice bytes;
        uint64_t number = h->w->changes_n + i + 1;
        struct nb_incident_change *change = nb_incident_change_new(h->w->arena);
        assert_non_null(change);
        change->has_incident = change->has_ordinal = change->has_what = change->has_at_ms = 1;
        change->has_severity = change->has_form = 1;
        change->incident = (number - 1) / 3 + 1;
        change->ordinal = (uint32_t)((number - 1) % 3) + 1;
        change->what = change->ordinal == 1   ? NB__INCIDENT_CHANGE__WHAT__OPENED
                       : change->ordinal == 2 ? NB__INCIDENT_CHANGE__WHAT__ESCALATED
                                              : NB__INCIDENT_CHANGE__WHAT__CLOSED;
        change->at_ms = h->at_ms + (int64_t)i; /* one after the other */
        change->severity = 5;
        change->topic = topic;
        change->form = NB__INCIDENT__FORM__SPIKE;
        nb_key_u64(number, key);
        enum nb_err err = nb_incident_change_encode(change, h->w->arena, &bytes);
        if (err != NB_OK) {
            return err;
        }
        nb_put(txn, NB_TBL_INCIDENT_CHANGE, nb_slice(key, sizeof(key)), bytes);
    }
    return NB_OK;
}

static void happen_at(struct world *w, size_t incidents_n, int64_t at_ms)
{
    struct nb_error error = {0};
    struct happening h = {w, incidents_n, at_ms};
    must(nb_store_write(w->analysis, write_changes, &h, &error), &error);
    w->changes_n += incidents_n * 3;
}

static void happen(struct world *w, size_t incidents_n)
{
    happen_at(w, incidents_n, nb_clock_now_ms(w->clock));
}

/* ---- serving ---- */

/* What a child is: serving, until the end of its stdin. */
static int serve(const char *dir)
{
    struct nb_error error = {0};
    struct nb_config *config = NULL;
    struct nb_clock *clock = NULL;
    struct nb_serve *serving = NULL;
    char sets[3][4300];
    char byte;
    const char *list[] = {sets[0],         sets[1],
                          sets[2],         "data.templates=config/templates",
                          "serve.listen=", "deliver.timeout=1s",
                          "store.map=1m"};
    (void)snprintf(sets[0], sizeof(sets[0]), "data.dir=%s", dir);
    (void)snprintf(sets[1], sizeof(sets[1]), "data.recipients=%s/recipients.conf", dir);
    (void)snprintf(sets[2], sizeof(sets[2]), "clock.file=%s/clock", dir);
    if (nb_config_load(NULL, list, sizeof(list) / sizeof(list[0]), &config, &error) != NB_OK ||
        nb_clock_open(nb_config_str(config, NB_CFG_CLOCK_FILE), &clock, &error) != NB_OK ||
        nb_serve_start(config, clock, &serving, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        return 9;
    }
    while (read(STDIN_FILENO, &byte, 1) == 1) {
    }
    enum nb_err err = nb_serve_stop(serving, &error);
    nb_clock_close(clock);
    nb_config_free(config);
    return err == NB_OK ? 0 : 8;
}

static void start_serving(struct world *w)
{
    int commands[2];
    assert_int_equal(pipe(commands), 0);
    w->pid = fork();
    assert_true(w->pid >= 0);
    if (w->pid == 0) { /* a program of its own: the receivers' threads are not in it */
        (void)close(commands[1]);
        (void)dup2(commands[0], STDIN_FILENO);
        (void)execl("/proc/self/exe", "test_deliver", "serve", w->dir, (char *)NULL);
        _exit(7);
    }
    (void)close(commands[0]);
    w->commands = commands[1];
}

static void stop_serving(struct world *w, bool kill_it)
{
    int status = 0;
    if (kill_it) {
        assert_int_equal(kill(w->pid, SIGKILL), 0);
    }
    (void)close(w->commands);
    assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
    if (!kill_it) {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

/* Let time pass until a condition holds; each step is worth more than the last waits. */
static void play_until(struct world *w, bool (*condition)(struct world *, void *), void *arg,
                       int64_t step_ms)
{
    int64_t until = nb_mono_ms() + DEADLINE_MS;
    while (!condition(w, arg)) {
        if (nb_mono_ms() > until) {
            fail_msg("it took too long");
        }
        nb_clock_set(w->clock, nb_clock_now_ms(w->clock) + step_ms);
        (void)poll(NULL, 0, 20);
    }
}

/* ---- the desk, as commands see it ---- */

struct desk_counts {
    size_t waiting_n, sent_n, dead_n;
};

static struct desk_counts count_desk(struct world *w)
{
    struct desk_counts counts = {0};
    struct nb_store *desk = NULL;
    struct nb_txn *txn;
    struct nb_delivery *d;
    uint64_t number = 0;
    const struct nb_store_options reading = {.read_only = true};
    if (nb_store_open(w->dir, NB_STORE_DESK, &reading, &desk, NULL) != NB_OK) {
        return counts;
    }
    struct nb_arena *arena = nb_arena_new(16u << 20);
    assert_int_equal(nb_read_begin(desk, &txn, NULL), NB_OK);
    while (nb_outbox_next(txn, number, arena, &number, &d) == NB_OK) {
        counts.waiting_n++;
    }
    number = UINT64_MAX;
    while (nb_outbox_done(txn, number, arena, &number, &d) == NB_OK) {
        bool is_sent = d->state == NB__DELIVERY__STATE__SENT;
        counts.sent_n += is_sent;
        counts.dead_n += !is_sent;
    }
    nb_read_end(txn);
    nb_store_close(desk);
    nb_arena_free(arena);
    return counts;
}

static bool all_sent(struct world *w, void *arg)
{
    struct desk_counts counts = count_desk(w);
    return counts.sent_n >= *(const size_t *)arg;
}

/* ---- tests ---- */

static void every_alert_takes_effect_exactly_once(void **state)
{
    (void)state;
    enum { INCIDENTS = 4, ROUNDS = 5, CHANGES = INCIDENTS * ROUNDS * 3 };
    struct world w;
    struct nb_secret secret;
    assert_null(nb_secret_read(nb_slice_str(secret_text), &secret));
    open_world(&w);
    struct nbt_receiver *chaotic = nbt_receiver_start(NBT_CHAOTIC, &secret, 1);
    struct nbt_receiver *second = nbt_receiver_start(NBT_CHAOTIC, &secret, 2);
    struct nbt_receiver *hanging = nbt_receiver_start(NBT_HANGING, NULL, 3);
    struct nbt_receiver *closed = nbt_receiver_start(NBT_GOOD, NULL, 4);
    int nobody = nbt_receiver_port(closed);
    nbt_receiver_stop(closed);
    write_recipients(&w, nb_arena_printf(w.arena, "%s%s%s%s",
                                         recipient(&w, "a", nbt_receiver_port(chaotic), ""),
                                         recipient(&w, "b", nbt_receiver_port(second), ""),
                                         recipient(&w, "hanging", nbt_receiver_port(hanging), ""),
                                         recipient(&w, "nobody", nobody, "")));
    for (size_t i = 0; i < ROUNDS; i++) { /* killed in the midst, whatever it does */
        size_t some = CHANGES / ROUNDS * (i + 1);
        start_serving(&w);
        happen(&w, INCIDENTS);
        play_until(&w, all_sent, &some, 20000);
        stop_serving(&w, true);
    }
    start_serving(&w);
    size_t all = 2 * (size_t)CHANGES;
    play_until(&w, all_sent, &all, 60000);
    stop_serving(&w, false);
    struct nbt_receiver *const good[] = {chaotic, second};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(nbt_receiver_ids(good[i]), CHANGES);
        assert_int_equal(nbt_receiver_effects(good[i]), CHANGES);
        assert_int_equal(nbt_receiver_wrong(good[i]), 0);
        assert_int_equal(nbt_receiver_disorder(good[i]), 0);
        assert_true(nbt_receiver_refusals(good[i]) > CHANGES / 4);
    }
    struct desk_counts counts = count_desk(&w);
    assert_int_equal(counts.sent_n, all); /* of those who take messages, while the others fail */
    assert_int_equal(counts.waiting_n + counts.dead_n, all);
    assert_true(nbt_receiver_requests(hanging) > 0);
    nbt_receiver_stop(chaotic);
    nbt_receiver_stop(second);
    nbt_receiver_stop(hanging);
    close_world(&w);
}

static bool all_dead(struct world *w, void *arg)
{
    return count_desk(w).dead_n >= *(const size_t *)arg;
}

static void what_nobody_takes_is_given_up_after_days(void **state)
{
    (void)state;
    struct world w;
    size_t three = 3;
    open_world(&w);
    struct nbt_receiver *closed = nbt_receiver_start(NBT_GOOD, NULL, 4);
    int nobody = nbt_receiver_port(closed);
    nbt_receiver_stop(closed);
    write_recipients(&w, recipient(&w, "nobody", nobody, ""));
    start_serving(&w);
    happen(&w, 1);
    play_until(&w, all_dead, &three, 1800000);
    assert_true(nb_clock_now_ms(w.clock) - BEGIN_MS > 3 * 86400000LL);
    stop_serving(&w, false);
    assert_int_equal(count_desk(&w).waiting_n, 0);
    close_world(&w);
}

static void who_says_gone_is_asked_once(void **state)
{
    (void)state;
    struct world w;
    size_t three = 3;
    size_t six = 6;
    open_world(&w);
    struct nbt_receiver *gone = nbt_receiver_start(NBT_FULL, NULL, 1);
    write_recipients(&w, recipient(&w, "gone", nbt_receiver_port(gone), ""));
    start_serving(&w);
    happen(&w, 1);
    play_until(&w, all_dead, &three, 1000);
    happen(&w, 1);
    play_until(&w, all_dead, &six, 1000);
    assert_int_equal(nbt_receiver_requests(gone), 1);
    stop_serving(&w, false);
    nbt_receiver_stop(gone);
    close_world(&w);
}

static enum nb_err forget_changes(struct nb_txn *txn, void *arg)
{
    const struct world *w = arg;
    for (uint64_t i = 1; i <= w->changes_n; i++) {
        uint8_t key[8];
        nb_key_u64(i, key);
        nb_del(txn, NB_TBL_INCIDENT_CHANGE, nb_slice(key, sizeof(key)));
    }
    return NB_OK;
}

static void an_analysis_made_anew_sends_nothing_twice(void **state)
{
    (void)state;
    struct world w;
    size_t six = 6;
    size_t nine = 9;
    open_world(&w);
    struct nbt_receiver *good = nbt_receiver_start(NBT_GOOD, NULL, 1);
    write_recipients(&w, recipient(&w, "a", nbt_receiver_port(good), ""));
    start_serving(&w);
    happen(&w, 2);
    play_until(&w, all_sent, &six, 1000);
    assert_int_equal(nb_store_write(w.analysis, forget_changes, &w, NULL), NB_OK);
    w.changes_n = 0;
    happen(&w, 1); /* on the way there */
    happen(&w, 2);
    play_until(&w, all_sent, &nine, 1000);
    stop_serving(&w, false);
    assert_int_equal(nbt_receiver_requests(good), 9);
    assert_int_equal(nbt_receiver_ids(good), 9);
    nbt_receiver_stop(good);
    close_world(&w);
}

static void what_is_not_wanted_or_too_old_is_not_sent(void **state)
{
    (void)state;
    struct world w;
    size_t one = 1;
    open_world(&w);
    struct nbt_receiver *good = nbt_receiver_start(NBT_GOOD, NULL, 1);
    int port = nbt_receiver_port(good);
    write_recipients(&w, nb_arena_printf(w.arena, "%s%s%s%s",
                                         recipient(&w, "opened", port, "changes = opened"),
                                         recipient(&w, "other", port, "topics = \"other\""),
                                         recipient(&w, "severe", port, "min_severity = 6"),
                                         recipient(&w, "none", port, "alerts = off")));
    start_serving(&w);
    happen(&w, 1);
    play_until(&w, all_sent, &one, 1000);
    nb_clock_set(w.clock, BEGIN_MS + 2 * 86400000LL);
    happen_at(&w, 1, BEGIN_MS); /* two days ago */
    stop_serving(&w, false);
    start_serving(&w);
    stop_serving(&w, false);
    assert_int_equal(nbt_receiver_requests(good), 1);
    assert_int_equal(count_desk(&w).waiting_n, 0);
    nbt_receiver_stop(good);
    close_world(&w);
}

static void a_private_address_is_refused_unless_allowed(void **state)
{
    (void)state;
    struct world w;
    size_t three = 3;
    open_world(&w);
    struct nbt_receiver *good = nbt_receiver_start(NBT_GOOD, NULL, 1);
    write_recipients(&w, nb_arena_printf(w.arena,
                                         "a { webhook = \"https://127.0.0.1:%d/\"; "
                                         "secret_file = secret }\n",
                                         nbt_receiver_port(good)));
    start_serving(&w);
    happen(&w, 1);
    play_until(&w, all_dead, &three, 3600000);
    stop_serving(&w, false);
    assert_int_equal(nbt_receiver_requests(good), 0);
    nbt_receiver_stop(good);
    close_world(&w);
}

static int set_up(void **state)
{
    (void)state;
    return curl_global_init(CURL_GLOBAL_DEFAULT) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    curl_global_cleanup();
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "serve") == 0) {
        int code = curl_global_init(CURL_GLOBAL_DEFAULT) == 0 ? serve(argv[2]) : 6;
        curl_global_cleanup();
        return code;
    }

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_alert_takes_effect_exactly_once),
        cmocka_unit_test(what_nobody_takes_is_given_up_after_days),
        cmocka_unit_test(who_says_gone_is_asked_once),
        cmocka_unit_test(an_analysis_made_anew_sends_nothing_twice),
        cmocka_unit_test(what_is_not_wanted_or_too_old_is_not_sent),
        cmocka_unit_test(a_private_address_is_refused_unless_allowed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
