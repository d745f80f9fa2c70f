/**
 * Counts of a report: of its period, of the days before, of its hours or days, and what is usual.
 *
 * Threads: plain data.
 */
#ifndef NABIZ_DIGEST_COUNTS_H
#define NABIZ_DIGEST_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NB_REPORT_HISTORY_DAYS 28 /* that a period is compared with, at most */
#define NB_REPORT_SLOTS_MAX 25    /* hours of the longest day */

struct nb_report_counts {
    uint64_t documents_n;
    uint64_t negative_n;
    uint64_t neutral_n;
    uint64_t positive_n;
    int64_t score_sum_milli;
};

/** A day before the one reported, whether anything was said or not. */
struct nb_report_day {
    int64_t day_ms;
    struct nb_report_counts counts;
};

/** An hour of a day or a day of a week, and what is usual then. */
struct nb_report_slot {
    int64_t from_ms, to_ms;
    struct nb_report_counts counts;
    /* documents, in thousandths; NB_UNKNOWN_MILLI when fewer than three values are known */
    int64_t usual_milli, low_milli, high_milli;
};

/**
 * What a period is compared with: medians over like periods before it. Of a day these are the same
 * weekdays of the last four weeks when three are known, else the last seven days; of a week the
 * last four weeks.
 */
struct nb_report_usual {
    size_t n;      /* periods; 0: there is nothing to compare with */
    bool weekdays; /* they are the same weekdays */
    int64_t documents_milli, negative_milli, neutral_milli, positive_milli;
    int64_t low_milli, high_milli; /* least and most documents of them */
    int32_t score_milli;           /* mean over all their documents */
    bool has_score;
};

/** Mean score of a count, thousandths; 0 when there are no documents. */
static inline int32_t nb_report_score(const struct nb_report_counts *counts)
{
    return counts->documents_n == 0
               ? 0
               : (int32_t)(counts->score_sum_milli / (int64_t)counts->documents_n);
}

#endif
