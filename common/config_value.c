#include "common/config_value.h"

#include <inttypes.h>
#include <stdio.h>

#include <nabiz/text.h>

struct suffix {
    const char *text;
    int64_t factor;
};

/* Largest first; of two with one factor the first is printed. */
static const struct suffix sizes[] = {{"g", 1 << 30},  {"gb", 1 << 30}, {"m", 1 << 20},
                                      {"mb", 1 << 20}, {"k", 1 << 10},  {"kb", 1 << 10},
                                      {"b", 1},        {NULL, 0}};
static const struct suffix times[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000},
                                      {"s", 1000},     {"ms", 1},      {NULL, 0}};

/* How many of the smallest there are in one of the unit. */
static int64_t scale_of(enum nb_config_unit unit)
{
    switch (unit) {
    case NB_UNIT_S:
        return 1000;
    case NB_UNIT_MIN:
        return 60000;
    case NB_UNIT_NONE:
    case NB_UNIT_MS:
    case NB_UNIT_BYTES:
        break;
    }
    return 1;
}

const char *nb_config_number_parse(struct nb_slice text, enum nb_config_unit unit, int64_t *out)
{
    size_t digits = text.len;
    while (digits > 0 && nb_ascii_is_alpha(text.p[digits - 1])) {
        digits--;
    }
    struct nb_slice suffix = nb_slice_sub(text, digits, text.len);
    int64_t number;
    if (!nb_slice_to_i64(nb_slice_trim(nb_slice_sub(text, 0, digits)), &number)) {
        return "not a whole number that fits 64 bits";
    }
    if (suffix.len == 0) {
        *out = number;
        return NULL;
    }
    if (unit == NB_UNIT_NONE) {
        return "a number without a suffix is wanted";
    }
    const struct suffix *all = unit == NB_UNIT_BYTES ? sizes : times;
    for (size_t i = 0; all[i].text; i++) {
        if (nb_slice_eq_ascii_case(suffix, nb_slice_str(all[i].text))) {
            int64_t value;
            if (__builtin_mul_overflow(number, all[i].factor, &value)) {
                return "too large";
            }
            if (value % scale_of(unit) != 0) {
                return unit == NB_UNIT_S ? "must be whole seconds" : "must be whole minutes";
            }
            *out = value / scale_of(unit);
            return NULL;
        }
    }
    return unit == NB_UNIT_BYTES ? "the suffix must be one of k m g"
                                 : "the suffix must be one of ms s min h d";
}

void nb_config_number_print(int64_t number, enum nb_config_unit unit,
                            char out[NB_CONFIG_NUMBER_BYTES])
{
    const struct suffix *all = unit == NB_UNIT_BYTES ? sizes : times;
    int64_t value;
    (void)snprintf(out, NB_CONFIG_NUMBER_BYTES, "%" PRId64, number);
    if (unit == NB_UNIT_NONE || number == 0 ||
        __builtin_mul_overflow(number, scale_of(unit), &value)) {
        return;
    }
    for (size_t i = 0; all[i].text; i++) {
        if (value % all[i].factor == 0 && all[i].factor > 1) {
            (void)snprintf(out, NB_CONFIG_NUMBER_BYTES, "%" PRId64 "%s", value / all[i].factor,
                           all[i].text);
            return;
        }
    }
    if (unit == NB_UNIT_MS) {
        (void)snprintf(out, NB_CONFIG_NUMBER_BYTES, "%" PRId64 "ms", number);
    }
}

/* What a message shows of a value. */
static struct nb_slice shown(struct nb_slice text)
{
    return nb_utf8_cut(text, 64);
}

static enum nb_err read_enum(const struct nb_config_row *row, struct nb_slice text, int64_t *out,
                             struct nb_error *why)
{
    char copy[128];
    const char *allowed[8];
    size_t n = 0;
    (void)snprintf(copy, sizeof(copy), "%s", row->text);
    for (char *rest = copy, *name; n < 8 && (name = strsep(&rest, "|")) != NULL; n++) {
        if (nb_slice_eq(text, nb_slice_str(name))) {
            *out = (int64_t)n;
            return NB_OK;
        }
        allowed[n] = name;
    }
    const char *near = nb_suggest(text, allowed, n);
    return nb_error_set(why, NB_EINVAL, "%s is \"%.*s\", must be one of %s%s%s%s", row->name,
                        NB_ARG(shown(text)), row->text, near ? "; did you mean " : "",
                        near ? near : "", near ? "?" : "");
}

static enum nb_err read_bool(const struct nb_config_row *row, struct nb_slice text, int64_t *out,
                             struct nb_error *why)
{
    static const char *const words[][2] = {{"off", "on"}, {"no", "yes"}, {"false", "true"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (size_t k = 0; k < 2; k++) {
            if (nb_slice_eq_ascii_case(text, nb_slice_str(words[i][k]))) {
                *out = (int64_t)k;
                return NB_OK;
            }
        }
    }
    return nb_error_set(why, NB_EINVAL, "%s is \"%.*s\", must be on or off", row->name,
                        NB_ARG(shown(text)));
}

static enum nb_err read_int(const struct nb_config_row *row, struct nb_slice text, int64_t *out,
                            struct nb_error *why)
{
    int64_t number;
    const char *wrong = nb_config_number_parse(text, row->unit, &number);
    if (wrong) {
        return nb_error_set(why, NB_EINVAL, "%s is \"%.*s\": %s", row->name, NB_ARG(shown(text)),
                            wrong);
    }
    if (number < row->min || number > row->max) {
        char min[NB_CONFIG_NUMBER_BYTES];
        char max[NB_CONFIG_NUMBER_BYTES];
        nb_config_number_print(row->min, row->unit, min);
        nb_config_number_print(row->max, row->unit, max);
        return nb_error_set(why, NB_EINVAL, "%s is %.*s, must be from %s to %s", row->name,
                            NB_ARG(shown(text)), min, max);
    }
    *out = number;
    return NB_OK;
}

static enum nb_err read_text(const struct nb_config_row *row, struct nb_slice text,
                             const char *base, struct nb_arena *arena, const char **out,
                             struct nb_error *why)
{
    if ((int64_t)text.len < row->min || (int64_t)text.len > row->max) {
        return nb_error_set(why, NB_EINVAL, "%s has %zu bytes, must have %" PRId64 " to %" PRId64,
                            row->name, text.len, row->min, row->max);
    }
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F) {
            return nb_error_set(why, NB_EINVAL, "%s holds a control character; remove it",
                                row->name);
        }
    }
    bool relative = row->type == NB_CONFIG_PATH && text.len > 0 && text.p[0] != '/';
    const char *copy =
        relative ? nb_arena_printf(arena, "%s%s%.*s", base, base[1] ? "/" : "", NB_ARG(text))
                 : nb_arena_strdup(arena, text);
    if (!copy) {
        return nb_error_set(why, NB_ENOMEM, "out of memory");
    }
    *out = copy;
    return NB_OK;
}

enum nb_err nb_config_value_read(const struct nb_config_row *row, struct nb_slice text,
                                 const char *base, struct nb_arena *arena,
                                 struct nb_config_value *out, struct nb_error *why)
{
    switch (row->type) {
    case NB_CONFIG_STRING:
    case NB_CONFIG_PATH:
        return read_text(row, text, base, arena, &out->text, why);
    case NB_CONFIG_INT:
        return read_int(row, text, &out->number, why);
    case NB_CONFIG_BOOL:
        return read_bool(row, text, &out->number, why);
    case NB_CONFIG_ENUM:
        return read_enum(row, text, &out->number, why);
    }
    return nb_error_set(why, NB_EINVAL, "%s has no type", row->name);
}
