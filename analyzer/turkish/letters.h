/**
 * Code points as Turkish text uses them; shared by folding, tokens and morphology.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TURKISH_LETTERS_H
#define NABIZ_TURKISH_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

/** One code point, lower case by Turkish rules, without circumflex. */
uint32_t tr_fold_letter(uint32_t c);

/** Invisible in Turkish text: dropped by folding, part of the word it stands in. */
bool tr_is_dropped(uint32_t c);

bool tr_is_apostrophe(uint32_t c);

/** Has a small letter. */
bool tr_is_capital(uint32_t c);

#endif
