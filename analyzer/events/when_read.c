/*
 * A small grammar over the words of when.txt and numbers. Each reader takes one shape of expression
 * that begins at a token; the first that fits wins.
 */
#include "analyzer/events/when_private.h"

enum {
    AROUND_DAYS = 30,    /* "before the feast" and "after it" reach so far */
    COUNTDOWN_MAX = 1000 /* days */
};

struct reader {
    const struct nb_when *when;
    const struct nb_when_place *place;
    uint32_t at; /* the next token */
    struct nb_days days;
    bool nonsense; /* it is a time as far as `at`, but there is no such day */
};

/* What stands at a token: the longest phrase of when.txt. */
struct look {
    enum nb_when_kind kind;
    int32_t value;
    uint32_t payload;
    uint32_t words;
    uint64_t features;
};

static struct look look_at(const struct reader *r, uint32_t at)
{
    struct tr_cursor cursor = {0};
    struct tr_match match;
    struct look best = {.kind = NB_WHEN_NONE};
    if (at >= r->place->end) {
        return best;
    }
    while (tr_terms_next(&r->when->terms, r->place->readings, r->place->end, at, TR_BEST_READING,
                         &cursor, &match)) {
        if (match.term->words_n > best.words) {
            uint32_t last = at + match.term->words_n - 1;
            best = (struct look){(enum nb_when_kind)match.term->kind, match.term->value,
                                 match.term->payload, match.term->words_n,
                                 r->place->readings[last].features};
        }
    }
    return best;
}

static bool has(const struct look *look, uint64_t feature)
{
    return feature && (look->features & feature) == feature;
}

/* The digits of a token, four at most, that is nothing but a number and perhaps a suffix. */
static bool digits_at(const struct reader *r, uint32_t at, int32_t *out)
{
    if (at >= r->place->end) {
        return false;
    }
    const struct tr_token *token = &r->place->tokens[at];
    const struct tr_reading *reading = &r->place->readings[at];
    struct nb_slice text = nb_slice_sub(token->folded, 0, token->stem_len);
    if (token->kind == TR_WORD && reading->analyses_n && reading->analyses[0].upos == TR_UPOS_NUM) {
        text = reading->lemma; /* 15inde */
    } else if (token->kind != TR_NUMBER ||
               (token->number != TR_NUMBER_PLAIN && token->number != TR_NUMBER_ORDINAL)) {
        return false;
    }
    int64_t value;
    if (text.len > 4 || !text.len || !nb_ascii_is_digit(text.p[0]) ||
        !nb_slice_to_i64(text, &value)) {
        return false;
    }
    *out = (int32_t)value;
    return true;
}

static bool has_suffix(const struct reader *r, uint32_t at)
{
    return r->place->tokens[at].stem_len < r->place->tokens[at].folded.len ||
           r->place->tokens[at].kind == TR_WORD;
}

/* Digits that may be a year. */
static bool year_at(const struct reader *r, uint32_t at, int32_t *out)
{
    return digits_at(r, at, out) && *out >= NB_YEAR_FIRST && *out <= NB_YEAR_LAST;
}

/* An amount in halves: 3, "iki buçuk", "on beş", "birkaç", 2-3, "iki üç". Moves r->at behind it. */
static bool read_amount(struct reader *r, int32_t *from, int32_t *to)
{
    uint32_t at = r->at;
    int32_t low = 0, high = 0, digits;
    if (digits_at(r, at, &digits)) {
        low = high = digits * 2;
        at++;
        bool dash = at < r->place->end && r->place->tokens[at].kind == TR_PUNCT;
        if (dash && digits_at(r, at + 1, &digits) && digits * 2 > low) {
            high = digits * 2;
            at += 2;
        }
    } else {
        for (struct look look; (look = look_at(r, at)).kind == NB_WHEN_NUMBER; at += look.words) {
            int32_t first = look.value, last = (int32_t)look.payload;
            if (at > r->at && high < 20 && first > high && first < 20) {
                high = last; /* "iki üç" */
            } else if (at > r->at && first >= high) {
                break;
            } else {
                low += first;
                high += last;
            }
        }
    }
    struct look half = look_at(r, at);
    if (half.kind == NB_WHEN_HALF) {
        low++;
        high++;
        at += half.words;
    }
    if (at == r->at || high <= 0) {
        return false;
    }
    r->at = at;
    *from = low;
    *to = high;
    return true;
}

/* From `from` to `to` half units away; a whole number of units is the calendar's unit there. */
static bool away(struct reader *r, enum nb_unit unit, int32_t from, int32_t to, int sign)
{
    int32_t today = r->place->day;
    if (from == to && from % 2 == 0) {
        return nb_days_shift(today, unit, sign * from / 2, &r->days);
    }
    int32_t near, far;
    if (!nb_day_add(today, unit, sign * from, &near) || !nb_day_add(today, unit, sign * to, &far)) {
        return false;
    }
    r->days = sign < 0 ? (struct nb_days){far, near} : (struct nb_days){near, far};
    return true;
}

/* A word for a part behind; -1 for none. */
static int32_t read_part(struct reader *r)
{
    struct look look = look_at(r, r->at);
    if (look.kind != NB_WHEN_PART) {
        return -1;
    }
    r->at += look.words;
    return look.value;
}

/* "14.06.2027", "2027-06-14" */
static bool read_date_token(struct reader *r)
{
    const struct tr_token *token = &r->place->tokens[r->at];
    int32_t parts[3] = {0};
    size_t n = 0;
    if (token->kind != TR_NUMBER || token->number != TR_NUMBER_DATE) {
        return false;
    }
    for (size_t i = 0; i < token->stem_len && n < 3; i++) {
        char c = token->folded.p[i];
        if (nb_ascii_is_digit(c)) {
            parts[n] = parts[n] * 10 + (c - '0');
        } else {
            n++;
        }
    }
    bool year_first = parts[0] > 31;
    int32_t year = year_first ? parts[0] : parts[2], day = year_first ? parts[2] : parts[0];
    year += year < 100 ? 2000 : 0;
    if (!nb_day_make(year, parts[1], day, &r->days.from)) {
        return false;
    }
    r->days.to = r->days.from;
    r->at++;
    return true;
}

/* Behind a day and its month, or a month: the year, if one is said. 0 for none. */
static int32_t read_year(struct reader *r)
{
    int32_t year;
    if (!year_at(r, r->at, &year)) {
        return 0;
    }
    r->at++;
    struct look look = look_at(r, r->at);
    if (look.kind == NB_WHEN_UNIT && look.value == NB_UNIT_YEAR) {
        r->at += look.words;
    }
    return year;
}

/* A date; the weekday behind it says the same day again. */
static bool set_day(struct reader *r, int32_t year, int32_t month, int32_t date)
{
    struct look behind = look_at(r, r->at);
    if (behind.kind == NB_WHEN_WEEKDAY) {
        r->at += behind.words;
    }
    if (!year) {
        return nb_when_in_years(r->place, NB_PICK_BY_TENSE, month, month, date, -1, &r->days);
    }
    if (!nb_day_make(year, month, date, &r->days.from)) {
        return false;
    }
    r->days.to = r->days.from;
    return true;
}

/* In front: "14 Haziran 2027"; "3 gün önce", "2 ay kaldı", "iki haftaya", "2 yıldır". */
static bool read_after_amount(struct reader *r)
{
    int32_t from, to;
    if (!read_amount(r, &from, &to)) {
        return false;
    }
    struct look look = look_at(r, r->at);
    r->at += look.words;
    if (look.kind == NB_WHEN_MONTH) {
        bool good = from == to && from % 2 == 0 && set_day(r, read_year(r), look.value, from / 2);
        r->nonsense = !good;
        return good;
    }
    if (look.kind == NB_WHEN_AGED && r->place->progress) {
        return away(r, (enum nb_unit)look.value, from, to + 2, -1);
    }
    if (look.kind != NB_WHEN_UNIT) {
        return false;
    }
    enum nb_unit unit = (enum nb_unit)look.value;
    struct look behind = look_at(r, r->at);
    if (behind.kind == NB_WHEN_WITHIN && look_at(r, r->at + behind.words).kind == NB_WHEN_AGO) {
        r->at += behind.words; /* "3 gün kadar önce" */
        behind = look_at(r, r->at);
    }
    bool later = behind.kind == NB_WHEN_LATER ||
                 (behind.kind == NB_WHEN_LEFT && r->place->tense != NB_TENSE_PAST);
    if (behind.kind == NB_WHEN_AGO || later) {
        r->at += behind.words;
        return away(r, unit, from, to, later ? 1 : -1);
    }
    if (behind.kind == NB_WHEN_WITHIN) {
        r->at += behind.words;
        r->days.from = r->place->day;
        return nb_day_add(r->place->day, unit, to, &r->days.to);
    }
    if (has(&look, r->when->since)) {
        return away(r, unit, from, to, -1);
    }
    return has(&look, r->when->dative) && away(r, unit, from, to, 1);
}

/* "12. haftadayız": it began between 11 and 12 weeks ago. */
static bool read_progress(struct reader *r)
{
    int32_t from, to;
    uint32_t begin = r->at;
    bool spelt =
        has(&(struct look){.features = r->place->readings[begin].features}, r->when->ordinal);
    bool dotted = r->place->tokens[begin].kind == TR_NUMBER &&
                  r->place->tokens[begin].number == TR_NUMBER_ORDINAL;
    if (!r->place->progress || (!spelt && !dotted) || !read_amount(r, &from, &to)) {
        return false;
    }
    r->at += dotted; /* the full stop */
    struct look look = look_at(r, r->at);
    r->at += look.words;
    return look.kind == NB_WHEN_UNIT && look.value != NB_UNIT_DAY && from >= 2 &&
           away(r, (enum nb_unit)look.value, from - 2, to, -1);
}

/* "mayısta", "mayısın 15'inde", "Mayıs 2027", "mayıs ayı", "mayıs sonu". */
static bool read_month(struct reader *r)
{
    struct look look = look_at(r, r->at);
    int32_t number;
    if (look.kind != NB_WHEN_MONTH) {
        return false;
    }
    r->at += look.words;
    bool sure = has(&look, r->when->locative) || has(&look, r->when->dative);
    struct look unit = look_at(r, r->at);
    if (unit.kind == NB_WHEN_UNIT && unit.value == NB_UNIT_MONTH) {
        r->at += unit.words;
        sure = true;
    }
    int32_t year = read_year(r);
    if (!year && digits_at(r, r->at, &number) && number >= 1 && number <= 31) {
        r->at++;
        r->nonsense = !set_day(r, read_year(r), look.value, number);
        return !r->nonsense;
    }
    int32_t part = read_part(r);
    if (year) {
        bool good = nb_days_month(year, look.value, &r->days);
        if (good && part >= 0) {
            nb_when_part(&r->days, part);
        }
        return good;
    }
    enum nb_when_kind behind = look_at(r, r->at).kind;
    sure |= part >= 0 || behind == NB_WHEN_AGO || behind == NB_WHEN_LATER;
    return sure &&
           nb_when_in_years(r->place, NB_PICK_BY_TENSE, look.value, look.value, 0, part, &r->days);
}

/* "ayın 15'inde", "yıl sonu", "haftaya", "haftaya cumartesi", "seneye mayısta". */
static bool read_unit(struct reader *r)
{
    struct look look = look_at(r, r->at);
    int32_t number;
    if (look.kind != NB_WHEN_UNIT) {
        return false;
    }
    r->at += look.words;
    bool of = has(&look, r->when->genitive);
    if (look.value == NB_UNIT_MONTH && digits_at(r, r->at, &number) &&
        (of || has_suffix(r, r->at))) {
        r->at++;
        return nb_when_in_months(r->place, number, &r->days);
    }
    int32_t from, to;
    if (look.value == NB_UNIT_MONTH && of && read_amount(r, &from, &to)) {
        return from == to && from % 2 == 0 && nb_when_in_months(r->place, from / 2, &r->days);
    }
    int32_t part = read_part(r);
    if (part >= 0) {
        int32_t year, month, day;
        nb_day_civil(r->place->day, &year, &month, &day);
        bool late = r->place->tense == NB_TENSE_FUTURE && part == 0;
        if (!nb_days_shift(r->place->day, (enum nb_unit)look.value, late, &r->days)) {
            return false;
        }
        nb_when_part(&r->days, part);
        return true;
    }
    return look.payload && has(&look, r->when->dative) &&
           nb_days_shift(r->place->day, (enum nb_unit)look.value, 1, &r->days);
}

/* Behind a week or a year that is known: the weekday, month or season in it. */
static void narrow(struct reader *r, enum nb_unit unit)
{
    struct look look = look_at(r, r->at);
    if (unit == NB_UNIT_WEEK && look.kind == NB_WHEN_WEEKDAY) {
        r->days.from += look.value;
        r->days.to = r->days.from;
        r->at += look.words;
    } else if (unit == NB_UNIT_YEAR &&
               (look.kind == NB_WHEN_MONTH || look.kind == NB_WHEN_SEASON)) {
        struct nb_days a, b;
        int32_t year, month, date;
        int32_t last = look.kind == NB_WHEN_SEASON ? (int32_t)look.payload : look.value;
        nb_day_civil(r->days.from, &year, &month, &date);
        if (nb_days_month(year, look.value, &a) && nb_days_month(year, last, &b)) {
            r->days = (struct nb_days){a.from, b.to};
            r->at += look.words;
        }
    } else if (unit == NB_UNIT_MONTH || unit == NB_UNIT_YEAR) {
        int32_t number,
            part = unit == NB_UNIT_MONTH && digits_at(r, r->at, &number) ? -1 : read_part(r);
        if (part >= 0) {
            nb_when_part(&r->days, part);
        } else if (unit == NB_UNIT_MONTH && digits_at(r, r->at, &number) && number >= 1 &&
                   r->days.from + number - 1 <= r->days.to) {
            r->days.from += number - 1;
            r->days.to = r->days.from;
            r->at++;
        }
    }
}

/* "gelecek ay", "geçen cumartesi", "bu yaz", "önümüzdeki bayram". */
static bool read_which(struct reader *r)
{
    struct look which = look_at(r, r->at);
    if (which.kind != NB_WHEN_WHICH) {
        return false;
    }
    r->at += which.words;
    struct look look = look_at(r, r->at);
    r->at += look.words;
    enum nb_pick pick = which.value < 0    ? NB_PICK_LAST
                        : which.value == 0 ? NB_PICK_THIS
                                           : NB_PICK_NEXT;
    switch (look.kind) {
    case NB_WHEN_UNIT:
        if (!nb_days_shift(r->place->day, (enum nb_unit)look.value, which.value, &r->days)) {
            return false;
        }
        narrow(r, (enum nb_unit)look.value);
        return true;
    case NB_WHEN_MONTH:
        return nb_when_in_years(r->place, pick, look.value, look.value, 0, read_part(r), &r->days);
    case NB_WHEN_SEASON:
        return nb_when_in_years(r->place, pick, look.value, (int32_t)look.payload, 0, read_part(r),
                                &r->days);
    case NB_WHEN_WEEKDAY:
        return nb_when_in_weeks(r->place, pick, look.value, 1, &r->days);
    case NB_WHEN_WEEKEND:
        return nb_when_in_weeks(r->place, pick, 5, 2, &r->days);
    case NB_WHEN_FEAST:
        return nb_when_at_feast(r->when, r->place, pick, look.value, &r->days);
    default:
        return false;
    }
}

/* "şafak 45" */
static bool read_countdown(struct reader *r, struct look look)
{
    int32_t number;
    r->at += look.words;
    if (!digits_at(r, r->at, &number) || number < 1 || number > COUNTDOWN_MAX) {
        return false;
    }
    r->at++;
    r->days = (struct nb_days){r->place->day + number, r->place->day + number};
    return true;
}

static bool read_simple(struct reader *r)
{
    struct look look = look_at(r, r->at);
    int32_t part;
    if (look.kind == NB_WHEN_COUNTDOWN) {
        return read_countdown(r, look);
    }
    bool inflected = has(&look, r->when->locative) || has(&look, r->when->dative);
    r->at += look.words;
    switch (look.kind) {
    case NB_WHEN_SHIFT:
        return nb_days_shift(r->place->day, (enum nb_unit)look.payload, look.value, &r->days);
    case NB_WHEN_ABOUT:
        r->days =
            (struct nb_days){r->place->day + look.value, r->place->day + (int32_t)look.payload};
        return true;
    case NB_WHEN_WEEKDAY:
        return nb_when_in_weeks(r->place, NB_PICK_BY_TENSE, look.value, 1, &r->days);
    case NB_WHEN_DURING:
        return nb_when_in_years(r->place, NB_PICK_BY_TENSE, look.value, (int32_t)look.payload, 0,
                                -1, &r->days);
    case NB_WHEN_WEEKEND:
        return nb_when_in_weeks(r->place, NB_PICK_BY_TENSE, 5, 2, &r->days);
    case NB_WHEN_FEAST:
        return nb_when_at_feast(r->when, r->place, NB_PICK_BY_TENSE, look.value, &r->days);
    case NB_WHEN_SEASON:
        part = read_part(r);
        return (inflected || part >= 0) &&
               nb_when_in_years(r->place, NB_PICK_BY_TENSE, look.value, (int32_t)look.payload, 0,
                                part, &r->days);
    default:
        return false;
    }
}

/* "2019'da", "2027 yılında", "2027 Mayıs" */
static bool read_year_alone(struct reader *r)
{
    uint32_t at = r->at;
    int32_t year = read_year(r);
    enum nb_when_kind behind = look_at(r, r->at).kind;
    bool sure = year && (r->at > at + 1 || has_suffix(r, at) || behind == NB_WHEN_MONTH ||
                         behind == NB_WHEN_SEASON);
    if (!sure || !nb_day_make(year, 1, 1, &r->days.from) ||
        !nb_day_make(year, 12, 31, &r->days.to)) {
        return false;
    }
    narrow(r, NB_UNIT_YEAR);
    return true;
}

/* "bayramdan sonra", "mayıstan önce" */
static void read_around(struct reader *r)
{
    struct look look = look_at(r, r->at);
    if (look.kind == NB_WHEN_LATER) {
        r->days = (struct nb_days){r->days.to + 1, r->days.to + AROUND_DAYS};
    } else if (look.kind == NB_WHEN_AGO) {
        int32_t from = r->days.from - AROUND_DAYS;
        bool ahead = r->days.from > r->place->day && from < r->place->day;
        r->days = (struct nb_days){ahead ? r->place->day : from, r->days.from - 1};
    } else {
        return;
    }
    r->at += look.words;
}

bool nb_when_read(const struct nb_when *when, const struct nb_when_place *place, uint32_t at,
                  struct nb_said *out)
{
    typedef bool read_fn(struct reader * r);
    static read_fn *const readers[] = {read_date_token,   read_progress, read_year_alone,
                                       read_after_amount, read_month,    read_which,
                                       read_unit,         read_simple};
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        struct reader r = {.when = when, .place = place, .at = at};
        if (!readers[i](&r)) {
            if (r.nonsense) {
                out->end = r.at;
                return false;
            }
            continue;
        }
        if (readers[i] == read_unit) { /* "haftaya cumartesi", "seneye mayısta" */
            struct look look = look_at(&r, at);
            if (look.payload) {
                narrow(&r, (enum nb_unit)look.value);
            }
        }
        if (readers[i] != read_after_amount) {
            read_around(&r);
        }
        *out = (struct nb_said){r.days, at, r.at};
        return true;
    }
    return false;
}
