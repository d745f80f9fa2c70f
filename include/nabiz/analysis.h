/**
 * What the analysis store answers: mentions of a topic, hours, authors. Read side only.
 *
 * All functions work inside a read transaction of the analysis store; records live in the arena.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYSIS_H
#define NABIZ_ANALYSIS_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/** Number of the last document the analysis covers; 0 when none. */
enum nb_err nb_analysis_cursor(struct nb_txn *txn, uint64_t *out) NB_MUSTUSE;

/** Time of the newest document the analysis covers; -1 when none. Windows count back from it. */
enum nb_err nb_analysis_watermark(struct nb_txn *txn, int64_t *out_ms) NB_MUSTUSE;

struct nb_mention_row {
    uint64_t number;
    int64_t at_ms;
    const struct nb_mention *mention;
};

/**
 * Mentions of a topic in [from_ms, to_ms), oldest first.
 * @param out  [out] array in the arena.
 * @return NB_OK (maybe 0 rows), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_analysis_mentions(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                                 int64_t to_ms, struct nb_arena *arena,
                                 const struct nb_mention_row **out, size_t *out_n) NB_MUSTUSE;

struct nb_hour_row {
    int64_t hour_ms; /* start of the hour */
    const struct nb_topic_hour *hour;
};

/** Hours of a topic with at least one document in [from_ms, to_ms), oldest first. */
enum nb_err nb_analysis_hours(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                              int64_t to_ms, struct nb_arena *arena, const struct nb_hour_row **out,
                              size_t *out_n) NB_MUSTUSE;

/** One annotation. @return NB_OK, NB_ENOTFOUND, NB_ENOMEM, NB_ECORRUPT. */
enum nb_err nb_analysis_annotation(struct nb_txn *txn, uint64_t number, struct nb_arena *arena,
                                   struct nb_annotation **out) NB_MUSTUSE;

/** One author. @return NB_OK, NB_ENOTFOUND, NB_ENOMEM, NB_ECORRUPT. */
enum nb_err nb_analysis_author(struct nb_txn *txn, struct nb_slice id, struct nb_arena *arena,
                               struct nb_author **out) NB_MUSTUSE;

/**
 * How many follow an author ("site/handle") or a site ("site/"): the figure that was read last,
 * with followers_n, read_ms, number and, if it is known, source.
 * @return NB_OK, NB_ENOTFOUND (not known), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_analysis_audience(struct nb_txn *txn, struct nb_slice id, struct nb_arena *arena,
                                 struct nb_audience **out) NB_MUSTUSE;

struct nb_author_doc_row {
    int64_t at_ms;
    uint64_t number;
    const struct nb_author_doc *doc;
};

/** Documents of an author in [from_ms, to_ms), oldest first; those that were deleted included. */
enum nb_err nb_analysis_author_docs(struct nb_txn *txn, struct nb_slice author, int64_t from_ms,
                                    int64_t to_ms, struct nb_arena *arena,
                                    const struct nb_author_doc_row **out, size_t *out_n) NB_MUSTUSE;

/** Acts of others towards an author ("site/handle") or a site ("site/"), oldest first. */
enum nb_err nb_analysis_edges_to(struct nb_txn *txn, struct nb_slice to, struct nb_arena *arena,
                                 const struct nb_edge *const **out, size_t *out_n) NB_MUSTUSE;

#endif
