/*
 * A word is read by following its letters through the trie of stems; wherever a stem ends, the
 * graph of suffixes is walked over the rest. The walk is bounded twice: by the word's length,
 * since every edge takes a letter, and by TR_STEPS_MAX edges per word, which no word of any text
 * comes near.
 */
#include "analyzer/turkish/morph_private.h"

#include <string.h>

#include <nabiz/text.h>

bool tr_code(const struct tr_core *core, struct nb_slice folded, struct tr_coded *out)
{
    size_t n = 0;
    out->bordered = false;
    if (!folded.len || folded.len > TR_ANALYSE_BYTES_MAX) {
        return false;
    }
    for (size_t at = 0; at < folded.len;) {
        unsigned char a = (unsigned char)folded.p[at];
        if (a == '\'' && !out->bordered && n) {
            out->border = (uint8_t)n;
            out->bordered = true;
            at++;
            continue;
        }
        out->at[n] = (uint8_t)at;
        if (a < 0x80) {
            out->codes[n++] = core->letters[a];
            at++;
        } else if (a < 0xC6 && at + 1 < folded.len) {
            unsigned c = ((a & 0x1fu) << 6) | ((unsigned char)folded.p[at + 1] & 0x3fu);
            out->codes[n++] = c >= 0x80 && c < TR_LETTERS_N ? core->letters[c] : TR_CODE_OTHER;
            at += 2;
        } else {
            out->codes[n++] = TR_CODE_OTHER;
            (void)nb_utf8_next(folded, &at);
        }
    }
    out->at[n] = (uint8_t)folded.len;
    out->n = (uint8_t)n;
    out->border = out->bordered ? out->border : out->n;
    memset(out->codes + n, 0, TR_SUFFIX_LETTERS);
    return n > 0;
}

static bool better(const struct tr_analysis *a, const struct tr_analysis *b)
{
    unsigned x = a->flags & TR_DERIVED, y = b->flags & TR_DERIVED;
    if (x != y) {
        return x < y;
    }
    if (a->stem_bytes != b->stem_bytes) {
        return a->stem_bytes > b->stem_bytes;
    }
    if (a->steps != b->steps) {
        return a->steps < b->steps;
    }
    if (a->root != b->root) { /* the one that was entered first */
        return a->root < b->root;
    }
    if (a->lemma_bytes != b->lemma_bytes) {
        return a->lemma_bytes < b->lemma_bytes;
    }
    return a->line && !b->line; /* gelmem is more often a negation than a noun */
}

static bool same_lemma(const struct tr_walk *w, const struct tr_analysis *a,
                       const struct tr_analysis *b)
{
    if (a->lemma_bytes && b->lemma_bytes) {
        return a->lemma_bytes == b->lemma_bytes && a->lemma_tail == b->lemma_tail;
    }
    if (!a->lemma_bytes && !b->lemma_bytes) {
        return a->root == b->root || nb_slice_eq(tr_core_root_lemma(w->core, a->root),
                                                 tr_core_root_lemma(w->core, b->root));
    }
    char x[TR_LEMMA_BYTES_MAX], y[TR_LEMMA_BYTES_MAX];
    size_t n = tr_core_lemma(w->core, w->folded, a, x);
    size_t m = tr_core_lemma(w->core, w->folded, b, y);
    return n == m && memcmp(x, y, n) == 0;
}

/* Keep the list sorted, best first, and without doubles; the last falls off a full one. */
static void insert(struct tr_walk *w, const struct tr_analysis *a)
{
    size_t end = w->n;
    for (size_t i = 0; i < w->n; i++) {
        const struct tr_analysis *b = &w->out[i];
        if (b->features == a->features && b->upos == a->upos && same_lemma(w, a, b)) {
            if (!better(a, b)) {
                return;
            }
            end = i; /* the better one takes its place */
            break;
        }
    }
    bool replaces = end < w->n;
    size_t place = end;
    while (place > 0 && better(a, &w->out[place - 1])) {
        place--;
    }
    if (place == w->cap) {
        return;
    }
    size_t moved_to = replaces ? end : w->n < w->cap ? w->n : w->cap - 1;
    memmove(&w->out[place + 1], &w->out[place], (moved_to - place) * sizeof(w->out[0]));
    w->out[place] = *a;
    w->n += !replaces && w->n < w->cap;
}

static void record(struct tr_walk *w, const struct tr_frame *f, const struct tr_step *end)
{
    uint8_t upos = end->upos < TR_UPOS_N ? end->upos : f->upos;
    if (!f->steps && upos != f->upos) {
        return; /* what a word is, only a suffix changes */
    }
    for (size_t k = 0; k <= f->lemmas_n; k++) {
        unsigned flags = f->flags | (f->derived >> k & 1 ? (unsigned)TR_DERIVED : 0) |
                         (k ? (unsigned)TR_LEMMA_DERIVED : 0);
        struct tr_analysis a = {.features = (f->features[k] & ~end->drop) | end->add,
                                .root = f->root,
                                .path = f->path,
                                .line = f->line,
                                .upos = upos,
                                .root_upos = f->root_upos,
                                .stem_bytes = w->word->at[f->stem],
                                .lemma_bytes =
                                    k || f->root == TR_NO_ROOT ? w->word->at[f->lemma_at[k]] : 0,
                                .lemma_tail = f->tail[k],
                                .steps = f->steps,
                                .flags = (uint8_t)flags};
        insert(w, &a);
    }
}

static bool matches(const struct tr_walk *w, const struct tr_edge *edge, size_t at)
{
    size_t end = at + edge->n;
    const struct tr_coded *word = w->word;
    if (end > word->n || (at < word->border && end > word->border && !w->any_border)) {
        return false;
    }
    if (!w->plain) {
        uint64_t text;
        memcpy(&text, word->codes + at, sizeof(text));
        return edge->n == 8 ? text == edge->text
                            : (text & (((uint64_t)1 << (8 * edge->n)) - 1)) == edge->text;
    }
    for (size_t i = 0; i < edge->n; i++) {
        uint8_t code = word->codes[at + i], wanted = (uint8_t)(edge->text >> (8 * i));
        if (code != wanted && w->core->variants[code] != wanted) {
            return false;
        }
    }
    return true;
}

/* What may be a lemma behind this edge. */
static void add_candidate(const struct tr_walk *w, struct tr_frame *f, const struct tr_edge *edge,
                          const struct tr_step *step, size_t end)
{
    if (f->lemmas_n == TR_LEMMAS_MAX) {
        return;
    }
    size_t k = ++f->lemmas_n;
    uint8_t tail = TR_TAIL_NONE;
    if (edge->soft) {
        end--;
        tail = TR_TAIL_K;
    } else if (step->flags & TR_STEP_TAIL) {
        unsigned context = (unsigned)edge->node % TR_CONTEXTS;
        tail = context & TR_FRONT ? TR_TAIL_E : TR_TAIL_A;
    }
    (void)w;
    f->features[k] = 0;
    f->lemma_at[k] = (uint8_t)end;
    f->tail[k] = tail;
}

/* False when nothing can be found from this node at this letter: most ways end like that. */
static bool leads_on(const struct tr_walk *w, unsigned node_id, size_t at)
{
    const struct tr_node *node = &w->core->nodes[node_id];
    if (at == w->word->n) {
        return node->ends_n > 0;
    }
    uint8_t code = w->word->codes[at];
    uint64_t wanted = (uint64_t)(code < 64) << (code & 63);
    if (w->plain) {
        wanted |= (uint64_t)1 << (w->core->variants[code] & 63);
    }
    return node->firsts & wanted;
}

static void follow(struct tr_walk *w, const struct tr_frame *before, const struct tr_edge *edge,
                   size_t at)
{
    const struct tr_step *step = &w->core->steps[edge->step];
    struct tr_frame f = *before;
    for (size_t k = 0; k <= f.lemmas_n; k++) {
        f.features[k] = (f.features[k] & ~step->drop) | step->add;
    }
    f.upos = step->upos < TR_UPOS_N ? step->upos : f.upos;
    f.line = step->line ? step->line : f.line;
    f.path = (f.path ^ step->path) * 16777619u;
    f.steps++;
    if (step->flags) {
        if (step->flags & TR_STEP_DERIVED) {
            f.derived = 0xff & ((1u << (f.lemmas_n + 1u)) - 1u);
        }
        f.flags |= step->flags & TR_STEP_PRIVATIVE ? TR_PRIVATIVE : 0;
        if (step->flags & TR_STEP_LEMMA) {
            add_candidate(w, &f, edge, step, at + edge->n);
        }
    }
    tr_walk_from(w, &f, edge->node, at + edge->n);
}

static void try_group(struct tr_walk *w, const struct tr_frame *frame, const struct tr_node *node,
                      uint8_t code, size_t at)
{
    if (code >= 64 || !(node->firsts >> code & 1)) {
        return;
    }
    const struct tr_core *core = w->core;
    size_t group = (size_t)__builtin_popcountll(node->firsts & (((uint64_t)1 << code) - 1));
    const uint16_t *bounds = core->groups + node->groups + group;
    for (size_t i = bounds[0]; i < bounds[1]; i++) {
        const struct tr_edge *edge = &core->edges[node->edges + i];
        if (matches(w, edge, at) && leads_on(w, edge->node, at + edge->n) && w->steps_left) {
            w->steps_left--;
            follow(w, frame, edge, at);
        }
    }
}

void tr_walk_from(struct tr_walk *w, const struct tr_frame *frame, unsigned node_id, size_t at)
{
    const struct tr_node *node = &w->core->nodes[node_id];
    if (at == w->word->n) {
        for (size_t i = 0; i < node->ends_n; i++) {
            record(w, frame, &w->core->steps[w->core->ends[node->ends + i]]);
        }
        return;
    }
    uint8_t code = w->word->codes[at];
    try_group(w, frame, node, code, at);
    if (w->plain && w->core->variants[code]) {
        try_group(w, frame, node, w->core->variants[code], at);
    }
}

static void try_stem(struct tr_walk *w, uint32_t root, unsigned node, unsigned entry_flags,
                     size_t letters)
{
    const struct tr_core *core = w->core;
    if (!leads_on(w, node, letters)) {
        return;
    }
    bool own = root < core->roots_n;
    uint8_t upos = own ? core->roots[root].upos : core->extra->roots[root - core->roots_n].upos;
    unsigned flags = (w->plain ? (unsigned)TR_PLAIN : 0) |
                     (entry_flags & TR_ENTRY_FORM ? (unsigned)TR_EXCEPTION : 0);
    struct tr_frame frame = {.features = {own ? core->roots[root].features : 0},
                             .root = root,
                             .upos = upos,
                             .root_upos = upos,
                             .stem = (uint8_t)letters,
                             .flags = (uint8_t)flags};
    tr_walk_from(w, &frame, node, letters);
}

static void try_entries(struct tr_walk *w, uint32_t cell, size_t letters)
{
    const struct tr_core *core = w->core;
    if (letters > w->word->border && !w->any_border) {
        return;
    }
    for (const struct tr_entry *entry = &core->entries[cell];; entry++) {
        try_stem(w, entry->root, entry->node, entry->flags, letters);
        if (entry->flags & TR_ENTRY_LAST) {
            return;
        }
    }
}

/* From cell s, which `letters` letters have led to. */
static void descend(struct tr_walk *w, uint32_t s, size_t letters)
{
    const struct tr_core *core = w->core;
    for (;;) {
        uint32_t cell = core->cells[s], base = TR_TRIE_BASE(cell);
        if (letters && (cell & TR_TRIE_ENDS)) {
            try_entries(w, TR_TRIE_BASE(core->cells[base]), letters);
        }
        if (letters == w->word->n) {
            return;
        }
        uint8_t code = w->word->codes[letters];
        uint8_t other = w->plain ? core->variants[code] : 0;
        if (other && TR_TRIE_CODE(core->cells[base + other]) == other) {
            descend(w, base + other, letters + 1);
        }
        if (code == TR_CODE_OTHER || code == 0 || TR_TRIE_CODE(core->cells[base + code]) != code) {
            return;
        }
        s = base + code;
        letters++;
    }
}

/* Roots that were added later, by hash of every beginning of the word. */
static void walk_extra(struct tr_walk *w)
{
    const struct tr_extra *extra = w->core->extra;
    char bytes[TR_ANALYSE_BYTES_MAX];
    uint64_t hash = TR_HASH_START;
    size_t n = 0, end = w->any_border ? w->word->n : w->word->border;
    for (size_t letter = 0; letter < end && n <= extra->longest; letter++) {
        size_t at = w->word->at[letter];
        do {
            bytes[n++] = w->folded.p[at];
            hash = tr_hash_byte(hash, w->folded.p[at++]);
        } while (at < w->folded.len && ((unsigned char)w->folded.p[at] & 0xC0) == 0x80);
        uint32_t form = tr_table_find(&extra->forms, nb_slice(bytes, n), hash);
        for (uint32_t i = form == TR_NONE ? TR_NONE : extra->first[form]; i != TR_NONE;
             i = extra->entries[i].next) {
            try_stem(w, extra->entries[i].root, extra->entries[i].node, 0, letter + 1);
        }
    }
}

static size_t analyse(const struct tr_core *core, struct nb_slice folded, bool plain,
                      struct tr_analysis *out, size_t cap)
{
    struct tr_coded word;
    if (!cap || !tr_code(core, folded, &word)) {
        return 0;
    }
    struct tr_walk w = {.core = core,
                        .folded = folded,
                        .word = &word,
                        .plain = plain,
                        .steps_left = TR_STEPS_MAX,
                        .out = out,
                        .cap = cap};
    for (int turn = 0; turn < (word.bordered ? 2 : 1) && !w.n; turn++) {
        w.any_border = turn > 0; /* an apostrophe inside a root, as in a name from elsewhere */
        if (folded.p[0] >= '0' && folded.p[0] <= '9') {
            tr_walk_number(&w);
        }
        descend(&w, 0, 0);
        if (core->extra && core->extra->forms.n && !plain) {
            walk_extra(&w);
        }
    }
    return w.n;
}

size_t tr_analyse(const struct tr_core *core, struct nb_slice folded, struct tr_analysis *out,
                  size_t cap)
{
    return analyse(core, folded, false, out, cap);
}

size_t tr_analyse_plain(const struct tr_core *core, struct nb_slice folded, struct tr_analysis *out,
                        size_t cap)
{
    return analyse(core, folded, true, out, cap);
}

bool tr_core_has_root(const struct tr_core *core, struct nb_slice folded, enum tr_upos upos)
{
    struct tr_coded word;
    if (!tr_code(core, folded, &word)) {
        return false;
    }
    uint32_t s = 0;
    for (size_t i = 0; i < word.n; i++) {
        uint32_t next = TR_TRIE_BASE(core->cells[s]) + word.codes[i];
        if (word.codes[i] == TR_CODE_OTHER || word.codes[i] == 0 ||
            TR_TRIE_CODE(core->cells[next]) != word.codes[i]) {
            return false;
        }
        s = next;
    }
    uint32_t cell = core->cells[s];
    if (!s || !(cell & TR_TRIE_ENDS)) {
        return false;
    }
    uint32_t first = TR_TRIE_BASE(core->cells[TR_TRIE_BASE(cell)]);
    for (const struct tr_entry *entry = &core->entries[first];; entry++) {
        const struct tr_image_root *root = &core->roots[entry->root];
        if ((entry->flags & TR_ENTRY_STEM) && root->upos == upos &&
            nb_slice_eq(tr_core_key_text(core, root->key), folded)) {
            return true;
        }
        if (entry->flags & TR_ENTRY_LAST) {
            return false;
        }
    }
}

size_t tr_core_lemma(const struct tr_core *core, struct nb_slice folded,
                     const struct tr_analysis *analysis, char *out)
{
    static const char tails[] = "\0kae";
    if (!analysis->lemma_bytes) {
        struct nb_slice lemma = tr_core_root_lemma(core, analysis->root);
        memcpy(out, lemma.p, lemma.len);
        return lemma.len;
    }
    size_t n = 0;
    for (size_t i = 0; i < analysis->lemma_bytes && i < folded.len; i++) {
        if (folded.p[i] != '\'' || analysis->root == TR_NO_ROOT) {
            out[n++] = folded.p[i];
        }
    }
    while (n && analysis->root == TR_NO_ROOT && out[n - 1] == '\'') {
        n--;
    }
    if (analysis->lemma_tail) {
        out[n++] = tails[analysis->lemma_tail];
    }
    return n;
}
