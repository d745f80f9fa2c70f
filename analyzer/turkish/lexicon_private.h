/**
 * What filling (lexicon.c) and reading (reading.c) share.
 *
 * Threads: immutable once sealed.
 */
#ifndef NABIZ_TURKISH_LEXICON_PRIVATE_H
#define NABIZ_TURKISH_LEXICON_PRIVATE_H

#include "analyzer/turkish/automaton.h"
#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/table.h"

/* One way a root can begin a word. */
struct shape {
    uint32_t root;
    uint32_t next;   /* shape with the same letters, or TR_NONE */
    uint8_t context; /* of the automaton */
    bool dropped;    /* a verb without its last vowel */
};

struct shapes {
    struct tr_table table;
    uint32_t *first; /* by id of table */
    struct shape *all;
    size_t all_n;
    size_t longest; /* bytes */
};

struct tr_lexicon {
    struct nb_arena *arena;
    struct tr_table words; /* id = key */
    struct tr_table plain_words;
    tr_key *plain_keys; /* by id of plain_words */
    struct tr_root *roots;
    size_t roots_n;
    struct shapes shapes[2]; /* as written; with diacritics ignored */
    struct tr_rules *rules;
    const char *watched;
    struct tr_automaton automaton;
};

#endif
