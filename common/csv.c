#include <nabiz/csv.h>

#include <inttypes.h>

#include <nabiz/date.h>
#include <nabiz/text.h>

static void begin_cell(struct nb_csv *csv)
{
    if (csv->filled) {
        nb_buf_add_byte(csv->buf, ';');
    }
    csv->filled = true;
}

void nb_csv_init(struct nb_csv *csv, struct nb_buf *buf)
{
    *csv = (struct nb_csv){.buf = buf};
    nb_buf_add_str(buf, "\xEF\xBB\xBF");
}

void nb_csv_titles(struct nb_csv *csv, const char *const *titles, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        nb_csv_str(csv, nb_slice_str(titles[i]));
    }
    nb_csv_end_row(csv);
}

/* Sign, digits, and one decimal sign with digits behind it: what a spreadsheet reads as a number.
 */
static bool is_number(struct nb_slice s)
{
    size_t i = s.len > 0 && (s.p[0] == '-' || s.p[0] == '+');
    size_t digits = 0;
    size_t signs = 0;
    for (; i < s.len; i++) {
        bool sign = s.p[i] == ',' || s.p[i] == '.';
        if (!nb_ascii_is_digit(s.p[i]) && !(sign && digits > 0 && signs == 0)) {
            return false;
        }
        signs += sign;
        digits = sign ? 0 : digits + 1;
    }
    return digits > 0;
}

/* OWASP, "CSV Injection"; the wide forms are read as the plain ones by East Asian versions. */
static bool runs_as_formula(struct nb_slice s)
{
    static const char *const starts[] = {"=",
                                         "+",
                                         "-",
                                         "@",
                                         "\t",
                                         "\r",
                                         "\n",
                                         "\xEF\xBC\x9D",
                                         "\xEF\xBC\x8B",
                                         "\xEF\xBC\x8D",
                                         "\xEF\xBC\xA0"};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (nb_slice_starts(s, nb_slice_str(starts[i]))) {
            return !is_number(s);
        }
    }
    return false;
}

static bool needs_quotes(struct nb_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == ';' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t' ||
            s.p[i] == ',') {
            return true;
        }
    }
    return s.len > 0 && (s.p[0] == ' ' || s.p[s.len - 1] == ' ');
}

void nb_csv_str(struct nb_csv *csv, struct nb_slice value)
{
    bool formula = runs_as_formula(value);
    bool quotes = formula || needs_quotes(value);
    begin_cell(csv);
    if (quotes) {
        nb_buf_add_byte(csv->buf, '"');
    }
    if (formula) {
        nb_buf_add_byte(csv->buf, '\'');
    }
    for (size_t pos = 0; pos < value.len;) {
        size_t from = pos;
        uint32_t c = nb_utf8_next(value, &pos);
        if (c == NB_REPLACEMENT || c == 0) {
            nb_buf_add_str(csv->buf, "\xEF\xBF\xBD");
            continue;
        }
        if (c == '"') {
            nb_buf_add_byte(csv->buf, '"');
        }
        nb_buf_add(csv->buf, nb_slice_sub(value, from, pos));
    }
    if (quotes) {
        nb_buf_add_byte(csv->buf, '"');
    }
}

void nb_csv_int(struct nb_csv *csv, int64_t value)
{
    begin_cell(csv);
    nb_buf_addf(csv->buf, "%" PRId64, value);
}

void nb_csv_milli(struct nb_csv *csv, int64_t value_milli)
{
    uint64_t size = value_milli < 0 ? 0 - (uint64_t)value_milli : (uint64_t)value_milli;
    begin_cell(csv);
    nb_buf_addf(csv->buf, "%s%" PRIu64 ",%03u", value_milli < 0 ? "-" : "", size / 1000,
                (unsigned)(size % 1000));
}

void nb_csv_time(struct nb_csv *csv, int64_t at_ms, int32_t offset_min)
{
    begin_cell(csv);
    if (at_ms >= 0) {
        struct nb_civil at = nb_civil_of(at_ms, offset_min);
        nb_buf_addf(csv->buf, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour,
                    at.minute, at.second);
    }
}

void nb_csv_end_row(struct nb_csv *csv)
{
    nb_buf_add_str(csv->buf, "\r\n");
    csv->filled = false;
}
