/**
 * Printing what `nabiz deliver` shows: recipients with how sending to them goes, and messages.
 *
 * Threads: main's only.
 */
#ifndef NABIZ_SERVICE_DELIVER_PRINT_H
#define NABIZ_SERVICE_DELIVER_PRINT_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/store.h>

#include "service/deliver/recipients.h"

struct nb_deliver_view {
    struct nb_txn *desk; /* NULL: there is no desk yet */
    struct nb_arena *arena;
    struct nb_buf *out;
    bool is_json;
    int32_t utc_offset_min;
};

/* Which messages. */
struct nb_deliver_filter {
    bool is_waiting; /* those that wait, oldest first; else those that are done, newest first */
    bool only_dead;  /* of those that are done */
    struct nb_slice recipient; /* empty: any */
    struct nb_slice incident;  /* id; empty: any */
    uint64_t limit;
};

/** @param shown  [out] how many. */
enum nb_err nb_deliver_print_recipients(const struct nb_deliver_view *view,
                                        const struct nb_recipients *recipients,
                                        size_t *shown) NB_MUSTUSE;
enum nb_err nb_deliver_print_messages(const struct nb_deliver_view *view,
                                      const struct nb_deliver_filter *filter,
                                      size_t *shown) NB_MUSTUSE;

#endif
