/*
 * Numbers as they are written in Turkish: 1.250,50 and 14:30 and 12.05.2015, with a sign of money
 * or percent in front or behind, a letter only where it is a suffix behind an apostrophe. What has
 * letters right behind its digits (5g, 10lu) is a word.
 */
#include "analyzer/turkish/scan.h"

#include <nabiz/text.h>

static bool is_currency(uint32_t c)
{
    return c == '$' || c == 0xA3 || c == 0xA5 || (c >= 0x20A0 && c < 0x20D0);
}

/* Digits from `at` on. */
static size_t digits(const struct scan *s, size_t at)
{
    size_t n = 0;
    while (nb_ascii_is_digit(tr_scan_byte(s, at + n))) {
        n++;
    }
    return n;
}

/*
 * day sep month sep year, or year-month-day. Not longer ones such as 1.2.3.4. @return its end or 0.
 */
static size_t date_end(const struct scan *s, size_t at)
{
    size_t first = digits(s, at);
    char sep = tr_scan_byte(s, at + first);
    bool slash = sep == '/' || sep == '.' || sep == '-';
    if (!slash || first == 0 || first == 3 || first > 4) {
        return 0;
    }
    at += first + 1;
    size_t second = digits(s, at);
    if (second == 0 || second > 2 || tr_scan_byte(s, at + second) != sep) {
        return 0;
    }
    at += second + 1;
    size_t third = digits(s, at);
    bool year_last = first <= 2 && (third == 2 || third == 4);
    bool year_first = first == 4 && sep != '.' && (third == 1 || third == 2);
    bool ends = tr_scan_byte(s, at + third) != sep || !digits(s, at + third + 1);
    return (year_last || year_first) && ends ? at + third : 0;
}

static bool is_time(const struct scan *s, size_t at, size_t end)
{
    size_t hour = digits(s, at), minute = digits(s, at + hour + 1);
    return hour >= 1 && hour <= 2 && tr_scan_byte(s, at + hour) == ':' && minute == 2 &&
           (at + hour + 3 == end || tr_scan_byte(s, at + hour + 3) == ':');
}

/* Digits with . , : between digits, and one slash (1/2, 24/7). */
static size_t plain_end(const struct scan *s, size_t at)
{
    bool slash = false;
    for (;;) {
        at += digits(s, at);
        char c = tr_scan_byte(s, at);
        bool sep = c == '.' || c == ',' || c == ':' || (c == '/' && !slash);
        if (!sep || !nb_ascii_is_digit(tr_scan_byte(s, at + 1))) {
            return at;
        }
        slash |= c == '/';
        at++;
    }
}

/* An apostrophe and letters; digits may not follow. */
static size_t suffix_end(const struct scan *s, size_t at)
{
    size_t next, after;
    if (!tr_is_apostrophe(tr_scan_peek(s, at, &next)) ||
        !tr_is_letter(tr_scan_peek(s, next, &after))) {
        return at;
    }
    for (uint32_t c; (c = tr_scan_peek(s, next, &after)), after > next; next = after) {
        if (!tr_is_wordish(c) && !tr_is_dropped(c)) {
            break;
        }
    }
    return next;
}

/* "3. gün", "2.si": what stands behind the dot goes on in the sentence. */
static bool is_ordinal(const struct scan *s, size_t begin, size_t end)
{
    size_t at = end + 1, next;
    if (tr_scan_byte(s, end) != '.' || digits(s, begin) != end - begin || end - begin > 3) {
        return false;
    }
    while (tr_scan_byte(s, at) == ' ') {
        at++;
    }
    return tr_is_letter(tr_scan_peek(s, at, &next));
}

size_t tr_scan_number(const struct scan *s, uint8_t *value)
{
    size_t begin = s->at, next;
    uint32_t sign = tr_scan_peek(s, begin, &next);
    bool money = is_currency(sign), percent = sign == '%';
    if (money || percent) {
        begin = next;
        begin += percent && tr_scan_byte(s, begin) == ' ';
    }
    if (!digits(s, begin)) {
        return 0;
    }
    size_t end = date_end(s, begin);
    *value = end ? TR_NUMBER_DATE : TR_NUMBER_PLAIN;
    if (!end) {
        end = plain_end(s, begin);
        *value = is_time(s, begin, end)      ? TR_NUMBER_TIME
                 : is_ordinal(s, begin, end) ? TR_NUMBER_ORDINAL
                                             : TR_NUMBER_PLAIN;
    }
    uint32_t behind = tr_scan_peek(s, end, &next);
    if (!money && !percent && (is_currency(behind) || behind == '%')) {
        money = behind != '%';
        percent = !money;
        end = next;
    }
    *value = money ? TR_NUMBER_MONEY : percent ? TR_NUMBER_PERCENT : *value;
    return suffix_end(s, end) - s->at;
}
