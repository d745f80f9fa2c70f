#include "analyzer/events/days.h"

#include <nabiz/date.h>

enum { ZONE_MIN = 180, DAYS_IN_WEEK = 7, HALF_MONTH = 15, SHIFT_MAX = 40000 };

int32_t nb_day_of(int64_t at_ms)
{
    int64_t local = at_ms + ZONE_MIN * NB_MINUTE_MS;
    int64_t day = local / NB_DAY_MS - (local % NB_DAY_MS < 0);
    return day > INT32_MAX / 2 ? INT32_MAX / 2 : day < INT32_MIN / 2 ? INT32_MIN / 2 : (int32_t)day;
}

int64_t nb_day_ms(int32_t day)
{
    return day * NB_DAY_MS - ZONE_MIN * NB_MINUTE_MS;
}

void nb_day_civil(int32_t day, int32_t *year, int32_t *month, int32_t *date)
{
    struct nb_civil civil = nb_civil_of(day * NB_DAY_MS, 0);
    *year = civil.year;
    *month = civil.month;
    *date = civil.day;
}

bool nb_day_make(int32_t year, int32_t month, int32_t date, int32_t *out)
{
    if (year < NB_YEAR_FIRST || year > NB_YEAR_LAST || month < 1 || month > 12 || date < 1 ||
        date > 31) {
        return false;
    }
    struct nb_civil civil = {.year = year, .month = month, .day = date};
    int32_t day = (int32_t)(nb_civil_to_ms(&civil, 0) / NB_DAY_MS);
    int32_t back_year, back_month, back_date;
    nb_day_civil(day, &back_year, &back_month, &back_date);
    *out = day;
    return back_month == month && back_date == date;
}

int32_t nb_day_weekday(int32_t day)
{
    return nb_civil_of(day * NB_DAY_MS, 0).weekday;
}

bool nb_days_month(int32_t year, int32_t month, struct nb_days *out)
{
    int32_t index = year * 12 + month - 1;
    struct nb_days days;
    if (index < 0 || !nb_day_make(index / 12, index % 12 + 1, 1, &days.from) ||
        (index / 12 == NB_YEAR_LAST && index % 12 == 11) ||
        !nb_day_make((index + 1) / 12, (index + 1) % 12 + 1, 1, &days.to)) {
        return false;
    }
    days.to--;
    *out = days;
    return true;
}

bool nb_days_shift(int32_t day, enum nb_unit unit, int32_t n, struct nb_days *out)
{
    int32_t year, month, date;
    struct nb_days days;
    if (n < -SHIFT_MAX || n > SHIFT_MAX) {
        return false;
    }
    nb_day_civil(day, &year, &month, &date);
    switch (unit) {
    case NB_UNIT_DAY:
        *out = (struct nb_days){day + n, day + n};
        return true;
    case NB_UNIT_WEEK:
        days.from = day - nb_day_weekday(day) + n * DAYS_IN_WEEK;
        *out = (struct nb_days){days.from, days.from + DAYS_IN_WEEK - 1};
        return true;
    case NB_UNIT_MONTH:
        return nb_days_month(year, month + n, out);
    case NB_UNIT_YEAR:
    default:
        if (!nb_day_make(year + n, 1, 1, &days.from) || !nb_day_make(year + n, 12, 31, &days.to)) {
            return false;
        }
        *out = days;
        return true;
    }
}

bool nb_day_add(int32_t day, enum nb_unit unit, int32_t halves, int32_t *out)
{
    if (halves < -SHIFT_MAX || halves > SHIFT_MAX) {
        return false;
    }
    if (unit == NB_UNIT_DAY || unit == NB_UNIT_WEEK) {
        *out = day + halves * (unit == NB_UNIT_DAY ? 1 : DAYS_IN_WEEK) / 2;
        return true;
    }
    int32_t months = unit == NB_UNIT_YEAR ? halves * 6 : halves / 2;
    int32_t rest = unit == NB_UNIT_MONTH ? halves % 2 * HALF_MONTH : 0;
    int32_t year, month, date;
    struct nb_days days;
    nb_day_civil(day, &year, &month, &date);
    if (!nb_days_month(year, month + months, &days)) {
        return false;
    }
    int32_t last = days.to - days.from + 1;
    *out = days.from + (date < last ? date : last) - 1 + rest;
    return true;
}
