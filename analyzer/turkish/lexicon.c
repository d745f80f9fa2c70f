/*
 * Strings of the core have the keys they have there; strings that are added follow. Roots that are
 * added have their stems in a hash table beside the core's trie, so that adding needs no
 * rebuilding.
 */
#include "analyzer/turkish/lexicon_private.h"

#include <string.h>

#include <nabiz/mem.h>

enum { LEXICON_BYTES_MAX = 256 << 20, KEY_BYTES_MAX = 1 << 16 };

struct tr_lexicon *tr_lexicon_new(struct tr_core *core)
{
    struct nb_arena *arena = nb_arena_new(LEXICON_BYTES_MAX);
    struct tr_lexicon *lexicon = arena ? nb_arena_calloc(arena, 1, sizeof(*lexicon)) : NULL;
    if (!lexicon) {
        nb_arena_free(arena);
        tr_core_free(core);
        return NULL;
    }
    lexicon->arena = arena;
    lexicon->core = core;
    tr_table_init(&lexicon->words, arena);
    tr_table_init(&lexicon->plain_words, arena);
    tr_table_init(&lexicon->extra.forms, arena);
    core->extra = &lexicon->extra;
    return lexicon;
}

void tr_lexicon_free(struct tr_lexicon *lexicon)
{
    if (lexicon) {
        tr_core_free(lexicon->core);
        nb_arena_free(lexicon->arena);
    }
}

const struct tr_core *tr_lexicon_core(const struct tr_lexicon *lexicon)
{
    return lexicon->core;
}

void tr_lexicon_normalise_with(struct tr_lexicon *lexicon, const struct tr_normaliser *normaliser)
{
    lexicon->normaliser = normaliser;
}

struct tr_core *tr_lexicon_core_mutable(struct tr_lexicon *lexicon)
{
    return lexicon->core;
}

void tr_lexicon_rank_with(struct tr_lexicon *lexicon, const struct tr_ranker *ranker)
{
    lexicon->ranker = ranker;
}

/* Grown by doubling. */
static void *room(struct nb_arena *arena, void *array, size_t n, size_t size)
{
    if (n == 0) {
        return nb_arena_alloc(arena, 64 * size);
    }
    bool full = n >= 64 && (n & (n - 1)) == 0;
    return full ? nb_arena_grow(arena, array, n * size, 2 * n * size) : array;
}

/* Remember what a word that somebody asks for looks like without diacritics; the first one wins. */
static bool add_plain(struct tr_lexicon *lexicon, struct nb_slice folded, tr_key key)
{
    char *plain = nb_malloc(folded.len + 1);
    if (!plain) {
        return false;
    }
    memcpy(plain, folded.p, folded.len);
    size_t len = tr_plain(plain, folded.len);
    size_t before = lexicon->plain_words.n;
    uint32_t id = tr_table_add(&lexicon->plain_words, nb_slice(plain, len));
    nb_free(plain);
    tr_key *keys = room(lexicon->arena, lexicon->plain_keys, before, sizeof(*keys));
    if (id == TR_NONE || !keys) {
        return false;
    }
    lexicon->plain_keys = keys;
    if (id == before) {
        keys[id] = key;
    }
    return true;
}

tr_key tr_lexicon_key(struct tr_lexicon *lexicon, struct nb_slice folded)
{
    tr_key key = tr_core_key(lexicon->core, folded);
    if (!key && folded.len < KEY_BYTES_MAX) {
        uint32_t id = tr_table_add(&lexicon->words, folded);
        key = id == TR_NONE ? 0 : (tr_key)(tr_core_keys_n(lexicon->core) + id);
    }
    return key && add_plain(lexicon, folded, key) ? key : 0;
}

enum nb_err tr_lexicon_mark(struct tr_lexicon *lexicon, tr_key key, uint8_t marks)
{
    size_t keys_n = tr_lexicon_keys_n(lexicon);
    if (lexicon->marks_n < keys_n) {
        uint8_t *grown = nb_arena_calloc(lexicon->arena, keys_n, 1);
        if (!grown) {
            return NB_ENOMEM;
        }
        if (lexicon->marks_n) {
            memcpy(grown, lexicon->marks, lexicon->marks_n);
        }
        lexicon->marks = grown;
        lexicon->marks_n = keys_n;
    }
    lexicon->marks[key] |= marks;
    return NB_OK;
}

size_t tr_lexicon_keys_n(const struct tr_lexicon *lexicon)
{
    return tr_core_keys_n(lexicon->core) + lexicon->words.n;
}

struct nb_slice tr_lexicon_key_text(const struct tr_lexicon *lexicon, tr_key key)
{
    size_t own = tr_core_keys_n(lexicon->core);
    return key < own ? tr_core_key_text(lexicon->core, key) : lexicon->words.texts[key - own];
}

tr_key tr_lexicon_find_key(const struct tr_lexicon *lexicon, struct nb_slice folded)
{
    tr_key key = tr_core_key(lexicon->core, folded);
    if (!key) {
        uint32_t id = tr_table_find(&lexicon->words, folded, tr_hash(folded));
        key = id == TR_NONE ? 0 : (tr_key)(tr_core_keys_n(lexicon->core) + id);
    }
    return key;
}

tr_key tr_lexicon_find_plain(const struct tr_lexicon *lexicon, struct nb_slice plain)
{
    uint32_t id = tr_table_find(&lexicon->plain_words, plain, tr_hash(plain));
    return id == TR_NONE ? 0 : lexicon->plain_keys[id];
}

static uint32_t find_extra(const struct tr_extra *extra, struct nb_slice folded)
{
    uint32_t form = tr_table_find(&extra->forms, folded, tr_hash(folded));
    return form == TR_NONE ? TR_NONE : extra->first[form];
}

bool tr_lexicon_has_root(const struct tr_lexicon *lexicon, struct nb_slice folded,
                         enum tr_upos upos)
{
    const struct tr_extra *extra = &lexicon->extra;
    for (uint32_t i = find_extra(extra, folded); i != TR_NONE; i = extra->entries[i].next) {
        const struct tr_extra_root *root =
            &extra->roots[extra->entries[i].root - lexicon->core->roots_n];
        if (extra->entries[i].whole && root->upos == upos) {
            return true;
        }
    }
    return tr_core_has_root(lexicon->core, folded, upos);
}

static bool add_stem(void *context, const struct tr_stem *stem)
{
    struct tr_lexicon *lexicon = context;
    struct tr_extra *extra = &lexicon->extra;
    size_t before = extra->forms.n;
    uint32_t id = tr_table_add(&extra->forms, stem->text);
    struct tr_extra_entry *entries =
        room(lexicon->arena, extra->entries, extra->entries_n, sizeof(*entries));
    uint32_t *first = room(lexicon->arena, extra->first, before, sizeof(*first));
    if (id == TR_NONE || !entries || !first) {
        return false;
    }
    extra->entries = entries;
    extra->first = first;
    if (id == before) {
        first[id] = TR_NONE;
    }
    extra->longest = stem->text.len > extra->longest ? stem->text.len : extra->longest;
    entries[extra->entries_n] = (struct tr_extra_entry){
        .root = (uint32_t)(lexicon->core->roots_n + extra->roots_n - 1),
        .next = first[id],
        .node = (uint16_t)tr_start_node(lexicon->core, stem->start, stem->context),
        .whole = stem->whole};
    first[id] = (uint32_t)extra->entries_n++;
    return true;
}

enum nb_err tr_lexicon_add_root(struct tr_lexicon *lexicon, struct nb_slice folded,
                                enum tr_upos upos)
{
    struct tr_extra *extra = &lexicon->extra;
    if (!folded.len || folded.len > TR_ROOT_BYTES_MAX) {
        return NB_EINVAL;
    }
    if (tr_lexicon_has_root(lexicon, folded, upos)) {
        return NB_OK;
    }
    tr_key key = tr_lexicon_key(lexicon, folded);
    struct tr_extra_root *roots =
        room(lexicon->arena, extra->roots, extra->roots_n, sizeof(*roots));
    if (!key || !roots) {
        return NB_ENOMEM;
    }
    extra->roots = roots;
    roots[extra->roots_n++] =
        (struct tr_extra_root){tr_lexicon_key_text(lexicon, key), key, (uint8_t)upos};
    struct tr_root_word word = {
        .text = folded, .upos = (uint8_t)upos, .causative = TR_CAUSATIVE_REGULAR};
    return tr_stems(&word, lexicon->core->image->letters, add_stem, lexicon) ? NB_OK : NB_ENOMEM;
}
