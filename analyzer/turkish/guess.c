/*
 * Words whose root no lexicon has: numbers in digits, whose suffixes go by how they are read
 * aloud, and guesses at unknown names, nouns and verbs by the suffixes they seem to have.
 */
#include "analyzer/turkish/morph_private.h"

#include <string.h>

#include <nabiz/text.h>

enum { GUESS_STEM_LETTERS_MIN = 3, GUESS_SUFFIX_LETTERS_MIN = 2 };

static bool in_number(char c)
{
    return nb_ascii_is_digit(c) || c == '.' || c == ',' || c == ':' || c == '/' || c == '-' ||
           c == '%';
}

/* What the number is read as at its end decides: the last digit that is not 0, or what stands for
 * the zeros behind it. Points between digits are no sounds; what stands behind , : / is read by
 * itself. */
static uint8_t context_of_number(const struct tr_image *image, struct nb_slice digits)
{
    size_t zeros = 0;
    for (size_t i = digits.len; i-- > 0;) {
        char c = digits.p[i];
        if (c == '0') {
            zeros++;
        } else if (nb_ascii_is_digit(c)) {
            if (zeros < 2) {
                return zeros ? image->tens[c - '0'] : image->digits[c - '0'];
            }
            size_t power = zeros < 3 ? 0 : zeros / 3 < 4 ? zeros / 3 : 4;
            return image->powers[power];
        } else if (c != '.') {
            break;
        }
    }
    return image->digits[0];
}

void tr_walk_number(struct tr_walk *w)
{
    size_t letters = 0, n = 0, last = 0;
    while (n < w->folded.len && in_number(w->folded.p[n])) {
        letters++;
        n++;
        last = nb_ascii_is_digit(w->folded.p[n - 1]) ? letters : last;
    }
    if (!last || (w->word->bordered && w->word->border != letters)) {
        return;
    }
    unsigned context = context_of_number(w->core->image, nb_slice_sub(w->folded, 0, last));
    struct tr_frame frame = {.root = TR_NO_ROOT,
                             .upos = TR_UPOS_NUM,
                             .root_upos = TR_UPOS_NUM,
                             .stem = (uint8_t)letters,
                             .lemma_at = {(uint8_t)last}};
    tr_walk_from(w, &frame, tr_start_node(w->core, TR_START_NUMBER, context), letters);
}

/* Read the first letters as an unknown root and what follows as its suffixes. */
static void guess_stem(struct tr_walk *w, size_t letters, enum tr_upos upos, unsigned start,
                       unsigned context)
{
    struct tr_frame frame = {.root = TR_NO_ROOT,
                             .upos = (uint8_t)upos,
                             .root_upos = (uint8_t)upos,
                             .stem = (uint8_t)letters,
                             .lemma_at = {(uint8_t)letters},
                             .flags = TR_GUESSED};
    tr_walk_from(w, &frame, tr_start_node(w->core, start, context), letters);
}

static unsigned context_at(const struct tr_walk *w, size_t letters)
{
    size_t bytes = w->word->at[letters];
    bytes -= w->word->bordered && letters == w->word->border;
    return tr_context_of(nb_slice_sub(w->folded, 0, bytes), false, false);
}

/*
 * A name before an apostrophe is not always read as it is written, so every class of the last
 * vowel is tried, and both a vowel and a consonant at the end.
 */
static void guess_name(struct tr_walk *w)
{
    size_t letters = w->word->border;
    unsigned context = context_at(w, letters);
    for (unsigned i = 0; i < 4 && !w->n; i++) {
        guess_stem(w, letters, TR_UPOS_PROPN, TR_UPOS_PROPN, context ^ i);
    }
    for (unsigned i = 0; i < 4 * TR_END_SOFT && !w->n; i++) {
        guess_stem(w, letters, TR_UPOS_PROPN, TR_UPOS_PROPN, i);
    }
}

/* Behind an unknown root only what inflects counts: any stem has some word derived from it. */
static void drop_derived(struct tr_walk *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n; i++) {
        bool derived = w->out[i].flags & (TR_DERIVED | TR_LEMMA_DERIVED);
        if (!derived) {
            w->out[kept++] = w->out[i];
        }
    }
    w->n = kept;
}

size_t tr_guess(const struct tr_core *core, struct nb_slice folded, struct tr_analysis *out,
                size_t cap)
{
    struct tr_coded word;
    if (!cap || !tr_code(core, folded, &word)) {
        return 0;
    }
    struct tr_walk w = {.core = core,
                        .folded = folded,
                        .word = &word,
                        .steps_left = TR_STEPS_MAX,
                        .out = out,
                        .cap = cap};
    if (word.bordered) {
        guess_name(&w);
    }
    for (size_t at = word.n; at >= GUESS_STEM_LETTERS_MIN && !word.bordered; at--) {
        size_t suffix = word.n - at;
        if (suffix == 0 || suffix >= GUESS_SUFFIX_LETTERS_MIN) {
            guess_stem(&w, at, TR_UPOS_NOUN, TR_UPOS_NOUN, context_at(&w, at));
        }
        if (suffix >= GUESS_SUFFIX_LETTERS_MIN) {
            guess_stem(&w, at, TR_UPOS_VERB, TR_START_VERB + TR_CAUSATIVES_MAX, context_at(&w, at));
        }
    }
    drop_derived(&w);
    if (!w.n) {
        size_t stem = word.border;
        out[0] = (struct tr_analysis){.root = TR_NO_ROOT,
                                      .upos = word.bordered ? TR_UPOS_PROPN : TR_UPOS_NOUN,
                                      .stem_bytes = word.at[stem],
                                      .lemma_bytes = word.at[stem],
                                      .flags = TR_GUESSED};
        out[0].root_upos = out[0].upos;
        return 1;
    }
    return w.n;
}
