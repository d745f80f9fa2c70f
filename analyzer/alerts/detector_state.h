/**
 * What a detector knows of its series: inside of detector.h, for detector*.c and baseline.c alone.
 *
 * Threads: as detector.h.
 */
#ifndef NABIZ_ANALYZER_DETECTOR_STATE_H
#define NABIZ_ANALYZER_DETECTOR_STATE_H

#include "analyzer/alerts/baseline.h"
#include "analyzer/alerts/detector.h"
#include "analyzer/alerts/peak.h"

enum {
    DETECTOR_RING = 360, /* bins remembered: six hours of minutes */
    DETECTOR_EVENTS = 8, /* last values over nothing, for topics of few */
    DETECTOR_SIDES = 2,  /* up, down */
    NEVER = -1,
    LOOK_BACK_BINS = 6 /* the longest look sums six hours, and at least so many bins */
};

#define LOOK_BACK_MS (6 * INT64_C(3600000))

/* What is looked at in a bin. */
enum looked_at {
    LOOK_JUMP,  /* sum of five minutes */
    LOOK_HOUR,  /* sum of an hour */
    LOOK_RISE,  /* mean of the logarithms over six hours: a short burst hardly moves it */
    LOOK_CLIMB, /* CUSUM of the hours (Page 1954) */
    LOOK_FEW,   /* the time that the last four took, in topics of few */
    LOOK_MORE,  /* and the last eight */
    LOOK_FALL,  /* as RISE, downwards */
    LOOK_QUIET, /* what was expected since the last one */
    DETECTOR_WATCHES
};

/* A bin, and the logarithm of what it had against what was expected. */
struct bin {
    int64_t value, expected; /* fine */
    int32_t log_milli;
    bool open; /* more may come */
};

/* The last alarm of a side: what comes within some hours is the same one. */
struct episode {
    int64_t at_ms;
    int32_t rarity_milli;
};

struct nb_detector {
    int64_t interval_ms;
    int64_t next_ms;
    uint32_t seen_n;  /* bins observed */
    uint32_t gauge;   /* 1: values have decimals, so they count nothing */
    uint32_t ring_at; /* where the newest bin is */
    struct baseline baseline;
    struct bin ring[DETECTOR_RING];
    int64_t since[DETECTOR_EVENTS]; /* fine, what was expected since each of the last values */
    int64_t quiet;                  /* fine, what was expected since the last value */
    int64_t quiet_ms;               /* and how long that is */
    int64_t climb;                  /* CUSUM of the hours, in thousandths of an octave */
    int64_t hour_value, hour_expected;
    uint32_t hour_bins;
    struct peak peaks[DETECTOR_WATCHES]; /* of what was looked at */
    struct episode episodes[DETECTOR_SIDES];
};

/* What a look shows. */
struct sight {
    int32_t seen_milli;      /* compared with the peak */
    int64_t value, expected; /* fine */
    uint32_t bins;           /* they are sums of; 0: of however many it took */
    bool is_seen;            /* false: there is nothing to compare */
};

/* The bin of a value at a time, with what is expected then. */
struct bin nb_detector_make(const struct nb_detector *d, const struct nb_calendar *calendar,
                            int64_t bin_ms, int64_t value);

void nb_detector_look(const struct nb_detector *d, const struct bin *bin, enum looked_at what,
                      struct sight *out);

/* Bins of a span, for this interval. */
uint32_t nb_detector_span(int64_t interval_ms, int64_t span_ms, uint32_t least);

/* Documents in a fine value over 0, 1..most. */
uint32_t nb_detector_events(int64_t value, uint32_t most);

#endif
