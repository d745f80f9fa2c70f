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
    LEFT_MIN = 1,
    FREQUENCY_MAX = 15,
    LETTERS_MIN = 5,
    LETTERS_MAX = 20,
    COST_DOUBLED = 1,
    COST_SWAPPED = 2,
    COST_VOWEL = 2,
    COST_OTHER = 3,
    COST_FIRST = 3
};

static const struct {
    uint32_t letter;
    char text[3];
} alphabet[] = {
    {'a', "a"},          {'b', "b"}, {'c', "c"},          {0xE7, "\xC3\xA7"},  {'d', "d"},
    {'e', "e"},          {'f', "f"}, {'g', "g"},          {0x11F, "\xC4\x9F"}, {'h', "h"},
    {0x131, "\xC4\xB1"}, {'i', "i"}, {'j', "j"},          {'k', "k"},          {'l', "l"},
    {'m', "m"},          {'n', "n"}, {'o', "o"},          {0xF6, "\xC3\xB6"},  {'p', "p"},
    {'r', "r"},          {'s', "s"}, {0x15F, "\xC5\x9F"}, {'t', "t"},          {'u', "u"},
    {0xFC, "\xC3\xBC"},  {'v', "v"}, {'y', "y"},          {'z', "z"}};

enum { ALPHABET = sizeof(alphabet) / sizeof(alphabet[0]) };

/* A word is hashed once up to each of its letters: of an edit only what follows is left to hash. */
struct search {
    const struct tr_speller *speller;
    struct tr_spelt *out;
    size_t n;
    int32_t typed; /* frequency of what was typed */
    struct nb_slice word;
    uint32_t letters[LETTERS_MAX];
    size_t letters_n;
    uint8_t begins[LETTERS_MAX + 1];  /* by letter: where in the word */
    uint64_t hashes[LETTERS_MAX + 1]; /* by letter: of what is in front of it */
};

#define LANES 0x0001000100010001u

static uint32_t slot_of(uint64_t h, uint32_t slots, uint16_t *mark)
{
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    h ^= h >> 32;
    *mark = (uint16_t)((h >> 40 & 0xFFF) << 4);
    return (uint32_t)h & (slots - 1);
}

uint32_t tr_spell_slot(struct nb_slice word, uint32_t slots, uint16_t *mark)
{
    return slot_of(tr_hash(word), slots, mark);
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

static uint64_t load(const unsigned char *p)
{
    return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* The top bit of each of four lanes that is 0; lanes above the first of them may be wrong. */
static uint64_t zeros(uint64_t lanes)
{
    return (lanes - LANES) & ~lanes & 0x8000 * LANES;
}

/*
 * Four entries at a time: the first that is empty or has the mark decides, and an empty one has
 * frequency 0. Nearly all words that are asked for are not there, and where they are missed nobody
 * can foresee: a branch for each entry takes longer than all the rest.
 */
static unsigned look_up(const struct tr_speller *speller, uint64_t hash)
{
    unsigned char around[2 * TR_SPELL_PROBES];
    uint16_t mark;
    uint32_t slot = slot_of(hash, speller->slots, &mark);
    const unsigned char *p = speller->entries + 2 * (size_t)slot;
    if (slot + TR_SPELL_PROBES > speller->slots) {
        for (uint32_t i = 0; i < 2 * TR_SPELL_PROBES; i++) {
            around[i] = speller->entries[(2 * slot + i) & (2 * speller->slots - 1)];
        }
        p = around;
    }
    for (size_t i = 0; i < 2 * TR_SPELL_PROBES; i += sizeof(uint64_t)) {
        uint64_t entries = load(p + i);
        uint64_t ends = zeros((entries ^ mark * LANES) & 0xFFF0 * LANES) | zeros(entries);
        if (ends) {
            return entries >> (__builtin_ctzll(ends) - 15) & 0xF;
        }
    }
    return 0;
}

unsigned tr_speller_frequency(const struct tr_speller *speller, struct nb_slice word)
{
    return speller->entries ? look_up(speller, tr_hash(word)) : 0;
}

/* The word with its letters from `at` to before `rest` replaced by `put`, and its hash. */
static void consider(struct search *s, size_t at, struct nb_slice put, size_t rest, int32_t cost,
                     uint64_t hash)
{
    if (FREQUENCY_MAX - cost - s->typed < LEFT_MIN) {
        return;
    }
    int32_t score = (int32_t)look_up(s->speller, hash) - cost - s->typed;
    if (score < LEFT_MIN) {
        return;
    }
    size_t place = s->n;
    while (place > 0 && s->out[place - 1].score < score) {
        place--;
    }
    if (place == TR_SPELL_FOUND_MAX) {
        return;
    }
    size_t kept = s->n < TR_SPELL_FOUND_MAX ? s->n : TR_SPELL_FOUND_MAX - 1;
    struct tr_spelt *spelt = &s->out[place];
    memmove(spelt + 1, spelt, (kept - place) * sizeof(*spelt));
    size_t tail = s->word.len - s->begins[rest];
    memcpy(spelt->text, s->word.p, s->begins[at]);
    memcpy(spelt->text + s->begins[at], put.p, put.len);
    memcpy(spelt->text + s->begins[at] + put.len, s->word.p + s->begins[rest], tail);
    spelt->len = (uint8_t)(s->begins[at] + put.len + tail);
    spelt->score = score;
    s->n = kept + 1;
}

static uint64_t hash_on(uint64_t hash, struct nb_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        hash = tr_hash_byte(hash, bytes.p[i]);
    }
    return hash;
}

static void offer(struct search *s, size_t at, struct nb_slice put, size_t rest, int32_t cost)
{
    struct nb_slice tail = nb_slice_sub(s->word, s->begins[rest], s->word.len);
    consider(s, at, put, rest, cost, hash_on(hash_on(s->hashes[at], put), tail));
}

static struct nb_slice letter_text(size_t a)
{
    return nb_slice(alphabet[a].text, alphabet[a].letter < 0x80 ? 1 : 2);
}

/* Hashes of the word with its letters from `at` to before `rest` replaced by each letter. */
static void hash_all(const struct search *s, size_t at, size_t rest, uint64_t *out)
{
    for (size_t a = 0; a < ALPHABET; a++) {
        out[a] = hash_on(s->hashes[at], letter_text(a));
    }
    for (size_t i = s->begins[rest]; i < s->word.len; i++) {
        for (size_t a = 0; a < ALPHABET; a++) {
            out[a] = tr_hash_byte(out[a], s->word.p[i]);
        }
    }
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

static void take_out(struct search *s)
{
    for (size_t i = 0; i < s->letters_n; i++) {
        bool doubled = i > 0 && s->letters[i] == s->letters[i - 1];
        offer(s, i, NB_LIT(""), i + 1, cost_of(i, s->letters[i], doubled));
    }
}

static void swap(struct search *s)
{
    for (size_t i = 0; i + 1 < s->letters_n; i++) {
        char both[8];
        size_t first = s->begins[i], second = s->begins[i + 1], end = s->begins[i + 2];
        memcpy(both, s->word.p + second, end - second);
        memcpy(both + (end - second), s->word.p + first, second - first);
        if (s->letters[i] != s->letters[i + 1]) {
            offer(s, i, nb_slice(both, end - first), i + 2,
                  COST_SWAPPED + (i == 0 ? COST_FIRST : 0));
        }
    }
}

static void replace_or_put(struct search *s)
{
    uint64_t replaced[ALPHABET], added[ALPHABET];
    for (size_t i = 0; i <= s->letters_n; i++) {
        bool replaces = i < s->letters_n, vowel = replaces && is_vowel(s->letters[i]);
        hash_all(s, i, i, added);
        if (replaces) {
            hash_all(s, i, i + 1, replaced);
        }
        for (size_t a = 0; a < ALPHABET; a++) {
            uint32_t c = alphabet[a].letter;
            if (replaces && s->letters[i] != c) {
                consider(s, i, letter_text(a), i + 1,
                         cost_of(i, vowel && is_vowel(c) ? 'a' : 'b', false), replaced[a]);
            }
            consider(s, i, letter_text(a), i, cost_of(i, c, i > 0 && s->letters[i - 1] == c),
                     added[a]);
        }
    }
}

size_t tr_spell(const struct tr_speller *speller, struct nb_slice word, struct tr_spelt *out)
{
    struct search s = {.speller = speller, .out = out, .word = word};
    uint64_t hash = TR_HASH_START;
    if (!speller->entries || word.len > TR_SPELL_BYTES_MAX) {
        return 0;
    }
    for (size_t at = 0; at < word.len;) {
        size_t begin = at;
        uint32_t c = nb_utf8_next(word, &at);
        if (s.letters_n == LETTERS_MAX || c >= 0x180 || (c < 0x80 && !nb_ascii_is_alpha((char)c))) {
            return 0;
        }
        s.letters[s.letters_n] = c;
        s.begins[s.letters_n] = (uint8_t)begin;
        s.hashes[s.letters_n++] = hash;
        for (; begin < at; begin++) {
            hash = tr_hash_byte(hash, word.p[begin]);
        }
    }
    if (s.letters_n < LETTERS_MIN) {
        return 0;
    }
    s.begins[s.letters_n] = (uint8_t)word.len;
    s.hashes[s.letters_n] = hash;
    s.typed = (int32_t)look_up(speller, hash);
    take_out(&s);
    swap(&s);
    replace_or_put(&s);
    return s.n;
}
