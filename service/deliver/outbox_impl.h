/*
 * Inside of the outbox: records, and the sums that have to change with them. What returns an error
 * returns NB_OK, NB_ECORRUPT, NB_ENOMEM, or the transaction's first one.
 */
#ifndef NABIZ_DELIVER_OUTBOX_IMPL_H
#define NABIZ_DELIVER_OUTBOX_IMPL_H

#include "service/deliver/outbox.h"

struct nb_outbox_key {
    uint8_t b[8];
};

/** The key of a number; it lies in key. */
struct nb_slice nb_outbox_key(uint64_t number, struct nb_outbox_key *key);

/** The first record of OUTBOX or DELIVERED with a number over `after`. @return also NB_ENOTFOUND.
 */
enum nb_err nb_outbox_next_in(struct nb_txn *desk, enum nb_table_id table, uint64_t after,
                              struct nb_arena *arena, uint64_t *number,
                              struct nb_delivery **out) NB_MUSTUSE;

enum nb_err nb_outbox_put(struct nb_txn *desk, enum nb_table_id table, uint64_t number,
                          const struct nb_delivery *delivery, struct nb_arena *arena) NB_MUSTUSE;

enum nb_err nb_outbox_put_recipient(struct nb_txn *desk, struct nb_slice name,
                                    const struct nb_recipient_state *state,
                                    struct nb_arena *arena) NB_MUSTUSE;

/** One message of so many bytes more or less waits for a recipient. */
void nb_outbox_count(struct nb_recipient_state *state, bool is_more, uint64_t bytes);

/** Delete what a message says; its record is to be put afterwards, or deleted as well. */
void nb_outbox_drop_body(struct nb_txn *desk, uint64_t number, struct nb_delivery *delivery);

#endif
