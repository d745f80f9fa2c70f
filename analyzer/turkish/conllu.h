/**
 * CoNLL-U, the ten-column form treebanks come in, one line at a time
 * (https://universaldependencies.org/format.html).
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TURKISH_CONLLU_H
#define NABIZ_TURKISH_CONLLU_H

#include <stdint.h>

#include <nabiz/slice.h>

enum tr_conllu_field {
    TR_CONLLU_ID,
    TR_CONLLU_FORM,
    TR_CONLLU_LEMMA,
    TR_CONLLU_UPOS,
    TR_CONLLU_XPOS,
    TR_CONLLU_FEATS,
    TR_CONLLU_HEAD,
    TR_CONLLU_DEPREL,
    TR_CONLLU_DEPS,
    TR_CONLLU_MISC,
    TR_CONLLU_FIELDS
};

enum tr_conllu_kind {
    TR_CONLLU_END,     /* the empty line behind a sentence */
    TR_CONLLU_COMMENT, /* # ... */
    TR_CONLLU_WORD,    /* 7 */
    TR_CONLLU_RANGE,   /* 7-8: one word as written, its parts follow */
    TR_CONLLU_EMPTY,   /* 7.1: not written at all */
    TR_CONLLU_BAD
};

struct tr_conllu_line {
    enum tr_conllu_kind kind;
    struct nb_slice field[TR_CONLLU_FIELDS]; /* of words, ranges and empty nodes */
    uint32_t first, last;                    /* ids; equal but for a range */
    const char *problem;                     /* of a bad line: what is wrong with it */
};

/** Read one line, without its end; out borrows from it. */
void tr_conllu_parse(struct nb_slice line, struct tr_conllu_line *out);

/** Value of a feature in "A=b|C=d", of a key in "# key = value" lines; p == NULL without. */
struct nb_slice tr_conllu_feature(struct nb_slice features, struct nb_slice name);
struct nb_slice tr_conllu_comment(struct nb_slice line, struct nb_slice key);

#endif
