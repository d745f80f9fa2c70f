/**
 * The learnt model of opinions: a linear score a class over the features of a document, and the
 * verdict that joins it with what the lexicons found.
 *
 * The score of a class is its bias, plus the sum of value x weight over the features of words,
 * pairs and ends, divided by the square root of the number of tokens, plus the sum over the
 * features of the document (features.h). Three classes of sentiment and eight of emotion exclude
 * each other (softmax), each intent and irony is a yes or no (logistic). Two more scores tell
 * reviews from posts and, in a review, for from against.
 *
 * The verdict on sentiment is a second softmax over few inputs: the scores (of a review, its
 * one), what the lexicons found, and how much of the text that covers, with weights for each length
 * of text. A text is judged both as a post and as a review, mixed by how likely it is a review. It
 * was fitted on scores that the texts had no part in (stacking, Wolpert 1992), so that it says how
 * likely each label is. In the same way the logarithm of the odds of each emotion, each intent and
 * irony is mixed from all scores.
 *
 * File, little-endian: struct nb_model_header, then buckets_n + 1 u32 (where the rows begin whose
 * hashes have these high bits), then for each of rows_n rows 16 low bits of its hash, then for each
 * a signed byte a class.
 *
 * Threads: immutable; any number of threads score with it at once.
 */
#ifndef NABIZ_OPINION_MODEL_H
#define NABIZ_OPINION_MODEL_H

#include "analyzer/sentiment/features.h"

#define NB_MODEL_MAGIC "nbzopini"
#define NB_MODEL_VERSION 2u

/* The classes, in the order of the file. */
enum {
    NB_MODEL_SENTIMENT = 0,                                /* negative, neutral, positive */
    NB_MODEL_EMOTION = 3,                                  /* as enum nb_emotion, then none */
    NB_MODEL_INTENT = NB_MODEL_EMOTION + NB_EMOTION_N + 1, /* as enum nb_intent, to chat */
    NB_MODEL_INTENT_N = NB_INTENT_CHAT + 1,
    NB_MODEL_IRONY = NB_MODEL_INTENT + NB_MODEL_INTENT_N,
    NB_MODEL_REVIEW,    /* the review is for it */
    NB_MODEL_IS_REVIEW, /* rather than a post */
    NB_MODEL_CLASSES
};

/* Inputs of the verdict. */
enum {
    NB_VERDICT_SCORES = 0, /* of the three labels */
    NB_VERDICT_BIAS = 3,
    NB_VERDICT_FOUND = 4, /* one of these by the lexicons' score */
    NB_VERDICT_FOUND_N = 9,
    NB_VERDICT_COVERED = NB_VERDICT_FOUND + NB_VERDICT_FOUND_N, /* share of words, times sign */
    NB_VERDICT_TURNED, /* sign of a sum in which some were turned */
    NB_VERDICT_SIGNED, /* score of the lexicons */
    NB_VERDICT_OTHERS, /* scores of all other classes, which know what goes with a label */
    NB_VERDICT_INPUTS = NB_VERDICT_OTHERS + NB_MODEL_CLASSES - NB_MODEL_EMOTION,
    NB_VERDICT_LENGTHS = 5,
    NB_VERDICT_POSTS_FROM = 2 /* the length from which on texts are as long as posts */
};

/* What is judged: its scores are those of the labels, or that of the review. */
enum { NB_VERDICT_POST, NB_VERDICT_REVIEW, NB_VERDICT_KINDS };

struct nb_model_header {
    char magic[8];
    uint32_t version;
    uint32_t bucket_bits; /* buckets_n is two to this */
    uint32_t rows_n;
    uint32_t classes_n;
    uint64_t data_hash, code_hash, lexicon_hash; /* of what it was trained from */
    uint64_t content_hash;                       /* of all that follows */
    float bias[NB_MODEL_CLASSES];
    float scale[NB_FEATURE_GROUPS_N][NB_MODEL_CLASSES]; /* what one step of a byte is worth */
    float mix[NB_MODEL_CLASSES][NB_MODEL_CLASSES];      /* of all scores, to the odds of a class */
    float offset[NB_MODEL_CLASSES];
    float advantage[NB_MODEL_CLASSES]; /* added where one is chosen; of a yes or no: threshold */
    float verdict[NB_VERDICT_KINDS][NB_VERDICT_LENGTHS][NB_VERDICT_INPUTS][3];
};

struct nb_model {
    const struct nb_model_header *header; /* NULL: no model */
    const uint32_t *buckets;
    const uint16_t *checks;
    const int8_t *weights;
    float mix_by_score[NB_MODEL_CLASSES][NB_MODEL_CLASSES]; /* the header's mix, turned */
};

/**
 * Use the model in these bytes, which are borrowed and aligned as memory from a map is.
 * @return NB_OK, NB_EINVAL (not such a model, cut short, or damaged).
 */
enum nb_err nb_model_open(struct nb_model *model, struct nb_slice bytes) NB_MUSTUSE;

/* What the words, pairs and ends of a document add up to. Start with all zero. */
struct nb_model_sum {
    float words[NB_MODEL_CLASSES];
    struct nb_feature_marks marks;
};

/** Keeps what words add, for one model: 20 MiB. @return NULL when out of memory. */
struct tr_cache *nb_model_cache_new(void);

/**
 * Add one of a document's texts. Linear in it.
 * @param cache  used with one model only; NULL: none. The answer is the same.
 */
void nb_model_add_text(const struct nb_model *model, const struct nb_feature_reader *reader,
                       const struct nb_affect *affect, const struct nb_reading_text *text,
                       struct tr_cache *cache, struct nb_model_sum *sum);

/** The logarithm of the odds of an emotion (not yet normalised), an intent, irony, or a review. */
float nb_model_odds(const struct nb_model *model, const float *scores, unsigned class_);

/** The same of every class at once. @param odds  [out] NB_MODEL_CLASSES. */
void nb_model_all_odds(const struct nb_model *model, const float *scores, float *odds);

/** @param found  by the lexicons, in the same texts. @param scores  [out] NB_MODEL_CLASSES. */
void nb_model_score(const struct nb_model *model, const struct nb_feature_reader *reader,
                    const struct nb_model_sum *sum, const struct nb_opinion_sum *found,
                    float *scores);

/**
 * What each token of a text adds to the score of a class, by itself and with the pair that it ends;
 * what the ends of the text add is of no one token.
 * @param tokens_n  of the whole document.
 * @param by_token  [out] one a token of the text.
 */
void nb_model_explain(const struct nb_model *model, const struct nb_feature_reader *reader,
                      const struct nb_reading_text *text, size_t tokens_n, unsigned class_,
                      float *by_token);

#endif
