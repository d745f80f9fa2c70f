/**
 * Which language a text is in: Turkish, Azerbaijani, Kurdish (Kurmanji in Latin letters), English,
 * German, Arabic, Russian, or unknown.
 *
 * Arabic and Russian are told by their letters. For Latin letters a linear model weighs the groups
 * of one to four letters of each word and the words, and what morphology makes of the words speaks
 * for or against Turkish. The model is models/language.bin, made by `make models`.
 *
 * Threads: pure functions of an immutable model.
 */
#ifndef NABIZ_TURKISH_LANGUAGE_H
#define NABIZ_TURKISH_LANGUAGE_H

#include <stdint.h>

#include "analyzer/turkish/text.h"

struct tr_cache;

enum tr_language {
    TR_LANGUAGE_TR,
    TR_LANGUAGE_AZ,
    TR_LANGUAGE_KU,
    TR_LANGUAGE_EN,
    TR_LANGUAGE_DE,
    TR_LANGUAGE_OTHER, /* of the model: in Latin letters, none of those */
    TR_LANGUAGE_LATIN_N,
    TR_LANGUAGE_AR = TR_LANGUAGE_LATIN_N,
    TR_LANGUAGE_RU,
    TR_LANGUAGE_UNKNOWN
};

struct tr_languages {
    const int8_t *weights; /* borrowed; NULL: only scripts and morphology tell */
    uint32_t mask;
};

/** What was seen of a text; start with all zero. */
struct tr_language_sum {
    int64_t scores[TR_LANGUAGE_LATIN_N];
    uint32_t features_n, words_n;
    uint32_t latin_n, arabic_n, cyrillic_n, strange_n; /* letters */
    uint32_t known_n, unknown_n; /* longer words that have an analysis, and that have none */
};

/** @return NB_OK, NB_ECORRUPT; *out is without a model then. */
enum nb_err tr_languages_open(struct tr_languages *out, struct nb_slice model) NB_MUSTUSE;

/** Add the words of a text, as they are typed: before diacritics are restored. */
void tr_language_add(const struct tr_languages *languages, const struct tr_token *tokens, size_t n,
                     struct tr_language_sum *sum);

/** The same through a cache of what single words add; NULL for none. */
void tr_language_add_cached(const struct tr_languages *languages, struct tr_cache *cache,
                            const struct tr_token *tokens, size_t n, struct tr_language_sum *sum);

/** A cache for that. @return NULL when out of memory. */
struct tr_cache *tr_language_cache_new(void);

/** Add whether a word has an analysis as it is typed; short ones say nothing. */
void tr_language_add_word(const struct tr_token *token, bool known, struct tr_language_sum *sum);

enum tr_language tr_language_judge(const struct tr_language_sum *sum);

/** May be Turkish that is typed without diacritics: nothing else is likelier by far. */
bool tr_language_may_be_turkish(const struct tr_language_sum *sum);

/** "tr"; "und" for what is unknown. */
const char *tr_language_code(enum tr_language language);

/** What the model sees of one word; for the trainer. @return how many, at most cap. */
size_t tr_language_features(const struct tr_token *token, uint32_t *out, size_t cap);

/* Layout: magic, log2 of rows, 7 bytes of a hash, then rows of LATIN_N weights of a byte. */
#define TR_LANGUAGE_MAGIC "nblang01"
#define TR_LANGUAGE_HEADER 16
#define TR_LANGUAGE_FEATURES_MAX 96 /* of one word */

#endif
