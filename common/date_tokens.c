#include "common/date_tokens.h"

#include <nabiz/text.h>

enum char_kind { LETTER, DIGIT, SPACE, APOSTROPHE, DASH, OTHER };

/* Every code point beyond ASCII counts as a letter but for these. */
static enum char_kind kind_beyond_ascii(uint32_t c)
{
    switch (c) {
    case 0x00A0: /* no-break space */
    case 0x2009: /* thin space */
    case 0x200E: /* left-to-right mark, which browsers put into dates */
    case 0x200F:
    case 0x202F: /* narrow no-break space */
        return SPACE;
    case 0x2018:
    case 0x2019:
        return APOSTROPHE;
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212: /* minus */
        return DASH;
    case 0x00B7: /* middle dot */
    case 0x2022: /* bullet */
    case 0x2026:
    case 0x2192: /* arrow */
    case NB_REPLACEMENT:
        return OTHER;
    default:
        return LETTER;
    }
}

static enum char_kind classify(uint32_t c)
{
    if (c >= 0x80) {
        return kind_beyond_ascii(c);
    }
    if (nb_ascii_is_alpha((char)c)) {
        return LETTER;
    }
    if (nb_ascii_is_digit((char)c)) {
        return DIGIT;
    }
    if (c == '\'') {
        return APOSTROPHE;
    }
    return c == '-' ? DASH : c <= ' ' || c == 0x7F ? SPACE : OTHER;
}

static enum char_kind kind_at(struct nb_slice s, size_t i, size_t *next)
{
    *next = i;
    return i < s.len ? classify(nb_utf8_next(s, next)) : SPACE;
}

/* Move past a run of one kind. */
static size_t skip_run(struct nb_slice s, size_t i, enum char_kind kind)
{
    size_t next;
    while (i < s.len && kind_at(s, i, &next) == kind) {
        i = next;
    }
    return i;
}

/* Move past the case ending that follows a name or number: 'ta, 'nda. */
static size_t skip_suffix(struct nb_slice s, size_t i)
{
    size_t next, after;
    if (kind_at(s, i, &next) == APOSTROPHE && kind_at(s, next, &after) == LETTER) {
        return skip_run(s, next, LETTER);
    }
    return i;
}

static int32_t number_of(struct nb_slice digits)
{
    int32_t value = 0;
    for (size_t i = 0; i < digits.len && i < DATE_DIGITS; i++) {
        value = value * 10 + (digits.p[i] - '0');
    }
    return value;
}

bool nb_date_tokenise(struct nb_slice s, struct date_tokens *out)
{
    bool spaced = true;
    out->n = 0;
    if (s.len > DATE_TEXT_BYTES) {
        return false;
    }
    for (size_t i = 0; i < s.len;) {
        size_t end;
        enum char_kind kind = kind_at(s, i, &end);
        if (kind == SPACE) {
            spaced = true;
            i = end;
            continue;
        }
        if (out->n == DATE_TOKENS) {
            return false;
        }
        struct date_token *token = &out->at[out->n++];
        *token = (struct date_token){.kind = TOKEN_MARK, .spaced = spaced};
        spaced = false;
        if (kind == DIGIT || kind == LETTER) {
            end = skip_run(s, i, kind);
            token->kind = kind == DIGIT ? TOKEN_NUMBER : TOKEN_WORD;
            token->text = nb_slice_sub(s, i, end);
            token->value = kind == DIGIT ? number_of(token->text) : 0;
            i = skip_suffix(s, end);
            continue;
        }
        token->mark = kind == DASH ? '-' : kind == APOSTROPHE ? '\'' : s.p[i];
        if ((unsigned char)token->mark >= 0x80) {
            token->mark = '?';
        }
        i = end;
    }
    out->at[out->n] = (struct date_token){.kind = TOKEN_END};
    return true;
}
