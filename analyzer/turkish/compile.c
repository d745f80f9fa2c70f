/* Roots are kept as stems until the end, when the letters that occur get their codes. */
#include "analyzer/turkish/compile_private.h"

#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/image.h"
#include "analyzer/turkish/stems.h"
#include "analyzer/turkish/text.h"

enum { COMPILER_BYTES_MAX = 512 << 20, ROOTS_MAX = 1 << 22 };

struct tr_compiler *tr_compiler_new(uint64_t texts)
{
    struct nb_arena *arena = nb_arena_new(COMPILER_BYTES_MAX);
    struct tr_compiler *c = arena ? nb_arena_calloc(arena, 1, sizeof(*c)) : NULL;
    if (!c) {
        nb_arena_free(arena);
        return NULL;
    }
    c->arena = arena;
    c->texts = texts;
    c->rules = tr_rules_new(arena);
    tr_table_init(&c->words, arena);
    tr_table_init(&c->forms, arena);
    /* Key 0 is none. */
    if (!c->rules || tr_table_add(&c->words, NB_LIT("")) == TR_NONE) {
        nb_arena_free(arena);
        return NULL;
    }
    return c;
}

void tr_compiler_free(struct tr_compiler *compiler)
{
    if (compiler) {
        nb_arena_free(compiler->arena);
    }
}

enum nb_err tr_compiler_suffixes(struct tr_compiler *c, struct nb_slice text, tr_report_fn *report,
                                 void *context)
{
    enum nb_err err = tr_rules_read(c->rules, text, report, context);
    for (char letter = 'a'; letter <= 'z'; letter++) {
        struct nb_slice as = tr_rules_read_as(c->rules, nb_slice(&letter, 1));
        c->letters[letter - 'a'] = (uint8_t)tr_context_of(as.len ? as : NB_LIT("be"), false, false);
    }
    return err;
}

static bool grow(struct nb_arena *arena, void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return true;
    }
    size_t wider = *cap ? *cap * 2 : 1024;
    void *grown = nb_arena_grow(arena, *array, *cap * size, wider * size);
    if (!grown) {
        return false;
    }
    *array = grown;
    *cap = wider;
    return true;
}

static bool add_stem(void *context, const struct tr_stem *in)
{
    struct tr_compiler *c = context;
    size_t before = c->forms.n;
    uint32_t id = tr_table_add(&c->forms, in->text);
    void *stems = c->stems;
    if (id == TR_NONE || !grow(c->arena, &stems, c->stems_n, &c->stems_cap, sizeof(*c->stems))) {
        return false;
    }
    c->stems = stems;
    if (id == before && before == c->forms_cap) {
        size_t wider = before ? before * 2 : 1024;
        uint32_t *first =
            nb_arena_grow(c->arena, c->first, before * sizeof(*first), wider * sizeof(*first));
        uint32_t *last =
            nb_arena_grow(c->arena, c->last, before * sizeof(*last), wider * sizeof(*last));
        if (!first || !last) {
            return false;
        }
        c->first = first;
        c->last = last;
        c->forms_cap = wider;
    }
    uint32_t at = (uint32_t)c->stems_n++;
    c->stems[at] = (struct tr_compiled_stem){.root = c->root,
                                             .next = TR_NONE,
                                             .start = in->start,
                                             .context = in->context,
                                             .whole = in->whole};
    if (id == before) {
        c->first[id] = at;
    } else {
        c->stems[c->last[id]].next = at;
    }
    c->last[id] = at;
    return true;
}

/* The same root, entered before? */
static bool is_there(const struct tr_compiler *c, struct nb_slice text,
                     const struct tr_compiled_root *root)
{
    uint32_t form = tr_table_find(&c->forms, text, tr_hash(text));
    for (uint32_t i = form == TR_NONE ? TR_NONE : c->first[form]; i != TR_NONE;
         i = c->stems[i].next) {
        const struct tr_compiled_root *other = &c->roots[c->stems[i].root];
        if (c->stems[i].whole && other->upos == root->upos && other->lemma == root->lemma &&
            other->features_n == root->features_n &&
            memcmp(other->features, root->features, root->features_n) == 0) {
            return true;
        }
    }
    return false;
}

/* Folded, without apostrophes; false when it is too long or has letters that words do not have. */
static bool fold_root(struct nb_slice in, char *out, size_t *len)
{
    char folded[2 * TR_LEMMA_BYTES_MAX];
    if (!in.len || in.len > TR_LEMMA_BYTES_MAX || !nb_utf8_valid(in)) {
        return false;
    }
    size_t n = tr_fold_into(in, folded);
    *len = 0;
    for (size_t at = 0; at < n;) {
        size_t from = at;
        uint32_t c = nb_utf8_next(nb_slice(folded, n), &at);
        if (c < '&' || c >= TR_LETTERS_N || *len + (at - from) > TR_ROOT_BYTES_MAX) {
            return false;
        }
        if (c != '\'') {
            memcpy(out + *len, folded + from, at - from);
            *len += at - from;
        }
    }
    return *len > 0;
}

static uint32_t add_folded_word(struct tr_compiler *c, struct nb_slice lemma)
{
    char folded[2 * TR_LEMMA_BYTES_MAX];
    return tr_table_add(&c->words, nb_slice(folded, tr_fold_into(lemma, folded)));
}

/* Enter a root with its lemma as it is written. @return false when out of memory. */
static bool add_root(struct tr_compiler *c, const struct tr_root_word *word, struct nb_slice lemma,
                     struct tr_compiled_root *root, uint8_t form_start)
{
    root->lemma = tr_table_add(&c->words, lemma);
    root->key = add_folded_word(c, lemma);
    void *roots = c->roots;
    if (root->lemma == TR_NONE || root->key == TR_NONE || c->roots_n == ROOTS_MAX ||
        !grow(c->arena, &roots, c->roots_n, &c->roots_cap, sizeof(*c->roots))) {
        return false;
    }
    c->roots = roots;
    if (is_there(c, word->text, root)) {
        return true;
    }
    c->root = (uint32_t)c->roots_n;
    c->roots[c->roots_n++] = *root;
    if (form_start == TR_STARTS_N) {
        return tr_stems(word, c->letters, add_stem, c);
    }
    struct tr_stem stem = {.text = word->text,
                           .start = form_start,
                           .context = (uint8_t)tr_context_of(word->text, false, false),
                           .whole = true};
    return add_stem(c, &stem);
}

/* Classes of root lines: names of parts of speech in small letters, and abbr. */
static bool class_of(struct nb_slice name, struct tr_root_word *word)
{
    char upper[8];
    enum tr_upos upos;
    word->abbreviation = nb_slice_eq(name, NB_LIT("abbr"));
    if (word->abbreviation) {
        word->upos = TR_UPOS_NOUN;
        return true;
    }
    if (!name.len || name.len > sizeof(upper)) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        bool small = name.p[i] >= 'a' && name.p[i] <= 'z';
        upper[i] = small ? (char)(name.p[i] - 0x20) : '?';
    }
    if (!tr_upos_parse(nb_slice(upper, name.len), &upos)) {
        return false;
    }
    word->upos = (uint8_t)upos;
    return true;
}

/* word[marks][/causative][>lemma] @return NULL, what is wrong, or nb_strerror(NB_ENOMEM). */
static const char *read_root(struct tr_compiler *c, struct nb_slice in, struct tr_root_word *word)
{
    char folded[TR_ROOT_BYTES_MAX];
    size_t arrow = nb_slice_find_byte(in, '>', 0);
    struct nb_slice text = nb_slice_sub(in, 0, arrow);
    size_t slash = nb_slice_find_byte(text, '/', 0);
    word->causative = TR_CAUSATIVE_REGULAR;
    if (slash != NB_NPOS) {
        struct nb_slice name = nb_slice_sub(text, slash + 1, text.len);
        uint32_t id = tr_table_find(&c->rules->causatives, name, tr_hash(name));
        if (id == TR_NONE) {
            return "no line of suffixes.txt starts a causative of this name";
        }
        word->causative = (uint8_t)id;
        text = nb_slice_sub(text, 0, slash);
    }
    word->marks = tr_marks_take(&text);
    struct nb_slice lemma = arrow == NB_NPOS ? text : nb_slice_sub(in, arrow + 1, in.len);
    size_t len;
    if (!fold_root(text, folded, &len) || !lemma.len || lemma.len > TR_ROOT_BYTES_MAX ||
        !nb_utf8_valid(lemma)) {
        return "a root is 1 to 48 bytes, of letters that Turkish texts have";
    }
    struct tr_compiled_root root = {.upos = word->upos};
    word->text = nb_slice(folded, len);
    return add_root(c, word, lemma, &root, TR_STARTS_N) ? NULL : nb_strerror(NB_ENOMEM);
}

/* The line without comment; empty when nothing is left, or an example. */
static struct nb_slice content_of(struct nb_slice line)
{
    line = nb_slice_trim(nb_slice_sub(line, 0, nb_slice_find_byte(line, '#', 0)));
    return nb_slice_starts(line, NB_LIT("=")) ? nb_slice(NULL, 0) : line;
}

enum nb_err tr_compiler_roots(struct tr_compiler *c, struct nb_slice text, tr_report_fn *report,
                              void *context)
{
    struct nb_slice line, in;
    uint32_t number = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &line);) {
        struct tr_root_word word;
        number++;
        line = content_of(line);
        if (!line.len) {
            continue;
        }
        size_t colon = nb_slice_find_byte(line, ':', 0);
        if (colon == NB_NPOS || !class_of(nb_slice_sub(line, 0, colon), &word)) {
            report(context, number,
                   "expected a part of speech in small letters or abbr, a colon "
                   "and words");
            continue;
        }
        struct nb_slice words = nb_slice_sub(line, colon + 1, line.len);
        while (nb_slice_split(&words, ' ', &in)) {
            in = nb_slice_trim(in);
            const char *problem = in.len ? read_root(c, in, &word) : NULL;
            if (problem == nb_strerror(NB_ENOMEM)) {
                return NB_ENOMEM;
            }
            if (problem) {
                report(context, number, problem);
            }
        }
    }
    return NB_OK;
}

static size_t words_of(struct nb_slice line, struct nb_slice *out, size_t cap)
{
    size_t n = 0;
    for (size_t at = 0; at < line.len;) {
        while (at < line.len && nb_ascii_is_space(line.p[at])) {
            at++;
        }
        size_t from = at;
        while (at < line.len && !nb_ascii_is_space(line.p[at])) {
            at++;
        }
        if (at > from && n < cap) {
            out[n] = nb_slice_sub(line, from, at);
        }
        n += at > from;
    }
    return n;
}

/* A nominal form takes what follows a case, other forms take nothing. */
static uint8_t start_of_form(uint8_t upos)
{
    bool nominal = upos == TR_UPOS_NOUN || upos == TR_UPOS_PRON || upos == TR_UPOS_PROPN ||
                   upos == TR_UPOS_NUM || upos == TR_UPOS_ADJ || upos == TR_UPOS_ADV;
    return nominal ? TR_START_FORM : TR_UPOS_X;
}

static const char *read_exception(struct tr_compiler *c, struct nb_slice line)
{
    struct nb_slice words[4];
    char folded[TR_ROOT_BYTES_MAX];
    size_t n = words_of(line, words, 4), len;
    enum tr_upos upos;
    struct tr_compiled_root root = {.upos = 0};
    if (n < 3 || n > 4 || !tr_upos_parse(words[2], &upos)) {
        return "expected: form lemma UPOS [Feature=Value|...]";
    }
    if (!fold_root(words[0], folded, &len) || words[1].len > TR_ROOT_BYTES_MAX ||
        !nb_utf8_valid(words[1])) {
        return "a form is 1 to 48 bytes, of letters that Turkish texts have";
    }
    if (n == 4 && !nb_slice_eq(words[3], NB_LIT("_"))) {
        const char *problem = tr_rules_features(c->rules, words[3], root.features,
                                                TR_ROOT_FEATURES_MAX, &root.features_n);
        if (problem) {
            return problem;
        }
    }
    root.upos = (uint8_t)upos;
    struct tr_root_word word = {.text = nb_slice(folded, len), .upos = root.upos};
    return add_root(c, &word, words[1], &root, start_of_form(root.upos)) ? NULL
                                                                         : nb_strerror(NB_ENOMEM);
}

enum nb_err tr_compiler_exceptions(struct tr_compiler *c, struct nb_slice text,
                                   tr_report_fn *report, void *context)
{
    struct nb_slice line;
    uint32_t number = 0;
    for (struct nb_slice rest = text; nb_slice_split(&rest, '\n', &line);) {
        number++;
        line = content_of(line);
        const char *problem = line.len ? read_exception(c, line) : NULL;
        if (problem == nb_strerror(NB_ENOMEM)) {
            return NB_ENOMEM;
        }
        if (problem) {
            report(context, number, problem);
        }
    }
    return NB_OK;
}
