/**
 * When a source publishes, as far as its polls have shown: rate, hours of the week, last reading.
 *
 * Times of items are what the publisher says where that can be true, for it tells more than the
 * poll does: after the last reading and before this one. Other items are spread over the time in
 * which they must have appeared.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_RHYTHM_H
#define NABIZ_CRAWLER_SCHEDULE_RHYTHM_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/schedule/profile.h"
#include "crawler/schedule/rate.h"

/* Items of one reading that are counted, at most. */
enum { NB_RHYTHM_ITEMS_MAX = 256 };

/** Starts as {0}. */
struct nb_rhythm {
    struct nb_rate rate;
    struct nb_profile profile;
    int64_t read_ms; /* until then everything was seen; 0: never read */
};

/**
 * A source was read.
 * @param item_ms  when its new items were published, as it says; -1: it does not say.
 * @param shared   profile of all sources, counted in as well.
 *
 * The first reading brings what the source published before: its items count since the oldest
 * unless most of them have the time of the reading, which is how made-up times look.
 */
void nb_rhythm_read(struct nb_rhythm *rhythm, const int64_t *item_ms, size_t n, int64_t now_ms,
                    struct nb_profile *shared);

/**
 * A page of a site was read in the course of a visit: count those of its new items that appeared
 * since the visit before, or in the last week if there was none. nb_rhythm_read() ends the visit.
 */
void nb_rhythm_visit(struct nb_rhythm *rhythm, const int64_t *item_ms, size_t n, int64_t now_ms,
                     struct nb_profile *shared);

#endif
