/**
 * What a sealed nb_events is made of; for the files of this folder only.
 *
 * Threads: immutable once sealed.
 */
#ifndef NABIZ_EVENTS_RULES_H
#define NABIZ_EVENTS_RULES_H

#include "analyzer/events/events.h"
#include "analyzer/events/pattern.h"
#include "analyzer/events/second.h"

#define NB_RULE_NAMES_MAX 8 /* contexts or blocks that one option names */
#define NB_COMMON NB_EVENT_TYPES_N

/* Lists of what all types share that the code asks for. */
#define NB_EVENT_LISTS(X)                                                                          \
    X(KIN, "kin")             /* whom the author knows */                                          \
    X(HOUSEHOLD, "household") /* whom the author lives with */                                     \
    X(WANT, "want")           /* makes a wish of a verbal noun before it */                        \
    X(INTEND, "intend")       /* makes a plan of it */                                             \
    X(FAIL, "fail")           /* takes it back */                                                  \
    X(HOPE, "hope")           /* makes a wish of a sentence */                                     \
    X(NO, "no")               /* negates a predicate before it */                                  \
    X(ASK, "ask")             /* makes a question of a predicate before it */                      \
    X(BEFORE, "before")       /* what stands before it has not come yet */                         \
    X(SAY, "say")             /* what stands before it is somebody's words */

enum nb_event_list_id {
#define X(id, name) NB_LIST_##id,
    NB_EVENT_LISTS(X)
#undef X
        NB_LISTS_N
};

/* Letters behind a stem that tell tenses apart which share their features. */
#define NB_EVENT_ENDINGS(X)                                                                        \
    X(UNFULFILLED, "unfulfilled") /* was going to, and did not */                                  \
    X(USUAL, "usual")             /* used to, would */

enum nb_event_ending {
#define X(id, name) NB_ENDING_##id,
    NB_EVENT_ENDINGS(X)
#undef X
        NB_ENDINGS_N
};

enum { NB_ENDING_FORMS_MAX = 16 };

struct nb_endings {
    struct nb_slice forms[NB_ENDING_FORMS_MAX]; /* folded, without diacritics */
    size_t n;
};

struct nb_event_list {
    struct nb_slice name;
    struct nb_words_of words;
    uint8_t file;
};

struct nb_event_context {
    struct nb_slice name;
    uint8_t file;
    bool post;  /* anywhere in it, else in the sentence of the hit */
    bool block; /* of its file; in the common one, of all */
    bool unless_self;
};

struct nb_rule_names {
    uint16_t all[NB_RULE_NAMES_MAX]; /* contexts */
    uint8_t n;
};

struct nb_event_rule {
    uint32_t line;
    int32_t weight_milli;
    uint8_t type;
    uint8_t stage, progressive, aorist; /* enum nb_event_stage; NB_STAGE_N: not said */
    uint8_t subject, third;             /* enum nb_event_subject; NB_SUBJECT_N: not said */
    bool even_negated;                  /* the stage stands with a negated head too */
    bool third_said, aorist_said;
    bool allow_all;
    struct nb_slice judged; /* of a proposal: its family; empty: a sure rule, of its file's */
    struct nb_rule_names with, also, without, allow;
};

struct nb_event_file {
    struct nb_slice family; /* of the second opinion that is asked of its rules, empty for none */
    int32_t threshold_milli;
    uint8_t progressive, aorist; /* enum nb_event_stage */
    uint8_t household, third;    /* enum nb_event_subject */
    uint32_t yields; /* set of types: where one of them is found, this one is not meant */
};

struct nb_event_features {
    uint64_t negative, past, present, future, progressive, habitual, hearsay, witnessed;
    uint64_t imperative, optative, conditional, necessity, ability;
    uint64_t participle, converb, verbal_noun, nonfinite;
    uint64_t person[3], owner[3]; /* first, second, third */
    uint64_t oblique;             /* cases that no subject has */
    uint64_t ablative, locative;
    uint64_t singular;
};

struct nb_events {
    struct nb_arena *arena, *building; /* building: until sealed */
    struct tr_lexicon *lexicon;
    struct nb_event_file files[NB_EVENT_TYPES_N + 1];
    struct nb_event_list *lists;
    struct nb_event_context *contexts;
    struct nb_event_rule *rules;
    size_t lists_n, lists_cap, contexts_n, contexts_cap, rules_n, rules_cap;
    struct nb_patterns patterns; /* owner: a rule */
    struct nb_patterns around;   /* owner: a context */
    struct nb_words_of known[NB_LISTS_N];
    struct nb_endings endings[NB_ENDINGS_N];
    struct nb_event_features features;
    size_t words_n; /* that lines have named, lists written out */
    struct nb_second second;
    bool rules_alone;            /* while examples are checked */
    nb_events_judged_fn *judged; /* NULL but in training */
    void *judged_context;
};

/*
 * Of one line; and of all lines together, as many lines may each name a long list. Ours have some
 * hundreds and some ten thousands.
 */
enum { NB_RULE_WORDS_MAX = 4096, NB_RULES_WORDS_MAX = 1 << 20 };

/** A file being read. */
struct nb_rule_reader {
    struct nb_events *events;
    uint8_t file; /* enum nb_event_type, or NB_COMMON */
    uint32_t line;
    bool out_of_memory; /* the end of reading, not a bad line */
};

/** Ends the reading. @return what is wrong. */
const char *nb_rule_no_memory(struct nb_rule_reader *r);

/** The next piece between blanks. @return false at the end. */
bool nb_rule_piece(struct nb_slice *rest, struct nb_slice *piece);

/**
 * Append the alternatives of "a|b/verb+Dat|$list" to *words.
 * @return NULL, or what is wrong.
 */
const char *nb_rule_words(struct nb_rule_reader *r, struct nb_slice text,
                          struct nb_words_of *words);

/**
 * Add a pattern, or both orders of one with a "<>".
 * @param owner  the rule's or context's number.
 * @return NULL, or what is wrong; then nothing is added.
 */
const char *nb_rule_pattern(struct nb_rule_reader *r, struct nb_slice text,
                            struct nb_patterns *patterns, uint32_t owner);

/** Feature bits of "Dat", "P1sg", "Case=Dat", "Fin". @return NULL, or what is wrong. */
const char *nb_rule_feature(const struct tr_core *core, struct nb_slice name, bool take_away,
                            struct nb_word *word);

/** Bits the code itself asks for. */
void nb_rule_features(const struct tr_core *core, struct nb_event_features *out);

/** The list of this name that a file sees. @return NULL when there is none. */
struct nb_event_list *nb_rule_list(const struct nb_events *events, uint8_t file,
                                   struct nb_slice name);

/** What the head of a hit says. */
struct nb_head {
    uint8_t stage;   /* enum nb_event_stage; NB_STAGE_N: this is no event */
    uint8_t subject; /* enum nb_event_subject; NB_SUBJECT_N: this is nobody we know */
    bool reported;
    bool author;         /* the author speaks of themself */
    int32_t share_milli; /* of the rule's weight that is left */
};

void nb_head_read(const struct nb_events *events, const struct nb_event_words *words,
                  const struct nb_hit *hit, const struct nb_event_rule *rule, struct nb_head *out);

#endif
