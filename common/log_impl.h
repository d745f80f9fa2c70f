/** Inside of the local log: what writing and reading share. */
#ifndef NABIZ_COMMON_LOG_IMPL_H
#define NABIZ_COMMON_LOG_IMPL_H

#include <stdatomic.h>

#include <nabiz/store.h>

struct nb_log {
    struct nb_store *store; /* the caller's */
    atomic_bool closed;
};

/**
 * Take the quotes of forgotten authors out of an encoded Document.
 * @param out  [out] the same bytes, or others in arena.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_log_drop_forgotten(struct nb_txn *txn, struct nb_slice bytes, struct nb_arena *arena,
                                  struct nb_slice *out) NB_MUSTUSE;

#endif
