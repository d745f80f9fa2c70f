/**
 * Slips of the finger: the most frequent word that is one edit away from what was typed.
 *
 * Frequent words are known by hash and the logarithm of their count, from models/words.bin, made
 * by `make models`. What is found there is a candidate; whether it is a word is asked of
 * morphology.
 *
 * Threads: pure functions of an immutable model.
 */
#ifndef NABIZ_TURKISH_SPELL_H
#define NABIZ_TURKISH_SPELL_H

#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#define TR_SPELL_BYTES_MAX 40 /* longer words are left alone */
#define TR_SPELL_FOUND_MAX 4

struct tr_speller {
    const unsigned char *entries; /* borrowed; NULL: finds nothing */
    uint32_t slots;               /* a power of two */
};

struct tr_spelt {
    char text[TR_SPELL_BYTES_MAX + 4];
    uint8_t len;
    int32_t score; /* logarithm of the count, less those of the edit and the typed */
};

/** @return NB_OK, NB_ECORRUPT; *out finds nothing then. */
enum nb_err tr_speller_open(struct tr_speller *out, struct nb_slice model) NB_MUSTUSE;

/** How frequent a folded word is: 0 unknown, then one more for each doubling. */
unsigned tr_speller_frequency(const struct tr_speller *speller, struct nb_slice word);

/**
 * Words one edit away, best first: two letters swapped, one left out, one too many, one for
 * another. Cost: 70 look-ups per letter.
 * @param out  [out] room for TR_SPELL_FOUND_MAX.
 */
size_t tr_spell(const struct tr_speller *speller, struct nb_slice word, struct tr_spelt *out);

/* Layout, little-endian: magic, slots in 32 bits, 32 bits of a hash of the rest, slots of 16 bits.
 */
#define TR_SPELL_MAGIC "nbword01"
#define TR_SPELL_HEADER 16
#define TR_SPELL_PROBES 8

/** The slot a word belongs to, or one of the PROBES behind it, and the 12 bits that mark it. */
uint32_t tr_spell_slot(struct nb_slice word, uint32_t slots, uint16_t *mark);

#endif
