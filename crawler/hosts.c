#include "crawler/hosts.h"

#include <string.h>

#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/record.h>

enum { RECORDS_N = 500, KEY_MAX_BYTES = 512, KEYS_ARENA_BYTES = 1 << 20, ARENA_BYTES = 2 << 20 };

struct nb_hosts_sweep {
    struct nb_arena *keys;
    struct nb_arena *arena;   /* for one record at a time */
    enum nb_table_id table;   /* which comes next */
    char from[KEY_MAX_BYTES]; /* and from which key on */
    size_t from_len;
    int64_t last_ms;
};

struct nb_hosts_sweep *nb_hosts_sweep_new(void)
{
    struct nb_hosts_sweep *sweep = nb_calloc(1, sizeof(*sweep));
    if (!sweep) {
        return NULL;
    }
    sweep->table = NB_TBL_HOST;
    sweep->keys = nb_arena_new(KEYS_ARENA_BYTES);
    sweep->arena = nb_arena_new(ARENA_BYTES);
    if (!sweep->keys || !sweep->arena) {
        nb_hosts_sweep_free(sweep);
        return NULL;
    }
    return sweep;
}

void nb_hosts_sweep_free(struct nb_hosts_sweep *sweep)
{
    if (sweep) {
        nb_arena_free(sweep->keys);
        nb_arena_free(sweep->arena);
        nb_free(sweep);
    }
}

/* When a record last meant something; what cannot be read means nothing. */
static int64_t meant_ms(struct nb_hosts_sweep *sweep, struct nb_slice value)
{
    struct nb_host *host = NULL;
    struct nb_robots_record *robots = NULL;
    struct nb_slice bytes;
    if (sweep->table == NB_TBL_HOST && nb_host_decode(value, sweep->arena, &host) == NB_OK) {
        int64_t turn_ms = host->asked_ms + host->delay_ms;
        return turn_ms > host->closed_ms ? turn_ms : host->closed_ms;
    }
    if (sweep->table == NB_TBL_ROBOTS && nb_unpack(value, sweep->arena, &bytes) == NB_OK &&
        nb_robots_record_decode(bytes, sweep->arena, &robots) == NB_OK) {
        return robots->expires_ms;
    }
    return 0;
}

/* The table is through: the other one comes next, from its start. */
static void turn_over(struct nb_hosts_sweep *sweep)
{
    sweep->table = sweep->table == NB_TBL_HOST ? NB_TBL_ROBOTS : NB_TBL_HOST;
    sweep->from_len = 0;
}

static enum nb_err look(struct nb_hosts_sweep *sweep, struct nb_cursor *cursor, int64_t now_ms,
                        nb_hosts_stale_fn *stale, void *arg)
{
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_seek(cursor, nb_slice(sweep->from, sweep->from_len), &key, &value);
    for (int n = 0; err == NB_OK && n < RECORDS_N; n++) {
        nb_arena_reset(sweep->arena);
        if (now_ms > meant_ms(sweep, value) + NB_HOST_KEPT_MS) {
            struct nb_slice copy = nb_arena_copy(sweep->keys, key);
            err = copy.p ? stale(arg, sweep->table, copy) : NB_ENOMEM;
        }
        err = err == NB_OK ? nb_cursor_next(cursor, &key, &value) : err;
    }
    if (err == NB_OK && key.len <= KEY_MAX_BYTES) {
        memcpy(sweep->from, key.p, key.len);
        sweep->from_len = key.len;
    } else if (err == NB_ENOTFOUND) {
        turn_over(sweep);
        err = NB_OK;
    }
    return err;
}

enum nb_err nb_hosts_sweep_next(struct nb_hosts_sweep *sweep, struct nb_store *store,
                                int64_t now_ms, nb_hosts_stale_fn *stale, void *arg)
{
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    if (now_ms >= sweep->last_ms && now_ms - sweep->last_ms < NB_HOUR_MS) {
        return NB_OK;
    }
    sweep->last_ms = now_ms;
    nb_arena_reset(sweep->keys);
    enum nb_err err = nb_read_begin(store, &txn, NULL);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_open(txn, sweep->table, &cursor);
    if (err == NB_OK) {
        err = look(sweep, cursor, now_ms, stale, arg);
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    return err;
}
