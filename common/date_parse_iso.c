/*
 * ISO 8601 in the forms of RFC 3339, W3CDTF and the feeds that mean them: dates to the year, month
 * or day, ordinal days, with and without separators; times to the hour, minute, second or less.
 */
#include "common/date_parse.h"

struct cursor {
    const char *p;
    const char *end;
};

static bool at_digit(const struct cursor *c)
{
    return c->p < c->end && nb_ascii_is_digit(*c->p);
}

static bool take(struct cursor *c, char byte)
{
    if (c->p < c->end && *c->p == byte) {
        c->p++;
        return true;
    }
    return false;
}

static size_t count_digits(const struct cursor *c)
{
    size_t n = 0;
    while (c->p + n < c->end && nb_ascii_is_digit(c->p[n])) {
        n++;
    }
    return n;
}

/* Exactly n digits. */
static bool take_number(struct cursor *c, size_t n, int32_t *out)
{
    if (count_digits(c) < n) {
        return false;
    }
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        *out = *out * 10 + (*c->p++ - '0');
    }
    return true;
}

static void set_day_of_year(struct nb_civil *civil, int32_t day_of_year)
{
    struct nb_civil first = {.year = civil->year, .month = 1, .day = 1};
    int64_t ms = nb_civil_to_ms(&first, 0) + (day_of_year - 1) * NB_DAY_MS;
    struct nb_civil day = nb_civil_of(ms, 0);
    /* Day 366 of a common year is no day; 0 is none that nb_date_resolve() takes. */
    civil->month = day.year == civil->year ? day.month : 0;
    civil->day = day.day;
}

static bool read_date(struct cursor *c, struct nb_civil *civil)
{
    int32_t number = 0;
    size_t digits = count_digits(c);
    civil->month = 1;
    civil->day = 1;
    if ((digits != 4 && digits != 7 && digits != 8 && digits != 14) ||
        !take_number(c, 4, &civil->year)) {
        return false;
    }
    if (digits == 7) {
        (void)take_number(c, 3, &number);
        set_day_of_year(civil, number);
        return true;
    }
    if (digits >= 8) {
        return take_number(c, 2, &civil->month) && take_number(c, 2, &civil->day);
    }
    if (!take(c, '-')) {
        return true;
    }
    if (count_digits(c) == 3) {
        (void)take_number(c, 3, &number);
        set_day_of_year(civil, number);
        return true;
    }
    if (count_digits(c) != 2 || !take_number(c, 2, &civil->month)) {
        return false;
    }
    return !take(c, '-') || (count_digits(c) == 2 && take_number(c, 2, &civil->day));
}

static void read_fraction(struct cursor *c, struct nb_civil *civil)
{
    int32_t scale = 100;
    while (at_digit(c)) {
        civil->milli += scale * (*c->p++ - '0');
        scale /= 10;
    }
}

static bool read_time(struct cursor *c, struct nb_civil *civil)
{
    if (!take_number(c, 2, &civil->hour)) {
        return false;
    }
    bool colons = take(c, ':');
    if (!colons && !at_digit(c)) {
        return true;
    }
    if (!take_number(c, 2, &civil->minute)) {
        return false;
    }
    if (colons ? !take(c, ':') : !at_digit(c)) {
        return true;
    }
    if (!take_number(c, 2, &civil->second)) {
        return false;
    }
    if (take(c, '.') || take(c, ',')) {
        if (!at_digit(c)) {
            return false;
        }
        read_fraction(c, civil);
    }
    return true;
}

static bool read_zone(struct cursor *c, int32_t *offset_min)
{
    int32_t hours = 0, minutes = 0;
    if (take(c, 'Z') || take(c, 'z')) {
        *offset_min = 0;
        return true;
    }
    bool west = c->p < c->end && *c->p == '-';
    if (!take(c, '+') && !take(c, '-')) {
        return false;
    }
    if (!take_number(c, 2, &hours)) {
        return false;
    }
    bool colon = take(c, ':');
    if ((colon || at_digit(c)) && !take_number(c, 2, &minutes)) {
        return false;
    }
    *offset_min = (hours * 60 + minutes) * (west ? -1 : 1);
    return hours <= 14 && minutes <= 59;
}

bool nb_date_parse_iso(struct nb_slice text, int32_t offset_min, int64_t *out_ms)
{
    if (text.len == 0) {
        return false;
    }
    struct cursor c = {text.p, text.p + text.len};
    struct nb_civil civil = {0};
    bool compact = count_digits(&c) == 14;
    if (!read_date(&c, &civil)) {
        return false;
    }
    if (c.p < c.end) {
        bool separated = compact || take(&c, 'T') || take(&c, 't');
        while (!compact && take(&c, ' ')) {
            separated = true;
        }
        if (!separated || !read_time(&c, &civil)) {
            return false;
        }
    }
    while (take(&c, ' ')) {
    }
    if (c.p < c.end && !read_zone(&c, &offset_min)) {
        return false;
    }
    return c.p == c.end && nb_date_resolve(civil, offset_min, out_ms);
}
