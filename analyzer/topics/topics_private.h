/**
 * What compiling (topics.c) and matching (topics_match.c) share.
 *
 * Threads: immutable once sealed.
 */
#ifndef NABIZ_TOPICS_PRIVATE_H
#define NABIZ_TOPICS_PRIVATE_H

#include "analyzer/topics/query_meaning.h"
#include "analyzer/topics/topics.h"
#include "analyzer/turkish/table.h"

/* Between the last word of a title and the first of the text: no phrase and no NEAR crosses it. */
#define NB_TOPIC_GAP (NB_QUERY_DISTANCE_MAX + NB_QUERY_PHRASE_WORDS_MAX + 2)

enum nb_atom_kind {
    NB_ATOM_LEMMA,   /* key, conditions */
    NB_ATOM_WRITTEN, /* key: the word as written, maybe without diacritics or with a suffix behind
                        an apostrophe */
    NB_ATOM_EXACT,   /* key: the word as written and nothing else */
    NB_ATOM_FORM,    /* conditions */
    NB_ATOM_PREFIX,
    NB_ATOM_HASHTAG,
    NB_ATOM_HANDLE,
    NB_ATOM_FIELD
};

struct nb_atom {
    uint8_t kind;
    uint8_t field;       /* of FIELD */
    uint32_t conditions; /* index, TR_NONE: none */
    tr_key key;
    uint32_t next;         /* atom that is found by the same key or text */
    struct nb_slice text;  /* as a query has it, without signs */
    uint32_t triggers_end; /* in topics->triggers; they begin where those of the atom before end */
};

/* All of them must hold. */
struct nb_conditions {
    size_t n;
    struct {
        struct nb_query_form form;
        struct nb_slice text; /* "ek:olumsuz" */
    } all[NB_QUERY_PHRASE_WORDS_MAX];
};

enum nb_topic_node_kind {
    NB_NODE_ATOM,
    NB_NODE_AND,
    NB_NODE_OR,
    NB_NODE_NOT,
    NB_NODE_PHRASE, /* its children are atoms */
    NB_NODE_NEAR,
    NB_NODE_SINCE,
    NB_NODE_UNTIL
};

struct nb_topic_node {
    uint8_t kind;
    uint8_t between;  /* of NEAR */
    bool ordered;     /* of NEAR */
    bool title;       /* of ATOM: only in the title */
    bool exact;       /* of PHRASE */
    uint32_t line;    /* in the topic's file */
    uint32_t atom;    /* of ATOM */
    uint32_t child;   /* the first, TR_NONE: none */
    uint32_t sibling; /* the next */
    int64_t at_ms;    /* of SINCE and UNTIL */
};

/* Strings, and the first atom that each finds. */
struct nb_atom_index {
    struct tr_table table;
    uint32_t *first;
    size_t cap;
};

struct nb_topics {
    struct tr_lexicon *lexicon;
    const struct tr_speller *speller;
    struct nb_arena *arena;
    const char **names;
    uint32_t *roots; /* by topic: node */
    size_t n, cap;
    struct nb_topic_node *nodes;
    size_t nodes_n, nodes_cap;
    struct nb_atom *atoms;
    size_t atoms_n, atoms_cap;
    struct tr_table atom_names; /* every atom by what it is, so that there is one of each */
    struct nb_atom_index prefixes, hashtags, handles, fields;
    struct nb_conditions *conditions;
    size_t conditions_n, conditions_cap;
    uint32_t *by_key; /* the first atom of a key, TR_NONE: none */
    size_t keys_n;
    uint32_t *triggers; /* topics, by atom */
    uint32_t *always;   /* topics without a trigger */
    size_t always_n;
    uint32_t *forms; /* atoms of kind FORM */
    size_t forms_n;
    uint32_t fields_used;       /* set of enum nb_query_field */
    uint64_t prefix_lengths[2]; /* set of their lengths in bytes */
};

/** The text a field's atom is found by: "3:negative". @return bytes, at most 640; 0: too long. */
#define NB_FIELD_KEY_BYTES 640
size_t nb_topic_field_key(unsigned field, struct nb_slice value, char out[NB_FIELD_KEY_BYTES]);

#endif
