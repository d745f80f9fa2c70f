/**
 * Words to lemma, part of speech and features, as Universal Dependencies writes them: for
 * `nabiz morph`, for training and for evaluation.
 *
 * Threads: pure functions of an immutable lexicon.
 */
#ifndef NABIZ_TURKISH_TAGGER_H
#define NABIZ_TURKISH_TAGGER_H

#include "analyzer/turkish/lexicon.h"

#define TR_TAGS_MAX 64 /* more readings of one word are not given */

/* A word of a sentence: what a row of a treebank has in its second column. */
struct tr_form {
    struct nb_slice text; /* UTF-8, as written */
    bool part;            /* stands inside a word written as one, such as 6 of 6-7 */
    bool later_part;      /* and is not the first of its parts */
};

struct tr_tag {
    struct nb_slice lemma; /* a name with its capital */
    const char *upos;
    struct nb_slice features; /* "A=b|C=d", "" for none */
    bool covered;             /* an analysis, not a guess */
};

/**
 * Tag the words of one sentence.
 * @param arena  owns the strings.
 * @param out    [out] n tags.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_tag_sentence(const struct tr_lexicon *lexicon, const struct tr_form *forms, size_t n,
                            struct nb_arena *arena, struct tr_tag *out) NB_MUSTUSE;

/**
 * Every reading of one word by itself, best first; at least one.
 * @param out  [out] room for TR_TAGS_MAX.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_tag_word(const struct tr_lexicon *lexicon, struct nb_slice form,
                        struct nb_arena *arena, struct tr_tag *out, size_t *out_n) NB_MUSTUSE;

#endif
