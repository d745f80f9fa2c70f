/** Inside of the local log: what writing and reading share. */
#ifndef NABIZ_COMMON_LOG_IMPL_H
#define NABIZ_COMMON_LOG_IMPL_H

#include <stdatomic.h>

struct nb_store;

struct nb_log {
    struct nb_store *store; /* the caller's */
    atomic_bool closed;
};

#endif
