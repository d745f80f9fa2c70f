#include "service/http/push.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/text.h>
#include <nabiz/websub.h>

enum { OK = 200, ACCEPTED = 202, NOT_FOUND = 404, GONE = 410, FAILED = 500, UNAVAILABLE = 503 };

enum {
    LATER_S = 300, /* after which a hub that was sent away comes again */
    ANSWER_ARENA_BYTES = 1 << 20,
    CHALLENGE_MAX_BYTES = 4096,
    REASON_MAX_BYTES = 200,
    TRIM_MAX = 1000,       /* removed at once: the rest goes with the next push */
    SPARE_BYTES = 1 << 20, /* of the inbox, for answers when it is full of content */
    MAP_BYTES = 1 << 20,
    STORE_FACTOR = 4, /* pages of a store against the bytes in it */
};

struct nb_push_door {
    const struct nb_config *config;
    const struct nb_clock *clock;
    struct nb_reading *reading;
    struct nb_store *inbox;
    uint64_t next;       /* number of the next item */
    uint64_t used_bytes; /* of the values in the inbox */
    uint64_t max_bytes;
    int64_t age_ms;
};

/* ---- what the crawler knows ---- */

static struct nb_slice token_of(const struct nb_http_request *request)
{
    struct nb_slice path = nb_slice_str(request->path);
    return nb_slice_sub(path, sizeof(NB_WEBSUB_PATH) - 1, path.len);
}

/* @return NB_OK, NB_ENOTFOUND (no subscription has this token), or why it cannot be told */
static enum nb_err find(struct nb_push_door *door, struct nb_slice token, struct nb_arena *arena,
                        struct nb_subscription **out, struct nb_slice *source)
{
    struct nb_store *crawl = NULL;
    struct nb_txn *txn = NULL;
    struct nb_slice value;
    if (!nb_websub_is_token(token)) {
        return NB_ENOTFOUND;
    }
    enum nb_err err = nb_reading_crawl(door->reading, &crawl, NULL);
    err = err == NB_OK ? nb_read_begin(crawl, &txn, NULL) : err;
    if (err != NB_OK) {
        return err;
    }
    err = nb_get(txn, NB_TBL_CALLBACK, token, &value);
    if (err == NB_OK) {
        *source = nb_arena_copy(arena, value);
        err = source->p ? nb_get(txn, NB_TBL_SUBSCRIPTION, *source, &value) : NB_ENOMEM;
    }
    err = err == NB_OK ? nb_subscription_decode(value, arena, out) : err;
    nb_read_end(txn);
    if (err == NB_OK && !nb_slice_eq(nb_field((*out)->token), token)) {
        err = NB_ENOTFOUND;
    }
    return err;
}

static uint64_t consumed(struct nb_push_door *door)
{
    struct nb_store *crawl = NULL;
    struct nb_txn *txn = NULL;
    struct nb_slice value;
    int64_t number = 0;
    enum nb_err err = nb_reading_crawl(door->reading, &crawl, NULL);
    if (err != NB_OK || nb_read_begin(crawl, &txn, NULL) != NB_OK) {
        return 0;
    }
    if (nb_get(txn, NB_TBL_CRAWL_META, NB_LIT(NB_WEBSUB_CURSOR), &value) != NB_OK ||
        !nb_slice_to_i64(value, &number) || number < 0) {
        number = 0;
    }
    nb_read_end(txn);
    return (uint64_t)number;
}

/* ---- the inbox ---- */

/* A change of the inbox, as nb_store_write() may repeat it. */
struct change {
    const struct nb_push_door *door;
    struct nb_slice value; /* to be added; p == NULL: nothing */
    uint64_t consumed;
    int64_t now_ms;
    struct nb_arena *arena;
    uint64_t freed_bytes, lost_n; /* [out] */
};

static bool is_too_old(const struct change *change, struct nb_slice value)
{
    struct nb_slice bytes;
    struct nb_push *push = NULL;
    nb_arena_reset(change->arena);
    return nb_unpack(value, change->arena, &bytes) == NB_OK &&
           nb_push_decode(bytes, change->arena, &push) == NB_OK &&
           push->received_ms < change->now_ms - change->door->age_ms;
}

/* Remove what was consumed, and what nobody came for. */
static enum nb_err trim(struct nb_txn *txn, struct change *change)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    uint8_t keys[TRIM_MAX][8];
    size_t n = 0;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_PUSH, &cursor);
    if (err != NB_OK) {
        return err;
    }
    change->freed_bytes = change->lost_n = 0;
    err = nb_cursor_seek(cursor, NB_LIT(""), &key, &value);
    while (err == NB_OK && n < TRIM_MAX && key.len == 8) {
        bool is_done = nb_key_to_u64((const uint8_t *)key.p) <= change->consumed;
        if (!is_done && !is_too_old(change, value)) {
            break;
        }
        change->lost_n += !is_done;
        change->freed_bytes += value.len;
        memcpy(keys[n++], key.p, 8);
        err = nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    for (size_t i = 0; i < n; i++) {
        nb_del(txn, NB_TBL_PUSH, nb_slice(keys[i], 8));
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err write_change(struct nb_txn *txn, void *arg)
{
    struct change *change = arg;
    char text[24];
    uint8_t key[8];
    uint64_t next = change->door->next;
    enum nb_err err = trim(txn, change);
    if (err != NB_OK || !change->value.p) {
        return err;
    }
    nb_key_u64(next, key);
    nb_put_last(txn, NB_TBL_PUSH, nb_slice(key, sizeof(key)), change->value);
    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)next + 1);
    nb_put(txn, NB_TBL_INBOX_META, NB_LIT("next"), nb_slice_str(text));
    return nb_txn_err(txn);
}

/* @return NB_OK when it is on the disk, NB_EFULL (come again later), or why not */
static enum nb_err commit(struct nb_push_door *door, struct nb_slice value, struct nb_error *error)
{
    struct change change = {.door = door,
                            .value = value,
                            .consumed = consumed(door),
                            .now_ms = nb_clock_now_ms(door->clock),
                            .arena = nb_arena_new(64u << 20)};
    enum nb_err err =
        change.arena ? nb_store_write(door->inbox, write_change, &change, error) : NB_ENOMEM;
    nb_arena_free(change.arena);
    if (err != NB_OK) {
        return err;
    }
    door->used_bytes -=
        change.freed_bytes < door->used_bytes ? change.freed_bytes : door->used_bytes;
    if (value.p) {
        door->used_bytes += value.len;
        door->next++;
    }
    if (change.lost_n > 0) {
        nb_counter_add(NB_CTR_PUSHES_DROPPED, (int64_t)change.lost_n);
        nb_diag(NB_WARN, "websub", "pushes were dropped that nobody came for; does crawl run?",
                nb_kv_int("pushes", (int64_t)change.lost_n));
    }
    return NB_OK;
}

/* Without room the consumed part may not have been removed yet. */
static enum nb_err add(struct nb_push_door *door, const struct nb_push *push,
                       struct nb_arena *arena, struct nb_error *error)
{
    struct nb_slice bytes;
    struct nb_slice value;
    bool is_content = push->form == NB__PUSH__FORM__CONTENT;
    uint64_t most = door->max_bytes + (is_content ? 0 : SPARE_BYTES);
    enum nb_err err = nb_push_encode(push, arena, &bytes);
    err = err == NB_OK ? nb_pack((struct nb_slice){NULL, 0}, bytes, arena, &value) : err;
    if (err == NB_OK && door->used_bytes + value.len > most) {
        err = commit(door, (struct nb_slice){NULL, 0}, error);
        err = err == NB_OK && door->used_bytes + value.len > most ? NB_EFULL : err;
    }
    return err == NB_OK ? commit(door, value, error) : err;
}

/* ---- answers ---- */

static void say(struct nb_http_answer *answer, unsigned status, const char *text)
{
    answer->status = status;
    nb_buf_reset(&answer->body);
    nb_buf_add_str(&answer->body, text);
    nb_buf_add_byte(&answer->body, '\n');
}

static void say_failed(struct nb_http_answer *answer, enum nb_err err, const struct nb_error *error)
{
    if (err == NB_ENOTFOUND) {
        say(answer, NOT_FOUND, "not found");
    } else if (err == NB_EFULL) {
        answer->retry_after_s = LATER_S;
        say(answer, UNAVAILABLE, "come again later");
    } else {
        nb_diag(NB_ERROR, "websub", "a hub could not be answered", nb_kv_err(error));
        say(answer, FAILED, "this could not be answered");
    }
}

static struct nb_push *new_push(struct nb_push_door *door, Nb__Push__Form form,
                                struct nb_slice source, struct nb_slice token,
                                struct nb_arena *arena)
{
    struct nb_push *push = nb_push_new(arena);
    if (push) {
        push->has_form = 1;
        push->form = form;
        push->has_source = 1;
        push->source.len = source.len;
        push->source.data = nb_arena_alloc(arena, source.len);
        push->token = nb_arena_strdup(arena, token);
        push->has_received_ms = 1;
        push->received_ms = nb_clock_now_ms(door->clock);
        if (push->source.data) {
            memcpy(push->source.data, source.p, source.len);
        }
    }
    return push && push->source.data && push->token ? push : NULL;
}

static const char *query_of(const struct nb_http_request *request, const char *name)
{
    const char *value = nb_http_query(request, name);
    return value ? value : "";
}

/* Write down what the hub said; then, and only then, it is confirmed. */
static enum nb_err take_intent(struct nb_push_door *door, const struct nb_http_request *request,
                               enum nb_websub_intent intent, struct nb_slice source,
                               struct nb_arena *arena, struct nb_error *error)
{
    static const Nb__Push__Form forms[] = {[NB_WEBSUB_SUBSCRIBE] = NB__PUSH__FORM__VERIFIED,
                                           [NB_WEBSUB_UNSUBSCRIBE] = NB__PUSH__FORM__ENDED,
                                           [NB_WEBSUB_DENIED] = NB__PUSH__FORM__DENIED};
    struct nb_slice lease = nb_slice_str(query_of(request, "hub.lease_seconds"));
    struct nb_slice reason = nb_slice_str(query_of(request, "hub.reason"));
    struct nb_slice plain;
    enum nb_err err = nb_utf8_repair(nb_slice_sub(reason, 0, REASON_MAX_BYTES), arena, &plain);
    struct nb_push *push = new_push(door, forms[intent], source, token_of(request), arena);
    if (err != NB_OK || !push) {
        return NB_ENOMEM;
    }
    push->has_lease_s = 1;
    push->lease_s = nb_websub_lease_s(lease, nb_config_int(door->config, NB_CFG_WEBSUB_LEASE));
    push->reason = plain.len ? nb_arena_strdup(arena, plain) : NULL;
    return add(door, push, arena, error);
}

void nb_push_ask(struct nb_push_door *door, const struct nb_http_request *request,
                 struct nb_http_answer *answer)
{
    struct nb_subscription *subscription = NULL;
    struct nb_slice source;
    struct nb_error error = {0};
    const char *challenge = query_of(request, "hub.challenge");
    struct nb_arena *arena = nb_arena_new(ANSWER_ARENA_BYTES);
    enum nb_err err =
        arena ? find(door, token_of(request), arena, &subscription, &source) : NB_ENOMEM;
    enum nb_websub_intent intent = NB_WEBSUB_WRONG;
    if (err == NB_OK) {
        intent = nb_websub_intent(subscription, nb_slice_str(query_of(request, "hub.mode")),
                                  nb_slice_str(query_of(request, "hub.topic")));
        bool is_mute = intent != NB_WEBSUB_DENIED &&
                       (!challenge[0] || strlen(challenge) > CHALLENGE_MAX_BYTES);
        err = intent == NB_WEBSUB_WRONG || is_mute
                  ? NB_ENOTFOUND
                  : take_intent(door, request, intent, source, arena, &error);
    }
    nb_arena_free(arena);
    if (err != NB_OK) {
        say_failed(answer, err, &error);
        return;
    }
    answer->status = OK;
    if (intent != NB_WEBSUB_DENIED) {
        nb_buf_add_str(&answer->body, challenge); /* and nothing else */
    }
}

bool nb_push_begin(void *arg, const struct nb_http_request *request, struct nb_http_answer *answer)
{
    struct nb_push_door *door = arg;
    struct nb_subscription *subscription = NULL;
    struct nb_slice source;
    struct nb_arena *arena = nb_arena_new(ANSWER_ARENA_BYTES);
    enum nb_err err =
        arena ? find(door, token_of(request), arena, &subscription, &source) : NB_ENOMEM;
    bool is_ending = err == NB_OK && subscription->state == NB__SUBSCRIPTION__STATE__ENDING;
    nb_arena_free(arena);
    if (err == NB_ENOTFOUND || is_ending) {
        say(answer, GONE, "this was unsubscribed");
    } else if (err != NB_OK) {
        answer->retry_after_s = LATER_S;
        say(answer, UNAVAILABLE, "come again later");
    }
    return err == NB_OK && !is_ending;
}

void nb_push_take(void *arg, const struct nb_http_request *request, struct nb_slice body,
                  struct nb_http_answer *answer)
{
    struct nb_push_door *door = arg;
    struct nb_subscription *subscription = NULL;
    struct nb_slice source;
    struct nb_error error = {0};
    const char *signature = nb_http_header(request, "X-Hub-Signature");
    const char *type = nb_http_header(request, "Content-Type");
    struct nb_arena *arena = nb_arena_new(body.len * 4 + ANSWER_ARENA_BYTES);
    enum nb_err err =
        arena ? find(door, token_of(request), arena, &subscription, &source) : NB_ENOMEM;
    bool is_signed = err == NB_OK && nb_websub_is_signed(nb_slice_str(signature),
                                                         nb_field(subscription->secret), body);
    if (err == NB_OK && !is_signed) {
        nb_counter_add(NB_CTR_PUSHES_DROPPED, 1);
        nb_diag(NB_WARN, "websub", "a push has no right signature and is dropped",
                nb_kv_str("hub", subscription->hub), nb_kv_str("topic", subscription->topic));
    } else if (err == NB_OK) {
        struct nb_slice kept;
        struct nb_push *push =
            new_push(door, NB__PUSH__FORM__CONTENT, source, token_of(request), arena);
        err = push ? nb_utf8_repair(nb_slice_str(type), arena, &kept) : NB_ENOMEM;
        if (err == NB_OK) {
            push->content_type = kept.len ? nb_arena_strdup(arena, kept) : NULL;
            push->has_body = 1;
            push->body.len = body.len;
            memcpy(&push->body.data, &body.p, sizeof(body.p)); /* only read */
            err = add(door, push, arena, &error);
        }
        nb_counter_add(NB_CTR_PUSHES, err == NB_OK);
    }
    nb_arena_free(arena);
    if (err == NB_OK) {
        say(answer, ACCEPTED, "thank you");
    } else {
        say_failed(answer, err, &error);
    }
}

/* ---- opening ---- */

static enum nb_err count(struct nb_push_door *door, struct nb_error *error)
{
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    int64_t next = 1;
    enum nb_err err = nb_read_begin(door->inbox, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    if (nb_get(txn, NB_TBL_INBOX_META, NB_LIT("next"), &value) == NB_OK &&
        (!nb_slice_to_i64(value, &next) || next < 1)) {
        next = 1;
    }
    err = nb_cursor_open(txn, NB_TBL_PUSH, &cursor);
    if (err == NB_OK) {
        err = nb_cursor_seek(cursor, NB_LIT(""), &key, &value);
        for (; err == NB_OK; err = nb_cursor_next(cursor, &key, &value)) {
            door->used_bytes += value.len;
        }
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    /* an inbox that was deleted starts behind what the crawler has read of the old one */
    uint64_t read = consumed(door);
    door->next = (uint64_t)next > read ? (uint64_t)next : read + 1;
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_push_open(const struct nb_config *config, const struct nb_clock *clock,
                         struct nb_reading *reading, struct nb_push_door **out,
                         struct nb_error *error)
{
    *out = NULL;
    if (!nb_config_str(config, NB_CFG_WEBSUB_CALLBACK)[0]) {
        return NB_OK;
    }
    struct nb_push_door *door = nb_calloc(1, sizeof(*door));
    if (!door) {
        return NB_ENOMEM;
    }
    *door = (struct nb_push_door){.config = config, .clock = clock, .reading = reading};
    door->max_bytes = (uint64_t)nb_config_int(config, NB_CFG_WEBSUB_INBOX_MAX);
    door->age_ms = nb_config_int(config, NB_CFG_WEBSUB_INBOX_AGE) * 1000;
    const struct nb_store_options options = {
        .sync = nb_config_int(config, NB_CFG_STORE_SYNC) == 0,
        .map_bytes = MAP_BYTES,
        .max_bytes = door->max_bytes * STORE_FACTOR + SPARE_BYTES,
        .lock_wait_ms = nb_config_int(config, NB_CFG_STOP_WAIT)};
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_INBOX,
                                    &options, &door->inbox, error);
    err = err == NB_OK ? count(door, error) : err;
    if (err != NB_OK) {
        nb_push_close(door);
        return err;
    }
    *out = door;
    return NB_OK;
}

void nb_push_close(struct nb_push_door *door)
{
    if (door) {
        if (door->inbox) {
            nb_store_close(door->inbox);
        }
        nb_free(door);
    }
}
