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

static const char lemma_tails[] = "\0kae";

static bool same_root_lemma(const struct tr_core *core, uint32_t a, uint32_t b)
{
    if (a < core->roots_n && b < core->roots_n) {
        return core->roots[a].lemma == core->roots[b].lemma;
    }
    return nb_slice_eq(tr_core_root_lemma(core, a), tr_core_root_lemma(core, b));
}

static bool same_lemma(const struct tr_walk *w, const struct tr_analysis *a,
                       const struct tr_analysis *b)
{
    if (a->lemma_bytes && b->lemma_bytes) {
        return a->lemma_bytes == b->lemma_bytes && a->lemma_tail == b->lemma_tail;
    }
    if (!a->lemma_bytes && !b->lemma_bytes) {
        return a->root == b->root || same_root_lemma(w->core, a->root, b->root);
    }
    const struct tr_analysis *formed = a->lemma_bytes ? a : b, *rooted = a->lemma_bytes ? b : a;
    struct nb_slice lemma = tr_core_root_lemma(w->core, rooted->root);
    size_t n = formed->lemma_bytes, tail = formed->lemma_tail ? 1 : 0;
    if (w->word->bordered) {
        char text[TR_LEMMA_BYTES_MAX];
        return nb_slice_eq(lemma, nb_slice(text, tr_core_lemma(w->core, w->folded, formed, text)));
    }
    return lemma.len == n + tail && memcmp(lemma.p, w->folded.p, n) == 0 &&
           (!tail || lemma.p[n] == lemma_tails[formed->lemma_tail]);
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

/* A suffix on the way, and the letter behind it. */
struct taken {
    const struct tr_edge *edge;
    uint32_t cell; /* of ways, that led to the edge */
    uint8_t at, limit;
};

/* What may be a lemma behind a suffix. */
static void add_candidate(struct tr_frame *f, const struct taken *taken, const struct tr_step *step)
{
    if (f->lemmas_n == TR_LEMMAS_MAX) {
        return;
    }
    size_t k = ++f->lemmas_n, end = taken->at;
    uint8_t tail = TR_TAIL_NONE;
    if (taken->edge->soft) {
        end--;
        tail = TR_TAIL_K;
    } else if (step->flags & TR_STEP_TAIL) {
        unsigned context = (unsigned)taken->edge->node % TR_CONTEXTS;
        tail = context & TR_FRONT ? TR_TAIL_E : TR_TAIL_A;
    }
    f->features[k] = 0;
    f->lemma_at[k] = (uint8_t)end;
    f->tail[k] = tail;
}

/* What a suffix says, on top of what was said before it. */
static void add_step(const struct tr_core *core, struct tr_frame *f, const struct taken *taken)
{
    const struct tr_step *step = &core->steps[taken->edge->step];
    for (size_t k = 0; k <= f->lemmas_n; k++) {
        f->features[k] = (f->features[k] & ~step->drop) | step->add;
    }
    f->upos = step->upos < TR_UPOS_N ? step->upos : f->upos;
    f->line = step->line ? step->line : f->line;
    f->path = (f->path ^ step->path) * 16777619u;
    f->steps++;
    if (step->flags) {
        if (step->flags & TR_STEP_DERIVED) {
            f->derived = 0xff & ((1u << (f->lemmas_n + 1u)) - 1u);
        }
        f->flags |= step->flags & TR_STEP_PRIVATIVE ? TR_PRIVATIVE : 0;
        if (step->flags & TR_STEP_LEMMA) {
            add_candidate(f, taken, step);
        }
    }
}

/* The word ends in this node. Only now is all that the suffixes say put together. */
static void end_word(struct tr_walk *w, const struct tr_frame *root, const struct taken *taken,
                     size_t n, const struct tr_node *node)
{
    struct tr_frame f = *root;
    for (size_t i = 0; i < n; i++) {
        add_step(w->core, &f, &taken[i]);
    }
    for (size_t i = 0; i < node->ends_n; i++) {
        record(w, &f, &w->core->steps[w->core->ends[node->ends + i]]);
    }
}

/* The letter at `at` as codes mod 64: as it is, and as what it may be typed for. */
static inline uint64_t set_at(const struct tr_walk *w, size_t at)
{
    uint8_t code = w->word->codes[at];
    uint64_t set = (uint64_t)1 << (code & 63);
    if (w->plain) {
        uint8_t other = w->core->variants[code];
        set |= (uint64_t)(other > 0) << (other & 63);
    }
    return set;
}

/* False when nothing can be found from this node at this letter: most ways end like that. */
static inline bool leads_on(const struct tr_walk *w, unsigned node_id, size_t at)
{
    const struct tr_node *node = &w->core->nodes[node_id];
    return (node->firsts & set_at(w, at)) && (node->seconds & set_at(w, at + 1));
}

/* A suffix does not stand on both sides of a border. */
static inline struct taken behind(const struct tr_walk *w, const struct tr_node *node, size_t at)
{
    bool crosses = at >= w->word->border || w->any_border;
    return (struct taken){
        .cell = node->ways, .at = (uint8_t)at, .limit = crosses ? w->word->n : w->word->border};
}

/* The next edge whose text is here. @return false when there is none. */
static inline bool next_edge(const struct tr_walk *w, struct taken *t)
{
    const struct tr_core *core = w->core;
    if (t->edge && !t->edge->last) {
        t->edge++;
        return true;
    }
    uint32_t cell = t->cell;
    size_t at = t->at;
    do {
        cell = at < t->limit ? tr_trie_child(core->ways, cell, w->word->codes[at++]) : 0;
        if (!cell) {
            return false;
        }
    } while (!(cell & TR_TRIE_ENDS));
    t->cell = cell;
    t->at = (uint8_t)at;
    t->edge = &core->edges[tr_trie_value(core->ways, cell)];
    return true;
}

/* Depth first, without calling itself: a level for each suffix that is taken. */
static void walk_exact(struct tr_walk *w, const struct tr_frame *root, const struct tr_node *node,
                       size_t at)
{
    struct taken taken[TR_WORD_LETTERS_MAX + 1];
    size_t depth = 0;
    taken[0] = behind(w, node, at);
    for (;;) {
        struct taken *t = &taken[depth];
        if (!next_edge(w, t)) {
            if (depth-- == 0) {
                return;
            }
            continue;
        }
        if (!leads_on(w, t->edge->node, t->at) || !w->steps_left) {
            continue;
        }
        w->steps_left--;
        node = &w->core->nodes[t->edge->node];
        if (t->at == w->word->n) {
            end_word(w, root, taken, depth + 1, node);
        } else {
            taken[++depth] = behind(w, node, t->at);
        }
    }
}

/* With diacritics ignored a letter leads two ways. */
struct plain_walk {
    struct tr_walk *w;
    const struct tr_frame *root;
    struct taken taken[TR_WORD_LETTERS_MAX + 1];
};

static void walk_plain(struct plain_walk *p, size_t depth, uint32_t cell, size_t at)
{
    struct tr_walk *w = p->w;
    const struct tr_core *core = w->core;
    struct taken *t = &p->taken[depth];
    const uint8_t codes[2] = {w->word->codes[at], core->variants[w->word->codes[at]]};
    for (size_t i = 0; i < 2 && codes[i] && at < t->limit; i++) {
        uint32_t child = tr_trie_child(core->ways, cell, codes[i]);
        t->edge = child & TR_TRIE_ENDS ? &core->edges[tr_trie_value(core->ways, child)] : NULL;
        for (const struct tr_edge *edge = t->edge; edge; edge = edge->last ? NULL : edge + 1) {
            const struct tr_node *node = &core->nodes[edge->node];
            if (!leads_on(w, edge->node, at + 1) || !w->steps_left) {
                continue;
            }
            w->steps_left--;
            t->edge = edge;
            t->at = (uint8_t)(at + 1);
            if (at + 1 == w->word->n) {
                end_word(w, p->root, p->taken, depth + 1, node);
            } else {
                p->taken[depth + 1] = behind(w, node, at + 1);
                walk_plain(p, depth + 1, node->ways, at + 1);
            }
        }
        if (child) {
            walk_plain(p, depth, child, at + 1);
        }
    }
}

void tr_walk_from(struct tr_walk *w, const struct tr_frame *frame, unsigned node_id, size_t at)
{
    const struct tr_node *node = &w->core->nodes[node_id];
    if (at == w->word->n) {
        end_word(w, frame, NULL, 0, node);
    } else if (w->plain) {
        struct plain_walk p;
        p.w = w;
        p.root = frame;
        p.taken[0] = behind(w, node, at);
        walk_plain(&p, 0, node->ways, at);
    } else {
        walk_exact(w, frame, node, at);
    }
}

static void try_stem(struct tr_walk *w, uint32_t root, const struct tr_root_kind *kind,
                     unsigned node, unsigned flags, size_t letters)
{
    struct tr_frame frame = {.features = {kind->features},
                             .root = root,
                             .upos = kind->upos,
                             .root_upos = kind->upos,
                             .stem = (uint8_t)letters,
                             .flags = (uint8_t)(flags | (w->plain ? (unsigned)TR_PLAIN : 0))};
    tr_walk_from(w, &frame, node, letters);
}

static void try_entries(struct tr_walk *w, uint32_t cell, size_t letters)
{
    const struct tr_core *core = w->core;
    if (letters > w->word->border && !w->any_border) {
        return;
    }
    for (const struct tr_entry *entry = &core->entries[cell];; entry++) {
        if (leads_on(w, entry->node, letters)) {
            try_stem(w, entry->root, &core->kinds[entry->kind / TR_ENTRY_KINDS], entry->node,
                     entry->kind & TR_ENTRY_FORM ? TR_EXCEPTION : 0, letters);
        }
        if (entry->kind & TR_ENTRY_LAST) {
            return;
        }
    }
}

/* With diacritics ignored, from a cell that `letters` letters have led to. */
static void descend(struct tr_walk *w, uint32_t cell, size_t letters)
{
    const struct tr_core *core = w->core;
    if (cell & TR_TRIE_ENDS) {
        try_entries(w, tr_trie_value(core->cells, cell), letters);
    }
    if (letters == w->word->n) {
        return;
    }
    uint8_t code = w->word->codes[letters], other = core->variants[code];
    uint32_t meant = other ? tr_trie_child(core->cells, cell, other) : TR_TRIE_FREE;
    uint32_t typed = tr_trie_child(core->cells, cell, code);
    if (meant) {
        descend(w, meant, letters + 1);
    }
    if (typed) {
        descend(w, typed, letters + 1);
    }
}

/*
 * All stems that the word begins with, then what follows each. The first loop has no branch that
 * depends on the word but its end, so that what it needs next is on its way from memory.
 */
static void find_stems(struct tr_walk *w)
{
    const struct tr_core *core = w->core;
    const struct tr_coded *word = w->word;
    struct {
        uint32_t cell, letters;
    } found[TR_WORD_LETTERS_MAX];
    size_t n = 0, end = w->any_border ? word->n : word->border;
    uint32_t cell = core->cells[0];
    for (size_t at = 0; at < end; n += cell >> 31) {
        cell = tr_trie_child(core->cells, cell, word->codes[at++]);
        if (!cell) {
            break;
        }
        found[n].cell = cell;
        found[n].letters = (uint32_t)at;
    }
    for (size_t i = 0; i < n; i++) {
        try_entries(w, tr_trie_value(core->cells, found[i].cell), found[i].letters);
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
            const struct tr_extra_entry *entry = &extra->entries[i];
            struct tr_root_kind kind = {.upos = extra->roots[entry->root - w->core->roots_n].upos};
            if (leads_on(w, entry->node, letter + 1)) {
                try_stem(w, entry->root, &kind, entry->node, 0, letter + 1);
            }
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
        if (plain) {
            descend(&w, core->cells[0], 0);
        } else {
            find_stems(&w);
        }
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
    uint32_t cell = core->cells[0];
    for (size_t i = 0; i < word.n && (i == 0 || cell); i++) {
        cell = tr_trie_child(core->cells, cell, word.codes[i]);
    }
    if (!(cell & TR_TRIE_ENDS)) {
        return false;
    }
    uint32_t first = tr_trie_value(core->cells, cell);
    for (const struct tr_entry *entry = &core->entries[first];; entry++) {
        const struct tr_image_root *root = &core->roots[entry->root];
        if ((entry->kind & TR_ENTRY_STEM) && core->kinds[root->kind].upos == upos &&
            nb_slice_eq(tr_core_key_text(core, root->key), folded)) {
            return true;
        }
        if (entry->kind & TR_ENTRY_LAST) {
            return false;
        }
    }
}

size_t tr_core_lemma(const struct tr_core *core, struct nb_slice folded,
                     const struct tr_analysis *analysis, char *out)
{
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
        out[n++] = lemma_tails[analysis->lemma_tail];
    }
    return n;
}
