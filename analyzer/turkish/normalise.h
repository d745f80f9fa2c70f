/**
 * Words as they are typed to words as they are spelt, for those that morphology does not know.
 *
 * In order, each step only when the ones before gave no word that can be analysed: an 'I' read the
 * other way, stretched letters shortened, an abbreviation or an ending as it is said written out,
 * diacritics put back, one slip of the finger undone. What comes out is a form; offsets into the
 * text stay those of the token.
 *
 * Threads: pure functions of an immutable normaliser; the answer depends on the word alone, so it
 * can be kept by word.
 */
#ifndef NABIZ_TURKISH_NORMALISE_H
#define NABIZ_TURKISH_NORMALISE_H

#include "analyzer/turkish/informal.h"
#include "analyzer/turkish/morph.h"
#include "analyzer/turkish/restore.h"
#include "analyzer/turkish/spell.h"
#include "analyzer/turkish/text.h"

/* Which step gave the form. */
enum tr_stage {
    TR_STAGE_EXACT, /* as it is written */
    TR_STAGE_OTHER_I,
    TR_STAGE_SHORTENED,
    TR_STAGE_ABBREVIATION,
    TR_STAGE_CASUAL,
    TR_STAGE_DIACRITICS,
    TR_STAGE_SPELLING,
    TR_STAGE_HASHTAG, /* several words of a hashtag; no step of the cascade */
    TR_STAGE_UNKNOWN, /* none did */
    TR_STAGES
};

struct tr_normaliser {
    const struct tr_core *core;
    const struct tr_informal *informal; /* may be NULL */
    struct tr_restorer restorer;        /* may be empty */
    struct tr_speller speller;          /* may be empty */
};

#define TR_NORMAL_BYTES_MAX 192

struct tr_normal {
    char text[TR_NORMAL_BYTES_MAX];
    uint16_t len;
    uint16_t head, head_len; /* the word of it that carries the meaning; most often all of it */
    uint8_t stage;           /* enum tr_stage */
};

/**
 * Find the normal form of a word. Cost: one analysis for a word that is known, at most 100 or so
 * for one that is not.
 * @param token  a TR_WORD; its folded form and flags are used, not the text.
 * @return false, and stage TR_STAGE_UNKNOWN with the word as it is, when no step gave a word that
 *         can be analysed.
 */
bool tr_normalise(const struct tr_normaliser *normaliser, const struct tr_token *token,
                  struct tr_normal *out);

/** "diacritics" */
const char *tr_stage_name(enum tr_stage stage);

/**
 * Restore the diacritics of a text that was typed without them: words whose letters allow another
 * reading get the folded form of the more likely one, also where the typed form is a word. Texts
 * typed with diacritics are left alone, word for word. Offsets stay.
 * @param tokens  of the text; folded forms are replaced by ones in arena.
 * @return how many words were changed; 0 also when the arena is full.
 */
size_t tr_restore_text(const struct tr_normaliser *normaliser, struct tr_token *tokens, size_t n,
                       struct nb_arena *arena);

struct tr_cache;

/**
 * The same, keeping what was weighed of each word.
 * @param cache  made for that and used with normalisers that restore equally only; NULL: none.
 */
size_t tr_restore_text_cached(const struct tr_normaliser *normaliser, struct tr_cache *cache,
                              struct tr_token *tokens, size_t n, struct nb_arena *arena);

/** A cache for that: 5 MiB. @return NULL when out of memory. */
struct tr_cache *tr_restore_cache_new(void);

#endif
