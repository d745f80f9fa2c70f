/**
 * Summary of life events: people by type and, if asked for, by subject, stage, city or week, with
 * what may be said of sensitive types and no more.
 *
 * Of a sensitive type a cell shows people only, at least NB_EVENT_PEOPLE_MIN of them, rounded down
 * to tens; smaller cells are hidden behind one row, the group "other". Where less than that, or one
 * cell, is hidden of a type, its smallest cell that is left is hidden too (complementary
 * suppression), so that no total less the cells shown tells it; and rounding keeps two questions
 * that differ by little from telling the difference. Source: A. Hundepool et al., Statistical
 * Disclosure Control, 2012, chapters 4 and 5.
 *
 * Threads: pure functions on the caller's snapshot and arena.
 */
#ifndef NABIZ_EVENTS_SUMMARY_H
#define NABIZ_EVENTS_SUMMARY_H

#include <nabiz/arena.h>

#include "analyzer/events/classes.h"
#include "analyzer/events/tally.h"

#define NB_EVENT_PEOPLE_MIN 10

enum nb_event_by {
    NB_EVENT_BY_TYPE,
    NB_EVENT_BY_SUBJECT,
    NB_EVENT_BY_STAGE,
    NB_EVENT_BY_CITY,
    NB_EVENT_BY_WEEK
};

/* What is counted; an empty name takes all. */
struct nb_event_filter {
    struct nb_slice type, subject, stage, city;
    int32_t from, to; /* days, both included; as many before them are compared with */
    enum nb_event_by by;
};

struct nb_event_row {
    enum nb_event_type type;
    struct nb_slice group; /* subject, stage, city or Monday; empty when only by type, or unknown */
    bool sensitive;
    bool hidden;          /* people is 0: too few to be shown */
    uint64_t people;      /* different authors */
    uint64_t documents_n; /* 0 for a sensitive type */
    uint64_t before;      /* people in the days before; of a sensitive type 0 when too few */
};

/**
 * @param out  [out] in the order of the types, groups with most people first, weeks in order.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_event_summary(struct nb_txn *txn, const struct nb_event_filter *filter,
                             const struct nb_event_classes *classes, struct nb_arena *arena,
                             struct nb_event_row **out, size_t *out_n) NB_MUSTUSE;

#endif
