/**
 * What waits to be sent, in memory: which message is next, and for whom it is too early.
 *
 * To each recipient one message is under way at a time, oldest first. A message that was put off
 * holds up those of its thread behind it, so that an incident is not closed before it was opened;
 * others to the same recipient go past it. A recipient that fails three times in a row, or asks for
 * it, is left alone for a while; recipients never wait for each other.
 *
 * Threads: one.
 */
#ifndef NABIZ_DELIVER_QUEUE_H
#define NABIZ_DELIVER_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/record.h>

struct nb_queue_lane; /* a recipient's */

struct nb_queue_entry {
    uint64_t number; /* of the message */
    int64_t next_ms;
    uint64_t thread; /* hash; 0: none */
    struct nb_queue_lane *lane;
    bool is_flying;
};

struct nb_queued {
    struct nb_queue_entry *entries; /* by number */
    size_t n;
    size_t cap;
    struct nb_queue_lane *lanes;
    uint64_t *held; /* threads that are held up, a table used while picking */
    size_t held_cap;
    uint64_t last; /* number up to which messages were added */
};

void nb_queued_init(struct nb_queued *queue);
void nb_queued_fini(struct nb_queued *queue);

/**
 * Add a message; one that is there already stays as it is.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_queued_add(struct nb_queued *queue, uint64_t number,
                          const struct nb_delivery *delivery) NB_MUSTUSE;

/** Forget all that is not under way: it is read anew, from the first on. */
void nb_queued_forget(struct nb_queued *queue);

/**
 * The next message to send now; it is under way afterwards.
 * @param number   [out]
 * @param wake_ms  [out] when there may be one, if there is none now; INT64_MAX: not by itself.
 * @return NB_OK, NB_ENOTFOUND, NB_ENOMEM.
 */
enum nb_err nb_queued_pick(struct nb_queued *queue, int64_t now_ms, uint64_t *number,
                           int64_t *wake_ms) NB_MUSTUSE;

/** A message is under way no more: it was sent or given up. */
void nb_queued_drop(struct nb_queued *queue, uint64_t number, bool is_sent);

/**
 * Or it is to be tried again.
 * @param rest_ms  until then its recipient is left alone; 0: it did not ask for that.
 */
void nb_queued_put_off(struct nb_queued *queue, uint64_t number, int64_t next_ms, int64_t rest_ms,
                       int64_t now_ms);

#endif
