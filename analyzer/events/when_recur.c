/*
 * What recurs (a month, a weekday, a feast) is written down for the years or weeks around today,
 * and tense picks one of them.
 */
#include "analyzer/events/when_private.h"

enum { DAYS_IN_WEEK = 7, OCCURRENCES_MAX = NB_FEASTS_MAX * NB_FEAST_DATES_MAX };

static bool better(const struct nb_when_place *place, enum nb_pick pick, const struct nb_days *a,
                   const struct nb_days *b)
{
    bool past = pick == NB_PICK_LAST || (pick != NB_PICK_NEXT && place->tense == NB_TENSE_PAST);
    bool future = pick == NB_PICK_NEXT || (!past && place->tense == NB_TENSE_FUTURE);
    if (past || future) {
        return past ? a->from > b->from : a->from < b->from;
    }
    int32_t far_a = a->from > place->day ? a->from - place->day : place->day - a->to;
    int32_t far_b = b->from > place->day ? b->from - place->day : place->day - b->to;
    return far_a < far_b || (far_a == far_b && a->from > b->from);
}

static bool allowed(const struct nb_when_place *place, enum nb_pick pick,
                    const struct nb_days *days)
{
    switch (pick) {
    case NB_PICK_LAST:
        return days->to < place->day;
    case NB_PICK_NEXT:
        return days->from > place->day;
    case NB_PICK_BY_TENSE:
    case NB_PICK_THIS:
    default:
        return nb_when_in_tense(place, days);
    }
}

static bool pick_one(const struct nb_when_place *place, enum nb_pick pick,
                     const struct nb_days *all, size_t n, struct nb_days *out)
{
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        if (allowed(place, pick, &all[i]) && (!found || better(place, pick, &all[i], out))) {
            *out = all[i];
            found = true;
        }
    }
    return found;
}

void nb_when_part(struct nb_days *days, int32_t part)
{
    int32_t third = (days->to - days->from + 1) / 3;
    if (part == 0) {
        days->to = days->from + third;
    } else if (part == 1) {
        *days = (struct nb_days){days->from + third, days->to - third};
    } else {
        days->from = days->to - third;
    }
}

bool nb_when_in_years(const struct nb_when_place *place, enum nb_pick pick, int32_t first_month,
                      int32_t last_month, int32_t date, int32_t part, struct nb_days *out)
{
    struct nb_days all[4];
    size_t n = 0;
    int32_t year, month, day;
    nb_day_civil(place->day, &year, &month, &day);
    for (int32_t y = year - 2; y <= year + 1; y++) {
        struct nb_days a, b;
        if (date ? !nb_day_make(y, first_month, date, &a.from)
                 : !nb_days_month(y, first_month, &a) || !nb_days_month(y, last_month, &b)) {
            continue;
        }
        a.to = date ? a.from : b.to;
        if (part >= 0) {
            nb_when_part(&a, part);
        }
        all[n++] = a;
    }
    return pick_one(place, pick, all, n, out);
}

bool nb_when_in_weeks(const struct nb_when_place *place, enum nb_pick pick, int32_t weekday,
                      int32_t days_n, struct nb_days *out)
{
    struct nb_days all[3];
    int32_t monday = place->day - nb_day_weekday(place->day);
    for (int32_t i = 0; i < 3; i++) {
        all[i].from = monday + (i - 1) * DAYS_IN_WEEK + weekday;
        all[i].to = all[i].from + days_n - 1;
    }
    return pick_one(place, pick, all, 3, out);
}

bool nb_when_in_months(const struct nb_when_place *place, int32_t date, struct nb_days *out)
{
    struct nb_days all[3];
    size_t n = 0;
    int32_t year, month, day;
    nb_day_civil(place->day, &year, &month, &day);
    for (int32_t m = month - 1; m <= month + 1; m++) {
        struct nb_days days;
        if (nb_days_month(year, m, &days) && date >= 1 && days.from + date - 1 <= days.to) {
            all[n++] = (struct nb_days){days.from + date - 1, days.from + date - 1};
        }
    }
    return pick_one(place, NB_PICK_BY_TENSE, all, n, out);
}

bool nb_when_at_feast(const struct nb_when *when, const struct nb_when_place *place,
                      enum nb_pick pick, int32_t which, struct nb_days *out)
{
    struct nb_days all[OCCURRENCES_MAX];
    size_t n = 0;
    for (size_t f = 0; f < when->feasts_n; f++) {
        const struct nb_feast *feast = &when->feasts[f];
        for (size_t i = 0; i < feast->dates_n && (which < 0 || (size_t)which == f); i++) {
            all[n++] = (struct nb_days){feast->dates[i], feast->dates[i] + feast->length - 1};
        }
    }
    return pick_one(place, pick, all, n, out);
}
