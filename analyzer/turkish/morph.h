/**
 * Morphology of Turkish: every way a word can be read as a root and suffixes.
 *
 * A core holds roots, suffixes and exceptions in one immutable image: a mapped file, or the same
 * bytes compiled in memory. Words come folded (tr_fold()), with at most one "'" between a name and
 * its suffixes. What is right among the analyses of a word is not decided here.
 *
 * Threads: a core is immutable; any number of threads read with it at once, without locks, and get
 * the same analyses in the same order whatever was read before.
 */
#ifndef NABIZ_TURKISH_MORPH_H
#define NABIZ_TURKISH_MORPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

/* Parts of speech of Universal Dependencies, in the order of their names. */
enum tr_upos {
    TR_UPOS_ADJ,
    TR_UPOS_ADP,
    TR_UPOS_ADV,
    TR_UPOS_AUX,
    TR_UPOS_CCONJ,
    TR_UPOS_DET,
    TR_UPOS_INTJ,
    TR_UPOS_NOUN,
    TR_UPOS_NUM,
    TR_UPOS_PART,
    TR_UPOS_PRON,
    TR_UPOS_PROPN,
    TR_UPOS_PUNCT,
    TR_UPOS_SCONJ,
    TR_UPOS_SYM,
    TR_UPOS_VERB,
    TR_UPOS_X,
    TR_UPOS_N
};

#define TR_NO_ROOT UINT32_MAX
#define TR_ANALYSE_MAX 64       /* no word has more analyses that differ */
#define TR_ANALYSE_BYTES_MAX 96 /* longer words have none */
#define TR_LEMMA_BYTES_MAX (TR_ANALYSE_BYTES_MAX + 4)

enum tr_analysis_flag {
    TR_DERIVED = 1,       /* a suffix behind the lemma makes another word: one who deals with it */
    TR_LEMMA_DERIVED = 2, /* the lemma is a root with such suffixes, and in no lexicon by itself */
    TR_GUESSED = 4,       /* no root: the lemma is a guess */
    TR_PLAIN = 8,         /* matched only with diacritics ignored */
    TR_EXCEPTION = 16,    /* a whole form that stands in a lexicon with its analysis */
    TR_PRIVATIVE = 32     /* a suffix says that the lemma's thing is not there */
};

/*
 * One analysis. A derived word is there several times, once for each lemma it can be listed
 * under: the root with the features of every suffix behind it, and each word derived from it on
 * the way with the features of the rest.
 */
struct tr_analysis {
    uint64_t features;   /* set of feature bits, see tr_core_features_text() */
    uint32_t root;       /* below tr_core_roots_n(), or TR_NO_ROOT: guessed, or a number */
    uint32_t path;       /* names the suffixes behind the root: equal for equal ones, 0 for none */
    uint16_t line;       /* suffix line that gave Polarity=Neg, 0 none */
    uint8_t upos;        /* enum tr_upos, of the whole word */
    uint8_t root_upos;   /* enum tr_upos, of the root */
    uint8_t stem_bytes;  /* of the word, that are the root */
    uint8_t lemma_bytes; /* of the word, that begin the lemma; 0: the lemma is the root's */
    uint8_t lemma_tail;  /* what follows them, see tr_core_lemma() */
    uint8_t steps;       /* suffixes */
    uint8_t flags;       /* set of enum tr_analysis_flag */
};

struct tr_core;

/**
 * Use a compiled file (compile.h) where it lies.
 * @param texts  hash of the texts it must have been made from, 0 for any.
 * @return NB_OK, NB_ENOTFOUND (no such file), NB_EEXIST (made from other texts), NB_EIO, NB_ENOMEM,
 *         NB_ECORRUPT, NB_ENEWER. Free with tr_core_free().
 */
enum nb_err tr_core_open(const char *path, uint64_t texts, struct tr_core **out,
                         struct nb_error *error) NB_MUSTUSE;

/** A core over a copy of an image in memory. @return NB_OK, NB_ENOMEM, NB_ECORRUPT, NB_ENEWER. */
enum nb_err tr_core_copy(struct nb_slice image, struct tr_core **out,
                         struct nb_error *error) NB_MUSTUSE;

void tr_core_free(struct tr_core *core);

/**
 * All analyses of a word, without guessing, in an order that depends on the lexicons alone.
 * @param folded  a folded word; may hold one apostrophe, where only suffixes may follow.
 * @param out     [out] room for cap analyses; TR_ANALYSE_MAX are always enough.
 * @return how many there are, at most cap; 0 for a word that is not known.
 */
size_t tr_analyse(const struct tr_core *core, struct nb_slice folded, struct tr_analysis *out,
                  size_t cap);

/**
 * The same with diacritics ignored in the word: "guzel" is read as the word it is typed for.
 * Analyses carry TR_PLAIN.
 */
size_t tr_analyse_plain(const struct tr_core *core, struct nb_slice folded, struct tr_analysis *out,
                        size_t cap);

/**
 * Analyses of a word with an unknown root: every noun (or name) and, where the suffixes leave
 * little doubt, verb that it could be. All carry TR_GUESSED.
 */
size_t tr_guess(const struct tr_core *core, struct nb_slice folded, struct tr_analysis *out,
                size_t cap);

/**
 * The lemma of one analysis of this word. Folded; a verb without its infinitive ending.
 * @param out  [out] room for TR_LEMMA_BYTES_MAX bytes.
 * @return bytes written.
 */
size_t tr_core_lemma(const struct tr_core *core, struct nb_slice folded,
                     const struct tr_analysis *analysis, char *out);

/** Number of roots. A root's number changes with the lexicons; its lemma is what lasts. */
size_t tr_core_roots_n(const struct tr_core *core);

/** Lemma of a root, borrowed from the core. */
struct nb_slice tr_core_root_lemma(const struct tr_core *core, uint32_t root);

/** Number in the vocabulary of a root's lemma, folded; and of any folded text, 0 if it has none. */
uint32_t tr_core_root_key(const struct tr_core *core, uint32_t root);
uint32_t tr_core_key(const struct tr_core *core, struct nb_slice folded);

/** Numbers of the vocabulary are below it. */
size_t tr_core_keys_n(const struct tr_core *core);

/** The text of a number of the vocabulary, borrowed. */
struct nb_slice tr_core_key_text(const struct tr_core *core, uint32_t key);

/** True when a root of this part of speech is written so, and is its own lemma. */
bool tr_core_has_root(const struct tr_core *core, struct nb_slice folded, enum tr_upos upos);

/** Set with the bit of "Key=Value", empty when no suffix or root has it. */
uint64_t tr_core_feature(const struct tr_core *core, const char *feature);

/**
 * Features as "A=b|C=d", sorted as Universal Dependencies wants it; "" for none.
 * @return bytes written, at most cap.
 */
size_t tr_core_features_text(const struct tr_core *core, uint64_t features, char *out, size_t cap);

/** "NOUN" */
const char *tr_upos_name(enum tr_upos upos);

/** @return false if the name is none of them. */
bool tr_upos_parse(struct nb_slice name, enum tr_upos *out);

#endif
