/**
 * The automaton of suffixes: which suffix may follow which, in the shapes vowel harmony gives them.
 *
 * A node is a state in one of 16 phonological contexts (four classes of the last vowel, four of
 * the last sound), so that matching compares bytes and nothing else.
 *
 * Threads: immutable once compiled.
 */
#ifndef NABIZ_TURKISH_AUTOMATON_H
#define NABIZ_TURKISH_AUTOMATON_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/turkish/lexicon.h"

#define TR_CONTEXTS 16u
#define TR_SUFFIX_BYTES 15
#define TR_FEATURES_MAX 64

enum tr_end { TR_END_VOWEL, TR_END_VOICED, TR_END_VOICELESS, TR_END_SOFT };

struct tr_edge {
    char text[2][TR_SUFFIX_BYTES]; /* as written; with diacritics ignored */
    uint8_t len[2];
    bool derived;
    uint16_t next; /* node */
    uint16_t line;
    uint64_t features;
};

struct tr_node {
    uint64_t firsts[2]; /* which first bytes (modulo 64) edges have; to leave at once */
    uint32_t edges, edges_n;
    bool final;
};

struct tr_automaton {
    struct tr_node *nodes;
    struct tr_edge *edges;
    uint16_t start[TR_POS_N];              /* states */
    uint16_t start_drop;                   /* of a verb that lost its last vowel */
    const char *features[TR_FEATURES_MAX]; /* by bit, sorted */
    size_t features_n;
};

struct tr_rules;

/** Rules being collected; in the arena. @return NULL when out of memory. */
struct tr_rules *tr_rules_new(struct nb_arena *arena);

/** Read suffix lines. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_rules_read(struct tr_rules *rules, struct nb_slice text, tr_report_fn *report,
                          void *context) NB_MUSTUSE;

/** @return NB_OK, NB_ENOMEM, NB_EINVAL (too many states or edges). */
enum nb_err tr_rules_compile(struct tr_rules *rules, const char *watched,
                             struct tr_automaton *out) NB_MUSTUSE;

/** Context a stem ends in; front asks for front vowels whatever the last vowel is. */
unsigned tr_context_of(struct nb_slice stem, bool soft, bool front);

#endif
