#include "common/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/forget.h>

/* A reader this many commits behind keeps too many old pages; looked for every so many commits. */
enum { LONG_READER_TXNS = 1000, WATCH_EVERY_COMMITS = 256 };

struct reader_scan {
    uint32_t n;
    uint64_t oldest_txn;
    int64_t pid;
};

/* LMDB lists readers as text: "pid thread txnid", with "-" for a slot that reads nothing. */
static int scan_reader(const char *line, void *arg)
{
    struct reader_scan *scan = arg;
    long pid;
    char thread[64];
    uint64_t txn;
    if (sscanf(line, "%ld %63s %" SCNu64, &pid, thread, &txn) == 3) {
        scan->n++;
        if (scan->pid == 0 || txn < scan->oldest_txn) {
            scan->oldest_txn = txn;
            scan->pid = pid;
        }
    }
    return 0;
}

enum nb_err nb_store_stat(struct nb_store *store, struct nb_store_stat *out)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct statvfs disk;
    struct reader_scan scan = {0};
    int rc = mdb_env_info(store->env, &info);
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_stat(store->env, &stat);
    }
    if (rc == MDB_SUCCESS && mdb_reader_list(store->env, scan_reader, &scan) < 0) {
        rc = EIO;
    }
    if (rc == MDB_SUCCESS && statvfs(store->dir, &disk) != 0) {
        rc = errno;
    }
    if (rc != MDB_SUCCESS) {
        return nb_store_err(rc);
    }
    *out = (struct nb_store_stat){
        .used_bytes = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize,
        .map_bytes = info.me_mapsize,
        .max_bytes = atomic_load(&store->max_bytes),
        .free_bytes_on_disk = (uint64_t)disk.f_bavail * disk.f_frsize,
        .readers_n = scan.n,
        .reader_lag_txns = scan.pid && info.me_last_txnid > scan.oldest_txn
                               ? info.me_last_txnid - scan.oldest_txn
                               : 0,
        .reader_lag_pid = scan.pid,
        .last_txn = info.me_last_txnid,
    };
    return NB_OK;
}

uint32_t nb_store_reap_readers(struct nb_store *store)
{
    int dead = 0;
    return mdb_reader_check(store->env, &dead) == MDB_SUCCESS && dead > 0 ? (uint32_t)dead : 0;
}

void nb_store_watch_readers(struct nb_store *store)
{
    struct nb_store_stat stat;
    if (++store->commits_n % WATCH_EVERY_COMMITS != 0) {
        return;
    }
    (void)nb_store_reap_readers(store);
    if (nb_store_stat(store, &stat) != NB_OK) {
        return;
    }
    bool is_long = stat.reader_lag_txns > LONG_READER_TXNS;
    if (is_long && store->long_reader != stat.reader_lag_pid) {
        nb_diag(NB_WARN, "store", "a process reads an old state and keeps the file from shrinking",
                nb_kv_str("store", nb_store_name(store->kind)),
                nb_kv_int("pid", stat.reader_lag_pid),
                nb_kv_int("commits", (int64_t)stat.reader_lag_txns));
    }
    store->long_reader = is_long ? stat.reader_lag_pid : 0;
}

enum nb_err nb_store_backup(struct nb_store *store, const char *to_dir, struct nb_error *error)
{
    if (mkdir(to_dir, 0750) != 0) {
        return nb_error_set(error, errno == EEXIST ? NB_EEXIST : nb_store_err(errno),
                            "cannot make %s: %s; name a directory that does not exist", to_dir,
                            strerror(errno));
    }
    nb_store_enter(store);
    int rc = mdb_env_copy2(store->env, to_dir, MDB_CP_COMPACT);
    nb_store_leave(store);
    return rc == MDB_SUCCESS ? NB_OK : nb_store_fail(store, rc, "cannot back up", error);
}

enum { PATH_BYTES = 4096 };

static void path_of(const struct nb_store *store, const char *name, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s/%s", store->dir, name);
}

/* LMDB's lock file speaks of the file that went. */
static int drop_lock(const struct nb_store *store)
{
    char path[PATH_BYTES];
    path_of(store, "lock.mdb", path);
    return unlink(path) == 0 || errno == ENOENT ? MDB_SUCCESS : errno;
}

static int sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) != 0 ? errno : MDB_SUCCESS;
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

enum nb_err nb_store_compact(struct nb_store *store, struct nb_error *error)
{
    char dir[PATH_BYTES], from[PATH_BYTES], to[PATH_BYTES];
    path_of(store, "compact", dir);
    path_of(store, "compact/data.mdb", from);
    path_of(store, "data.mdb", to);
    (void)unlink(from); /* of one that was killed */
    int rc = mkdir(dir, 0750) == 0 || errno == EEXIST ? MDB_SUCCESS : errno;
    if (rc == MDB_SUCCESS) {
        nb_store_enter(store);
        rc = mdb_env_copy2(store->env, dir, MDB_CP_COMPACT);
        nb_store_leave(store);
    }
    if (rc == MDB_SUCCESS) {
        rc = sync_path(from); /* LMDB leaves that to the caller */
    }
    if (rc == MDB_SUCCESS) {
        rc = rename(from, to) == 0 ? drop_lock(store) : errno;
    }
    if (rc == MDB_SUCCESS) {
        (void)rmdir(dir);
        rc = sync_path(store->dir);
    }
    return rc == MDB_SUCCESS ? NB_OK : nb_store_fail(store, rc, "cannot compact", error);
}

enum nb_err nb_store_discard(struct nb_store *store, struct nb_error *error)
{
    char path[PATH_BYTES];
    path_of(store, "data.mdb", path);
    int rc = unlink(path) == 0 || errno == ENOENT ? drop_lock(store) : errno;
    if (rc == MDB_SUCCESS) {
        rc = sync_path(store->dir);
    }
    return rc == MDB_SUCCESS ? NB_OK : nb_store_fail(store, rc, "cannot delete", error);
}
