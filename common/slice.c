#include <nabiz/slice.h>

bool nb_slice_eq(struct nb_slice a, struct nb_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool nb_slice_eq_ascii_case(struct nb_slice a, struct nb_slice b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (nb_ascii_lower(a.p[i]) != nb_ascii_lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

int nb_slice_cmp(struct nb_slice a, struct nb_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool nb_slice_starts(struct nb_slice s, struct nb_slice prefix)
{
    return s.len >= prefix.len && nb_slice_eq(nb_slice_sub(s, 0, prefix.len), prefix);
}

bool nb_slice_ends(struct nb_slice s, struct nb_slice suffix)
{
    return s.len >= suffix.len && nb_slice_eq(nb_slice_sub(s, s.len - suffix.len, s.len), suffix);
}

size_t nb_slice_find(struct nb_slice s, struct nb_slice needle, size_t from)
{
    if (needle.len == 0) {
        return from <= s.len ? from : NB_NPOS;
    }
    while (from < s.len && s.len - from >= needle.len) {
        const char *hit = memchr(s.p + from, needle.p[0], s.len - from - needle.len + 1);
        if (!hit) {
            break;
        }
        if (memcmp(hit, needle.p, needle.len) == 0) {
            return (size_t)(hit - s.p);
        }
        from = (size_t)(hit - s.p) + 1;
    }
    return NB_NPOS;
}

size_t nb_slice_find_byte(struct nb_slice s, char byte, size_t from)
{
    if (from >= s.len) {
        return NB_NPOS;
    }
    const char *hit = memchr(s.p + from, byte, s.len - from);
    return hit ? (size_t)(hit - s.p) : NB_NPOS;
}

struct nb_slice nb_slice_trim(struct nb_slice s)
{
    while (s.len > 0 && nb_ascii_is_space(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len > 0 && nb_ascii_is_space(s.p[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool nb_slice_split(struct nb_slice *rest, char separator, struct nb_slice *part)
{
    if (!rest->p) {
        return false;
    }
    size_t at = nb_slice_find_byte(*rest, separator, 0);
    if (at == NB_NPOS) {
        *part = *rest;
        *rest = (struct nb_slice){NULL, 0};
    } else {
        *part = nb_slice_sub(*rest, 0, at);
        *rest = nb_slice_sub(*rest, at + 1, rest->len);
    }
    return true;
}

bool nb_slice_to_i64(struct nb_slice s, int64_t *out)
{
    bool minus = s.len > 0 && s.p[0] == '-';
    size_t i = minus ? 1 : 0;
    if (i == s.len) {
        return false;
    }
    int64_t value = 0; /* kept negative: its range is the larger one */
    for (; i < s.len; i++) {
        if (!nb_ascii_is_digit(s.p[i])) {
            return false;
        }
        int digit = s.p[i] - '0';
        if (value < (INT64_MIN + digit) / 10) {
            return false;
        }
        value = value * 10 - digit;
    }
    if (!minus && value == INT64_MIN) {
        return false;
    }
    *out = minus ? value : -value;
    return true;
}
