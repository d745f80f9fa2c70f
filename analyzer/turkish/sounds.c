#include "analyzer/turkish/sounds.h"

#include <string.h>

#include <nabiz/text.h>

enum { DOTLESS_I = 0x131, U_UMLAUT = 0xFC, O_UMLAUT = 0xF6, G_BREVE = 0x11F, C_CEDILLA = 0xE7 };

int tr_vowel_class(uint32_t c)
{
    switch (c) {
    case 'a':
    case DOTLESS_I:
        return TR_BACK;
    case 'e':
    case 'i':
        return TR_FRONT;
    case 'o':
    case 'u':
        return TR_BACK | TR_ROUND;
    case O_UMLAUT:
    case U_UMLAUT:
        return TR_FRONT | TR_ROUND;
    default:
        return -1;
    }
}

size_t tr_vowels_n(struct nb_slice text)
{
    size_t n = 0;
    for (size_t at = 0; at < text.len;) {
        n += tr_vowel_class(nb_utf8_next(text, &at)) >= 0;
    }
    return n;
}

static enum tr_end end_of(uint32_t c)
{
    static const uint32_t voiceless[] = {C_CEDILLA, 'f', 'h', 'k', 'p', 's', 0x15F, 't', 'x', 'q'};
    if (tr_vowel_class(c) >= 0) {
        return TR_END_VOWEL;
    }
    for (size_t i = 0; i < sizeof(voiceless) / sizeof(voiceless[0]); i++) {
        if (c == voiceless[i]) {
            return TR_END_VOICELESS;
        }
    }
    return c == 'l' ? TR_END_L : TR_END_VOICED;
}

unsigned tr_context_of(struct nb_slice stem, bool soft, bool front)
{
    int vowel = TR_FRONT; /* names of letters are read with e */
    uint32_t last = 0;
    for (size_t at = 0; at < stem.len;) {
        last = nb_utf8_next(stem, &at);
        int class = tr_vowel_class(last);
        vowel = class >= 0 ? class : vowel;
    }
    if (front) {
        vowel |= TR_FRONT;
    }
    return (unsigned)(soft ? TR_END_SOFT : end_of(last)) * 4 + (unsigned)vowel;
}

/* "_", "l_" and "x_" in front say what the suffix may follow. */
static size_t condition_of(struct nb_slice pattern)
{
    if (pattern.len && pattern.p[0] == '_') {
        return 1;
    }
    bool named =
        pattern.len > 1 && pattern.p[1] == '_' && (pattern.p[0] == 'l' || pattern.p[0] == 'x');
    return named ? 2 : 0;
}

const char *tr_pattern_problem(struct nb_slice pattern)
{
    static const char problem[] = "a suffix is small letters, A I D C K, one buffer in brackets, "
                                  "and has at most 8 letters";
    size_t from = condition_of(pattern), letters = 0;
    bool open = false;
    for (size_t at = from; at < pattern.len;) {
        uint32_t c = nb_utf8_next(pattern, &at);
        if (c == '(' || c == ')') {
            if (open == (c == '(') || (c == '(' && at + 1 >= pattern.len)) {
                return problem;
            }
            open = c == '(';
            continue;
        }
        bool capital = c >= 'A' && c <= 'Z';
        bool known = capital ? memchr("AIDCK", (int)c, 5) != NULL
                             : (c >= 'a' && c <= 'z') || (c >= 0x80 && c < 0x180);
        if (!known || ++letters > TR_SUFFIX_LETTERS) {
            return problem;
        }
    }
    return open || !letters || pattern.p[from] == ')' ? problem : NULL;
}

static uint32_t sound_of(uint32_t symbol, unsigned vowel, enum tr_end end, bool soften)
{
    static const uint32_t narrow[] = {DOTLESS_I, 'i', 'u', U_UMLAUT};
    switch (symbol) {
    case 'A':
        return vowel & TR_FRONT ? 'e' : 'a';
    case 'I':
        return narrow[vowel];
    case 'D':
        return end == TR_END_VOICELESS ? 't' : 'd';
    case 'C':
        return end == TR_END_VOICELESS ? C_CEDILLA : 'c';
    case 'K':
        return soften ? G_BREVE : 'k';
    default:
        return symbol;
    }
}

static bool may_follow(struct nb_slice pattern, size_t condition, enum tr_end end)
{
    if (condition == 1) {
        return end == TR_END_VOWEL;
    }
    if (condition == 2) {
        return pattern.p[0] == 'l' ? end == TR_END_L : end != TR_END_L && end != TR_END_VOWEL;
    }
    return true;
}

bool tr_shape_suffix(struct nb_slice pattern, unsigned context, bool soften, struct tr_written *out)
{
    enum tr_end before = (enum tr_end)(context / 4), end = before;
    unsigned vowel = context % 4;
    bool bracket = false;
    size_t at = condition_of(pattern);
    *out = (struct tr_written){.n = 0};
    if (!may_follow(pattern, at, before)) {
        return false;
    }
    while (at < pattern.len) {
        uint32_t symbol = nb_utf8_next(pattern, &at);
        if (symbol == '(' || symbol == ')') {
            bracket = symbol == '(';
            continue;
        }
        uint32_t c = sound_of(symbol, vowel, end, soften && at == pattern.len);
        int class = tr_vowel_class(c);
        if (bracket && !out->n && (class >= 0) == (before == TR_END_VOWEL)) {
            continue; /* the buffer is not needed here */
        }
        if (!out->n &&
            ((before == TR_END_VOWEL && class >= 0) || (before == TR_END_SOFT && class < 0))) {
            return false;
        }
        out->letters[out->n++] = c;
        vowel = class >= 0 ? (unsigned)class : vowel;
        end = end_of(c);
    }
    out->context = (uint8_t)((soften ? TR_END_SOFT : end) * 4 + vowel);
    return out->n > 0;
}
