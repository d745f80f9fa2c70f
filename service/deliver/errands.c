#include "service/deliver/deliver_impl.h"

#include <stdio.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/file.h>

enum { PATH_BYTES = NB_ERRAND_PATH_BYTES + 300, ERRANDS_ARENA_BYTES = 128 << 20 };

/* One errand, inside its transaction. */
struct doing {
    struct nb_deliver *deliver;
    const struct nb_errand *errand;
    struct nb_arena *arena;
    struct nb_error *error;
    bool is_retry;
};

static enum nb_err add_message(struct nb_txn *desk, struct doing *d)
{
    const struct nb_errand *errand = d->errand;
    const struct nb_message message = {
        .recipient = nb_field(errand->recipient),
        .key = nb_field(errand->key),
        .thread = nb_field(errand->thread),
        .subject = nb_field(errand->subject),
        .form = errand->form,
        .body = nb_slice(errand->body.data, errand->body.len),
    };
    return nb_outbox_add(desk, &message, d->deliver->max_bytes, nb_clock_now_ms(d->deliver->clock),
                         d->arena, NULL);
}

/* A message that says that it is a test, in the recipient's form. mu is held. */
static enum nb_err add_test(struct nb_txn *desk, struct doing *d)
{
    struct nb_deliver *deliver = d->deliver;
    const struct nb_labels *labels = NULL;
    struct nb_notice notice;
    struct nb_buf body;
    const struct nb_recipient *to =
        nb_recipients_find(deliver->recipients, nb_field(d->errand->recipient));
    if (!to) {
        return nb_error_set(d->error, NB_ENOTFOUND, "there is no recipient %.64s",
                            d->errand->recipient);
    }
    enum nb_err err = nb_deliver_labels(deliver, to->language, &labels, d->error);
    if (err != NB_OK) {
        return err;
    }
    nb_deliver_notice(deliver, to, labels, &notice);
    notice.key = nb_field(d->errand->key);
    nb_buf_init(&body, NB_NOTICE_BYTES);
    err = nb_notice_write(&notice, d->arena, &body, d->error);
    const struct nb_message message = {.recipient = nb_slice_str(to->name),
                                       .key = notice.key,
                                       .subject = nb_notice_subject(&notice, d->arena),
                                       .form = to->form,
                                       .body = nb_buf_slice(&body)};
    if (err == NB_OK) {
        err = nb_outbox_add(desk, &message, deliver->max_bytes, notice.now_ms, d->arena, NULL);
    }
    nb_buf_fini(&body);
    return err;
}

static enum nb_err retry(struct nb_txn *desk, struct doing *d)
{
    uint64_t retried = 0;
    d->is_retry = true;
    return nb_outbox_retry(desk, d->errand->number, nb_field(d->errand->recipient),
                           nb_clock_now_ms(d->deliver->clock), d->arena, &retried);
}

static enum nb_err do_errand(struct nb_txn *desk, void *arg)
{
    struct doing *d = arg;
    switch (d->errand->what) {
    case NB__ERRAND__WHAT__TEST:
        return add_test(desk, d);
    case NB__ERRAND__WHAT__RETRY:
        return retry(desk, d);
    default:
        return add_message(desk, d);
    }
}

/* What fails for good is dropped, and said; what may go later stays. */
static bool is_worth_keeping(enum nb_err err)
{
    return err == NB_EFULL || err == NB_EIO || err == NB_ENOMEM;
}

/* @return true when the queue is to be read anew */
static bool do_file(struct nb_deliver *deliver, const char *name, struct nb_arena *arena)
{
    char path[PATH_BYTES];
    struct nb_buf bytes;
    struct nb_error error = {0};
    struct nb_errand *errand = NULL;
    struct doing doing = {.deliver = deliver, .arena = arena, .error = &error};
    (void)snprintf(path, sizeof(path), "%s/%s", deliver->errands, name);
    nb_buf_init(&bytes, NB_ERRAND_FILE_BYTES);
    enum nb_err err = nb_file_read(path, &bytes, &error);
    err = err == NB_OK ? nb_errand_read(nb_buf_slice(&bytes), arena, &errand) : err;
    doing.errand = errand;
    if (err == NB_OK) {
        pthread_mutex_lock(&deliver->mu);
        err = nb_store_write(deliver->desk, do_errand, &doing, &error);
        pthread_mutex_unlock(&deliver->mu);
    }
    if (err != NB_OK) {
        nb_diag(NB_ERROR, "deliver",
                is_worth_keeping(err) ? "what a command asked for is tried again later"
                                      : "what a command asked for could not be done",
                nb_kv_str("file", path),
                nb_kv_str("err", error.text[0] ? error.text : nb_strerror(err)));
    }
    if (!is_worth_keeping(err)) {
        (void)unlink(path);
    }
    nb_buf_fini(&bytes);
    return err == NB_OK && doing.is_retry;
}

bool nb_deliver_errands(struct nb_deliver *deliver)
{
    const char *const *names = NULL;
    size_t n = 0;
    bool is_anew = false;
    struct nb_arena *list = nb_arena_new(ERRANDS_ARENA_BYTES);
    struct nb_arena *arena = nb_arena_new(ERRANDS_ARENA_BYTES);
    if (list && arena &&
        nb_file_names(deliver->errands, ".errand", list, &names, &n, NULL) == NB_OK) {
        for (size_t i = 0; i < n; i++) {
            nb_arena_reset(arena);
            is_anew = do_file(deliver, names[i], arena) || is_anew;
        }
    }
    nb_arena_free(list);
    nb_arena_free(arena);
    return is_anew;
}
