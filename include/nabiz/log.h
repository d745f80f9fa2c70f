/**
 * The document log: numbered documents, appended once, read in order by consumers that keep their
 * own cursor. The spine of the system; where it is kept does not show here. Numbers start at 1 and
 * have no gaps.
 *
 * Threads: a log handle may be used by any thread; a batch by one at a time.
 */
#ifndef NABIZ_LOG_H
#define NABIZ_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

struct nb_log;

/** A log kept in a crawl store, which stays the caller's. */
enum nb_err nb_log_open_local(struct nb_store *crawl, struct nb_log **out,
                              struct nb_error *error) NB_MUSTUSE;
void nb_log_close(struct nb_log *log);

/**
 * Identity of a document: the publisher's guid within its site where there is one, else its
 * permalink (nb_url_permalink), everywhere. What a site publishes begins with the same bytes, for
 * the sake of the tables it is a key in.
 * @param scope  the site of the document ("forum.example"); ignored for a URL.
 * @param guid   the publisher's id; may be empty.
 * @param url    may be empty when there is a guid.
 */
struct nb_id nb_document_identity(struct nb_slice scope, struct nb_slice guid, struct nb_slice url);

/** Documents that are appended together, and their producer's bookkeeping. */
struct nb_log_batch;

/** What became of a document of a batch; one whose author is forgotten counts as known. */
enum nb_log_outcome { NB_LOG_NEW, NB_LOG_REVISED, NB_LOG_KNOWN };

struct nb_log_batch *nb_log_batch_new(void);
void nb_log_batch_free(struct nb_log_batch *batch);
void nb_log_batch_reset(struct nb_log_batch *batch);

/**
 * A document as it goes into the log. Encoding needs no log and is done by the producers' threads;
 * the log compresses what turns out to be new, many documents together.
 */
struct nb_log_record {
    struct nb_id identity;
    struct nb_id alias;   /* another identity of the same document, its permalink; */
    bool has_alias;       /* for publishers whose guids change or differ between feeds */
    struct nb_id content; /* changes when title, text, author or reply-to changes */
    struct nb_id author;  /* see forget.h; all zero without one */
    uint64_t source;      /* start of Document.source: who may revise, see nb_log_append() */
    uint32_t text_bytes;
    bool quotes;           /* it has quotes: those of forgotten authors are left out */
    struct nb_slice bytes; /* the encoded Document */
};

/**
 * Encode a document; number, revision, supersedes and identity are left out: the log fills them in.
 * The record has no alias; the caller may add one.
 * @param arena  owns the record.
 * @return NB_OK, NB_EINVAL (no identity), NB_ETOOBIG (over 16 MiB), NB_ENOMEM.
 */
enum nb_err nb_log_encode(const struct nb_document *document, struct nb_arena *arena,
                          struct nb_log_record *out) NB_MUSTUSE;

/** Add a record; its bytes are borrowed until the append returns. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_log_batch_add(struct nb_log_batch *batch,
                             const struct nb_log_record *record) NB_MUSTUSE;

/**
 * Producer's bookkeeping that becomes durable with the documents, never before them: put (or, with
 * value.p == NULL, delete) a record of the crawl store. Both slices are borrowed until the append
 * returns.
 */
enum nb_err nb_log_batch_note(struct nb_log_batch *batch, enum nb_table_id table,
                              struct nb_slice key, struct nb_slice value) NB_MUSTUSE;

/**
 * Called inside the append, when the outcomes of the documents are known and before the bookkeeping
 * is written: it may look at outcomes and add notes. It may be called more than once for an append;
 * what an earlier call noted is forgotten then. Forgotten itself by nb_log_batch_reset().
 */
typedef enum nb_err nb_log_stored_fn(struct nb_log_batch *batch, void *arg);
void nb_log_batch_on_stored(struct nb_log_batch *batch, nb_log_stored_fn *fn, void *arg);

size_t nb_log_batch_len(const struct nb_log_batch *batch);

/** Outcome of the i-th document after the append. */
enum nb_log_outcome nb_log_batch_outcome(const struct nb_log_batch *batch, size_t i);

/**
 * Append a batch, all or nothing. A document whose identity (or alias) and content are known is not
 * appended again; one whose content changed is appended as a revision that names the one it
 * supersedes. The source a document came from may revise it freely; another source only with a
 * longer text, and is then the one it came from: so a summary in one feed and the full text in
 * another are one document, and the two feeds do not overwrite each other for ever. Documents of
 * forgotten authors, and quotes of them in others, are left out.
 * When this returns NB_OK the batch is stored as durably as the store's sync setting says.
 * @return NB_OK, NB_EFULL (try again later), NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_log_append(struct nb_log *log, struct nb_log_batch *batch,
                          struct nb_error *error) NB_MUSTUSE;

/** Number of the last document; 0 when the log is empty. */
enum nb_err nb_log_last(struct nb_log *log, uint64_t *out, struct nb_error *error) NB_MUSTUSE;

/**
 * Read documents after a cursor, in order.
 * @param after   0 to start at the beginning.
 * @param max_n   most to return; fewer are returned when the arena fills up (at least one).
 * @param arena   owns the documents.
 * @param out     [out] max_n pointers.
 * @param out_n   [out] 0 at the end of the log.
 * @return NB_OK, NB_ENOMEM (the first document alone is over the arena's limit), NB_ECORRUPT
 *         (the detail names the document), NB_EIO.
 */
enum nb_err nb_log_next(struct nb_log *log, uint64_t after, size_t max_n, struct nb_arena *arena,
                        struct nb_document **out, size_t *out_n, struct nb_error *error) NB_MUSTUSE;

/**
 * The documents of one record of the log table, for `nabiz dump`.
 * @return NB_OK, NB_ECORRUPT, NB_ENOMEM.
 */
enum nb_err nb_log_unpack(struct nb_slice key, struct nb_slice value, struct nb_arena *arena,
                          struct nb_document ***out, size_t *out_n) NB_MUSTUSE;

/** One document by number. @return NB_OK, NB_ENOTFOUND, NB_ENOMEM, NB_ECORRUPT. */
enum nb_err nb_log_get(struct nb_log *log, uint64_t number, struct nb_arena *arena,
                       struct nb_document **out, struct nb_error *error) NB_MUSTUSE;

/**
 * The newest revision of a document by its identity, or by an alias of it.
 * @return NB_OK, NB_ENOTFOUND, NB_ENOMEM, NB_ECORRUPT, NB_EIO.
 */
enum nb_err nb_log_find(struct nb_log *log, const struct nb_id *identity, struct nb_arena *arena,
                        struct nb_document **out, struct nb_error *error) NB_MUSTUSE;

/**
 * Wait until the log has a document after `after`, nb_log_wake() is called, or wait_ms pass.
 * Another process's append wakes at once.
 * @return NB_OK (there is more), NB_ETIMEOUT, NB_ECLOSED (woken by nb_log_wake()), NB_EIO.
 */
enum nb_err nb_log_wait(struct nb_log *log, uint64_t after, int64_t wait_ms) NB_MUSTUSE;

/** Make waits of this handle return NB_ECLOSED from now on. */
void nb_log_wake(struct nb_log *log);

#endif
