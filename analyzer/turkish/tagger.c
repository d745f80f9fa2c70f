#include "analyzer/turkish/tagger.h"

#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/letters.h"
#include "analyzer/turkish/text.h"

enum { FEATURES_BYTES = 512 };

struct case_count {
    size_t letters, capitals;
    bool first_is_capital;
};

/* Letters before the apostrophe: what follows it is a suffix, and small in any case. */
static struct case_count count_case(struct nb_slice form)
{
    struct case_count count = {0, 0, false};
    for (size_t at = 0; at < form.len;) {
        uint32_t c = nb_utf8_next(form, &at);
        bool capital = tr_is_capital(c);
        if (tr_is_apostrophe(c) && count.letters) {
            break;
        }
        if (capital || tr_fold_letter(c) != c || (c >= 'a' && c <= 'z') || c >= 0xC0) {
            count.first_is_capital |= capital && !count.letters;
            count.letters++;
            count.capitals += capital;
        }
    }
    return count;
}

void tr_tag_shapes(const struct tr_form *forms, size_t n, enum tr_shape *out)
{
    size_t words = 0, shouted = 0;
    for (size_t i = 0; i < n; i++) {
        struct case_count count = count_case(forms[i].text);
        words += count.letters > 1;
        shouted += count.letters > 1 && count.capitals == count.letters;
    }
    bool all_capitals = words && 2 * shouted > words;
    bool begins = true; /* nothing but punctuation so far */
    for (size_t i = 0; i < n; i++) {
        struct case_count count = count_case(forms[i].text);
        if (forms[i].later_part) {
            out[i] = TR_SHAPE_PART;
        } else if (all_capitals || !count.first_is_capital) {
            out[i] = TR_SHAPE_SMALL;
        } else if (count.letters > 1 && count.capitals == count.letters) {
            out[i] = TR_SHAPE_CAPITALS;
        } else {
            out[i] = begins ? TR_SHAPE_FIRST : TR_SHAPE_CAPITAL;
        }
        begins = begins && !count.letters;
    }
}

static bool has_letters(struct nb_slice form)
{
    return count_case(form).letters > 0 || (form.len && nb_ascii_is_digit(form.p[0]));
}

/* A sentence ends where no word follows, or one of . ! ? or the ellipsis does. */
static enum tr_end_of end_behind(const struct tr_form *forms, size_t n, size_t i)
{
    for (size_t k = i + 1; k < n; k++) {
        char c = forms[k].text.len ? forms[k].text.p[0] : ' ';
        if (has_letters(forms[k].text)) {
            return k == i + 1 ? TR_ENDS_NOTHING : TR_ENDS_CLAUSE;
        }
        if (c == '.' || c == '!' || c == '?' || nb_slice_starts(forms[k].text, NB_LIT("\u2026"))) {
            break;
        }
    }
    return TR_ENDS_SENTENCE;
}

enum nb_err tr_tag_around(const struct tr_form *forms, size_t n, size_t i, struct nb_arena *arena,
                          struct tr_around *out)
{
    enum nb_err err = NB_OK;
    *out = (struct tr_around){.ends = end_behind(forms, n, i)};
    if (i > 0 && has_letters(forms[i - 1].text)) {
        err = tr_fold(forms[i - 1].text, arena, &out->before, NULL);
    }
    if (err == NB_OK && out->ends == TR_ENDS_NOTHING) {
        err = tr_fold(forms[i + 1].text, arena, &out->after, NULL);
    }
    return err;
}

/* A noun that is written like a name may be one. */
static void add_names(struct tr_candidates *c)
{
    size_t n = c->n;
    for (size_t i = 0; i < n && c->n < TR_ANALYSE_MAX; i++) {
        const struct tr_analysis *a = &c->all[i];
        if ((a->upos == TR_UPOS_NOUN || a->upos == TR_UPOS_ADJ) &&
            (a->root_upos == TR_UPOS_NOUN || a->root_upos == TR_UPOS_ADJ)) {
            c->all[c->n] = *a;
            c->all[c->n++].upos = TR_UPOS_PROPN;
        }
    }
}

static enum nb_err fix(struct tr_candidates *c, struct nb_slice lemma, const char *upos,
                       const char *features)
{
    c->n = 0;
    c->fixed = (struct tr_tag){
        .lemma = lemma, .upos = upos, .features = nb_slice_str(features), .covered = true};
    return NB_OK;
}

static struct nb_slice before_apostrophe(struct nb_slice form)
{
    for (size_t at = 0; at < form.len;) {
        size_t begin = at;
        if (tr_is_apostrophe(nb_utf8_next(form, &at)) && begin) {
            return nb_slice_sub(form, 0, begin);
        }
    }
    return form;
}

/* What stands before the apostrophe is the lemma; the suffixes behind it are read like any. */
static enum nb_err read_number(const struct tr_core *core, struct nb_slice form,
                               const struct tr_token *token, struct tr_candidates *c)
{
    struct nb_slice stem = before_apostrophe(form);
    if (stem.len < form.len) {
        c->word = (struct tr_seen){token->folded, TR_SHAPE_SMALL, NULL};
        c->n = tr_analyse(core, token->folded, c->all, TR_ANALYSE_MAX);
        return c->n ? NB_OK : fix(c, stem, "NUM", "NumType=Card");
    }
    bool ordinal = stem.len > 1 && stem.p[stem.len - 1] == '.';
    return fix(c, nb_slice_sub(stem, 0, stem.len - ordinal), "NUM",
               ordinal ? "NumType=Ord" : "NumType=Card");
}

/* More than one token, such as 5/24'e or A.Ş.: no morphology, the apostrophe is all there is. */
static enum nb_err fix_compound(struct tr_candidates *c, struct nb_slice form,
                                const struct tr_token *tokens, size_t n)
{
    bool letters = false, digits = false;
    for (size_t i = 0; i < n; i++) {
        letters |= tokens[i].kind == TR_WORD;
        digits |= tokens[i].kind == TR_NUMBER;
    }
    struct nb_slice stem = before_apostrophe(form);
    if (n == 2 && tokens[0].kind == TR_NUMBER && nb_slice_eq(tokens[1].folded, NB_LIT("."))) {
        return fix(c, nb_slice_sub(form, 0, tokens[0].end), "NUM", "NumType=Ord");
    }
    if (!letters && !digits) {
        return fix(c, form, "PUNCT", "");
    }
    if (digits && !letters) {
        return fix(c, stem, stem.len < form.len ? "NOUN" : "NUM", "NumType=Card");
    }
    return fix(c, stem, count_case(form).first_is_capital ? "PROPN" : "X", "");
}

/* A word typed with the other 'I'. @return false when out of memory. */
static bool read_dotted(const struct tr_core *core, struct nb_arena *arena, struct tr_candidates *c)
{
    char *copy = nb_arena_strdup(arena, c->word.folded);
    if (!copy) {
        return false;
    }
    struct nb_slice dotted = nb_slice(copy, tr_dotted(copy, c->word.folded.len));
    c->n = tr_analyse(core, dotted, c->all, TR_ANALYSE_MAX);
    c->word.folded = c->n ? dotted : c->word.folded;
    return true;
}

/*
 * Whether a word without a root is known for a name by how it is written: with an apostrophe before
 * its suffixes, with dots between its letters, or with a capital where that is a choice.
 */
static bool is_named(const struct tr_token *token, enum tr_shape shape)
{
    bool chosen = shape == TR_SHAPE_CAPITAL || shape == TR_SHAPE_CAPITALS;
    bool bordered = token->stem_len < token->folded.len;
    bool dotted = nb_slice_find_byte(token->folded, '.', 0) != NB_NPOS;
    return token->capital && (chosen || bordered || dotted);
}

/* A form with what was made of it before it is analysed. */
struct seen_form {
    struct nb_slice text;
    struct tr_token *tokens;
    size_t tokens_n;
    enum tr_shape shape;
};

/* A word as it is meant, where that is not what is written. @return false when out of memory. */
static bool read_normal(const struct tr_normaliser *normaliser, const struct tr_token *token,
                        struct nb_arena *arena, struct tr_candidates *c)
{
    struct tr_normal normal;
    if (!tr_normalise(normaliser, token, &normal)) {
        return true;
    }
    struct nb_slice head =
        nb_arena_copy(arena, nb_slice(normal.text + normal.head, normal.head_len));
    c->n = head.p ? tr_analyse(normaliser->core, head, c->all, TR_ANALYSE_MAX) : 0;
    c->word.folded = c->n ? head : c->word.folded;
    return head.p != NULL;
}

static enum nb_err candidates(const struct tr_core *core, const struct tr_normaliser *normaliser,
                              const struct seen_form *in, struct nb_arena *arena,
                              struct tr_candidates *out)
{
    struct nb_slice form = in->text;
    const struct tr_token *tokens = in->tokens;
    enum tr_shape shape = in->shape;
    size_t n = in->tokens_n;
    *out = (struct tr_candidates){.n = 0};
    if (n == 1 && tokens[0].kind == TR_NUMBER) {
        return read_number(core, form, &tokens[0], out);
    }
    if (n == 1 && (tokens[0].kind == TR_PUNCT || tokens[0].kind == TR_EMOTICON)) {
        return fix(out, form, "PUNCT", "");
    }
    if (n != 1 || tokens[0].kind != TR_WORD) {
        return n == 1 ? fix(out, form, "X", "") : fix_compound(out, form, tokens, n);
    }
    out->word = (struct tr_seen){tokens[0].folded, shape, NULL};
    out->n = tr_analyse(core, out->word.folded, out->all, TR_ANALYSE_MAX);
    if (!out->n && tokens[0].either_i && !read_dotted(core, arena, out)) {
        return NB_ENOMEM;
    }
    if (!out->n && normaliser && !read_normal(normaliser, tokens, arena, out)) {
        return NB_ENOMEM;
    }
    if (!out->n) {
        out->n = tr_guess(core, out->word.folded, out->all, TR_ANALYSE_MAX);
    }
    if (!out->n) {
        return fix(out, form, "X", "");
    }
    if (shape == TR_SHAPE_FIRST || shape == TR_SHAPE_CAPITAL || shape == TR_SHAPE_CAPITALS) {
        add_names(out);
    }
    return NB_OK;
}

enum nb_err tr_tag_candidates(const struct tr_core *core, struct nb_slice form, enum tr_shape shape,
                              struct nb_arena *arena, struct tr_candidates *out)
{
    struct seen_form seen = {.text = form, .shape = shape};
    enum nb_err err = tr_tokenise(form, arena, &seen.tokens, &seen.tokens_n);
    return err == NB_OK ? candidates(core, NULL, &seen, arena, out) : err;
}

/* The beginning of the form that folds to the lemma, as it is written: a name keeps its capital. */
static struct nb_slice name_as_written(struct nb_slice form, struct nb_slice lemma,
                                       struct nb_arena *arena)
{
    char folded[8];
    size_t same = 0, at = 0;
    while (at < form.len && same < lemma.len) {
        size_t begin = at;
        (void)nb_utf8_next(form, &at);
        size_t len = tr_fold_into(nb_slice_sub(form, begin, at), folded);
        if (!nb_slice_starts(nb_slice_sub(lemma, same, lemma.len), nb_slice(folded, len))) {
            at = begin;
            break;
        }
        same += len;
    }
    char *out = nb_arena_alloc(arena, at + lemma.len - same + 1);
    if (!out) {
        return nb_slice(NULL, 0);
    }
    memcpy(out, form.p, at);
    memcpy(out + at, lemma.p + same, lemma.len - same);
    return nb_slice(out, at + lemma.len - same);
}

static enum nb_err write_tag(const struct tr_core *core, struct nb_slice form,
                             const struct tr_candidates *c, const struct tr_analysis *a,
                             struct nb_arena *arena, struct tr_tag *out)
{
    char text[FEATURES_BYTES];
    size_t len = tr_core_features_text(core, a->features, text, sizeof(text));
    const char *features = nb_arena_strdup(arena, nb_slice(text, len));
    char lemma[TR_LEMMA_BYTES_MAX];
    struct nb_slice name = nb_slice(lemma, tr_core_lemma(core, c->word.folded, a, lemma));
    bool keeps_case = a->upos == TR_UPOS_PROPN && c->word.shape != TR_SHAPE_SMALL;
    const char *copy = nb_arena_strdup(arena, name);
    *out = (struct tr_tag){.lemma = keeps_case ? name_as_written(form, name, arena)
                                               : nb_slice(copy, name.len),
                           .upos = tr_upos_name((enum tr_upos)a->upos),
                           .features = nb_slice(features, len),
                           .covered = !(a->flags & TR_GUESSED)};
    return features && copy && out->lemma.p ? NB_OK : NB_ENOMEM;
}

static enum nb_err tag_form(const struct tr_tagger *tagger, const struct seen_form *form,
                            const struct tr_around *around, struct nb_arena *arena,
                            struct tr_tag *out, size_t cap, size_t *out_n)
{
    struct tr_candidates c;
    enum nb_err err = candidates(tagger->ranker.core, tagger->normaliser, form, arena, &c);
    if (err == NB_OK && !c.n) {
        *out = c.fixed;
        *out_n = 1;
        return NB_OK;
    }
    if (err == NB_OK) {
        c.word.around = around;
        tr_rank(&tagger->ranker, &c.word, c.all, c.n, NULL);
        if (around) {
            tr_choose(&tagger->choices, around, c.all, c.n);
        }
    }
    *out_n = c.n < cap ? c.n : cap;
    for (size_t i = 0; err == NB_OK && i < *out_n; i++) {
        err = write_tag(tagger->ranker.core, form->text, &c, &c.all[i], arena, &out[i]);
        out[i].named = !out[i].covered && is_named(&form->tokens[0], form->shape);
    }
    return err;
}

/*
 * What the words of a sentence are before they are analysed. Whether their diacritics lack is asked
 * of all that are one word; the others keep the places of their neighbours apart.
 */
static enum nb_err see_forms(const struct tr_normaliser *normaliser, const struct tr_form *forms,
                             size_t n, struct nb_arena *arena, struct seen_form *out)
{
    struct tr_token *all = nb_arena_calloc(arena, n, sizeof(*all));
    enum nb_err err = all ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        out[i].text = forms[i].text;
        err = tr_tokenise(forms[i].text, arena, &out[i].tokens, &out[i].tokens_n);
        all[i] = (struct tr_token){.kind = TR_PUNCT};
        if (err == NB_OK && out[i].tokens_n == 1 && !forms[i].later_part) {
            all[i] = out[i].tokens[0];
            all[i].after_break &= i == 0;
            out[i].tokens = &all[i];
        }
    }
    if (err == NB_OK && normaliser) {
        (void)tr_restore_text(normaliser, all, n, arena);
    }
    return err;
}

/* Neighbours as they were restored. */
static void see_around(const struct seen_form *seen, size_t i, struct tr_around *around)
{
    if (around->before.len && seen[i - 1].tokens_n == 1) {
        around->before = seen[i - 1].tokens[0].folded;
    }
    if (around->after.len && seen[i + 1].tokens_n == 1) {
        around->after = seen[i + 1].tokens[0].folded;
    }
}

enum nb_err tr_tag_word(const struct tr_tagger *tagger, struct nb_slice form,
                        struct nb_arena *arena, struct tr_tag *out, size_t *out_n)
{
    struct tr_form one = {.text = form};
    struct seen_form seen;
    enum nb_err err = see_forms(NULL, &one, 1, arena, &seen);
    tr_tag_shapes(&one, 1, &seen.shape);
    return err == NB_OK ? tag_form(tagger, &seen, NULL, arena, out, TR_ANALYSE_MAX, out_n) : err;
}

enum nb_err tr_tag_sentence(const struct tr_tagger *tagger, const struct tr_form *forms, size_t n,
                            struct nb_arena *arena, struct tr_tag *out)
{
    enum tr_shape *shapes = nb_arena_alloc(arena, n * sizeof(*shapes));
    struct seen_form *seen = nb_arena_alloc(arena, n * sizeof(*seen));
    enum nb_err err = shapes && seen ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        tr_tag_shapes(forms, n, shapes);
        err = see_forms(tagger->normaliser, forms, n, arena, seen);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct tr_around around;
        size_t one;
        seen[i].shape = shapes[i];
        err = tr_tag_around(forms, n, i, arena, &around);
        if (err == NB_OK) {
            see_around(seen, i, &around);
            err = tag_form(tagger, &seen[i], &around, arena, &out[i], 1, &one);
        }
    }
    return err;
}
