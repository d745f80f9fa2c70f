/*
 * nabiz deliver: who is sent what, what waits, what could not be sent. It reads the desk; what it
 * changes it asks the serving process to do, by an errand.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/hash.h>
#include <nabiz/wake.h>

#include "service/commands.h"
#include "service/deliver/errand.h"
#include "service/deliver/sign.h"
#include "service/deliver_print.h"
#include "service/status.h"

enum { ARENA_BYTES = 512 << 20, OUT_BYTES = 64 << 20, WAIT_S = 30, LOOK_MS = 200 };

struct work {
    struct nb_args *args;
    struct nb_config *config;
    struct nb_recipients *recipients;
    struct nb_store *desk; /* NULL: there is none yet */
    struct nb_arena *arena;
    struct nb_buf out;
    struct nb_error error;
    int code; /* exit code when nothing failed */
};

static enum nb_err load_recipients(struct work *w)
{
    bool allow_private = nb_config_int(w->config, NB_CFG_DELIVER_PRIVATE) != 0;
    const char *path = nb_config_str(w->config, NB_CFG_RECIPIENTS);
    enum nb_err err = nb_recipients_load(path, allow_private, &w->recipients, &w->error);
    return err == NB_ENOTFOUND && access(path, F_OK) != 0 ? NB_OK : err;
}

static enum nb_err open_desk(struct work *w)
{
    const struct nb_store_options options = {.read_only = true};
    enum nb_err err = nb_store_open(nb_config_str(w->config, NB_CFG_DATA_DIR), NB_STORE_DESK,
                                    &options, &w->desk, &w->error);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static bool is_serving(const struct work *w)
{
    struct nb_process_status all[NB_PROCESSES_N];
    bool is_alive = false;
    nb_status_read(w->config, all);
    for (size_t i = 0; i < NB_PROCESSES_N; i++) {
        is_alive = is_alive || (all[i].alive && strcmp(all[i].name, "serve") == 0);
    }
    return is_alive;
}

/* ---- looking ---- */

static enum nb_err view(struct work *w, const struct nb_deliver_filter *filter, const char *nothing)
{
    struct nb_txn *txn = NULL;
    size_t shown = 0;
    const char *format = nb_args_get(w->args, "format");
    enum nb_err err = w->desk ? nb_read_begin(w->desk, &txn, &w->error) : NB_OK;
    if (err != NB_OK) {
        return err;
    }
    const struct nb_deliver_view v = {.desk = txn,
                                      .arena = w->arena,
                                      .out = &w->out,
                                      .is_json = format && strcmp(format, "json") == 0,
                                      .utc_offset_min =
                                          (int32_t)nb_config_int(w->config, NB_CFG_UTC_OFFSET)};
    err = filter ? nb_deliver_print_messages(&v, filter, &shown)
                 : nb_deliver_print_recipients(&v, w->recipients, &shown);
    nb_read_end(txn);
    if (err == NB_OK && shown == 0) {
        fprintf(stderr, "nabiz deliver: %s\n", nothing);
        w->code = NB_EXIT_NOTHING;
    }
    return err;
}

static enum nb_err run_list(struct work *w)
{
    char nothing[4300];
    (void)snprintf(nothing, sizeof(nothing),
                   "there are no recipients; write some into %s, docs/delivery.md says how",
                   nb_config_str(w->config, NB_CFG_RECIPIENTS));
    return view(w, NULL, nothing);
}

static enum nb_err list_messages(struct work *w, bool is_waiting, bool only_dead,
                                 const char *nothing)
{
    int64_t limit = 0;
    struct nb_deliver_filter filter = {.is_waiting = is_waiting,
                                       .only_dead = only_dead,
                                       .recipient = nb_slice_str(nb_args_get(w->args, "recipient")),
                                       .incident = nb_slice_str(nb_args_get(w->args, "incident"))};
    if (!nb_args_int(w->args, "limit", 1, 1000000, 100, &limit)) {
        w->code = NB_EXIT_USAGE;
        return NB_OK;
    }
    filter.limit = (uint64_t)limit;
    return view(w, &filter, nothing);
}

static enum nb_err run_queue(struct work *w)
{
    return list_messages(w, true, false, "nothing waits to be sent");
}

static enum nb_err run_dead(struct work *w)
{
    return list_messages(w, false, true, "nothing was given up");
}

static enum nb_err run_log(struct work *w)
{
    return list_messages(w, false, false, "nothing was sent or given up");
}

/* ---- asking ---- */

/* What became of the message with an id so far. @return NULL while it waits for its first try */
static const struct nb_delivery *look(struct work *w, const struct nb_id *id)
{
    struct nb_txn *txn;
    struct nb_delivery *d = NULL;
    struct nb_slice number;
    if (!w->desk && open_desk(w) != NB_OK) {
        return NULL;
    }
    if (!w->desk || nb_read_begin(w->desk, &txn, NULL) != NB_OK) {
        return NULL;
    }
    if (nb_get(txn, NB_TBL_OUTBOX_ID, nb_slice(id->b, sizeof(id->b)), &number) != NB_OK ||
        number.len != 8 ||
        nb_outbox_get(txn, nb_key_to_u64((const uint8_t *)number.p), w->arena, &d) != NB_OK) {
        d = NULL;
    }
    nb_read_end(txn);
    return d && d->n_attempts > 0 ? d : NULL;
}

static enum nb_err wait_for(struct work *w, const struct nb_id *id, const char *name)
{
    int64_t until = nb_mono_ms() + WAIT_S * 1000;
    const struct nb_delivery *d = NULL;
    while (!(d = look(w, id)) && nb_mono_ms() < until) {
        struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
        if (w->desk) {
            nb_wake_wait(nb_store_wake(w->desk), nb_wake_seen(nb_store_wake(w->desk)), LOOK_MS);
        } else {
            (void)nanosleep(&pause, NULL);
        }
    }
    if (!d) {
        return nb_error_set(&w->error, NB_ETIMEOUT,
                            "%s has not answered within %d s; `nabiz deliver queue` shows how it "
                            "goes on, and who is new in the recipients file is known after a "
                            "reload (SIGHUP)",
                            name, WAIT_S);
    }
    const Nb__Delivery__Attempt *last = d->attempts[d->n_attempts - 1];
    if (d->state != NB__DELIVERY__STATE__SENT) {
        return nb_error_set(&w->error, NB_ENET, "%s did not take it: %s", name,
                            last->failure ? last->failure : "");
    }
    nb_buf_addf(&w->out, "%s took it after %u ms (answer %u)\n", name, (unsigned)last->took_ms,
                (unsigned)last->status);
    return NB_OK;
}

static enum nb_err unknown(struct work *w, const char *name)
{
    const char *names[NB_RECIPIENTS_MAX];
    size_t n = nb_recipients_n(w->recipients);
    for (size_t i = 0; i < n; i++) {
        names[i] = nb_recipients_get(w->recipients, i)->name;
    }
    const char *near = nb_suggest(nb_slice_str(name), names, n);
    return nb_error_set(&w->error, NB_EINVAL, "there is no recipient %.64s%s%s%s", name,
                        near ? "; did you mean " : "; `nabiz deliver list` shows those there are",
                        near ? near : "", near ? "?" : "");
}

static enum nb_err leave(struct work *w, const struct nb_errand *errand)
{
    enum nb_err err = nb_errand_leave(w->config, errand, w->arena, &w->error);
    if (err == NB_OK && !is_serving(w)) {
        nb_buf_add_str(&w->out, "nothing serves here; it is done when `nabiz run` or `nabiz serve` "
                                "does\n");
    }
    return err;
}

static enum nb_err run_test(struct work *w)
{
    uint8_t random[NB_ID_BYTES];
    char hex[NB_ID_HEX];
    const char *name = nb_args_word(w->args, 1);
    struct nb_errand *errand = nb_errand_new(w->arena);
    if (!nb_recipients_find(w->recipients, nb_slice_str(name))) {
        return unknown(w, name);
    }
    enum nb_err fit = nb_recipients_check(w->recipients, w->config, &w->error);
    if (fit != NB_OK &&
        nb_recipients_find(w->recipients, nb_slice_str(name))->form == NB__DELIVERY__FORM__MAIL) {
        return fit;
    }
    w->error = (struct nb_error){0};
    if (!errand || nb_random(random, sizeof(random)) != NB_OK) {
        return NB_ENOMEM;
    }
    nb_hex(nb_slice(random, sizeof(random)), hex);
    errand->has_what = 1;
    errand->what = NB__ERRAND__WHAT__TEST;
    errand->recipient = nb_arena_strdup(w->arena, nb_slice_str(name));
    errand->key = nb_arena_printf(w->arena, "test/%s", hex);
    if (!errand->recipient || !errand->key) {
        return NB_ENOMEM;
    }
    struct nb_id id = nb_outbox_id(nb_slice_str(name), nb_slice_str(errand->key));
    enum nb_err err = leave(w, errand);
    return err == NB_OK && is_serving(w) ? wait_for(w, &id, name) : err;
}

/* Only what was given up and is kept can be sent again. */
static enum nb_err check_given_up(struct work *w, uint64_t number)
{
    struct nb_txn *txn = NULL;
    struct nb_delivery *d = NULL;
    enum nb_err err = w->desk ? nb_read_begin(w->desk, &txn, &w->error) : NB_ENOTFOUND;
    if (txn) {
        err = nb_outbox_get(txn, number, w->arena, &d);
        nb_read_end(txn);
    }
    if (err == NB_ENOTFOUND) {
        return nb_error_set(&w->error, NB_EINVAL,
                            "there is no message %" PRIu64 "; `nabiz deliver dead` shows those "
                            "that were given up",
                            number);
    }
    if (err == NB_OK && d->state != NB__DELIVERY__STATE__DEAD) {
        return nb_error_set(
            &w->error, NB_EINVAL, "message %" PRIu64 " was not given up: it %s", number,
            d->state == NB__DELIVERY__STATE__WAITING ? "waits to be sent"
            : d->state == NB__DELIVERY__STATE__SENT  ? "was sent"
                                                     : "was replaced by a later one");
    }
    if (err == NB_OK && !d->has_bytes) {
        return nb_error_set(&w->error, NB_EINVAL,
                            "what message %" PRIu64 " said is not kept any more", number);
    }
    return err;
}

static enum nb_err run_retry(struct work *w)
{
    enum nb_err err = NB_OK;
    const char *what = nb_args_word(w->args, 1);
    int64_t number = 0;
    struct nb_errand *errand = nb_errand_new(w->arena);
    if (!errand) {
        return NB_ENOMEM;
    }
    errand->has_what = 1;
    errand->what = NB__ERRAND__WHAT__RETRY;
    if (nb_recipients_find(w->recipients, nb_slice_str(what))) {
        errand->recipient = nb_arena_strdup(w->arena, nb_slice_str(what));
    } else if (nb_slice_to_i64(nb_slice_str(what), &number) && number > 0) {
        errand->has_number = 1;
        errand->number = (uint64_t)number;
        err = check_given_up(w, errand->number);
    } else {
        return unknown(w, what);
    }
    return err == NB_OK ? leave(w, errand) : err;
}

static enum nb_err run_secret(struct work *w)
{
    struct nb_buf half;
    bool is_ed25519 = nb_args_has(w->args, "ed25519");
    nb_buf_init(&half, 256);
    enum nb_err err = nb_secret_make(is_ed25519, &w->out, &half);
    nb_buf_add_byte(&w->out, '\n');
    if (err == NB_OK && is_ed25519) {
        nb_buf_addf(&w->out, "# for the receiver: %.*s\n", NB_ARG(nb_buf_slice(&half)));
    }
    nb_buf_fini(&half);
    return err;
}

/* ---- the command ---- */

static const struct action {
    const char *name;
    int words; /* behind it */
    enum nb_err (*run)(struct work *w);
} actions[] = {{"list", 0, run_list},    {"queue", 0, run_queue}, {"dead", 0, run_dead},
               {"log", 0, run_log},      {"test", 1, run_test},   {"retry", 1, run_retry},
               {"secret", 0, run_secret}};

static enum nb_err run_action(struct work *w, const struct action *action)
{
    enum nb_err err = nb_args_load_config(w->args, &w->config, &w->error);
    w->arena = nb_arena_new(ARENA_BYTES);
    if (err == NB_OK && !w->arena) {
        err = NB_ENOMEM;
    }
    if (action->run == run_secret) {
        return err == NB_OK ? run_secret(w) : err;
    }
    err = err == NB_OK ? load_recipients(w) : err;
    err = err == NB_OK ? open_desk(w) : err;
    return err == NB_OK ? action->run(w) : err;
}

static int run(struct nb_args *args)
{
    const char *what = nb_args_word(args, 0);
    const struct action *action = NULL;
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        action = strcmp(actions[i].name, what) == 0 ? &actions[i] : action;
    }
    if (!action) {
        return nb_usage(args, "\"%s\" is none of list, queue, dead, log, test, retry and secret",
                        what);
    }
    if ((int)nb_args_words_n(args) != action->words + 1) {
        return nb_usage(args, "%s wants %s", what,
                        action->words ? "the name of a recipient (retry: or a number)"
                                      : "nothing behind it");
    }
    struct work w = {.args = args, .code = NB_EXIT_OK};
    nb_buf_init(&w.out, OUT_BYTES);
    enum nb_err err = run_action(&w, action);
    if (err == NB_OK && nb_buf_finish(&w.out, NULL) == NB_OK && w.out.len) {
        (void)fwrite(w.out.p, 1, w.out.len, stdout);
    }
    if (err != NB_OK && w.error.code == NB_OK) {
        (void)nb_error_set(&w.error, err, "%s", nb_strerror(err));
    }
    int code = err == NB_OK ? w.code : nb_fail(args, &w.error);
    nb_store_close(w.desk);
    nb_recipients_free(w.recipients);
    nb_config_free(w.config);
    nb_arena_free(w.arena);
    nb_buf_fini(&w.out);
    return code;
}

const struct nb_command nb_cmd_deliver = {
    .name = "deliver",
    .line = "who is sent alerts and digests, and how that goes",
    .usage = "list | queue | dead | log | test NAME | retry NAME | retry NUMBER | secret",
    .about =
        "Recipients are written in data.recipients; docs/delivery.md lists what they have. list "
        "shows them with how sending to them goes, queue what waits, dead what was given up, "
        "log all that was sent or given up. test sends a message that says that it is one, and "
        "waits for what comes of it. retry sends again what was given up: one message, or all "
        "of a recipient, who is then sent to again if it had said that it was gone. secret "
        "makes one for signing webhooks.",
    .options =
        (const struct nb_option[]){
            {"recipient", "NAME", NULL, "only messages to it (queue, dead, log)"},
            {"incident", "ID", NULL, "only messages about it (queue, dead, log)"},
            {"limit", "N", NULL, "so many messages at most (100)"},
            {"ed25519", NULL, NULL, "a key whose other half the receiver has (secret)"},
            {"format", "FORMAT", "table|json", "how to print"},
            {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){
            {"nabiz deliver list", "does everybody get theirs?"},
            {"nabiz deliver test crisis-desk", "try it before it matters"},
            {"nabiz deliver dead", "what did not arrive, and why"},
            {"nabiz deliver retry crisis-desk", "the receiver is back: send it all again"},
            {"nabiz deliver secret > secrets/crisis-desk", "a secret for a webhook"},
            {NULL, NULL}},
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
