#include "tests/lib/mistype.h"

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/text.h>

enum { WORD_MAX = 64, TYPO_LETTERS_MIN = 4, STRETCH_LETTERS_MIN = 3 };

static const char *const names[] = {
#define X(id, name, words) name,
    NBT_MISTYPES(X)
#undef X
};

static const char *const explained[] = {
#define X(id, name, words) words,
    NBT_MISTYPES(X)
#undef X
};

/* Small letter, capital, both as ASCII has them. */
static const struct {
    uint32_t small, capital;
    char plain, plain_capital;
} letters[] = {{0xe7, 0xc7, 'c', 'C'}, {0x11f, 0x11e, 'g', 'G'}, {0x131, 'I', 'i', 'I'},
               {'i', 0x130, 'i', 'I'}, {0xf6, 0xd6, 'o', 'O'},   {0x15f, 0x15e, 's', 'S'},
               {0xfc, 0xdc, 'u', 'U'}, {0xe2, 0xc2, 'a', 'A'},   {0xee, 0xce, 'i', 'I'},
               {0xfb, 0xdb, 'u', 'U'}};

/* The rows of a Turkish Q keyboard. */
static const uint32_t keys[][12] = {
    {'q', 'w', 'e', 'r', 't', 'y', 'u', 0x131, 'o', 'p', 0x11f, 0xfc},
    {'a', 's', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 0x15f, 'i', 0},
    {'z', 'x', 'c', 'v', 'b', 'n', 'm', 0xf6, 0xe7, 0, 0, 0}};

struct word {
    uint32_t letters[WORD_MAX + 8];
    size_t n;
};

const char *nbt_mistype_name(enum nbt_mistype kind)
{
    return names[kind];
}

const char *nbt_mistype_words(enum nbt_mistype kind)
{
    return explained[kind];
}

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014). */
static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static bool one_in(uint64_t *state, unsigned n)
{
    return next_random(state) % n == 0;
}

static bool is_letter(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        return true;
    }
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (c == letters[i].small || c == letters[i].capital) {
            return true;
        }
    }
    return false;
}

static bool is_vowel(uint32_t c)
{
    static const uint32_t vowels[] = {'a', 'e', 0x131, 'i', 'o', 0xf6, 'u', 0xfc};
    for (size_t i = 0; i < sizeof(vowels) / sizeof(vowels[0]); i++) {
        if (c == vowels[i]) {
            return true;
        }
    }
    return false;
}

static uint32_t capital_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (c == letters[i].small) {
            return letters[i].capital;
        }
    }
    return c >= 'a' && c <= 'z' ? c - 0x20 : c;
}

static uint32_t plain_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (c == letters[i].small) {
            return (uint32_t)letters[i].plain;
        }
        if (c == letters[i].capital) {
            return (uint32_t)letters[i].plain_capital;
        }
    }
    return c;
}

static void insert(struct word *w, size_t at, uint32_t c)
{
    for (size_t i = w->n; i > at; i--) {
        w->letters[i] = w->letters[i - 1];
    }
    w->letters[at] = c;
    w->n++;
}

static uint32_t neighbour(uint32_t c, uint64_t *state)
{
    for (size_t row = 0; row < 3; row++) {
        for (size_t i = 0; i < 12; i++) {
            if (keys[row][i] == c) {
                size_t other = i > 0 && (next_random(state) & 1) ? i - 1 : i + 1;
                return other < 12 && keys[row][other] ? keys[row][other] : keys[row][i - 1];
            }
        }
    }
    return c;
}

/* Two letters change places, one is missing, one is there twice, or a key beside it was hit. */
static void misspell(struct word *w, uint64_t *state)
{
    size_t at = next_random(state) % (w->n - 1);
    uint32_t c = w->letters[at];
    switch (next_random(state) % 4) {
    case 0:
        w->letters[at] = w->letters[at + 1];
        w->letters[at + 1] = c;
        break;
    case 1:
        for (size_t i = at; i + 1 < w->n; i++) {
            w->letters[i] = w->letters[i + 1];
        }
        w->n--;
        break;
    case 2:
        insert(w, at, c);
        break;
    default:
        w->letters[at] = neighbour(c, state);
        break;
    }
}

static void stretch(struct word *w, uint64_t *state)
{
    for (size_t at = w->n; at > 0; at--) {
        if (is_vowel(w->letters[at - 1])) {
            for (uint64_t more = 2 + next_random(state) % 3; more > 0; more--) {
                insert(w, at - 1, w->letters[at - 1]);
            }
            return;
        }
    }
}

static void change(struct word *w, enum nbt_mistype kind, uint64_t *state)
{
    bool plain = kind == NBT_ASCII || kind == NBT_ASCII_CAPITALS;
    for (size_t i = 0; i < w->n; i++) {
        w->letters[i] = plain ? plain_of(w->letters[i]) : w->letters[i];
        if (kind == NBT_ASCII_CAPITALS && w->letters[i] >= 'a' && w->letters[i] <= 'z') {
            w->letters[i] -= 0x20;
        }
        w->letters[i] = kind == NBT_CAPITALS ? capital_of(w->letters[i]) : w->letters[i];
    }
    if (kind == NBT_ELONGATED && w->n >= STRETCH_LETTERS_MIN && one_in(state, 4)) {
        stretch(w, state);
    }
    bool typos = kind == NBT_TYPOS || kind == NBT_MORE_TYPOS;
    if (typos && w->n >= TYPO_LETTERS_MIN && one_in(state, kind == NBT_TYPOS ? 10 : 4)) {
        misspell(w, state);
    }
}

static void put(const struct word *w, struct nb_buf *out)
{
    for (size_t i = 0; i < w->n; i++) {
        char bytes[4];
        nb_buf_add(out, nb_slice(bytes, nb_utf8_put(w->letters[i], bytes)));
    }
}

/* A run without white space that people do not type letter by letter. */
static bool is_kept(struct nb_slice run)
{
    return run.p[0] == '@' || run.p[0] == '#' || nb_slice_find(run, NB_LIT("://"), 0) != NB_NPOS ||
           nb_slice_starts(run, NB_LIT("www."));
}

static void mistype_run(struct nb_slice run, enum nbt_mistype kind, uint64_t *state,
                        struct nb_buf *out)
{
    struct word w = {.n = 0};
    for (size_t pos = 0; pos < run.len;) {
        size_t from = pos;
        uint32_t c = nb_utf8_next(run, &pos);
        if (is_letter(c) && w.n < WORD_MAX) {
            w.letters[w.n++] = c;
            continue;
        }
        change(&w, kind, state);
        put(&w, out);
        w.n = 0;
        nb_buf_add(out, nb_slice_sub(run, from, pos));
    }
    change(&w, kind, state);
    put(&w, out);
}

void nbt_mistype(struct nb_slice text, enum nbt_mistype kind, uint64_t seed, struct nb_buf *out)
{
    uint64_t state = seed;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && !nb_ascii_is_space(text.p[end])) {
            end++;
        }
        struct nb_slice run = nb_slice_sub(text, at, end);
        if (run.len && is_kept(run)) {
            nb_buf_add(out, run);
        } else {
            mistype_run(run, kind, &state, out);
        }
        if (end < text.len) {
            nb_buf_add_byte(out, text.p[end++]);
        }
        at = end;
    }
}
