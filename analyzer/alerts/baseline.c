/*
 * Expected = level * 2^(3/4 * (hour of the day + hour of the week)), on days of the calendar times
 * what days of that kind had beside that. Three quarters of what the hours showed are taken: with
 * all of it the handful of posts of a night weighs as much as hundreds at noon, and nights alarm.
 */
#include "analyzer/alerts/baseline.h"

#include <nabiz/date.h>
#include <nabiz/fixed.h>

enum {
    LEVEL_DAYS = 7,             /* time constant of the level */
    LEVEL_CAP = 4,              /* no bin counts for more than four times the level (and 4) */
    HALF = 500 * BASELINE_FINE, /* half a document, added to both sides of a ratio of hours */
    STEP_MAX_MILLI = 1000,      /* an hour moves no slot by more than an octave */
    WEEK_TRUST = 3,             /* visits until an hour of the week is believed by half */
    KIND_TRUST = 2,
    SUNDAY = 6
};

int32_t nb_fine_log(int64_t fine, int64_t more)
{
    int64_t sum = fine + more;
    return nb_log2_milli((uint64_t)(sum > 0 ? sum : 0));
}

static int64_t local_hour(const struct baseline *b, int64_t bin_ms)
{
    int64_t local_ms = bin_ms + b->offset_min * NB_MINUTE_MS;
    return local_ms / NB_HOUR_MS - (local_ms % NB_HOUR_MS < 0);
}

/* Where an hour belongs. A day of rest is a Sunday of its own kind. */
struct place {
    uint32_t day_slot, week_slot, kind, quarter;
};

static struct place place_of(const struct nb_calendar *calendar, int64_t hour)
{
    int64_t of_day = (hour % 24 + 24) % 24;
    int64_t day = (hour - of_day) / 24;
    int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    uint32_t kind = calendar ? nb_calendar_kind(calendar, day) : 0;
    bool rest = kind && nb_calendar_is_rest(calendar, kind);
    return (struct place){
        .day_slot = (uint32_t)of_day,
        .week_slot = (uint32_t)((rest ? SUNDAY : weekday) * 24 + of_day),
        .kind = kind,
        .quarter = (uint32_t)(of_day / 6),
    };
}

static int32_t trusted(const struct hour_slot *slot, uint32_t trust)
{
    return (int32_t)((int64_t)slot->log_milli * slot->seen_n / (slot->seen_n + (int64_t)trust));
}

static int32_t hours_log(const struct baseline *b, const struct place *at)
{
    return (b->day[at->day_slot].log_milli + trusted(&b->week[at->week_slot], WEEK_TRUST)) * 3 / 4;
}

int64_t nb_baseline_expected(const struct baseline *b, const struct nb_calendar *calendar,
                             int64_t bin_ms)
{
    struct place at = place_of(calendar, local_hour(b, bin_ms));
    int32_t log = nb_fine_log(b->level, 0) + hours_log(b, &at);
    if (at.kind) {
        log += trusted(&b->kinds[at.kind][at.quarter], KIND_TRUST);
    }
    if (b->level == 0) {
        return 0;
    }
    uint64_t expected = nb_exp2_milli(log);
    return expected < (uint64_t)BASELINE_MAX ? (int64_t)expected : BASELINE_MAX;
}

/* Towards log by a share of 1 / (visits + 1), at least twentieths / 20. */
static void move(struct hour_slot *slot, int32_t log, int32_t twentieths)
{
    int32_t by = log - slot->log_milli;
    by = by > STEP_MAX_MILLI ? STEP_MAX_MILLI : by < -STEP_MAX_MILLI ? -STEP_MAX_MILLI : by;
    slot->seen_n += slot->seen_n < 1000;
    int32_t visits = (int32_t)slot->seen_n + 1;
    slot->log_milli += visits * twentieths < 20 ? by / visits : by * twentieths / 20;
}

static void end_hour(struct baseline *b, const struct nb_calendar *calendar)
{
    struct place at = place_of(calendar, b->hour);
    int32_t log = nb_fine_log(b->hour_sum / b->hour_bins, HALF) - nb_fine_log(b->hour_level, HALF);
    if (at.kind) {
        move(&b->kinds[at.kind][at.quarter], log - hours_log(b, &at), 4);
        return;
    }
    move(&b->day[at.day_slot], log, 3);
    move(&b->week[at.week_slot], log - b->day[at.day_slot].log_milli, 6);
}

static void learn_level(struct baseline *b, int64_t interval_ms, int64_t value)
{
    int64_t cap = b->level * LEVEL_CAP + LEVEL_CAP * 1000 * BASELINE_FINE;
    int64_t bins = LEVEL_DAYS * NB_DAY_MS / interval_ms;
    int64_t share = b->seen_n + 1 < bins ? b->seen_n + 1 : bins;
    if (b->seen_n == 0) {
        b->level = value;
        return;
    }
    b->level_rest += (value < cap ? value : cap) - b->level;
    b->level += b->level_rest / share;
    b->level_rest %= share;
    b->level = b->level < 0 ? 0 : b->level;
}

void nb_baseline_learn(struct baseline *b, const struct nb_calendar *calendar, int64_t interval_ms,
                       int64_t bin_ms, int64_t value)
{
    int64_t hour = local_hour(b, bin_ms);
    if (b->hour_bins > 0 && hour != b->hour) {
        end_hour(b, calendar);
        b->hour_bins = 0;
    }
    if (b->hour_bins == 0) {
        b->hour = hour;
        b->hour_sum = 0;
        b->hour_level = b->level;
    }
    b->hour_sum += value;
    b->hour_bins++;
    learn_level(b, interval_ms, value);
    b->seen_n += b->seen_n < UINT32_MAX;
}
