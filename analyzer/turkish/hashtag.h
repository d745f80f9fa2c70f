/**
 * The words of a hashtag: by its capitals, underlines and digits, and where there are none, by the
 * frequent words it can be cut into.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TURKISH_HASHTAG_H
#define NABIZ_TURKISH_HASHTAG_H

#include "analyzer/turkish/normalise.h"

#define TR_HASHTAG_WORDS_MAX 16
#define TR_HASHTAG_BYTES_MAX 96 /* of the folded tag; a longer one is one word */

struct tr_hashtag_word {
    uint32_t begin, end; /* bytes of the text, between two code points */
    uint16_t from, len;  /* of tr_hashtag.folded; diacritics that lack are restored */
};

struct tr_hashtag {
    struct tr_hashtag_word words[TR_HASHTAG_WORDS_MAX];
    size_t n;                                                     /* at least 1 */
    char folded[2 * TR_HASHTAG_BYTES_MAX + TR_HASHTAG_WORDS_MAX]; /* the words, a blank between */
    size_t len;
};

/**
 * @param token  a TR_HASHTAG of this text.
 * Cost: for letters without capitals, at most 20 look-ups each.
 */
void tr_hashtag_split(const struct tr_normaliser *normaliser, struct nb_slice text,
                      const struct tr_token *token, struct tr_hashtag *out);

#endif
