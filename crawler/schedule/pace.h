/**
 * Hosts that ask for pauses: whose turn it is, and which sources wait for theirs.
 *
 * Such a host is asked by one poll at a time, and the next one goes when its Crawl-delay since the
 * last request is over, and the time that it asked for with a 429 or 503. Who waits here takes no
 * place among the polls under way, so that one host with many feeds and a long delay holds up
 * nobody else. The order among those who wait is by due time and id, which a restart does not
 * change.
 *
 * Threads: the scheduler's.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_PACE_H
#define NABIZ_CRAWLER_SCHEDULE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/slice.h>
#include <nabiz/store.h>

#include "crawler/hosts.h"
#include "crawler/schedule/heap.h"

struct nb_pace;

enum { NB_PACE_BUCKETS = 1024 };

/** Starts as {0}. */
struct nb_paces {
    struct nb_pace *buckets[NB_PACE_BUCKETS];
    struct nb_heap waking; /* hosts with sources that wait, by when their turn comes */
};

void nb_paces_fini(struct nb_paces *paces);

/**
 * Take over the HOST table.
 * @param with_delays    false: Crawl-delays are nobody's concern.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, NB_EIO.
 */
enum nb_err nb_paces_load(struct nb_paces *paces, struct nb_txn *txn, bool with_delays) NB_MUSTUSE;

/** Forget who waits, and keep the times. */
void nb_paces_clear(struct nb_paces *paces);

/** @return NULL for a host that asks for no pauses. */
struct nb_pace *nb_pace_find(const struct nb_paces *paces, struct nb_slice host);

/**
 * A host was asked.
 * @param delay_ms   Crawl-delay; 0: none.
 * @param closed_ms  nothing before then; 0: it did not say.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_pace_set(struct nb_paces *paces, struct nb_slice host, int64_t asked_ms,
                        int64_t delay_ms, int64_t closed_ms) NB_MUSTUSE;

/** A host was asked and wants nothing before a time; its Crawl-delay stays. @return as _set. */
enum nb_err nb_pace_close(struct nb_paces *paces, struct nb_slice host, int64_t asked_ms,
                          int64_t closed_ms) NB_MUSTUSE;

/** May a poll go there now? */
bool nb_pace_is_open(struct nb_pace *pace, int64_t now_ms);

/** A poll goes there: the host is closed until nb_pace_end(). */
void nb_pace_begin(struct nb_pace *pace);
void nb_pace_end(struct nb_pace *pace);

/** The source that nb_pace_settle() put among those that are due came up there. */
void nb_pace_called(struct nb_pace *pace);

/** Forget hosts nobody waits for whose pause is over, with a Crawl-delay for a month. */
void nb_paces_sweep(struct nb_paces *paces, int64_t now_ms);

/** Let a source wait for its turn; nb_pace_settle() is to follow. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_pace_park(struct nb_pace *pace, const struct nb_heap_item *source) NB_MUSTUSE;

/**
 * Put the source whose turn it is back among those that are due, with the pace as its value; or
 * see to it that nb_paces_wake() will. @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_pace_settle(struct nb_paces *paces, struct nb_pace *pace, int64_t now_ms,
                           struct nb_heap *due) NB_MUSTUSE;

/** Settle every host whose delay is over. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_paces_wake(struct nb_paces *paces, int64_t now_ms, struct nb_heap *due) NB_MUSTUSE;

/** When the next turn comes; INT64_MAX when nobody waits. */
int64_t nb_paces_next_ms(const struct nb_paces *paces);

#endif
