/*
 * Nearly all words are letters of the alphabet with white space or a common mark behind them. They
 * are cut, folded and looked at in one pass; whatever may be more than that, by a mark inside or
 * behind it, is left to the other scanners, which would make the same token of these words.
 */
#include "analyzer/turkish/scan.h"

#include <string.h>

#include <nabiz/text.h>

enum { CAPITAL_DOTTED_I = 0x130, SMALL_DOTLESS_I = 0x131, TIMES = 0xD7, DIVIDED = 0xF7 };

/* A word so far. */
struct word {
    size_t at; /* of the text */
    char *out; /* where its next folded byte goes */
    size_t capitals, small, run;
    uint32_t before; /* last folded letter, 0 for a digit */
    bool begins_capital, elongated, typed_i, told_i, ascii;
};

static void count(struct word *w, uint32_t folded, bool capital)
{
    w->begins_capital |= capital && w->capitals + w->small == 0;
    w->capitals += capital;
    w->small += !capital;
    w->run = folded == w->before ? w->run + 1 : 1;
    w->before = folded;
    w->elongated |= w->run >= 3;
}

/* The small letters of the alphabet that ASCII lacks: they fold to themselves. */
static bool is_ours(uint32_t c)
{
    return c == 0xE7 || c == 0x11F || c == SMALL_DOTLESS_I || c == 0xF6 || c == 0x15F || c == 0xFC;
}

/* A letter of two bytes. @return false when it is none. */
static bool take_letter(const struct scan *s, struct word *w)
{
    unsigned char lead = (unsigned char)s->text.p[w->at];
    unsigned char next = (unsigned char)tr_scan_byte(s, w->at + 1);
    uint32_t c = ((lead & 0x1fu) << 6) | (next & 0x3fu);
    if (lead < 0xC3 || lead > 0xC5 || (next & 0xC0) != 0x80 || c == TIMES || c == DIVIDED) {
        return false;
    }
    w->told_i |= c == CAPITAL_DOTTED_I || c == SMALL_DOTLESS_I;
    w->ascii = false;
    w->at += 2;
    if (is_ours(c)) {
        count(w, c, false);
        *w->out++ = (char)lead;
        *w->out++ = (char)next;
        return true;
    }
    uint32_t folded = tr_fold_letter(c);
    count(w, folded, tr_is_capital(c));
    w->out += nb_utf8_put(folded, w->out);
    return true;
}

static void take_capital(struct word *w, char c)
{
    bool dotless = c == 'I';
    char folded = nb_ascii_lower(c);
    count(w, dotless ? SMALL_DOTLESS_I : (unsigned char)folded, true);
    w->typed_i |= dotless;
    if (dotless) {
        *w->out++ = '\xC4';
        folded = '\xB1';
    }
    *w->out++ = folded;
    w->at++;
}

/* What no token goes on with: no address, no suffix, no invisible letter, no initials. */
static bool ends_word(const struct scan *s, size_t at)
{
    if (at == s->text.len) {
        return true;
    }
    switch (s->text.p[at]) {
    case ' ':
    case '\n':
    case '\t':
    case '\r':
    case ',':
    case '!':
    case '?':
    case ';':
    case ')':
    case '"':
        return true;
    case ':':
        return tr_scan_byte(s, at + 1) != '/';
    case '.':
        while (tr_scan_byte(s, at) == '.') {
            at++;
        }
        return at == s->text.len || tr_scan_byte(s, at) == ' ' || tr_scan_byte(s, at) == '\n';
    default:
        return false;
    }
}

bool tr_scan_plain_word(struct scan *s, bool *put)
{
    struct word w = {.at = s->at, .out = s->folded, .ascii = true};
    for (; w.at < s->text.len;) {
        char c = s->text.p[w.at];
        if (c >= 'a' && c <= 'z') {
            count(&w, (unsigned char)c, false);
            *w.out++ = c;
            w.at++;
        } else if (c >= 'A' && c <= 'Z') {
            take_capital(&w, c);
        } else if (nb_ascii_is_digit(c) && w.at > s->at) {
            w.before = 0;
            *w.out++ = c;
            w.at++;
        } else if (!take_letter(s, &w)) {
            break;
        }
    }
    if (w.at == s->at || !ends_word(s, w.at)) {
        return false;
    }
    struct tr_token *token = tr_scan_put(s, TR_WORD, w.at);
    *put = token != NULL;
    if (token) {
        token->ascii = w.ascii;
        token->capital = w.begins_capital;
        token->capitals = w.capitals >= 2 && w.small == 0;
        token->elongated = w.elongated;
        token->either_i = w.typed_i && !w.told_i;
        tr_scan_set_folded(s, token, (size_t)(w.out - s->folded));
    }
    return true;
}
