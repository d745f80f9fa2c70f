/**
 * Turkish words with endings, made from tables and the rules of vowel harmony: an opinion on what a
 * form looks like that shares nothing with the analyser's suffixes.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TESTS_ENDINGS_H
#define NABIZ_TESTS_ENDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <nabiz/slice.h>

enum nbt_ending_kind { NBT_NOMINAL, NBT_VERBAL, NBT_NAME };

/**
 * Endings of a kind, *n of them: A and I are vowels that follow the stem's, D is d or t, and what
 * is in brackets is there only between two vowels or two consonants.
 */
const char *const *nbt_endings(enum nbt_ending_kind kind, size_t *n);

/** The stem with one of those endings, cut when it does not fit. */
void nbt_attach(const char *stem, const char *ending, char *out, size_t size);

/** Whether the last letter of a stem may change before a vowel: attaching does not know. */
bool nbt_may_soften(struct nb_slice stem, enum nbt_ending_kind kind);

#endif
