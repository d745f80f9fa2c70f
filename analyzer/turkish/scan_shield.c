/*
 * What is no language: addresses of pages and people, names of accounts, tags. They are kept
 * whole, so that nothing inside them is read as words.
 */
#include "analyzer/turkish/scan.h"

#include <nabiz/text.h>

/* Look-ahead for the @ of an address or the slash behind a host; keeps scanning linear. */
enum { LOOK_BYTES_MAX = 80 };

static bool starts(const struct scan *s, struct nb_slice word)
{
    return nb_slice_eq_ascii_case(nb_slice_sub(s->text, s->at, s->at + word.len), word);
}

static bool is_alnum(char c)
{
    return nb_ascii_is_alpha(c) || nb_ascii_is_digit(c);
}

/* Closing marks are part of an address only when it goes on behind them. */
static bool is_closing(uint32_t c)
{
    switch (c) {
    case '.':
    case ',':
    case ';':
    case ':':
    case '!':
    case '?':
    case ')':
    case ']':
    case '\'':
    case 0x2019:
        return true;
    default:
        return false;
    }
}

static size_t address_end(const struct scan *s)
{
    size_t at = s->at, end = s->at, next;
    for (uint32_t c; (c = tr_scan_peek(s, at, &next)), next > at; at = next) {
        if (tr_is_space(c) || c == '<' || c == '>' || c == '"' || c == 0x201D || c == 0x2026 ||
            tr_is_picture(c)) {
            break;
        }
        if (!is_closing(c)) {
            end = next;
        }
    }
    return end > s->at ? end : at;
}

/* Labels of letters, digits and hyphens with dots between; *dots counts them. */
static size_t host_end(const struct scan *s, size_t at, size_t *dots)
{
    *dots = 0;
    for (;; at++) {
        char c = tr_scan_byte(s, at);
        bool dot = c == '.' && is_alnum(tr_scan_byte(s, at + 1));
        *dots += dot;
        if (!is_alnum(c) && c != '-' && !dot) {
            return at;
        }
    }
}

/* ali.veli+x@posta.example */
static size_t mail_end(const struct scan *s)
{
    size_t at = s->at, limit = s->at + LOOK_BYTES_MAX, dots;
    while (at < limit && (is_alnum(tr_scan_byte(s, at)) ||
                          (tr_scan_byte(s, at) && strchr("._%+-", tr_scan_byte(s, at))))) {
        at++;
    }
    if (tr_scan_byte(s, at) != '@' || !nb_ascii_is_alpha(tr_scan_byte(s, at + 1))) {
        return 0;
    }
    size_t end = host_end(s, at + 1, &dots);
    return dots ? end : 0;
}

/* kisa.example/x9: a bare host is a name like others, with a path it is an address. */
static bool has_path(const struct scan *s)
{
    size_t at = s->at, limit = s->at + LOOK_BYTES_MAX, dot = 0;
    for (; at < limit; at++) {
        char c = tr_scan_byte(s, at);
        if (c == '.' && nb_ascii_is_alpha(tr_scan_byte(s, at + 1))) {
            dot = at;
        } else if (!is_alnum(c) && c != '-') {
            break;
        }
    }
    size_t next;
    bool slash = tr_scan_byte(s, at) == '/' && dot > s->at + 1 && at - dot > 2 && at - dot < 9;
    return slash && tr_is_wordish(tr_scan_peek(s, at + 1, &next));
}

size_t tr_scan_url(const struct scan *s)
{
    char c = nb_ascii_lower(tr_scan_byte(s, s->at));
    bool scheme = (c == 'h' && (starts(s, NB_LIT("http://")) || starts(s, NB_LIT("https://")))) ||
                  (c == 'w' && starts(s, NB_LIT("www.")));
    if (!scheme && !is_alnum(c)) {
        return 0;
    }
    if (scheme || has_path(s)) {
        return address_end(s) - s->at;
    }
    size_t end = mail_end(s);
    return end ? end - s->at : 0;
}

size_t tr_scan_signed(const struct scan *s)
{
    size_t at = s->at + 1, next, dots;
    for (uint32_t c; (c = tr_scan_peek(s, at, &next)), next > at; at = next) {
        if (!tr_is_wordish(c) && !tr_is_dropped(c)) {
            break;
        }
    }
    bool mention = tr_scan_byte(s, s->at) == '@';
    if (mention && tr_scan_byte(s, at) == '@' && is_alnum(tr_scan_byte(s, at + 1))) {
        at = host_end(s, at + 1, &dots);
    }
    return at - s->at;
}
