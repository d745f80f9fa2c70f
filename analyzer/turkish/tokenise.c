/*
 * One pass, one decision per token by its first code point. Every scanner moves `at` forward and
 * looks ahead at most a bounded number of code points, so the whole is linear. Folded bytes of all
 * tokens go into one buffer of twice the text's size (only 'I' grows when folded).
 */
#include "analyzer/turkish/scan.h"

#include <nabiz/text.h>

enum { VARIATION = 0xFE0F, CAPITAL_DOTTED_I = 0x130, SMALL_DOTLESS_I = 0x131 };

uint32_t tr_scan_peek(const struct scan *s, size_t at, size_t *next)
{
    *next = at;
    return at < s->text.len ? nb_utf8_next(s->text, next) : 0;
}

bool tr_is_letter(uint32_t c)
{
    if (c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    if (tr_is_dropped(c)) {
        return false;
    }
    return (c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7 && c != 0x37E && c != 0x60C &&
            c != 0x61B && c != 0x61F && c != 0x6D4) ||
           c == 0xAA || c == 0xB5 || c == 0xBA || (c >= 0x2C00 && c < 0x2E00) ||
           (c >= 0x3040 && c < 0xD800) || (c >= 0xF900 && c < 0xFE00) ||
           (c >= 0xFE70 && c < 0xFEFF) || (c >= 0xFF21 && c < 0xFFDC) ||
           (c >= 0x20000 && c < 0x32000);
}

bool tr_is_space(uint32_t c)
{
    return c <= ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool tr_is_picture(uint32_t c)
{
    return (c >= 0x1F000 && c < 0x1FB00) || (c >= 0x2600 && c < 0x27C0) ||
           (c >= 0x2B00 && c < 0x2C00) || (c >= 0x2300 && c < 0x2400) || c == 0x203C || c == 0x2049;
}

struct tr_token *tr_scan_put(struct scan *s, enum tr_kind kind, size_t end)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 32;
        struct tr_token *grown = nb_arena_grow(s->arena, s->tokens, s->cap * sizeof(*s->tokens),
                                               cap * sizeof(*s->tokens));
        if (!grown) {
            return NULL;
        }
        s->tokens = grown;
        s->cap = cap;
    }
    struct tr_token *token = &s->tokens[s->n++];
    *token = (struct tr_token){.begin = (uint32_t)s->at,
                               .end = (uint32_t)end,
                               .folded = {s->folded, 0},
                               .kind = (uint8_t)kind,
                               .ascii = true,
                               .after_break = s->line_start};
    s->line_start = false;
    s->at = end;
    return token;
}

void tr_scan_set_folded(struct scan *s, struct tr_token *token, size_t len)
{
    token->folded = nb_slice(s->folded, len);
    token->stem_len = (uint16_t)(len > UINT16_MAX ? UINT16_MAX : len);
    s->folded += len;
}

/* What the letters of a token tell, other than the word they spell. */
static void set_flags(struct tr_token *token, struct nb_slice raw)
{
    size_t capitals = 0, small = 0, run = 0;
    uint32_t before = 0;
    bool typed_i = false, told_i = false, behind = false; /* an apostrophe */
    for (size_t at = 0; at < raw.len;) {
        uint32_t c = nb_utf8_next(raw, &at);
        behind |= tr_is_apostrophe(c) && capitals + small > 0;
        token->ascii &= c < 0x80 || tr_is_apostrophe(c) || tr_is_dropped(c);
        typed_i |= c == 'I';
        told_i |= !behind && (c == CAPITAL_DOTTED_I || c == SMALL_DOTLESS_I);
        if (tr_is_capital(c)) {
            token->capital |= capitals + small == 0;
            capitals++;
        } else if (tr_is_letter(c)) {
            small++;
        }
        uint32_t f = tr_fold_letter(c);
        run = f == before ? run + 1 : 1;
        before = f;
        token->elongated |= run >= 3 && tr_is_letter(f);
    }
    token->capitals = capitals >= 2 && small == 0;
    token->either_i = typed_i && !told_i;
}

bool tr_scan_put_folded(struct scan *s, enum tr_kind kind, size_t end, size_t sign_bytes)
{
    struct tr_token *token = tr_scan_put(s, kind, end);
    if (!token) {
        return false;
    }
    struct nb_slice raw = nb_slice_sub(s->text, token->begin + sign_bytes, end);
    set_flags(token, raw);
    tr_scan_set_folded(s, token, tr_fold_into(raw, s->folded));
    size_t quote = nb_slice_find_byte(token->folded, '\'', 0);
    if (quote != NB_NPOS && quote < token->stem_len) {
        token->stem_len = (uint16_t)quote;
    }
    return true;
}

/* A.B. and A.B: capitals with a dot behind each but perhaps the last. @return their end or 0. */
static size_t initials_end(const struct scan *s)
{
    size_t at = s->at, end = 0, next, after;
    for (size_t n = 1;; n++) {
        if (!tr_is_capital(tr_scan_peek(s, at, &next))) {
            return end;
        }
        if (tr_scan_byte(s, next) != '.') {
            bool word = tr_is_wordish(tr_scan_peek(s, next, &after));
            return word ? end : n > 1 ? next : 0;
        }
        at = next + 1;
        end = n > 1 ? at : 0;
    }
}

/* Letters and digits with one apostrophe between letters. */
static size_t word_end(const struct scan *s)
{
    size_t at = initials_end(s), next, after;
    bool quoted = false, initials = at > 0;
    at = initials ? at : s->at;
    for (uint32_t c; (c = tr_scan_peek(s, at, &next)), next > at; at = next) {
        if (tr_is_apostrophe(c) && !quoted && tr_is_letter(tr_scan_peek(s, next, &after))) {
            quoted = true;
        } else if ((initials && !quoted) || (!tr_is_wordish(c) && !tr_is_dropped(c))) {
            break;
        }
    }
    return at;
}

static bool put_number(struct scan *s, size_t len, uint8_t value)
{
    bool put = tr_scan_put_folded(s, TR_NUMBER, s->at + len, 0);
    if (put) {
        s->tokens[s->n - 1].number = value;
    }
    return put;
}

/* Digits that letters go on from are a word: 5g, 10lu. */
static bool begins_word(const struct scan *s, size_t number_len)
{
    size_t next;
    struct nb_slice number = nb_slice_sub(s->text, s->at, s->at + number_len);
    for (size_t i = 0; i < number.len; i++) {
        if (!nb_ascii_is_digit(number.p[i])) {
            return false;
        }
    }
    uint32_t c = tr_scan_peek(s, s->at + number_len, &next);
    return tr_is_letter(c) || c == '_' || tr_is_dropped(c);
}

static bool put_named(struct scan *s, enum tr_kind kind, size_t len, size_t name_len)
{
    struct tr_token *token = tr_scan_put(s, kind, s->at + len);
    if (token) {
        token->ascii = kind == TR_EMOTICON;
        tr_scan_set_folded(s, token, name_len);
    }
    return token != NULL;
}

static bool put_punct(struct scan *s)
{
    size_t begin = s->at, at, next;
    uint32_t first = tr_scan_peek(s, begin, &at);
    size_t one = at - begin;
    while (first != NB_REPLACEMENT && tr_scan_peek(s, at, &next) == first && next > at) {
        at = next;
    }
    memcpy(s->folded, s->text.p + begin, one);
    struct tr_token *token = tr_scan_put(s, TR_PUNCT, at);
    if (token) {
        token->ascii = first < 0x80;
        tr_scan_set_folded(s, token, one);
    }
    return token != NULL;
}

static bool put_one(struct scan *s, uint32_t c, size_t next, bool after_word)
{
    size_t len, after, name_len;
    uint8_t value;
    if ((len = tr_scan_picture(s, &name_len)) > 0) {
        return put_named(s, TR_EMOJI, len, name_len);
    }
    bool wordish = tr_is_letter(c) || tr_is_digit(c);
    if (wordish && !after_word && (len = tr_scan_url(s)) > 0) {
        return tr_scan_put_folded(s, TR_URL, s->at + len, 0);
    }
    if ((!after_word || tr_is_digit(c)) && (len = tr_scan_number(s, &value)) > 0 &&
        !begins_word(s, len)) {
        return put_number(s, len, value);
    }
    if ((len = c < 0x80 ? tr_scan_emoticon(s, after_word, &name_len) : 0) > 0) {
        return put_named(s, TR_EMOTICON, len, name_len);
    }
    if (wordish) {
        return tr_scan_put_folded(s, TR_WORD, word_end(s), 0);
    }
    bool sign = (c == '@' || c == '#') && !after_word;
    if (sign && tr_is_wordish(tr_scan_peek(s, next, &after))) {
        return tr_scan_put_folded(s, c == '@' ? TR_MENTION : TR_HASHTAG, s->at + tr_scan_signed(s),
                                  1);
    }
    return put_punct(s);
}

enum nb_err tr_tokenise(struct nb_slice text, struct nb_arena *arena, struct tr_token **out,
                        size_t *out_n)
{
    if (text.len > TR_TEXT_MAX) {
        return NB_ETOOBIG;
    }
    struct scan s = {.text = text, .arena = arena, .line_start = true};
    s.folded = nb_arena_alloc(arena, 2 * text.len + 8);
    s.cap = text.len / 6 + 8;
    s.tokens = nb_arena_alloc(arena, s.cap * sizeof(*s.tokens));
    if (!s.folded || !s.tokens) {
        return NB_ENOMEM;
    }
    while (s.at < text.len) {
        size_t next;
        bool put;
        if (text.p[s.at] == ' ') {
            s.at++;
            continue;
        }
        if (tr_scan_plain_word(&s, &put)) {
            if (!put) {
                return NB_ENOMEM;
            }
            continue;
        }
        uint32_t c = tr_scan_peek(&s, s.at, &next);
        if (tr_is_space(c) || tr_is_dropped(c) || c == VARIATION) {
            s.line_start |= c == '\n' || c == 0x2028 || c == 0x2029;
            s.at = next;
            continue;
        }
        const struct tr_token *last = s.n ? &s.tokens[s.n - 1] : NULL;
        bool after_word = last && last->end == s.at && last->kind <= TR_NUMBER;
        if (!put_one(&s, c, next, after_word)) {
            return NB_ENOMEM;
        }
    }
    *out = s.tokens;
    *out_n = s.n;
    return NB_OK;
}
