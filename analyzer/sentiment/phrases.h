/**
 * Noun phrases of a text, as what an opinion can be about: nouns, names, compounds, hashtags and
 * mentions, with their case and whose they are.
 *
 * Which nouns never are what an opinion is about is written in lexicons/targets.txt.
 *
 * Threads: sealed words are immutable; nb_phrases_find() is pure.
 */
#ifndef NABIZ_PHRASES_H
#define NABIZ_PHRASES_H

#include "analyzer/sentiment/opinion.h"

#define NB_TARGETS_FILE "targets.txt"

/* kind, name in the lexicon */
#define NB_TARGET_WORDS(X)                                                                         \
    X(NEVER, "never")     /* a noun that says when, how much or nothing */                         \
    X(EMPTY, "empty")     /* a head that stands for what is before it: "kargo konusunda" */        \
    X(FEELING, "feeling") /* who feels is its subject; what it is felt for stands in a case */     \
    X(AND, "and")         /* between two that are said the same of */                              \
    X(MORE, "more")       /* compares with what stands in the ablative */                          \
    X(ARTICLE, "article") /* between an adjective and its noun */

enum nb_target_word {
#define X(id, name) NB_TARGET_##id,
    NB_TARGET_WORDS(X)
#undef X
        NB_TARGET_WORDS_N
};

/* Feature bits that are asked for. */
struct nb_target_features {
    uint64_t nom, acc, dat, abl, loc, gen, ins;
    uint64_t owned;       /* has a possessive */
    uint64_t owned_third; /* by a third person */
    uint64_t first, second, third, plural;
    uint64_t verb_form, participle, verbal_noun, tense, negative, imperative;
};

struct nb_target_words {
    struct tr_lexicon *lexicon;
    struct nb_arena *arena;
    uint32_t *lines; /* key, set of kinds: as they were read, until sealed */
    size_t lines_n, lines_cap;
    uint8_t *kinds; /* by key: set of 1 << enum nb_target_word */
    size_t keys_n;
    struct nb_target_features features;
};

void nb_target_words_init(struct nb_target_words *words, struct tr_lexicon *lexicon,
                          struct nb_arena *arena);

/** Read targets.txt; a bad line costs only that line. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_target_words_add(struct nb_target_words *words, struct nb_slice text,
                                struct nb_arena *scratch, tr_report_fn *report,
                                void *context) NB_MUSTUSE;

/** After the lexicon was sealed. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_target_words_seal(struct nb_target_words *words) NB_MUSTUSE;

/** True when a word, by its best reading or as written, is of this kind. */
bool nb_target_word_is(const struct nb_target_words *words, const struct tr_reading *reading,
                       enum nb_target_word kind);

#define NB_NO_PHRASE UINT32_MAX

struct nb_phrase {
    uint32_t begin, end; /* tokens */
    uint32_t owner;      /* the phrase in the genitive before it, or NB_NO_PHRASE */
    uint64_t cases;      /* feature bits of the cases that its form can be read as */
    uint64_t features;   /* of the head's best reading */
    bool named;          /* holds a name */
    bool tag;            /* a hashtag or mention */
    bool postposed;      /* a postposition follows */
    bool copula;         /* says what something is: "konserdi"; it is no subject */
};

struct nb_phrases {
    struct nb_phrase *all; /* in the order of the text, without overlap */
    size_t n;
    uint32_t *at; /* by token: the phrase it belongs to, or NB_NO_PHRASE */
};

/**
 * @param taken  by token: it says the opinion itself, and is no phrase.
 * @param out    [out] in arena.
 * @return NB_OK, NB_ENOMEM. Linear in the text.
 */
enum nb_err nb_phrases_find(const struct nb_target_words *words, const struct nb_reading_text *text,
                            const bool *taken, struct nb_arena *arena,
                            struct nb_phrases *out) NB_MUSTUSE;

#endif
