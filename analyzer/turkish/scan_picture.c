/*
 * Pictures are sequences: joined, toned, flags of two letters or with tags, keycaps. Variation
 * selectors, tones and gender signs are part of the picture but not of its name.
 */
#include "analyzer/turkish/scan.h"

#include <nabiz/text.h>

enum { ZWJ = 0x200D, VARIATION = 0xFE0F, KEYCAP = 0x20E3, FEMALE = 0x2640, MALE = 0x2642 };

/* Joined parts of one picture; emoji have up to four, a longer chain is hostile. */
enum { PARTS_MAX = 8 };

static bool is_tone(uint32_t c)
{
    return c >= 0x1F3FB && c <= 0x1F3FF;
}

static bool is_regional(uint32_t c)
{
    return c >= 0x1F1E6 && c <= 0x1F1FF;
}

/* Signs that are pictures only with a variation selector: (c), (tm), arrows, squares. */
static bool is_sign(uint32_t c)
{
    return c == 0xA9 || c == 0xAE || c == 0x2122 || c == 0x2139 || (c >= 0x2190 && c < 0x2200) ||
           (c >= 0x25A0 && c < 0x2600) || c == 0x2934 || c == 0x2935 || c == 0x3030 ||
           c == 0x303D || c == 0x3297 || c == 0x3299 || c == 0x24C2;
}

static size_t keycap_end(const struct scan *s, size_t at)
{
    size_t next, after;
    uint32_t c = tr_scan_peek(s, at, &next);
    if (c == VARIATION) {
        c = tr_scan_peek(s, next, &after);
        next = after;
    }
    return c == KEYCAP ? next : 0;
}

static bool is_trailer(uint32_t c)
{
    return c == VARIATION || c == KEYCAP || is_tone(c) || (c >= 0xE0020 && c <= 0xE007F);
}

size_t tr_scan_picture(const struct scan *s, size_t *name_len)
{
    size_t at, next, len;
    uint32_t c = tr_scan_peek(s, s->at, &at);
    if (tr_is_digit(c) || c == '#' || c == '*') {
        size_t end = keycap_end(s, at);
        s->folded[0] = (char)c;
        *name_len = 1 + nb_utf8_put(KEYCAP, s->folded + 1);
        return end ? end - s->at : 0;
    }
    bool sign = is_sign(c) && tr_scan_peek(s, at, &next) == VARIATION;
    if (!tr_is_picture(c) && !sign) {
        return 0;
    }
    len = nb_utf8_put(c, s->folded);
    if (is_regional(c)) {
        uint32_t second = tr_scan_peek(s, at, &next);
        if (is_regional(second)) {
            len += nb_utf8_put(second, s->folded + len);
            at = next;
        }
    }
    unsigned parts = 1;
    for (uint32_t d; (d = tr_scan_peek(s, at, &next)), next > at; at = next) {
        if (is_trailer(d)) {
            continue;
        }
        size_t after;
        uint32_t joined = d == ZWJ ? tr_scan_peek(s, next, &after) : 0;
        if (!joined || !tr_is_picture(joined) || parts++ == PARTS_MAX) {
            break;
        }
        if (joined != FEMALE && joined != MALE) {
            len += nb_utf8_put(ZWJ, s->folded + len);
            len += nb_utf8_put(joined, s->folded + len);
        }
        next = after;
    }
    *name_len = len;
    return at - s->at;
}

/* Written in one way only; longer ones first. What they are called is what they mean. */
static const struct {
    struct nb_slice text, name;
} whole[] = {
    {{"</3", 3}, {"</3", 3}}, {{"<3", 2}, {"<3", 2}},   {{"^_^", 3}, {"^^", 2}},
    {{"^.^", 3}, {"^^", 2}},  {{"^^", 2}, {"^^", 2}},   {{"-_-", 3}, {"-_-", 3}},
    {{">_<", 3}, {">_<", 3}}, {{"(-:", 3}, {":)", 2}},  {{"(':", 3}, {":')", 3}},
    {{"(:", 2}, {":)", 2}},   {{"(;", 2}, {";)", 2}},   {{")':", 3}, {":'(", 3}},
    {{"o_O", 3}, {"o_o", 3}}, {{"O_o", 3}, {"o_o", 3}}, {{"o_o", 3}, {"o_o", 3}},
    {{"O_O", 3}, {"o_o", 3}}, {{"T_T", 3}, {"t_t", 3}}, {{":@", 2}, {":@", 2}},
};

static bool may_begin(char c)
{
    switch (c) {
    case '<':
    case '^':
    case '-':
    case '>':
    case '(':
    case ')':
    case 'o':
    case 'O':
    case 'T':
    case ':':
        return true;
    default:
        return false;
    }
}

static size_t whole_emoticon(const struct scan *s, bool after_word, size_t *name_len)
{
    if (!may_begin(tr_scan_byte(s, s->at))) {
        return 0;
    }
    struct nb_slice here = nb_slice_sub(s->text, s->at, s->at + 3);
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        size_t end = s->at + whole[i].text.len, next;
        if (!nb_slice_starts(here, whole[i].text)) {
            continue;
        }
        char first = here.p[0], last = whole[i].text.p[whole[i].text.len - 1];
        bool goes_on = tr_is_wordish(tr_scan_peek(s, end, &next));
        bool lettered =
            nb_ascii_is_alpha(first) || last == ':' || last == ';' || last == '@' || last == '3';
        if (!(goes_on && lettered) && !(after_word && nb_ascii_is_alpha(first))) {
            *name_len = whole[i].name.len;
            memcpy(s->folded, whole[i].name.p, whole[i].name.len);
            return whole[i].text.len;
        }
    }
    return 0;
}

/*
 * Eyes, perhaps a nose or a tear, a mouth as often as one likes. A letter or digit as the mouth
 * counts only when no word goes on.
 */
static size_t faced_emoticon(const struct scan *s, bool after_word, size_t *name_len)
{
    size_t at = s->at, next;
    char eyes = tr_scan_byte(s, at++);
    if (eyes != ':' && eyes != ';' && eyes != '=') {
        return 0;
    }
    char nose = tr_scan_byte(s, at);
    at += nose == '-' || nose == '\'' || nose == '^' || nose == 'o';
    char mouth = tr_scan_byte(s, at);
    if (mouth == '\0' || !strchr(")(DdPpOoSs/\\|*3][", mouth)) {
        return 0;
    }
    while (tr_scan_byte(s, at) == mouth) {
        at++;
    }
    bool lettered = nb_ascii_is_alpha(mouth) || nb_ascii_is_digit(mouth) || mouth == '/';
    if (lettered &&
        (after_word || tr_is_wordish(tr_scan_peek(s, at, &next)) || tr_scan_byte(s, at) == '/')) {
        return 0; /* "at:3" tells the time, "a:/b" is a path */
    }
    size_t len = 0;
    s->folded[len++] = eyes == '=' ? ':' : eyes;
    if (nose == '\'') {
        s->folded[len++] = '\'';
    }
    s->folded[len++] = nb_ascii_lower(mouth);
    *name_len = len;
    return at - s->at;
}

size_t tr_scan_emoticon(const struct scan *s, bool after_word, size_t *name_len)
{
    size_t len = whole_emoticon(s, after_word, name_len);
    return len ? len : faced_emoticon(s, after_word, name_len);
}
