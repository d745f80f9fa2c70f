/**
 * Rows of `nabiz detect`: a moment and a value each, summed into bins that the detector judges.
 *
 * Threads: the caller's own.
 */
#ifndef NABIZ_SERVICE_DETECT_ROWS_H
#define NABIZ_SERVICE_DETECT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/alerts/calendar.h"
#include "analyzer/alerts/detector.h"

struct nb_row {
    int64_t at_ms;
    int64_t value_milli; /* 0..NB_DETECTOR_VALUE_MAX_MILLI */
};

/**
 * Read "2015-02-26 21:42:53,57" or "2026-03-20T09:30:00Z;0.25": the first two fields, separated by
 * comma, semicolon or tab, quoted or not. A time without a zone is UTC. Digits beyond thousandths
 * are cut.
 * @return NB_OK, NB_ESYNTAX (no such row; the detail says which part), NB_EINVAL (a value below 0),
 * NB_ETOOBIG (value).
 */
enum nb_err nb_row_parse(struct nb_slice line, struct nb_row *out,
                         struct nb_error *error) NB_MUSTUSE;

/** What bins without rows mean. */
enum nb_missing {
    NB_MISSING_AUTO, /* by whether rows come at even distances: then GAP, else ZERO */
    NB_MISSING_GAP,  /* nobody looked */
    NB_MISSING_ZERO  /* there was nothing */
};

struct nb_alarm {
    int64_t at_ms; /* of the row that was read when it was seen */
    struct nb_detection detection;
};

enum { NB_ROWS_FIRST = 4 };

struct nb_rows {
    struct nb_detector *detector;
    const struct nb_calendar *calendar; /* may be NULL */
    int64_t interval_ms;                /* as set, or as found */
    int32_t offset_min;
    int32_t rarity_milli;
    enum nb_missing missing;
    struct nb_row first[NB_ROWS_FIRST]; /* held until their distance is known */
    size_t first_n;
    bool headed;         /* a first line was read: later ones are no header */
    bool open;           /* there is a bin that is not judged yet: */
    int64_t bin_ms;      /* when it begins, */
    int64_t value_milli; /* and its sum so far */
    bool begun;          /* there was a row: */
    int64_t first_ms, last_ms, distance_ms;
    uint64_t even_n, uneven_n; /* distances like, unlike the one before */
    struct {
        int64_t at_ms; /* last alarm of a side; 0: never */
        int32_t rarity_milli;
    } told[2];
};

/**
 * @param interval_ms  0: five minutes, or the distance of the rows where the first four come at an
 *                     even and larger one. Nothing is told of the first hours, so none waits for
 * it.
 * @return NB_OK, NB_EINVAL (interval), NB_ENOMEM.
 */
enum nb_err nb_rows_init(struct nb_rows *rows, int64_t interval_ms, int32_t offset_min) NB_MUSTUSE;
void nb_rows_fini(struct nb_rows *rows);

/**
 * Take the next row. Of an episode (alarms within six hours of each other) only the first is told,
 * and what is far rarer than all told of it.
 * @param out  [out] at most one alarm for each side; *out_n of them.
 * @return NB_OK, NB_EEXIST (the row before was of the same moment), NB_EINVAL (of a later one),
 *         NB_ENOMEM.
 */
enum nb_err nb_rows_take(struct nb_rows *rows, const struct nb_row *row, struct nb_alarm out[2],
                         size_t *out_n) NB_MUSTUSE;

/**
 * Take the next line of a file: its row, if it has one. An empty line, a header before all rows and
 * a byte order mark before that are passed over.
 * @return NB_OK, or, with what is wrong in *error and the line left out: NB_ESYNTAX (no row, or not
 *         later than the one before), NB_EINVAL, NB_ETOOBIG as nb_row_parse(); NB_ENOMEM.
 */
enum nb_err nb_rows_line(struct nb_rows *rows, struct nb_slice line, struct nb_alarm out[2],
                         size_t *out_n, struct nb_error *error) NB_MUSTUSE;

#endif
