/*
 * A word is read by trying each of its beginnings as a root and walking the automaton over the
 * rest. The walk is bounded twice: by the word's length, since every step takes a byte, and by
 * STEPS_MAX edges taken per word, which no word of any text comes near.
 */
#include "analyzer/turkish/lexicon_private.h"

#include <nabiz/text.h>

enum { WORD_BYTES_MAX = 64, STEPS_MAX = 400, GUESS_STEM_MIN = 4 };

struct walk {
    const struct tr_lexicon *lexicon;
    struct nb_slice word;
    size_t plain; /* 0 or 1 */
    struct tr_old_analysis *analyses;
    size_t n;
    unsigned steps_left;
    struct tr_old_analysis at; /* the analysis being built */
};

static bool better(const struct tr_old_analysis *a, const struct tr_old_analysis *b)
{
    if (a->derived != b->derived) {
        return b->derived;
    }
    if (a->stem_bytes != b->stem_bytes) {
        return a->stem_bytes > b->stem_bytes;
    }
    if (a->steps != b->steps) {
        return a->steps < b->steps;
    }
    return a->root < b->root; /* the one that was entered first: roots/ is read by name */
}

static void record(struct walk *w)
{
    size_t place = w->n;
    for (size_t i = 0; i < w->n; i++) {
        if (w->analyses[i].root == w->at.root && w->analyses[i].features == w->at.features) {
            return;
        }
    }
    while (place > 0 && better(&w->at, &w->analyses[place - 1])) {
        place--;
    }
    if (place == TR_ANALYSES_MAX) {
        return;
    }
    size_t kept = w->n < TR_ANALYSES_MAX ? w->n : TR_ANALYSES_MAX - 1;
    memmove(&w->analyses[place + 1], &w->analyses[place], (kept - place) * sizeof(w->analyses[0]));
    w->analyses[place] = w->at;
    w->n = kept + 1;
}

static void step(struct walk *w, unsigned node_id, size_t at)
{
    const struct tr_automaton *automaton = &w->lexicon->automaton;
    const struct tr_node *node = &automaton->nodes[node_id];
    if (at == w->word.len) {
        if (node->final) {
            record(w);
        }
        return;
    }
    if (!(node->firsts[w->plain] >> (w->word.p[at] & 63) & 1)) {
        return;
    }
    for (uint32_t i = 0; i < node->edges_n; i++) {
        const struct tr_edge *edge = &automaton->edges[node->edges + i];
        size_t len = edge->len[w->plain];
        if (edge->text[w->plain][0] != w->word.p[at] || len > w->word.len - at ||
            memcmp(edge->text[w->plain], w->word.p + at, len) != 0 || w->steps_left == 0) {
            continue;
        }
        w->steps_left--;
        struct tr_old_analysis before = w->at;
        w->at.features |= edge->features;
        w->at.derived |= edge->derived;
        w->at.steps++;
        w->at.line = edge->line ? edge->line : w->at.line;
        step(w, edge->next, at + len);
        w->at = before;
    }
}

static void try_shape(struct walk *w, const struct shape *shape, size_t stem_bytes)
{
    const struct tr_root *root = &w->lexicon->roots[shape->root];
    const struct tr_automaton *automaton = &w->lexicon->automaton;
    unsigned state = shape->dropped ? automaton->start_drop : automaton->start[root->pos];
    w->at = (struct tr_old_analysis){
        .root = root, .stem_bytes = (uint8_t)stem_bytes, .plain = w->plain != 0};
    step(w, state * TR_CONTEXTS + shape->context, stem_bytes);
}

/* only: the one length a root may have, 0 for any. */
static void walk_roots(struct walk *w, size_t only)
{
    const struct shapes *shapes = &w->lexicon->shapes[w->plain];
    uint64_t hash = TR_HASH_START;
    for (size_t len = 1; len <= w->word.len && len <= shapes->longest; len++) {
        hash = tr_hash_byte(hash, w->word.p[len - 1]);
        if (only && len != only) {
            continue;
        }
        uint32_t id = tr_table_find(&shapes->table, nb_slice_sub(w->word, 0, len), hash);
        if (id == TR_NONE) {
            continue;
        }
        for (uint32_t i = shapes->first[id]; i != TR_NONE; i = shapes->all[i].next) {
            try_shape(w, &shapes->all[i], len);
        }
    }
}

/*
 * Read `stem` as an unknown noun and what follows as its suffixes. A foreign name is not always
 * read as it is written, so behind an apostrophe every vowel class is tried.
 */
static bool guess(struct walk *w, size_t stem_bytes, bool any_vowel)
{
    struct nb_slice stem = nb_slice_sub(w->word, 0, stem_bytes);
    unsigned context = tr_context_of(stem, false, false);
    const struct tr_automaton *automaton = &w->lexicon->automaton;
    for (unsigned i = 0; i < (any_vowel ? 4u : 1u) && !w->n; i++) {
        w->at = (struct tr_old_analysis){.stem_bytes = (uint8_t)stem_bytes};
        step(w, automaton->start[TR_NOUN] * TR_CONTEXTS + (context ^ i), stem_bytes);
    }
    return w->n > 0;
}

static void guess_unknown(struct walk *w, size_t stem_len, struct tr_reading *out)
{
    out->lemma = nb_slice_sub(w->word, 0, stem_len);
    size_t from = stem_len < w->word.len ? stem_len : GUESS_STEM_MIN;
    size_t to = stem_len < w->word.len ? stem_len : w->word.len - 1;
    for (size_t at = from; at <= to && w->word.len > GUESS_STEM_MIN; at++) {
        bool middle = ((unsigned char)w->word.p[at] & 0xC0) == 0x80;
        if (!middle && guess(w, at, stem_len < w->word.len)) {
            /* A single short suffix is too little evidence to cut an unknown word. */
            if (stem_len < w->word.len || w->word.len - at >= 3) {
                out->lemma = nb_slice_sub(w->word, 0, at);
                out->features = w->analyses[0].features;
            }
            w->n = 0;
            return;
        }
    }
}

/* Runs of three and more of one byte become `keep`; a run of a two-byte letter is handled too. */
static size_t shorten_runs(const char *in, size_t len, size_t keep, char *out)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        size_t width = (unsigned char)in[at] >= 0xC0 && at + 1 < len ? 2 : 1;
        size_t run = 1;
        while (at + (run + 1) * width <= len &&
               memcmp(in + at, in + at + run * width, width) == 0) {
            run++;
        }
        size_t times = run >= 3 ? keep : run;
        for (size_t i = 0; i < times; i++) {
            memcpy(out + n, in + at, width);
            n += width;
        }
        at += run * width;
    }
    return n;
}

static bool walk_word(struct walk *w, const char *bytes, size_t len, size_t only, bool plain)
{
    w->word = nb_slice(bytes, len);
    w->plain = plain;
    walk_roots(w, only);
    return w->n > 0;
}

static void add_surface(const struct tr_lexicon *lexicon, struct nb_slice word, bool plain,
                        struct tr_reading *out)
{
    uint32_t id =
        tr_table_find(plain ? &lexicon->plain_words : &lexicon->words, word, tr_hash(word));
    if (id != TR_NONE && out->surfaces_n < TR_SURFACES_MAX) {
        out->surfaces[out->surfaces_n++] = plain ? lexicon->plain_keys[id] : id;
    }
}

/* Tries in order: as written, without diacritics, and both with elongations shortened. */
static bool walk_variants(struct walk *w, const struct tr_token *token, const char *word,
                          size_t len, size_t stem, struct tr_reading *out)
{
    char other[WORD_BYTES_MAX];
    size_t only = stem < len ? stem : 0;
    if (walk_word(w, word, len, only, false)) {
        return true;
    }
    for (size_t keep = 1; token->elongated && !only && keep <= 2; keep++) {
        size_t n = shorten_runs(word, len, keep, other);
        add_surface(w->lexicon, nb_slice(other, n), false, out);
        if (walk_word(w, other, n, 0, false)) {
            return true;
        }
        n = tr_plain(other, n);
        if (token->ascii && walk_word(w, other, n, 0, true)) {
            return true;
        }
    }
    if (!token->ascii) {
        return false;
    }
    memcpy(other, word, stem);
    size_t plain_stem = tr_plain(other, stem);
    memcpy(other, word, len);
    size_t n = tr_plain(other, len);
    if (!out->surfaces_n) {
        add_surface(w->lexicon, nb_slice(other, n), true, out);
    }
    return walk_word(w, other, n, only ? plain_stem : 0, true);
}

void tr_read(const struct tr_lexicon *lexicon, const struct tr_token *token, struct tr_reading *out)
{
    out->analyses_n = 0;
    out->surfaces_n = 0;
    out->features = 0;
    out->known = false;
    out->lemma = token->folded;
    add_surface(lexicon, token->folded, false, out);
    if (token->kind != TR_WORD || token->folded.len > WORD_BYTES_MAX) {
        return;
    }
    char word[WORD_BYTES_MAX];
    size_t stem = token->stem_len, len = token->folded.len;
    memcpy(word, token->folded.p, len);
    if (stem < len) { /* the apostrophe goes, the border stays */
        memmove(word + stem, word + stem + 1, len - stem - 1);
        len--;
        add_surface(lexicon, nb_slice(word, stem), false, out);
    }
    struct walk w = {.lexicon = lexicon, .analyses = out->analyses, .steps_left = STEPS_MAX};
    if (walk_variants(&w, token, word, len, stem, out)) {
        out->analyses_n = w.n;
        out->lemma = out->analyses[0].root->lemma;
        out->features = out->analyses[0].features;
        out->known = true;
        return;
    }
    w.word = nb_slice(word, len);
    w.plain = 0;
    w.steps_left = STEPS_MAX;
    guess_unknown(&w, stem, out);
    out->lemma = nb_slice(token->folded.p, out->lemma.len); /* the stem is the same bytes there */
}
