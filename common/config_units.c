#include "common/config_units.h"

#include <inttypes.h>
#include <stdio.h>

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
