/*
 * Dates that people and careless programs write. The text is cut into numbers, words and marks; the
 * reader walks over them, and at each place tries the few patterns that can begin there. What it
 * learns it notes down, and nb_date_notes_resolve() puts the notes together. Once there is a date
 * and a time the rest is not read, so that the first of a range ("15:30 ~ 18:12") is taken.
 *
 * Unknown words are passed over, unknown numbers are not: a date that was not understood must fail
 * rather than come out wrong.
 */
#include "common/date_notes.h"
#include "common/date_parse.h"
#include "common/date_tokens.h"
#include "common/date_words.h"

enum { STRANGE_WORDS = 6, AMOUNT_DIGITS = 5 };

enum verdict { PASS, TAKEN, STOP, FAIL };

struct reader {
    const struct nb_date_words *words;
    const struct date_token *at; /* the next token; the list ends with TOKEN_END */
    struct date_notes said;
    bool pm, am;
    bool since;    /* a word was there that makes an amount lie in the past */
    int strange_n; /* words that mean nothing here */
};

static bool is_number(const struct date_token *t, size_t least, size_t most)
{
    return t->kind == TOKEN_NUMBER && t->text.len >= least && t->text.len <= most;
}

static bool is_mark(const struct date_token *t, char mark)
{
    return t->kind == TOKEN_MARK && t->mark == mark;
}

static bool is_one_of(const struct date_token *t, const char *marks)
{
    return t->kind == TOKEN_MARK && strchr(marks, t->mark) != NULL;
}

/* The meaning of the longest known phrase at t. @return tokens, 0 when it is not known. */
static size_t find_phrase(const struct reader *r, const struct date_token *t, struct date_word *out)
{
    char folded[DATE_PHRASE_WORDS * (DATE_PHRASE_BYTES + 1)];
    size_t len = 0, found = 0;
    for (size_t n = 0; n < DATE_PHRASE_WORDS && t[n].kind == TOKEN_WORD; n++) {
        if (t[n].text.len > DATE_PHRASE_BYTES) {
            break;
        }
        if (n > 0) {
            folded[len++] = ' ';
        }
        len += nb_date_fold(t[n].text, folded + len);
        if (nb_date_word_find(r->words, nb_slice(folded, len), out)) {
            found = n + 1;
        }
    }
    return found;
}

static bool is_word(const struct reader *r, const struct date_token *t, enum date_word_kind kind,
                    int32_t *value)
{
    struct date_word word = {0};
    if (t->kind != TOKEN_WORD || find_phrase(r, t, &word) != 1 || word.kind != kind) {
        return false;
    }
    *value = word.value;
    return true;
}

/* ---- time of day ---- */

static void read_half_of_day(struct reader *r)
{
    int32_t ignored;
    bool am = is_word(r, r->at, DATE_AM, &ignored), pm = is_word(r, r->at, DATE_PM, &ignored);
    if (am || pm) {
        r->am = am;
        r->pm = pm;
        r->at++;
    }
    if (r->pm && r->said.civil.hour < 12) {
        r->said.civil.hour += 12;
    } else if (r->am && r->said.civil.hour == 12) {
        r->said.civil.hour = 0;
    }
}

/* +0300, +03:00, +3 */
static bool read_offset(struct reader *r)
{
    const struct date_token *t = r->at;
    if (!is_one_of(t, "+-") || t[1].spaced || !is_number(&t[1], 1, 4) || t[1].text.len == 3) {
        return false;
    }
    int32_t hours = t[1].value, minutes = 0;
    size_t n = 2;
    if (t[1].text.len == 4) {
        hours = t[1].value / 100;
        minutes = t[1].value % 100;
    } else if (is_mark(&t[2], ':') && is_number(&t[3], 2, 2)) {
        minutes = t[3].value;
        n = 4;
    }
    /* "15:30-18:12" is a range and "15:30-12.01.2024" a date. */
    if (hours > 14 || minutes % 15 != 0 || minutes > 59 || is_one_of(&t[n], ".-/")) {
        return false;
    }
    r->said.zone_min = (hours * 60 + minutes) * (t->mark == '-' ? -1 : 1);
    r->said.has_zone = true;
    r->at += n;
    return true;
}

static void read_zone(struct reader *r)
{
    int32_t minutes = 0;
    const struct date_token *before = r->at;
    if (is_mark(r->at, '(')) {
        r->at++;
    }
    if (is_word(r, r->at, DATE_ZONE, &minutes)) {
        r->at++;
        r->said.has_zone = true;
        r->said.zone_min = minutes;
        if (minutes == 0) {
            (void)read_offset(r); /* GMT+3 */
        }
    } else if (!read_offset(r)) {
        r->at = before;
    }
}

static void read_fraction(struct reader *r)
{
    const struct date_token *t = r->at;
    if (!is_one_of(t, ".,") || t->spaced || t[1].spaced || t[1].kind != TOKEN_NUMBER) {
        return;
    }
    int32_t scale = 100;
    for (size_t i = 0; i < 3 && i < t[1].text.len; i++, scale /= 10) {
        r->said.civil.milli += scale * (t[1].text.p[i] - '0');
    }
    r->at += 2;
}

static bool known_any_day(const struct reader *r)
{
    return r->said.has_day || r->said.has_day_offset || r->said.has_weekday;
}

/* 19h46 */
static bool is_h(const struct date_token *t)
{
    return t->kind == TOKEN_WORD && !t->spaced && t->text.len == 1 &&
           nb_ascii_lower(t->text.p[0]) == 'h' && !t[1].spaced && is_number(&t[1], 2, 2);
}

/* Is there a time at t? 14:05, 14:05:33; after a date also 14.05 and 14h05; 3 pm. */
static bool is_time(const struct reader *r, const struct date_token *t)
{
    int32_t ignored;
    if (!is_number(t, 1, 2)) {
        return false;
    }
    if (is_mark(&t[1], ':') && is_number(&t[2], 2, 2)) {
        return true;
    }
    if (is_h(&t[1]) && known_any_day(r)) {
        return true;
    }
    if (is_mark(&t[1], '.') && is_number(&t[2], 2, 2) && !t[2].spaced && known_any_day(r)) {
        return !(is_mark(&t[3], '.') && is_number(&t[4], 3, 4));
    }
    return is_word(r, &t[1], DATE_AM, &ignored) || is_word(r, &t[1], DATE_PM, &ignored);
}

static void read_time(struct reader *r)
{
    const struct date_token *t = r->at;
    r->said.civil.hour = t->value;
    r->at++;
    if ((is_one_of(&t[1], ":.") || is_h(&t[1])) && is_number(&t[2], 2, 2)) {
        r->said.civil.minute = t[2].value;
        r->at += 2;
        if (t[1].kind == TOKEN_MARK && is_mark(&t[3], t[1].mark) && is_number(&t[4], 2, 2) &&
            !t[4].spaced) {
            r->said.civil.second = t[4].value;
            r->at += 2;
            read_fraction(r);
        }
    }
    read_half_of_day(r);
    read_zone(r);
    r->said.has_time = true;
}

/* ---- days ---- */

static void note_day(struct reader *r, int32_t month, int32_t day)
{
    r->said.civil.month = month;
    r->said.civil.day = day;
    r->said.has_day = true;
}

static void note_year(struct reader *r, const struct date_token *t)
{
    r->said.civil.year = t->text.len == 2 ? nb_date_full_year(t->value) : t->value;
    r->said.has_year = true;
}

/* Three numbers with the same mark between them, no white space but behind a full stop. */
static bool is_numeric_day(const struct date_token *t)
{
    if (!is_number(t, 1, 4) || !is_one_of(&t[1], ".-/") || !is_number(&t[2], 1, 2) ||
        !is_mark(&t[3], t[1].mark) || !is_number(&t[4], 1, 4)) {
        return false;
    }
    if (t[1].mark != '.' && (t[1].spaced || t[2].spaced || t[3].spaced || t[4].spaced)) {
        return false;
    }
    bool year_first = t->text.len == 4 && t[4].text.len <= 2;
    bool year_last = t->text.len <= 2 && (t[4].text.len == 4 || t[4].text.len == 2);
    return year_first || year_last;
}

static void read_numeric_day(struct reader *r)
{
    const struct date_token *t = r->at;
    r->at += 5;
    if (t->text.len == 4) {
        note_day(r, t[2].value, t[4].value);
        note_year(r, t);
        return;
    }
    /* Day first, as in Turkey, unless only the American order makes a date. */
    bool american = t[2].value > 12 && t->value <= 12;
    note_day(r, american ? t->value : t[2].value, american ? t[2].value : t->value);
    note_year(r, &t[4]);
}

/* A number that goes on as a time: 14:05, 14.05. */
static bool is_clock(const struct date_token *t)
{
    return is_one_of(&t[1], ":.") && is_number(&t[2], 2, 2) && !t[2].spaced;
}

static bool is_of(const struct reader *r, const struct date_token *t)
{
    int32_t ignored;
    return is_word(r, t, DATE_OF, &ignored);
}

/* A year after a month, with or without a mark between. */
static bool read_year(struct reader *r, bool two_digits)
{
    const struct date_token *t = r->at;
    bool short_form = is_mark(t, '\''); /* '05 */
    two_digits = two_digits || short_form;
    t += is_one_of(t, ".,-/'");
    t += is_of(r, t);
    if (!is_number(t, 4, 4) && !(two_digits && is_number(t, 2, 2) && !is_clock(t))) {
        return false;
    }
    note_year(r, t);
    r->at = t + 1;
    return true;
}

static bool is_ordinal_ending(const struct date_token *t)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "er"};
    for (size_t i = 0;
         i < sizeof(endings) / sizeof(endings[0]) && t->kind == TOKEN_WORD && !t->spaced; i++) {
        if (nb_slice_eq_ascii_case(t->text, nb_slice_str(endings[i]))) {
            return true;
        }
    }
    return false;
}

/* 3 Mar 2024, 3-Mar-24, 3rd of March; 2024 Mar 3. */
static bool read_day_month(struct reader *r)
{
    const struct date_token *first = r->at, *t = first + 1;
    int32_t month = 0;
    t += is_ordinal_ending(t);
    t += is_one_of(t, ".,-/");
    t += is_of(r, t);
    if (!is_word(r, t, DATE_MONTH, &month)) {
        return false;
    }
    t++;
    if (is_number(first, 1, 2)) {
        note_day(r, month, first->value);
        r->at = t;
        (void)read_year(r, true);
        return true;
    }
    t += is_one_of(t, ".,-/");
    if (is_number(first, 4, 4) && is_number(t, 1, 2)) {
        note_day(r, month, t->value);
        note_year(r, first);
        r->at = t + 1;
        return true;
    }
    return false;
}

/* Mar 3, 2024; Mar 3 14:05:00 2024; March 2024. The month is at r->at. */
static enum verdict read_month(struct reader *r, int32_t month)
{
    const struct date_token *t = r->at + 1;
    if (r->said.has_day) {
        return STOP;
    }
    t += is_mark(t, '.') || is_mark(t, '-');
    if (is_number(t, 1, 2) && !is_mark(&t[1], ':')) {
        note_day(r, month, t->value);
        r->at = t + 1;
        r->at += is_ordinal_ending(r->at);
        (void)read_year(r, false);
        return TAKEN;
    }
    r->at++;
    if (read_year(r, false)) {
        note_day(r, month, 1);
        return TAKEN;
    }
    r->strange_n++;
    return TAKEN;
}

/* ---- amounts: 3 hours, one and a half days, half an hour ---- */

static bool read_amount(struct reader *r)
{
    const struct date_token *t = r->at;
    int32_t value = 0, unit = 0, ignored;
    int64_t halves = 0;
    if (is_number(t, 1, AMOUNT_DIGITS)) {
        halves = 2 * (int64_t)t->value;
        t++;
    } else if (is_word(r, t, DATE_NUMBER, &value)) {
        halves = 2 * (int64_t)value;
        t++;
        if (value >= 20 && is_word(r, t, DATE_NUMBER, &value) && value < 10) {
            halves += 2 * (int64_t)value;
            t++;
        }
    }
    if (is_word(r, t, DATE_HALF, &ignored)) {
        halves++;
        t++;
    }
    if (t == r->at || !is_word(r, t, DATE_UNIT, &unit)) {
        return false;
    }
    r->said.halves[unit] += halves;
    r->said.has_amount = true;
    r->at = t + 1;
    return true;
}

/* ---- the walk ---- */

static enum verdict read_number(struct reader *r)
{
    bool time = is_time(r, r->at), numeric_day = is_numeric_day(r->at);
    if (numeric_day && time && r->said.has_day && r->at[2].value > 12) {
        numeric_day = false; /* 15.30.45 */
    }
    if (!r->said.has_time && !numeric_day && time) {
        read_time(r);
        return TAKEN;
    }
    if (r->said.has_day && (numeric_day || time)) {
        return STOP; /* the other end of a range */
    }
    if (numeric_day) {
        read_numeric_day(r);
        return TAKEN;
    }
    if (!r->said.has_day && read_day_month(r)) {
        return TAKEN;
    }
    if (read_amount(r)) {
        return TAKEN;
    }
    if (r->said.has_day && !r->said.has_year && is_number(r->at, 4, 4)) {
        note_year(r, r->at++);
        return TAKEN;
    }
    return r->said.has_time && known_any_day(r) ? STOP : FAIL;
}

static enum verdict read_word(struct reader *r)
{
    struct date_word word = {0};
    size_t n = find_phrase(r, r->at, &word);
    if ((n == 1 && (word.kind == DATE_NUMBER || word.kind == DATE_HALF)) && read_amount(r)) {
        return TAKEN;
    }
    switch (n == 0 ? DATE_WORD_KINDS : word.kind) {
    case DATE_MONTH:
        return read_month(r, word.value);
    case DATE_WEEKDAY:
        r->said.weekday = word.value;
        r->said.has_weekday = true;
        break;
    case DATE_DAY:
        r->said.day_offset = word.value;
        r->said.has_day_offset = true;
        break;
    case DATE_AGO:
        r->said.has_ago = r->said.has_ago || r->said.has_amount;
        break;
    case DATE_SINCE:
        r->since = true;
        break;
    case DATE_NOW:
        r->said.has_now = true;
        break;
    case DATE_AM:
    case DATE_PM:
        r->am = word.kind == DATE_AM;
        r->pm = word.kind == DATE_PM;
        break;
    case DATE_UNIT: /* without an amount, the word for an hour only announces a time */
        break;
    default:
        n = 1;
        /* The T of ISO 8601 stands between a date and its time. */
        r->strange_n += !(r->at->text.len == 1 && !r->at->spaced);
        break;
    }
    r->at += n;
    return TAKEN;
}

static bool walk(struct reader *r)
{
    while (r->at->kind != TOKEN_END && r->strange_n <= STRANGE_WORDS) {
        enum verdict verdict = TAKEN;
        if (r->said.has_time && ((r->said.has_day && r->said.has_year) || r->said.has_day_offset)) {
            break;
        }
        if (r->at->kind == TOKEN_NUMBER) {
            verdict = read_number(r);
        } else if (r->at->kind == TOKEN_WORD) {
            verdict = read_word(r);
        } else {
            r->at++;
        }
        if (verdict == FAIL) {
            return false;
        }
        if (verdict == STOP) {
            break;
        }
    }
    return r->strange_n <= STRANGE_WORDS;
}

bool nb_date_parse_free(struct nb_slice text, const struct nb_date_context *context,
                        int64_t *out_ms)
{
    struct date_tokens tokens;
    struct reader r = {.words = context->words, .at = tokens.at};
    if (!nb_date_tokenise(text, &tokens) || !walk(&r)) {
        return false;
    }
    r.said.has_ago = r.said.has_ago || (r.since && r.said.has_amount);
    r.said.stands_alone = r.strange_n == 0;
    return nb_date_notes_resolve(&r.said, context, out_ms);
}
