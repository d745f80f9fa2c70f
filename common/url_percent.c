#include "common/url_percent.h"

#include <string.h>

#define F NB_URL_SET_FRAGMENT
#define Q (NB_URL_SET_QUERY | NB_URL_SET_SPECIAL_QUERY)
#define S NB_URL_SET_SPECIAL_QUERY
#define P (NB_URL_SET_PATH | NB_URL_SET_USERINFO)
#define U NB_URL_SET_USERINFO

/* The sets each printable ASCII byte is in (URL standard, "percent-encoded bytes"). */
static const uint8_t sets_of[128] = {
    [' '] = F | Q | P, ['"'] = F | Q | P, ['#'] = Q | P, ['<'] = F | Q | P, ['>'] = F | Q | P,
    ['`'] = F | P,     ['\''] = S,        ['?'] = P,     ['^'] = P,         ['{'] = P,
    ['}'] = P,         ['/'] = U,         [':'] = U,     [';'] = U,         ['='] = U,
    ['@'] = U,         ['['] = U,         ['\\'] = U,    [']'] = U,         ['|'] = U,
};

#undef F
#undef Q
#undef S
#undef P
#undef U

void nb_url_out_byte(struct nb_url_out *out, char byte)
{
    if (out->full || out->len == out->cap) {
        out->full = true;
        return;
    }
    out->p[out->len++] = byte;
}

void nb_url_out_add(struct nb_url_out *out, struct nb_slice s)
{
    if (out->full || s.len > out->cap - out->len) {
        out->full = true;
        return;
    }
    if (s.len) {
        memcpy(out->p + out->len, s.p, s.len);
        out->len += s.len;
    }
}

void nb_url_out_number(struct nb_url_out *out, uint32_t value)
{
    char digits[10];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    nb_url_out_add(out, nb_slice(digits + at, sizeof(digits) - at));
}

static bool is_in(unsigned char byte, enum nb_url_set set)
{
    return byte < 0x20 || byte > 0x7e || (sets_of[byte] & set) != 0;
}

void nb_url_out_escape(struct nb_url_out *out, unsigned char byte)
{
    static const char hex[] = "0123456789ABCDEF";
    char escape[3] = {'%', hex[byte >> 4], hex[byte & 15]};
    nb_url_out_add(out, nb_slice(escape, sizeof(escape)));
}

void nb_url_out_encoded(struct nb_url_out *out, struct nb_slice s, enum nb_url_set set)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_in((unsigned char)s.p[i], set)) {
            nb_url_out_escape(out, (unsigned char)s.p[i]);
        } else {
            nb_url_out_byte(out, s.p[i]);
        }
    }
}

int nb_url_hex(char c)
{
    if (nb_ascii_is_digit(c)) {
        return c - '0';
    }
    c = nb_ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

unsigned char nb_url_decode_next(struct nb_slice s, size_t *pos)
{
    size_t i = *pos;
    if (s.p[i] == '%' && s.len - i > 2) {
        int high = nb_url_hex(s.p[i + 1]);
        int low = nb_url_hex(s.p[i + 2]);
        if (high >= 0 && low >= 0) {
            *pos = i + 3;
            return (unsigned char)(high * 16 + low);
        }
    }
    *pos = i + 1;
    return (unsigned char)s.p[i];
}
