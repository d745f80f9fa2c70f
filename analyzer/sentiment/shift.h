/**
 * Shift: what stands around an opinion word and changes what it says, and the opinions as they are
 * found in a text once it has.
 *
 * Plain data, filled by nb_opinion_read() and owned by its arena.
 */
#ifndef NABIZ_SHIFT_H
#define NABIZ_SHIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/turkish/terms.h"

/* kind, what --explain says of it */
#define NB_SHIFTS(X)                                                                               \
    X(SUFFIX, "turned by its negative suffix")                                                     \
    X(PRIVATIVE, "turned by the suffix for without")                                               \
    X(NEGATOR, "turned by a word that denies it")                                                  \
    X(ABSENT, "turned, for it is not there")                                                       \
    X(VERB, "turned by a negated verb")                                                            \
    X(RESOLVED, "turned, for it is over or mended")                                                \
    X(LESSENED, "turned, for it has become less")                                                  \
    X(WISH, "turned by a wish: it is not so")                                                      \
    X(UNREAL, "turned by an unreal condition")                                                     \
    X(DOUBTED, "turned by a word of doubt")                                                        \
    X(RHETORICAL, "turned by a question that denies")                                              \
    X(FORMERLY, "turned, for it was so once")                                                      \
    X(BETTER, "turned by a comparison with others")                                                \
    X(IRONY, "meant the other way round")                                                          \
    X(UNEQUALLED, "kept: nothing is more so")                                                      \
    X(NOTHING_BUT, "kept: nothing but this")                                                       \
    X(QUESTION, "asked, not said")                                                                 \
    X(CONDITION, "only if")                                                                        \
    X(HEARSAY, "said by others")                                                                   \
    X(CONTRAST, "outweighed by what follows")                                                      \
    X(INTENSIFIED, "strengthened by a word before it")                                             \
    X(DIMINISHED, "weakened by a word before it")                                                  \
    X(EMPHASIS, "strengthened by how it is typed")                                                 \
    X(NEITHER, "neither one nor the other")                                                        \
    X(ASPECT, "only what the next word speaks of")                                                 \
    X(CURSE, "a curse that only strengthens")                                                      \
    X(PICTURE, "a picture that follows the words")

enum nb_shift {
#define X(id, words) NB_SHIFT_##id,
    NB_SHIFTS(X)
#undef X
        NB_SHIFT_N
};

#define NB_SHIFT_BIT(kind) (UINT32_C(1) << (kind))
/* Those that turn good into bad and bad into good. */
#define NB_SHIFT_TURNS (NB_SHIFT_BIT(NB_SHIFT_IRONY + 1) - 1)

/** What --explain says of a shift, in plain words. */
const char *nb_shift_words(enum nb_shift kind);

/* Opinions that no single word holds. */
#define NB_CONSTRUCTS(X)                                                                           \
    X(WORD, "")                                                                                    \
    X(DUE, "what should happen does not")                                                          \
    X(REGRET, "a wish that it were otherwise")                                                     \
    X(SOONER, "a wish to have had it sooner")                                                      \
    X(OUTRAGE, "a question that blames")                                                           \
    X(MUST_TRY, "not to leave without it")                                                         \
    X(WARNING, "a warning off it")                                                                 \
    X(FORBIDDEN, "told not to")                                                                    \
    X(AGAIN, "would again")                                                                        \
    X(NEVER_AGAIN, "would not again")                                                              \
    X(NO_OTHER, "would have no other")

enum nb_construct {
#define X(id, words) NB_CONSTRUCT_##id,
    NB_CONSTRUCTS(X)
#undef X
        NB_CONSTRUCT_N
};

const char *nb_construct_words(enum nb_construct construct);

#define NB_STEPS_MAX 4
#define NB_STEP_SUFFIXES UINT8_MAX /* a step's file: suffixes.txt */

/** One shift of one opinion; line is 0 where no line of a lexicon stands for it. */
struct nb_shift_step {
    uint8_t kind; /* enum nb_shift */
    uint8_t file; /* enum nb_opinion_file or NB_STEP_SUFFIXES */
    uint32_t line;
};

/** One opinion of a text. */
struct nb_find {
    uint32_t begin, end;        /* tokens of its text */
    uint32_t clause;            /* index into the sum's clauses */
    uint32_t shifts;            /* set of NB_SHIFT_BIT() */
    int32_t base;               /* as the lexicon has it, thousandths */
    int32_t milli;              /* signed strength after all shifts */
    const struct tr_term *term; /* line of the lexicon; NULL for a construct */
    struct nb_shift_step steps[NB_STEPS_MAX];
    uint8_t steps_n;
    uint8_t text;      /* which call of nb_opinion_read() found it, from 0; at most 255 */
    uint8_t construct; /* enum nb_construct */
    bool picture;      /* emoji or emoticon */
};

/** Words between two borders: punctuation, a contrast, the end of the sentence. */
struct nb_clause {
    uint32_t begin, end; /* tokens of its text */
    uint8_t text;        /* as above */
    bool question;       /* asks, be it for an answer or not */
    bool before_contrast;
    int32_t milli; /* sum of its finds */
    uint64_t cues; /* set of the kinds of shifts in it, by enum nb_cue */
};

#endif
