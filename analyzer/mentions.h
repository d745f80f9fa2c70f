/**
 * Mentions in bulk: what a digest asks of every document of a day, in rows that are read without
 * decoding records one by one, so that a million of them is read within a second.
 *
 * Threads: as the transaction; the rest are pure functions.
 */
#ifndef NABIZ_MENTIONS_H
#define NABIZ_MENTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>
#include <nabiz/store.h>

/** A document is shown with doubt from this irony or synthetic score on. */
enum { NB_DOUBT_MILLI = 500 };

/** The hash that stands for an address, a thread or a title: SHA-256 cut to 64 bits; never 0. */
uint64_t nb_story_key(struct nb_slice text);

/** Set address_key, thread_key and title_key of an annotation. */
void nb_story_keys(const struct nb_document *document, struct nb_annotation *kept);

/** The fields of a mention that repeat its annotation's. */
void nb_mention_fill(struct nb_mention *mention, const struct nb_annotation *kept);

/** A row of TOPIC_DOC. Absent fields are 0 or empty, an absent label neutral. */
struct nb_mention_brief {
    uint64_t number;
    int64_t at_ms;
    struct nb_slice author; /* borrowed from the store: valid during the call */
    Nb__Kind kind;          /* 0: unknown */
    Nb__Label label;
    int32_t score_milli;
    uint64_t comments_n;
    uint64_t cluster;
    uint32_t intents; /* set of 1 << enum nb_intent */
    bool doubtful;
    uint32_t signs;                              /* as Annotation.signs */
    uint64_t address_key, thread_key, title_key; /* 0: none */
};

/**
 * Read the value of a row. Fields it does not know are passed over, as protobuf has it.
 * @param out  [out] all but number and at_ms.
 * @return NB_OK, NB_ECORRUPT.
 */
enum nb_err nb_mention_read(struct nb_slice value, struct nb_mention_brief *out) NB_MUSTUSE;

/** A result other than NB_OK stops. */
typedef enum nb_err nb_mention_fn(void *arg, const struct nb_mention_brief *row);

/**
 * The mentions of a topic in [from_ms, to_ms), by time, then number.
 * @return NB_OK (maybe no row), NB_ECORRUPT, NB_ENOMEM, what fn returned.
 */
enum nb_err nb_mentions_each(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                             int64_t to_ms, nb_mention_fn *fn, void *arg) NB_MUSTUSE;

#endif
