#include <nabiz/date.h>

#include <stdio.h>

#include "common/date_parse.h"

enum { FIRST_YEAR = 1970, LAST_YEAR = 2100 };

static const char *const WEEKDAY_NAMES[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const MONTH_NAMES[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01. Eras of 400 years and years that begin in March make the leap day the last
 * one; after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_of_days(int64_t days, struct nb_civil *out)
{
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 = March */
    out->day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
    out->month = (int32_t)(month < 10 ? month + 3 : month - 9);
    out->year = (int32_t)(year_of_era + era * 400 + (out->month <= 2));
}

struct nb_civil nb_civil_of(int64_t at_ms, int32_t offset_min)
{
    struct nb_civil civil = {0};
    int64_t days = floor_div(at_ms, NB_DAY_MS);
    int64_t rest = at_ms % NB_DAY_MS;
    rest += (rest < 0 ? NB_DAY_MS : 0) + offset_min * NB_MINUTE_MS;
    int64_t carry = floor_div(rest, NB_DAY_MS);
    days += carry;
    rest -= carry * NB_DAY_MS;
    civil_of_days(days, &civil);
    civil.hour = (int32_t)(rest / NB_HOUR_MS);
    civil.minute = (int32_t)(rest / NB_MINUTE_MS % 60);
    civil.second = (int32_t)(rest / 1000 % 60);
    civil.milli = (int32_t)(rest % 1000);
    civil.weekday = (int32_t)(days + 3 - floor_div(days + 3, 7) * 7); /* 1970-01-01: Thursday */
    return civil;
}

int64_t nb_civil_to_ms(const struct nb_civil *civil, int32_t offset_min)
{
    int64_t days = days_of(civil->year, civil->month, civil->day), ms;
    int64_t rest = civil->hour * NB_HOUR_MS + (civil->minute - (int64_t)offset_min) * NB_MINUTE_MS +
                   civil->second * 1000LL + civil->milli;
    if (days < 0) { /* the first day of time does not begin within int64_t */
        days++;
        rest -= NB_DAY_MS;
    }
    if (__builtin_mul_overflow(days, NB_DAY_MS, &ms) || __builtin_add_overflow(ms, rest, &ms)) {
        return days < 0 ? INT64_MIN : INT64_MAX;
    }
    return ms;
}

static int32_t days_in_month(int32_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool nb_date_resolve(struct nb_civil civil, int32_t offset_min, int64_t *out_ms)
{
    bool midnight = civil.hour == 24 && civil.minute == 0 && civil.second == 0 && civil.milli == 0;
    if (civil.year < FIRST_YEAR || civil.year > LAST_YEAR || civil.month < 1 || civil.month > 12 ||
        civil.day < 1 || civil.day > days_in_month(civil.year, civil.month) || civil.hour < 0 ||
        (civil.hour > 23 && !midnight) || civil.minute < 0 || civil.minute > 59 ||
        civil.second < 0 || civil.second > 60) {
        return false;
    }
    if (civil.second == 60) {
        civil.second = 59;
    }
    int64_t ms = nb_civil_to_ms(&civil, offset_min);
    if (ms < 0 || ms >= days_of(LAST_YEAR + 1, 1, 1) * NB_DAY_MS) {
        return false;
    }
    *out_ms = ms;
    return true;
}

int32_t nb_date_full_year(int32_t two_digits)
{
    return two_digits + (two_digits < 70 ? 2000 : 1900);
}

enum nb_err nb_date_parse(struct nb_slice text, const struct nb_date_context *context,
                          int64_t *out_ms)
{
    text = nb_slice_trim(text);
    if (nb_date_parse_iso(text, context->offset_min, out_ms) ||
        nb_date_parse_free(text, context, out_ms)) {
        return NB_OK;
    }
    return NB_ESYNTAX;
}

void nb_date_rfc3339(int64_t at_ms, char out[NB_RFC3339_BYTES])
{
    struct nb_civil c = nb_civil_of(at_ms, 0);
    char fraction[8] = "";
    if (c.milli != 0) {
        (void)snprintf(fraction, sizeof(fraction), ".%03d", c.milli % 1000);
    }
    (void)snprintf(out, NB_RFC3339_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", c.year, c.month,
                   c.day, c.hour, c.minute, c.second, fraction);
}

void nb_date_http(int64_t at_ms, char out[NB_HTTP_DATE_BYTES])
{
    struct nb_civil c = nb_civil_of(at_ms, 0);
    (void)snprintf(out, NB_HTTP_DATE_BYTES, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                   WEEKDAY_NAMES[c.weekday], c.day, MONTH_NAMES[c.month - 1], c.year, c.hour,
                   c.minute, c.second);
}

enum nb_err nb_date_day(struct nb_slice text, int32_t offset_min, int64_t *out_ms)
{
    text = nb_slice_trim(text);
    if (text.len != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        !nb_date_parse_iso(text, offset_min, out_ms)) {
        return NB_ESYNTAX;
    }
    return NB_OK;
}

int64_t nb_date_retry_after_s(struct nb_slice value, int64_t now_ms)
{
    int64_t seconds = 0;
    int64_t at_ms = 0;
    struct nb_date_context utc = {NULL, now_ms, 0};
    if (value.len > 0 && !nb_slice_to_i64(value, &seconds)) {
        if (nb_date_parse(value, &utc, &at_ms) != NB_OK) {
            return 0;
        }
        seconds = (at_ms - now_ms + 999) / 1000;
    }
    return seconds < 0 ? 0 : seconds < NB_DAY_MS / 1000 ? seconds : NB_DAY_MS / 1000;
}
