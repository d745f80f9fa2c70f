/*
 * Labels are kept sorted by id. All numbers are formatted from integers: a digest has the same
 * bytes on every machine and needs no installed locale.
 */
#include "service/digest/labels.h"

#include <stdio.h>
#include <stdlib.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

#include "service/digest/xml.h"

#define FILE_MAX_BYTES (256u << 10)
#define LABELS_MAX 1000
#define LANG_MAX_BYTES 16

struct row {
    struct nb_slice id;
    struct nb_slice text;
};

struct nb_labels {
    struct nb_arena *arena;
    struct row *rows;
    size_t rows_n;
    char lang[LANG_MAX_BYTES];
};

static int by_id(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    return nb_slice_cmp(x->id, y->id);
}

static enum nb_err add_row(void *arg, struct nb_slice element, struct nb_slice id,
                           struct nb_slice text, long line)
{
    struct nb_labels *labels = arg;
    (void)line;
    if (!nb_slice_eq(element, NB_LIT("l"))) {
        return NB_OK; /* room for what a later version keeps here */
    }
    if (labels->rows_n == LABELS_MAX) {
        return NB_ETOOBIG;
    }
    struct row row = {nb_arena_copy(labels->arena, id), nb_arena_copy(labels->arena, text)};
    if (!row.id.p || !row.text.p) {
        return NB_ENOMEM;
    }
    labels->rows[labels->rows_n++] = row;
    return NB_OK;
}

static enum nb_err read_labels(const char *path, struct nb_labels *labels, struct nb_error *error)
{
    struct nb_buf bytes;
    enum nb_err err = nb_xml_load(path, FILE_MAX_BYTES, &bytes, error);
    if (err != NB_OK) {
        return err;
    }
    err = nb_xml_rows(path, nb_buf_slice(&bytes), add_row, labels, error);
    nb_buf_fini(&bytes);
    if (err != NB_OK) {
        return err;
    }
    qsort(labels->rows, labels->rows_n, sizeof(*labels->rows), by_id);
    for (size_t i = 1; i < labels->rows_n; i++) {
        if (nb_slice_eq(labels->rows[i - 1].id, labels->rows[i].id)) {
            return nb_error_set(error, NB_EEXIST, "%s: the label %.*s is there twice", path,
                                NB_ARG(labels->rows[i].id));
        }
    }
    return NB_OK;
}

static bool is_language(const char *lang)
{
    size_t n = strlen(lang);
    for (size_t i = 0; i < n; i++) {
        if (!nb_ascii_is_alpha(lang[i]) && lang[i] != '-') {
            return false;
        }
    }
    return n > 1 && n < LANG_MAX_BYTES;
}

enum nb_err nb_labels_load(const char *dir, const char *lang, struct nb_labels **out,
                           struct nb_error *error)
{
    char path[4200];
    *out = NULL;
    if (!is_language(lang)) {
        return nb_error_set(error, NB_EINVAL, "\"%s\" is no language; try tr or en", lang);
    }
    if ((size_t)snprintf(path, sizeof(path), "%s/labels.%s.xml", dir, lang) >= sizeof(path)) {
        return nb_error_set(error, NB_ETOOBIG, "%s: the path is too long", dir);
    }
    struct nb_labels *labels = nb_calloc(1, sizeof(*labels));
    if (!labels) {
        return NB_ENOMEM;
    }
    (void)snprintf(labels->lang, sizeof(labels->lang), "%s", lang);
    labels->arena = nb_arena_new(2 * FILE_MAX_BYTES);
    labels->rows = nb_calloc(LABELS_MAX, sizeof(*labels->rows));
    enum nb_err err = labels->arena && labels->rows ? read_labels(path, labels, error) : NB_ENOMEM;
    if (err == NB_ENOTFOUND) {
        (void)nb_error_set(error, err, "there are no labels in the language \"%s\": %s is missing",
                           lang, path);
    }
    if (err != NB_OK) {
        nb_labels_free(labels);
        return err;
    }
    *out = labels;
    return NB_OK;
}

void nb_labels_free(struct nb_labels *labels)
{
    if (labels) {
        nb_arena_free(labels->arena);
        nb_free(labels->rows);
        nb_free(labels);
    }
}

const char *nb_labels_lang(const struct nb_labels *labels)
{
    return labels->lang;
}

size_t nb_labels_n(const struct nb_labels *labels)
{
    return labels->rows_n;
}

void nb_labels_at(const struct nb_labels *labels, size_t i, struct nb_slice *id,
                  struct nb_slice *text)
{
    *id = labels->rows[i].id;
    *text = labels->rows[i].text;
}

struct nb_slice nb_label(const struct nb_labels *labels, const char *id)
{
    struct row key = {nb_slice_str(id), {NULL, 0}};
    const struct row *row =
        bsearch(&key, labels->rows, labels->rows_n, sizeof(*labels->rows), by_id);
    return row ? row->text : key.id;
}

static struct nb_slice value_of(const struct nb_label_value *values, struct nb_slice name,
                                bool *found)
{
    for (; values && values->name; values++) {
        if (nb_slice_eq(nb_slice_str(values->name), name)) {
            *found = true;
            return values->text;
        }
    }
    *found = false;
    return nb_slice(NULL, 0);
}

/* With out == NULL it measures. */
static size_t fill(struct nb_slice pattern, const struct nb_label_value *values, char *out)
{
    size_t n = 0;
    for (size_t at = 0; at < pattern.len;) {
        size_t end = pattern.p[at] == '{' ? nb_slice_find_byte(pattern, '}', at) : NB_NPOS;
        bool found = false;
        struct nb_slice piece = nb_slice_sub(pattern, at, at + 1);
        if (end != NB_NPOS) {
            struct nb_slice value = value_of(values, nb_slice_sub(pattern, at + 1, end), &found);
            piece = found ? value : piece;
        }
        if (out && piece.len > 0) {
            memcpy(out + n, piece.p, piece.len);
        }
        n += piece.len;
        at = found ? end + 1 : at + 1;
    }
    return n;
}

struct nb_slice nb_label_fill(const struct nb_labels *labels, struct nb_arena *arena,
                              const char *id, const struct nb_label_value *values)
{
    struct nb_slice pattern = nb_label(labels, id);
    size_t n = fill(pattern, values, NULL);
    char *out = nb_arena_alloc(arena, n);
    return out ? nb_slice(out, fill(pattern, values, out)) : nb_slice(NULL, 0);
}

static struct nb_slice fill_number(const struct nb_labels *labels, struct nb_arena *arena,
                                   const char *id, struct nb_slice n)
{
    const struct nb_label_value values[] = {{"n", n}, {NULL, {NULL, 0}}};
    return nb_label_fill(labels, arena, id, values);
}

struct nb_slice nb_label_count(const struct nb_labels *labels, struct nb_arena *arena, int64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%lld", (long long)n);
    struct nb_slice separator = nb_label(labels, "format.thousands");
    size_t sign = n < 0;
    size_t digits_n = (size_t)len - sign;
    char *out = nb_arena_alloc(arena, (size_t)len + digits_n / 3 * separator.len);
    if (!out) {
        return nb_slice(NULL, 0);
    }
    size_t at = 0;
    for (size_t i = 0; i < (size_t)len; i++) {
        size_t left = (size_t)len - i;
        if (i > sign && left % 3 == 0 && separator.len > 0) {
            memcpy(out + at, separator.p, separator.len);
            at += separator.len;
        }
        out[at++] = digits[i];
    }
    return nb_slice(out, at);
}

struct nb_slice nb_label_milli(const struct nb_labels *labels, struct nb_arena *arena,
                               int64_t value_milli, int decimals)
{
    static const int64_t units[] = {1000, 100, 10, 1};
    int64_t unit = units[decimals];
    uint64_t value = value_milli < 0 ? 0 - (uint64_t)value_milli : (uint64_t)value_milli;
    uint64_t rounded = (value + (uint64_t)unit / 2) / (uint64_t)unit;
    uint64_t scale = 1000 / (uint64_t)unit;
    struct nb_slice whole = nb_label_count(labels, arena, (int64_t)(rounded / scale));
    struct nb_slice point = nb_label(labels, "format.decimal");
    const char *sign = value_milli < 0 && rounded > 0 ? "-" : "";
    if (decimals == 0) {
        return nb_slice_str(nb_arena_printf(arena, "%s%.*s", sign, NB_ARG(whole)));
    }
    return nb_slice_str(nb_arena_printf(arena, "%s%.*s%.*s%0*llu", sign, NB_ARG(whole),
                                        NB_ARG(point), decimals,
                                        (unsigned long long)(rounded % scale)));
}

struct nb_slice nb_label_percent(const struct nb_labels *labels, struct nb_arena *arena,
                                 int64_t percent)
{
    return fill_number(labels, arena, "format.percent", nb_label_count(labels, arena, percent));
}

static struct nb_slice fill_date(const struct nb_labels *labels, struct nb_arena *arena,
                                 const char *id, int64_t at_ms, int32_t offset_min)
{
    struct nb_civil civil = nb_civil_of(at_ms, offset_min);
    char day[16];
    char year[16];
    char hour[16];
    char minute[16];
    char month[24];
    char weekday[24];
    (void)snprintf(day, sizeof(day), "%d", civil.day);
    (void)snprintf(year, sizeof(year), "%d", civil.year);
    (void)snprintf(hour, sizeof(hour), "%02d", civil.hour);
    (void)snprintf(minute, sizeof(minute), "%02d", civil.minute);
    (void)snprintf(month, sizeof(month), "month.%d", civil.month);
    (void)snprintf(weekday, sizeof(weekday), "weekday.%d", civil.weekday + 1);
    const struct nb_label_value values[] = {
        {"d", nb_slice_str(day)},   {"month", nb_label(labels, month)},
        {"y", nb_slice_str(year)},  {"weekday", nb_label(labels, weekday)},
        {"hh", nb_slice_str(hour)}, {"mm", nb_slice_str(minute)},
        {NULL, {NULL, 0}}};
    return nb_label_fill(labels, arena, id, values);
}

struct nb_slice nb_label_date(const struct nb_labels *labels, struct nb_arena *arena, int64_t at_ms,
                              int32_t offset_min)
{
    return fill_date(labels, arena, "format.date", at_ms, offset_min);
}

struct nb_slice nb_label_day(const struct nb_labels *labels, struct nb_arena *arena, int64_t at_ms,
                             int32_t offset_min)
{
    return fill_date(labels, arena, "format.day", at_ms, offset_min);
}

struct nb_slice nb_label_time(const struct nb_labels *labels, struct nb_arena *arena, int64_t at_ms,
                              int32_t offset_min)
{
    return fill_date(labels, arena, "format.time", at_ms, offset_min);
}

struct nb_slice nb_label_age(const struct nb_labels *labels, struct nb_arena *arena,
                             int64_t minutes)
{
    const struct nb_label_value values[] = {{"h", nb_label_count(labels, arena, minutes / 60)},
                                            {"m", nb_label_count(labels, arena, minutes % 60)},
                                            {NULL, {NULL, 0}}};
    return nb_label_fill(labels, arena, minutes < 60 ? "age.minutes" : "age.hours", values);
}
