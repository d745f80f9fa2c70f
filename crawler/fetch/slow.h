/**
 * The hosts that took longest to answer lately, for people who watch a crawl.
 *
 * Threads: any. A host that is not among the slowest costs one relaxed load.
 */
#ifndef NABIZ_FETCH_SLOW_H
#define NABIZ_FETCH_SLOW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/crawl.h>
#include <nabiz/slice.h>

enum { NB_SLOW_KEPT = 8 };

struct nb_slow {
    _Atomic int64_t floor_ms; /* faster ones are not looked at */
    pthread_mutex_t mu;
    struct nb_slow_entry {
        struct nb_crawl_slow host;
        int64_t at_mono_ms;
    } entries[NB_SLOW_KEPT]; /* guarded by mu */
    size_t n;                /* guarded by mu */
};

void nb_slow_init(struct nb_slow *slow);
void nb_slow_fini(struct nb_slow *slow);

/** An answer of a host took so long. */
void nb_slow_note(struct nb_slow *slow, struct nb_slice host, int64_t took_ms);

/** The slowest of the last minute, slowest first. @return how many, at most max_n. */
size_t nb_slow_read(struct nb_slow *slow, struct nb_crawl_slow *out, size_t max_n);

#endif
