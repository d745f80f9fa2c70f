/**
 * Treebanks in memory: sentences of words with what people found right about them. For training and
 * evaluation; what the program reads at work goes through conllu.h line by line.
 *
 * Threads: immutable once read.
 */
#ifndef NABIZ_TURKISH_TREEBANK_H
#define NABIZ_TURKISH_TREEBANK_H

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct tr_gold_word {
    struct nb_slice form, lemma, upos, features; /* features "" for none */
    struct nb_slice written; /* the whole word that this one is a part of, else the form */
    bool part;               /* of a word that is written as one and counted as several */
    bool later_part;         /* and not its first */
};

struct tr_gold_sentence {
    struct nb_slice id;
    const struct tr_gold_word *words;
    size_t words_n;
};

struct tr_treebank {
    struct tr_gold_sentence *sentences;
    size_t sentences_n;
    size_t words_n;
    size_t bad_lines_n; /* left out */
};

/**
 * Read CoNLL-U text.
 * @param text   borrowed by the result.
 * @param arena  owns the result.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_treebank_read(struct nb_slice text, struct nb_arena *arena,
                             struct tr_treebank *out) NB_MUSTUSE;

/**
 * The one split everybody uses: a sentence is held out, never trained or tuned on, when the
 * FNV-1a hash of its sent_id is divisible by 5.
 */
bool tr_treebank_held_out(struct nb_slice sentence_id);

#endif
