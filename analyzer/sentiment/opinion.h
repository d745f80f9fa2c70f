/**
 * Opinion: what a text says for or against, how strongly, why, with which emotion and intent.
 *
 * Counts words of lexicons/ and what shifts them (negation, intensifiers, contrast, questions,
 * wishes, irony; see shift.h); the code knows the kinds of shifts, the words are in the lexicons.
 *
 * Threads: a sealed nb_opinion is immutable; nb_opinion_read() is pure.
 */
#ifndef NABIZ_OPINION_H
#define NABIZ_OPINION_H

#include <nabiz/arena.h>
#include <nabiz/err.h>

#include "analyzer/reading.h"
#include "analyzer/sentiment/lexicon_line.h"
#include "analyzer/sentiment/shift.h"
#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/report.h"

/* kind, name in the lexicons; lexicons/shifters.txt says what each does. HEALTH and those behind
 * it are what a text is about: they choose between senses of a word. */
#define NB_CUES(X)                                                                                 \
    X(NEGATOR, "negator")                                                                          \
    X(ABSENT, "absent")                                                                            \
    X(INTENSIFIER, "intensifier")                                                                  \
    X(DIMINISHER, "diminisher")                                                                    \
    X(CONTRAST, "contrast")                                                                        \
    X(CONCESSION, "concession")                                                                    \
    X(TOO, "too")                                                                                  \
    X(BEFORE, "before")                                                                            \
    X(CANCEL, "cancel")                                                                            \
    X(NEITHER, "neither")                                                                          \
    X(QUESTION, "question")                                                                        \
    X(WHICH, "which")                                                                              \
    X(WHO, "who")                                                                                  \
    X(EXCEPT, "except")                                                                            \
    X(EXISTS, "exists")                                                                            \
    X(HAPPEN, "happen")                                                                            \
    X(LIGHT, "light")                                                                              \
    X(EXPERIENCE, "experience")                                                                    \
    X(RESOLVE, "resolve")                                                                          \
    X(LESSEN, "lessen")                                                                            \
    X(WISH, "wish")                                                                                \
    X(SOONER, "sooner")                                                                            \
    X(DOUBT, "doubt")                                                                              \
    X(FORMER, "former")                                                                            \
    X(SUCH, "such")                                                                                \
    X(ONLY, "only")                                                                                \
    X(SAYING, "saying")                                                                            \
    X(ACQUIRE, "acquire")                                                                          \
    X(AGAIN, "again")                                                                              \
    X(NEVER, "never")                                                                              \
    X(OTHER, "other")                                                                              \
    X(EVER, "ever")                                                                                \
    X(DUE, "due")                                                                                  \
    X(IRONIC, "ironic")                                                                            \
    X(CURSE, "curse")                                                                              \
    X(HEALTH, "health")                                                                            \
    X(STORY, "story")                                                                              \
    X(FOOD, "food")                                                                                \
    X(SPORT, "sport")

#define NB_EMOTIONS(X)                                                                             \
    X(ANGER, "anger")                                                                              \
    X(DISGUST, "disgust")                                                                          \
    X(FEAR, "fear")                                                                                \
    X(JOY, "joy")                                                                                  \
    X(LOVE, "love")                                                                                \
    X(SADNESS, "sadness")                                                                          \
    X(SURPRISE, "surprise")

/* SERVICE is no intent: words of goods and services, which make a complaint of a bad opinion. */
#define NB_INTENTS(X)                                                                              \
    X(COMPLAINT, "complaint")                                                                      \
    X(PRAISE, "praise")                                                                            \
    X(QUESTION, "question")                                                                        \
    X(PURCHASE, "purchase_intent")                                                                 \
    X(ADVICE, "advice_request")                                                                    \
    X(SUGGESTION, "suggestion")                                                                    \
    X(NEWS, "news")                                                                                \
    X(AD, "ad")                                                                                    \
    X(GREETING, "greeting")                                                                        \
    X(OPINION, "opinion")                                                                          \
    X(CHAT, "chat")                                                                                \
    X(SERVICE, "service")

/*
 * What a text does to what was said before, or who pays for it; then matters, what it speaks of
 * that weighs when many do.
 */
#define NB_SIGNS(X)                                                                                \
    X(CORRECTION, "correction")                                                                    \
    X(DENIAL, "denial")                                                                            \
    X(HEARSAY, "hearsay")                                                                          \
    X(PAID, "paid")                                                                                \
    X(SENSATION, "sensation")                                                                      \
    X(SAFETY, "safety")                                                                            \
    X(HEALTH, "health")                                                                            \
    X(CHILDREN, "children")                                                                        \
    X(FRAUD, "fraud")                                                                              \
    X(PRIVACY, "privacy")                                                                          \
    X(LAW, "law")                                                                                  \
    X(DISCRIMINATION, "discrimination")                                                            \
    X(ENVIRONMENT, "environment")                                                                  \
    X(BOYCOTT, "boycott")

#define NB_SIGN_MATTERS NB_SIGN_SAFETY /* the first matter */

enum nb_cue {
    NB_CUE_POLARITY,
    NB_CUE_EMOTION,
    NB_CUE_INTENT,
    NB_CUE_SIGN,
#define X(id, name) NB_CUE_##id,
    NB_CUES(X)
#undef X
};

enum nb_emotion {
#define X(id, name) NB_EMOTION_##id,
    NB_EMOTIONS(X)
#undef X
        NB_EMOTION_N
};

enum nb_intent {
#define X(id, name) NB_INTENT_##id,
    NB_INTENTS(X)
#undef X
        NB_INTENT_N
};

enum nb_sign {
#define X(id, name) NB_SIGN_##id,
    NB_SIGNS(X)
#undef X
        NB_SIGN_N
};

const char *nb_emotion_name(enum nb_emotion emotion);
const char *nb_intent_name(enum nb_intent intent);
const char *nb_sign_name(enum nb_sign sign);

/** @return NB_EMOTION_N, NB_INTENT_N, NB_SIGN_N: none has this name. */
enum nb_emotion nb_emotion_named(struct nb_slice name);
enum nb_intent nb_intent_named(struct nb_slice name);
enum nb_sign nb_sign_named(struct nb_slice name);

/* The files, in lexicons/; a term's file is an index into it. */
enum nb_opinion_file {
    NB_FILE_POLARITY,
    NB_FILE_EMOJI,
    NB_FILE_SHIFTERS,
    NB_FILE_EMOTIONS,
    NB_FILE_INTENTS,
    NB_FILE_SIGNS,
    NB_FILE_MATTERS,
    NB_OPINION_FILES_N
};
extern const char *const nb_opinion_files[NB_OPINION_FILES_N];

/* Bits of what the shifts ask of a word. */
struct nb_opinion_features {
    uint64_t negative, command, converb, participle, verbal_noun; /* command: of the bare -mA */
    uint64_t conditional, imperative, optative, necessity, potential;
    uint64_t past, future, present, habitual, progressive;
    uint64_t first, second, passive, ablative, possessed;
};

struct nb_opinion {
    struct tr_lexicon *lexicon;
    struct tr_terms terms;
    struct nb_opinion_features features;
};

void nb_opinion_init(struct nb_opinion *opinion, struct tr_lexicon *lexicon,
                     struct nb_arena *arena);

/** Read one of the files; a bad line costs only that line. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_opinion_add(struct nb_opinion *opinion, enum nb_opinion_file file,
                           struct nb_slice text, struct nb_arena *scratch, tr_report_fn *report,
                           void *context) NB_MUSTUSE;

/** After the lexicon was sealed. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_opinion_seal(struct nb_opinion *opinion) NB_MUSTUSE;

/** What was found; add several texts (title and body) into one. Start with all zero. */
struct nb_opinion_sum {
    int64_t sum_milli;                      /* signed strengths after shifts */
    int64_t positive_milli, negative_milli; /* the good and the bad of it, both without sign */
    uint32_t opinions_n, turned_n, words_n; /* opinions, those that were turned, their words */
    int32_t emotions[NB_EMOTION_N];
    int32_t intents[NB_INTENT_N];
    int32_t signs[NB_SIGN_N];
    struct nb_find *finds; /* in the arena, in the order of the texts */
    size_t finds_n, finds_cap;
    struct nb_clause *clauses;
    size_t clauses_n, clauses_cap;
    uint32_t shifts_n[NB_SHIFT_N];   /* finds that each shift changed */
    uint32_t questions_n;            /* clauses that ask */
    int32_t best_milli, worst_milli; /* strongest find for and against, 0 for none */
    uint32_t text_words_n;           /* words and numbers of the texts */
    uint8_t texts_n;
    bool ironic;
    const char **why; /* in the arena */
    size_t why_n, why_cap;
    bool mention_first;
    bool brief; /* set before the first text: no reasons are kept */
};

/** @return NB_OK, NB_ENOMEM. */
enum nb_err nb_opinion_read(const struct nb_opinion *opinion, const struct nb_reading_text *text,
                            struct nb_arena *arena, struct nb_opinion_sum *sum) NB_MUSTUSE;

enum nb_opinion_label { NB_OPINION_NEGATIVE, NB_OPINION_NEUTRAL, NB_OPINION_POSITIVE };

struct nb_opinion_result {
    enum nb_opinion_label label;
    int32_t score_milli;                  /* -1000 .. 1000 */
    int32_t confidence_milli;             /* grows with the distance to the nearest other label */
    int32_t emotions_milli[NB_EMOTION_N]; /* 0: not found */
    bool intents[NB_INTENT_N];
    bool signs[NB_SIGN_N];
    bool has_irony;
    int32_t irony_milli;
};

void nb_opinion_judge(const struct nb_opinion_sum *sum, struct nb_opinion_result *out);

#endif
