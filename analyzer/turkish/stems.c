#include "analyzer/turkish/stems.h"

#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/sounds.h"

struct emitter {
    const struct tr_root_word *root;
    tr_stem_fn *emit;
    void *context;
    uint8_t start;
};

unsigned tr_marks_take(struct nb_slice *word)
{
    static const char marks[] = "~-+^!=*&";
    unsigned found = 0;
    const char *mark;
    while (word->len && (mark = memchr(marks, word->p[word->len - 1], sizeof(marks) - 1))) {
        found |= 1u << (mark - marks);
        word->len--;
    }
    return found;
}

static bool emit(const struct emitter *e, struct nb_slice text, unsigned context, uint8_t start)
{
    struct tr_stem stem = {.text = text,
                           .start = start,
                           .context = (uint8_t)context,
                           .whole = text.p == e->root->text.p && text.len == e->root->text.len};
    return e->emit(e->context, &stem);
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

static bool inflected(uint8_t upos)
{
    return upos == TR_UPOS_NOUN || upos == TR_UPOS_ADJ || upos == TR_UPOS_NUM ||
           upos == TR_UPOS_PRON || upos == TR_UPOS_ADV || upos == TR_UPOS_PROPN ||
           upos == TR_UPOS_DET || upos == TR_UPOS_ADP;
}

static bool emit_soft(const struct emitter *e)
{
    char soft[TR_ROOT_BYTES_MAX + 8];
    struct nb_slice text = e->root->text;
    unsigned marks = e->root->marks;
    bool cedilla = nb_slice_ends(text, NB_LIT("\xC3\xA7"));
    size_t cut = cedilla ? 2 : 1;
    if (text.len <= cut) {
        return true;
    }
    char last = text.p[text.len - 1];
    struct nb_slice partner = cedilla ? NB_LIT("c") : soft_of(last, text.p[text.len - 2] == 'n');
    /* Verbs soften only where they are marked. */
    bool always = (last == 'p' || last == 'k' || cedilla) && inflected(e->root->upos) &&
                  tr_vowels_n(text) > 1 && !(marks & TR_MARK_HARD);
    if (!partner.len || !((marks & TR_MARK_SOFT) || always)) {
        return true;
    }
    memcpy(soft, text.p, text.len - cut);
    memcpy(soft + text.len - cut, partner.p, partner.len);
    struct nb_slice stem = nb_slice(soft, text.len - cut + partner.len);
    return emit(e, stem, tr_context_of(text, true, marks & TR_MARK_FRONT), e->start);
}

/* burun -> burn-: the vowel before the last consonant goes, harmony stays; kayip -> kayb-. */
static bool emit_dropped_vowel(const struct emitter *e)
{
    size_t starts[TR_ROOT_BYTES_MAX + 1], n = 0;
    struct nb_slice text = e->root->text;
    for (size_t at = 0; at < text.len;) {
        starts[n++] = at;
        (void)nb_utf8_next(text, &at);
    }
    if (n < 3) {
        return true;
    }
    char out[TR_ROOT_BYTES_MAX + 8];
    size_t vowel = starts[n - 2], last = starts[n - 1];
    memcpy(out, text.p, vowel);
    memcpy(out + vowel, text.p + last, text.len - last);
    size_t len = vowel + text.len - last;
    if (e->root->marks & TR_MARK_SOFT) {
        struct nb_slice partner = soft_of(out[len - 1], false);
        if (partner.len) {
            memcpy(out + len - 1, partner.p, partner.len);
            len += partner.len - 1;
        }
    }
    return emit(e, nb_slice(out, len), tr_context_of(text, true, e->root->marks & TR_MARK_FRONT),
                e->start);
}

static bool emit_doubled(const struct emitter *e)
{
    char twice[TR_ROOT_BYTES_MAX + 8];
    struct nb_slice text = e->root->text;
    memcpy(twice, text.p, text.len);
    size_t len = text.len;
    if (e->root->marks & TR_MARK_SOFT) { /* tip -> tibb- */
        struct nb_slice partner = soft_of(twice[len - 1], false);
        if (partner.len == 1) {
            twice[len - 1] = partner.p[0];
        }
    }
    size_t last = len - 1; /* the letter, of one byte or more */
    while (last > 0 && ((unsigned char)twice[last] & 0xc0) == 0x80) {
        last--;
    }
    memcpy(twice + len, twice + last, len - last);
    return emit(e, nb_slice(twice, len + (len - last)),
                tr_context_of(text, true, e->root->marks & TR_MARK_FRONT), e->start);
}

/* A verb in a vowel: without it before -Iyor, and narrowed before y (de-: di-yecek). */
static bool emit_verb(const struct emitter *e)
{
    struct nb_slice text = e->root->text;
    size_t cut = 0;
    for (size_t at = 0; at < text.len;) {
        cut = at;
        (void)nb_utf8_next(text, &at);
    }
    struct nb_slice stem = nb_slice_sub(text, 0, cut);
    if (!cut || !tr_vowels_n(nb_slice_sub(text, cut, text.len))) {
        return true;
    }
    if (e->root->marks & TR_MARK_NARROW) {
        char narrow[TR_ROOT_BYTES_MAX + 8];
        memcpy(narrow, text.p, cut);
        narrow[cut] = 'i';
        if (!emit(e, nb_slice(narrow, cut + 1), tr_context_of(text, false, false),
                  TR_START_NARROW)) {
            return false;
        }
    }
    /* Of a short verb the vowel that is gone decides: de- diyor; ye- yiyor; else the one before. */
    struct nb_slice heard = tr_vowels_n(stem) ? stem : text;
    return emit(e, stem, tr_context_of(heard, true, false), TR_START_DROP);
}

static uint8_t verb_start(const struct tr_root_word *root)
{
    bool one = tr_vowels_n(root->text) == 1;
    bool other = root->marks & TR_MARK_AORIST;
    char last = root->text.p[root->text.len - 1];
    bool short_causative = !one && (tr_context_of(root->text, false, false) / 4 == TR_END_VOWEL ||
                                    last == 'l' || last == 'r');
    size_t causative =
        root->causative == TR_CAUSATIVE_REGULAR ? (short_causative ? 1 : 0) : root->causative;
    return (uint8_t)(TR_START_VERB + (size_t)(one == other) * TR_CAUSATIVES_MAX + causative);
}

/* Letter by letter, and, where it can be, as a word. */
static bool emit_abbreviation(const struct emitter *e, const uint8_t *letters)
{
    struct nb_slice text = e->root->text;
    char last = text.p[text.len - 1];
    unsigned as_word = tr_context_of(text, false, e->root->marks & TR_MARK_FRONT);
    unsigned by_letter = last >= 'a' && last <= 'z' ? letters[last - 'a'] : as_word;
    return emit(e, text, by_letter, e->start) &&
           (by_letter == as_word || !tr_vowels_n(text) || emit(e, text, as_word, e->start));
}

bool tr_stems(const struct tr_root_word *root, const uint8_t *letters, tr_stem_fn *stem_fn,
              void *context)
{
    struct emitter e = {.root = root, .emit = stem_fn, .context = context, .start = root->upos};
    if (root->upos == TR_UPOS_VERB) {
        e.start = verb_start(root);
    } else if (root->abbreviation) {
        e.start = TR_START_ABBR;
        return emit_abbreviation(&e, letters);
    } else if (root->marks & TR_MARK_COMPOUND) {
        e.start = TR_START_COMPOUND;
    }
    bool ok = emit(&e, root->text, tr_context_of(root->text, false, root->marks & TR_MARK_FRONT),
                   e.start);
    if (ok && (root->marks & TR_MARK_DROP)) {
        ok = emit_dropped_vowel(&e);
    } else if (ok && (root->marks & TR_MARK_DOUBLE)) {
        ok = emit_doubled(&e);
    } else if (ok) {
        ok = emit_soft(&e);
    }
    return ok && root->upos == TR_UPOS_VERB ? emit_verb(&e) : ok;
}
