#include "analyzer/turkish/spell.h"

#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/table.h"

/*
 * In powers of two: what is left of a word's frequency when the cost of the edit and the frequency
 * of what was typed are taken off must be this much. A letter doubled or halved is the likeliest
 * slip, a first letter is seldom wrong.
 */
enum {
    LEFT_MIN = 4,
    LETTERS_MIN = 5,
    LETTERS_MAX = 20,
    COST_DOUBLED = 1,
    COST_SWAPPED = 2,
    COST_VOWEL = 2,
    COST_OTHER = 3,
    COST_FIRST = 3
};

static const uint32_t alphabet[] = {'a',   'b', 'c',   0xE7, 'd', 'e',  'f', 'g', 0x11F, 'h',
                                    0x131, 'i', 'j',   'k',  'l', 'm',  'n', 'o', 0xF6,  'p',
                                    'r',   's', 0x15F, 't',  'u', 0xFC, 'v', 'y', 'z'};

enum { ALPHABET = sizeof(alphabet) / sizeof(alphabet[0]) };

struct search {
    const struct tr_speller *speller;
    struct tr_spelt *out;
    size_t n;
    int32_t typed; /* frequency of what was typed */
};

uint32_t tr_spell_slot(struct nb_slice word, uint32_t slots, uint16_t *mark)
{
    uint64_t h = tr_hash(word);
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    h ^= h >> 32;
    *mark = (uint16_t)((h >> 40 & 0xFFF) << 4);
    return (uint32_t)h & (slots - 1);
}

enum nb_err tr_speller_open(struct tr_speller *out, struct nb_slice model)
{
    *out = (struct tr_speller){NULL, 0};
    if (model.len < TR_SPELL_HEADER ||
        !nb_slice_starts(model, nb_slice(TR_SPELL_MAGIC, sizeof(TR_SPELL_MAGIC) - 1))) {
        return NB_ECORRUPT;
    }
    const unsigned char *p = (const unsigned char *)model.p + 8;
    uint32_t slots = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    if (!slots || (slots & (slots - 1)) || model.len != TR_SPELL_HEADER + 2 * (uint64_t)slots) {
        return NB_ECORRUPT;
    }
    out->entries = (const unsigned char *)model.p + TR_SPELL_HEADER;
    out->slots = slots;
    return NB_OK;
}

unsigned tr_speller_frequency(const struct tr_speller *speller, struct nb_slice word)
{
    if (!speller->entries) {
        return 0;
    }
    uint16_t mark;
    uint32_t slot = tr_spell_slot(word, speller->slots, &mark);
    for (uint32_t i = 0; i < TR_SPELL_PROBES; i++) {
        const unsigned char *p = speller->entries + 2 * ((slot + i) & (speller->slots - 1));
        unsigned entry = p[0] | (unsigned)p[1] << 8;
        if (!entry) {
            return 0;
        }
        if ((entry & 0xFFF0u) == mark) {
            return entry & 0xFu;
        }
    }
    return 0;
}

static void offer(struct search *s, const uint32_t *letters, size_t n, int32_t cost)
{
    struct tr_spelt spelt = {.len = 0};
    for (size_t i = 0; i < n; i++) {
        spelt.len = (uint8_t)(spelt.len + nb_utf8_put(letters[i], spelt.text + spelt.len));
    }
    unsigned frequency = tr_speller_frequency(s->speller, nb_slice(spelt.text, spelt.len));
    spelt.score = (int32_t)frequency - cost - s->typed;
    if (spelt.score < LEFT_MIN) {
        return;
    }
    size_t at = s->n;
    while (at > 0 && s->out[at - 1].score < spelt.score) {
        at--;
    }
    if (at == TR_SPELL_FOUND_MAX) {
        return;
    }
    size_t kept = s->n < TR_SPELL_FOUND_MAX ? s->n : TR_SPELL_FOUND_MAX - 1;
    memmove(&s->out[at + 1], &s->out[at], (kept - at) * sizeof(*s->out));
    s->out[at] = spelt;
    s->n = kept + 1;
}

static bool is_vowel(uint32_t c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 0x131 || c == 0xF6 ||
           c == 0xFC;
}

/* at: where in the word; letter: what is put or taken there. */
static int32_t cost_of(size_t at, uint32_t letter, bool doubled)
{
    int32_t cost = doubled ? COST_DOUBLED : is_vowel(letter) ? COST_VOWEL : COST_OTHER;
    return at == 0 ? cost + COST_FIRST : cost;
}

static void take_out(struct search *s, const uint32_t *letters, size_t n)
{
    uint32_t other[LETTERS_MAX + 1];
    for (size_t i = 0; i < n; i++) {
        memcpy(other, letters, i * sizeof(*letters));
        memcpy(other + i, letters + i + 1, (n - i - 1) * sizeof(*letters));
        offer(s, other, n - 1, cost_of(i, letters[i], i > 0 && letters[i] == letters[i - 1]));
    }
}

static void swap(struct search *s, const uint32_t *letters, size_t n)
{
    uint32_t other[LETTERS_MAX + 1];
    for (size_t i = 0; i + 1 < n; i++) {
        memcpy(other, letters, n * sizeof(*letters));
        other[i] = letters[i + 1];
        other[i + 1] = letters[i];
        if (letters[i] != letters[i + 1]) {
            offer(s, other, n, COST_SWAPPED + (i == 0 ? COST_FIRST : 0));
        }
    }
}

static void replace_or_put(struct search *s, const uint32_t *letters, size_t n)
{
    uint32_t other[LETTERS_MAX + 1];
    for (size_t i = 0; i <= n; i++) {
        for (size_t a = 0; a < ALPHABET; a++) {
            uint32_t c = alphabet[a];
            memcpy(other, letters, i * sizeof(*letters));
            other[i] = c;
            if (i < n && letters[i] != c) {
                memcpy(other + i + 1, letters + i + 1, (n - i - 1) * sizeof(*letters));
                offer(s, other, n,
                      cost_of(i, is_vowel(c) && is_vowel(letters[i]) ? 'a' : 'b', false));
            }
            memcpy(other + i + 1, letters + i, (n - i) * sizeof(*letters));
            offer(s, other, n + 1, cost_of(i, c, i > 0 && letters[i - 1] == c));
        }
    }
}

size_t tr_spell(const struct tr_speller *speller, struct nb_slice word, struct tr_spelt *out)
{
    struct search s = {.speller = speller, .out = out};
    uint32_t letters[LETTERS_MAX];
    size_t n = 0;
    if (!speller->entries || word.len > TR_SPELL_BYTES_MAX) {
        return 0;
    }
    for (size_t at = 0; at < word.len;) {
        uint32_t c = nb_utf8_next(word, &at);
        if (n == LETTERS_MAX || c >= 0x180 || (c < 0x80 && !nb_ascii_is_alpha((char)c))) {
            return 0;
        }
        letters[n++] = c;
    }
    if (n < LETTERS_MIN) {
        return 0;
    }
    s.typed = (int32_t)tr_speller_frequency(speller, word);
    take_out(&s, letters, n);
    swap(&s, letters, n);
    replace_or_put(&s, letters, n);
    return s.n;
}
