/**
 * Affect: how texts feel that use a word, whatever they say with it.
 *
 * The opinion lexicon says what a word asserts ("bad", "broken"); this dictionary says in what
 * company a word is met ("tax", "court", "holiday"). It decides nothing by itself: the learnt model
 * counts it, which makes it know words that its training never saw.
 *
 * A line is `VALENCE EMOTION: word word ...`, VALENCE from -3 to +3; a word of several is written
 * with '_'. Words of verbs.txt are verbs, of nouns.txt and adjectives.txt nominals; those of other
 * files match with any part of speech.
 *
 * Threads: a sealed nb_affect is immutable.
 */
#ifndef NABIZ_AFFECT_H
#define NABIZ_AFFECT_H

#include "analyzer/sentiment/opinion.h"

/** The files, in lexicons/affect/. */
#define NB_AFFECT_FILES_N 5
extern const char *const nb_affect_files[NB_AFFECT_FILES_N];

#define NB_AFFECT_MOST 3            /* valence is from -3 to +3 */
#define NB_AFFECT_CALM NB_EMOTION_N /* in the place of an emotion: none */

struct nb_affect {
    struct tr_lexicon *lexicon;
    struct tr_terms terms; /* kind: emotion or NB_AFFECT_CALM; value: valence */
};

void nb_affect_init(struct nb_affect *affect, struct tr_lexicon *lexicon, struct nb_arena *arena);

/** Read one of the files; a bad word costs only that word. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_affect_add(struct nb_affect *affect, unsigned file, struct nb_slice text,
                          struct nb_arena *scratch, tr_report_fn *report, void *context) NB_MUSTUSE;

/** After the lexicon was sealed. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_affect_seal(struct nb_affect *affect) NB_MUSTUSE;

struct nb_feeling {
    int valence;      /* 0: none */
    unsigned emotion; /* enum nb_emotion or NB_AFFECT_CALM */
    unsigned words_n; /* tokens from here that it is of; 1 where there is none */
};

/** The feeling of the longest entry that begins at readings[at]. */
struct nb_feeling nb_affect_at(const struct nb_affect *affect, const struct tr_reading *readings,
                               size_t n, size_t at);

#endif
