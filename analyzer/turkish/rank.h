/**
 * Choosing among the analyses of a word: a linear model over what each of them consists of.
 *
 * The word is looked at by itself, with the way it is written, so that an answer can be kept by
 * word. What the words around it say is context.h's business.
 *
 * Model file, little-endian: struct tr_rank_header, then weights_n weights of one byte, then
 * lemmas_n entries of two bytes. Weights lie at the hash of their feature; features that share a
 * place share a weight. An entry says how frequent a lemma is: 12 bits of its hash, 4 bits of the
 * logarithm, found by linear probing, 0 where none is.
 *
 * Threads: a ranker is immutable; any number of threads rank with it at once.
 */
#ifndef NABIZ_TURKISH_RANK_H
#define NABIZ_TURKISH_RANK_H

#include "analyzer/turkish/morph.h"

#define TR_RANK_MAGIC "nbzrank\n"
#define TR_RANK_VERSION 1u
#define TR_RANK_OWN 33          /* features of one analysis, of the word by itself */
#define TR_RANK_FEATURES_MAX 64 /* with those of the words around it */

/* How a word is written, as far as that says something. */
enum tr_shape {
    TR_SHAPE_SMALL,    /* also where everything is in capitals, which says nothing */
    TR_SHAPE_FIRST,    /* a capital where every word has one */
    TR_SHAPE_CAPITAL,  /* a capital where it is a choice */
    TR_SHAPE_CAPITALS, /* nothing but capitals, among words that are not */
    TR_SHAPE_PART,     /* a later part of a word written as one */
    TR_SHAPES
};

enum tr_end_of { TR_ENDS_NOTHING, TR_ENDS_CLAUSE, TR_ENDS_SENTENCE };

/* What stands beside a word. */
struct tr_around {
    struct nb_slice before, after; /* folded; empty at the ends, and for punctuation */
    enum tr_end_of ends;           /* by the punctuation behind it */
};

struct tr_seen {
    struct nb_slice folded;
    enum tr_shape shape;
    const struct tr_around *around; /* NULL: the word by itself */
};

struct tr_rank_header {
    char magic[8];
    uint32_t version;
    uint32_t weights_n; /* a power of two */
    uint32_t lemmas_n;  /* a power of two */
    uint32_t unused;
    uint64_t data_hash, code_hash, lexicon_hash; /* of what it was trained from */
    uint64_t content_hash;                       /* FNV-1a of all that follows */
};

struct tr_ranker {
    const struct tr_core *core;
    const int8_t *weights;
    uint32_t weights_mask;
    const uint8_t *lemmas;
    uint32_t lemmas_mask;
    uint32_t feature_hash[64]; /* by bit: of its name, so that bits may be numbered anew */
};

/**
 * Rank with the model in these bytes, which are borrowed and stay as they are.
 * @return NB_OK, NB_EINVAL (not such a model, cut short, or damaged).
 */
enum nb_err tr_ranker_init(struct tr_ranker *ranker, const struct tr_core *core,
                           struct nb_slice model) NB_MUSTUSE;

/** Without a model: every order is as good. For training, and where no model is. */
void tr_ranker_init_bare(struct tr_ranker *ranker, const struct tr_core *core);

/**
 * Put the analyses of a word in order, best first; equal ones keep theirs.
 * @param scores  [out] may be NULL; n scores, in the new order.
 */
void tr_rank(const struct tr_ranker *ranker, const struct tr_seen *word,
             struct tr_analysis *analyses, size_t n, int32_t *scores);

/**
 * What one of the analyses consists of, as hashes; for the trainer. The first TR_RANK_OWN are of
 * the word by itself.
 * @param out  [out] room for TR_RANK_FEATURES_MAX.
 */
size_t tr_rank_features(const struct tr_ranker *ranker, const struct tr_seen *word,
                        const struct tr_analysis *analyses, size_t n, size_t i, uint32_t *out);

/** Hash of a lemma with the part of speech of its root, as the table of lemmas uses it. */
uint32_t tr_rank_lemma_hash(struct nb_slice lemma, uint8_t upos);

#endif
