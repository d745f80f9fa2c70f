/*
 * Inside of the store module: what store.c, store_txn.c and store_admin.c share. LMDB is seen in
 * these files only.
 *
 * Growing the map needs a moment without any transaction of this process. `active` counts them;
 * a grower sets `growing`, which holds back new ones, and waits for the count to reach zero.
 */
#ifndef NABIZ_STORE_IMPL_H
#define NABIZ_STORE_IMPL_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#include <nabiz/store.h>
#include <nabiz/wake.h>

struct nb_store {
    enum nb_store_kind kind;
    bool read_only;
    char *dir; /* DIR/crawl */
    MDB_env *env;
    MDB_dbi dbi[NB_TBL_COUNT];
    int lock_fd;
    struct nb_wake *wake;
    _Atomic uint64_t max_bytes;
    pthread_mutex_t writing; /* held by the thread that writes */
    unsigned commits_n;      /* guarded by writing: since it was opened */
    int64_t long_reader;     /* guarded by writing: process that was warned of, 0 for none */
    pthread_mutex_t mu;
    pthread_cond_t changed;
    unsigned active; /* guarded by mu */
    bool growing;    /* guarded by mu */
};

struct nb_txn {
    struct nb_store *store;
    MDB_txn *mdb;
    bool write;
    enum nb_err err; /* the first one */
    int rc;          /* LMDB's code for it */
};

struct nb_cursor {
    struct nb_txn *txn;
    MDB_cursor *mdb;
};

/** LMDB's or the system's code as ours. */
enum nb_err nb_store_err(int rc);

/** As nb_store_err, with a detail that says what to do. */
enum nb_err nb_store_fail(const struct nb_store *store, int rc, const char *doing,
                          struct nb_error *error);

/** Count a transaction in, waiting while the map grows; and out. */
void nb_store_enter(struct nb_store *store);
void nb_store_leave(struct nb_store *store);

/**
 * After a commit: now and then free the slots of dead readers, and warn of one that has kept its
 * snapshot open for too many commits.
 */
void nb_store_watch_readers(struct nb_store *store);

/** Take over a map that another process has grown. @return LMDB's code. */
int nb_store_adopt_map(struct nb_store *store);

#endif
