/*
 * A message that waits is a record in OUTBOX and its bytes in OUTBOX_BODY. When it was sent, the
 * record moves to DELIVERED and the bytes go; when it was given up they stay, so that it can be
 * tried again, for as long as nobody else needs the room. OUTBOX_ID leads from recipient and key to
 * the number for as long as there is a record.
 *
 * "outbox_next" and "outbox_bytes" in the meta table are the next number and the sum over
 * OUTBOX_BODY as it was before packing. They change in the transaction that changes the tables.
 */
#include "service/deliver/outbox.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/pack.h>
#include <nabiz/text.h>

#include "service/deliver/outbox_impl.h"

enum { SUBJECT_BYTES = 240, FAILURE_BYTES = 240, ROOM_MOST = 10000 };

struct nb_slice nb_outbox_key(uint64_t number, struct nb_outbox_key *key)
{
    nb_key_u64(number, key->b);
    return nb_slice(key->b, sizeof(key->b));
}

static uint64_t meta_get(struct nb_txn *desk, struct nb_slice name)
{
    struct nb_slice text;
    int64_t value = 0;
    if (nb_get(desk, NB_TBL_DESK_META, name, &text) != NB_OK || !nb_slice_to_i64(text, &value) ||
        value < 0) {
        return 0;
    }
    return (uint64_t)value;
}

static void meta_put(struct nb_txn *desk, struct nb_slice name, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    nb_put(desk, NB_TBL_DESK_META, name, nb_slice_str(text));
}

uint64_t nb_outbox_bytes(struct nb_txn *desk)
{
    return meta_get(desk, NB_LIT("outbox_bytes"));
}

static void count_bytes(struct nb_txn *desk, uint64_t more, uint64_t less)
{
    uint64_t bytes = nb_outbox_bytes(desk) + more;
    meta_put(desk, NB_LIT("outbox_bytes"), bytes > less ? bytes - less : 0);
}

struct nb_id nb_outbox_id(struct nb_slice recipient, struct nb_slice key)
{
    const struct nb_slice parts[] = {recipient, key};
    return nb_id_of(parts, 2);
}

/* ---- records ---- */

enum nb_err nb_outbox_put(struct nb_txn *desk, enum nb_table_id table, uint64_t number,
                          const struct nb_delivery *delivery, struct nb_arena *arena)
{
    struct nb_outbox_key key;
    struct nb_slice bytes;
    enum nb_err err = nb_delivery_encode(delivery, arena, &bytes);
    if (err == NB_OK) {
        nb_put(desk, table, nb_outbox_key(number, &key), bytes);
    }
    return err == NB_OK ? nb_txn_err(desk) : err;
}

static enum nb_err get_delivery(struct nb_txn *desk, enum nb_table_id table, uint64_t number,
                                struct nb_arena *arena, struct nb_delivery **out)
{
    struct nb_outbox_key key;
    struct nb_slice bytes;
    enum nb_err err = nb_get(desk, table, nb_outbox_key(number, &key), &bytes);
    return err == NB_OK ? nb_delivery_decode(bytes, arena, out) : err;
}

enum nb_err nb_outbox_recipient(struct nb_txn *desk, struct nb_slice name, struct nb_arena *arena,
                                struct nb_recipient_state **out)
{
    struct nb_slice bytes;
    enum nb_err err = nb_get(desk, NB_TBL_RECIPIENT, name, &bytes);
    if (err == NB_OK) {
        return nb_recipient_state_decode(bytes, arena, out);
    }
    *out = err == NB_ENOTFOUND ? nb_recipient_state_new(arena) : NULL;
    return *out ? NB_OK : err == NB_ENOTFOUND ? NB_ENOMEM : err;
}

enum nb_err nb_outbox_put_recipient(struct nb_txn *desk, struct nb_slice name,
                                    const struct nb_recipient_state *state, struct nb_arena *arena)
{
    struct nb_slice bytes;
    enum nb_err err = nb_recipient_state_encode(state, arena, &bytes);
    if (err == NB_OK) {
        nb_put(desk, NB_TBL_RECIPIENT, name, bytes);
    }
    return err == NB_OK ? nb_txn_err(desk) : err;
}

void nb_outbox_count(struct nb_recipient_state *state, bool is_more, uint64_t bytes)
{
    uint64_t n = state->waiting_n;
    uint64_t old = state->waiting_bytes;
    state->has_waiting_n = state->has_waiting_bytes = 1;
    state->waiting_n = is_more ? n + 1 : n > 0 ? n - 1 : 0;
    state->waiting_bytes = is_more ? old + bytes : old > bytes ? old - bytes : 0;
}

static enum nb_err next_row(struct nb_txn *desk, enum nb_table_id table, uint64_t after,
                            uint64_t *number, struct nb_slice *value)
{
    struct nb_outbox_key from;
    struct nb_slice key;
    struct nb_cursor *cursor;
    enum nb_err err = nb_cursor_open(desk, table, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_outbox_key(after + 1, &from), &key, value);
    err = err == NB_OK && key.len != sizeof(from.b) ? NB_ECORRUPT : err;
    *number = err == NB_OK ? nb_key_to_u64((const uint8_t *)key.p) : *number;
    nb_cursor_close(cursor);
    return err;
}

enum nb_err nb_outbox_next_in(struct nb_txn *desk, enum nb_table_id table, uint64_t after,
                              struct nb_arena *arena, uint64_t *number, struct nb_delivery **out)
{
    struct nb_slice value;
    enum nb_err err = next_row(desk, table, after, number, &value);
    return err == NB_OK ? nb_delivery_decode(value, arena, out) : err;
}

enum nb_err nb_outbox_next(struct nb_txn *desk, uint64_t after, struct nb_arena *arena,
                           uint64_t *number, struct nb_delivery **out)
{
    return nb_outbox_next_in(desk, NB_TBL_OUTBOX, after, arena, number, out);
}

enum nb_err nb_outbox_done(struct nb_txn *desk, uint64_t before, struct nb_arena *arena,
                           uint64_t *number, struct nb_delivery **out)
{
    struct nb_outbox_key at;
    struct nb_slice key;
    struct nb_slice value;
    struct nb_cursor *cursor;
    enum nb_err err = nb_cursor_open(desk, NB_TBL_DELIVERED, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_outbox_key(before, &at), &key, &value);
    err = err == NB_OK          ? nb_cursor_prev(cursor, &key, &value)
          : err == NB_ENOTFOUND ? nb_cursor_last(cursor, &key, &value)
                                : err;
    if (err == NB_OK && key.len != sizeof(at.b)) {
        err = NB_ECORRUPT;
    }
    if (err == NB_OK) {
        *number = nb_key_to_u64((const uint8_t *)key.p);
        err = nb_delivery_decode(value, arena, out);
    }
    nb_cursor_close(cursor);
    return err;
}

enum nb_err nb_outbox_get(struct nb_txn *desk, uint64_t number, struct nb_arena *arena,
                          struct nb_delivery **out)
{
    enum nb_err err = get_delivery(desk, NB_TBL_OUTBOX, number, arena, out);
    return err == NB_ENOTFOUND ? get_delivery(desk, NB_TBL_DELIVERED, number, arena, out) : err;
}

enum nb_err nb_outbox_body(struct nb_txn *desk, uint64_t number, struct nb_arena *arena,
                           struct nb_slice *out)
{
    struct nb_outbox_key key;
    struct nb_slice packed;
    struct nb_slice bytes;
    enum nb_err err = nb_get(desk, NB_TBL_OUTBOX_BODY, nb_outbox_key(number, &key), &packed);
    err = err == NB_OK ? nb_unpack(packed, arena, &bytes) : err;
    if (err == NB_OK) {
        *out = nb_arena_copy(arena, bytes); /* the map's bytes end with the transaction */
        err = out->p || bytes.len == 0 ? NB_OK : NB_ENOMEM;
    }
    return err;
}

void nb_outbox_drop_body(struct nb_txn *desk, uint64_t number, struct nb_delivery *delivery)
{
    struct nb_outbox_key key;
    if (delivery->has_bytes) {
        nb_del(desk, NB_TBL_OUTBOX_BODY, nb_outbox_key(number, &key));
        count_bytes(desk, 0, delivery->bytes);
        delivery->has_bytes = 0;
        delivery->bytes = 0;
    }
}

static enum nb_err add_attempt(struct nb_delivery *delivery,
                               const struct nb_outbox_attempt *attempt, struct nb_arena *arena)
{
    size_t kept =
        delivery->n_attempts < NB_OUTBOX_ATTEMPTS ? delivery->n_attempts : NB_OUTBOX_ATTEMPTS - 1;
    Nb__Delivery__Attempt **all = nb_arena_alloc(arena, (kept + 1) * sizeof(*all));
    Nb__Delivery__Attempt *last = nb_arena_alloc(arena, sizeof(*last));
    if (!all || !last) {
        return NB_ENOMEM;
    }
    if (kept) {
        memcpy(all, delivery->attempts + (delivery->n_attempts - kept), kept * sizeof(*all));
    }
    int64_t took_ms = attempt->now_ms - attempt->at_ms;
    nb__delivery__attempt__init(last);
    last->has_at_ms = last->has_took_ms = 1;
    last->at_ms = attempt->at_ms;
    last->took_ms = took_ms > 0 && took_ms < UINT32_MAX ? (uint32_t)took_ms : 0;
    last->has_status = attempt->status != 0;
    last->status = attempt->status;
    if (attempt->failure) {
        struct nb_slice failure = nb_utf8_cut(nb_slice_str(attempt->failure), FAILURE_BYTES);
        if (!(last->failure = nb_arena_strdup(arena, failure))) {
            return NB_ENOMEM;
        }
    }
    all[kept] = last;
    delivery->attempts = all;
    delivery->n_attempts = kept + 1;
    return NB_OK;
}

/* ---- adding ---- */

/* Give up what is kept of messages that were given up, oldest first, until there is room. */
static enum nb_err make_room(struct nb_txn *desk, uint64_t wanted, uint64_t max_bytes,
                             struct nb_arena *arena)
{
    uint64_t at = 0;
    struct nb_slice body;
    enum nb_err err = NB_OK;
    for (int i = 0; i < ROOM_MOST && err == NB_OK && nb_outbox_bytes(desk) + wanted > max_bytes;
         i++) {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct nb_delivery *old = NULL;
        err = next_row(desk, NB_TBL_OUTBOX_BODY, at, &at, &body);
        enum nb_err dead = err ? err : get_delivery(desk, NB_TBL_DELIVERED, at, arena, &old);
        if (dead == NB_OK) {
            nb_outbox_drop_body(desk, at, old);
            err = nb_outbox_put(desk, NB_TBL_DELIVERED, at, old, arena);
        } else if (dead != NB_ENOTFOUND) { /* that one still waits */
            err = dead;
        }
        nb_arena_rewind(arena, mark);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err new_delivery(const struct nb_message *message, int64_t now_ms,
                                struct nb_arena *arena, struct nb_delivery **out)
{
    struct nb_id id = nb_outbox_id(message->recipient, message->key);
    struct nb_slice kept = nb_arena_copy(arena, nb_slice(id.b, sizeof(id.b)));
    struct nb_slice subject;
    struct nb_delivery *d = nb_delivery_new(arena);
    if (!d || !kept.p || nb_utf8_repair(message->subject, arena, &subject) != NB_OK) {
        return NB_ENOMEM;
    }
    d->recipient = nb_arena_strdup(arena, message->recipient);
    d->key = nb_arena_strdup(arena, message->key);
    d->thread = message->thread.len ? nb_arena_strdup(arena, message->thread) : NULL;
    d->subject = nb_arena_strdup(arena, nb_utf8_cut(subject, SUBJECT_BYTES));
    d->has_form = d->has_id = d->has_created_ms = d->has_next_ms = d->has_state = 1;
    d->form = message->form;
    d->id.len = sizeof(id.b);
    memcpy(&d->id.data, &kept.p, sizeof(kept.p));
    d->created_ms = now_ms;
    d->next_ms = message->not_before_ms > now_ms ? message->not_before_ms : now_ms;
    d->state = NB__DELIVERY__STATE__WAITING;
    *out = d;
    return d->recipient && d->key && d->subject && (d->thread || !message->thread.len) ? NB_OK
                                                                                       : NB_ENOMEM;
}

static enum nb_err put_body(struct nb_txn *desk, uint64_t number, struct nb_slice body,
                            struct nb_delivery *delivery, struct nb_arena *arena)
{
    struct nb_outbox_key key;
    struct nb_slice packed;
    enum nb_err err = nb_pack((struct nb_slice){NULL, 0}, body, arena, &packed);
    if (err == NB_OK) {
        nb_put(desk, NB_TBL_OUTBOX_BODY, nb_outbox_key(number, &key), packed);
        count_bytes(desk, body.len, 0);
        delivery->has_bytes = 1;
        delivery->bytes = body.len;
    }
    return err;
}

/* Why a message is given up before it was tried, or NULL. */
static const char *refusal(struct nb_txn *desk, const struct nb_message *message,
                           const struct nb_recipient_state *state, uint64_t max_bytes)
{
    if (nb_outbox_bytes(desk) + message->body.len > max_bytes) {
        return "the queue was full; see deliver.queue_max";
    }
    if (state->waiting_bytes + message->body.len > max_bytes / NB_OUTBOX_SHARE) {
        return "too much waits for this recipient already; see deliver.queue_max";
    }
    return state->has_gone_ms ? "the recipient said earlier that it is gone (410)" : NULL;
}

static bool is_within(struct nb_slice text, size_t max_bytes)
{
    return text.len > 0 && text.len <= max_bytes && nb_utf8_valid(text) &&
           nb_slice_find_byte(text, '\0', 0) == NB_NPOS;
}

/* From OUTBOX to DELIVERED. */
static enum nb_err finish(struct nb_txn *desk, uint64_t number, struct nb_delivery *d,
                          struct nb_recipient_state *state, const struct nb_outbox_attempt *attempt,
                          struct nb_arena *arena)
{
    struct nb_outbox_key key;
    nb_outbox_count(state, false, d->bytes);
    d->has_state = d->has_done_ms = 1;
    d->state = attempt->state;
    d->done_ms = attempt->now_ms;
    d->has_next_ms = 0;
    if (attempt->state != NB__DELIVERY__STATE__DEAD) {
        nb_outbox_drop_body(desk, number, d);
    }
    nb_del(desk, NB_TBL_OUTBOX, nb_outbox_key(number, &key));
    return nb_outbox_put(desk, NB_TBL_DELIVERED, number, d, arena);
}

/* Of several that wait for one moment, the last of a thread says it all. */
static enum nb_err replace_held(struct nb_txn *desk, const struct nb_message *message,
                                struct nb_recipient_state *state, int64_t now_ms,
                                struct nb_arena *arena)
{
    const struct nb_outbox_attempt none = {.state = NB__DELIVERY__STATE__REPLACED,
                                           .at_ms = now_ms,
                                           .now_ms = now_ms,
                                           .failure = "a later message says it"};
    uint64_t number = 0;
    enum nb_err err = NB_OK;
    while (err == NB_OK && message->not_before_ms > now_ms && message->thread.len) {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct nb_delivery *d = NULL;
        err = nb_outbox_next(desk, number, arena, &number, &d);
        if (err == NB_OK && d->attempts_n == 0 && d->next_ms == message->not_before_ms &&
            nb_slice_eq(nb_field(d->recipient), message->recipient) &&
            nb_slice_eq(nb_field(d->thread), message->thread)) {
            err = add_attempt(d, &none, arena);
            err = err == NB_OK ? finish(desk, number, d, state, &none, arena) : err;
        }
        nb_arena_rewind(arena, mark);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* A message whose id is new. */
static enum nb_err add_new(struct nb_txn *desk, const struct nb_message *message,
                           uint64_t max_bytes, int64_t now_ms, struct nb_arena *arena)
{
    struct nb_outbox_key key;
    struct nb_delivery *d = NULL;
    struct nb_recipient_state *state = NULL;
    uint64_t number = meta_get(desk, NB_LIT("outbox_next"));
    number = number ? number : 1;
    enum nb_err err = new_delivery(message, now_ms, arena, &d);
    err = err == NB_OK ? nb_outbox_recipient(desk, message->recipient, arena, &state) : err;
    err = err == NB_OK ? make_room(desk, message->body.len, max_bytes, arena) : err;
    err = err == NB_OK ? replace_held(desk, message, state, now_ms, arena) : err;
    if (err != NB_OK) {
        return err;
    }
    const char *refused = refusal(desk, message, state, max_bytes);
    if (!refused || state->has_gone_ms) {
        err = put_body(desk, number, message->body, d, arena);
    }
    if (err == NB_OK && refused) {
        const struct nb_outbox_attempt none = {
            .at_ms = now_ms, .now_ms = now_ms, .failure = refused};
        d->state = NB__DELIVERY__STATE__DEAD;
        d->has_done_ms = 1;
        d->done_ms = now_ms;
        err = add_attempt(d, &none, arena);
    } else if (err == NB_OK) {
        nb_outbox_count(state, true, message->body.len);
        err = nb_outbox_put_recipient(desk, message->recipient, state, arena);
    }
    enum nb_table_id table = refused ? NB_TBL_DELIVERED : NB_TBL_OUTBOX;
    err = err == NB_OK ? nb_outbox_put(desk, table, number, d, arena) : err;
    if (err == NB_OK) {
        nb_put(desk, NB_TBL_OUTBOX_ID, nb_slice(d->id.data, d->id.len),
               nb_outbox_key(number, &key));
        meta_put(desk, NB_LIT("outbox_next"), number + 1);
        err = nb_txn_err(desk);
    }
    return err;
}

enum nb_err nb_outbox_add(struct nb_txn *desk, const struct nb_message *message, uint64_t max_bytes,
                          int64_t now_ms, struct nb_arena *arena, bool *added)
{
    struct nb_slice seen;
    bool ignored;
    added = added ? added : &ignored;
    *added = false;
    if (!is_within(message->recipient, NB_OUTBOX_NAME_BYTES) ||
        !is_within(message->key, NB_OUTBOX_KEY_BYTES) ||
        (message->thread.len && !is_within(message->thread, NB_OUTBOX_KEY_BYTES))) {
        return NB_EINVAL;
    }
    if (message->body.len > NB_OUTBOX_BODY_BYTES) {
        return NB_ETOOBIG;
    }
    struct nb_id id = nb_outbox_id(message->recipient, message->key);
    enum nb_err err = nb_get(desk, NB_TBL_OUTBOX_ID, nb_slice(id.b, sizeof(id.b)), &seen);
    if (err != NB_ENOTFOUND) {
        return err;
    }
    err = add_new(desk, message, max_bytes, now_ms, arena);
    *added = err == NB_OK;
    return err;
}

/* ---- what came of it ---- */

/* All that still waits for a recipient that is gone. */
static enum nb_err give_up_rest(struct nb_txn *desk, struct nb_slice recipient,
                                struct nb_recipient_state *state,
                                const struct nb_outbox_attempt *attempt, struct nb_arena *arena)
{
    struct nb_outbox_attempt untried = *attempt;
    uint64_t number = 0;
    enum nb_err err;
    untried.at_ms = attempt->now_ms;
    do {
        struct nb_arena_mark mark = nb_arena_mark(arena);
        struct nb_delivery *d = NULL;
        err = nb_outbox_next(desk, number, arena, &number, &d);
        if (err == NB_OK && nb_slice_eq(nb_field(d->recipient), recipient)) {
            err = add_attempt(d, &untried, arena);
            err = err == NB_OK ? finish(desk, number, d, state, &untried, arena) : err;
        }
        nb_arena_rewind(arena, mark);
    } while (err == NB_OK);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err note_recipient(struct nb_recipient_state *state,
                                  const struct nb_outbox_attempt *attempt, struct nb_arena *arena)
{
    if (attempt->state == NB__DELIVERY__STATE__SENT) {
        state->has_sent_ms = 1;
        state->sent_ms = attempt->now_ms;
        state->has_failures_n = 0;
        state->failures_n = 0;
        return NB_OK;
    }
    state->has_failed_ms = state->has_failures_n = 1;
    state->failed_ms = attempt->now_ms;
    state->failures_n++;
    state->failure = nb_arena_strdup(
        arena, nb_utf8_cut(nb_slice_str(attempt->failure ? attempt->failure : ""), FAILURE_BYTES));
    if (attempt->is_gone) {
        state->has_gone_ms = 1;
        state->gone_ms = attempt->now_ms;
    }
    return state->failure ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_outbox_note(struct nb_txn *desk, uint64_t number,
                           const struct nb_outbox_attempt *attempt, struct nb_arena *arena)
{
    struct nb_delivery *d = NULL;
    struct nb_recipient_state *state = NULL;
    enum nb_err err = get_delivery(desk, NB_TBL_OUTBOX, number, arena, &d);
    struct nb_slice name = nb_field(err == NB_OK ? d->recipient : NULL);
    err = err == NB_OK ? nb_outbox_recipient(desk, name, arena, &state) : err;
    err = err == NB_OK ? add_attempt(d, attempt, arena) : err;
    err = err == NB_OK ? note_recipient(state, attempt, arena) : err;
    if (err != NB_OK) {
        return err;
    }
    d->has_attempts_n = 1;
    d->attempts_n++;
    if (attempt->state == NB__DELIVERY__STATE__WAITING) {
        d->has_next_ms = 1;
        d->next_ms = attempt->next_ms;
        err = nb_outbox_put(desk, NB_TBL_OUTBOX, number, d, arena);
    } else {
        err = finish(desk, number, d, state, attempt, arena);
    }
    if (err == NB_OK && attempt->is_gone) {
        err = give_up_rest(desk, name, state, attempt, arena);
    }
    return err == NB_OK ? nb_outbox_put_recipient(desk, name, state, arena) : err;
}
