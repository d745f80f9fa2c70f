/**
 * Texts compared by their words, each counted as often as it stands there.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TESTS_WORDS_H
#define NABIZ_TESTS_WORDS_H

#include <nabiz/arena.h>
#include <nabiz/slice.h>

/** Words, ASCII letters in lower case, sorted by their bytes. */
struct nbt_words {
    struct nb_slice *all;
    size_t n;
};

struct nbt_words nbt_words_of(struct nb_slice text, struct nb_arena *arena);

/** F1 of what was got against what was wanted; nothing against nothing is 1. */
double nbt_words_f1(struct nbt_words got, struct nbt_words want, double *precision, double *recall);

#endif
