/*
 * Laying out: letters get codes in the order of their code points, those of the alphabet first;
 * stems are sorted by codes and the trie is built over them; then every array is put where image.h
 * says. Nothing depends on addresses or time.
 */
#include <stdlib.h>
#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/compile_private.h"
#include "analyzer/turkish/graph.h"
#include "analyzer/turkish/image.h"
#include "analyzer/turkish/stems.h"
#include "analyzer/turkish/trie.h"

enum { KINDS_MAX = (UINT16_MAX + 1) / TR_ENTRY_KINDS };

struct layout {
    struct tr_compiler *c;
    struct tr_graph graph;
    uint8_t codes[TR_LETTERS_N];
    uint8_t variants[TR_CODES_MAX + 1];
    struct tr_trie trie;
    struct tr_entry *entries;
    struct tr_table kind_ids; /* kinds by their bytes */
    struct tr_root_kind *kinds;
    struct tr_image_root *roots;
    uint32_t *words, *slots, *features;
    size_t slots_n;
    char *strings;
    size_t strings_n;
};

/* Letters that suffixes have come first: sets of codes have 64 bits. */
static bool assign_codes(struct layout *l)
{
    static const uint16_t turkish[] = {0xE7, 0x11F, 0x131, 0xF6, 0x15F, 0xFC};
    static const char typed[] = "cgiosu";
    bool wanted[TR_LETTERS_N] = {false};
    uint8_t next = 1;
    memset(l->codes, TR_CODE_OTHER, sizeof(l->codes));
    for (uint32_t c = 'a'; c <= 'z'; c++) {
        l->codes[c] = next++;
    }
    for (size_t i = 0; i < sizeof(turkish) / sizeof(turkish[0]); i++) {
        l->variants[l->codes[(unsigned char)typed[i]]] = next;
        l->codes[turkish[i]] = next++;
    }
    for (size_t id = 0; id < l->c->forms.n; id++) {
        struct nb_slice form = l->c->forms.texts[id];
        for (size_t at = 0; at < form.len;) {
            uint32_t c = nb_utf8_next(form, &at);
            if (c < TR_LETTERS_N) {
                wanted[c] = true;
            }
        }
    }
    for (size_t c = 1; c < TR_LETTERS_N; c++) {
        if (wanted[c] && l->codes[c] == TR_CODE_OTHER) {
            if (next == TR_CODE_OTHER) {
                return false;
            }
            l->codes[c] = next++;
        }
    }
    return true;
}

static int by_codes(const void *a, const void *b)
{
    const struct nb_slice *x = a, *y = b;
    return nb_slice_cmp(*x, *y);
}

/* Coded forms, each with its id behind the codes so that sorting carries it along. */
static struct nb_slice *coded_forms(struct layout *l)
{
    struct tr_compiler *c = l->c;
    struct nb_slice *keys = nb_arena_alloc(c->arena, c->forms.n * sizeof(*keys));
    for (size_t id = 0; keys && id < c->forms.n; id++) {
        struct nb_slice form = c->forms.texts[id];
        char *to = nb_arena_alloc(c->arena, form.len + sizeof(uint32_t));
        size_t n = 0;
        if (!to) {
            return NULL;
        }
        for (size_t at = 0; at < form.len;) {
            to[n++] = (char)l->codes[nb_utf8_next(form, &at)];
        }
        uint32_t number = (uint32_t)id;
        memcpy(to + n, &number, sizeof(number));
        keys[id] = nb_slice(to, n);
    }
    return keys;
}

static enum nb_err build_trie(struct layout *l)
{
    struct tr_compiler *c = l->c;
    struct nb_slice *keys = coded_forms(l);
    uint32_t *values = nb_arena_alloc(c->arena, c->forms.n * sizeof(*values));
    l->entries = nb_arena_calloc(c->arena, c->stems_n, sizeof(*l->entries));
    if (!keys || !values || !l->entries) {
        return NB_ENOMEM;
    }
    if (c->forms.n > 1) {
        qsort(keys, c->forms.n, sizeof(*keys), by_codes);
    }
    size_t n = 0;
    for (size_t i = 0; i < c->forms.n; i++) {
        uint32_t form;
        memcpy(&form, keys[i].p + keys[i].len, sizeof(form));
        values[i] = (uint32_t)n;
        for (uint32_t s = c->first[form]; s != TR_NONE; s = c->stems[s].next) {
            const struct tr_compiled_stem *stem = &c->stems[s];
            bool form_entry = stem->start == TR_START_FORM || stem->start == TR_UPOS_X;
            unsigned flags = (stem->next == TR_NONE ? (unsigned)TR_ENTRY_LAST : 0) |
                             (stem->whole ? (unsigned)TR_ENTRY_STEM : 0) |
                             (form_entry ? (unsigned)TR_ENTRY_FORM : 0);
            l->entries[n++] = (struct tr_entry){
                .root = stem->root,
                .node = (uint16_t)(c->rules->start[stem->start] * TR_CONTEXTS + stem->context),
                .kind = (uint16_t)(l->roots[stem->root].kind * TR_ENTRY_KINDS | flags)};
        }
    }
    if (n >= 1 << 23) {
        return NB_ETOOBIG;
    }
    uint32_t base = 0;
    enum nb_err err = tr_trie_init(&l->trie, c->arena);
    if (err == NB_OK) {
        err = tr_trie_add(&l->trie, keys, values, c->forms.n, &base);
    }
    if (err == NB_OK) {
        l->trie.cells[0] = base;
    }
    return err;
}

static enum nb_err lay_roots(struct layout *l)
{
    struct tr_compiler *c = l->c;
    l->roots = nb_arena_calloc(c->arena, c->roots_n, sizeof(*l->roots));
    l->kinds = nb_arena_calloc(c->arena, KINDS_MAX, sizeof(*l->kinds));
    if (!l->roots || !l->kinds) {
        return NB_ENOMEM;
    }
    tr_table_init(&l->kind_ids, c->arena);
    for (size_t i = 0; i < c->roots_n; i++) {
        const struct tr_compiled_root *root = &c->roots[i];
        struct tr_root_kind kind = {
            .features = tr_graph_features(&l->graph, root->features, root->features_n),
            .upos = root->upos};
        uint32_t id = tr_table_add(&l->kind_ids, nb_slice((const char *)&kind, sizeof(kind)));
        if (id == TR_NONE || id >= KINDS_MAX) {
            return id == TR_NONE ? NB_ENOMEM : NB_ETOOBIG;
        }
        l->kinds[id] = kind;
        l->roots[i] = (struct tr_image_root){.lemma = root->lemma, .key = root->key, .kind = id};
    }
    return NB_OK;
}

static void put_string(struct layout *l, struct nb_slice text)
{
    memcpy(l->strings + l->strings_n, text.p, text.len);
    l->strings_n += text.len;
}

static bool lay_strings(struct layout *l)
{
    struct tr_compiler *c = l->c;
    size_t bytes = 0;
    for (size_t i = 0; i < c->words.n; i++) {
        bytes += c->words.texts[i].len;
    }
    for (size_t i = 0; i < l->graph.features_n; i++) {
        bytes += l->graph.names[i].len;
    }
    for (l->slots_n = 64; l->slots_n < 2 * c->words.n;) {
        l->slots_n *= 2;
    }
    l->strings = nb_arena_alloc(c->arena, bytes);
    l->words = nb_arena_alloc(c->arena, (c->words.n + 1) * sizeof(*l->words));
    l->features = nb_arena_alloc(c->arena, (l->graph.features_n + 1) * sizeof(*l->features));
    l->slots = nb_arena_calloc(c->arena, l->slots_n, sizeof(*l->slots));
    if (!l->strings || !l->words || !l->features || !l->slots) {
        return false;
    }
    for (size_t i = 0; i < c->words.n; i++) {
        l->words[i] = (uint32_t)l->strings_n;
        put_string(l, c->words.texts[i]);
        uint64_t hash = tr_hash(c->words.texts[i]);
        size_t slot = (size_t)(hash ^ (hash >> 32)) & (l->slots_n - 1);
        while (l->slots[slot]) {
            slot = (slot + 1) & (l->slots_n - 1);
        }
        l->slots[slot] = (uint32_t)i; /* key 0 is none, and leaves its slot free */
    }
    l->words[c->words.n] = (uint32_t)l->strings_n;
    for (size_t i = 0; i < l->graph.features_n; i++) {
        l->features[i] = (uint32_t)l->strings_n;
        put_string(l, l->graph.names[i]);
    }
    l->features[l->graph.features_n] = (uint32_t)l->strings_n;
    return true;
}

static uint8_t context_read_as(const struct tr_rules *rules, const char *digits, size_t n)
{
    struct nb_slice as = tr_rules_read_as(rules, nb_slice(digits, n));
    return (uint8_t)tr_context_of(as.len ? as : NB_LIT("be"), false, false);
}

static void lay_readings(const struct tr_compiler *c, struct tr_image *image)
{
    static const char powers[5][14] = {"100", "1000", "1000000", "1000000000", "1000000000000"};
    for (size_t i = 0; i < 10; i++) {
        char digits[2] = {(char)('0' + i), '0'};
        image->digits[i] = context_read_as(c->rules, digits, 1);
        image->tens[i] = context_read_as(c->rules, digits, 2);
    }
    for (size_t i = 0; i < 5; i++) {
        image->powers[i] = context_read_as(c->rules, powers[i], strlen(powers[i]));
    }
    memcpy(image->letters, c->letters, sizeof(image->letters));
}

struct part {
    const void *items;
    size_t n;
};

static enum nb_err put_parts(struct layout *l, const struct part *parts)
{
    struct tr_compiler *c = l->c;
    size_t bytes = (sizeof(struct tr_image) + 7) & ~(size_t)7;
    for (int i = 0; i < TR_PART_N; i++) {
        bytes += (parts[i].n * tr_part_item_bytes((enum tr_part)i) + 7) & ~(size_t)7;
    }
    if (bytes > TR_IMAGE_BYTES_MAX) {
        return NB_ETOOBIG;
    }
    struct tr_image *image = nb_arena_calloc(c->arena, 1, bytes);
    if (!image) {
        return NB_ENOMEM;
    }
    size_t at = (sizeof(struct tr_image) + 7) & ~(size_t)7;
    for (int i = 0; i < TR_PART_N; i++) {
        size_t n = parts[i].n * tr_part_item_bytes((enum tr_part)i);
        image->parts[i].at = (uint32_t)at;
        image->parts[i].n = (uint32_t)parts[i].n;
        if (n) {
            memcpy((char *)image + at, parts[i].items, n);
        }
        at += (n + 7) & ~(size_t)7;
    }
    memcpy(image->magic, TR_IMAGE_MAGIC, sizeof(image->magic));
    image->version = TR_IMAGE_VERSION;
    image->order = TR_IMAGE_ORDER;
    image->bytes = bytes;
    image->texts = c->texts;
    image->states_n = (uint16_t)c->rules->states.n;
    memcpy(image->start, c->rules->start, sizeof(image->start));
    lay_readings(c, image);
    tr_image_seal(image);
    c->image = nb_slice(image, bytes);
    return NB_OK;
}

enum nb_err tr_compiler_finish(struct tr_compiler *c, struct nb_slice *image)
{
    struct layout l = {.c = c};
    if (!assign_codes(&l)) {
        return NB_ETOOBIG;
    }
    enum nb_err err = tr_graph_build(c->rules, l.codes, c->arena, &l.graph);
    if (err == NB_OK) {
        err = lay_roots(&l);
    }
    if (err == NB_OK) {
        err = build_trie(&l);
    }
    if (err == NB_OK && !lay_strings(&l)) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK) {
        return err;
    }
    const struct part parts[TR_PART_N] = {
        [TR_PART_LETTERS] = {l.codes, TR_LETTERS_N},
        [TR_PART_VARIANTS] = {l.variants, TR_CODES_MAX + 1},
        [TR_PART_TRIE] = {l.trie.cells, l.trie.cells_n},
        [TR_PART_ENTRIES] = {l.entries, c->stems_n},
        [TR_PART_KINDS] = {l.kinds, l.kind_ids.n},
        [TR_PART_ROOTS] = {l.roots, c->roots_n},
        [TR_PART_NODES] = {l.graph.nodes, l.graph.nodes_n},
        [TR_PART_WAYS] = {l.graph.ways.cells, l.graph.ways.cells_n},
        [TR_PART_EDGES] = {l.graph.edges, l.graph.edges_n},
        [TR_PART_ENDS] = {l.graph.ends, l.graph.ends_n},
        [TR_PART_STEPS] = {l.graph.steps, l.graph.steps_n},
        [TR_PART_WORDS] = {l.words, c->words.n + 1},
        [TR_PART_SLOTS] = {l.slots, l.slots_n},
        [TR_PART_FEATURES] = {l.features, l.graph.features_n + 1},
        [TR_PART_STRINGS] = {l.strings, l.strings_n}};
    err = put_parts(&l, parts);
    *image = c->image;
    return err;
}
