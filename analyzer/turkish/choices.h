/**
 * What the words around decide between two readings of one: rules from a lexicon, behind the
 * ranker.
 *
 *     READING over READING [behind a word] [before an end] [before WORD...] [not before WORD...]
 *
 * Where a word is read as the second and could be the first, it is the first when everything behind
 * it holds. lexicons/choices.txt explains it to those who write it.
 *
 * Threads: immutable once read.
 */
#ifndef NABIZ_TURKISH_CHOICES_H
#define NABIZ_TURKISH_CHOICES_H

#include <nabiz/arena.h>

#include "analyzer/turkish/rank.h"
#include "analyzer/turkish/report.h"

#define TR_CHOICES_MAX 64
#define TR_CHOICE_WORDS_MAX 8

struct tr_choice {
    uint64_t first, second; /* sets of features; the first is better than the second */
    bool behind_word;       /* there is a word before it, without punctuation between */
    bool before_end;        /* a clause or the sentence ends behind it */
    bool not_before;        /* none of the words follows, instead of one of them */
    struct nb_slice words[TR_CHOICE_WORDS_MAX];
    size_t words_n;
};

struct tr_choices {
    struct tr_choice all[TR_CHOICES_MAX];
    size_t n;
};

/**
 * Add the rules of a text. A bad line costs only that line.
 * @param arena  owns a copy of the words.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_choices_read(struct tr_choices *choices, const struct tr_core *core,
                            struct nb_slice text, struct nb_arena *arena, tr_report_fn *report,
                            void *context) NB_MUSTUSE;

/** Move the analysis that the rules want to the front; the others keep their order. */
void tr_choose(const struct tr_choices *choices, const struct tr_around *around,
               struct tr_analysis *analyses, size_t n);

#endif
