/* What becomes of messages that were sent or given up: they are tried again, or forgotten. */
#include "service/deliver/outbox.h"

#include "service/deliver/outbox_impl.h"

static enum nb_err revive(struct nb_txn *desk, uint64_t number, struct nb_delivery *d,
                          int64_t now_ms, struct nb_arena *arena)
{
    struct nb_outbox_key key;
    struct nb_recipient_state *state = NULL;
    struct nb_slice name = nb_field(d->recipient);
    enum nb_err err = nb_outbox_recipient(desk, name, arena, &state);
    if (err != NB_OK) {
        return err;
    }
    d->state = NB__DELIVERY__STATE__WAITING;
    d->has_next_ms = 1;
    d->next_ms = now_ms;
    d->has_done_ms = d->has_attempts_n = 0;
    d->attempts_n = 0;
    nb_outbox_count(state, true, d->bytes);
    nb_del(desk, NB_TBL_DELIVERED, nb_outbox_key(number, &key));
    err = nb_outbox_put(desk, NB_TBL_OUTBOX, number, d, arena);
    return err == NB_OK ? nb_outbox_put_recipient(desk, name, state, arena) : err;
}

/* The recipient may be sent to again. */
static enum nb_err welcome(struct nb_txn *desk, struct nb_slice name, struct nb_arena *arena)
{
    struct nb_recipient_state *state = NULL;
    enum nb_err err = nb_outbox_recipient(desk, name, arena, &state);
    if (err == NB_OK && state->has_gone_ms) {
        state->has_gone_ms = 0;
        err = nb_outbox_put_recipient(desk, name, state, arena);
    }
    return err;
}

static bool can_retry(const struct nb_delivery *d)
{
    return d->state == NB__DELIVERY__STATE__DEAD && d->has_bytes;
}

enum nb_err nb_outbox_retry(struct nb_txn *desk, uint64_t number, struct nb_slice recipient,
                            int64_t now_ms, struct nb_arena *arena, uint64_t *retried)
{
    uint64_t after = number ? number - 1 : 0;
    enum nb_err err;
    *retried = 0;
    do {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct nb_delivery *d = NULL;
        err = nb_outbox_next_in(desk, NB_TBL_DELIVERED, after, arena, &after, &d);
        bool is_meant = err == NB_OK &&
                        (number ? after == number : nb_slice_eq(nb_field(d->recipient), recipient));
        if (is_meant && number) {
            err = welcome(desk, nb_field(d->recipient), arena);
        }
        if (err == NB_OK && is_meant && can_retry(d)) {
            err = revive(desk, after, d, now_ms, arena);
            ++*retried;
        }
        nb_arena_rewind(arena, mark);
    } while (err == NB_OK && !number);
    err = err == NB_ENOTFOUND ? NB_OK : err;
    return err == NB_OK && !number ? welcome(desk, recipient, arena) : err;
}

enum nb_err nb_outbox_forget(struct nb_txn *desk, int64_t before_ms, size_t most,
                             struct nb_arena *arena, size_t *forgotten)
{
    struct nb_outbox_key key;
    uint64_t number = 0;
    enum nb_err err = NB_OK;
    for (*forgotten = 0; *forgotten < most; ++*forgotten) {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct nb_delivery *d = NULL;
        err = nb_outbox_next_in(desk, NB_TBL_DELIVERED, number, arena, &number, &d);
        if (err != NB_OK || d->created_ms >= before_ms) {
            break; /* numbers go with the time they were added at */
        }
        nb_outbox_drop_body(desk, number, d);
        nb_del(desk, NB_TBL_OUTBOX_ID, nb_slice(d->id.data, d->id.len));
        nb_del(desk, NB_TBL_DELIVERED, nb_outbox_key(number, &key));
        nb_arena_rewind(arena, mark);
    }
    return err == NB_ENOTFOUND ? nb_txn_err(desk) : err == NB_OK ? nb_txn_err(desk) : err;
}
