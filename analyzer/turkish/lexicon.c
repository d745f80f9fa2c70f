/*
 * Filling: vocabulary, roots and the shapes roots take before suffixes ("allomorphs"), each shape
 * with the automaton's node it leads to. Every shape is entered twice, as it is written and with
 * diacritics ignored; reading.c looks in the second table only when the first gave nothing.
 */
#include "analyzer/turkish/lexicon_private.h"

#include <nabiz/mem.h>
#include <nabiz/text.h>

enum { LEXICON_BYTES_MAX = 256 << 20, ROOT_BYTES_MAX = 48 };

/* Marks behind a root in a root line. */
enum {
    MARK_SOFT = 1,
    MARK_DROP = 2,
    MARK_DOUBLE = 4,
    MARK_FRONT = 8,
    MARK_NARROW = 16,
    MARK_HARD = 32
};

static const char *const pos_names[TR_POS_N] = {"noun", "verb", "adj", "adv", "pron", "part"};

bool tr_pos_parse(struct nb_slice name, enum tr_pos *out)
{
    for (size_t i = 0; i < TR_POS_N; i++) {
        if (nb_slice_eq(name, nb_slice_str(pos_names[i]))) {
            *out = (enum tr_pos)i;
            return true;
        }
    }
    return false;
}

/* The classes of a line of roots, and which of the parts of speech they behave as. */
static bool class_parse(struct nb_slice name, enum tr_pos *out)
{
    static const struct {
        const char *name;
        enum tr_pos pos;
    } classes[] = {
        {"propn", TR_NOUN}, {"abbr", TR_NOUN}, {"num", TR_ADJ},
        {"det", TR_ADJ},    {"adp", TR_PART},  {"cconj", TR_PART},
        {"sconj", TR_PART}, {"intj", TR_PART}, {"aux", TR_PART},
    };
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (nb_slice_eq(name, nb_slice_str(classes[i].name))) {
            *out = classes[i].pos;
            return true;
        }
    }
    return tr_pos_parse(name, out);
}

struct tr_lexicon *tr_lexicon_new(void)
{
    struct nb_arena *arena = nb_arena_new(LEXICON_BYTES_MAX);
    struct tr_lexicon *lexicon = arena ? nb_arena_calloc(arena, 1, sizeof(*lexicon)) : NULL;
    if (!lexicon) {
        nb_arena_free(arena);
        return NULL;
    }
    lexicon->arena = arena;
    tr_table_init(&lexicon->words, arena);
    for (size_t plain = 0; plain < 2; plain++) {
        tr_table_init(&lexicon->shapes[plain].table, arena);
    }
    tr_table_init(&lexicon->plain_words, arena);
    lexicon->rules = tr_rules_new(arena);
    /* Key 0 is none. */
    if (!lexicon->rules || tr_table_add(&lexicon->words, NB_LIT("")) == TR_NONE) {
        nb_arena_free(arena);
        return NULL;
    }
    return lexicon;
}

void tr_lexicon_free(struct tr_lexicon *lexicon)
{
    if (lexicon) {
        nb_arena_free(lexicon->arena);
    }
}

void tr_lexicon_watch(struct tr_lexicon *lexicon, const char *feature)
{
    lexicon->watched = feature;
}

enum nb_err tr_lexicon_add_suffixes(struct tr_lexicon *lexicon, struct nb_slice text,
                                    tr_report_fn *report, void *context)
{
    return tr_rules_read(lexicon->rules, text, report, context);
}

tr_key tr_lexicon_key(struct tr_lexicon *lexicon, struct nb_slice folded)
{
    uint32_t id = tr_table_add(&lexicon->words, folded);
    return id == TR_NONE ? 0 : id;
}

size_t tr_lexicon_keys_n(const struct tr_lexicon *lexicon)
{
    return lexicon->words.n;
}

struct nb_slice tr_lexicon_key_text(const struct tr_lexicon *lexicon, tr_key key)
{
    return lexicon->words.texts[key];
}

static size_t vowels_in(struct nb_slice text)
{
    static const char plain[] = "aeiou";
    size_t n = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = nb_utf8_next(text, &at);
        n += (c < 0x80 && c && strchr(plain, (int)c)) || c == 0x131 || c == 0xF6 || c == 0xFC;
    }
    return n;
}

/* Grown by doubling: entries and roots are arrays that pointers are taken into only when sealed. */
static void *room(struct nb_arena *arena, void *array, size_t n, size_t size)
{
    if (n == 0) {
        return nb_arena_alloc(arena, 64 * size);
    }
    bool full = n >= 64 && (n & (n - 1)) == 0;
    return full ? nb_arena_grow(arena, array, n * size, 2 * n * size) : array;
}

static bool add_shape(struct tr_lexicon *lexicon, struct nb_slice text, const struct shape *shape,
                      size_t plain)
{
    struct shapes *shapes = &lexicon->shapes[plain];
    size_t before = shapes->table.n;
    uint32_t id = tr_table_add(&shapes->table, text);
    struct shape *all = room(lexicon->arena, shapes->all, shapes->all_n, sizeof(*all));
    uint32_t *first = room(lexicon->arena, shapes->first, before, sizeof(*first));
    if (id == TR_NONE || !all || !first) {
        return false;
    }
    shapes->all = all;
    shapes->first = first;
    if (id == before) {
        first[id] = TR_NONE;
    }
    if (text.len > shapes->longest) {
        shapes->longest = text.len;
    }
    all[shapes->all_n] = *shape;
    all[shapes->all_n].next = first[id];
    first[id] = (uint32_t)shapes->all_n++;
    return true;
}

static bool enter(struct tr_lexicon *lexicon, struct nb_slice text, uint32_t root, unsigned context,
                  bool dropped)
{
    char plain[ROOT_BYTES_MAX + 8];
    memcpy(plain, text.p, text.len);
    size_t plain_len = tr_plain(plain, text.len);
    struct shape shape = {
        .root = root, .context = (uint8_t)context, .dropped = dropped, .next = TR_NONE};
    return add_shape(lexicon, text, &shape, 0) &&
           add_shape(lexicon, nb_slice(plain, plain_len), &shape, 1);
}

/* The soft partner of a final consonant, empty when it has none. */
static struct nb_slice soft_of(char last, bool after_n)
{
    switch (last) {
    case 'p':
        return NB_LIT("b");
    case 't':
        return NB_LIT("d");
    case 'g':
        return NB_LIT("\xC4\x9F");
    case 'k':
        return after_n ? NB_LIT("g") : NB_LIT("\xC4\x9F");
    default:
        return nb_slice(NULL, 0);
    }
}

static bool enter_soft(struct tr_lexicon *lexicon, struct nb_slice text, uint32_t root,
                       unsigned marks)
{
    char soft[ROOT_BYTES_MAX + 8];
    bool cedilla = nb_slice_ends(text, NB_LIT("\xC3\xA7"));
    size_t cut = cedilla ? 2 : 1;
    if (text.len <= cut) {
        return true;
    }
    char last = text.p[text.len - 1];
    struct nb_slice partner = cedilla ? NB_LIT("c") : soft_of(last, text.p[text.len - 2] == 'n');
    bool always = last == 'p' || last == 'k' || cedilla;
    bool wanted = (marks & MARK_SOFT) || (always && vowels_in(text) > 1 && !(marks & MARK_HARD));
    if (!partner.len || !wanted || lexicon->roots[root].pos == TR_PART) {
        return true;
    }
    memcpy(soft, text.p, text.len - cut);
    memcpy(soft + text.len - cut, partner.p, partner.len);
    return enter(lexicon, nb_slice(soft, text.len - cut + partner.len), root,
                 tr_context_of(text, true, marks & MARK_FRONT), false);
}

/* burun -> burn-: the vowel before the last consonant goes, harmony stays. */
static bool enter_dropped_vowel(struct tr_lexicon *lexicon, struct nb_slice text, uint32_t root,
                                unsigned marks)
{
    size_t starts[ROOT_BYTES_MAX + 1], n = 0;
    for (size_t at = 0; at < text.len;) {
        starts[n++] = at;
        (void)nb_utf8_next(text, &at);
    }
    if (n < 3) {
        return true;
    }
    char out[ROOT_BYTES_MAX];
    size_t vowel = starts[n - 2], last = starts[n - 1];
    memcpy(out, text.p, vowel);
    memcpy(out + vowel, text.p + last, text.len - last);
    return enter(lexicon, nb_slice(out, vowel + text.len - last), root,
                 tr_context_of(text, true, marks & MARK_FRONT), false);
}

static bool enter_verb(struct tr_lexicon *lexicon, struct nb_slice text, uint32_t root,
                       unsigned marks)
{
    struct nb_slice stem = text;
    if (!vowels_in(text)) {
        return true;
    }
    size_t cut = 0;
    for (size_t at = 0; at < text.len;) {
        cut = at;
        (void)nb_utf8_next(text, &at);
    }
    if (!vowels_in(nb_slice_sub(text, cut, text.len))) {
        return true;
    }
    stem = nb_slice_sub(text, 0, cut);
    if ((marks & MARK_NARROW) && cut + 1 < ROOT_BYTES_MAX) { /* de-: di-yecek */
        char narrow[ROOT_BYTES_MAX];
        memcpy(narrow, text.p, cut);
        narrow[cut] = 'i';
        if (!enter(lexicon, nb_slice(narrow, cut + 1), root, tr_context_of(text, false, false),
                   false)) {
            return false;
        }
    }
    return enter(lexicon, stem, root, tr_context_of(stem, true, false), true);
}

static bool enter_shapes(struct tr_lexicon *lexicon, struct nb_slice text, uint32_t root,
                         unsigned marks)
{
    bool ok = enter(lexicon, text, root, tr_context_of(text, false, marks & MARK_FRONT), false) &&
              enter_soft(lexicon, text, root, marks);
    if (ok && (marks & MARK_DROP)) {
        ok = enter_dropped_vowel(lexicon, text, root, marks);
    }
    if (ok && (marks & MARK_DOUBLE)) {
        char twice[ROOT_BYTES_MAX + 1];
        memcpy(twice, text.p, text.len);
        twice[text.len] = text.p[text.len - 1];
        ok = enter(lexicon, nb_slice(twice, text.len + 1), root,
                   tr_context_of(text, true, marks & MARK_FRONT), false);
    }
    if (ok && lexicon->roots[root].pos == TR_VERB) {
        ok = enter_verb(lexicon, text, root, marks);
    }
    return ok;
}

bool tr_lexicon_has_root(const struct tr_lexicon *lexicon, struct nb_slice text, enum tr_pos pos)
{
    const struct shapes *shapes = &lexicon->shapes[0];
    uint32_t id = tr_table_find(&shapes->table, text, tr_hash(text));
    if (id == TR_NONE) {
        return false;
    }
    for (uint32_t i = shapes->first[id]; i != TR_NONE; i = shapes->all[i].next) {
        const struct tr_root *root = &lexicon->roots[shapes->all[i].root];
        if (root->pos == pos && shapes->all[i].context / 4 != TR_END_SOFT) {
            return true;
        }
    }
    return false;
}

static enum nb_err add_root(struct tr_lexicon *lexicon, struct nb_slice text, struct nb_slice lemma,
                            enum tr_pos pos, unsigned marks)
{
    if (!text.len || text.len > ROOT_BYTES_MAX || !lemma.len || lemma.len > ROOT_BYTES_MAX) {
        return NB_EINVAL;
    }
    if (tr_lexicon_has_root(lexicon, text, pos)) {
        return NB_OK;
    }
    tr_key key = tr_lexicon_key(lexicon, lemma);
    struct tr_root *roots = room(lexicon->arena, lexicon->roots, lexicon->roots_n, sizeof(*roots));
    if (!key || !roots) {
        return NB_ENOMEM;
    }
    lexicon->roots = roots;
    uint32_t id = (uint32_t)lexicon->roots_n++;
    roots[id] = (struct tr_root){lexicon->words.texts[key], key, (uint8_t)pos};
    return enter_shapes(lexicon, text, id, marks) ? NB_OK : NB_ENOMEM;
}

enum nb_err tr_lexicon_add_root(struct tr_lexicon *lexicon, struct nb_slice folded, enum tr_pos pos)
{
    return add_root(lexicon, folded, folded, pos, 0);
}

/* word[marks][/causative][>lemma]; aorist (*) and causative are not used yet: any is taken. */
static enum nb_err read_root(struct tr_lexicon *lexicon, struct nb_slice word, enum tr_pos pos)
{
    static const char marks[] = "~-+^!=*&";
    unsigned found = 0;
    size_t arrow = nb_slice_find_byte(word, '>', 0);
    struct nb_slice text = nb_slice_sub(word, 0, arrow);
    text = nb_slice_sub(text, 0, nb_slice_find_byte(text, '/', 0));
    struct nb_slice lemma = arrow == NB_NPOS ? text : nb_slice_sub(word, arrow + 1, word.len);
    for (const char *mark; text.len && (mark = strchr(marks, text.p[text.len - 1])) && *mark;) {
        found |= 1u << (mark - marks);
        text.len--;
    }
    return add_root(lexicon, text, arrow == NB_NPOS ? text : lemma, pos, found);
}

enum nb_err tr_lexicon_add_roots(struct tr_lexicon *lexicon, struct nb_slice text,
                                 tr_report_fn *report, void *context)
{
    struct nb_slice line, word;
    uint32_t number = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &line);) {
        number++;
        line = nb_slice_trim(nb_slice_sub(line, 0, nb_slice_find_byte(line, '#', 0)));
        if (!line.len || line.p[0] == '=') { /* an example */
            continue;
        }
        size_t colon = nb_slice_find_byte(line, ':', 0);
        enum tr_pos pos;
        if (colon == NB_NPOS || !class_parse(nb_slice_sub(line, 0, colon), &pos)) {
            report(context, number,
                   "expected: noun|verb|adj|adv|pron|propn|num|det|adp|cconj|sconj|intj|aux|part|"
                   "abbr: words");
            continue;
        }
        struct nb_slice words = nb_slice_sub(line, colon + 1, line.len);
        while (nb_slice_split(&words, ' ', &word)) {
            enum nb_err err = word.len ? read_root(lexicon, word, pos) : NB_OK;
            if (err == NB_EINVAL) {
                report(context, number, "a root is 1 to 48 bytes");
            } else if (err != NB_OK) {
                return err;
            }
        }
    }
    return NB_OK;
}

/* Words by their plain form; the first one wins, which is the one entered first. */
static bool index_plain_words(struct tr_lexicon *lexicon)
{
    size_t n = lexicon->words.n;
    lexicon->plain_keys = nb_arena_alloc(lexicon->arena, n * sizeof(*lexicon->plain_keys));
    char *buffer = nb_malloc(1 << 16);
    bool ok = lexicon->plain_keys && buffer;
    for (size_t key = 1; ok && key < n; key++) {
        struct nb_slice word = lexicon->words.texts[key];
        if (word.len >= 1 << 16) {
            continue;
        }
        memcpy(buffer, word.p, word.len);
        size_t len = tr_plain(buffer, word.len);
        size_t before = lexicon->plain_words.n;
        uint32_t id = tr_table_add(&lexicon->plain_words, nb_slice(buffer, len));
        ok = id != TR_NONE;
        if (ok && id == before) {
            lexicon->plain_keys[id] = (tr_key)key;
        }
    }
    nb_free(buffer);
    return ok;
}

enum nb_err tr_lexicon_compile(struct tr_lexicon *lexicon)
{
    return tr_rules_compile(lexicon->rules, lexicon->watched, &lexicon->automaton);
}

enum nb_err tr_lexicon_seal(struct tr_lexicon *lexicon)
{
    return index_plain_words(lexicon) ? NB_OK : NB_ENOMEM;
}

uint64_t tr_lexicon_feature(const struct tr_lexicon *lexicon, const char *feature)
{
    for (size_t bit = 0; bit < lexicon->automaton.features_n; bit++) {
        if (strcmp(lexicon->automaton.features[bit], feature) == 0) {
            return (uint64_t)1 << bit;
        }
    }
    return 0;
}

size_t tr_features_text(const struct tr_lexicon *lexicon, uint64_t features, char *out, size_t cap)
{
    size_t len = 0;
    for (size_t bit = 0; bit < lexicon->automaton.features_n; bit++) {
        if (!(features >> bit & 1)) {
            continue;
        }
        struct nb_slice name = nb_slice_str(lexicon->automaton.features[bit]);
        if (len + name.len + 1 > cap) {
            break;
        }
        if (len) {
            out[len++] = '|';
        }
        memcpy(out + len, name.p, name.len);
        len += name.len;
    }
    return len;
}
