/**
 * A local model: a correction of the shipped judgement, learnt from rows that a user labelled.
 *
 * For a group of classes that exclude each other (sentiment, emotion) the log odds of class c are
 *
 *     trust * base_c + bias_c + sum over features of value * weight_c
 *
 * and go through a softmax; each intent has them for itself, through a logistic. base_c are the
 * log odds of the shipped judgement. Without training trust is 1 and all else 0: the shipped
 * judgement. Fitting is gradient descent with steps by feature (AdaGrad: Duchi, Hazan, Singer
 * 2011) on the log loss with a penalty on the squares of weights, from that start: few rows move it
 * little.
 *
 * File, little-endian: struct nb_local_header, then for each of rows_n features its u32 bucket,
 * ascending, then for each a float for each class.
 *
 * Threads: pure functions; an opened model is immutable.
 */
#ifndef NABIZ_LOCAL_H
#define NABIZ_LOCAL_H

#include <nabiz/buf.h>

#include "analyzer/sentiment/opinion.h"

#define NB_LOCAL_MAGIC "nbzlocal"
#define NB_LOCAL_VERSION 1u
#define NB_LOCAL_BUCKETS (1u << 17)
#define NB_LOCAL_FILE_BYTES_MAX ((size_t)64 << 20)
#define NB_LOCAL_FEATURES_MAX 8192 /* of a document; what follows is left out */

enum {
    NB_LOCAL_SENTIMENT = 0, /* as enum nb_opinion_label */
    NB_LOCAL_SENTIMENT_N = 3,
    NB_LOCAL_EMOTION = 3, /* as enum nb_emotion, then none */
    NB_LOCAL_EMOTION_N = NB_EMOTION_N + 1,
    NB_LOCAL_INTENT = NB_LOCAL_EMOTION + NB_LOCAL_EMOTION_N, /* as enum nb_intent, to chat */
    NB_LOCAL_INTENT_N = NB_INTENT_CHAT + 1,
    NB_LOCAL_CLASSES = NB_LOCAL_INTENT + NB_LOCAL_INTENT_N
};

enum nb_local_group {
    NB_LOCAL_OF_SENTIMENT,
    NB_LOCAL_OF_EMOTION,
    NB_LOCAL_OF_INTENT,
    NB_LOCAL_GROUPS
};

struct nb_local_feature {
    uint32_t bucket;
    float value;
};

/** A document as the model sees it. */
struct nb_local_row {
    struct nb_local_feature *features; /* ascending; squares of values add up to 1 */
    size_t n;
    float base[NB_LOCAL_CLASSES];
};

/** What is learnt, in memory. */
struct nb_local_weights {
    bool learnt[NB_LOCAL_GROUPS]; /* the others stay as shipped */
    float trust[NB_LOCAL_GROUPS];
    float bias[NB_LOCAL_CLASSES];
    float *weights; /* by bucket, then class */
};

struct nb_local_header {
    char magic[8];
    uint32_t version, classes_n, buckets_n, rows_n;
    uint64_t content_hash; /* of all that follows */
    uint32_t learnt;       /* set of 1 << enum nb_local_group */
    uint32_t documents_n;
    float trust[NB_LOCAL_GROUPS];
    float bias[NB_LOCAL_CLASSES];
    uint32_t zero;
};

struct nb_local {
    const struct nb_local_header *header; /* NULL: none */
    const uint32_t *buckets;
    const float *weights;
};

/** @return NB_OK, NB_ENOMEM. */
enum nb_err nb_local_row_of(const struct nb_reading_text *texts, size_t texts_n, uint64_t negative,
                            const struct nb_opinion_result *shipped, struct nb_arena *arena,
                            struct nb_local_row *out) NB_MUSTUSE;

/** Probabilities of the classes. @param p  [out] NB_LOCAL_CLASSES. */
void nb_local_chances(const struct nb_local_weights *weights, const struct nb_local_row *row,
                      float *p);

/** The same by a model from a file. */
void nb_local_score(const struct nb_local *model, const struct nb_local_row *row, float *p);

/** Put chances of the groups that were learnt into a result. */
void nb_local_judge(const bool *learnt, const float *p, struct nb_opinion_result *out);

/**
 * Use the model in these bytes, which are borrowed and aligned as memory from a map is.
 * @return NB_OK, NB_EINVAL (not such a model, cut short, or damaged).
 */
enum nb_err nb_local_open(struct nb_local *model, struct nb_slice bytes) NB_MUSTUSE;

/** The file of what was learnt from so many documents. Errors show at nb_buf_finish(). */
void nb_local_write(const struct nb_local_weights *weights, size_t documents_n, struct nb_buf *out);

/** What a row should be; a group that it does not say is -1, intents by bit. */
struct nb_local_want {
    int8_t sentiment; /* enum nb_opinion_label */
    int8_t emotion;   /* enum nb_emotion, NB_EMOTION_N for none */
    int32_t intents;  /* set of 1 << enum nb_intent */
};

/**
 * Learn from rows[pick[0 .. n)]. The same input gives the same weights.
 * @param out  weights for NB_LOCAL_BUCKETS x NB_LOCAL_CLASSES floats are the caller's.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_local_fit(const struct nb_local_row *rows, const struct nb_local_want *wants,
                         const uint32_t *pick, size_t n, struct nb_local_weights *out) NB_MUSTUSE;

#endif
