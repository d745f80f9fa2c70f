/*
 * Whole words lie in a hash table. Rules are few: each is tried in the order of the lexicon, its
 * beginning or ending compared letter by letter, and what comes out is for the caller to check.
 */
#include "analyzer/turkish/informal.h"

#include <nabiz/text.h>

#include "analyzer/turkish/table.h"

enum { RULES_MAX = 1024 };

struct rule {
    struct nb_slice from, to; /* without hyphens */
    bool ending;
    size_t letters; /* of from */
    uint32_t last;  /* of these */
};

struct tr_informal {
    struct nb_arena *arena;
    struct tr_table words;
    struct nb_slice *standards; /* by id of words */
    size_t standards_cap;
    struct tr_table dotted;
    uint8_t *dotted_kinds; /* enum tr_dotted_word, by id of dotted */
    size_t dotted_cap;
    struct rule *rules;
    size_t rules_n;
};

enum { DOTLESS = 0x131, O_DOTS = 0xF6, U_DOTS = 0xFC };

static bool is_vowel(uint32_t c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == DOTLESS ||
           c == O_DOTS || c == U_DOTS;
}

static bool is_front(uint32_t c)
{
    return c == 'e' || c == 'i' || c == O_DOTS || c == U_DOTS;
}

static bool is_round(uint32_t c)
{
    return c == 'o' || c == 'u' || c == O_DOTS || c == U_DOTS;
}

/* The letter that a capital of a rule stands for behind this vowel. */
static uint32_t harmonise(uint32_t capital, uint32_t vowel)
{
    if (capital == 'A') {
        return is_front(vowel) ? 'e' : 'a';
    }
    if (capital == 'I') {
        return is_front(vowel) ? (is_round(vowel) ? U_DOTS : 'i')
                               : (is_round(vowel) ? 'u' : DOTLESS);
    }
    return capital == '_' ? ' ' : capital;
}

static bool stands_for(uint32_t capital, uint32_t c)
{
    switch (capital) {
    case 'A':
        return c == 'a' || c == 'e';
    case 'I':
        return c == DOTLESS || c == 'i' || c == 'u' || c == U_DOTS;
    default:
        return c == capital;
    }
}

struct tr_informal *tr_informal_new(struct nb_arena *arena)
{
    struct tr_informal *informal = nb_arena_calloc(arena, 1, sizeof(*informal));
    if (informal) {
        informal->arena = arena;
        tr_table_init(&informal->words, arena);
        tr_table_init(&informal->dotted, arena);
        informal->rules = nb_arena_alloc(arena, RULES_MAX * sizeof(*informal->rules));
    }
    return informal && informal->rules ? informal : NULL;
}

static void *room(struct nb_arena *arena, void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return array;
    }
    size_t cap_new = *cap ? 2 * *cap : 256;
    void *grown = nb_arena_grow(arena, array, *cap * size, cap_new * size);
    *cap = grown ? cap_new : *cap;
    return grown;
}

static enum nb_err add_dotted(struct tr_informal *informal, struct nb_slice form, bool may_end)
{
    size_t before = informal->dotted.n;
    uint8_t *kinds = room(informal->arena, informal->dotted_kinds, before, &informal->dotted_cap,
                          sizeof(*kinds));
    uint32_t id = kinds ? tr_table_add(&informal->dotted, form) : TR_NONE;
    if (id == TR_NONE) {
        return NB_ENOMEM;
    }
    informal->dotted_kinds = kinds;
    if (id == before) {
        kinds[id] = may_end ? TR_DOTTED_MAY_END : TR_DOTTED_GOES_ON;
    }
    return NB_OK;
}

static enum nb_err add_word(struct tr_informal *informal, struct nb_slice form,
                            struct nb_slice standard)
{
    size_t before = informal->words.n;
    struct nb_slice *standards = room(informal->arena, informal->standards, before,
                                      &informal->standards_cap, sizeof(*standards));
    struct nb_slice copy = nb_arena_copy(informal->arena, standard);
    uint32_t id = standards && copy.p ? tr_table_add(&informal->words, form) : TR_NONE;
    if (id == TR_NONE) {
        return NB_ENOMEM;
    }
    informal->standards = standards;
    if (id == before) {
        standards[id] = copy;
    }
    return NB_OK;
}

static uint32_t last_letter(struct nb_slice word)
{
    size_t at = word.len;
    while (at > 0 && ((unsigned char)word.p[--at] & 0xC0) == 0x80) {
    }
    return word.len ? nb_utf8_next(word, &at) : 0;
}

static enum nb_err add_rule(struct tr_informal *informal, struct nb_slice from, struct nb_slice to,
                            bool ending)
{
    struct rule *rule = &informal->rules[informal->rules_n];
    *rule = (struct rule){nb_arena_copy(informal->arena, from), nb_arena_copy(informal->arena, to),
                          ending, nb_utf8_count(from), last_letter(from)};
    informal->rules_n++;
    return rule->from.p && rule->to.p ? NB_OK : NB_ENOMEM;
}

/* One line. @return what is wrong with it, or NULL. */
static const char *add_line(struct tr_informal *informal, struct nb_slice line, enum nb_err *err)
{
    size_t arrow = nb_slice_find(line, NB_LIT(" > "), 0);
    if (arrow == NB_NPOS) {
        return "expected FORM > STANDARD";
    }
    struct nb_slice from = nb_slice_trim(nb_slice_sub(line, 0, arrow));
    struct nb_slice to = nb_slice_trim(nb_slice_sub(line, arrow + 3, line.len));
    if (!from.len || !to.len || from.len > TR_INFORMAL_BYTES_MAX ||
        to.len > TR_INFORMAL_BYTES_MAX) {
        return "each side has 1 to 64 bytes";
    }
    bool ending = from.p[0] == '-', beginning = from.p[from.len - 1] == '-';
    bool may_end = nb_slice_ends(from, NB_LIT(".!"));
    if (may_end || nb_slice_ends(from, NB_LIT("."))) {
        *err = add_dotted(informal, nb_slice_sub(from, 0, from.len - 1 - may_end), may_end);
        return NULL;
    }
    if (!ending && !beginning) {
        *err = add_word(informal, from, to);
        return NULL;
    }
    bool same = ending ? to.p[0] == '-' : to.p[to.len - 1] == '-';
    if (ending == beginning || !same || from.len < 2) {
        return "a hyphen in front, or behind, on both sides";
    }
    if (informal->rules_n == RULES_MAX) {
        return "too many rules";
    }
    *err = add_rule(informal, nb_slice_sub(from, ending, from.len - beginning),
                    nb_slice_sub(to, ending, to.len - beginning), ending);
    return NULL;
}

enum nb_err tr_informal_add(struct tr_informal *informal, struct nb_slice text,
                            tr_report_fn *report, void *context)
{
    struct nb_slice line;
    uint32_t number = 0;
    enum nb_err err = NB_OK;
    for (struct nb_slice rest = text; err == NB_OK && nb_slice_split(&rest, '\n', &line);) {
        number++;
        size_t note = nb_slice_find(line, NB_LIT(" #"), 0);
        line = nb_slice_trim(nb_slice_sub(line, 0, note == NB_NPOS ? line.len : note));
        if (!line.len || line.p[0] == '#') {
            continue;
        }
        const char *problem = add_line(informal, line, &err);
        if (problem) {
            report(context, number, problem);
        }
    }
    return err;
}

struct nb_slice tr_informal_whole(const struct tr_informal *informal, struct nb_slice word)
{
    uint32_t id = tr_table_find(&informal->words, word, tr_hash(word));
    return id == TR_NONE ? nb_slice(NULL, 0) : informal->standards[id];
}

enum tr_dotted_word tr_informal_dotted(const struct tr_informal *informal, struct nb_slice word)
{
    uint32_t id = tr_table_find(&informal->dotted, word, tr_hash(word));
    return id == TR_NONE ? TR_DOTTED_NONE : (enum tr_dotted_word)informal->dotted_kinds[id];
}

/* Bytes of the word that the ending of a rule takes, 0 when it does not end so. */
static size_t ending_bytes(struct nb_slice word, const struct rule *rule)
{
    struct nb_slice ending = rule->from;
    size_t letters = rule->letters, begin = word.len;
    while (letters > 0 && begin > 0) {
        begin--;
        letters -= ((unsigned char)word.p[begin] & 0xC0) != 0x80;
    }
    if (letters > 0 || begin == 0) {
        return 0;
    }
    for (size_t at = begin, e = 0; at < word.len;) {
        uint32_t c = nb_utf8_next(word, &at);
        if (e >= ending.len || !stands_for(nb_utf8_next(ending, &e), c)) {
            return 0;
        }
    }
    return word.len - begin;
}

static void put_ending(struct nb_slice stem, struct nb_slice to, struct tr_rewritten *out)
{
    uint32_t vowel = 'a';
    size_t len = stem.len;
    memcpy(out->text, stem.p, len);
    for (size_t at = 0; at < stem.len;) {
        uint32_t c = nb_utf8_next(stem, &at);
        vowel = is_vowel(c) ? c : vowel;
    }
    out->head = 0;
    out->head_len = 0;
    for (size_t at = 0; at < to.len;) {
        uint32_t c = harmonise(nb_utf8_next(to, &at), vowel);
        vowel = is_vowel(c) ? c : vowel;
        if (c == ' ') {
            out->head_len = (uint16_t)len;
        }
        len += nb_utf8_put(c, out->text + len);
    }
    out->len = (uint16_t)len;
    out->head_len = out->head_len ? out->head_len : out->len;
}

static void put_beginning(struct nb_slice to, struct nb_slice rest, struct tr_rewritten *out)
{
    memcpy(out->text, to.p, to.len);
    memcpy(out->text + to.len, rest.p, rest.len);
    out->len = (uint16_t)(to.len + rest.len);
    out->head = 0;
    for (size_t i = 0; i < to.len; i++) {
        out->head = to.p[i] == ' ' ? (uint16_t)(i + 1) : out->head;
    }
    out->head_len = (uint16_t)(out->len - out->head);
}

bool tr_informal_rewrite(const struct tr_informal *informal, struct nb_slice word, size_t *rule,
                         struct tr_rewritten *out)
{
    uint32_t last = last_letter(word); /* few rules are left by it */
    for (; word.len <= TR_INFORMAL_BYTES_MAX && *rule < informal->rules_n; ++*rule) {
        const struct rule *r = &informal->rules[*rule];
        size_t ending = r->ending && stands_for(r->last, last) ? ending_bytes(word, r) : 0;
        if (ending) {
            put_ending(nb_slice_sub(word, 0, word.len - ending), r->to, out);
            ++*rule;
            return true;
        }
        if (!r->ending && word.len > r->from.len && nb_slice_starts(word, r->from)) {
            put_beginning(r->to, nb_slice_sub(word, r->from.len, word.len), out);
            ++*rule;
            return true;
        }
    }
    return false;
}
