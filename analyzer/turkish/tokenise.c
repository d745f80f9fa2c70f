/*
 * One pass, one decision per token by its first code point. Every scanner moves `at` forward and
 * looks ahead at most a few code points, so the whole is linear. Folded bytes of all tokens go
 * into one buffer of twice the text's size (only 'I' grows when folded).
 */
#include "analyzer/turkish/text.h"

#include "analyzer/turkish/letters.h"

#include <nabiz/text.h>

enum { ZWJ = 0x200D, VARIATION = 0xFE0F, KEYCAP = 0x20E3, FEMALE = 0x2640, MALE = 0x2642 };

struct scan {
    struct nb_slice text;
    size_t at;
    char *folded; /* where the next folded byte goes */
    struct tr_token *tokens;
    size_t n, cap;
    struct nb_arena *arena;
    bool line_start;
};

static uint32_t peek(const struct scan *s, size_t at, size_t *next)
{
    if (at >= s->text.len) {
        *next = at;
        return 0;
    }
    *next = at;
    return nb_utf8_next(s->text, next);
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint32_t c)
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

static bool is_space(uint32_t c)
{
    return c <= ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool is_picture(uint32_t c)
{
    return (c >= 0x1F000 && c < 0x1FB00) || (c >= 0x2600 && c < 0x27C0) ||
           (c >= 0x2B00 && c < 0x2C00) || (c >= 0x2300 && c < 0x2400) || c == 0x203C || c == 0x2049;
}

static bool is_tone(uint32_t c)
{
    return c >= 0x1F3FB && c <= 0x1F3FF;
}

static bool is_regional(uint32_t c)
{
    return c >= 0x1F1E6 && c <= 0x1F1FF;
}

static bool is_wordish(uint32_t c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

static bool starts(const struct scan *s, struct nb_slice word)
{
    return nb_slice_eq_ascii_case(nb_slice_sub(s->text, s->at, s->at + word.len), word);
}

static struct tr_token *push(struct scan *s, enum tr_kind kind, size_t begin, size_t end)
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
    *token = (struct tr_token){.begin = (uint32_t)begin,
                               .end = (uint32_t)end,
                               .folded = {s->folded, 0},
                               .kind = (uint8_t)kind,
                               .ascii = true,
                               .after_break = s->line_start};
    s->line_start = false;
    s->at = end;
    return token;
}

static void set_folded(struct scan *s, struct tr_token *token, size_t len)
{
    token->folded = nb_slice(s->folded, len);
    token->stem_len = (uint16_t)(len > UINT16_MAX ? UINT16_MAX : len);
    s->folded += len;
}

/* Flags and folded bytes of a token whose folded form is plainly the fold of its bytes. */
static void fold_token(struct scan *s, struct tr_token *token, size_t sign_bytes)
{
    struct nb_slice raw = nb_slice_sub(s->text, token->begin + sign_bytes, token->end);
    size_t capitals = 0, small = 0, run = 0;
    uint32_t before = 0;
    for (size_t at = 0; at < raw.len;) {
        uint32_t c = nb_utf8_next(raw, &at);
        token->ascii &= c < 0x80;
        if (tr_is_capital(c)) {
            capitals++;
        } else if (is_letter(c)) {
            small++;
        }
        uint32_t f = tr_fold_letter(c);
        run = f == before ? run + 1 : 1;
        before = f;
        token->elongated |= run >= 3 && is_letter(f);
    }
    token->capitals = capitals >= 2 && small == 0;
    set_folded(s, token, tr_fold_into(raw, s->folded));
    size_t quote = nb_slice_find_byte(token->folded, '\'', 0);
    if (quote != NB_NPOS && quote < token->stem_len) {
        token->stem_len = (uint16_t)quote;
    }
}

static bool scan_url(struct scan *s)
{
    size_t at = s->at, end = s->at, next;
    for (uint32_t c; (c = peek(s, at, &next)), next > at; at = next) {
        if (is_space(c) || c == '<' || c == '>' || c == '"' || c == 0x201D || c == 0x2026 ||
            is_picture(c)) {
            break;
        }
        bool closing = c == '.' || c == ',' || c == ';' || c == ':' || c == '!' || c == '?' ||
                       c == ')' || c == '\'' || c == 0x2019 || c == ']';
        if (!closing) {
            end = next;
        }
    }
    if (end == s->at) {
        end = at; /* nothing but closing marks: cannot happen after a scheme, but never stall */
    }
    struct tr_token *token = push(s, TR_URL, s->at, end);
    if (token) {
        fold_token(s, token, 0);
    }
    return token != NULL;
}

static size_t run_of_wordish(const struct scan *s, size_t at)
{
    size_t next;
    for (uint32_t c; (c = peek(s, at, &next)), next > at; at = next) {
        if (!is_wordish(c) && !tr_is_dropped(c)) {
            break;
        }
    }
    return at;
}

static bool scan_signed(struct scan *s, enum tr_kind kind)
{
    size_t end = run_of_wordish(s, s->at + 1);
    if (kind == TR_MENTION && end < s->text.len && s->text.p[end] == '@') {
        size_t at = end + 1;
        while (at < s->text.len && (nb_ascii_is_alpha(s->text.p[at]) ||
                                    nb_ascii_is_digit(s->text.p[at]) || s->text.p[at] == '-' ||
                                    (s->text.p[at] == '.' && at + 1 < s->text.len &&
                                     nb_ascii_is_alpha(s->text.p[at + 1])))) {
            at++;
        }
        if (at > end + 1) {
            end = at;
        }
    }
    struct tr_token *token = push(s, kind, s->at, end);
    if (token) {
        fold_token(s, token, 1);
    }
    return token != NULL;
}

/* Letters and digits with one apostrophe; digits with separators between digits. */
static bool scan_word(struct scan *s)
{
    size_t begin = s->at, at = begin, next, after;
    bool letters = false, quoted = false, parts = false;
    for (uint32_t c; (c = peek(s, at, &next)), next > at; at = next) {
        if (is_letter(c)) {
            if (parts && !quoted) {
                break; /* 1.250,50TL is a number and its unit */
            }
            letters |= !quoted;
        } else if (is_digit(c) || tr_is_dropped(c) || c == '_') {
            continue;
        } else if (tr_is_apostrophe(c) && !quoted && is_letter(peek(s, next, &after))) {
            quoted = true;
        } else if ((c == '.' || c == ',' || c == ':') && !letters && !quoted &&
                   is_digit(peek(s, next, &after))) {
            parts = true;
        } else {
            if (c == '@' && letters && !quoted && is_letter(peek(s, next, &after))) {
                return scan_url(s);
            }
            break;
        }
    }
    struct tr_token *token = push(s, letters ? TR_WORD : TR_NUMBER, begin, at);
    if (token) {
        fold_token(s, token, 0);
    }
    return token != NULL;
}

/* Variation selectors, tones and gender signs are part of the picture but not of its name. */
static bool scan_picture(struct scan *s)
{
    size_t begin = s->at, at = begin, next, len = 0;
    uint32_t c = peek(s, at, &next);
    len += nb_utf8_put(c, s->folded + len);
    at = next;
    if (is_regional(c)) {
        uint32_t second = peek(s, at, &next);
        if (is_regional(second)) {
            len += nb_utf8_put(second, s->folded + len);
            at = next;
        }
    }
    for (uint32_t d; (d = peek(s, at, &next)), next > at; at = next) {
        if (d == VARIATION || d == KEYCAP || is_tone(d) || (d >= 0xE0020 && d <= 0xE007F)) {
            continue;
        }
        size_t after;
        uint32_t joined = d == ZWJ ? peek(s, next, &after) : 0;
        if (!joined || !is_picture(joined)) {
            break;
        }
        if (joined != FEMALE && joined != MALE) {
            len += nb_utf8_put(ZWJ, s->folded + len);
            len += nb_utf8_put(joined, s->folded + len);
        }
        next = after;
    }
    struct tr_token *token = push(s, TR_EMOJI, begin, at);
    if (token) {
        token->ascii = false;
        set_folded(s, token, len);
    }
    return token != NULL;
}

static char byte_at(const struct scan *s, size_t at)
{
    return at < s->text.len ? s->text.p[at] : '\0';
}

/*
 * Eyes, perhaps a nose or a tear, a mouth as often as one likes. A letter or digit as the mouth
 * counts only when no word goes on. @return its end, or 0.
 */
static size_t emoticon_end(const struct scan *s, size_t *mouth)
{
    size_t at = s->at;
    char eyes = byte_at(s, at++);
    if (eyes == '<' && byte_at(s, at) == '3') {
        *mouth = at;
        return at + 1;
    }
    if (eyes != ':' && eyes != ';' && eyes != '=') {
        return 0;
    }
    if (byte_at(s, at) == '-' || byte_at(s, at) == '\'' || byte_at(s, at) == '^') {
        at++;
    }
    char m = byte_at(s, at);
    if (m == '\0' || !strchr(")(DdPpOoSs/\\|*3][", m)) {
        return 0;
    }
    *mouth = at;
    while (byte_at(s, at) == m) {
        at++;
    }
    size_t next;
    bool needs_end = nb_ascii_is_alpha(m) || nb_ascii_is_digit(m) || m == '/';
    if (needs_end && (is_wordish(peek(s, at, &next)) || byte_at(s, at) == '/')) {
        return 0;
    }
    return at;
}

static bool scan_emoticon(struct scan *s, size_t end, size_t mouth)
{
    char eyes = s->text.p[s->at] == '=' ? ':' : s->text.p[s->at];
    bool tear = mouth == s->at + 2 && s->text.p[s->at + 1] == '\'';
    size_t len = 0;
    s->folded[len++] = eyes;
    if (tear) {
        s->folded[len++] = '\'';
    }
    s->folded[len++] = nb_ascii_lower(s->text.p[mouth]);
    struct tr_token *token = push(s, TR_EMOTICON, s->at, end);
    if (token) {
        set_folded(s, token, len);
    }
    return token != NULL;
}

static bool scan_punct(struct scan *s)
{
    size_t begin = s->at, at = begin, next;
    uint32_t first = peek(s, at, &next);
    size_t one = next - at;
    at = next;
    while (first != NB_REPLACEMENT && peek(s, at, &next) == first && next > at) {
        at = next;
    }
    memcpy(s->folded, s->text.p + begin, one);
    struct tr_token *token = push(s, TR_PUNCT, begin, at);
    if (token) {
        token->ascii = first < 0x80;
        set_folded(s, token, one);
    }
    return token != NULL;
}

static bool scan_one(struct scan *s, uint32_t c, bool after_word)
{
    size_t next;
    (void)peek(s, s->at, &next);
    if ((c == 'h' || c == 'H' || c == 'w' || c == 'W') && !after_word &&
        (starts(s, NB_LIT("http://")) || starts(s, NB_LIT("https://")) ||
         starts(s, NB_LIT("www.")))) {
        return scan_url(s);
    }
    if (is_letter(c) || is_digit(c)) {
        return scan_word(s);
    }
    size_t after, mouth = 0;
    if ((c == '@' || c == '#') && !after_word && is_wordish(peek(s, next, &after))) {
        return scan_signed(s, c == '@' ? TR_MENTION : TR_HASHTAG);
    }
    if (is_picture(c)) {
        return scan_picture(s);
    }
    size_t end = c < 0x80 ? emoticon_end(s, &mouth) : 0;
    if (end && after_word &&
        (nb_ascii_is_alpha(s->text.p[mouth]) || nb_ascii_is_digit(s->text.p[mouth]) ||
         s->text.p[mouth] == '/')) {
        end = 0; /* "at:3" tells the time */
    }
    return end ? scan_emoticon(s, end, mouth) : scan_punct(s);
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
        uint32_t c = peek(&s, s.at, &next);
        if (is_space(c) || tr_is_dropped(c) || c == VARIATION) {
            s.line_start |= c == '\n' || c == 0x2028 || c == 0x2029;
            s.at = next;
            continue;
        }
        const struct tr_token *last = s.n ? &s.tokens[s.n - 1] : NULL;
        bool after_word = last && last->end == s.at && last->kind <= TR_NUMBER;
        if (!scan_one(&s, c, after_word)) {
            return NB_ENOMEM;
        }
    }
    *out = s.tokens;
    *out_n = s.n;
    return NB_OK;
}
