/**
 * Patterns over words: rows of elements with bounded gaps, each met by one word by its lemma and
 * features, all found in one pass.
 *
 * A pattern is looked for where the rarest word of it stands: an index leads from lemmas to the
 * patterns that wait for them, so that a text costs its words and its near hits, whatever the
 * number of patterns.
 *
 * Threads: sealed patterns are immutable; finding is pure.
 */
#ifndef NABIZ_EVENTS_PATTERN_H
#define NABIZ_EVENTS_PATTERN_H

#include <nabiz/arena.h>
#include <nabiz/err.h>

#include "analyzer/reading.h"
#include "analyzer/turkish/lexicon.h"

#define NB_PATTERN_ELEMENTS_MAX 12
#define NB_PATTERN_GAP_MAX 9
#define NB_PRESENT_BITS 4096
#define NB_NO_PATTERN UINT32_MAX
#define NB_NEED_ASK UINT16_MAX /* the pattern itself has to be asked */

enum nb_word_kind {
    NB_WORD_LEMMA,
    NB_WORD_FORM,    /* as written */
    NB_WORD_HASHTAG, /* contains letters */
    NB_WORD_NUMBER,
    NB_WORD_MENTION,
    NB_WORD_NAME, /* begins with a capital */
    NB_WORD_ANY   /* of its likeliest reading: with these features and this part of speech */
};

/** One alternative of an element. */
struct nb_word {
    uint64_t with, without;  /* feature bits: all of, none of */
    struct nb_slice letters; /* of a hashtag: folded, without diacritics */
    tr_key key;              /* of a lemma or form */
    uint8_t kind;            /* enum nb_word_kind */
    uint8_t pos;             /* of a lemma or any: enum tr_upos, or TR_UPOS_N for any */
};

/** Met by a key of the word. */
static inline bool nb_word_has_key(const struct nb_word *word)
{
    return word->kind == NB_WORD_LEMMA || word->kind == NB_WORD_FORM;
}

struct nb_words_of { /* a set of alternatives */
    struct nb_word *all;
    size_t n, cap;
};

struct nb_element {
    uint64_t
        keys; /* set of those of its alternatives, see nb_key_bit(); all ones: some have none */
    uint32_t words; /* index of the first alternative */
    uint16_t words_n;
    uint8_t gap; /* this many words may stand before it */
    bool optional;
};

/** Place of a key in a set of 64, where few keys meet by chance. */
static inline uint64_t nb_key_bit(tr_key key)
{
    return UINT64_C(1) << (key * UINT32_C(2654435769) >> 26);
}

struct nb_pattern {
    uint32_t elements; /* index of the first */
    uint32_t owner;    /* the caller's */
    uint8_t elements_n, head, anchor;
    uint8_t second;  /* another element that has to be there, elements_n: none to ask for */
    bool follows;    /* it is the next one of another, and not in the index */
    uint32_t next;   /* the next pattern of the same elements, NB_NO_PATTERN for none */
    uint32_t groups; /* set of those it is looked for with; the caller's */
};

/* A pattern in the index, with what nearly always ends a look at it. */
struct nb_posting {
    uint32_t pattern, groups;
    uint16_t need[2]; /* places in nb_event_words.present, one of which is set; or NB_NEED_ASK */
};

struct nb_patterns {
    struct nb_arena *arena;
    struct nb_words_of words;
    struct nb_element *elements;
    struct nb_pattern *all;
    size_t elements_n, elements_cap, n, cap;
    uint32_t *alike; /* elements by the hash of their alternatives, plus one; 0: none */
    size_t alike_n;
    /* sealed */
    uint64_t *waited; /* set of keys that a pattern waits for */
    uint32_t *start;  /* by key: its patterns in postings, up to the next key's */
    struct nb_posting *postings;
    uint32_t *hashtags, *loose; /* loose: tried at every word, they wait for none */
    size_t keys_n, hashtags_n, loose_n;
    uint64_t absence; /* feature of words that say their lemma is not there */
};

/** What a text looks like to patterns: its words, numbers, hashtags and mentions. */
struct nb_event_words {
    const struct nb_reading_text *text;
    uint32_t *token;          /* by word */
    uint32_t *sentence;       /* by word */
    uint64_t *keys;           /* by word: set of the keys it may be met by, none: by no key */
    struct nb_slice *letters; /* by word: of a hashtag, without diacritics */
    size_t n;
    /* Set of the keys of all words, modulo NB_PRESENT_BITS: what is not in it is nowhere. */
    uint64_t present[NB_PRESENT_BITS / 64];
};

struct nb_hit {
    const struct nb_pattern *pattern;
    uint32_t words[NB_PATTERN_ELEMENTS_MAX]; /* by element, UINT32_MAX: left out */
    uint32_t begin, end;                     /* words */
    uint32_t head;                           /* word */
    const struct tr_analysis *analysis;      /* of the head, NULL when it matched as written */
    bool unsure; /* some word matched by a reading that is not its likeliest */
};

/** @return false to stop. */
typedef bool nb_hit_fn(void *context, const struct nb_hit *hit);

/**
 * Room for one more item of an array of n.
 * @param cap  [in,out] items there is room for.
 * @return where the array is now, NULL when the arena is full (then it stays where it was).
 */
void *nb_events_room(struct nb_arena *arena, void *all, size_t n, size_t *cap, size_t size);

/** Move an array into an arena, without room to spare. @return false when that is full. */
bool nb_events_settle(struct nb_arena *arena, void **all, size_t n, size_t size);

/** @param building  for what grows; not needed any more once they are sealed. */
void nb_patterns_init(struct nb_patterns *patterns, struct nb_arena *building);

/** Append an alternative. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_words_add(struct nb_words_of *words, struct nb_arena *arena,
                         const struct nb_word *word) NB_MUSTUSE;

/**
 * Append an element, whose alternatives are the last ones of patterns->words; they go again when an
 * element before has the same.
 */
enum nb_err nb_patterns_add_element(struct nb_patterns *patterns,
                                    const struct nb_element *element) NB_MUSTUSE;

/** Append a pattern of the elements it names. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_patterns_add(struct nb_patterns *patterns,
                            const struct nb_pattern *pattern) NB_MUSTUSE;

/** Build the index, and move everything into an arena. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_patterns_seal(struct nb_patterns *patterns, const struct tr_lexicon *lexicon,
                             struct nb_arena *arena) NB_MUSTUSE;

/** True when some pattern waits for a word of the text: without it none can be found. */
bool nb_patterns_await(const struct nb_patterns *patterns, const struct nb_reading_text *text);

/** @return NB_OK, NB_ENOMEM. */
enum nb_err nb_event_words_of(const struct nb_reading_text *text, struct nb_arena *arena,
                              struct nb_event_words *out) NB_MUSTUSE;

/**
 * Find all patterns of some groups, and some of others too, in the order of the text. A place is
 * found once for each anchor.
 */
void nb_patterns_find(const struct nb_patterns *patterns, const struct nb_event_words *words,
                      uint32_t groups, nb_hit_fn *found, void *context);

/**
 * True when a word is one of these.
 * @param analysis  [out] the reading that matched, NULL as written; may be NULL.
 */
bool nb_word_is(const struct nb_patterns *patterns, const struct nb_words_of *these,
                const struct nb_event_words *words, uint32_t word,
                const struct tr_analysis **analysis);

#endif
