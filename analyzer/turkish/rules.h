/**
 * Suffix lines as read: states, and rules that lead from one to another.
 *
 * Threads: one thread fills it; immutable afterwards.
 */
#ifndef NABIZ_TURKISH_RULES_H
#define NABIZ_TURKISH_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/morph.h"
#include "analyzer/turkish/report.h"
#include "analyzer/turkish/table.h"

#define TR_FEATURES_MAX 64

/* Where words begin: a part of speech, or a kind of stem. */
enum tr_start {
    /* first TR_UPOS_N of them: enum tr_upos */
    TR_START_ABBR = TR_UPOS_N,
    TR_START_NUMBER,   /* written in digits */
    TR_START_COMPOUND, /* a noun that ends in its possessive */
    TR_START_FORM,     /* a whole form that takes what follows a case */
    TR_START_DROP,     /* a verb that lost its last vowel */
    TR_START_NARROW,   /* a verb whose last e became i */
    TR_START_VERB,     /* + aorist * TR_CAUSATIVES_MAX + causative */
    TR_CAUSATIVES_MAX = 8,
    TR_STARTS_N = TR_START_VERB + 2 * TR_CAUSATIVES_MAX
};

struct tr_rule {
    uint16_t from, to;
    uint16_t line;
    uint8_t upos;            /* the word becomes this, TR_UPOS_N: stays what it is */
    bool lemma;              /* what stands here can be a lemma */
    bool derived;            /* the word behind is another word */
    bool privative;          /* it says that something is not there */
    char tail;               /* 'A': the lemma lost this vowel; 0 */
    uint32_t path;           /* names the rule, by what it says */
    struct nb_slice pattern; /* empty: go on without a suffix */
    uint8_t features_n;
    uint8_t features[8]; /* ids in the table of features */
};

struct tr_rules {
    struct nb_arena *arena;
    struct tr_table states, features, causatives;
    struct tr_rule *all;
    size_t n;
    bool *final;                 /* by state */
    uint16_t start[TR_STARTS_N]; /* states; 0 goes nowhere */
    uint16_t aorist[2];          /* states: -Ar, -Ir */
    uint16_t causative[TR_CAUSATIVES_MAX];
    struct tr_table reads;    /* what is read aloud otherwise than it is written */
    struct nb_slice *read_as; /* by id of reads */
};

/** @return NULL when out of memory. */
struct tr_rules *tr_rules_new(struct nb_arena *arena);

/** Read suffix lines. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_rules_read(struct tr_rules *rules, struct nb_slice text, tr_report_fn *report,
                          void *context) NB_MUSTUSE;

/** How a digit, a power of ten or a letter is read aloud; empty when no line says. */
struct nb_slice tr_rules_read_as(const struct tr_rules *rules, struct nb_slice what);

/**
 * Ids of "Key=Value|Key=Value" in the table of features.
 * @return NULL, or what is wrong.
 */
const char *tr_rules_features(struct tr_rules *rules, struct nb_slice text, uint8_t *ids,
                              size_t cap, uint8_t *n);

#endif
