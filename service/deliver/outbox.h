/**
 * Outbox: messages to recipients, from the moment something is to be said until it was, or until
 * that was given up. It is durable: what is added in a transaction of the desk store is sent, and
 * added once however often it is added.
 *
 * A message is told apart by its recipient and its key, which says what it is about and not when it
 * was asked for: "digest/acme/2026-11-21". Whoever adds messages from a source with a cursor moves
 * the cursor in the same transaction, so that a kill between the two loses and doubles nothing.
 * What was sent is remembered for deliver.log_age; the same key after that is a new message.
 *
 * Threads: as the transaction, the caller's.
 */
#ifndef NABIZ_DELIVER_OUTBOX_H
#define NABIZ_DELIVER_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

enum {
    NB_OUTBOX_NAME_BYTES = 64,      /* of a recipient, at most */
    NB_OUTBOX_KEY_BYTES = 400,      /* of a key or thread; longer ones are refused */
    NB_OUTBOX_BODY_BYTES = 8 << 20, /* of a message; longer ones are refused */
    NB_OUTBOX_ATTEMPTS = 12,        /* that are remembered of a message */
    NB_OUTBOX_SHARE = 4             /* no recipient takes more than a quarter of the queue */
};

struct nb_message {
    struct nb_slice recipient; /* name in the recipients file */
    struct nb_slice key;
    struct nb_slice thread;  /* those of one arrive in the order they were added; may be empty */
    struct nb_slice subject; /* in a line, for people who look at the queue; cut when long */
    Nb__Delivery__Form form; /* that the recipient had when the body was made */
    struct nb_slice body;    /* what is sent: JSON, or a whole mail, see mail.h */
    int64_t not_before_ms;   /* it waits until then: quiet hours; 0: it need not. It takes the place
                                of an untried one of its thread that waits for the same moment. */
};

/** Of a recipient and a key: the end of a webhook-id and of a Message-ID. */
struct nb_id nb_outbox_id(struct nb_slice recipient, struct nb_slice key);

/**
 * Add a message. When it and what waits already are over max_bytes, or over a quarter of that for
 * its recipient alone, it is not kept but noted as given up: see `nabiz deliver dead`. A message to
 * a recipient that said 410 Gone is given up as well, and kept.
 * @param desk   a write transaction of the desk store.
 * @param arena  for what is stored; may be reset afterwards.
 * @param added  [out] false when there was one with its recipient and key before; may be NULL.
 * @return NB_OK, NB_EINVAL (empty or too long a name or key), NB_ETOOBIG (the body), NB_ENOMEM,
 *         NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_outbox_add(struct nb_txn *desk, const struct nb_message *message, uint64_t max_bytes,
                          int64_t now_ms, struct nb_arena *arena, bool *added) NB_MUSTUSE;

/**
 * The first message with a number over `after` that waits.
 * @return NB_OK, NB_ENOTFOUND, NB_ECORRUPT, NB_ENOMEM, or the transaction's first error.
 */
enum nb_err nb_outbox_next(struct nb_txn *desk, uint64_t after, struct nb_arena *arena,
                           uint64_t *number, struct nb_delivery **out) NB_MUSTUSE;

/** The last message with a number under `before` that was sent or given up. @return the same. */
enum nb_err nb_outbox_done(struct nb_txn *desk, uint64_t before, struct nb_arena *arena,
                           uint64_t *number, struct nb_delivery **out) NB_MUSTUSE;

/** What is to be sent. @return NB_OK, NB_ENOTFOUND (it is not kept), NB_ECORRUPT, NB_ENOMEM. */
enum nb_err nb_outbox_body(struct nb_txn *desk, uint64_t number, struct nb_arena *arena,
                           struct nb_slice *out) NB_MUSTUSE;

/** A record by its number, waiting or not. @return as nb_outbox_next(). */
enum nb_err nb_outbox_get(struct nb_txn *desk, uint64_t number, struct nb_arena *arena,
                          struct nb_delivery **out) NB_MUSTUSE;

/* What came of an attempt to send a message. */
struct nb_outbox_attempt {
    Nb__Delivery__State state; /* WAITING: it is tried again at next_ms */
    int64_t at_ms;
    int64_t now_ms;
    int64_t next_ms;
    uint32_t status;     /* 0: no answer */
    const char *failure; /* NULL when it was sent */
    bool is_gone;        /* the recipient wants nothing more: what waits for it is given up */
};

/**
 * Note what came of an attempt.
 * @return NB_OK, NB_ENOTFOUND (it does not wait), NB_ECORRUPT, NB_ENOMEM, or the transaction's.
 */
enum nb_err nb_outbox_note(struct nb_txn *desk, uint64_t number,
                           const struct nb_outbox_attempt *attempt,
                           struct nb_arena *arena) NB_MUSTUSE;

/**
 * Let messages that were given up wait again, as if they had just been added, and their recipient
 * be sent to.
 * @param number  of one message, or 0: all of a recipient.
 * @param retried [out] how many; those whose body is not kept any more are not among them.
 * @return NB_OK, NB_ECORRUPT, NB_ENOMEM, or the transaction's first error.
 */
enum nb_err nb_outbox_retry(struct nb_txn *desk, uint64_t number, struct nb_slice recipient,
                            int64_t now_ms, struct nb_arena *arena, uint64_t *retried) NB_MUSTUSE;

/**
 * Forget what was sent or given up before a time: up to `most` records at once.
 * @return NB_OK, NB_ECORRUPT, NB_ENOMEM, or the transaction's first error.
 */
enum nb_err nb_outbox_forget(struct nb_txn *desk, int64_t before_ms, size_t most,
                             struct nb_arena *arena, size_t *forgotten) NB_MUSTUSE;

/** What is known of a recipient; an empty record when nothing is. @return as nb_outbox_next(). */
enum nb_err nb_outbox_recipient(struct nb_txn *desk, struct nb_slice name, struct nb_arena *arena,
                                struct nb_recipient_state **out) NB_MUSTUSE;

/** Bytes of all messages that wait or could be tried again. */
uint64_t nb_outbox_bytes(struct nb_txn *desk);

#endif
