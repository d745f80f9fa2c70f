/**
 * Sets of terms: expressions of one or more words, found in a text by lemma or as written.
 *
 * Terms are looked up by their first word, so the cost of a search grows with the text and not
 * with the number of terms.
 *
 * Threads: a sealed set is immutable.
 */
#ifndef NABIZ_TURKISH_TERMS_H
#define NABIZ_TURKISH_TERMS_H

#include "analyzer/turkish/lexicon.h"

#define TR_TERM_WORDS_MAX 8
#define TR_TERM_ANY_POS TR_UPOS_N

struct tr_term {
    tr_key keys[TR_TERM_WORDS_MAX];
    uint8_t words_n;
    uint8_t as_written; /* set of words that do not match by lemma */
    uint8_t pos;        /* of the last word, enum tr_upos or TR_TERM_ANY_POS */
    uint8_t kind;       /* the owner's */
    uint16_t file;      /* the owner's */
    uint32_t line;
    int32_t value;    /* the owner's */
    uint32_t payload; /* the owner's */
};

struct tr_terms {
    struct nb_arena *arena;
    struct tr_term *all; /* sealed: by first word; of those with one, more words first */
    tr_key *seconds;     /* of each its second word, which is most often not there; 0 for none */
    uint32_t *first;     /* by key: of its terms, and one more */
    uint64_t *begins;    /* a bit for each key: set when a term begins with it */
    size_t n, cap, keys_n;
    uint8_t mark; /* of readings that terms may begin with; 0: they carry none */
};

struct tr_match {
    const struct tr_term *term;
    /* Of the last word: the reading that matched, NULL when it matched as written. */
    const struct tr_analysis *analysis;
};

enum tr_scope {
    TR_BEST_READING, /* the best reading and its homonyms: what the word most likely is */
    TR_ANY_READING   /* every reading, but no word by what it is derived from */
};

/** Where a search at one token stands; start with all zero. */
struct tr_cursor {
    tr_key keys[TR_SURFACES_MAX + TR_ANALYSES_MAX];
    size_t keys_n, key;
    uint32_t term, end; /* of the key at hand */
    uint64_t next_keys; /* a bit for each key of the next word, modulo 64 */
    bool started;
};

/**
 * True when a word of one part of speech may stand for a term of the other: the same, or both
 * nominal, for an adjective becomes a noun with its first suffix.
 */
bool tr_upos_alike(unsigned a, unsigned b);

void tr_terms_init(struct tr_terms *terms, struct nb_arena *arena);

/** @return NB_OK, NB_ENOMEM. */
enum nb_err tr_terms_add(struct tr_terms *terms, const struct tr_term *term) NB_MUSTUSE;

/** @param keys_n  tr_lexicon_keys_n() when nothing more is added. @return NB_OK, NB_ENOMEM. */
enum nb_err tr_terms_seal(struct tr_terms *terms, size_t keys_n) NB_MUSTUSE;

/**
 * Let readings of the words that terms begin with carry a mark, so that no others are asked.
 * @param terms  sealed. @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_terms_mark(struct tr_terms *terms, struct tr_lexicon *lexicon,
                          uint8_t mark) NB_MUSTUSE;

/**
 * Say that terms will be looked for at each of these tokens, so that nobody waits for memory then.
 */
void tr_terms_ahead(const struct tr_terms *terms, const struct tr_reading *readings, size_t n);

/** False when no term of the set begins with this word: then there is no need to look for them. */
static inline bool tr_terms_may_begin(const struct tr_terms *terms,
                                      const struct tr_reading *reading)
{
    return !terms->mark || (reading->marks & terms->mark);
}

/**
 * The next term that begins at readings[at].
 * @return false when there is no further one.
 */
bool tr_terms_next(const struct tr_terms *terms, const struct tr_reading *readings, size_t n,
                   size_t at, enum tr_scope scope, struct tr_cursor *cursor, struct tr_match *out);

#endif
