/*
 * Counts of a period from the hourly counters, and what is usual: medians, which a day of crisis
 * among those before does not move. For an hour of a day the values are those of the same hour and
 * its two neighbours on the days compared with, so that four weeks give twelve; what lies between
 * the second lowest and the second highest of them is the band, of fewer than seven values the
 * whole range.
 *
 * Hours of the counters are UTC; where the zone is not whole hours from it an hour belongs to the
 * day it starts in.
 */
#include "service/digest/report_impl.h"

#include <stdlib.h>

#include <nabiz/date.h>

#include "analyzer/keys.h"

enum {
    WEEK = 7,
    WEEKS_MAX = 4,
    WEEKS_MIN = 3,
    VALUES_MIN = 3,
    VALUES_MAX = 3 * WEEK, /* of an hour */
    TRIM_FROM = 7          /* values from which the band leaves out the extremes */
};

/* Documents by hour from the begin of history to the end of the period. */
struct hours {
    int64_t from; /* hours since 1970 */
    size_t n;
    uint64_t *documents_n;
};

static void add(struct nb_report_counts *to, const struct nb_report_counts *more)
{
    to->documents_n += more->documents_n;
    to->negative_n += more->negative_n;
    to->neutral_n += more->neutral_n;
    to->positive_n += more->positive_n;
    to->score_sum_milli += more->score_sum_milli;
}

/* @return NB_OK, NB_ENOTFOUND (nothing was ever said about the topic), ... */
static enum nb_err first_hour(struct nb_txn *analysis, struct nb_slice topic, int64_t *out_ms)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    struct nb_key prefix;
    if (topic.len == 0 || topic.len > NB_TOPIC_BYTES) {
        return NB_ENOTFOUND;
    }
    nb_key_text(&prefix, topic);
    enum nb_err err = nb_cursor_open(analysis, NB_TBL_TOPIC_HOUR, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&prefix), &key, &value);
    if (err == NB_OK &&
        (!nb_slice_starts(key, nb_key_slice(&prefix)) || key.len != prefix.len + 8)) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        *out_ms = (int64_t)nb_key_to_u64((const uint8_t *)key.p + prefix.len) * NB_HOUR_MS;
    }
    nb_cursor_close(cursor);
    return err;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Thousandths; values are sorted by it. */
static int64_t median_milli(int64_t *values, size_t n)
{
    qsort(values, n, sizeof(*values), by_value);
    return n % 2 ? values[n / 2] * 1000 : (values[n / 2 - 1] + values[n / 2]) * 500;
}

/* The periods compared with, as ranges of history days; newest first. @return how many. */
static size_t like_periods(const struct nb_report *report, size_t begins[WEEK], bool *weekdays)
{
    size_t days = report->history_n, n = 0;
    *weekdays = report->days_n == 1 && days >= WEEKS_MIN * WEEK;
    if (report->days_n == WEEK || *weekdays) {
        for (size_t k = 1; k <= WEEKS_MAX && WEEK * k <= days; k++) {
            begins[n++] = days - WEEK * k;
        }
    } else {
        for (size_t k = 1; k <= WEEK && k <= days; k++) {
            begins[n++] = days - k;
        }
    }
    return n;
}

static void compare(struct nb_report *report)
{
    struct nb_report_usual *usual = &report->usual;
    struct nb_report_counts all = {0};
    size_t begins[WEEK];
    int64_t documents[WEEK], negative[WEEK], neutral[WEEK], positive[WEEK];
    usual->n = like_periods(report, begins, &usual->weekdays);
    for (size_t i = 0; i < usual->n; i++) {
        struct nb_report_counts sum = {0};
        for (size_t d = 0; d < report->days_n; d++) {
            add(&sum, &report->history[begins[i] + d].counts);
        }
        documents[i] = (int64_t)sum.documents_n;
        negative[i] = (int64_t)sum.negative_n;
        neutral[i] = (int64_t)sum.neutral_n;
        positive[i] = (int64_t)sum.positive_n;
        add(&all, &sum);
    }
    if (usual->n > 0) {
        usual->documents_milli = median_milli(documents, usual->n);
        usual->negative_milli = median_milli(negative, usual->n);
        usual->neutral_milli = median_milli(neutral, usual->n);
        usual->positive_milli = median_milli(positive, usual->n);
        usual->low_milli = documents[0] * 1000;
        usual->high_milli = documents[usual->n - 1] * 1000;
        usual->has_score = all.documents_n > 0;
        usual->score_milli = nb_report_score(&all);
    }
}

static void slot_band(struct nb_report_slot *slot, int64_t *values, size_t n)
{
    slot->usual_milli = slot->low_milli = slot->high_milli = NB_UNKNOWN_MILLI;
    if (n >= VALUES_MIN) {
        size_t trim = n >= TRIM_FROM;
        slot->usual_milli = median_milli(values, n);
        slot->low_milli = values[trim] * 1000;
        slot->high_milli = values[n - 1 - trim] * 1000;
    }
}

/* Values of the hour `at` and its neighbours, on the days compared with. */
static void hour_band(const struct nb_report *report, const struct hours *hours, int64_t at,
                      struct nb_report_slot *slot)
{
    int64_t values[VALUES_MAX];
    size_t n = 0;
    size_t step = report->usual.weekdays ? WEEK : 1;
    for (size_t i = 1; i <= report->usual.n; i++) {
        for (int64_t k = -1; k <= 1; k++) {
            int64_t hour = at - (int64_t)(i * step) * 24 + k - hours->from;
            if (hour >= 0 && (size_t)hour < hours->n) {
                values[n++] = (int64_t)hours->documents_n[hour];
            }
        }
    }
    slot_band(slot, values, n);
}

static void day_band(const struct nb_report *report, size_t day, struct nb_report_slot *slot)
{
    int64_t values[WEEKS_MAX];
    size_t n = 0;
    for (size_t k = 1; k <= report->usual.n; k++) {
        size_t place = report->history_n - k * WEEK + day;
        values[n++] = (int64_t)report->history[place].counts.documents_n;
    }
    slot_band(slot, values, n);
}

static void make_slots(struct nb_report *report)
{
    bool week = report->days_n == WEEK;
    for (int64_t at = report->day_ms; at < report->end_ms && report->slots_n < NB_REPORT_SLOTS_MAX;
         report->slots_n++) {
        struct nb_report_slot *slot = &report->slots[report->slots_n];
        slot->from_ms = at;
        slot->to_ms = week ? nb_zone_day(report->zone, at, 1) : at + NB_HOUR_MS;
        at = slot->to_ms;
    }
}

static void add_hour(struct nb_report *report, int64_t at_ms, const struct nb_topic_hour *hour)
{
    const struct nb_report_counts counts = {hour->documents_n, hour->negative_n, hour->neutral_n,
                                            hour->positive_n, hour->score_sum_milli};
    if (at_ms >= report->day_ms) {
        size_t i = report->slots_n - 1;
        while (i > 0 && report->slots[i].from_ms > at_ms) {
            i--;
        }
        add(&report->day, &counts);
        add(&report->slots[i].counts, &counts);
    } else {
        size_t i = report->history_n - 1;
        while (i > 0 && report->history[i].day_ms > at_ms) {
            i--;
        }
        add(&report->history[i].counts, &counts);
    }
}

/* Days before the topic's first document are not history: they would make any first week a rise. */
static void begin_history(struct nb_report *report, int64_t first_ms)
{
    int64_t begin = nb_zone_day(report->zone, report->day_ms, -NB_REPORT_HISTORY_DAYS);
    if (first_ms > begin) {
        begin = nb_zone_day(report->zone, first_ms, 0);
    }
    for (int32_t k = NB_REPORT_HISTORY_DAYS; k > 0; k--) {
        int64_t day_ms = nb_zone_day(report->zone, report->day_ms, -k);
        if (day_ms >= begin) {
            report->history[report->history_n++].day_ms = day_ms;
        }
    }
}

enum nb_err nb_report_usual(struct nb_arena *arena, struct nb_report *out)
{
    const struct nb_hour_row *rows = NULL;
    size_t n = 0;
    int64_t first_ms = 0;
    make_slots(out);
    enum nb_err err = first_hour(out->analysis, out->topic, &first_ms);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    begin_history(out, first_ms);
    int64_t from_ms = out->history_n > 0 ? out->history[0].day_ms : out->day_ms;
    err = nb_analysis_hours(out->analysis, out->topic, from_ms, out->end_ms, arena, &rows, &n);
    struct hours hours = {.from = from_ms / NB_HOUR_MS,
                          .n = (size_t)((out->end_ms - from_ms) / NB_HOUR_MS + 1)};
    hours.documents_n = nb_arena_calloc(arena, hours.n, sizeof(*hours.documents_n));
    if (err != NB_OK || !hours.documents_n) {
        return err != NB_OK ? err : NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        add_hour(out, rows[i].hour_ms, rows[i].hour);
        hours.documents_n[rows[i].hour_ms / NB_HOUR_MS - hours.from] = rows[i].hour->documents_n;
    }
    compare(out);
    for (size_t i = 0; i < out->slots_n; i++) {
        if (out->days_n == WEEK) {
            day_band(out, i, &out->slots[i]);
        } else {
            hour_band(out, &hours, out->slots[i].from_ms / NB_HOUR_MS, &out->slots[i]);
        }
    }
    return NB_OK;
}
