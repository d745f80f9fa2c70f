/**
 * Inside the analyzer: what analyze.c (life) and pipeline.c (threads) share. See pipeline.c for the
 * roles and who owns what when.
 */
#ifndef NABIZ_ANALYZER_ANALYZE_IMPL_H
#define NABIZ_ANALYZER_ANALYZE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include <nabiz/analyze.h>
#include <nabiz/backfill.h>
#include <nabiz/knowledge.h>
#include <nabiz/log.h>
#include <nabiz/queue.h>
#include <nabiz/thread.h>

#include "analyzer/alerts/calendar.h"
#include "analyzer/commit.h"
#include "analyzer/influence/standing_keep.h"

enum { NB_SLOTS_N = 2 };

/* Knowledge with its users counted, so that a reload can replace it under way. */
struct held {
    struct nb_knowledge *knowledge;
    atomic_int users_n;
};

enum outcome { NOT_REACHED, ANNOTATED, DELETED, SKIPPED, NO_ROOM, FAILED };

struct result {
    enum outcome outcome;
    enum nb_err err;                  /* of SKIPPED and FAILED */
    struct nb_annotation *annotation; /* of ANNOTATED, in the worker's arena of the slot */
    struct nb_slice words;            /* as well, for the index */
};

struct slot {
    struct nb_arena *documents_arena;
    struct nb_arena **arenas; /* one per worker */
    struct nb_document **documents;
    struct result *results;
    struct nb_commit_item *items;
    size_t n;
    size_t skipped_n;
    uint64_t from; /* numbers covered: from .. cursor */
    uint64_t cursor;
    struct held *held;
    struct nb_id knowledge_id, reading_id;
    struct nb_weights weights;
    struct nb_seed_names seeds;
    struct nb_calendar *calendar; /* its share */
    atomic_size_t next;           /* first document nobody took */
    atomic_int working_n;         /* shares not finished */
};

struct worker {
    struct nb_analyze *analyze;
    struct nb_thread thread;
    struct nb_arena *scratch;
    struct nb_word_cache *words;
    size_t index;
};

struct nb_analyze {
    const struct nb_config *config;
    struct nb_clock *clock;
    bool once;
    size_t batch_n;
    size_t workers_n;
    size_t document_bytes;
    struct nb_store *analysis;
    struct nb_store *crawl;         /* the reader's; NULL until there is one */
    struct nb_forgotten *forgotten; /* set with log */
    struct slot slots[NB_SLOTS_N];
    struct worker *workers;
    struct nb_thread reader;
    struct nb_thread committer;
    struct nb_arena *commit_arena;
    struct nb_backfill *backfill;      /* the committer's */
    struct nb_standing_keep *standing; /* as well */
    atomic_bool backfill_asked; /* look whether one was asked for: at the start, on a reload */
    struct nb_queue *free_slots;
    struct nb_queue *shares;    /* a slot, once per worker */
    struct nb_queue *annotated; /* slots all shares of which are done */
    struct nb_queue *commits;
    struct nb_queue *pause; /* never filled: closing it ends every pause */
    uint64_t cursor;        /* the reader's: last number handed on */
    int done_fd;
    atomic_bool stopping;
    pthread_mutex_t mu;
    struct nb_log *log;    /* guarded by mu until set by the reader; NULL until there is one */
    struct held *held;     /* guarded by mu */
    struct nb_error error; /* guarded by mu: the first failure */
};

/** Use the knowledge of now until nb_held_release(). */
struct held *nb_held_take(struct nb_analyze *analyze);
void nb_held_release(struct held *held);

/** Begin to stop: end pauses and waits; the threads see it and end. */
void nb_analyze_end(struct nb_analyze *analyze);

/** Keep the first failure and begin to stop. */
void nb_analyze_fail(struct nb_analyze *analyze, enum nb_err err, const struct nb_error *error);

/**
 * Open the crawl store and its log, and check that the analysis does not reach past its end.
 * @return NB_OK, NB_ENOTFOUND (no crawl store yet), NB_ECORRUPT (another log), ...
 */
enum nb_err nb_pipeline_open_log(struct nb_analyze *analyze, struct nb_error *error) NB_MUSTUSE;

/* The threads; arg of a worker is its struct worker, else the struct nb_analyze. */
void nb_pipeline_worker(void *arg);
void nb_pipeline_reader(void *arg);
void nb_pipeline_committer(void *arg);

#endif
