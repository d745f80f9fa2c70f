#include "service/deliver_health.h"

#include <unistd.h>

#include "service/deliver/outbox.h"
#include "service/deliver/recipients.h"

static enum nb_err add_recipient(struct nb_txn *desk, const char *name, struct nb_arena *arena,
                                 uint32_t *most, struct nb_deliver_health *out)
{
    struct nb_recipient_state *state = NULL;
    enum nb_err err = nb_outbox_recipient(desk, nb_slice_str(name), arena, &state);
    if (err != NB_OK) {
        return err;
    }
    out->waiting_n += state->waiting_n;
    out->failing_n += state->failures_n > 0 || state->has_gone_ms;
    if (state->failures_n > *most) {
        *most = state->failures_n;
        out->worst = nb_arena_strdup(arena, nb_slice_str(name));
        out->failure = state->failure;
    }
    return NB_OK;
}

static enum nb_err read_desk(const struct nb_config *config, const struct nb_recipients *recipients,
                             struct nb_arena *arena, struct nb_deliver_health *out,
                             struct nb_error *error)
{
    struct nb_store *desk = NULL;
    struct nb_txn *txn = NULL;
    uint32_t most = 0;
    const struct nb_store_options reading = {.read_only = true};
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_DESK, &reading,
                                    &desk, error);
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    err = err == NB_OK ? nb_read_begin(desk, &txn, error) : err;
    for (size_t i = 0; err == NB_OK && i < out->recipients_n; i++) {
        err = add_recipient(txn, nb_recipients_get(recipients, i)->name, arena, &most, out);
    }
    nb_read_end(txn);
    nb_store_close(desk);
    return err;
}

enum nb_err nb_deliver_health_read(const struct nb_config *config, struct nb_arena *arena,
                                   struct nb_deliver_health *out, struct nb_error *error)
{
    struct nb_recipients *recipients = NULL;
    const char *path = nb_config_str(config, NB_CFG_RECIPIENTS);
    bool allow_private = nb_config_int(config, NB_CFG_DELIVER_PRIVATE) != 0;
    *out = (struct nb_deliver_health){.worst = NULL};
    if (access(path, F_OK) != 0) {
        return nb_error_set(error, NB_ENOTFOUND, "there is no %s", path);
    }
    enum nb_err err = nb_recipients_load(path, allow_private, &recipients, error);
    if (err == NB_OK) {
        out->recipients_n = nb_recipients_n(recipients);
        err = nb_recipients_check(recipients, config, error);
    }
    err = err == NB_OK ? read_desk(config, recipients, arena, out, error) : err;
    nb_recipients_free(recipients);
    return err;
}
