/*
 * Bytes of a feed to UTF-8. What the web's rules (charset.h) leave out and feeds need: UTF-32,
 * which XML knows and browsers do not, and Turkish that calls itself Latin 1.
 */
#include "crawler/feed/reader.h"

#include <nabiz/charset.h>
#include <nabiz/text.h>

enum { UNIT = 4 };

/* 0: no UTF-32; else 'b' or 'l' for its byte order, by a mark or by how markup begins. */
static char utf32_order(struct nb_slice bytes)
{
    static const struct {
        char start[UNIT];
        char order;
    } starts[] = {{{'\0', '\0', '\xfe', '\xff'}, 'b'},
                  {{'\xff', '\xfe', '\0', '\0'}, 'l'},
                  {{'\0', '\0', '\0', '<'}, 'b'},
                  {{'<', '\0', '\0', '\0'}, 'l'}};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (nb_slice_starts(bytes, nb_slice(starts[i].start, UNIT))) {
            return starts[i].order;
        }
    }
    return 0;
}

static enum nb_err decode_utf32(struct nb_slice bytes, char order, struct nb_arena *arena,
                                struct nb_slice *out)
{
    char *p = nb_arena_alloc(arena, bytes.len + UNIT);
    if (!p) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i + UNIT <= bytes.len; i += UNIT) {
        uint32_t c = 0;
        for (size_t k = 0; k < UNIT; k++) {
            size_t at = order == 'b' ? i + k : i + UNIT - 1 - k;
            c = c << 8 | (unsigned char)bytes.p[at];
        }
        if (c != 0xfeff || i > 0) {
            n += nb_utf8_put(c, p + n);
        }
    }
    return nb_utf8_repair(nb_slice(p, n), arena, out);
}

/*
 * windows-1252 and windows-1254 differ in six letters: those of Turkish that Latin 1 has no room
 * for, and in their places the eth, thorn and y acute of Icelandic. Icelandic cannot be written
 * without vowels under an acute and the ae, which Turkish does not have.
 */
static bool is_turkish(struct nb_slice bytes)
{
    size_t turkish = 0, icelandic = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        switch ((unsigned char)bytes.p[i]) {
        case 0xd0:
        case 0xdd:
        case 0xde:
        case 0xf0:
        case 0xfd:
        case 0xfe:
            turkish++;
            break;
        case 0xc1:
        case 0xc6:
        case 0xc9:
        case 0xcd:
        case 0xd3:
        case 0xda:
        case 0xe1:
        case 0xe6:
        case 0xe9:
        case 0xed:
        case 0xf3:
        case 0xfa:
            icelandic++;
            break;
        default:
            break;
        }
    }
    return turkish > 0 && turkish > 2 * icelandic;
}

static bool is_plain_text(struct nb_slice content_type)
{
    size_t end = nb_slice_find_byte(content_type, ';', 0);
    return nb_slice_eq_ascii_case(nb_slice_trim(nb_slice_sub(content_type, 0, end)),
                                  NB_LIT("text/plain"));
}

static bool is_ascii(struct nb_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if ((unsigned char)bytes.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

static const char *what_is_wrong(struct nb_charset charset, struct nb_slice bytes,
                                 struct nb_slice content_type, struct nb_arena *arena)
{
    bool guessed = charset.source == NB_CHARSET_DETECTED || charset.source == NB_CHARSET_FALLBACK;
    if (guessed && !is_ascii(bytes)) {
        const char *text = nb_arena_printf(
            arena, "it does not say its encoding, or a wrong one; read as %s", charset.name);
        return text ? text : "it does not say its encoding";
    }
    return is_plain_text(content_type) ? "served as text/plain" : NULL;
}

enum nb_err nb_feed_decode(struct nb_slice bytes, struct nb_slice content_type,
                           struct nb_arena *arena, struct nb_slice *out, const char **broken)
{
    char order = utf32_order(bytes);
    if (order) {
        *broken = NULL;
        return decode_utf32(bytes, order, arena, out);
    }
    struct nb_charset charset = nb_charset_decide(content_type, bytes);
    if (nb_slice_eq(nb_slice_str(charset.name), NB_LIT("windows-1252")) && is_turkish(bytes)) {
        charset.name = "windows-1254";
    }
    *broken = what_is_wrong(charset, bytes, content_type, arena);
    return nb_charset_decode(charset, bytes, arena, out);
}
