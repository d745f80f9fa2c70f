#include "analyzer/turkish/morph.h"

#include <string.h>

#include <nabiz/mem.h>

#include "analyzer/turkish/lexicon_private.h"
#include "analyzer/turkish/morph_private.h"

struct tr_core {
    struct tr_lexicon *lexicon;
};

static const char *const upos_names[TR_UPOS_N] = {"ADJ",   "ADP",   "ADV", "AUX",  "CCONJ", "DET",
                                                  "INTJ",  "NOUN",  "NUM", "PART", "PRON",  "PROPN",
                                                  "PUNCT", "SCONJ", "SYM", "VERB", "X"};

const char *tr_upos_name(enum tr_upos upos)
{
    return upos_names[upos];
}

bool tr_upos_parse(struct nb_slice name, enum tr_upos *out)
{
    for (size_t i = 0; i < TR_UPOS_N; i++) {
        if (nb_slice_eq(name, nb_slice_str(upos_names[i]))) {
            *out = (enum tr_upos)i;
            return true;
        }
    }
    return false;
}

struct tr_core *tr_core_of(struct tr_lexicon *lexicon)
{
    struct tr_core *core = nb_calloc(1, sizeof(*core));
    if (core) {
        core->lexicon = lexicon;
    }
    return core;
}

void tr_core_free(struct tr_core *core)
{
    if (core) {
        tr_lexicon_free(core->lexicon);
        nb_free(core);
    }
}

static const uint8_t upos_of[TR_POS_N] = {
    [TR_NOUN] = TR_UPOS_NOUN, [TR_VERB] = TR_UPOS_VERB, [TR_ADJ] = TR_UPOS_ADJ,
    [TR_ADV] = TR_UPOS_ADV,   [TR_PRON] = TR_UPOS_PRON, [TR_PART] = TR_UPOS_PART};

static size_t analyse(const struct tr_core *core, struct nb_slice folded, bool plain,
                      struct tr_analysis *out, size_t cap)
{
    struct tr_reading reading;
    size_t apostrophe = nb_slice_find_byte(folded, '\'', 0);
    struct tr_token token = {.kind = TR_WORD,
                             .folded = folded,
                             .stem_len =
                                 (uint16_t)(apostrophe == NB_NPOS ? folded.len : apostrophe),
                             .ascii = plain};
    if (folded.len > TR_ANALYSE_BYTES_MAX) {
        return 0;
    }
    tr_read(core->lexicon, &token, &reading);
    size_t n = 0;
    for (size_t i = 0; i < reading.analyses_n && n < cap; i++) {
        const struct tr_old_analysis *old = &reading.analyses[i];
        out[n++] = (struct tr_analysis){
            .features = old->features,
            .root = (uint32_t)(old->root - core->lexicon->roots),
            .path = (uint32_t)(old->features ^ (old->features >> 32)),
            .line = old->line,
            .upos = upos_of[old->root->pos],
            .root_upos = upos_of[old->root->pos],
            .stem_bytes = old->stem_bytes,
            .steps = old->steps,
            .flags = (uint8_t)((old->derived ? TR_DERIVED : 0) | (old->plain ? TR_PLAIN : 0))};
    }
    return n;
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

size_t tr_guess(const struct tr_core *core, struct nb_slice folded, struct tr_analysis *out,
                size_t cap)
{
    (void)core;
    size_t apostrophe = nb_slice_find_byte(folded, '\'', 0);
    size_t stem = apostrophe == NB_NPOS ? folded.len : apostrophe;
    if (!cap || !stem || folded.len > TR_ANALYSE_BYTES_MAX) {
        return 0;
    }
    out[0] = (struct tr_analysis){.root = TR_NO_ROOT,
                                  .upos = TR_UPOS_NOUN,
                                  .root_upos = TR_UPOS_NOUN,
                                  .stem_bytes = (uint8_t)stem,
                                  .lemma_bytes = (uint8_t)stem,
                                  .flags = TR_GUESSED};
    return 1;
}

size_t tr_core_lemma(const struct tr_core *core, struct nb_slice folded,
                     const struct tr_analysis *analysis, char *out)
{
    struct nb_slice lemma = analysis->lemma_bytes ? nb_slice_sub(folded, 0, analysis->lemma_bytes)
                                                  : core->lexicon->roots[analysis->root].lemma;
    memcpy(out, lemma.p, lemma.len);
    return lemma.len;
}

size_t tr_core_roots_n(const struct tr_core *core)
{
    return core->lexicon->roots_n;
}

struct nb_slice tr_core_root_lemma(const struct tr_core *core, uint32_t root)
{
    return core->lexicon->roots[root].lemma;
}

uint64_t tr_core_feature(const struct tr_core *core, const char *feature)
{
    return tr_lexicon_feature(core->lexicon, feature);
}

size_t tr_core_features_text(const struct tr_core *core, uint64_t features, char *out, size_t cap)
{
    return tr_features_text(core->lexicon, features, out, cap);
}
