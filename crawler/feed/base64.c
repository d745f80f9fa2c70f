/*
 * Base64 (RFC 4648) as feeds carry it: broken into lines, with or without padding.
 */
#include "crawler/feed/reader.h"

#include <nabiz/text.h>

static int value_of(char c)
{
    static const char others[] = "+/-_"; /* the URL-safe letters mean the same */
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (nb_ascii_is_digit(c)) {
        return c - '0' + 52;
    }
    const char *other = c ? strchr(others, c) : NULL;
    return other ? 62 + (int)((other - others) % 2) : -1;
}

struct nb_slice nb_feed_base64(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice out = {NULL, 0};
    char *p = nb_arena_alloc(reader->arena, text.len / 4 * 3 + 3);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned bits_n = 0;
    for (size_t i = 0; p && i < text.len && text.p[i] != '='; i++) {
        int value = value_of(text.p[i]);
        if (value < 0) {
            continue;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        bits_n += 6;
        if (bits_n >= 8) {
            bits_n -= 8;
            p[n++] = (char)(unsigned char)(bits >> bits_n);
        }
    }
    enum nb_err err = p ? nb_utf8_repair(nb_slice(p, n), reader->arena, &out) : NB_ENOMEM;
    if (err != NB_OK && reader->err == NB_OK) {
        reader->err = err;
    }
    return out;
}
