/**
 * Commit: what a batch of annotations changes in the analysis store, in one transaction together
 * with the cursor. A pure function of the log so far and the knowledge: no clock, no chance, no
 * floating point, and the size of a batch does not show in the result.
 *
 * Threads: one committer.
 */
#ifndef NABIZ_ANALYZER_COMMIT_H
#define NABIZ_ANALYZER_COMMIT_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/seeds.h>
#include <nabiz/store.h>
#include <nabiz/weights.h>

#include "analyzer/index/index.h"

/* Edges kept of one document; each author is counted once per act and document. */
enum { NB_EDGES_MAX = 256 };

struct nb_commit_item {
    const struct nb_document *document;
    const struct nb_annotation
        *annotation;       /* NULL: deleted or skipped; the revision before it goes */
    struct nb_slice words; /* for the index: see nb_annotate_for_index(); may be empty */
};

struct nb_calendar;
struct nb_forgotten;
struct nb_standing_keep;

struct nb_commit {
    const struct nb_commit_item *items; /* in log order */
    size_t items_n;
    uint64_t cursor;        /* number of the last document covered, skipped ones included */
    struct nb_id knowledge; /* what the annotations were made with */
    struct nb_id reading;   /* the part of it that words were read with */
    const struct nb_weights *weights;     /* of influence; NULL: they stay as they were */
    const struct nb_seed_names *seeds;    /* as well */
    const struct nb_calendar *calendar;   /* of alerts; may be NULL */
    const struct nb_forgotten *forgotten; /* acts towards them are not kept; may be NULL */
    uint64_t from;                        /* number of the first document covered */
    struct nb_standing_keep *standing;    /* the committer's; NULL: none is kept */
    struct nb_arena *arena;               /* scratch, reset for every document */
    uint32_t alerts_n;                    /* [out] incidents opened */
    int64_t clock_ms;                     /* the committer's: see nb_watch_clock() */
    struct nb_index_tail tail;            /* the committer's */
    struct nb_error *detail;              /* may be NULL: says which document a failure was about */
};

/**
 * nb_store_fn: commit a batch; arg is a struct nb_commit.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_commit_run(struct nb_txn *txn, void *arg) NB_MUSTUSE;

/**
 * What is kept of an annotation: everything but sentences and tokens, which are recomputed when
 * they are wanted. Copied, so that it outlives the document.
 * @return NB_OK, NB_ETOOBIG (over NB_KEPT_MAX_BYTES), NB_ENOMEM (arena), NB_ECORRUPT (a bug).
 */
enum { NB_KEPT_MAX_BYTES = 4 << 20 };
enum nb_err nb_commit_keep(const struct nb_annotation *annotation, struct nb_arena *scratch,
                           struct nb_arena *arena, struct nb_annotation **out) NB_MUSTUSE;

/* Keys of ANALYSIS_META; values are decimal, knowledge and reading are "HEX FROM". */
#define NB_META_CURSOR "cursor"
#define NB_META_WATERMARK "watermark"
#define NB_META_CLOCK "clock"
#define NB_META_KNOWLEDGE "knowledge"
#define NB_META_READING "reading"

#endif
