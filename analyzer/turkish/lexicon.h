/**
 * Words as the analyzer uses them: a core, roots and vocabulary that lexicons and topics add to it,
 * and the reading of a token.
 *
 * A lexicon is filled, and from then on immutable: any number of threads read with it at once and
 * get the same answers in any order of calls.
 */
#ifndef NABIZ_TURKISH_LEXICON_H
#define NABIZ_TURKISH_LEXICON_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/cache.h"
#include "analyzer/turkish/choices.h"
#include "analyzer/turkish/morph.h"
#include "analyzer/turkish/rank.h"
#include "analyzer/turkish/text.h"

struct tr_normaliser;

/** A key names one string of the vocabulary; 0 is none. */
typedef uint32_t tr_key;

#define TR_ANALYSES_MAX 6
#define TR_SURFACES_MAX 2

/** A word as it can be read, most plausible reading first. */
struct tr_reading {
    struct tr_analysis analyses[TR_ANALYSES_MAX];
    tr_key keys[TR_ANALYSES_MAX]; /* of the root's lemma */
    size_t analyses_n;
    tr_key surfaces[TR_SURFACES_MAX]; /* the word as written, where the vocabulary has it */
    size_t surfaces_n;
    struct nb_slice lemma; /* of the best reading; for an unknown word a guess */
    uint64_t features;
    bool known;
    uint8_t stage;          /* enum tr_stage: how the word was found */
    uint8_t frequency;      /* of the folded word, see tr_speller_frequency() */
    uint8_t marks;          /* of its keys, see tr_lexicon_mark() */
    struct nb_slice normal; /* the whole form it was found as, empty where that is the word */
};

/* Of the words that terms of a set begin with. */
enum { TR_MARK_OPINION = 1, TR_MARK_AFFECT = 2 };

struct tr_lexicon;

/**
 * @param core  owned by the lexicon from here on, also when this fails; it finds added roots too.
 * @return NULL when out of memory.
 */
struct tr_lexicon *tr_lexicon_new(struct tr_core *core);
void tr_lexicon_free(struct tr_lexicon *lexicon);

const struct tr_core *tr_lexicon_core(const struct tr_lexicon *lexicon);

/** Put analyses in order with this ranker, borrowed; without one, by length. */
void tr_lexicon_rank_with(struct tr_lexicon *lexicon, const struct tr_ranker *ranker);

/** The core, to attach what reads with it. */
struct tr_core *tr_lexicon_core_mutable(struct tr_lexicon *lexicon);

/** Read what has no analysis by its normal form, found with this normaliser, borrowed. */
void tr_lexicon_normalise_with(struct tr_lexicon *lexicon, const struct tr_normaliser *normaliser);

/**
 * Add one root unless it is there already with this part of speech.
 * @param folded  the dictionary form, folded; a verb without its infinitive ending.
 * @return NB_OK, NB_ENOMEM, NB_EINVAL (empty or over 48 bytes).
 */
enum nb_err tr_lexicon_add_root(struct tr_lexicon *lexicon, struct nb_slice folded,
                                enum tr_upos upos) NB_MUSTUSE;

/** True when a root of this part of speech is written so. */
bool tr_lexicon_has_root(const struct tr_lexicon *lexicon, struct nb_slice folded,
                         enum tr_upos upos);

/** Key of a folded string, added when it is new. @return 0 when out of memory. */
tr_key tr_lexicon_key(struct tr_lexicon *lexicon, struct nb_slice folded);

/** Number of keys; every key is below. */
size_t tr_lexicon_keys_n(const struct tr_lexicon *lexicon);

/** The string of a key. */
struct nb_slice tr_lexicon_key_text(const struct tr_lexicon *lexicon, tr_key key);

/**
 * Readings with this key carry these marks from here on: what begins with few words need not ask
 * all others. To be called when the last key was added and before words are read.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_lexicon_mark(struct tr_lexicon *lexicon, tr_key key, uint8_t marks) NB_MUSTUSE;

/**
 * Read one word.
 * @param arena  for a lemma that no lexicon has; when it is full, the word stands for its lemma.
 * Cost: proportional to the length of the word; words over 96 bytes are unknown at once.
 */
void tr_read(const struct tr_lexicon *lexicon, const struct tr_token *token, struct nb_arena *arena,
             struct tr_reading *out);

/**
 * Let the words around choose other readings, of the tokens of one sentence that were read.
 * @param arena  as above.
 */
void tr_readings_choose(const struct tr_lexicon *lexicon, const struct tr_choices *choices,
                        const struct tr_token *tokens, struct tr_reading *readings, size_t n,
                        struct nb_arena *arena);

/** A cache for tr_read_cached(): 20 MiB. @return NULL when out of memory. */
struct tr_cache *tr_reading_cache_new(void);

/** Say that the words of a text will be read. @param cache  NULL: nothing is done. */
void tr_read_ahead(const struct tr_cache *cache, const struct tr_token *tokens, size_t n);

/**
 * The same answers for all words of a text, kept by word.
 * @param cache  used with lexicons that read equally only; NULL: no cache.
 * @param out    [out] a reading for each token.
 */
void tr_read_cached(const struct tr_lexicon *lexicon, struct tr_cache *cache,
                    const struct tr_token *tokens, size_t n, struct nb_arena *arena,
                    struct tr_reading *out);

#endif
