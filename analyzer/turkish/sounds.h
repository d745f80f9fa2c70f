/**
 * What suffixes hear of the sounds before them: vowel harmony, buffers, softening.
 *
 * A suffix is written once with the sounds that vary as capitals; here it is written out for the
 * context it stands in. A context is one of four classes of the last vowel and one of five kinds
 * of last sound.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TURKISH_SOUNDS_H
#define NABIZ_TURKISH_SOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/slice.h>

#define TR_CONTEXTS 20u
#define TR_SUFFIX_LETTERS 8

/*
 * SOFT stands behind a stem whose last consonant has softened, doubled or moved up (kitab-, hakk-,
 * burn-): only a suffix that begins with a vowel may follow, and the word cannot end there.
 */
enum tr_end { TR_END_VOWEL, TR_END_VOICED, TR_END_VOICELESS, TR_END_L, TR_END_SOFT };

/* Bits of the class of a vowel. */
enum { TR_BACK = 0, TR_FRONT = 1, TR_ROUND = 2 };

/** Class of a vowel, or -1. */
int tr_vowel_class(uint32_t c);

/** Vowels in a folded word. */
size_t tr_vowels_n(struct nb_slice text);

/** Context a stem ends in; front asks for front vowels whatever the last vowel is. */
unsigned tr_context_of(struct nb_slice stem, bool soft, bool front);

/** A suffix written out. */
struct tr_written {
    uint32_t letters[TR_SUFFIX_LETTERS];
    uint8_t n;
    uint8_t context; /* behind it */
};

/**
 * Write a suffix out in a context.
 * @param soften  write a last K as the soft g, so that only a vowel may follow.
 * @return false when the suffix cannot stand there.
 */
bool tr_shape_suffix(struct nb_slice pattern, unsigned context, bool soften,
                     struct tr_written *out);

/** NULL when the pattern can be written out, else what is wrong with it. */
const char *tr_pattern_problem(struct nb_slice pattern);

#endif
