/*
 * Everything that enters a hash must mean the same after the lexicons were edited: names of
 * features and letters do, numbers of roots and bits do not.
 */
#include "analyzer/turkish/rank.h"

#include <string.h>

#include "analyzer/turkish/table.h"

enum { LEMMA_PROBES = 8, LEMMA_SEED = 77 };

/* What the features of one analysis are made of. */
struct atoms {
    uint32_t word, lemma, ending, tail2, tail3, stem_tail;
    uint32_t features, path, upos, root_upos, flags;
    uint32_t frequency, stem_behind, steps_more, lemma_longer, shape, n;
};

static uint32_t mix(uint32_t seed, uint32_t a, uint32_t b)
{
    uint64_t h = (seed + 1) * 0x9e3779b97f4a7c15u ^ a;
    h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9u ^ b;
    h = (h ^ (h >> 32)) * 0x94d049bb133111ebu;
    return (uint32_t)(h >> 32);
}

static uint32_t hash_bytes(struct nb_slice bytes)
{
    uint64_t hash = tr_hash(bytes);
    return (uint32_t)(hash ^ (hash >> 32));
}

uint32_t tr_rank_lemma_hash(struct nb_slice lemma, uint8_t upos)
{
    return mix(LEMMA_SEED, hash_bytes(lemma), upos);
}

static uint32_t frequency_of(const struct tr_ranker *r, uint32_t hash)
{
    if (!r->lemmas) {
        return 0;
    }
    uint32_t print = hash >> 20;
    for (uint32_t i = 0; i < LEMMA_PROBES; i++) {
        const uint8_t *at = r->lemmas + 2 * (size_t)((hash + i) & r->lemmas_mask);
        uint32_t entry = at[0] | (uint32_t)at[1] << 8;
        if (!entry || entry >> 4 == print) {
            return entry & 15;
        }
    }
    return 0;
}

/* The last `letters` letters of a word. */
static struct nb_slice last_letters(struct nb_slice word, size_t letters)
{
    size_t at = word.len;
    while (at > 0 && letters > 0) {
        at--;
        letters -= ((unsigned char)word.p[at] & 0xC0) != 0x80;
    }
    return nb_slice_sub(word, at, word.len);
}

static uint32_t hash_features(const struct tr_ranker *r, uint64_t features)
{
    uint32_t hash = 0;
    for (; features; features &= features - 1) {
        hash += r->feature_hash[__builtin_ctzll(features)];
    }
    return hash;
}

static uint32_t capped(size_t value, uint32_t most)
{
    return value < most ? (uint32_t)value : most;
}

/* What is the same for all analyses of a word. */
static void begin_atoms(const struct tr_seen *word, struct atoms *out)
{
    out->word = hash_bytes(word->folded);
    out->tail2 = hash_bytes(last_letters(word->folded, 2));
    out->tail3 = hash_bytes(last_letters(word->folded, 3));
    out->shape = (uint32_t)word->shape;
}

static void add_atoms(const struct tr_ranker *r, const struct tr_seen *word,
                      const struct tr_analysis *a, struct atoms *out)
{
    char text[TR_LEMMA_BYTES_MAX];
    struct nb_slice lemma = nb_slice(text, tr_core_lemma(r->core, word->folded, a, text));
    struct nb_slice stem = nb_slice_sub(word->folded, 0, a->stem_bytes);
    out->lemma = hash_bytes(lemma);
    out->ending = hash_bytes(nb_slice_sub(word->folded, a->stem_bytes, word->folded.len));
    out->stem_tail = hash_bytes(last_letters(stem, 2));
    out->features = hash_features(r, a->features);
    out->path = a->path;
    out->upos = a->upos;
    out->root_upos = a->root_upos;
    out->flags = a->flags;
    out->frequency = frequency_of(r, mix(LEMMA_SEED, out->lemma, a->root_upos));
    out->lemma_longer = capped(lemma.len > stem.len ? lemma.len - stem.len : 0, 15);
}

/* What an analysis is beside the others of the word. */
static void compare(const struct tr_analysis *analyses, size_t n, size_t i, struct atoms *out)
{
    uint8_t longest = 0, fewest = UINT8_MAX;
    for (size_t k = 0; k < n; k++) {
        longest = analyses[k].stem_bytes > longest ? analyses[k].stem_bytes : longest;
        fewest = analyses[k].steps < fewest ? analyses[k].steps : fewest;
    }
    out->stem_behind = capped((size_t)(longest - analyses[i].stem_bytes), 7);
    out->steps_more = capped((size_t)(analyses[i].steps - fewest), 4);
    out->n = capped(n, 6);
}

static size_t list(const struct atoms *a, uint32_t *out)
{
    uint32_t n = 0;
    uint32_t kind = a->upos | a->root_upos << 8 | a->flags << 16;
#define FEATURE(x, y) (out[n] = mix(n, (x), (y)), n++)
    FEATURE(a->path, a->root_upos);
    FEATURE(a->path, kind);
    FEATURE(a->path, mix(1, kind, a->lemma_longer));
    FEATURE(kind, 0);
    FEATURE(a->upos, 0);
    FEATURE(a->features, a->upos);
    FEATURE(a->features, kind);
    FEATURE(a->lemma, 0);
    FEATURE(a->lemma, a->upos);
    FEATURE(a->lemma, mix(2, a->path, a->upos));
    FEATURE(a->lemma, a->features);
    FEATURE(a->word, a->lemma);
    FEATURE(a->word, mix(3, a->lemma, a->upos));
    FEATURE(a->word, mix(4, a->features, a->upos));
    FEATURE(a->ending, a->upos);
    FEATURE(a->ending, mix(5, a->path, kind));
    FEATURE(a->tail2, kind);
    FEATURE(a->tail3, kind);
    FEATURE(a->tail3, mix(6, a->path, a->lemma_longer));
    FEATURE(a->stem_tail, mix(7, a->root_upos, a->flags));
    FEATURE(a->stem_tail, mix(8, a->path, a->flags));
    FEATURE(a->frequency, a->root_upos);
    FEATURE(a->frequency, mix(9, kind, a->stem_behind));
    FEATURE(a->frequency, mix(10, a->path, 0));
    FEATURE(a->stem_behind, a->steps_more);
    FEATURE(a->stem_behind, kind);
    FEATURE(a->steps_more, kind);
    FEATURE(a->lemma_longer, mix(11, kind, a->frequency));
    FEATURE(a->shape, a->upos);
    FEATURE(a->shape, kind);
    FEATURE(a->shape, mix(12, a->frequency, kind));
    FEATURE(a->shape, mix(13, a->lemma, a->upos));
    FEATURE(a->n, kind);
#undef FEATURE
    return n;
}

static size_t list_around(const struct atoms *a, const struct tr_around *around, uint32_t *out)
{
    uint32_t n = 0, kind = a->upos | a->root_upos << 8 | a->flags << 16;
    uint32_t before = hash_bytes(around->before), after = hash_bytes(around->after);
    uint32_t tail_before = hash_bytes(last_letters(around->before, 3));
    uint32_t tail_after = hash_bytes(last_letters(around->after, 3));
#define FEATURE(x, y) (out[n] = mix(100 + n, (x), (y)), n++)
    FEATURE((uint32_t)around->ends, a->path);
    FEATURE((uint32_t)around->ends, mix(1, kind, a->features));
    FEATURE(before, kind);
    FEATURE(before, a->lemma);
    FEATURE(after, kind);
    FEATURE(after, a->lemma);
    FEATURE(after, a->features);
    FEATURE(tail_before, kind);
    FEATURE(tail_before, a->features);
    FEATURE(tail_before, a->path);
    FEATURE(tail_after, kind);
    FEATURE(tail_after, a->features);
    FEATURE(tail_after, a->path);
#undef FEATURE
    return n;
}

/* atoms: as begin_atoms() leaves them. */
static size_t list_all(const struct tr_ranker *ranker, const struct tr_seen *word,
                       const struct tr_analysis *analyses, size_t n, size_t i, struct atoms *atoms,
                       uint32_t *out)
{
    add_atoms(ranker, word, &analyses[i], atoms);
    compare(analyses, n, i, atoms);
    size_t features_n = list(atoms, out);
    if (word->around) {
        features_n += list_around(atoms, word->around, out + features_n);
    }
    return features_n;
}

size_t tr_rank_features(const struct tr_ranker *ranker, const struct tr_seen *word,
                        const struct tr_analysis *analyses, size_t n, size_t i, uint32_t *out)
{
    struct atoms atoms;
    begin_atoms(word, &atoms);
    return list_all(ranker, word, analyses, n, i, &atoms, out);
}

static void sort(struct tr_analysis *analyses, int32_t *scores, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct tr_analysis moved = analyses[i];
        int32_t score = scores[i];
        size_t at = i;
        for (; at > 0 && scores[at - 1] < score; at--) {
            analyses[at] = analyses[at - 1];
            scores[at] = scores[at - 1];
        }
        analyses[at] = moved;
        scores[at] = score;
    }
}

void tr_rank(const struct tr_ranker *ranker, const struct tr_seen *word,
             struct tr_analysis *analyses, size_t n, int32_t *scores)
{
    int32_t own[TR_ANALYSE_MAX];
    uint32_t features[TR_RANK_FEATURES_MAX];
    struct atoms atoms;
    scores = scores ? scores : own;
    begin_atoms(word, &atoms);
    for (size_t i = 0; i < n; i++) {
        scores[i] = 0;
        size_t features_n =
            ranker->weights ? list_all(ranker, word, analyses, n, i, &atoms, features) : 0;
        for (size_t k = 0; k < features_n; k++) {
            scores[i] += ranker->weights[features[k] & ranker->weights_mask];
        }
    }
    sort(analyses, scores, n);
}

void tr_ranker_init_bare(struct tr_ranker *ranker, const struct tr_core *core)
{
    char name[128];
    *ranker = (struct tr_ranker){.core = core};
    for (size_t bit = 0; bit < 64; bit++) {
        size_t len = tr_core_features_text(core, (uint64_t)1 << bit, name, sizeof(name));
        ranker->feature_hash[bit] = hash_bytes(nb_slice(name, len));
    }
}

static bool power_of_two(uint32_t n)
{
    return n && !(n & (n - 1));
}

enum nb_err tr_ranker_init(struct tr_ranker *ranker, const struct tr_core *core,
                           struct nb_slice model)
{
    struct tr_rank_header header;
    if (model.len < sizeof(header)) {
        return NB_EINVAL;
    }
    memcpy(&header, model.p, sizeof(header));
    struct nb_slice content = nb_slice_sub(model, sizeof(header), model.len);
    if (memcmp(header.magic, TR_RANK_MAGIC, sizeof(header.magic)) != 0 ||
        header.version != TR_RANK_VERSION || !power_of_two(header.weights_n) ||
        !power_of_two(header.lemmas_n) ||
        content.len != header.weights_n + 2 * (size_t)header.lemmas_n ||
        tr_hash(content) != header.content_hash) {
        return NB_EINVAL;
    }
    tr_ranker_init_bare(ranker, core);
    ranker->weights = (const int8_t *)content.p;
    ranker->weights_mask = header.weights_n - 1;
    ranker->lemmas = (const uint8_t *)content.p + header.weights_n;
    ranker->lemmas_mask = header.lemmas_n - 1;
    return NB_OK;
}
