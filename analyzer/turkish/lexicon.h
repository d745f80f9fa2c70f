/**
 * Words of Turkish: a vocabulary, roots, the automaton of suffixes, and the reading of a word as
 * root and suffixes.
 *
 * A lexicon is filled from text, sealed, and from then on immutable: any number of threads read
 * with it at once and get the same answers in any order of calls.
 *
 * Suffix lines: `STATE SUFFIX NEXT [Feature=Value|...]`, `start POS STATE` and `final STATE...`.
 * Root lines: `pos: word word ...`. lexicons/README.md explains both for those who write them.
 */
#ifndef NABIZ_TURKISH_LEXICON_H
#define NABIZ_TURKISH_LEXICON_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/text.h"

enum tr_pos { TR_NOUN, TR_VERB, TR_ADJ, TR_ADV, TR_PRON, TR_PART, TR_POS_N };

/** A key names one string of the vocabulary; 0 is none. */
typedef uint32_t tr_key;

struct tr_root {
    struct nb_slice lemma;
    tr_key key;
    uint8_t pos; /* enum tr_pos */
};

struct tr_old_analysis {
    const struct tr_root *root;
    uint64_t features;  /* set of feature bits, see tr_features_text() */
    uint8_t stem_bytes; /* of the folded word */
    uint8_t steps;      /* suffixes */
    bool derived;       /* a suffix made another word of it, e.g. one who deals with it */
    bool plain;         /* matched only with diacritics ignored */
    uint16_t line;      /* suffix line that gave the last of the watched features, 0 none */
};

#define TR_ANALYSES_MAX 6
#define TR_SURFACES_MAX 2

/** A word as it can be read, most plausible reading first. */
struct tr_reading {
    struct tr_old_analysis analyses[TR_ANALYSES_MAX];
    size_t analyses_n;
    tr_key surfaces[TR_SURFACES_MAX]; /* the word as written, where the vocabulary has it */
    size_t surfaces_n;
    struct nb_slice lemma; /* of the best reading; for an unknown word a guess */
    uint64_t features;
    bool known;
};

struct tr_lexicon;

/** A bad line costs only that line; it is told here. line is 0 for the file as a whole. */
typedef void tr_report_fn(void *context, uint32_t line, const char *message);

/** @return NULL when out of memory. */
struct tr_lexicon *tr_lexicon_new(void);
void tr_lexicon_free(struct tr_lexicon *lexicon);

/** Read suffix lines. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_lexicon_add_suffixes(struct tr_lexicon *lexicon, struct nb_slice text,
                                    tr_report_fn *report, void *context) NB_MUSTUSE;

/** Read root lines. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_lexicon_add_roots(struct tr_lexicon *lexicon, struct nb_slice text,
                                 tr_report_fn *report, void *context) NB_MUSTUSE;

/**
 * Add one root unless it is there already with this part of speech.
 * @param folded  the dictionary form, folded; a verb without its infinitive ending.
 * @return NB_OK, NB_ENOMEM, NB_EINVAL (empty or over 48 bytes).
 */
enum nb_err tr_lexicon_add_root(struct tr_lexicon *lexicon, struct nb_slice folded,
                                enum tr_pos pos) NB_MUSTUSE;

/** True when a root of this part of speech is written so. */
bool tr_lexicon_has_root(const struct tr_lexicon *lexicon, struct nb_slice folded, enum tr_pos pos);

/** Key of a folded string, added when it is new. @return 0 when out of memory. */
tr_key tr_lexicon_key(struct tr_lexicon *lexicon, struct nb_slice folded);

/** Number of keys; every key is below or equal. */
size_t tr_lexicon_keys_n(const struct tr_lexicon *lexicon);

/** The string of a key. */
struct nb_slice tr_lexicon_key_text(const struct tr_lexicon *lexicon, tr_key key);

/**
 * Suffix lines that carry this feature are remembered in tr_analysis.line; before compiling.
 * One feature may be watched.
 */
void tr_lexicon_watch(struct tr_lexicon *lexicon, const char *feature);

/**
 * Compile the suffixes: tr_read() works from here on, and roots and keys may still be added.
 * @return NB_OK, NB_ENOMEM, NB_EINVAL (too many).
 */
enum nb_err tr_lexicon_compile(struct tr_lexicon *lexicon) NB_MUSTUSE;

/** Nothing is added afterwards; before, no word is found as a surface without its diacritics. */
enum nb_err tr_lexicon_seal(struct tr_lexicon *lexicon) NB_MUSTUSE;

/** Set with the bit of "Key=Value", empty when no suffix has it. */
uint64_t tr_lexicon_feature(const struct tr_lexicon *lexicon, const char *feature);

/** Bytes of the features as "A=b|C=d", sorted; writes at most cap. */
size_t tr_features_text(const struct tr_lexicon *lexicon, uint64_t features, char *out, size_t cap);

/**
 * Read one word. Allocates nothing: out->lemma borrows from the lexicon or from the token.
 * Cost: proportional to the length of the word; words over 64 bytes are unknown at once.
 */
void tr_read(const struct tr_lexicon *lexicon, const struct tr_token *token,
             struct tr_reading *out);

/** "noun", "verb", "adj", "adv", "pron", "part". @return false if it is none of them. */
bool tr_pos_parse(struct nb_slice name, enum tr_pos *out);

#endif
