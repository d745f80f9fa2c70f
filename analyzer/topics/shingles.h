/**
 * Shingles: what of a text is the same in its copies.
 *
 * A text is its words in order, in small letters, without diacritics; pictures, marks, links and
 * mentions do not count, so that none of them hides a copy. Two words side by side are a shingle
 * (Broder 1997, On the resemblance and containment of documents). Kept are the lowest hashes of
 * them, by which two texts are compared whatever their lengths, and a few hashes of three words by
 * which likely originals are looked up: the lowest, and those the text opens with, for a shortened
 * copy of a long text shares its beginning.
 *
 * Hashes are stored: they are the same on every machine and in every version.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SHINGLES_H
#define NABIZ_SHINGLES_H

#include <nabiz/record.h>

#include "analyzer/turkish/text.h"

enum {
    NB_SHINGLES_MAX = 256,     /* kept of a text */
    NB_SHINGLE_KEYS_MAX = 8,   /* to look it up by */
    NB_SHINGLE_WORDS_LEAST = 5 /* a text with fewer different ones is nobody's copy */
};

struct nb_shingles {
    uint32_t all[NB_SHINGLES_MAX]; /* ascending, without repetition */
    size_t n;
    bool cut;                           /* the text has more, all of them above the last */
    uint64_t keys[NB_SHINGLE_KEYS_MAX]; /* without repetition */
    size_t keys_n;
};

/**
 * Of a title and a text; either may be empty. Linear in them.
 * @param out  [out] empty when there are not words enough.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_shingles_of(const struct tr_token *title, size_t title_n,
                           const struct tr_token *text, size_t text_n, struct nb_arena *arena,
                           struct nb_shingles *out) NB_MUSTUSE;

/** Note shingles in an annotation. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_shingles_note(const struct nb_shingles *shingles, struct nb_arena *arena,
                             struct nb_annotation *out) NB_MUSTUSE;

/** What was noted in an annotation; empty when nothing was. @return NB_OK, NB_ECORRUPT. */
enum nb_err nb_shingles_noted(const struct nb_annotation *annotation,
                              struct nb_shingles *out) NB_MUSTUSE;

/**
 * How much of the shorter text is in the other, and how alike they are, in thousandths: containment
 * and resemblance, estimated from the hashes that both keep whole.
 */
struct nb_likeness {
    uint32_t containment_milli, resemblance_milli;
    uint32_t shared_n, shorter_n; /* hashes that this was seen on */
};

struct nb_likeness nb_shingles_compare(const struct nb_shingles *a, const struct nb_shingles *b);

/** True when one is a copy of the other, perhaps shortened, added to or put in another order. */
bool nb_shingles_copied(const struct nb_likeness *likeness);

#endif
