#include "analyzer/alerts/calendar.h"

#include <stdatomic.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/date.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>

enum { FILE_BYTES_MAX = 1 << 20, DAYS = 47847 /* 1970-01-01 to 2100-12-31 */, YEAR_MAX = 2100 };

struct kind {
    char name[24];
    bool is_rest;
};

struct nb_calendar {
    atomic_int users_n;
    struct kind kinds[NB_CALENDAR_KINDS_MAX + 1]; /* the first is of ordinary days */
    uint32_t kinds_n;
    uint8_t days[DAYS];
};

/* The next word of a line; empty at its end. */
static struct nb_slice word(struct nb_slice *rest)
{
    struct nb_slice got;
    *rest = nb_slice_trim(*rest);
    for (size_t i = 0; i < rest->len; i++) {
        if (rest->p[i] == ' ' || rest->p[i] == '\t') {
            got = nb_slice_sub(*rest, 0, i);
            *rest = nb_slice_sub(*rest, i, rest->len);
            return got;
        }
    }
    got = *rest;
    *rest = nb_slice_sub(*rest, rest->len, rest->len);
    return got;
}

static const char *add_kind(struct nb_calendar *c, struct nb_slice name, struct nb_slice how)
{
    bool rest = nb_slice_eq(how, NB_LIT("rest"));
    if (!rest && !nb_slice_eq(how, NB_LIT("work"))) {
        return "a kind is written `kind NAME rest` or `kind NAME work`";
    }
    if (c->kinds_n == NB_CALENDAR_KINDS_MAX) {
        return "there are too many kinds; at most 7";
    }
    struct kind *kind = &c->kinds[++c->kinds_n];
    if (name.len == 0 || name.len >= sizeof(kind->name)) {
        return "the name of a kind has 1 to 23 bytes";
    }
    memcpy(kind->name, name.p, name.len);
    kind->is_rest = rest;
    return NULL;
}

static uint32_t find_kind(const struct nb_calendar *c, struct nb_slice name)
{
    uint32_t i = c->kinds_n;
    while (i > 0 && !nb_slice_eq(name, nb_slice_str(c->kinds[i].name))) {
        i--;
    }
    return i;
}

static bool read_day(struct nb_slice text, int64_t *day)
{
    int64_t at_ms;
    if (nb_date_day(text, 0, &at_ms) != NB_OK || at_ms < 0 || at_ms / NB_DAY_MS >= DAYS) {
        return false;
    }
    *day = at_ms / NB_DAY_MS;
    return true;
}

/* "*-10-29": in every year that has it. */
static bool every_year(struct nb_calendar *c, struct nb_slice text, uint32_t kind)
{
    char date[] = "0000-00-00";
    bool any = false;
    if (text.len != 7) {
        return false;
    }
    memcpy(date + 4, text.p + 1, 6);
    for (int year = 1970; year <= YEAR_MAX; year++) {
        int64_t day;
        for (int i = 3, rest = year; i >= 0; i--, rest /= 10) {
            date[i] = (char)('0' + rest % 10);
        }
        if (read_day(nb_slice_str(date), &day)) {
            c->days[day] = (uint8_t)kind;
            any = true;
        }
    }
    return any;
}

static const char *add_days(struct nb_calendar *c, struct nb_slice days, struct nb_slice name)
{
    static const char *const SHAPE =
        "days are written 2026-03-20, 2026-03-20..2026-03-22 or *-10-29, then a kind";
    uint32_t kind = find_kind(c, name);
    if (kind == 0) {
        return "there is no such kind; name it first with `kind NAME rest` or `kind NAME work`";
    }
    if (nb_slice_starts(days, NB_LIT("*"))) {
        return every_year(c, days, kind) ? NULL : SHAPE;
    }
    size_t dots = nb_slice_find(days, NB_LIT(".."), 0);
    int64_t from;
    int64_t to;
    if (!read_day(nb_slice_sub(days, 0, dots == NB_NPOS ? days.len : dots), &from)) {
        return SHAPE;
    }
    to = from;
    if (dots != NB_NPOS && (!read_day(nb_slice_sub(days, dots + 2, days.len), &to) || to < from)) {
        return SHAPE;
    }
    memset(c->days + from, (int)kind, (size_t)(to - from) + 1);
    return NULL;
}

static const char *read_line(struct nb_calendar *c, struct nb_slice line)
{
    size_t hash = nb_slice_find_byte(line, '#', 0);
    line = nb_slice_sub(line, 0, hash == NB_NPOS ? line.len : hash);
    struct nb_slice first = word(&line);
    struct nb_slice second = word(&line);
    if (first.len == 0) {
        return NULL;
    }
    if (nb_slice_eq(first, NB_LIT("kind"))) {
        return add_kind(c, second, word(&line));
    }
    return add_days(c, first, second);
}

enum nb_err nb_calendar_parse(struct nb_slice text, const char *name, struct nb_calendar **out,
                              struct nb_error *error)
{
    *out = NULL;
    struct nb_calendar *c = nb_calloc(1, sizeof(*c));
    if (!c) {
        return nb_error_set(error, NB_ENOMEM, "%s: %s", name, nb_strerror(NB_ENOMEM));
    }
    struct nb_slice line;
    atomic_init(&c->users_n, 1);
    for (size_t number = 1; nb_slice_split(&text, '\n', &line); number++) {
        const char *wrong = read_line(c, line);
        if (wrong) {
            nb_calendar_free(c);
            return nb_error_set(error, NB_ESYNTAX, "%s:%zu: %s", name, number, wrong);
        }
    }
    *out = c;
    return NB_OK;
}

enum nb_err nb_calendar_load(const char *path, struct nb_calendar **out, struct nb_error *error)
{
    struct nb_buf text;
    *out = NULL;
    nb_buf_init(&text, FILE_BYTES_MAX);
    enum nb_err err = nb_file_read(path, &text, error);
    if (err == NB_OK) {
        err = nb_calendar_parse(nb_buf_slice(&text), path, out, error);
    }
    nb_buf_fini(&text);
    return err;
}

struct nb_calendar *nb_calendar_share(struct nb_calendar *calendar)
{
    if (calendar) {
        atomic_fetch_add(&calendar->users_n, 1);
    }
    return calendar;
}

void nb_calendar_free(struct nb_calendar *calendar)
{
    if (calendar && atomic_fetch_sub(&calendar->users_n, 1) == 1) {
        nb_free(calendar);
    }
}

uint32_t nb_calendar_kind(const struct nb_calendar *calendar, int64_t day)
{
    return day < 0 || day >= DAYS ? 0 : calendar->days[day];
}

bool nb_calendar_is_rest(const struct nb_calendar *calendar, uint32_t kind)
{
    return calendar->kinds[kind].is_rest;
}
