/**
 * Detector: one series of counts at a fixed interval, judged bin by bin against what it learned of
 * itself. Causal, without labels, the same for all series. `nabiz detect` and the committer share
 * it.
 *
 * Integer arithmetic only, so that a state is the same bytes on every machine and after a rebuild.
 *
 * Threads: a detector is the caller's own; a calendar is immutable and shared.
 */
#ifndef NABIZ_ANALYZER_DETECTOR_H
#define NABIZ_ANALYZER_DETECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_calendar;
struct nb_detector;

/* Values are thousandths, so that gauges with decimals fit; a count of n is n * 1000. */
#define NB_DETECTOR_VALUE_MAX_MILLI (INT64_C(1) << 50)

/*
 * Rarity: -log10 of how many such alarms a week a series raises by itself, in thousandths. Who
 * allows k false alarms a week asks for -log10(k): 0 for one a week, 1000 for one in ten weeks.
 * This is the one `nabiz detect` asks for, one in five weeks.
 */
#define NB_DETECTOR_RARITY_MILLI 700

#define NB_DETECTOR_INTERVAL_MIN_MS 60000      /* a minute */
#define NB_DETECTOR_INTERVAL_MAX_MS 86400000LL /* a day */

enum nb_detector_kind {
    NB_DETECTOR_NONE,  /* nothing to say */
    NB_DETECTOR_SPIKE, /* a jump: bins of minutes to hours far above what is usual */
    NB_DETECTOR_RISE,  /* a climb: each bin is bearable, together they are not */
    NB_DETECTOR_DROP   /* silence where there should be something */
};

/** "spike", "rise", "drop"; "none". */
const char *nb_detector_kind_name(enum nb_detector_kind kind);

struct nb_detection {
    enum nb_detector_kind kind; /* NONE when rarity_milli is under what was asked for */
    enum nb_detector_kind seen; /* the form with the greatest rarity, alarm or not */
    uint32_t span_bins; /* value, expected, limit are sums of so many; 0: as many as it took */
    int64_t value_milli;
    int64_t expected_milli;
    int64_t limit_milli;     /* from here on (drop: down to here) it would be an alarm */
    int32_t deviation_milli; /* log2 of value against expected: 1000 is twice, -1000 half */
    int32_t rarity_milli;    /* as above; grows with the value, may be negative */
    bool again;              /* an alarm of the same kind was raised within the last 6 hours */
};

/**
 * @param interval_ms  NB_DETECTOR_INTERVAL_MIN_MS..MAX_MS, a divisor or a multiple of an hour.
 * @param offset_min   zone whose clock and calendar people live by, minutes east of UTC.
 * @return NB_OK, NB_EINVAL (interval), NB_ENOMEM.
 */
enum nb_err nb_detector_new(int64_t interval_ms, int32_t offset_min,
                            struct nb_detector **out) NB_MUSTUSE;
void nb_detector_free(struct nb_detector *detector);

/** Start of the bin a moment falls into; and of the first bin not yet judged (0 before the first).
 */
int64_t nb_detector_bin(const struct nb_detector *detector, int64_t at_ms);
int64_t nb_detector_next(const struct nb_detector *detector);

/**
 * A bin is complete: judge it, then learn from it. Bins between nb_detector_next() and this one
 * count as not observed; one before nb_detector_next() is not looked at (kind NONE, rarity 0).
 * @param calendar      days that are not like others; may be NULL.
 * @param rarity_milli  alarm from this rarity on.
 */
void nb_detector_step(struct nb_detector *detector, const struct nb_calendar *calendar,
                      int64_t bin_ms, int64_t value_milli, int32_t rarity_milli,
                      struct nb_detection *out);

/** Bins up to to_ms were not observed (nobody listened): neither a silence nor learned from. */
void nb_detector_gap(struct nb_detector *detector, const struct nb_calendar *calendar,
                     int64_t to_ms);

/**
 * An open bin has this much so far: would it already be an alarm? Only more can come, so this never
 * says drop. Changes nothing.
 */
void nb_detector_peek(const struct nb_detector *detector, const struct nb_calendar *calendar,
                      int64_t bin_ms, int64_t value_milli, int32_t rarity_milli,
                      struct nb_detection *out);

/** Rarity to ask for so that there are k thousandths of a false alarm a week; k of 0 counts as 1.
 */
int32_t nb_detection_rarity(int64_t a_week_milli);

/** Severity 1..7 by rarity alone; what it is about adds to that (watch.h). 0 for no alarm. */
uint32_t nb_detection_severity(const struct nb_detection *detection);

/** In a sentence: "41 in 15 minutes; usual is 3.2, up to 12 is ordinary". @return NULL: no memory
 */
char *nb_detection_why(const struct nb_detection *detection, int64_t interval_ms,
                       struct nb_arena *arena);

/**
 * State as bytes, with a version in front; a few KB.
 * @return NB_OK, NB_ENOMEM. Decode also NB_ECORRUPT (also for another version: rebuild).
 */
enum nb_err nb_detector_encode(const struct nb_detector *detector, struct nb_arena *arena,
                               struct nb_slice *out) NB_MUSTUSE;
enum nb_err nb_detector_decode(struct nb_slice bytes, struct nb_detector **out) NB_MUSTUSE;

#endif
