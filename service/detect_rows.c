/*
 * A bin is judged twice. While it is open, after each of its rows, by peeking: so an alarm is told
 * with the row that caused it. And when a row of a later bin shows that it is complete: then it may
 * also turn out that there was too little.
 */
#include "service/detect_rows.h"

#include <nabiz/date.h>
#include <nabiz/text.h>

enum { LOUDER_MILLI = 2400, ZEROS_DAYS_MAX = 28, FRACTION_DIGITS = 3 };
static const int64_t EPISODE_MS = 6 * NB_HOUR_MS;

/* The next field of a row, without its quotes. */
static struct nb_slice field(struct nb_slice *rest, char separator)
{
    struct nb_slice got;
    if (!nb_slice_split(rest, separator, &got)) {
        return nb_slice(NULL, 0);
    }
    got = nb_slice_trim(got);
    if (got.len >= 2 && got.p[0] == '"' && got.p[got.len - 1] == '"') {
        got = nb_slice_trim(nb_slice_sub(got, 1, got.len - 1));
    }
    return got;
}

/* Digits from at on, as a number below 2^50; more digits are an error. */
static enum nb_err digits(struct nb_slice text, size_t *at, int64_t *out)
{
    size_t from = *at;
    for (*out = 0; *at < text.len && nb_ascii_is_digit(text.p[*at]); ++*at) {
        *out = *out * 10 + (text.p[*at] - '0');
        if (*out > NB_DETECTOR_VALUE_MAX_MILLI) {
            return NB_ETOOBIG;
        }
    }
    return *at > from ? NB_OK : NB_ESYNTAX;
}

/* "12", "0.5", "1.25e-3": a decimal number in thousandths. NB_EINVAL: below 0. */
static enum nb_err read_value(struct nb_slice text, int64_t *out_milli)
{
    bool negative = text.len > 0 && text.p[0] == '-';
    size_t at = negative || (text.len > 0 && text.p[0] == '+');
    int64_t value = 0;
    int64_t power = FRACTION_DIGITS;
    enum nb_err err = digits(text, &at, &value);
    if (err == NB_OK && at < text.len && text.p[at] == '.') {
        size_t from = ++at;
        for (; at < text.len && nb_ascii_is_digit(text.p[at]); at++) {
            if (at - from < 6 && value < NB_DETECTOR_VALUE_MAX_MILLI / 10) {
                value = value * 10 + (text.p[at] - '0');
                power--;
            }
        }
        err = at > from ? NB_OK : NB_ESYNTAX;
    }
    if (err == NB_OK && at < text.len && (text.p[at] == 'e' || text.p[at] == 'E')) {
        bool down = ++at < text.len && text.p[at] == '-';
        int64_t exponent = 0;
        at += down || (at < text.len && text.p[at] == '+');
        err = digits(text, &at, &exponent);
        exponent = exponent < 99 ? exponent : 99;
        power += down ? -exponent : exponent;
    }
    if (err != NB_OK || at < text.len) {
        return err == NB_OK ? NB_ESYNTAX : err;
    }
    if (negative && value > 0) {
        return NB_EINVAL;
    }
    for (; power < 0 && value > 0; power++) {
        value /= 10;
    }
    for (; power > 0 && value > 0; power--) {
        if (value > NB_DETECTOR_VALUE_MAX_MILLI / 10) {
            return NB_ETOOBIG;
        }
        value *= 10;
    }
    *out_milli = value;
    return NB_OK;
}

enum nb_err nb_row_parse(struct nb_slice line, struct nb_row *out, struct nb_error *error)
{
    static const char SEPARATORS[] = ",;\t";
    struct nb_row row = {0};
    char separator = ',';
    for (size_t i = 0; SEPARATORS[i]; i++) {
        if (nb_slice_find_byte(line, SEPARATORS[i], 0) != NB_NPOS) {
            separator = SEPARATORS[i];
            break;
        }
    }
    struct nb_slice time = field(&line, separator);
    struct nb_slice value = field(&line, separator);
    if (nb_date_parse(time, &(struct nb_date_context){0}, &row.at_ms) != NB_OK) {
        return nb_error_set(error, NB_ESYNTAX, "\"%.*s\" is not a time; write 2015-02-26 21:42:53",
                            NB_ARG(nb_slice_sub(time, 0, 80)));
    }
    enum nb_err err = read_value(value, &row.value_milli);
    if (err == NB_ETOOBIG) {
        return nb_error_set(error, err, "the value is over 2^40");
    }
    if (err == NB_EINVAL) {
        return nb_error_set(error, err, "\"%.*s\" is below 0; counts are not",
                            NB_ARG(nb_slice_sub(value, 0, 80)));
    }
    if (err != NB_OK) {
        return nb_error_set(error, err, "\"%.*s\" is not a number",
                            NB_ARG(nb_slice_sub(value, 0, 80)));
    }
    *out = row;
    return NB_OK;
}

enum nb_err nb_rows_init(struct nb_rows *rows, int64_t interval_ms, int32_t offset_min)
{
    *rows = (struct nb_rows){.interval_ms = interval_ms,
                             .offset_min = offset_min,
                             .rarity_milli = NB_DETECTOR_RARITY_MILLI};
    return interval_ms == 0 ? NB_OK : nb_detector_new(interval_ms, offset_min, &rows->detector);
}

void nb_rows_fini(struct nb_rows *rows)
{
    nb_detector_free(rows->detector);
}

static void tell(struct nb_rows *rows, int64_t at_ms, const struct nb_detection *detection,
                 struct nb_alarm out[2], size_t *out_n)
{
    size_t side = detection->kind == NB_DETECTOR_DROP;
    if (detection->kind == NB_DETECTOR_NONE) {
        return;
    }
    bool again = rows->told[side].at_ms > 0 && at_ms - rows->told[side].at_ms <= EPISODE_MS;
    rows->told[side].at_ms = at_ms;
    if (again && detection->rarity_milli < rows->told[side].rarity_milli + LOUDER_MILLI) {
        return;
    }
    rows->told[side].rarity_milli = detection->rarity_milli;
    if (*out_n < 2) {
        out[(*out_n)++] = (struct nb_alarm){at_ms, *detection};
    }
}

static bool is_zero_missing(const struct nb_rows *rows)
{
    return rows->missing == NB_MISSING_ZERO ||
           (rows->missing == NB_MISSING_AUTO && rows->uneven_n > rows->even_n);
}

/* The open bin, and those up to the one of the row. What they had is told once, the rarest first.
 */
static void close_bins(struct nb_rows *rows, int64_t bin_ms, struct nb_detection *rarest)
{
    int64_t zeros_from = bin_ms - ZEROS_DAYS_MAX * NB_DAY_MS;
    struct nb_detection one;
    nb_detector_step(rows->detector, rows->calendar, rows->bin_ms, rows->value_milli,
                     rows->rarity_milli, rarest);
    if (!is_zero_missing(rows)) {
        return;
    }
    int64_t next_ms = nb_detector_next(rows->detector);
    for (next_ms = next_ms > zeros_from ? next_ms : zeros_from; next_ms < bin_ms;
         next_ms += rows->interval_ms) {
        nb_detector_step(rows->detector, rows->calendar, next_ms, 0, rows->rarity_milli, &one);
        if (one.kind && (!rarest->kind || one.rarity_milli > rarest->rarity_milli)) {
            *rarest = one;
        }
    }
}

static void note_distance(struct nb_rows *rows, int64_t at_ms)
{
    int64_t distance_ms = at_ms - rows->last_ms;
    if (rows->distance_ms > 0) {
        rows->even_n += distance_ms == rows->distance_ms;
        rows->uneven_n += distance_ms != rows->distance_ms;
    }
    rows->distance_ms = distance_ms;
}

static void count_in(struct nb_rows *rows, const struct nb_row *row, struct nb_alarm out[2],
                     size_t *out_n)
{
    struct nb_detection detection;
    int64_t bin_ms = nb_detector_bin(rows->detector, row->at_ms);
    if (rows->open && bin_ms > rows->bin_ms) {
        close_bins(rows, bin_ms, &detection);
        tell(rows, row->at_ms, &detection, out, out_n);
        rows->value_milli = 0;
    }
    rows->open = true;
    rows->bin_ms = bin_ms;
    rows->value_milli += row->value_milli;
    if (rows->value_milli > NB_DETECTOR_VALUE_MAX_MILLI) {
        rows->value_milli = NB_DETECTOR_VALUE_MAX_MILLI;
    }
    nb_detector_peek(rows->detector, rows->calendar, bin_ms, rows->value_milli, rows->rarity_milli,
                     &detection);
    tell(rows, row->at_ms, &detection, out, out_n);
}

/* The least interval there is that holds a distance. */
static int64_t interval_for(int64_t distance_ms)
{
    static const int64_t MINUTES[] = {5, 6, 10, 12, 15, 20, 30, 60};
    enum { MINUTES_N = sizeof(MINUTES) / sizeof(MINUTES[0]) };
    for (size_t i = 0; i < MINUTES_N; i++) {
        if (distance_ms <= MINUTES[i] * NB_MINUTE_MS) {
            return MINUTES[i] * NB_MINUTE_MS;
        }
    }
    int64_t hours = (distance_ms + NB_HOUR_MS - 1) / NB_HOUR_MS;
    return hours < 24 ? hours * NB_HOUR_MS : NB_DAY_MS;
}

/* The first rows are known: find the interval, and take them. */
static enum nb_err begin(struct nb_rows *rows, struct nb_alarm out[2], size_t *out_n)
{
    rows->interval_ms = interval_for(rows->uneven_n == 0 ? rows->distance_ms : 0);
    enum nb_err err = nb_detector_new(rows->interval_ms, rows->offset_min, &rows->detector);
    for (size_t i = 0; err == NB_OK && i < rows->first_n; i++) {
        count_in(rows, &rows->first[i], out, out_n);
    }
    return err;
}

enum nb_err nb_rows_take(struct nb_rows *rows, const struct nb_row *row, struct nb_alarm out[2],
                         size_t *out_n)
{
    *out_n = 0;
    if (rows->begun && row->at_ms <= rows->last_ms) {
        return row->at_ms == rows->last_ms ? NB_EEXIST : NB_EINVAL;
    }
    if (rows->begun) {
        note_distance(rows, row->at_ms);
    } else {
        rows->first_ms = row->at_ms;
    }
    rows->begun = true;
    rows->last_ms = row->at_ms;
    if (rows->detector) {
        count_in(rows, row, out, out_n);
        return NB_OK;
    }
    rows->first[rows->first_n++] = *row;
    return rows->first_n < NB_ROWS_FIRST ? NB_OK : begin(rows, out, out_n);
}

enum nb_err nb_rows_line(struct nb_rows *rows, struct nb_slice line, struct nb_alarm out[2],
                         size_t *out_n, struct nb_error *error)
{
    struct nb_row row;
    bool is_first = !rows->headed;
    *out_n = 0;
    if (is_first && nb_slice_starts(line, NB_LIT("\xEF\xBB\xBF"))) {
        line = nb_slice_sub(line, 3, line.len);
    }
    struct nb_slice text = nb_slice_trim(line);
    if (!text.len) {
        return NB_OK;
    }
    rows->headed = true;
    enum nb_err err = nb_row_parse(line, &row, error);
    if (err != NB_OK) {
        return is_first && !nb_ascii_is_digit(text.p[0]) ? NB_OK : err;
    }
    err = nb_rows_take(rows, &row, out, out_n);
    if (err == NB_EEXIST) {
        return nb_error_set(error, NB_ESYNTAX, "the moment of the row before once more; left out");
    }
    return err == NB_EINVAL
               ? nb_error_set(error, NB_ESYNTAX, "earlier than the row before; left out")
               : err;
}
