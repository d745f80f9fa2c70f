/**
 * Diacritics of words typed without them: "gidecegiz" was meant as "gidecegiz" with its breve.
 *
 * A linear model decides letter by letter, from left to right, whether c g i o s u stand for the
 * letter with the mark. It sees the letters around in the word, those to the left as they were
 * restored, the whole word, and beside it, where they are given: the words and their endings, the
 * last vowel before it, which a particle goes by ("var mi"), and whether it is written like a name.
 * The method is that of Yuret and de la Maza (2006), "The Greedy Prepend Algorithm for Decision
 * List Induction", with weights in place of lists; the weights are in models/diacritics.bin, made
 * by `make models`.
 *
 * Whether a text lacks its diacritics at all is decided elsewhere, see typing.h.
 *
 * Threads: pure functions of an immutable model.
 */
#ifndef NABIZ_TURKISH_RESTORE_H
#define NABIZ_TURKISH_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#define TR_RESTORE_BYTES_MAX 48    /* longer words are left as they are */
#define TR_RESTORE_FEATURES_MAX 40 /* of one letter */
#define TR_RESTORE_BEAM 8

struct tr_restorer {
    const unsigned char *entries; /* borrowed; NULL: restores nothing */
    uint32_t buckets_n;
};

/** A word without diacritics and its neighbours; each folded and plain, empty where unknown. */
/*
 * What was weighed at letters of a word before, whatever stood beside it: by the letter, and by
 * which of the letters to its left were restored.
 */
#define TR_RESTORE_MEMO_MAX 200
#define TR_RESTORE_MEMO_OWN 0x80 /* as marks: what no letter to the left matters to */

struct tr_restore_memo {
    uint32_t n;
    struct {
        uint8_t at, marks; /* bit 6: the letter before, down to bit 0 */
        int16_t sum;
    } all[TR_RESTORE_MEMO_MAX];
    bool grew; /* since it was taken from where it was kept */
};

struct tr_plain_word {
    struct nb_slice word, before, after;
    char vowel_before; /* of the word before, restored, see tr_restore_vowel(); 0: unknown */
    bool name;         /* written with a capital that is a choice */
    struct tr_restore_memo *memo; /* of this word and model, read and added to; may be NULL */
};

struct tr_restored {
    char text[2 * TR_RESTORE_BYTES_MAX];
    uint8_t len;
    int32_t score; /* of the letters together; comparable among candidates of one word */
    int32_t least; /* how sure the least sure letter is, 0 and up; INT32_MAX when there is none */
};

/**
 * @param model  bytes of the model, borrowed for the life of *out.
 * @param out    [out] set in any case; restores nothing when there is an error.
 * @return NB_OK, NB_ECORRUPT (not a model, cut short or of another version).
 */
enum nb_err tr_restorer_open(struct tr_restorer *out, struct nb_slice model) NB_MUSTUSE;

/** The best form alone, each letter decided once. @return false when the word is too long. */
bool tr_restore(const struct tr_restorer *restorer, const struct tr_plain_word *in,
                struct tr_restored *out);

/** Say that this word is the next but one to be restored, so that nobody waits for memory then. */
void tr_restore_ahead(const struct tr_restorer *restorer, const struct tr_plain_word *in);

/**
 * Forms by a beam search, best first.
 * @param out  [out] room for TR_RESTORE_BEAM.
 * @return how many; 0 when the word is too long.
 */
size_t tr_restore_candidates(const struct tr_restorer *restorer, const struct tr_plain_word *in,
                             struct tr_restored *out);

/** Which vowels go with a folded word, by its last one: 'a', 'e', 'o', 'u' (front); 0: any. */
char tr_restore_vowel(struct nb_slice folded);

/** c g i o s u */
static inline bool tr_restorable(char letter)
{
    static const uint32_t letters = 1u << ('c' - 'a') | 1u << ('g' - 'a') | 1u << ('i' - 'a') |
                                    1u << ('o' - 'a') | 1u << ('s' - 'a') | 1u << ('u' - 'a');
    unsigned at = (unsigned char)letter - (unsigned)'a';
    return at < 26 && (letters >> at & 1);
}

/**
 * What the model sees at word[at]; for the trainer.
 * @param marked  bit i is set when letter i of the word, left of `at`, was restored.
 * @param out     [out] room for TR_RESTORE_FEATURES_MAX keys.
 */
size_t tr_restore_features(const struct tr_plain_word *in, size_t at, uint64_t marked,
                           uint64_t *out);

/*
 * Layout of a model, little-endian: magic, number of buckets in 32 bits, 32 bits of a hash of what
 * follows, buckets of 16 entries of 16 bits.
 */
#define TR_RESTORE_MAGIC "nbdiac02"
#define TR_RESTORE_HEADER 16
#define TR_RESTORE_BUCKET 16
#define TR_RESTORE_WEIGHT_BITS 6
#define TR_RESTORE_WEIGHT_ZERO 32

/** Where a feature's entry belongs and what marks it there. */
static inline size_t tr_restore_bucket(uint64_t key, uint32_t buckets_n)
{
    return (size_t)((key & UINT32_MAX) * buckets_n >> 32);
}

static inline uint16_t tr_restore_mark(uint64_t key)
{
    return (uint16_t)(key >> 54 << TR_RESTORE_WEIGHT_BITS);
}

#endif
