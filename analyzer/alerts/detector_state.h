/**
 * What a detector knows of its series: inside of detector.h, for the files detector_*.c alone.
 *
 * Threads: as detector.h.
 */
#ifndef NABIZ_ANALYZER_DETECTOR_STATE_H
#define NABIZ_ANALYZER_DETECTOR_STATE_H

#include "analyzer/alerts/detector.h"

enum {
    DETECTOR_SLOTS = 24 * 7, /* hours of the week */
    DETECTOR_SPANS = 3,      /* sums looked at: 1, 3 and 12 bins */
    DETECTOR_RING = 12
};

/* How the logarithm of a sum against what is usual spreads, by itself. */
struct spread {
    int32_t mean_milli;
    int32_t deviation_milli; /* mean absolute one */
};

struct nb_detector {
    int64_t interval_ms;
    int32_t offset_min;
    uint32_t seen_n; /* bins observed */
    int64_t next_ms;
    int64_t level_milli;                /* what a bin has, over a week or so */
    int32_t slot_milli[DETECTOR_SLOTS]; /* log2 of an hour of the week against that */
    int64_t ring[DETECTOR_RING];        /* the last bins, newest at ring_at */
    uint32_t ring_at;
    struct spread spreads[DETECTOR_SPANS];
    int64_t alarm_ms[4]; /* last one by kind */
};

#endif
