/**
 * Subscriptions by source, with the time at which something is to be done for each.
 *
 * Threads: the caller sees to it that one at a time uses a table.
 */
#ifndef NABIZ_WEBSUB_TABLE_H
#define NABIZ_WEBSUB_TABLE_H

#include <stddef.h>

#include "crawler/schedule/heap.h"
#include "crawler/websub/subscription.h"

/** Starts as {0}. */
struct nb_sub_table {
    struct nb_sub **slots; /* NULL: empty */
    size_t slots_n;        /* a power of two, at least twice n */
    size_t n;
    struct nb_heap times; /* by next_ms; entries that it moved away from are passed over */
};

void nb_sub_table_fini(struct nb_sub_table *table);

/** @return NULL when there is none. */
struct nb_sub *nb_sub_find(const struct nb_sub_table *table, struct nb_id source);

/** Take a subscription over; its source has none yet. @return NB_OK, NB_ENOMEM (not taken). */
enum nb_err nb_sub_add(struct nb_sub_table *table, struct nb_sub *sub) NB_MUSTUSE;

/** Take it out and free it. */
void nb_sub_remove(struct nb_sub_table *table, struct nb_sub *sub);

/** Its next_ms may have changed. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_sub_moved(struct nb_sub_table *table, struct nb_sub *sub) NB_MUSTUSE;

/** One for which the time has come, out of the order; NULL when none. */
struct nb_sub *nb_sub_next(struct nb_sub_table *table, int64_t now_ms);

/** When the next one's time comes; INT64_MAX when there is none. */
int64_t nb_sub_next_ms(const struct nb_sub_table *table);

#endif
