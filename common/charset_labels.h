/*
 * The encodings of the WHATWG Encoding Standard, their labels, and the ICU converter for each.
 * Internal to the charset files.
 */
#ifndef COMMON_CHARSET_LABELS_H
#define COMMON_CHARSET_LABELS_H

#include <nabiz/slice.h>

enum charset_kind {
    CHARSET_UTF8,
    CHARSET_UTF16,
    CHARSET_SINGLE_BYTE,
    CHARSET_MULTI_BYTE,
    CHARSET_REPLACEMENT, /* stateful sets in which markup can hide: never decoded */
    CHARSET_USER_DEFINED,
};

struct charset_set {
    const char *name;      /* in lower case */
    const char *labels;    /* separated by single spaces */
    const char *converter; /* ICU's name, NULL when the decoder is ours */
    enum charset_kind kind;
};

/* NULL when nobody knows it. */
const struct charset_set *nb_charset_set_by_label(struct nb_slice label);
const struct charset_set *nb_charset_set_by_name(const char *name);

/* The n-th set, NULL after the last: for tests and lists. */
const struct charset_set *nb_charset_set_at(size_t n);

#endif
