#include "analyzer/topics/query_meaning.h"

#include <string.h>

#include <nabiz/url.h>

/*
 * A word that may be read in other ways too would be found more often by all its readings (99 times
 * of 100 instead of 97, in treebanks), but one find in five would be wrong instead of one in 35.
 */
bool nb_query_reads(const struct tr_reading *reading, size_t analysis)
{
    return reading->keys[analysis] == reading->keys[0] &&
           !(reading->analyses[analysis].flags & (TR_DERIVED | TR_LEMMA_DERIVED));
}

/* Is this word, as it is, the lemma of the reading? */
static bool is_lemma(const struct tr_lexicon *lexicon, struct nb_slice word,
                     const struct tr_analysis *analysis)
{
    char lemma[TR_LEMMA_BYTES_MAX];
    size_t n = tr_core_lemma(tr_lexicon_core(lexicon), word, analysis, lemma);
    return nb_slice_eq(nb_slice(lemma, n), word);
}

/*
 * The reading that names what a word of a query stands for: one whose lemma is the word, of a root
 * rather than of one with suffixes that make words, else the best. TR_ANALYSES_MAX: none does.
 */
static size_t chosen_reading(const struct tr_lexicon *lexicon, struct nb_slice word,
                             const struct tr_reading *reading)
{
    size_t made = TR_ANALYSES_MAX;
    for (size_t i = 0; i < reading->analyses_n; i++) {
        const struct tr_analysis *a = &reading->analyses[i];
        if ((a->flags & TR_PLAIN) || !is_lemma(lexicon, word, a)) {
            continue;
        }
        if (!(a->flags & TR_LEMMA_DERIVED)) {
            return i;
        }
        made = made == TR_ANALYSES_MAX ? i : made;
    }
    static const unsigned not_meant = TR_PLAIN | TR_DERIVED | TR_LEMMA_DERIVED;
    bool inflected = reading->analyses_n && !(reading->analyses[0].flags & not_meant);
    return made == TR_ANALYSES_MAX && inflected ? 0 : made;
}

struct nb_slice nb_query_lemma(const struct tr_lexicon *lexicon, struct nb_slice word,
                               struct nb_arena *scratch, enum tr_upos *unknown)
{
    struct tr_token *tokens;
    size_t n;
    struct tr_reading reading;
    *unknown = TR_UPOS_NOUN;
    if (tr_tokenise(word, scratch, &tokens, &n) != NB_OK || n != 1 || tokens[0].kind != TR_WORD) {
        return word;
    }
    tr_read(lexicon, &tokens[0], scratch, &reading);
    size_t i = reading.normal.len ? 0 : chosen_reading(lexicon, tokens[0].folded, &reading);
    if (i >= reading.analyses_n || !reading.keys[i]) {
        return word;
    }
    if (reading.analyses[i].flags & TR_LEMMA_DERIVED) {
        *unknown = (enum tr_upos)reading.analyses[i].upos;
        return word;
    }
    *unknown = TR_UPOS_N;
    return tr_lexicon_key_text(lexicon, reading.keys[i]);
}

/* A set of features by their names; 0 when no word can have one of them. */
static uint64_t feature_set(const struct tr_core *core, struct nb_slice text)
{
    struct nb_slice feature;
    char name[64];
    uint64_t set = 0;
    while (nb_slice_split(&text, '|', &feature)) {
        if (feature.len >= sizeof(name)) {
            return 0;
        }
        memcpy(name, feature.p, feature.len);
        name[feature.len] = 0;
        uint64_t bit = tr_core_feature(core, name);
        if (!bit) {
            return 0;
        }
        set |= bit;
    }
    return set;
}

void nb_query_form_read(const struct tr_core *core, const struct nb_query_condition *condition,
                        struct nb_query_form *out)
{
    out->n = 0;
    for (size_t i = 0; i < condition->features_n; i++) {
        uint64_t set = feature_set(core, condition->features[i]);
        if (set) {
            out->sets[out->n++] = set;
        }
    }
}

bool nb_query_form_met(const struct nb_query_form *form, uint64_t features)
{
    for (size_t i = 0; i < form->n; i++) {
        if ((features & form->sets[i]) == form->sets[i]) {
            return true;
        }
    }
    return false;
}

enum nb_err nb_query_source(struct nb_slice address, struct nb_arena *scratch, struct nb_id *out)
{
    struct nb_url url;
    struct nb_slice canonical = address;
    enum nb_err err = nb_url_parse(address, NULL, scratch, &url);
    if (err == NB_OK) {
        err = nb_url_canonical(&url, scratch, &canonical);
    }
    if (err == NB_ENOMEM) {
        return err;
    }
    *out = nb_id_of(&canonical, 1);
    return NB_OK;
}
