/**
 * Stores: LMDB environments with named tables, one writing process each. Owns LMDB.
 *
 * A write is a function run inside a transaction by nb_store_write(); it may be run again when the
 * map had to grow, so it must depend on its argument and the transaction only. The transaction
 * keeps its first error: later calls do nothing and the commit reports it.
 *
 * Keys order as bytes: numbers go in big-endian (nb_key_u64). Slices from a get or a cursor point
 * into the map and are valid until the transaction ends or, in a write, until the next change.
 *
 * Threads: a store may be used by any thread; a transaction and its cursors by one at a time. A
 * thread has at most one transaction of a store open at once: growing the map waits for all of a
 * process's transactions to end and holds back new ones meanwhile.
 */
#ifndef NABIZ_STORE_H
#define NABIZ_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_store;
struct nb_txn;
struct nb_cursor;

/** Which store; each has its own tables and its own schema version (see store_schema.h). */
enum nb_store_kind { NB_STORE_CRAWL, NB_STORE_ANALYSIS, NB_STORE_DESK, NB_STORE_INBOX };

#define NB_STORES_N 4

/* X(id, store, "name", "key", "value"): also what `nabiz dump` and docs/architecture.md show. */
#define NB_TABLES(X)                                                                               \
    X(CRAWL_META, CRAWL, "meta", "text", "text")                                                   \
    X(LOG, CRAWL, "log", "u64 number of the last document", "frame of documents; see log_frame.h") \
    X(IDENTITY, CRAWL, "identity", "id of document",                                               \
      "entry, or the id it is an alias of; see log.c")                                             \
    X(SOURCE_STATE, CRAWL, "source", "id of source", "SourceState")                                \
    X(DUE, CRAWL, "due", "u64 time due, id of source", "empty")                                    \
    X(ROBOTS, CRAWL, "robots", "origin", "codec byte, Robots")                                     \
    X(SUBSCRIPTION, CRAWL, "subscription", "id of source", "Subscription")                         \
    X(CALLBACK, CRAWL, "callback", "token", "id of source")                                        \
    X(HOST, CRAWL, "host", "name", "Host")                                                         \
    X(SCHEDULE, CRAWL, "schedule", "text", "Schedule")                                             \
    X(PAGE, CRAWL, "page", "id of source, id of page", "Page")                                     \
    X(PAGE_DUE, CRAWL, "page_due", "id of source, u64 time due, id of page", "empty")              \
    X(FORGOTTEN, CRAWL, "forgotten", "id of an author, see forget.h",                              \
      "id in any case, see forget.h")                                                              \
    X(ANALYSIS_META, ANALYSIS, "meta", "text", "text")                                             \
    X(ANNOTATION, ANALYSIS, "annotation", "u64 document number", "codec byte, Annotation")         \
    X(KNOWN, ANALYSIS, "known", "id of document or of URL", "u64 document, u64 time, site/handle") \
    X(AUTHOR, ANALYSIS, "author", "site/handle", "Author")                                         \
    X(AUDIENCE, ANALYSIS, "audience", "site/handle", "Audience")                                   \
    X(AUTHOR_DOC, ANALYSIS, "author_doc", "site/handle, NUL, u64 published, u64 number",           \
      "AuthorDoc")                                                                                 \
    X(STANDING, ANALYSIS, "standing", "site/handle", "Standing")                                   \
    X(TOPIC_HOUR, ANALYSIS, "topic_hour", "topic, NUL, u64 hour", "TopicHour")                     \
    X(TOPIC_DOC, ANALYSIS, "topic_doc", "topic, NUL, u64 published, u64 number", "Mention")        \
    X(TOPIC_AUTHOR, ANALYSIS, "topic_author", "topic, NUL, site/handle", "TopicAuthor")            \
    X(LIFE_EVENT, ANALYSIS, "life_event",                                                          \
      "u32 day, type, NUL, subject, NUL, stage, NUL, city, NUL, u64 hash of the author",           \
      "u64 documents")                                                                             \
    X(EDGE, ANALYSIS, "edge", "to, NUL, u64 time, u64 number, u32 ordinal", "Edge")                \
    X(COPY, ANALYSIS, "copy", "u64 cluster, u64 published, u64 number", "Copy")                    \
    X(SHINGLE, ANALYSIS, "shingle", "u64 key", "u64 numbers of documents, oldest first")           \
    X(INCIDENT, ANALYSIS, "incident", "u64 id, see incident.h", "Incident")                        \
    X(INCIDENT_OPEN, ANALYSIS, "incident_open", "topic, NUL, u64 cluster of a claim or 0",         \
      "u64 id of the incident")                                                                    \
    X(INCIDENT_DUE, ANALYSIS, "incident_due", "u64 time due, u64 id", "empty")                     \
    X(INCIDENT_CHANGE, ANALYSIS, "incident_change", "u64 number", "IncidentChange")                \
    X(WATCH, ANALYSIS, "watch", "topic", "TopicWatch")                                             \
    X(WATCH_STREAM, ANALYSIS, "watch_stream", "topic, NUL, u32 stream", "state; see detector.h")   \
    X(WATCH_VOICE, ANALYSIS, "watch_voice", "topic, NUL, u64 bin, u64 hash of an author", "empty") \
    X(INDEX, ANALYSIS, "index", "u64 document number", "segment; see index/segment.h")             \
    X(INDEX_ENTRY, ANALYSIS, "index_entry", "u64 document number", "entry; see index/entry.h")     \
    X(INDEX_DEAD, ANALYSIS, "index_dead", "u64 document number / 65536", "set; see index/bits.h")  \
    X(DESK_META, DESK, "meta", "text", "text")                                                     \
    X(OUTBOX, DESK, "outbox", "u64 number", "Delivery, that waits")                                \
    X(OUTBOX_BODY, DESK, "outbox_body", "u64 number", "codec byte, what is sent")                  \
    X(OUTBOX_ID, DESK, "outbox_id", "id of recipient and key", "u64 number")                       \
    X(DELIVERED, DESK, "delivered", "u64 number", "Delivery, that was sent or given up")           \
    X(RECIPIENT, DESK, "recipient", "name", "Recipient")                                           \
    X(INBOX_META, INBOX, "meta", "text", "text")                                                   \
    X(PUSH, INBOX, "push", "u64 number", "codec byte, Push")

enum nb_table_id {
#define X(id, store, name, key, value) NB_TBL_##id,
    NB_TABLES(X)
#undef X
        NB_TBL_COUNT
};

struct nb_table_row {
    enum nb_store_kind store;
    const char *name;
    const char *key;   /* shape, for people */
    const char *value; /* shape, for people */
};

const struct nb_table_row *nb_table_row(enum nb_table_id table);
const char *nb_store_name(enum nb_store_kind kind);

struct nb_store_options {
    bool read_only;
    bool lock_only;       /* keep other writers away and open nothing, so that any schema will do:
                             for nb_store_discard(), see forget.h */
    bool sync;            /* true: a commit is on the disk when it returns; false: a power cut
                             may undo the last commit, but never damages the store */
    uint64_t map_bytes;   /* first size of the map; grows */
    uint64_t max_bytes;   /* the map never grows past this */
    int64_t lock_wait_ms; /* how long to wait for another writing process to go away */
};

/**
 * Open DIR/crawl, DIR/analysis, DIR/desk or DIR/inbox. For writing it is made when missing, and
 * locked against a second writing process.
 * @return NB_OK, NB_ENOTFOUND (read-only and missing), NB_EBUSY (locked; the detail names the
 *         process), NB_ENEWER (schema of a newer nabiz), NB_EFULL, NB_EIO, NB_ECORRUPT, NB_ENOMEM.
 */
enum nb_err nb_store_open(const char *dir, enum nb_store_kind kind,
                          const struct nb_store_options *options, struct nb_store **out,
                          struct nb_error *error) NB_MUSTUSE;

/** All transactions must have ended. */
void nb_store_close(struct nb_store *store);

/** Raise or lower the ceiling while running (configuration reload). */
void nb_store_set_max(struct nb_store *store, uint64_t max_bytes);

typedef enum nb_err nb_store_fn(struct nb_txn *txn, void *arg);

/**
 * Run fn in a write transaction and commit. The map is grown and fn run again when it was full.
 * Nothing is changed unless NB_OK is returned.
 * @return what fn returned, the transaction's first error, or: NB_EFULL (the disk or store.max is
 *         full; the detail says which and what to do; trying again later is right), NB_EIO.
 */
enum nb_err nb_store_write(struct nb_store *store, nb_store_fn *fn, void *arg,
                           struct nb_error *error) NB_MUSTUSE;

/** A snapshot for reading. End it soon: pages it sees cannot be reused. @return NB_OK, NB_EIO, ...
 */
enum nb_err nb_read_begin(struct nb_store *store, struct nb_txn **out,
                          struct nb_error *error) NB_MUSTUSE;
void nb_read_end(struct nb_txn *txn);

/** @return NB_OK, NB_ENOTFOUND, or the transaction's first error. */
enum nb_err nb_get(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key,
                   struct nb_slice *value) NB_MUSTUSE;

/* Changes: errors stick to the transaction. */
void nb_put(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key, struct nb_slice value);

/** As nb_put for a key above every key of the table; NB_EEXIST sticks if it is not. */
void nb_put_last(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key,
                 struct nb_slice value);

/** Removing what is not there is fine. */
void nb_del(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key);

/** The first error so far. */
enum nb_err nb_txn_err(const struct nb_txn *txn);

/** Records in a table. */
uint64_t nb_table_count(struct nb_txn *txn, enum nb_table_id table);

/** Close before the transaction ends. @return NB_OK, NB_ENOMEM, or the transaction's first error.
 */
enum nb_err nb_cursor_open(struct nb_txn *txn, enum nb_table_id table,
                           struct nb_cursor **out) NB_MUSTUSE;
void nb_cursor_close(struct nb_cursor *cursor);

/**
 * First record with a key >= key (all records: the empty key), then the next or previous one.
 * @return NB_OK, NB_ENOTFOUND (past the end), or the transaction's first error.
 */
enum nb_err nb_cursor_seek(struct nb_cursor *cursor, struct nb_slice key, struct nb_slice *out_key,
                           struct nb_slice *out_value) NB_MUSTUSE;
enum nb_err nb_cursor_next(struct nb_cursor *cursor, struct nb_slice *out_key,
                           struct nb_slice *out_value) NB_MUSTUSE;
enum nb_err nb_cursor_prev(struct nb_cursor *cursor, struct nb_slice *out_key,
                           struct nb_slice *out_value) NB_MUSTUSE;
enum nb_err nb_cursor_last(struct nb_cursor *cursor, struct nb_slice *out_key,
                           struct nb_slice *out_value) NB_MUSTUSE;

/**
 * As nb_get and nb_put, but quick when the key lies near the last one. A put leaves the cursor at
 * the record.
 */
enum nb_err nb_cursor_find(struct nb_cursor *cursor, struct nb_slice key,
                           struct nb_slice *value) NB_MUSTUSE;
void nb_cursor_put(struct nb_cursor *cursor, struct nb_slice key, struct nb_slice value);

/** Big-endian number for a key. */
void nb_key_u64(uint64_t value, uint8_t out[8]);
uint64_t nb_key_to_u64(const uint8_t in[8]);

struct nb_store_stat {
    uint64_t used_bytes; /* pages in use or free inside the file */
    uint64_t map_bytes;
    uint64_t max_bytes;
    uint64_t free_bytes_on_disk;
    uint32_t readers_n;       /* open snapshots, all processes */
    uint64_t reader_lag_txns; /* commits since the oldest snapshot began */
    int64_t reader_lag_pid;   /* whose it is; 0 when none */
    uint64_t last_txn;
};

enum nb_err nb_store_stat(struct nb_store *store, struct nb_store_stat *out) NB_MUSTUSE;

/** Free the slots of readers that died. @return how many there were. */
uint32_t nb_store_reap_readers(struct nb_store *store);

/** Copy a consistent snapshot to an empty directory, compacted, while others write. */
enum nb_err nb_store_backup(struct nb_store *store, const char *to_dir,
                            struct nb_error *error) NB_MUSTUSE;

/** Wait for the next commit by any process: see wake.h. Borrowed from the store. */
struct nb_wake *nb_store_wake(struct nb_store *store);

#endif
