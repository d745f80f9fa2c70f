/*
 * A word is tried as it is written, then by its normal form, then, where it may have been typed
 * without them, with diacritics ignored; what is still unknown gets a guess.
 */
#include <string.h>

#include "analyzer/turkish/lexicon_private.h"

#include <nabiz/text.h>

enum { GUESS_STEM_BYTES_MIN = 4, GUESS_SUFFIX_BYTES_MIN = 3 };

struct reader {
    const struct tr_lexicon *lexicon;
    struct tr_reading *out;
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n;
    struct nb_slice word; /* that was analysed last */
    enum tr_shape shape;
};

static bool analyse(struct reader *r, struct nb_slice word, bool plain)
{
    r->word = word;
    r->n = plain ? tr_analyse_plain(r->lexicon->core, word, r->all, TR_ANALYSE_MAX)
                 : tr_analyse(r->lexicon->core, word, r->all, TR_ANALYSE_MAX);
    return r->n > 0;
}

static void add_surface(struct reader *r, struct nb_slice word, bool plain)
{
    tr_key key =
        plain ? tr_lexicon_find_plain(r->lexicon, word) : tr_lexicon_find_key(r->lexicon, word);
    if (key && r->out->surfaces_n < TR_SURFACES_MAX) {
        r->out->surfaces[r->out->surfaces_n++] = key;
    }
}

/*
 * By its normal form, where the normaliser finds one; the vocabulary may also have the form as it
 * stands, or a word that is written so without its diacritics.
 */
static bool analyse_normal(struct reader *r, const struct tr_token *token, struct nb_arena *arena,
                           char *other)
{
    struct tr_normal normal;
    struct tr_reading *out = r->out;
    const struct tr_normaliser *normaliser = r->lexicon->normaliser;
    if (normaliser && tr_normalise(normaliser, token, &normal)) {
        struct nb_slice form = nb_arena_copy(arena, nb_slice(normal.text, normal.len));
        struct nb_slice head = nb_slice_sub(form, normal.head, normal.head + normal.head_len);
        add_surface(r, form, false);
        if (head.len < form.len) {
            add_surface(r, head, false);
        }
        out->stage = normal.stage;
        out->normal = form;
        if (form.p && analyse(r, head, false)) {
            return true;
        }
    }
    if (token->ascii && !out->surfaces_n) {
        memcpy(other, token->folded.p, token->folded.len);
        add_surface(r, nb_slice(other, tr_plain(other, token->folded.len)), true);
    }
    return token->ascii && analyse(r, token->folded, true);
}

/* A single short suffix is too little evidence to cut an unknown word without apostrophe. */
static const struct tr_analysis *choose_guess(const struct reader *r, bool bordered)
{
    const struct tr_analysis *best = &r->all[0];
    if (bordered || r->lexicon->ranker) {
        return best;
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct tr_analysis *a = &r->all[i];
        if (a->upos == TR_UPOS_NOUN && a->stem_bytes >= GUESS_STEM_BYTES_MIN &&
            r->word.len - a->stem_bytes >= GUESS_SUFFIX_BYTES_MIN &&
            (best->stem_bytes == r->word.len || a->stem_bytes < best->stem_bytes)) {
            best = a;
        }
    }
    return best;
}

static void rank(struct reader *r)
{
    if (r->lexicon->ranker && r->n > 1) {
        struct tr_seen seen = {.folded = r->word, .shape = r->shape};
        tr_rank(r->lexicon->ranker, &seen, r->all, r->n, NULL);
    }
}

static void set_lemma(struct reader *r, const struct tr_analysis *a, struct nb_arena *arena)
{
    if (!a->lemma_bytes) {
        r->out->lemma = tr_core_root_lemma(r->lexicon->core, a->root);
        return;
    }
    char text[TR_LEMMA_BYTES_MAX];
    size_t n = tr_core_lemma(r->lexicon->core, r->word, a, text);
    struct nb_slice copy = nb_arena_copy(arena, nb_slice(text, n));
    r->out->lemma = copy.p ? copy : r->out->lemma;
}

void tr_read(const struct tr_lexicon *lexicon, const struct tr_token *token, struct nb_arena *arena,
             struct tr_reading *out)
{
    char other[TR_ANALYSE_BYTES_MAX];
    struct reader r = {.lexicon = lexicon, .out = out, .shape = TR_SHAPE_SMALL};
    out->analyses_n = 0;
    out->surfaces_n = 0;
    out->features = 0;
    out->known = false;
    out->lemma = token->folded;
    out->stage = token->restored ? TR_STAGE_DIACRITICS : TR_STAGE_EXACT;
    out->normal = token->restored ? token->folded : nb_slice(NULL, 0);
    add_surface(&r, token->folded, false);
    if (token->kind != TR_WORD || token->folded.len > TR_ANALYSE_BYTES_MAX) {
        return;
    }
    bool bordered = token->stem_len < token->folded.len;
    if (bordered) {
        add_surface(&r, nb_slice_sub(token->folded, 0, token->stem_len), false);
    }
    if (analyse(&r, token->folded, false) || analyse_normal(&r, token, arena, other)) {
        rank(&r);
        out->analyses_n = r.n < TR_ANALYSES_MAX ? r.n : TR_ANALYSES_MAX;
        memcpy(out->analyses, r.all, out->analyses_n * sizeof(out->analyses[0]));
        for (size_t i = 0; i < out->analyses_n; i++) {
            bool rooted = out->analyses[i].root != TR_NO_ROOT;
            out->keys[i] = rooted ? tr_core_root_key(lexicon->core, out->analyses[i].root) : 0;
        }
        set_lemma(&r, &out->analyses[0], arena);
        out->features = out->analyses[0].features;
        out->known = true;
        return;
    }
    out->stage = TR_STAGE_UNKNOWN;
    r.word = token->folded;
    r.n = tr_guess(lexicon->core, r.word, r.all, TR_ANALYSE_MAX);
    if (r.n) {
        rank(&r);
        const struct tr_analysis *guess = choose_guess(&r, bordered);
        set_lemma(&r, guess, arena);
        out->features = guess->stem_bytes < r.word.len ? guess->features : 0;
    }
}
