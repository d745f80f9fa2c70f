/**
 * Features: what a linear model counts in a text, each a hash with a value.
 *
 * Most depend on one word as it is read, so that what a model makes of a word can be kept; pairs
 * depend on the hashes of two words.
 *
 * Threads: pure functions on the caller's memory; a nb_feature_reader is immutable.
 */
#ifndef NABIZ_FEATURES_H
#define NABIZ_FEATURES_H

#include "analyzer/sentiment/affect.h"
#include "analyzer/sentiment/opinion.h"

/* group, what is in it */
#define NB_FEATURE_GROUPS(X)                                                                       \
    X(WORD)       /* a word in its normal form, without diacritics */                              \
    X(LEMMA)      /* a lemma, with whether the word denies it */                                   \
    X(LETTERS)    /* some letters of a word in a row, its ends marked */                           \
    X(FORM)       /* parts of speech and forms */                                                  \
    X(PAIR)       /* two words side by side */                                                     \
    X(LEMMA_PAIR) /* two lemmas side by side */                                                    \
    X(END)        /* a lemma that a text begins or ends with */                                    \
    X(CUE)        /* marks, capitals, length */                                                    \
    X(FOUND)      /* what the lexicons found */                                                    \
    X(FEELING)    /* how texts feel that use such words */

enum nb_feature_group {
#define X(id) NB_FEATURE_##id,
    NB_FEATURE_GROUPS(X)
#undef X
        NB_FEATURE_GROUPS_N
};

#define NB_FEATURES_WORD_MAX 448 /* no word has more */
#define NB_FEATURES_PAIR_N 2
#define NB_FEATURES_FIRST_N 2
#define NB_FEATURES_LAST_N 3
#define NB_FEATURES_TEXT_MAX 128 /* cues and finds of a text */

/* Features of a document: name, what it is called in hashes. */
#define NB_FEATURE_NAMES(X)                                                                        \
    X(BEGINS, "begins")                                                                            \
    X(LOUD, "loud")                                                                                \
    X(ASKED, "asked")                                                                              \
    X(DOTS, "dots")                                                                                \
    X(ADDRESSED, "addressed")                                                                      \
    X(TAGS, "tags")                                                                                \
    X(LINKS, "links")                                                                              \
    X(CAPITALS, "capitals")                                                                        \
    X(STRETCHED, "stretched")                                                                      \
    X(LENGTH, "length")                                                                            \
    X(SCORE, "score")                                                                              \
    X(SCORE_AT_LENGTH, "score at length")                                                          \
    X(SIGNED, "signed")                                                                            \
    X(GOOD, "good")                                                                                \
    X(BAD, "bad")                                                                                  \
    X(TURNED, "turned")                                                                            \
    X(BEST, "best")                                                                                \
    X(WORST, "worst")                                                                              \
    X(ASKS, "asks")                                                                                \
    X(IRONIC, "ironic")                                                                            \
    X(SHIFT, "shift")                                                                              \
    X(EMOTION, "emotion")                                                                          \
    X(INTENT, "intent")                                                                            \
    X(INTENT_WORDS, "intent words")                                                                \
    X(VALENCE, "valence")                                                                          \
    X(VALENCE_DENIED, "valence denied")                                                            \
    X(LAST_VALENCE, "last valence")                                                                \
    X(SUM, "sum")

enum nb_feature_name {
#define X(id, name) NB_NAMED_##id,
    NB_FEATURE_NAMES(X)
#undef X
        NB_FEATURE_NAMES_N
};

struct nb_feature {
    uint64_t hash;
    float value;
    uint32_t group; /* enum nb_feature_group */
};

/* Bits of morphology may be renumbered; their names last. */
struct nb_feature_reader {
    uint64_t negative;
    uint64_t form_hash[64]; /* by bit: of its name */
    uint64_t name_hash[NB_FEATURE_NAMES_N];
};

/* A word for what stands beside it. */
struct nb_feature_word {
    uint64_t word, lemma;
};

/* Counted over the tokens of all texts of a document. Start with all zero. */
struct nb_feature_marks {
    size_t loud, asked, dots, addressed, tags, links, capitals, stretched;
    size_t tokens_n, words_n; /* words: without marks, links and who is addressed */
    uint32_t first_kind;
    size_t valence_n[2][2 * NB_AFFECT_MOST + 1];   /* words of each valence; those that deny */
    size_t last_valence_n[2 * NB_AFFECT_MOST + 1]; /* in the last sentence */
    size_t emotion_n[NB_EMOTION_N + 1];
};

void nb_feature_reader_init(struct nb_feature_reader *reader, const struct tr_core *core);

/**
 * The features of one token by itself. All they depend on is the token's kind and folded form and
 * the reading's normal form, lemma, features and best part of speech.
 * @param out   [out] NB_FEATURES_WORD_MAX.
 * @param word  [out]
 * @return how many there are.
 */
size_t nb_features_of_word(const struct nb_feature_reader *reader, const struct tr_token *token,
                           const struct tr_reading *reading, struct nb_feature *out,
                           struct nb_feature_word *word);

/** A hash of all that nb_features_of_word() looks at. */
uint64_t nb_feature_key(const struct tr_token *token, const struct tr_reading *reading);

/** What stands before the first word of a text and behind its last. */
extern const struct nb_feature_word nb_feature_edge;

/** @param out  [out] NB_FEATURES_PAIR_N. */
void nb_features_of_pair(const struct nb_feature_word *first, const struct nb_feature_word *second,
                         struct nb_feature *out);

/* The first and the last lemmas of a text, without who is addressed. Start with all zero. */
struct nb_feature_ends {
    uint64_t first[NB_FEATURES_FIRST_N], last[NB_FEATURES_LAST_N]; /* the very last one at 0 */
    size_t n;
};

/** Tell the ends of the next token. */
void nb_features_end(struct nb_feature_ends *ends, const struct tr_token *token,
                     const struct nb_feature_word *word);

/**
 * The last words of a post often say how it is meant, and its first ones to what it answers.
 * @param out  [out] NB_FEATURES_FIRST_N + NB_FEATURES_LAST_N.
 * @return how many there are.
 */
size_t nb_features_of_ends(const struct nb_feature_ends *ends, struct nb_feature *out);

void nb_features_count(struct nb_feature_marks *marks, const struct tr_token *token);

/** Count the feelings of a text's words. */
void nb_features_feel(const struct nb_feature_reader *reader, const struct nb_affect *affect,
                      const struct nb_reading_text *text, struct nb_feature_marks *marks);

/**
 * What is there once a document: its marks, and what the lexicons found.
 * @param out  [out] NB_FEATURES_TEXT_MAX.
 */
size_t nb_features_of_document(const struct nb_feature_reader *reader,
                               const struct nb_feature_marks *marks,
                               const struct nb_opinion_sum *sum, struct nb_feature *out);

/** What the values of words and pairs are multiplied with, in a document of so many tokens. */
float nb_feature_scale(size_t tokens_n);

#endif
