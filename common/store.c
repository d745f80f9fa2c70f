/*
 * On disk a store is a directory: data.mdb and lock.mdb are LMDB's; `writer` is locked by the one
 * process that may write and names it; `wake` is the futex bumped after each commit.
 *
 * A full map is no failure: the transaction is dropped, the map doubled, the work done again. That
 * is why a write is a function that can be repeated.
 */
#include "common/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/counters.h>
#include <nabiz/mem.h>

enum { PATH_BYTES = 4096, FILE_MODE = 0640, DIR_MODE = 0750, LOCK_RETRY_MS = 10 };

/* Raise when the tables or their records change in a way an older program would misread. */
static const char *const schema_versions[NB_STORES_N] = {[NB_STORE_CRAWL] = "2",
                                                         [NB_STORE_ANALYSIS] = "9",
                                                         [NB_STORE_DESK] = "1",
                                                         [NB_STORE_INBOX] = "1"};

static const struct nb_table_row tables[NB_TBL_COUNT] = {
#define X(id, store, name, key, value) {NB_STORE_##store, name, key, value},
    NB_TABLES(X)
#undef X
};

static enum nb_table_id meta_table(enum nb_store_kind kind)
{
    switch (kind) {
    case NB_STORE_CRAWL:
        return NB_TBL_CRAWL_META;
    case NB_STORE_ANALYSIS:
        return NB_TBL_ANALYSIS_META;
    case NB_STORE_INBOX:
        return NB_TBL_INBOX_META;
    case NB_STORE_DESK:
        break;
    }
    return NB_TBL_DESK_META;
}

const struct nb_table_row *nb_table_row(enum nb_table_id table)
{
    return &tables[table];
}

const char *nb_store_name(enum nb_store_kind kind)
{
    static const char *const names[] = {"crawl", "analysis", "desk", "inbox"};
    return names[kind];
}

enum nb_err nb_store_err(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return NB_OK;
    case MDB_NOTFOUND:
        return NB_ENOTFOUND;
    case MDB_KEYEXIST:
        return NB_EEXIST;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return NB_EFULL;
    case ENOMEM:
        return NB_ENOMEM;
    case MDB_BAD_VALSIZE:
        return NB_ETOOBIG;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        return NB_ECORRUPT;
    case MDB_READERS_FULL:
        return NB_EBUSY;
    case ENOENT:
        return NB_ENOTFOUND;
    default:
        return NB_EIO;
    }
}

enum nb_err nb_store_fail(const struct nb_store *store, int rc, const char *doing,
                          struct nb_error *error)
{
    enum nb_err err = nb_store_err(rc);
    if (rc == MDB_MAP_FULL) {
        return nb_error_set(error, err,
                            "store %s has reached store.max; raise it in the configuration and "
                            "reload (SIGHUP)",
                            store->dir);
    }
    if (err == NB_EFULL) {
        return nb_error_set(error, err,
                            "no space left for store %s (%s); free some, writing goes on by itself",
                            store->dir, strerror(rc));
    }
    return nb_error_set(error, err, "%s %s: %s", doing, store->dir, mdb_strerror(rc));
}

/* Transactions against growth */

void nb_store_enter(struct nb_store *store)
{
    pthread_mutex_lock(&store->mu);
    while (store->growing) {
        pthread_cond_wait(&store->changed, &store->mu);
    }
    store->active++;
    pthread_mutex_unlock(&store->mu);
}

void nb_store_leave(struct nb_store *store)
{
    pthread_mutex_lock(&store->mu);
    store->active--;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->mu);
}

/* Set the map's size (0: what the file says) in a moment without transactions. */
static int set_map(struct nb_store *store, size_t bytes)
{
    pthread_mutex_lock(&store->mu);
    while (store->growing) {
        pthread_cond_wait(&store->changed, &store->mu);
    }
    store->growing = true;
    while (store->active > 0) {
        pthread_cond_wait(&store->changed, &store->mu);
    }
    int rc = mdb_env_set_mapsize(store->env, bytes);
    store->growing = false;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->mu);
    return rc;
}

int nb_store_adopt_map(struct nb_store *store)
{
    return set_map(store, 0);
}

/* @return MDB_SUCCESS when there is more room now, else MDB_MAP_FULL or LMDB's code. */
static int grow_map(struct nb_store *store)
{
    MDB_envinfo info;
    int rc = mdb_env_info(store->env, &info);
    uint64_t max = atomic_load(&store->max_bytes);
    if (rc != MDB_SUCCESS) {
        return rc;
    }
    if (info.me_mapsize >= max) {
        return MDB_MAP_FULL;
    }
    uint64_t bytes = info.me_mapsize > max / 2 ? max : info.me_mapsize * 2;
    return set_map(store, (size_t)bytes);
}

void nb_store_set_max(struct nb_store *store, uint64_t max_bytes)
{
    atomic_store(&store->max_bytes, max_bytes);
}

/* Opening */

static enum nb_err lock_writer(struct nb_store *store, int64_t wait_ms, struct nb_error *error)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/writer", store->dir);
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (store->lock_fd < 0) {
        return nb_error_set(error, nb_store_err(errno), "cannot open %s: %s", path,
                            strerror(errno));
    }
    int64_t until = nb_mono_ms() + wait_ms;
    while (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (nb_mono_ms() >= until) {
            char pid[32] = "";
            ssize_t n = pread(store->lock_fd, pid, sizeof(pid) - 1, 0);
            pid[n > 0 ? n : 0] = '\0';
            return nb_error_set(error, NB_EBUSY,
                                "%s is being written by process %s; stop that one first",
                                store->dir, pid[0] ? pid : "(unknown)");
        }
        nanosleep(&(struct timespec){.tv_nsec = LOCK_RETRY_MS * 1000000L}, NULL);
    }
    char pid[32];
    int n = snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    /* The name is a courtesy: a full disk must not keep a writer from starting. */
    bool named =
        ftruncate(store->lock_fd, 0) == 0 && pwrite(store->lock_fd, pid, (size_t)n, 0) == n;
    (void)named;
    return NB_OK;
}

/* Compare the schema with ours; a writer stamps a store that has none yet. */
static enum nb_err check_schema(struct nb_txn *txn, struct nb_error *error)
{
    const struct nb_store *store = txn->store;
    enum nb_table_id meta = meta_table(store->kind);
    struct nb_slice ours = nb_slice_str(schema_versions[store->kind]);
    struct nb_slice have;
    enum nb_err err = nb_get(txn, meta, NB_LIT("schema"), &have);
    if (err == NB_ENOTFOUND && !store->read_only) {
        nb_put(txn, meta, NB_LIT("schema"), ours);
        return txn->err == NB_OK ? NB_OK : nb_store_fail(store, txn->rc, "cannot set up", error);
    }
    if (err == NB_ENOTFOUND) {
        return nb_error_set(error, err, "%s is not set up yet", store->dir);
    }
    int64_t have_n;
    int64_t ours_n;
    if (err != NB_OK || !nb_slice_to_i64(have, &have_n) || !nb_slice_to_i64(ours, &ours_n)) {
        return nb_error_set(error, NB_ECORRUPT, "%s: its schema version is unreadable", store->dir);
    }
    if (have_n > ours_n) {
        return nb_error_set(error, NB_ENEWER,
                            "%s was written by a newer nabiz (schema %lld, this program knows %s); "
                            "install that version, or give another data.dir",
                            store->dir, (long long)have_n, schema_versions[store->kind]);
    }
    if (have_n < ours_n) {
        return nb_error_set(
            error, NB_EOLDER,
            "%s was written by an older nabiz (schema %lld, this program knows %s), "
            "and there is no conversion; give another data.dir",
            store->dir, (long long)have_n, schema_versions[store->kind]);
    }
    return NB_OK;
}

/* Open the tables; a writer makes those that are missing. */
static enum nb_err open_tables(struct nb_store *store, struct nb_error *error)
{
    struct nb_txn txn = {.store = store, .write = !store->read_only};
    unsigned flags = store->read_only ? MDB_RDONLY : 0;
    int rc = mdb_txn_begin(store->env, NULL, flags, &txn.mdb);
    if (rc == MDB_MAP_RESIZED && (rc = nb_store_adopt_map(store)) == MDB_SUCCESS) {
        rc = mdb_txn_begin(store->env, NULL, flags, &txn.mdb);
    }
    if (rc != MDB_SUCCESS) {
        return nb_store_fail(store, rc, "cannot open", error);
    }
    for (int i = 0; rc == MDB_SUCCESS && i < NB_TBL_COUNT; i++) {
        if (tables[i].store == store->kind) {
            rc = mdb_dbi_open(txn.mdb, tables[i].name, store->read_only ? 0 : MDB_CREATE,
                              &store->dbi[i]);
        }
    }
    enum nb_err err;
    if (rc == MDB_NOTFOUND) {
        err = nb_error_set(error, NB_ENOTFOUND, "%s is not set up yet", store->dir);
    } else if (rc != MDB_SUCCESS) {
        err = nb_store_fail(store, rc, "cannot open", error);
    } else {
        err = check_schema(&txn, error);
    }
    if (err != NB_OK) {
        mdb_txn_abort(txn.mdb);
        return err;
    }
    rc = mdb_txn_commit(txn.mdb);
    return rc == MDB_SUCCESS ? NB_OK : nb_store_fail(store, rc, "cannot set up", error);
}

static enum nb_err make_dirs(const char *dir, const struct nb_store *store, struct nb_error *error)
{
    if ((mkdir(dir, DIR_MODE) != 0 && errno != EEXIST) ||
        (mkdir(store->dir, DIR_MODE) != 0 && errno != EEXIST)) {
        return nb_error_set(error, nb_store_err(errno), "cannot make %s: %s; check data.dir",
                            store->dir, strerror(errno));
    }
    return NB_OK;
}

/*
 * LMDB begins a file with two meta pages, written at once. A file that does not have both was cut
 * short while it was made, holds nothing, and would be refused for ever: start it over.
 */
static void drop_unfinished(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && st.st_size < 2 * sysconf(_SC_PAGESIZE)) {
        (void)unlink(path); /* if that fails, opening says what is wrong */
    }
}

static enum nb_err open_env(struct nb_store *store, const struct nb_store_options *options,
                            struct nb_error *error)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/data.mdb", store->dir);
    if (options->read_only && access(path, R_OK) != 0) {
        return nb_error_set(error, nb_store_err(errno), "%s: %s", path, strerror(errno));
    }
    if (!options->read_only) {
        drop_unfinished(path);
    }
    unsigned flags =
        MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0) | (options->sync ? 0 : MDB_NOMETASYNC);
    int rc = mdb_env_create(&store->env);
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_set_maxdbs(store->env, NB_TBL_COUNT);
    }
    if (rc == MDB_SUCCESS && !options->read_only) {
        rc = mdb_env_set_mapsize(store->env, (size_t)options->map_bytes);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_open(store->env, store->dir, flags, FILE_MODE);
    }
    return rc == MDB_SUCCESS ? NB_OK : nb_store_fail(store, rc, "cannot open", error);
}

enum nb_err nb_store_open(const char *dir, enum nb_store_kind kind,
                          const struct nb_store_options *options, struct nb_store **out,
                          struct nb_error *error)
{
    *out = NULL;
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof(path), "%s/%s", dir, nb_store_name(kind));
    if (n < 0 || (size_t)n >= sizeof(path) - sizeof("/data.mdb")) {
        return nb_error_set(error, NB_ETOOBIG, "the path of data.dir is too long");
    }
    struct nb_store *store = nb_calloc(1, sizeof(*store));
    if (!store) {
        return NB_ENOMEM;
    }
    store->kind = kind;
    store->read_only = options->read_only;
    store->lock_fd = -1;
    atomic_init(&store->max_bytes, options->max_bytes);
    pthread_mutex_init(&store->mu, NULL);
    pthread_mutex_init(&store->writing, NULL);
    pthread_cond_init(&store->changed, NULL);
    store->dir = nb_strdup(path);
    enum nb_err err = store->dir ? NB_OK : NB_ENOMEM;
    if (err == NB_OK && !options->read_only) {
        err = make_dirs(dir, store, error);
        if (err == NB_OK) {
            err = lock_writer(store, options->lock_wait_ms, error);
        }
    }
    if (err == NB_OK && options->lock_only) {
        *out = store;
        return NB_OK;
    }
    if (err == NB_OK) {
        err = open_env(store, options, error);
    }
    if (err == NB_OK) {
        (void)snprintf(path, sizeof(path), "%s/wake", store->dir);
        err = nb_wake_open(path, &store->wake, error);
    }
    if (err == NB_OK) {
        (void)nb_store_reap_readers(store);
        err = open_tables(store, error);
    }
    if (err != NB_OK) {
        nb_store_close(store);
        return err;
    }
    if (!store->read_only) {
        /* The writer before may have been killed between its last commit and the wake-up. */
        nb_wake_all(store->wake);
    }
    *out = store;
    return NB_OK;
}

void nb_store_close(struct nb_store *store)
{
    if (!store) {
        return;
    }
    if (store->env) {
        mdb_env_close(store->env);
    }
    nb_wake_close(store->wake);
    if (store->lock_fd >= 0) {
        close(store->lock_fd);
    }
    pthread_cond_destroy(&store->changed);
    pthread_mutex_destroy(&store->mu);
    pthread_mutex_destroy(&store->writing);
    nb_free(store->dir);
    nb_free(store);
}

struct nb_wake *nb_store_wake(struct nb_store *store)
{
    return store->wake;
}

/* Writing */

/*
 * LMDB reports a write that was cut short as EIO, which is what a disk does the moment it fills up.
 * Writing a page behind the end of the file tells the two apart: pages there belong to nobody.
 * @return the reason there is no space, or EIO.
 */
static int short_write_reason(const struct nb_store *store)
{
    static const char page[4096];
    int fd;
    struct stat st;
    if (mdb_env_get_fd(store->env, &fd) != MDB_SUCCESS || fstat(fd, &st) != 0) {
        return EIO;
    }
    ssize_t n = pwrite(fd, page, sizeof(page), st.st_size);
    if (n < 0) {
        return errno;
    }
    return n < (ssize_t)sizeof(page) ? ENOSPC : EIO;
}

/* One attempt. *rc tells the caller whether growing would help. */
static enum nb_err write_once(struct nb_store *store, nb_store_fn *fn, void *arg, int *rc,
                              struct nb_error *error)
{
    struct nb_txn txn = {.store = store, .write = true};
    nb_store_enter(store);
    *rc = mdb_txn_begin(store->env, NULL, 0, &txn.mdb);
    if (*rc != MDB_SUCCESS) {
        nb_store_leave(store);
        return nb_store_fail(store, *rc, "cannot write", error);
    }
    enum nb_err err = fn(&txn, arg);
    if (err == NB_OK || txn.err != NB_OK) {
        err = txn.err;
        *rc = txn.rc;
    }
    if (err == NB_OK) {
        int64_t began_us = nb_mono_us();
        *rc = mdb_txn_commit(txn.mdb);
        if (*rc == EIO) {
            *rc = short_write_reason(store);
        }
        err = nb_store_err(*rc);
        nb_counter_add(NB_CTR_COMMITS, err == NB_OK);
        nb_counter_add(NB_CTR_COMMIT_US, nb_mono_us() - began_us);
    } else {
        mdb_txn_abort(txn.mdb);
    }
    nb_store_leave(store);
    if (err != NB_OK && *rc != MDB_SUCCESS) {
        err = nb_store_fail(store, *rc, "cannot write", error);
    }
    return err;
}

static enum nb_err write_growing(struct nb_store *store, nb_store_fn *fn, void *arg,
                                 struct nb_error *error)
{
    for (;;) {
        int rc = MDB_SUCCESS;
        enum nb_err err = write_once(store, fn, arg, &rc, error);
        if (err == NB_OK) {
            nb_wake_all(store->wake);
            nb_store_watch_readers(store);
            return NB_OK;
        }
        if (rc == MDB_MAP_RESIZED) {
            rc = nb_store_adopt_map(store);
        } else if (rc == MDB_MAP_FULL) {
            rc = grow_map(store);
        } else {
            return err;
        }
        if (rc != MDB_SUCCESS) {
            return nb_store_fail(store, rc, "cannot grow", error);
        }
    }
}

enum nb_err nb_store_write(struct nb_store *store, nb_store_fn *fn, void *arg,
                           struct nb_error *error)
{
    if (store->read_only) {
        return nb_error_set(error, NB_EREFUSED, "%s is open for reading only", store->dir);
    }
    pthread_mutex_lock(&store->writing);
    enum nb_err err = write_growing(store, fn, arg, error);
    pthread_mutex_unlock(&store->writing);
    return err;
}
