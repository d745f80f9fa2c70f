/*
 * Suffixes are written once with the sounds that vary as capitals (A I D C K) and buffers in
 * brackets; compiling writes each out for every context it can stand in. What phonology forbids
 * has no edge, so it costs nothing at run time.
 *
 * SOFT is the context behind a stem whose last consonant has softened (kitab-): only a suffix that
 * begins with a vowel may follow, and the word cannot end there.
 */
#include "analyzer/turkish/automaton.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/turkish/table.h"

#include <nabiz/text.h>

enum { STATES_MAX = 64, RULES_MAX = 1024, EDGES_MAX = 60000, RULE_FEATURES_MAX = 6 };
enum { BACK = 0, FRONT = 1, ROUND = 2 }; /* bits of a vowel class */
enum { DOTLESS_I = 0x131, U_UMLAUT = 0xFC, O_UMLAUT = 0xF6, G_BREVE = 0x11F };

struct rule {
    uint8_t from, to;
    bool derived;
    uint8_t features_n;
    uint16_t line;
    uint32_t features[RULE_FEATURES_MAX]; /* ids in the feature table */
    struct nb_slice pattern;              /* empty: go on without a suffix */
};

struct tr_rules {
    struct nb_arena *arena;
    struct tr_table states, features;
    struct rule *rules;
    size_t rules_n;
    uint64_t finals; /* set of states */
    uint32_t start[TR_POS_N];
    uint32_t start_drop;
};

struct tr_rules *tr_rules_new(struct nb_arena *arena)
{
    struct tr_rules *rules = nb_arena_calloc(arena, 1, sizeof(*rules));
    if (!rules) {
        return NULL;
    }
    rules->arena = arena;
    tr_table_init(&rules->states, arena);
    tr_table_init(&rules->features, arena);
    rules->rules = nb_arena_calloc(arena, RULES_MAX, sizeof(*rules->rules));
    /* State 0 goes nowhere: where parts of speech that the file does not mention start. */
    if (!rules->rules || tr_table_add(&rules->states, NB_LIT("")) == TR_NONE) {
        return NULL;
    }
    rules->finals = 1;
    return rules;
}

static bool next_word(struct nb_slice *rest, struct nb_slice *word)
{
    *rest = nb_slice_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !nb_ascii_is_space(rest->p[n])) {
        n++;
    }
    *word = nb_slice_sub(*rest, 0, n);
    *rest = nb_slice_sub(*rest, n, rest->len);
    return n > 0;
}

static uint32_t state_of(struct tr_rules *rules, struct nb_slice name)
{
    uint32_t id = tr_table_add(&rules->states, name);
    return id < STATES_MAX ? id : TR_NONE;
}

static bool pattern_valid(struct nb_slice pattern)
{
    bool open = false;
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.p[i];
        if (c == '(' || c == ')') {
            if (open == (c == '(') || (c == '(' && i + 2 >= pattern.len)) {
                return false;
            }
            open = c == '(';
        } else if (c >= 'A' && c <= 'Z' && !strchr("AIDCK", c)) {
            return false;
        } else if (!((unsigned char)c >= 0x80 || nb_ascii_is_alpha(c) || (c == '_' && i == 0))) {
            return false;
        }
    }
    return !open && pattern.len > 0 && pattern.len <= TR_SUFFIX_BYTES - 3 && pattern.p[0] != ')' &&
           nb_utf8_valid(pattern);
}

static const char *read_features(struct tr_rules *rules, struct rule *rule, struct nb_slice word)
{
    struct nb_slice feature;
    for (struct nb_slice rest = word; nb_slice_split(&rest, '|', &feature);) {
        if (nb_slice_eq(feature, NB_LIT("Derived=Yes"))) {
            rule->derived = true;
            continue;
        }
        if (nb_slice_find_byte(feature, '=', 0) == NB_NPOS) {
            return "a feature is written Name=Value";
        }
        uint32_t id = tr_table_add(&rules->features, feature);
        if (id >= TR_FEATURES_MAX || rule->features_n == RULE_FEATURES_MAX) {
            return "too many features";
        }
        rule->features[rule->features_n++] = id;
    }
    return NULL;
}

static const char *read_start(struct tr_rules *rules, struct nb_slice rest)
{
    struct nb_slice what, name;
    if (!next_word(&rest, &what) || !next_word(&rest, &name)) {
        return "expected: start POS STATE";
    }
    uint32_t state = state_of(rules, name);
    enum tr_pos pos;
    if (state == TR_NONE) {
        return "too many states";
    }
    if (nb_slice_eq(what, NB_LIT("verb-drop"))) {
        rules->start_drop = state;
    } else if (tr_pos_parse(what, &pos)) {
        rules->start[pos] = state;
    } else {
        return "expected a part of speech or verb-drop";
    }
    return NULL;
}

static const char *read_rule(struct tr_rules *rules, struct nb_slice from, struct nb_slice rest,
                             uint32_t line)
{
    struct nb_slice pattern, to, features;
    if (!next_word(&rest, &pattern) || !next_word(&rest, &to)) {
        return "expected: STATE SUFFIX NEXT [Feature=Value|...]";
    }
    bool nothing = nb_slice_eq(pattern, NB_LIT("-"));
    if (!nothing && !pattern_valid(pattern)) {
        return "a suffix is small letters, A I D C K, one buffer in brackets, at most 12 bytes";
    }
    uint32_t from_id = state_of(rules, from), to_id = state_of(rules, to);
    if (rules->rules_n == RULES_MAX || from_id == TR_NONE || to_id == TR_NONE) {
        return "too many suffixes or states";
    }
    struct rule rule = {.from = (uint8_t)from_id,
                        .to = (uint8_t)to_id,
                        .line = (uint16_t)(line > UINT16_MAX ? UINT16_MAX : line)};
    if (next_word(&rest, &features)) {
        const char *problem = nothing ? "a step without suffix has no features"
                                      : read_features(rules, &rule, features);
        if (problem) {
            return problem;
        }
    }
    if (nb_slice_trim(rest).len) {
        return "nothing may follow the features";
    }
    if (!nothing) {
        rule.pattern = nb_arena_copy(rules->arena, pattern);
    }
    rules->rules[rules->rules_n++] = rule;
    return NULL;
}

static const char *read_line(struct tr_rules *rules, struct nb_slice line, uint32_t number)
{
    struct nb_slice first, name;
    if (!next_word(&line, &first)) {
        return NULL;
    }
    if (nb_slice_eq(first, NB_LIT("start"))) {
        return read_start(rules, line);
    }
    if (!nb_slice_eq(first, NB_LIT("final"))) {
        return read_rule(rules, first, line, number);
    }
    while (next_word(&line, &name)) {
        uint32_t state = state_of(rules, name);
        if (state == TR_NONE) {
            return "too many states";
        }
        rules->finals |= (uint64_t)1 << state;
    }
    return NULL;
}

enum nb_err tr_rules_read(struct tr_rules *rules, struct nb_slice text, tr_report_fn *report,
                          void *context)
{
    struct nb_slice line;
    uint32_t number = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &line);) {
        number++;
        size_t comment = nb_slice_find_byte(line, '#', 0);
        const char *problem = read_line(rules, nb_slice_sub(line, 0, comment), number);
        if (problem) {
            report(context, number, problem);
        }
    }
    return nb_arena_failed(rules->arena) ? NB_ENOMEM : NB_OK;
}

/* Class of a vowel, or -1. */
static int vowel_class(uint32_t c)
{
    switch (c) {
    case 'a':
    case DOTLESS_I:
        return BACK;
    case 'e':
    case 'i':
        return FRONT;
    case 'o':
    case 'u':
        return BACK | ROUND;
    case O_UMLAUT:
    case U_UMLAUT:
        return FRONT | ROUND;
    default:
        return -1;
    }
}

static enum tr_end end_of(uint32_t c)
{
    if (vowel_class(c) >= 0) {
        return TR_END_VOWEL;
    }
    static const uint32_t voiceless[] = {0xE7, 'f', 'h', 'k', 'p', 's', 0x15F, 't', 'x'};
    for (size_t i = 0; i < sizeof(voiceless) / sizeof(voiceless[0]); i++) {
        if (c == voiceless[i]) {
            return TR_END_VOICELESS;
        }
    }
    return TR_END_VOICED;
}

unsigned tr_context_of(struct nb_slice stem, bool soft, bool front)
{
    int vowel = FRONT; /* names of letters are read with e */
    uint32_t last = 0;
    for (size_t at = 0; at < stem.len;) {
        last = nb_utf8_next(stem, &at);
        int class = vowel_class(last);
        vowel = class >= 0 ? class : vowel;
    }
    if (front) {
        vowel |= FRONT;
    }
    return (unsigned)(soft ? TR_END_SOFT : end_of(last)) * 4 + (unsigned)vowel;
}

/* One suffix being written out in one context. */
struct shape {
    char text[2 * TR_SUFFIX_BYTES];
    size_t len;
    unsigned vowel;
    enum tr_end end;
};

static void put(struct shape *shape, uint32_t c)
{
    int class = vowel_class(c);
    shape->len += nb_utf8_put(c, shape->text + shape->len);
    shape->vowel = class >= 0 ? (unsigned)class : shape->vowel;
    shape->end = end_of(c);
}

static uint32_t sound_of(uint32_t symbol, const struct shape *shape, bool soften)
{
    static const uint32_t narrow[] = {DOTLESS_I, 'i', 'u', U_UMLAUT};
    bool voiceless = shape->end == TR_END_VOICELESS;
    switch (symbol) {
    case 'A':
        return shape->vowel & FRONT ? 'e' : 'a';
    case 'I':
        return narrow[shape->vowel];
    case 'D':
        return voiceless ? 't' : 'd';
    case 'C':
        return voiceless ? 0xE7 : 'c';
    case 'K':
        return soften ? G_BREVE : 'k';
    default:
        return symbol;
    }
}

/* @return false when the suffix cannot stand in the context it began with. */
static bool shape_suffix(struct nb_slice pattern, bool soften, struct shape *shape)
{
    enum tr_end before = shape->end;
    bool bracket = false, first = true;
    if (pattern.p[0] == '_' && before != TR_END_VOWEL) {
        return false;
    }
    for (size_t at = 0; at < pattern.len;) {
        uint32_t symbol = nb_utf8_next(pattern, &at);
        if (symbol == '(' || symbol == ')' || symbol == '_') {
            bracket = symbol == '(';
            continue;
        }
        uint32_t c = sound_of(symbol, shape, soften);
        bool vowel = vowel_class(c) >= 0;
        if (bracket && first && vowel == (before == TR_END_VOWEL)) {
            continue; /* the buffer is not needed here */
        }
        if (first && ((before == TR_END_VOWEL && vowel) || (before == TR_END_SOFT && !vowel))) {
            return false;
        }
        put(shape, c);
        first = false;
    }
    if (soften) {
        shape->end = TR_END_SOFT;
    }
    return shape->len > 0 && shape->len <= TR_SUFFIX_BYTES;
}

/* States that are reached from a state without a suffix, itself included. */
static uint64_t closure_of(const struct tr_rules *rules, unsigned state)
{
    uint64_t set = (uint64_t)1 << state, before;
    do {
        before = set;
        for (size_t i = 0; i < rules->rules_n; i++) {
            const struct rule *rule = &rules->rules[i];
            if (!rule->pattern.len && (set >> rule->from & 1)) {
                set |= (uint64_t)1 << rule->to;
            }
        }
    } while (set != before);
    return set;
}

static void sort_features(struct tr_rules *rules, struct tr_automaton *out, uint8_t *bit_of)
{
    size_t n = rules->features.n < TR_FEATURES_MAX ? rules->features.n : TR_FEATURES_MAX;
    for (size_t id = 0; id < n; id++) {
        size_t smaller = 0;
        for (size_t other = 0; other < n; other++) {
            smaller += nb_slice_cmp(rules->features.texts[other], rules->features.texts[id]) < 0;
        }
        bit_of[id] = (uint8_t)smaller;
        out->features[smaller] = rules->features.texts[id].p;
    }
    out->features_n = n;
}

struct compile {
    struct tr_rules *rules;
    struct tr_automaton *out;
    size_t edges_n, edges_cap;
    uint8_t bit_of[TR_FEATURES_MAX];
    uint64_t watched;
};

static enum nb_err add_edge(struct compile *c, const struct rule *rule, const struct shape *shape)
{
    if (c->edges_n == EDGES_MAX) {
        return NB_EINVAL;
    }
    if (c->edges_n == c->edges_cap) {
        size_t cap = c->edges_cap ? c->edges_cap * 2 : 4096;
        struct tr_edge *grown = nb_arena_grow(c->rules->arena, c->out->edges,
                                              c->edges_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        c->out->edges = grown;
        c->edges_cap = cap;
    }
    struct tr_edge *edge = &c->out->edges[c->edges_n++];
    *edge = (struct tr_edge){
        .len = {(uint8_t)shape->len, 0},
        .derived = rule->derived,
        .next = (uint16_t)(rule->to * TR_CONTEXTS + shape->end * 4u + shape->vowel)};
    memcpy(edge->text[0], shape->text, shape->len);
    memcpy(edge->text[1], shape->text, shape->len);
    edge->len[1] = (uint8_t)tr_plain(edge->text[1], shape->len);
    for (size_t i = 0; i < rule->features_n; i++) {
        edge->features |= (uint64_t)1 << c->bit_of[rule->features[i]];
    }
    edge->line = edge->features & c->watched ? rule->line : 0;
    return NB_OK;
}

static enum nb_err compile_node(struct compile *c, unsigned state, unsigned context,
                                uint64_t closure)
{
    struct tr_node *node = &c->out->nodes[state * TR_CONTEXTS + context];
    node->edges = (uint32_t)c->edges_n;
    node->final = (c->rules->finals & closure) && context / 4 != TR_END_SOFT;
    for (size_t i = 0; i < c->rules->rules_n; i++) {
        const struct rule *rule = &c->rules->rules[i];
        if (!rule->pattern.len || !(closure >> rule->from & 1)) {
            continue;
        }
        bool has_k = rule->pattern.p[rule->pattern.len - 1] == 'K';
        for (int soften = 0; soften <= has_k; soften++) {
            struct shape shape = {.vowel = context % 4, .end = (enum tr_end)(context / 4)};
            if (!shape_suffix(rule->pattern, soften, &shape)) {
                continue;
            }
            enum nb_err err = add_edge(c, rule, &shape);
            if (err != NB_OK) {
                return err;
            }
            const struct tr_edge *edge = &c->out->edges[c->edges_n - 1];
            for (int plain = 0; plain < 2; plain++) {
                node->firsts[plain] |= (uint64_t)1 << (edge->text[plain][0] & 63);
            }
        }
    }
    node->edges_n = (uint32_t)c->edges_n - node->edges;
    return NB_OK;
}

enum nb_err tr_rules_compile(struct tr_rules *rules, const char *watched, struct tr_automaton *out)
{
    struct compile c = {.rules = rules, .out = out};
    *out = (struct tr_automaton){.start_drop = (uint16_t)rules->start_drop};
    for (size_t i = 0; i < TR_POS_N; i++) {
        out->start[i] = (uint16_t)rules->start[i];
    }
    sort_features(rules, out, c.bit_of);
    for (size_t bit = 0; watched && bit < out->features_n; bit++) {
        c.watched |= (uint64_t)(strcmp(out->features[bit], watched) == 0) << bit;
    }
    out->nodes = nb_arena_calloc(rules->arena, STATES_MAX * TR_CONTEXTS, sizeof(*out->nodes));
    if (!out->nodes) {
        return NB_ENOMEM;
    }
    size_t states_n = rules->states.n < STATES_MAX ? rules->states.n : STATES_MAX;
    for (unsigned state = 0; state < states_n; state++) {
        uint64_t closure = closure_of(rules, state);
        for (unsigned context = 0; context < TR_CONTEXTS; context++) {
            enum nb_err err = compile_node(&c, state, context, closure);
            if (err != NB_OK) {
                return err;
            }
        }
    }
    return NB_OK;
}
