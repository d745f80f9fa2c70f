/*
 * A message is read from the desk when it is sent, and what came of it is written there before
 * anything else is done with it. If that write fails, the message stays in the queue and is sent
 * again with the same id.
 */
#include "service/deliver/deliver_impl.h"

#include <stdio.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>

#define WRITE_AGAIN_MS 30000 /* after what came of it could not be written */

static void free_send(struct nb_send *send)
{
    if (send) {
        if (send->easy) {
            curl_easy_cleanup(send->easy);
        }
        curl_slist_free_all(send->lines);
        nb_arena_free(send->arena);
        nb_free(send);
    }
}

static struct nb_send *new_send(struct nb_deliver *deliver, uint64_t number)
{
    struct nb_send *send = nb_calloc(1, sizeof(*send));
    if (send) {
        send->deliver = deliver;
        send->number = number;
        send->at_ms = nb_clock_now_ms(deliver->clock);
        send->arena = nb_arena_new(NB_SEND_ARENA_BYTES);
    }
    if (send && !send->arena) {
        free_send(send);
        send = NULL;
    }
    return send;
}

static enum nb_err load(struct nb_send *send, struct nb_error *error)
{
    struct nb_txn *txn;
    struct nb_delivery *delivery = NULL;
    enum nb_err err = nb_read_begin(send->deliver->desk, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_outbox_get(txn, send->number, send->arena, &delivery);
    if (err == NB_OK && delivery->state != NB__DELIVERY__STATE__WAITING) {
        err = NB_ENOTFOUND;
    }
    err = err == NB_OK ? nb_outbox_body(txn, send->number, send->arena, &send->body) : err;
    nb_read_end(txn);
    send->delivery = delivery;
    return err;
}

/* ---- what came of it ---- */

struct noting {
    uint64_t number;
    struct nb_outbox_attempt attempt;
    struct nb_arena *arena;
};

static enum nb_err write_note(struct nb_txn *txn, void *arg)
{
    struct noting *noting = arg;
    return nb_outbox_note(txn, noting->number, &noting->attempt, noting->arena);
}

static void tell(const struct nb_send *send, const struct nb_judgement *judged)
{
    const struct nb_delivery *d = send->delivery;
    bool is_dead = judged->state == NB__DELIVERY__STATE__DEAD;
    if (judged->state == NB__DELIVERY__STATE__SENT) {
        nb_counter_add(NB_CTR_MESSAGES_SENT, 1);
        nb_diag(NB_INFO, "deliver", "sent", nb_kv_str("recipient", d->recipient),
                nb_kv_str("message", d->key));
        return;
    }
    nb_counter_add(NB_CTR_MESSAGES_FAILED, 1);
    nb_counter_add(NB_CTR_MESSAGES_DEAD, is_dead);
    nb_diag(is_dead ? NB_ERROR : NB_WARN, "deliver",
            is_dead ? "given up; see `nabiz deliver dead`" : "not sent, it is tried again",
            nb_kv_str("recipient", d->recipient), nb_kv_str("message", d->key),
            nb_kv_str("why", judged->failure));
}

/* Write what came of it and take it out of the queue or put it off. */
static void settle(struct nb_deliver *deliver, struct nb_send *send,
                   const struct nb_judgement *judged, uint32_t status)
{
    struct nb_error error = {0};
    int64_t now_ms = nb_clock_now_ms(deliver->clock);
    bool is_sent = judged->state == NB__DELIVERY__STATE__SENT;
    struct noting noting = {.number = send->number,
                            .arena = send->arena,
                            .attempt = {.state = judged->state,
                                        .at_ms = send->at_ms,
                                        .now_ms = now_ms,
                                        .next_ms = judged->next_ms,
                                        .status = status,
                                        .failure = is_sent ? NULL : judged->failure,
                                        .is_gone = judged->is_gone}};
    enum nb_err err = nb_store_write(deliver->desk, write_note, &noting, &error);
    if (err != NB_OK) {
        nb_diag(NB_ERROR, "deliver",
                "what came of a message could not be written; it is sent again",
                nb_kv_str("recipient", send->delivery->recipient), nb_kv_err(&error));
        nb_queued_put_off(&deliver->queue, send->number, now_ms + WRITE_AGAIN_MS, 0, now_ms);
        return;
    }
    tell(send, judged);
    if (judged->is_gone) {
        nb_queued_drop(&deliver->queue, send->number, false);
        nb_queued_forget(&deliver->queue); /* others of it were given up as well */
        nb_deliver_wake(deliver);
    } else if (judged->state == NB__DELIVERY__STATE__WAITING) {
        nb_queued_put_off(&deliver->queue, send->number, judged->next_ms, judged->rest_ms, now_ms);
    } else {
        nb_queued_drop(&deliver->queue, send->number, is_sent);
    }
}

void nb_send_finish(struct nb_deliver *deliver, struct nb_send *send, CURLcode code)
{
    struct nb_answer answer;
    struct nb_judgement judged;
    struct nb_id id;
    const struct nb_delivery *d = send->delivery;
    memcpy(id.b, d->id.data, sizeof(id.b));
    nb_send_read(send, code, &answer);
    nb_backoff_judge(d->form, &answer, d->attempts_n + 1, &id, nb_clock_now_ms(deliver->clock),
                     &judged);
    (void)curl_multi_remove_handle(deliver->multi, send->easy);
    settle(deliver, send, &judged, answer.status);
    struct nb_send **at = &deliver->active;
    while (*at != send) {
        at = &(*at)->next;
    }
    *at = send->next;
    deliver->active_n--;
    free_send(send);
}

void nb_send_drop(struct nb_deliver *deliver, struct nb_send *send)
{
    (void)curl_multi_remove_handle(deliver->multi, send->easy);
    free_send(send);
}

/* ---- starting ---- */

/* What keeps it from being tried at all. It is looked at again like any failure, for a missing
 * setting or recipient may come back. */
static void could_not(struct nb_deliver *deliver, struct nb_send *send, const char *why)
{
    struct nb_judgement judged = {.state = NB__DELIVERY__STATE__WAITING};
    struct nb_id id;
    int64_t now_ms = nb_clock_now_ms(deliver->clock);
    unsigned attempts_n = send->delivery->attempts_n + 1;
    memcpy(id.b, send->delivery->id.data, sizeof(id.b));
    int64_t wait_ms = nb_backoff_wait_ms(attempts_n, &id);
    judged.next_ms = now_ms + wait_ms;
    judged.state = wait_ms < 0 ? NB__DELIVERY__STATE__DEAD : judged.state;
    (void)snprintf(judged.failure, sizeof(judged.failure), "%.150s", why);
    settle(deliver, send, &judged, 0);
}

/* mu is held. @return NULL, or why it cannot be sent. */
static const char *prepare(struct nb_deliver *deliver, struct nb_send *send, struct nb_error *error)
{
    const struct nb_delivery *d = send->delivery;
    const struct nb_recipient *to = nb_recipients_find(deliver->recipients, nb_field(d->recipient));
    if (!to) {
        return "there is no such recipient any more";
    }
    if (to->form != d->form) {
        return "the recipient was of another form when this was written";
    }
    enum nb_err err = nb_send_prepare(send, to, error);
    if (err == NB_EREFUSED) {
        return "its address is a private one; see `private` in docs/delivery.md";
    }
    return err == NB_OK ? NULL : error->text[0] ? error->text : nb_strerror(err);
}

bool nb_send_start(struct nb_deliver *deliver, uint64_t number)
{
    struct nb_error error = {0};
    int64_t now_ms = nb_clock_now_ms(deliver->clock);
    struct nb_send *send = new_send(deliver, number);
    enum nb_err err = send ? load(send, &error) : NB_ENOMEM;
    if (err == NB_ENOTFOUND) {
        nb_queued_drop(&deliver->queue, number, false); /* it does not wait any more */
        free_send(send);
        return true;
    }
    if (err != NB_OK) {
        nb_diag(NB_ERROR, "deliver", "a message could not be read",
                nb_kv_int("number", (int64_t)number), nb_kv_str("err", nb_strerror(err)));
        nb_queued_put_off(&deliver->queue, number, now_ms + WRITE_AGAIN_MS, 0, now_ms);
        free_send(send);
        return false;
    }
    pthread_mutex_lock(&deliver->mu);
    const char *why = prepare(deliver, send, &error);
    pthread_mutex_unlock(&deliver->mu);
    if (!why && curl_multi_add_handle(deliver->multi, send->easy) != CURLM_OK) {
        why = "out of memory";
    }
    if (why) {
        could_not(deliver, send, why);
        free_send(send);
        return true;
    }
    send->next = deliver->active;
    deliver->active = send;
    deliver->active_n++;
    return true;
}
