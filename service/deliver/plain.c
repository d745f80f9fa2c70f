#include "service/deliver/plain.h"

#include <stdint.h>

#include <nabiz/text.h>

static bool is_harmless(uint32_t c)
{
    bool turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
                 c == 0x200f || c == 0x061c;
    return c >= 0x20 && (c < 0x7f || c > 0x9f) && !turns && c != 0x2028 && c != 0x2029;
}

struct nb_slice nb_plain(struct nb_slice text, char *out, size_t out_bytes)
{
    size_t n = 0;
    bool is_gap = false;
    for (size_t pos = 0; pos < text.len && n + 5 < out_bytes;) {
        uint32_t c = nb_utf8_next(text, &pos);
        if (c == ' ' || !is_harmless(c)) {
            is_gap = n > 0;
            continue;
        }
        if (is_gap) {
            out[n++] = ' ';
            is_gap = false;
        }
        n += nb_utf8_put(c, out + n);
    }
    return nb_slice(out, n);
}
