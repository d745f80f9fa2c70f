/**
 * Words to lemma, part of speech and features, as Universal Dependencies writes them: for
 * `nabiz morph`, for training and for evaluation.
 *
 * Threads: pure functions of an immutable ranker and core.
 */
#ifndef NABIZ_TURKISH_TAGGER_H
#define NABIZ_TURKISH_TAGGER_H

#include <nabiz/arena.h>

#include "analyzer/turkish/choices.h"
#include "analyzer/turkish/normalise.h"
#include "analyzer/turkish/rank.h"

/* What tagging needs to know; the core is the ranker's. */
struct tr_tagger {
    struct tr_ranker ranker;
    struct tr_choices choices;
    /* Reads words typed without diacritics, in slang or with a slip; NULL: those are guessed. */
    const struct tr_normaliser *normaliser;
};

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
    bool named;               /* guessed, but written as only names are */
};

/* A word before anything is chosen. */
struct tr_candidates {
    struct tr_seen word;
    struct tr_analysis all[TR_ANALYSE_MAX];
    size_t n;            /* 0: no word of letters, fixed is the answer */
    struct tr_tag fixed; /* numbers, punctuation, and what is none of these */
};

/**
 * Tag the words of one sentence.
 * @param arena  owns the strings.
 * @param out    [out] n tags.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_tag_sentence(const struct tr_tagger *tagger, const struct tr_form *forms, size_t n,
                            struct nb_arena *arena, struct tr_tag *out) NB_MUSTUSE;

/**
 * Every reading of one word by itself, best first; at least one.
 * @param out  [out] room for TR_ANALYSE_MAX.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_tag_word(const struct tr_tagger *tagger, struct nb_slice form,
                        struct nb_arena *arena, struct tr_tag *out, size_t *out_n) NB_MUSTUSE;

/**
 * How each word of a sentence is written: what is in capitals because all is says nothing.
 * @param out  [out] n shapes.
 */
void tr_tag_shapes(const struct tr_form *forms, size_t n, enum tr_shape *out);

/** What stands around the i-th word. @param arena  owns the slices. */
enum nb_err tr_tag_around(const struct tr_form *forms, size_t n, size_t i, struct nb_arena *arena,
                          struct tr_around *out);

/**
 * What a word can be, not yet in order; for the trainer.
 * @param arena  owns what out borrows, with the form.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_tag_candidates(const struct tr_core *core, struct nb_slice form, enum tr_shape shape,
                              struct nb_arena *arena, struct tr_candidates *out) NB_MUSTUSE;

#endif
