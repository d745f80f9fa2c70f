/*
 * Folding maps code point to code point, so no table is needed: the alphabets that matter keep
 * capitals and small letters at fixed distances. Only 'I' grows, from one byte to two.
 */
#include "analyzer/turkish/text.h"

#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/letters.h"

enum {
    CAPITAL_DOTTED_I = 0x130,
    SMALL_DOTLESS_I = 0x131,
    DOT_ABOVE = 0x307,
};

bool tr_is_dropped(uint32_t c)
{
    return c == 0xAD || c == 0x302 || c == 0x307 || (c >= 0x200B && c <= 0x200D) || c == 0x2060 ||
           c == 0xFEFF;
}

bool tr_is_apostrophe(uint32_t c)
{
    return c == '\'' || c == '`' || c == 0xB4 || (c >= 0x2B9 && c <= 0x2BC) || c == 0x2018 ||
           c == 0x2019 || c == 0x201B || c == 0x2032 || c == 0xFF07;
}

/* Latin Extended-A alternates capital and small; the parity changes twice. */
static uint32_t lower_extended(uint32_t c)
{
    if (c == 0x178) {
        return 0xFF;
    }
    bool odd_capitals = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    bool even_capitals = c <= 0x137 || (c >= 0x14A && c <= 0x177);
    if ((odd_capitals && (c & 1)) || (even_capitals && !(c & 1))) {
        return c + 1;
    }
    return c;
}

static uint32_t lower(uint32_t c)
{
    if (c == 'I') {
        return SMALL_DOTLESS_I;
    }
    if (c == CAPITAL_DOTTED_I) {
        return 'i';
    }
    if (c < 0x80) {
        return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
    }
    if (c >= 0xC0 && c <= 0xDE) {
        return c == 0xD7 ? c : c + 0x20;
    }
    if (c >= 0x100 && c <= 0x17F) {
        return c == SMALL_DOTLESS_I ? c : lower_extended(c);
    }
    if ((c >= 0x391 && c <= 0x3A9 && c != 0x3A2) || (c >= 0x410 && c <= 0x42F)) {
        return c + 0x20;
    }
    if (c >= 0x400 && c <= 0x40F) {
        return c + 0x50;
    }
    if (c >= 0xFF21 && c <= 0xFF3A) {
        return c + 0x20;
    }
    return c;
}

uint32_t tr_fold_letter(uint32_t c)
{
    c = lower(c);
    switch (c) {
    case 0xE2:
        return 'a';
    case 0xEE:
        return 'i';
    case 0xFB:
        return 'u';
    case 0x218: /* the comma below of Romanian, from keyboards that have it */
    case 0x219:
        return 0x15F;
    default:
        return tr_is_apostrophe(c) ? '\'' : c;
    }
}

bool tr_is_capital(uint32_t c)
{
    return lower(c) != c;
}

/* A folded letter and a mark behind it that make one letter of the alphabet, else 0. */
static uint32_t compose(uint32_t base, uint32_t mark)
{
    switch (mark) {
    case 0x306:
        return base == 'g' ? 0x11F : 0;
    case 0x308:
        return base == 'o' ? 0xF6 : base == 'u' ? 0xFC : 0;
    case 0x326:
    case 0x327:
        return base == 'c' ? 0xE7 : base == 's' ? 0x15F : 0;
    default:
        return 0;
    }
}

/*
 * What a letter becomes with the marks that follow it in decomposed text; those that are dropped
 * may stand between. *at moves past what was used.
 */
static uint32_t with_marks(struct nb_slice in, size_t *at, uint32_t letter, bool capital_i)
{
    size_t next = *at;
    while (next < in.len && (unsigned char)in.p[next] >= 0xC2) {
        uint32_t mark = nb_utf8_next(in, &next);
        if (capital_i && mark == DOT_ABOVE) {
            *at = next;
            return 'i';
        }
        uint32_t whole = compose(letter, mark);
        if (whole) {
            *at = next;
            return whole;
        }
        if (!tr_is_dropped(mark)) {
            break;
        }
    }
    return letter;
}

/* Begins a mark that with_marks() looks for, or what may stand before it. */
static bool may_begin_mark(struct nb_slice in, size_t at)
{
    unsigned char byte = at < in.len ? (unsigned char)in.p[at] : 0;
    return byte == 0xCC || byte == 0xC2 || byte == 0xE2 || byte == 0xEF;
}

static size_t fold(struct nb_slice in, char *out, uint32_t *map)
{
    size_t n = 0;
    for (size_t at = 0; at < in.len;) {
        size_t from = at;
        unsigned char byte = (unsigned char)in.p[at];
        if (byte < 0x80 && byte != 'I' && byte != '`' && !may_begin_mark(in, at + 1)) {
            out[n] = nb_ascii_lower((char)byte);
            if (map) {
                map[n] = (uint32_t)from;
            }
            n++;
            at++;
            continue;
        }
        uint32_t c = nb_utf8_next(in, &at);
        if (tr_is_dropped(c)) {
            continue;
        }
        char bytes[4];
        size_t len;
        if (c == NB_REPLACEMENT) { /* ill-formed: what is there stays, byte for byte */
            len = at - from;
            memcpy(bytes, in.p + from, len);
        } else {
            uint32_t letter = tr_fold_letter(c);
            if (may_begin_mark(in, at)) {
                letter = with_marks(in, &at, letter, c == 'I');
            }
            len = nb_utf8_put(letter, bytes);
        }
        for (size_t i = 0; i < len; i++) {
            if (map) {
                map[n] = (uint32_t)from;
            }
            out[n++] = bytes[i];
        }
    }
    return n;
}

size_t tr_fold_into(struct nb_slice in, char *out)
{
    return fold(in, out, NULL);
}

enum nb_err tr_fold(struct nb_slice in, struct nb_arena *arena, struct nb_slice *out,
                    const uint32_t **map)
{
    if (in.len > TR_TEXT_MAX) {
        return NB_ETOOBIG;
    }
    /* 'I' is the one letter that grows: one byte to two. */
    size_t max = in.len;
    for (size_t i = 0; i < in.len; i++) {
        max += in.p[i] == 'I';
    }
    char *bytes = nb_arena_alloc(arena, max);
    uint32_t *offsets = map ? nb_arena_alloc(arena, (max + 1) * sizeof(*offsets)) : NULL;
    if (!bytes || (map && !offsets)) {
        return NB_ENOMEM;
    }
    size_t n = fold(in, bytes, offsets);
    if (map) {
        offsets[n] = (uint32_t)in.len;
        *map = offsets;
    }
    *out = nb_slice(bytes, n);
    return NB_OK;
}

size_t tr_ascii_prefix(struct nb_slice text)
{
    size_t at = 0;
    for (uint64_t eight; at + sizeof(eight) <= text.len; at += sizeof(eight)) {
        memcpy(&eight, text.p + at, sizeof(eight));
        if (eight & 0x8080808080808080u) {
            break;
        }
    }
    while (at < text.len && !(text.p[at] & 0x80)) {
        at++;
    }
    return at;
}

size_t tr_plain(char *text, size_t len)
{
    size_t n = tr_ascii_prefix(nb_slice(text, len));
    for (size_t at = n; at < len; at++) {
        unsigned char a = (unsigned char)text[at];
        unsigned char b = at + 1 < len ? (unsigned char)text[at + 1] : 0;
        char plain = 0;
        if (a == 0xC3) {
            plain = b == 0xA7 ? 'c' : b == 0xB6 ? 'o' : b == 0xBC ? 'u' : 0;
        } else if (a == 0xC4) {
            plain = b == 0x9F ? 'g' : b == 0xB1 ? 'i' : 0;
        } else if (a == 0xC5) {
            plain = b == 0x9F ? 's' : 0;
        }
        if (plain) {
            at++;
        }
        text[n++] = plain ? plain : (char)a;
    }
    return n;
}

size_t tr_dotted(char *text, size_t len)
{
    struct nb_slice dotless = NB_LIT("\xC4\xB1");
    size_t quote = nb_slice_find_byte(nb_slice(text, len), '\'', 0), n = 0;
    size_t first = nb_slice_find(nb_slice(text, len), dotless, 0);
    size_t end = quote < len && first < quote ? quote : len;
    for (size_t at = 0; at < len; at++) {
        bool found =
            at < end && nb_slice_starts(nb_slice_sub(nb_slice(text, len), at, len), dotless);
        text[n++] = found ? 'i' : text[at];
        at += found;
    }
    return n;
}
