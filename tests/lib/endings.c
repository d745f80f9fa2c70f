#include "tests/lib/endings.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/text.h>

static const char *const nominal[] = {
    "",       "lAr",    "DA",      "DAn",     "(n)In",    "(y)I",    "(y)A",      "(y)lA",
    "lArI",   "lArA",   "lArDA",   "lArDAn",  "lArIn",    "(I)m",    "(I)n",      "(s)I",
    "(I)mIz", "(I)nIz", "(I)mI",   "(I)mA",   "(I)mDA",   "(s)InDA", "(s)InI",    "(s)InDAn",
    "lArIm",  "lArImI", "lArImIz", "lArInDA", "(I)mIzDA", "DAki",    "lArImIzDAn"};
static const char *const names[] = {"",      "DA",  "DAn",  "(n)In", "(y)I",  "(y)A",
                                    "(y)lA", "lAr", "lArI", "DAki",  "(y)DI", "(y)mIş"};
static const char *const verbal[] = {
    "Iyor",    "Iyorum", "Iyorlar", "DI",         "DIm",    "DIk",     "DIlAr",   "mIş",
    "mIşlAr",  "mIşIm",  "(y)AcAk", "(y)AcAklAr", "mAlI",   "mAlIyIm", "sA",      "sAm",
    "mA",      "mAdI",   "mAdIm",   "mAdIk",      "mAmIş",  "mIyor",   "mIyorum", "mIyorlar",
    "mAyAcAk", "mAz",    "mAzlAr",  "(y)An",      "DIğI",   "DIğIm",   "(y)Ip",   "(y)IncA",
    "mAk",     "mAsI",   "(y)AlIm", "sIn",        "sInlAr", "mAyIn"};

const char *const *nbt_endings(enum nbt_ending_kind kind, size_t *n)
{
    switch (kind) {
    case NBT_NOMINAL:
        *n = sizeof(nominal) / sizeof(nominal[0]);
        return nominal;
    case NBT_VERBAL:
        *n = sizeof(verbal) / sizeof(verbal[0]);
        return verbal;
    case NBT_NAME:
        break;
    }
    *n = sizeof(names) / sizeof(names[0]);
    return names;
}

static bool vowel(uint32_t c)
{
    return c && strchr("aeiou", (int)(c < 128 ? c : 'x')) ? true
                                                          : c == 0x131 || c == 0xF6 || c == 0xFC;
}

static uint32_t last_letter(struct nb_slice word, bool only_vowel)
{
    uint32_t last = 0;
    for (size_t at = 0; at < word.len;) {
        uint32_t c = nb_utf8_next(word, &at);
        last = !only_vowel || vowel(c) ? c : last;
    }
    return last;
}

static bool front(uint32_t v)
{
    return v == 'e' || v == 'i' || v == 0xF6 || v == 0xFC;
}

static bool rounded(uint32_t v)
{
    return v == 'o' || v == 'u' || v == 0xF6 || v == 0xFC;
}

static const char *high(uint32_t v)
{
    return front(v) ? (rounded(v) ? "ü" : "i") : rounded(v) ? "u" : "ı";
}

static bool voiceless(uint32_t c)
{
    return c == 'f' || c == 's' || c == 't' || c == 'k' || c == 'h' || c == 'p' || c == 0xE7 ||
           c == 0x15F;
}

/* The stem with an ending; capitals and brackets as the tables above have them. */
void nbt_attach(const char *stem, const char *ending, char *out, size_t size)
{
    (void)snprintf(out, size, "%s", stem);
    uint32_t end = last_letter(nb_slice_str(stem), false);
    if (ending[0] == 'I' && ending[1] == 'y' && (end == 'a' || end == 'e')) {
        out[strlen(out) - 1] = 0; /* the last vowel narrows */
    } else if (ending[0] == 'I' && ending[1] == 'y' && vowel(end)) {
        ending++;
    }
    while (*ending) {
        size_t len = strlen(out);
        struct nb_slice so_far = nb_slice(out, len);
        uint32_t v = last_letter(so_far, true), c = last_letter(so_far, false);
        const char *add = "";
        char one[2] = {*ending, 0};
        size_t took = 1;
        if (*ending == '(') {
            bool is_vowel = ending[1] == 'I';
            took = 3;
            one[0] = ending[1];
            add = vowel(c) == is_vowel ? "" : is_vowel ? high(v) : one;
        } else {
            add = *ending == 'A'   ? (front(v) ? "e" : "a")
                  : *ending == 'I' ? high(v)
                  : *ending == 'D' ? (voiceless(c) ? "t" : "d")
                                   : one;
        }
        (void)snprintf(out + len, size - len, "%s", add);
        ending += took;
    }
}

bool nbt_may_soften(struct nb_slice stem, enum nbt_ending_kind kind)
{
    uint32_t c = last_letter(stem, false);
    return kind == NBT_VERBAL
               ? c == 't'
               : kind == NBT_NOMINAL && (c == 'p' || c == 0xE7 || c == 't' || c == 'k');
}
